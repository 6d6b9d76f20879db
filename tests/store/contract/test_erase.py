"""Anonymising: the one write that reaches append-only rows and the log, and only so."""

from __future__ import annotations

from datetime import timedelta

import pytest

from lib.errors import ActionRefused, NotAllowed
from lib.schema.erasing import ERASABLE, ERASED, LOG_TEXTS, may_become
from lib.schema.principal import Principal
from lib.schema.tables import TABLES, table
from lib.schema.vocab import Role
from lib.store.live import LiveStore
from lib.store.merge import ERASURE
from lib.store.outbox.codec import commit_from, commit_text
from lib.store.protocol import Commit, Erase
from tests.store.rows import NOON, activity, change, complaint, read, saving

LATER = NOON + timedelta(hours=1)
SECRET = "山田花子 090-1234-5678"
ALL_OF_THE_LOG = dict.fromkeys(LOG_TEXTS, ERASED)


def erasing(*writes, number="E-1"):
    return Commit(number, "店長", LATER, tuple(writes))


@pytest.fixture
def erased(store):
    """Return a store with a case whose texts went, in the rows and in the log."""
    store.commit(saving(complaint("K-1", content=SECRET, note=f"{SECRET} 1")))
    seen = read(store, "complaints", "K-1")
    store.commit(saving(change(seen, note=f"{SECRET} 2")))
    store.commit(saving(activity("K-1", id="H-1", content=SECRET)))
    before = store.load()
    log = store.audits([("complaints", "K-1"), ("activities", "H-1")])
    told = log.index[log["before"].str.contains(SECRET)]
    assert len(log) == 3
    assert len(told) == 1
    commit = erasing(
        Erase("complaints", "K-1", {"content": ERASED, "note": ERASED}),
        Erase("activities", "H-1", {"content": ERASED}),
        *(Erase("audit", str(key), ALL_OF_THE_LOG) for key in told),
    )
    store.commit(commit)
    return before, commit


def everything(snapshot):
    return "\n".join(frame.to_csv() for frame in snapshot.frames.values())


def test_rows_append_only_rows_and_log_lose_their_texts_and_nothing_else(store, erased):
    before, _commit = erased

    after = store.load()
    assert SECRET not in everything(after)
    assert after.frames["complaints"].loc["K-1", "received_at"] == NOON
    assert after.frames["complaints"].loc["K-1", "version"] == 3
    assert len(after.frames["audit"]) == len(before.frames["audit"]) + 2
    fresh = after.frames["audit"].tail(2)
    assert fresh["field_name"].tolist() == [ERASURE, ERASURE]
    assert fresh["actor"].tolist() == ["店長", "店長"]
    assert (fresh[["before", "after"]] == "").all(axis=None)


def test_what_people_look_at_follows_the_erasing(store, erased):
    before, _commit = erased

    refreshed = store.refresh(before)
    assert everything(refreshed) == everything(store.load())
    assert SECRET not in everything(refreshed)


def test_the_same_erasing_twice_changes_nothing(store, erased):
    _before, commit = erased
    once = everything(store.load())

    assert store.commit(commit).repeated
    again = store.commit(Commit("E-2", "店長", LATER, commit.writes))
    assert everything(store.load()) == once
    assert not again.repeated


@pytest.mark.parametrize(
    "write",
    [
        Erase("audit", "L-1", {"actor": ERASED}),
        Erase("audit", "L-1", {"before": "ちがう話"}),
        Erase("audit", "L-1", {"at": ERASED}),
        Erase("complaints", "K-1", {"content": "別の内容"}),
        Erase("complaints", "K-1", {"contact": ERASED}),
        Erase("complaints", "K-1", {"severity": ERASED}),
        Erase("members", "a@example.jp", {"name": ""}),
    ],
    ids=lambda write: f"{write.table}-{next(iter(write.values))}",
)
def test_nothing_else_can_be_changed_that_way(sqlite, write):
    sqlite.commit(saving(complaint("K-1", content=SECRET)))

    with pytest.raises(ActionRefused):
        sqlite.commit(erasing(write))
    assert SECRET in everything(sqlite.load())


@pytest.mark.parametrize("role", [Role.CLERK, Role.VIEWER, Role.OUTSOURCED])
def test_only_who_manages_may(sqlite, role):
    sqlite.commit(saving(complaint("K-1", content=SECRET)))
    desk = LiveStore(sqlite).for_user(Principal("x@example.jp", "佐藤", role, "C1"))

    with pytest.raises(NotAllowed):
        desk.commit(erasing(Erase("complaints", "K-1", {"content": ERASED})))


def test_a_row_that_is_not_there_is_left_so(sqlite):
    sqlite.commit(erasing(Erase("complaints", "K-9", {"content": ERASED})))

    assert sqlite.load().frames["complaints"].empty


def test_an_erasing_comes_back_from_the_outbox_as_it_was():
    commit = erasing(Erase("complaints", "K-1", {"content": ERASED, "contact": ""}))

    assert commit_from(commit_text(commit)) == commit


def test_a_file_of_sqlite_keeps_no_trace_once_scrubbed(sqlite_place):
    store = sqlite_place()
    store.commit(saving(complaint("K-1", content=SECRET * 300)))
    store.commit(erasing(Erase("complaints", "K-1", {"content": ERASED})))

    store.scrub()

    for file in sqlite_place.file.parent.iterdir():
        assert SECRET.encode() not in file.read_bytes(), file.name
    assert store.load().frames["complaints"].loc["K-1", "content"] == ERASED


KEPT_TEXTS = {
    "complaints": "product_code claim_type handler receiver received_centre parent_id "
    "sales_page lot crisis_id language improvement_id",
    "agency_inquiries": "agency_name complaint_id product_code sales_page decided_by "
    "approver executives_told_by improvement_id handler received_centre",
    "kpi_days": "centre worst_band",
    "activities": "case_id actor status_before status_after asked_of answers",
    "escalations": "complaint_id given_by taken_by taker_title follow_up_for "
    "follow_up_by",
    "crises": "leader product_code",
    "recall_lots": "crisis_id product_code lot",
    "tasks": "case_id step owner done_by",
    "care_records": "case_id for_whom done_by",
    "deadlines": "case_id rule_code owner checked_by",
    "alarms": "confirmed_by owner closed_by",
}
"""Texts that stay: words of a list, people of the company, numbers of rows."""


@pytest.mark.parametrize("code", sorted(ERASABLE))
def test_of_every_text_it_is_decided_whether_it_goes(code):
    texts = {
        field.name
        for field in table(code).fields
        if field.kind == "text" and field.name not in (*table(code).key, "updated_by")
    }
    kept = set(KEPT_TEXTS[code].split()) - set(table(code).key)

    assert texts - set(ERASABLE[code]) == kept
    assert not kept & set(ERASABLE[code])


def test_every_personal_field_goes():
    personal = {
        (place.code, field.name)
        for place in TABLES
        for field in place.fields
        if field.column.personal
    }

    assert personal
    assert all(may_become(code, name, "") for code, name in personal)
