"""The operator's commands do what they say, and say what they did."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from gspread.utils import rowcol_to_a1
from typer.testing import CliRunner

from lib import cli, clock
from lib.errors import InvalidRecord
from lib.schema.complaint import Complaint
from lib.schema.dictionary import as_markdown
from lib.schema.record import Record
from lib.schema.tables import TABLES
from lib.schema.vocab import ComplaintStatus, Promise, Source
from lib.settings.install import installation
from lib.store import erasing
from lib.store.opening import open_store
from lib.store.protocol import Commit, Insert, Snapshot
from tests.sheets_api import Emulator, Hand
from tests.store.places import SHEETS_KEY, sheet_place

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=clock.TOKYO)


@pytest.fixture(autouse=True)
def data(monkeypatch, tmp_path: Path) -> Path:
    """Give each test an installation of its own, and a fixed clock."""
    folder = tmp_path / "data"
    monkeypatch.setenv("MIMAMORI_DATA", str(folder))
    monkeypatch.delenv("MIMAMORI_STORE", raising=False)
    monkeypatch.setenv("MIMAMORI_NOW", NOW.isoformat())
    return folder


def run(*arguments: str) -> Any:
    return CliRunner().invoke(cli.app, list(arguments))


def stored() -> Snapshot:
    place = installation()
    store = open_store(place.store_url, data=place.data)
    try:
        return store.load()
    finally:
        store.close()


def keep(*records: Record) -> None:
    place = installation()
    store = open_store(place.store_url, data=place.data)
    try:
        writes = tuple(Insert(record) for record in records)
        store.commit(Commit("kept", "試験", NOW, writes))
    finally:
        store.close()


def test_archive_shows_what_would_move_moves_it_and_brings_it_back(data):
    ended = NOW - timedelta(days=900)
    over = {"status": ComplaintStatus.CLOSED, "received_at": ended, "closed_at": ended}
    keep(complaint(**over), complaint(id="K-261120-AAAAA"))

    dry = run("archive", "--dry-run")
    assert (dry.exit_code, "2024年: 1件" in dry.stdout) == (0, True)
    assert len(stored().frames["complaints"]) == 2

    assert run("archive", "--yes").exit_code == 0
    assert list(stored().frames["complaints"].index) == ["K-261120-AAAAA"]
    assert "K-261120-7F3QX" in exported(data.parent / "all.xlsx")

    dry = run("archive", "--back", "2023,2024", "--dry-run")
    told = ("戻すもの: 1件" in dry.stdout, "保管にないもの: 2023" in dry.stdout)
    assert (dry.exit_code, told) == (1, (True, True))
    assert len(stored().frames["complaints"]) == 1

    back = run("archive", "--back", "k2611207f3qx,K-240605-7F3QX")
    assert (back.exit_code, "K-240605-7F3QX" in back.stdout) == (1, True)
    assert len(stored().frames["complaints"]) == 2
    assert run("archive", "--back", "2024").exit_code == 2


def exported(file: Path) -> str:
    assert run("export", str(file)).exit_code == 0
    cells = openpyxl.load_workbook(file)["苦情台帳"].iter_rows(values_only=True)
    return str(list(cells))


def complaint(**values: Any) -> Complaint:
    made = {
        "id": "K-261120-7F3QX",
        "content": "届かない",
        "received_at": NOW - timedelta(hours=1),
        "next_promise": Promise.CALL_BACK,
        "next_promise_at": NOW + timedelta(hours=1),
        "contact": "090-1234-5678",
        "customer_name": "山田花子",
    }
    return Complaint.model_validate(made | values)


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    path = tmp_path / "台帳.csv"
    path.write_text(
        "受付日時,お客様名,内容,状態\n"
        "2026/11/20 9:05,山田,届かない,完了\n"
        "2026/11/20 10:00,佐藤花子,割れていた,謎の状態\n",
        encoding="cp932",
    )
    return path


def test_a_file_is_imported_with_a_preview_of_its_problems(ledger):
    outcome = run("import", str(ledger))

    assert outcome.exit_code == cli.LOOK
    assert "取り込みました: 1行" in outcome.stdout
    assert "謎の状態" in outcome.stdout
    (row,) = stored().frames["complaints"].to_dict("records")
    assert (row["customer_name"], row["source"]) == ("山田", Source.IMPORT.value)


def test_the_same_file_imported_twice_adds_nothing(ledger):
    run("import", str(ledger))
    outcome = run("import", str(ledger))

    assert "取り込みました" not in outcome.stdout
    assert len(stored().frames["complaints"]) == 1


def test_a_dry_run_changes_nothing(ledger):
    before = stored().revision

    outcome = run("import", str(ledger), "--dry-run")

    assert outcome.exit_code == cli.LOOK
    assert stored().revision == before


def test_a_clean_import_ends_with_zero(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("日付,センターコード,着信数\n2026/11/1,自社,0\n", "utf-8")

    assert run("import", str(path), "--table", "日次KPI").exit_code == cli.DONE
    assert stored().frames["kpi_days"]["offered"].tolist() == [0]


def test_a_problem_in_a_customer_s_cell_does_not_print_it(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text(
        "受付日時,内容,連絡先\n2026/11/20 9:05,x," + "0901234" * 8_000 + "\n", "utf-8"
    )

    outcome = run("import", str(path))

    assert outcome.exit_code == cli.LOOK
    assert "0901234" not in outcome.output


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["import", "nowhere.csv"], "ファイルを扱えません"),
        (["export", "a.csv"], "--table"),
        (["export", "a.pdf"], ".xlsx"),
        (["export", "a.csv", "--table", "謎"], "苦情台帳 (complaints)"),
        (["restore", "nowhere.db"], "控えのファイルが見つかりません"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line_on_stderr(arguments, said, tmp_path):
    outcome = run(*[str(tmp_path / a) if "." in a else a for a in arguments])

    assert outcome.exit_code == cli.FAILED
    assert said in outcome.stderr
    assert outcome.stderr.count("\n") == 1
    assert outcome.stdout == ""


def test_a_clock_fixed_to_no_time_is_named(monkeypatch):
    monkeypatch.setenv("MIMAMORI_NOW", "tomorrow")

    outcome = run("check")

    assert outcome.exit_code == cli.FAILED
    assert "MIMAMORI_NOW" in outcome.stderr


def test_a_masked_export_is_not_imported_in_place_of_the_real_contacts(
    tmp_path, monkeypatch
):
    keep(complaint())
    path = tmp_path / "a.csv"
    run("export", str(path), "--table", "complaints")
    monkeypatch.setenv("MIMAMORI_DATA", str(tmp_path / "elsewhere"))

    outcome = run("import", str(path))

    assert outcome.exit_code == cli.LOOK
    assert stored().frames["complaints"].empty


def test_a_masked_export_stands_in_the_log_too(tmp_path):
    keep(complaint())
    run("export", str(tmp_path / "a.csv"), "--table", "complaints")

    row = stored().frames["audit"].iloc[-1]
    assert (row["field_name"], row["after"]) == ("(書き出し)", "苦情台帳")


def test_an_edited_row_is_not_passed_off_as_imported(tmp_path):
    keep(complaint())
    path = tmp_path / "a.csv"
    run(
        "export", str(path), "--table", "complaints", "--unmasked", "--reason", "引越し"
    )
    path.write_text(path.read_text("utf-8").replace("届かない", "割れた"), "utf-8")

    outcome = run("import", str(path))

    assert "内容が違います" in outcome.stdout
    assert "K-261120-7F3QX" in outcome.stdout
    assert stored().frames["complaints"]["content"].tolist() == ["届かない"]


def test_an_unforeseen_error_shows_neither_traceback_nor_data(monkeypatch):
    def fail(_snapshot: Snapshot) -> None:
        raise RuntimeError("山田花子")

    monkeypatch.setattr(cli.checking, "check", fail)

    outcome = run("check")

    assert outcome.exit_code == cli.FAILED
    assert outcome.stderr == "予期しないエラーで終わりました: RuntimeError\n"


def test_a_file_larger_than_allowed_is_not_even_read(tmp_path, monkeypatch):
    path = tmp_path / "large.csv"
    with path.open("wb") as file:
        file.truncate(10 * 2**20 + 1)
    monkeypatch.setattr(Path, "read_bytes", lambda _path: pytest.fail("it was read"))

    assert run("import", str(path)).exit_code == cli.FAILED


def test_a_broken_store_is_an_error_and_no_problem(data, monkeypatch):
    data.mkdir()
    (data / "mimamori.db").write_bytes(b"no database" * 1_000)

    outcome = run("check")

    assert outcome.exit_code == cli.FAILED
    assert "壊れています" in outcome.stderr


def test_check_ends_with_zero_when_all_is_well():
    keep(complaint())

    outcome = run("check")

    assert outcome.exit_code == cli.DONE
    assert "問題は見つかりませんでした" in outcome.stdout


def test_check_lists_problems_for_people_and_for_programs():
    keep(complaint(handler="知らない人"))

    assert run("check").exit_code == cli.LOOK
    outcome = run("check", "--json")

    assert outcome.exit_code == cli.LOOK
    (problem,) = json.loads(outcome.stdout)["problems"]
    assert problem["table"] == "complaints"
    assert (problem["column"], problem["typed"]) == ("担当者", "知らない人")
    assert json.loads(run("check", "--json").stdout)["problems"]


def test_check_as_json_is_an_empty_list_when_all_is_well():
    assert json.loads(run("check", "--json").stdout) == {"lost": [], "problems": []}


def test_a_workbook_holds_every_table_and_a_csv_the_chosen_one(tmp_path):
    keep(complaint())

    assert run("export", str(tmp_path / "all.xlsx")).exit_code == cli.DONE
    assert (
        run("export", str(tmp_path / "a.csv"), "--table", "complaints").exit_code
        == cli.DONE
    )

    book = openpyxl.load_workbook(tmp_path / "all.xlsx")
    assert book.sheetnames == [place.tab for place in TABLES]
    text = (tmp_path / "a.csv").read_text("utf-8-sig")
    (row,) = csv.DictReader(io.StringIO(text))
    assert row["内容"] == "届かない"
    assert (row["連絡先"], row["お客様名"]) == ("…5678", "…")
    assert (tmp_path / "a.csv").stat().st_mode & 0o077 == 0


def test_an_unmasked_export_fills_an_empty_store_again(tmp_path, monkeypatch):
    keep(complaint(content="=1+1", note="'=x", order_number="007"))
    file = tmp_path / "all.xlsx"
    run("export", str(file), "--unmasked", "--reason", "引越し")
    before = stored().frames["complaints"]
    monkeypatch.setenv("MIMAMORI_DATA", str(tmp_path / "other"))

    outcome = run("import", str(file))

    assert outcome.exit_code == cli.DONE
    after = stored().frames["complaints"]
    names = ["content", "note", "order_number", "contact", "customer_name"]
    assert after[names].to_dict() == before[names].to_dict()


def test_an_export_says_that_it_holds_only_the_end_of_the_log(tmp_path, monkeypatch):
    keep(complaint())
    monkeypatch.setattr(cli, "AUDIT_TAIL", len(stored().frames["audit"]))

    assert "新しい" in run("export", str(tmp_path / "all.xlsx")).stdout
    monkeypatch.setattr(cli, "AUDIT_TAIL", 5_000)
    assert "新しい" not in run("export", str(tmp_path / "all.xlsx")).stdout


def test_the_sample_year_comes_and_goes():
    outcome = run("sample", "--months", "1", "--complaints-per-day", "1")

    assert outcome.exit_code == cli.DONE, outcome.output
    frame = stored().frames["complaints"]
    assert len(frame) > 10
    assert set(frame["source"]) == {Source.SAMPLE.value}
    assert run("sample", "--remove").exit_code == cli.DONE
    assert len(stored().frames["complaints"]) == 0


def test_the_sample_year_is_refused_where_real_rows_stand():
    keep(complaint())

    outcome = run("sample", "--months", "1")

    assert outcome.exit_code == cli.FAILED
    assert len(stored().frames["complaints"]) == 1


def test_a_backup_brings_back_what_stood_there(data):
    keep(complaint())
    run("backup")
    (copy,) = (data / "backups").glob("now-*.db")
    run("sample", "--remove")
    place = installation()
    store = open_store(place.store_url, data=place.data)
    store.commit(Commit("later", "試験", NOW, (Insert(complaint(id="K-2")),)))
    store.close()

    outcome = run("restore", str(copy))

    assert outcome.exit_code == cli.DONE, outcome.output
    assert stored().frames["complaints"].index.tolist() == ["K-261120-7F3QX"]


def test_the_dictionary_is_the_document():
    assert run("dictionary").stdout == as_markdown()


def test_the_module_runs_as_a_program():
    outcome = subprocess.run(
        [sys.executable, "-m", "lib.cli", "check", "--json"],
        cwd=Path(cli.__file__).parent.parent,
        capture_output=True,
        check=False,
    )

    assert outcome.returncode == cli.DONE, outcome.stderr
    assert json.loads(outcome.stdout) == {"problems": [], "lost": []}


# A shared sheet ----------------------------------------------------------------------


@pytest.fixture
def hand(tmp_path: Path, monkeypatch) -> Iterator[Hand]:
    """Give a person's hand on an empty spreadsheet, which the commands use."""
    with Emulator() as emulator:
        place = sheet_place(emulator, tmp_path / "sheet")
        monkeypatch.setenv("MIMAMORI_DATA", str(place.data))
        monkeypatch.setenv("MIMAMORI_STORE", place.url)
        monkeypatch.setenv("MIMAMORI_SHEETS_API", emulator.url)
        key = str(place.data / SHEETS_KEY)
        monkeypatch.setenv("MIMAMORI_SERVICE_ACCOUNT", key)
        stored()
        yield emulator.hand(place.url.removeprefix("gsheet://"))


