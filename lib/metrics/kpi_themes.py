"""The figures by what they tell of, in the order in which a page shows them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from lib.i18n import N_
from lib.metrics.deterrence import NEVER_ALONE
from lib.metrics.kpis import Figure, Kpi, figure
from lib.schema.vocab import Choice


class Theme(Choice):
    """What a figure tells of."""

    REACH = N_("つながりやすさ")
    SPEED = N_("速さ")
    WORK = N_("仕事量")
    RETENTION = N_("解約と抑止")
    COMPLAINTS = N_("苦情とセンター")
    ENTRY = N_("入力の状況")


CODES: Final[Mapping[Theme, tuple[str, ...]]] = {
    Theme.REACH: (
        "answer_rate",
        "worst_hour_answer_rate",
        "offered",
        "answered",
        "abandoned",
        "abandonment_rate",
        "short_abandonment_rate",
        "ivr_abandonment_rate",
        "overflow_rate",
    ),
    Theme.SPEED: (
        "service_level",
        "service_level_of_offered",
        "service_level_of_answered",
        "average_wait",
        "first_reply_time",
        "settling_time",
    ),
    Theme.WORK: (
        "average_handling",
        "average_talk",
        "average_hold",
        "average_acw",
        "calls_per_hour",
        "occupancy",
        "utilisation",
        "first_resolution",
        "callback_rate",
        "callbacks_kept",
        "callbacks_undone",
        "mails_received",
        "orders",
        "shipments",
    ),
    Theme.RETENTION: (
        "cancel_requests",
        "retention_offer_rate",
        "retention_success",
        "retention_overall",
        "retention_confirmed_rate",
        "retention_worth",
    ),
    Theme.COMPLAINTS: (
        "complaints",
        "complaint_rate",
        "second_complaint_rate",
        "hostile_seconds",
        "escalation_rate",
        "promises_kept_rate",
        "promises_forgotten",
        "referrals",
        "referral_rate",
        "foreseen_rate",
        "consumer_centre_calls",
    ),
    Theme.ENTRY: ("entered_in_time_rate", "late_days", "missing_days"),
}
"""Every figure of the registry, once."""

OF_COMPANY_ROW: Final = frozenset({"orders", "shipments", "mails_received"})
"""Typed on the row of the company, whatever centre took the calls (product.md 4)."""

_OF_SETTINGS: Final = frozenset({"retention_worth"})
_THEME_OF: Final = {code: theme for theme, codes in CODES.items() for code in codes}


def theme_of(entry: Figure) -> Theme:
    """Return the theme under which a figure stands."""
    return _THEME_OF[entry.code]


def is_of_company(entry: Figure) -> bool:
    """Whether only the whole company has this figure, no centre alone."""
    is_company = isinstance(entry, Kpi) and entry.company
    return is_company or entry.code in OF_COMPANY_ROW


def figures_of_theme(
    theme: Theme, *, of_centre: bool, typed_only: bool = False
) -> tuple[Figure, ...]:
    """Return the figures of a theme that can be told.

    of_centre: only those that a centre alone has. typed_only: only those made of what
        the centre itself types; an outsourced centre sees no ledger of the company, and
        so no figure that may only stand beside what the ledgers tell.
    """
    found = map(figure, CODES[theme])
    return tuple(
        entry
        for entry in found
        if not (of_centre and is_of_company(entry))
        and not (typed_only and _needs_company(entry))
    )


def _needs_company(entry: Figure) -> bool:
    return (
        entry.rows != "kpi_days"
        or is_of_company(entry)
        or entry.code in _OF_SETTINGS
        or entry.code in NEVER_ALONE
    )
