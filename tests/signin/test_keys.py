"""What lies in the sign-in book: it recognises, opens in time, and opens nothing else."""

import sqlite3
import stat
from datetime import timedelta

import pyotp
import pytest
from cryptography.fernet import Fernet

from lib import clock
from lib.errors import ActionRefused, StoreUnavailable
from lib.signin import accounts as keys
from lib.signin.accounts import Accounts
from lib.signin.book import FILE, Book
from lib.signin.invitations import VALID, Invitations
from lib.signin.limits import Limits
from lib.signin.sealing import Seal
from lib.signin.sessions import ABSOLUTE, IDLE, SECOND_STEP, Sessions, Standing
from tests.signin.people import ADMIN, CLERK, GOOD

NOW = clock.now()
MINUTE = timedelta(minutes=1)


@pytest.fixture
def book(tmp_path):
    return Book(tmp_path)


def accounts_in(book):
    return Accounts(book, Seal(book.folder))


def test_the_file_is_its_owners_and_holds_no_token_and_no_password(tmp_path, book):
    token = Sessions(book).begin(ADMIN, NOW)
    link = Invitations(book).issue(ADMIN, NOW)
    accounts_in(book).set_password(ADMIN, GOOD, NOW)

    files = list(tmp_path.glob(f"{FILE}*"))
    held = b"".join(path.read_bytes() for path in files)

    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
    assert ADMIN.encode() in held
    for secret in (token, link, GOOD):
        assert secret.encode() not in held


def test_a_broken_file_lets_nobody_in(tmp_path, book):
    (tmp_path / FILE).write_bytes(b"no database" * 100)

    with pytest.raises(StoreUnavailable):
        Sessions(book).of_token("anything", NOW)


# Sessions ------------------------------------------------------------------------


def test_a_sign_in_rests_after_half_an_hour_without_a_key_pressed(book):
    sessions = Sessions(book)
    token = sessions.begin(ADMIN, NOW)

    assert sessions.of_token(token, NOW + IDLE).standing is Standing.LIVE
    late = sessions.of_token(token, NOW + IDLE + MINUTE)
    assert late.standing is Standing.TIMED_OUT


def test_activity_keeps_it_open_until_the_working_day_is_over(book):
    sessions = Sessions(book)
    token = sessions.begin(ADMIN, NOW)
    at = NOW
    while at - NOW <= ABSOLUTE - timedelta(minutes=20):
        at += timedelta(minutes=20)
        here = sessions.of_token(token, at)
        assert here.standing is Standing.LIVE
        sessions.noted(here, at)

    after = sessions.of_token(token, NOW + ABSOLUTE + MINUTE)
    assert after.standing is Standing.TIMED_OUT


def test_signing_out_ends_it_for_good(book):
    sessions = Sessions(book)
    token = sessions.begin(ADMIN, NOW)
    sessions.end(sessions.of_token(token, NOW).id)

    assert sessions.of_token(token, NOW).standing is Standing.ENDED


def test_signing_in_again_lets_open_tabs_go_on_but_not_the_old_cookie(book):
    sessions = Sessions(book)
    old = sessions.begin(ADMIN, NOW)
    tab = sessions.of_token(old, NOW).id
    later = NOW + IDLE + MINUTE
    sessions.begin(ADMIN, later, before=old)

    assert sessions.of_id(tab, later).standing is Standing.LIVE
    assert sessions.of_token(old, later).standing is Standing.ENDED


def test_another_person_at_the_same_screen_takes_over_no_tab(book):
    sessions = Sessions(book)
    old = sessions.begin(ADMIN, NOW)
    tab = sessions.of_token(old, NOW).id
    sessions.begin(CLERK, NOW, before=old)

    assert sessions.of_id(tab, NOW).standing is Standing.ENDED


def test_who_signed_out_is_not_brought_back_by_signing_in_again(book):
    sessions = Sessions(book)
    old = sessions.begin(ADMIN, NOW)
    tab = sessions.of_token(old, NOW).id
    sessions.end(tab)
    sessions.begin(ADMIN, NOW, before=old)

    assert sessions.of_id(tab, NOW).standing is Standing.ENDED


