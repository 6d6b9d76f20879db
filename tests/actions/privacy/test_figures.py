"""A sample year long past loses its people, and every figure stays what it was."""

from __future__ import annotations

import functools
import re
from datetime import date, datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from lib import clock
from lib.actions import first_start, kpi_views, monthly_gathering, sample
from lib.actions.privacy import running
from lib.actions.risks import reading
from lib.metrics import figures, referrals
from lib.reports.monthly.material import Reader
from lib.sample import sample_company
from lib.schema.erasing import ERASABLE, is_left
from lib.schema.inquiry import AgencyInquiry
from lib.schema.principal import SYSTEM, Principal
from lib.schema.vocab import AgencyKind, InquiryStatus
from lib.settings.customer_key import customer_key
from lib.settings.retention import Kind
from lib.store.access import UserStore
from lib.store.live import LiveStore
from lib.store.opening import open_store
from tests.store.rows import saving

END = date(2026, 11, 20)
AT = datetime(2026, 11, 20, 18, 0, tzinfo=clock.TOKYO)
MUCH_LATER = date(2037, 1, 4)
"""Even crises, which are kept for ten years, are due."""


_TYPED = re.compile(r"typed='[^']*'")
"""A remark on a day, which goes too; that there is one stays."""


class Years:
    """A sample company before and after, in one store."""

    def __init__(self, data: Path) -> None:
        store = open_store(f"sqlite:///{data / 'store.db'}", data=data)
        self.data = data
        self.live = LiveStore(store)
        founder = first_start.begin(
            self.live.for_user(SYSTEM), name="佐藤 花子", email="", now=clock.now()
        )
        self.who = Principal.of(founder)
        company = sample_company(end=END, months=2, seed=7, complaints_per_day=1)
        key_of = functools.partial(customer_key, secret=b"k" * 32)
        sample.fill(self.live.for_user(self.who), company, key_of=key_of)
        self.before = self.desk()
        self.texts = texts_of(self.before)
        self.figures_before = figures_of(self.before)
        self.units = running.due(self.live, self.who, MUCH_LATER)
        self.shown = running.preview(self.live, self.who, self.units, data=data)
        later = datetime.combine(MUCH_LATER, AT.timetz())
        self.done = running.anonymise(
            self.live, self.who, self.units, now=later, data=data
        )
        self.after = self.desk()

    def desk(self) -> UserStore:
        found = self.live.for_user(SYSTEM)
        assert found.revision
        return found


@pytest.fixture(scope="module")
def years(tmp_path_factory: pytest.TempPathFactory):
    found = Years(tmp_path_factory.mktemp("years"))
    yield found
    found.live.close()


def frames_of(desk: UserStore) -> dict[str, pd.DataFrame]:
    return {code: desk.in_full(code) for code in (*ERASABLE, "centres", "settings")}


def texts_of(desk: UserStore) -> dict[tuple[str, str, str], str]:
    """Return everything that a person wrote, by table, row and field."""
    frames = frames_of(desk)
    return {
        (code, str(key), name): value
        for code, fields in ERASABLE.items()
        for name in fields
        for key, value in frames[code][name].items()
        if is_left(code, name, value)
    }


def figures_of(desk: UserStore):
    """Return what every screen of figures, the risk page and the report rest on."""
    frames = frames_of(desk)
    now, week = pd.Timestamp(AT), END - timedelta(days=7)
    tables = {
        "kpis": figures.figures(frames, now, END),
        "entries": kpi_views.entries_of(desk, AT),
        "times": kpi_views.times_of(desk, AT),
        "traces": kpi_views.traces_of(desk, AT),
    }
    contacts = frames["agency_inquiries"]
    series = reading.daily(desk, END)
    told = monthly_gathering.gathered(
        desk, date(2026, 10, 1), Reader.BOARD, None,
        made_by="", comments="", now=AT, told=lambda _share: None,
    )  # fmt: skip
    others = {
        "cases": referrals.cases_of(contacts).nunique(),
        "first": len(referrals.first_of_cases(contacts)),
        "reconciled": referrals.reconciled(
            contacts, frames["activities"], frames["kpi_days"], week, END
        ),
        "series": tuple(map(str, vars_of(series))),
        "verdict": reading.reading(desk, AT).verdict,
        "lines": str(told.lines),
        "courses": _TYPED.sub("", str(told.courses)),
        "missing": told.missing,
    }
    return tables, others


