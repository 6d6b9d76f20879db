"""A commit happens as a whole or not at all; nobody's edit vanishes silently."""

from __future__ import annotations

from datetime import timedelta

import pytest

from lib.errors import ActionRefused, Conflict, InvalidRecord, NotAllowed
from lib.schema.audit import CHANGED, CREATED
from lib.schema.masters import Product
from lib.schema.tables import TABLES
from lib.schema.vocab import (
    AuditRoute,
    Category,
    ComplaintStatus,
    MendedPlace,
    Severity,
    Source,
)
from lib.store.merge import DELETED
from lib.store.protocol import CommitState, Delete, Insert, Update
from tests.store.rows import (
    NOON,
    activity,
    change,
    complaint,
    inquiry,
    kpi_day,
    read,
    saving,
)

LATER = NOON + timedelta(hours=1)


def logged(store, code, key):
    """Return field, before and after of each log row of a record."""
    rows = store.audit(code, key)
    return list(
        rows[["field_name", "before", "after"]].itertuples(index=False, name=None)
    )


def contents(store):
    """Return everything that stands in the store, for comparing."""
    return {code: f.to_dict("index") for code, f in store.load().frames.items()}


@pytest.fixture
def seen(store):
    """Return a complaint as two people have it on their screens."""
    store.commit(saving(complaint("K-1", content="届かない", order_number="0012")))
    return read(store, "complaints", "K-1")


# Inserting ----------------------------------------------------------------------


def test_an_insert_sets_version_time_and_person_itself(store):
    row = complaint("K-1", version=9, updated_by="だれか", updated_at=LATER)

    receipt = store.commit(saving(row, actor="佐藤", at=NOON))

    stored = read(store, "complaints", "K-1")
    assert (stored.version, stored.updated_by, stored.updated_at) == (1, "佐藤", NOON)
    assert receipt.records == {("complaints", "K-1"): stored}
    assert receipt.state is CommitState.APPLIED
    assert not receipt.repeated


def test_an_insert_of_an_existing_key_raises_and_shows_the_row_that_has_it(store, seen):
    with pytest.raises(Conflict) as raised:
        store.commit(saving(complaint("K-1", content="別の件")))

    assert (raised.value.table, raised.value.key) == ("complaints", "K-1")
    assert raised.value.fields == ()
    assert raised.value.theirs == seen.values()
    assert read(store, "complaints", "K-1") == seen


def test_a_natural_key_is_as_unique_as_a_made_one(store):
    store.commit(saving(kpi_day("A", offered=3), kpi_day("B", offered=3)))

    with pytest.raises(Conflict) as raised:
        store.commit(saving(kpi_day("A", offered=4)))

    assert raised.value.key == "2026-11-21|A"
    assert read(store, "kpi_days", "2026-11-21|A").offered == 3


def test_one_key_twice_in_one_commit_is_a_conflict(store):
    with pytest.raises(Conflict):
        store.commit(saving(complaint("K-1"), complaint("K-1")))

    assert store.load().frames["complaints"].empty


def test_a_number_no_store_can_hold_is_named_and_nothing_is_written(store):
    with pytest.raises(InvalidRecord) as raised:
        store.commit(saving(complaint("K-1"), kpi_day(offered=2**63)))

    assert [problem.field for problem in raised.value.problems] == ["offered"]
    assert store.load().frames["complaints"].empty


def test_the_largest_number_that_fits_is_kept(store):
    largest = 2**53 if store.kind == "Google Sheet" else 2**63 - 1
    store.commit(saving(kpi_day("A", offered=largest)))

    assert read(store, "kpi_days", "2026-11-21|A").offered == largest


# All or nothing -----------------------------------------------------------------


def test_one_commit_writes_several_tables_with_their_log(store):
    case = complaint("K-1")
    step = activity("K-1", id="H-1")

    receipt = store.commit(saving(case, step, kpi_day("A", offered=1)))

    snapshot = store.load()
    assert set(receipt.records) == {
        ("complaints", "K-1"),
        ("activities", "H-1"),
        ("kpi_days", "2026-11-21|A"),
    }
    assert snapshot.frames["audit"]["row_key"].tolist() == [
        "K-1",
        "H-1",
        "2026-11-21|A",
    ]
    assert snapshot.frames["audit"]["commit_id"].nunique() == 1


