"""Googleシートにつなぐ: from a key to a spreadsheet that works, each step tried."""

from __future__ import annotations

from typing import Final

import streamlit as st

from lib.actions import connecting
from lib.actions.connecting import Outcome, Report, Step, Trial
from lib.errors import SettingsError
from lib.i18n import N_, _
from lib.schema.vocab import Role
from lib.text import LONGEST_TEXT, inert
from lib.ui import boundary, context, navigation
from lib.ui.context import guard

desk = guard(Role.ADMIN)

ADDRESS: Final = "connect:address"
ASKED: Final = "connect:asked"
TRIALS: Final = "connect:trials"
DONE: Final = "connect:done"
MEND_ZONE: Final = "connect:mend_zone"

MAKING_A_KEY: Final = (
    N_(
        "[Google Cloud](https://console.cloud.google.com/) を開き、会社のGoogleアカウントで入ります。"
    ),
    N_(
        "上の「プロジェクトを選択」→「新しいプロジェクト」で、名前を「mimamori」にして作ります。"
    ),
    N_(
        "左のメニューの「APIとサービス」→「ライブラリ」で「Google Sheets API」を探し、「有効にする」を押します。"
    ),
    N_(
        "「APIとサービス」→「認証情報」→「認証情報を作成」→「サービス アカウント」。名前を「mimamori」にし、「完了」まで進みます。役割は要りません。"
    ),
    N_(
        "できたサービスアカウントの名前を押し、「鍵」→「キーを追加」→「新しい鍵を作成」→「JSON」。ファイルがダウンロードされます。"
    ),
)
"""What to click in Google's console, in the order of its screens."""

ICONS: Final = {
    True: ":green[:material/check_circle:]",
    False: ":red[:material/error:]",
    None: ":gray[:material/radio_button_unchecked:]",
}
OUTCOMES: Final = {
    Outcome.MADE: ":material/add_circle:",
    Outcome.MENDED: ":material/build:",
    Outcome.LEFT: ":material/check_circle:",
    Outcome.LOOK: ":material/warning:",
}


def introduction() -> None:
    st.write(
        _(
            "Googleスプレッドシートを保存先にします。アプリで書いたものも、シートに手で書いたものも、同じ一冊になります。はじめての準備は15分ほどです。"
        )
    )
    st.caption(
        ":material/visibility: "
        + _(
            "スプレッドシートを開ける人は、役割にかかわらず、すべてを見て変えられます。委託先には共有しないでください。"
        )
    )


def key_step(account: str) -> None:
    with st.container(border=True):
        st.subheader(_("1. 鍵を作る"), anchor=False)
        with st.expander(
            _("Googleの画面で押すところ"),
            expanded=not account,
            icon=":material/touch_app:",
        ):
            st.markdown(
                "\n".join(f"{n}. {_(line)}" for n, line in enumerate(MAKING_A_KEY, 1))
            )


def file_step(account: str, problem: str) -> None:
    with st.container(border=True):
        st.subheader(_("2. 鍵ファイルを置く"), anchor=False)
        if account:
            st.markdown(ICONS[True] + " " + _("鍵が見つかりました。"))
            return
        if problem:
            st.markdown(ICONS[False] + " " + inert(problem))
        st.write(
            _(
                "ダウンロードしたファイルを、アプリを動かしているコンピューターに置きます。ほかの人が読めない場所にしてください。置いた場所を設定に書き、アプリを開き直します。"
            )
        )
        st.code('MIMAMORI_SERVICE_ACCOUNT = "/…/mimamori-key.json"', language="toml")
        st.caption(
            _(
                ".streamlit/secrets.toml に書くか、同じ名前の環境変数にします。ファイルを置けないところでは、鍵の中身を [service_account] の下に書きます。"
            )
        )


def sharing_step(account: str) -> None:
    with st.container(border=True):
        st.subheader(_("3. スプレッドシートを共有する"), anchor=False)
        st.write(
            _(
                "[新しいスプレッドシート](https://sheets.new)を開き、右上の「共有」に次のアドレスを入れて「編集者」にします。すでに使っているシートでもかまいません。"
            )
        )
        if account:
            st.code(account, language=None, wrap_lines=True)
        else:
            st.caption(_("鍵を置くと、ここにアドレスが出ます。"))


def address_step() -> None:
    with st.container(border=True):
        st.subheader(_("4. つながるか確かめる"), anchor=False)
        st.session_state.setdefault(ADDRESS, _address_in_use())
        st.text_input(
            _("スプレッドシートのアドレス"),
            max_chars=LONGEST_TEXT,
            key=ADDRESS,
            placeholder="https://docs.google.com/spreadsheets/d/…/edit",
            on_change="ignore",
            persist_state="session",
        )
        trials: list[Trial] = st.session_state.get(TRIALS, [])
        st.button(
            _("確かめる"),
            key="connect:try",
            icon=":material/network_check:",
            type="secondary" if _ready(trials) else "primary",
            on_click=_ask,
            args=("try",),
        )
        if st.session_state.get(ASKED) == "try":
            try_out()
        show_trials(st.session_state.get(TRIALS, []))


