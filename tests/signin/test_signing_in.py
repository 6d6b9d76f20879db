"""Coming in: every way ends at an active member, and every refusal tells nothing."""

from datetime import timedelta

import pyotp
import pytest

from lib import clock
from lib.actions import inviting, masters, signing_in
from lib.actions.inviting import Stage
from lib.actions.sign_in_desk import Desk
from lib.errors import ActionRefused, InvalidRecord, NotAllowed, SignedOut
from lib.schema.ids import new_commit_id
from lib.schema.masters import Member
from lib.schema.principal import SYSTEM, Principal
from lib.schema.vocab import Flag, Role
from lib.signin import accounts as keys
from lib.signin.sessions import Standing
from lib.ui import context, download
from tests.signin.people import ADMIN, AGENT, CLERK, GOOD, MANAGER

NOW = clock.now()
HERE = {"origin": "198.51.100.7", "now": NOW}


def accept(company, token, password=GOOD):
    return signing_in.accept(company.desk, token, password, before="", **HERE)


def enter(company, address=CLERK, password=GOOD):
    return signing_in.with_password(company.desk, address, password, before="", **HERE)


def switched_off(company, address):
    view = company.live.for_user(SYSTEM)
    member = company.members[address]
    masters.switch(view, member, Flag.NO, entry=new_commit_id(), now=NOW)


def standing(company, token):
    return company.desk.sessions.of_token(token, NOW).standing


# By invitation --------------------------------------------------------------------


def test_an_invited_person_sets_a_password_and_comes_in_with_it_ever_after(
    company, chief
):
    token = signing_in.invite(company.desk, chief, company.members[CLERK], NOW)

    assert signing_in.invited(company.desk, token, **HERE).name == "鈴木 次郎"
    assert standing(company, accept(company, token).token) is Standing.LIVE
    assert standing(company, enter(company).token) is Standing.LIVE
    with pytest.raises(ActionRefused):
        accept(company, token)


def test_a_weak_password_does_not_use_the_link_up(company, chief):
    token = signing_in.invite(company.desk, chief, company.members[CLERK], NOW)

    with pytest.raises(ActionRefused):
        accept(company, token, "suzuki2026")
    assert accept(company, token).token


def test_a_new_link_ends_what_was_open_and_the_second_step(company, chief):
    account = company.desk.accounts
    before = accept(
        company, signing_in.invite(company.desk, chief, company.members[CLERK], NOW)
    )
    secret = keys.new_secret()
    assert account.begin_second_step(CLERK, secret, pyotp.TOTP(secret).at(NOW), NOW)

    accept(company, signing_in.invite(company.desk, chief, company.members[CLERK], NOW))

    assert standing(company, before.token) is Standing.ENDED
    assert not account.has_second_step(CLERK)


def test_a_link_of_somebody_out_of_use_opens_nothing(company, chief):
    token = signing_in.invite(company.desk, chief, company.members[CLERK], NOW)
    switched_off(company, CLERK)

    with pytest.raises(ActionRefused):
        accept(company, token)
    with pytest.raises(ActionRefused):
        signing_in.invite(company.desk, chief, company.members[CLERK], NOW)


def test_links_cannot_be_searched_for(company):
    for _i in range(20):
        with pytest.raises(ActionRefused) as refused:
            signing_in.invited(company.desk, "guess", **HERE)
        assert refused.value.message == signing_in.DEAD_LINK
    with pytest.raises(ActionRefused) as refused:
        signing_in.invited(company.desk, "guess", **HERE)
    assert refused.value.message == signing_in.TOO_OFTEN


@pytest.mark.parametrize(
    ("inviting_one", "invited", "may"),
    [
        (ADMIN, MANAGER, True),
        (ADMIN, ADMIN, True),
        (MANAGER, CLERK, True),
        (MANAGER, MANAGER, True),
        (MANAGER, ADMIN, False),
        (CLERK, AGENT, False),
        (AGENT, CLERK, False),
    ],
)
def test_a_link_to_somebody_higher_would_be_a_way_up(
    company, inviting_one, invited, may
):
    """Whoever has the link is that person; a manager makes none for administrators."""
    who = Principal.of(company.members[inviting_one])
    try:
        signing_in.invite(company.desk, who, company.members[invited], NOW)
    except NotAllowed:
        assert not may
    else:
        assert may


def test_an_address_of_the_settings_is_nobodys_to_invite_but_an_administrators(company):
    desk = Desk.of(company.live, company.data, (CLERK,))
    manager = Principal.of(company.members[MANAGER])

    with pytest.raises(NotAllowed):
        signing_in.invite(desk, manager, company.members[CLERK], NOW)
    assert signing_in.principal_of(desk, CLERK).role is Role.ADMIN


# The first administrator ------------------------------------------------------------


def test_the_operator_lets_the_first_administrator_in(live_empty):
    desk = Desk.of(live_empty.live, live_empty.data, ("Owner@Example.jp",))
    token = signing_in.invite_by_operator(desk, "owner@example.jp", NOW)

    signing_in.accept(desk, token, GOOD, before="", **HERE)

    members = live_empty.live.for_user(SYSTEM).frame("members")
    assert members["role"].to_dict() == {"owner@example.jp": Role.ADMIN.value}
    assert signing_in.principal_of(desk, "owner@example.jp").role is Role.ADMIN


