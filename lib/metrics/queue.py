"""対応待ち: all open work in the order in which it is to be done (domain.md 7.8).

An agency whose instructions come before sales stands above everything (R15). Then a
statutory deadline that runs comes first, then 最重要, then a promise that is overdue, then
a deadline that an agency named, then 温度感, then what has waited longest. Within equals
of one rule the next one decides. What was imported and nobody has touched since
stands last, whatever it says: it is to be given a date, not to be hurried over.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Final

import numpy as np
import pandas as pd

from lib.i18n import N_
from lib.metrics import promises, referrals
from lib.metrics.figures import Frames
from lib.metrics.inquiries import alarms
from lib.metrics.promises import untouched_import
from lib.metrics.sla import Standing, Step, work_time
from lib.metrics.state import State
from lib.schema.masters import Centre
from lib.schema.vocab import (
    AgencyKind,
    Applicability,
    Choice,
    DeadlineKind,
    InquiryStatus,
    Severity,
    Temper,
)
from lib.settings.agencies import NO_REBUTTAL

COMPLAINTS: Final = "complaints"
INQUIRIES: Final = "agency_inquiries"


class Why(Choice):
    """What decides where a case stands, most pressing first: the order itself."""

    AUTHORITY = N_("消費者庁などからの連絡")
    STATUTORY = N_("法定の期限")
    CRITICAL = N_("最重要")
    OVERDUE = N_("約束を超過")
    AGENCY = N_("先方が指定した期限")
    TEMPER = N_("温度感")
    ELAPSED = N_("待っている時間")


COLUMNS: Final = (
    "table",
    "handler",
    "severity",
    "content",
    "received_at",
    "promise",
    "promise_at",
    "when",
    "statutory_at",
    "is_checked",
    "agency_at",
    "temper",
    "waited",
    "step",
    "standing",
    "left",
    "is_import",
    "is_authority",
)
"""Columns of `queue`.

