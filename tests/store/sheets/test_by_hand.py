"""What a person types in the browser, through the API and into typed frames."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from lib.errors import StoreDenied, StoreUnavailable
from lib.schema.tables import table
from lib.settings.install import SheetsSettings
from lib.store.sheets.budget import Budget
from lib.store.sheets.client import Limits, SheetsClient, connected
from lib.store.sheets.faults import RequestRefused, SheetSettingsError, WriteUnknown
from lib.store.sheets.layout import located, tabs_of, zone_problem
from lib.store.sheets.reading import SheetRead
from lib.store.sheets.rereading import SheetReader
from tests.sheets_api.emulator import Emulator
from tests.sheets_api.faults import parse_fault

TABLES = [table("kpi_days"), table("complaints")]


class Desk:
    """One spreadsheet, a person at it, and our client."""

    def __init__(self, emulator: Emulator, data: Path) -> None:
        self.emulator = emulator
        self.book = emulator.create(tabs=[item.tab for item in TABLES])
        self.hand = emulator.hand(self.book)
        self.client: SheetsClient = connected(
            SheetsSettings(emulator.url, emulator.service_account()),
            Budget(data),
            Limits(total=3.0, first_pause=0.01, longest_pause=0.02),
        )
        self.remembered: dict[str, int] = {}

    def read(self) -> SheetRead:
        metadata = self.client.metadata(self.book)
        assert zone_problem(metadata) is None
        places, lost = located(TABLES, tabs_of(metadata), self.remembered)
        self.remembered = {code: tab.sheet_id for code, tab in places.items()}
        payload = self.client.values(self.book, [tab.whole for tab in places.values()])
        return SheetReader().read(payload, places, lost)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with Emulator() as emulator:
        desk = Desk(emulator, tmp_path)
        desk.hand.paste(
            "日次KPI",
            "A1",
            [
                ["日付", "センターコード", "着信数", "応答数"],
                ["2026/11/20", "A", "120", "８０"],
                ["", "", "", ""],
                ["11/21/2026", "A", "約20", "多数"],
            ],
        )
        desk.hand.paste(
            "苦情台帳",
            "A1",
            [
                ["受付番号", "内容", "受付日時", "連絡先"],
                [
                    "K-261121-7F3QX",
                    "箱が潰れていた",
                    "2026/11/21 9:05:00",
                    "0312345678",
                ],
            ],
        )
        yield desk
        desk.client.session.close()


def test_what_a_person_typed_comes_with_its_types_and_statuses(desk: Desk):
    read = desk.read()
    complaint = read.tables["complaints"].frame.loc["K-261121-7F3QX"]
    assert complaint["received_at"] == pd.Timestamp("2026-11-21 09:05", tz="Asia/Tokyo")
    assert complaint["contact"] == "0312345678"
    days = read.tables["kpi_days"]
    assert days.frame["offered"].iloc[0] == 120
    assert days.frame["answered"].iloc[0] == 80
    assert days.rows.tolist()[0] == 2


def test_a_renamed_tab_and_a_moved_column_are_read_as_before(desk: Desk):
    before = desk.read().tables["kpi_days"].frame
    desk.hand.insert_columns("日次KPI", 1, 2)
    desk.hand.insert_rows("日次KPI", 1, 3)
    desk.emulator.book(desk.book).sheets[0].title = "KPI '26"
    after = desk.read().tables["kpi_days"]
    pd.testing.assert_frame_equal(after.frame, before)
    assert after.tab.title == "KPI '26"
    assert after.header.row == 4


def test_an_old_title_is_refused_as_an_unknown_range(desk: Desk):
    with pytest.raises(RequestRefused) as caught:
        desk.client.values(desk.book, ["'ない'"])
    assert caught.value.unknown_range


@pytest.mark.parametrize(
    "fault", ["429", "500", "502", "503", "reset", "half", "403-limits", "401"]
)
def test_a_passing_fault_costs_a_read_nothing(desk: Desk, fault: str):
    desk.emulator.faults.add(parse_fault(f"{fault},on=values.*,nth=1"))
    assert len(desk.read().tables["complaints"].frame) == 1


def test_what_is_gone_or_closed_is_said_so(desk: Desk):
    desk.emulator.revoke(desk.book)
    with pytest.raises(StoreDenied):
        desk.read()
    desk.emulator.delete(desk.book)
    with pytest.raises(SheetSettingsError):
        desk.read()


def test_away_is_unavailable_and_a_lost_answer_unknown(desk: Desk):
    with desk.emulator.unreachable(), pytest.raises(StoreUnavailable):
        desk.read()
    desk.emulator.faults.add(
        parse_fault("reset,on=spreadsheets.batchUpdate,nth=1,applied=1")
    )
    renamed = {"title": "別", "sheetId": desk.remembered.get("kpi_days", 0)}
    change = {"updateSheetProperties": {"properties": renamed, "fields": "title"}}
    with pytest.raises(WriteUnknown):
        desk.client.change(desk.book, {"requests": [change]})
    assert desk.emulator.book(desk.book).sheets[0].title == "別"