def test_the_operator_can_invite_nobody_else(live_empty):
    desk = Desk.of(live_empty.live, live_empty.data, ("owner@example.jp",))

    with pytest.raises(ActionRefused):
        signing_in.invite_by_operator(desk, "stranger@example.jp", NOW)


# Who it is --------------------------------------------------------------------------


def test_only_active_members_with_an_address_are_anybody(company):
    found = signing_in.principal_of(company.desk, f" {CLERK.upper()} ")
    assert (found.name, found.role) == ("鈴木 次郎", Role.CLERK)

    switched_off(company, CLERK)
    nobody = (CLERK, "", "stranger@example.jp", f"administrator@{masters.LOCAL_DOMAIN}")
    assert [signing_in.principal_of(company.desk, one) for one in nobody] == [None] * 4


def test_a_right_password_of_somebody_out_of_use_is_refused_like_a_wrong_one(company):
    company.desk.accounts.set_password(CLERK, GOOD, NOW)
    switched_off(company, CLERK)

    with pytest.raises(ActionRefused) as gone:
        enter(company)
    with pytest.raises(ActionRefused) as wrong:
        enter(company, ADMIN, "wrong")
    assert gone.value.message == wrong.value.message == signing_in.REFUSED


# The second step --------------------------------------------------------------------


@pytest.fixture
def codes(company):
    """Return the codes of the clerk's phone; the clerk has a password too."""
    company.desk.accounts.set_password(CLERK, GOOD, NOW)
    secret = keys.new_secret()
    code = pyotp.TOTP(secret).at(NOW)
    signing_in.begin_second_step(company.desk, CLERK, GOOD, secret, code, **HERE)
    return pyotp.TOTP(secret)


def test_with_a_second_step_the_password_alone_opens_nothing(company, codes):
    half = enter(company)

    assert half.needs_code
    assert company.desk.sessions.of_token(half.token, NOW) is None
    came = signing_in.with_code(
        company.desk, half.token, codes.at(NOW), before="", **HERE
    )
    assert standing(company, came.token) is Standing.LIVE


def test_codes_cannot_be_searched_through(company, codes):
    half = enter(company)
    found = []
    for guess in range(12):
        with pytest.raises(ActionRefused) as refused:
            signing_in.with_code(
                company.desk, half.token, f"x{guess}", before="", **HERE
            )
        found.append(refused.value.message)
    assert found == [signing_in.WRONG_CODE] * 10 + [signing_in.TOO_OFTEN] * 2


def test_the_second_step_ends_with_the_password_only(company, codes):
    with pytest.raises(ActionRefused):
        signing_in.end_second_step(company.desk, CLERK, "wrong", **HERE)
    signing_in.end_second_step(company.desk, CLERK, GOOD, **HERE)

    assert not enter(company).needs_code


def test_another_password_ends_the_other_sign_ins(company):
    company.desk.accounts.set_password(CLERK, GOOD, NOW)
    here, elsewhere = enter(company).token, enter(company).token
    session = company.desk.sessions.of_token(here, NOW).id
    other = "yuuyake-jitensha-88"

    signing_in.change_password(
        company.desk, CLERK, GOOD, other, session=session, **HERE
    )

    assert standing(company, here) is Standing.LIVE
    assert standing(company, elsewhere) is Standing.ENDED
    with pytest.raises(ActionRefused):
        enter(company, CLERK, GOOD)


# 「招待」 -----------------------------------------------------------------------------


def stages(company, who):
    view = company.live.for_user(who)
    found = inviting.guests(view, company.desk, NOW)
    return {guest.member.email: (guest.stage, guest.has_link) for guest in found}


def test_the_list_says_who_is_how_far(company, chief):
    company.desk.accounts.set_password(MANAGER, GOOD, NOW)
    signing_in.invite(company.desk, chief, company.members[CLERK], NOW)
    switched_off(company, AGENT)

    found = stages(company, chief)

    assert found[MANAGER] == (Stage.IN, False)
    assert found[CLERK] == (Stage.NOT_YET, True)
    assert found[AGENT] == (Stage.OFF, False)


def test_the_mail_is_ready_to_be_sent(company):
    text = inviting.mail(
        company.members[CLERK],
        signing_in.link("https://m.example.jp", "TOKEN"),
        base="https://m.example.jp",
        sender="佐藤 花子",
        now=clock.at(NOW.date(), 10),
    )

    until = clock.at(NOW.date(), 10) + timedelta(hours=72)
    assert text.startswith("鈴木 次郎さん")
    for part in (
        "https://m.example.jp/invitation/TOKEN",
        f"{until:%m月%d日} 10:00",
        CLERK,
    ):
        assert part in text


def test_nobody_is_invited_without_an_address(company, chief):
    view = company.live.for_user(chief)
    values = {"name": "新人", "email": " ", "role": Role.CLERK}

    with pytest.raises(InvalidRecord):
        inviting.register(view, values, entry=new_commit_id(), now=NOW)


