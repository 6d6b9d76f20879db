"""Contacts go when their time is over; a new key leaves every customer findable."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta

import pytest

from lib.actions import contacts
from lib.actions.complaints import preview
from lib.actions.entry import Entry
from lib.errors import StoreUnavailable
from lib.schema.audit import CHANGED
from lib.schema.ids import new_commit_id
from lib.schema.masters import Setting
from lib.schema.principal import SYSTEM, Principal
from lib.schema.vocab import ComplaintStatus, Role
from lib.settings import customer_key as keys
from lib.settings.business import CONTACT_DAYS
from lib.settings.customer_key import customer_key, secret_of, trace
from lib.store.live import LiveStore
from lib.store.log_search import LogQuery
from lib.store.opening import open_store
from tests.store.rows import NOON, complaint, inquiry, saving

PHONE, OTHER = "090-1234-5678", "03-1111-2222"
CLOSED = {"status": ComplaintStatus.CLOSED, "closed_at": NOON}
LATER = NOON + timedelta(days=31)
CLERK = Principal("taro@x", "鈴木 太郎", Role.CLERK)


@pytest.fixture
def live(tmp_path, monkeypatch):
    monkeypatch.setenv("MIMAMORI_NOW", LATER.isoformat())
    store = open_store(f"sqlite:///{tmp_path / 'store.db'}", data=tmp_path)
    yield LiveStore(store, every_seconds=0.0)
    store.close()


def put(live, *rows):
    live.for_user(SYSTEM).commit(saving(*rows))


def stands(live, key="K-1", name="contact"):
    return live.for_user(SYSTEM).frame("complaints")[name][key]


# When the time is over ----------------------------------------------------------


def test_thirty_days_after_closing_only_a_trace_and_the_key_are_left(live, tmp_path):
    put(
        live,
        complaint("K-1", contact=PHONE, **CLOSED),
        complaint("K-2", contact=PHONE, status=ComplaintStatus.WORKING),
        complaint("K-3", contact=PHONE, status=ComplaintStatus.CANCELLED),
        complaint("K-4", contact="", **CLOSED),
        complaint("K-5", contact=OTHER, **(CLOSED | {"closed_at": LATER})),
    )

    done = contacts.tend(live, tmp_path, LATER)

    assert done == contacts.Done(changed=2)
    shown = live.for_user(SYSTEM).frame("complaints")["contact"].tolist()
    assert shown == ["…5678", PHONE, "…5678", "", OTHER]
    assert stands(live, name="customer_key") == customer_key(PHONE, secret_of(tmp_path))
    log = live.audit("complaints", "K-1")
    told = log[log["field_name"] == "contact"].iloc[-1]
    assert (told["before"], told["after"]) == ("", CHANGED)
    assert told["reason"] == contacts.TIME_IS_OVER
    assert PHONE not in log.to_csv()


def test_the_second_time_nothing_is_left_to_do(live, tmp_path):
    put(live, complaint("K-1", contact=PHONE, **CLOSED))
    contacts.tend(live, tmp_path, LATER)
    version = stands(live, name="version")

    assert contacts.tend(live, tmp_path, LATER) == contacts.Done()
    assert stands(live, name="version") == version


def test_the_company_decides_how_long(live, tmp_path):
    longer = Setting(
        group=CONTACT_DAYS.group,
        name=CONTACT_DAYS.name,
        effective_from=NOON.date(),
        value="60",
    )
    put(live, longer, complaint("K-1", contact=PHONE, **CLOSED))

    assert contacts.tend(live, tmp_path, LATER) == contacts.Done()
    assert contacts.tend(live, tmp_path, NOON + timedelta(days=61)).changed == 1


def test_two_processes_do_it_once(live, tmp_path):
    put(live, *(complaint(f"K-{n}", contact=PHONE, **CLOSED) for n in range(30)))
    start = threading.Barrier(2)
    done = []

    def work():
        own = open_store(f"sqlite:///{tmp_path / 'store.db'}", data=tmp_path)
        start.wait()
        done.append(contacts.tend(LiveStore(own), tmp_path, LATER).changed)
        own.close()

    both = [threading.Thread(target=work) for _each in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join()

    live.refreshed()
    assert sorted(done) == [0, 30]
    assert set(live.for_user(SYSTEM).frame("complaints")["version"]) == {2}


def test_a_row_that_somebody_changes_meanwhile_holds_up_no_other(live):
    put(
        live,
        complaint("K-1", contact=PHONE, **CLOSED),
        complaint("K-2", contact=PHONE, **CLOSED),
    )
    found = contacts.over(live.for_user(SYSTEM), LATER, b"s" * 32)
    stale = replace(found[0], base={**found[0].base, "contact": OTHER})

    done = contacts.write(live, [stale, found[1]], LATER, contacts.TIME_IS_OVER)

    assert done == contacts.Done(changed=1, refused=1)
    assert (stands(live, "K-1"), stands(live, "K-2")) == (PHONE, "…5678")


@pytest.mark.parametrize(
    ("contact", "left"),
    [
        (PHONE, "…5678"),
        ("taro@gmail.com", "t…@gmail.com"),
        ("taro@yamada-shoten.jp", "t…@…"),
        ("090 1234 5678 taro@yamada-shoten.jp", "…5678 t…@…"),
    ],
)
def test_of_a_contact_no_more_is_left_than_tells_callers_apart(contact, left):
    assert trace(contact) == left
    assert trace(left) == left


# A new key ----------------------------------------------------------------------


def filled(live, data):
    secret = secret_of(data)
    known, other = customer_key(PHONE, secret), customer_key(OTHER, secret)
    put(
        live,
        complaint("K-1", contact=PHONE, customer_key=known),
        complaint("K-2", contact="…5678", customer_key=known, **CLOSED),
        complaint("K-3", contact="…2222", customer_key=other, **CLOSED),
        inquiry("G-1", customer_key=other),
    )
    return secret


def test_a_new_key_counts_wherever_the_customer_is_still_known(live, tmp_path):
    old = filled(live, tmp_path)

    done = contacts.rotate(live, tmp_path, LATER)

    new = secret_of(tmp_path)
    assert (done, new == old, new.former) == (contacts.Done(2), False, (bytes(old),))
    today = customer_key(PHONE, new)
    assert stands(live, "K-1", "customer_key") == today
    assert stands(live, "K-2", "customer_key") == today
    assert stands(live, "K-3", "customer_key") == customer_key(OTHER, old)


def test_a_new_key_is_told_in_the_log_even_where_no_row_changes(live, tmp_path):
    assert contacts.rotate(live, tmp_path, LATER) == contacts.Done()

    (row,) = live.search_log(LogQuery()).rows.itertuples()
    assert (row.field_name, row.at) == (contacts.ROTATED, LATER)


def test_the_log_never_holds_a_key_of_a_customer(live, tmp_path):
    known = customer_key(PHONE, filled(live, tmp_path))

    contacts.rotate(live, tmp_path, LATER)

    log = live.for_user(SYSTEM).audit("complaints", "K-1")
    row = log[log["field_name"] == "customer_key"].iloc[-1]
    assert (row["before"], row["after"]) == ("", CHANGED)
    assert known not in log.to_csv()
    assert stands(live, "K-1", "customer_key") not in log.to_csv()


def test_who_is_known_by_an_old_key_only_is_found_when_they_call(live, tmp_path):
    filled(live, tmp_path)
    contacts.rotate(live, tmp_path, LATER)
    secret = secret_of(tmp_path)

    entry = Entry(id="K-9", received_at=LATER, who=OTHER, content="再び")
    found = preview(live.for_user(CLERK), entry, now=LATER, secret=secret)

    assert found.earlier_ids == ("K-3",)
    assert found.complaint.customer_key == customer_key(OTHER, secret)
    put(
        live, complaint("K-4", contact=OTHER, customer_key=found.complaint.customer_key)
    )
    assert contacts.tend(live, tmp_path, LATER).changed == 2  # K-3 and G-1
    assert stands(live, "K-3", "customer_key") == stands(live, "K-4", "customer_key")


@pytest.mark.parametrize("fails_at", ["_keep_former", "_write"])
def test_a_rotation_that_is_stopped_loses_no_key(live, tmp_path, monkeypatch, fails_at):
    old = filled(live, tmp_path)
    real = keys._write

    def failing(path, text):
        if fails_at == "_keep_former" or path.name == "customer.key":
            raise StoreUnavailable
        real(path, text)

    monkeypatch.setattr(keys, "_write", failing)
    with pytest.raises(StoreUnavailable):
        contacts.rotate(live, tmp_path, LATER)

    assert secret_of(tmp_path) == old
    assert stands(live, "K-1", "customer_key") == customer_key(PHONE, old)


def test_what_a_stopped_rotation_left_is_done_by_the_next_round(live, tmp_path):
    filled(live, tmp_path)
    new = keys.replace_key(tmp_path, LATER)

    contacts.tend(live, tmp_path, LATER)

    assert stands(live, "K-1", "customer_key") == customer_key(PHONE, new)


def test_a_former_key_goes_with_the_last_row_that_may_need_it(live, tmp_path):
    filled(live, tmp_path)
    contacts.rotate(live, tmp_path, LATER)
    assert contacts.tend(live, tmp_path, LATER) == contacts.Done()
    assert secret_of(tmp_path).former

    desk = live.for_user(SYSTEM)
    for code, key in (
        ("complaints", "K-2"),
        ("complaints", "K-3"),
        ("agency_inquiries", "G-1"),
    ):
        known = desk.frame(code)["customer_key"][key]
        blank = contacts.Change(
            code, key, {"customer_key": known}, {"customer_key": ""}
        )
        contacts.write(live, [blank], LATER, new_commit_id())
    contacts.tend(live, tmp_path, LATER)

    assert secret_of(tmp_path).former == ()
