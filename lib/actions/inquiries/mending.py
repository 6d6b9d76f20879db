"""迅速に修正: what is put right because of an inquiry, as rows of 施策・改善.

Each mend has a place, an owner and a date, and the screens before and after. The places
of the inquiry follow from what was finished; an inquiry that needs nothing put right says
why in writing (R21).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any, Final, cast

import pandas as pd

from lib.actions.inquiries.saving import require, save
from lib.actions.inquiries.transitions import Event, after
from lib.actions.permissions import needs
from lib.errors import ActionRefused, FieldProblem, InvalidRecord
from lib.i18n import N_
from lib.schema.complaint import UNKNOWN_PRODUCT
from lib.schema.frames import standing
from lib.schema.ids import id_for
from lib.schema.inquiry import AgencyInquiry
from lib.schema.learning import Improvement
from lib.schema.tables import table
from lib.schema.vocab import (
    ActivityKind,
    ImprovementKind,
    ImprovementStatus,
    MendedPlace,
)
from lib.store.access import UserStore
from lib.store.protocol import Insert, Update

IMPROVEMENTS: Final = "improvements"

PLANNED: Final = ("place", "title", "owner", "due_on", "before_url")
"""What is asked when a mend begins."""

PLACES: Final = tuple(p for p in MendedPlace if p is not MendedPlace.NOTHING)

CHECKED_AFTER: Final = timedelta(days=28)
"""After so many days one looks whether it helped; before and after are equally long."""

MOST_LINKABLE: Final = 50

_KINDS: Final = {
    MendedPlace.LANDING_PAGE: ImprovementKind.LANDING_PAGE,
    MendedPlace.CONFIRMATION: ImprovementKind.LANDING_PAGE,
    MendedPlace.CANCELLATION_PATH: ImprovementKind.LANDING_PAGE,
    MendedPlace.RETURN_TERMS: ImprovementKind.LANDING_PAGE,
    MendedPlace.ENCLOSURE: ImprovementKind.ENCLOSURE,
    MendedPlace.SERVICE: ImprovementKind.TRAINING,
    MendedPlace.PRODUCT: ImprovementKind.PRODUCT,
}


def mends(desk: UserStore, inquiry: AgencyInquiry) -> tuple[Improvement, ...]:
    """Return what is put right because of an inquiry, unfinished first, then by date.

    Also the one that it was linked to, which another case may have brought about.
    Cancelled ones are none.
    """

    def made() -> tuple[Improvement, ...]:
        rows = _live(desk)
        own = rows[
            (rows["trigger_id"] == inquiry.id) | (rows.index == inquiry.improvement_id)
        ]
        own = own.assign(_done=own["done_on"].notna()).sort_values(
            ["_done", "due_on", "id"], kind="stable", na_position="last"
        )
        return _records(own.drop(columns="_done"))

    return desk.derived(("mends", inquiry.id, inquiry.improvement_id), made)


def linkable(desk: UserStore, inquiry: AgencyInquiry) -> tuple[Improvement, ...]:
    """Return what others put right already, the same product's first, newest first."""

    def made() -> tuple[Improvement, ...]:
        rows = _live(desk)
        other = rows[rows["trigger_id"] != inquiry.id]
        other = other.assign(_far=other["product_code"] != inquiry.product_code)
        other = other.iloc[::-1].sort_values("_far", kind="stable")
        return _records(other.drop(columns="_far").head(MOST_LINKABLE))

    return desk.derived(("linkable", inquiry.id, inquiry.product_code), made)


def _live(desk: UserStore) -> pd.DataFrame:
    rows = desk.frame(IMPROVEMENTS)
    return rows[rows["status"] != ImprovementStatus.CANCELLED.value]


def _records(rows: pd.DataFrame) -> tuple[Improvement, ...]:
    found = standing(table(IMPROVEMENTS), rows)
    return cast("tuple[Improvement, ...]", tuple(found))


def unfinished(desk: UserStore, inquiry: AgencyInquiry) -> tuple[Improvement, ...]:
    """Return what this inquiry began to put right and nobody has finished."""
    return tuple(m for m in mends(desk, inquiry) if is_owed(m, inquiry))