table: 苦情 or 行政問合せ, by its code. when: as in `promises.open_promises`.
statutory_at: the earliest statutory deadline that runs; is_checked: whether somebody
said that it applies. agency_at: the earliest deadline that an agency named. temper: 1
to 5, 0 where nobody asked. waited: business seconds on our side. step, standing, left:
of the target clock that runs out next, with the business seconds left (NaN without
one). is_import: imported and not touched since. is_authority: from an agency that is
followed without argument, and open.
"""

_HOT: Final = 4
_UNASKED_LIKE: Final = 2
"""Where nobody asked, who complains is taken to be dissatisfied: not calmer than calm."""

_TEMPERS: Final = {temper.value: code for code, temper in enumerate(Temper)}
_FAR: Final = np.iinfo(np.int64).max
_ANSWERED: Final = (InquiryStatus.CLOSED.value, InquiryStatus.CANCELLED.value)


def queue(
    frames: Frames,
    clocks: pd.DataFrame,
    company: Centre,
    now: datetime,
    no_rebuttal: Collection[AgencyKind] = NO_REBUTTAL,
) -> pd.DataFrame:
    """Return all open complaints and inquiries with `COLUMNS`, first things first.

    The index is their number. Without open work there are no rows.

    Args:
        frames: complaints, agency_inquiries, deadlines and kpi_days.
        clocks: `sla.clocks` of the same complaints at the same moment.
        company: whose hours count for agencies, which have no target clock.
        now: the moment that counts.
        no_rebuttal: kinds of agency that are followed without argument.
    """
    live = _running(frames["deadlines"])
    contacts = referrals.live(frames[INQUIRIES])
    contacts = contacts[~contacts["status"].isin(_ANSWERED)]
    parts = [
        _complaints(frames[COMPLAINTS], clocks, contacts, now),
        _inquiries(
            contacts,
            frames["kpi_days"],
            company,
            now,
            alarms(contacts, now, no_rebuttal),
        ),
    ]
    known = [part for part in parts if len(part)]
    if not known:
        return parts[0]
    found = pd.concat(known) if len(known) > 1 else known[0]
    return _ordered(_with_deadlines(found, live))


def whys(rows: pd.DataFrame) -> pd.DataFrame:
    """Return for each row which reasons hold: a column of booleans for each `Why`.

    The last one holds always. 待っている時間 is thus the reason where no other is.
    """
    quiet = rows["is_import"]
    holds = {
        Why.AUTHORITY: rows["is_authority"] & ~quiet,
        Why.STATUTORY: rows["statutory_at"].notna(),
        Why.CRITICAL: (rows["severity"] == Severity.CRITICAL.value) & ~quiet,
        Why.OVERDUE: rows["when"] == promises.When.OVERDUE.value,
        Why.AGENCY: rows["agency_at"].notna() & ~quiet,
        Why.TEMPER: (rows["temper"] >= _HOT) & ~quiet,
        Why.ELAPSED: pd.Series(data=True, index=rows.index),
    }
    return pd.DataFrame({why.value: held for why, held in holds.items()})


def _ordered(rows: pd.DataFrame) -> pd.DataFrame:
    quiet = rows["is_import"].to_numpy(dtype=bool)
    overdue = (rows["when"] == promises.When.OVERDUE.value).to_numpy(dtype=bool)
    critical = (rows["severity"] == Severity.CRITICAL.value).to_numpy(dtype=bool)
    keys = [
        rows["received_at"].to_numpy(dtype="datetime64[s]").astype(np.int64),
        -rows["waited"].to_numpy(),
        -rows["temper"].replace(0, _UNASKED_LIKE).to_numpy(),
        _seconds(rows["agency_at"]),
        np.where(overdue, _seconds(rows["promise_at"]), _FAR),
        ~critical,
        quiet,
        _seconds(rows["statutory_at"]),
        ~rows["is_authority"].to_numpy(dtype=bool) | quiet,
    ]
    return rows.iloc[np.lexsort(keys)]


def _seconds(moments: pd.Series) -> np.ndarray:
    at = moments.to_numpy(dtype="datetime64[s]")
    found: np.ndarray = np.where(np.isnat(at), _FAR, at.astype(np.int64))
    return found


# Complaints -------------------------------------------------------------------------


def _complaints(
    complaints: pd.DataFrame,
    clocks: pd.DataFrame,
    contacts: pd.DataFrame,
    now: datetime,
) -> pd.DataFrame:
    owed = promises.open_promises(complaints, now)
    of_case = contacts.groupby("complaint_id")["agency_due_at"].min()
    temper = owed["temper"].astype("object").map(_TEMPERS)
    found = pd.DataFrame(
        {
            "table": COMPLAINTS,
            "handler": owed["handler"],
            "severity": owed["severity"].astype("object"),
            "content": owed["content"],
            "received_at": owed["received_at"],
            "promise": owed["next_promise"].astype("object"),
            "promise_at": owed["next_promise_at"],
            "when": owed["when"].astype("object"),
            "agency_at": of_case.reindex(owed.index),
            "temper": temper.fillna(0).astype("int64"),
            "is_import": untouched_import(owed).astype(bool),
            "is_authority": False,
        },
        index=owed.index,
    )
    return found.join(_pressing(clocks))


def _pressing(clocks: pd.DataFrame) -> pd.DataFrame:
    """Return of each case the clock that runs out next, as it stands."""
    reply = clocks[clocks["step"] == Step.REPLY.value].set_index("case_id")
    settling = clocks[clocks["step"] == Step.SETTLING.value].set_index("case_id")
    # Once answered, only the settling is left; 対象外 holds for both.
    answered = (reply["standing"] == Standing.MET.value).to_numpy()
    either = pd.DataFrame(
        {
            name: np.where(answered, settling[name], reply[name])
            for name in ("step", "standing", "used", "limit")
        },
        index=reply.index,
    )
    none = (either["standing"] == Standing.NONE.value).to_numpy()
    used = either["used"].astype("int64")
    left = (either["limit"].astype("int64") - used).astype("float64")
    return pd.DataFrame(
        {
            # What nobody counts does not wait.
            "waited": np.where(none, 0, used),
            "step": either["step"],
            "standing": either["standing"],
            "left": left.mask(none),
        },
        index=either.index,
    )


# Agencies ---------------------------------------------------------------------------


def _inquiries(
    contacts: pd.DataFrame,
    kpi_days: pd.DataFrame,
    company: Centre,
    now: datetime,
    signs: pd.DataFrame,
) -> pd.DataFrame:
    """Return the agencies' contacts; an answer that is owed counts like a promise.

    signs: `inquiries.alarms` of the contacts; what is at 警報 is 最重要.
    """
    grave = signs["state"] == State.ALARM.value
    since = contacts["first_contact_at"]
    time = work_time(since, kpi_days, company, now)
    at_now = time.positions(pd.Series(pd.DatetimeIndex([now])))[0]
    waited = np.where(since.notna(), np.maximum(0, at_now - time.positions(since)), 0)
    owed = contacts["own_due_at"].where(referrals.owed(contacts))
    return pd.DataFrame(
        {
            "table": INQUIRIES,
            "handler": contacts["handler"],
            "severity": np.where(
                grave, Severity.CRITICAL.value, Severity.HIGH.value
            ).astype("object"),
            "content": contacts["agency_name"] + " " + contacts["facts"],
            "received_at": contacts["first_contact_at"],
            "promise": None,
            "promise_at": owed,
            # An agency that nobody owes an answer is not without a date.
            "when": promises.when(owed, now).mask(
                owed.isna(), promises.When.LATER.value
            ),
            "agency_at": contacts["agency_due_at"],
            "temper": 0,
            "waited": waited,
            "step": None,
            "standing": Standing.NONE.value,
            "left": np.nan,
            "is_import": untouched_import(contacts).astype(bool),
            "is_authority": signs["authority"],
        },
        index=contacts.index,
    )


# Deadlines --------------------------------------------------------------------------


def _running(deadlines: pd.DataFrame) -> pd.DataFrame:
    """Return the deadlines that may still run out: not done, and not found void."""
    void = deadlines["applies"] == Applicability.NOT_APPLICABLE.value
    return deadlines[deadlines["done_at"].isna() & ~void]


def _with_deadlines(rows: pd.DataFrame, live: pd.DataFrame) -> pd.DataFrame:
    law = live[live["kind"] == DeadlineKind.STATUTORY.value]
    first = law.sort_values("due_at", kind="stable").drop_duplicates("case_id")
    first = first.set_index("case_id").reindex(rows.index)
    named = live[live["kind"] == DeadlineKind.AGENCY.value]
    by_agency = named.groupby("case_id")["due_at"].min().reindex(rows.index)
    both = pd.concat([rows["agency_at"], by_agency], axis=1)
    return rows.assign(
        statutory_at=first["due_at"],
        is_checked=(first["applies"] == Applicability.APPLIES.value).to_numpy(bool),
        agency_at=both.min(axis=1),
    )[list(COLUMNS)]
