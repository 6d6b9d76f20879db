"""Nothing of centre B reaches anybody of centre A, in whatever they open or take.

Everything that the server says to a member of A is kept, files unpacked, and searched
for the markers of B, of the company, and of what the company took over from A.
"""

from __future__ import annotations

from datetime import timedelta

import pytest

from lib import clock
from lib.actions.centre_files.running import fold_centre
from lib.metrics.kpi_themes import Theme
from lib.metrics.kpis import KPIS
from lib.schema.centre_file import CENTRE_TABLES
from lib.schema.frames import record_at
from lib.schema.principal import SYSTEM
from lib.schema.tables import TABLES, table
from lib.schema.vocab import Role
from lib.settings.install import SheetsSettings
from lib.store.agreements import Agreements
from lib.store.sheets.client import connected
from lib.store.sheets.store import SheetsStore
from lib.ui import navigation
from lib.ui.kpis.address import Asked
from tests.security.raw_client import RawClient
from tests.security.two_centres import (
    A_AGENT,
    HANDED_OVER,
    MANAGER,
    NUMBERS_OF_OTHERS,
    OF_A,
    OF_B,
    OF_COMPANY,
    A,
    B,
    found_in,
    numbers_of_others_in,
    tables_with,
    two_centres,
    unpacked,
)
from tests.sheets_api import Emulator
from tests.store.places import FreeBudget
from tools.serve import serving

NOT_FOR_A = (OF_B, OF_COMPANY, HANDED_OVER)
MOST_PRESSES = 150
OUTSOURCED = Role.OUTSOURCED
DAY = clock.today() - timedelta(days=5)


@pytest.fixture(scope="module")
def company(tmp_path_factory):
    data = tmp_path_factory.mktemp("centres") / "data"
    with two_centres(data) as found:
        yield found


@pytest.fixture(scope="module")
def url(company):
    settings = {"MIMAMORI_SIGN_IN": "on"}
    with serving(company.data, settings=settings, prepared=True) as server:
        yield server.url


@pytest.fixture
def agent(url):
    with RawClient.of(url, A_AGENT) as client:
        yield client


@pytest.fixture
def manager(url):
    with RawClient.of(url, MANAGER) as client:
        yield client


def addresses(company):
    """Yield every page, and each in every way that an address can ask for."""
    for page in navigation.PAGES:
        yield page.code, {}
        yield page.code, {"case": company.cases[B]}
    for centre in (A, B):
        of = {"centre": centre}
        yield "kpi_entry", {**of, "date": DAY.isoformat()}
        yield "kpi_entry", {**of, "month": f"{DAY:%Y-%m}"}
        yield "kpi_entry", {**of, "month": f"{DAY:%Y-%m}", "view": "paste"}
        yield "kpis", {**of, "view": "targets"}
        yield "monthly", {**of, "reader": "board"}
    for asked in Asked:
        yield "kpis", {"centre": B, "period": asked.value}
    for theme in Theme:
        yield "kpis", {"theme": theme.code}
    for kpi in KPIS:
        yield "kpis", {"figure": kpi.code, "centre": B}


def take_all(client):
    """Take every file and picture that the page offers."""
    numbers, pictures = client.downloads(), client.pictures()
    for address in [*map(client.make, numbers), *pictures]:
        status, file = client.fetch(address)
        assert status == 200
        client.taken += unpacked(file)
    return len(numbers), len(pictures)


def assert_nothing_of_others(client):
    assert found_in(bytes(client.taken), *NOT_FOR_A) == []
    assert numbers_of_others_in(bytes(client.taken)) == []


def test_every_table_says_whose_its_rows_are(company):
    """Else the rest of this file proves nothing: a new table needs its markers."""
    every = {t.code for t in TABLES}
    of_b = tables_with(company.live, OF_B)

    assert of_b | tables_with(company.live, OF_COMPANY) == every
    assert every - of_b == {"products", "inspections"}


def test_nothing_of_another_centre_is_in_any_page_however_it_is_asked_for(
    company, agent
):
    for page, query in addresses(company):
        said = agent.open(page, **query)
        assert said, (page, query)
        assert found_in(said.encode(), *NOT_FOR_A) == [], (page, query)
        take_all(agent)

    assert_nothing_of_others(agent)
    assert found_in(bytes(agent.taken), OF_A)


