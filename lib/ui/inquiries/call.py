"""The call: one screen in the order of the talk, with a quiet column beside it."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import streamlit as st

from lib import clock
from lib.actions.inquiries import listing, matching, similar
from lib.actions.inquiries.ladder import rung_of
from lib.actions.inquiries.matching import Likeness
from lib.actions.inquiries.taking import Preview
from lib.i18n import _
from lib.schema.complaint import UNKNOWN_PRODUCT
from lib.schema.vocab import (
    AgencyKind,
    Category,
    ContactKind,
    DeadlineKind,
    Match,
)
from lib.settings import scripts
from lib.store.access import UserStore
from lib.text import inert
from lib.ui import context, drafting, viewport
from lib.ui import format as fmt
from lib.ui.filters import product_names
from lib.ui.form import Form, choices_for, field_input, label_of
from lib.ui.inquiries import address, matches, pictures, state
from lib.ui.inquiries import similar as behind
from lib.ui.setting_texts import words

LOOKS_EVERY: Final = 2.0
"""Seconds between two looks for the same case while somebody types: what is written
does not run the page again."""

_DATED: Final = (ContactKind.REPORT_ORDER, ContactKind.SUMMONS)
_KIND_COLOURS: Final = {
    DeadlineKind.STATUTORY: "orange",
    DeadlineKind.GUIDELINE: "blue",
    DeadlineKind.AGENCY: "violet",
    DeadlineKind.OWN: "gray",
}


def draw(desk: UserStore) -> None:
    """Draw the screen of the call."""
    form = state.drawn_form(desk)
    drafting.offer(form, state.NAMES, title="agency_name")
    phone = viewport.sounds_like_phone()
    questions, beside = st.columns([7, 4])
    with questions:
        _caller(desk, form)
        _about(desk, form)
        _case(desk, form)
        _said(form)
        if phone:
            with st.container(border=True):
                _looking(desk)
        _ours(desk, form)
    with beside:
        if not phone:
            with st.container(border=True):
                _looking(desk)
        _manners(desk, form)
        _standing(desk, form)
    with st.bottom:
        _likeliest(desk)
        _save_bar(form)


# The questions, in the order of the talk ----------------------------------------------


def _caller(desk: UserStore, form: Form) -> None:
    with st.container(border=True):
        field_input(
            form,
            "caller_kind",
            required=True,
            pills=True,
            options=choices_for(AgencyKind),
            on_change="rerun",
            show_help=False,
        )
        name, officer, number = st.columns([5, 3, 4])
        with name:
            known = state.agencies(desk)
            kind = form.get("caller_kind")
            same_kind = [n for n, (k, _c) in known.items() if kind in (None, k)]
            field_input(
                form,
                "agency_name",
                required=True,
                options=same_kind,
                placeholder=_("選ぶか入力。例: 〇〇市消費生活センター"),
                on_change=state.take_what_is_known,
                show_help=False,
            )
        with officer:
            field_input(form, "officer_name", show_help=False)
        with number:
            field_input(
                form,
                "agency_contact",
                label=_("折り返す先(電話・メール)"),
                show_help=False,
            )
        field_input(form, "route", pills=True, show_help=False)


def _about(desk: UserStore, form: Form) -> None:
    with st.container(border=True):
        field_input(
            form,
            "contact_kind",
            pills=True,
            on_change="rerun",
            show_help=False,
        )
        following, named = st.columns([7, 5])
        with following:
            _following(desk)
        with named:
            is_required = form.get("contact_kind") in _DATED
            label = _("先方が言った期限") + (_("(必須)") if is_required else "")
            field_input(form, "agency_due_at", label=label, show_help=False)


def _following(desk: UserStore) -> None:
    """Say calmly which deadlines follow from what was tapped."""
    found = state.preview(desk)
    if not found.clocks:
        words = _("種別を選ぶと、どの期限が始まるかがここに出ます。")
        st.caption(inert(words))
        return
    lines = [
        f":{_KIND_COLOURS[clock_.rule.kind]}-badge[{inert(_(clock_.rule.kind.value))}] "
        f"{inert(_(clock_.rule.name))} — {inert(_until(clock_.due_at))}"
        for clock_ in found.clocks
    ]
    st.markdown(":small[" + "]  \n:small[".join(lines) + "]")
    st.caption(inert(_("目安です。当てはまるかは、あとで人が確かめます。")))


def _until(due: datetime) -> str:
    return _("{day} {time} まで").format(day=fmt.day(due.date()), time=f"{due:%H:%M}")


def _case(desk: UserStore, form: Form) -> None:
    names = product_names(desk)
    on_sale = [code for code in names if code != UNKNOWN_PRODUCT]
    with st.container(border=True):
        order, product, day = st.columns([4, 5, 3])
        with order:
            field_input(form, "order_number", live=True, show_help=False)
        with product:
            field_input(
                form,
                "product_code",
                label=_("商品"),
                options=[UNKNOWN_PRODUCT, *on_sale],
                format_option=lambda code: (
                    _(UNKNOWN_PRODUCT)
                    if code == UNKNOWN_PRODUCT
                    else names.get(code, code)
                ),
                on_change="rerun",
                show_help=False,
            )
        with day:
            field_input(form, "occurred_on", on_change="rerun", show_help=False)
        customer, page, way = st.columns([4, 5, 3])
        with customer:
            field_input(form, "customer")
        with page:
            field_input(
                form,
                "sales_page",
                options=state.pages(desk),
                on_change="rerun",
                show_help=False,
            )
        with way:
            field_input(form, "sales_form", on_change="rerun", show_help=False)


def _said(form: Form) -> None:
    with st.container(border=True):
        field_input(
            form,
            "facts",
            label=_("何が起きたと言っているか"),
            placeholder=_("言われたことを、そのまま。判断や反論は書かない"),
            height=120,
            show_help=False,
        )
        field_input(
            form,
            "demand",
            label=_("何を求めているか"),
            height=80,
            show_help=False,
        )
        field_input(
            form,
            "category",
            pills=True,
            options=choices_for(Category, without=[Category.UNASKED]),
            on_change="rerun",
            show_help=False,
        )


def _ours(desk: UserStore, form: Form) -> None:
    people = [member.name for member in context.members()]
    with st.container(border=True):
        due, handler, since = st.columns(3)
        with due:
            field_input(
                form, "own_due_at", label=_("こちらから折り返す期限"), show_help=False
            )
        with handler:
            field_input(
                form,
                "handler",
                options=people,
                placeholder=desk.principal.name,
                show_help=False,
            )
        with since:
            field_input(
                form,
                "first_contact_at",
                label=_("連絡のあった時刻(空なら書き始め)"),
                show_help=False,
            )


# Beside it -----------------------------------------------------------------------------


_PRESSES: Final = matches.Presses(state.same_as, state.none_of_them, state.ask_again)


@st.fragment(run_every=LOOKS_EVERY)
def _likeliest(desk: UserStore) -> None:
    """Draw the likeliest case in one line, where it is seen wherever one types."""
    form = state.call_form()
    if form.get("complaint_id") or form.get("matched") is Match.NONE:
        return
    offers = matching.matches(desk, state.preview(desk).heard)
    if offers and offers[0].likeness is not Likeness.SIMILAR:
        matches.in_a_line(desk, offers[0], _PRESSES, prefix="call")


@st.fragment(run_every=LOOKS_EVERY)
def _looking(desk: UserStore) -> None:
    """Look for the same case and the like ones in what is typed so far."""
    found = state.preview(desk)
    form = state.call_form()
    number = str(form.get("complaint_id") or "")
    if number or form.get("matched") is Match.NONE:
        matches.settled(desk, number, _PRESSES, prefix="call")
    else:
        offers = matching.matches(desk, found.heard)
        matches.offered(desk, offers, _PRESSES, prefix="call")
    alike = similar.similar(
        desk,
        similar.about(found.inquiry),
        clock.today(),
        without=_itself(found),
    )
    behind.in_short(alike)


def _itself(found: Preview) -> tuple[str, ...]:
    return (found.inquiry.complaint_id,) if found.inquiry.complaint_id else ()


def _manners(desk: UserStore, form: Form) -> None:
    """Draw how one speaks with an agency, in the order of the call."""
    due = form.values(["own_due_at"])["own_due_at"]
    by = f"{fmt.day(due.date())} {due:%H:%M}" if due else ""
    typed = {"回答期限": by}
    with st.container(border=True, gap="small"):
        st.markdown(f"**:material/record_voice_over: {inert(_('話し方'))}**")
        lines = [
            scripts.spoken(words(desk, manner), typed)
            for manner in scripts.AGENCY_MANNERS
        ]
        st.markdown("\n".join(f"1. :small[{inert(line)}]" for line in lines if line))


def _standing(desk: UserStore, form: Form) -> None:
    """Draw the step on which the matter stands, and who stands behind whom."""
    found = state.preview(desk)
    kind: AgencyKind | None = form.get("caller_kind")
    alike = similar.similar(desk, similar.about(found.inquiry), clock.today())
    others = alike[0].contacts if alike else 0
    with st.container(border=True, gap="small"):
        pictures.ladder(rung_of(kind, found.inquiry.contact_kind, others))
        if kind is not None:
            for reason in listing.alarm(desk, found.inquiry, clock.now()).reasons:
                st.caption(f":material/priority_high: {inert(reason.text())}")
    folder = st.expander(
        _("だれがだれの後ろにいるか"),
        icon=":material/account_tree:",
        key="call:behind",
        on_change="rerun",
    )
    if folder.open:
        with folder:
            pictures.behind(desk, kind)


# Saving ----------------------------------------------------------------------------------


def _save_bar(form: Form) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.button(
            _("記録する"),
            key="call_save",
            type="primary",
            icon=":material/check:",
            shortcut="Mod+S",
            on_click=state.save,
            args=(drafting.entry_id(form),),
        )
        st.button(
            _("下書きに置く"),
            key="call_set_aside",
            type="tertiary",
            help=_("書きかけを下書きに残して、新しい連絡を書き始めます。"),
            on_click=state.set_aside,
        )
        st.button(
            _("一覧へ戻る"),
            key="call_leave",
            type="tertiary",
            icon=":material/arrow_back:",
            help=_("書きかけは残ります。"),
            on_click=address.leave_call,
        )
        drafting.autosave(form, state.NAMES)
    if form.problems:
        names = [label_of(form.record.field(name)) for name in form.problems]
        st.error(
            _("まだ記録していません。直すところ: {names}").format(
                names=fmt.listed(names)
            )
        )
