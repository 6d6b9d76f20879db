"""A person's own request: what is held about them, to be handed over or erased.

Found is what carries their phone number, mail address or order number; nothing is
guessed by name. People of the company are given by their role, and whoever else is
named by contact or as a customer of another case is hidden.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

import pandas as pd

from lib.actions.archiving import with_archive
from lib.actions.entry import recognise
from lib.actions.noting import note
from lib.actions.permissions import needs
from lib.actions.privacy.mentions import CONTACT_IN_TEXT
from lib.actions.privacy.units import Book, RowKey, Unit
from lib.errors import FieldProblem, InvalidRecord
from lib.i18n import N_
from lib.metrics.referrals import plain_number
from lib.schema.principal import SYSTEM, Principal
from lib.schema.tables import TABLES, Table
from lib.schema.tables import table as table_by_code
from lib.settings.customer_key import customer_keys, normalised_contact, secret_of
from lib.store.contacts import marks_of
from lib.store.live import LiveStore

TOLD: Final = ("complaints", "agency_inquiries", "activities", "escalations", "audit")
"""Tables that are handed over, in this order."""

PURPOSES: Final[Mapping[str, str]] = {
    "complaints": N_("お申し出への対応と、同じことを繰り返さないため"),
    "agency_inquiries": N_("消費生活センター・行政からの問合せへの回答のため"),
    "activities": N_("対応の経過を確かめるため"),
    "escalations": N_("引き継ぎを確かめるため"),
    "audit": N_("記録がいつ、どの役割の人に変えられたかを確かめるため"),
}
"""What each table is kept for, as it is told to the person."""

INSIDE: Final = frozenset({"customer_key", "severity_reason", "source", "version"})
"""Fields that are no statement about the person, or only make sense to the app."""

EXPORTED: Final = "(本人への開示)"
"""Stands for the field in the log rows of what was handed over."""

SOMEBODY: Final = N_("担当者")
OTHER: Final = "…"
"""Stands for somebody else's contact or name."""


@dataclass(frozen=True, slots=True)
class Held:
    """What is held about one person.

    units: their cases and contacts, with what speaks against erasing each.
    frames: the rows to hand over, by table, prepared as the module says.
    """

    units: tuple[Unit, ...]
    frames: Mapping[Table, pd.DataFrame]

    @property
    def count(self) -> int:
        """Number of rows, those of the log not counted."""
        return sum(len(f) for place, f in self.frames.items() if place.code != "audit")


@needs("privacy.anonymise", "privacy.export")
def held_about(live: LiveStore, who: Principal, typed: str, *, data: Path) -> Held:  # noqa: ARG001 - `needs` asks who
    """Return what is held about the person who is reached or ordered that way.

    Raises:
        InvalidRecord: nothing typed can be looked for; its problem is on `typed`.
    """
    desk = live.for_user(SYSTEM)
    frames = with_archive(live, {t.code: desk.in_full(t.code) for t in TABLES})
    roots = tuple(_found(frames, typed, secret_of(data)))
    outbox = live.outbox
    waiting = {row for save in outbox.waiting() for row in save.rows} if outbox else ()
    units = tuple(Book(frames, frozenset(waiting)).of_rows(roots))
    rows = [row for unit in units for row in unit.rows]
    if not rows:
        return Held((), {})
    return Held(units, _told(frames, rows, live.audits(rows)))


@needs("privacy.export")
def log_export(live: LiveStore, who: Principal, held: Held, now: datetime) -> None:
    """Note in 操作ログ, at each case, that what is held was handed over.

    Ask it before the file is given out.
    """
    desk = live.for_user(SYSTEM)
    note(desk, who.name, EXPORTED, *(unit.rows[0] for unit in held.units), now=now)


# Finding -----------------------------------------------------------------------------


def _found(
    frames: Mapping[str, pd.DataFrame], typed: str, secret: bytes
) -> Iterator[RowKey]:
    asked = recognise(typed)
    contacts = {normalised_contact(part) for part in asked.keys}
    marks = {mark for part in asked.keys for mark in marks_of(part).split()}
    keys = {key for part in asked.keys for key in customer_keys(part, secret)}
    words = set(typed.split())
    orders = {plain_number(word) for word in asked.order_number.split()} - {""}
    if not (contacts or orders or words):
        message = N_("電話番号、メールアドレス、注文番号のどれかを入力してください。")
        raise InvalidRecord([FieldProblem("typed", message)])
    keys |= {word for word in words if _KEY.fullmatch(word)}
    cases = frames["complaints"]
    own = cases["customer_key"].isin(keys - {""}) | _reached(cases["contact"], marks)
    # An order of theirs leads to what an agency said about it.
    orders |= set(map(plain_number, cases.loc[own, "order_number"])) - {""}
    for code in ("complaints", "agency_inquiries"):
        frame = frames[code]
        mine = frame["order_number"].map(plain_number).isin(orders)
        mine |= own if code == "complaints" else frame["customer_key"].isin(keys - {""})
        for key in frame.index[mine.to_numpy(dtype=bool)]:
            yield code, str(key)


_KEY: Final = re.compile(r"[0-9a-f]{20}")
"""A 照合キー as it stands in the ledger."""


