"""A view as a file: picture (PNG, SVG) or table (CSV, Excel), made when it is asked for."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from lib import clock
from lib.charts import picture
from lib.i18n import _
from lib.reports.export import to_form_csv, to_form_xlsx
from lib.ui import context
from lib.ui.analysis.address import Here, days_text
from lib.ui.analysis.shown import Shown
from lib.ui.download import file_button
from lib.ui.ledger import XLSX


def panel(at: Here, shown: Shown) -> None:
    """Draw the box with the four files; they hold counts only, no customer's data."""
    opened = st.popover(
        _("書き出す"),
        icon=":material/download:",
        key=f"analysis.take.{at.view.code}",
        on_change="rerun",
    )
    if not opened.open:
        return
    with opened:
        for label, ending, mime, make in (
            (_("図(PNG)"), "png", "image/png", _picture(at, shown, picture.png)),
            (_("図(SVG)"), "svg", "image/svg+xml", _picture(at, shown, picture.svg)),
            (_("表(CSV)"), "csv", "text/csv", _csv(shown)),
            (_("表(Excel)"), "xlsx", XLSX, _xlsx(shown)),
        ):
            file_button(
                label,
                make,
                name=_name(at, shown, ending),
                mime=mime,
                key=f"analysis.take.{ending}",
                width="stretch",
            )


def _name(at: Here, shown: Shown, ending: str) -> str:
    return (
        f"mimamori-{at.view.code}-{shown.name}-"
        f"{at.chosen.first:%Y%m%d}-{at.chosen.last:%Y%m%d}.{ending}"
    )


def _picture(at: Here, shown: Shown, draw: Callable[..., bytes]) -> Callable[[], bytes]:
    spec = shown.spec or {}
    about = _("{days} · {now}現在").format(
        days=days_text(at), now=f"{clock.now():%H:%M}"
    )
    return lambda: draw(spec, title=shown.title, about=(about, *shown.notes))


def _csv(shown: Shown) -> Callable[[], bytes]:
    columns = [column.in_file() for column in shown.table]
    language = context.language()
    return lambda: to_form_csv(columns, language=language)


def _xlsx(shown: Shown) -> Callable[[], bytes]:
    columns = [column.in_file() for column in shown.table]
    language, name = context.language(), shown.title
    return lambda: to_form_xlsx(name, columns, language=language)
