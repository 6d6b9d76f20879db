"""Who came and went stands in 操作ログ, and guessing costs the store next to nothing."""

from datetime import timedelta

import pyotp
import pytest

from lib import clock
from lib.actions import sign_in_log, signing_in
from lib.errors import ActionRefused, NotAllowed, StoreUnavailable
from lib.schema.audit import REFUSED
from lib.schema.masters import Member
from lib.schema.principal import SYSTEM, Principal
from lib.schema.vocab import AuditRoute, Role
from lib.settings.sign_in import Provider
from lib.signin import accounts as keys
from lib.signin.accounts import Accounts
from lib.signin.limits import OF_ACCOUNT
from lib.store.log_search import LogQuery
from tests.signin.people import ADMIN, CLERK, GOOD, MANAGER
from tests.store.rows import saving

NOW = clock.now().replace(minute=10, second=0)
HERE = {"origin": "198.51.100.7", "now": NOW}
NEXT_HOUR = NOW + timedelta(hours=1)


def enter(company, address=CLERK, password=GOOD, **where):
    how = HERE | where
    return signing_in.with_password(company.desk, address, password, before="", **how)


def refused(company, times, address=CLERK, **where):
    for _ in range(times):
        with pytest.raises(ActionRefused):
            enter(company, address, "wrong", **where)


def told(company, now=NOW):
    """Return the lines in the log, in their order: what, who, on whom, with what."""
    sign_in_log.tell(company.desk, now)
    rows = company.live.search_log(LogQuery(route=AuditRoute.SIGN_IN)).rows[::-1]
    names = ("field_name", "actor", "row_key", "after", "reason")
    return list(zip(*(rows[name] for name in names), strict=True))


def kinds(company):
    return [line[0] for line in told(company)]


@pytest.fixture
def always_wrong(monkeypatch):
    """Compare no password: that takes a tenth of a second each."""
    monkeypatch.setattr(Accounts, "is_right", lambda *_: False)


def test_coming_and_going_are_told_with_who_and_how(company, chief):
    token = signing_in.invite(company.desk, chief, company.members[CLERK], NOW)
    came = signing_in.accept(company.desk, token, GOOD, before="", **HERE)
    session = company.desk.sessions.of_token(came.token, NOW)
    signing_in.sign_out(company.desk, session.id, NOW)
    enter(company)

    assert told(company) == [
        ("(招待を作成)", "佐藤 花子", CLERK, "", ""),
        ("(招待を使用)", "鈴木 次郎", CLERK, "", ""),
        ("(サインイン)", "鈴木 次郎", CLERK, "招待のリンク", ""),
        ("(サインアウト)", "鈴木 次郎", CLERK, "", ""),
        ("(サインイン)", "鈴木 次郎", CLERK, "パスワード", ""),
    ]
    assert sign_in_log.tell(company.desk, NOW) == 0


def test_a_provider_a_second_step_and_a_new_password_are_told(company, chief):
    desk, secret = company.desk, keys.new_secret()
    desk.accounts.set_password(CLERK, GOOD, NOW)
    code = pyotp.TOTP(secret).at(NOW)
    signing_in.begin_second_step(desk, CLERK, GOOD, secret, code, **HERE)
    half = enter(company)
    late = NOW + timedelta(minutes=1)
    signing_in.with_code(
        desk, half.token, pyotp.TOTP(secret).at(late), origin="", before="", now=late
    )
    signing_in.end_second_step(desk, CLERK, GOOD, **HERE)
    signing_in.change_password(desk, CLERK, GOOD, GOOD + "-shin", session="", **HERE)
    google = Provider("google", "Google", "", "", "")
    claims = {"email": MANAGER, "email_verified": True}
    signing_in.vouched(desk, google, claims, before="", now=late)
    signing_in.invite(desk, chief, company.members[CLERK], NOW)
    signing_in.switch_off(
        desk, company.live.for_user(chief), company.members[CLERK], entry="E1", now=late
    )

    found = told(company)
    assert {(kind, how) for kind, _who, _on, how, _times in found} == {
        ("(2段階の確認を開始)", ""),
        ("(サインイン)", "パスワードと確認コード"),
        ("(2段階の確認を終了)", ""),
        ("(パスワードを変更)", ""),
        ("(サインイン)", "Google"),
        ("(招待を作成)", ""),
        ("(招待を取消)", ""),
    }
    off = company.live.search_log(LogQuery(row_key=CLERK, field_name="active")).rows
    assert list(zip(off["actor"], off["before"], off["after"], strict=True)) == [
        ("佐藤 花子", "はい", "いいえ")
    ]


