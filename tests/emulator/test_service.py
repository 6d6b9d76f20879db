"""Quota, tokens, latency, the log, Drive and the command."""

import signal
import subprocess
import sys
import time

import pytest
from google.auth.transport.requests import Request
from google.oauth2 import service_account

from tests.emulator.calls import Api
from tests.sheets_api import Clock, Emulator

SCOPE = ["https://www.googleapis.com/auth/spreadsheets"]


@pytest.fixture
def strict():
    with Emulator(clock=Clock(1_000_000.0), quota=True) as emulator:
        yield emulator


def statuses(call, count):
    return [call().status for _ in range(count)]


def test_the_sixty_first_read_in_a_minute_is_refused(strict):
    api = Api(strict.url, strict.create())
    assert statuses(lambda: api.get("A1"), 61) == [200] * 60 + [429]
    refused = api.get("A1")
    assert refused.message == (
        "Quota exceeded for quota metric 'Read requests' and limit 'Read requests per"
        " minute per user' of service 'sheets.googleapis.com' for consumer"
        " 'project_number:100000000000'."
    )
    assert refused.json["error"]["details"][0]["reason"] == "RATE_LIMIT_EXCEEDED"


def test_reads_writes_and_users_have_quotas_of_their_own(strict):
    book_id = strict.create()
    api = Api(strict.url, book_id)
    statuses(lambda: api.get("A1"), 60)
    assert api.put("A1", [["x"]]).status == 200
    assert Api(strict.url, book_id, "other@example.com").get("A1").status == 200


def test_the_quota_comes_back_with_the_minute(strict):
    api = Api(strict.url, strict.create())
    statuses(lambda: api.get("A1"), 60)
    strict.clock.advance(59)
    assert api.get("A1").status == 429
    strict.clock.advance(1)
    assert api.get("A1").status == 200


def test_the_project_has_three_hundred_of_each(strict):
    book_id = strict.create()
    for number in range(5):
        api = Api(strict.url, book_id, f"u{number}@example.com")
        assert set(statuses(lambda api=api: api.get("A1"), 60)) == {200}
    assert Api(strict.url, book_id, "u6@example.com").get("A1").status == 429


def test_a_refused_write_changes_nothing(strict):
    api = Api(strict.url, strict.create())
    statuses(lambda: api.put("A1", [["x"]]), 60)
    assert api.put("A1", [["y"]]).status == 429
    assert strict.values(api.book_id, "A1") == [["x"]]


def test_the_log_counts_a_batch_as_one_write(emulator, api):
    append = {"appendCells": {"sheetId": 0, "rows": [], "fields": "*"}}
    api.batch(append, append)
    api.get("A1")
    assert (emulator.log.reads(), emulator.log.writes()) == (1, 1)
    call = emulator.log.calls("spreadsheets.batchUpdate")[0]
    assert call.requests == ("appendCells", "appendCells")
    assert call.user == "app@example.com"


def test_latency_is_added_to_each_call():
    with Emulator(latency=0.1) as emulator:
        api = Api(emulator.url, emulator.create())
        started = time.monotonic()
        api.get("A1")
        assert time.monotonic() - started >= 0.1


# Tokens


def credentials(emulator):
    info = emulator.service_account("robot@example.iam.gserviceaccount.com")
    return service_account.Credentials.from_service_account_info(info, scopes=SCOPE)


def test_a_service_account_gets_a_bearer_that_is_its_own_user(emulator, api):
    robot = credentials(emulator)
    robot.refresh(Request())
    api.user = robot.token
    assert api.get("A1").status == 200
    assert (
        emulator.log.calls("values.get")[0].user
        == "robot@example.iam.gserviceaccount.com"
    )


def test_an_expired_bearer_is_refused_and_a_new_one_is_not(emulator, api):
    robot = credentials(emulator)
    robot.refresh(Request())
    api.user = robot.token
    emulator.tokens.expire_all()
    answer = api.get("A1")
    assert (answer.status, answer.json["error"]["status"]) == (401, "UNAUTHENTICATED")
    robot.refresh(Request())
    api.user = robot.token
    assert api.get("A1").status == 200


