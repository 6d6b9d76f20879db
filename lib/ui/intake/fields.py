"""The questions of 苦情受付, in the order of a call (product.md 2)."""

from __future__ import annotations

from typing import Final

import streamlit as st

from lib import clock
from lib.actions.complaints import Preview
from lib.actions.entry import Mark, PromiseTime, due_at, left_to_confirm, unfolded
from lib.i18n import N_, _
from lib.schema.complaint import UNKNOWN_PRODUCT
from lib.schema.vocab import (
    Cause,
    Choice,
    GraveAccident,
    Harassment,
    Harm,
    OutsideThreat,
    Request,
    Temper,
)
from lib.store.access import UserStore
from lib.text import inert
from lib.ui import context
from lib.ui import format as fmt
from lib.ui.filters import product_names
from lib.ui.form import Form, OnChange, choices_for, field_input
from lib.ui.intake import state

_NARROWED: Final[dict[str, list[Choice]]] = {
    "harm": choices_for(Harm, without=[Harm.UNASKED]),
    "accident": choices_for(GraveAccident, without=[GraveAccident.UNASKED]),
    "harassment": [Harassment.SUSPECTED, Harassment.CONFIRMED],
    "outside_threat": choices_for(
        OutsideThreat, without=[OutsideThreat.UNASKED, OutsideThreat.NO]
    ),
}
"""What can still be answered once the chip has said that there is something."""


def customer(desk: UserStore, form: Form, found: Preview) -> None:
    """Draw ① to ③: who calls, about which product."""
    with st.container(border=True):
        one_box, name, product = st.columns([5, 3, 4])
        with one_box:
            field_input(
                form,
                "who",
                on_change="rerun",
                live=True,
                placeholder=_("どれか一つ。空けて並べても可"),
                show_help=False,
            )
            _recognised(found)
        with name:
            field_input(form, "customer_name", show_help=False)
        with product:
            _product(desk, form)


def claim(form: Form, found: Preview) -> None:
    """Draw ④ to ⑧: what happened, what is wished, how heated, what applies."""
    with st.container(border=True):
        field_input(
            form,
            "claim_type",
            options=[kind.name for kind in found.claims],
            format_option=_,
            pills=True,
            on_change="rerun",
            show_help=False,
        )
        field_input(
            form,
            "content",
            required=True,
            placeholder=_("どこで・何に・誰が。お客様の言葉のまま、判断は書かない"),
            height=120,
            show_help=False,
        )
        wish, temper = st.columns([1, 3])
        with wish:
            field_input(form, "request", options=choices_for(Request), show_help=False)
        with temper:
            _temper(form)
        field_input(form, "marks", on_change="rerun", show_help=False)
        _unfolded(form, found)


def promise(form: Form, found: Preview) -> None:
    """Draw ⑨: what was promised until when, or that nothing is left to promise."""
    solved = form.get("promise_time") is PromiseTime.SOLVED
    is_wish = found.entry.is_new_wish
    with st.container(border=True):
        when, what = st.columns([4, 1])
        with when:
            field_input(
                form,
                "promise_time",
                required=not is_wish,
                pills=True,
                options=list(PromiseTime),
                format_option=_time_label,
                on_change=state.note_due,
                show_help=False,
            )
        with what:
            if not solved:
                field_input(form, "next_promise", show_help=False)
        if solved:
            _closing(form, found)
        elif form.get("promise_time") is not None:
            _due(form)
        elif is_wish:
            st.caption(_("要望だけなら、約束がなくても登録できます。"))


def later(desk: UserStore, form: Form, found: Preview) -> None:
    """Draw what can wait until the customer has hung up; nothing while it is closed."""
    if any(name in form.problems for name in state.LATER):
        st.session_state[state.LATER_OPEN] = True
    folder = st.expander(
        _("あとで書くこと"),
        icon=":material/edit_note:",
        key=state.LATER_OPEN,
        on_change="rerun",
    )
    if not folder.open:
        return
    asked_above = unfolded(form.get("marks") or (), found.claim)
    names = [name for name in _LATER if name not in asked_above]
    with folder:
        for start in range(0, len(names), 3):
            row = names[start : start + 3]
            for column, name in zip(st.columns(3), row, strict=False):
                with column:
                    _later_field(desk, form, name)
        field_input(form, "open_questions", height=80)


_LATER: Final = (
    *("received_at", "channel", "handler"),
    *("category", "category2", "occurred_on"),
    *("sales_page", "lot", "people_involved"),
    *("recording", "recording_url", "fact_source"),
    *("fault", "apology", "language"),
)
_RERUNNING: Final = {"channel", "category", "people_involved", "apology", "fault"}
"""Fields on which severity or advice depend."""


def _later_field(desk: UserStore, form: Form, name: str) -> None:
    on_change: OnChange = "rerun" if name in _RERUNNING else "ignore"
    column = form.record.field(name).column
    match name:
        case "handler":
            people = [member.name for member in context.members()]
            me = desk.principal.name
            field_input(form, name, options=people, placeholder=me)
        case "received_at":
            field_input(form, name, label=_("受付日時(空なら書き始めた時刻)"))
        case _ if column.suggests:
            field_input(form, name, options=_suggested(desk, column.suggests))
        case _:
            field_input(form, name, on_change=on_change)


