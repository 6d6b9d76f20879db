"""A file is read by a process of its own: whatever happens there, the app goes on."""

from __future__ import annotations

import io
import json
import random
import sys
import threading
import time
from datetime import date, datetime, timedelta
from pathlib import Path

import openpyxl
import pytest

from lib.errors import UnreadableFile
from lib.files import apart, carrying, child, reading
from lib.files.apart import Limits, read_upload
from lib.files.reading import Sheet, SourceFile, read_file

ROOT = Path(__file__).resolve().parents[2]

HAS_LIMITS = pytest.mark.skipif(
    sys.platform != "linux", reason="only Linux holds a process to an address space"
)


def book(*rows: tuple[object, ...]) -> bytes:
    made = openpyxl.Workbook()
    for row in rows:
        made.active.append(row)
    data = io.BytesIO()
    made.save(data)
    return data.getvalue()


def why(name: str, data: bytes, limits: Limits = apart.LIMITS) -> str:
    with pytest.raises(UnreadableFile) as caught:
        read_upload(name, data, limits)
    return caught.value.message


@pytest.fixture
def process_that(monkeypatch: pytest.MonkeyPatch):
    """Give the function that lets another program stand where the reader would."""

    def does(program: str) -> None:
        monkeypatch.setattr(apart, "_START", f"import os, sys, time\n{program}")

    return does


def test_a_name_longer_than_any_argument_stops_no_file():
    found = read_upload("x" * 200_000 + ".csv", b"a,b\n1,2")

    assert found.name.endswith("x.csv")
    assert found.sheets[0].rows[1] == ("1", "2")


def test_another_process_reads_what_this_one_would():
    data = book(
        ("文字", 1, 2.5, True, None, "\u2028'=1+1"),
        (date(2026, 11, 20), datetime(2026, 11, 20, 9, 5), timedelta(minutes=3)),
        (2**60, "1e5", "00012", "😀𠮷"),
    )

    assert read_upload("台帳.xlsx", data) == read_file("台帳.xlsx", data)


def test_a_refusal_comes_with_its_reason_and_details():
    rows = "内容\n" + "x\n" * 20_011

    with pytest.raises(UnreadableFile) as caught:
        read_upload("台帳.csv", rows.encode())

    assert caught.value.message == reading.TOO_MANY_ROWS
    assert caught.value.details == {"sheet": "台帳"}


@HAS_LIMITS
def test_a_file_that_takes_too_much_memory_is_refused():
    letters = random.Random(1).randbytes(4 * 2**20).hex()
    rows = "\n".join(letters[n : n + 1000] for n in range(0, len(letters), 1000))

    assert why("a.csv", rows.encode(), Limits(memory=48 * 2**20)) in {
        reading.TOO_COSTLY,
        reading.DAMAGED,
    }
    assert read_upload("a.csv", rows.encode())


@HAS_LIMITS
def test_a_process_that_computes_for_ever_is_ended_by_the_processor(process_that):
    process_that(
        "sys.path.insert(0, sys.argv[1])\n"
        "from lib.files.child import limit\n"
        "limit(2**29, 1)\n"
        "while True: pass"
    )
    begun = time.monotonic()

    assert why("a.csv", b"x", Limits(deadline=60)) == reading.TOO_COSTLY
    assert time.monotonic() - begun < 50


@HAS_LIMITS
def test_the_process_can_write_no_file(process_that, tmp_path):
    place = tmp_path / "written"
    process_that(
        "sys.path.insert(0, sys.argv[1])\n"
        "from lib.files.child import limit\n"
        "limit(2**29, 9)\n"
        f"open({str(place)!r}, 'wb').write(b'x' * 99)"
    )

    why("a.csv", b"x")

    assert not place.exists() or place.read_bytes() == b""


def test_a_process_that_hangs_is_ended_and_none_is_left(process_that):
    process_that("time.sleep(600)")
    begun = time.monotonic()

    assert why("a.csv", b"x" * 2**20, Limits(deadline=0.5)) == reading.TOO_COSTLY
    assert time.monotonic() - begun < 30


