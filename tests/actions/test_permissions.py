"""The matrix of role and action: complete, asked by every verb, and first of all."""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from itertools import pairwise
from types import FunctionType
from typing import Any

import pytest

import lib.actions
from lib.actions.permissions import (
    PERMISSIONS,
    may,
    permission,
    permissions_of,
    refuse,
    roles_of,
)
from lib.errors import ActionRefused, NotAllowed
from lib.schema.principal import SYSTEM, Principal
from lib.schema.tables import TABLES
from lib.schema.vocab import Role
from lib.store import access
from lib.store.access import Right
from lib.store.live import LiveStore
from lib.store.opening import open_store

# Unguarded on purpose -----------------------------------------------------------------

READS = {
    "archiving": "is_full put_away_like",
    "analysing.reading": "cases_of contacts_of orders_of began_on words_of headline_of"
    " pareto_of course_of cross_of launches_of clock_of shares_of behind"
    " contacts_behind",
    "business_settings": "claim_types_of value_of new_centre_of values_of"
    " setting_write",
    "by_hand.new_rows": "adoption taken_in",
    "caring": "waiting kinds",
    "cases": "step timeline last_change related",
    "centre_files.making": "find_centre",
    "clocks.changing": "case_of counted",
    "clocks.keeping": "lacking",
    "clocks.proposing": "rules_of products_of pairs_of product_of closed_of facts_of"
    " likes_of is_reported",
    "clocks.reading": "whom_about known pair_of case_seen like_cases without_maker",
    "clocks.ruling": "differing running values_of",
    "clocks.running": "everything_that_can_run_out lines_of offered answer_target",
    "clocks.starting": "starting newly_proposed should_stand rules_on clocks_of"
    " new_rows",
    "closing": "blockers presets",
    "complaints": "preview refuse_closing_over_clocks",
    "crises.ending": "missing",
    "crises.opening": "offers open_ones leader_of first_tasks leaving",
    "crises.parts": "steps_of tasks_of cases_of steps_taken clocks_of noted"
    " refuse_ended clocks_started recall_clocks",
    "crises.reading": "board boards past left_in crisis_of candidates",
    "crises.working": "step_of may_be_waived lacks waits_for",
    "documents": "listed find document_of fitting overdue read_by training_of",
    "dossier": "may_unmask refuse_unmasking gathered similar handler_of",
    "handover": "handovers underway waiting members_of",
    "health": "choices standings punctuality left_out",
    "importing.undoing": "runs_of may_undo",
    "improving.figures": "counted",
    "improving.judging": "told_of",
    "improving.keeping": "due",
    "improving.listing": "improvements found cases_of",
    "inquiries.closing": "missing",
    "inquiries.course": "course is_mended",
    "inquiries.deciding": "needs_lawyer approvers may_approve to_approve is_alone"
    " standing returned",
    "inquiries.instructions": "is_followed executives_wait untold instructions",
    "inquiries.listing": "followed_kinds alarm listed of_complaint timeline",
    "inquiries.matching": "matches",
    "inquiries.mending": "mends linkable unfinished",
    "inquiries.saving": "refuse_readers step",
    "inquiries.similar": "similar",
    "inquiries.sorting": "questions",
    "inquiries.taking": "preview preset_due",
    "inspecting": "lines_of due_day rows month history overdue hints improvement_of",
    "inside": "unanswered waiting_for waiting_on colleagues known_by",
    "knowledge.past": "past is_put_away is_at_hand came_back",
    "knowledge.searching": "search precedents like lessons summary",
    "knowledge.sharing": "mask_of",
    "kpi_cards": "told cards_of card_of target_of judged_of beside_of beside course_of"
    " marks_for cases_of",
    "kpi_days": "centres_for find month_days checked spans_of doubts",
    "kpi_forms": "form_of report_columns",
    "kpi_paste": "plan confirmable",
    "kpi_questions": "may_ask may_answer questions_of questions_on open_questions"
    " every_question",
    "kpi_targets": "targets_of completed history marks_of",
    "kpi_views": "call_centres entries_of times_of total_of by_centre_of spread_of"
    " behind_of lamp_of verdict_of moves_of compared_of deterrence_of"
    " retention_weeks_of traces_of",
    "looking": "looks recent has_looked",
    "masters": "may_edit",
    "measures": "marked",
    "monthly": "readers_for centres_for comments_of",
    "monthly_gathering": "gathered line_of contacts_of comment_of",
    "notices.digest": "digest_for",
    "notices.figures": "figures_for",
    "notices.queue": "readers leads_of",
    "page_checks": "items_of list_of word_rules_of pages owed course_of",
    "people": "oneself",
    "permissions": "may refuse needs",
    "problems": "examples found",
    "queueing": "open_work",
    "repairs": "checked may_renumber may_take_over",
    "risks.life": "may_decide may_finish record_of steps_of tasks_of",
    "risks.months": "months_of",
    "risks.panels": "cells_of answer_rates lag_of what_changed",
    "risks.reading": "reading daily course sensitivity alarms_of many_a_week",
    "risks.replaying": "replay blind",
    "risks.watching": "due closed_in_the_sheet",
    "severity": "rules_of proposed_for moves",
    "signing_in": "may_invite",
    "targets": "clocks_of",
    "first_week": "items concerns is_put_away",
    "wishes": "by_product",
    "training": "courses",
    "today": "morning frames_of figures_of events_of excluded_of usual_of missing_of"
    " contacts_of_week answer_rates common_target weekly_contacts",
}
"""They write nothing and see only what the desk shows of the rows and cells that
`RIGHTS` leaves its person: nothing more is to be asked."""

