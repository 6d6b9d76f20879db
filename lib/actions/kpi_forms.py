"""A centre's own form of its figures: recognised once, remembered, and given back.

委託先 may change no row of 設定, and need not: `remember` is the one verb that writes
there for them, as the system, in the person's name, one row of the own centre, made of
headers and of words that stand in our own lists.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from lib.actions import kpi_days
from lib.actions.business_settings import setting_write
from lib.actions.importing.blocks import Block, Column, ColumnKind
from lib.actions.importing.headers import comparable
from lib.actions.importing.matches import LEFT_OUT, NOTHING_MATCHED, Matches
from lib.actions.permissions import needs
from lib.errors import NotAllowed
from lib.i18n import Language
from lib.metrics import kpis
from lib.reports.kpi_report import ReportColumn, usual_columns
from lib.schema.kpi_day import COMPANY, KpiDay
from lib.schema.masters import Centre, Setting
from lib.schema.principal import Principal
from lib.schema.tables import table
from lib.settings import centre_forms
from lib.settings.centre_forms import NOT_TAKEN, FormColumn
from lib.store.access import UserStore
from lib.store.protocol import Commit

DAYS: Final = table("kpi_days")

_RUN: Final = uuid.UUID("1d6a3b0e-5a38-4d0c-8f0e-8c1f2d7c9a44")


def form_of(store: UserStore, centre: Centre) -> tuple[FormColumn, ...]:
    """Return the remembered form of a centre; () before anything was pasted."""
    return store.derived(
        ("centre form", centre.code),
        lambda: centre_forms.form_in(store.frame("settings"), centre.code),
    )


def matches_of(form: Sequence[FormColumn]) -> Matches:
    """Return a form as what `read_block` goes by."""
    known = [(comparable(c.header), _field_of(c.means)) for c in form]
    named = [(header, name) for header, name in known if header and name]
    return Matches.of_columns(DAYS, named) if named else NOTHING_MATCHED


def form_in(block: Block) -> tuple[FormColumn, ...]:
    """Return the form of a block as it was read, its columns in their order.

    Nothing for a block in which several centres stand side by side: its columns are no
    centre's own.
    """
    if any(column.group for column in block.columns):
        return ()
    found = [
        FormColumn(column.header, means)
        for column in block.columns
        if column.header and (means := _meaning(column))
    ]
    return tuple(found)


@needs("kpis.enter")
def remember(
    system: UserStore,
    who: Principal,
    centre: Centre,
    form: Sequence[FormColumn],
    *,
    now: datetime,
) -> bool:
    """Keep a centre's form in 設定; return whether anything had to be written.

    Args:
        system: the data as the app itself sees them.
        who: in whose name.
        centre: whose form; 委託先 only their own.
        form: what a block was read as.
        now: the day from which the row counts.

    Raises:
        NotAllowed: the person enters no figures of that centre.
        Conflict: somebody else changed the row meanwhile.
    """
    foreign = who.is_outsourced and centre.code != who.centre
    if who.role not in kpi_days.WRITERS or foreign or centre.code in ("", COMPANY):
        raise NotAllowed
    known = {*_LABELS, *_SHARES, NOT_TAKEN}
    kept = tuple(column for column in form if column.means in known)
    if not kept or kept == form_of(system, centre):
        return False
    row = Setting(
        group=centre_forms.GROUP,
        name=centre.code,
        effective_from=now.date(),
        value=centre_forms.written(kept),
        description=centre_forms.DESCRIPTION,
    )
    entry = uuid.uuid5(_RUN, f"{centre.code} {now.isoformat()} {row.value}").hex
    system.commit(Commit(entry, who.name, now, (setting_write(system, row),)))
    return True


def report_columns(
    store: UserStore, centre: Centre, language: Language
) -> tuple[ReportColumn, ...]:
    """Return the centre's own form as its report is made, or the usual one."""
    form = form_of(store, centre)
    own = tuple(
        ReportColumn(c.header, field_named(c.means), share_named(c.means)) for c in form
    )
    return own or usual_columns(centre, language)


def field_named(means: str) -> str:
    """Return the field that a column of a form holds; "" for a share or nothing."""
    return _LABELS.get(means, "")


def share_named(means: str) -> str:
    """Return the code of the KPI that a column of a form shows; "" for a count."""
    return _SHARES.get(means, "")


_LABELS: Final = {field.label: field.name for field in KpiDay.fields()}
_SHARES: Final = {
    entry.name: entry.code for entry in kpis.KPIS if entry.name not in _LABELS
}


def _field_of(means: str) -> str:
    return LEFT_OUT if means == NOT_TAKEN else _LABELS.get(means, "")


def _meaning(column: Column) -> str:
    if column.kind is ColumnKind.FIELD:
        return DAYS.field(column.field).label
    if column.kind is ColumnKind.SHARE:
        return kpis.kpi(column.kpi).name
    return NOT_TAKEN if column.kind is ColumnKind.LEFT_OUT else ""