def _reached(contacts: pd.Series, marks: set[str]) -> pd.Series:
    found = [bool(marks & set(marks_of(text).split())) for text in contacts.tolist()]
    return pd.Series(found, index=contacts.index, dtype="bool")


# Handing over ------------------------------------------------------------------------


def _told(
    frames: Mapping[str, pd.DataFrame], rows: Sequence[RowKey], log: pd.DataFrame
) -> dict[Table, pd.DataFrame]:
    own = {code: [key for at, key in rows if at == code] for code in TOLD}
    veil = _Veil.of(frames, own["complaints"])
    found: dict[Table, pd.DataFrame] = {}
    for code in TOLD:
        place = table_by_code(code)
        frame = log if code == "audit" else frames[code].loc[own[code]]
        if len(frame):
            found[place] = _prepared(place, frame, veil)
    return found


def _prepared(place: Table, frame: pd.DataFrame, veil: _Veil) -> pd.DataFrame:
    kept = [field for field in place.fields if field.name not in INSIDE]
    columns: dict[str, pd.Series] = {}
    for field in kept:
        column = frame[field.name]
        if field.name in _PEOPLE or field.column.refers == "members":
            column = column.map(veil.role).astype("str")
        elif field.name == "officer_name":
            column = column.map(lambda name: OTHER if name else "").astype("str")
        elif field.kind == "text" and (place.code, field.name) not in _THEIR_OWN:
            column = column.map(veil.hide).astype("str")
        columns[field.name] = column
    return pd.DataFrame(columns, index=frame.index)


_PEOPLE: Final = frozenset({"updated_by", "actor"})
_THEIR_OWN: Final = frozenset(
    {
        ("complaints", name)
        for name in ("contact", "customer_name", "order_number", "id")
    }
    | {("agency_inquiries", name) for name in ("order_number", "id", "agency_name")}
)


@dataclass(frozen=True, slots=True)
class _Veil:
    """Whom a text may name: the person alone.

    roles: by name of a colleague. others: names of other customers. own: what the
    person is reached by, which stays.
    """

    roles: Mapping[str, str]
    names: re.Pattern[str] | None
    own: frozenset[str]

    @classmethod
    def of(cls, frames: Mapping[str, pd.DataFrame], own: Iterable[str]) -> _Veil:
        members, cases = frames["members"], frames["complaints"]
        mine = cases.loc[list(own)]
        roles = {
            name: str(role)
            for name, role in zip(
                members["name"].tolist(), members["role"].tolist(), strict=True
            )
            if name
        }
        theirs = {"".join(name.split()) for name in mine["customer_name"].tolist()}
        others = {
            name
            for name in set(cases["customer_name"].tolist())
            if len(plain := "".join(name.split())) >= _SHORTEST_NAME
            and plain not in theirs
        }
        colleagues = {s for name in roles for s in _spellings(name)}
        colleagues -= {
            part for name in mine["customer_name"] for part in _spellings(name)
        }
        hidden = [
            *map(_with_blanks, sorted({*others, *colleagues}, key=len, reverse=True)),
            *sorted({_addressed(name) for name in _families(others, theirs)}),
        ]
        names = re.compile("|".join(hidden)) if hidden else None
        reached = {
            part for text in mine["contact"].tolist() for part in marks_of(text).split()
        }
        return cls(roles, names, frozenset(reached))

    def role(self, name: str) -> str:
        """Return what stands for a person of the company; "" for nobody."""
        if not name:
            return ""
        return self.roles.get(name) or SOMEBODY

    def hide(self, text: str) -> str:
        """Return a text without other people's contacts and names."""
        hidden = CONTACT_IN_TEXT.sub(self._contact, text)
        return self.names.sub(self._name, hidden) if self.names else hidden

    def _contact(self, found: re.Match[str]) -> str:
        own = self.own & set(marks_of(found.group()).split())
        return found.group() if own else OTHER

    def _name(self, found: re.Match[str]) -> str:
        said = "".join(found.group().split())
        name = next((n for n in self.roles if said in _spellings(n)), "")
        return self.role(name) if name else OTHER


_SHORTEST_NAME: Final = 2
"""A name of one letter would hide that letter everywhere."""


def _with_blanks(name: str) -> str:
    """Return a pattern for a name, wherever a blank stands in it or does not."""
    return r"[ \u3000]?".join(map(re.escape, "".join(name.split())))


def _families(names: Iterable[str], own: Iterable[str]) -> Iterator[str]:
    """Yield the family names among these that nobody of `own` may bear.

    Where no blank tells where it ends, it may be the first two letters or three.
    """
    for name in names:
        first, *rest = name.split()
        for family in [first] if rest else [first[:2], first[:3]]:
            if not any(one.startswith(family) for one in own):
                yield family


def _addressed(family: str) -> str:
    """Return a pattern for a family name where somebody is spoken of by it."""
    return rf"{re.escape(family)}(?=[ \u3000]?(?:様|さま|さん|氏|殿))"


def _spellings(name: str) -> frozenset[str]:
    """Return a name whole, without its blank, and the family name by itself."""
    parts = name.split()
    found = {name, "".join(parts), parts[0] if parts else ""}
    return frozenset(word for word in found if len(word) >= _SHORTEST_NAME)