def typed(hand: Hand, tab: str, **cells: str) -> None:
    labels = hand.read(tab)[0]
    for label, text in cells.items():
        hand.type(tab, rowcol_to_a1(2, labels.index(label) + 1), text)


def test_sync_takes_in_what_was_typed_into_the_sheet(hand):
    typed(hand, "苦情台帳", 内容="箱が潰れていた", 次の約束日時="2026/11/22 10:00")

    done = run("sync")

    assert done.exit_code == 0, done.output
    assert "番号を付けた行: 1" in done.output
    assert stored().frames["complaints"].index[0].startswith("K-261121-")
    assert "番号を付けた行: 0" in run("sync").output


def test_sync_on_a_database_has_nothing_to_do():
    done = run("sync")

    assert done.exit_code == 0
    assert "番号を付けた行: 0" in done.output


def test_check_names_the_cell_and_its_address(hand):
    typed(hand, "日次KPI", 日付="2026/11/20", センターコード="自社", 着信数="約20")

    done = run("check", "--json")

    assert done.exit_code == 1
    (problem,) = json.loads(done.output)["problems"]
    assert (problem["kind"], problem["proposal"]) == ("doubtful", "20")
    column = rowcol_to_a1(1, hand.read("日次KPI")[0].index("着信数") + 1)[:-1]
    assert problem["place"] == f"{column}2"
    assert problem["link"].startswith("https://docs.google.com/spreadsheets/d/")
    assert problem["link"].endswith(f"&range={column}2")
    assert f"{column}2" in run("check").output


