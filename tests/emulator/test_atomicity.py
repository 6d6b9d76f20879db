"""Whatever a batch asks for, it happens as a whole or not at all."""

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.sheets_api.batch import batch_update
from tests.sheets_api.cells import Cell
from tests.sheets_api.clock import Clock
from tests.sheets_api.errors import ApiError
from tests.sheets_api.resources import spreadsheet
from tests.sheets_api.workbook import Workbook

OWNER = "owner@example.com"
index = st.integers(0, 7)
sheet_id = st.sampled_from([0, 0, 0, 5, 99])
axis = st.sampled_from(["ROWS", "COLUMNS"])
text = st.sampled_from(["a", "b", "", "=A1+1", "x" * 50_001])


@st.composite
def boxes(draw):
    top, left = draw(index), draw(index)
    return {
        "sheetId": draw(sheet_id),
        "startRowIndex": top,
        "endRowIndex": top + draw(st.integers(0, 3)),
        "startColumnIndex": left,
        "endColumnIndex": left + draw(st.integers(0, 3)),
    }


@st.composite
def spans(draw):
    first = draw(index)
    return {
        "sheetId": draw(sheet_id),
        "dimension": draw(axis),
        "startIndex": first,
        "endIndex": first + draw(st.integers(0, 3)),
    }


cells = st.builds(lambda t: {"userEnteredValue": {"stringValue": t}}, text)
rows = st.lists(
    st.builds(lambda c: {"values": c}, st.lists(cells, max_size=3)), max_size=3
)
requests = st.one_of(
    st.builds(
        lambda b, r: {
            "updateCells": {"range": b, "rows": r, "fields": "userEnteredValue"}
        },
        boxes(),
        rows,
    ),
    st.builds(
        lambda s, r: {"appendCells": {"sheetId": s, "rows": r, "fields": "*"}},
        sheet_id,
        rows,
    ),
    st.builds(lambda s: {"insertDimension": {"range": s}}, spans()),
    st.builds(lambda s: {"deleteDimension": {"range": s}}, spans()),
    st.builds(
        lambda s, to: {"moveDimension": {"source": s, "destinationIndex": to}},
        spans(),
        index,
    ),
    st.builds(
        lambda b, c: {"sortRange": {"range": b, "sortSpecs": [{"dimensionIndex": c}]}},
        boxes(),
        index,
    ),
    st.builds(lambda b: {"mergeCells": {"range": b}}, boxes()),
    st.builds(
        lambda b, key: {
            "addNamedRange": {
                "namedRange": {"namedRangeId": key, "name": key, "range": b}
            }
        },
        boxes(),
        st.sampled_from(["claim_a", "claim_b"]),
    ),
    st.builds(
        lambda b, to: {"copyPaste": {"source": b, "destination": to}}, boxes(), boxes()
    ),
    st.builds(lambda s: {"addDimensionGroup": {"range": s}}, spans()),
    st.builds(lambda s: {"deleteSheet": {"sheetId": s}}, sheet_id),
    st.builds(lambda s: {"addSheet": {"properties": {"sheetId": s}}}, sheet_id),
)


def new_book():
    book = Workbook("book", "t", OWNER, Clock(0.0))
    for key, title in ((0, "Sheet1"), (5, "Log")):
        sheet = book.add_sheet(title, key, 8, 8)
        sheet.put(0, {0: Cell("id"), 1: Cell(2), 2: Cell(formula="=SUM(B1:B4)")})
        sheet.put(3, {1: Cell(True), 7: Cell("end")})
    return book


def attempt(book, batch):
    """The replies to a batch, None of one that was refused."""
    try:
        return batch_update(book, OWNER, {"requests": batch})["replies"]
    except ApiError:
        return None


@settings(max_examples=150, deadline=None)
@given(st.lists(st.lists(requests, min_size=1, max_size=4), max_size=4))
def test_a_refused_batch_leaves_no_trace_and_an_accepted_one_a_sound_grid(batches):
    book = new_book()
    for batch in batches:
        before = spreadsheet(book, OWNER, grid=True)
        replies = attempt(book, batch)
        if replies is None:
            assert spreadsheet(book, OWNER, grid=True) == before
        else:
            assert len(replies) == len(batch)
        for sheet in book.sheets:
            assert len(sheet.lines) <= sheet.rows
            assert all(len(line) <= sheet.columns for line in sheet.lines)
            assert all(sheet.whole().contains(merge) for merge in sheet.merges)
