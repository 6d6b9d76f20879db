"""The two-minute form of one day: counts, live shares, confirming, correcting."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any, Final

import streamlit as st

from lib import clock
from lib.actions import kpi_days, today
from lib.actions.kpi_days import DayEdit
from lib.actions.searching import slug
from lib.errors import AppError, Conflict, InvalidRecord
from lib.i18n import _
from lib.metrics import kpis
from lib.schema.kpi_day import COMPANY, KpiDay
from lib.schema.masters import Centre
from lib.schema.tables import table
from lib.schema.vocab import BusinessDay, Done
from lib.store.access import UserStore
from lib.text import LONGEST_TEXT, inert
from lib.ui import boundary, context, drafting, figures, flash, marks, outbox
from lib.ui import format as fmt
from lib.ui.form import Form, field_input, problems_by_field, widget_values

LIVE: Final = (
    "answer_rate",
    "abandonment_rate",
    "retention_offer_rate",
)
"""Shares recomputed while one types. How many were talked into staying is none of them:
what they said afterwards is not known yet."""

REASON: Final = "reason"
DETAILS: Final = "kpi.details"
"""Session key: whether 「詳しい数字」 is unfolded."""

_FIRST: Final = frozenset({*kpi_days.CALLS, *kpi_days.RETENTION, *kpi_days.ORDERS})
_COUNT_WIDTH: Final = 130
_MISSING_SHOWN: Final = 6


def day_form(desk: UserStore, centre: Centre, day: date) -> Form:
    """Draw the form of that day and return it; what stands in it is kept as a draft."""
    form = _loaded(desk, centre, day)
    seen = _seen(form)
    locked = _is_confirmed(seen) and not st.session_state.get(form.key("_open"))
    drafting.offer(form, _names(centre), title="note")
    with st.container(border=True):
        _heading(desk, seen, day, locked=locked)
        if seen is not None:
            place = table("kpi_days")
            marks.note(desk, place, place.key_of(seen), seen)
        _conflict(form, centre, day)
        field_input(
            form,
            "business",
            pills=True,
            on_change="rerun",
            disabled=locked,
        )
        if form.get("business") is not BusinessDay.CLOSED:
            _counts(form, centre, locked=locked)
        field_input(form, "note", height=80, disabled=locked)
        if form.get("business") is not BusinessDay.CLOSED:
            _details(form, centre, locked=locked)
        _buttons(form, centre, day, seen, locked=locked)
        if not locked:
            drafting.autosave(form, _names(centre))
        _meanings(centre)
    return form


def live_shares(
    desk: UserStore, form: Form, centre: Centre, day: date, usual: Mapping[str, float]
) -> None:
    """Draw the shares that the typed counts give, beside those of the last 28 days.

    usual: KPI code → value of the last 28 days, missing where there is none.
    """
    typed = _record_being_typed(form, centre, day)
    if typed is None:
        st.caption(_("数のつじつまが合うと、ここに割合が出ます。"))
        return
    counts = typed.values()
    shown = [c for c in LIVE if _concerns(c, centre)]
    with st.grid(min_column_width=150):
        for code in shown:
            _share(kpis.kpi(code), counts, centre, usual.get(code))
    spans = kpi_days.spans_of(desk, centre, day)
    for name, reason in kpi_days.advice(typed, centre, spans).items():
        label = _(KpiDay.field(name).label)
        st.warning(f"{label}: {inert(reason.text())}", icon=":material/pin:")


def _share(
    entry: kpis.Kpi,
    counts: Mapping[str, Any],
    centre: Centre,
    usual: float | None,
) -> None:
    method = getattr(centre, entry.chosen_by).value if entry.chosen_by else ""
    number = kpis.value_of_day(entry, counts, method)
    change = figures.change_text(entry, number, usual)
    still = figures.is_no_change(change)
    st.metric(
        _(entry.name),
        figures.value_text(entry, number),
        delta=change,
        delta_color="off" if still else figures.change_colour(entry),
        delta_arrow="off" if still else "auto",
        delta_description=_("直近28日比") if change else None,
        help=figures.about(entry, method),
        border=True,
    )


def _concerns(code: str, centre: Centre) -> bool:
    if centre.code == COMPANY:
        return False
    retention = code.startswith("retention")
    return kpi_days.takes_cancellations(centre) or not retention


def missing_list(
    desk: UserStore, centre: Centre, shown: date, go_to: Callable[[date], None]
) -> None:
    """Offer the days that should be in and are not, newest first."""
    found = today.missing_of(desk, clock.now())
    days = [m.day for m in found if m.centre == centre.code and m.day != shown]
    if not days:
        return
    with st.container(border=True):
        st.markdown("**" + _("未入力の日 {count}日").format(count=len(days)) + "**")
        with st.container(horizontal=True):
            for day in days[:_MISSING_SHOWN]:
                st.button(
                    fmt.day(day),
                    key=f"kpi.missing.{day}",
                    icon=":material/edit_calendar:",
                    on_click=go_to,
                    args=(day,),
                )
        if len(days) > _MISSING_SHOWN:
            st.caption(_("ほか{count}日").format(count=len(days) - _MISSING_SHOWN))


# The parts of the form ---------------------------------------------------------


def _heading(desk: UserStore, seen: KpiDay | None, day: date, *, locked: bool) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"#### {fmt.day(day)}")
        if seen is None:
            st.badge(
                _("未入力"), icon=":material/radio_button_unchecked:", color="gray"
            )
        elif _is_confirmed(seen):
            st.badge(_("確定"), icon=":material/lock:", color="green")
        else:
            st.badge(_("未確定"), icon=":material/edit:", color="blue")
        if seen is not None:
            outbox.badge(desk, "kpi_days", table("kpi_days").key_of(seen))
        if seen is not None and seen.updated_at is not None:
            st.caption(
                f"{inert(seen.updated_by)} · {fmt.short_moment(seen.updated_at)}"
            )
    if locked:
        st.caption(_("確定した日です。直すときは「訂正する」を押して理由を書きます。"))


def _counts(form: Form, centre: Centre, *, locked: bool) -> None:
    if centre.code == COMPANY:
        _fields(form, kpi_days.ORDERS, locked=locked)
        return
    with _count_grid():
        _count(form, "offered", locked=locked)
        _count(form, "answered", locked=locked)
        _abandoned(form)
        _count(form, "consumer_centre_calls", locked=locked)
    if kpi_days.takes_cancellations(centre):
        _fields(form, kpi_days.RETENTION, locked=locked)


def _meanings(centre: Centre) -> None:
    """Say what each count is, in one place: a help mark at each is one more Tab."""
    names = kpi_days.first_fields(centre)
    if centre.code != COMPANY:
        names = (*names[:2], "abandoned", *names[2:])
    specs = [KpiDay.field(name) for name in names]
    said = [f"**{_(spec.label)}** {inert(_(spec.column.help))}" for spec in specs]
    with st.popover(_("項目の説明"), icon=":material/help:"):
        st.markdown("\n\n".join(said))


def _abandoned(form: Form) -> None:
    """Show 放棄数 as what it is: computed, not typed."""
    found = kpi_days.abandoned_of(form.get("offered"), form.get("answered"))
    spec = KpiDay.field("abandoned")
    st.metric(_(spec.label), fmt.number(found, unit="件"))
    form.show_problems("abandoned")


def _details(form: Form, centre: Centre, *, locked: bool) -> None:
    """Draw the rest of the counts once unfolded; it stays so from day to day."""
    names = kpi_days.detail_fields(centre)
    if any(name in form.problems for name in names):
        st.session_state[DETAILS] = True
    box = st.expander(_("詳しい数字"), key=DETAILS, on_change="rerun")
    if not box.open:
        return
    with box:
        st.caption(
            _("手元にある数だけで足ります。空欄は「分からない」で、0とは違います。")
        )
        _fields(form, names, locked=locked)


def _fields(form: Form, names: Sequence[str], *, locked: bool) -> None:
    with _count_grid():
        for name in names:
            _count(form, name, locked=locked)


def _count_grid() -> Any:
    """Return a grid that keeps two counts side by side on a phone."""
    return st.grid(min_column_width=_COUNT_WIDTH)


def _count(form: Form, name: str, *, locked: bool) -> None:
    field_input(
        form,
        name,
        on_change="rerun",
        disabled=locked and name not in kpi_days.LATER,
        show_help=name not in _FIRST,
    )


def _buttons(
    form: Form, centre: Centre, day: date, seen: KpiDay | None, *, locked: bool
) -> None:
    for message in form.problems.get("", ()):
        st.error(inert(_(message)), icon=":material/error:")
    form.show_problems("date")
    if locked:
        _buttons_when_locked(form, centre, day)
        return
    if _is_confirmed(seen):
        st.text_input(
            _("訂正の理由(必須)"),
            max_chars=LONGEST_TEXT,
            key=form.key(REASON),
            placeholder=_("例: 集計の誤り"),
            persist_state="session",
        )
        form.show_problems(REASON)
    with st.container(horizontal=True):
        if _is_confirmed(seen):
            _button(form, centre, day, _("訂正を保存"), "correct", primary=True)
        else:
            _button(form, centre, day, _("確定する"), "confirm", primary=True)
            _button(form, centre, day, _("保存だけする"), "keep")


def _buttons_when_locked(form: Form, centre: Centre, day: date) -> None:
    with st.container(horizontal=True):
        st.button(
            _("訂正する"),
            key=f"{form.name}:open",
            icon=":material/lock_open:",
            on_click=_unlock,
            args=(form,),
        )
        if not kpi_days.takes_cancellations(centre):
            return
        if st.session_state.get(DETAILS):
            _button(form, centre, day, _("継続確認数を保存"), "later")
        else:
            st.button(
                _("継続確認数を入れる"), key=f"{form.name}:later", on_click=_unfold
            )


def _button(
    form: Form,
    centre: Centre,
    day: date,
    label: str,
    how: str,
    *,
    primary: bool = False,
) -> None:
    st.button(
        label,
        key=f"{form.name}:{how}",
        type="primary" if primary else "secondary",
        icon=":material/check:" if primary else ":material/save:",
        # Not Ctrl+Enter: in the remarks it means "take over what I typed".
        shortcut=None if how == "confirm" else "Mod+S",
        on_click=_save,
        args=(form, centre, day),
        kwargs={"confirm": how == "confirm"},
    )


def _conflict(form: Form, centre: Centre, day: date) -> None:
    """Show both versions of what another person changed meanwhile, and let one choose."""
    found: Conflict | None = st.session_state.get(form.key("_conflict"))
    if found is None:
        return
    theirs = kpi_days.find(context.desk(), centre.code, day)
    if theirs is None:
        return
    st.warning(
        _(
            "{name}さんが同じ日の数を先に保存しました。どちらを残すか選んでください。"
        ).format(name=inert(theirs.updated_by)),
        icon=":material/merge:",
    )
    for name in _names(centre):
        mine, other = form.get(name), getattr(theirs, name)
        if mine not in (None, "") and mine != other:
            spec = KpiDay.field(name)
            st.text(
                _("{label}: 相手 {theirs} / 自分 {mine}").format(
                    label=_(spec.label),
                    theirs=fmt.cell(spec, other),
                    mine=fmt.cell(spec, mine),
                )
            )
    with st.container(horizontal=True):
        st.button(
            _("相手の数を残す"),
            key=f"{form.name}:theirs",
            on_click=drafting.discard,
            args=(form,),
        )
        st.button(
            _("自分の数で直す"),
            key=f"{form.name}:mine",
            on_click=_rebase,
            args=(form, theirs),
        )


# State -------------------------------------------------------------------------


def _names(centre: Centre) -> tuple[str, ...]:
    return kpi_days.asked_fields(centre)


def _form_name(centre: Centre, day: date) -> str:
    # A code may hold anything, and the name becomes a folder of drafts.
    short = hashlib.blake2b(centre.code.encode(), digest_size=5).hexdigest()
    return f"kpi-{short}-{day}"


def _loaded(desk: UserStore, centre: Centre, day: date) -> Form:
    """Return the form holding the day's row, or what was typed over it."""
    bare = Form(_form_name(centre, day), KpiDay)
    now = kpi_days.find(desk, centre.code, day)
    names = _names(centre)
    fresh = bare.key("_seen") not in st.session_state
    if fresh or (_is_untouched(bare, names) and _version(now) != _version(_seen(bare))):
        st.session_state[bare.key("_seen")] = now
        drafting.look_anew(bare)
        if now is not None:
            bare.set(**widget_values(now, names))
    problems = st.session_state.get(bare.key("_problems"), {})
    return Form(bare.name, KpiDay, problems, _untouched(_seen(bare), names))


