"""A monthly report as a document: sections of blocks, each set as PDF and as a sheet.

All texts are in the language of whoever made it; what a person typed stands in them as
it is and is never read as markup or as a formula.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from lib.i18n import Language
from lib.metrics.state import State
from lib.reports.monthly.material import Reader

Form = Literal["text", "share", "number", "count", "day"]
"""What a cell of a sheet holds; a share is 0-1, a number keeps its decimals."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One value. number: what a sheet holds instead of the text; None for the text.

    decimals: of a share (in percent) or a number. unit: what a sheet writes behind the
    number. quiet: nothing is known.
    """

    text: str
    number: float | None = None
    form: Form = "text"
    decimals: int = 0
    day: date | None = None
    state: State | None = None
    quiet: bool = False
    unit: str = ""


@dataclass(frozen=True, slots=True)
class FigureRow:
    """A figure in a table: what it is, what it was, what it is to be.

    formula: words and numbers; notes: what has to be said beside it.
    """

    name: str
    value: Cell
    before: Cell
    target: Cell
    lamp: State | None
    variant: str
    formula: str
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Figures:
    """A table of figures."""

    rows: tuple[FigureRow, ...]


@dataclass(frozen=True, slots=True)
class Tile:
    """One figure, large. change: against the month before; "" for nothing to say."""

    name: str
    text: str
    state: State | None
    target: str
    change: str


@dataclass(frozen=True, slots=True)
class Tiles:
    """Figures side by side."""

    tiles: tuple[Tile, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table; share: of the width. right: numbers stand at the right."""

    title: str
    share: float = 1.0
    right: bool = False


@dataclass(frozen=True, slots=True)
class Grid:
    """A table; `nothing` stands where it has no row."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    nothing: str = ""


@dataclass(frozen=True, slots=True)
class Text:
    """Paragraphs of ours. strong: the first is bold; quiet: small print."""

    lines: tuple[str, ...]
    strong: bool = False
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class Items:
    """A list, numbered where the order matters."""

    texts: tuple[str, ...]
    numbered: bool = False


@dataclass(frozen=True, slots=True)
class Warned:
    """Something that must not be missed."""

    state: State
    text: str


@dataclass(frozen=True, slots=True)
class Written:
    """What a person wrote, as it was typed."""

    text: str


@dataclass(frozen=True, slots=True)
class Point:
    """One place on the axis. gap: "", "closed", "missing", "short" or "partial"."""

    label: str
    value: float | None
    target: float | None = None
    gap: str = ""
    missed: bool = False
    day: date | None = None


@dataclass(frozen=True, slots=True)
class ChartMark:
    """A numbered mark at a place of the axis, explained below the chart."""

    place: int
    number: int
    text: str


@dataclass(frozen=True, slots=True)
class Chart:
    """A figure over days or months; drawn from its points in both forms.

    scale: how values are written. bars: a count stands as bars, else it is a line.
    """

    title: str
    points: tuple[Point, ...]
    scale: Literal["share", "count", "number"]
    bars: bool
    name: str
    target_name: str
    marks: tuple[ChartMark, ...] = ()
    legend: tuple[str, ...] = ()


Block = Figures | Tiles | Grid | Text | Items | Warned | Written | Chart


@dataclass(frozen=True, slots=True)
class Section:
    """A part with a heading."""

    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """The whole report. chips: what must be known of it at a glance."""

    reader: Reader
    language: Language
    month: date
    title: str
    subject: str
    company: str
    centre: str
    made_by: str
    made_on: str
    made_at: datetime
    head: tuple[str, ...]
    chips: tuple[str, ...]
    sections: tuple[Section, ...]
    notes: tuple[str, ...]
    secrecy: str
