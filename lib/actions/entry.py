"""What a clerk types during a call, and the complaint that it says.

The first screen asks at most nine things; chips stand for whole groups of fields.
Here stands what each tap means, so that screen, preview and saving agree.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any, ClassVar, Final

from lib import clock
from lib.i18n import N_
from lib.schema.column import Column
from lib.schema.complaint import Complaint
from lib.schema.record import Rule
from lib.schema.vocab import (
    Answered,
    Category,
    Cause,
    Certainty,
    Choice,
    ComplaintKind,
    ComplaintStatus,
    Done,
    GraveAccident,
    Harassment,
    Harm,
    OutsideThreat,
    Promise,
    Severity,
)
from lib.settings.claim_types import ClaimType, Sign
from lib.settings.customer_key import normalised_contact
from lib.text import pieces


class Mark(Choice):
    """あてはまるもの: one tap each; some unfold the fields that they need."""

    SECOND = N_("二次クレーム")
    HARM = N_("けが・体調")
    LEAK = N_("情報漏れ")
    HARASSMENT = N_("カスハラ")
    OUTSIDE = N_("外部相談の予告")
    REFUSED = N_("返金・返品を断った")
    REPEAT = N_("再発")
    SEVERAL = N_("ほかにも困っている人")
    SLIP = N_("重大な手違い")
    WISH = N_("要望のみ")


class PromiseTime(Choice):
    """次の約束: by when, in one tap; or nothing is left to promise."""

    HALF_HOUR = N_("30分後")
    TODAY = N_("今日中")
    TOMORROW = N_("明日10時")
    OTHER = N_("その他(日時)")
    SOLVED = N_("その場で解決")


UNFOLDS: Final[Mapping[Mark, tuple[str, ...]]] = {
    Mark.SECOND: ("parent_id",),
    Mark.HARM: ("harm", "symptom", "accident", "lot"),
    Mark.HARASSMENT: ("harassment", "harassment_kind"),
    Mark.OUTSIDE: ("outside_threat",),
    Mark.REPEAT: ("parent_id",),
    Mark.SEVERAL: ("people_involved",),
    Mark.SLIP: ("people_involved",),
}
"""The fields that a chip needs; a chip that is not named says all there is to say."""

CLOSING_TIME: Final = 18
"""「今日中」 means until this hour; after it, until midnight."""

_ABOUT_CONTENT = Complaint.field("content").column
_ABOUT_PROMISE = Complaint.field("next_promise").column


class Entry(Complaint):
    """A complaint as it is typed: its own fields and the taps that stand for others."""

    content: Annotated[str, _ABOUT_CONTENT] = ""
    next_promise: Annotated[
        Promise | None, Column(N_("何をするか"), help=_ABOUT_PROMISE.help)
    ] = Promise.CALL_BACK
    who: Annotated[
        str,
        Column(
            N_("電話・メール・注文番号"),
            help=N_(
                "どれでも一つ。空けて並べれば、電話と注文番号の両方も入れられます。"
            ),
            personal=True,
            verbatim=True,
        ),
    ] = ""
    marks: Annotated[
        tuple[Mark, ...],
        Column(N_("あてはまるもの"), help=N_("押すと、必要な項目だけが開きます。")),
    ] = ()
    promise_time: Annotated[
        PromiseTime | None,
        Column(N_("次の約束"), help=N_("約束がなければ「その場で解決」を押します。")),
    ] = None
    continues: Annotated[
        str,
        Column(
            N_("続きにする案件"),
            help=N_("新しい苦情にせず、この案件の対応履歴に残します。"),
        ),
    ] = ""
    chosen_severity: Annotated[
        Severity | None,
        Column(N_("重大度を変える"), help=N_("見立てと違うときだけ選びます。")),
    ] = None
    severity_why: Annotated[
        str, Column(N_("変える理由"), help=N_("見立てより下げるときは要ります。"))
    ] = ""
    confirmed: Annotated[
        Done, Column(N_("完了前の確認"), help=N_("復唱・けがや体調・情報漏れ"))
    ] = Done.NOT_YET

    RULES: ClassVar[tuple[Rule, ...]] = (
        Rule(
            "content",
            N_("内容を入力してください。"),
            lambda e: not e.content.strip(),
        ),
        Rule(
            "promise_time",
            N_(
                "いつまでに連絡するかを押してください。その場で解決したなら「その場で解決」を押してください。"
            ),
            lambda e: e.promise_time is None and not e.is_new_wish,
        ),
        Rule(
            "next_promise_at",
            N_("約束の時刻を選んでください。"),
            lambda e: e.owes_time and e.next_promise_at is None,
        ),
        Rule(
            "confirmed",
            N_("復唱して確かめたら、ここを押してください。"),
            lambda e: e.is_solved and e.confirmed is not Done.DONE,
        ),
    )

    @property
    def is_solved(self) -> bool:
        """Whether nothing is left to do for the customer."""
        return self.promise_time is PromiseTime.SOLVED

    @property
    def is_new_wish(self) -> bool:
        """Whether it is a wish of its own, which may be kept without any promise."""
        return _kind(self.marks) is ComplaintKind.WISH and not self.continues

    @property
    def owes_time(self) -> bool:
        """Whether a promise was made, so that its time must be known."""
        return self.promise_time is not None and not self.is_solved


# The one box -------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Recognised:
    """What stood in the one box: each part as typed, "" where there is none.

    keys: the part of `contact` that identifies the customer, phone first.
    """

    contact: str = ""
    order_number: str = ""
    keys: tuple[str, ...] = ()


_PHONE_PART = re.compile(r"^\+?[\d\-‐‑–—―−ー()]+$")
_PHONE = re.compile(r"^(0\d{9,10}|\+\d{9,15})$")
_NO_DIGIT = re.compile(r"^\D+$")


def recognise(typed: str) -> Recognised:
    """Return phone or mail, and order number, out of what was typed in one box.

    Blanks part them, and marks that stand beside a number or an address; a phone number
    may itself hold blanks. What is neither phone nor
    mail is the order number, except for a word without any digit, which can only be
    some way to reach the person. Nothing typed is left out.
    """
    contacts: list[str] = []
    numbers: list[str] = []
    words = [piece for word in typed.split() for piece in _pieces(word)]
    at = 0
    while at < len(words):
        word = words[at]
        length = _phone_length(words[at : at + _MOST_PARTS])
        if length:
            contacts.append(" ".join(words[at : at + length]))
        elif "@" in word or "＠" in word or _NO_DIGIT.match(word):
            contacts.append(word)
        else:
            numbers.append(word)
        at += length or 1
    keys = [part for part in contacts if normalised_contact(part)]
    keys.sort(key=lambda part: "@" in unicodedata.normalize("NFKC", part))
    return Recognised(" ".join(contacts), " ".join(numbers), tuple(keys))


def _pieces(word: str) -> list[str]:
    """Return what marks part, if a number or an address is in it; else the whole word.

    An order number may hold the same marks.
    """
    found = pieces(word)
    is_contact = any("@" in p or "＠" in p or _phone_length([p]) for p in found)
    return found if is_contact else [word]


_MOST_PARTS: Final = 16
"""Words of one phone number, were it told digit by digit."""


def _phone_length(words: list[str]) -> int:
    """Return how many of the first words form one phone number; 0 for none."""
    joined = ""
    for count, word in enumerate(words, start=1):
        plain = unicodedata.normalize("NFKC", word)
        if not _PHONE_PART.match(plain):
            return 0
        joined += re.sub(r"[^\d+]", "", plain)
        if _PHONE.match(joined):
            return count
    return 0


# The promise -------------------------------------------------------------------


def due_at(time: PromiseTime | None, now: datetime) -> datetime | None:
    """Return until when a one-tap promise is due; None where a tap cannot say."""
    match time:
        case PromiseTime.HALF_HOUR:
            return (now + timedelta(minutes=30)).replace(second=0)
        case PromiseTime.TODAY:
            evening = clock.at(now.date(), CLOSING_TIME)
            late = now >= evening - timedelta(minutes=30)
            return clock.at(now.date(), 23, 59) if late else evening
        case PromiseTime.TOMORROW:
            return clock.at(now.date() + timedelta(days=1), 10)
        case _:
            return None


# What the taps mean ------------------------------------------------------------


def unfolded(marks: Collection[Mark], claim: ClaimType | None) -> tuple[str, ...]:
    """Return the fields to ask because of chips and claim type, each once, in order."""
    asked = [name for mark, names in UNFOLDS.items() if mark in marks for name in names]
    if _harmed(marks, claim):
        asked += UNFOLDS[Mark.HARM]
    if claim and claim.category in {Category.QUALITY, Category.SAFETY}:
        asked.append("lot")
    return tuple(dict.fromkeys(asked))


def left_to_confirm(marks: Collection[Mark], claim: ClaimType | None) -> frozenset[str]:
    """Return which of `harm` and `leak` the one confirmation before closing answers."""
    answered = {"harm"} if _harmed(marks, claim) else set()
    answered |= {"leak"} if Mark.LEAK in marks else set()
    return frozenset({"harm", "leak"} - answered)


def complaint_values(
    entry: Entry, claim: ClaimType | None, now: datetime
) -> dict[str, Any]:
    """Return the values of the complaint that this entry says, by field name.

    What a chip unfolded counts only while the chip is on; nothing is answered that
    was not asked. 重大度 and 照合キー are left to the caller.
    """
    recognised = recognise(entry.who)
    values = {name: getattr(entry, name) for name in Complaint.model_fields}
    values |= {
        "contact": recognised.contact,
        "order_number": recognised.order_number,
        "kind": _kind(entry.marks),
        "category": _category(entry, claim),
    }
    if entry.promise_time is None:
        values |= {"next_promise": None, "next_promise_at": None}
    values |= _harm(entry, claim) | _other_marks(entry, claim)
    return values | (_closed(entry, claim, now) if entry.is_solved else {})


def _harmed(marks: Collection[Mark], claim: ClaimType | None) -> bool:
    return Mark.HARM in marks or (claim is not None and Sign.HARM in claim.signs)


def _kind(marks: Collection[Mark]) -> ComplaintKind:
    named = {
        Mark.SECOND: ComplaintKind.SECOND,
        Mark.REPEAT: ComplaintKind.REPEAT,
        Mark.WISH: ComplaintKind.WISH,
    }
    return next(
        (kind for mark, kind in named.items() if mark in marks), ComplaintKind.FIRST
    )


def _category(entry: Entry, claim: ClaimType | None) -> Category:
    if entry.category is not Category.UNASKED or claim is None:
        return entry.category
    return claim.category


def _harm(entry: Entry, claim: ClaimType | None) -> dict[str, Any]:
    if not _harmed(entry.marks, claim):
        return {
            "harm": Harm.UNASKED,
            "symptom": None,
            "accident": GraveAccident.UNASKED,
        }
    said = {
        "harm": entry.harm,
        "symptom": entry.symptom,
        "accident": entry.accident,
    }
    if entry.harm is Harm.UNASKED and not entry.is_solved:
        # There is some harm; whether a doctor was seen was not asked yet.
        return {**said, "harm": Harm.UNKNOWN}
    return said


def _other_marks(entry: Entry, claim: ClaimType | None) -> dict[str, Any]:
    marks = entry.marks
    said: dict[str, Any] = {
        "leak": _answer(yes=Mark.LEAK in marks),
        "refund_refused": _answer(yes=Mark.REFUSED in marks),
        "service_failure": _answer(yes=Mark.SLIP in marks),
        "replacement_defective": _answer(
            yes=claim is not None and Sign.REPLACEMENT_DEFECTIVE in claim.signs
        ),
        "outside_threat": OutsideThreat.UNASKED,
        "harassment": Harassment.UNASKED,
        "harassment_kind": None,
    }
    if Mark.OUTSIDE in marks:
        unnamed = entry.outside_threat is OutsideThreat.UNASKED
        said["outside_threat"] = (
            OutsideThreat.OTHER if unnamed else entry.outside_threat
        )
    if Mark.HARASSMENT in marks:
        undecided = entry.harassment is Harassment.UNASKED
        said["harassment"] = Harassment.SUSPECTED if undecided else entry.harassment
        said["harassment_kind"] = entry.harassment_kind
    if Mark.SEVERAL in marks:
        # The chip itself says at least one more.
        said["people_involved"] = max(entry.people_involved or 2, 2)
    return said


def _answer(*, yes: bool) -> Answered:
    return Answered.YES if yes else Answered.UNASKED


def _closed(entry: Entry, claim: ClaimType | None, now: datetime) -> dict[str, Any]:
    closed: dict[str, Any] = {
        "status": ComplaintStatus.CLOSED,
        "closed_at": now,
        "first_reply_at": entry.received_at,
        "next_promise": None,
        "next_promise_at": None,
        "cause": entry.cause or (claim.cause if claim else Cause.UNKNOWN),
        "cause_certainty": entry.cause_certainty or Certainty.PRESUMED,
    }
    if entry.confirmed is Done.DONE:
        closed["read_back"] = Done.DONE
        no = {"harm": Harm.NO, "leak": Answered.NO}
        closed |= {name: no[name] for name in left_to_confirm(entry.marks, claim)}
    return closed
