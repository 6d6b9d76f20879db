"""Documents are written, found and read again; who learned them is kept by person."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from lib import clock
from lib.actions import documents, people, training
from lib.actions.training import State
from lib.errors import Conflict, InvalidRecord, NotAllowed
from lib.schema.document import REVIEW_AFTER_DAYS, Document
from lib.schema.ids import new_commit_id
from lib.schema.masters import Member
from lib.schema.principal import SYSTEM, Principal
from lib.schema.vocab import DocumentKind, DocumentStatus, Flag, Role
from lib.store.access import UserStore
from lib.store.live import LiveStore
from lib.store.opening import open_store
from tests.builders import fill

TODAY = date(2026, 11, 20)
NOW = clock.at(TODAY, 10)
MANUAL = DocumentKind.MANUAL
SATO = Member(email="sato@example.jp", name="佐藤", role=Role.MANAGER)
MORI = Member(email="mori@example.jp", name="森", role=Role.CLERK)


@pytest.fixture
def live(tmp_path: Path) -> Iterator[LiveStore]:
    store = LiveStore(open_store(f"sqlite:///{tmp_path / 'a.db'}", data=tmp_path))
    fill(store.for_user(SYSTEM), SATO, MORI)
    yield store
    store.close()


@pytest.fixture
def desk(live: LiveStore) -> UserStore:
    return live.for_user(Principal.of(SATO))


@pytest.fixture
def clerk(live: LiveStore) -> UserStore:
    return live.for_user(Principal.of(MORI))


def once(commit_id="") -> dict:
    return {"now": NOW, "commit_id": commit_id or new_commit_id()}


def written(desk, title="解約の受け方", **values) -> Document:
    given = {"body": "復唱する。", "kind": MANUAL, **values}
    return documents.write(desk, title=title, **given, **once())


# Writing ------------------------------------------------------------------------------


def test_a_document_is_in_use_at_once_and_its_writer_looks_after_it(desk):
    made = written(desk, source_ids=["K-1", "K-2", "K-1"])

    (stands,) = documents.listed(desk)
    assert (stands.id, stands.id[:2]) == (made.id, "B-")
    assert (stands.status, stands.owner) == (DocumentStatus.IN_USE, "佐藤")
    assert stands.review_on == TODAY + timedelta(days=REVIEW_AFTER_DAYS)
    assert stands.sources == ("K-1", "K-2")


def test_the_same_press_twice_writes_one(desk):
    same = {"title": "同じ", "body": "一つ", "kind": MANUAL, **once("one")}
    assert documents.write(desk, **same).id == documents.write(desk, **same).id

    assert len(documents.listed(desk)) == 1


@pytest.mark.parametrize(
    ("wrong", "field"), [({"title": "  "}, "title"), ({"body": " "}, "body")]
)
def test_a_document_without_title_or_text_is_refused(desk, wrong, field):
    with pytest.raises(InvalidRecord) as refused:
        written(desk, **wrong)

    assert [p.field for p in refused.value.problems] == [field]
    assert documents.listed(desk) == ()


def test_two_people_in_one_text_meet_and_in_two_fields_both_stand(desk, clerk):
    made = written(desk)
    documents.change(desk, made, {"body": "二度復唱する。"}, **once())

    documents.change(clerk, made, {"title": "解約の電話"}, **once())
    with pytest.raises(Conflict):
        documents.change(clerk, made, {"body": "復唱しない。"}, **once())

    (stands,) = documents.listed(clerk)
    assert (stands.title, stands.body) == ("解約の電話", "二度復唱する。")


def test_a_document_past_its_day_is_told_until_it_is_read_again(desk):
    made = documents.record(
        desk,
        {"title": "古い", "body": "一", "review_on": TODAY - timedelta(days=1)},
        **once(),
    )
    written(desk, "新しい")
    retired = {"title": "旧", "review_on": date(2020, 1, 1), "status": _RETIRED}
    documents.record(desk, retired, **once())
    assert [one.title for one in documents.overdue(desk, TODAY)] == ["古い"]

    due = documents.reviewed(desk, made, **once())

    assert due == TODAY + timedelta(days=REVIEW_AFTER_DAYS)
    assert documents.overdue(desk, TODAY) == ()


_RETIRED = DocumentStatus.RETIRED


# Finding ------------------------------------------------------------------------------


@pytest.mark.parametrize("words", ["かいやく", "ｶｲﾔｸ 復唱", "カイヤク"])
def test_words_are_found_however_they_are_typed(desk, words):
    written(desk, "カイヤクの受け方")
    written(desk, "遅れの案内", body="配送会社に確かめる")

    assert [one.title for one in documents.find(desk, words)] == ["カイヤクの受け方"]
    assert documents.find(desk, words + " 返金") == ()
    assert len(documents.find(desk, " ")) == 2


def test_what_fits_a_complaint_best_comes_first_and_the_general_not_at_all(desk):
    written(desk, "全体")
    written(desk, "申出", claim_type="解約できない")
    written(desk, "両方", claim_type="解約できない", product_code="P1")
    written(desk, "別の商品", claim_type="解約できない", product_code="P2")

    found = documents.fitting(desk, "P1", "解約できない")

    assert [one.title for one in found] == ["両方", "申出"]
    assert documents.fitting(desk, "", "") == ()
    assert documents.fitting(desk, "P1", "不良品") == ()


# Learning -----------------------------------------------------------------------------


def states(desk, member=MORI, today=TODAY) -> dict[str, State]:
    found = training.courses(desk, member.email, today)
    return {course.document.title: course.state for course in found}


def test_what_is_for_everybody_is_owed_until_it_is_taken_and_again_in_time(desk):
    made = documents.record(
        desk,
        {"title": "守る", "body": "一", "for_everybody": Flag.YES},
        **once(),
    )
    written(desk, "任意")
    assert states(desk) == {"守る": State.NOT_YET}

    after = {"trained_on": TODAY, "next_on": TODAY + timedelta(days=30)}
    training.train(desk, [MORI, SATO], made, **after, **once())

    assert states(desk) == {"守る": State.DONE}
    assert states(desk, today=TODAY + timedelta(days=31)) == {"守る": State.AGAIN}
    assert people.oneself(desk, NOW).owed == ()


def test_reading_is_noted_by_whoever_read_and_for_nobody_else(desk, clerk):
    made = written(desk)
    documents.note_read(clerk, made, **once())
    documents.note_read(clerk, made, **once())

    assert states(clerk) == {"解約の受け方": State.READ}
    assert documents.read_by(clerk, made.id).read_on == TODAY
    assert documents.read_by(desk, made.id) is None
    forged = {"trained_on": TODAY, "next_on": None}
    with pytest.raises(NotAllowed):
        training.train(clerk, [SATO], made, **forged, **once())


def test_the_store_itself_lets_a_clerk_write_no_row_of_another(desk, clerk):
    made = written(desk)
    training.train(desk, [SATO], made, trained_on=TODAY, next_on=None, **once())
    row = training.training_of(desk, SATO.email, made.id)
    before = clerk.revision

    for write in (
        training._write(clerk, SATO.email, made.id, {"trained_on": None}),
        training._write(clerk, "other@example.jp", made.id, {"trained_on": TODAY}),
    ):
        with pytest.raises(NotAllowed):
            clerk.commit(training.Commit(new_commit_id(), "森", NOW, (write,)))

    assert clerk.revision == before
    assert training.training_of(desk, SATO.email, made.id) == row


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"people": []}, "people"),
        ({"trained_on": None}, "trained_on"),
        ({"trained_on": TODAY + timedelta(days=1)}, "trained_on"),
        ({"next_on": TODAY}, "next_on"),
    ],
)
def test_a_training_that_cannot_be_is_refused(desk, wrong, field):
    made = written(desk)
    given = {"people": [MORI], "trained_on": TODAY, "next_on": None} | wrong

    with pytest.raises(InvalidRecord) as refused:
        training.train(desk, given.pop("people"), made, **given, **once())

    assert field in [p.field for p in refused.value.problems]
    assert states(desk) == {}


# People -------------------------------------------------------------------------------


def test_leads_see_everybody_and_a_clerk_only_themselves(desk, clerk):
    assert [one.member.name for one in people.everybody(desk, NOW)] == ["佐藤", "森"]
    assert people.oneself(clerk, NOW).member.name == "森"
    with pytest.raises(NotAllowed):
        people.everybody(clerk, NOW)


def test_two_people_of_one_name_get_no_figure_of_either(desk, live):
    fill(live.for_user(SYSTEM), Member(email="b@example.jp", name="森"))

    loads = [one.load for one in people.everybody(desk, NOW)]

    assert [load is None for load in loads] == [False, True, True]
