"""設定: values that count from a day on, and the words a complaint is called by."""

from __future__ import annotations

from typing import Any

import streamlit as st

from lib import clock
from lib.actions.business_settings import claim_types_of, set_claim_type
from lib.errors import InvalidRecord
from lib.i18n import _
from lib.schema.ids import new_commit_id
from lib.schema.vocab import Category, Cause, Role
from lib.settings import agencies, business, claim_types, company
from lib.settings.claim_types import ClaimType, Sign
from lib.text import LONGEST_TEXT
from lib.ui import boundary, context, flash, navigation, scripts, severity_rules
from lib.ui import format as fmt
from lib.ui.context import guard
from lib.ui.crisis import settings as crisis_steps
from lib.ui.harassment import editing
from lib.ui.setting import one_setting, since

desk = guard(Role.ADMIN, Role.MANAGER)

NEW_TYPE = ""
"""Stands for a claim type that is being added."""


def centre_defaults() -> None:
    with st.container(border=True):
        st.subheader(_(business.NEW_CENTRE), anchor=False)
        st.caption(
            _(
                "センターを登録するときに、はじめから入っている値です。登録したあとは、センターごとに変えられます。"
            )
        )
        for wanted in business.SETTINGS:
            one_setting(desk, wanted)


def targets() -> None:
    with st.container(border=True):
        st.subheader(_(business.TARGETS), anchor=False)
        st.caption(
            _(
                "受付から一次返信・解決までの目安です。営業時間・昼休み・定休日は「センター」の自社の行で決めます。顧客待ちの間は止まります。"
            )
        )
        for wanted in business.TARGET_SETTINGS:
            one_setting(desk, wanted)


def customers_data() -> None:
    with st.container(border=True):
        st.subheader(_(business.PRIVACY), anchor=False)
        st.caption(_("お客様の連絡先を、いつまで元のまま残すかを決めます。"))
        for wanted in business.PRIVACY_SETTINGS:
            one_setting(desk, wanted)


def own_company() -> None:
    with st.container(border=True):
        st.subheader(_(company.COMPANY), anchor=False)
        st.caption(_("経緯書などの書類に、差出人として載る名前です。"))
        for wanted in company.COMPANY_SETTINGS:
            one_setting(desk, wanted)


def followed_agencies() -> None:
    with st.container(border=True):
        st.subheader(_(agencies.GROUP), anchor=False)
        st.caption(
            _("すでに調べが進んでいることの多い機関です。反論せず、指示に従います。")
        )
        one_setting(desk, agencies.FOLLOWED)


def claim_type_list() -> None:
    with st.container(border=True):
        st.subheader(_("申出の種類"), anchor=False)
        st.caption(
            _(
                "受付で一度押すだけで選べる、ふだんの言葉です。分類と重大度の提案に使います。"
            )
        )
        types = claim_types_of(desk, clock.today())
        edit_claim_type({kind.name: kind for kind in types})
        st.dataframe(
            [type_row(kind) for kind in types],
            column_config={
                "name": _("申出の種類"),
                "category": _("内容分類"),
                "cause": _("原因区分"),
                "signs": _("しるし"),
            },
            hide_index=True,
            row_height=38,
            height="content",
            alt=_("申出の種類の一覧"),
        )


def type_row(kind: ClaimType) -> dict[str, str]:
    return {
        "name": _(kind.name),
        "category": fmt.choice(kind.category),
        "cause": fmt.choice(kind.cause),
        "signs": "・".join(fmt.choice(sign) for sign in Sign if sign in kind.signs),
    }


def edit_claim_type(types: dict[str, ClaimType]) -> None:
    folder = st.expander(
        _("言葉を足す・変える"),
        icon=":material/edit:",
        key="settings:types:open",
        on_change="rerun",
    )
    if not folder.open:
        return
    with folder:
        chosen = st.selectbox(
            _("どの言葉"),
            [NEW_TYPE, *types],
            key="settings:type",
            format_func=lambda name: _(name) or _("新しい言葉"),
            filter_mode="contains",
            persist_state="session",
        )
        key = f"settings:type:{chosen}"
        start = types.get(chosen) or ClaimType("", Category.OTHER, Cause.UNKNOWN)
        claim_type_fields(key, start, is_new=chosen == NEW_TYPE)
        with st.container(horizontal=True):
            st.button(
                _("この言葉を保存"),
                key=f"{key}:save",
                type="primary",
                on_click=save_claim_type,
                args=(key, start, True, new_commit_id()),
            )
            if not start.name or start.name == claim_types.DEFAULTS[-1].name:
                return
            st.button(
                _("この言葉を使わない"),
                key=f"{key}:unused",
                icon=":material/block:",
                on_click=save_claim_type,
                args=(key, start, False, new_commit_id()),
            )


def claim_type_fields(key: str, start: ClaimType, *, is_new: bool) -> None:
    for name, value in {
        "name": start.name,
        "category": start.category,
        "cause": start.cause,
        "signs": [sign for sign in Sign if sign in start.signs],
        "since": clock.today(),
    }.items():
        st.session_state.setdefault(f"{key}:{name}", value)
    kept: dict[str, Any] = {"on_change": "ignore", "persist_state": "session"}
    if is_new:
        st.text_input(
            _("言葉(必須)"), max_chars=LONGEST_TEXT, key=f"{key}:name", **kept
        )
        for message in st.session_state.get(f"{key}:problems", ()):
            st.markdown(f":red[:small[:material/error: {_(message)}]]")
    left, right = st.columns(2)
    with left:
        st.selectbox(
            _("内容分類"),
            list(Category),
            key=f"{key}:category",
            format_func=fmt.choice,
            filter_mode="contains",
            **kept,
        )
    with right:
        st.selectbox(
            _("原因区分"),
            list(Cause),
            key=f"{key}:cause",
            format_func=fmt.choice,
            filter_mode="contains",
            **kept,
        )
    st.pills(
        _("しるし"),
        list(Sign),
        key=f"{key}:signs",
        format_func=fmt.choice,
        selection_mode="multi",
        help=_("重大度の提案が使うしるしです。"),
        **kept,
    )
    since(key)


def save_claim_type(key: str, start: ClaimType, used: bool, entry: str) -> None:  # noqa: FBT001
    state = st.session_state
    state.pop(f"{key}:problems", None)
    with boundary.attempt():
        try:
            set_claim_type(
                context.desk(),
                start.name or state[f"{key}:name"] or "",
                category=state[f"{key}:category"] or start.category,
                cause=state[f"{key}:cause"] or start.cause,
                signs=state[f"{key}:signs"],
                used=used,
                since=state[f"{key}:since"],
                entry=entry,
                now=clock.now(),
            )
        except InvalidRecord as refused:
            state[f"{key}:problems"] = [p.message for p in refused.problems]
            return
        for name in [n for n in state if str(n).startswith(f"{key}:")]:
            del state[name]
        flash.say(_("申出の種類を保存しました。"))


navigation.link("setup", _("設定・点検へ戻る"), icon=":material/arrow_back:")
st.title(_("設定"))
centre_defaults()
targets()
customers_data()
own_company()
followed_agencies()
claim_type_list()
severity_rules.show(desk)
scripts.show(desk)
crisis_steps.show(desk)
editing.show(desk)
