"""A member who speaks the protocol: what is not theirs stays as it is, and unseen.

First what such a client tries; then two centres: everything that the server says to a
member of A is kept, files unpacked, and searched for the markers of B, of the company,
and of what the company took over from A.
"""

from __future__ import annotations

import json
from contextlib import ExitStack
from datetime import timedelta
from itertools import zip_longest

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from websockets.exceptions import InvalidStatus

from lib import clock
from lib.actions import masters
from lib.actions.centre_files.running import fold_centre
from lib.metrics.kpi_themes import Theme
from lib.metrics.kpis import KPIS
from lib.schema.audit import REFUSED as NOT_THEIRS
from lib.schema.centre_file import CENTRE_TABLES
from lib.schema.frames import record_at
from lib.schema.ids import new_commit_id
from lib.schema.principal import SYSTEM
from lib.schema.tables import TABLES, table
from lib.schema.vocab import Flag, Role
from lib.settings.install import SheetsSettings
from lib.signin.book import Book
from lib.store.agreements import Agreements
from lib.store.sheets.client import connected
from lib.store.sheets.store import SheetsStore
from lib.ui import navigation
from lib.ui.kpis.address import Asked
from tests.security.raw_client import RawClient
from tests.security.two_centres import (
    A_AGENT,
    A_LEAVING,
    B_AGENT,
    HANDED_OVER,
    MANAGER,
    NUMBERS_OF_OTHERS,
    OF_A,
    OF_B,
    OF_COMPANY,
    ROLES,
    A,
    B,
    found_in,
    numbers_of_others_in,
    tables_with,
    two_centres,
    unpacked,
)
from tests.sheets_api import Emulator
from tests.signin.browsing import Browser
from tests.store.places import FreeBudget
from tools.serve import serving

NOT_FOR_A = (OF_B, OF_COMPANY, HANDED_OVER)
MOST_PRESSES = 150
OUTSOURCED = Role.OUTSOURCED
DAY = clock.today() - timedelta(days=5)
SHORT = [
    OUTSOURCED,
    *(
        pytest.param(role, marks=pytest.mark.slow)
        for role in (Role.VIEWER, Role.CLERK, Role.MANAGER)
    ),
]
"""Roles that a test tries: the gate the one that is another company's."""

REFUSED = "見つからないか、見る権限がありません。"
WITHIN = 30.0
"""Seconds; half of the minute that is allowed."""
SOON = 3.0
"""Seconds in which an answer would have come."""


@pytest.fixture(scope="module")
def company(tmp_path_factory):
    data = tmp_path_factory.mktemp("hostile") / "data"
    with two_centres(data) as found:
        yield found


@pytest.fixture(scope="module")
def server(company):
    settings = {"MIMAMORI_SIGN_IN": "on"}
    with serving(company.data, settings=settings, prepared=True) as found:
        yield found
        # Whatever was sent meanwhile, no error of it wrote data into the log.
        printed = found.log.read_bytes()
        assert found_in(printed, OF_A, OF_B, OF_COMPANY) == []


@pytest.fixture
def client(server):
    with ExitStack() as opened:
        yield lambda who: opened.enter_context(RawClient.of(server.url, who))


@pytest.fixture(scope="module", autouse=True)
def first_answers(server):
    """Ask a fresh server for each page before anybody has signed in."""
    with Browser(server.url) as stranger:
        pages = [stranger.page(f"/{page.code}") for page in navigation.PAGES]
        with pytest.raises(InvalidStatus) as refused:
            stranger.socket().__enter__()
    return pages, refused.value.response.status_code


def everything(company):
    """Return all that is stored, by table."""
    view = company.live.for_user(SYSTEM)
    return {t.code: view.frame(t.code).to_csv() for t in TABLES}


# Nobody -------------------------------------------------------------------------------


def test_signed_out_a_fresh_server_shows_the_sign_in_and_closes_the_socket(
    first_answers,
):
    pages, status = first_answers

    assert {page.status_code for page in pages} == {303}
    assert all(page.headers["location"].startswith("/signin") for page in pages)
    assert not any(page.content for page in pages)
    assert status == 403


