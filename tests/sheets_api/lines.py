"""How spans of rows or columns follow insertions, deletions and moves of lines."""

from tests.sheets_api.a1 import Box

ROWS, COLUMNS = "ROWS", "COLUMNS"
FAR = 10**9


def after_insert(at, count):
    """The change of (start, end) when `count` lines come in before line `at`."""

    def change(start, end):
        return (
            start + count if start >= at else start,
            end + count if at < end < FAR else end,
        )

    return change


def after_delete(first, last):
    """The change of (start, end) when lines first..last go; None = all gone."""
    count = last - first

    def point(index):
        if index >= FAR or index <= first:
            return index
        return max(first, index - count)

    def change(start, end):
        new = point(start), point(end)
        return new if new[0] < new[1] else None

    return change


def after_move(first, last, to):
    """The change of (start, end) when lines first..last move before line `to`."""
    count = last - first
    target = to - count if to > first else to

    def line(index):
        if first <= index < last:
            return index - first + target
        index -= count if index >= last else 0
        return index + count if index >= target else index

    def change(start, end):
        if end >= FAR:
            return start, end
        ends = sorted((line(start), line(end - 1)))
        return ends[0], ends[1] + 1

    return change


def shift_box(box, axis, change):
    """A box after the lines of one axis changed; None when all of it went."""
    if axis == ROWS:
        span = change(box.top, FAR if box.bottom is None else box.bottom)
        if span is None:
            return None
        return box._replace(top=span[0], bottom=None if box.bottom is None else span[1])
    span = change(box.left, FAR if box.right is None else box.right)
    if span is None:
        return None
    return box._replace(left=span[0], right=None if box.right is None else span[1])


def shift_map(indexed, change):
    """A mapping from line numbers after the lines changed."""
    out = {}
    for index, value in indexed.items():
        span = change(index, index + 1)
        if span is not None:
            out[span[0]] = value
    return out


def box_of_range(entry):
    """The box of a GridRange message."""
    return Box(
        entry.get("startRowIndex") or 0,
        entry.get("endRowIndex"),
        entry.get("startColumnIndex") or 0,
        entry.get("endColumnIndex"),
    )


def range_of_box(sheet_id, box):
    """A GridRange message; a zero sheetId and open ends stay out."""
    entry = {"sheetId": sheet_id} if sheet_id else {}
    if box.top or box.bottom is not None:
        entry["startRowIndex"] = box.top
    if box.bottom is not None:
        entry["endRowIndex"] = box.bottom
    if box.left or box.right is not None:
        entry["startColumnIndex"] = box.left
    if box.right is not None:
        entry["endColumnIndex"] = box.right
    return entry
