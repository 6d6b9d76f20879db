"""A bad sheet never breaks a page: people type anything, the rest stays right."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import cache
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from lib import clock
from lib.actions import first_start, sample
from lib.actions.searching import case_code
from lib.i18n import LANGUAGES
from lib.sample.company import SampleCompany, sample_company
from lib.schema.principal import SYSTEM
from lib.schema.vocab import Role
from lib.store.access import UserStore
from lib.store.live import LiveStore
from lib.ui import context, navigation
from lib.ui.case.groups import ACT, CANCEL, CLOSE, GROUPS, PROMISE
from lib.ui.case.saving import name_of
from tests.pages.dirt import Dirtier
from tests.sheets_api import Emulator, Hand
from tests.store.places import sheet_place

SEEDS = (1, 2, 3)


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


def said(app: AppTest) -> list[str]:
    return [*errors(app), *(told.value for told in (*app.toast, *app.warning))]


@pytest.mark.parametrize("seed", SEEDS)
def test_every_page_opens_for_everybody_whatever_stands_in_the_sheet(
    spread, open_page, seed
):
    Dirtier(spread.hand, seed).everything()
    spread.read()

    people = operators()
    broken = []
    for page in navigation.PAGES:
        for number, role in enumerate(r for r in page.roles if r in people):
            language = list(LANGUAGES)[number % 2]
            app = open_page(page.code, language=language, operator=people[role])
            if app.exception or errors(app) or len(app.title) != 1:
                broken.append((page.code, role, errors(app)))
    assert broken == []


@pytest.mark.parametrize("seed", SEEDS)
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
