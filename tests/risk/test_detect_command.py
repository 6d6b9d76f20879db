"""`detect`: a CSV in, a line of JSON for each day at watch or alarm out."""

from __future__ import annotations

import io
import json
from datetime import date, timedelta

import numpy as np
import pytest
from typer.testing import CliRunner

from lib import cli
from lib.errors import UnreadableFile
from lib.risk import panel
from tests.risk.companies import FIRST_DAY, companies


def detect(text):
    done = CliRunner().invoke(cli.app, ["detect", "-"], input=text)
    return done, [json.loads(line) for line in done.stdout.splitlines()]


def csv_of(name, counts, orders=None, first=FIRST_DAY):
    begin = date.fromisoformat(first)
    for number, count in enumerate(counts):
        typed = "" if np.isnan(count) else f"{count:.0f}"
        order = "" if orders is None else f"{orders[number]:.0f}"
        yield f"{name},{begin + timedelta(days=number)},{typed},{order}"


def risen(name="shop", days=240, seed=1, **options):
    some = companies(1, days, rate=2, onset=200, times=4, seed=seed, **options)
    return "\n".join(csv_of(name, some.counts[0], some.orders[0]))


HEADER = "series,date,count,exposure\n"


def test_a_rise_is_told_day_by_day_with_its_start():
    done, lines = detect(HEADER + risen())

    assert done.exit_code == 0
    assert list(lines[-1]) == [
        "series", "date", "level", "statistic", "expected", "start", "start_interval",
    ]  # fmt: skip
    alarms = [line for line in lines if line["level"] == "alarm"]
    assert {line["level"] for line in lines} <= {"watch", "alarm"}
    assert "2024-10-18" <= alarms[-1]["start"] <= "2024-10-22"  # day 200 is the 18th
    first, last = alarms[-1]["start_interval"]
    assert first <= alarms[-1]["start"] <= last
    assert alarms[-1]["statistic"] >= 85
    assert 0 < alarms[-1]["expected"] < 6


def test_lines_are_sorted_by_series_and_date_whatever_the_order_of_rows():
    rows = [*risen("b").split("\n"), *risen("a", seed=2).split("\n")]
    shuffled = np.random.default_rng(1).permutation(rows)

    _, lines = detect(HEADER + "\n".join(shuffled))
    _, straight = detect(HEADER + "\n".join(rows))

    keys = [(line["series"], line["date"]) for line in lines]
    assert keys == sorted(keys)
    assert {series for series, _ in keys} == {"a", "b"}
    assert lines == straight


def test_a_series_is_judged_by_itself():
    """Neither another first day nor another length beside it changes anything."""
    longer = "\n".join(csv_of("long", np.ones(600), first="2023-01-01"))

    _, alone = detect(HEADER + risen())
    _, beside = detect(HEADER + longer + "\n" + risen())

    assert [line for line in beside if line["series"] == "shop"] == alone


def test_each_day_is_judged_on_the_rows_up_to_it():
    _, whole = detect(HEADER + risen(days=240))
    rows = risen(days=240).split("\n")

    _, early = detect(HEADER + "\n".join(rows[:215]))

    last = rows[214].split(",")[1]
    assert early
    assert early == [line for line in whole if line["date"] <= last]


@pytest.mark.parametrize(
    "text",
    [
        HEADER,
        HEADER + "\n".join(csv_of("young", [9.0] * 5)),
        HEADER + "\n".join(csv_of("blank", [np.nan] * 100)),
        HEADER + "\n".join(csv_of("zero", [0.0] * 400, [0.0] * 400)),
        "series,date,count\n" + "\n".join(
            row.rpartition(",")[0] for row in csv_of("even", [1.0] * 400)
        ),
        "\ufeff" + HEADER + "\r\n".join(csv_of("leap", [1.0] * 90, first="2024-01-20")),
    ],
)  # fmt: skip
def test_nothing_to_say_is_no_line_and_no_error(text):
    done, lines = detect(text)

    assert done.exit_code == 0
    assert lines == []


def test_missing_days_may_be_blank_or_left_out():
    some = companies(1, 240, rate=2, onset=200, times=4)
    some.counts[0, 100:110] = np.nan
    blank = list(csv_of("s", some.counts[0], some.orders[0]))
    left_out = [row for row in blank if ",," not in row]
    some.orders[0, 100:110] = np.nan

    _, told = detect(HEADER + "\n".join(left_out))

    assert len(left_out) == 230
    assert told[-1]["level"] == "alarm"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("series,date,count,exposure\na,2024-13-01,1,1", "2行目"),
        ("series,date,count,exposure\na,2024-01-01,1,1\na,1.2.2024,1,1", "3行目"),
        ("series,date,count,exposure\na,2024-01-01,x,1", "2行目"),
        ("series,date,count,exposure\na,2024-01-01,1.5,1", "2行目"),
        ("series,date,count,exposure\na,2024-01-01,-1,1", "2行目"),
        ("series,date,count,exposure\na,2024-01-01,1,nan", "2行目"),
        ("series,date,count,exposure\na,2024-01-01,1,1\na,2024-01-01,1,1", "3行目"),
        ("series,date,n\na,2024-01-01,1", "count"),
        ("", "CSV"),
    ],
)
def test_a_line_that_cannot_be_read_is_named(text, line):
    with pytest.raises(UnreadableFile, match=line):
        panel.read(io.BytesIO(text.encode()))

    done, _ = detect(text)
    assert done.exit_code == 2
    assert line in done.stderr


def test_a_file_is_read_like_the_input(tmp_path):
    file = tmp_path / "rows.csv"
    file.write_text(HEADER + risen(), encoding="utf-8")

    done = CliRunner().invoke(cli.app, ["detect", str(file)])

    assert [json.loads(row) for row in done.stdout.splitlines()] == detect(
        HEADER + risen()
    )[1]


def test_more_series_than_are_judged_at_once_all_come(monkeypatch):
    monkeypatch.setattr(panel, "AT_ONCE", 2)
    names = ["e", "d", "c", "b", "a"]

    _, lines = detect(HEADER + "\n".join(risen(name) for name in names))

    assert sorted({line["series"] for line in lines}) == sorted(names)
