"""KPI目標 on the screen: what counts, a new target from a day on, and what it would say."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Final

import streamlit as st

from lib import clock
from lib.actions.kpi_cards import card_of
from lib.actions.kpi_targets import (
    AIMED,
    completed,
    history,
    read_aim,
    set_target,
    targets_of,
)
from lib.errors import InvalidRecord
from lib.i18n import N_, _
from lib.metrics import lamps
from lib.metrics.amounts import aim as shown_aim
from lib.metrics.borders import Aim, borders
from lib.metrics.kpi_themes import Theme, is_of_company, theme_of
from lib.metrics.kpis import Figure, Spread, Unit
from lib.metrics.series import ALL
from lib.schema.ids import new_commit_id
from lib.schema.masters import Setting
from lib.settings import worth
from lib.settings.business import NO_TARGET
from lib.settings.kpi_targets import HELP
from lib.store.access import UserStore
from lib.text import LONGEST_TEXT, inert
from lib.ui import boundary, context, flash, navigation
from lib.ui import format as fmt
from lib.ui.kpis import look
from lib.ui.kpis.address import FIGURE, PAGE, Here
from lib.ui.setting import one_setting, since

_UNIT: Final = {
    Unit.SHARE: "%",
    Unit.SECONDS: N_("秒"),
    Unit.MINUTES: N_("分(営業時間)"),
    Unit.PER_THOUSAND: N_("出荷千件あたりの件数"),
}
_KEY: Final = "kpis.target"


def show(desk: UserStore, at: Here, now: datetime) -> None:
    """Draw the editor of targets, and of the two settings of the estimate."""
    entry = at.figure if at.figure in AIMED else AIMED[0]
    back = at.query(figure=entry.code)
    navigation.link(PAGE, _("数字へ戻る"), icon=":material/arrow_back:", **back)
    st.subheader(_("目標を決める"), anchor=False)
    st.caption(
        _(
            "目標は、決めた日から数えます。前の日の判定とグラフには、その日の目標が残ります。変えた日はグラフに印が付きます。"
        )
    )
    left, right = st.columns([3, 2])
    with left, st.container(border=True):
        _choose(entry)
        centre = ALL if is_of_company(entry) else at.centre
        _now(desk, at, entry, centre)
        _change(desk, at, entry, centre, now)
    with right, st.container(border=True):
        _history(desk, at, entry, centre)
    _worth(desk)


def _worth(desk: UserStore) -> None:
    """Draw the two settings of the estimate."""
    with st.container(border=True):
        st.markdown(f"**{inert(_(worth.GROUP))}**")
        st.caption(
            _("LTV効果(推計)に使う二つの値です。決めないうちは推計を出しません。")
        )
        for wanted in worth.WORTH_SETTINGS:
            one_setting(desk, wanted)


def _choose(entry: Figure) -> None:
    st.session_state[f"{_KEY}.figure"] = entry
    names = {
        one: f"{_(theme_of(one).value)} · {look.name_of(one)}"
        for theme in Theme
        for one in AIMED
        if theme_of(one) is theme
    }
    st.selectbox(
        _("数字"),
        list(names),
        key=f"{_KEY}.figure",
        format_func=lambda one: names.get(one, ""),
        filter_mode="contains",
        on_change=_go_to_figure,
    )
    st.caption(inert(_(entry.words)))
    if is_of_company(entry):
        st.caption(_("会社全体で一つの目標です。"))


def _go_to_figure() -> None:
    if chosen := st.session_state[f"{_KEY}.figure"]:
        st.query_params[FIGURE] = chosen.code


def _now(desk: UserStore, at: Here, entry: Figure, centre: str) -> None:
    """Say what counts today, whose it is, and where it comes from."""
    whose = at.names().get(centre) or _("全センター")
    aim = targets_of(desk).aim(entry, centre, clock.today())
    shown = look.target_text(entry, aim.target) or _("目標なし")
    st.markdown(f"**{inert(whose)}** · **{inert(shown)}**")
    if line := _line_text(entry, aim):
        st.caption(inert(line))
    st.caption(inert(_origin(desk, entry, centre)))
    if centre != ALL or is_of_company(entry):
        return
    found = {
        one.name: targets_of(desk).on(entry, one.code, clock.today())
        for one in at.centres
    }
    if len(set(found.values())) > 1:
        st.caption(_("センターに決めた目標があれば、そちらが先です。"))
        st.text(
            "\n".join(
                f"{name}: {look.target_text(entry, aimed) or _('目標なし')}"
                for name, aimed in found.items()
            )
        )


def _line_text(entry: Figure, aim: Aim) -> str:
    """Return from where on it is 警報; "" where nothing is aimed at."""
    limits = None if aim.target is None else borders(entry, aim)
    if limits is None:
        return ""
    line = str(shown_aim(entry, limits.lasting))
    if aim.alarm is not None:
        return _("警報の線 {line}(決めた線)").format(line=line)
    if limits.sudden == limits.lasting:
        return _("警報の線 {line}(標準)").format(line=line)
    return _(
        "警報の線 {line}(標準)。1日か2日だけなら{sudden}、3日続けば{line}から警報です。"
    ).format(line=line, sudden=str(shown_aim(entry, limits.sudden)))


def _origin(desk: UserStore, entry: Figure, centre: str) -> str:
    """Return where today's target comes from, in words."""
    today = clock.today()
    for place, words in (
        (centre, N_("{day}から、ここで決めた目標です。")),
        (ALL, N_("{day}から、全センターに決めた目標です。")),
    ):
        begun = [r for r in history(desk, entry, place) if r.effective_from <= today]
        if begun:
            return _(words).format(day=fmt.full_day(begun[0].effective_from))
    if entry.code == "answer_rate" and centre != ALL:
        return _(
            "センターの登録にある目標応答率です。ここで決めると、その日から替わります。"
        )
    return _("このアプリのはじめの目安です。ここで決めると、その日から替わります。")