def test_all_sign_ins_of_a_person_end_at_once_but_the_one_kept(book):
    sessions = Sessions(book)
    kept, lost = (sessions.begin(ADMIN, NOW) for _i in range(2))
    other = sessions.begin(CLERK, NOW)
    sessions.end_all(ADMIN, but=sessions.of_token(kept, NOW).id)

    standings = [sessions.of_token(t, NOW).standing for t in (kept, lost, other)]
    assert standings == [Standing.LIVE, Standing.ENDED, Standing.LIVE]


def test_half_a_sign_in_opens_nothing_and_soon_ends(book):
    sessions = Sessions(book)
    half = sessions.begin_half(ADMIN, NOW)

    assert sessions.of_token(half, NOW) is None
    assert sessions.half(half, NOW) == ADMIN
    assert sessions.half(half, NOW + SECOND_STEP + MINUTE) is None
    assert sessions.half(sessions.begin(ADMIN, NOW), NOW) is None


# Invitations ---------------------------------------------------------------------


def test_a_link_opens_once(book):
    links = Invitations(book)
    token = links.issue(CLERK, NOW)

    assert links.of(token, NOW) == CLERK
    assert links.use(token, NOW) == CLERK
    assert links.use(token, NOW) is None
    assert links.of(token, NOW) is None


def test_a_link_opens_for_72_hours(book):
    links = Invitations(book)
    token = links.issue(CLERK, NOW)

    assert links.of(token, NOW + VALID - MINUTE) == CLERK
    assert links.use(token, NOW + VALID) is None
    assert timedelta(hours=72) == VALID


def test_a_new_link_makes_the_old_one_void(book):
    links = Invitations(book)
    old, new = (links.issue(CLERK, NOW) for _i in range(2))

    assert (links.of(old, NOW), links.of(new, NOW)) == (None, CLERK)
    assert links.waiting(NOW) == {CLERK}


# Limits --------------------------------------------------------------------------


def tried(limits, times, *, address="198.51.100.7", account=ADMIN, at=NOW):
    return [
        limits.may_try(address=address, account=account, now=at) for _i in range(times)
    ]


def test_a_name_may_be_tried_ten_times_an_hour_and_twenty_times_a_day(book):
    limits = Limits(book)

    assert tried(limits, 11) == [True] * 10 + [False]
    for hours in (1.1, 2.2):
        later = NOW + timedelta(hours=hours)
        found = tried(limits, 11, address=f"192.0.2.{hours}", at=later)
        assert found == ([True] * 10 + [False] if hours < 2 else [False] * 11)
    assert tried(limits, 1, address="192.0.2.99", at=NOW + timedelta(hours=26)) == [
        True
    ]


def test_an_address_may_try_twenty_times_an_hour_whatever_names(book):
    limits = Limits(book)
    found = [tried(limits, 1, account=f"{n}@example.jp")[0] for n in range(21)]

    assert found == [True] * 20 + [False]
    assert tried(limits, 1, address="192.0.2.1", account="z@example.jp") == [True]


def test_what_was_right_does_not_count(book):
    limits = Limits(book)
    for _i in range(40):
        assert tried(limits, 1) == [True]
        limits.forgive(address="198.51.100.7", account=ADMIN, now=NOW)


def test_what_was_typed_as_a_name_is_not_kept(book, tmp_path):
    tried(Limits(book), 1, account=GOOD)

    held = b"".join(path.read_bytes() for path in tmp_path.glob(f"{FILE}*"))
    assert GOOD.encode() not in held


# Passwords -----------------------------------------------------------------------


def test_a_password_opens_its_own_account_only(book):
    accounts = accounts_in(book)
    accounts.set_password(ADMIN, GOOD, NOW)

    assert accounts.is_right(ADMIN, GOOD)
    assert not accounts.is_right(ADMIN, GOOD + "x")
    assert not accounts.is_right(CLERK, GOOD)
    assert not accounts.is_right(ADMIN, "")


def test_a_password_is_kept_as_argon2id(book, tmp_path):
    accounts_in(book).set_password(ADMIN, GOOD, NOW)

    with sqlite3.connect(tmp_path / FILE) as file:
        kept = file.execute("SELECT password FROM accounts").fetchone()[0]
    file.close()
    assert kept.startswith("$argon2id$")


