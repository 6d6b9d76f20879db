"""Where each figure stands on the page."""

from __future__ import annotations

from collections import Counter

from lib.metrics.deterrence import NEVER_ALONE
from lib.metrics.kpi_themes import CODES, Theme, figures_of_theme, theme_of
from lib.metrics.kpis import FIGURES, figure


def codes(theme: Theme, **limits: bool) -> set[str]:
    wanted = {"of_centre": False} | limits
    return {entry.code for entry in figures_of_theme(theme, **wanted)}


def test_every_figure_stands_under_one_theme():
    placed = Counter(code for some in CODES.values() for code in some)

    assert placed == Counter(entry.code for entry in FIGURES)
    assert all(entry.code in CODES[theme_of(entry)] for entry in FIGURES)


def test_a_centre_alone_has_no_figure_of_the_company():
    assert {"complaint_rate", "referral_rate"} <= codes(Theme.COMPLAINTS)
    assert not {"complaint_rate", "referral_rate"} & codes(
        Theme.COMPLAINTS, of_centre=True
    )
    assert "shipments" not in codes(Theme.WORK, of_centre=True)


def test_who_sees_no_ledger_is_told_only_what_the_centre_types():
    own = {"of_centre": True, "typed_only": True}

    assert codes(Theme.COMPLAINTS, **own) == {"consumer_centre_calls"}
    assert "retention_worth" not in codes(Theme.RETENTION, **own)
    assert codes(Theme.RETENTION, **own) >= {"cancel_requests", "retention_offer_rate"}
    assert not NEVER_ALONE & codes(Theme.RETENTION, **own)
    assert codes(Theme.RETENTION, of_centre=True) >= NEVER_ALONE
    assert codes(Theme.SPEED, **own) == {
        entry.code
        for entry in map(figure, CODES[Theme.SPEED])
        if entry.rows == "kpi_days"
    }
