"""Faults that are switched on, and what stays of the write they strike."""

import http.client
import json
import time

import pytest

from tests.emulator.calls import Api
from tests.sheets_api import Fault

APPLIED = [[], [["x"]]]


def written(emulator, api):
    return emulator.values(api.book_id, "Sheet1!A1")


@pytest.mark.parametrize("kind", ["500", "502", "503", "504"])
@pytest.mark.parametrize("applied", [False, True])
def test_a_server_error_says_nothing_about_the_write(emulator, api, kind, applied):
    emulator.faults.add(kind, on="values.update", applied=applied)
    assert api.put("Sheet1!A1", [["x"]]).status == int(kind)
    assert written(emulator, api) == APPLIED[applied]
    assert api.put("Sheet1!A1", [["x"]]).status == 200


@pytest.mark.parametrize(
    ("asked", "header"),
    [("7", "7"), ("absurd", "86400000"), ("date", "Tue, 03 Nov 2026 03:00:05 GMT")],
)
def test_too_many_requests_may_say_when_to_come_back(emulator, api, asked, header):
    emulator.faults.add("429", retry_after=asked)
    answer = api.get("Sheet1!A1")
    assert answer.status == 429
    assert answer.headers["retry-after"] == header
    assert answer.json["error"]["status"] == "RESOURCE_EXHAUSTED"


def test_too_many_requests_may_also_say_nothing_of_it(emulator, api):
    emulator.faults.add("429")
    assert "retry-after" not in api.get("Sheet1!A1").headers


def test_errors_come_as_html_or_empty(emulator, api):
    emulator.faults.add("500", body="html")
    emulator.faults.add("503", body="empty")
    answer = api.get("Sheet1!A1")
    assert answer.headers["content-type"].startswith("text/html")
    assert answer.raw.startswith(b"<!DOCTYPE html>")
    assert api.get("Sheet1!A1").raw == b""


@pytest.mark.parametrize("applied", [False, True])
def test_a_reset_leaves_the_caller_without_an_answer(emulator, api, applied):
    emulator.faults.add("reset", applied=applied)
    with pytest.raises((ConnectionResetError, http.client.RemoteDisconnected)):
        api.put("Sheet1!A1", [["x"]])
    assert written(emulator, api) == APPLIED[applied]


def test_half_an_answer_is_cut_short_after_the_write(emulator, api):
    emulator.faults.add("half")
    with pytest.raises(http.client.IncompleteRead):
        api.put("Sheet1!A1", [["x"]])
    assert written(emulator, api) == APPLIED[True]


@pytest.mark.parametrize("applied", [False, True])
def test_a_hang_outlasts_the_caller(emulator, api, applied):
    emulator.faults.add("hang", applied=applied)
    impatient = Api(emulator.url, api.book_id, timeout=0.2)
    with pytest.raises(TimeoutError):
        impatient.put("Sheet1!A1", [["x"]])
    assert written(emulator, api) == APPLIED[applied]


def test_slow_bytes_come_one_after_another(emulator, api):
    emulator.faults.add("slow", rate=20_000)
    emulator.book(api.book_id)
    api_started = time.monotonic()
    api.sheet("properties")
    assert 0.03 < time.monotonic() - api_started < 3


def test_a_huge_answer_is_as_long_as_it_was_told(emulator, api):
    emulator.faults.add("huge", bytes=300_000)
    answer = api.get("Sheet1!A1")
    assert len(answer.raw) > 300_000
    assert answer.json["range"] == "Sheet1!A1"


def test_a_late_write_lands_after_its_caller_has_gone(emulator, api):
    emulator.faults.add("late", seconds=0.2)
    with pytest.raises(http.client.RemoteDisconnected):
        api.put("Sheet1!A1", [["x"]])
    assert written(emulator, api) == APPLIED[False]
    until = time.monotonic() + 5
    while written(emulator, api) != APPLIED[True] and time.monotonic() < until:
        time.sleep(0.02)
    assert written(emulator, api) == APPLIED[True]