@pytest.mark.parametrize(
    ("program", "expected"),
    [
        ("sys.exit(3)", reading.DAMAGED),
        ("os.abort()", reading.TOO_COSTLY),
        ("sys.stdin.buffer.read()", reading.DAMAGED),
        ("sys.stdin.buffer.read(); print('{}')", reading.DAMAGED),
        ('sys.stdin.buffer.read(); print(\'{"problem": "<b>"}\')', reading.DAMAGED),
    ],
)
def test_a_process_that_dies_or_talks_nonsense_is_a_damaged_file(
    process_that, program, expected
):
    process_that(program)

    assert why("a.csv", b"x" * 2**20) == expected


def test_a_flood_of_words_is_cut_off(process_that, monkeypatch):
    monkeypatch.setattr(apart, "LARGEST_ANSWER", 2**20)
    process_that(
        "sys.stdin.buffer.read()\nwhile True: sys.stdout.buffer.write(b'x' * 2**20)"
    )

    assert why("a.csv", b"x") == reading.TOO_COSTLY


def test_the_process_knows_no_setting_and_no_secret(process_that, monkeypatch):
    monkeypatch.setenv("MIMAMORI_STORE", "postgresql://secret")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    process_that("import json; print(json.dumps(dict(os.environ)))")

    known = json.loads(apart._answer("a.csv", b"x", Limits()))

    assert "secret" not in str(known)
    assert set(known) <= {*apart._KEPT, "PYTHONUTF8", "LC_CTYPE"}


def test_only_so_many_files_are_read_at_once(process_that):
    process_that("time.sleep(600)")
    waiting = [
        threading.Thread(target=why, args=("a.csv", b"x", Limits(deadline=3)))
        for _turn in range(apart.AT_ONCE)
    ]
    for thread in waiting:
        thread.start()
    while apart._turn._value:
        time.sleep(0.01)

    assert why("a.csv", b"x", Limits(patience=0.05)) == reading.BUSY
    for thread in waiting:
        thread.join()
    assert apart._turn._value == apart.AT_ONCE


class Panic(BaseException):
    """What a library in another language raises; no `except Exception` catches it."""


@pytest.mark.parametrize(
    ("raised", "expected"),
    [
        (Panic("x"), reading.DAMAGED),
        (KeyboardInterrupt(), reading.DAMAGED),
        (SystemExit(0), reading.DAMAGED),
        (RecursionError(), reading.DAMAGED),
        (MemoryError(), reading.TOO_COSTLY),
    ],
    ids=lambda one: type(one).__name__,
)
def test_whatever_a_parser_raises_becomes_an_answer(monkeypatch, raised, expected):
    def fail(*_file: object) -> None:
        raise raised

    monkeypatch.setattr(reading, "read_file", fail)

    with pytest.raises(UnreadableFile) as caught:
        carrying.unpacked(child.answer("a.xlsx", b"x"))
    assert caught.value.message == expected


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"null",
        b"[]",
        b"{",
        b"\xff",
        b'{"sheets": 1}',
        b'{"name": "a", "digest": "b", "sheets": [{}]}',
        b'{"is": "posix.system", "of": "id"}',
        b'{"is": "datetime", "of": "x"}',
        b"[" * 100_000,
    ],
    ids=lambda answer: repr(answer[:20]),
)
def test_an_answer_that_is_none_is_a_damaged_file(answer):
    with pytest.raises(UnreadableFile) as caught:
        carrying.unpacked(answer)

    assert caught.value.message == reading.DAMAGED


def test_odd_letters_and_names_pass_between_the_processes():
    rows = (("\ud83d", "\x00", "\uffff", '"', float("inf")),)
    file = SourceFile("a\ud83d.csv", "d", (Sheet("\u202e", rows, guarded=True),))

    assert carrying.unpacked(carrying.packed(file)) == file
    assert read_upload("a\x00\ud83d\n.csv", b"x,y").sheets[0].rows == (("x", "y"),)


def test_nobody_reads_a_file_of_others_in_the_app_itself():
    """The screens and the command line know only the reader apart."""
    places = [*ROOT.glob("lib/**/*.py"), *ROOT.glob("pages/*.py")]
    reading_here = [
        place.relative_to(ROOT).as_posix()
        for place in places
        if "read_file(" in place.read_text(encoding="utf-8")
    ]

    assert sorted(reading_here) == ["lib/files/child.py", "lib/files/reading.py"]
