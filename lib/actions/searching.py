"""Finding complaints: by what a person types, and by filters that links carry.

Everything here is pure over frames of 苦情台帳 and gives masks or positions, so that
no page copies 20,000 rows to show fifty of them.
"""

from __future__ import annotations

import hashlib
import re
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from lib import clock
from lib.actions.entry import recognise
from lib.i18n import N_
from lib.metrics.promises import When, open_promises
from lib.schema.complaint import SETTLED, Complaint
from lib.schema.ids import COPY_MARK, WITHOUT_NUMBER, read_id
from lib.schema.vocab import Choice, ComplaintStatus, Unlisted
from lib.settings.customer_key import customer_keys, normalised_contact
from lib.store.contacts import marks_of
from lib.text import digits, folded

Mask = npt.NDArray[np.bool_]
Positions = npt.NDArray[np.intp]

# What a person types ------------------------------------------------------------

SEARCHED: Final = (
    "id",
    "order_number",
    "customer_name",
    "lot",
    "claim_type",
    "content",
    "note",
)
"""Fields of a complaint in which each word is looked for; then its 対応履歴."""

_START, _END = "\x01", "\x02"
"""Stand around a word that only counts as a whole; no stored text can hold them."""

_HIDDEN: Final = {code: 0xE000 + code for code in range(0x21, 0x7F)}
"""Letters of such a word are moved aside, so that no typed part of it finds it."""

_PHONE = re.compile(r"^[+\d][\d\-() ]{2,}\d$")
_LAST_DIGITS: Final = 4


@dataclass(frozen=True, slots=True)
class Searchable:
    """The folded text of every row, in the order of the frame it was made from."""

    texts: Sequence[str]


def search(text: str, within: Searchable, *, secret: bytes | None = None) -> Mask:
    """Return which rows hold every word of `text`; all where it is blank.

    A word is found in the number (typed any way), the order number, the customer's
    name, the lot, the kind of claim, 内容, 対応メモ and the history, whatever width,
    case or kana. A phone number or mail address is found whole, a phone also by its
    last four digits; with `secret` (the customer key's) also where only the key is
    left of it.
    """
    found = np.ones(len(within.texts), dtype=bool)
    for word in _words(text):
        found &= _holding(within.texts, _spellings(word, secret))
    return found


def _words(text: str) -> list[str]:
    plain = folded(text)
    return [plain] if _PHONE.match(plain) or read_id(plain) else plain.split()


def _spellings(word: str, secret: bytes | None) -> list[str]:
    """Return the texts of which a row must hold one for that word to be found."""
    found = [word]
    if number := read_id(word):
        found.append(_whole(folded(number)))
    if contact := normalised_contact(word):
        found += [_whole(contact), *map(_whole, marks_of(contact).split())]
        if secret is not None:
            found += map(_whole, customer_keys(word, secret))
    elif word.isdecimal() and len(word) == _LAST_DIGITS:
        found.append(_ending(word))
    return found


def _holding(texts: Sequence[str], spellings: Sequence[str]) -> Mask:
    one, *others = spellings
    found = np.fromiter((one in text for text in texts), bool, len(texts))
    for other in others:
        found |= np.fromiter((other in text for text in texts), bool, len(texts))
    return found


_lock = threading.Lock()
_newest: Mapping[str, tuple[int, str]] = {}
"""Of the rows folded last: the hash of the raw text, and what was made of it."""


def searchable(
    complaints: pd.DataFrame,
    activities: pd.DataFrame,
    marks: pd.Series | None = None,
) -> Searchable:
    """Return what `search` looks through; keep it as long as the data are the same.

    marks: `UserStore.contact_marks`, by which a contact is found that is masked in the
        frame; None where it stands whole there.

    A row that stood in the frame folded last, in whatever revision, is not folded
    again: after a save all rows but one are the same. Of the raw text only the hash
    is kept, because a second copy of all texts would double the memory.
    """
    global _newest  # noqa: PLW0603 - one memory for the process
    with _lock:
        known = _newest
    made: dict[str, tuple[int, str]] = {}
    raws = _raw_texts(complaints, activities, marks)
    for key, raw in zip(complaints.index, raws, strict=True):
        mark = hash(raw)
        old = known.get(key)
        made[key] = old if old is not None and old[0] == mark else (mark, _fold(raw))
    with _lock:
        _newest = made
    return Searchable([text for _mark, text in made.values()])


def _fold(raw: str) -> str:
    contact, known_by, key, rest = raw.split(_END, 3)
    plain = folded(rest)
    number = plain.partition(" ")[0]
    marked = [_whole(number), _whole(key) if key else ""]
    contacts = recognise(contact).keys
    marked += [_whole(normalised_contact(part)) for part in contacts]
    marked += [_whole(mark) for mark in known_by.split()]
    if not contacts and (tail := _tail(contact)):
        marked.append(_ending(tail))
    return "".join([*marked, plain])


