"""A bad sheet never breaks a page: people type anything, the rest stays right."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import cache
from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import load_workbook
from streamlit.testing.v1 import AppTest

from lib import clock
from lib.actions import first_start, sample
from lib.actions.checking import check
from lib.actions.searching import case_code, slug
from lib.i18n import LANGUAGES
from lib.reports.export import to_csv, to_xlsx
from lib.sample.company import SampleCompany, sample_company
from lib.schema.principal import SYSTEM
from lib.schema.tables import TABLES, table
from lib.schema.vocab import Role, Unlisted
from lib.settings.business import NEW_CENTRE, setting
from lib.store.access import UserStore
from lib.store.live import LiveStore
from lib.ui import context, navigation
from lib.ui.case.groups import ACT, CANCEL, CLOSE, GROUPS, PROMISE
from lib.ui.case.saving import name_of
from tests.pages.dirt import Dirtier, append, grid, lay, rows_of, spoil
from tests.sheets_api import Emulator, Hand
from tests.store.places import sheet_place

SEEDS = (1, 2)
SHORT = (1, pytest.param(2, marks=pytest.mark.slow))
"""One way of being wrong is enough where each opens everything."""
TAB = table("complaints").tab


class Spread:
    """A spreadsheet with a month of a small company in it, and the app upon it."""

    def __init__(self, emulator: Emulator, data: Path) -> None:
        self.place = sheet_place(emulator, data)
        store = self.place()
        live = LiveStore(store)
        first_start.begin(
            live.for_user(SYSTEM), name="Sato", email="sato@example.jp", now=clock.now()
        )
        sample.fill(store, a_month())
        self.hand: Hand = emulator.hand(self.place.url.removeprefix("gsheet://"))

    def read(self) -> None:
        """Let the app read the spreadsheet anew, as a process that has just begun."""
        context.close()
        context._live = LiveStore(self.place(), every_seconds=3600.0)


@cache
def a_month() -> SampleCompany:
    """Return what every spreadsheet here holds before people come to it."""
    return sample_company(end=date(2026, 11, 20), months=1, complaints_per_day=0.7)


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    with Emulator() as running:
        yield running


@pytest.fixture
def spread(emulator, tmp_path) -> Iterator[Spread]:
    made = Spread(emulator, tmp_path / "sheet")
    yield made
    made.place.close()


def operators() -> dict[Role, str]:
    """Return a member of each role who can be chosen."""
    return {member.role: member.email for member in context.members()}


def desk() -> UserStore:
    return context.live().for_user(SYSTEM)


def open_case(app: AppTest, key: str) -> None:
    app.query_params["case"] = case_code(key)
    app.run()


def open_editor(app: AppTest, key: str, editor: str) -> None:
    case = desk().record("complaints", key)
    app.session_state[name_of(key, "editor")] = editor
    app.session_state[name_of(key, f"seen:{editor}")] = case
    app.run()


def leave_editor(app: AppTest, key: str, editor: str) -> None:
    app.session_state[name_of(key, "editor")] = ""


def went_wrong(app: AppTest, *, refusals: bool = False) -> bool:
    """Whether anything but a calm answer came; a refused save may be one."""
    said = [text for text in errors(app) if "思わぬ問題" in text or not refusals]
    return bool(app.exception or said)


def errors(app: AppTest) -> list[str]:
    return [error.value for error in app.error]


def desk_after(spread: Spread) -> UserStore:
    spread.read()
    return desk()


def written(app: AppTest) -> str:
    """Return every text on the screen, Markdown's escapes taken out."""
    texts = (str(part.value) for part in (*app.markdown, *app.caption))
    return "\n".join(texts).replace("\\", "")


def problems_at(code: str, key: str) -> set[str]:
    found = check(context.live().snapshot())
    return {p.column for p in found if (p.table, p.key) == (code, key)}


def said(app: AppTest) -> list[str]:
    return [*errors(app), *(told.value for told in (*app.toast, *app.warning))]


@pytest.mark.parametrize("seed", SEEDS)
def test_every_page_opens_for_everybody_whatever_stands_in_the_sheet(
    spread, open_page, seed
):
    """The seeds share pages and roles out among themselves."""
    Dirtier(spread.hand, seed).everything()
    spread.read()

    people = operators()
    opened = [(page, role) for page in navigation.PAGES for role in page.roles]
    mine = [pair for pair in opened if pair[1] in people][
        seed % len(SEEDS) :: len(SEEDS)
    ]
    broken = []
    for number, (page, role) in enumerate(mine):
        language = list(LANGUAGES)[number % 2]
        app = open_page(page.code, language=language, operator=people[role])
        if app.exception or errors(app) or len(app.title) != 1:
            broken.append((page.code, role, errors(app)))
    assert {page.code for page, _role in mine} >= {"today", "ledger", "kpi_entry"}
    assert broken == []


