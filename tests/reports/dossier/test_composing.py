"""What stands in a dossier, for whom, and what it says where nothing is known."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

import pytest

from lib.reports.dossier.material import ClockName, Material
from lib.reports.dossier.model import (
    Audience,
    Dossier,
    Grid,
    Items,
    Mark,
    Nothing,
    Pairs,
    Part,
    Prose,
)
from lib.reports.dossier.pdf import to_pdf
from lib.reports.dossier.veil import Veil
from lib.schema.vocab import (
    ActivityKind,
    Applicability,
    Cause,
    Certainty,
    Channel,
    ComplaintStatus,
    DeadlineKind,
    Decision,
    Fault,
    ImprovementStatus,
    InquiryStatus,
    Match,
    Medium,
    MendedPlace,
    OutsideThreat,
    Recording,
    Resolution,
    Unlisted,
)
from tests.reports.dossier.material import (
    NOW,
    activity,
    complaint,
    deadline,
    improvement,
    inquiry,
    material,
    task,
    written,
)

INSIDE = (Audience.LAWYER, Audience.BOARD)


def texts(dossier: Dossier, part: Part | None = None) -> list[str]:
    """Return every text of a dossier, or of one part, in its order."""
    return [
        text
        for section in dossier.sections
        if part in (None, section.part)
        for block in section.blocks
        for text in in_block(block)
    ]


def in_block(block) -> Iterator[str]:
    match block:
        case Pairs(pairs):
            yield from (text for label, value in pairs for text in (label, value.text))
        case Prose(label, text):
            yield from (label, text.text)
        case Grid(columns, rows):
            yield from (column.title for column in columns)
            yield from (value.text for row in rows for value in row)
        case Items(found):
            yield from found
        case Mark(text) | Nothing(text):
            yield text


def said(dossier: Dossier, part: Part, label: str) -> str:
    """Return the value beside a label of one part."""
    found = texts(dossier, part)
    return found[found.index(label) + 1]


def parts(dossier: Dossier) -> list[Part]:
    return [section.part for section in dossier.sections]


# Who reads what


def test_a_reader_outside_is_told_neither_counts_nor_checks_nor_guesses():
    found = material(
        complaint=complaint(cause=Cause.PRODUCT, cause_certainty=Certainty.PRESUMED),
        activities=(
            activity(1, kind=ActivityKind.INTERNAL_CHECK, content="倉庫に聞いた"),
            activity(
                2, kind=ActivityKind.EXPERT, content="顧問に聞いた", expert="弁護士"
            ),
            activity(3, kind=ActivityKind.DECISION, content="判断: 応じる"),
            activity(4, medium=Medium.INTERNAL, kind="その他", content="一人言"),
            activity(5, content="電話でお詫びした"),
        ),
        deadlines=(deadline(),),
    )
    outside = written(found, Audience.CENTRE)
    told = "\n".join(texts(outside))

    assert Part.SIMILAR not in parts(outside)
    assert Part.CLOCKS not in parts(outside)
    assert said(outside, Part.FACTS, "原因") == "確認中"
    assert "電話でお詫びした" in told
    for inside in ("倉庫に聞いた", "顧問に聞いた", "判断: 応じる", "一人言", "重大度"):
        assert inside not in told


@pytest.mark.parametrize("audience", INSIDE)
def test_a_reader_inside_is_told_checks_guesses_and_counts(audience):
    found = material(
        complaint=complaint(cause=Cause.PRODUCT, cause_certainty=Certainty.PRESUMED),
        activities=(
            activity(1, kind=ActivityKind.INTERNAL_CHECK, content="倉庫に聞いた"),
        ),
        deadlines=(deadline(),),
    )
    dossier = written(found, audience)

    assert "倉庫に聞いた" in texts(dossier, Part.COURSE)
    assert said(dossier, Part.FACTS, "原因") == "商品（推定。確かめていません）"
    assert "7件" in texts(dossier, Part.SIMILAR)
    assert "未確認（目安・要確認）" in texts(dossier, Part.CLOCKS)
    assert "期限が該当するかの確認: 重大製品事故の報告" in texts(dossier, Part.OPEN)


@pytest.mark.parametrize("audience", list(Audience))
def test_nobody_is_told_who_looked_at_a_contact_or_took_a_document(audience):
    found = material(
        activities=(
            activity(1, kind=ActivityKind.REVEAL, content="連絡先を表示した"),
            activity(2, kind=ActivityKind.EXPORT, content="経緯書を書き出した"),
        )
    )
    told = "\n".join(texts(written(found, audience)))

    assert "表示した" not in told
    assert "書き出した" not in told


def test_whom_it_is_addressed_to_follows_from_who_reads_it():
    asked = "みなと台市消費生活センター"

    centre = written(audience=Audience.CENTRE)
    assert (centre.to, centre.honorific) == (asked, "御中")
    unknown = written(material(inquiries=()), Audience.CENTRE)
    assert (unknown.to, unknown.honorific) == ("", "御中")
    assert written(audience=Audience.BOARD).to == "経営会議"
    assert written(audience=Audience.LAWYER).honorific == "先生"


# Where nothing is known yet


def empty() -> Material:
    """Return the minute after the call: who called, and nothing else."""
    asked = inquiry(facts="", complaint_id="", handler="", product_code="不明")
    return material(
        complaint=None, inquiries=(asked,), activities=(), similar=None, veil=Veil()
    )


def fresh() -> Material:
    """Return the minute after a complaint: what they said, and the next promise."""
    bare = complaint(
        customer_name="", contact="", order_number="", product_code="不明",
        claim_type="", handler="", receiver="",
    )  # fmt: skip
    return material(
        number=bare.id, complaint=bare, inquiries=(), activities=(), veil=Veil()
    )


@pytest.mark.parametrize("audience", list(Audience))
@pytest.mark.parametrize("is_masked", [True, False])
@pytest.mark.parametrize("name", ["empty", "fresh"])
def test_a_draft_has_no_blank_box(name, audience, is_masked):
    found = fresh() if name == "fresh" else empty()
    dossier = written(found, audience, is_masked=is_masked)

    assert dossier.is_draft
    assert all(section.blocks for section in dossier.sections)
    assert all(text.strip() for text in texts(dossier))


def torn(record):
    """Return the record as a sheet shows it whose row has lost what it must have."""
    gone = {
        f.name: "" if f.kind == "text" else None for f in record.fields() if f.required
    }
    odd = {
        f.name: Unlisted("見慣れない語") for f in record.fields() if f.kind == "choice"
    }
    ours = {name: getattr(record, name) for name in ("id", "case_id") if name in gone}
    return type(record).model_construct(**{**record.values(), **odd, **gone, **ours})


@pytest.mark.parametrize("audience", list(Audience))
def test_a_torn_row_of_a_sheet_is_told_as_far_as_it_goes(audience):
    rows = {
        "complaint": torn(complaint()),
        "inquiries": (torn(inquiry()),),
        "activities": (torn(activity()), activity(2, content="これは残る")),
        "deadlines": (torn(deadline()),),
        "improvements": (torn(improvement()),),
        "tasks": (torn(task()),),
    }
    dossier = written(material(**rows), audience)

    assert "これは残る" in texts(dossier)
    assert to_pdf(dossier)


def test_a_draft_says_what_is_unknown_and_what_is_undecided():
    dossier = written(material(activities=(), inquiries=(inquiry(facts=""),)))

    assert said(dossier, Part.CONTACT, "先方のお話") == "まだ伺っていません"
    assert said(dossier, Part.FACTS, "健康被害") == "未確認"
    assert said(dossier, Part.ANSWER, "ご要求への判断") == "まだ決まっていません"
    assert said(dossier, Part.ANSWER, "回答の内容") == "まだ回答していません"
    assert texts(dossier, Part.MENDS) == ["まだ決まっていません。"]
    assert "ご要求に応じるかどうかの判断" in texts(dossier, Part.OPEN)


def test_an_inquiry_without_a_complaint_says_whether_that_was_looked_for():
    def facts(matched):
        asked = inquiry(complaint_id="", matched=matched)
        return texts(written(material(complaint=None, inquiries=(asked,))), Part.FACTS)

    assert facts(Match.UNASKED) == ["お申し出の記録との照合は、まだ済んでいません。"]
    assert facts(Match.NONE) == ["この件のお申し出は、先に当社に届いていませんでした。"]


def test_what_is_settled_is_no_draft_and_owes_nothing():
    done = complaint(
        status=ComplaintStatus.CLOSED,
        closed_at=NOW,
        resolution=Resolution.EXCHANGE,
    )
    answered = inquiry(
        status=InquiryStatus.CLOSED,
        decision=Decision.ACCEPT,
        answer="交換した",
        answered_at=NOW,
        mended_places=(MendedPlace.NOTHING,),
        no_improvement_reason="一件だけのため",
    )
    dossier = written(material(complaint=done, inquiries=(answered,)))

    assert not dossier.is_draft
    assert texts(dossier, Part.OPEN) == ["ありません。"]
    assert "一件だけのため" in texts(dossier, Part.MENDS)


# The course


def test_the_course_tells_both_sides_in_the_order_of_time():
    found = material(
        activities=(
            activity(40, content="お客様へ電話した"),
            activity(
                20,
                case_id="G-261121-4TQRM",
                kind=ActivityKind.AGENCY_CONTACT,
                content="センターと話した",
            ),
        )
    )
    course = texts(written(found), Part.COURSE)

    assert course.index("センターと話した") < course.index("お客様へ電話した")
    assert {"お客様", "行政"} <= set(course)


def test_a_complaint_alone_needs_no_column_for_whom():
    course = texts(written(material(inquiries=())), Part.COURSE)

    assert "関係" not in course


def test_what_the_customer_said_is_not_told_twice():
    case = complaint()
    heard = activity(kind=ActivityKind.HEARING, content=case.content)
    course = texts(written(material(complaint=case, activities=(heard,))), Part.COURSE)

    assert case.content not in course
    assert sum("お客様のお申し出」のとおり" in text for text in course) == 1


def test_an_answer_that_no_step_tells_of_stands_in_the_course():
    at = NOW + timedelta(hours=1)
    answered = inquiry(answered_at=at, answer="交換します")
    without = texts(written(material(inquiries=(answered,))), Part.COURSE)
    step = activity(
        9,
        case_id=answered.id,
        kind=ActivityKind.AGENCY_ANSWER,
        at=at,
        content="回答した",
    )
    told = material(inquiries=(answered,), activities=(step,))

    assert "回答した（「判断と回答」のとおり）。" in without
    assert "回答した（「判断と回答」のとおり）。" not in texts(
        written(told), Part.COURSE
    )


def test_a_centre_is_told_no_answer_that_nobody_approved():
    draft = {
        "decision": Decision.DECLINE,
        "answer": "返金しない",
        "legal_ground": "規約",
    }
    outside = texts(written(material(inquiries=(inquiry(**draft),)), Audience.CENTRE))
    inside = texts(written(material(inquiries=(inquiry(**draft),))))
    approved = inquiry(**draft, approver="佐藤 花子", approved_at=NOW)
    by_oneself = approved.model_copy(update={"decided_by": "佐藤 花子"})
    alone = texts(written(material(inquiries=(by_oneself,)), Audience.CENTRE))

    assert not {"返金しない", "規約", "応じない"} & set(alone)
    assert "当社の判断と回答は、まだ決まっていません。" in outside
    assert not {"返金しない", "規約", "応じない"} & set(outside)
    assert {"返金しない", "規約", "応じない"} <= set(inside)
    told = texts(written(material(inquiries=(approved,)), Audience.CENTRE))
    assert {"返金しない", "規約", "応じない"} <= set(told)


# Decisions, clocks, mends, recordings


def test_a_centre_is_told_no_answer_that_was_changed_after_it_was_approved():
    approved = inquiry(
        answer="全額を返金する", approver="佐藤 花子", approved_at=NOW, answered_at=NOW
    )
    as_approved = material(inquiries=(approved,))
    changed = replace(as_approved, withdrawn=frozenset({approved.id}))

    assert "全額を返金する" in texts(written(as_approved, Audience.CENTRE))
    assert "全額を返金する" not in texts(written(changed, Audience.CENTRE))
    assert "全額を返金する" in texts(written(changed))


def test_nothing_is_admitted_to_a_centre_before_the_answer_is_approved():
    fault = {"complaint": complaint(fault=Fault.YES)}
    draft = material(**fault, inquiries=(inquiry(),))
    approved = inquiry(approver="佐藤 花子", approved_at=NOW)

    def admits(told, audience):
        return "当社の責任" in texts(written(told, audience), Part.FACTS)

    assert not admits(draft, Audience.CENTRE)
    assert admits(draft, Audience.LAWYER)
    assert admits(material(**fault, inquiries=(approved,)), Audience.CENTRE)


def test_a_decision_by_one_person_is_marked_with_its_reason():
    alone = inquiry(
        decision=Decision.ACCEPT,
        decided_by="鈴木 太郎",
        approver="鈴木 太郎",
        approved_at=NOW,
        sole_approval_reason="ほかに責任者がいないため",
    )
    dossier = written(material(inquiries=(alone,)))

    assert said(dossier, Part.ANSWER, "承認") == "単独承認 鈴木 太郎 2026/11/21 10:30"
    marks = [text for text in texts(dossier, Part.ANSWER) if "単独承認:" in text]
    assert marks == [
        "単独承認: もう一人の確認を受けずに決めました。理由: ほかに責任者がいないため"
    ]


def test_an_approval_by_two_names_the_second_person():
    both = inquiry(decided_by="鈴木 太郎", approver="佐藤 花子", approved_at=NOW)
    dossier = written(material(inquiries=(both,)))

    assert said(dossier, Part.ANSWER, "承認") == "佐藤 花子 2026/11/21 10:30"
    assert not any("単独承認" in text for text in texts(dossier))


def test_a_clock_stands_with_its_source_and_who_said_that_it_applies():
    found = deadline(
        applies=Applicability.APPLIES, checked_by="鈴木 太郎", check_reason="けがのため"
    )
    clocks = texts(written(material(deadlines=(found,))), Part.CLOCKS)

    assert "重大製品事故の報告（L3）\n消費生活用製品安全法35条" in clocks
    assert "該当（鈴木 太郎）: けがのため" in clocks
    assert "2026/11/20 09:30\n→ 2026/11/29 09:30" in clocks


def test_a_centre_sees_only_confirmed_clocks_that_are_not_our_own():
    confirmed = {"applies": Applicability.APPLIES, "checked_by": "鈴木 太郎"}
    found = material(
        clocks={c: ClockName(c) for c in ("A", "B", "C")},
        deadlines=(
            deadline(rule_code="A", **confirmed),
            deadline(rule_code="B"),
            deadline(rule_code="C", kind=DeadlineKind.OWN, **confirmed),
        ),
    )
    clocks = texts(written(found, Audience.CENTRE), Part.CLOCKS)

    assert "A" in clocks
    assert "B" not in clocks
    assert "C" not in clocks


def test_an_order_of_an_authority_stands_with_its_date_and_result():
    orders = (task(), task(done_at=NOW, done_by="鈴木 太郎", title="謝罪文を出す"))
    clocks = texts(written(material(tasks=orders), Audience.CENTRE), Part.CLOCKS)

    assert clocks[-8:] == [
        "表示を直して報告する", "2026/11/21 10:30", "未確認", "進行中",
        "謝罪文を出す", "2026/11/21 10:30", "未確認", "2026/11/21 10:30 完了",
    ]  # fmt: skip


def test_a_mend_stands_with_before_and_after():
    found = improvement(
        place=MendedPlace.CONFIRMATION,
        status=ImprovementStatus.DOING,
        starts_on=date(2026, 11, 20),
        before_url="https://files.example/before",
        after_url="https://files.example/after",
        done_on=date(2026, 11, 21),
    )
    dossier = written(material(improvements=(found,)))

    assert said(dossier, Part.MENDS, "箇所") == "最終確認画面"
    assert said(dossier, Part.MENDS, "修正前") == "https://files.example/before"
    assert said(dossier, Part.MENDS, "修正後") == "https://files.example/after"
    assert "修正を終えた: 梱包材を二重にする" in texts(dossier, Part.COURSE)


@pytest.mark.parametrize(
    ("changes", "is_marked"),
    [
        ({"recording": Recording.NO}, True),
        ({"recording": Recording.UNKNOWN}, True),
        ({"recording": Recording.YES}, False),
        ({"channel": Channel.MAIL}, False),
        (
            {"outside_threat": OutsideThreat.LAWYER, "recording": Recording.NO},
            True,
        ),
    ],
)
def test_a_promise_or_a_dispute_without_recording_is_marked(changes, is_marked):
    dossier = written(material(complaint=complaint(**changes)))

    told = texts(dossier, Part.RECORDINGS)
    assert any("録音を確かめられていません" in text for text in told) is is_marked


def test_where_a_recording_lies_is_told_inside_only():
    kept = complaint(recording=Recording.YES, recording_url="11/20 9:30の通話")
    found = material(complaint=kept)

    assert "11/20 9:30の通話" in texts(written(found), Part.RECORDINGS)
    outside = written(found, Audience.CENTRE)
    assert texts(outside, Part.RECORDINGS) == ["受付時の通話の録音", "あり"]


def test_questions_nobody_answered_are_still_open():
    asked = activity(
        1, kind=ActivityKind.INTERNAL_CHECK, asked_of="鈴木 太郎", content="在庫は?"
    )
    answer = activity(2, kind=ActivityKind.INTERNAL_CHECK, answers=asked.id)

    owed = "社内確認の答え（鈴木 太郎）: 在庫は?"
    assert owed in texts(written(material(activities=(asked,))), Part.OPEN)
    both = written(material(activities=(asked, answer)))
    assert owed not in texts(both, Part.OPEN)