# Changing ----------------------------------------------------------------------


def _change(
    desk: UserStore, at: Here, entry: Figure, centre: str, now: datetime
) -> None:
    key = f"{_KEY}.{entry.code}.{centre}"
    st.session_state.setdefault(f"{key}:since", clock.today())
    unit = _(_UNIT.get(entry.unit, entry.unit.value))
    st.text_input(
        _("新しい目標({unit})").format(unit=unit),
        max_chars=LONGEST_TEXT,
        key=key,
        placeholder=_("数、または「{none}」").format(none=_(NO_TARGET)),
        persist_state="session",
    )
    st.text_input(
        _("警報の線({unit})").format(unit=unit),
        max_chars=LONGEST_TEXT,
        key=f"{key}:alarm",
        placeholder=_("空欄ならそのまま。「{none}」で標準に戻す").format(
            none=_(NO_TARGET)
        ),
        help=_(
            "この数より悪いと「警報」です。決めないうちは、目標が許す外れの2倍から警報です(目標90%なら80%)。"
        ),
        persist_state="session",
    )
    for message in st.session_state.get(f"{key}:problems", ()):
        st.markdown(f":red[:small[:material/error: {_(message)}]]")
    day = since(key)
    st.text_input(
        _("理由"),
        max_chars=LONGEST_TEXT,
        key=f"{key}:reason",
        help=_("なぜ変えるか。あとで目標の推移を読む人のために残ります。"),
        on_change="ignore",
        persist_state="session",
    )
    typed = _typed(desk, entry, centre, key, day or clock.today())
    _preview(desk, at, entry, centre, typed=typed, now=now)
    if _is_past(day):
        st.caption(
            _("過ぎた日から数えると、その日からの判定とグラフも新しい目標になります。")
        )
    st.button(
        _("この目標にする"),
        key=f"{key}:save",
        type="primary",
        on_click=_save,
        args=(entry, centre, key, new_commit_id()),
    )


