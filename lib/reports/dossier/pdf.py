"""A dossier as PDF: A4, Japanese typesetting, its fonts embedded.

The layout is `layout.typ`; the texts reach it as data and are never read as markup.
Noto Sans CJK JP (SIL Open Font License 1.1) comes from packages of its own, so that a
document looks the same on every machine, with or without fonts.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

import typst

from lib.reports.dossier.model import (
    Block,
    Dossier,
    Grid,
    Items,
    Mark,
    Nothing,
    Pairs,
    Prose,
    Value,
)

LAYOUT: Final = Path(__file__).with_name("layout.typ")

FONTS: Final = ("noto_cjk_sans_jp_regular", "noto_cjk_sans_jp_bold")
"""Packages that carry one font file each, and nothing else."""

_one_at_a_time = threading.Lock()
"""The typesetter takes both cores and its memory for the length of a document."""


def to_pdf(dossier: Dossier) -> bytes:
    """Return the dossier as a tagged PDF whose fonts are embedded as subsets."""
    return typeset(_plain(dossier), dossier.made_at)


def typeset(document: Mapping[str, Any], made_at: datetime) -> bytes:
    """Return a document of that shape as a PDF; its texts are data, never markup."""
    inputs = {"dossier": json.dumps(document, ensure_ascii=False)}
    with _one_at_a_time:
        return typst.compile(
            LAYOUT.read_bytes(),
            font_paths=fonts(),
            sys_inputs=inputs,
            timestamp=made_at.astimezone(UTC),
        )


@lru_cache(maxsize=1)
def fonts() -> typst.Fonts:
    """Return our own fonts and no others: not the machine's, nor the typesetter's."""
    return typst.Fonts(
        include_system_fonts=False,
        include_embedded_fonts=False,
        font_paths=[str(files(package)) for package in FONTS],
    )


def _plain(dossier: Dossier) -> dict[str, Any]:
    return {
        "title": dossier.title,
        "number": dossier.number,
        "subject": dossier.subject,
        "to": dossier.to,
        "honorific": dossier.honorific,
        "company": dossier.company,
        "address": dossier.address,
        "author": dossier.company or "見守り",
        "made_by": dossier.made_by,
        "made_on": dossier.made_on,
        "draft": dossier.is_draft,
        "masked": dossier.is_masked,
        "notes": dossier.notes,
        "sections": [
            {
                "title": f"{place}. {section.part.value}",
                "blocks": [_block(block) for block in section.blocks],
            }
            for place, section in enumerate(dossier.sections, start=1)
        ],
    }


def _block(block: Block) -> dict[str, Any]:
    match block:
        case Pairs(pairs, beside):
            return {
                "kind": "pairs",
                "beside": beside,
                "pairs": [[label, _value(value)] for label, value in pairs],
            }
        case Prose(label, text):
            return {"kind": "prose", "label": label, "text": _value(text)}
        case Grid(columns, rows):
            return {
                "kind": "grid",
                "columns": [{"title": c.title, "share": c.share} for c in columns],
                "rows": [[_value(value) for value in row] for row in rows],
            }
        case Items(texts):
            return {"kind": "items", "texts": list(texts)}
        case Mark(text):
            return {"kind": "mark", "text": text}
        case Nothing(text):
            return {"kind": "nothing", "text": text}


def _value(value: Value) -> dict[str, Any]:
    return {"text": value.text, "missing": value.missing, "strong": value.strong}
