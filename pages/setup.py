"""設定・点検: the one entry to everything that is not daily work."""

from __future__ import annotations

import streamlit as st

from lib.i18n import N_, _
from lib.schema.vocab import Role
from lib.ui import archive, freshness, navigation, problems, sample_banner, shell
from lib.ui.context import guard

desk = guard(Role.ADMIN, Role.MANAGER, Role.CLERK, Role.VIEWER)

WORDS = {
    "outbox": N_("まだシートに入っていない保存と、確かめてほしい保存。"),
    "crisis": N_("漏えい・製品事故・重大なミスを、手順と期限にそって進めます。"),
    "getting_started": N_("絵を見ながら、入れるところから最初の一週間まで。"),
    "data_check": N_("合わない値、書きかけの行、同じ番号の行を直します。"),
    "deadlines": N_(
        "法定・先方指定・社内の期限を確かめ、終えます。数え方も見られます。"
    ),
    "kpis": N_("どの数字が目標に届き、どれが外れているか。もとの行まで見られます。"),
    "analysis": N_("どの苦情が多く、いつ、どの商品に来るか。図と表で見ます。"),
    "problems": N_("分類をまたいで、同じような苦情のまとまりを見つけます。"),
    "page_checks": N_(
        "LP・確認画面・解約・返品の表示と台本を、決まった間隔で見直します。"
    ),
    "inspections": N_("七つのことを毎月確かめ、署名します。遅れも見えます。"),
    "knowledge": N_("過去の解決を探し、共有し、文書にします。"),
    "documents": N_("応対マニュアル・よくある質問・社内ルール。探して読みます。"),
    "people": N_("手元の件数と約束、研修を受けた日。"),
    "improvements": N_("苦情から生まれた改善と、それで数字が動いたか。"),
    "excel_import": N_("Excelで付けてきた苦情の一覧や日報を、まとめて入れます。"),
    "kpi_entry": N_("センターごとの一日の数と、受注・出荷の数。"),
    "harassment": N_("つらい電話から身を守る手順、相談、応対した人へのフォロー。"),
    "invitations": N_("だれがサインインできるか。招待のリンクを作り、止めます。"),
    "members": N_("だれが使い、何ができるか。名前と役割を決めます。"),
    "risk": N_("センターからの連絡が増えていないか、いつからか、何をしたか。"),
    "centres": N_("電話を受けるセンターと、数え方・営業時間・締切。"),
    "products": N_("扱う商品。区分で、守る期限が変わります。"),
    "settings": N_("目標や締切のはじめの値と、申出の種類の言葉。"),
    "privacy": N_("保存期間の過ぎたお客様の情報を消し、ご本人の求めに応えます。"),
    "connect": N_("スプレッドシートを保存先にする準備を、順に確かめます。"),
    "notices": N_("だれに何がいつ届くか。通知先を試せます。"),
    "permissions": N_("役割ごとに、できることと見えるもの。"),
    "audit": N_("だれが、いつ、何を変えたか。サインインも探せます。"),
    "dictionary": N_("どの表に、どの項目があり、何を書くか。"),
}


def cards() -> None:
    role = desk.principal.role
    open_to_me = [
        page
        for page in navigation.PAGES
        if role in page.tucked
        and role in page.roles
        # On a database a save never waits.
        and (page.code != "outbox" or desk.notice() is not None)
    ]
    for start in range(0, len(open_to_me), 3):
        row = open_to_me[start : start + 3]
        for column, page in zip(st.columns(3), row, strict=False):
            with column, st.container(border=True, height="stretch"):
                navigation.link(page.code, f"**{_(page.title)}**", icon=page.icon)
                st.caption(_(WORDS[page.code]))
                if page.code == "data_check":
                    problems.count_badge(desk)


def put_away() -> None:
    if desk.principal.role in archive.RUNNERS:
        with st.container(border=True):
            archive.panel(desk)


def store() -> None:
    with st.container(border=True, height="stretch"):
        st.subheader(_("保存先"), anchor=False)
        shell.store_details(desk)


def sample() -> None:
    with st.container(border=True, height="stretch"):
        st.subheader(_("サンプルデータ"), anchor=False)
        sample_banner.manage(desk)


st.title(_("設定・点検"))
cards()
if desk.principal.role is Role.ADMIN:
    left, right = st.columns(2)
    with left:
        store()
    with right:
        sample()
else:
    store()
put_away()
freshness.follow(desk)