def _untouched(seen: KpiDay | None, names: Sequence[str]) -> dict[str, Any]:
    return widget_values(seen, names) if seen is not None else {}


def _is_untouched(form: Form, names: Sequence[str]) -> bool:
    before = _untouched(_seen(form), names)
    return all(
        value == before.get(name, KpiDay.field(name).default)
        for name, value in form.held(names).items()
    )


def _seen(form: Form) -> KpiDay | None:
    found: KpiDay | None = st.session_state.get(form.key("_seen"))
    return drafting.as_seen(form, found) if found is not None else None


def _version(record: KpiDay | None) -> int:
    return record.version if record else 0


def _is_confirmed(record: KpiDay | None) -> bool:
    return record is not None and record.confirmed is Done.DONE


def _edit(form: Form, centre: Centre, day: date) -> DayEdit:
    values = form.values(_names(centre))
    if values["business"] is BusinessDay.CLOSED:
        # What was typed before the day turned out closed stays on screen, unsaved.
        values = {name: values[name] for name in kpi_days.SHARED}
    return DayEdit(centre, day, _seen(form), values)


def _record_being_typed(form: Form, centre: Centre, day: date) -> KpiDay | None:
    try:
        return kpi_days.checked(
            context.desk().principal, _edit(form, centre, day), now=clock.now()
        )
    except InvalidRecord:
        return None


