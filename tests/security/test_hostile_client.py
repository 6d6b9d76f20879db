"""A member who speaks the protocol: what is not theirs stays as it is, and unseen."""

from __future__ import annotations

import json
from contextlib import ExitStack

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from websockets.exceptions import InvalidStatus

from lib import clock
from lib.actions import masters
from lib.schema.frames import record_at
from lib.schema.ids import new_commit_id
from lib.schema.principal import SYSTEM
from lib.schema.tables import TABLES, table
from lib.schema.vocab import Flag, Role
from lib.ui import navigation
from tests.security.raw_client import RawClient
from tests.security.two_centres import (
    A_AGENT,
    A_LEAVING,
    B_AGENT,
    MANAGER,
    OF_A,
    OF_B,
    OF_COMPANY,
    ROLES,
    B,
    found_in,
    two_centres,
)
from tests.signin.browsing import Browser
from tools.serve import serving

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


@pytest.mark.parametrize("role", ROLES)
def test_a_page_of_others_gives_the_refusal_and_nothing_else(company, client, role):
    one = client(ROLES[role])
    for page in navigation.PAGES:
        if role in page.roles:
            continue
        said = one.open(page.code, case=company.cases[B])
        kinds = [element.WhichOneof("type") for element in one.main()]
        assert REFUSED in said, page.code
        assert set(kinds) <= {"alert", "page_link", "empty"}, page.code
        assert found_in(said.encode(), OF_B) == [], page.code
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
    before = everything(company)
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


@pytest.mark.parametrize("role", [Role.OUTSOURCED, Role.VIEWER])
def test_values_that_no_widget_has_lead_to_nothing_of_others(company, client, role):
    one = client(ROLES[role])
    before = everything(company)
    hidden = [OF_B, OF_COMPANY] if role is Role.OUTSOURCED else []
    for page in ("kpi_entry", "kpis", "monthly", "harassment", "ledger", "risk"):
        if role not in navigation.entry(page).roles:
            continue
        one.open(page)
        for widget in [w for w in one.widgets() if w.kind != "button"]:
            one.put(widget, forged(widget))
        said = one.run()
        assert "Traceback" not in said
        assert found_in(said.encode(), *hidden) == []

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
