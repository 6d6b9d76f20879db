"""A complaint recorded, promised, followed up and closed by sheet alone."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pandas as pd

from lib import clock
from lib.actions import cases
from lib.actions.cases import Verdict
from lib.metrics.promises import When, open_promises
from lib.schema.ids import new_commit_id, read_id
from lib.schema.masters import Centre
from lib.schema.vocab import (
    ActivityKind,
    AuditRoute,
    Category,
    ComplaintStatus,
    Medium,
    Promise,
    Severity,
    Source,
)
from lib.settings.customer_key import customer_key
from lib.store.protocol import Commit, Insert, Update
from tests.actions.by_hand.conftest import NOW, SECRET, TAB, Machine, Sheet
from tests.store.rows import complaint, saving

DUE = pd.Timestamp("2026-11-21 14:00", tz="Asia/Tokyo")


def recorded(machine: Machine, sheet: Sheet, row: int = 2, **cells: str) -> str:
    """Let a person type a complaint, and return the number it got."""
    typed = {
        "content": "箱が潰れていた",
        "next_promise_at": "2026/11/21 14:00",
        **cells,
    }
    before = set(machine.frame("complaints").index)
    sheet.type(row, **typed)
    machine.sync()
    (number,) = set(machine.frame("complaints").index) - before
    return number


def steps(machine: Machine, kind: ActivityKind | None = None) -> pd.DataFrame:
    found = machine.frame("activities").sort_values(["at", "id"])
    return found if kind is None else found[found["kind"] == kind.value]


# From the first word to the closing ------------------------------------------------------


def test_a_complaint_lives_from_first_word_to_closing_by_sheet_alone(machine, sheet):
    number = recorded(
        machine,
        sheet,
        contact="090-1234-5678",
        claim_type="肌トラブル・けが",
        handler="山田",
    )

    assert read_id(number) == number
    case = machine.desk.record("complaints", number)
    assert case.source is Source.SHEET
    assert case.status is ComplaintStatus.RECEIVED
    assert case.received_at == machine.now
    assert (case.version, case.updated_by) == (1, "システム")
    assert case.next_promise is Promise.CALL_BACK
    assert case.customer_key == customer_key("09012345678", SECRET)
    assert (case.severity, case.category) == (Severity.MEDIUM, Category.SAFETY)
    owed = open_promises(machine.frame("complaints"), machine.now)
    assert owed.loc[number, "when"] == When.TODAY
    assert owed.loc[number, "next_promise_at"] == DUE

    (heard,) = cases.timeline(machine.desk, case, machine.now)
    assert heard.activity.kind is ActivityKind.HEARING
    assert heard.activity.content == "箱が潰れていた"
    assert heard.verdict is Verdict.WAITING

    sheet.type(2, status="対応中", note="14時に電話。つながらず")
    machine.sync(timedelta(hours=1))
    followed = cases.timeline(
        machine.desk, machine.desk.record("complaints", number), machine.now
    )
    by_kind = {step.activity.kind: step.activity for step in followed}
    assert by_kind[ActivityKind.STATUS_CHANGE].status_after == "対応中"
    assert by_kind[ActivityKind.STATUS_CHANGE].at == machine.now
    memo = by_kind[ActivityKind.OTHER]
    assert (memo.content, memo.source) == ("14時に電話。つながらず", Source.SHEET)
    assert memo.medium is Medium.INTERNAL

    sheet.type(2, next_promise_at="2026/11/22 10:00")
    machine.sync()
    (moved,) = steps(machine, ActivityKind.CALLBACK_PROMISED).itertuples()
    assert moved.next_promise_at == pd.Timestamp("2026-11-22 10:00", tz="Asia/Tokyo")

    sheet.type(
        2,
        status="完了",
        resolution="交換",
        note="14時に電話。つながらず\n翌朝お詫び、交換で了承",
    )
    machine.sync(timedelta(hours=20))
    closed = machine.desk.record("complaints", number)
    assert closed.status is ComplaintStatus.CLOSED
    assert closed.closed_at == machine.now
    assert open_promises(machine.frame("complaints"), machine.now).empty
    memos = steps(machine, ActivityKind.OTHER)["content"].tolist()
    assert memos == ["14時に電話。つながらず", "翌朝お詫び、交換で了承"]
    changes = steps(machine, ActivityKind.STATUS_CHANGE)["status_after"].tolist()
    assert changes == ["対応中", "完了"]

    sheet.type(2, status="対応中")
    machine.sync()
    assert machine.desk.record("complaints", number).closed_at is None


def test_a_quiet_sheet_costs_no_write(machine, sheet, emulator):
    recorded(machine, sheet, note="一度目", handler="山田", status="対応中")
    machine.sync()
    emulator.log.clear()

    for _ in range(3):
        assert machine.sync().is_nothing
    assert machine.restarted().sync().is_nothing

    assert emulator.log.writes() == 0


def test_a_complaint_closed_in_its_first_row_owes_no_promise(machine, sheet):
    sheet.type(2, content="箱が潰れていた", status="完了")
    machine.sync()

    (case,) = machine.frame("complaints").itertuples()
    assert case.closed_at == machine.now
    assert pd.isna(case.next_promise)
    assert steps(machine, ActivityKind.STATUS_CHANGE)["status_before"].tolist() == [
        "受付"
    ]


def test_what_a_person_wrote_is_never_replaced(machine, sheet):
    number = recorded(
        machine,
        sheet,
        received_at="2026/11/20 9:05",
        severity="高",
        severity_reason="常連のお客様",
        next_promise="返金",
        product_code="A-1",
        people_involved="たくさん",
    )

    case = machine.desk.record("complaints", number)
    assert case.received_at == NOW.replace(day=20, hour=9, minute=5)
    assert (case.severity, case.severity_reason) == (Severity.HIGH, "常連のお客様")
    assert case.next_promise is Promise.REFUND
    assert case.product_code == "A-1"
    assert sheet.read("people_involved") == ["たくさん"]
    assert number.startswith("K-261120-")


# Too early -------------------------------------------------------------------------------


def test_a_row_without_a_promise_waits_ten_minutes(machine, sheet):
    sheet.type(2, content="箱が潰れていた", customer_name="田中")
    assert machine.sync().waiting == 1
    assert machine.sync(timedelta(minutes=9)).numbered == 0

    assert machine.restarted().sync(timedelta(minutes=2)).numbered == 1


def test_every_touch_begins_the_ten_minutes_anew(machine, sheet):
    sheet.type(2, content="箱が潰れていた", customer_name="田中")
    machine.sync()
    machine.sync(timedelta(minutes=9))
    sheet.type(2, customer_name="田中様")
    machine.sync(timedelta(minutes=2))

    assert machine.sync(timedelta(minutes=9)).numbered == 0
    assert machine.sync(timedelta(minutes=2)).numbered == 1


def test_a_remark_is_no_complaint(machine, sheet):
    sheet.type(2, content="※ 年末は休みです")
    machine.sync()
    machine.sync(timedelta(hours=1))

    assert machine.frame("complaints").empty
    assert sheet.read("id") == [""]


# What the app wrote ----------------------------------------------------------------------


def test_what_the_app_writes_is_never_told_a_second_time(machine, sheet):
    machine.live.commit(saving(complaint("K-A", content="x", note="アプリで書いた")))
    row = machine.desk.record("complaints", "K-A")
    machine.sync()
    cases.change(
        machine.desk,
        row,
        {"handler": "佐藤", "status": ComplaintStatus.WORKING},
        now=machine.now,
        commit_id=new_commit_id(),
    )
    row = machine.desk.record("complaints", "K-A")
    cases.edit(
        machine.desk,
        row,
        {"note": "アプリで書いた\n二行目", "contact": "0312345678"},
        now=machine.now,
        commit_id=new_commit_id(),
        secret=SECRET,
    )
    before = len(machine.frame("activities"))

    assert machine.sync().is_nothing
    assert machine.restarted().sync().is_nothing
    assert len(machine.frame("activities")) == before


def test_a_field_set_past_every_step_is_known_from_the_log(machine, sheet):
    machine.live.commit(saving(complaint("K-A", content="x", handler="山田")))
    machine.sync()
    machine.live.commit(
        Commit(
            new_commit_id(),
            "取込",
            NOW,
            (Update("complaints", "K-A", {"handler": "山田"}, {"handler": "佐藤"}),),
        )
    )

    assert machine.sync().is_nothing


def test_a_handler_changed_while_no_app_ran_is_told_at_the_next_start(machine, sheet):
    machine.live.commit(saving(complaint("K-A", content="x", handler="山田")))
    machine.sync()
    sheet.type(2, handler="佐藤")

    machine.restarted().sync()

    (step,) = steps(machine, ActivityKind.STATUS_CHANGE).itertuples()
    assert step.content == "担当者: 山田 → 佐藤"
    assert (step.status_before, step.status_after) == ("山田", "佐藤")


def test_going_there_and_back_is_told_twice(machine, sheet):
    recorded(machine, sheet)
    for word in ("対応中", "受付", "対応中"):
        sheet.type(2, status=word)
        machine.sync()

    told = steps(machine, ActivityKind.STATUS_CHANGE)["status_after"].tolist()
    assert sorted(told) == ["受付", "対応中", "対応中"]


def test_a_word_that_is_no_status_changes_nothing(machine, sheet):
    recorded(machine, sheet)
    sheet.type(2, status="たぶん終わり")

    assert machine.sync().is_nothing


def test_a_number_typed_later_gets_its_key(machine, sheet):
    number = recorded(machine, sheet)
    sheet.type(2, contact="03-1234-5678")
    machine.sync()
    case = machine.desk.record("complaints", number)
    assert case.customer_key == customer_key("0312345678", SECRET)

    sheet.type(2, contact="…5678")
    assert machine.sync().is_nothing
    case = machine.desk.record("complaints", number)
    assert case.customer_key == customer_key("0312345678", SECRET)


def test_a_row_with_an_unreadable_cell_still_gets_its_step(machine, sheet):
    recorded(machine, sheet)
    sheet.type(2, received_at="きのう", status="対応中")
    machine.sync()

    assert len(steps(machine, ActivityKind.STATUS_CHANGE)) == 1


# Several at once -------------------------------------------------------------------------


def test_two_machines_give_one_number_and_one_step(machine, other_machine, sheet):
    machine.sync()
    other_machine.sync()
    sheet.type(2, content="箱が潰れていた", next_promise_at="2026/11/21 14:00")

    def at_once() -> None:
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(Machine.sync, [machine, other_machine]))

    at_once()
    assert len(machine.frame("complaints")) == 1
    assert len(steps(machine)) == 1

    sheet.type(2, status="対応中", handler="佐藤", note="電話した")
    at_once()
    assert machine.sync().is_nothing
    assert other_machine.sync().is_nothing
    kinds = steps(machine)["kind"].astype(str).tolist()
    assert sorted(kinds) == sorted(["聴取", "状態変更", "状態変更", "その他"])


def test_a_person_who_sorts_in_between_does_no_harm(machine, sheet):
    machine.live.commit(saving(complaint("K-A", content="一件目", handler="山田")))
    machine.live.commit(saving(complaint("K-B", content="二件目", handler="佐藤")))
    sheet.type(4, content="手で書いた", next_promise_at="2026/11/21 14:00")
    send, acts = machine.live._store._client.change, ["sort"]

    def sorting_first(*arguments):
        if acts:
            acts.pop()
            width = sheet.cell("version", 2)[:-1]
            sheet.hand.sort(TAB, f"A2:{width}4", _number(sheet, "content"))
        return send(*arguments)

    machine.live._store._client.change = sorting_first
    machine.sync()

    found = machine.frame("complaints")
    assert sorted(found["content"]) == ["一件目", "二件目", "手で書いた"]
    assert found.loc["K-A", "content"] == "一件目"
    assert found.loc["K-B", "content"] == "二件目"
    (number,) = set(found.index) - {"K-A", "K-B"}
    assert machine.sync().is_nothing
    assert steps(machine)["case_id"].tolist() == [number]


def _number(sheet: Sheet, name: str) -> int:
    from gspread.utils import a1_to_rowcol

    return a1_to_rowcol(sheet.cell(name, 1))[1]


# Other tables ----------------------------------------------------------------------------


def test_an_inquiry_typed_by_hand_gets_a_number(machine, sheet):
    sheet.type(
        2,
        "agency_inquiries",
        first_contact_at="2026/11/20 15:00",
        agency_kind="消費生活センター",
        agency_name="港区消費生活センター",
    )
    assert machine.sync().numbered == 1

    (row,) = machine.frame("agency_inquiries").itertuples()
    assert row.Index.startswith("G-261120-")
    assert row.source == Source.SHEET.value

    sheet.type(2, "agency_inquiries", handler="山田")
    machine.sync()
    assert steps(machine)["content"].tolist() == ["担当者: なし → 山田"]


def test_a_day_typed_by_hand_is_stamped_and_a_day_laid_out_is_not(machine, sheet):
    sheet.type(2, "kpi_days", date="2026/11/20", centre="A", offered="20")
    sheet.type(3, "kpi_days", date="2026/11/21", centre="A")

    assert machine.sync().stamped == 1

    assert sheet.read("source", "kpi_days")[0] == Source.SHEET.value
    assert sheet.read("version", "kpi_days") in (["1"], ["1", ""])
    audit = machine.frame("audit")
    assert audit["route"].tolist() == [AuditRoute.SHEET_SEEN.value]
    assert machine.sync().is_nothing


def test_a_row_whose_number_was_erased_is_no_new_row(machine, sheet):
    recorded(machine, sheet)
    sheet.hand.clear(TAB, sheet.cell("id", 2))

    assert machine.sync().numbered == 0


def test_the_sample_company_is_left_alone(tmp_path):
    from functools import partial

    from lib.actions import sample
    from lib.actions.by_hand.edits import edits
    from lib.sample import sample_company
    from lib.schema.vocab import Source as From
    from lib.store.opening import open_store
    from lib.store.protocol import Whereabouts

    store = open_store(f"sqlite:///{tmp_path / 's.db'}", data=tmp_path)
    company = sample_company(end=NOW.date(), months=2, seed=1, complaints_per_day=3)
    key_of = partial(customer_key, secret=SECRET)
    sample.fill(store, company, progress=lambda *_: None, key_of=key_of)
    found = store.load()
    store.close()
    where = {
        code: Whereabouts(code, "", {}, frame.index, range(len(frame)))
        for code, frame in found.frames.items()
    }
    from dataclasses import replace

    assert (found.frames["complaints"]["source"] == From.SAMPLE.value).all()
    assert edits(replace(found, where=where), {}, now=NOW, secret=SECRET) == []


# When a day's figures came in ----------------------------------------------------------


def entered_at(machine):
    return machine.frame("kpi_days")["entered_at"].iloc[0]


def with_centre(machine):
    """Friday 11/20 is due on Tuesday 11/24 at 10:00."""
    made = Insert(Centre(code="A", name="東京"))
    machine.live.commit(Commit("c", "試験", NOW, (made,)))


def test_a_day_seen_before_its_deadline_came_in_then(machine, sheet):
    with_centre(machine)
    sheet.type(2, "kpi_days", date="2026/11/20", centre="A", offered="20")

    machine.sync()

    assert entered_at(machine) == machine.now


def test_a_day_that_was_not_there_just_before_came_late(machine, sheet):
    with_centre(machine)
    machine.now = datetime(2026, 11, 24, 10, 20, tzinfo=clock.TOKYO)
    machine.sync()
    sheet.type(2, "kpi_days", date="2026/11/20", centre="A", offered="20")

    machine.sync(timedelta(minutes=2))

    assert entered_at(machine) == machine.now


def test_an_app_that_was_off_calls_nobody_late(machine, sheet):
    with_centre(machine)
    sheet.type(2, "kpi_days", date="2026/11/20", centre="A", offered="20")
    machine.now = datetime(2026, 11, 24, 10, 20, tzinfo=clock.TOKYO)

    machine.sync()

    assert pd.isna(entered_at(machine))
    assert machine.frame("kpi_days")["version"].iloc[0] == 1


def test_a_row_without_counts_has_not_come_in(machine, sheet):
    with_centre(machine)
    sheet.type(2, "kpi_days", date="2026/11/20", centre="A", note="停電")

    machine.sync()

    assert pd.isna(entered_at(machine))
