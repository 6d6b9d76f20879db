"""What passes between the app and the process that reads a file for it: JSON, no code.

The process may have been taken over by the file it read. Nothing that could run is taken
from it (no pickle), and it can only choose among the messages that we know.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Final

from lib.errors import UnreadableFile
from lib.files.reading import DAMAGED, PROBLEMS, Sheet, SourceFile

_TAG: Final = "is"
_VALUE: Final = "of"
_READ_BACK: Final[Mapping[str, Callable[[Any], Any]]] = {
    "datetime": datetime.fromisoformat,
    "date": date.fromisoformat,
    "time": time.fromisoformat,
    "seconds": lambda seconds: timedelta(seconds=seconds),
    "text": str,
}


def packed(file: SourceFile) -> bytes:
    """Return a file that was read, for the way back."""
    sheets = [
        {"name": s.name, "guarded": s.guarded, "hidden": s.hidden, "rows": s.rows}
        for s in file.sheets
    ]
    told = {"name": file.name, "digest": file.digest, "sheets": sheets}
    return json.dumps(told, default=_tagged, separators=(",", ":")).encode()


def packed_refusal(refused: UnreadableFile) -> bytes:
    """Return why a file was not read, for the way back."""
    return json.dumps({"problem": refused.message, "details": refused.details}).encode()


def unpacked(answer: bytes) -> SourceFile:
    """Return the file that was read.

    Raises:
        UnreadableFile: it was refused, or what came back is no answer.
    """
    try:
        told = json.loads(answer, object_hook=_untagged)
        problem = told.get("problem")
        if problem is None:
            sheets = tuple(_sheet(one) for one in told["sheets"])
            return SourceFile(str(told["name"]), str(told["digest"]), sheets)
        details = {str(name): str(text) for name, text in told["details"].items()}
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise UnreadableFile(DAMAGED) from error
    if problem not in PROBLEMS:
        raise UnreadableFile(DAMAGED)
    raise UnreadableFile(problem, **details)


def _sheet(told: Mapping[str, Any]) -> Sheet:
    return Sheet(
        str(told["name"]),
        tuple(tuple(row) for row in told["rows"]),
        guarded=bool(told["guarded"]),
        hidden=bool(told["hidden"]),
    )


def _tagged(value: Any) -> dict[str, Any]:
    match value:
        case datetime():
            return {_TAG: "datetime", _VALUE: value.isoformat()}
        case date():
            return {_TAG: "date", _VALUE: value.isoformat()}
        case time():
            return {_TAG: "time", _VALUE: value.isoformat()}
        case timedelta():
            return {_TAG: "seconds", _VALUE: value.total_seconds()}
        case Decimal():
            return {_TAG: "text", _VALUE: str(value)}
        case _:  # a library's object for a formula or the like: its words
            return {_TAG: "text", _VALUE: str(value)}


def _untagged(held: dict[str, Any]) -> Any:
    if held.keys() == {_TAG, _VALUE}:
        return _READ_BACK[held[_TAG]](held[_VALUE])
    return held
