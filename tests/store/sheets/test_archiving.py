"""Putting years away while people work in the sheet, and a run that is killed."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace

import pandas as pd
import pytest

from lib.schema.audit import BROUGHT_BACK
from lib.store.archive import CASES, Moving
from lib.store.protocol import Snapshot
from lib.store.sheets.archiving import Archiver
from lib.store.sheets.faults import WriteUnknown
from lib.store.sheets.store import SheetsStore
from tests.sheets_api.hand import Hand
from tests.store.archived import YEAR, away, back, filled, same_rows
from tests.store.places import Place
from tests.store.rows import activity, saving

CASES_TAB, STEPS_TAB = "苦情台帳", "対応履歴"
ONE, TWO, THREE, FOUR = (f"K-240605-AAAA{n}" for n in range(2, 6))


class _Before:
    """Passes every call on, and lets somebody act just before the rows move."""

    def __init__(self, client: object, act: Callable[[], None]) -> None:
        self._client = client
        self._act: Callable[[], None] | None = act

    def __getattr__(self, name: str) -> object:
        return getattr(self._client, name)

    def change(self, spreadsheet: str, body: dict, *rest: object) -> object:
        moves = any("copyPaste" in request for request in body["requests"])
        if moves and self._act is not None:
            act, self._act = self._act, None
            act()
        return self._client.change(spreadsheet, body, *rest)  # type: ignore[attr-defined]


class _Unanswered:
    """Passes every call on, and loses the answer to the first that moves rows."""

    def __init__(self, client: object) -> None:
        self._client = client
        self._loses = True

    def __getattr__(self, name: str) -> object:
        return getattr(self._client, name)

    def change(self, spreadsheet: str, body: dict, *rest: object) -> object:
        answer = self._client.change(spreadsheet, body, *rest)  # type: ignore[attr-defined]
        if self._loses and any("copyPaste" in one for one in body["requests"]):
            self._loses = False
            raise WriteUnknown("no answer")
        return answer


@pytest.fixture
def store(sheets_place: Place) -> SheetsStore:
    return sheets_place()  # type: ignore[return-value]


@pytest.fixture
def hand(sheets_emulator, sheets_place: Place) -> Hand:
    return Hand(sheets_emulator.url, sheets_place.url.removeprefix("gsheet://"))


@pytest.fixture
def before(store: SheetsStore) -> Iterator[Snapshot]:
    return filled(store)


def just_before(store: SheetsStore, act: Callable[[], None]) -> None:
    archiver = store._archiver
    archiver._client = _Before(archiver._client, act)  # type: ignore[assignment]


def everything(store: SheetsStore) -> dict[str, set[str]]:
    """Return the keys that stand anywhere, by table."""
    live, kept = store.load().frames, store.archive().frames
    found = {code: set(live[code].index) | set(kept[code].index) for code in kept}
    for code in kept:
        assert not set(live[code].index) & set(kept[code].index), "twice"
    return found


def keys_of(before: Snapshot) -> dict[str, set[str]]:
    codes = ("complaints", "activities", "tasks", "deadlines", "escalations")
    return {code: set(before.frames[code].index) for code in codes}


@pytest.mark.slow
def test_a_row_inserted_between_look_and_move_costs_no_row(store, hand, before):
    just_before(store, lambda: hand.insert_rows(CASES_TAB, 2))

    store.move(away(before, [ONE, TWO]))

    found = everything(store)
    assert keys_of(before).items() <= found.items()
    same_rows(_all(store, CASES), before.frames[CASES])
    assert store.tidy_archive() == 0


def test_a_row_typed_among_those_that_move_is_not_swallowed(store, hand, before):
    def typed() -> None:
        hand.insert_rows(CASES_TAB, 3)
        column = hand.read(CASES_TAB, "1:1")[0].index("内容")
        hand.type(CASES_TAB, f"{_letter(column)}3", "手で書いた新しい苦情")

    just_before(store, typed)

    store.move(away(before, [ONE, TWO, THREE]))

    assert "手で書いた新しい苦情" in str(hand.read(CASES_TAB))
    assert "手で書いた新しい苦情" not in str(hand.read(f"{CASES_TAB}_{YEAR}"))
    assert keys_of(before)["complaints"] <= everything(store)["complaints"]
    assert set(before.frames["activities"].index) <= everything(store)["activities"]


@pytest.mark.slow
def test_rows_taken_out_and_moved_in_that_moment_do_no_harm(store, hand, before):
    just_before(store, lambda: hand.move_rows(STEPS_TAB, 2, 3, 7))

    store.move(away(before, [ONE, TWO]))

    assert keys_of(before).items() <= everything(store).items()
    same_rows(_all(store, "activities"), before.frames["activities"])
    assert store.tidy_archive() == 0


def test_a_column_inserted_in_that_moment_leaves_every_value_under_its_title(
    store, hand, before
):
    just_before(store, lambda: hand.insert_columns(CASES_TAB, 3))

    store.move(away(before, [ONE, TWO]))

    same_rows(_all(store, CASES), before.frames[CASES])


@pytest.mark.slow
def test_a_row_above_the_header_moves_no_value_to_another_title(store, hand, before):
    just_before(store, lambda: hand.insert_rows(CASES_TAB, 1))

    store.move(away(before, [ONE, TWO]))

    same_rows(_all(store, CASES), before.frames[CASES])


@pytest.mark.slow
def test_what_somebody_typed_into_a_row_in_that_moment_goes_along(store, hand, before):
    column = hand.read(CASES_TAB, "1:1")[0].index("対応メモ")
    just_before(
        store, lambda: hand.type(CASES_TAB, f"{_letter(column)}2", "あとから一言")
    )

    store.move(away(before, [ONE]))

    assert _all(store, CASES).loc[ONE, "note"] == "あとから一言"


@pytest.mark.slow
def test_peoples_own_columns_go_along_and_come_back(store, hand, before):
    hand.insert_columns(CASES_TAB, 4)
    hand.paste(CASES_TAB, "D1", [["社内メモ"], ["青い箱"]])
    move = away(store.load(), [ONE])

    store.move(move)
    assert "青い箱" not in str(hand.read(CASES_TAB))
    store.move(back(move))

    own = next(line for line in hand.read(CASES_TAB) if ONE in line)
    assert own[3] == "青い箱"


def test_a_run_that_is_killed_before_it_looked_is_put_right_by_the_next(
    store, hand, before, monkeypatch
):
    just_before(store, lambda: hand.insert_rows(CASES_TAB, 2))
    with monkeypatch.context() as patch:
        patch.setattr(Archiver, "_rescue", _killed)
        with pytest.raises(KeyboardInterrupt):
            store.move(away(before, [ONE, TWO]))
    assert _all(store, "tasks").shape == before.frames["tasks"].shape

    assert store.tidy_archive() > 0

    same_rows(_all(store, CASES), before.frames[CASES])
    assert keys_of(before).items() <= everything(store).items()
    assert store.tidy_archive() == 0


@pytest.mark.slow
def test_a_case_opened_again_by_hand_in_its_yearly_tab_comes_back(store, hand, before):
    store.move(away(before, [ONE]))
    tab = f"{CASES_TAB}_{YEAR}"
    column = hand.read(tab, "1:1")[0].index("状態")
    hand.type(tab, f"{_letter(column)}2", "対応中")

    assert store.tidy_archive() == 1

    live = store.load().frames
    assert live[CASES].loc[ONE, "status"] == "対応中"
    assert (live["activities"]["case_id"] == ONE).sum() == 2
    assert store.archive_years() == ()


def test_two_machines_that_saw_the_same_move_it_once(
    store, before, sheets_place, tmp_path
):
    elsewhere = tmp_path / "elsewhere"
    shutil.copytree(sheets_place.data, elsewhere)
    other = Place(sheets_place.url, elsewhere)
    theirs = []
    just_before(store, lambda: theirs.append(other().move(away(before, [ONE, TWO]))))

    mine = store.move(away(before, [ONE, TWO]))

    other.close()
    assert [moved.done for moved in (*theirs, mine)] == [(ONE, TWO), ()]
    same_rows(_all(store, CASES), before.frames[CASES])


def test_a_case_opened_again_by_hand_while_others_go_stays(store, hand, before):
    first, later = away(before, [ONE]), away(before, [TWO, THREE])
    _reopen(hand, ONE)

    assert store.move(first).passed == (ONE,)
    just_before(store, lambda: _reopen(hand, TWO))
    moved = store.move(later)

    assert (moved.done, moved.passed) == ((THREE,), (TWO,))
    live = store.load().frames
    assert live[CASES].loc[[ONE, TWO], "status"].tolist() == ["対応中", "対応中"]
    same_rows(_all(store, "tasks"), before.frames["tasks"])


@pytest.mark.slow
def test_a_task_opened_again_by_hand_in_that_moment_keeps_its_case(store, hand, before):
    lines = hand.read("作業")
    place = next(at for at, line in enumerate(lines, 1) if ONE in line)
    cell = f"{_letter(lines[0].index('完了日時'))}{place}"
    just_before(store, lambda: hand.type("作業", cell, ""))

    assert store.move(away(before, [ONE])).passed == (ONE,)

    assert ONE in store.load().frames[CASES].index


@pytest.mark.slow
def test_a_case_opened_by_hand_in_a_run_that_is_killed_comes_back(
    store, hand, before, monkeypatch
):
    just_before(store, lambda: _reopen(hand, ONE))
    with monkeypatch.context() as patch:
        patch.setattr(Archiver, "_rescue", _killed)
        with pytest.raises(KeyboardInterrupt):
            store.move(away(before, [ONE]))

    assert store.tidy_archive() == 1

    assert ONE in store.load().frames[CASES].index


def test_rows_that_move_in_a_yearly_tab_while_some_come_back_are_never_nowhere(
    store, hand, before, monkeypatch
):
    move = away(before, [ONE, TWO, THREE, FOUR])
    store.move(move)
    just_before(store, lambda: hand.insert_rows(f"{CASES_TAB}_{YEAR}", 2))
    with monkeypatch.context() as patch:
        patch.setattr(Archiver, "_rescue_home", _killed)
        with pytest.raises(KeyboardInterrupt):
            store.move(_only(back(move), TWO))
    assert keys_of(before)["complaints"] <= _complaints_anywhere(hand)

    assert store.tidy_archive() > 0

    assert keys_of(before).items() <= everything(store).items()
    same_rows(_all(store, CASES), before.frames[CASES])
    assert TWO in store.load().frames[CASES].index
    assert store.tidy_archive() == 0


def test_what_is_typed_into_a_yearly_tab_in_that_moment_comes_back_along(
    store, hand, before
):
    move = away(before, [ONE, TWO])
    store.move(move)
    tab = f"{CASES_TAB}_{YEAR}"
    column = hand.read(tab, "1:1")[0].index("対応メモ")
    just_before(store, lambda: hand.type(tab, f"{_letter(column)}2", "あとから"))

    assert store.move(_only(back(move), ONE)).done == (ONE,)

    assert store.load().frames[CASES].loc[ONE, "note"] == "あとから"
    assert store.archive_years() == (YEAR,)


@pytest.mark.slow
@pytest.mark.parametrize("tab", [CASES_TAB, f"{CASES_TAB}_{YEAR}"])
def test_a_column_inserted_while_rows_come_back_leaves_values_under_their_titles(
    store, hand, before, tab
):
    move = away(before, [ONE, TWO])
    store.move(move)
    just_before(store, lambda: hand.insert_columns(tab, 3))

    store.move(back(move))

    same_rows(_all(store, CASES), before.frames[CASES])
    assert store.tidy_archive() == 0


@pytest.mark.slow
@pytest.mark.parametrize("tab", [CASES_TAB, f"{CASES_TAB}_{YEAR}"])
@pytest.mark.parametrize("at", [1, 2])
def test_a_row_inserted_while_rows_come_back_costs_no_row(store, hand, before, tab, at):
    move = away(before, [ONE, TWO, THREE])
    store.move(move)
    just_before(store, lambda: hand.insert_rows(tab, at))

    store.move(_only(back(move), ONE))

    # A header that somebody moved among the rows may stand there as one more row.
    found = _all(store, CASES)
    found = found[found.index.str.startswith("K-")].astype(object).sort_index()
    wanted = before.frames[CASES].astype(object).sort_index()
    pd.testing.assert_frame_equal(found, wanted)
    assert keys_of(before)["complaints"] <= everything(store)["complaints"]
    assert ONE in store.load().frames[CASES].index
    assert store.tidy_archive() == 0


@pytest.mark.slow
def test_rows_sorted_in_a_yearly_tab_and_an_answer_that_is_lost_cost_no_row(
    store, hand, before
):
    move = away(before, [ONE, TWO, THREE, FOUR])
    store.move(move)
    lost = _Unanswered(store._archiver._client)
    store._archiver._client = lost  # type: ignore[assignment]
    just_before(store, lambda: hand.move_rows(f"{CASES_TAB}_{YEAR}", 2, 2, 6))

    assert ONE in store.move(_only(back(move), ONE)).done

    same_rows(_all(store, CASES), before.frames[CASES])
    assert keys_of(before).items() <= everything(store).items()


def test_what_somebody_deletes_from_a_yearly_tab_is_told_and_never_called_back(
    store, hand, before
):
    store.move(away(before, [ONE, TWO]))
    hand.delete_rows(f"{CASES_TAB}_{YEAR}", 2)
    steps = hand.read(f"{STEPS_TAB}_{YEAR}")

    assert store.tidy_archive() == 0

    log = store.load().frames["audit"]
    assert BROUGHT_BACK not in set(log["field_name"])
    assert store.lost_from_archive() == (ONE,)
    assert hand.read(f"{STEPS_TAB}_{YEAR}") == steps


@pytest.mark.slow
def test_a_yearly_tab_that_is_deleted_is_told_and_its_steps_stay(store, hand, before):
    store.move(away(before, [ONE, TWO]))
    hand.delete_tab(f"{CASES_TAB}_{YEAR}")

    assert store.tidy_archive() == 0

    assert store.lost_from_archive() == (ONE, TWO)
    assert ONE in str(hand.read(f"{STEPS_TAB}_{YEAR}"))
    assert store.archive_years() == (YEAR,)


@pytest.mark.slow
def test_a_yearly_tab_whose_header_is_gone_is_left_alone(store, hand, before):
    store.move(away(before, [ONE, TWO]))
    tab = f"{CASES_TAB}_{YEAR}"
    hand.clear(tab, "1:1")

    assert store.tidy_archive() == 0

    assert "090-1234-5672" in str(hand.read(tab))
    assert store.lost_from_archive() == (ONE, TWO)


def test_a_step_of_a_machine_that_did_not_know_brings_its_case_back(
    store, before, sheets_place, tmp_path
):
    elsewhere = tmp_path / "elsewhere"
    shutil.copytree(sheets_place.data, elsewhere)
    place = Place(sheets_place.url, elsewhere)
    other = place()
    shown = other.load()
    store.move(away(before, [ONE, TWO]))

    other.commit(saving(activity(ONE, content="電話した")))
    found = other.refresh(shown).frames

    assert ONE in found[CASES].index
    assert (found["activities"]["case_id"] == ONE).sum() == 3
    assert other.archive_years() == (YEAR,)
    place.close()


@pytest.mark.slow
def test_another_machine_takes_no_alarm_at_what_was_put_away(sheets_place, before):
    other = sheets_place()
    other.load()

    sheets_place.opened[0].move(away(before, [ONE, TWO, THREE, FOUR]))

    assert other.refresh(other.load()).held is None


@pytest.mark.slow
def test_the_yearly_tabs_are_hidden_and_one_for_each_year(
    store, before, sheets_emulator, sheets_place
):
    store.move(away(before, [ONE], 2023))
    later = away(before, [TWO], YEAR)
    assert store.move(later).done == (TWO,)
    store.load()

    properties = store._archiver._client.metadata(
        sheets_place.url.removeprefix("gsheet://"), "sheets.properties(title,hidden)"
    )["sheets"]
    hidden = {
        p["properties"]["title"] for p in properties if p["properties"].get("hidden")
    }
    assert {f"{CASES_TAB}_2023", f"{CASES_TAB}_{YEAR}", f"{STEPS_TAB}_2023"} <= hidden
    assert store.archive_years() == (2023, YEAR)


def _all(store: SheetsStore, code: str):
    """Return every row of a table that stands anywhere and has a number."""
    live, kept = store.load().frames[code], store.archive().frames[code]
    both = pd.concat([kept, live]) if len(kept) else live
    return both[~both.index.str.startswith("+")]


def _only(move: Moving, case: str) -> Moving:
    return replace(move, cases={case: move.cases[case]})


def _complaints_anywhere(hand: Hand) -> set[str]:
    tabs = (CASES_TAB, f"{CASES_TAB}_{YEAR}")
    return {cell for tab in tabs for line in hand.read(tab) for cell in line}


def _reopen(hand: Hand, case: str) -> None:
    lines = hand.read(CASES_TAB)
    place = next(at for at, line in enumerate(lines, 1) if case in line)
    hand.type(CASES_TAB, f"{_letter(lines[0].index('状態'))}{place}", "対応中")


def _killed(*_args: object) -> None:
    raise KeyboardInterrupt


def _letter(column: int) -> str:
    from gspread.utils import rowcol_to_a1

    return rowcol_to_a1(1, column + 1)[:-1]
