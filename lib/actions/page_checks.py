"""ページ点検: what is to be looked at, what was found, and what becomes of it.

A check is one row per item. What has to be improved becomes a row of 施策・改善 in the
same commit, so that nothing is found and then forgotten.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final, cast

from lib.actions.business_settings import EDITORS, setting_write, value_of
from lib.actions.permissions import needs, roles_of
from lib.errors import FieldProblem, InvalidRecord, NotAllowed
from lib.i18n import N_
from lib.metrics import page_checks as states
from lib.metrics.page_checks import Outcome, PageState
from lib.schema.ids import id_for
from lib.schema.learning import Improvement
from lib.schema.masters import Setting
from lib.schema.page_check import PageCheck
from lib.schema.tables import KEY_SEPARATOR, table
from lib.schema.vocab import (
    CheckResult,
    ImprovementKind,
    ImprovementStatus,
    MendedPlace,
    PageKind,
)
from lib.settings import page_checks as defaults
from lib.settings import script_words
from lib.settings.page_checks import EVERY_MONTHS, Item
from lib.settings.script_words import WordRule
from lib.store.access import UserStore
from lib.store.protocol import Commit, Insert, Update, Write

CHECKS: Final = "page_checks"
IMPROVEMENTS: Final = "improvements"
WRITERS: Final = roles_of("pages.check")
EDITORS_OF_ITEMS: Final = EDITORS

DUE_IN: Final = timedelta(days=14)
"""Until when something is to be improved, where nobody says another day."""

SEEN_FOR: Final = timedelta(days=90)
"""Landing pages that customers named so lately are asked for."""

MOST_SEEN: Final = 20

_PLACES: Final = {kind: place for place, kind in states.KIND_OF.items()}
_NOT_ANSWERED: Final = N_("まだ答えていない項目があります。")


@dataclass(frozen=True, slots=True)
class Answer:
    """What was found of one item.

    owner, due_on: who improves it until when; only where it is 要改善.
    """

    result: CheckResult
    note: str = ""
    owner: str = ""
    due_on: date | None = None


# What is known ------------------------------------------------------------------------


def items_of(desk: UserStore, on: date) -> tuple[Item, ...]:
    """Return every item as it counts on that day, those out of use included."""
    return desk.derived(
        ("page items", on), lambda: defaults.items(desk.frame("settings"), on)
    )


def list_of(desk: UserStore, kind: PageKind, on: date) -> tuple[Item, ...]:
    """Return the items that a page of that kind is checked against."""
    return defaults.list_of(items_of(desk, on), kind)


def word_rules_of(desk: UserStore, on: date) -> tuple[WordRule, ...]:
    """Return the rules for scripts as they count on that day."""
    return desk.derived(
        ("script words", on),
        lambda: script_words.word_rules(desk.frame("settings"), on),
    )


def pages(desk: UserStore, today: date) -> tuple[PageState, ...]:
    """Return every page that is watched, what is owed first."""
    months = int(float(value_of(desk, EVERY_MONTHS, today) or 0))
    return desk.derived(
        ("page states", today, months),
        lambda: states.page_states(
            desk.frame(CHECKS),
            desk.frame(IMPROVEMENTS),
            _seen(desk, today),
            months=months,
            today=today,
        ),
    )


def _seen(desk: UserStore, today: date) -> list[str]:
    """Return the landing pages that complaints named lately, the most named first."""
    rows = desk.frame("complaints")
    days = rows["received_at"].dt.date
    fresh = rows[(rows["sales_page"] != "") & (days >= today - SEEN_FOR)]
    named = [str(page) for page in fresh["sales_page"].value_counts().index]
    return [page for page in named if "LP" in page.upper()][:MOST_SEEN]


def owed(desk: UserStore, today: date) -> tuple[PageState, ...]:
    """Return the pages whose time to be checked is over, or that were mended since."""
    late = (states.Standing.OVERDUE, states.Standing.MENDED)
    return tuple(page for page in pages(desk, today) if page.standing in late)


@dataclass(frozen=True, slots=True)
class Course:
    """How one item stood in every check, the newest first, and what was done about it."""

    item: str
    outcomes: tuple[Outcome, ...]
    improvement: Improvement | None


def course_of(desk: UserStore, page: str, kind: PageKind) -> tuple[Course, ...]:
    """Return the course of every item of a page; () where it was never checked."""
    return desk.derived(
        ("page course", page, kind), lambda: tuple(_courses(desk, page, kind))
    )


def _courses(desk: UserStore, page: str, kind: PageKind) -> Iterator[Course]:
    rows = desk.frame(CHECKS)
    own = rows[(rows["page"] == page) & (rows["page_kind"] == kind.value)]
    found = states.outcomes(own)
    for code in dict.fromkeys(one.item for one in found):
        mine = tuple(one for one in found if one.item == code)
        number = next((one.improvement_id for one in mine if one.improvement_id), "")
        yield Course(code, mine, _improvement(desk, number))


def _improvement(desk: UserStore, number: str) -> Improvement | None:
    if not number:
        return None
    try:
        return cast("Improvement", desk.record(IMPROVEMENTS, number))
    except NotAllowed:
        return None


# A check ------------------------------------------------------------------------------


@needs("pages.check")
def check(
    desk: UserStore,
    page: str,
    kind: PageKind,
    answers: Mapping[str, Answer],
    *,
    url: str,
    now: datetime,
    commit_id: str,
) -> int:
    """Keep a check with what has to be improved; return how many improvements began.

    An item whose improvement of an earlier check is still open goes on with that one.
    A second check of one day takes the place of the first.

    Args:
        desk: of the person who looked.
        page: the name of the page, as people call it.
        kind: which list it was checked against.
        answers: by code, of every item of that list.
        url: where the page is; "" where nobody said.
        now: when.
        commit_id: the same for every retry.

    Raises:
        InvalidRecord: the page has no name (`page`), an item no answer (its code), or
            what has to be improved no owner or a day that is over (`owner:code`,
            `due_on:code`).
        NotAllowed: the person's role does not check pages.
        Conflict: somebody checked the page meanwhile.
    """
    name = named(page)
    wanted = [item.code for item in list_of(desk, kind, now.date())]
    _refuse_gaps(name, wanted, answers, now.date())
    titles = {item.code: item.title for item in items_of(desk, now.date())}
    open_ones = _open_improvements(desk, name, kind)
    failed = [c for c in wanted if answers[c].result is CheckResult.TO_IMPROVE]
    begun = {
        code: _begun(
            *(name, kind, titles[code], answers[code]),
            url=url,
            now=now,
            seed=f"{commit_id}:{code}",
        )
        for code in failed
        if not open_ones.get(code)
    }
    numbers = {
        code: begun[code].id if code in begun else open_ones[code] for code in failed
    }
    looked = {
        "checked_on": now.date(),
        "page": name,
        "page_kind": kind,
        "inspector": desk.principal.name,
        "url": url.strip(),
    }
    rows = [_row(looked, code, answers[code], numbers.get(code, "")) for code in wanted]
    writes: list[Write] = [Insert(made) for made in begun.values()]
    writes += [_kept(desk, row) for row in rows]
    desk.commit(Commit(commit_id, desk.principal.name, now, tuple(writes)))
    return len(begun)


def _row(
    looked: Mapping[str, Any], item: str, answer: Answer, improvement: str
) -> PageCheck:
    """Return what was found of an item; improvement: its number, "" for none.

    looked: what is the same of every item of a check.
    """
    return PageCheck.parse(
        {
            **looked,
            "item": item,
            "result": answer.result,
            "note": answer.note.strip(),
            "improvement_id": improvement,
        }
    )


def named(page: str) -> str:
    """Return the name of a page as it is kept: one line, without the key's own sign."""
    return " ".join(page.replace(KEY_SEPARATOR, "｜").split())


