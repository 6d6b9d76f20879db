"""The secret of the calendar's address: made on demand, replaced, taken back."""

from __future__ import annotations

import stat

from lib.settings import calendar_feed


def test_there_is_none_until_somebody_asks(tmp_path):
    assert calendar_feed.secret_of(tmp_path) == ""
    assert not calendar_feed.is_right(tmp_path, "")


def test_it_is_long_and_the_same_until_it_is_replaced(tmp_path):
    secret = calendar_feed.renew(tmp_path)

    assert len(secret) == 32
    assert calendar_feed.secret_of(tmp_path) == secret
    assert calendar_feed.is_right(tmp_path, secret)


def test_a_new_one_shuts_the_old_one_out(tmp_path):
    old = calendar_feed.renew(tmp_path)
    new = calendar_feed.renew(tmp_path)

    assert old != new
    assert not calendar_feed.is_right(tmp_path, old)
    assert calendar_feed.is_right(tmp_path, new)


def test_taken_back_it_opens_nothing(tmp_path):
    secret = calendar_feed.renew(tmp_path)
    calendar_feed.revoke(tmp_path)
    calendar_feed.revoke(tmp_path)

    assert not calendar_feed.is_right(tmp_path, secret)


def test_a_broken_file_opens_nothing(tmp_path):
    (tmp_path / "calendar.key").write_text("x", "ascii")

    assert not calendar_feed.is_right(tmp_path, "x")


def test_only_the_owner_reads_the_file(tmp_path):
    calendar_feed.renew(tmp_path)

    mode = stat.S_IMODE((tmp_path / "calendar.key").stat().st_mode)
    assert mode == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["calendar.key"]
