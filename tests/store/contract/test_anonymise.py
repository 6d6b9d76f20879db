"""People leave every place: tables, log, drafts, and what the data folder keeps."""

from __future__ import annotations

import threading
from datetime import date, datetime, timedelta

import orjson
import pytest

from lib import clock
from lib.actions.privacy import running, units
from lib.actions.privacy.mentions import Mentions
from lib.errors import InvalidRecord, StoreUnavailable
from lib.schema.care import CareRecord
from lib.schema.deadline import Deadline
from lib.schema.escalation import Escalation
from lib.schema.frames import frame_of
from lib.schema.inquiry import AgencyInquiry
from lib.schema.principal import SYSTEM
from lib.schema.tables import table
from lib.schema.vocab import (
    AgencyKind,
    CareKind,
    ComplaintStatus,
    DeadlineKind,
    EscalationStatus,
    EscalationTrigger,
    InquiryStatus,
)
from lib.settings.retention import Kind
from lib.store import erased_rows
from lib.store.drafts import Draft, DraftBox
from lib.store.erased_rows import ErasedRows
from lib.store.live import LiveStore
from lib.store.protocol import Commit
from tests.store.rows import NOON, activity, change, complaint, read, saving

TODAY = date(2029, 11, 22)
NOW = datetime(2029, 11, 22, 9, 0, tzinfo=clock.TOKYO)
CANARY = "カナリア"
CONTACT = "090-0000-4242"


def case(key, **values):
    over = {"status": ComplaintStatus.CLOSED, "closed_at": NOON}
    return complaint(key, **(over | values))


def canaries(key):
    """Return a closed case in which every text names the person."""
    own = {"id": f"E-{key}", "complaint_id": key, "raised_at": NOON}
    told = {
        "first_contact_at": NOON,
        "answered_at": NOON,
        "status": InquiryStatus.CLOSED,
    }
    clock_of = {"id": f"T-{key}", "case_id": key, "rule_code": "APPI", "done_at": NOON}
    return (
        case(
            key,
            contact=CONTACT,
            customer_name=f"{CANARY}名",
            order_number=f"{CANARY}-1",
            content=f"解約を{CANARY}に断られた",
            note=f"{CANARY}1",
            severity_reason=f"{CANARY}2",
            recording_url=f"https://rec.example.jp/{CANARY}",
            open_questions=f"{CANARY}3",
            fact_source=f"{CANARY}4",
            customer_key="a" * 20,
        ),
        activity(key, id=f"H-{key}", content=f"{CANARY}5"),
        Escalation(
            **own,
            trigger=EscalationTrigger.MANUAL,
            status=EscalationStatus.RESOLVED,
            course=f"{CANARY}6",
        ),
        AgencyInquiry(
            id=f"G-{key}",
            agency_kind=AgencyKind.CONSUMER_CENTRE,
            agency_name="市の窓口",
            complaint_id=key,
            officer_name=f"{CANARY}7",
            order_number=f"{CANARY}-1",
            facts=f"{CANARY}8",
            answer=f"{CANARY}9",
            **told,
        ),
        Deadline(
            **clock_of,
            kind=DeadlineKind.STATUTORY,
            started_at=NOON,
            due_at=NOON,
            check_reason=f"{CANARY}10",
        ),
    )


@pytest.fixture
def place(store_factory):
    """Return a place with two cases of one person that are over, and one of today."""
    store = store_factory()
    store.commit(saving(*canaries("K-1"), *canaries("K-2")))
    store.commit(saving(complaint("K-9", content="まだ話している", note="残る話")))
    for key in ("K-1", "K-2"):
        seen = read(store, "complaints", key)
        store.commit(
            Commit(
                f"edit {key}",
                "佐藤",
                NOON + timedelta(hours=1),
                saving(change(seen, note=f"{CANARY}11")).writes,
                reason=f"{CANARY}12",
            )
        )
    return store_factory


@pytest.fixture
def live(place):
    return LiveStore(place())