@pytest.mark.parametrize("seed", SHORT)
def test_every_case_opens_with_its_editors_whatever_stands_in_its_row(
    spread, open_page, seed
):
    Dirtier(spread.hand, seed, share=0.02).everything(but=("audit", "members"))
    spread.read()

    app = open_page("ledger", operator="sato@example.jp")
    broken, answers = [], []
    keys = list(desk().frame("complaints").index)
    for number, key in enumerate(keys):
        open_case(app, key)
        if went_wrong(app):
            broken.append((key, errors(app)))
            continue
        editors = [ACT, PROMISE, CLOSE, CANCEL, *(group.code for group in GROUPS)]
        editor = editors[number % len(editors)]
        open_editor(app, key, editor)
        app.button(key=name_of(key, "save")).click().run()
        answers += said(app)
        if went_wrong(app, refusals=True):
            broken.append((key, editor, errors(app)))
        leave_editor(app, key, editor)
    assert broken == []

    assert any(text.startswith("シートのこの行に") for text in answers)
    assert any("保存しました" in text for text in answers)


@pytest.mark.parametrize("seed", SHORT)
def test_every_contact_of_an_agency_opens_whatever_stands_in_its_row(
    spread, open_page, seed
):
    Dirtier(spread.hand, seed, share=0.2).table(table("agency_inquiries"))
    spread.read()

    app = open_page("inquiries", operator="sato@example.jp")
    broken = []
    keys = list(desk().frame("agency_inquiries").index)
    for number, key in enumerate(keys):
        open_contact(app, key)
        part = ("3つの手順", "経緯書", "対応履歴", "くわしく")[number % 4]
        app.session_state["inquiry:parts"] = part
        app.run()
        if went_wrong(app):
            broken.append((key, part, errors(app)))
        editor = ("edit", "again")[number % 2]
        press(app, f"inquiry:{key}:open:{editor}")
        press(app, f"inquiry:{key}:save")
        if went_wrong(app, refusals=True):
            broken.append((key, editor, errors(app)))
        press(app, f"inquiry:{key}:leave")

    assert keys
    assert broken == []


def open_contact(app: AppTest, key: str) -> None:
    app.query_params["inquiry"] = case_code(key)
    app.run()


def press(app: AppTest, key: str) -> None:
    """Press a button that may not be there, where the row cannot be changed."""
    if any(button.key == key for button in app.button):
        app.button(key=key).click().run()


def test_a_contact_typed_by_hand_shows_up_and_says_what_it_lacks(spread, open_page):
    said = "解約できないと言われた"
    append(spread.hand, "agency_inquiries", facts=said, agency_name="Aoba")
    spread.read()
    key = next(k for k in desk().frame("agency_inquiries").index if k.startswith("+"))

    app = open_page("inquiries", operator="sato@example.jp")
    assert said in set(app.dataframe[0].value["facts"])
    open_contact(app, key)

    assert not went_wrong(app)
    assert app.subheader[0].value == "番号のない行"
    assert "機関種別: 空欄です" in written(app)
    assert "初回連絡日時: 空欄です" in written(app)
    assert "警報" not in written(app)
    assert said in written(app)


# What is typed, cell by cell ----------------------------------------------------


def test_an_unknown_word_is_a_filter_of_its_own_and_shown_as_typed(spread, open_page):
    spoil(spread.hand, "complaints", 3, status="店長へ相談")
    spread.read()
    key = desk().frame("complaints").index[3]
    code = Unlisted("店長へ相談").code

    app = open_page("ledger", operator="sato@example.jp")
    app.query_params["status"] = code
    app.run()

    assert [frame.value["status"].tolist() for frame in app.dataframe] == [
        ["⚠ 店長へ相談"]
    ]
    assert any("⚠ 店長へ相談" in button.label for button in app.button)
    open_case(app, key)
    assert "要確認 1か所" in written(app)
    assert "状態: シートに「店長へ相談」" in written(app)


def test_what_a_row_lacks_and_where_it_came_from_is_said(spread, open_page):
    append(spread.hand, "complaints", content="箱がつぶれていた", handler="Sato")
    spread.read()
    key = next(k for k in desk().frame("complaints").index if k.startswith("+"))

    app = open_page("ledger", operator="sato@example.jp")
    open_case(app, key)

    assert not went_wrong(app)
    assert app.subheader[0].value == "番号のない行"
    assert "入力元: シート" in written(app)
    assert "受付日時: 空欄です" in written(app)


def test_a_row_that_stands_twice_opens_as_two(spread, open_page):
    rows = grid(spread.hand, TAB)
    lay(spread.hand, TAB, [*rows, [*rows[1]]])
    spread.read()
    key = desk().frame("complaints").index[0]

    app = open_page("ledger", operator="sato@example.jp")
    open_case(app, f"{key}#2")

    assert not went_wrong(app)
    assert app.subheader[0].value.replace("\\", "") == f"{key}#2"


