"""データ点検: every problem with its cell, and two repairs by a press."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from lib import clock
from lib.actions import first_start
from lib.schema.complaint import Complaint
from lib.schema.masters import Centre, Member
from lib.schema.principal import SYSTEM
from lib.schema.tables import table
from lib.schema.vocab import Promise, Role
from lib.store.live import LiveStore
from lib.store.row_memory import RowMemory
from lib.ui import context
from tests.pages.dirt import append, rows_of, spoil
from tests.sheets_api import Emulator, Hand
from tests.store.places import sheet_place
from tests.store.rows import kpi_day, saving


class Book:
    """A small spreadsheet, a hand on it, and the app that shows it."""

    def __init__(self, emulator: Emulator, data: Path) -> None:
        self.place = sheet_place(emulator, data)
        live = LiveStore(self.place())
        first_start.begin(
            live.for_user(SYSTEM), name="Sato", email="sato@example.jp", now=clock.now()
        )
        live.commit(saving(Centre(code="A", name="関東"), case(), kpi_day("A")))
        live.commit(saving(kpi_day("A", 1), member(Role.CLERK), member(Role.VIEWER)))
        live.commit(saving(member(Role.OUTSOURCED, centre="A")))
        self.hand: Hand = emulator.hand(self.place.url.removeprefix("gsheet://"))

    def read(self) -> None:
        """Let the app read the spreadsheet anew."""
        context.close()
        context._live = LiveStore(self.place(), every_seconds=3600.0)


def case(**values: Any) -> Complaint:
    due = {"next_promise": Promise.CALL_BACK, "next_promise_at": clock.now()}
    known = {"id": "K-261121-7F3QX", "content": "x", "received_at": clock.now()}
    return Complaint.model_validate(known | due | values)


def member(role: Role, **values: Any) -> Member:
    return Member(email=f"{role.name}@example.jp", name=role.name, role=role, **values)


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    with Emulator() as running:
        yield running


@pytest.fixture
def book(emulator: Emulator, tmp_path: Path) -> Iterator[Book]:
    made = Book(emulator, tmp_path / "sheet")
    made.read()
    yield made
    context.close()
    made.place.close()


def words(app: AppTest) -> str:
    parts = (*app.markdown, *app.caption, *app.text, *app.subheader)
    return "\n".join(str(part.value) for part in parts).replace("\\", "")


def links(app: AppTest) -> list[str]:
    return [found.proto.url for found in app.get("link_button")]


def press(app: AppTest, start: str) -> AppTest:
    (button,) = [b for b in app.button if str(b.key).startswith(start)]
    return button.click().run()


def test_a_sheet_in_order_says_so_and_when(book, open_page):
    app = open_page("data_check")

    assert not app.exception
    assert "直すところはありません" in words(app)
    assert "2026/11/21 10:30" in words(app)
    assert "直すところなし" in words(open_page("setup"))


def test_a_problem_says_what_was_typed_why_and_opens_its_cell(book, open_page):
    spoil(book.hand, "kpi_days", 0, offered="多数")
    book.read()

    app = open_page("data_check")

    assert "「多数」" in words(app)
    assert "数として読めません" in words(app)
    (link,) = links(app)
    assert link.startswith("https://docs.google.com/spreadsheets/d/")
    labels = book.hand.read("日次KPI")[0]
    column = chr(ord("A") + labels.index("着信数"))
    assert link.endswith(f"&range={column}2")
    assert "直すところ 1か所" in words(open_page("setup"))


def test_one_press_takes_the_value_over_and_another_takes_it_back(book, open_page):
    spoil(book.hand, "kpi_days", 0, offered="約20")
    book.read()
    app = press(open_page("data_check"), "data_check:take")

    assert not app.exception
    assert rows_of(book.hand, "kpi_days", "offered")[0] == 20
    assert "直すところはありません" in words(app)

    press(app, "data_check:undo_button")
    assert rows_of(book.hand, "kpi_days", "offered")[0] == "約20"


def test_all_of_a_kind_need_a_second_press(book, open_page):
    spoil(book.hand, "kpi_days", 0, offered="約20", answered="約19")
    spoil(book.hand, "kpi_days", 1, offered="約30")
    book.read()
    app = press(open_page("data_check"), "data_check:all")

    assert not app.exception
    assert rows_of(book.hand, "kpi_days", "offered") == [20, 30]
    assert rows_of(book.hand, "kpi_days", "answered")[0] == 19


def test_the_copy_of_a_row_gets_a_number_by_a_press(book, open_page):
    tab = table("complaints").tab
    book.hand.copy_rows(tab, 2, 2, 3)
    book.read()
    app = open_page("data_check")
    buttons = [b for b in app.button if str(b.key).startswith("data_check:renumber")]
    assert len(buttons) == 2

    app = buttons[1].click().run()

    assert not app.exception
    numbers = rows_of(book.hand, "complaints", "id")
    assert len(set(numbers)) == 2
    assert "K-261121-7F3QX" in numbers
    assert "直すところはありません" in words(app)


def test_what_changed_meanwhile_is_left_and_said(book, open_page):
    spoil(book.hand, "kpi_days", 0, offered="約20")
    book.read()
    app = open_page("data_check")
    spoil(book.hand, "kpi_days", 0, offered="25")

    app = press(app, "data_check:take")

    assert rows_of(book.hand, "kpi_days", "offered")[0] == 25
    assert any("書き換えませんでした" in info.value for info in app.info)


def test_a_row_being_typed_is_listed_only_after_ten_minutes(
    book, open_page, monkeypatch
):
    append(book.hand, "complaints", content="箱が潰れていた", customer_name="田中")
    book.read()
    assert "直すところはありません" in words(open_page("data_check"))

    later = clock.now() + timedelta(minutes=11)
    monkeypatch.setenv(clock.FIXED_BY, later.isoformat())

    assert "番号のない行" in words(open_page("data_check"))


def test_a_remark_is_shown_folded_and_not_counted(book, open_page, monkeypatch):
    append(book.hand, "complaints", content="※ 年末は休みです")
    book.read()
    open_page("data_check")
    later = clock.now() + timedelta(minutes=11)
    monkeypatch.setenv(clock.FIXED_BY, later.isoformat())

    app = open_page("data_check")

    assert "直すところはありません" in words(app)
    assert [e.label for e in app.expander] == ["数えていない行 1行"]


def test_everything_is_said_in_english_too(book, open_page):
    spoil(book.hand, "kpi_days", 0, offered="約20", answered="多数")
    book.read()

    app = open_page("data_check", language="en")

    assert "Values to confirm" in words(app)
    assert "Unreadable values" in words(app)


@pytest.mark.parametrize("role", [Role.VIEWER, Role.OUTSOURCED])
def test_only_the_own_staff_opens_the_page(book, open_page, role):
    app = open_page("data_check", operator=f"{role.name}@example.jp")

    assert any("権限" in error.value for error in app.error)


def test_a_database_shows_what_the_rules_find_with_a_way_into_the_app(
    open_page, first_member, put
):
    put(case(parent_id="K-GONE"))

    app = open_page("data_check")

    assert not app.exception
    assert "指している行がありません" in words(app)
    assert links(app) == []
    assert "案件を開く" in [link.proto.label for link in app.get("page_link")]
    assert not [b for b in app.button if str(b.key).startswith("data_check")]
    place = context.place()
    assert RowMemory(place.data, place.store_url).seen() == {}
