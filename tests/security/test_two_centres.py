"""Nothing of centre B reaches anybody of centre A, in whatever they open or take.

Everything that the server says to a member of A is kept, files unpacked, and searched
for the markers of B, of the company, and of what the company took over from A.
"""

from __future__ import annotations

from datetime import timedelta

import pytest

from lib import clock
from lib.metrics.kpi_themes import Theme
from lib.metrics.kpis import KPIS
from lib.schema.tables import TABLES
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
from tools.serve import serving

NOT_FOR_A = (OF_B, OF_COMPANY, HANDED_OVER)
DAY = clock.today() - timedelta(days=5)
NOT_SHOWN_TO_PEOPLE = {"audit", "kpi_days", "products", "centres", "members"}


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