# Pages --------------------------------------------------------------------------------


@pytest.mark.parametrize("role", SHORT)
def test_a_page_of_others_gives_the_refusal_and_nothing_else(company, client, role):
    one = client(ROLES[role])
    for page in navigation.PAGES:
        if role in page.roles:
            continue
        said = one.open(page.code, case=company.cases[B])
        kinds = [element.WhichOneof("type") for element in one.main()]
        assert REFUSED in said, page.code
        assert set(kinds) <= {"alert", "page_link", "empty"}, page.code
        hidden = NOT_FOR_A if role is OUTSOURCED else (OF_B,)
        assert found_in(said.encode(), *hidden) == [], page.code
        assert not one.downloads()


@pytest.mark.slow
@pytest.mark.parametrize("role", ROLES)
def test_each_page_of_a_role_opens_for_it(client, role):
    one = client(ROLES[role])
    for page in navigation.pages_for(role):
        said = one.open(page.code)
        assert REFUSED not in said, page.code
        assert "思わぬ問題が起きました" not in said, page.code


# Other people's sessions ----------------------------------------------------------------


def test_the_session_of_another_opens_nothing(server, client):
    boss = client(MANAGER)
    boss.open("members")
    thief = Browser(server.url)
    thief.sign_in(A_AGENT, "kaminari-to-tsukemono-42")

    with RawClient(thief, tab=boss.tab) as other:
        other.open("members")
        assert other.tab not in ("", boss.tab)
        assert found_in(bytes(other.taken), OF_COMPANY, OF_B) == []
    assert OF_COMPANY in boss.run()


def test_a_file_is_made_and_fetched_only_where_it_was_offered(server, client):
    boss, agent = client(MANAGER), client(B_AGENT)
    boss.open("deadlines")
    boss.choose(boss.widget("deadlines.take"), value=True)
    number = boss.downloads()[0]
    agent.open("kpis")

    for tab in ("", boss.tab):
        assert agent.make(number, tab=tab, longest=SOON) == ""
    address = boss.make(number)
    assert address.startswith("/media/")
    assert agent.fetch(address) == (404, b"Not Found")
    with Browser(server.url) as stranger:
        assert stranger.client.get(address).status_code == 401
    with RawClient.of(server.url, MANAGER) as elsewhere:
        assert elsewhere.fetch(address)[0] == 404
    status, file = boss.fetch(address)
    assert (status, file[:15]) == (200, b"BEGIN:VCALENDAR")
    headers = boss.browser.client.get(address).headers
    assert headers.get_list("cache-control") == ["no-store"]


def test_no_file_is_put_into_the_session_of_another(client):
    boss, agent = client(MANAGER), client(A_AGENT)
    boss.open("excel_import")
    agent.open("excel_import")

    file = ("0123", "x.csv", b"a,b\n1,2\n")
    assert agent.put_file(boss.tab, *file) == 401
    assert agent.put_file(agent.tab, *file) == 204


def test_somebody_switched_off_has_a_dead_socket_within_a_minute(company, client):
    leaver = client(A_LEAVING)
    assert OF_A in leaver.open("kpi_entry")
    view = company.live.for_user(SYSTEM)
    member = record_at(table("members"), view.frame("members"), A_LEAVING)
    masters.switch(view, member, Flag.NO, entry=new_commit_id(), now=clock.now())

    assert leaver.is_dead(WITHIN)
    with pytest.raises(InvalidStatus):
        leaver.browser.socket().__enter__()


# What Streamlit does for whoever asks -----------------------------------------------------


NO_PAGE_ASKS = (
    BackMsg(clear_cache=True),
    BackMsg(load_git_info=True),
    BackMsg(set_run_on_save=True),
    BackMsg(debug_shutdown_runtime=True),
    BackMsg(debug_disconnect_websocket=True),
    BackMsg(),
)


