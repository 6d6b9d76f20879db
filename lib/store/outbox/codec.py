"""Commits and the reasons for which they wait, as text that outlives the process.

JSON with tags, so that each value comes back as the very type it had: a day is not a
text, and a choice not its word. `FORMAT` stands in every text; a program that does not
know it leaves the text alone.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final, cast

from lib import clock
from lib.errors import (
    ActionRefused,
    AppError,
    Conflict,
    FieldConflict,
    FieldProblem,
    InvalidRecord,
    NotAllowed,
)
from lib.schema.column import Field
from lib.schema.record import Record
from lib.schema.tables import table, table_of
from lib.schema.vocab import AuditRoute, Choice, Unlisted
from lib.store.protocol import Commit, Delete, Erase, Insert, Update, Write

FORMAT: Final = 1


class Unreadable(ValueError):
    """The text was written by another version of this program, or is damaged."""


# Commits ------------------------------------------------------------------------


def commit_text(commit: Commit) -> str:
    """Return a commit as text, all of it."""
    return _text(
        {
            "format": FORMAT,
            "id": commit.id,
            "actor": commit.actor,
            "at": commit.at.isoformat(),
            "route": commit.route.value,
            "reason": commit.reason,
            "writes": [_write(write) for write in commit.writes],
        }
    )


def commit_from(text: str) -> Commit:
    """Return the commit that `commit_text` was given.

    Raises:
        Unreadable: it is of another version, or no such text.
    """
    try:
        found = json.loads(text)
        if found["format"] != FORMAT:
            raise Unreadable("format")
        return Commit(
            id=found["id"],
            actor=found["actor"],
            at=clock.in_tokyo(datetime.fromisoformat(found["at"])),
            writes=tuple(_write_from(write) for write in found["writes"]),
            route=AuditRoute(found["route"]),
            reason=found["reason"],
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Unreadable(type(error).__name__) from error


def _write(write: Write) -> dict[str, Any]:
    match write:
        case Insert(record):
            place = table_of(record)
            values = _values(place.code, record.values())
            return {"insert": place.code, "values": values}
        case Update():
            return {
                "update": write.table,
                "key": write.key,
                "base": _values(write.table, write.base),
                "values": _values(write.table, write.values),
            }
        case Delete():
            return {"delete": write.table, "key": write.key}
        case Erase():
            return {
                "erase": write.table,
                "key": write.key,
                "values": dict(write.values),
            }


def _write_from(found: Mapping[str, Any]) -> Write:
    if code := found.get("insert"):
        return Insert(_record(code, found["values"]))
    if code := found.get("update"):
        base, values = (_values_from(code, found[name]) for name in ("base", "values"))
        return Update(code, found["key"], base, values)
    if code := found.get("erase"):
        return Erase(code, found["key"], found["values"])
    return Delete(found["delete"], found["key"])


def _record(code: str, found: Mapping[str, Any]) -> Record:
    # Not validated: it was a record before, and must come back to the letter.
    return table(code).record.model_construct(**_values_from(code, found))


def _values(code: str, values: Mapping[str, Any]) -> dict[str, Any]:
    fields = table(code).record
    return {name: _plain(fields.field(name), v) for name, v in values.items()}


def _values_from(code: str, found: Mapping[str, Any]) -> dict[str, Any]:
    fields = table(code).record
    return {name: _rich(fields.field(name), v) for name, v in found.items()}


def _plain(field: Field, value: Any) -> Any:
    if isinstance(value, datetime):
        return {"moment": value.isoformat()}
    if isinstance(value, date):
        return {"day": value.isoformat()}
    if isinstance(value, (tuple, list)):
        return [_plain(field, part) for part in value]
    if isinstance(value, Choice):
        return {"choice": value.value}
    if isinstance(value, Unlisted):
        return {"unlisted": value.value}
    return value


def _rich(field: Field, found: Any) -> Any:
    match found:
        case {"moment": text}:
            return clock.in_tokyo(datetime.fromisoformat(text))
        case {"day": text}:
            return date.fromisoformat(text)
        case {"choice": word}:
            return cast("Any", field.choice_type)(word)
        case {"unlisted": word}:
            return Unlisted(word)
        case list():
            return tuple(_rich(field, part) for part in found)
        case _:
            return found


# Reasons ------------------------------------------------------------------------


def problem_text(problem: AppError | None) -> str:
    """Return why a commit waits, with both versions of a conflict; "" for nothing."""
    if problem is None:
        return ""
    details = {name: str(value) for name, value in problem.details.items()}
    found: dict[str, Any] = {"message": problem.message, "details": details}
    match problem:
        case Conflict():
            found |= {
                "kind": "conflict",
                "table": problem.table,
                "key": problem.key,
                "theirs": _values(problem.table, problem.theirs),
                "fields": [_clash(clash) for clash in problem.fields],
            }
        case InvalidRecord():
            found |= {
                "kind": "invalid",
                "problems": [[p.field, p.message] for p in problem.problems],
            }
        case NotAllowed():
            found["kind"] = "not allowed"
    return _text({"format": FORMAT, **found})


def problem_from(text: str) -> AppError | None:
    """Return the error that `problem_text` was given, as far as a person is told it.

    An error whose class says no more than its message comes back as `ActionRefused`;
    one that cannot be read as None.
    """
    if not text:
        return None
    try:
        return _problem(json.loads(text))
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def _problem(found: Mapping[str, Any]) -> AppError:
    match found.get("kind"):
        case "conflict":
            return Conflict(
                found["table"],
                found["key"],
                fields=[_clash_from(clash) for clash in found["fields"]],
                theirs=_values_from(found["table"], found["theirs"]),
            )
        case "invalid":
            return InvalidRecord([FieldProblem(f, m) for f, m in found["problems"]])
        case "not allowed":
            return NotAllowed()
        case _:
            return ActionRefused(found["message"], **found["details"])


def _clash(clash: FieldConflict) -> dict[str, Any]:
    kind = table(clash.table).field(clash.field)
    sides = {"base": clash.base, "theirs": clash.theirs, "mine": clash.mine}
    return {
        "table": clash.table,
        "key": clash.key,
        "field": clash.field,
        **{side: _plain(kind, value) for side, value in sides.items()},
    }


def _clash_from(found: Mapping[str, Any]) -> FieldConflict:
    kind = table(found["table"]).field(found["field"])
    sides = {side: _rich(kind, found[side]) for side in ("base", "theirs", "mine")}
    return FieldConflict(found["table"], found["key"], found["field"], **sides)


def _text(found: Mapping[str, Any]) -> str:
    # ASCII only: a lone surrogate, which no file can hold, is escaped.
    return json.dumps(found, ensure_ascii=True, separators=(",", ":"))
