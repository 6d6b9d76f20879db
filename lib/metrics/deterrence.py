"""抑止 with a conscience: how many stayed, and what was heard of it in the 30 days after.

A high 抑止成功率 may mean good talks, or that people could not get out. So it never
stands alone: beside it stand complaints of not being able to cancel or to get through,
contacts from consumer centres about cancelling, and the customers who asked to cancel,
were kept, and complained or went to a centre afterwards. Nothing here proves an
obstruction (特定商取引法13条の2); it says where to listen to the calls.

日次KPI holds counts and no customers, so what follows is counted by days: from the day
after the first day of the period to 30 days after its last. Only the last of the three
follows single customers, those of the complaint ledger. What follows is that of the
whole company also where one centre is looked at: who could not cancel rings elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import numpy as np
import pandas as pd

from lib.i18n import N_
from lib.metrics import referrals, wishes
from lib.metrics.amounts import Amount
from lib.metrics.figures import Frames, between, of_centre
from lib.metrics.kpis import Value, kpi, measured
from lib.metrics.reason import Reason
from lib.metrics.series import series_of
from lib.metrics.state import State, Verdict
from lib.schema.vocab import (
    Category,
    Choice,
    Request,
    Resolution,
)
from lib.settings.claim_types import ClaimType, Sign

NEVER_ALONE: Final = frozenset({"retention_success", "retention_overall"})
"""Figures that are shown only beside what followed: where nothing of that can be told,
they are left out."""

FOLLOWED: Final = 30
"""Days after a talk in which a complaint is set beside it."""

FEWEST_OFFERS: Final = 30
"""Offers below which a rate of success says too little."""

HIGH: Final = 0.5
"""From here on more than every second who wanted to leave stayed."""

RISING: Final = 0.05
"""Rise over the period before that counts as rising."""

FEWEST_BLOCKED: Final = 3
LEAST_BLOCKED: Final = 1.0
"""Complaints, and complaints per 100 offers, from which they weigh."""

FEWEST_CONTACTS: Final = 2
"""Contacts from centres that weigh whatever the rate; beside a high or rising one, the
first weighs."""

_PER: Final = 100
_WEEK: Final = 7

BLOCKED_WORDS: Final = (
    r"解約.{0,8}(?:でき(?:ない|なかった|ず|ません)|させて(?:くれ|もらえ)|してくれない|拒|断られ|妨げ)"
    r"|電話.{0,8}(?:つなが|繋が)ら(?:ない|なかった|ず)"
    r"|引き[止留]め"
)
CANCEL_WORDS: Final = "解約|退会|定期.{0,8}(?:やめ|止め|停止)"
_BLOCKED_SIGNS: Final = frozenset({Sign.CANNOT_CANCEL, Sign.UNREACHABLE})


class Trace(Choice):
    """What was heard after a customer wanted to cancel."""

    BLOCKED = N_("「解約できない」「電話がつながらない」などの苦情")
    REFERRAL = N_("解約についてのセンターからの連絡")
    KEPT_COMPLAINED = N_("解約を望み、続けた人の、その後の苦情")
    KEPT_REFERRED = N_("解約を望み、続けた人についてのセンターからの連絡")


_TABLE: Final = {
    Trace.BLOCKED: "complaints",
    Trace.REFERRAL: "agency_inquiries",
    Trace.KEPT_COMPLAINED: "complaints",
    Trace.KEPT_REFERRED: "agency_inquiries",
}
_OF_CUSTOMERS: Final = (Trace.KEPT_COMPLAINED, Trace.KEPT_REFERRED)


@dataclass(frozen=True, slots=True)
class Followed:
    """What followed the talks of a period.

    until: the last day followed; days: how many were, up to today.
    keys: by what was heard, the keys of its rows (`table_of`), the newest first.
    """

    until: date
    days: int
    is_complete: bool
    keys: dict[Trace, tuple[str, ...]]

    def count(self, *traces: Trace) -> int:
        """Return how many different rows these are."""
        return len({key for trace in traces for key in self.keys[trace]})


@dataclass(frozen=True, slots=True)
class Deterrence:
    """A period's talks with what followed them, and how that is to be read.

    offers, success, overall: 抑止提案率, 抑止成功率, 総合抑止率.
    before: 抑止成功率 of the period before, of the same length.
    blocked_rate: complaints of not getting out in a day that followed, for 100 offers
        of a day of the period; None without offers.
    verdict: whether it may hide an obstruction, with the plain words for the screen.
    """

    first: date
    last: date
    centre: str
    offers: Value
    success: Value
    overall: Value
    before: Value
    followed: Followed
    blocked_rate: float | None
    verdict: Verdict

    @property
    def is_warning(self) -> bool:
        """Whether the warning text is to be shown."""
        return self.verdict.state in {State.WATCH, State.ALARM}


def table_of(trace: Trace) -> str:
    """Return the code of the table to which the keys of a trace belong."""
    return _TABLE[trace]


def traces(frames: Frames, types: tuple[ClaimType, ...]) -> pd.DataFrame:
    """Return what was ever heard about cancelling, a row an event.

    Columns: `trace` (a word of `Trace`), `key`, `date` (midnight, without zone) and
    `asked_on`: the day on which the same customer had asked to cancel, NaT where
    nobody knows. Cancelled rows and wishes are left out.

    frames: complaints and agency_inquiries. types: what 申出の種類 say.
    """
    complaints = wishes.complaints_in(frames["complaints"])
    complaints = complaints[complaints["received_at"].notna()]
    contacts = referrals.referrals(frames["agency_inquiries"])
    contacts = contacts[contacts["first_contact_at"].notna()]
    kept = _kept(complaints)
    parts = [
        _events(Trace.BLOCKED, complaints[_blocked(complaints, types)], "received_at"),
        _events(Trace.REFERRAL, contacts[_cancelling(contacts)], "first_contact_at"),
        *_of_customers(kept, complaints, contacts),
    ]
    return pd.concat(parts, ignore_index=True)


def deterrence(
    days: pd.DataFrame,
    heard: pd.DataFrame,
    first: date,
    last: date,
    *,
    today: date,
    centre: str = "",
) -> Deterrence:
    """Return the talks from `first` to `last` with what followed within 30 days.

    days: `figures.figures`. heard: `traces`. centre: its code, "" for all.
    """
    own = of_centre(days, centre) if centre else days
    period = between(own, first, last)
    length = (last - first).days + 1
    earlier = between(own, first - timedelta(days=length), first - timedelta(days=1))
    success = measured(kpi("retention_success"), period)
    before = measured(kpi("retention_success"), earlier)
    followed = _followed(heard, first, last, today)
    rate = _blocked_rate(followed, success, length)
    return Deterrence(
        first=first,
        last=last,
        centre=centre,
        offers=measured(kpi("retention_offer_rate"), period),
        success=success,
        overall=measured(kpi("retention_overall"), period),
        before=before,
        followed=followed,
        blocked_rate=rate,
        verdict=_verdict(success, before, followed, rate, centre),
    )


def weekly(
    days: pd.DataFrame,
    heard: pd.DataFrame,
    last: date,
    *,
    today: date,
    weeks: int = 26,
    centre: str = "",
) -> pd.DataFrame:
    """Return the weeks up to the one that ends with `last`, oldest first, for a chart.

    Columns: `first`, `last`, `success` (0-1, NaN without offers), `offers`, `blocked`
    and `referrals` (what followed within 30 days), `is_complete` (these 30 days are
    over).
    """
    lasts = [last - timedelta(days=_WEEK * back) for back in range(weeks)][::-1]
    firsts = [end - timedelta(days=_WEEK - 1) for end in lasts]
    talks = series_of(
        kpi("retention_success"), days, [centre] if centre else [], firsts[0], last
    )[centre]
    by_week = np.arange(len(talks.above)) // _WEEK
    offers = np.bincount(by_week, talks.below, weeks)
    kept = np.bincount(by_week, talks.above, weeks)
    success = np.divide(kept, offers, out=np.full(weeks, np.nan), where=offers > 0)
    until = [end + timedelta(days=FOLLOWED) for end in lasts]
    return pd.DataFrame(
        {
            "first": firsts,
            "last": lasts,
            "success": success,
            "offers": offers,
            "blocked": _following(heard, Trace.BLOCKED, firsts, until, today),
            "referrals": _following(heard, Trace.REFERRAL, firsts, until, today),
            "is_complete": [day <= today for day in until],
        }
    )


def _following(
    heard: pd.DataFrame,
    trace: Trace,
    firsts: Sequence[date],
    until: Sequence[date],
    today: date,
) -> np.ndarray:
    """Return how much was heard after each first day, up to each last one."""
    own = heard.loc[heard["trace"] == trace.value, "date"]
    days = np.sort(own.to_numpy("datetime64[D]"))
    ends = np.array([min(day, today) for day in until], dtype="datetime64[D]")
    starts = np.array(firsts, dtype="datetime64[D]")
    up_to = np.searchsorted(days, ends, side="right")
    found: np.ndarray = np.maximum(
        0, up_to - np.searchsorted(days, starts, side="right")
    )
    return found


# What was heard --------------------------------------------------------------------


def _events(trace: Trace, rows: pd.DataFrame, moment: str) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "trace": trace.value,
            "key": rows.index.to_numpy(),
            "date": _days(rows[moment]).to_numpy(),
            "asked_on": pd.Series(pd.NaT, index=rows.index, dtype="datetime64[s]"),
        }
    ).reset_index(drop=True)


def _blocked(complaints: pd.DataFrame, types: tuple[ClaimType, ...]) -> pd.Series:
    """Return which complaints say that one could not get out or through."""
    signed = [kind.name for kind in types if kind.signs & _BLOCKED_SIGNS]
    said = complaints["content"].str.contains(BLOCKED_WORDS, regex=True)
    found: pd.Series = complaints["claim_type"].isin(signed) | said
    return found


def _cancelling(contacts: pd.DataFrame) -> pd.Series:
    """Return which contacts are about cancelling."""
    told = contacts["facts"] + "\n" + contacts["demand"]
    is_contract = contacts["category"] == Category.CONTRACT.value
    found: pd.Series = is_contract | told.str.contains(CANCEL_WORDS, regex=True)
    return found


def _kept(complaints: pd.DataFrame) -> pd.DataFrame:
    """Return who asked to cancel and whose case did not end with a cancellation."""
    return complaints[
        (complaints["request"] == Request.CANCELLATION.value)
        & (complaints["resolution"] != Resolution.CANCELLATION.value)
    ]


def _of_customers(
    kept: pd.DataFrame, complaints: pd.DataFrame, contacts: pd.DataFrame
) -> Iterator[pd.DataFrame]:
    """Yield what the very customers said later: complaints, then contacts."""
    for trace, rows, moment, names in (
        (
            Trace.KEPT_COMPLAINED,
            complaints,
            "received_at",
            ("customer_key", "order_number"),
        ),
        (Trace.KEPT_REFERRED, contacts, "first_contact_at", ("order_number",)),
    ):
        pairs = [_same(kept, rows, name, moment) for name in names]
        if trace is Trace.KEPT_REFERRED:
            asked = kept.assign(complaint_id=kept.index)
            pairs.append(_same(asked, rows, "complaint_id", moment))
        found = pd.concat(pairs, ignore_index=True)
        # Of several times they asked, the last one before.
        found = found.sort_values("asked_on").drop_duplicates("key", keep="last")
        yield found.assign(trace=trace.value)[["trace", "key", "date", "asked_on"]]


def _same(
    asked: pd.DataFrame, later: pd.DataFrame, name: str, moment: str
) -> pd.DataFrame:
    """Return later rows that carry the same `name` within 30 days: with `asked_on`."""
    left = pd.DataFrame({name: asked[name], "asked_at": asked["received_at"]})
    right = pd.DataFrame({name: later[name], "at": later[moment], "key": later.index})
    pairs = left[left[name] != ""].merge(right, on=name)
    pairs = pairs[pairs["at"] > pairs["asked_at"]]
    found = pd.DataFrame(
        {
            "key": pairs["key"],
            "date": _days(pairs["at"]),
            "asked_on": _days(pairs["asked_at"]),
        }
    )
    near = found["date"] - found["asked_on"] <= pd.Timedelta(days=FOLLOWED)
    return found[near].reset_index(drop=True)


def _days(moments: pd.Series) -> pd.Series:
    days: pd.Series = (
        moments.dt.tz_localize(None).dt.normalize().astype("datetime64[s]")
    )
    return days


# What it says ----------------------------------------------------------------------


def _followed(heard: pd.DataFrame, first: date, last: date, today: date) -> Followed:
    until = last + timedelta(days=FOLLOWED)
    seen = min(until, today)
    after = between(heard, first + timedelta(days=1), seen)
    asked = heard[
        heard["asked_on"].between(pd.Timestamp(first), pd.Timestamp(last))
        & (heard["date"] <= pd.Timestamp(seen))
    ]
    keys = {}
    for trace in Trace:
        rows = asked if trace in _OF_CUSTOMERS else after
        own = rows[rows["trace"] == trace.value].sort_values("date", ascending=False)
        keys[trace] = tuple(own["key"])
    return Followed(until, max(0, (seen - first).days), until <= today, keys)


def _blocked_rate(followed: Followed, success: Value, length: int) -> float | None:
    if not success.denominator or not followed.days:
        return None
    blocked_a_day = followed.count(Trace.BLOCKED) / followed.days
    return blocked_a_day / (success.denominator / length) * _PER


def _verdict(
    success: Value,
    before: Value,
    followed: Followed,
    rate: float | None,
    centre: str,
) -> Verdict:
    """Return whether what followed tells of an obstruction, in words.

    What was heard weighs by itself: 注意 however few stayed, 警報 where the rate is high
    or rising. Until the 30 days are over, silence proves nothing.
    """
    entry = kpi("retention_success")
    partly = [] if followed.is_complete else [_partly(followed)]
    if success.number is None or (success.denominator or 0) < FEWEST_OFFERS:
        few = Reason(
            N_("抑止提案が{fewest}件に満たないので、まだ判定できません。"),
            {"fewest": FEWEST_OFFERS},
        )
        return Verdict(State.PENDING, (few, *partly), centre)
    contacts = followed.count(Trace.REFERRAL, Trace.KEPT_REFERRED)
    blocked = followed.count(Trace.BLOCKED, Trace.KEPT_COMPLAINED)
    details = {
        "now": Amount(entry, success.number),
        "before": Amount(entry, before.number or 0.0),
        "blocked": blocked,
        "contacts": contacts,
        "days": followed.days,
    }
    heard = Reason(
        N_(
            "その後の{days}日に、解約できない・電話がつながらないなどの苦情が{blocked}件、"
            "解約についてのセンターからの連絡が{contacts}件ありました。"
        ),
        details,
    )
    is_doubtful = _is_high(success) or _is_rising(success, before)
    if not _weighs(blocked, contacts, rate, is_doubtful=is_doubtful):
        # What has not been heard may still come.
        state = State.NORMAL if followed.is_complete else State.PENDING
        return Verdict(state, (heard, *partly), centre)
    message = _IS_HIGH if is_doubtful else _IS_HEARD_ALL_THE_SAME
    if _is_rising(success, before):
        message = _RISEN
    state = State.ALARM if is_doubtful else State.WATCH
    return Verdict(
        state, (Reason(message, details), heard, Reason(WARNING), *partly), centre
    )


def _weighs(
    blocked: int, contacts: int, rate: float | None, *, is_doubtful: bool
) -> bool:
    """Return whether what was heard is enough to ask for a look, whatever the rate."""
    if contacts >= (1 if is_doubtful else FEWEST_CONTACTS):
        return True
    return blocked >= FEWEST_BLOCKED and (rate or 0.0) >= LEAST_BLOCKED


_RISEN: Final = N_("抑止成功率が{before}から{now}に上がっています。")
_IS_HIGH: Final = N_("抑止成功率は{now}と高めです。")
_IS_HEARD_ALL_THE_SAME: Final = N_(
    "抑止成功率は{now}で、高くも上がってもいませんが、解約できないという声が届いています。"
)

WARNING: Final = N_(
    "解約の妨げが隠れていないか、通話の録音と解約の手順を確かめてください。"
    "事実と違うことを言って解約を妨げることは、法律で禁じられています(特定商取引法13条の2)。"
)
"""The plain warning beside the figure; a catalogue key."""


def _partly(followed: Followed) -> Reason:
    return Reason(
        N_(
            "30日後の{until.month}/{until.day}までを見終えていません。件数はまだ増えます。"
        ),
        {"until": followed.until},
    )


def _is_high(success: Value) -> bool:
    return success.number is not None and success.number >= HIGH


def _is_rising(success: Value, before: Value) -> bool:
    if success.number is None or before.number is None:
        return False
    if (before.denominator or 0) < FEWEST_OFFERS:
        return False
    return success.number - before.number >= RISING
