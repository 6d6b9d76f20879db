"""The main store and a centre's file, folded into each other."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from gspread.utils import rowcol_to_a1

from lib import clock
from lib.actions.centre_files.running import fold_centre
from lib.schema.centre_file import CENTRE_TABLES
from lib.schema.erasing import ERASED
from lib.schema.frames import record_at
from lib.schema.masters import Centre, Member
from lib.schema.record import Record
from lib.schema.tables import table as table_by_code
from lib.schema.vocab import Done, Flag, Role, Severity, Source
from lib.settings.install import SheetsSettings
from lib.store.agreements import Agreements
from lib.store.live import LiveStore
from lib.store.opening import open_store
from lib.store.protocol import Commit, Erase, Store
from lib.store.sheets.client import connected
from lib.store.sheets.store import SheetsStore
from tests.builders import complaint, fill, kpi_day
from tests.sheets_api import Emulator
from tests.store.places import FreeBudget
from tests.store.rows import change, saving

SECRET = b"k" * 32
A = Centre(code="A", name="Aセンター", phone_reports=Flag.YES)
PEOPLE = (
    A,
    Centre(code="B", name="Bセンター"),
    Member(email="a@a", name="甲", role=Role.OUTSOURCED, centre="A"),
    Member(email="s@s", name="佐藤 花子", role=Role.CLERK),
)


@pytest.fixture
def main(tmp_path):
    store = LiveStore(open_store(f"sqlite:///{tmp_path / 'main.db'}", data=tmp_path))
    fill(store, *PEOPLE)
    yield store
    store.close()


@pytest.fixture(scope="module")
def emulator():
    with Emulator() as running:
        yield running


@pytest.fixture(params=["sqlite", "sheet"])
def file(request, tmp_path, emulator):
    """A centre's file as a sheet, and as a database that holds everything exactly."""
    if request.param == "sqlite":
        store = open_store(f"sqlite:///{tmp_path / 'file.db'}", data=tmp_path / "file")
    else:
        store = centre_sheet(emulator, tmp_path / "file", emulator.create())
    yield store
    store.close()


def centre_sheet(emulator: Emulator, data: Path, book: str) -> SheetsStore:
    data.mkdir()
    settings = SheetsSettings(emulator.url, emulator.service_account())
    client = connected(settings, FreeBudget(data))
    return SheetsStore(client, book, data=data, tables=CENTRE_TABLES)


@pytest.fixture
def memory(tmp_path):
    return Agreements(tmp_path, "A")


@pytest.fixture
def fold(main, file, memory):
    return lambda: fold_centre(main, file, A, memory, SECRET)


def standing(store: Store | LiveStore, code: str, key: str) -> Record | None:
    loaded = store.refreshed() if isinstance(store, LiveStore) else store.load()
    frame = loaded.frames[code]
    shown = replace(table_by_code(code), only=frozenset(frame.columns))
    return record_at(shown, frame, key)


def day_key(day) -> str:
    return table_by_code("kpi_days").key_of(day)


def test_a_day_typed_in_the_file_is_entered_for_the_company(main, file, fold):
    day = kpi_day(offered=80, answered=75)
    fill(file, day)

    outcome = fold()

    found = standing(main, "kpi_days", day_key(day))
    assert (found.offered, found.answered) == (80, 75)
    assert found.source is Source.SHEET
    assert found.entered_at is not None
    assert (outcome.up, outcome.down) == (1, 0)


def test_a_day_entered_in_the_app_stands_in_the_file(main, file, fold):
    day = kpi_day(offered=80)
    fill(main, day)

    fold()

    assert standing(file, "kpi_days", day_key(day)).offered == 80


def test_the_file_never_holds_another_centres_rows(main, file, fold):
    fill(
        main,
        kpi_day(centre="B", offered=5),
        kpi_day(centre="自社", orders=9),
        complaint(received_centre="B"),
        complaint(received_centre="自社"),
    )

    fold()

    assert file.load().frames["kpi_days"].empty
    assert file.load().frames["complaints"].empty
    assert file.load().frames["members"].empty


def test_a_row_that_names_another_centre_is_told_and_not_taken(main, file, fold):
    day = kpi_day(centre="B", offered=5)
    fill(file, day)

    outcome = fold()

    assert standing(main, "kpi_days", day_key(day)) is None
    assert [p.key for p in outcome.problems] == [day_key(day)]