def _tail(contact: str) -> str:
    """Return the last digits of a number that is no whole one; those of a mail never."""
    words = [word for word in contact.split() if "@" not in word]
    return digits(" ".join(words))[-_LAST_DIGITS:]


def _raw_texts(
    complaints: pd.DataFrame, activities: pd.DataFrame, marks: pd.Series | None
) -> list[str]:
    """Return for each row: contact, marks, customer key, then all that is searched."""
    columns = [complaints[name].tolist() for name in SEARCHED]
    history = _histories(activities)
    told = [history.get(key, "") for key in complaints.index]
    return [
        f"{contact}{_END}{known_by}{_END}{key}{_END}{' '.join(texts)}"
        for contact, known_by, key, *texts in zip(
            complaints["contact"].tolist(),
            [""] * len(complaints) if marks is None else marks.tolist(),
            complaints["customer_key"].tolist(),
            *columns,
            told,
            strict=True,
        )
    ]


def _histories(activities: pd.DataFrame) -> dict[str, str]:
    joined: dict[str, list[str]] = {}
    for case, content in zip(
        activities["case_id"].tolist(), activities["content"].tolist(), strict=True
    ):
        joined.setdefault(case, []).append(content)
    return {case: " ".join(contents) for case, contents in joined.items()}


def _whole(word: str) -> str:
    return _START + _ending(word)


def _ending(word: str) -> str:
    return word.translate(_HIDDEN) + _END


# What a link or a filter asks for -----------------------------------------------

OPEN: Final = tuple(status for status in ComplaintStatus if status not in SETTLED)
"""Statuses in which something is still owed, in the order of the vocabulary."""

ME, NOBODY = "me", "none"
"""Codes of a handler: the person who looks, and a case without one."""

CHOICE_FIELDS: Final = tuple(
    spec.name for spec in Complaint.fields() if spec.kind == "choice"
)
"""Fields of a complaint by whose codes one can filter."""

_READABLE = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9_-]{1,24}")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which complaints are asked for; an empty one asks for all.

    choices: by field name, any of these values. others: by field name, or any of these
        codes of words that a sheet holds and the vocabulary has not. words: by field name, any of these
        slugs (`slug`). handler: "", ME, NOBODY or the slug of a name.
    weekdays, hours: of 受付日時, any of these; 0 is Monday.
    promise: how the next promise stands to now. since, until: days of 受付日時,
        both counted in. cases: codes of complaints (`case_code`), any of these.
    """

    choices: Mapping[str, tuple[Choice, ...]] = field(default_factory=dict)
    others: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    words: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    weekdays: tuple[int, ...] = ()
    hours: tuple[int, ...] = ()
    handler: str = ""
    promise: When | None = None
    since: date | None = None
    until: date | None = None
    cases: tuple[str, ...] = ()


def slug(word: str) -> str:
    """Return the code under which a word stands in a link; "" for no word.

    A code of plain letters and digits is its own slug. Anything else, which may be
    in any language or typed by mistake, is hashed: links carry no free text.
    """
    if not word or _READABLE.fullmatch(word):
        return word
    return "x" + hashlib.blake2s(word.encode(), digest_size=5).hexdigest()


def case_code(key: str) -> str:
    """Return the code under which a complaint stands in a link; "" for none.

    Its number, or what the app calls a row without one; a number that somebody made
    up in the sheet may be anything and is hashed.
    """
    known = read_id(key) == key or _PROVISIONAL.fullmatch(key)
    return key if known else name_slug(key)


_PROVISIONAL: Final = re.compile(
    rf"({re.escape(WITHOUT_NUMBER)}[0-9a-f]{{12}}|[A-Z]-\d{{6}}-\w{{5}})"
    rf"({re.escape(COPY_MARK)}\d+)?"
)
_HASHED: Final = re.compile(r"p[0-9a-f]{10}")


def read_case_code(text: str) -> str:
    """Return the code in a link as `case_code` makes it, "" where it is none."""
    if _PROVISIONAL.fullmatch(text) or _HASHED.fullmatch(text):
        return text
    return read_id(text) or ""


def name_slug(name: str) -> str:
    """Return the code of a person's name; always hashed, "" for no name."""
    return (
        "p" + hashlib.blake2s(name.encode(), digest_size=5).hexdigest() if name else ""
    )


