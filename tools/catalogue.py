r"""Keep the English catalogue in step with the Japanese texts of the code.

    printf '保存\tSave\n' | python -m tools.catalogue add
    python -m tools.catalogue missing
    python -m tools.catalogue prune

Japanese is the source language, so a text's key is the text itself. Keys come
from two places: calls of `_()` and `N_()`, and the schema, whose labels, helps,
units, choices and rules are translated without a mark of their own.
"""

from __future__ import annotations

import ast
import io
import os
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import typer
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po
from filelock import FileLock

ROOT = Path(__file__).resolve().parent.parent
CATALOGUE = ROOT / "locale" / "en" / "LC_MESSAGES" / "messages.po"
SOURCES = ("app.py", "lib", "pages")
MARKS = ("_", "N_")

_PLACEHOLDER = re.compile(r"\{(\w*)[^{}]*\}")
_ESCAPE = re.compile(r"\\(.)")
_ESCAPED = {"n": "\n", "t": "\t", "\\": "\\"}


class BadLine(ValueError):
    """A line given to `add` that cannot become an entry."""


def used() -> set[str]:
    """Return every text that needs an English entry.

    A text in plain ASCII (「A」, 「188」) reads the same in both languages and needs
    none.
    """
    texts = {text for path in source_files() for text in texts_in_code(path)}
    return {text for text in texts | set(texts_in_schema()) if not text.isascii()}


def source_files(root: Path = ROOT) -> list[Path]:
    """Return the Python files whose texts people see, sorted."""
    found: list[Path] = []
    for name in SOURCES:
        place = root / name
        found.extend(place.rglob("*.py") if place.is_dir() else [place])
    return sorted(path for path in found if path.exists())


def texts_in_code(path: Path) -> Iterator[str]:
    """Yield each literal inside `_()` or `N_()` of one file, in f-strings too.

    Babel's own extraction reads tokens, and before Python 3.12 an f-string is one.
    """
    for call in marks_in(path):
        if call.args and isinstance(call.args[0], ast.Constant):
            yield str(call.args[0].value)


def marks_in(path: Path) -> list[ast.Call]:
    """Return each call of `_()` or `N_()` in one file, by line."""
    tree = ast.parse(path.read_text(encoding="utf-8"), filename=str(path))
    calls = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in MARKS
    ]
    return sorted(calls, key=lambda call: call.lineno)


def texts_in_schema() -> Iterator[str]:
    """Yield each text that people see and that stands in the schema."""
    from lib.schema.tables import TABLES

    for table in TABLES:
        yield table.tab
        yield table.help
        for field in table.record.fields():
            yield field.column.label
            yield field.column.help
            yield field.column.unit
            yield from (choice.value for choice in field.choices)
        yield from (rule.message for rule in table.record.RULES)


def f_strings_in_marks(path: Path) -> list[str]:
    """Return 「file:line」 of each f-string inside a mark; it would never be found."""
    return [
        f"{path.name}:{call.lineno}"
        for call in marks_in(path)
        if any(isinstance(part, ast.JoinedStr) for part in ast.walk(call))
    ]


def placeholders(text: str) -> set[str]:
    """Return the names in braces, which both languages must share."""
    return set(_PLACEHOLDER.findall(text))


def read(path: Path = CATALOGUE) -> Catalog:
    """Return the catalogue as it stands in the file."""
    with path.open("rb") as po:
        return read_po(po, locale="en")


def entries(catalogue: Catalog) -> dict[str, str]:
    """Return text → English of every entry that is neither empty nor fuzzy."""
    return {
        str(message.id): str(message.string)
        for message in catalogue
        if message.id and message.string and not message.fuzzy
    }


def parse(lines: Iterable[str]) -> dict[str, str]:
    r"""Return text → English for lines of `text<TAB>English`; blank lines are skipped.

    `\n`, `\t` and `\\` inside a line stand for a line break, a tab and a backslash.

    Raises:
        BadLine: a line without its two parts, or whose braces differ.
    """
    found: dict[str, str] = {}
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        parts = [_unescape(part) for part in line.rstrip("\r\n").split("\t")]
        if len(parts) != 2 or not all(parts):  # noqa: PLR2004 - the two languages
            raise BadLine(f"line {number}: expected text<TAB>English, got {line!r}")
        text, english = parts
        if placeholders(text) != placeholders(english):
            raise BadLine(f"line {number}: the braces differ: {line!r}")
        found[text] = english
    return found


def upsert(new: Mapping[str, str], path: Path = CATALOGUE) -> int:
    """Put `new` into the catalogue; return how many entries that changed.

    Safe while other processes do the same.
    """
    with FileLock(f"{path}.lock"):
        catalogue = read(path)
        before = entries(catalogue)
        changed = {text: eng for text, eng in new.items() if before.get(text) != eng}
        for text, english in changed.items():
            catalogue.delete(text)
            catalogue.add(text, english)
        if changed:
            _write(catalogue, path)
    return len(changed)


def drop_unused(path: Path = CATALOGUE) -> list[str]:
    """Remove the entries that nothing uses; return them."""
    needed = used()
    with FileLock(f"{path}.lock"):
        catalogue = read(path)
        unused = [str(m.id) for m in catalogue if m.id and m.id not in needed]
        for text in unused:
            catalogue.delete(text)
        if unused:
            _write(catalogue, path)
    return unused


def _write(catalogue: Catalog, path: Path) -> None:
    text = io.BytesIO()
    write_po(
        text,
        catalogue,
        width=0,
        no_location=True,
        sort_output=True,
        ignore_obsolete=True,
    )
    fresh = path.with_suffix(".po.new")
    fresh.write_bytes(text.getvalue().rstrip(b"\n") + b"\n")
    os.replace(fresh, path)  # noqa: PTH105 - a reader sees the old file or the new one


def _unescape(text: str) -> str:
    return _ESCAPE.sub(lambda found: _ESCAPED.get(found[1], found[0]), text)


app = typer.Typer(help="Keep the English catalogue.", add_completion=False)


@app.command()
def add() -> None:
    """Read `text<TAB>English` lines and put them into the catalogue."""
    try:
        new = parse(sys.stdin)
    except BadLine as error:
        typer.echo(f"nothing written; {error}", err=True)
        raise typer.Exit(1) from error
    typer.echo(f"{upsert(new)} of {len(new)} entries are new or changed")


@app.command()
def missing() -> None:
    """Print each used text that has no English entry; exit 1 if there is any."""
    known = entries(read())
    lacking = sorted(used() - known.keys())
    for text in lacking:
        typer.echo(text.replace("\\", "\\\\").replace("\n", "\\n"))
    raise typer.Exit(1 if lacking else 0)


@app.command()
def prune() -> None:
    """Remove the entries that nothing uses, and print them."""
    for text in drop_unused():
        typer.echo(f"dropped {text!r}")


if __name__ == "__main__":
    app()