def test_a_bearer_lives_for_an_hour(emulator, api):
    robot = credentials(emulator)
    robot.refresh(Request())
    api.user = robot.token
    emulator.clock.advance(3600)
    assert api.get("A1").status == 401


@pytest.mark.parametrize("mode", ["invalid_grant", "account_gone", "clock_skew"])
def test_a_revoked_key_gets_no_bearer(emulator, mode):
    from google.auth.exceptions import RefreshError

    emulator.tokens.mode = mode
    with pytest.raises(RefreshError, match="invalid_grant"):
        credentials(emulator).refresh(Request())


def test_without_a_bearer_nobody_is_let_in(emulator, api):
    answer = api.call(
        "GET", f"/v4/spreadsheets/{api.book_id}", headers={"Authorization": ""}
    )
    assert answer.status == 403
    assert "unregistered callers" in answer.message


# Drive


def test_a_file_is_made_found_copied_and_deleted(emulator):
    drive = Api(emulator.url, "", "me@example.com")
    sheet = "application/vnd.google-apps.spreadsheet"
    made = drive.call(
        "POST", "/drive/v3/files", {"name": "it's", "mimeType": sheet}
    ).json
    assert made == {
        "kind": "drive#file",
        "id": made["id"],
        "name": "it's",
        "mimeType": sheet,
    }
    path = f"/drive/v3/files/{made['id']}"
    query = f"mimeType='{sheet}' and name = 'it\\'s'"
    found = drive.call("GET", "/drive/v3/files", q=query, fields="files(id)").json
    assert found == {"files": [{"id": made["id"]}]}
    copy = drive.call("POST", f"{path}/copy", {}).json
    assert copy["name"] == "Copy of it's"
    assert drive.call("DELETE", path).status == 204
    gone = drive.call("GET", path)
    assert (gone.status, gone.message) == (404, f"File not found: {made['id']}.")


def test_sharing_lets_someone_in_and_out_again(emulator):
    me = Api(emulator.url, emulator.create(open_to_all=False, owner="me@example.com"))
    me.user = "me@example.com"
    guest = Api(emulator.url, me.book_id, "guest@example.com")
    path = f"/drive/v3/files/{me.book_id}/permissions"
    wanted = {"type": "user", "role": "writer", "emailAddress": guest.user}
    permission = me.call("POST", path, wanted).json
    assert guest.put("A1", [["x"]]).status == 200
    found = me.call("GET", path, fields="permissions(emailAddress,role)").json
    assert {"emailAddress": guest.user, "role": "writer"} in found["permissions"]
    assert me.call("DELETE", f"{path}/{permission['id']}").status == 204
    assert guest.put("A1", [["x"]]).status == 403


def test_a_spreadsheet_is_exported_as_csv(emulator, api):
    api.put("Sheet1!A1", [["a", 'say "b"'], ["c"]])
    answer = api.call(
        "GET", f"/drive/v3/files/{api.book_id}/export", mimeType="text/csv"
    )
    assert answer.raw.decode() == 'a,"say ""b"""\r\nc,'


def test_the_version_grows_with_every_change(emulator, api):
    path = f"/drive/v3/files/{api.book_id}"
    before = int(api.call("GET", path, fields="version").json["version"])
    api.put("Sheet1!A1", [["x"]])
    assert int(api.call("GET", path, fields="version").json["version"]) > before


def test_several_emulators_know_nothing_of_each_other(emulator):
    with Emulator() as other:
        book_id = emulator.create()
        assert Api(other.url, book_id).get("A1").status == 404


def test_the_command_prints_its_address_and_stops_when_told():
    command = [
        sys.executable,
        "-m",
        "tests.sheets_api",
        "--port",
        "0",
        "--create",
        "book",
        "--fault",
        "503,on=values.get,nth=2",
        "--quota",
        "--latency",
        "1",
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            api = Api(process.stdout.readline().strip(), "book")
            assert statuses(lambda: api.get("A1"), 3) == [200, 503, 200]
        finally:
            process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0


def test_the_docstring_names_every_kind_of_request_that_is_served():
    import tests.sheets_api
    from tests.sheets_api.kinds import KINDS

    missing = [kind for kind in KINDS if kind not in tests.sheets_api.__doc__]
    assert missing == []