def test_one_press_ends_everything_of_a_person(company, chief):
    company.desk.accounts.set_password(CLERK, GOOD, NOW)
    token = enter(company).token
    link = signing_in.invite(company.desk, chief, company.members[CLERK], NOW)

    signing_in.switch_off(
        company.desk,
        company.live.for_user(chief),
        company.members[CLERK],
        entry=new_commit_id(),
        now=NOW,
    )

    assert standing(company, token) is Standing.ENDED
    with pytest.raises(ActionRefused):
        accept(company, link)


# Looking as another role ------------------------------------------------------


def test_whoever_looks_as_another_role_sees_its_part_and_changes_nothing(company):
    manager = Principal.of(company.members[MANAGER])
    seen = inviting.onlooker(manager, Role.OUTSOURCED, "SPR")

    assert set(company.live.for_user(seen).frame("members")["centre"]) == {"SPR"}
    assert seen.name == manager.name
    row = {"name": "新人"}
    looking = company.live.for_user(inviting.onlooker(manager, Role.MANAGER, "自社"))
    with pytest.raises(ActionRefused):
        masters.add(looking, Member, row, entry=new_commit_id(), now=NOW)
    own = company.live.for_user(manager)
    assert masters.add(own, Member, row, entry=new_commit_id(), now=NOW).name


@pytest.mark.parametrize(
    ("who", "role"),
    [
        (CLERK, Role.OUTSOURCED),
        (AGENT, Role.CLERK),
        (MANAGER, Role.ADMIN),
        (ADMIN, Role.ADMIN),
    ],
)
def test_nobody_looks_higher_than_they_are(company, who, role):
    with pytest.raises(NotAllowed):
        inviting.onlooker(Principal.of(company.members[who]), role, "自社")


# In one tab ------------------------------------------------------------------------


@pytest.fixture
def tab(company, monkeypatch):
    """Return what a tab keeps, and give it the sign-in of whoever comes in."""
    kept = {}
    monkeypatch.setenv("MIMAMORI_SIGN_IN", "on")
    monkeypatch.setenv("MIMAMORI_URL", "http://localhost:8501")
    monkeypatch.setattr(context, "sign_in_desk", lambda: company.desk)
    monkeypatch.setattr(context.st, "session_state", kept)

    def signed_in(address):
        company.desk.accounts.set_password(address, GOOD, NOW)
        token = enter(company, address).token
        session = company.desk.sessions.of_token(token, NOW)
        monkeypatch.setattr(context, "_session_id", lambda: session.id)
        return session

    return kept, signed_in


def given_role(company, address, role):
    view, member = company.live.for_user(SYSTEM), company.members[address]
    masters.change(view, member, {"role": role}, entry=new_commit_id(), now=NOW)


def test_one_tab_is_never_given_to_the_next_person(tab):
    kept, sign_in = tab
    sign_in(MANAGER)
    assert context.own_principal().key == MANAGER
    kept["typed"] = "090-1234-5678"

    sign_in(CLERK)
    with pytest.raises(SignedOut):
        context.own_principal()
    sign_in(MANAGER)
    assert context.own_principal().key == MANAGER


def test_another_role_ends_the_sign_in_and_nothing_of_the_old_one_stays(company, tab):
    kept, sign_in = tab
    session = sign_in(MANAGER)
    assert context.own_principal().role is Role.MANAGER
    kept["opened as a manager"] = "personal"

    given_role(company, MANAGER, Role.VIEWER)
    with pytest.raises(SignedOut):
        context.own_principal()
    assert kept == {}
    assert company.desk.sessions.of_id(session.id, NOW).standing is Standing.ENDED
    with pytest.raises(SignedOut):
        context.own_principal()

    again = sign_in(MANAGER)
    assert again.id != session.id
    assert context.own_principal().role is Role.VIEWER


def test_a_file_offered_to_a_manager_is_not_made_for_the_viewer_they_became(
    company, tab
):
    _kept, sign_in = tab
    sign_in(MANAGER)
    make = download.for_the_same(lambda: b"everything")
    assert make() == b"everything"

    given_role(company, MANAGER, Role.VIEWER)
    with pytest.raises(NotAllowed):
        make()


def test_nobody_comes_in_from_a_centre_that_works_for_us_no_more(company):
    company.desk.accounts.set_password(AGENT, GOOD, NOW)
    assert enter(company, AGENT).token
    view = company.live.for_user(SYSTEM)
    centre = view.record("centres", "SPR")

    off = masters.switch(view, centre, Flag.NO, entry=new_commit_id(), now=NOW)
    assert signing_in.principal_of(company.desk, AGENT) is None
    with pytest.raises(ActionRefused, match="パスワード"):
        enter(company, AGENT)
    assert signing_in.principal_of(company.desk, CLERK) is not None

    masters.switch(view, off, Flag.YES, entry=new_commit_id(), now=NOW)
    assert signing_in.principal_of(company.desk, AGENT).key == AGENT
