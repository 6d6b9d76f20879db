"""通知: who is told what and when, whether it arrives, and a way to try it."""

from __future__ import annotations

from typing import Any

import streamlit as st

from lib import clock
from lib.actions import first_week
from lib.actions.notices import overview as notices
from lib.actions.notices.overview import ChannelState, Overview, Told
from lib.errors import NotSent
from lib.i18n import N_, _
from lib.schema.ids import new_commit_id
from lib.schema.vocab import NoticeKind, NoticeState, Role
from lib.settings import business
from lib.settings.install import app_url, notify_addresses
from lib.text import inert
from lib.ui import boundary, context, flash, navigation
from lib.ui import format as fmt
from lib.ui.context import guard
from lib.ui.setting import one_setting

desk = guard(Role.ADMIN, Role.MANAGER)

HOW_TO = """[notify]
lead = "slack://TokenA/TokenB/TokenC"
manager = "line://TOKEN/USERID"
office = "chatwork://TOKEN@ROOM"
"""

PROBLEMS = {
    "address": N_("住所の書き方が正しくありません。"),
    "no answer": N_("相手が答えません。"),
    "HTTP 401": N_("鍵が正しくないか、取り消されています。"),
    "HTTP 403": N_("鍵が正しくないか、取り消されています。"),
    "HTTP 404": N_("住所が見つかりません。消された通知先かもしれません。"),
    "HTTP 429": N_("送りすぎとして断られました。しばらくして送り直します。"),
}


def state(found: Overview) -> None:
    """Say in one box whether notices go out, and what is different just now."""
    if not found.channels:
        st.info(
            inert(
                _(
                    "通知先がまだありません。.streamlit/secrets.toml に次のように書いて、アプリを起動し直してください。名前はメンバーの「通知先」に書きます。"
                )
            ),
            icon=":material/notifications_off:",
        )
        st.code(HOW_TO, language="toml")
        return
    failing = [one for one in found.channels if one.problem or not one.service]
    if failing:
        st.warning(
            inert(
                _(
                    "届いていない通知先があります({count})。通知は消えずに残り、直ると送られます。"
                ).format(count=len(failing))
            ),
            icon=":material/warning:",
        )
    if found.first_week_until:
        st.info(
            inert(
                _(
                    "はじめの7日間({day}まで)は、最重要と行政からの連絡だけをすぐに知らせます。ほかは朝のまとめに入ります。"
                ).format(day=fmt.full_day(found.first_week_until.date()))
            ),
            icon=":material/info:",
        )


def channels(found: Overview) -> None:
    if not found.channels:
        return
    with st.container(border=True):
        st.subheader(_("通知先"), anchor=False)
        for number, one in enumerate(found.channels):
            channel(number, one)
        for member in found.unknown:
            st.caption(
                ":material/help: "
                + inert(
                    _(
                        "{name}さんの通知先「{channel}」は、どの通知先の名前とも違います。"
                    ).format(name=member.name, channel=member.channel)
                )
            )


def channel(number: int, one: ChannelState) -> None:
    words, right = st.columns([4, 1], vertical_alignment="center")
    with words:
        kind = _(one.service) if one.service else _("住所の誤り")
        common = f" · {_('共通の通知先')}" if one.is_common else ""
        st.markdown(f"**{inert(one.name)}** · {inert(kind + common)}")
        st.caption(inert(" · ".join(facts(one))))
        if trouble := problem(one):
            st.markdown(f":orange[:small[:material/warning: {inert(trouble)}]]")
    with right:
        st.button(
            _("試しに送る"),
            key=f"notices:try:{number}",
            icon=":material/send:",
            on_click=try_it,
            args=(one.name,),
            width="stretch",
        )


def facts(one: ChannelState) -> list[str]:
    names = _("、").join(member.name for member in one.readers)
    return [
        _("読む人: {names}").format(names=names or fmt.NOTHING),
        _("最後に送った時刻: {time}").format(
            time=fmt.moment(one.sent_at) if one.sent_at else _("まだありません")
        ),
        *([_("送信待ち {count}件").format(count=one.waiting)] if one.waiting else []),
    ]


def problem(one: ChannelState) -> str:
    """Return why messages do not arrive, and when it is tried again; "" if they do."""
    if not one.service:
        return _(PROBLEMS["address"])
    if not one.problem:
        return ""
    why = _(PROBLEMS.get(one.problem, N_("送れませんでした。"))) + f" ({one.problem})"
    again = _("{count}回失敗、次は{time}").format(
        count=one.tries, time=fmt.moment(one.next_at) if one.next_at else fmt.NOTHING
    )
    return f"{why} {again}"