def test_what_no_page_asks_is_not_answered_and_harms_nobody(server, client):
    boss, hostile = client(MANAGER), client(A_AGENT)
    boss.open("kpis")
    hostile.open("kpis")
    hostile.listen(longest=1.0)
    for asked in NO_PAGE_ASKS * 20:
        hostile.send(asked)

    assert hostile.listen(longest=1.0) == ""
    assert OF_A in hostile.run()
    assert OF_B in boss.run()
    assert server.log.read_text().count("refused clear_cache") == 1


def test_a_message_that_is_none_ends_that_socket_only(server, client):
    boss, hostile = client(MANAGER), client(A_AGENT)
    boss.open("members")
    hostile._socket.send(b"\xff\xff\xff no message")

    assert hostile.listen(longest=SOON) == ""
    assert OF_COMPANY in boss.run()
    assert "Traceback" not in bytes(hostile.taken).decode("utf-8", "replace")


# Forged widgets ----------------------------------------------------------------------------


def test_the_widgets_of_another_role_do_nothing_when_sent(company, client):
    """What a manager's pages have, sent by an agent: on that page and on their own."""
    boss = client(MANAGER)
    stolen = []
    for page in ("members", "settings", "centres", "notices", "intake"):
        boss.open(page)
        stolen += [(page, w) for w in boss.widgets() if not w.is_in_menu]
    assert len(stolen) > 30
    agent = client(A_AGENT)
    before = everything(company)

    for page in ("members", "settings", "centres", "notices", "intake", "kpi_entry"):
        agent.open(page)
        triggers = []
        for origin, widget in stolen:
            if page not in (origin, "kpi_entry"):
                continue
            if widget.kind == "button":
                triggers.append(widget.id)
            else:
                agent.put(widget, forged(widget))
        said = agent.run(*triggers)
        assert (REFUSED in said) == (page != "kpi_entry")

    assert everything(company) == before
    assert found_in(bytes(agent.taken), OF_B, OF_COMPANY) == []


def test_a_grid_that_no_screen_can_send_saves_nothing(company, client):
    agent = client(A_AGENT)
    month = f"{clock.today():%Y-%m}"
    agent.open("kpi_entry", month=month)
    grid = next(w for w in agent.widgets() if w.kind == "dataframe")
    save = next(w for w in agent.widgets() if w.id.endswith(".save"))
    before, noted = everything(company), refusals(company, A_AGENT, "kpi_days")
    for sent in (
        {"edited_rows": {"0": {"state": "○", "note": "x"}}},
        {"edited_rows": {"0": {"note": "x"}}, "added_rows": [{"offered": 1}]},
        {"edited_rows": {"0": {"note": "x"}}, "deleted_rows": [0, 1]},
        {"edited_rows": {"99": {"note": "x"}}},
        {"edited_rows": {"x": {"note": "x"}}},
        {"edited_rows": [1, 2]},
        ["nothing"],
    ):
        agent.put(grid, json.dumps(sent))
        said = agent.press(save)
        assert REFUSED in said or "思わぬ問題が起きました" in said, sent
        assert "Traceback" not in said
        agent.open("kpi_entry", month=month)

    assert everything(company) == before
    # What Streamlit itself cannot read never comes as far as our grid.
    assert refusals(company, A_AGENT, "kpi_days") >= noted + 4


def refusals(company, member, place):
    """Return how often this hour somebody is noted to have tried to write there."""
    with Book(company.data).open() as book:
        asked = "SELECT sum(count) FROM events WHERE (kind, member, place) = (?, ?, ?)"
        return book.execute(asked, (NOT_THEIRS, member, place)).fetchone()[0] or 0


