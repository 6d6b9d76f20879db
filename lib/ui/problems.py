"""What データ点検 shows: groups of problems, each row with its cell and its repairs."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from math import inf
from typing import Any, Final, Literal
from weakref import WeakKeyDictionary

import streamlit as st

from lib import clock
from lib.actions import repairs
from lib.actions.centre_files import keeping
from lib.actions.repairs import Checked
from lib.actions.searching import slug
from lib.i18n import N_, _
from lib.schema.tables import KEY_SEPARATOR
from lib.store.access import UserStore
from lib.store.live import LiveStore
from lib.store.protocol import Mended, ProblemKind, RowMend, RowProblem
from lib.store.row_memory import RowMemory
from lib.text import inert, one_line
from lib.ui import boundary, context, flash, navigation
from lib.ui import format as fmt
from lib.ui.filters import ledger_query

MAY_SEE: Final = navigation.STAFF

AT_FIRST: Final = 8
"""Problems of a kind that are shown before somebody asks for more."""
MORE: Final = 40
LONGEST_TYPED: Final = 60
COUNTED_EVERY: Final = 60.0
"""Seconds for which the count on 設定・点検 stands."""

_UNDO: Final = "data_check:undo"
_SHOWN: Final = "data_check:shown"


@dataclass(frozen=True, slots=True)
class _About:
    """A kind in words: what it is, what to do, and its sign beside the colour."""

    title: str
    help: str
    icon: str
    colour: Any


ABOUT: Final[dict[ProblemKind, _About]] = {
    ProblemKind.SETUP: _About(
        N_("シートの作り"),
        N_("タブや見出しを元に戻すと、読み書きも元に戻ります。"),
        ":material/table:",
        "red",
    ),
    ProblemKind.TWICE: _About(
        N_("同じ番号の行"),
        N_("番号が一つずつになるまで、どちらの行にも書き込みません。"),
        ":material/content_copy:",
        "red",
    ),
    ProblemKind.UNREADABLE: _About(
        N_("読めない値"),
        N_("値がないものとして扱い、数には入れていません。"),
        ":material/help_center:",
        "orange",
    ),
    ProblemKind.DOUBTFUL: _About(
        N_("確かめたい値"),
        N_("矢印の先の値として数えています。合っていれば、その値に書き換えられます。"),
        ":material/rule:",
        "orange",
    ),
    ProblemKind.INCOMPLETE: _About(
        N_("足りない項目"),
        N_("書きかけの行は、10分触られなくなるまで数えません。"),
        ":material/edit_note:",
        "orange",
    ),
    ProblemKind.NUMBERLESS: _About(
        N_("番号のない行"),
        N_("必要な項目がそろうと、アプリが番号を付けます。"),
        ":material/tag:",
        "gray",
    ),
    ProblemKind.APART: _About(
        N_("センターのシートとの食い違い"),
        N_("どちらも上書きしていません。同じ値になると消えます。"),
        ":material/compare_arrows:",
        "orange",
    ),
    ProblemKind.RULE: _About(
        N_("決まりに合わない値"),
        N_("読めますが、ほかの項目や決まりと食い違っています。"),
        ":material/balance:",
        "orange",
    ),
    ProblemKind.UNKNOWN: _About(
        N_("知らない言葉・番号"),
        N_("マスタや台帳に、同じものがありません。"),
        ":material/link_off:",
        "gray",
    ),
}


def found(desk: UserStore) -> Checked:
    """Return what does not fit in the data; costly only where they changed.

    Raises:
        NotAllowed: the person does not see all of them.
    """
    place = context.place()
    memory = RowMemory(place.data, place.store_url)
    also = keeping.told(place.data)
    checked = repairs.checked(desk, memory, clock.now(), also=also)
    _last[context.live()] = (time.monotonic(), checked)
    return checked


_last: Final[WeakKeyDictionary[LiveStore, tuple[float, Checked]]] = WeakKeyDictionary()
"""What was found last, and when; the same for everybody who may see it."""


def count_badge(desk: UserStore) -> None:
    """Draw how many things are to be put right, for those who may see them.

    At most a minute old: a check of 20,000 cases takes two seconds, and they change with
    every save.
    """
    if desk.principal.role not in MAY_SEE:
        return
    at, known = _last.get(context.live(), (-inf, None))
    fresh = known is not None and time.monotonic() - at < COUNTED_EVERY
    count = len((known if known and fresh else found(desk)).to_mend)
    if count:
        words = _("直すところ {count}か所").format(count=count)
        st.badge(inert(words), icon=":material/flag:", color="orange")
    else:
        st.badge(_("直すところなし"), icon=":material/check:", color="green")


# The groups ---------------------------------------------------------------------------


def group(desk: UserStore, kind: ProblemKind, problems: Sequence[RowProblem]) -> None:
    """Draw the problems of one kind."""
    about = ABOUT[kind]
    with st.container(border=True):
        with _spread():
            with st.container(
                horizontal=True, vertical_alignment="center", width="content"
            ):
                st.subheader(
                    f"{about.icon} {_(about.title)}", anchor=False, width="content"
                )
                st.badge(
                    _("{count}か所").format(count=len(problems)), color=about.colour
                )
            _take_over_all(desk, kind, problems)
        st.caption(_(about.help))
        shown = st.session_state.get(f"{_SHOWN}:{kind}", AT_FIRST)
        with st.container(gap="medium"):
            for number, problem in enumerate(problems[:shown]):
                _problem(desk, problem, f"{kind}:{number}")
        if len(problems) > shown:
            st.button(
                _("ほか{count}か所").format(count=len(problems) - shown),
                key=f"data_check:more:{kind}",
                icon=":material/expand_more:",
                type="tertiary",
                on_click=_show_more,
                args=(kind, shown),
            )


def _show_more(kind: ProblemKind, shown: int) -> None:
    st.session_state[f"{_SHOWN}:{kind}"] = shown + MORE


def _problem(desk: UserStore, problem: RowProblem, name: str) -> None:
    with _spread(align="top"):
        with st.container(gap="xxsmall", width=560):
            st.markdown(
                f"**{inert(_subject(problem))}**  :gray[{inert(_place(problem))}]"
            )
            if problem.kind is ProblemKind.TWICE:
                _what_stands_there(desk, problem)
            elif problem.typed or problem.proposal:
                _values(problem)
            why = " ".join(_(text) for text in (problem.why, problem.mend) if text)
            st.caption(inert(why))
        with st.container(horizontal=True, width="content", gap="small"):
            _repairs(desk, problem, name)
            _links(desk, problem)


def _subject(problem: RowProblem) -> str:
    return _(problem.column) if problem.column else _("行")


def _place(problem: RowProblem) -> str:
    """Return where it stands: "苦情台帳 H12 · K-261121-7F3QX"."""
    tab = _(problem.tab) if problem.tab else _("スプレッドシート")
    cell = f" {problem.place}" if problem.place else ""
    provisional = problem.key.startswith("+")
    key = "" if provisional else problem.key.rpartition("#")[0] or problem.key
    return f"{tab}{cell} · {_as_said(key)}" if key else f"{tab}{cell}"


def _as_said(key: str) -> str:
    """Return a key in words: a day and its centre apart."""
    return key.replace(KEY_SEPARATOR, " ")


def _values(problem: RowProblem) -> None:
    typed = one_line(problem.typed, LONGEST_TYPED) or _("空欄")
    words = f"「{typed}」"
    if _says_more(problem):
        words += f" → {one_line(problem.proposal, LONGEST_TYPED)}"
    st.text(words)


def _says_more(problem: RowProblem) -> bool:
    """Whether the proposal can be told from what was typed; masked ones often cannot."""
    return problem.proposal not in ("", problem.typed)


def _what_stands_there(desk: UserStore, problem: RowProblem) -> None:
    """Draw a row's first words, by which people tell the copy from the first one."""
    frame = desk.frame(problem.table)
    if "content" in frame.columns and problem.key in frame.index:
        st.text(one_line(str(frame.loc[problem.key, "content"]), LONGEST_TYPED))