def vars_of(found):
    return [getattr(found, name) for name in found.__slots__ if name[0] != "_"]


def test_all_figures_the_risk_series_and_the_report_are_what_they_were(years):
    before, after = years.figures_before, figures_of(years.after)

    for name, table in before[0].items():
        assert len(table), name
        assert_frame_equal(after[0][name], table, obj=name)
    for name, value in before[1].items():
        assert after[1][name] == value, name


def test_everything_due_goes_and_the_rest_has_a_reason(years):
    held = {row for unit in years.units if not unit.is_free for row in unit.rows}
    left = {at[:2] for at in texts_of(years.after)}

    assert len(years.shown.free) == years.done.units > 40
    assert {unit.kind for unit in years.units} >= {Kind.CASE, Kind.INQUIRY}
    assert not years.done.refused
    due = {row for unit in years.units for row in unit.rows}
    assert left & due <= held


def test_a_second_look_finds_only_what_is_held_back(years):
    again = running.due(years.live, years.who, MUCH_LATER)

    assert all(unit.holds for unit in again)
    assert {u.key for u in again} == {u.key for u in years.units if not u.is_free}


def test_no_text_of_an_anonymised_case_is_left_in_any_file(years):
    gone = {row for unit in years.shown.free for row in unit.rows}
    kept = "\n".join(texts_of(years.after).values())
    texts = {
        text
        for (code, key, _name), text in years.texts.items()
        if (code, key) in gone and len(text) > 12 and text not in kept
    }
    files = [path for path in years.data.rglob("*") if path.is_file()]
    content = b"\n".join(path.read_bytes() for path in files)

    assert len(texts) > 100
    assert years.who.name.encode() in content  # what stays is found that way
    found = [text for text in texts if text.encode() in content]
    assert not found


def contact(key, order, **values):
    told = {"first_contact_at": AT, "answered_at": AT, "status": InquiryStatus.CLOSED}
    agency = {"agency_kind": AgencyKind.CONSUMER_CENTRE, "agency_name": "市の窓口"}
    return AgencyInquiry(id=key, order_number=order, **(told | agency | values))


def grouped(live):
    contacts = live.refreshed().frames["agency_inquiries"]
    cases = referrals.cases_of(contacts)
    return (
        {frozenset(keys) for keys in cases.groupby(cases).groups.values()},
        referrals.first_of_cases(contacts).index.tolist(),
    )


def test_contacts_about_one_order_stay_one_case_and_others_stay_apart(live, tmp_path):
    contacts = [
        contact("G-1", "A-1001"),
        contact("G-2", "Ａ１００１"),
        contact("G-3", "a 1001"),
        contact("G-4", "B-2002"),
        contact("G-5", "B-2002"),
        contact("G-6", "C-3003"),
        contact("G-7", ""),
        contact("G-8", ""),
    ]
    live.commit(saving(*contacts))
    before = grouped(live)
    assert {frozenset({"G-1", "G-2", "G-3"}), frozenset({"G-4", "G-5"})} < before[0]
    units = running.due(live, SYSTEM, MUCH_LATER)

    done = running.anonymise(live, SYSTEM, units, now=AT, data=tmp_path)

    assert (done.units, done.refused) == (3, [])
    orders = live.refreshed().frames["agency_inquiries"]["order_number"]
    assert not [
        key
        for key in orders.index
        if is_left("agency_inquiries", "order_number", orders[key])
    ]
    assert grouped(live) == before
