"""No text of the corpus calls anybody, breaks out of a mail's head, or a log's line."""

from __future__ import annotations

import re
from email.message import EmailMessage
from email.policy import SMTP

import pytest

from lib.notify.chatwork import plain
from lib.notify.sending import Channel, Message, quiet, send
from lib.ui import boundary
from tests.notify.receiver import receiver
from tests.security.corpus import CASES, aimed_at, of

TEXTS = [aimed_at(case.text) for case in CASES]

CALLS = re.compile(
    r"<[!@#][^>]*>|<(https?:|users/|at>|/?[a-z])|\[/?(toall|to:|rp |info|title|code|hr|"
    r"picon|task|download)|@(everyone|here|channel|all)\b",
    re.IGNORECASE,
)


def test_no_chat_finds_a_call_in_any_text():
    assert [text for text in TEXTS if CALLS.search(quiet(text))] == []
    assert [text for text in TEXTS if CALLS.search(plain(quiet(text)))] == []


def test_the_corpus_would_call_without_it():
    """The negative control."""
    assert sum(bool(CALLS.search(aimed_at(c.text))) for c in of("notice")) >= 15


def test_what_is_sent_has_one_line_above_and_calls_nobody():
    joined = "\n".join(aimed_at(case.text) for case in of("notice", "header"))
    with receiver() as web:
        send(Channel("w", web.address), Message(joined, joined))

    (taken,) = web.taken
    title, body = str(taken["title"]), str(taken["message"])
    assert len(title.splitlines()) <= 1
    assert not CALLS.search(title + body)


@pytest.mark.parametrize("case", of("header"), ids=lambda case: case.code)
def test_a_title_stays_one_head_of_a_mail(case):
    title = quiet(" ".join(aimed_at(case.text).split()))
    mail = EmailMessage(policy=SMTP)
    mail["Subject"] = title

    heads = re.sub(rb"\r\n[ \t]", b" ", mail.as_bytes()).split(b"\r\n")
    assert [head for head in heads if head[:4].lower() in {b"bcc:", b"set-"}] == []


def fail(text: str) -> None:
    raise ValueError(text)


def test_an_error_in_a_log_is_one_line_without_the_text(caplog):
    for case in CASES:
        text = aimed_at(case.text)
        caplog.clear()
        try:
            fail(text)
        except ValueError as error:
            boundary._unexpected(error)
        assert len(caplog.messages) == 1
        assert len(caplog.messages[0].splitlines()) == 1
        assert len(text) < 8 or text not in caplog.text