def is_owed(mend: Improvement, inquiry: AgencyInquiry) -> bool:
    """Whether a mend is this inquiry's own and not finished."""
    return mend.trigger_id == inquiry.id and mend.done_on is None


# Beginning --------------------------------------------------------------------------


@needs("inquiries.work")
def begin(
    desk: UserStore,
    seen: AgencyInquiry,
    values: Mapping[str, Any],
    *,
    now: datetime,
    commit_id: str,
) -> AgencyInquiry:
    """Begin to put something right: where, what, who, until when.

    A written reason for none is void from then on.

    Raises:
        InvalidRecord: place, owner or date is missing, each by its field.
        ActionRefused: the inquiry is settled.
    """
    made = _made(seen, values, now=now, seed=f"{commit_id}:mend")
    told = (
        f"修正を始めた: {cast('MendedPlace', made.place).value}「{made.title}」"
        f"(担当 {made.owner}、期限 {made.due_on:%Y/%m/%d})"
    )
    places = tuple(p for p in seen.mended_places if p is not MendedPlace.NOTHING)
    return save(
        desk,
        seen,
        {
            "status": after(Event.MEND, seen.status),
            "mended_places": places,
            "no_improvement_reason": "",
            "improvement_id": seen.improvement_id or made.id,
        },
        steps=[{"kind": ActivityKind.MEND, "content": told}],
        also=(Insert(made),),
        following=("mended_places", "improvement_id"),
        now=now,
        commit_id=commit_id,
    )


def _made(
    seen: AgencyInquiry, values: Mapping[str, Any], *, now: datetime, seed: str
) -> Improvement:
    """Return what is put right because of an inquiry; raises as `begin`."""
    place, due_on = values.get("place"), values.get("due_on")
    require(
        place=None
        if isinstance(place, MendedPlace) and place is not MendedPlace.NOTHING
        else N_("どこを直すかを選んでください。"),
        owner=None
        if str(values.get("owner") or "").strip()
        else N_("担当を決めてください。"),
        due_on=_wrong_date(due_on, now),
    )
    place = cast("MendedPlace", place)
    product = "" if seen.product_code == UNKNOWN_PRODUCT else seen.product_code
    return Improvement.parse(
        {
            "id": id_for("S", now, seed),
            "title": str(values.get("title") or "").strip() or f"{place.value}を直す",
            "kind": _KINDS[place],
            "place": place,
            "product_code": product,
            "sales_page": seen.sales_page,
            "owner": str(values["owner"]).strip(),
            "due_on": due_on,
            "before_url": str(values.get("before_url") or "").strip(),
            "trigger_id": seen.id,
        }
    )


def _wrong_date(due_on: date | None, now: datetime) -> str | None:
    if due_on is None:
        return N_("いつまでに直すかを入れてください。")
    if due_on < now.date():
        return N_("過ぎた日です。これから先の日にしてください。")
    return None


# Finishing --------------------------------------------------------------------------


@needs("inquiries.work")
def finish(
    desk: UserStore,
    seen: AgencyInquiry,
    mend: Improvement,
    values: Mapping[str, Any],
    *,
    now: datetime,
    commit_id: str,
) -> AgencyInquiry:
    """Note that something was put right: on which day, and the screen after it.

    That day parts before from after in the figures; 28 days later one looks whether it
    helped. `values` may hold done_on, before_url and after_url.

    Raises:
        InvalidRecord: no day, or one that has not come.
        Conflict: somebody finished it before.
    """
    done_on = values.get("done_on")
    require(done_on=_wrong_end(done_on, now))
    done_on = cast("date", done_on)
    ended = {
        "done_on": done_on,
        "starts_on": mend.starts_on or done_on,
        "check_on": mend.check_on or done_on + CHECKED_AFTER,
        "status": ImprovementStatus.CHECKING,
        **{
            name: str(values[name]).strip()
            for name in ("before_url", "after_url")
            if name in values
        },
    }
    told = f"修正を終えた: {_place(mend)}「{mend.title}」({done_on:%Y/%m/%d})"
    places = _places(seen, mend)
    return _ended(
        desk, seen, mend, ended, told, places=places, now=now, commit_id=commit_id
    )


