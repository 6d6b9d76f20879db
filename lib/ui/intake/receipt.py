"""After saving: the number to read out, and what happens next."""

from __future__ import annotations

from html import escape
from typing import Final

import streamlit as st

from lib.i18n import _, current
from lib.schema.complaint import Complaint
from lib.schema.frames import JOINER
from lib.settings.severity_rules import in_words
from lib.store.access import UserStore
from lib.text import inert
from lib.ui import format as fmt
from lib.ui import navigation, outbox
from lib.ui.case import handing
from lib.ui.case.saving import open_editor
from lib.ui.crisis import opening as crisis
from lib.ui.intake import state

_KANA: Final = dict(
    zip(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
        [
            "エー",
            "ビー",
            "シー",
            "ディー",
            "イー",
            "エフ",
            "ジー",
            "エイチ",
            "アイ",
            "ジェイ",
            "ケー",
            "エル",
            "エム",
            "エヌ",
            "オー",
            "ピー",
            "キュー",
            "アール",
            "エス",
            "ティー",
            "ユー",
            "ブイ",
            "ダブリュー",
            "エックス",
            "ワイ",
            "ゼット",
        ],
        strict=True,
    )
)
_NATO: Final = dict(
    zip(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
        [
            "Alfa",
            "Bravo",
            "Charlie",
            "Delta",
            "Echo",
            "Foxtrot",
            "Golf",
            "Hotel",
            "India",
            "Juliett",
            "Kilo",
            "Lima",
            "Mike",
            "November",
            "Oscar",
            "Papa",
            "Quebec",
            "Romeo",
            "Sierra",
            "Tango",
            "Uniform",
            "Victor",
            "Whiskey",
            "X-ray",
            "Yankee",
            "Zulu",
        ],
        strict=True,
    )
)


def draw(desk: UserStore, number: str) -> None:
    """Draw the receipt of the complaint that was just recorded."""
    case = desk.record("complaints", number)
    if not isinstance(case, Complaint):
        return
    with st.container(border=True):
        with st.container(horizontal=True, vertical_alignment="center"):
            done = inert(_("受け付けました"))
            st.markdown(f":green[:material/check_circle:] **{done}**", width="content")
            outbox.badge(desk, "complaints", case.id, arrived=True)
        _number(case.id)
        _next(case)
    crisis.on_case(desk, case)
    _buttons(desk, case)


def spoken(number: str) -> str:
    """Return how one says a number on the phone: "ケー · 2 6 1 1 2 1 · 7 エフ …"."""
    names = _KANA if current() == "ja" else _NATO
    parts = [" ".join(names.get(sign, sign) for sign in p) for p in number.split("-")]
    return " · ".join(parts)


def _number(number: str) -> None:
    # No heading of the theme is as large.
    # nosemgrep: html-with-data - the number is ours: letters, digits, hyphens
    st.html(
        '<p style="font-size:clamp(1.9rem,8vw,3rem);font-weight:700;'
        f'letter-spacing:.04em;line-height:1.2;margin:0">{escape(number)}</p>'
    )
    st.caption(_("読み方: {spoken}").format(spoken=inert(spoken(number))))


def _next(case: Complaint) -> None:
    if case.is_open and case.next_promise and case.next_promise_at:
        due = case.next_promise_at
        text = _("次は、{name}さんが {day} {time} までに「{promise}」").format(
            name=case.handler,
            day=fmt.day(due.date()),
            time=f"{due:%H:%M}",
            promise=fmt.choice(case.next_promise),
        )
        st.markdown(f":material/schedule: **{inert(text)}**")
        st.caption(inert(fmt.relative(due)))
    elif case.is_open:
        text = _("要望として残しました。お客様との約束はありません。")
        st.markdown(f":material/lightbulb: **{inert(text)}**")
    else:
        text = _("その場で解決として完了しました。お客様との約束はありません。")
        st.markdown(f":material/task_alt: **{inert(text)}**")
    reason = case.severity_reason
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.badge(fmt.choice(case.severity), color=fmt.badge_colour(case.severity))
        if reason:
            st.caption(inert(fmt.listed(in_words(r) for r in reason.split(JOINER))))


def _buttons(desk: UserStore, case: Complaint) -> None:
    with st.container(horizontal=True):
        st.button(
            _("次の電話を受ける"),
            type="primary",
            icon=":material/call:",
            on_click=state.next_call,
        )
        # Heated calls go to somebody else at once: this tap, and the name of who it is.
        handed = handing.may_hand(desk, case) and st.button(
            _("引き継ぐ"),
            icon=":material/swap_horiz:",
            help=_("人・時間・場所をカエル"),
        )
        opened = st.button(_("この案件を開く"), icon=":material/open_in_new:")
    if handed:
        open_editor(case, handing.HANDOVER)
    if handed or opened:
        state.next_call()
        navigation.go("ledger", case=case.id)