@pytest.mark.parametrize("role", SHORT[:2])
def test_values_that_no_widget_has_lead_to_nothing_of_others(company, client, role):
    one = client(ROLES[role])
    before = everything(company)
    hidden = [OF_B, OF_COMPANY]
    if role is Role.VIEWER:
        hidden = ["complaints contact", "complaints customer_name"]
    assert all(word in before["complaints"] for word in hidden)
    sent = 0
    for page in ("kpi_entry", "kpis", "monthly", "harassment", "ledger", "risk"):
        if role not in navigation.entry(page).roles:
            continue
        one.open(page)
        for widget in [w for w in one.widgets() if w.kind != "button"]:
            one.put(widget, forged(widget))
            sent += 1
        said = one.run()
        assert "Traceback" not in said
        assert found_in(said.encode(), *hidden) == []

    assert sent > 10
    assert everything(company) == before


def forged(widget):
    """Return a value of the widget's kind that no browser of a person would send."""
    match widget.kind:
        case "checkbox" | "popover" | "expandable":
            return True
        case "number_input":
            return -1e300
        case "button_group" | "multiselect":
            return ["no such option", B]
        case "date_input":
            return ["0001-01-01", "9999-12-31", "soon"]
        case "dataframe":
            rows = [-1, 999, "x", 0]
            cells = [[-1, "x"], [0, 0], ["x"]]
            chosen = {"rows": rows, "columns": ["x"], "cells": cells}
            return json.dumps({"selection": chosen})
        case "vega_lite_chart":
            return json.dumps({"selection": {"pick": [{"iso": "soon", "centre": B}]}})
        case "bidi_component":
            return json.dumps({"phone": {"x": [1]}, "value": {"x": 1}})
        case "time_input":
            return "99:99"
        case _:
            return f"{B} no such option"


# Two centres ----------------------------------------------------------------------------


def addresses(company):
    """Yield a centre's own pages, in every way that an address can ask for them."""
    for page in navigation.pages_for(OUTSOURCED):
        yield page.code, {}
    yield "harassment", {"case": company.cases[B]}
    for centre in (A, B):
        of = {"centre": centre}
        yield "kpi_entry", {**of, "date": DAY.isoformat()}
        yield "kpi_entry", {**of, "month": f"{DAY:%Y-%m}"}
        yield "kpi_entry", {**of, "month": f"{DAY:%Y-%m}", "view": "paste"}
        yield "kpis", {**of, "view": "targets"}
        yield "monthly", {**of, "reader": "board"}
    for theme, asked in zip_longest(Theme, Asked, fillvalue=Asked.MONTH):
        yield "kpis", {"centre": B, "period": asked.value, "theme": theme.code}
    for kpi in KPIS[::9]:
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
    company, client
):
    agent = client(A_AGENT)
    for page, query in addresses(company):
        said = agent.open(page, **query)
        assert said, (page, query)
        assert found_in(said.encode(), *NOT_FOR_A) == [], (page, query)
        take_all(agent)

    assert_nothing_of_others(agent)
    assert found_in(bytes(agent.taken), OF_A)


@pytest.mark.slow
def test_nothing_of_another_centre_is_in_any_figure(client):
    agent = client(A_AGENT)
    for kpi in KPIS:
        assert agent.open("kpis", figure=kpi.code, centre=B)
        take_all(agent)

    assert_nothing_of_others(agent)


def test_nothing_of_another_centre_is_in_a_report_that_is_made(client):
    agent = client(A_AGENT)
    agent.open("monthly", month=f"{DAY:%Y-%m}", centre=B, reader="board")
    agent.press(agent.widget("monthly:make"))
    files, pictures = take_all(agent)

    assert files == 2
    assert pictures
    assert found_in(bytes(agent.taken), f"{OF_A} comment of the month")
    assert_nothing_of_others(agent)


def test_what_a_centre_brings_as_anothers_tells_it_nothing_of_that_one(company, client):
    """A file with days of B: neither its rows nor that they exist come back."""
    agent = client(A_AGENT)
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
def test_nothing_of_another_centre_comes_whatever_is_pressed(client, code):
    """Every choice and every button of a page, one after the other."""
    agent = client(A_AGENT)
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


def test_the_same_looking_finds_what_a_manager_may_see(company, client):
    """The control: the pages do show B, and searching them does find it."""
    manager = client(MANAGER)
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
