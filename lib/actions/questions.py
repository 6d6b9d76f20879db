"""未確認事項 as a list of what to ask on the next call, and its answers.

The ledger keeps one question a line. An answered one leaves the list and stands with
its answer in 対応履歴, where it can be read for ever.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final

from lib.schema.complaint import Complaint

_BULLET: Final = re.compile(r"^[\s・●■□\-*]+")


def listed(text: str) -> tuple[str, ...]:
    """Return the questions in 未確認事項, one a line, each once; bullets taken off."""
    found = (_BULLET.sub("", line).strip() for line in text.splitlines())
    return tuple(dict.fromkeys(question for question in found if question))


def left(case: Complaint, answers: Mapping[str, str]) -> str:
    """Return 未確認事項 without the questions that were answered.

    Without an answer it is as it was, letter for letter.
    """
    answered = {question for question, text in answers.items() if text.strip()}
    if not answered:
        return case.open_questions
    return "\n".join(q for q in listed(case.open_questions) if q not in answered)


def told(answers: Mapping[str, str]) -> str:
    """Return the answers as they stand in 対応履歴; "" without any."""
    return "\n".join(
        f"・{question} → {text.strip()}"
        for question, text in answers.items()
        if text.strip()
    )


def added(text: str, more: Iterable[str]) -> str:
    """Return 未確認事項 with more questions at its end, each once."""
    return "\n".join(dict.fromkeys([*listed(text), *more]))
