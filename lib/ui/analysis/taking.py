"""A view as a file: picture (PNG, SVG) or table (CSV, Excel), made when it is asked for."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from lib import clock
from lib.charts import picture
from lib.i18n import _
from lib.reports.export import FormColumn, to_form_csv, to_form_xlsx
from lib.store.access import UserStore
from lib.ui import context
from lib.ui.analysis import narrowing
from lib.ui.analysis.address import Here, days_text
from lib.ui.analysis.shown import Column, Shown
from lib.ui.download import file_button
from lib.ui.ledger import XLSX


def panel(desk: UserStore, at: Here, shown: Shown) -> None:
    """Draw the box with the four files; they hold counts only, no customer's data."""
    opened = st.popover(
        _("書き出す"),
        icon=":material/download:",
        key=f"analysis.take.{at.view.code}",
        on_change="rerun",
    )
    if not opened.open:
        return
    said = narrowing.said(desk, at)
    columns = columns_of(at, shown, said)
    with opened:
        for label, ending, mime, make in (
            (_("図(PNG)"), "png", "image/png", _picture(at, shown, said, picture.png)),
            (
                _("図(SVG)"),
                "svg",
                "image/svg+xml",
                _picture(at, shown, said, picture.svg),
            ),
            (_("表(CSV)"), "csv", "text/csv", _csv(columns)),
            (_("表(Excel)"), "xlsx", XLSX, _xlsx(shown.title, columns)),
        ):
            file_button(
                label,
                make,
                name=file_name(at, shown, ending),
                mime=mime,
                key=f"analysis.take.{ending}",
                width="stretch",
            )


def file_name(at: Here, shown: Shown, ending: str) -> str:
    """Return the name of a file: view, filters and days, all as codes."""
    first, last = shown.days or (at.chosen.first, at.chosen.last)
    parts = (
        "mimamori",
        at.view.code,
        shown.name,
        *narrowing.codes(at),
        f"{first:%Y%m%d}-{last:%Y%m%d}",
    )
    return f"{'-'.join(parts)}.{ending}"


def columns_of(at: Here, shown: Shown, said: str) -> list[FormColumn]:
    """Return the table as files take it; each row says which days and cases it counts.

    Lines above the header would say it too, but no other program could read the file.
    """
    told = (
        Column(_("期間"), [days_text(at, shown.days)] * shown.count),
        Column(_("絞り込み"), [said] * shown.count),
    )
    return [column.in_file() for column in (*shown.table, *told)]


def _picture(
    at: Here, shown: Shown, said: str, draw: Callable[..., bytes]
) -> Callable[[], bytes]:
    spec = shown.spec or {}
    about = _("{days} · {now}現在").format(
        days=days_text(at, shown.days), now=f"{clock.now():%H:%M}"
    )
    lines = [line for line in (about, said, *shown.notes) if line]
    return lambda: draw(spec, title=shown.title, about=lines)


def _csv(columns: list[FormColumn]) -> Callable[[], bytes]:
    language = context.language()
    return lambda: to_form_csv(columns, language=language)


def _xlsx(name: str, columns: list[FormColumn]) -> Callable[[], bytes]:
    language = context.language()
    return lambda: to_form_xlsx(name, columns, language=language)