def test_a_remark_in_the_sheet_is_told_and_is_no_problem(hand, monkeypatch):
    typed(hand, "苦情台帳", 内容="※ 年末は休みです")
    assert json.loads(run("check", "--json").output)["problems"] == []
    later = NOW + timedelta(minutes=11)
    monkeypatch.setenv("MIMAMORI_NOW", later.isoformat())

    done = run("check", "--json")

    assert done.exit_code == 0
    assert [p["kind"] for p in json.loads(done.output)["problems"]] == ["note"]


def closed_long_ago() -> Complaint:
    ended = NOW.replace(year=2023)
    over = {"status": ComplaintStatus.CLOSED, "closed_at": ended, "received_at": ended}
    return complaint().model_copy(update=over)


def test_a_dry_run_tells_what_would_go_and_who_is_left_alone():
    keep(closed_long_ago())

    outcome = run("anonymise", "--dry-run")

    assert outcome.exit_code == cli.DONE, outcome.output
    assert "匿名化するもの: 1件" in outcome.output
    assert "山田花子" not in outcome.output
    assert stored().frames["complaints"]["customer_name"].tolist() == ["山田花子"]


def test_people_past_their_time_go_and_stay_gone_after_a_restore(data):
    keep(closed_long_ago())
    run("backup")
    (copy,) = (data / "backups").glob("now-*.db")

    assert run("anonymise", "--yes").exit_code == cli.DONE
    assert run("restore", str(copy), "--yes").exit_code == cli.DONE

    (row,) = stored().frames["complaints"].itertuples()
    assert (row.customer_name, row.contact, row.content) == ("", "", "***")


def test_rows_that_cannot_be_erased_again_are_named(monkeypatch):
    keep(closed_long_ago())
    assert run("anonymise", "--yes").exit_code == cli.DONE
    (key,) = stored().frames["complaints"].index

    def refuse(*_arguments: Any, **_options: Any) -> None:
        raise InvalidRecord([])

    monkeypatch.setattr(erasing, "write_erasing", refuse)
    outcome = run("anonymise", "--again")

    assert outcome.exit_code == cli.LOOK
    assert f"苦情台帳 {key}: " in outcome.output


def test_without_an_answer_nothing_goes():
    keep(closed_long_ago())

    assert run("anonymise").exit_code != cli.DONE
    assert stored().frames["complaints"]["content"].tolist() == ["届かない"]


def test_a_damaged_backup_is_called_so_and_not_the_store(tmp_path):
    keep(complaint())
    bad = tmp_path / "bad.db"
    bad.write_bytes(b"SQLite format 3\x00" + b"\xa5" * 9000)

    outcome = run("restore", str(bad), "--yes")

    assert outcome.exit_code == cli.FAILED
    assert "この控えのファイルは壊れているか" in outcome.output
    assert len(stored().frames["complaints"]) == 1