@pytest.mark.parametrize(
    ("kind", "status", "text"),
    [
        ("401", 401, "invalid authentication credentials"),
        ("403", 403, "The caller does not have permission"),
        ("403-protected", 403, "protected cell"),
        ("403-limits", 403, "User Rate Limit Exceeded"),
        ("403-disabled", 403, "has not been used in project"),
        ("404", 404, "Requested entity was not found."),
        ("400-range", 400, "Unable to parse range"),
    ],
)
def test_refusals_carry_googles_words(emulator, api, kind, status, text):
    emulator.faults.add(kind)
    answer = api.put("Sheet1!A1", [["x"]])
    assert answer.status == status
    assert text in answer.message
    assert written(emulator, api) == APPLIED[False]


def test_a_tab_can_be_renamed_in_the_very_moment(emulator, api):
    emulator.faults.add("rename-tab", title="Sheet1", to="改名")
    assert api.put("Sheet1!A1", [["x"]]).message == "Unable to parse range: Sheet1!A1"
    assert api.put("改名!A1", [["x"]]).status == 200


def test_a_fault_strikes_the_nth_call_of_its_kind_and_user(emulator, api):
    emulator.faults.add("503", on="values.get", nth=2, user="app@example.com")
    other = Api(emulator.url, api.book_id, "other@example.com")
    assert other.get("Sheet1!A1").status == 200
    assert api.put("Sheet1!A1", [["x"]]).status == 200
    assert [api.get("Sheet1!A1").status for _ in range(3)] == [200, 503, 200]


def test_chance_repeats_itself_with_its_seed(emulator, api):
    def run():
        emulator.faults.clear()
        emulator.faults.add("503", probability=0.5, seed=3)
        return [api.get("Sheet1!A1").status for _ in range(12)]

    first = run()
    assert set(first) == {200, 503}
    assert run() == first


def test_an_outage_lasts_until_it_is_lifted(emulator, api):
    outage = emulator.faults.add(Fault("503", times=float("inf")))
    assert {api.get("Sheet1!A1").status for _ in range(5)} == {503}
    assert outage.struck == 5
    emulator.faults.clear()
    assert api.get("Sheet1!A1").status == 200


def test_the_log_names_the_fault(emulator, api):
    emulator.faults.add("503")
    api.get("Sheet1!A1")
    call = emulator.log.calls("values.get")[-1]
    assert (call.status, call.fault, call.counted) == (503, "503", "read")


def test_faults_are_switched_over_http_too(emulator, api):
    switch = {"kind": "503", "on": "values.*", "applied": "1"}
    assert api.call("POST", "/_control/faults", switch).status == 200
    assert api.put("Sheet1!A1", [["x"]]).status == 503
    assert written(emulator, api) == APPLIED[True]
    assert api.call("POST", "/_control/faults", {"kind": "nonsense"}).status == 400
    log = api.call("GET", "/_control/log").json["calls"]
    assert log[-1]["endpoint"] == "values.update"


def test_an_error_of_the_call_itself_wins_over_the_fault_after_it(emulator, api):
    emulator.faults.add("503", applied=True)
    assert api.put("Nothing!A1", [["x"]]).status == 400


def test_a_connection_serves_many_calls(emulator, api):
    connection = http.client.HTTPConnection(api.address, timeout=5)
    try:
        for _ in range(3):
            path = f"/v4/spreadsheets/{api.book_id}/values/A1"
            connection.request("GET", path, headers={"Authorization": "Bearer a"})
            assert json.loads(connection.getresponse().read())["range"] == "Sheet1!A1"
            assert connection.sock is not None
    finally:
        connection.close()


def test_an_unreachable_emulator_refuses_connections_and_keeps_its_cells(emulator, api):
    api.put("Sheet1!A1", [["x"]])
    with emulator.unreachable(), pytest.raises(ConnectionRefusedError):
        api.get("Sheet1!A1")
    assert api.rows("Sheet1!A1") == [["x"]]


def test_a_revoked_share_and_a_deleted_spreadsheet_are_told_apart(emulator, api):
    emulator.revoke(api.book_id)
    assert api.get("Sheet1!A1").status == 403
    emulator.delete(api.book_id)
    assert api.get("Sheet1!A1").status == 404