def selected(
    complaints: pd.DataFrame, wanted: Wanted, *, now: datetime, me: str
) -> Mask:
    """Return which complaints are wanted; `me` is the name of the one who looks."""
    found = np.ones(len(complaints), dtype=bool)
    for name in {**wanted.choices, **wanted.others}:
        found &= _with_choice(complaints[name], wanted, name)
    for name, slugs in wanted.words.items():
        if slugs:
            found &= _with_slug(complaints[name], slug, slugs)
    at = complaints["received_at"].dt
    if wanted.weekdays:
        found &= at.day_of_week.isin(wanted.weekdays).to_numpy()
    if wanted.hours:
        found &= at.hour.isin(wanted.hours).to_numpy()
    if wanted.handler == ME:
        found &= (complaints["handler"] == me).to_numpy(dtype=bool)
    elif wanted.handler == NOBODY:
        found &= (complaints["handler"] == "").to_numpy(dtype=bool)
    elif wanted.handler:
        found &= _with_slug(complaints["handler"], name_slug, (wanted.handler,))
    if wanted.promise is not None:
        owed = open_promises(complaints, now)
        keys = owed.index[owed["when"] == wanted.promise.value]
        found &= complaints.index.isin(keys)
    found &= _named(complaints.index, wanted.cases)
    return found & _received_between(complaints, wanted.since, wanted.until)


def _named(keys: pd.Index, codes: Sequence[str]) -> Mask:
    if not codes:
        return np.ones(len(keys), bool)
    found: Mask = keys.isin(codes)
    if any(_HASHED.fullmatch(code) for code in codes):
        found = found | np.fromiter((case_code(k) in codes for k in keys), bool)
    return found


def _with_choice(column: pd.Series, wanted: Wanted, name: str) -> Mask:
    words = [choice.value for choice in wanted.choices.get(name, ())]
    codes = wanted.others.get(name, ())
    words += [word for word in unlisted(column) if word.code in codes]
    found: Mask = column.isin(words).to_numpy(dtype=bool)
    return found


def unlisted(column: pd.Series) -> list[Unlisted]:
    """Return the words of a choice column that its vocabulary has not, sorted."""
    known = {choice.value for choice in Complaint.field(str(column.name)).choices}
    words = set(column.cat.categories) - known
    used = set(column.cat.categories[column.cat.codes.unique()]) if words else set()
    return [Unlisted(word) for word in sorted(words & used)]


def _with_slug(
    column: pd.Series, coded: Callable[[str], str], slugs: Sequence[str]
) -> Mask:
    codes, words = pd.factorize(column)
    fits = np.fromiter((coded(str(word)) in slugs for word in words), bool, len(words))
    return (
        np.asarray(fits[codes], dtype=bool)
        if len(words)
        else np.zeros(len(column), bool)
    )


def _received_between(
    complaints: pd.DataFrame, since: date | None, until: date | None
) -> Mask:
    found = np.ones(len(complaints), dtype=bool)
    at = complaints["received_at"]
    if since is not None:
        found &= (at >= pd.Timestamp(clock.at(since))).to_numpy()
    if until is not None:
        end = pd.Timestamp(clock.at(until)) + pd.Timedelta(days=1)
        found &= (at < end).to_numpy()
    return found


# In which order -----------------------------------------------------------------


class Order(Choice):
    """並び: in which order the whole ledger is listed, not only the visible page."""

    NEWEST = N_("新しい順")
    PROMISE = N_("約束が近い順")
    SEVERITY = N_("重大度順")
    CHANGED = N_("更新順")
    OLDEST = N_("古い順")


def ordered(complaints: pd.DataFrame, chosen: Mask, order: Order) -> Positions:
    """Return the positions of the chosen rows in that order.

    By promise: what is owed soonest first, what owes nothing last. By severity: the
    gravest first, the most pressing promise first among equals.
    """
    at = np.flatnonzero(chosen)
    keys: list[Any]
    match order:
        case Order.NEWEST:
            keys = [-_seconds(complaints["received_at"], at)]
        case Order.OLDEST:
            keys = [_seconds(complaints["received_at"], at)]
        case Order.CHANGED:
            keys = [-_seconds(complaints["updated_at"], at)]
        case Order.PROMISE:
            keys = [_owed(complaints, at)]
        case Order.SEVERITY:
            ranks = complaints["severity"].cat.codes.to_numpy()[at]
            keys = [_owed(complaints, at), -ranks.astype(np.int64)]
    return at[np.lexsort(keys)]


_LAST: Final = np.iinfo(np.int64).max


def _seconds(column: pd.Series, at: Positions) -> npt.NDArray[np.int64]:
    """Return the moments as numbers; a missing one is 1970."""
    moments = column.to_numpy(dtype="datetime64[s]")[at]
    return np.where(np.isnat(moments), 0, moments.astype(np.int64))


def _owed(complaints: pd.DataFrame, at: Positions) -> npt.NDArray[np.int64]:
    due = complaints["next_promise_at"].iloc[at]
    settled = complaints["status"].iloc[at].isin([status.value for status in SETTLED])
    seconds = due.to_numpy(dtype="datetime64[s]").astype(np.int64)
    return np.where(due.isna() | settled, _LAST, seconds)
