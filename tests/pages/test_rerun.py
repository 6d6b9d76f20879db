"""A rerun of a page nobody has changed works nothing out anew."""

from __future__ import annotations

from datetime import date

import pytest

from lib import clock
from lib.schema.complaint import Complaint
from lib.schema.kpi_day import COMPANY, KpiDay
from lib.schema.masters import Centre, Product
from lib.store.access import UserStore
from lib.ui import navigation

pytestmark = pytest.mark.usefixtures("first_member")


@pytest.fixture
def filled(put) -> None:
    put(
        Centre(code="TYO", name="Centre Tokyo"),
        Product(code="A-01", name="Serum"),
        Complaint(id="K-261121-AAAAA", received_at=clock.now(), content="Broken"),
        KpiDay(
            date=date(2026, 11, 20),
            centre="TYO",
            offered=100,
            answered=80,
            abandoned=20,
        ),
        KpiDay(date=date(2026, 11, 20), centre=COMPANY, orders=50, shipments=40),
    )


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize("code", [page.code for page in navigation.PAGES])
def test_a_rerun_takes_no_table_from_the_store(code, open_page, monkeypatch):
    app = open_page(code).run()
    taken: list[str] = []
    frame = UserStore.frame
    monkeypatch.setattr(
        UserStore, "frame", lambda desk, name: taken.append(name) or frame(desk, name)
    )

    app.run()

    assert taken == []


@pytest.mark.usefixtures("filled")
def test_what_is_saved_between_two_runs_is_on_the_screen(open_page, put):
    app = open_page("products")
    put(Product(code="B-02", name="Cream"))

    app.run()

    assert "Cream" in set(app.dataframe[0].value["name"])