def _address_in_use() -> str:
    url = context.place().store_url
    return url if url.startswith("gsheet://") else ""


def _ask(what: str) -> None:
    """Leave the work to the next run, where its progress can be seen."""
    st.session_state[ASKED] = what
    st.session_state.pop(DONE, None)
    if what == "try":
        st.session_state.pop(TRIALS, None)


def try_out() -> None:
    st.session_state.pop(ASKED)
    with st.spinner(_("Googleに確かめています…")), boundary.page_boundary():
        st.session_state[TRIALS] = connecting.try_out(
            st.session_state[ADDRESS], context.place().data
        )
        st.rerun()


def show_trials(trials: list[Trial]) -> None:
    for trial in trials:
        words = {True: _("できました"), False: _("できません"), None: _("まだです")}
        st.markdown(f"{ICONS[trial.ok]} {_(trial.step)} — {words[trial.ok]}")
        if trial.ok is False:
            details = {name: inert(value) for name, value in trial.details}
            with st.container(border=True):
                st.markdown(f"**{_(trial.why).format(**details)}**")
                if trial.mend:
                    st.markdown(_(trial.mend).format(**details))


def _ready(trials: list[Trial]) -> bool:
    """Whether nothing but the time zone is in the way: that can be mended here."""
    return bool(trials) and all(t.ok for t in trials if t.step is not Step.ZONE)


def making_step() -> None:
    trials: list[Trial] = st.session_state.get(TRIALS, [])
    with st.container(border=True):
        st.subheader(_("5. シートを整える"), anchor=False)
        st.write(
            _(
                "タブ・見出し・選択肢・色・今月の日次KPIの行を作ります。人が作ったタブ・列・書き込みには触れません。何度押しても同じです。"
            )
        )
        if _ready(trials) and not trials[-1].ok:
            st.checkbox(
                _("使用中のシートも、日本の書式と時刻に直す"),
                key=MEND_ZONE,
                persist_state="session",
            )
        st.button(
            _("シートを整える"),
            key="connect:make",
            icon=":material/table_view:",
            type="primary" if _ready(trials) else "secondary",
            disabled=not _ready(trials),
            help=None if _ready(trials) else _("先に「確かめる」を押してください。"),
            on_click=_ask,
            args=("make",),
        )
        if st.session_state.get(ASKED) == "make":
            make()
        done = st.session_state.get(DONE)
        if done is not None:
            show_done(*done)


def make() -> None:
    st.session_state.pop(ASKED)
    address, data = st.session_state[ADDRESS], context.place().data
    with boundary.page_boundary():
        bar = st.progress(0.0, _("シートを整えています…"))
        report = connecting.set_up(
            desk.principal,
            address,
            data,
            mend_zone=bool(st.session_state.get(MEND_ZONE)),
        )
        bar.progress(0.6, _("シートを読んでいます…"))
        rows, problems = connecting.first_load(address, data)
        bar.progress(1.0, _("終わりました"))
        st.session_state[DONE] = (report, rows, problems)
        st.rerun()


def show_done(report: Report, rows: int, problems: int) -> None:
    st.markdown(
        ICONS[True]
        + " "
        + _(
            "整いました。シートの記録は{rows}件、直すところは{problems}か所です。"
        ).format(rows=rows, problems=problems)
    )
    with st.expander(_("行ったこと"), expanded=not report.clean):
        for line in report.lines:
            place = f"{inert(line.tab)}: " if line.tab else ""
            st.markdown(
                f"{OUTCOMES[line.outcome]} {place}{inert(line.text())} — {_(line.outcome)}"
            )


def settings_step() -> None:
    with st.container(border=True):
        st.subheader(_("6. アプリの保存先にする"), anchor=False)
        if st.session_state.get(DONE) is None:
            st.caption(_("シートを整えると、ここに設定の一行が出ます。"))
            return
        st.write(
            _(
                "次の一行を .streamlit/secrets.toml に書き(または環境変数にし)、アプリを開き直します。"
            )
        )
        st.code(
            connecting.settings_line(st.session_state[ADDRESS]),
            language="toml",
            wrap_lines=True,
        )
        st.caption(
            _(
                "いまの保存先のデータは、シートには移りません。「python -m lib.cli export」で書き出し、切り替えたあと「import」で取り込めます。"
            )
        )


def _account() -> tuple[str, str]:
    """Return the service account's address, and what is wrong with the key."""
    try:
        return connecting.account(), ""
    except SettingsError as error:
        return "", boundary.message_of(error)


navigation.link("setup", _("設定・点検へ戻る"), icon=":material/arrow_back:")
st.title(_("Googleシートにつなぐ"))
introduction()
address_of_account, what_is_wrong = _account()
key_step(address_of_account)
file_step(address_of_account, what_is_wrong)
sharing_step(address_of_account)
address_step()
making_step()
settings_step()