def test_full_width_letters_are_the_same_password(book):
    accounts = accounts_in(book)
    accounts.set_password(ADMIN, "ｋａｍｉｎａｒｉ-42-雷", NOW)

    assert accounts.is_right(ADMIN, "kaminari-42-雷")


@pytest.mark.parametrize(
    "weak",
    ["short", "password1234", "aaaaaaaaaaaaaaa", "1234567890", "hanako2026", "x" * 129],
)
def test_a_password_that_is_guessed_soon_is_refused(weak):
    with pytest.raises(ActionRefused):
        keys.refuse_weak(weak, known=(ADMIN, "佐藤 花子"))


def test_a_long_one_of_everyday_words_is_taken():
    keys.refuse_weak(GOOD, known=(ADMIN,))
    keys.refuse_weak("夕立のあとの青い自転車", known=(ADMIN,))


# The second step -----------------------------------------------------------------


@pytest.fixture
def phone(book):
    """Return an account whose phone makes codes."""
    accounts, secret = accounts_in(book), keys.new_secret()
    accounts.set_password(ADMIN, GOOD, NOW)
    code = pyotp.TOTP(secret).at(NOW)
    assert accounts.begin_second_step(ADMIN, secret, code, NOW)
    return accounts, pyotp.TOTP(secret)


def test_a_code_counts_once(phone):
    accounts, codes = phone

    assert accounts.has_second_step(ADMIN)
    assert accounts.code_is_right(ADMIN, codes.at(NOW), NOW)
    assert not accounts.code_is_right(ADMIN, codes.at(NOW), NOW)


def test_a_code_of_another_minute_is_wrong(phone):
    accounts, codes = phone

    assert not accounts.code_is_right(ADMIN, codes.at(NOW + 3 * MINUTE), NOW)
    assert not accounts.code_is_right(ADMIN, "", NOW)
    assert not accounts.code_is_right(CLERK, codes.at(NOW), NOW)


def test_the_second_step_begins_only_with_a_code_of_the_phone(book):
    accounts = accounts_in(book)
    accounts.set_password(ADMIN, GOOD, NOW)

    assert not accounts.begin_second_step(ADMIN, keys.new_secret(), "000000", NOW)
    assert not accounts.has_second_step(ADMIN)


def test_a_secret_is_kept_so_that_the_book_alone_does_not_tell_it(book, tmp_path):
    accounts, secret = accounts_in(book), keys.new_secret()
    accounts.set_password(ADMIN, GOOD, NOW)
    assert accounts.begin_second_step(ADMIN, secret, pyotp.TOTP(secret).at(NOW), NOW)

    key = tmp_path / "sign-in.key"
    assert key.stat().st_mode & 0o777 == 0o600
    written = b"".join(path.read_bytes() for path in tmp_path.glob("sign-in.db*"))
    assert secret.encode() not in written
    assert accounts.code_is_right(
        ADMIN, pyotp.TOTP(secret).at(NOW + MINUTE), NOW + MINUTE
    )

    key.write_bytes(Fernet.generate_key())
    with pytest.raises(StoreUnavailable):
        accounts.code_is_right(ADMIN, pyotp.TOTP(secret).at(NOW + 2 * MINUTE), NOW)


def test_a_secret_that_an_earlier_program_kept_openly_is_sealed_with_its_next_code(
    book,
):
    accounts, secret = accounts_in(book), keys.new_secret()
    accounts.set_password(ADMIN, GOOD, NOW)
    with book.open() as file:
        file.execute("UPDATE accounts SET totp = ?", (secret,))

    assert accounts.code_is_right(ADMIN, pyotp.TOTP(secret).at(NOW), NOW)

    with book.reading() as file:
        kept = file.execute("SELECT totp FROM accounts").fetchone()["totp"]
    assert secret not in kept
    later = NOW + MINUTE
    assert accounts.code_is_right(ADMIN, pyotp.TOTP(secret).at(later), later)


def test_a_secret_kept_for_one_member_opens_nothing_for_another(book):
    seal = Seal(book.folder)
    with pytest.raises(StoreUnavailable):
        seal.opened(CLERK, seal.sealed(ADMIN, "SECRET"))
