"""Whoever may edit a shared sheet cannot give themselves rights in it."""

import pytest

from lib import clock
from lib.actions import given_roles, masters, sign_in_log, signing_in
from lib.errors import ActionRefused, NotAllowed
from lib.schema.masters import Member
from lib.schema.principal import SYSTEM, Principal
from lib.schema.vocab import AuditRoute, Flag, Role
from lib.store.live import LiveStore
from lib.store.log_search import LogQuery
from lib.store.protocol import Update
from tests.signin.people import ADMIN, AGENT, CLERK, MANAGER
from tests.store.rows import saving

NOW = clock.now()


@pytest.fixture
def company(company, monkeypatch):
    """Return a company whose store people edit by hand, as its sheet was begun."""
    monkeypatch.setattr(LiveStore, "mends", True)
    signing_in.principal_of(company.desk, ADMIN)
    company.live.watchman = Watchman(company.desk)
    return company


class Watchman:
    """What the app sets up: roles given in it are remembered."""

    def __init__(self, desk):
        self.desk = desk

    def saved(self, _who, commit, receipt):
        given_roles.remember_given(self.desk, commit, receipt.records)

    def refused(self, *_):
        raise AssertionError


def typed(company, address, **values):
    """Write into the sheet as a person does."""
    member = company.live.for_user(SYSTEM).record("members", address)
    base = {name: getattr(member, name) for name in values}
    update = Update("members", address, base, values)
    company.live.commit(saving(update, route=AuditRoute.SHEET_SEEN))
    return member.model_copy(update=values)


def role_of(company, address):
    found = signing_in.principal_of(company.desk, address)
    return found and (found.role, found.centre)


def test_a_role_typed_into_the_sheet_gives_nothing_until_it_is_confirmed(
    company, chief
):
    raised = typed(company, CLERK, role=Role.ADMIN)

    assert role_of(company, CLERK) == (Role.CLERK, "自社")
    assert given_roles.held_back(company.desk)[0].given is Role.CLERK
    own = signing_in.principal_of(company.desk, CLERK)
    manager = signing_in.principal_of(company.desk, MANAGER)
    for who in (own, manager):
        with pytest.raises(NotAllowed):
            signing_in.confirm_role(company.desk, who, raised, NOW)

    signing_in.confirm_role(company.desk, chief, raised, NOW)

    assert role_of(company, CLERK) == (Role.ADMIN, "自社")
    assert given_roles.held_back(company.desk) == ()


def test_a_row_that_somebody_adds_by_hand_lets_nobody_in(company, chief):
    stranger = Member(email="stranger@example.jp", name="だれか", role=Role.MANAGER)
    company.live.commit(saving(stranger, route=AuditRoute.SHEET_SEEN))

    assert role_of(company, stranger.email) is None
    with pytest.raises(ActionRefused, match="役割"):
        signing_in.invite(company.desk, chief, stranger, NOW)

    signing_in.confirm_role(company.desk, chief, stranger, NOW)
    assert role_of(company, stranger.email) == (Role.MANAGER, "自社")


def test_another_centre_typed_for_an_agent_shows_them_nothing_of_it(company):
    typed(company, AGENT, centre="自社")
    assert role_of(company, AGENT) == (Role.OUTSOURCED, "SPR")

    typed(company, AGENT, role=Role.VIEWER)
    assert role_of(company, AGENT) == (Role.OUTSOURCED, "SPR")


def test_what_the_sheet_takes_away_is_gone_at_once_and_typing_it_back_gives_nothing(
    company,
):
    typed(company, MANAGER, role=Role.VIEWER)
    typed(company, CLERK, active=Flag.NO)

    assert role_of(company, MANAGER) == (Role.VIEWER, "自社")
    assert role_of(company, CLERK) is None

    sign_in_log.watch_roles(company.desk, NOW)
    typed(company, MANAGER, role=Role.MANAGER)
    typed(company, CLERK, active=Flag.YES)

    assert role_of(company, MANAGER) == (Role.VIEWER, "自社")
    assert role_of(company, CLERK) is None


def test_a_role_given_in_the_app_counts_at_once(company, chief):
    view = company.live.for_user(chief)
    clerk = view.record("members", CLERK)
    masters.change(view, clerk, {"role": Role.MANAGER}, entry="E1", now=NOW)
    new = {"email": "new@example.jp", "name": "新人", "role": Role.CLERK}
    masters.add(view, Member, new, entry="E2", now=NOW)

    assert role_of(company, CLERK) == (Role.MANAGER, "自社")
    assert role_of(company, "new@example.jp") == (Role.CLERK, "自社")


def test_changing_something_else_in_the_app_confirms_no_role(company, chief):
    typed(company, CLERK, role=Role.ADMIN)
    view = company.live.for_user(chief)
    seen = view.record("members", CLERK)
    masters.change(view, seen, {"title": "主任"}, entry="E1", now=NOW)

    assert role_of(company, CLERK) == (Role.CLERK, "自社")


def test_a_role_that_is_held_back_is_told_once(company):
    typed(company, CLERK, role=Role.ADMIN)
    for _ in range(3):
        sign_in_log.watch_roles(company.desk, NOW)
        sign_in_log.tell(company.desk, NOW)

    rows = company.live.search_log(LogQuery(field_name="(役割の変更を保留)")).rows
    assert rows[["row_key", "after"]].values.tolist() == [[CLERK, "管理者"]]


def test_whoever_is_named_by_the_installation_needs_no_row(company):
    object.__setattr__(company.desk, "admins", frozenset({ADMIN}))
    typed(company, ADMIN, role=Role.VIEWER)

    assert role_of(company, ADMIN) == (Role.ADMIN, "自社")
    assert Principal.of(company.members[ADMIN]).role is Role.ADMIN