def try_it(name: str) -> None:
    with boundary.attempt():
        try:
            notices.try_channel(
                context.desk().principal, name, notify_addresses(), clock.now()
            )
        except NotSent as failed:
            why = _(PROBLEMS.get(failed.reason, N_("送れませんでした。")))
            text = _("「{name}」に届きませんでした。{why} ({reason})")
            flash.say(text.format(name=name, why=why, reason=failed.reason), "warning")
            return
        first_week.note_trial(context.desk(), entry=new_commit_id(), now=clock.now())
        flash.say(_("「{name}」に試しの通知を送りました。").format(name=name))


def who_gets_what(found: Overview) -> None:
    with st.container(border=True):
        st.subheader(_("だれに、いつ届くか"), anchor=False)
        # A grid would cut what is told behind its edge; this one breaks the lines.
        heads = [_("種別"), _("いつ"), _("だれに"), _("何を")]
        rows = [*(told_row(one) for one in found.told), digest_row(found)]
        st.table(
            [dict(zip(heads, row, strict=True)) for row in rows],
            hide_index=True,
            alt=_("だれに何がいつ届くかの一覧"),
        )
        st.caption(
            _(
                "送るのは番号と件数とリンクだけです。お客様の名前・連絡先・書いた文章は送りません。取り込んだ件と見本データは知らせません。"
            )
        )


def told_row(one: Told) -> tuple[str, str, str, str]:
    rule = one.rule
    whom = [_(role.value) for role in rule.roles]
    if rule.to_handler:
        whom.append(_("その件の担当者"))
    if rule.to_centre:
        whom.append(_("そのセンターの人"))
    when = _("すぐに") if one.at_once else _("朝のまとめ")
    if one.at_once and rule.in_quiet_hours:
        when = _("すぐに(静かな時間も)")
    return _(rule.kind.value), when, fmt.listed(whom), _(rule.about)


def digest_row(found: Overview) -> tuple[str, str, str, str]:
    return (
        _(NoticeKind.DIGEST.value),
        _("{time}(一日一回)").format(time=f"{found.times.digest_at:%H:%M}"),
        _("通知先のある人"),
        _("今日の三つのことと、担当の約束の件数"),
    )


def digest(found: Overview) -> None:
    with st.container(border=True):
        st.subheader(_("朝のまとめ"), anchor=False)
        last = (
            fmt.moment(found.last_digest) if found.last_digest else _("まだありません")
        )
        st.markdown(inert(_("最後に送った時刻: {time}").format(time=last)))
        names = [one.name for one in found.channels]
        folder = st.expander(
            _("いま送るとこうなります"),
            icon=":material/visibility:",
            key="notices:preview:open",
            on_change="rerun",
        )
        if not folder.open:
            return
        with folder:
            shown = (
                st.selectbox(
                    _("通知先"),
                    names,
                    key="notices:preview",
                    filter_mode="contains",
                    persist_state="session",
                )
                if names
                else ""
            )
            said = notices.preview(desk, shown or "", names, app_url(), clock.now())
            st.text(f"{said.title}\n\n{said.body}")


def settings() -> None:
    with st.container(border=True):
        st.subheader(_("時刻と、すぐに知らせるもの"), anchor=False)
        for wanted in business.NOTICE_SETTINGS:
            one_setting(desk, wanted)


def log() -> None:
    rows = notices.recent(desk)
    with st.container(border=True):
        st.subheader(_("最近の通知"), anchor=False)
        if rows.empty:
            st.caption(_("まだ送っていません。"))
            return
        st.dataframe(
            [
                {
                    "kind": _(str(row["kind"])),
                    "case": row["case_id"],
                    "channel": row["channel"],
                    "state": _(NoticeState(row["state"]).value),
                    "due": fmt.short_moment(row["due_at"]),
                    "sent": sent_at(row["sent_at"]),
                }
                for row in rows.to_dict("records")
            ],
            column_config={
                "kind": _("種別"),
                "case": _("対象番号"),
                "channel": _("通知先"),
                "state": _("状態"),
                "due": _("発生日時"),
                "sent": _("送信日時"),
            },
            hide_index=True,
            alt=_("最近の通知の一覧"),
        )


def sent_at(value: Any) -> str:
    return fmt.NOTHING if value is None or value != value else fmt.short_moment(value)  # noqa: PLR0124 - NaT


navigation.link("setup", _("設定・点検へ戻る"), icon=":material/arrow_back:")
st.title(_("通知"))
found = notices.overview(desk, notify_addresses(), clock.now())
state(found)
channels(found)
who_gets_what(found)
digest(found)
settings()
log()
