"""施策・改善: from nothing to an idea, begun, judged, changed, and back on 今日."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from lib import clock
from lib.schema.complaint import Complaint
from lib.schema.kpi_day import COMPANY, KpiDay
from lib.schema.learning import Improvement
from lib.schema.principal import SYSTEM
from lib.schema.vocab import ImprovementStatus
from lib.ui import context
from lib.ui.improvements import proposing

pytestmark = pytest.mark.usefixtures("first_member")


def told(app) -> str:
    return "\n".join(part.value for part in [*app.markdown, *app.text, *app.caption])


def rows() -> list[Improvement]:
    desk = context.live().for_user(SYSTEM)
    return [
        desk.record("improvements", str(number))
        for number in desk.frame("improvements").index
    ]


def test_an_idea_written_on_the_empty_page_is_kept_and_begun(open_page):
    app = open_page("improvements").run()
    assert not app.exception
    assert "まだ改善がありません" in [part.value for part in app.subheader]
    form = proposing.name_of("board")
    app.session_state[f"{form}-open"] = True
    app.run()

    app.text_input(key=f"{form}.title").set_value("袋を二重にする")
    app.run()
    app.button(key=f"{form}:save").click().run()

    (idea,) = rows()
    assert (idea.title, idea.status) == ("袋を二重にする", ImprovementStatus.IDEA)
    assert idea.owner
    assert idea.due_on == clock.today() + proposing.DUE_IN
    app.query_params["id"] = idea.id
    app.run()
    app.session_state[f"improvement.{idea.id}.begin"] = True
    app.run()
    app.button(key=f"improvement.{idea.id}.begin.save").click().run()

    assert not app.exception
    (begun,) = rows()
    assert begun.status is ImprovementStatus.DOING
    assert begun.starts_on == clock.today()
    assert "始めた" in told(app)


def test_the_page_says_what_the_figures_say(open_page, put):
    today = clock.today()
    start = today - timedelta(days=30)
    days = [today - timedelta(days=n) for n in range(1, 120)]
    cases = [
        Complaint(
            id=f"K-260101-{place:05d}".replace("0", "A").replace("1", "B"),
            received_at=clock.at(day, 9, 0),
            content="Broken",
            improvement_id="S-260101-AAAAA" if day == start else "",
        )
        for place, day in enumerate(
            day for day in days for _n in range(3 if day < start else 1)
        )
    ]
    put(
        *(KpiDay(date=day, centre=COMPANY, orders=100) for day in days),
        *cases,
        Improvement(
            id="S-260101-AAAAA",
            title="Double bag",
            target_figure="苦情率",
            status=ImprovementStatus.CHECKING,
            starts_on=start,
            owner="Sato",
        ),
    )
    app = open_page("improvements")

    board = app.run()
    assert "10.0" in [part.value for part in board.metric]
    assert "前28日 受注1,000件あたり30.0件 → 後28日" not in told(board)
    (small,) = board.get("vega_lite_chart")
    assert [
        layer["mark"]["type"] for layer in json.loads(small.proto.spec)["layer"]
    ] == [
        "rule",
        "line",
    ]

    app.query_params["id"] = "S-260101-AAAAA"
    one = app.run()
    assert not one.exception
    assert "前28日 受注1,000件あたり30.0件 → 後28日 受注1,000件あたり10.0件" in told(
        one
    ).replace("\\", "")
    assert "良くなった" in told(one)
    assert any("数えたもの" in part.value for part in one.markdown)


def test_what_came_back_stands_on_the_owners_today(open_page, put):
    put(
        Complaint(id="K-261121-AAAAA", received_at=clock.now(), content="Broken"),
        Improvement(
            id="S-260101-AAAAA",
            title="Double bag",
            status=ImprovementStatus.RELAPSED,
            starts_on=clock.today() - timedelta(days=90),
            owner="Nobody here",
        ),
    )

    app = open_page("today").run()

    links = [link.proto.label for link in app.get("page_link")]
    assert any("再発" in label and "Double bag" in label for label in links)
