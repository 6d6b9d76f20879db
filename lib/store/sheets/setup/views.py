"""Filter views: each person looks in an own way, and nobody moves another's rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from lib.schema.vocab import ComplaintStatus
from lib.store.sheets.setup import asking
from lib.store.sheets.setup.asking import Request
from lib.store.sheets.setup.row_formulas import column_name

_NUMBER: Final = 610_200


@dataclass(frozen=True, slots=True)
class View:
    """One filter view. number: fixed, so that a renamed one is known again.

    hidden: words of a column whose rows are hidden. formula: as of a custom filter,
    with {row}, and its column. order: columns to sort by.
    """

    number: int
    title: str
    hidden: tuple[tuple[int, tuple[str, ...]], ...]
    formula: tuple[int, str] | None = None
    order: tuple[int, ...] = ()

    def request(self, number: int, row: int, behind: int) -> Request:
        """Return the request that adds it over the columns before `behind`."""
        specs: list[dict[str, Any]] = [
            {"columnIndex": at, "filterCriteria": {"hiddenValues": list(words)}}
            for at, words in self.hidden
        ]
        if self.formula is not None:
            at, text = self.formula
            shown = {"userEnteredValue": text.replace("{row}", str(row + 1))}
            condition = {"type": "CUSTOM_FORMULA", "values": [shown]}
            specs.append(
                {"columnIndex": at, "filterCriteria": {"condition": condition}}
            )
        view = {
            "filterViewId": self.number,
            "title": self.title,
            "range": asking.grid(number, (row - 1, None), (0, behind)),
            "filterSpecs": specs,
            "sortSpecs": [
                {"dimensionIndex": at, "sortOrder": "ASCENDING"} for at in self.order
            ],
        }
        return {"addFilterView": {"filter": view}}


def views_of(code: str, at: Mapping[str, int]) -> tuple[View, ...]:
    """Return the filter views of a table's tab."""
    needed = {"status", "next_promise_at", "handler", "content"}
    return tuple(_complaints(at)) if code == "complaints" and needed <= set(at) else ()


def _complaints(at: Mapping[str, int]) -> Iterator[View]:
    due, handler = at["next_promise_at"], at["handler"]
    settled = (ComplaintStatus.CLOSED.value, ComplaintStatus.CANCELLED.value)
    open_only = ((at["status"], settled),)
    someone = f"=LEN(${column_name(at['content'])}{{row}})>0"
    yield View(_NUMBER, "未完了", open_only, (at["content"], someone), order=(due,))
    cell = f"${column_name(due)}{{row}}"
    yield View(
        _NUMBER + 1,
        "今日の約束",
        open_only,
        (due, f"=AND(ISNUMBER({cell}),{cell}<TODAY()+1)"),
        order=(due,),
    )
    yield View(
        _NUMBER + 2, "担当別", open_only, (at["content"], someone), order=(handler, due)
    )
