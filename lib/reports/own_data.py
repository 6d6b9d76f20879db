"""What is held about a person, as a file for that person: a workbook or a PDF."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import pandas as pd

from lib.i18n import N_, Language, translate
from lib.reports.dossier.pdf import typeset
from lib.reports.export import to_xlsx
from lib.schema.cells import cell_text
from lib.schema.frames import standing_value
from lib.schema.tables import Table
from lib.schema.vocab import Choice

TITLE: Final = N_("ご本人の情報")

NOTES: Final = (
    N_("ご本人の求めにより、当社が記録している情報をお渡しするものです。"),
    N_("当社の担当者は役割で示し、ほかの方の連絡先と名前は「…」にしています。"),
)


@dataclass(frozen=True, slots=True)
class OwnData:
    """The rows to hand over, by table, with what each table is kept for."""

    frames: Mapping[Table, pd.DataFrame]
    purposes: Mapping[str, str]
    company: str
    made_at: datetime


def as_xlsx(own: OwnData, language: Language) -> bytes:
    """Return a workbook with a sheet a table; nothing in it can run."""
    return to_xlsx(own.frames, language=language, unmasked=True)


def as_pdf(own: OwnData, language: Language) -> bytes:
    """Return the same as a PDF to be printed; blank fields are left out."""

    def say(text: str) -> str:
        return translate(text, language)

    at = own.made_at
    made_on = f"{at.year}年{at.month}月{at.day}日 {at:%H:%M}"
    sections = []
    for place, (table, frame) in enumerate(own.frames.items(), start=1):
        purpose = say(N_("利用目的: {purpose}")).format(
            purpose=say(own.purposes[table.code])
        )
        blocks: list[dict[str, Any]] = [{"kind": "items", "texts": [purpose]}]
        blocks += [_row(table, frame, at, language) for at in range(len(frame))]
        sections.append({"title": f"{place}. {say(table.tab)}", "blocks": blocks})
    return typeset(
        {
            "title": say(TITLE),
            "number": "",
            "subject": say(N_("記録している情報")),
            "to": "",
            "honorific": "",
            "company": own.company,
            "address": "",
            "author": own.company or "見守り",
            "made_by": "",
            "made_on": made_on,
            "draft": False,
            "masked": False,
            "notes": [say(note) for note in NOTES],
            "sections": sections,
        },
        at,
    )


def _row(
    table: Table, frame: pd.DataFrame, at: int, language: Language
) -> dict[str, Any]:
    pairs = []
    for field in table.fields:
        if field.name not in frame.columns:
            continue
        value = standing_value(field, frame[field.name].iloc[at])
        if isinstance(value, Choice):
            text = translate(value.value, language)
        else:
            text = str(cell_text(field, value)) if value not in (None, "", ()) else ""
        if text:
            told = {"text": text, "missing": False, "strong": False}
            pairs.append([translate(field.label, language), told])
    return {"kind": "pairs", "beside": False, "pairs": pairs}