def found_in(place, live):
    """Return every place in which the person can still be read."""
    frames = live.refreshed().frames
    texts = {code: frame.to_csv() for code, frame in frames.items()}
    keys = [(code, str(key)) for code, f in frames.items() for key in f.index]
    texts["the whole log"] = live.audits(keys).to_csv()
    for path in (*place.data.rglob("*"), *place.data.parent.rglob("*.db*")):
        if path.is_file() and "backups" not in path.parts:
            texts[path.name] = path.read_bytes().decode("utf-8", "replace")
    return sorted(
        name for name, text in texts.items() if CANARY in text or CONTACT in text
    )


def press(live, place, *, found=None):
    found = found or running.due(live, SYSTEM, TODAY)
    return running.anonymise(live, SYSTEM, found, now=NOW, data=place.data)


def test_nothing_of_a_person_is_left_anywhere(place, live):
    box = DraftBox(place.data)
    box.save("佐藤", "call", "1", {"contact": CONTACT})
    box.save("佐藤", "call", "2", {"content": "別の人"})
    assert {"complaints", "audit", "the whole log"} <= set(found_in(place, live))

    shown = running.preview(
        live, SYSTEM, running.due(live, SYSTEM, TODAY), data=place.data
    )
    done = press(live, place)

    assert found_in(place, live) == []
    assert (shown.drafts, done.drafts) == (1, 1)
    assert (len(shown.free), done.units, done.rows) == (2, 2, 10)
    assert shown.log_rows == done.log_rows == 2
    assert len(box.list("佐藤", "call")) == 1
    kept = live.snapshot().frames["complaints"]
    assert kept.loc["K-1", "content"] == "解約できない ***"
    assert kept.loc["K-9", "note"] == "残る話"
    orders = live.snapshot().frames["agency_inquiries"]["order_number"]
    assert orders.str.startswith("***").all()


def test_the_spreadsheet_itself_forgets_them(outbox_place, sheets_emulator):
    store = outbox_place()
    store.commit(saving(*canaries("K-1")))
    live = LiveStore(store)
    book = outbox_place.url.removeprefix("gsheet://")

    def everything():
        titles = [sheet.title for sheet in sheets_emulator.book(book).sheets]
        return str([sheets_emulator.values(book, f"'{t}'") for t in titles])

    assert CANARY in everything()
    press(live, outbox_place)

    assert CANARY not in everything()
    assert CONTACT not in everything()


class Dying(LiveStore):
    """A store that goes away while the second case is written."""

    commits = 0

    def commit(self, commit):
        Dying.commits += any(type(w).__name__ == "Erase" for w in commit.writes)
        if Dying.commits == 2:
            raise StoreUnavailable("killed")
        return super().commit(commit)


def test_after_a_crash_the_next_press_goes_on(sqlite_place, monkeypatch):
    store = sqlite_place()
    store.commit(saving(*canaries("K-1"), *canaries("K-2")))
    monkeypatch.setattr(running, "ROWS_AT_ONCE", 1)
    monkeypatch.setattr(Dying, "commits", 0)
    with pytest.raises(StoreUnavailable):
        press(Dying(store), sqlite_place)
    live = LiveStore(store)
    left = running.due(live, SYSTEM, TODAY)
    assert [unit.key for unit in left] == ["K-2"]

    press(live, sqlite_place)

    assert found_in(sqlite_place, live) == []
    assert running.due(live, SYSTEM, TODAY) == ()