def _links(desk: UserStore, problem: RowProblem) -> None:
    if problem.kind in _MENDED_IN_THE_APP or not problem.link:
        _link_in_the_app(desk, problem)
    if problem.link:
        st.link_button(
            _("シートで開く"),
            problem.link,
            icon=":material/open_in_new:",
            type="tertiary",
        )


_MENDED_IN_THE_APP: Final = (ProblemKind.RULE, ProblemKind.UNKNOWN)
"""Kinds of which the cells can be read, so that the app's own forms mend them too."""


def _link_in_the_app(desk: UserStore, problem: RowProblem) -> None:
    """Draw the way to the row in the app; nothing for a table without a page."""
    key = problem.key
    if not key or key.startswith("+") or "#" in key:
        return
    if problem.table == "complaints":
        case = ledger_query(case=key)
        navigation.link("ledger", _("案件を開く"), icon=":material/list_alt:", **case)
    elif problem.table == "kpi_days" and _may_open(desk, "kpi_entry"):
        day, _separator, centre = key.partition(KEY_SEPARATOR)
        navigation.link(
            "kpi_entry",
            _("この日を開く"),
            icon=":material/edit_calendar:",
            centre=slug(centre),
            date=day,
        )
    elif (page := _PAGE_OF.get(problem.table)) and _may_open(desk, page):
        title = _(navigation.entry(page).title)
        navigation.link(page, title, icon=navigation.entry(page).icon)


_PAGE_OF: Final = {
    "members": "members",
    "centres": "centres",
    "products": "products",
    "settings": "settings",
}
"""Where the rows of a master are put right."""


def _may_open(desk: UserStore, code: str) -> bool:
    return desk.principal.role in navigation.entry(code).roles


# Repairs ------------------------------------------------------------------------------