@pytest.mark.parametrize("bad", ["conflict", "missing", "fixed", "real", "unstorable"])
def test_a_failing_write_leaves_nothing_of_the_others(store, seen, bad):
    failing = {
        "conflict": Insert(complaint("K-1")),
        "missing": Update("complaints", "K-9", {"content": ""}, {"content": "x"}),
        "fixed": change(seen, id="K-2"),
        "real": Delete("complaints", "K-1"),
        "unstorable": Insert(kpi_day(offered=2**63)),
    }[bad]
    before = contents(store)
    revision = store.load().revision
    good = [Insert(complaint("K-2")), change(seen, content="変えた")]

    with pytest.raises((Conflict, NotAllowed, ActionRefused, InvalidRecord)):
        store.commit(saving(*good, failing, id="failed"))

    assert contents(store) == before
    assert store.load().revision == revision
    assert not store.commit(saving(*good, id="failed")).repeated


def test_writes_of_one_commit_build_on_each_other(store):
    row = complaint("K-1", content="一")

    store.commit(saving(row, change(row, content="二")))

    assert read(store, "complaints", "K-1").content == "二"
    assert logged(store, "complaints", "K-1") == [
        (CREATED, "", ""),
        ("content", "一", "二"),
    ]


def test_an_empty_commit_changes_nothing_and_is_remembered(store):
    before = store.load()

    assert not store.commit(saving(id="empty")).repeated
    assert store.refresh(before) is before
    assert store.commit(saving(id="empty")).repeated


# Updating -----------------------------------------------------------------------


def test_an_update_changes_its_fields_and_raises_the_version(store, seen):
    edit = change(seen, content="壊れている", severity=Severity.HIGH)

    receipt = store.commit(saving(edit, actor="佐藤", at=LATER))

    expected = seen.model_copy(
        update={
            "content": "壊れている",
            "severity": Severity.HIGH,
            "version": 2,
            "updated_at": LATER,
            "updated_by": "佐藤",
        }
    )
    assert read(store, "complaints", "K-1") == expected
    assert receipt.records["complaints", "K-1"] == expected


def test_edits_of_different_fields_by_two_people_merge(store, seen):
    store.commit(saving(change(seen, content="壊れている")))
    receipt = store.commit(saving(change(seen, status=ComplaintStatus.CHECKING)))

    merged = read(store, "complaints", "K-1")
    assert (merged.content, merged.status) == ("壊れている", ComplaintStatus.CHECKING)
    assert merged.version == 3
    assert receipt.records["complaints", "K-1"] == merged


def test_edits_of_one_field_conflict_and_show_every_side(store, seen):
    store.commit(saving(change(seen, content="壊れている", lot="7", language="英語")))

    with pytest.raises(Conflict) as raised:
        store.commit(saving(change(seen, content="漏れている", lot="8", note="急ぎ")))

    told = [
        (f.table, f.key, f.field, f.base, f.theirs, f.mine) for f in raised.value.fields
    ]
    assert told == [
        ("complaints", "K-1", "content", "届かない", "壊れている", "漏れている"),
        ("complaints", "K-1", "lot", "", "7", "8"),
    ]
    assert read(store, "complaints", "K-1").note == ""


def test_conflicts_of_all_rows_come_at_once(store):
    rows = [complaint("K-1"), complaint("K-2")]
    store.commit(saving(*rows))
    store.commit(saving(*(change(row, content="かれら") for row in rows)))

    with pytest.raises(Conflict) as raised:
        store.commit(saving(*(change(row, content="わたし") for row in rows)))

    assert [found.key for found in raised.value.fields] == ["K-1", "K-2"]


def test_a_conflict_can_be_settled_by_seeing_the_other_value(store, seen):
    store.commit(saving(change(seen, content="かれら")))
    theirs = read(store, "complaints", "K-1")

    store.commit(saving(change(theirs, content="わたし")))

    assert read(store, "complaints", "K-1").content == "わたし"


def test_two_people_with_the_same_new_value_do_not_conflict(store, seen):
    store.commit(saving(change(seen, content="同じ")))
    before = store.load()

    receipt = store.commit(saving(change(seen, content="同じ")))

    assert receipt.records["complaints", "K-1"].version == 2
    assert store.refresh(before) is before


def test_a_value_that_went_and_came_back_is_no_conflict(store, seen):
    """A → B → A: what this person saw stands again, so nothing of anybody's is lost."""
    store.commit(saving(change(seen, content="B")))
    between = read(store, "complaints", "K-1")
    store.commit(saving(change(between, content=seen.content)))

    store.commit(saving(change(seen, content="C")))

    assert read(store, "complaints", "K-1").content == "C"
    assert [row[1:] for row in logged(store, "complaints", "K-1")[1:]] == [
        ("届かない", "B"),
        ("B", "届かない"),
        ("届かない", "C"),
    ]


