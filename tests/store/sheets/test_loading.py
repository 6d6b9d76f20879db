"""Equal answers are read once; a sheet that lost much is not believed at once."""

from __future__ import annotations

import gc

import orjson
import pytest

from lib import clock
from lib.errors import StoreUnavailable
from lib.schema.frames import empty_frame, record_from
from lib.schema.tables import TABLES, table
from lib.store.sheets.layout import Tab
from lib.store.sheets.loading import judged
from lib.store.sheets.reading import SheetRead
from lib.store.sheets.rereading import SheetReader
from tests.store.sheets.sheet import COMPLAINT, KPI_DAY, grid, payload, places, read_all


def centres(*days: int) -> list[dict[str, object]]:
    return [{**KPI_DAY, "date": 46000 + number} for number in days]


def kpis(*days: int) -> SheetRead:
    return read_all(
        {"kpi_days": grid("kpi_days", *centres(*days), also=["date", "centre"])}
    )


def test_an_equal_answer_is_not_read_again():
    reader = SheetReader()
    where = places("complaints")
    first = reader.read(payload(grid("complaints", COMPLAINT)), where)
    assert reader.read(payload(grid("complaints", COMPLAINT)), where) is first
    changed = payload(grid("complaints", {**COMPLAINT, "content": "別"}))
    assert reader.read(changed, where) is not first


def test_an_equal_answer_for_a_renamed_tab_is_read_again():
    reader = SheetReader()
    answer = payload(grid("complaints", COMPLAINT))
    first = reader.read(answer, places("complaints"))
    second = reader.read(answer, {"complaints": Tab(0, "旧台帳")})
    assert first.tables["complaints"].tab.title != second.tables["complaints"].tab.title


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"<html>busy</html>",
        b'{"valueRanges":[{"values":[["a"',
        b"[]",
        b"{}",
        b'{"valueRanges":[{"values":[1]}]}',
        b'{"valueRanges":[]}',
    ],
)
def test_half_an_answer_is_no_table(answer):
    reader = SheetReader()
    with pytest.raises(StoreUnavailable):
        reader.read(answer, places("complaints"))


def test_an_empty_tab_has_no_rows_and_says_that_its_header_is_gone():
    found = SheetReader().read(
        orjson.dumps({"valueRanges": [{"range": "x"}]}), places("complaints")
    )
    assert found.tables["complaints"].frame.empty
    assert [p.table for p in found.problems] == ["complaints"]


def test_reading_leaves_the_collector_as_it_was():
    assert gc.isenabled()
    kpis(1)
    assert gc.isenabled()
    gc.disable()
    try:
        kpis(1)
        assert not gc.isenabled()
    finally:
        gc.enable()


def test_a_snapshot_has_every_table_with_its_types():
    snapshot = read_all({"complaints": grid("complaints", COMPLAINT)}).snapshot(
        revision=4, loaded_at=clock.now()
    )
    for item in TABLES:
        dtypes = empty_frame(item).dtypes
        assert snapshot.frames[item.code].dtypes.astype(str).equals(dtypes.astype(str))
    complaints = table("complaints")
    row = snapshot.frames["complaints"].iloc[0].to_dict()
    assert record_from(complaints, row).content == COMPLAINT["content"]


def test_the_first_reading_is_shown_whatever_it_lacks():
    found = kpis(1)
    assert judged(None, found).read is found


def test_a_fifth_of_the_rows_may_go_and_more_may_not():
    before = kpis(*range(10))
    fewer = kpis(*range(8))
    assert judged(before, fewer).read is fewer
    gone = judged(before, kpis(*range(7)))
    assert gone.held
    assert gone.read is before
    assert (gone.losses[0].vanished, gone.losses[0].of) == (3, 10)


def test_one_row_of_a_short_tab_may_go():
    found = kpis(1, 2)
    assert judged(kpis(1, 2, 3), found).read is found


def test_a_lost_required_column_keeps_the_last_good_reading():
    before = read_all({"complaints": grid("complaints", COMPLAINT)})
    rows = grid("complaints", {"id": COMPLAINT["id"], "received_at": 46347.5})
    verdict = judged(before, read_all({"complaints": rows}))
    assert verdict.held
    assert verdict.losses[0].columns == ("内容",)


def test_a_lost_tab_counts_as_all_its_rows():
    verdict = judged(kpis(1, 2), SheetRead({}))
    assert (verdict.losses[0].vanished, verdict.held) == (2, True)


def test_a_confirmed_loss_passes_and_another_does_not():
    before, found = kpis(*range(10)), kpis(1, 2)
    token = judged(before, found).token
    assert judged(before, found, confirmed=token).read is found
    assert judged(before, kpis(1), confirmed=token).held


def test_sorting_and_pasting_more_rows_takes_nothing_away():
    found = kpis(*reversed(range(20)))
    assert not judged(kpis(*range(10)), found).held


def test_rows_of_the_sample_year_may_go():
    rows = [{**row, "source": "サンプル"} for row in centres(*range(8))]
    own = [{**row, "source": "アプリ"} for row in centres(20, 21)]
    before = read_all({"kpi_days": grid("kpi_days", *rows, *own)})
    assert not judged(before, kpis(20, 21)).held
    assert judged(before, kpis(*range(8))).losses[0].of == 2