def _repairs(desk: UserStore, problem: RowProblem, name: str) -> None:
    if repairs.may_renumber(desk, problem):
        st.button(
            _("この行に新しい番号を付ける"),
            key=f"data_check:renumber:{name}",
            icon=":material/tag:",
            on_click=_renumber,
            args=(problem,),
        )
    elif repairs.may_take_over(desk, problem):
        value = one_line(problem.proposal, 24)
        words = _("「{value}」にする").format(value=value)
        st.button(
            inert(words) if _says_more(problem) else _("この値にする"),
            key=f"data_check:take:{name}",
            icon=":material/check:",
            on_click=_take_over,
            args=([problem],),
        )


def _take_over_all(
    desk: UserStore, kind: ProblemKind, problems: Sequence[RowProblem]
) -> None:
    mine = [problem for problem in problems if repairs.may_take_over(desk, problem)]
    if kind is not ProblemKind.DOUBTFUL or len(mine) < 2:  # noqa: PLR2004 - all of one
        return
    with st.popover(
        _("まとめて書き換える"), icon=":material/done_all:", width="content"
    ):
        st.write(
            _(
                "{count}か所を、矢印の先の値に書き換えます。書き換えた後で、まとめて元に戻せます。"
            ).format(count=len(mine))
        )
        st.button(
            _("{count}か所を書き換える").format(count=len(mine)),
            key=f"data_check:all:{kind}",
            type="primary",
            on_click=_take_over,
            args=(mine,),
        )


def _renumber(problem: RowProblem) -> None:
    with boundary.attempt():
        done = repairs.renumber(context.desk(), problem, now=clock.now())
        number = str(done.done[0].values["id"]) if done.done else ""
        _tell(done, _("新しい番号 {number} を付けました。").format(number=number))


def _take_over(problems: Sequence[RowProblem]) -> None:
    with boundary.attempt():
        done = repairs.take_over(context.desk(), problems, now=clock.now())
        count = sum(len(row.values) for row in done.undo)
        words = _("{count}か所を書き換えました。").format(count=count)
        _tell(done, words)


def _tell(done: Mended, words: str) -> None:
    if not done.done:
        changed = _("その間にシートが変わったので、書き換えませんでした。")
        flash.say(changed, "info")
        return
    flash.say(words)
    st.session_state[_UNDO] = (words, done.undo)


def offer_undo() -> None:
    """Offer to take back what was just done, until it was or the next repair."""
    words, _rows = st.session_state.get(_UNDO, ("", ()))
    if not words:
        return
    with st.container(border=True), _spread():
        st.markdown(f":material/check_circle: {inert(words)}", width="content")
        with st.container(horizontal=True, width="content", gap="small"):
            st.button(
                _("元に戻す"),
                key="data_check:undo_button",
                icon=":material/undo:",
                on_click=_take_back,
            )
            st.button(
                _("閉じる"),
                key="data_check:done",
                type="tertiary",
                on_click=_forget,
            )


def _take_back() -> None:
    rows: tuple[RowMend, ...] = st.session_state.pop(_UNDO, ("", ()))[1]
    with boundary.attempt():
        done = repairs.take_back(context.desk(), rows, now=clock.now())
        if len(done.done) == len(rows):
            flash.say(_("元に戻しました。"))
        else:
            left = len(rows) - len(done.done)
            words = _("{count}行は、その間に変わったので戻しませんでした。")
            flash.say(words.format(count=left), "info")


def _forget() -> None:
    st.session_state.pop(_UNDO, None)


# What is only told --------------------------------------------------------------------


def remarks(rows: Sequence[RowProblem]) -> None:
    """Draw, folded, the rows that are taken for remarks and not counted."""
    if not rows:
        return
    title = _("数えていない行 {count}行").format(count=len(rows))
    with st.expander(title, icon=":material/notes:"):
        st.caption(
            _(
                "「※」の注記や小計とみた行です。一件の記録なら、必要な項目を入れてください。"
            )
        )
        for row in rows[:MORE]:
            with _spread():
                st.text(f"{_(row.tab)} {row.row}: {one_line(row.typed, 80)}", width=560)
                if row.link:
                    st.link_button(
                        _("シートで開く"),
                        row.link,
                        icon=":material/open_in_new:",
                        type="tertiary",
                    )


def summary(checked: Checked) -> None:
    """Say in one line what was found, and when the data were looked at."""
    when = _("{time} のデータを点検しました。").format(time=fmt.moment(checked.at))
    count = len(checked.to_mend)
    if not count:
        with st.container(border=True):
            st.markdown(f"##### :material/check_circle: {_('直すところはありません')}")
            st.caption(when)
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        words = _("直すところ {count}か所").format(count=count)
        st.badge(inert(words), icon=":material/flag:", color="orange")
        st.caption(when, width="content")


def _spread(align: Literal["top", "center"] = "center") -> Any:
    """Return a row whose parts stand at its two ends."""
    return st.container(
        horizontal=True,
        horizontal_alignment="distribute",
        vertical_alignment=align,
        gap="small",
    )
