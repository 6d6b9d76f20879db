"""Who was harassed, or looked after, is in no figure, ranking, chart or export of figures."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from lib.metrics import seconds
from lib.metrics.figures import figures
from lib.schema.care import CareRecord
from lib.schema.vocab import CareKind, ComplaintKind, Harassment, HarassmentKind
from tests.metrics.rows import NOW, at, complaint, escalation, frames

LIB = Path(__file__).resolve().parent.parent.parent / "lib"
TELLING = {"harassment", "harassment_kind", "care_records", "follow_up_for"}
"""Fields and tables that say who was hurt."""

MAY_KNOW = {
    LIB / "metrics" / "care.py",
    LIB / "actions" / "caring.py",
}

ERASES = LIB / "actions" / "privacy" / "units.py"
"""Takes the words out when their time is over, and shows nobody any."""


def told_of(is_hurt: bool) -> dict[str, pd.DataFrame]:
    """Return a week of two agents, in one of which everything was noted about one."""
    marks = (
        {
            "harassment": Harassment.CONFIRMED,
            "harassment_kind": HarassmentKind.THREAT,
        }
        if is_hurt
        else {"harassment": Harassment.NO}
    )
    first = [
        complaint(at(day), id=f"K-{day}", receiver=name, handling_minutes=20, **marks)
        for day, name in ((16, "小田"), (17, "小田"), (18, "平野"), (19, "平野"))
    ]
    second = complaint(
        at(19, 15),
        id="K-2",
        kind=ComplaintKind.SECOND,
        parent_id="K-16",
        receiver="平野",
        **marks,
    )
    handed = escalation(
        second, at(19, 16), follow_up_for="平野" if is_hurt else ""
    ).model_copy(update={"id": "E-1"})
    talks = [
        CareRecord(
            id=f"F-{n}",
            case_id="K-2",
            kind=CareKind.DAY,
            for_whom="平野",
            done_at=at(20),
            done_by="大西",
        )
        for n in range(3 if is_hurt else 0)
    ]
    return frames([*first, second, handed, *talks])


def test_the_figures_of_a_company_are_the_same_whether_or_not_somebody_was_hurt():
    hurt, calm = (
        figures(told_of(is_hurt), pd.Timestamp(NOW), NOW.date())
        for is_hurt in (True, False)
    )

    assert len(calm) > 0
    pd.testing.assert_frame_equal(hurt, calm)


def test_the_figures_of_each_agent_are_the_same_whether_or_not_they_were_hurt():
    hurt, calm = (seconds.by_agent(told_of(is_hurt)) for is_hurt in (True, False))

    assert calm.loc["小田"].tolist() == [2, 1]
    pd.testing.assert_frame_equal(hurt, calm)


def names_in(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
        elif isinstance(node, ast.Attribute):
            yield node.attr


@pytest.mark.parametrize(
    "path",
    [*sorted((LIB / "metrics").rglob("*.py")), *sorted((LIB / "charts").rglob("*.py"))],
    ids=lambda path: path.relative_to(LIB).as_posix(),
)
def test_no_figure_or_chart_reads_who_was_hurt(path):
    if path in MAY_KNOW:
        assert TELLING & set(names_in(path))
    else:
        assert TELLING & set(names_in(path)) == set()


def test_only_the_page_of_care_reads_care_records():
    readers = {
        path
        for folder in ("actions", "reports", "risk", "metrics", "charts")
        for path in (LIB / folder).rglob("*.py")
        if "care_records" in set(names_in(path))
    }

    assert readers == MAY_KNOW | {ERASES}