def test_changes_on_both_sides_meet(main, file, fold):
    day = kpi_day(offered=80)
    fill(main, day)
    fold()
    main.commit(saving(change(standing(main, "kpi_days", day_key(day)), offered=82)))
    file.commit(saving(change(standing(file, "kpi_days", day_key(day)), note="雨")))

    fold()

    for store in (main, file):
        found = standing(store, "kpi_days", day_key(day))
        assert (found.offered, found.note) == (82, "雨")


def test_the_same_cell_changed_on_both_sides_waits_for_a_person(main, file, fold):
    day = kpi_day(offered=80)
    fill(main, day)
    fold()
    main.commit(saving(change(standing(main, "kpi_days", day_key(day)), offered=82)))
    file.commit(saving(change(standing(file, "kpi_days", day_key(day)), offered=83)))

    outcome = fold()

    assert standing(main, "kpi_days", day_key(day)).offered == 82
    assert standing(file, "kpi_days", day_key(day)).offered == 83
    assert [(p.column, p.typed) for p in outcome.problems] == [("着信数", "82 / 83")]
    file.commit(saving(change(standing(file, "kpi_days", day_key(day)), offered=82)))
    assert fold().problems == ()


def test_a_value_that_goes_back_and_forth_arrives_each_time(main, file, fold):
    day = kpi_day(offered=80)
    fill(main, day)
    fold()

    for offered in (81, 80, 81):
        row = standing(file, "kpi_days", day_key(day))
        file.commit(saving(change(row, offered=offered)))
        fold()
        assert standing(main, "kpi_days", day_key(day)).offered == offered


def test_a_confirmed_day_does_not_change_from_the_file(main, file, fold):
    day = kpi_day(offered=80, confirmed=Done.DONE)
    fill(main, day)
    fold()
    file.commit(saving(change(standing(file, "kpi_days", day_key(day)), offered=81)))

    outcome = fold()

    assert standing(main, "kpi_days", day_key(day)).offered == 80
    assert [p.column for p in outcome.problems] == ["着信数"]


def test_a_complaint_taken_by_the_centre_arrives_under_its_name(main, file, fold):
    taken = complaint(contact="090-1234-5678", handler="", receiver="甲")
    fill(file, taken)

    fold()

    found = standing(main, "complaints", taken.id)
    assert found.content == taken.content
    assert found.received_centre == "A"
    assert found.contact == "090-1234-5678"
    assert found.customer_key
    assert found.severity_reason or found.severity is Severity.LOW
    history = main.refreshed().frames["activities"]
    assert history["case_id"].tolist() == [taken.id]


def test_a_contact_goes_from_the_file_once_the_case_is_handed_over(main, file, fold):
    taken = complaint(contact="090-1234-5678", handler="甲", receiver="甲")
    fill(file, taken)
    fold()
    row = standing(main, "complaints", taken.id)
    main.commit(saving(change(row, handler="佐藤 花子")))

    fold()

    assert standing(file, "complaints", taken.id).contact == ""
    assert standing(main, "complaints", taken.id).contact == "090-1234-5678"
    assert fold().down == 0


def test_a_case_handed_over_goes_neither_way_any_more(main, file, fold):
    taken = complaint(handler="甲", receiver="甲")
    fill(file, taken)
    fold()
    row = standing(main, "complaints", taken.id)
    main.commit(saving(change(row, handler="佐藤 花子", note="弁護士と相談")))
    fold()
    left = standing(file, "complaints", taken.id)
    file.commit(saving(change(left, content="なかった", next_promise_at=None)))

    outcome = fold()

    above = standing(main, "complaints", taken.id)
    below = standing(file, "complaints", taken.id)
    assert (above.content, above.next_promise_at) == (
        taken.content,
        taken.next_promise_at,
    )
    assert (below.content, below.note, below.handler) == (ERASED, "", "佐藤 花子")
    assert (outcome.up, outcome.refused, outcome.problems) == (0, None, ())
    assert taken.content not in file.audits([("complaints", taken.id)]).to_csv()
    assert fold().down == 0


def test_what_the_company_has_already_is_not_put_into_the_file(main, file, fold):
    over = complaint(received_centre="A", handler="佐藤 花子")
    fill(main, over)

    outcome = fold()

    assert standing(file, "complaints", over.id) is None
    assert outcome.refused is None


