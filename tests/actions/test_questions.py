"""未確認事項: one question a line, asked on the next call, answered once."""

from __future__ import annotations

from lib.actions import questions
from tests.builders import complaint


def test_each_line_is_a_question_without_its_bullet():
    text = "・色は?\n\n- いつ届いた?\n・色は?\n  "

    assert questions.listed(text) == ("色は?", "いつ届いた?")
    assert questions.listed("") == ()


def test_an_answered_question_leaves_the_list_and_is_told():
    case = complaint(open_questions="・色は?\n・いつ届いた?")
    answers = {"色は?": " 赤 ", "いつ届いた?": " "}

    assert questions.left(case, answers) == "いつ届いた?"
    assert questions.told(answers) == "・色は? → 赤"


def test_without_an_answer_the_list_stays_letter_for_letter():
    case = complaint(open_questions="・色は?\n\n")

    assert questions.left(case, {"色は?": ""}) == "・色は?\n\n"
    assert questions.told({}) == ""


def test_more_questions_stand_at_the_end_once():
    assert questions.added("色は?", ["ロットは?", "色は?"]) == "色は?\nロットは?"