@pytest.mark.parametrize(
    ("field", "base", "stored"),
    [
        ("content", "一行目\r\n二行目", "一行目\n二行目"),
        ("lot", None, ""),
        ("next_promise_at", NOON.replace(microsecond=5), NOON),
        ("category2", "", None),
    ],
)
def test_what_is_the_same_once_stored_is_no_conflict(store, field, base, stored):
    row = complaint("K-1", **{field: stored})
    store.commit(saving(row))
    new = {"content": "x", "lot": "x", "next_promise_at": LATER}.get(
        field, Category.DELIVERY
    )

    store.commit(saving(change(row, {field: base}, **{field: new})))

    assert getattr(read(store, "complaints", "K-1"), field) == new


@pytest.mark.parametrize("empty", ["", None, ()])
def test_a_field_can_be_emptied(store, empty):
    field = {"": "lot", None: "next_promise_at", (): "mended_places"}[empty]
    if field == "mended_places":
        row = inquiry("G-1", mended_places=(MendedPlace.NOTHING,))
    else:
        row = complaint("K-1", lot="7", next_promise_at=NOON)
    store.commit(saving(row))

    store.commit(saving(change(row, **{field: empty})))

    code = "agency_inquiries" if field == "mended_places" else "complaints"
    assert getattr(read(store, code, row.id), field) == empty


def test_version_time_and_person_cannot_be_written(store, seen):
    edit = change(seen, content="x", version=50, updated_by="だれか", updated_at=LATER)

    store.commit(saving(edit))

    stored = read(store, "complaints", "K-1")
    assert (stored.version, stored.updated_by, stored.updated_at) == (2, "山田", NOON)


def test_a_value_of_the_wrong_type_is_refused_by_name(store):
    day = kpi_day("A", offered=1)
    store.commit(saving(day))

    with pytest.raises(InvalidRecord) as raised:
        store.commit(saving(change(day, offered=-1)))

    assert [problem.field for problem in raised.value.problems] == ["offered"]


def test_a_row_that_does_not_exist_cannot_be_updated(store):
    with pytest.raises(NotAllowed):
        store.commit(saving(change(complaint("K-9"), content="x")))


def test_a_key_cannot_be_changed(store, seen):
    with pytest.raises(ActionRefused):
        store.commit(saving(change(seen, id="K-2")))


def test_what_was_done_cannot_be_rewritten(store):
    step = activity("K-1", id="H-1")
    store.commit(saving(step))

    with pytest.raises(ActionRefused):
        store.commit(saving(change(step, content="別のことをした")))


def test_a_field_of_another_table_is_a_mistake_of_the_caller(store, seen):
    with pytest.raises(KeyError):
        store.commit(
            saving(Update("complaints", "K-1", {"offered": 1}, {"offered": 2}))
        )


# The same save again ------------------------------------------------------------


def test_a_repeated_commit_is_applied_once(store):
    first = saving(complaint("K-1", content="一度"))
    store.commit(first)
    before = store.load()

    again = store.commit(first)

    assert again.repeated
    assert again.records["complaints", "K-1"].version == 1
    assert store.refresh(before) is before
    assert len(store.audit("complaints", "K-1")) == 1


def test_a_repeated_update_shows_the_row_as_it_stands_now(store, seen):
    edit = saving(change(seen, content="B"))
    store.commit(edit)
    store.commit(saving(change(read(store, "complaints", "K-1"), content="C")))

    again = store.commit(edit)

    assert again.repeated
    assert again.records["complaints", "K-1"].content == "C"
    assert read(store, "complaints", "K-1").content == "C"


def test_another_opening_recognises_a_repeated_commit(store, store_factory):
    commit = saving(complaint("K-1"))
    store.commit(commit)

    assert store_factory().commit(commit).repeated


# The log ------------------------------------------------------------------------


def test_each_changed_field_leaves_one_log_row_with_both_values(store, seen):
    edit = change(
        seen,
        severity=Severity.HIGH,
        next_promise_at=LATER,
        people_involved=3,
        order_number="0012",
    )

    store.commit(
        saving(edit, actor="佐藤", at=LATER, reason="折り返し", route=AuditRoute.IMPORT)
    )

    assert logged(store, "complaints", "K-1") == [
        (CREATED, "", ""),
        ("severity", "低", "高"),
        ("next_promise_at", "", "2026/11/21 13:00"),
        ("people_involved", "", "3"),
    ]
    row = store.audit("complaints", "K-1").iloc[-1]
    assert (row["actor"], row["at"], row["reason"]) == ("佐藤", LATER, "折り返し")
    assert (row["route"], row["source"]) == ("取込", "取込")


