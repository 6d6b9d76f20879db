"""An agency asks about a complaint that is put away: it is found, and the way back."""

from __future__ import annotations

from datetime import timedelta

import pytest

from lib.actions import archiving
from lib.actions.inquiries import taking
from lib.actions.inquiries.matching import Heard, matches
from lib.errors import ActionRefused, NotAllowed
from lib.schema.principal import SYSTEM, Principal
from lib.schema.vocab import ComplaintStatus, Match, Role
from lib.settings.customer_key import customer_key
from lib.store.archive import IS_ARCHIVED
from tests.actions.inquiries.conftest import NOW, STAFF, TANAKA, once
from tests.builders import complaint, fill

NUMBER, ORDER = "K-230701-AAAAA", "AB-998877"
OLD = NOW - timedelta(days=1240)
KEY = customer_key("090-8317-4629", b"secret")


@pytest.fixture
def boss():
    return next(Principal.of(member) for member in STAFF if member.name == TANAKA)


@pytest.fixture
def brought_back(live, boss, tmp_path):
    """Put the complaint away, and give the function that brings it back."""
    old = {"received_at": OLD, "closed_at": OLD, "status": ComplaintStatus.CLOSED}
    case = complaint(id=NUMBER, order_number=ORDER, customer_key=KEY)
    fill(live.for_user(SYSTEM), case.model_copy(update=old))
    assert archiving.put_away(live, boss, NOW, data=tmp_path).cases == [NUMBER]
    return lambda: archiving.bring_back(live, boss, NOW, [NUMBER], data=tmp_path)


def test_it_is_proposed_by_order_or_customer_and_linked_once_it_is_back(
    live, brought_back, given, sato
):
    one = given(order_number="998877")

    found = [
        matches(sato, Heard(at=NOW, **said))
        for said in ({"order_number": "ＡＢ998877"}, {"keys": (KEY,)})
    ]
    assert [[f.number for f in some] for some in found] == [[NUMBER], [NUMBER]]
    assert [some[0].put_away for some in found] == [OLD, OLD]
    assert matches(sato, Heard(at=OLD - timedelta(days=1), keys=(KEY,))) == ()
    outside = Principal("x@example.jp", "外", role=Role.OUTSOURCED, centre="A")
    assert matches(live.for_user(outside), Heard(at=NOW, keys=(KEY,))) == ()

    with pytest.raises(ActionRefused, match="保管済み") as refused:
        taking.link(sato, one, NUMBER, **once())
    assert refused.value.message == IS_ARCHIVED
    with pytest.raises(NotAllowed):
        taking.link(sato, one, "K-230701-ZZZZZ", **once())

    brought_back()
    sato = live.for_user(sato.principal)
    [back] = matches(sato, Heard(at=NOW, order_number=ORDER))
    assert (back.number, back.put_away) == (NUMBER, None)
    linked = taking.link(sato, one, back.number, **once())
    assert (linked.complaint_id, linked.matched) == (NUMBER, Match.FOUND)
