"""What a field means to a person, said once, beside its type."""

from __future__ import annotations

import types
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import cached_property
from typing import Any, Literal, Union, get_args, get_origin

from pydantic.fields import FieldInfo

from lib.schema.vocab import Choice

Kind = Literal["text", "integer", "decimal", "date", "datetime", "choice", "choices"]


class Shown(StrEnum):
    """Who fills a field in, and so where it stands in a sheet or a form."""

    FIRST = "first"
    """Asked on the first screen; leads the sheet."""
    LATER = "later"
    """Unfolded when it matters; collapsed in the sheet."""
    AUTO = "auto"
    """Written by the app; grey and last in the sheet."""


@dataclass(frozen=True, slots=True)
class Column:
    """The human side of a field; the machine's side is its annotation.

    label: header in the sheet and, translated, everywhere on the screen.
    help: one sentence on what to write; a catalogue key like the label.
    unit: shown behind the number (件, 秒, 円 …).
    shown: who fills it in.
    personal: customer data: masked in lists, 「変更あり」 only in the audit log.
    unlogged: no customer data, but what might lead to some: 「変更あり」 in the log too.
    long: several lines of text.
    refers: code of the table whose key (members: whose name) it holds; a word that
        is not in that table is kept as typed and offered to the table later.
    suggests: group in 設定 whose names are offered; other words are kept.
    verbatim: digits that are no number (phone, order, lot): never reformatted.
    formerly: older headers under which sheets and files may still carry it.
    """

    label: str
    help: str = ""
    unit: str = ""
    shown: Shown = Shown.LATER
    personal: bool = False
    unlogged: bool = False
    long: bool = False
    refers: str = ""
    suggests: str = ""
    verbatim: bool = False
    formerly: tuple[str, ...] = ()


@dataclass(frozen=True)
class Field:
    """A field as every layer sees it: `Column` plus what its type says."""

    name: str
    column: Column
    kind: Kind
    required: bool
    """No default: the record cannot be made without it."""
    default: Any
    nullable: bool = False
    """Whether a record may lack it (None)."""
    choices: tuple[Choice, ...] = ()
    minimum: float | None = None
    maximum: float | None = None

    @property
    def label(self) -> str:
        """The Japanese header, also the catalogue's key."""
        return self.column.label

    @cached_property
    def choice_type(self) -> type[Choice] | None:
        """The enum of a choice field; None for every other kind."""
        return type(self.choices[0]) if self.choices else None

    @property
    def auto(self) -> bool:
        """Whether only the app writes it."""
        return self.column.shown is Shown.AUTO

    @property
    def logged_by_value(self) -> bool:
        """Whether the audit log may say what stood in it before and after."""
        return not (self.column.personal or self.column.unlogged)


def field_from(name: str, info: FieldInfo) -> Field:
    """Return the `Field` for one pydantic field.

    Raises:
        TypeError: the annotation has no `Column` or a type that no store can hold;
            a mistake of a developer, found when the module is imported.
    """
    column = next((m for m in info.metadata if isinstance(m, Column)), None)
    if column is None:
        raise TypeError(f"{name}: give the field a Column(label)")
    kind, choices = _kind_of(name, info.annotation)
    return Field(
        name=name,
        column=column,
        kind=kind,
        required=info.is_required(),
        default=None if info.is_required() else info.get_default(),
        nullable=_without_none(info.annotation) is not info.annotation,
        choices=choices,
        minimum=_bound(info, "ge"),
        maximum=_bound(info, "le"),
    )


def _kind_of(name: str, annotation: Any) -> tuple[Kind, tuple[Choice, ...]]:
    plain = _without_none(annotation)
    if get_origin(plain) is tuple:
        return "choices", tuple(get_args(plain)[0])
    if isinstance(plain, type):
        if issubclass(plain, Choice):
            return "choice", tuple(plain)
        for python_type, kind in _KINDS.items():
            if plain is python_type:
                return kind, ()
    raise TypeError(f"{name}: no store can hold {annotation!r}")


_KINDS: dict[type, Kind] = {
    str: "text",
    int: "integer",
    float: "decimal",
    date: "date",
    datetime: "datetime",
}


def _without_none(annotation: Any) -> Any:
    if get_origin(annotation) in (Union, types.UnionType):
        rest = [arg for arg in get_args(annotation) if arg is not type(None)]
        if len(rest) == 1:
            return rest[0]
    return annotation


def _bound(info: FieldInfo, name: str) -> float | None:
    found = [getattr(m, name) for m in info.metadata if hasattr(m, name)]
    return float(found[0]) if found else None