JOBS = {
    "archiving": "away_again back_for sample_back with_archive years_of",
    "by_hand.tidying": "tidy",
    "centre_files.keeping": "centres_with_files",
    "centre_files.running": "fold_centre",
    "clocks.feeding": "whole_feed",
    "clocks.keeping": "keep",
    "contacts": "over cut rekeyed rekey oldest_left tend rotate log_export write",
    "handover": "pass_on",
    "improving.keeping": "keep",
    "log_checking": "look_at_newest",
    "risks.watching": "watch",
}
"""What the app does by itself, on the whole store; no page holds that."""

DOOR = {
    "given_roles": "held_back as_given remember_given lower_given",
    "sign_in_desk": "rows_of",
    "sign_in_log": "tell note_refusal watch_roles",
    "signing_in": "sign_out principal_of with_password with_code vouched ensure_member"
    " invite_by_operator invited accept change_password begin_second_step"
    " end_second_step",
}
"""Who they are is what they find out; afterwards, one's own account alone."""

PIECES = {
    "clocks.starting": "commit",
    "crises.parts": "commit",
    "inquiries.saving": "save",
    "noting": "note",
    "privacy.from_archive": "among_the_rest",
}
"""How guarded verbs write: each is called by them alone, and the store asks again."""


def named(lists: dict[str, str]) -> set[str]:
    return {
        f"{place}.{name}" for place, names in lists.items() for name in names.split()
    }


UNGUARDED = named(READS) | named(JOBS) | named(DOOR) | named(PIECES)

WHOSE = ("UserStore", "LiveStore", "Desk", "Principal", "Store")
"""Types that tell a function who acts, or hand it everything."""


def public_functions() -> Iterator[tuple[str, FunctionType]]:
    for found in pkgutil.walk_packages(lib.actions.__path__, "lib.actions."):
        module = importlib.import_module(found.name)
        for name, verb in vars(module).items():
            own = inspect.isfunction(verb) and verb.__module__ == found.name
            if own and not name.startswith("_"):
                yield f"{found.name.removeprefix('lib.actions.')}.{name}", verb


def acts_for_somebody(verb: FunctionType) -> bool:
    specs = inspect.signature(verb).parameters.values()
    return any(kind in str(spec.annotation) for spec in specs for kind in WHOSE)


FUNCTIONS = dict(public_functions())
VERBS = {
    name: verb for name, verb in FUNCTIONS.items() if permissions_of(verb) is not None
}


# It is complete -----------------------------------------------------------------------