@needs("pages.check")
def retire(
    desk: UserStore,
    page: str,
    kind: PageKind,
    *,
    now: datetime,
    commit_id: str,
) -> None:
    """Note that a page is used no longer: every item 対象外, and it is due no more.

    A later check takes it up again. Raises as `check`.
    """
    note = "使わなくなった"
    answers = {
        item.code: Answer(CheckResult.NOT_APPLICABLE, note)
        for item in list_of(desk, kind, now.date())
    }
    check(desk, page, kind, answers, url="", now=now, commit_id=commit_id)


def _refuse_gaps(
    page: str, wanted: Sequence[str], answers: Mapping[str, Answer], today: date
) -> None:
    problems = []
    if not page:
        problems.append(FieldProblem("page", N_("ページの名前を入れてください。")))
    if not wanted:
        problems.append(
            FieldProblem(
                "page", N_("この種類の項目は、すべて使わないことになっています。")
            )
        )
    for code in wanted:
        answer = answers.get(code)
        if answer is None:
            problems.append(FieldProblem(code, _NOT_ANSWERED))
        elif answer.result is CheckResult.TO_IMPROVE:
            problems += _wrong_plan(code, answer, today)
    if problems:
        raise InvalidRecord(problems)


def _wrong_plan(code: str, answer: Answer, today: date) -> Iterator[FieldProblem]:
    if not answer.owner.strip():
        yield FieldProblem(f"owner:{code}", N_("担当を決めてください。"))
    if answer.due_on is None:
        yield FieldProblem(f"due_on:{code}", N_("いつまでに直すかを入れてください。"))
    elif answer.due_on < today:
        words = N_("過ぎた日です。これから先の日にしてください。")
        yield FieldProblem(f"due_on:{code}", words)


