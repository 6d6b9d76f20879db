"""An act of 操作ログ in one sentence, in the person's language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from lib.actions.log_reading import Act, Line
from lib.actions.searching import case_code, slug
from lib.i18n import N_, _
from lib.schema.audit import (
    AT_THE_DOOR,
    CREATED,
    INVITATION_VOID,
    INVITED,
    ROLE_CONFIRMED,
    ROLE_HELD_BACK,
)
from lib.schema.column import Field
from lib.schema.frames import JOINER
from lib.schema.tables import KEY_SEPARATOR, TABLES
from lib.schema.vocab import AuditRoute
from lib.text import one_line
from lib.ui import format as fmt

LONGEST: Final = 28
"""Letters of a value in a sentence; the whole stands in the detail."""
_TOLD: Final = 2
"""Changes that a sentence tells with what stood before."""
_NAMED: Final = 3
"""Fields that a sentence names before it counts."""

OTHERS: Final = (
    N_("(書き出し)"),
    N_("(削除)"),
    N_("(匿名化)"),
    N_("(ログの違いを承知)"),
)
"""What else may stand for a field."""

_TO_SOMEBODY: Final = (INVITED, INVITATION_VOID, ROLE_CONFIRMED, ROLE_HELD_BACK)
"""What one person does to another at the door, so that both are to be named."""

_TABLES: Final = {table.code: table for table in TABLES}

BY_ROUTE: Final = {
    AuditRoute.APP: N_("アプリ"),
    AuditRoute.SHEET_SEEN: N_("シート"),
    AuditRoute.IMPORT: N_("取込"),
    AuditRoute.SAMPLE: N_("サンプル"),
    AuditRoute.SIGN_IN: N_("サインイン"),
}


def route(word: str) -> str:
    """Return where an act came from; a word nobody knows as it stands."""
    known = AuditRoute.from_text(word)
    return _(BY_ROUTE[known]) if known else word


def table_name(code: str) -> str:
    """Return what people call a table; the code of one that is no more."""
    table = _TABLES.get(code)
    return _(table.tab) if table else code


def field_name(line: Line) -> str:
    """Return what people call a field, or what happened where no field changed."""
    spec = _spec(line)
    return _(spec.label) if spec else _without_brackets(_known(line.field))


def value(line: Line, text: str) -> str:
    """Return a logged value as one reads it: words of a vocabulary are translated."""
    if not text:
        return fmt.NOTHING
    spec = _spec(line)
    if spec is None:
        return _known(text) if line.field in AT_THE_DOOR else text
    if spec.choices:
        return fmt.listed(_(word) for word in text.split(JOINER))
    # Of what leads to a person the log says only that it changed.
    return text if spec.logged_by_value else _(text)


def subject(table: str, key: str) -> str:
    """Return "苦情台帳 K-…"; of a row without number the table alone."""
    return f"{table_name(table)} {key.replace(KEY_SEPARATOR, ' ')}".strip()


def sentence(act: Act) -> str:
    """Return who did what to which record, on one line."""
    first, records = act.lines[0], act.records
    about = subject(first.table, first.key)
    if len(records) > 1:
        return _("{who}: {about} ほか{count}件 — {what}").format(
            who=act.actor,
            about=about,
            count=fmt.number(len(records) - 1),
            what=_what(act.lines, first),
        )
    if first.field in AT_THE_DOOR:
        return _at_the_door(act, first)
    return _("{who}: {about} — {what}").format(
        who=act.actor, about=about, what=_what(act.lines, first)
    )


def _what(lines: tuple[Line, ...], first: Line) -> str:
    own = [ln for ln in lines if (ln.table, ln.key) == (first.table, first.key)]
    if any(line.field == CREATED for line in own):
        return _("新しく記録")
    if len(own) <= _TOLD:
        return fmt.listed(map(change, own))
    names = fmt.listed(field_name(line) for line in own[:_NAMED])
    if len(own) > _NAMED:
        names = _("{names} ほか{count}項目").format(
            names=names, count=fmt.number(len(own) - _NAMED)
        )
    return _("{names} を変更").format(names=names)


def change(line: Line) -> str:
    """Return "状態: 対応中 → 完了", or what happened where no field changed."""
    name = field_name(line)
    if _spec(line) is None:
        return f"{name} {one_line(line.after or line.before, LONGEST)}".strip()
    if not line.before:
        return f"{name}: {one_line(value(line, line.after), LONGEST)}"
    before = one_line(value(line, line.before), LONGEST)
    after = one_line(value(line, line.after), LONGEST)
    return f"{name}: {before} → {after}"


def _at_the_door(act: Act, line: Line) -> str:
    what = field_name(line)
    details = [_known(line.after), line.reason]
    if line.table != "members":
        details.insert(0, subject(line.table, line.key))
    elif line.field in _TO_SOMEBODY:
        details.insert(0, line.key)
    said = fmt.listed(part for part in details if part)
    return f"{act.actor}: {what} ({said})" if said else f"{act.actor}: {what}"


def _spec(line: Line) -> Field | None:
    table = _TABLES.get(line.table)
    fields = {spec.name: spec for spec in table.fields} if table else {}
    return fields.get(line.field)


def _known(text: str) -> str:
    return _(text) if text else ""


def _without_brackets(text: str) -> str:
    return text.removeprefix("(").removesuffix(")")


# Where a record is opened -------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Way:
    """A page, and what its address says."""

    page: str
    query: Mapping[str, str]


_BY_NUMBER: Final = {
    "complaints": ("ledger", "case"),
    "agency_inquiries": ("inquiries", "inquiry"),
    "crises": ("crisis", "crisis"),
    "alarms": ("risk", "alarm"),
    "documents": ("documents", "document"),
}
_BY_PAGE: Final = {
    "members": "members",
    "centres": "centres",
    "products": "products",
    "settings": "settings",
    "deadlines": "deadlines",
    "page_checks": "page_checks",
    "inspections": "inspections",
    "trainings": "people",
    "notices": "notices",
}


def page_of(table: str, key: str) -> Way | None:
    """Return where a record is opened; None for one that has no page of its own."""
    if not key:
        return None
    if table in _BY_NUMBER:
        page, name = _BY_NUMBER[table]
        return Way(page, {name: case_code(key)})
    if table == "kpi_days":
        day, _separator, centre = key.partition(KEY_SEPARATOR)
        return Way("kpi_entry", {"centre": slug(centre), "date": day})
    page = _BY_PAGE.get(table, "")
    return Way(page, {}) if page else None
