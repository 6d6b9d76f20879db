"""The cart's list of single orders becomes 受注件数 and 出荷件数 per day of the company.

A list is recognised by its headers (an order number or an amount beside the day of the
order) and counted at once: nothing of a row but its day, its number and whether it was
cancelled is looked at, so that no name, address or amount goes any further.

Only what the list can know is counted. Its last day may still go on, so days that are
not over are left out. Orders of before the list ship in its first days, and orders of
after it ship later: shipments count from the day by which nine of ten earlier orders
would have been shipped, up to the last day of the orders.
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, Final

from lib import clock
from lib.actions.importing.headers import (
    DEEPEST_HEADER,
    TOTAL,
    comparable,
    header_names,
)
from lib.files.reading import Sheet, SourceFile
from lib.schema.kpi_day import COMPANY, KpiDay
from lib.schema.tables import table

_NUMBER: Final = "注文番号 受注番号 注文ID 受注ID 注文No 受注No 注文コード 受注コード オーダー番号 オーダーID OrderID OrderNo OrderNumber"
_MONEY: Final = "合計金額 注文金額 購入金額 受注金額 請求金額 支払金額 支払合計 お支払い合計 商品合計 Total"
_ORDERED: Final = "注文日 注文日時 注文日付 受注日 受注日時 受注日付 購入日 購入日時 申込日 申込日時 オーダー日 オーダー日時 OrderDate CreatedAt"
_SHIPPED: Final = "出荷日 出荷日時 出荷完了日 出荷確定日 出荷実績日 発送日 発送日時 発送完了日 ShipDate ShippedAt FulfilledAt"
_CANCELLED_ON: Final = "キャンセル日 キャンセル日時 取消日 取消日時 CancelledAt"
_STATE: Final = "状態 ステータス 受注状態 受注ステータス 注文状況 注文状態 注文ステータス 対応状況 対応状態 FinancialStatus"

_CANCELLED: Final = re.compile(r"キャンセル|取消|取り消し|cancel", re.IGNORECASE)
_DAY: Final = re.compile(
    r"(20[0-9]{2})\s*[-/.年]\s*([0-9]{1,2})\s*[-/.月]\s*([0-9]{1,2})(?![0-9])"
)
_COMPACT: Final = re.compile(
    r"(20[0-9]{2})([01][0-9])([0-3][0-9])(?:[0-9]{6})?(?![0-9])"
)
_AWARE: Final = re.compile(r"(?:Z|[+-][0-9]{2}:?[0-9]{2})$")

FEWEST_ORDERS: Final = 2
"""Rows without which a sheet is no list."""
LONGEST_QUIET: Final = 7
"""Days in a row without any order that a list may have; more are taken to be lacking."""
_SHIPPED_BY: Final = 0.9


@dataclass(frozen=True, slots=True)
class Counted:
    """What a list of single orders was counted to.

    ordered, shipped: headers of the days; shipped is "" where the list has none.
    cancelled: orders left out. unread: numbers of rows whose day cannot be read.
    open_days: orders of days that are not over. shipped_from: None for no shipments.
    """

    sheet: str
    ordered: str
    shipped: str
    orders: int
    shipments: int
    cancelled: int
    unread: tuple[int, ...]
    open_days: int
    first: date
    last: date
    shipped_from: date | None


@dataclass(frozen=True, slots=True)
class _Columns:
    header: int
    ordered: int
    number: int | None
    shipped: int | None
    state: int | None
    cancelled_on: int | None


@dataclass(frozen=True, slots=True)
class _Order:
    ordered: date
    shipped: date | None


def count_orders(
    file: SourceFile, today: date
) -> tuple[SourceFile, tuple[Counted, ...]]:
    """Return the file with each list of single orders as days, and what was counted.

    Sheets that are no such list stay as they are; the digest names the same content.
    """
    sheets: list[Sheet] = []
    told: list[Counted] = []
    for sheet in file.sheets:
        found = _counted(sheet, today)
        sheets.append(found[0] if found else sheet)
        told += [found[1]] if found else []
    return replace(file, sheets=tuple(sheets)), tuple(told)


def _counted(sheet: Sheet, today: date) -> tuple[Sheet, Counted] | None:
    columns = _columns(sheet)
    if columns is None:
        return None
    orders, cancelled, unread = _orders(sheet, columns)
    over = [one for one in orders if one.ordered < today]
    if len(over) < FEWEST_ORDERS:
        return None
    first = min(one.ordered for one in over)
    last = max(one.ordered for one in over)
    since = _shipped_from(over, first) if columns.shipped is not None else None
    placed = Counter(one.ordered for one in over)
    sent = Counter(
        one.shipped
        for one in over
        if one.shipped and since and since <= one.shipped <= last
    )
    header = sheet.rows[columns.header]
    told = Counted(
        sheet.name,
        _text(header[columns.ordered]),
        "" if columns.shipped is None else _text(header[columns.shipped]),
        placed.total(),
        sent.total(),
        cancelled,
        tuple(unread),
        len(orders) - len(over),
        first,
        last,
        since,
    )
    rows = (_HEADERS, *_days(placed, sent, since))
    return Sheet(sheet.name, tuple(rows), guarded=False, hidden=sheet.hidden), told


_HEADERS: Final = tuple(
    KpiDay.field(name).label for name in ("date", "centre", "orders", "shipments")
)


def _days(
    placed: Mapping[date, int], sent: Mapping[date, int], since: date | None
) -> Iterator[tuple[Any, ...]]:
    """Yield a row a day; a quiet day between two with orders had none."""
    for day in _covered(sorted(placed)):
        shipments = sent.get(day, 0) if since and day >= since else None
        yield day, COMPANY, placed.get(day, 0), shipments


def _covered(days: Sequence[date]) -> Iterator[date]:
    for day, after in itertools.pairwise([*days, days[-1]]):
        yield day
        quiet = (after - day).days - 1
        if 0 < quiet <= LONGEST_QUIET:
            yield from (day + timedelta(days=n) for n in range(1, quiet + 1))


def _shipped_from(orders: Iterable[_Order], first: date) -> date | None:
    """Return the day from which on the list holds nearly all that was shipped."""
    waits = sorted((one.shipped - one.ordered).days for one in orders if one.shipped)
    if not waits:
        return None
    return first + timedelta(days=max(0, waits[int(len(waits) * _SHIPPED_BY)]))


# Reading ---------------------------------------------------------------------------


def _columns(sheet: Sheet) -> _Columns | None:
    """Return which columns count, or None where the sheet is no list of orders."""
    for at, row in enumerate(sheet.rows[:DEEPEST_HEADER]):
        names = {_plain(cell): n for n, cell in reversed(list(enumerate(row)))}

        def first(words: str, names: Mapping[str, int] = names) -> int | None:
            return next(
                (names[w] for w in map(_plain, words.split()) if w in names), None
            )

        ordered, number = first(_ORDERED), first(_NUMBER)
        if ordered is None or (number is None and first(_MONEY) is None):
            continue
        if any(_is_words_of_a_complaint(cell) for cell in row):
            return None
        return _Columns(
            at, ordered, number, first(_SHIPPED), first(_STATE), first(_CANCELLED_ON)
        )
    return None


def _is_words_of_a_complaint(header: Any) -> bool:
    found = header_names(table("complaints")).get(comparable(header))
    return found is not None and found.name == "content"


def _orders(sheet: Sheet, columns: _Columns) -> tuple[list[_Order], int, list[int]]:
    """Return the orders, how many were cancelled, and the rows that cannot be read.

    Rows of one number are one order: some carts write a row for each product.
    """
    found: dict[Any, _Order] = {}
    cancelled: set[Any] = set()
    unread: list[int] = []
    for at, row in enumerate(sheet.rows[columns.header + 1 :], columns.header + 2):
        if not any(_text(cell) for cell in row) or _is_total(row):
            continue
        number = _text(_at(row, columns.number)) or at
        if _is_cancelled(row, columns):
            cancelled.add(number)
            continue
        ordered = day_of_cell(_at(row, columns.ordered))
        if ordered is not None:
            found.setdefault(
                number, _Order(ordered, day_of_cell(_at(row, columns.shipped)))
            )
        elif number not in found:
            unread.append(at)
    return list(found.values()), len(cancelled - found.keys()), unread


def _is_cancelled(row: Sequence[Any], columns: _Columns) -> bool:
    state = _text(_at(row, columns.state))
    return bool(_text(_at(row, columns.cancelled_on)) or _CANCELLED.search(state))


def _is_total(row: Sequence[Any]) -> bool:
    filled = [cell for cell in row if _text(cell)]
    return any(TOTAL.fullmatch(comparable(cell)) for cell in filled[:2])


def day_of_cell(cell: Any) -> date | None:
    """Return the day of a moment in Tokyo; None for what is none."""
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    text = unicodedata.normalize("NFKC", _text(cell))
    if _AWARE.search(text):
        return _day_of_moment(text)
    found = _DAY.match(text) or _COMPACT.match(text)
    try:
        return date(*map(int, found.groups())) if found else None
    except ValueError:
        return None


def _day_of_moment(text: str) -> date | None:
    """Return the Tokyo day of a moment that says its own time zone."""
    try:
        moment = datetime.fromisoformat(
            re.sub(r"\s+(?=[+-][0-9]{2}:?[0-9]{2}$)", "", text)
        )
    except ValueError:
        return None
    return clock.in_tokyo(moment).date()


def _at(row: Sequence[Any], column: int | None) -> Any:
    return None if column is None or column >= len(row) else row[column]


def _plain(cell: Any) -> str:
    return comparable(cell).replace("_", "").replace("-", "")


def _text(cell: Any) -> str:
    return "" if cell is None else str(cell).strip()
