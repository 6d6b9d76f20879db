"""A customer's contact: whole for whoever is in charge, a mask for everybody else."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pandas as pd
import pytest

from lib import clock
from lib.errors import ActionRefused, Conflict, InvalidRecord, NotAllowed
from lib.schema.principal import SYSTEM, Principal
from lib.schema.vocab import ComplaintStatus, Role
from lib.store import contacts
from lib.store.access import REVEALED
from lib.store.contacts import SHOWN_FOR, Column, marks_of
from lib.store.live import LiveStore
from lib.store.opening import open_store
from tests.store.rows import NOON, change, complaint, saving

PHONE, MASK = "090-1234-5678", "…5678"

HANDLER = Principal("taro@x", "鈴木 太郎", Role.CLERK)
RECEIVER = Principal("hanako@x", "佐藤 花子", Role.CLERK)
OTHER = Principal("jiro@x", "高橋 次郎", Role.CLERK)
MANAGER = Principal("sv@x", "上司", Role.MANAGER)
ADMIN = Principal("admin@x", "管理", Role.ADMIN)
VIEWER = Principal("view@x", "閲覧", Role.VIEWER)
LOOKER = replace(HANDLER, key="taro@x as clerk", only_looks=True)
NAMESAKE = Principal("v2@x", HANDLER.name, Role.VIEWER)


@pytest.fixture
def live(tmp_path, monkeypatch):
    monkeypatch.setenv("MIMAMORI_NOW", NOON.isoformat())
    store = open_store(f"sqlite:///{tmp_path / 'store.db'}", data=tmp_path)
    yield LiveStore(store, every_seconds=0.0)
    store.close()


@pytest.fixture
def put(live):
    """Return what puts one complaint in the store and gives its number."""

    def putting(**values):
        shape = {
            "contact": PHONE,
            "handler": HANDLER.name,
            "receiver": RECEIVER.name,
            "status": ComplaintStatus.CHECKING,
        }
        live.for_user(SYSTEM).commit(saving(complaint("K-1", **shape | values)))
        return "K-1"

    return putting


def contact(live, who, key="K-1"):
    return live.for_user(who).record("complaints", key).contact


def why(live, text="折返しの代行", **values):
    return replace(saving(), reason=text, **values)


# Who sees it --------------------------------------------------------------------


@pytest.mark.parametrize("who", [OTHER, MANAGER, ADMIN, RECEIVER, LOOKER])
def test_whoever_is_not_in_charge_gets_a_mask_from_frame_and_record(live, put, who):
    put()

    assert contact(live, who) == MASK
    assert live.for_user(who).frame("complaints")["contact"].tolist() == [MASK]


def test_whoever_is_in_charge_sees_it_whole_and_the_shared_frame_does_not(live, put):
    put()

    assert contact(live, HANDLER) == PHONE
    assert live.for_user(HANDLER).frame("complaints")["contact"].tolist() == [MASK]


@pytest.mark.parametrize("who", [VIEWER, NAMESAKE])
def test_someone_who_only_views_gets_nothing_whatever_the_name(live, put, who):
    put()

    assert contact(live, who) == ""


@pytest.mark.parametrize(
    ("values", "shown"),
    [
        ({"status": ComplaintStatus.RECEIVED}, PHONE),
        ({"handler": ""}, PHONE),
        ({"status": ComplaintStatus.CHECKING}, MASK),
    ],
)
def test_the_receiver_sees_it_until_somebody_else_is_at_it(live, put, values, shown):
    put(**values)

    assert contact(live, RECEIVER) == shown


def test_with_the_case_the_contact_goes_to_the_successor(live, put):
    key = put()
    seen = live.for_user(SYSTEM).record("complaints", key)

    live.for_user(HANDLER).commit(saving(change(seen, handler=OTHER.name)))

    assert (contact(live, OTHER), contact(live, HANDLER)) == (PHONE, MASK)


@pytest.mark.parametrize("who", [OTHER, replace(OTHER, role=Role.OUTSOURCED)])
def test_nobody_opens_it_by_writing_that_they_had_received_the_call(live, put, who):
    seen = live.for_user(SYSTEM).record(
        "complaints", put(status=ComplaintStatus.RECEIVED)
    )

    with pytest.raises(NotAllowed):
        live.for_user(who).commit(saving(change(seen, receiver=who.name)))

    assert contact(live, OTHER) == MASK


def test_a_wrong_receiver_can_be_put_right_by_another(live, put):
    seen = live.for_user(SYSTEM).record("complaints", put())

    live.for_user(OTHER).commit(saving(change(seen, receiver=HANDLER.name)))

    stands = live.for_user(OTHER).record("complaints", seen.id)
    assert stands.receiver == HANDLER.name


@pytest.mark.parametrize(
    "end",
    [
        {"status": ComplaintStatus.CLOSED, "closed_at": NOON},
        {"status": ComplaintStatus.CANCELLED},
    ],
)
def test_thirty_days_after_the_end_nobody_is_in_charge(live, put, monkeypatch, end):
    put(**end)

    def shown_after(days):
        monkeypatch.setenv("MIMAMORI_NOW", (NOON + timedelta(days=days)).isoformat())
        return contact(live, HANDLER)

    assert (shown_after(30), shown_after(31)) == (PHONE, MASK)


# What is shared -----------------------------------------------------------------


def test_what_is_computed_for_everybody_never_holds_it(live, put):
    key = put()
    desk = live.for_user(HANDLER)

    shared = desk.derived("cards", lambda: desk.record("complaints", key).contact)

    assert shared == MASK
    assert desk.record("complaints", key).contact == PHONE
    with pytest.raises(NotAllowed):
        desk.derived("leak", lambda: desk.in_full("complaints"))


def test_a_receipt_and_a_conflict_show_it_to_nobody_else(live, put):
    key = put()
    seen = live.for_user(OTHER).record("complaints", key)
    at = ("complaints", key)

    receipt = live.for_user(OTHER).commit(saving(change(seen, note="済")))
    assert receipt.records[at].contact == MASK

    theirs = live.for_user(HANDLER).record("complaints", key)
    live.for_user(HANDLER).commit(saving(change(theirs, contact="080-9999-0000")))
    with pytest.raises(Conflict) as told:
        live.for_user(OTHER).commit(saving(change(seen, contact="03-1111-2222")))
    (clash,) = told.value.fields
    assert (clash.base, clash.theirs, clash.mine) == (MASK, "…0000", "03-1111-2222")


def test_equal_numbers_have_equal_marks_that_tell_nothing(live, put):
    put(contact="０９０ 1234 5678 Hanako@Example.jp")
    marks = live.for_user(MANAGER).contact_marks()["K-1"].split()

    assert marks == [*marks_of(PHONE).split(), *marks_of("hanako@example.jp").split()]
    assert all(len(mark) == len(marks[0]) and mark.startswith("#") for mark in marks)
    assert live.for_user(VIEWER).contact_marks()["K-1"] == ""


# Writing ------------------------------------------------------------------------


def test_a_mask_is_never_written(live, put):
    key = put()
    seen = live.for_user(MANAGER).record("complaints", key)

    for desk, writing in (
        (live.for_user(HANDLER), change(seen, contact=MASK[:-1] + "9")),
        (live.for_user(HANDLER), change(seen, {"contact": PHONE}, contact=MASK)),
        (live.for_user(MANAGER), complaint("K-2", contact=MASK)),
    ):
        with pytest.raises(InvalidRecord):
            desk.commit(saving(writing))
    assert contact(live, SYSTEM) == PHONE


@pytest.mark.parametrize("typed", [f"{MASK} (夜間)", f"夜間 {MASK}", f"{MASK}、03-1"])
def test_a_mask_with_something_typed_beside_it_is_never_written(live, put, typed):
    key = put()
    seen = live.for_user(OTHER).record("complaints", key)

    with pytest.raises(InvalidRecord):
        live.for_user(OTHER).commit(saving(change(seen, contact=typed)))
    assert contact(live, SYSTEM) == PHONE


def test_what_is_left_of_a_contact_may_get_a_remark(live, put):
    key = put(contact=MASK)
    seen = live.for_user(HANDLER).record("complaints", key)

    live.for_user(HANDLER).commit(saving(change(seen, contact=f"{MASK} (夜間)")))

    assert contact(live, SYSTEM) == f"{MASK} (夜間)"


def test_a_mended_save_with_a_mask_is_refused_before_it_is_sent(live, put, monkeypatch):
    key = put()
    desk = live.for_user(OTHER)
    seen = desk.record("complaints", key)
    monkeypatch.setattr(desk, "_refuse_foreign", lambda _id: None)

    with pytest.raises(InvalidRecord):
        desk.resend("c1", saving(change(seen, contact=f"{MASK} (夜間)")))
    assert contact(live, SYSTEM) == PHONE


def test_a_new_contact_is_saved_by_someone_who_never_saw_the_old_one(live, put):
    key = put()
    seen = live.for_user(OTHER).record("complaints", key)

    live.for_user(OTHER).commit(saving(change(seen, contact="03-1111-2222")))

    assert contact(live, SYSTEM) == "03-1111-2222"


# Showing it for a reason --------------------------------------------------------


@pytest.mark.parametrize("who", [OTHER, MANAGER, ADMIN])
def test_a_reason_shows_it_for_a_while_and_stands_in_the_log(
    live, put, monkeypatch, who
):
    key = put()

    found = live.for_user(who).reveal(key, why(live))

    assert found.contact == PHONE
    assert contact(live, who) == PHONE
    assert contact(live, RECEIVER) == MASK
    log = live.for_user(ADMIN).audit("complaints", key).iloc[-1]
    assert (log["actor"], log["field_name"]) == (who.name, REVEALED)
    assert (log["reason"], log["row_key"]) == ("折返しの代行", key)
    assert "5678" not in log.to_json(force_ascii=False)

    later = NOON + SHOWN_FOR + timedelta(seconds=1)
    monkeypatch.setenv("MIMAMORI_NOW", later.isoformat())
    assert contact(live, who) == MASK


@pytest.mark.parametrize(
    ("who", "error"),
    [(VIEWER, NotAllowed), (NAMESAKE, NotAllowed), (LOOKER, ActionRefused)],
)
def test_who_may_not_see_it_is_refused_and_nothing_is_logged(live, put, who, error):
    key = put()

    with pytest.raises(error):
        live.for_user(who).reveal(key, why(live))

    log = live.for_user(ADMIN).audit("complaints", key)
    assert REVEALED not in log["field_name"].tolist()
    assert not live.for_user(who).may_reveal(key)


def test_without_a_reason_nothing_is_shown(live, put):
    key = put()

    with pytest.raises(InvalidRecord):
        live.for_user(MANAGER).reveal(key, why(live, "　"))

    assert contact(live, MANAGER) == MASK


def test_using_a_contact_is_noted_for_those_who_see_it_only(live, put):
    key = put()

    live.for_user(HANDLER).note_use(key, why(live, ""), "(電話)")
    with pytest.raises(NotAllowed):
        live.for_user(OTHER).note_use(key, why(live, ""), "(電話)")

    log = live.for_user(ADMIN).audit("complaints", key)
    used = log[log["field_name"] == "(電話)"]
    assert used["actor"].tolist() == [HANDLER.name]


# Cost ---------------------------------------------------------------------------


def test_rows_that_stood_before_are_not_masked_anew():
    asked = []
    column = Column(lambda text: asked.append(text) or text.upper())
    frame = pd.DataFrame(
        {"contact": ["a", "b", ""]}, index=["1", "2", "3"], dtype="str"
    )
    column.of(frame)
    asked.clear()

    more = pd.DataFrame(
        {"contact": ["a", "d", "", "c"]}, index=["1", "2", "3", "4"], dtype="str"
    )

    assert column.of(more).tolist() == ["A", "D", "", "C"]
    assert column.of(more) is column.of(more)
    assert asked == ["d", "c"]


def test_the_time_for_which_contacts_stay_is_a_setting(live, put):
    assert (
        contacts.days_kept(live.for_user(SYSTEM).frame("settings"), clock.today()) == 30
    )
