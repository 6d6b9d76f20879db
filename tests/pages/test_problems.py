"""多発している問題: from a group of like complaints to its cases and an improvement."""

from __future__ import annotations

from datetime import timedelta

import pytest

from lib import clock
from lib.actions import problems
from lib.charts.look import rows_of
from lib.schema.learning import Improvement
from lib.schema.principal import SYSTEM
from lib.schema.vocab import ImprovementStatus
from lib.ui import context
from lib.ui.frequent import cards
from lib.ui.improvements.proposing import name_of
from tests.builders import complaint

pytestmark = pytest.mark.usefixtures("first_member")

IDS = ("K-261121-AAAAA", "K-261120-BBBBB", "K-261119-CCCCC")
TEXTS = (
    "ポンプを押しても出ない",
    "押してもポンプから出てこない 090-1234-5678 藍沢様",
    "ポンプが固く出ない *太字*",
)


def shown(app) -> str:
    parts = [*app.markdown, *app.caption, *app.text, *app.title]
    return "\n".join(str(e.value).replace("\\", "") for e in parts)


@pytest.fixture
def pumps(put) -> None:
    put(
        *(
            complaint(
                id=key,
                content=text,
                claim_type="不良品",
                customer_name="藍沢",
                received_at=clock.now() - timedelta(days=ago),
            )
            for ago, (key, text) in enumerate(zip(IDS, TEXTS, strict=True))
        )
    )


def test_without_complaints_it_says_what_is_needed(open_page):
    assert "この期間の苦情がありません" in shown(open_page("problems"))


@pytest.mark.usefixtures("pumps")
def test_a_group_becomes_an_improvement_in_one_press(open_page):
    app = open_page("problems")
    page = shown(app)
    assert "ポンプ" in page
    assert "週に何件も" in page
    assert "090" not in page
    assert "藍沢" not in page
    (ledger,) = [
        e.proto for e in app.get("page_link") if "cases=" in e.proto.query_string
    ]
    assert all(key in ledger.query_string for key in IDS)

    form = name_of(f"frequent:{IDS[-1]}")
    app.session_state[f"{form}-open"] = True
    app.run()
    app.button(key=f"{form}:save").click().run()

    rows = context.live().for_user(SYSTEM).frame("complaints")
    (number,) = set(rows["improvement_id"])
    assert number
    made = context.live().for_user(SYSTEM).record("improvements", number)
    assert "ポンプ" in made.title
    assert made.claim_type == "不良品"
    assert f"改善 {number} に入っています" in "\n".join(
        e.proto.label.replace("\\", "") for e in app.get("page_link")
    )


@pytest.mark.usefixtures("pumps")
def test_the_ledger_shows_the_cases_that_a_link_names(open_page):
    app = open_page("ledger")
    app.query_params["cases"] = f"{IDS[0]},{IDS[1]},<b>"
    app.run()
    assert "2件 / 全3件" in shown(app)
    app.button(key="ledger.filter.chip.cases").click().run()
    assert "3件 / 全3件" in shown(app)


def test_a_measure_stands_in_its_week_above_the_cases_it_is_about(put):
    begun = clock.today() - timedelta(days=1)
    about, other = "S-261120-AAAAA", "S-261120-BBBBB"
    put(
        *(
            Improvement(
                id=key,
                title="口を替える",
                starts_on=begun,
                status=ImprovementStatus.DOING,
            )
            for key in (about, other)
        ),
        *(
            complaint(
                id=key, content=text, improvement_id=about, received_at=clock.now()
            )
            for key, text in zip(IDS, TEXTS, strict=True)
        ),
    )
    desk = context.live().for_user(SYSTEM)
    (problem,) = problems.found(desk, clock.today(), 28).problems

    rows = rows_of(cards.weeks_of(desk, problem, clock.today()))

    weeks = [row for row in rows if "count" in row]
    signs = [row for row in rows if "kind" in row]
    assert [row["count"] for row in weeks] == [0, 0, 0, 3]
    assert [(row["starts"], row["kind"]) for row in signs] == [
        (weeks[-1]["starts"], "measure")
    ]
