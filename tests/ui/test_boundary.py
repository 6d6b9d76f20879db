"""What a person and the log are told when an action fails."""

import pytest

from lib.errors import ActionRefused, InvalidRecord
from lib.ui import boundary

WORDS = "山田様 090-1234-5678 が怒っている"


@pytest.fixture
def said(monkeypatch):
    """Return what is said at the top of the next run."""
    messages = []
    monkeypatch.setattr(
        boundary.flash, "say", lambda words, tone: messages.append((words, tone))
    )
    return messages


def test_a_refusal_is_told_in_its_own_words(said):
    with boundary.attempt():
        raise ActionRefused("まだできません。")

    assert said == [("まだできません。", "error")]


def test_a_record_that_breaks_rules_is_the_forms_business(said):
    with pytest.raises(InvalidRecord), boundary.attempt():
        raise InvalidRecord([])

    assert said == []


def test_a_fault_is_told_by_number_and_the_log_quotes_nobody(said, caplog):
    with boundary.attempt():
        raise ValueError(WORDS)

    [(told, tone)] = said
    [line] = [record.getMessage() for record in caplog.records]
    number = line.split()[1].rstrip(":")
    assert number in told
    assert tone == "error"
    assert "ValueError at" in line
    assert WORDS not in told + line