def test_personal_data_never_reach_the_log(store):
    row = complaint("K-1", contact="090-1234-5678", customer_name="山本")
    store.commit(saving(row))

    store.commit(saving(change(row, contact="080-8765-4321", customer_name="")))

    assert logged(store, "complaints", "K-1")[1:] == [
        ("contact", "", CHANGED),
        ("customer_name", "", CHANGED),
    ]
    everything = store.load().frames["audit"].to_csv()
    assert not any(secret in everything for secret in ("1234", "8765", "山本"))


def test_the_log_of_one_record_is_complete_and_in_order(store):
    row = complaint("K-1", content="0")
    store.commit(saving(row, complaint("K-2"), kpi_day("K-1")))
    for number in range(1, 4):
        seen = read(store, "complaints", "K-1")
        store.commit(saving(change(seen, content=str(number))))

    assert [after for _, _, after in logged(store, "complaints", "K-1")] == ["", *"123"]


def test_a_snapshot_carries_the_tail_of_the_log(store, monkeypatch):
    for where in ("sql", "sheets"):
        monkeypatch.setattr(f"lib.store.{where}.reading.AUDIT_TAIL", 3)
    store.commit(saving(complaint("K-1"), complaint("K-2")))
    before = store.load()
    store.commit(saving(complaint("K-3"), complaint("K-4")))

    for snapshot in (store.load(), store.refresh(before)):
        assert snapshot.frames["audit"]["row_key"].tolist() == ["K-2", "K-3", "K-4"]
    assert len(store.audit("complaints", "K-1")) == 1


# Deleting the sample year -------------------------------------------------------


def test_rows_of_the_sample_year_can_go_with_the_log_that_made_them(store):
    sample = [complaint(f"K-{n}", source=Source.SAMPLE) for n in range(3)] + [
        kpi_day("A", source=Source.SAMPLE)
    ]
    store.commit(saving(*sample, complaint("K-real"), route=AuditRoute.SAMPLE))
    before = store.load()

    gone = [Delete("complaints", f"K-{n}") for n in range(3)]
    store.commit(
        saving(*gone, Delete("kpi_days", "2026-11-21|A"), route=AuditRoute.SAMPLE)
    )

    for after in (store.load(), store.refresh(before)):
        assert after.frames["complaints"].index.tolist() == ["K-real"]
        assert after.frames["kpi_days"].empty
        log = after.frames["audit"]
        assert log[["table", "row_key", "field_name", "before"]].values.tolist() == [
            ["complaints", "K-real", CREATED, ""],
            ["complaints", "", DELETED, "3"],
            ["kpi_days", "", DELETED, "1"],
        ]


def test_what_people_did_to_sample_rows_stays_in_the_log(store):
    row = complaint("K-1", source=Source.SAMPLE)
    store.commit(saving(row, route=AuditRoute.SAMPLE))
    store.commit(saving(change(row, content="試しに直した")))

    store.commit(saving(Delete("complaints", "K-1"), route=AuditRoute.SAMPLE))

    assert [name for name, _, _ in logged(store, "complaints", "K-1")] == ["content"]


@pytest.mark.parametrize("source", [s for s in Source if s is not Source.SAMPLE])
def test_a_real_row_never_goes(store, source):
    store.commit(saving(complaint("K-1", source=source)))

    with pytest.raises(ActionRefused):
        store.commit(saving(Delete("complaints", "K-1"), route=AuditRoute.SAMPLE))

    assert read(store, "complaints", "K-1") is not None


def test_a_real_row_cannot_be_turned_into_a_sample_row(store, seen):
    with pytest.raises(ActionRefused):
        store.commit(saving(change(seen, source=Source.SAMPLE)))


def test_what_is_gone_already_may_be_deleted_again(store):
    store.commit(saving(Delete("complaints", "K-1")))

    assert store.load().frames["audit"].empty


def test_a_deleted_key_may_be_used_again(store):
    row = complaint("K-1", source=Source.SAMPLE)
    store.commit(saving(row))
    store.commit(saving(Delete("complaints", "K-1"), complaint("K-1", content="新")))

    assert read(store, "complaints", "K-1").content == "新"


# Every table --------------------------------------------------------------------


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.code)
def test_a_lookup_of_what_is_not_there_gives_nothing(store, table):
    assert read(store, table.code, "そんな番号はない") is None
    assert store.audit(table.code, "そんな番号はない").empty


def test_a_product_code_keeps_its_leading_zeros(store):
    product = Product(code="0012", name="化粧水")
    store.commit(saving(product, complaint("K-1", product_code="0012")))
    store.commit(saving(change(product, name="化粧水 改")))

    assert read(store, "products", "0012").name == "化粧水 改"
    assert read(store, "complaints", "K-1").product_code == "0012"