@pytest.mark.usefixtures("always_wrong")
def test_guessing_is_counted_and_told_twice_an_hour_at_most(company):
    refused(company, OF_ACCOUNT[0][1])
    first = told(company)
    refused(company, 50)

    assert [line[0] for line in first] == ["(サインインの失敗)"]
    assert first[0][1:] == ("鈴木 次郎", CLERK, "パスワード", "10回")
    revision = company.live.refreshed().revision
    assert kinds(company) == ["(サインインの失敗)", "(試しすぎて停止)"]
    assert company.live.refreshed().revision == revision + 1

    assert sign_in_log.tell(company.desk, NOW) == 0
    refused(company, 5)
    assert sign_in_log.tell(company.desk, NOW) == 0
    stopped = ("(試しすぎて停止)", "鈴木 次郎", CLERK, "")
    assert told(company, NEXT_HOUR)[-1] == (*stopped, "5回")


@pytest.mark.usefixtures("always_wrong")
def test_a_thousand_made_up_names_are_one_line_and_none_of_them_is_kept(company):
    for number in range(40):
        refused(company, 1, f"secret-{number}", origin=f"198.51.100.{number}")

    assert told(company) == [("(サインインの失敗)", "不明", "", "パスワード", "40回")]
    kept = b"".join(path.read_bytes() for path in company.data.rglob("*.db*"))
    assert b"secret-" not in kept
    assert b"198.51.100" not in kept


def test_no_secret_comes_into_the_log(company, chief):
    token = signing_in.invite(company.desk, chief, company.members[CLERK], NOW)
    came = signing_in.accept(company.desk, token, GOOD, before="", **HERE)
    told(company)

    kept = b"".join(path.read_bytes() for path in company.data.rglob("*.db*"))
    for secret in (token, came.token, GOOD):
        assert secret.encode() not in kept


def test_what_happened_waits_while_the_store_is_away_and_is_told_once(
    company, monkeypatch
):
    company.desk.accounts.set_password(CLERK, GOOD, NOW)
    enter(company)

    def away(_commit):
        raise StoreUnavailable("away")

    with monkeypatch.context() as patch:
        patch.setattr(company.live, "commit", away)
        with pytest.raises(StoreUnavailable):
            sign_in_log.tell(company.desk, NOW)
    enter(company)
    # Killed after the save and before it was noted: the batch comes once more.
    monkeypatch.setattr(company.desk.events, "told", lambda *_: None)
    told(company)
    monkeypatch.undo()
    told(company)

    assert kinds(company) == ["(サインイン)"] * 2


def test_a_role_that_is_changed_is_told_with_both_roles(company, chief):
    from lib.actions import masters

    view = company.live.for_user(chief)
    masters.change(
        view, company.members[CLERK], {"role": Role.MANAGER}, entry="E2", now=NOW
    )

    rows = company.live.search_log(LogQuery(row_key=CLERK, field_name="role")).rows
    assert rows[["actor", "before", "after"]].values.tolist() == [
        ["佐藤 花子", "担当", "マネージャー"]
    ]


def test_a_write_that_is_not_theirs_is_told_with_the_row(company):
    class Watchman:
        def saved(self, *_):
            pass

        def refused(self, who, table, key):
            sign_in_log.note_refusal(company.desk, who, table, key, NOW)

    company.live.watchman = Watchman()
    clerk = company.live.for_user(Principal.of(company.members[CLERK]))
    forged = Member(email="mine@example.jp", name="私", role=Role.ADMIN)
    for number in range(3):
        with pytest.raises(NotAllowed):
            clerk.commit(saving(forged, id=f"forged-{number}"))

    assert told(company) == [
        ("(権限がなく拒否)", "鈴木 次郎", "mine@example.jp", "", "3回")
    ]
    row = company.live.search_log(LogQuery(field_name=REFUSED)).rows.iloc[0]
    assert row["table"] == "members"
    assert "mine@example.jp" not in company.live.for_user(SYSTEM).frame("members").index


def test_an_administrator_named_by_the_installation_is_told_by_address(company):
    desk = company.desk
    object.__setattr__(desk, "admins", frozenset({"chief@example.jp"}))
    desk.accounts.set_password("chief@example.jp", GOOD, NOW)
    enter(company, "chief@example.jp")

    assert told(company)[0][1:3] == ("chief@example.jp", "chief@example.jp")
    assert ADMIN in company.members
