"""「個人情報」: look first, agree, press once; and a person's own request."""

from __future__ import annotations

from datetime import datetime

import pytest

from lib import clock
from lib.schema.erasing import ERASED
from lib.schema.masters import Member
from lib.schema.vocab import ComplaintStatus, Role
from lib.settings.customer_key import customer_key
from lib.ui import context
from tests.builders import complaint

BOSS = Member(email="boss@example.jp", name="佐藤 花子", role=Role.ADMIN)
CLERK = Member(email="clerk@example.jp", name="鈴木 次郎", role=Role.CLERK)
ENDED = datetime(2022, 5, 6, 11, 0, tzinfo=clock.TOKYO)
PHONE = "090-1234-5678"


@pytest.fixture(autouse=True)
def people(put):
    put(BOSS, CLERK)


@pytest.fixture
def old_case(put):
    over = {
        "status": ComplaintStatus.CLOSED,
        "closed_at": ENDED,
        "received_at": ENDED,
        "contact": PHONE,
        "customer_name": "山田花子",
        "customer_key": customer_key(PHONE, context.customer_secret()),
    }
    found = complaint(id="K-220506-AAAAA").model_copy(update=over)
    put(found)
    return found


def content():
    frame = context.live().refreshed().frames["complaints"]
    return frame.loc["K-220506-AAAAA", "content"]


def words(app):
    parts = (*app.markdown, *app.caption, *app.text, *app.info, *app.error)
    return "\n".join(part.value for part in parts).replace("\\", "")


def ask(app):
    app.button(key="privacy:find").click().run()


def test_what_would_go_is_shown_before_anything_goes(open_page, old_case):
    app = open_page("privacy", operator=BOSS.email)
    app.button(key="privacy:look-due").click().run()

    assert not app.exception
    assert "匿名化するもの: 1件" in words(app)
    assert app.button(key="privacy:due:press").disabled
    assert content() == old_case.content


def test_one_press_anonymises_and_leaves_a_receipt(open_page, old_case):
    app = open_page("privacy", operator=BOSS.email)
    app.button(key="privacy:look-due").click().run()
    app.checkbox(key="privacy:due:agreed").check().run()
    app.button(key="privacy:due:press").click().run()

    assert not app.exception
    assert content() == ERASED
    assert "匿名化の控え" in words(app)
    assert "保存期間の過ぎたものはありません" in words(app)
    assert any("1/1" in text.value for text in app.text)


def test_a_person_is_found_by_phone_and_handed_their_data(open_page, old_case):
    app = open_page("privacy", operator=BOSS.email)
    app.text_input(key="privacy:typed").set_value("09012345678")
    ask(app)

    assert not app.exception
    assert "K-220506-AAAAA" in words(app)
    assert {b.proto.label for b in app.get("download_button")} == {
        "Excelで取り出す",
        "PDFで取り出す",
    }
    assert PHONE not in str(app.query_params)


def test_nobody_found_and_nothing_typed_are_said(open_page, old_case):
    app = open_page("privacy", operator=BOSS.email)
    ask(app)
    assert "どれかを入力してください" in words(app)

    app.text_input(key="privacy:typed").set_value("070-0000-1111")
    ask(app)
    assert "見つかりませんでした" in words(app)


def test_a_clerk_does_not_get_in(open_page, old_case):
    app = open_page("privacy", operator=CLERK.email)

    assert "privacy:look-due" not in [b.key for b in app.button]