def test_a_figure_says_how_many_unreadable_values_it_lacks(spread, open_page):
    days = rows_of(spread.hand, "kpi_days", "offered")
    centre = next(n for n, offered in enumerate(days) if offered != "")
    last = max(n for n, offered in enumerate(days) if offered != "")
    assert centre != last
    spoil(spread.hand, "kpi_days", last, offered="多数")
    spread.read()
    day = desk().frame("kpi_days").iloc[last]

    app = open_page("today", operator="sato@example.jp")

    assert "シートで読めない値を除いています" in written(app)
    assert "着信数 1件" in written(app)
    app = open_page("kpi_entry", operator="sato@example.jp")
    app.query_params["centre"] = slug(day["centre"])
    app.query_params["month"] = f"{day['date']:%Y-%m}"
    app.run()
    assert "読めない値 1件を除いています" in written(app)
    assert "着信数「多数」" in written(app)


def test_nothing_is_marked_on_a_sheet_in_order(spread, open_page):
    spread.read()

    app = open_page("today", operator="sato@example.jp")
    assert "読めない値" not in written(app)
    app = open_page("ledger", operator="sato@example.jp")
    open_case(app, desk().frame("complaints").index[0])
    assert "要確認" not in written(app)
    assert "⚠" not in written(app)


# Rights --------------------------------------------------------------------------


def test_an_unknown_role_gives_no_rights_and_is_a_problem(spread):
    place = rows_of(spread.hand, "members", "email").index("sato@example.jp")
    spoil(spread.hand, "members", (place + 1) % 5, role="せんむ")
    email = rows_of(spread.hand, "members", "email")[(place + 1) % 5]
    spread.read()

    assert email not in {member.email for member in context.members()}
    assert problems_at("members", email) != set()


def test_no_role_gives_no_rights(spread):
    append(spread.hand, "members", email="new@example.jp", name="Abe")
    spread.read()

    assert "new@example.jp" not in {member.email for member in context.members()}


def test_two_rows_of_one_address_that_disagree_give_no_rights(spread):
    append(spread.hand, "members", email="SATO@example.jp", name="Sato", role="委託先")
    spread.read()

    assert "Sato" not in {member.name for member in context.members()}


def test_a_mistyped_role_does_not_lock_the_administrator_out(spread, open_page):
    for place in range(len(rows_of(spread.hand, "members", "email"))):
        spoil(spread.hand, "members", place, role="かんりしゃ")
    spread.read()

    app = open_page("members")

    assert not went_wrong(app)
    assert [title.value for title in app.title] == ["メンバー"]


# Settings ------------------------------------------------------------------------


def test_a_setting_that_cannot_be_read_falls_back_and_is_a_problem(spread):
    group, name = NEW_CENTRE, "目標応答率"
    day = "2026/11/01"
    row = {"group": group, "name": name, "effective_from": day, "value": "だいたい"}
    append(spread.hand, "settings", **row)
    spread.read()

    found = setting(desk().frame("settings"), group, name, on=date(2026, 11, 21))

    assert float(found) > 0
    assert problems_at("settings", f"{group}|{name}|2026-11-01") != set()


# Out of the app ------------------------------------------------------------------


@pytest.mark.parametrize("seed", SHORT)
def test_every_table_is_exported_and_checked_whatever_stands_in_it(spread, seed):
    Dirtier(spread.hand, seed, share=0.3).everything()
    spread.read()

    frames = {kind: desk().frame(kind.code) for kind in TABLES}

    assert to_xlsx(frames)
    for kind, frame in frames.items():
        assert to_csv(kind, frame).count(b"\r\n") >= len(frame)
    assert check(context.live().snapshot())


def test_a_lost_column_leaves_the_other_columns_right(spread, open_page):
    before = desk_after(spread).frame("complaints")
    place = grid(spread.hand, TAB)[0].index("担当者")
    spread.hand.delete_columns(TAB, place + 1)
    after = desk_after(spread).frame("complaints")

    assert (after["content"] == before["content"]).all()
    assert (after["handler"] == "").all()
    assert not went_wrong(open_page("ledger", operator="sato@example.jp"))


def test_an_export_holds_what_was_typed_where_nothing_could_be_read(spread):
    spoil(spread.hand, "complaints", 2, next_promise_at="来週あたり", handler="")
    spread.read()
    complaints = desk().frame("complaints")
    typed = desk().unread("complaints")

    text = to_csv(table("complaints"), complaints, typed=typed).decode("utf-8-sig")
    book = to_xlsx({table("complaints"): complaints}, typed=typed)

    assert "来週あたり" in text.splitlines()[3]
    sheet = load_workbook(BytesIO(book)).worksheets[0]
    assert "来週あたり" in [cell.value for cell in sheet[4]]