def test_every_function_that_acts_for_somebody_asks_the_matrix_or_says_why_not():
    silent = {
        name
        for name, verb in FUNCTIONS.items()
        if acts_for_somebody(verb) and name not in VERBS
    }

    assert silent - UNGUARDED == set(), "give these a line in the matrix"
    assert UNGUARDED - silent == set(), "these are guarded, or gone"


WRITING = {"commit", "mend", "resend", "discard", "everything", "audit", "for_user"}


def test_what_only_reads_calls_nothing_that_writes_or_sees_everything():
    reach = {name: written_by(FUNCTIONS[name]) for name in sorted(named(READS))}

    assert {name: found for name, found in reach.items() if found} == {
        # `UserStore.audit` and `UserStore.everything` refuse by themselves; what is
        # discarded is a name from a set.
        "by_hand.new_rows.adoption": {"discard", "everything"},
        "cases.last_change": {"audit"},
        "kpi_targets.marks_of": {"audit"},
        "repairs.checked": {"everything"},
    }


def written_by(verb: Callable[..., Any]) -> set[str]:
    """Return which of `WRITING` a function calls, also through others of its module."""
    names = vars(importlib.import_module(verb.__module__))
    found: set[str] = set()
    seen: set[str] = set()
    left = [inspect.unwrap(verb)]
    while left:
        for node in ast.walk(source_of(left.pop())):
            match node:
                case ast.Call(func=ast.Attribute(attr=name)) if name in WRITING:
                    found.add(name)
                case ast.Name(id=name) if name not in seen:
                    seen.add(name)
                    if inspect.isfunction(names.get(name)):
                        left.append(inspect.unwrap(names[name]))
    return found


@cache
def source_of(function: Callable[..., Any]) -> ast.AST:
    return ast.parse(textwrap.dedent(inspect.getsource(function)))


def test_every_line_is_asked_by_a_verb_or_opens_a_page():
    asked = {code for verb in VERBS.values() for code in permissions_of(verb) or ()}
    by_themselves = {
        line.code for line in PERMISSIONS if line.code.startswith("open.")
    } | {"today.past", "cases.dossier_names", "audit.see"}

    assert {line.code for line in PERMISSIONS} == asked | by_themselves


def test_no_two_lines_have_one_code_or_one_label():
    assert len({line.code for line in PERMISSIONS}) == len(PERMISSIONS)
    assert len({line.label for line in PERMISSIONS}) == len(PERMISSIONS)


def test_lines_of_one_group_stand_together():
    groups = [line.group for line in PERMISSIONS]
    changes = [a for a, b in pairwise(groups) if a is not b]

    assert len(changes) == len(set(groups)) - 1


def test_whoever_only_reads_changes_nothing_and_the_administrator_may_everything():
    assert not [x.code for x in PERMISSIONS if x.changes and Role.VIEWER in x.roles]
    assert not [x.code for x in PERMISSIONS if Role.ADMIN not in x.roles]


def test_a_manager_may_all_that_a_clerk_may():
    assert not [
        line.code
        for line in PERMISSIONS
        if Role.CLERK in line.roles and Role.MANAGER not in line.roles
    ]


def test_an_unknown_line_is_no_permission():
    with pytest.raises(KeyError):
        may(Principal("a", "a", Role.ADMIN), "complaints.delete")
    with pytest.raises(KeyError):
        roles_of("complaints.delete")


# It is asked first --------------------------------------------------------------------

WHO = {
    "管理者": Principal("admin@example.jp", "佐藤 花子", Role.ADMIN),
    "マネージャー": Principal("manager@example.jp", "森 一郎", Role.MANAGER),
    "担当": Principal("clerk@example.jp", "鈴木 太郎", Role.CLERK),
    "閲覧": Principal("viewer@example.jp", "加藤 次郎", Role.VIEWER),
    "委託先A": Principal("agent@example.jp", "伊藤 三郎", Role.OUTSOURCED, "A"),
}


