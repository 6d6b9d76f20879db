"""An import is taken back in one press; what people did with it since stays."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from lib import clock
from lib.actions import importing
from lib.actions.importing import undoing
from lib.errors import NotAllowed, StoreUnavailable
from lib.files.reading import read_file
from lib.schema.activity import Activity
from lib.schema.kpi_day import KpiDay
from lib.schema.masters import Centre
from lib.schema.principal import SYSTEM, Principal
from lib.schema.record import Record
from lib.schema.vocab import ActivityKind, ComplaintStatus, Role
from lib.store.live import LiveStore
from lib.store.opening import open_live
from lib.store.protocol import Commit, Insert, Update

NOW = datetime(2026, 11, 21, 15, 0, tzinfo=clock.TOKYO)
LATER = NOW + timedelta(hours=1)
MANAGER = Principal("m@example.jp", "森", Role.MANAGER)
CLERK = Principal("c@example.jp", "鈴木", Role.CLERK)
CENTRE = Principal("o@example.jp", "伊藤", Role.OUTSOURCED, "TYO")

LEDGER = "受付日時,内容,状態\n2026/11/20 9:05,届かない,対応中\n2026/11/20 10:00,割れていた,受付\n"
DAYS = "日付,センターコード,着信数,応答数\n2026/11/1,TYO,10,9\n2026/11/2,TYO,20,18\n"


@pytest.fixture
def live(tmp_path: Path):
    store = open_live(f"sqlite:///{tmp_path / 'store.db'}", data=tmp_path)
    put(store, Centre(code="TYO", name="東京"))
    yield store
    store.close()


def put(live: LiveStore, *records: Record) -> None:
    commit = Commit(
        f"put{len(records)}{records[0]!r}"[:40].replace(" ", ""),
        "試験",
        NOW,
        tuple(map(Insert, records)),
    )
    live.for_user(SYSTEM).commit(commit)


def shown(live: LiveStore, text: str, who: Principal = MANAGER) -> importing.Preview:
    desk, system = live.for_user(who), live.for_user(SYSTEM)
    runs = importing.runs_in(system.frame("settings"))
    codes = ("complaints", "kpi_days", "centres", "members", "products")
    return importing.preview(
        read_file("取込.csv", text.encode()),
        {code: desk.frame(code) for code in codes},
        bounds=importing.Bounds(undone=importing.undone_rows(runs)),
    )


def take(
    live: LiveStore, text: str, who: Principal = MANAGER, now: datetime = NOW
) -> importing.Imported:
    found = shown(live, text, who)
    system = live.for_user(SYSTEM)
    journal = importing.Journal(
        system,
        importing.runs_in(system.frame("settings")),
        file=found.file,
        digest=found.digest,
        who=who,
        now=now,
    )
    return importing.apply(live.for_user(who), found, who=who, now=now, journal=journal)


def runs(live: LiveStore, who: Principal = MANAGER) -> tuple[importing.Run, ...]:
    return importing.runs_of(live.for_user(SYSTEM).frame("settings"), who)


def undo(live: LiveStore, who: Principal = MANAGER) -> importing.Undoing:
    (run,) = [run for run in runs(live, who) if not run.undone]
    return importing.undo(live.for_user(who), live.for_user(SYSTEM), run, now=LATER)


def statuses(live: LiveStore) -> dict[str, str]:
    frame = live.for_user(SYSTEM).frame("complaints")
    return dict(zip(frame["content"], frame["status"].astype(str), strict=True))


def day(live: LiveStore, number: int) -> KpiDay:
    record = live.for_user(SYSTEM).record("kpi_days", f"2026-11-0{number}|TYO")
    assert isinstance(record, KpiDay)
    return record


def test_complaints_go_out_of_every_figure_and_stay_as_rows(live):
    take(live, LEDGER)

    done = undo(live)

    assert len(done.writes) == 2
    assert statuses(live) == {"届かない": "取消", "割れていた": "取消"}
    assert [run.undone for run in runs(live)] == [True]


def test_a_complaint_that_was_changed_or_worked_on_since_stays(live):
    take(live, LEDGER + "2026/11/20 11:00,遅い,受付\n")
    desk = live.for_user(MANAGER)
    by_content = {
        content: key for key, content in desk.frame("complaints")["content"].items()
    }
    changed, worked_on = by_content["届かない"], by_content["遅い"]
    desk.commit(
        Commit(
            "c1",
            "森",
            NOW,
            (Update("complaints", changed, {"note": ""}, {"note": "電話した"}),),
        )
    )
    put(
        live,
        Activity(
            id="H-261121-AAAAA",
            case_id=worked_on,
            at=NOW,
            kind=ActivityKind.OTHER,
            content="社内で確認",
        ),
    )

    done = undo(live)

    assert {(row.key, row.why) for row in done.kept} == {
        (changed, undoing.CHANGED_SINCE),
        (worked_on, undoing.WORKED_ON),
    }
    assert statuses(live) == {
        "届かない": "対応中",
        "割れていた": "取消",
        "遅い": "受付",
    }


def test_the_same_file_comes_back_after_it_was_undone(live):
    take(live, LEDGER)
    undo(live)

    assert take(live, LEDGER).added == 2

    assert statuses(live) == {"届かない": "対応中", "割れていた": "受付"}
    assert undo(live).kept == ()
    assert take(live, LEDGER).added == 2


def test_a_complaint_cancelled_by_a_person_does_not_come_back(live):
    take(live, LEDGER)
    desk = live.for_user(MANAGER)
    key = str(desk.frame("complaints").index[0])
    before = desk.record("complaints", key).values()["status"]
    cancelled = {"status": ComplaintStatus.CANCELLED}
    desk.commit(
        Commit(
            "c1", "森", NOW, (Update("complaints", key, {"status": before}, cancelled),)
        )
    )

    assert take(live, LEDGER).added == 0


def test_an_imported_day_is_missing_again(live):
    take(live, DAYS)
    assert day(live, 1).answered == 9

    undo(live)

    assert (day(live, 1).offered, day(live, 1).answered) == (None, None)
    assert day(live, 1).entered_at is None


def test_a_day_edited_since_keeps_every_figure(live):
    take(live, DAYS)
    live.for_user(MANAGER).commit(
        Commit(
            "c1",
            "森",
            NOW,
            (Update("kpi_days", "2026-11-02|TYO", {"offered": 20}, {"offered": 21}),),
        )
    )

    done = undo(live)

    assert [(row.key, row.why) for row in done.kept] == [
        ("2026-11-02|TYO", undoing.CHANGED_SINCE)
    ]
    assert (day(live, 2).offered, day(live, 2).answered) == (21, 18)
    assert day(live, 1).offered is None


def test_gaps_of_a_day_are_filled_and_emptied_again(live):
    put(live, KpiDay(date=date(2026, 11, 1), centre="TYO", consumer_centre_calls=2))

    assert take(live, DAYS).added == 2
    filled = day(live, 1)
    assert (filled.offered, filled.consumer_centre_calls) == (10, 2)
    assert filled.entered_at == NOW

    undo(live)

    emptied = day(live, 1)
    assert (emptied.offered, emptied.consumer_centre_calls) == (None, 2)


def test_an_undoing_that_stopped_goes_on(live, monkeypatch):
    take(live, LEDGER)
    monkeypatch.setattr(undoing, "_CHUNK", 1)
    system = live.for_user(SYSTEM)
    (run,) = runs(live)
    desk = live.for_user(MANAGER)
    commit, calls = desk.commit, []

    def failing(one: Commit):
        calls.append(one)
        if len(calls) == 2:
            raise StoreUnavailable
        return commit(one)

    monkeypatch.setattr(desk, "commit", failing)
    with pytest.raises(StoreUnavailable):
        importing.undo(desk, system, run, now=LATER)
    assert sorted(statuses(live).values()) in (["取消", "受付"], ["取消", "対応中"])

    done = undo(live)

    assert (len(done.writes), done.kept) == (1, ())
    assert set(statuses(live).values()) == {"取消"}


def test_an_import_that_stopped_and_went_on_is_one_import(live):
    rows = "".join(f"2026/11/20 9:{n:02},件 {n}\n" for n in range(30))
    text = "受付日時,内容\n" + rows
    found = shown(live, text)
    system = live.for_user(SYSTEM)
    journal = importing.Journal(
        system, (), file=found.file, digest=found.digest, who=MANAGER, now=NOW
    )
    journal.note("0" * 32, ())  # noted, and then the store was gone

    take(live, text)

    assert [run.count("complaints") for run in runs(live)] == [30]


def test_a_centre_undoes_its_own_import_only(live):
    take(live, DAYS, CENTRE)
    take(live, LEDGER, MANAGER)

    assert [run.by for run in runs(live, CENTRE)] == ["伊藤"]
    assert runs(live, CLERK) == ()
    (own,) = runs(live, CENTRE)
    with pytest.raises(NotAllowed):
        importing.undo(live.for_user(CLERK), live.for_user(SYSTEM), own, now=LATER)

    undo(live, CENTRE)

    assert day(live, 1).offered is None


def test_a_centre_cannot_bring_rows_of_another_one(live):
    put(live, Centre(code="OSA", name="大阪"))

    with pytest.raises(NotAllowed):
        take(live, DAYS.replace("TYO", "OSA"), CENTRE)

    assert live.for_user(SYSTEM).frame("kpi_days").empty


def test_old_notes_are_emptied_and_young_ones_stay(live):
    take(live, LEDGER)
    system = live.for_user(SYSTEM)

    for days, left in ((80, 1), (100, 0)):
        journal = importing.Journal(
            system,
            (),
            file="b",
            digest="b",
            who=MANAGER,
            now=NOW + timedelta(days=days),
        )
        journal.forget_old(system.frame("settings"))
        assert len(runs(live)) == left


def test_a_file_imported_in_two_sittings_says_when_both_were(live):
    text = LEDGER + "".join(
        f"2026/11/20 {n // 60}:{n % 60:02},苦情{n},受付\n" for n in range(660, 1200)
    )
    stopped = _Stops(live.for_user(MANAGER), after=1)
    found, system = shown(live, text), live.for_user(SYSTEM)
    journal = importing.Journal(
        system, (), file=found.file, digest=found.digest, who=MANAGER, now=NOW
    )
    with pytest.raises(ConnectionError):
        importing.apply(stopped, found, who=MANAGER, now=NOW, journal=journal)
    assert len(statuses(live)) == importing.CHUNK
    take(live, text, now=LATER)

    (run,) = runs(live)
    assert run.sittings == (NOW, LATER)
    undo(live)

    assert set(statuses(live).values()) == {ComplaintStatus.CANCELLED.value}


class _Stops:
    """A store that breaks off after some commits."""

    def __init__(self, desk, after: int) -> None:
        self._desk, self._left = desk, after

    def commit(self, commit: Commit):
        if not self._left:
            raise ConnectionError
        self._left -= 1
        return self._desk.commit(commit)
