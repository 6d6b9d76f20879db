"""Years are put away and come back, and nothing is lost on the way."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from lib.actions.privacy import running
from lib.errors import ActionRefused, Conflict
from lib.schema.audit import ARCHIVED, BROUGHT_BACK
from lib.schema.principal import SYSTEM
from lib.store.archive import CASES, CODES, INDEXED, Archives
from lib.store.live import LiveStore
from lib.store.protocol import Erase, Store
from tests.store.archived import YEAR, away, back, filled, rows_of, same_rows, settled
from tests.store.places import Place
from tests.store.rows import NOON, activity, change, saving

ONE, TWO, THREE = "K-240605-AAAA2", "K-240605-AAAA3", "K-240605-AAAA4"
OPEN = "K-261121-AAAAA"


def archives(store: Store) -> Archives:
    assert isinstance(store, Archives)
    return store


def test_what_is_put_away_comes_back_as_it_was_with_its_log(store):
    before = filled(store)
    log = store.audit(CASES, ONE)
    move = away(before, [ONE, TWO])

    done = archives(store).move(move)

    live, kept = store.refresh(before), archives(store).archive()
    assert done.done == (ONE, TWO)
    assert archives(store).archive_years() == (YEAR,)
    assert kept.years == {ONE: YEAR, TWO: YEAR}
    index = archives(store).archive_index()
    same_rows(index, before.frames[CASES].loc[[ONE, TWO], list(INDEXED)])
    for code in CODES:
        gone = [key for rows in move.cases.values() for at, key in rows if at == code]
        same_rows(kept.frames[code], before.frames[code].loc[gone])
        same_rows(live.frames[code], before.frames[code].drop(gone))
    assert live.held is None

    assert archives(store).move(back(move)).done == (ONE, TWO)

    again = store.load()
    assert again.held is None
    assert archives(store).archive_years() == ()
    for code in before.frames:
        if code != "audit":
            same_rows(again.frames[code], before.frames[code])
    told = store.audit(CASES, ONE)
    same_rows(told.loc[log.index], log)
    assert told["field_name"].tolist()[-2:] == [ARCHIVED, BROUGHT_BACK]


@pytest.mark.slow
def test_one_that_was_written_to_since_stays_whole(store):
    before = filled(store)
    move = away(before, [ONE, TWO])
    store.commit(saving(activity(ONE)))
    store.commit(saving(change(settled(3)[0], note="追記")))

    assert archives(store).move(move).passed == (ONE, TWO)

    assert archives(store).archive_years() == ()
    assert len(store.load().frames[CASES]) == len(before.frames[CASES])


def test_what_is_put_away_takes_no_save_and_its_number_no_second_row(store):
    before = filled(store)
    archives(store).move(away(before, [ONE]))
    store.load()

    with pytest.raises(ActionRefused):
        store.commit(saving(change(settled(2)[0], note="追記")))
    with pytest.raises(ActionRefused):
        store.commit(saving(activity(ONE)))
    with pytest.raises(Conflict):
        store.commit(saving(settled(2)[0]))

    assert len(archives(store).archive().frames["activities"]) == 2
    store.commit(saving(activity(OPEN)))


def test_two_who_put_the_same_away_at_once_do_it_once(store_factory: Place):
    before = filled(store_factory())
    two = [store_factory(), store_factory()]
    moves = [away(before, [ONE, TWO, THREE]) for _ in two]

    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(lambda at: archives(two[at]).move(moves[at]), (0, 1)))

    assert sorted(len(moved.done) for moved in found) == [0, 3]
    kept = archives(two[0]).archive()
    assert len(kept.frames[CASES]) == 3
    assert len(kept.frames["activities"]) == 6
    assert len(two[0].load().frames[CASES]) == len(before.frames[CASES]) - 3


@pytest.mark.slow
def test_a_move_sent_twice_moves_once(store):
    before = filled(store)
    move = away(before, [ONE])

    assert archives(store).move(move).done == (ONE,)
    assert archives(store).move(move).done == (ONE,)

    log = store.audit(CASES, ONE)
    assert (log["field_name"] == ARCHIVED).sum() == 1


@pytest.mark.slow
def test_what_comes_back_changed_keeps_its_place_until_it_does(store):
    before = filled(store)
    move = away(before, [ONE])
    archives(store).move(move)
    other = {ONE: {row: version + 1 for row, version in move.cases[ONE].items()}}

    assert archives(store).move(replace(back(move), cases=other)).passed == (ONE,)
    assert archives(store).archive_years() == (YEAR,)


@pytest.mark.slow
def test_erasing_reaches_what_is_put_away_once_it_came_back(store):
    before = filled(store)
    archives(store).move(away(before, [ONE]))
    kept = archives(store).archive()
    archives(store).move(
        replace(back(away(before, [ONE])), cases=rows_of(dict(kept.frames), [ONE]))
    )

    store.commit(saving(Erase(CASES, ONE, {"contact": "", "content": "***"})))

    assert store.load().frames[CASES].loc[ONE, "content"] == "***"


@pytest.mark.slow
def test_anonymising_reaches_what_is_put_away_and_leaves_it_there(
    store_factory: Place, tmp_path
):
    store = store_factory()
    before = filled(store)
    live = LiveStore(store)
    live.move(away(before, [ONE, TWO]))
    later = NOON + timedelta(days=800)

    units = running.due(live, SYSTEM, later.date())
    done = running.anonymise(live, SYSTEM, units, now=later, data=tmp_path / "d")

    kept = archives(store).archive()
    assert (done.units, done.refused) == (4, [])
    assert set(kept.years) == {ONE, TWO}
    assert set(kept.frames[CASES]["content"]) == {"***"}
    assert set(kept.frames["activities"]["content"]) == {"***"}
    assert running.due(live, SYSTEM, later.date()) == ()
    live.close()