# Customer ----------------------------------------------------------------------


def _recognised(found: Preview) -> None:
    """Say in words how the one box was read, and that the customer is known."""
    parts = []
    if found.complaint.contact:
        parts.append(f":material/call: {inert(found.complaint.contact)}")
    if found.complaint.order_number:
        label = _("注文番号")
        parts.append(f"{inert(label)} {inert(found.complaint.order_number)}")
    if found.earlier_ids:
        text = _("以前の案件 {count}件").format(count=len(found.earlier_ids))
        parts.append(f":material/history: **{inert(text)}**")
    if parts:
        st.caption(" · ".join(parts))


def _product(desk: UserStore, form: Form) -> None:
    names = product_names(desk)
    on_sale = [code for code in names if code != UNKNOWN_PRODUCT]
    field_input(
        form,
        "product_code",
        label=_("商品"),
        options=[UNKNOWN_PRODUCT, *on_sale],
        format_option=lambda code: (
            _(UNKNOWN_PRODUCT) if code == UNKNOWN_PRODUCT else names.get(code, code)
        ),
        show_help=False,
    )


# Claim -------------------------------------------------------------------------


def _temper(form: Form) -> None:
    field_input(
        form,
        "temper",
        pills=True,
        options=choices_for(Temper, without=[Temper.UNASKED]),
        on_change="rerun",
        show_help=False,
    )


def _unfolded(form: Form, found: Preview) -> None:
    names = unfolded(form.get("marks") or (), found.claim)
    if not names:
        return
    with st.container(border=True):
        for name in names:
            _unfolded_field(form, found, name)


def _unfolded_field(form: Form, found: Preview, name: str) -> None:
    if name == "parent_id":
        field_input(
            form,
            name,
            options=found.earlier_ids,
            placeholder=_("選ぶか、番号を入力"),
        )
    elif name in _NARROWED:
        field_input(form, name, pills=True, options=_NARROWED[name], on_change="rerun")
    elif name == "people_involved":
        least = "2" if Mark.SEVERAL in (form.get("marks") or ()) else None
        field_input(form, name, on_change="rerun", placeholder=least)
    elif name == "lot":
        field_input(form, name)
    else:
        field_input(form, name, pills=True)


# Promise -----------------------------------------------------------------------


def _time_label(time: PromiseTime) -> str:
    """Return the tap's words; tomorrow with its date, which is easily mistaken."""
    if time is not PromiseTime.TOMORROW:
        return _(time.value)
    due = due_at(time, clock.now())
    return f"{_(time.value)} {fmt.day(due.date())}" if due else _(time.value)


def _due(form: Form) -> None:
    if form.get("promise_time") is PromiseTime.OTHER:
        field_input(form, "next_promise_at", on_change="rerun", show_help=False)
    due = form.values(["next_promise_at"])["next_promise_at"]
    if due is not None:
        text = _("{day} {time} まで({relative})").format(
            day=fmt.day(due.date()), time=f"{due:%H:%M}", relative=fmt.relative(due)
        )
        late = due < clock.now()
        st.caption(
            f":material/{'warning' if late else 'schedule'}: {inert(text)}"
            + (" " + inert(_("過ぎた時刻です。")) if late else "")
        )


def _closing(form: Form, found: Preview) -> None:
    field_input(
        form,
        "resolution",
        pills=True,
        required=True,
        on_change="rerun",
        show_help=False,
    )
    presumed = found.complaint.cause or Cause.UNKNOWN
    label = _("原因区分(推定): {cause}").format(cause=fmt.choice(presumed))
    key = form.key(state.CONFIRMED)
    st.session_state.setdefault(key, False)
    st.checkbox(
        _(_CONFIRMATIONS[left_to_confirm(form.get("marks") or (), found.claim)]),
        key=key,
        persist_state="session",
    )
    form.show_problems(state.CONFIRMED)
    field_input(form, "cause", label=label, placeholder=fmt.choice(presumed))


_CONFIRMATIONS: Final[dict[frozenset[str], str]] = {
    frozenset({"harm", "leak"}): N_(
        "復唱して確かめました。けが・体調不良も、個人情報の漏れもありません。"
    ),
    frozenset({"harm"}): N_("復唱して確かめました。けが・体調不良はありません。"),
    frozenset({"leak"}): N_("復唱して確かめました。個人情報の漏れはありません。"),
    frozenset(): N_("復唱して確かめました。"),
}
"""The one honest confirmation; it never denies what a chip has said."""


def _suggested(desk: UserStore, group: str) -> list[str]:
    """Return the words that 設定 offers for a group, in its order."""

    def made() -> list[str]:
        settings = desk.frame("settings")
        return list(dict.fromkeys(settings.loc[settings["group"] == group, "name"]))

    return desk.derived(("suggested", group), made)
