"""The data dictionary: every field of every table, told from the schema itself.

The page in the app and `docs/data-dictionary.md` show the same rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import astuple, dataclass
from functools import cache
from typing import Final

from lib.i18n import N_, SOURCE, Language, translate
from lib.schema.column import Field, Kind
from lib.schema.record import Stage
from lib.schema.tables import TABLES, Table

HEADERS: Final = (
    N_("表"),
    N_("項目"),
    N_("種類"),
    N_("必須"),
    N_("選択肢"),
    N_("単位"),
    N_("説明"),
    N_("個人情報"),
    N_("コード名"),
)
"""The columns, in the order of `Entry`."""

KINDS: Final[dict[Kind, str]] = {
    "text": N_("文字"),
    "integer": N_("整数"),
    "decimal": N_("小数"),
    "date": N_("日付"),
    "datetime": N_("日時"),
    "choice": N_("選択"),
    "choices": N_("複数選択"),
}

VERBATIM: Final = N_("文字(番号)")
AUTOMATIC: Final = N_("自動")
REQUIRED: Final = N_("必須")
CONDITIONAL: Final = N_("条件つき")
ON_CLOSING: Final = N_("完了・確定のとき")
PERSONAL: Final = N_("個人情報")


@dataclass(frozen=True, slots=True)
class Entry:
    """One field as the dictionary tells it; every text is in the language asked for.

    code: 「table.field」, the name in SQL and in code; the same in every language.
    """

    table: str
    label: str
    kind: str
    required: str
    choices: str
    unit: str
    help: str
    personal: str
    code: str


@cache
def dictionary(language: Language = SOURCE) -> tuple[Entry, ...]:
    """Return every field of every table, in the order of the sheet."""
    return tuple(
        _entry(table, field, language) for table in TABLES for field in table.fields
    )


def as_markdown() -> str:
    """Return the text of `docs/data-dictionary.md`: the words are those of the sheet."""
    return "\n".join([*_introduction(), *_sections()]) + "\n"


def _entry(table: Table, field: Field, language: Language) -> Entry:
    def said(text: str) -> str:
        return translate(text, language)

    return Entry(
        table=said(table.tab),
        label=said(field.label),
        kind=said(VERBATIM if field.column.verbatim else KINDS[field.kind]),
        required=said(_required(table, field)),
        choices=" / ".join(said(choice.value) for choice in field.choices),
        unit=said(field.column.unit),
        help=said(field.column.help),
        personal=said(PERSONAL) if field.column.personal else "",
        code=f"{table.code}.{field.name}",
    )


def _required(table: Table, field: Field) -> str:
    if field.auto:
        return AUTOMATIC
    if field.required:
        return REQUIRED
    stages = {rule.stage for rule in table.record.RULES if rule.field == field.name}
    if Stage.SAVING in stages:
        return CONDITIONAL
    return ON_CLOSING if Stage.CLOSING in stages else ""


def _introduction() -> Iterator[str]:
    yield "# Data dictionary"
    yield ""
    yield "Generated from `lib/schema`; `make dictionary` writes it anew, and a test"
    yield "fails where the two differ. The words are those of the sheet. Code names are"
    yield "the columns of the SQL store."


def _sections() -> Iterator[str]:
    for table in TABLES:
        key = ", ".join(f"`{name}`" for name in table.key)
        yield ""
        yield f"## {table.tab} `{table.code}`"
        yield ""
        yield f"{table.help} Key: {key}."
        yield ""
        yield _line((HEADERS[-1], *HEADERS[1:-1]))
        yield _line("---" for _header in HEADERS[1:])
        for field in table.fields:
            entry = _entry(table, field, SOURCE)
            yield _line((f"`{field.name}`", *astuple(entry)[1:-1]))


def _line(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
