"""設定・点検: the hub, and the sample that comes and goes in one press."""

from __future__ import annotations

from functools import partial

import pytest

from lib import clock
from lib.sample import sample_company
from lib.schema.complaint import Complaint
from lib.schema.masters import Member
from lib.schema.principal import SYSTEM
from lib.schema.vocab import Role
from lib.ui import context, sample_banner

pytestmark = pytest.mark.usefixtures("first_member")

BANNER = "サンプルデータを表示しています"


@pytest.fixture
def small_sample(monkeypatch: pytest.MonkeyPatch) -> None:
    """One month of a tiny company, so that filling takes no time."""
    small = partial(sample_company, months=1, complaints_per_day=1)
    monkeypatch.setattr(sample_banner, "sample_company", small)


def complaints():
    return context.live().for_user(SYSTEM).frame("complaints")


def shows_the_banner(app) -> bool:
    return any(BANNER in element.value for element in app.main.markdown)


def test_the_sample_fills_shows_its_banner_everywhere_and_goes(open_page, small_sample):
    app = open_page("setup")
    assert not shows_the_banner(app)

    app.button(key="sample:fill").click().run(timeout=60)
    assert not app.exception
    assert len(complaints()) > 0
    assert shows_the_banner(app)
    assert shows_the_banner(open_page("products"))

    app.button(key="sample:remove").click().run(timeout=60)
    assert not app.exception
    assert complaints().empty
    assert not shows_the_banner(app)
    assert list(context.live().for_user(SYSTEM).frame("members")["name"]) == [
        "佐藤 花子"
    ]


def test_real_rows_that_point_to_the_sample_are_named_before_it_goes(
    open_page, small_sample, put
):
    app = open_page("setup").button(key="sample:fill").click().run(timeout=60)
    products = context.live().for_user(SYSTEM).frame("products")
    sample_code = products.index[products["source"] == "サンプル"][0]
    put(
        Complaint(
            id="K-261121-AAAAA",
            received_at=clock.now(),
            content="内容",
            product_code=sample_code,
        )
    )

    app.run()

    named = [text.value for text in app.text]
    assert any("K-261121-AAAAA" in text and sample_code in text for text in named)


def test_a_store_with_real_rows_refuses_the_sample_and_says_why(
    open_page, small_sample, put
):
    put(Complaint(id="K-261121-AAAAA", received_at=clock.now(), content="内容"))

    app = open_page("setup").button(key="sample:fill").click().run(timeout=60)

    assert "見本データは入れられません" in app.error[0].value
    assert len(complaints()) == 1


def test_only_an_administrator_is_offered_the_sample_and_told_the_place(open_page, put):
    put(Member(email="m@example.jp", name="森", role=Role.MANAGER))

    mine = open_page("setup")
    theirs = open_page("setup", operator="m@example.jp")

    def offered(app) -> bool:
        return "sample:fill" in {button.key for button in app.button}

    def told(app) -> bool:
        return any("sqlite:" in text.value for text in app.text)

    assert (offered(mine), told(mine)) == (True, True)
    assert (offered(theirs), told(theirs)) == (False, False)


def test_each_role_is_shown_what_it_may_open(open_page, put):
    put(Member(email="c@example.jp", name="窓口", role=Role.CLERK))

    def cards(app) -> set[str]:
        return {link.label.strip("*") for link in app.main.get("page_link")}

    assert cards(open_page("setup")) == {
        "はじめかた",
        "分析",
        "多発している問題",
        "知見",
        "文書",
        "人と研修",
        "毎月の点検",
        "重大事案",
        "カスハラ対応",
        "データ点検",
        "ページ点検",
        "Excel取込",
        "Googleシートにつなぐ",
        "メンバー",
        "招待",
        "センター",
        "商品",
        "設定",
        "通知",
        "操作ログ",
        "個人情報",
        "権限",
        "データ辞書",
    }
    assert cards(open_page("setup", operator="c@example.jp")) == {
        "はじめかた",
        "分析",
        "多発している問題",
        "改善",
        "知見",
        "文書",
        "人と研修",
        "毎月の点検",
        "期限",
        "リスク",
        "コールセンターKPI",
        "重大事案",
        "カスハラ対応",
        "データ点検",
        "ページ点検",
        "日次KPI入力",
        "商品",
        "データ辞書",
    }
