"""What a centre takes away from confirmed days: a text to copy, its own form as xlsx."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final

import streamlit as st

from lib import clock
from lib.actions import kpi_days, kpi_forms
from lib.actions.searching import slug
from lib.i18n import _
from lib.reports.kpi_report import as_text, as_xlsx
from lib.schema.kpi_day import KpiDay
from lib.schema.masters import Centre
from lib.schema.principal import SYSTEM
from lib.schema.vocab import Done
from lib.store.access import UserStore
from lib.ui import context
from lib.ui.clipboard import copy_button
from lib.ui.download import file_button

_XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def of_day(desk: UserStore, centre: Centre, record: KpiDay | None) -> None:
    """Offer a confirmed day as text, and its month in the centre's own form."""
    if record is None or record.confirmed is not Done.DONE:
        return
    with st.container(border=True):
        text = as_text(record, centre, context.language())
        st.code(text, language=None, wrap_lines=True)
        copy_button(
            _("日報をコピー"), text, key=f"kpi.copy.{slug(centre.code)}.{record.date}"
        )
        download(desk, centre, record.date)


def download(desk: UserStore, centre: Centre, month: date) -> None:
    """Offer the confirmed days of a month in the centre's own form."""
    language = context.language()
    columns = kpi_forms.report_columns(desk, centre, language)
    system = context.live().for_user(SYSTEM)

    def made() -> bytes:
        now = clock.now()
        days = kpi_days.to_report(desk, centre, month, now)
        kpi_days.note_report(system, desk.principal, centre, month, now)
        return as_xlsx(days, centre, columns, language)

    file_button(
        _("月の日報をExcelで(確定した日)"),
        made,
        name=f"mimamori-daily-{slug(centre.code)}-{month:%Y-%m}.xlsx",
        mime=_XLSX,
        key=f"kpi.report.{slug(centre.code)}.{month:%Y-%m}",
        icon=":material/download:",
        about=_("貼り付けた表の列を覚えているときは、その列の名前と順で出します。"),
    )


def has_confirmed(days: Sequence[kpi_days.MonthDay]) -> bool:
    """Whether a month has a day that can be reported."""
    return any(day.state is kpi_days.DayState.CONFIRMED for day in days)
