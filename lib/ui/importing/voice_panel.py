"""お客様の声 in a file: what each becomes, and the way to decide otherwise."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import pandas as pd
import streamlit as st

from lib.actions.importing.voices import (
    Becomes,
    Heard,
    Part,
    Voice,
    VoiceKind,
    Why,
    column_name,
    headers_of,
    kind_name,
)
from lib.files.reading import Sheet
from lib.i18n import N_, _
from lib.schema.tables import table
from lib.schema.vocab import Role
from lib.settings.voices import VOICE_SETTINGS
from lib.store.access import UserStore
from lib.text import inert, one_line
from lib.ui import boundary, context, grid
from lib.ui import format as fmt
from lib.ui.importing import state
from lib.ui.setting import one_setting

_ORDER: Final = (
    Becomes.UNDECIDED,
    Becomes.COMPLAINT,
    Becomes.WISH,
    Becomes.NEITHER,
)
_OPEN_TO_CHOICE: Final = (Becomes.COMPLAINT, Becomes.WISH, Becomes.NEITHER)
_NO_VOICES: Final = N_("お客様の声ではない")
_NOTHING: Final = N_("使わない")
_MOST: Final = 200
"""Rows listed at once; decide these, and the next ones come."""
_LINES: Final = 10
_LONGEST: Final = 90
_SCALES: Final = (3, 5, 7, 10, 100)
_VERSION: Final = "import:voices:grid"


def show(desk: UserStore) -> None:
    """Draw a card for each list of voices; otherwise the way to say that it is one."""
    source = state.given()
    if source is None or table("complaints") not in state.tables_for(desk.principal):
        return
    heard = state.voices()
    for one in heard:
        with st.container(border=True):
            _card(desk, one)
    rest = [
        s for s in source.sheets if s.rows and s.name not in {h.sheet for h in heard}
    ]
    if rest:
        with st.expander(
            _("アンケート・レビュー・SNS・意見箱の一覧のとき"),
            icon=":material/forum:",
            expanded=any(state.voice_choice(sheet.name).kind for sheet in rest),
        ):
            for sheet in rest:
                _say_it_is_one(sheet)


def undecided() -> int:
    """Return how many voices nobody has decided about yet."""
    return sum(one.count(Becomes.UNDECIDED) for one in state.voices())


def told() -> list[str]:
    """Return a sentence for each list: how many of its rows become what, and why not."""
    found = []
    for one in state.voices():
        counts = [
            f"{_(what.value)} {fmt.number(one.count(what))}"
            for what in _ORDER
            if one.count(what)
        ]
        said = _("お客様の声「{sheet}」{count}件: {counts}").format(
            sheet=one.sheet,
            count=fmt.number(len(one.voices)),
            counts=fmt.listed(counts),
        )
        found += [said, *_guessed(one), *_reasons(one), *_unread(one)]
    return found


def _card(desk: UserStore, heard: Heard) -> None:
    title = _("「{sheet}」はお客様の声の一覧です: {count}件").format(
        sheet=heard.sheet, count=fmt.number(len(heard.voices))
    )
    st.markdown(f":material/forum: **{inert(title)}**")
    with st.container(horizontal=True):
        for becomes in _ORDER:
            st.metric(
                _(becomes.value),
                fmt.number(heard.count(becomes)),
                border=True,
                width=150,
            )
    _left_out(heard)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        _kind(heard.sheet, heard.headers, heard.kind)
        if heard.best:
            _best(heard)
    _guess(heard)
    _speaker(heard)
    _decide(heard)
    _columns(heard.sheet, heard.headers, _parts(heard))
    if desk.principal.role in (Role.ADMIN, Role.MANAGER):
        with st.expander(_("苦情・要望の見分け方"), icon=":material/tune:"):
            for wanted in VOICE_SETTINGS:
                one_setting(desk, wanted)


def _reasons(heard: Heard) -> list[str]:
    """Return why rows are left out, in one sentence; none where all are taken."""
    reasons = [
        _("{why} {count}件").format(why=_(why.value), count=fmt.number(count))
        for why, count in heard.left_out.items()
    ]
    if not reasons:
        return []
    return [_("取り込まない理由: {reasons}").format(reasons=fmt.listed(reasons))]


def _unread(heard: Heard) -> list[str]:
    """Return which columns are not read, in one sentence; none where all are read."""
    columns = [
        _("{header} {count}件").format(
            header=_header(heard.headers, at), count=fmt.number(count)
        )
        for at, count in heard.unread.items()
    ]
    if not columns:
        return []
    return [
        _("読まない列: {columns}。要るものは「どの列が何か」で選べます。").format(
            columns=fmt.listed(columns)
        )
    ]


def _header(headers: Sequence[str], at: int) -> str:
    named = headers[at] if at < len(headers) else ""
    return one_line(named, 30) or _("{number}列目").format(number=at + 1)


def _parts(heard: Heard) -> dict[int, Part]:
    """Return what each column that is read holds."""
    return {at: part for part, places in heard.columns.items() for at in places}


def _left_out(heard: Heard) -> None:
    for said in [*_reasons(heard), *_unread(heard)]:
        st.caption(inert(said))
    st.caption(
        _(
            "要望は苦情の件数に入りません。取り込んだ声は、通知も超過もしません。連絡先は苦情の行だけに残ります。"
        )
    )


def _kind(sheet: str, headers: Sequence[str], present: VoiceKind | None) -> None:
    key = f"import:voices:kind:{sheet}"
    st.session_state[key] = present

    def word(kind: VoiceKind | None) -> str:
        return _(kind.value) if kind else _(_NO_VOICES)

    st.selectbox(
        _("どこからの声ですか"),
        [*VoiceKind, None],
        key=key,
        format_func=word,
        on_change=_choose_kind,
        args=(sheet, tuple(headers), key),
        width=220,
    )


def _choose_kind(sheet: str, headers: tuple[str, ...], key: str) -> None:
    kind = st.session_state[key]
    state.choose_voices(sheet, kind=kind, is_none=kind is None)
    if kind:
        state.learn(kind_name(headers), kind.value)


def _best(heard: Heard) -> None:
    key = f"import:voices:best:{heard.sheet}"
    st.session_state[key] = heard.best
    st.selectbox(
        _("何点満点ですか"),
        sorted({*_SCALES, heard.best}),
        key=key,
        format_func=lambda best: _("{count}点満点").format(count=best),
        on_change=lambda: state.choose_voices(heard.sheet, best=st.session_state[key]),
        width=160,
    )


def _guessed(heard: Heard) -> list[str]:
    """Return the best score that only the scores tell, in one sentence; else none."""
    if not heard.is_best_guessed:
        return []
    return [
        _("{count}点満点とみなしました(いちばん高い点数から)。").format(
            count=fmt.number(heard.best)
        )
    ]


def _guess(heard: Heard) -> None:
    """Ask whether the best score is the one that the scores suggest."""
    for said in _guessed(heard):
        st.warning(inert(said), icon=":material/help:")
        st.button(
            _("{count}点満点でよい").format(count=fmt.number(heard.best)),
            key=f"import:voices:scale:{heard.sheet}",
            on_click=lambda: state.choose_voices(heard.sheet, best=heard.best),
        )


def _speaker(heard: Heard) -> None:
    if Part.SPEAKER not in heard.columns:
        return
    (at,) = heard.columns[Part.SPEAKER]
    key = f"import:voices:speaker:{heard.sheet}"
    st.session_state[key] = state.voice_choice(heard.sheet).keeps_speaker
    st.checkbox(
        _("返事に要るので、苦情の行に「{header}」を残す").format(
            header=inert(one_line(heard.headers[at], 30))
        ),
        key=key,
        on_change=lambda: state.choose_voices(
            heard.sheet, keeps_speaker=st.session_state[key]
        ),
    )


# One row after another ----------------------------------------------------------------


def _decide(heard: Heard) -> None:
    """Draw the rows of one kind with the way to decide otherwise."""
    offered = [one for one in _ORDER if heard.count(one)]
    if not offered:
        return
    key = f"import:voices:shown:{heard.sheet}"
    if st.session_state.get(key) not in offered:
        st.session_state[key] = offered[0]
    st.pills(
        _("見る行"),
        offered,
        key=key,
        required=True,
        format_func=lambda one: f"{_(one.value)} {fmt.number(heard.count(one))}",
    )
    rows = [v for v in heard.voices if v.becomes is st.session_state[key]]
    shown = rows[:_MOST]
    if st.session_state[key] is Becomes.UNDECIDED:
        _all_at_once(heard.sheet, rows)
    _grid(heard, shown)
    if len(rows) > len(shown):
        st.caption(
            _("ほか{count}行は、これらを決めると出ます。").format(
                count=fmt.number(len(rows) - len(shown))
            )
        )


def _all_at_once(sheet: str, rows: Sequence[Voice]) -> None:
    numbers = [voice.row for voice in rows]
    likely = [voice.row for voice in rows if voice.why is Why.MAY_WISH]
    with st.container(horizontal=True):
        if likely:
            st.button(
                _("要望らしい{count}件を「要望」").format(
                    count=fmt.number(len(likely))
                ),
                key=f"import:voices:likely:{sheet}",
                on_click=_take,
                args=(sheet, dict.fromkeys(likely, Becomes.WISH)),
            )
        for becomes in _OPEN_TO_CHOICE:
            st.button(
                _("残りをすべて「{what}」").format(what=_(becomes.value)),
                key=f"import:voices:all:{sheet}:{becomes.code}",
                on_click=_take,
                args=(sheet, dict.fromkeys(numbers, becomes)),
            )


def _grid(heard: Heard, shown: Sequence[Voice]) -> None:
    words = {_(one.value): one for one in _ORDER}
    takes = {"becomes": grid.one_of(list(words))}
    frame = pd.DataFrame(
        {
            "becomes": [_(v.becomes.value) for v in shown],
            "text": [one_line(v.words, _LONGEST) for v in shown],
            "score": [v.score for v in shown],
            "why": [_(v.why.value) for v in shown],
            "row": [v.row for v in shown],
        }
    )
    version = st.session_state.get(_VERSION, 0)
    key = f"{_VERSION}:{heard.sheet}:{version}:{shown[0].becomes.code}"
    with grid.noted(context.desk(), "complaints"):
        grid.draw(
            frame,
            key=key,
            takes=takes,
            hide_index=True,
            row_height=36,
            height="content" if len(shown) <= _LINES else 36 * (_LINES + 1),
            column_config={
                "becomes": st.column_config.SelectboxColumn(
                    _("扱い"), options=list(words), width="small"
                ),
                "text": st.column_config.TextColumn(_("本文"), width="large"),
                "score": st.column_config.NumberColumn(_("点数"), format="%g")
                if heard.best
                else None,
                "why": st.column_config.TextColumn(_("理由"), width="medium"),
                "row": st.column_config.NumberColumn(_("行"), width="small"),
            },
            on_change=_choose,
            args=(key, heard.sheet, [v.row for v in shown], words),
            alt=_("お客様の声の一覧"),
        )


def _choose(
    key: str, sheet: str, rows: Sequence[int], words: dict[str, Becomes]
) -> None:
    with boundary.attempt():
        takes = {"becomes": grid.one_of(list(words))}
        with grid.noted(context.desk(), "complaints"):
            edited = grid.edits(key, len(rows), takes)
        _take(
            sheet,
            {
                rows[n]: words[values["becomes"]]
                for n, values in edited.items()
                if values.get("becomes")
            },
        )


def _take(sheet: str, decided: dict[int, Becomes]) -> None:
    """Note what rows become; the grid then begins anew."""
    before = state.voice_choice(sheet).rows
    state.choose_voices(sheet, rows={**before, **decided})
    st.session_state[_VERSION] = st.session_state.get(_VERSION, 0) + 1


# The columns --------------------------------------------------------------------------


def _columns(sheet: str, headers: Sequence[str], parts: dict[int, Part]) -> None:
    with st.expander(
        _("どの列が何か"), icon=":material/view_column:", expanded=not parts
    ):
        st.caption(_("直したものは覚えて、次のファイルでも使います。"))
        with st.container(horizontal=True, gap="medium"):
            for at, header in enumerate(headers):
                if header:
                    _column(sheet, at, header, parts.get(at))


def _column(sheet: str, at: int, header: str, part: Part | None) -> None:
    key = f"import:voices:column:{sheet}:{at}"
    st.session_state[key] = part

    def word(part: Part | None) -> str:
        return _(part.value) if part else _(_NOTHING)

    def choose() -> None:
        chosen: Any = st.session_state[key]
        state.learn(column_name(header), chosen.value if chosen else _NOTHING)

    st.selectbox(
        inert(one_line(header, 40)),
        [None, *Part],
        key=key,
        format_func=word,
        on_change=choose,
        width=220,
    )


def _say_it_is_one(sheet: Sheet) -> None:
    """Offer to read a sheet as voices; with the columns, where the text is not found."""
    chosen = state.voice_choice(sheet.name)
    at = next((n for n, row in enumerate(sheet.rows) if any(row)), 0)
    headers = headers_of(sheet.rows[at])
    st.markdown(f"**{inert(sheet.name)}**")
    _kind(sheet.name, headers, None if chosen.is_none else chosen.kind)
    if chosen.kind and not chosen.is_none:
        st.warning(
            _("本文の列が見つかりません。下で選んでください。"),
            icon=":material/warning:",
        )
        _columns(sheet.name, headers, {})
