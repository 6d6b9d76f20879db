"""施策を記録: below a chart, what was done or happened becomes a mark on it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any, Final

import streamlit as st

from lib import clock
from lib.actions import measures
from lib.actions.kpi_views import Period
from lib.errors import Conflict, InvalidRecord
from lib.i18n import _
from lib.schema.ids import new_commit_id
from lib.schema.learning import Improvement
from lib.schema.vocab import ImprovementKind, ImprovementStatus
from lib.store.access import UserStore
from lib.text import one_line
from lib.ui import boundary, conflict, context, drafting, flash, navigation
from lib.ui import format as fmt
from lib.ui.conflict import Clash
from lib.ui.form import Form, field_input, problems_by_field, widget_values
from lib.ui.kpis.address import Here

RECORDING: Final = "kpis.measure.record"
CORRECTING: Final = "kpis.measure.correct"
CHOSEN: Final = "kpis.measure.chosen"
"""Session keys: whether each box is open, and the number of the record put right."""

_NEW: Final = "measure"


def panel(desk: UserStore, at: Here, period: Period) -> None:
    """Draw the two boxes for whoever records; `period`: the days of the chart."""
    if desk.principal.role not in measures.WRITERS:
        return
    with st.container(horizontal=True, gap="small"):
        _record(at, period)
        _correct(desk, at, period)


# A new one -----------------------------------------------------------------------


def _record(at: Here, period: Period) -> None:
    opened = st.popover(
        _("施策を記録"),
        icon=":material/add_location:",
        key=RECORDING,
        on_change="rerun",
    )
    if not opened.open:
        return
    form = _empty(at)
    with opened:
        st.caption(
            _("施策のほか、テレビでの紹介やシステム障害も、その日の印になります。")
        )
        drafting.offer(form, measures.ASKED, title="title")
        _fields(form, at)
        drafting.autosave(form, measures.ASKED)
        st.button(
            _("記録する"),
            key=f"{form.name}:save",
            type="primary",
            icon=":material/check:",
            on_click=_save_new,
            args=(form, period),
        )


def _empty(at: Here) -> Form:
    """Return the form of a new record: today, by this person, for the centre shown."""
    start = {
        "kind": ImprovementKind.OTHER,
        "starts_on": clock.today(),
        "title": "",
        "centre": at.centre or None,
        "owner": context.desk().principal.name,
    }
    form = Form(_NEW, Improvement, _problems(_NEW), start)
    if form.key("starts_on") not in st.session_state:
        form.set(**start)
    return form


def _save_new(form: Form, drawn: Period) -> None:
    with boundary.attempt():
        try:
            made = measures.record(
                context.desk(),
                form.values(measures.ASKED),
                now=clock.now(),
                commit_id=drafting.entry_id(form),
            )
        except InvalidRecord as refused:
            _remember(form.name, refused)
            return
        drafting.discard(form)
        st.session_state[RECORDING] = False
        said = _("「{title}」を記録しました。").format(title=made.title)
        if made.starts_on and made.starts_on > drawn.last:
            said += _("グラフの印は、その日から先の数字が出てから見えます。")
        flash.say(said)


# One put right -------------------------------------------------------------------


def _correct(desk: UserStore, at: Here, period: Period) -> None:
    found = {m.id: m for m in measures.marked(desk, *_listed_days(period))}
    if not found:
        return
    opened = st.popover(
        _("記録を直す"),
        icon=":material/edit_location_alt:",
        key=CORRECTING,
        on_change="rerun",
    )
    if not opened.open:
        return
    with opened:
        number = st.selectbox(
            _("直す記録"),
            list(found),
            key=CHOSEN,
            format_func=lambda code: _line(found[code]) if code in found else code,
            filter_mode="contains",
        )
        if number in found:
            _one(at, found[number])


def _listed_days(period: Period) -> tuple[date, date]:
    """Return the days of the chart, and where it reaches up to now what is to come."""
    is_past = period.last < clock.today() - timedelta(days=1)
    return period.first, period.last if is_past else date.max


def _line(one: Improvement) -> str:
    day = fmt.day(one.starts_on) if one.starts_on else ""
    state = f"({_(one.status.value)})" if _is_cancelled(one) else ""
    return f"{day} {one_line(one.title, 40)}{state}"


def _one(at: Here, stands: Improvement) -> None:
    name = _name_of(stands.id)
    if clash := st.session_state.get(f"{name}-clash"):
        conflict.show(name, clash, on_settled=_settled, on_back=_back)
        return
    if _is_cancelled(stands):
        st.caption(_("取り消した記録です。グラフに印は出ません。"))
        _button(_("元に戻す"), "restore", stands, icon=":material/undo:")
        return
    form = _loaded(stands)
    drafting.offer(form, measures.ASKED, title="title")
    _fields(form, at)
    drafting.autosave(form, measures.ASKED)
    with st.container(horizontal=True):
        st.button(
            _("直して保存"),
            key=f"{name}:save",
            type="primary",
            icon=":material/check:",
            on_click=_save_change,
            args=(form,),
        )
        _button(_("この記録を取り消す"), "cancel", stands, icon=":material/undo:")


def _button(label: str, verb: str, stands: Improvement, *, icon: str) -> None:
    st.button(
        label,
        key=f"{_name_of(stands.id)}:{verb}",
        icon=icon,
        on_click=_take_back if verb == "cancel" else _take_up,
        args=(stands, new_commit_id()),
    )


def _loaded(stands: Improvement) -> Form:
    """Return the form with the row as it stands, or with what was typed over it."""
    name = _name_of(stands.id)
    seen: Improvement | None = st.session_state.get(f"{name}.seen")
    bare = Form(name, Improvement)
    if seen is None or (seen.version != stands.version and _is_untouched(bare, seen)):
        st.session_state[f"{name}.seen"] = seen = stands
        drafting.look_anew(bare)
        bare.set(**widget_values(seen, measures.ASKED))
    untouched = widget_values(seen, measures.ASKED)
    return Form(name, Improvement, _problems(name), untouched)


def _is_untouched(form: Form, seen: Improvement) -> bool:
    before = widget_values(seen, measures.ASKED)
    return all((form.get(name) or "") == (before[name] or "") for name in before)


def _save_change(form: Form) -> None:
    seen: Improvement = st.session_state[f"{form.name}.seen"]
    values = form.values(measures.ASKED)
    _change(form, drafting.as_seen(form, seen), values, drafting.entry_id(form))


def _change(
    form: Form, seen: Improvement, values: Mapping[str, Any], commit_id: str
) -> None:
    with boundary.attempt():
        try:
            measures.change(
                context.desk(), seen, values, now=clock.now(), commit_id=commit_id
            )
        except InvalidRecord as refused:
            _remember(form.name, refused)
            return
        except Conflict as met:
            if not met.fields:
                raise
            st.session_state[f"{form.name}-clash"] = Clash(
                seen, values, met.fields, dict.fromkeys(values, _last(seen.id))
            )
            return
        drafting.discard(form)
        st.session_state[CORRECTING] = False
        flash.say(_("記録を直しました。"))


def _settled(seen: Any, values: Mapping[str, Any]) -> None:
    """Save again with what was chosen between the two versions."""
    name = _name_of(seen.id)
    st.session_state.pop(f"{name}-clash", None)
    _change(Form(name, Improvement), seen, values, new_commit_id())


def _back(seen: Any, _values: Mapping[str, Any]) -> None:
    """Go back to what was typed."""
    st.session_state.pop(f"{_name_of(seen.id)}-clash", None)


def _last(number: str) -> tuple[str, datetime | None]:
    stands = context.desk().record(measures.IMPROVEMENTS, number)
    return stands.updated_by, stands.updated_at


def _take_back(seen: Improvement, commit_id: str) -> None:
    with boundary.attempt():
        measures.cancel(context.desk(), seen, now=clock.now(), commit_id=commit_id)
        drafting.discard(Form(_name_of(seen.id), Improvement))
        flash.say(_("記録を取り消しました。同じところから元に戻せます。"))


def _take_up(seen: Improvement, commit_id: str) -> None:
    with boundary.attempt():
        measures.restore(context.desk(), seen, now=clock.now(), commit_id=commit_id)
        flash.say(_("記録を元に戻しました。"))


# Both ----------------------------------------------------------------------------


def _fields(form: Form, at: Here) -> None:
    left, right = st.columns(2)
    with left:
        field_input(form, "starts_on", label=_("いつ"), show_help=False)
    with right:
        field_input(form, "kind", show_help=False)
    field_input(
        form,
        "title",
        label=_("何をしたか・何があったか"),
        placeholder=_("例: 昼の時間帯の応援シフトを始めた"),
        show_help=False,
    )
    left, right = st.columns(2)
    names = at.names()
    with left:
        field_input(
            form,
            "centre",
            label=_("どのセンター"),
            options=list(names),
            format_option=lambda code: names.get(code, code),
            placeholder=_("会社全体"),
            show_help=False,
        )
    with right:
        people = [m.name for m in context.members() if m.role in navigation.STAFF]
        field_input(form, "owner", label=_("進める人"), options=people, show_help=False)


def _name_of(number: str) -> str:
    # A row typed into the sheet may hold anything, and the name becomes a folder.
    short = hashlib.blake2b(number.encode(), digest_size=6).hexdigest()
    return f"{_NEW}-{short}"


def _problems(name: str) -> Mapping[str, list[str]]:
    found: Mapping[str, list[str]] = st.session_state.get(f"{name}.problems", {})
    return found


def _remember(name: str, refused: InvalidRecord) -> None:
    st.session_state[f"{name}.problems"] = problems_by_field(refused.problems)


def _is_cancelled(one: Improvement) -> bool:
    return one.status is ImprovementStatus.CANCELLED
