"""A dossier as a document: a head and sections of blocks, ready for any renderer.

Every text in it is as it is to be read: days written out, choices in words, customers
hidden. Labels and headings are ours; what people wrote stands in values, cells and prose.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final

from lib.i18n import N_
from lib.schema.vocab import Choice


class Audience(Choice):
    """Who is to read it; it decides which parts stand, never what they say."""

    CENTRE = N_("センター・行政")
    LAWYER = N_("弁護士")
    BOARD = N_("経営会議")


class Part(StrEnum):
    """The parts of a dossier, in their order, with their headings."""

    SUMMARY = "概要"
    CONTACT = "先方からのご連絡"
    COMPLAINT = "お客様のお申し出"
    COURSE = "経過"
    FACTS = "確認した事実"
    ANSWER = "判断と回答"
    CLOCKS = "期限"
    MENDS = "修正と再発防止"
    RECORDINGS = "通話の録音"
    SIMILAR = "同じようなお申し出(90日)"
    OPEN = "まだ決まっていないこと・今後の予定"


INSIDE: Final = frozenset({Part.SIMILAR})
"""Parts that do not leave the house: what we count for ourselves."""


@dataclass(frozen=True, slots=True)
class Value:
    """One value of a pair or a cell.

    missing: it says that nothing is known or decided yet. strong: it catches the eye.
    """

    text: str
    missing: bool = False
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Pairs:
    """Labels and values: one pair a line, or two beside each other where all are short."""

    pairs: tuple[tuple[str, Value], ...]
    beside: bool = False


@dataclass(frozen=True, slots=True)
class Prose:
    """What somebody wrote, under a label; several paragraphs where it has line ends."""

    label: str
    text: Value


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table. share: its part of the width, as a weight."""

    title: str
    share: float


@dataclass(frozen=True, slots=True)
class Grid:
    """A table; its head is repeated where it goes over a page."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[Value, ...], ...]


@dataclass(frozen=True, slots=True)
class Items:
    """A list of short texts."""

    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Mark:
    """Something a reader has to know, set apart: 単独承認, a missing recording."""

    text: str


@dataclass(frozen=True, slots=True)
class Nothing:
    """What stands where a part is empty: that it is not decided yet, or that none is."""

    text: str


Block = Pairs | Prose | Grid | Items | Mark | Nothing


@dataclass(frozen=True, slots=True)
class Section:
    """One part with its blocks; never without any."""

    part: Part
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Dossier:
    """The history of one case, for one kind of reader.

    number: of the complaint or inquiry. to: whom it is addressed to, "" where a name is
        to be written in; honorific: what follows it. is_draft: something in it is still open. is_masked: False where names
        and contacts stand in full.
    """

    number: str
    subject: str
    audience: Audience
    to: str
    honorific: str
    company: str
    address: str
    made_by: str
    made_at: datetime
    is_draft: bool
    is_masked: bool
    sections: tuple[Section, ...]

    @property
    def title(self) -> str:
        """The document's name."""
        return "経緯書"

    @property
    def made_on(self) -> str:
        """The day and time it was made, written out."""
        at = self.made_at
        return f"{at.year}年{at.month}月{at.day}日 {at:%H:%M}"

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader has to know about the document as a whole."""
        hidden = (
            "お名前・連絡先・ご住所などは伏せています。「…」のあとは末尾の数字です。"
            if self.is_masked
            else "個人情報をそのまま含みます。必要な方だけが見て、使い終えたら廃棄してください。"
        )
        return (
            f"{self.made_on}の時点の記録から作成しました。その後の変更は含みません。",
            hidden,
        )


def rewritten(dossier: Dossier, write: Callable[[str], str]) -> Dossier:
    """Return the dossier with `write` applied to every text that is not a label."""
    return replace(
        dossier,
        subject=write(dossier.subject),
        to=write(dossier.to),
        sections=tuple(
            replace(s, blocks=tuple(_block(b, write) for b in s.blocks))
            for s in dossier.sections
        ),
    )


def _block(block: Block, write: Callable[[str], str]) -> Block:
    match block:
        case Pairs(pairs, beside):
            veiled = tuple((label, _value(value, write)) for label, value in pairs)
            return Pairs(veiled, beside)
        case Prose(label, text):
            return Prose(label, _value(text, write))
        case Grid(columns, rows):
            return Grid(
                columns, tuple(tuple(_value(v, write) for v in row) for row in rows)
            )
        case Items(texts):
            return Items(tuple(map(write, texts)))
        case Mark(text):
            return Mark(write(text))
        case Nothing(text):
            return Nothing(write(text))


def _value(value: Value, write: Callable[[str], str]) -> Value:
    return replace(value, text=write(value.text))
