"""What all records share: four automatic fields, rules, and how they are read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import Annotated, Any, ClassVar, Self

from pydantic import BaseModel, ConfigDict, ValidationError, field_validator
from pydantic import Field as Constraint

from lib import clock
from lib.errors import FieldProblem, InvalidRecord
from lib.i18n import N_
from lib.schema.column import Column, Field, Shown, field_from
from lib.schema.vocab import Source
from lib.text import LONGEST_TEXT, storable


class Stage(StrEnum):
    """From when on a rule binds. Nobody is driven to invent an answer mid-call."""

    SAVING = "saving"
    """Without it nothing is saved."""
    CLOSING = "closing"
    """Asked for when the record is closed or confirmed."""
    ADVISED = "advised"
    """Shown as 「まだ聞いていないこと」; never blocks."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One conditional requirement: where `broken(record)`, `field` has `message`."""

    field: str
    message: str
    broken: Callable[[Any], bool]
    stage: Stage = Stage.SAVING


class Record(BaseModel):
    """One row of a table. Immutable; a change makes a new one.

    Datetimes are aware and in Tokyo; a missing text is "", any other missing value
    None. Text is kept as typed, except for what no store can hold.
    """

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        str_max_length=LONGEST_TEXT,
        # What was typed may be a customer's, and an error may be logged.
        hide_input_in_errors=True,
    )

    RULES: ClassVar[tuple[Rule, ...]] = ()

    source: Annotated[
        Source, Column("入力元", help="どこから入った行か", shown=Shown.AUTO)
    ] = Source.APP
    updated_at: Annotated[
        datetime | None, Column("更新日時", help="最後に変わった時刻", shown=Shown.AUTO)
    ] = None
    updated_by: Annotated[
        str, Column("更新者", help="最後に変えた人", shown=Shown.AUTO)
    ] = ""
    version: Annotated[
        int,
        Constraint(ge=0),
        Column(
            "版", help="変えるたびに1増える。同時編集の見張りに使う", shown=Shown.AUTO
        ),
    ] = 0

    @field_validator("*", mode="before")
    @classmethod
    def _storable(cls, value: Any) -> Any:
        return storable(value) if type(value) is str else value

    @field_validator("*", mode="after")
    @classmethod
    def _in_tokyo(cls, value: Any) -> Any:
        return clock.in_tokyo(value) if isinstance(value, datetime) else value

    @classmethod
    @cache
    def fields(cls) -> tuple[Field, ...]:
        """Return the fields, the table's own first, the shared automatic ones last."""
        shared = Record.model_fields if cls is not Record else {}
        own = [n for n in cls.model_fields if n not in shared]
        return tuple(
            field_from(name, cls.model_fields[name]) for name in [*own, *shared]
        )

    @classmethod
    @cache
    def field(cls, name: str) -> Field:
        """Return the field called `name`; KeyError where there is none."""
        return {f.name: f for f in cls.fields()}[name]

    @classmethod
    def read(cls, values: Mapping[str, Any]) -> Self:
        """Return the record for typed values, whatever its rules say.

        Raises:
            InvalidRecord: with one problem for each field that does not fit.
        """
        try:
            return cls.model_validate(dict(values))
        except ValidationError as error:
            raise InvalidRecord(_problems_of(error)) from error

    @classmethod
    def parse(cls, values: Mapping[str, Any]) -> Self:
        """Return the record for typed values.

        Raises:
            InvalidRecord: with one problem for each field that does not fit, or for
                each broken rule that binds at saving.
        """
        record = cls.read(values)
        if problems := record.problems(Stage.SAVING):
            raise InvalidRecord(problems)
        return record

    def misfits(self) -> frozenset[str]:
        """Return the fields whose value no record may hold; only shown ones have any.

        A row of a sheet is shown as it stands (`lib.schema.frames.standing_from`), with
        unknown words and without what it lacks.
        """
        try:
            type(self).model_validate(self.values())
        except ValidationError as error:
            return frozenset(problem.field for problem in _problems_of(error))
        return frozenset()

    def problems(self, *stages: Stage) -> tuple[FieldProblem, ...]:
        """Return what breaks a rule of the given stages, in the order of the rules."""
        return tuple(
            FieldProblem(rule.field, rule.message)
            for rule in self.RULES
            if rule.stage in stages and rule.broken(self)
        )

    def with_values(self, **values: Any) -> Self:
        """Return a checked copy with `values` changed; raises InvalidRecord."""
        return self.parse({**self.values(), **values})

    def values(self) -> dict[str, Any]:
        """Return every field's Python value by English name, in schema order."""
        return {field.name: getattr(self, field.name) for field in self.fields()}


MESSAGES = {
    "missing": N_("入力してください。"),
    "string_too_long": N_("長すぎます。50,000文字までにしてください。"),
    "string_too_short": N_("入力してください。"),
    "greater_than_equal": N_("小さすぎる値です。"),
    "less_than_equal": N_("大きすぎる値です。"),
    "int_parsing": N_("整数で入力してください。"),
    "int_type": N_("整数で入力してください。"),
    "int_from_float": N_("整数で入力してください。"),
    "float_parsing": N_("数で入力してください。"),
    "enum": N_("選択肢から選んでください。"),
    "extra_forbidden": N_("この表にない項目です。"),
}
"""What each kind of pydantic error means to a person; anything else: see below."""

UNREADABLE = N_("読み取れない値です。形式を確かめてください。")


def _problems_of(error: ValidationError) -> list[FieldProblem]:
    return [
        FieldProblem(
            str(found["loc"][0]) if found["loc"] else "",
            MESSAGES.get(found["type"], UNREADABLE),
        )
        for found in error.errors(include_url=False, include_input=False)
    ]
