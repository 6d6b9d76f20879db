"""The weeks behind one call: what was begun in a week stands above its bar."""

from __future__ import annotations

from datetime import timedelta

import pandas as pd
import pyarrow as pa
import pytest

from lib import clock
from lib.schema.learning import Improvement
from lib.schema.principal import SYSTEM
from lib.schema.vocab import ImprovementStatus
from lib.store.live import LiveStore
from lib.store.opening import open_store
from lib.ui.inquiries import similar
from tests.builders import fill


@pytest.fixture
def desk(tmp_path):
    store = LiveStore(open_store(f"sqlite:///{tmp_path / 'a.db'}", data=tmp_path))
    yield store.for_user(SYSTEM)
    store.close()


def test_a_measure_stands_above_the_week_in_which_it_began(desk):
    last = clock.today()
    first = last - timedelta(days=6)
    weeks = pd.DataFrame(
        {
            "first": [first - timedelta(days=7), first],
            "last": [first - timedelta(days=1), last],
            "count": [1, 3],
        }
    )
    before = similar.weeks_chart(desk, weeks)
    fill(
        desk,
        Improvement.parse(
            {
                "id": "S-261120-AAAAA",
                "title": "解約窓口の増員",
                "starts_on": first,
                "status": ImprovementStatus.DOING,
            }
        ),
    )

    [signs] = signs_in(similar.weeks_chart(desk, weeks))

    assert signs_in(before) == []
    assert signs["week_label"].tolist() == [f"{last.month}/{last.day}"]
    assert "解約窓口の増員" in signs["text"].iloc[0]


def signs_in(spec) -> list[pd.DataFrame]:
    """Return the rows of marks that a chart is drawn from."""
    every = [
        pa.ipc.open_stream(rows).read_pandas() for rows in spec["datasets"].values()
    ]
    return [rows for rows in every if "kind" in rows]
