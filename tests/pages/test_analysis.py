"""分析 driven without a browser: from a mark to its cases, to an improvement, to a file."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl

import pytest
from streamlit.testing.v1 import AppTest

from lib import clock
from lib.actions.analysing.reading import Asked
from lib.actions.searching import selected, slug
from lib.charts.look import rows_of
from lib.metrics.analysis import Chosen, Dimension
from lib.metrics.analysis_views import Step
from lib.schema.kpi_day import COMPANY
from lib.schema.learning import Improvement
from lib.schema.masters import Member, Product
from lib.schema.principal import SYSTEM
from lib.schema.vocab import (
    Category,
    Cause,
    Channel,
    ComplaintKind,
    ComplaintStatus,
    ImprovementStatus,
    Role,
)
from lib.ui import context, filters
from lib.ui import format as fmt
from lib.ui.analysis import launch, taking
from lib.ui.analysis.address import Here, Measure, Period, Shape, View
from lib.ui.improvements import proposing
from tests.metrics.rows import at, complaint, day, inquiry, kpi_day

MANAGER, VIEWER = "lead@example.jp", "view@example.jp"

Open = Callable[..., AppTest]


@pytest.fixture(autouse=True)
def ledger(first_member, put) -> None:
    late = {"category": Category.DELIVERY, "claim_type": "届かない・遅い"}
    put(
        Member(email=MANAGER, name="森", role=Role.MANAGER),
        Member(email=VIEWER, name="見る人", role=Role.VIEWER),
        Product(code="A-01", name="美容液", launched_on=day(10)),
        *(
            complaint(
                at(n, 10), product_code="A-01", sales_page="<b>LP</b>", lot="L1", **late
            )
            for n in (9, 10, 16)
        ),
        complaint(
            at(10, 14),
            category=Category.QUALITY,
            cause=Cause.DELIVERY,
            channel=Channel.MAIL,
        ),
        complaint(at(11), status=ComplaintStatus.CANCELLED, **late),
        complaint(at(12), kind=ComplaintKind.WISH, **late),
        inquiry(at(12), agency_name="みどり市消費生活センター"),
        *(kpi_day(day(n), COMPANY, orders=100) for n in range(9, 17)),
    )


@pytest.fixture
def look(open_page) -> Open:
    """Open the page at an address, as somebody."""

    def opened(operator: str = MANAGER, language=None, **query: str) -> AppTest:
        page = open_page("analysis", operator=operator, language=language)
        for name, value in query.items():
            page.query_params[name] = value
        return page.run()

    return opened


def press(page: AppTest, key: str, row: object) -> AppTest:
    page.session_state[key] = {"selection": {"pick": [{"row": row}]}}
    return page.run()


def said(page: AppTest) -> str:
    parts = [*page.markdown, *page.caption, *page.text, *page.info, *page.code]
    return "\n".join(str(part.value) for part in parts).replace("\\", "")


def links(page: AppTest) -> dict[str, str]:
    return {
        link.proto.label.replace("\\", ""): link.proto.query_string
        for link in page.main.get("page_link")
    }


def listed(query: str) -> int:
    """Return how many complaints the ledger lists at an address."""
    wanted = filters.read(dict(parse_qsl(query))).wanted
    frame = context.live().for_user(SYSTEM).frame("complaints")
    return int(selected(frame, wanted, now=clock.now(), me="").sum())


def sound(page: AppTest) -> AppTest:
    assert not page.exception
    assert not page.error
    return page


def test_a_bar_opens_exactly_its_cases_and_begins_an_improvement(look):
    page = sound(look())
    assert page.metric[0].value == "4件"
    assert page.metric[1].value == "5.00"
    assert "棒を押すと" in said(page)

    page = sound(press(page, "analysis.pareto", 0.0))

    assert "件数 3件(分かっている中の75.0%)" in said(page)
    assert "受注1,000件あたり3.75件" in said(page)
    found = links(page)["この苦情を見る"]
    assert "category=delivery" in found
    assert "kind=first%2Csecond%2Crepeat" in found
    assert "cancelled" not in found
    assert "only=category." in links(page)["この推移を見る"]
    name = proposing.name_of("analysis.pareto.category." + slug("配送・納期・欠品"))
    page.session_state[f"{name}-open"] = True
    page.run()
    page.text_input[0].set_value("配送の遅れを知らせる")
    page.run()
    next(b for b in page.button if b.label == "改善を始める").click().run()
    desk = context.live().for_user(SYSTEM)
    made = desk.frame("improvements").iloc[0]
    assert (made["title"], made["category"]) == (
        "配送の遅れを知らせる",
        "配送・納期・欠品",
    )


def test_a_mark_of_every_view_opens_as_many_cases_as_it_says_and_has_a_table(
    look, monkeypatch
):
    begun: dict[str, Any] = {}
    monkeypatch.setattr(
        proposing, "button", lambda _desk, _key, **behind: begun.update(behind)
    )
    page = look(language="en")
    for view in View:
        page.query_params["view"] = view.code
        page.query_params["as"] = "picture"
        # Of a share of nothing there is no way on; this is the week of a known cause.
        row = 26 if view is View.SHARES else 0
        sound(press(page, f"analysis.{view.code}", row))
        words = "\n".join(text.value for text in page.text)
        told = re.search(r"(\d+) cases|\((\d+) ÷", words)
        cases = int(told[1] or told[2])
        assert listed(links(page)["See these complaints"]) == cases
        assert bool(begun["trigger_id"]) == bool(cases)
        # Category and product tell all of these two; no scope tells days or hours.
        told_by_scope = view in (View.PARETO, View.CROSS)
        assert len(begun["case_ids"]) == (0 if told_by_scope else cases)
        page.query_params["as"] = "table"
        sound(page.run())
        assert len(page.dataframe[0].value)
    page.query_params["view"], page.query_params["told"] = "pareto", "wishes"
    page.query_params["as"] = "picture"
    press(page, "analysis.pareto", 0)
    assert begun["figure"] == ""


def test_filters_stand_in_the_address_as_codes_and_nonsense_is_left_out(look):
    page = sound(look(channel="mail", period="own"))
    assert page.metric[0].value == "1件"
    page.query_params["channel"] = "<script>"
    page.query_params["told"] = "wishes"
    page.query_params["product"] = "nobody"
    page.query_params["from"] = "2026-11-99"
    sound(page.run())
    assert page.metric[0].value == "1件"
    assert len(page.metric) == 2
    page.query_params["told"] = "complaints"
    page.query_params["only"] = "lot.L1"
    page.query_params["view"] = "course"
    page.query_params["channel"] = ""
    sound(page.run())
    assert page.metric[0].value == "3件"
    sound(press(page, "analysis.course", 0))
    assert "lot=L1" in links(page)["この苦情を見る"]
    page.query_params["only"] = "agency_name.x"
    page.query_params["view"] = "pareto"
    page.query_params["by"] = "agency_name"
    sound(press(page.run(), "analysis.pareto", 0))
    assert "この連絡を見る" in links(page)
    page.query_params["told"] = "both"
    page.query_params["only"] = "lot.L1"
    words = said(sound(page.run()))
    # A contact has neither a lot nor a kind.
    told = fmt.listed(["苦情と要望", "ロット番号: L1"])
    assert f"行政からの連絡には効いていない絞り込み: {told}\n" in words
    page.query_params["only"] = ""
    page.query_params["by"] = "lot"
    for forged in (99, -1, "0", True, None, {"row": 0}):
        sound(press(page, "analysis.pareto", forged))
        assert "選んだもの" in said(page)


def test_a_bar_of_an_agency_opens_the_list_of_its_contacts(look, open_page, put):
    put(inquiry(at(13), agency_name="あおば市消費生活センター"))
    page = look(by="agency_name", period="own", **{"from": "2026-11-12"})
    page.query_params["to"] = "2026-11-12"
    sound(press(page.run(), "analysis.pareto", 0))
    query = dict(parse_qsl(links(page)["この連絡を見る"]))

    there = open_page("inquiries", operator=MANAGER)
    for name, value in query.items():
        there.query_params[name] = value
    sound(there.run())

    chip = next(b for b in there.button if b.key == "inquiries.narrowed")
    assert "みどり市消費生活センター · 2026/11/12" in chip.label
    assert "1件" in said(there)
    sound(chip.click().run())
    assert "2件" in said(there)


def test_a_measure_stands_at_the_week_after_the_launch_of_its_own_product(put):
    for number, product in enumerate(("A-01", "B-02", "")):
        put(
            Improvement(
                id=f"S-26111{number}-AAAAA",
                title="箱を替える",
                status=ImprovementStatus.DOING,
                starts_on=day(12),
                product_code=product,
            )
        )
    chosen = Chosen(day(1), day(21))
    choices = (Dimension.CATEGORY, Step.WEEK, Measure.COUNT, Shape.PICTURE)
    asked = Here(Asked(chosen), Period.OWN, View.LAUNCH, *choices)

    shown = launch.made(context.live().for_user(SYSTEM), asked)

    signs = [row for row in rows_of(shown.spec or {}) if "kind" in row]
    assert [(row["week"], row["kind"]) for row in signs] == [(1, "measure")]
    assert signs[0]["text"].startswith("美容液: ")
    assert shown.days == (day(10), day(16))


def test_a_file_says_which_days_and_cases_it_counts(look, monkeypatch):
    files: dict[str, bytes] = {}
    monkeypatch.setattr(
        taking,
        "file_button",
        lambda _label, make, name, **_how: files.update({name: make()}),
    )
    monkeypatch.setattr(
        taking.picture,
        "png",
        lambda _spec, title, about: "\n".join((title, *about)).encode(),
    )
    monkeypatch.setattr(taking.picture, "svg", lambda _spec, **_about: b"")
    page = look(view="course", told="both", page=slug("<b>LP</b>"))
    page.session_state["analysis.take.course"] = True
    sound(page.run())

    (csv, table), (png, picture) = (
        next(item for item in files.items() if item[0].endswith(ending))
        for ending in (".csv", ".png")
    )
    assert csv.startswith(f"mimamori-course-week-count-both-{slug('<b>LP</b>')}-2026")
    said_there = "苦情と要望 · 販路・LP: <b>LP</b>"
    assert "苦情と、寄せられた要望の推移(件数)\n" in picture.decode()
    assert said_there in picture.decode()
    header, *rows = table.decode("utf-8-sig").splitlines()
    assert header.endswith("期間,絞り込み")
    assert all(row.endswith(said_there) for row in rows)
    assert png.endswith(".png")


def test_who_only_reads_sees_the_figures_and_begins_nothing(look):
    page = sound(press(look(VIEWER), "analysis.pareto", 0))

    assert "この苦情を見る" in links(page)
    assert "改善にする" not in [button.label for button in page.button]


def test_an_empty_period_says_what_to_do(look):
    page = sound(look(period="own", **{"from": "2026-01-01", "to": "2026-01-31"}))

    assert page.metric[1].value == "—"
    assert "期間を長くするか、絞り込みを外してください" in said(page)
    assert clock.today().year == 2026
