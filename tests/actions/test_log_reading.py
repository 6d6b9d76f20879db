"""The rows of one save are one act, and say in words what it did."""

from __future__ import annotations

from datetime import timedelta

import pytest

from lib import i18n
from lib.actions import log_reading
from lib.actions.log_reading import Act, Line, Question
from lib.errors import NotAllowed
from lib.schema.principal import SYSTEM, Principal
from lib.schema.vocab import AuditRoute, ComplaintStatus, Role, Temper
from lib.store.live import LiveStore
from lib.store.opening import open_store
from lib.ui import log_words
from tests.store.rows import NOON, change, complaint, kpi_day, saving

CHIEF = Principal("hanako@example.jp", "佐藤 花子", Role.ADMIN)


@pytest.fixture
def live(tmp_path):
    """Return a store in which a case was recorded, changed and imported beside."""
    found = LiveStore(open_store(f"sqlite:///{tmp_path / 'm.db'}", data=tmp_path))
    case = complaint("K-261121-AAAAA")
    found.commit(saving(case, id="c1", actor="佐藤 花子"))
    case = case.model_copy(update={"status": ComplaintStatus.WORKING})
    found.commit(
        saving(
            change(case, {"status": ComplaintStatus.RECEIVED}, status=case.status),
            id="c2",
            actor="鈴木 次郎",
            at=NOON + timedelta(hours=1),
        )
    )
    many = {"temper": Temper.ANGRY, "contact": "090-1234-5678", "note": "折り返す"}
    found.commit(saving(change(case, **many), id="c3", actor="高橋 由美"))
    found.commit(
        saving(kpi_day("SPR"), kpi_day("SUM"), id="c4", route=AuditRoute.IMPORT)
    )
    yield found
    found.close()


def told(live, **query) -> list[str]:
    page = log_reading.search(live.for_user(CHIEF), Question(**query))
    return [log_words.sentence(act) for act in log_reading.acts(page)]


def test_each_save_is_one_sentence_newest_first(live):
    assert told(live) == [
        "山田: 日次KPI 2026-11-21 SPR ほか1件 — 新しく記録",
        "高橋 由美: 苦情台帳 K-261121-AAAAA — 温度感、連絡先、対応メモ を変更",
        "鈴木 次郎: 苦情台帳 K-261121-AAAAA — 状態: 受付 → 対応中",
        "佐藤 花子: 苦情台帳 K-261121-AAAAA — 新しく記録",
    ]


def test_words_of_a_vocabulary_are_in_the_readers_language(live):
    with i18n.speaking("en"):
        said = told(live, field_name="status")

    assert said == [
        "鈴木 次郎: Complaints K-261121-AAAAA — Status: Received → In progress"
    ]


def test_of_what_is_personal_only_that_it_changed_can_be_read(live):
    page = log_reading.search(live.for_user(CHIEF), Question(commit_id="c3"))
    (act,) = log_reading.acts(page)
    contact = next(line for line in act.lines if line.field == "contact")

    assert log_words.value(contact, contact.after) == "変更あり"
    assert "5678" not in page.rows.to_csv()


def test_what_happened_at_the_door_is_told_with_its_number():
    line = Line(
        "members", "jiro@example.jp", "(サインインの失敗)", "", "パスワード", "9回"
    )
    act = Act("E-1", NOON, "鈴木 次郎", AuditRoute.SIGN_IN.value, (line,), 0)

    assert log_words.sentence(act) == "鈴木 次郎: サインインの失敗 (パスワード、9回)"


def test_an_invitation_names_who_made_it_and_for_whom():
    line = Line("members", "jiro@example.jp", "(招待を作成)", "", "", "")
    act = Act("E-1", NOON, "佐藤 花子", AuditRoute.SIGN_IN.value, (line,), 0)

    assert log_words.sentence(act) == "佐藤 花子: 招待を作成 (jiro@example.jp)"


def test_a_part_of_a_save_says_how_much_is_left_out(live):
    page = log_reading.search(live.for_user(CHIEF), Question(field_name="temper"))

    (act,) = log_reading.acts(page)
    assert act.left_out == 2


def test_a_row_of_a_table_that_is_no_more_can_still_be_read():
    line = Line("gone", "X-1", "was", "a", "b", "")
    act = Act("c9", None, "山田", "むかし", (line,), 0)

    assert log_words.sentence(act) == "山田: gone X-1 — was b"
    assert log_words.route("むかし") == "むかし"


@pytest.mark.parametrize("role", [Role.CLERK, Role.VIEWER, Role.OUTSOURCED])
def test_only_who_leads_searches_and_exports_the_log(live, role):
    desk = live.for_user(Principal("x@example.jp", "だれか", role, "SPR"))

    for ask in (log_reading.search, log_reading.export):
        with pytest.raises(NotAllowed):
            ask(desk, Question())
    with pytest.raises(NotAllowed):
        desk.search_log(Question())
    with pytest.raises(NotAllowed):
        log_reading.note_export(
            live.for_user(SYSTEM), desk.principal, count=1, now=NOON
        )


def test_an_export_holds_every_row_and_is_in_the_log_itself(live):
    rows = log_reading.export(live.for_user(CHIEF), Question(most=1))
    log_reading.note_export(live.for_user(SYSTEM), CHIEF, count=len(rows), now=NOON)

    assert len(rows) == 7
    assert told(live)[0] == "佐藤 花子: 操作ログ — 書き出し CSV 7件"