def _open_improvements(desk: UserStore, page: str, kind: PageKind) -> Mapping[str, str]:
    """Return item → the number of its improvement that nobody has finished."""
    found = {}
    for course in course_of(desk, page, kind):
        mend = course.improvement
        if (
            mend is not None
            and mend.done_on is None
            and mend.status is not ImprovementStatus.CANCELLED
        ):
            found[course.item] = mend.id
    return found


def _begun(
    page: str,
    kind: PageKind,
    title: str,
    answer: Answer,
    *,
    url: str,
    now: datetime,
    seed: str,
) -> Improvement:
    is_script = kind is PageKind.SCRIPT
    return Improvement.parse(
        {
            "id": id_for("S", now, seed),
            "title": f"{page}: {answer.note.strip() or title}",
            "kind": ImprovementKind.SCRIPT
            if is_script
            else ImprovementKind.LANDING_PAGE,
            "place": _PLACES.get(kind, MendedPlace.SERVICE),
            "sales_page": page if kind is PageKind.LANDING_PAGE else "",
            "owner": answer.owner.strip(),
            "due_on": answer.due_on,
            "before_url": url.strip(),
        }
    )


_CHANGED: Final = (
    "page_kind",
    "result",
    "inspector",
    "url",
    "note",
    "improvement_id",
)


def _kept(desk: UserStore, row: PageCheck) -> Write:
    """Return the write of a row; one of the same day is changed."""
    place = table(CHECKS)
    key = place.key_of(row)
    try:
        seen = desk.record(CHECKS, key)
    except NotAllowed:
        return Insert(row)
    changed = {
        name: getattr(row, name)
        for name in _CHANGED
        if getattr(row, name) != getattr(seen, name)
    }
    base = {name: getattr(seen, name) for name in changed}
    return Update(CHECKS, key, base, changed)


# 設定 ---------------------------------------------------------------------------------


@needs("settings.edit")
def set_item(
    desk: UserStore, item: Item, *, since: date, entry: str, now: datetime
) -> None:
    """Let an item be like this in every check from `since` on.

    Raises:
        InvalidRecord: an item of one's own has no title, or that of another kind.
        NotAllowed: the person's role may not.
        Conflict: somebody changed the row of that day meanwhile.
    """
    same = next((x for x in items_of(desk, since) if x.code == item.code), None)
    if not item.title.strip():
        raise InvalidRecord(
            [FieldProblem("title", N_("何を確かめるかを書いてください。"))]
        )
    if same is not None and same.kind is not item.kind:
        words = N_("その項目は、ほかの種類のページにもうあります。")
        raise InvalidRecord([FieldProblem("title", words)])
    ours = defaults.BY_CODE.get(item.code)
    hint = "" if ours is not None and ours.hint == item.hint else item.hint
    _set(
        desk,
        {
            "group": defaults.GROUP,
            "name": item.code,
            "effective_from": since,
            "value": item.value,
            "description": hint,
        },
        entry,
        now,
    )


@needs("settings.edit")
def set_words(
    desk: UserStore, rule: WordRule, *, since: date, entry: str, now: datetime
) -> None:
    """Let a rule for scripts look for these phrases from `since` on.

    Raises:
        InvalidRecord: it has no phrase.
        NotAllowed, Conflict: see `set_item`.
    """
    if rule.on and not rule.phrases:
        raise InvalidRecord(
            [FieldProblem("phrases", N_("言葉を一つは書いてください。"))]
        )
    _set(
        desk,
        {
            "group": script_words.GROUP,
            "name": rule.code,
            "effective_from": since,
            "value": rule.value,
            "description": N_("台本で探す言葉。読点で区切る。または「使わない」"),
        },
        entry,
        now,
    )


def _set(
    desk: UserStore, values: Mapping[str, object], entry: str, now: datetime
) -> None:
    write = setting_write(desk, Setting.parse(values))
    desk.commit(Commit(entry, desk.principal.name, now, (write,)))
