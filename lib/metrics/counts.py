"""The columns of counts: which there are, and what people call them."""

from __future__ import annotations

from typing import Final

from lib.i18n import N_
from lib.schema.tables import table

EVENTS: Final[dict[str, str]] = {
    "complaints": N_("苦情件数"),
    "second_complaints": N_("二次クレーム件数"),
    "hostile_seconds": N_("防ぎようのない二次クレーム件数"),
    "escalations": N_("エスカレーション件数"),
    "referrals": N_("センターからの連絡件数"),
    "referrals_foreseen": N_("先に知っていた連絡件数"),
    "promises_due": N_("期限の来た約束"),
    "promises_kept": N_("期限までに果たした約束"),
    "promises_forgotten": N_("期限を過ぎて果たしていない約束"),
}
"""Counts that come from the ledgers, with their labels."""

ENTRIES: Final[dict[str, str]] = {
    "entry_due": N_("入力を始めてから期限が来た日数"),
    "entry_on_time": N_("期限までに入力した日数"),
    "entry_late": N_("期限に遅れて入力した日数"),
    "entry_missing": N_("未入力の日数"),
}
"""Counts of `entering.entries`, with their labels."""

RETENTION_YEN: Final = "retention_yen"
"""Column of the estimated worth of those who stayed."""

_ESTIMATES: Final = {RETENTION_YEN: N_("継続確認数 × 平均単価 × 平均追加回数")}

TYPED_BEHIND: Final = {RETENTION_YEN: "retention_confirmed"}
"""The typed count from which an estimate is made."""

TYPED: Final[tuple[str, ...]] = tuple(
    field.name
    for field in table("kpi_days").fields
    if field.kind in ("integer", "decimal") and not field.auto
)
"""Counts that people type into 日次KPI."""

METHODS: Final[tuple[str, ...]] = ("answer_rate_method", "utilisation_method")
"""Definitions that each centre chooses for itself."""

SECONDS: Final[tuple[str, ...]] = ("short_abandon_seconds", "service_level_seconds")
"""Borders in seconds that each centre chooses for itself."""


def label_of(column: str) -> str:
    """Return the label of a column of counts, a catalogue key."""
    own = EVENTS.get(column) or ENTRIES.get(column) or _ESTIMATES.get(column)
    return own or table("kpi_days").field(column).label
