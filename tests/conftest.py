"""In which order the files of the suite run, how many at once, and what they share."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.util import LRUCache
from xdist.scheduler import LoadFileScheduling
from xdist.workermanage import WorkerController

from lib.store.sql import opening

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


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Run one more file than there are processors: many tests wait for something."""
    return _processors() + 1


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadFileScheduling:
    """Deal out whole files, with no more browsers at once than processors."""
    return BrowsersBesideTheRest(config, log)


class BrowsersBesideTheRest(LoadFileScheduling):
    """Some workers drive browsers, the others take what needs none, while there is any.

    A browser and its server keep a processor busy: more of them at once run into
    their time limits, and none at all beside the rest leaves processors waiting.
    """

    def _assign_work_unit(self, node: WorkerController) -> None:
        drives = self.nodes.index(node) < _processors()
        fitting = (name for name in self.workqueue if _has_browser(name) is drives)
        chosen = next(fitting, next(iter(self.workqueue)))
        self.workqueue.move_to_end(chosen, last=False)
        super()._assign_work_unit(node)


def _has_browser(file: str) -> bool:
    return "/browser/" in file


def _processors() -> int:
    return os.cpu_count() or 1


@pytest.fixture(autouse=True, scope="session")
def statements_compiled_once() -> Iterator[None]:
    """Let all SQLite engines of the process share what SQLAlchemy compiled.

    Each would compile the same statements anew: a quarter of what a test costs that
    opens a store of its own. They are kept by their dialect, of which all are alike.
    """
    compiled, made = LRUCache[Any, Any](5000), opening.sqlite_engine

    def sharing(path: Path) -> sa.Engine:
        engine = made(path)
        engine._compiled_cache = compiled
        return engine

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(opening, "sqlite_engine", sharing)
        patch.setattr(SQLiteDialect_pysqlite, "__hash__", lambda one: hash(type(one)))
        patch.setattr(
            SQLiteDialect_pysqlite,
            "__eq__",
            lambda one, other: type(one) is type(other),
        )
        yield
