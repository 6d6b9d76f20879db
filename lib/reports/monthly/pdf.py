"""A monthly report as PDF: A4, fonts embedded, its charts drawn as lines."""

from __future__ import annotations

import json
import threading
from dataclasses import asdict
from datetime import UTC
from pathlib import Path
from typing import Any, Final

import typst

from lib.i18n import _, speaking
from lib.metrics.state import State
from lib.reports.dossier.pdf import fonts
from lib.reports.monthly.drawing import drawn
from lib.reports.monthly.model import (
    Block,
    Cell,
    Chart,
    Document,
    Figures,
    Grid,
    Items,
    Text,
    Tile,
    Tiles,
    Warned,
    Written,
)
from lib.reports.monthly.wording import SHAPES

LAYOUT: Final = Path(__file__).with_name("layout.typ")

_one_at_a_time = threading.Lock()
"""The typesetter takes both cores for the length of a document."""


def to_pdf(document: Document) -> bytes:
    """Return the report as a tagged PDF whose fonts are embedded as subsets."""
    with speaking(document.language):
        inputs = {"report": json.dumps(_plain(document), ensure_ascii=False)}
    with _one_at_a_time:
        return typst.compile(
            LAYOUT.read_bytes(),
            font_paths=fonts(),
            sys_inputs=inputs,
            timestamp=document.made_at.astimezone(UTC),
        )


def _plain(document: Document) -> dict[str, Any]:
    return {
        "lang": document.language,
        "title": document.title,
        "subject": document.subject,
        "company": document.company,
        "author": document.company or "Mimamori",
        "head": document.head,
        "chips": document.chips,
        "secrecy": document.secrecy,
        "notes": document.notes,
        "words": {
            "figure": _("指標"),
            "value": _("実績"),
            "before": _("前月"),
            "target": _("目標"),
            "lamp": _("判定"),
            "variant": _("方式"),
        },
        "sections": [
            {"title": section.title, "blocks": [_block(b) for b in section.blocks]}
            for section in document.sections
        ],
    }


def _block(block: Block) -> dict[str, Any]:
    match block:
        case Tiles(tiles):
            return {"kind": "tiles", "tiles": [_tile(tile) for tile in tiles]}
        case Figures(rows):
            return {
                "kind": "figures",
                "rows": [
                    {
                        "name": row.name,
                        "value": _cell(row.value),
                        "before": _cell(row.before),
                        "target": _cell(row.target),
                        "lamp": _state(row.lamp),
                        "variant": row.variant,
                        "small": [row.formula, *row.notes],
                    }
                    for row in rows
                ],
            }
        case Grid(columns, rows, nothing):
            return {
                "kind": "grid",
                "columns": [asdict(column) for column in columns],
                "rows": [[_cell(cell) for cell in row] for row in rows],
                "nothing": nothing,
            }
        case Text(lines, strong, quiet):
            return {"kind": "text", "lines": lines, "strong": strong, "quiet": quiet}
        case Items(texts, numbered):
            return {"kind": "items", "texts": texts, "numbered": numbered}
        case Warned(state, text):
            return {"kind": "warned", "state": _state(state), "text": text}
        case Written(text):
            return {"kind": "written", "text": text}
        case Chart():
            return _chart(block)


def _tile(tile: Tile) -> dict[str, Any]:
    return {
        "name": tile.name,
        "text": tile.text,
        "state": _state(tile.state),
        "small": [words for words in (tile.target, tile.change) if words],
    }


def _cell(cell: Cell) -> dict[str, Any]:
    return {"text": cell.text, "quiet": cell.quiet, "state": _state(cell.state)}


def _state(state: State | None) -> dict[str, str] | None:
    if state is None:
        return None
    return {"code": state.code, "text": f"{SHAPES[state]} {_(state.value)}"}


def _chart(chart: Chart) -> dict[str, Any]:
    return {
        "kind": "chart",
        "title": chart.title,
        "name": chart.name,
        "target": chart.target_name,
        "bars": chart.bars,
        "drawing": asdict(drawn(chart)),
        "marks": [{"number": m.number, "text": m.text} for m in chart.marks],
        "legend": chart.legend,
    }