def _is_past(day: date | None) -> bool:
    return day is not None and day < clock.today() - timedelta(days=1)


def _typed(
    desk: UserStore, entry: Figure, centre: str, key: str, on: date
) -> tuple[str, str]:
    """Return target and 警報の線 from their boxes; a blank one is what counts."""
    state = st.session_state
    return completed(
        desk,
        entry,
        centre,
        typed=str(state.get(key) or ""),
        alarm=str(state.get(f"{key}:alarm") or ""),
        on=on,
    )


def _preview(
    desk: UserStore,
    at: Here,
    entry: Figure,
    centre: str,
    *,
    typed: tuple[str, str],
    now: datetime,
) -> None:
    """Say how the period shown would stand to what is being typed."""
    if not any(typed):
        return
    try:
        aim = read_aim(entry, *typed)
    except InvalidRecord as refused:
        for problem in refused.problems:
            st.markdown(f":red[:small[:material/error: {_(problem.message)}]]")
        return
    if aim.target is None:
        st.caption(_("この日から目標をなくし、判定しません。"))
        return
    places = (
        [centre]
        if centre or isinstance(entry, Spread)
        else [c.code for c in at.centres]
    )
    st.caption(_("この期間の数を、新しい目標で見ると:"))
    for place in places or [ALL]:
        card = card_of(desk, entry, at.span, now, place)
        name = at.names().get(place, "")
        verdict = lamps.lamp(entry, card.value, aim, place, name)
        if verdict is not None:
            st.markdown(f"{look.badge(verdict)} {look.why(verdict)}")


def _save(entry: Figure, centre: str, key: str, entry_id: str) -> None:
    state = st.session_state
    state.pop(f"{key}:problems", None)
    with boundary.attempt():
        desk = context.desk()
        day = state[f"{key}:since"] or clock.today()
        typed, alarm = _typed(desk, entry, centre, key, day)
        try:
            set_target(
                desk,
                entry,
                centre,
                typed,
                alarm=alarm,
                since=day,
                entry_id=entry_id,
                now=clock.now(),
                reason=str(state.get(f"{key}:reason") or ""),
            )
        except InvalidRecord as refused:
            state[f"{key}:problems"] = [p.message for p in refused.problems]
            return
        for name in (key, f"{key}:alarm", f"{key}:since", f"{key}:reason"):
            state.pop(name, None)
        flash.say(_("「{name}」の目標を保存しました。").format(name=_(entry.name)))


# What counted ------------------------------------------------------------------


def _history(desk: UserStore, at: Here, entry: Figure, centre: str) -> None:
    st.markdown(f"**{inert(_('これまでの目標'))}**")
    every = () if centre or is_of_company(entry) else tuple(at.names())
    places = dict.fromkeys((centre, ALL, *every))
    lines = [
        _line(at, entry, place, row)
        for place in places
        for row in history(desk, entry, place)
    ]
    if not lines:
        st.caption(_("まだ決めていません。"))
        return
    for line, why in lines:
        st.text(line)
        if why:
            st.caption(inert(why))


def _line(at: Here, entry: Figure, place: str, row: Setting) -> tuple[str, str]:
    """Return what counted from when on, who set it, and why."""
    whose = at.names().get(place) or _("全センター")
    try:
        aim = read_aim(entry, row.value)
        shown = look.target_text(entry, aim.target) or _("目標なし")
        if aim.alarm is not None:
            line = str(shown_aim(entry, aim.alarm))
            shown += " " + _("警報の線 {line}").format(line=line)
    except InvalidRecord:
        shown = f"{fmt.DOUBT} {row.value}"
    text = _("{day}から {target}({whose}) {who}").format(
        day=fmt.full_day(row.effective_from),
        target=shown,
        whose=whose,
        who=row.updated_by,
    )
    return text, "" if row.description == HELP else _(row.description)