@needs("inquiries.work")
def drop(
    desk: UserStore,
    seen: AgencyInquiry,
    mend: Improvement,
    reason: str,
    *,
    now: datetime,
    commit_id: str,
) -> AgencyInquiry:
    """Take a mend back that was begun by mistake, or is not needed after all.

    Raises:
        InvalidRecord: no reason is given; its problem is on `dropped`.
    """
    require(dropped=None if reason.strip() else N_("やめる理由を書いてください。"))
    told = f"修正をやめた: {_place(mend)}「{mend.title}」(理由: {reason.strip()})"
    ended = {"status": ImprovementStatus.CANCELLED}
    return _ended(desk, seen, mend, ended, told, now=now, commit_id=commit_id)


def _ended(
    desk: UserStore,
    seen: AgencyInquiry,
    mend: Improvement,
    ended: Mapping[str, Any],
    told: str,
    *,
    places: tuple[MendedPlace, ...] | None = None,
    now: datetime,
    commit_id: str,
) -> AgencyInquiry:
    left = [m for m in mends(desk, seen) if m.id != mend.id]
    is_last = not any(is_owed(other, seen) for other in left)
    values: dict[str, Any] = {}
    if places is not None:
        values["mended_places"] = places
    elif seen.improvement_id == mend.id:
        values["improvement_id"] = left[0].id if left else ""
    if is_last:
        values["status"] = after(Event.MENDED, seen.status)
    base = {name: getattr(mend, name) for name in ended}
    return save(
        desk,
        seen,
        values,
        steps=[{"kind": ActivityKind.MEND, "content": told}],
        also=(Update(IMPROVEMENTS, mend.id, base, dict(ended)),),
        now=now,
        commit_id=commit_id,
    )


def _places(seen: AgencyInquiry, mend: Improvement) -> tuple[MendedPlace, ...]:
    kept = [p for p in seen.mended_places if p is not MendedPlace.NOTHING]
    found = [*kept, *([mend.place] if mend.place else [])]
    return tuple(p for p in MendedPlace if p in found)


def _place(mend: Improvement) -> str:
    return mend.place.value if mend.place else "修正"


def _wrong_end(done_on: date | None, now: datetime) -> str | None:
    if done_on is None:
        return N_("直し終えた日を入れてください。")
    if done_on > now.date():
        return N_("まだ来ていない日です。直し終えた日を入れてください。")
    return None


# None needed ------------------------------------------------------------------------


@needs("inquiries.work")
def none_needed(
    desk: UserStore,
    seen: AgencyInquiry,
    reason: str,
    *,
    now: datetime,
    commit_id: str,
) -> AgencyInquiry:
    """Write down why nothing has to be put right.

    Raises:
        InvalidRecord: no reason is given; its problem is on `no_improvement_reason`.
        ActionRefused: something is being put right, or was.
    """
    require(
        no_improvement_reason=None
        if reason.strip()
        else N_("直すところがないと判断した理由を書いてください。")
    )
    if mends(desk, seen):
        raise ActionRefused(
            N_("この問合せには修正があります。要らないなら、先に修正をやめてください。")
        )
    told = f"修正は要らない(理由: {reason.strip()})"
    return save(
        desk,
        seen,
        {
            "mended_places": (MendedPlace.NOTHING,),
            "no_improvement_reason": reason.strip(),
        },
        steps=[{"kind": ActivityKind.MEND, "content": told}],
        now=now,
        commit_id=commit_id,
    )


@needs("inquiries.work")
def link(
    desk: UserStore,
    seen: AgencyInquiry,
    improvement: Improvement | None,
    *,
    now: datetime,
    commit_id: str,
) -> AgencyInquiry:
    """Let the inquiry end in a mend that another case has brought about already.

    Raises:
        InvalidRecord: none is chosen; its problem is on `improvement_id`.
    """
    if improvement is None:
        message = N_("どの改善につなぐかを選んでください。")
        raise InvalidRecord([FieldProblem("improvement_id", message)])
    told = f"すでにある改善につないだ: {improvement.id}「{improvement.title}」"
    return save(
        desk,
        seen,
        {
            "improvement_id": improvement.id,
            "mended_places": _places(seen, improvement),
            "no_improvement_reason": "",
        },
        steps=[{"kind": ActivityKind.MEND, "content": told}],
        now=now,
        commit_id=commit_id,
    )