def test_what_the_centre_may_not_decide_goes_back(main, file, fold):
    taken = complaint(handler="甲", receiver="甲")
    fill(file, taken)
    fold()
    row = standing(file, "complaints", taken.id)
    file.commit(saving(change(row, handler="だれか")))

    fold()

    assert standing(file, "complaints", taken.id).handler == "甲"
    assert standing(main, "complaints", taken.id).handler == "甲"


def test_without_phone_reports_no_complaint_goes_either_way(main, file, memory):
    without = A.model_copy(update={"phone_reports": Flag.NO})
    row = standing(main, "centres", "A")
    main.commit(saving(change(row, phone_reports=Flag.NO)))
    taken = complaint()
    fill(file, taken)

    fold_centre(main, file, without, memory, SECRET)

    assert standing(main, "complaints", taken.id) is None


def test_a_row_that_cannot_be_written_holds_up_no_other(main, file, fold):
    good, bad = complaint(), complaint()
    fill(file, bad, good)
    fill(main, complaint(id=bad.id, received_centre="自社"))

    outcome = fold()

    assert standing(main, "complaints", good.id) is not None
    assert outcome.refused is not None


def test_after_the_memory_is_lost_nothing_is_overwritten(main, file, fold, tmp_path):
    day = kpi_day(offered=80, answered=70)
    fill(main, day)
    fold()
    file.commit(saving(change(standing(file, "kpi_days", day_key(day)), offered=81)))
    for remembered in tmp_path.glob("agreed-*.json"):
        remembered.unlink()

    outcome = fold()

    assert standing(main, "kpi_days", day_key(day)).offered == 80
    assert standing(file, "kpi_days", day_key(day)).offered == 81
    assert len(outcome.problems) == 1


def test_old_days_stay_out_of_the_file(main, file, fold):
    fill(main, kpi_day(date=clock.today() - timedelta(days=200), offered=1))

    fold()

    assert file.load().frames["kpi_days"].empty


def test_a_quiet_folding_writes_nothing(main, file, fold):
    fill(main, kpi_day(offered=80), complaint(received_centre="A", handler="甲"))
    fold()
    sent: list[Commit] = []
    for store in (main, file):
        store.commit = sent.append

    outcome = fold()

    assert sent == []
    assert (outcome.up, outcome.down) == (0, 0)


def test_a_report_typed_by_hand_gets_its_number_and_arrives(
    main, memory, emulator, tmp_path
):
    book = emulator.create()
    file = centre_sheet(emulator, tmp_path / "file", book)
    file.load()
    hand = emulator.hand(book)
    header = emulator.values(book, "'電話報告'")[0]
    typed = {
        "内容": "箱が濡れていた",
        "次の約束日時": "2026/11/24 10:00",
        "受付者": "甲",
    }
    for label, text in typed.items():
        cell = rowcol_to_a1(2, header.index(label) + 1)
        hand.type("電話報告", cell, text)

    fold_centre(main, file, A, memory, SECRET)

    (key,) = main.refreshed().frames["complaints"].index
    found = standing(main, "complaints", key)
    assert found.content == "箱が濡れていた"
    assert (found.source, found.received_centre) == (Source.SHEET, "A")
    row = emulator.values(book, "'電話報告'")[1]
    assert row[header.index("受付番号")] == key
    file.close()


def test_a_report_without_a_promise_is_still_being_typed(
    main, memory, emulator, tmp_path
):
    book = emulator.create()
    file = centre_sheet(emulator, tmp_path / "file", book)
    file.load()
    header = emulator.values(book, "'電話報告'")[0]
    cell = rowcol_to_a1(2, header.index("内容") + 1)
    emulator.hand(book).type("電話報告", cell, "箱が")

    fold_centre(main, file, A, memory, SECRET)

    assert main.refreshed().frames["complaints"].empty
    file.close()


def test_who_is_anonymised_leaves_the_file_too(main, file, fold, memory):
    case = complaint(received_centre="A", receiver="甲", handler="甲")
    fill(main, case)
    fold()
    file.commit(saving(change(standing(file, "complaints", case.id), note="花子さん")))
    fold()
    texts = {"content": ERASED, "note": ERASED}
    main.commit(
        Commit("E", "店長", clock.now(), (Erase("complaints", case.id, texts),))
    )

    outcome = fold()

    found = standing(file, "complaints", case.id)
    assert (found.content, found.note, outcome.problems) == (ERASED, ERASED, ())
    log = file.audits([("complaints", case.id)]).to_csv()
    assert case.content not in log + str(memory.load())
    assert "花子さん" not in log + str(memory.load())
    assert fold().down == 0