def test_two_who_press_at_once_erase_the_same(sqlite_place):
    sqlite_place().commit(saving(*canaries("K-1"), *canaries("K-2")))
    stores = [LiveStore(sqlite_place()) for _ in range(2)]
    found = [running.due(live, SYSTEM, TODAY) for live in stores]
    threads = [
        threading.Thread(target=press, args=(live, sqlite_place), kwargs={"found": own})
        for live, own in zip(stores, found, strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert found_in(sqlite_place, stores[0]) == []
    log = stores[0].audit("complaints", "K-1")
    assert (log["field_name"] == "(匿名化)").sum() == 1


SINCE = {
    "it was reopened": {"status": ComplaintStatus.WORKING, "closed_at": None},
    "it was closed again": {"closed_at": NOW - timedelta(days=1)},
    "something was written": {"note": "昨日また電話があった"},
}


@pytest.mark.parametrize("how", list(SINCE))
def test_what_changed_after_the_look_is_refused_and_kept(sqlite_place, how):
    sqlite_place().commit(saving(case("K-1"), case("K-2")))
    live = LiveStore(sqlite_place())
    found = running.due(live, SYSTEM, TODAY)
    other = sqlite_place()
    seen = read(other, "complaints", "K-1")
    other.commit(saving(change(seen, content="大事な話", **SINCE[how])))

    done = press(live, sqlite_place, found=found)

    kept = live.snapshot().frames["complaints"]["content"]
    assert kept.loc["K-1"] == "大事な話"
    assert kept.loc["K-2"] == "***"
    ((unit, error),) = done.refused
    assert (unit.key, error.message) == ("K-1", running.CHANGED)
    assert done.units == 1


def test_a_step_taken_after_the_look_is_kept(sqlite_place):
    sqlite_place().commit(saving(case("K-1")))
    live = LiveStore(sqlite_place())
    found = running.due(live, SYSTEM, TODAY)
    sqlite_place().commit(saving(activity("K-1", id="H-1", content="また電話")))

    done = press(live, sqlite_place, found=found)

    assert live.snapshot().frames["activities"].loc["H-1", "content"] == "また電話"
    assert done.units == 0


def test_what_hangs_on_no_case_is_due_too(sqlite_place):
    talk = {"kind": CareKind.CONSULTATION, "for_whom": "佐藤", "due_at": NOON}
    done = {"done_at": NOON, "done_by": "店長", "note": "お客様の名前"}
    sqlite_place().commit(
        saving(
            case("K-1"),
            activity("K-1", id="H-1"),
            activity("K-gone", id="H-2", at=NOON, content="宙に浮いた話"),
            activity("K-gone", id="H-3", at=NOW, content="まだ早い"),
            CareRecord(id="F-1", **talk, **done),
            CareRecord(id="F-2", **talk, note="まだ話していない"),
        )
    )
    live = LiveStore(sqlite_place())
    loose = [u for u in running.due(live, SYSTEM, TODAY) if u.kind is Kind.LOOSE]
    assert sorted(unit.key for unit in loose) == ["F-1", "H-2"]

    press(live, sqlite_place, found=loose)

    frames = live.snapshot().frames
    steps, talks = frames["activities"]["content"], frames["care_records"]["note"]
    assert (steps["H-2"], steps["H-3"]) == ("***", "まだ早い")
    assert talks.to_dict() == {"F-1": "***", "F-2": "まだ話していない"}


class Refusing(LiveStore):
    """A store that does not take K-1."""

    def commit(self, commit):
        if any(getattr(write, "key", "") == "K-1" for write in commit.writes):
            raise InvalidRecord([])
        return super().commit(commit)


def test_a_row_that_is_not_taken_holds_up_no_other_of_a_restored_backup(sqlite_place):
    ErasedRows(sqlite_place.data).add(
        {("complaints", key): {"note": "***"} for key in ("K-1", "K-2")},
        [("complaints", "K-3")],
        at=NOW,
    )
    sqlite_place().commit(saving(*(case(f"K-{n}", note="昔") for n in (1, 2, 3))))
    live = Refusing(sqlite_place())

    done = running.erase_again(live, SYSTEM, now=NOW, data=sqlite_place.data)

    notes = live.snapshot().frames["complaints"]["note"]
    assert notes.to_dict() == {"K-1": "昔", "K-2": "***", "K-3": "昔"}
    assert [row for row, _error in done.rows_refused] == [("complaints", "K-1")]
    assert done.rows == 3


@pytest.mark.parametrize(
    ("noted", "kept"),
    [(timedelta(minutes=-1), "新しい話"), (timedelta(0), "***"), (None, "***")],
)
def test_what_was_written_after_the_anonymising_outlives_a_restore(
    sqlite_place, noted, kept
):
    sqlite_place().commit(saving(case("K-1", note="新しい話")))
    live = LiveStore(sqlite_place())
    line = ["complaints", "K-1", {"note": "***"}]
    if noted is not None:
        line.append((NOON + noted).isoformat())
    listed = sqlite_place.data / erased_rows.NAME
    listed.parent.mkdir(exist_ok=True)
    listed.write_bytes(orjson.dumps(line))

    running.erase_again(live, SYSTEM, now=NOW, data=sqlite_place.data)

    assert live.snapshot().frames["complaints"].loc["K-1", "note"] == kept


def test_the_list_tells_when_each_row_was_erased(sqlite_place):
    sqlite_place().commit(saving(case("K-1")))
    live = LiveStore(sqlite_place())
    press(live, sqlite_place)

    (gone,) = ErasedRows(sqlite_place.data).load().values()

    assert gone.at == NOW


DRAFTS = {
    "the case's own": ("K-1", {"note": "続き"}, True),
    "its number in a field": ("e", {"complaint_id": "K-1"}, True),
    "its number in a text": ("e", {"content": "前の件(K-1)と同じ"}, True),
    "another number": ("K-12", {"parent_id": "K-12"}, False),
    "the phone, bare": ("e", {"contact": "09012345678"}, True),
    "the phone, wide": ("e", {"contact": "０９０-1234-5678"}, True),
    "the phone in a text": ("e", {"content": "電話は090 1234 5678です"}, True),
    "another phone": ("e", {"contact": "080-9012-3455"}, False),
    "what masking left": ("e", {"contact": "…5678"}, False),
    "the order": ("e", {"order_number": "１２３４"}, True),
    "the order in a text": ("e", {"content": "注文 1234 の件"}, True),
    "a longer order": ("e", {"order_number": "12345"}, False),
    "an amount": ("e", {"content": "金額12340円、次は1234円"}, False),
}


@pytest.mark.parametrize("what", list(DRAFTS))
def test_only_drafts_about_the_person_go(what):
    entry, values, goes = DRAFTS[what]
    own = case("K-1", contact="090-1234-5678", order_number="1234")
    frames = {
        "complaints": frame_of(table("complaints"), [own]),
        "agency_inquiries": frame_of(table("agency_inquiries"), []),
    }
    mentions = Mentions.of(frames, [("complaints", "K-1")])

    assert mentions.are_in(Draft(entry, NOW, values)) is goes


HELD = {
    "its own case": (case("K-1", status=ComplaintStatus.WORKING), None),
    "a second complaint": (complaint("K-2", parent_id="K-1"), units.RELATED_OPEN),
    "an agency": (
        AgencyInquiry(
            id="G-1",
            first_contact_at=NOON,
            agency_kind=AgencyKind.CONSUMER_CENTRE,
            agency_name="市の窓口",
            complaint_id="K-1",
        ),
        units.INQUIRY_OPEN,
    ),
    "a clock": (
        Deadline(
            id="T-1",
            case_id="K-1",
            rule_code="APPI",
            kind=DeadlineKind.STATUTORY,
            started_at=NOON,
            due_at=NOON,
        ),
        units.DEADLINE_OPEN,
    ),
    "a hand-over": (
        Escalation(
            id="E-1",
            complaint_id="K-1",
            raised_at=NOON,
            trigger=EscalationTrigger.MANUAL,
        ),
        units.HANDOVER_OPEN,
    ),
}


@pytest.mark.parametrize("why", list(HELD))
def test_what_is_not_over_holds_a_case_back(sqlite_place, why):
    row, said = HELD[why]
    rows = [row] if row.id == "K-1" else [case("K-1"), row]
    sqlite_place().commit(saving(*rows))
    live = LiveStore(sqlite_place())

    found = running.due(live, SYSTEM, TODAY)
    press(live, sqlite_place)

    if said is None:
        assert found == ()
    else:
        (unit,) = found
        assert [hold.why for hold in unit.holds] == [said]
    content = live.snapshot().frames["complaints"]["content"]
    assert content.loc["K-1"] == "届かない"


def test_nothing_is_due_a_day_too_early(sqlite_place):
    sqlite_place().commit(saving(case("K-1")))
    live = LiveStore(sqlite_place())
    due_on = NOON.date().replace(year=NOON.year + 3)

    assert running.due(live, SYSTEM, due_on - timedelta(days=1)) == ()
    assert len(running.due(live, SYSTEM, due_on)) == 1


def test_a_save_that_waits_holds_its_case_back(sqlite_place):
    sqlite_place().commit(saving(case("K-1")))
    frames = LiveStore(sqlite_place()).snapshot().frames

    (unit,) = units.due_units(frames, TODAY, [("complaints", "K-1")])

    assert [hold.why for hold in unit.holds] == [units.WAITING]
