"""In which order the files of the suite run."""

from __future__ import annotations

from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent

LONGEST = (
    "browser",
    "store/sheets/test_quota.py",
    "store/sheets/test_lost_updates.py",
    "store/outbox",
    "store/contract/test_crash.py",
    "store/sheets/test_anything.py",
    "pages/test_dirty_sheet.py",
    "actions/notices",
)
"""Files and folders that take longest, the longest first."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest: at the end every processor has something to do.

    The order that chance gave is kept otherwise.
    """
    items.sort(key=_place)


def _place(item: pytest.Item) -> int:
    inside = item.path.relative_to(HERE) if HERE in item.path.parents else Path()
    return next(
        (n for n, long in enumerate(LONGEST) if inside.is_relative_to(long)),
        len(LONGEST),
    )