@pytest.fixture(scope="module")
def live(tmp_path_factory):
    place = tmp_path_factory.mktemp("permissions")
    store = LiveStore(open_store(f"sqlite:///{place / 'a.db'}", data=place))
    yield store
    store.close()


@pytest.fixture
def generous(monkeypatch):
    """Let the store allow everything to everybody: only the matrix can refuse now."""
    whole = Right(insert=True, update=True)
    every = {place.code: whole for place in TABLES}
    monkeypatch.setattr(access, "RIGHTS", dict.fromkeys(Role, every))


def called_by(verb: Callable[..., Any], who: Principal | None, live: LiveStore) -> Any:
    """Call a verb for somebody, everything else that it asks for left out."""
    given: dict[str, Any] = {}
    for name, spec in inspect.signature(verb).parameters.items():
        is_desk = "UserStore" in str(spec.annotation)
        acting = live.for_user(who) if is_desk and who else None
        given[name] = who if name == "who" else acting
    positional = [
        given.pop(name)
        for name, spec in inspect.signature(verb).parameters.items()
        if spec.kind is spec.POSITIONAL_OR_KEYWORD
    ]
    return verb(*positional, **given)


@pytest.mark.parametrize("name", WHO)
def test_who_may_not_is_refused_before_anything_else(name, live, generous):
    """Every denied cell of role × verb: the arguments are not even looked at."""
    who, before = WHO[name], live.for_user(SYSTEM).revision
    denied = {
        verb: function
        for verb, function in VERBS.items()
        if not any(may(who, code) for code in permissions_of(function) or ())
    }
    for function in denied.values():
        with pytest.raises(NotAllowed):
            called_by(function, who, live)

    assert denied
    assert live.for_user(SYSTEM).revision == before


def test_who_is_nobody_may_do_nothing(live):
    """Not signed in, or switched off since: there is no principal any more."""
    for verb in VERBS.values():
        with pytest.raises(NotAllowed):
            called_by(verb, None, live)


def test_who_only_looks_changes_nothing(live, generous):
    for name, verb in VERBS.items():
        codes = permissions_of(verb) or ()
        if not all(permission(code).changes for code in codes):
            continue
        for who in WHO.values():
            with pytest.raises((NotAllowed, ActionRefused)):
                called_by(verb, replace(who, only_looks=True), live)
            assert name


def test_looking_on_is_told_apart_from_not_being_allowed():
    looking = replace(WHO["担当"], only_looks=True)

    with pytest.raises(ActionRefused):
        refuse(looking, "cases.edit")
    with pytest.raises(NotAllowed):
        refuse(looking, "settings.edit")
    refuse(looking, "cases.export")


def test_the_app_itself_may_everything_and_alone_begins():
    for line in PERMISSIONS:
        refuse(SYSTEM, line.code)
    only_the_system = [v for v in VERBS if permissions_of(VERBS[v]) == ()]

    assert only_the_system == ["first_start.begin"]


def test_a_principal_that_only_looks_like_the_system_is_not_it():
    twin = Principal(SYSTEM.key, SYSTEM.name, Role.VIEWER)

    assert twin is not SYSTEM
    assert not may(twin, "cases.edit")


def test_who_tries_to_change_what_is_not_theirs_is_noted_and_who_only_reads_is_not(
    live, monkeypatch
):
    class Watchman:
        def __init__(self):
            self.told = []

        def refused(self, who, table, key):
            self.told.append((who.name, table, key))

    watchman = Watchman()
    monkeypatch.setattr(live, "watchman", watchman)
    viewer = WHO["閲覧"]

    def tried(name, who):
        with pytest.raises((NotAllowed, ActionRefused)):
            called_by(VERBS[name], who, live)

    tried("masters.switch", viewer)
    assert watchman.told == [(viewer.name, "", "")]
    tried("masters.switch", replace(viewer, only_looks=True))
    tried("inviting.guests", viewer)
    assert len(watchman.told) == 1


def test_the_guard_finds_whoever_acts_by_name_too(live):
    clerk = live.for_user(WHO["担当"])

    with pytest.raises(NotAllowed):
        FUNCTIONS["business_settings.set_value"](store=clerk)