# Callbacks ---------------------------------------------------------------------


def _save(form: Form, centre: Centre, day: date, *, confirm: bool) -> None:
    try:
        saved = kpi_days.save(
            context.desk(),
            _edit(form, centre, day),
            entry=drafting.entry_id(form),
            now=clock.now(),
            confirm=confirm,
            reason=str(st.session_state.get(form.key(REASON)) or ""),
        )
    except InvalidRecord as error:
        st.session_state[form.key("_problems")] = problems_by_field(error.problems)
        return
    except Conflict as conflict:
        st.session_state[form.key("_conflict")] = conflict
        return
    except AppError as error:
        flash.say(boundary.message_of(error), "error")
        return
    drafting.discard(form)
    st.query_params.update({"centre": slug(centre.code), "date": day.isoformat()})
    said = (
        _("{day}を確定しました") if _is_confirmed(saved) else _("{day}を保存しました")
    )
    flash.say(said.format(day=fmt.day(day)))


def _unfold() -> None:
    st.session_state[DETAILS] = True


def _unlock(form: Form) -> None:
    st.session_state[form.key("_open")] = True


def _rebase(form: Form, theirs: KpiDay) -> None:
    """Lay what was typed over the other person's row; the next save replaces it."""
    st.session_state[form.key("_seen")] = theirs
    drafting.look_anew(form)
    del st.session_state[form.key("_conflict")]
