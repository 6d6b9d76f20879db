"""The corpus in every table and text field, kept by every store, letter for letter."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from lib.schema.cells import holds_made_id
from lib.schema.cells.reading import BLANKS, is_error_value
from lib.schema.tables import Table, table
from lib.store.protocol import Commit, Insert, Store
from lib.store.sheets.client import SheetsClient
from tests.security.corpus.rows import AT, WRITABLE, laden
from tests.store.places import Place

SOME = 29
"""Rows of the short form: every twenty-ninth case, all of them in the columns."""

EVERY = [SOME, pytest.param(1, marks=pytest.mark.slow)]


def put(store: Store, every: int, *, made_ids: bool = False) -> dict[str, Any]:
    """Store laden rows of all tables in one commit a table; return what was stored."""
    stored = {}
    for place in WRITABLE:
        rows = laden(place, every=every, made_ids=made_ids)
        store.commit(Commit(place.code, "=試験", AT, tuple(map(Insert, rows))))
        stored[place.code] = {place.key_of(row): row for row in rows}
    return stored


def texts(place: Table) -> list[str]:
    return [f.name for f in place.fields if f.kind == "text" and f.name != "updated_by"]


def differing(store: Store, stored: dict[str, Any]) -> Iterator[tuple[Any, ...]]:
    """Yield each cell that came back as something else."""
    frames = store.load().frames
    for place in WRITABLE:
        frame = frames[place.code]
        assert len(frame) == len(stored[place.code])
        for key, row in stored[place.code].items():
            for name in texts(place):
                if frame.at[key, name] != getattr(row, name):
                    yield place.code, name, getattr(row, name), frame.at[key, name]


@pytest.mark.parametrize("every", EVERY)
def test_sqlite_keeps_every_text(sqlite_place: Place, every: int):
    stored = put(sqlite_place(), every)

    assert list(differing(sqlite_place(), stored)) == []


@pytest.mark.postgres
@pytest.mark.parametrize("every", EVERY)
def test_postgresql_keeps_every_text(postgres_place: Place, every: int):
    stored = put(postgres_place(), every)

    assert list(differing(postgres_place(), stored)) == []


@pytest.mark.parametrize("every", [SOME, pytest.param(5, marks=pytest.mark.slow)])
def test_a_spreadsheet_gets_every_text_as_a_text(
    sheets_place: Place, every: int, monkeypatch: pytest.MonkeyPatch
):
    sent: list[tuple[str, Any]] = []
    asked = SheetsClient.request

    def noted(self, method, endpoint, *, json=None, **rest):
        if method.lower() != "get":
            sent.append((endpoint, json))
        return asked(self, method, endpoint, json=json, **rest)

    monkeypatch.setattr(SheetsClient, "request", noted)
    stored = put(sheets_place(), every, made_ids=True)

    assert [end for end, _json in sent if not end.endswith(":batchUpdate")] == []
    kinds = [kind for _end, json in sent for kind in entered(json)]
    assert {kind for kind, _value in kinds} <= {
        "stringValue",
        "numberValue",
        "boolValue",
        "formulaValue",
    }
    ours = {str(value) for kind, value in kinds if kind == "formulaValue"}
    typed = {
        getattr(row, name)
        for place in WRITABLE
        for row in stored[place.code].values()
        for name in texts(place)
    }
    assert ours & typed == set()
    assert [value for value in ours if "127.0.0.1" in value or "HYPER" in value] == []
    odd = list(differing(sheets_place(), stored))
    lost = [one for one in odd if not is_read_otherwise(*one)]
    assert lost == []


def is_read_otherwise(code: str, name: str, before: str, after: str) -> bool:
    """Whether a sheet's text is read as something else on purpose.

    Names and codes lose the blanks around them. What a spreadsheet itself writes where
    a formula fails cannot be told from a person's word, so it is no value.
    """
    field = table(code).field(name)
    if is_error_value(before):
        return after == ""
    trimmed = bool(field.column.refers) or holds_made_id(field)
    return trimmed and after == before.strip(BLANKS)


def entered(part: Any) -> Iterator[tuple[str, Any]]:
    """Yield kind and value of every cell that a request enters."""
    if isinstance(part, dict):
        yield from part.get("userEnteredValue", {}).items()
        for inner in part.values():
            yield from entered(inner)
    elif isinstance(part, list):
        for inner in part:
            yield from entered(inner)