def test_nothing_of_another_centre_is_in_a_report_that_is_made(agent):
    agent.open("monthly", month=f"{DAY:%Y-%m}", centre=B, reader="board")
    agent.press(agent.widget("monthly:make"))
    files, pictures = take_all(agent)

    assert files == 2
    assert pictures
    assert found_in(bytes(agent.taken), f"{OF_A} comment of the month")
    assert_nothing_of_others(agent)


def test_what_a_centre_brings_as_anothers_tells_it_nothing_of_that_one(company, agent):
    """A file with days of B: neither its rows nor that they exist come back."""
    days = [clock.today() - timedelta(days=back) for back in range(1, 8)]
    lines = [f"{day:%Y/%m/%d},{B},10,9" for day in days]
    file = "\n".join(["日付,センターコード,着信数,応答数", *lines]).encode("utf-8-sig")
    before = company.live.for_user(SYSTEM).frame("kpi_days").to_csv()

    agent.open("excel_import")
    agent.upload("import", "qzfile.csv", file)
    for step in ("import:next", "import:next", "import:next", "import:go"):
        buttons = [w for w in agent.widgets() if w.id.endswith(step)]
        if buttons:
            agent.press(buttons[0])

    assert_nothing_of_others(agent)
    assert b"qzfile" in agent.taken
    assert "取り込む行がありません。".encode() in agent.taken
    assert company.live.for_user(SYSTEM).frame("kpi_days").to_csv() == before


def test_nothing_of_another_centre_stands_in_a_centres_own_file(company, tmp_path):
    with Emulator() as google:
        book = google.create()
        place = SheetsSettings(google.url, google.service_account())
        file = SheetsStore(
            connected(place, FreeBudget(tmp_path)),
            book,
            data=tmp_path,
            tables=CENTRE_TABLES,
        )
        centre = record_at(
            table("centres"), company.live.for_user(SYSTEM).frame("centres"), A
        )
        fold_centre(company.live, file, centre, Agreements(tmp_path, A), b"k" * 32)
        tabs = [sheet.title for sheet in google.book(book).sheets]
        held = str([google.values(book, f"'{title}'") for title in tabs]).encode()
        file.close()

    assert found_in(held, OF_A)
    assert b"1234" in held
    assert found_in(held, *NOT_FOR_A) == []
    assert numbers_of_others_in(held) == []


@pytest.mark.slow
@pytest.mark.parametrize("code", [p.code for p in navigation.pages_for(OUTSOURCED)])
def test_nothing_of_another_centre_comes_whatever_is_pressed(agent, code):
    """Every choice and every button of a page, one after the other."""
    agent.open(code)
    pressed = set()
    while waiting := [
        (widget, option)
        for widget in agent.widgets()
        for option in widget.options or ("",)
        if (widget.id, option) not in pressed and not widget.is_in_menu
    ]:
        widget, option = waiting[0]
        pressed.add((widget.id, option))
        if widget.kind == "button":
            agent.press(widget)
        elif widget.kind in ("selectbox", "radio"):
            agent.choose(widget, option)
        elif widget.kind == "button_group":
            agent.choose(widget, [option])
        elif widget.kind in ("popover", "expandable", "checkbox"):
            agent.choose(widget, value=True)
        take_all(agent)
        if len(pressed) > MOST_PRESSES:
            break
    assert_nothing_of_others(agent)


def test_the_same_looking_finds_what_a_manager_may_see(company, manager):
    """The control: the pages do show B, and searching them does find it."""
    manager.open("ledger", case=company.cases[B])
    manager.open("kpi_entry", centre=B, month=f"{DAY:%Y-%m}")
    take_all(manager)
    manager.open("kpi_entry", centre="自社", month=f"{DAY:%Y-%m}")
    manager.open("ledger", case=company.cases[HANDED_OVER])

    taken = bytes(manager.taken)
    assert found_in(taken, OF_B)
    assert found_in(taken, OF_COMPANY)
    assert found_in(taken, HANDED_OVER)
    assert set(numbers_of_others_in(taken)) == set(NUMBERS_OF_OTHERS)
