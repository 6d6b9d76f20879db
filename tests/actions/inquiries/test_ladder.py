"""How far a matter has come: the highest step that anything speaks for."""

from __future__ import annotations

import pytest

from lib.actions.inquiries.ladder import NEXT, Rung, rung_of
from lib.schema.vocab import AgencyKind, ContactKind


@pytest.mark.parametrize(
    ("agency", "contact", "others", "rung"),
    [
        (None, None, 0, Rung.SINGLE),
        (AgencyKind.CONSUMER_CENTRE, ContactKind.CONSULTATION, 0, Rung.SINGLE),
        (AgencyKind.CONSUMER_CENTRE, ContactKind.MEDIATION, 1, Rung.MANY),
        (AgencyKind.PRESS, ContactKind.ENQUIRY, 5, Rung.PUBLIC),
        (AgencyKind.CONSUMER_CENTRE, ContactKind.PRESS, 0, Rung.PUBLIC),
        (AgencyKind.HEALTH_OFFICE, ContactKind.CONSULTATION, 0, Rung.HEARING),
        (AgencyKind.QUALIFIED_GROUP, ContactKind.TERMS_DISCLOSURE, 0, Rung.HEARING),
        (AgencyKind.CONSUMER_AGENCY, ContactKind.COMMITMENT_NOTICE, 0, Rung.ORDER),
        (AgencyKind.QUALIFIED_GROUP, ContactKind.INJUNCTION_DEMAND, 9, Rung.ORDER),
    ],
)
def test_the_highest_step_counts(agency, contact, others, rung):
    assert rung_of(agency, contact, others) is rung


def test_every_step_has_a_place_and_says_what_is_next():
    assert [rung.height for rung in Rung] == [1, 2, 3, 4, 5]
    assert set(NEXT) == set(Rung)
