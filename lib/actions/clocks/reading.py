"""What a screen needs to know of a clock beside its line: rule, pair, maker, course."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from lib import clock
from lib.actions.clocks.changing import case_of
from lib.actions.clocks.proposing import (
    DEADLINES,
    Case,
    pairs_of,
    product_of,
    rules_of,
)
from lib.actions.clocks.running import everything_that_can_run_out
from lib.errors import NotAllowed
from lib.metrics.pairs import Pair
from lib.metrics.running_out import Line, Origin
from lib.schema.activity import Activity
from lib.schema.complaint import Complaint
from lib.schema.deadline import Deadline
from lib.schema.frames import standing
from lib.schema.masters import Product
from lib.schema.tables import table
from lib.schema.vocab import Flag
from lib.settings.clock_rules import LIKE_CASES, ClockRule, Party, rule_of
from lib.store.access import UserStore

_OF_MAKERS = frozenset(p.value for p in (Party.MAKER, Party.IMPORTER, Party.NOTIFIER))


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of one clock.

    rule: as it counted when the clock began; None for one that is known no more.
    pair: the two like cases, where they are why it began. product: of the case, where
    the master knows it; lacks_maker: whether nobody wrote who makes it though they owe
    the report. steps: what was done with the clock, the newest first.
    """

    clock: Deadline
    rule: ClockRule | None
    pair: Pair | None
    product: Product | None
    lacks_maker: bool
    steps: tuple[Activity, ...]


def whom_about(desk: UserStore) -> Mapping[str, str]:
    """Return by number what each inquiry, complaint and crisis is called.

    The agency of an inquiry, the everyday word of a complaint (申出の種類), the title of
    a crisis; never a customer's name. What has none is not in it.
    """

    def made() -> dict[str, str]:
        names = {
            "complaints": "claim_type",
            "agency_inquiries": "agency_name",
            "crises": "title",
        }
        found = (desk.frame(code)[column] for code, column in names.items())
        return {
            str(number): str(name)
            for column in found
            for number, name in column.items()
            if name
        }

    return desk.derived("whom deadlines are about", made)


def known(desk: UserStore, line: Line) -> Known:
    """Return what is known of the clock of a line.

    Raises:
        NotAllowed: it is not there, or not this person's.
    """
    return desk.derived(("clock", line.key), lambda: _known(desk, line))


def _known(desk: UserStore, line: Line) -> Known:
    if line.origin is not Origin.CLOCK:
        raise NotAllowed
    seen = cast("Deadline", desk.record(DEADLINES, line.key))
    began = clock.in_tokyo(seen.started_at).date()
    product = _product(desk, seen.case_id)
    return Known(
        seen,
        rule_of(rules_of(desk, began), seen.rule_code),
        pair_of(desk, seen),
        product,
        _is_owed_by_maker(line) and lacks_maker(product),
        _steps(desk, seen),
    )


def pair_of(desk: UserStore, seen: Deadline) -> Pair | None:
    """Return the like cases because of which a clock began; None where it has others."""
    if seen.rule_code != LIKE_CASES:
        return None
    mine = [pair for pair in pairs_of(desk) if pair.later == seen.case_id]
    return mine[0] if mine else None


def _product(desk: UserStore, case_id: str) -> Product | None:
    try:
        typed = case_of(desk, case_id).product_code
    except NotAllowed:
        return None
    return product_of(desk, typed) if typed else None


def _is_owed_by_maker(line: Line) -> bool:
    return line.is_running and line.party in _OF_MAKERS


def lacks_maker(product: Product | None) -> bool:
    """Whether a known product of others says nowhere who makes it."""
    return (
        product is not None
        and product.own_make is not Flag.YES
        and not product.maker.strip()
    )


def _steps(desk: UserStore, seen: Deadline) -> tuple[Activity, ...]:
    rows = desk.frame("activities")
    own = rows[
        (rows["case_id"] == seen.case_id)
        & rows["content"].str.contains(seen.rule_code, regex=False, na=False)
    ].sort_values("at", ascending=False, kind="stable")
    return tuple(cast("Iterable[Activity]", standing(table("activities"), own)))


def case_seen(desk: UserStore, case_id: str) -> Case | None:
    """Return the case of a clock; None where it is not this person's."""
    return desk.derived(("case of clocks", case_id), lambda: _case(desk, case_id))


def _case(desk: UserStore, case_id: str) -> Case | None:
    try:
        return case_of(desk, case_id)
    except NotAllowed:
        return None


@dataclass(frozen=True, slots=True)
class LikeCases:
    """A pair with both of its cases. product: its name. has_clock: whether one began."""

    pair: Pair
    later: Complaint
    earlier: Complaint
    product: str
    has_clock: bool


def like_cases(desk: UserStore) -> tuple[LikeCases, ...]:
    """Return every pair of like cases, the newest first."""
    return desk.derived(("pairs with cases",), lambda: tuple(_like_cases(desk)))


def _like_cases(desk: UserStore) -> Iterable[LikeCases]:
    rows = desk.frame(DEADLINES)
    counted = set(rows.loc[rows["rule_code"] == LIKE_CASES, "case_id"])
    for pair in reversed(pairs_of(desk)):
        product = product_of(desk, pair.product)
        yield LikeCases(
            pair,
            cast("Complaint", desk.record("complaints", pair.later)),
            cast("Complaint", desk.record("complaints", pair.earlier)),
            product.name if product else pair.product,
            pair.later in counted,
        )


def without_maker(desk: UserStore, now: datetime) -> tuple[Product, ...]:
    """Return the products of running clocks of which nobody wrote who makes them."""

    def made() -> tuple[Product, ...]:
        lines = everything_that_can_run_out(desk, now)
        owed = {line.case_id for line in lines if _is_owed_by_maker(line)}
        products = (_product(desk, case_id) for case_id in sorted(owed))
        found = {p.code: p for p in products if p is not None and lacks_maker(p)}
        return tuple(found.values())

    return desk.derived(("products without maker", now.date()), made)
