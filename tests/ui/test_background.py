"""What the running app does by itself."""

import asyncio
from collections.abc import Iterator

import pytest
from filelock import FileLock
from gspread.utils import rowcol_to_a1

from lib import clock
from lib.actions import connecting
from lib.actions.risks import watching
from lib.schema.learning import Improvement
from lib.schema.principal import SYSTEM
from lib.schema.vocab import Answered, ImprovementStatus
from lib.settings.install import installation
from lib.store.live import LiveStore
from lib.store.opening import open_store
from lib.ui import background, context
from tests.actions.risks import company as risks
from tests.builders import complaint, fill
from tests.sheets_api import Emulator, Hand
from tests.store.places import SHEETS_KEY, sheet_place
from tests.waiting import run


@pytest.fixture
def data(tmp_path, monkeypatch):
    monkeypatch.setenv("MIMAMORI_DATA", str(tmp_path))
    monkeypatch.delenv("MIMAMORI_STORE", raising=False)
    return tmp_path


async def _run_until(condition):
    async with background.daily_backup(every_seconds=0.01):
        for _ in range(500):
            if condition():
                return True
            await asyncio.sleep(0.01)
    return False


def test_the_running_app_makes_todays_copy(data):
    place = installation()
    open_store(place.store_url, data=place.data).close()
    copy = data / "backups" / f"{clock.today():%Y-%m-%d}.db"

    assert run(_run_until(copy.exists))


def test_a_store_that_is_not_there_yet_does_not_end_the_app(data, caplog):
    tries = lambda: len([r for r in caplog.records if "daily copy" in r.message]) > 1  # noqa: E731

    assert run(_run_until(tries))


def test_the_running_app_folds_the_centres_files(data, monkeypatch):
    folded = []
    monkeypatch.setattr(
        "lib.actions.centre_files.keeping.CentreFiles.fold_all",
        lambda _files, main: folded.append(main) or [],
    )
    place = installation()
    open_store(place.store_url, data=place.data).close()

    async def until_twice():
        async with background.centre_files(every_seconds=0.01):
            for _ in range(500):
                if len(folded) > 1:
                    return True
                await asyncio.sleep(0.01)
        return False

    assert run(until_twice())
    context.close()


def test_a_wrong_setting_does_not_end_the_folding(data, monkeypatch, caplog):
    monkeypatch.setenv("MIMAMORI_STORE", "nonsense")
    caplog.set_level("INFO")

    async def until_told():
        async with background.centre_files(every_seconds=0.01):
            for _ in range(500):
                if sum("have to wait" in r.message for r in caplog.records) > 1:
                    return True
                await asyncio.sleep(0.01)
        return False

    assert run(until_told())


# The caretaker of a sheet ---------------------------------------------------------------


@pytest.fixture
def sheet(tmp_path, monkeypatch) -> Iterator[tuple[Emulator, Hand]]:
    """Give a spreadsheet that the app has open, and a person's hand on it."""
    with Emulator() as emulator:
        place = sheet_place(emulator, tmp_path / "data")
        monkeypatch.setenv("MIMAMORI_DATA", str(place.data))
        monkeypatch.setenv("MIMAMORI_STORE", place.url)
        context.close()
        live = LiveStore(place(), every_seconds=3600.0)
        monkeypatch.setattr(context, "_live", live)
        live.snapshot()
        yield emulator, emulator.hand(place.url.removeprefix("gsheet://"))
        context.close()


def typed(hand: Hand, **cells: str) -> None:
    labels = hand.read("苦情台帳")[0]
    for label, text in cells.items():
        hand.type("苦情台帳", rowcol_to_a1(2, labels.index(label) + 1), text)


def test_the_running_app_takes_a_typed_row_in_by_itself(sheet):
    _emulator, hand = sheet
    typed(hand, 内容="箱が潰れていた", 次の約束日時="2026/11/22 10:00")
    context.live().refreshed()

    async def taken_in() -> bool:
        async with background.caretaker(every_seconds=0.01):
            for _ in range(2000):
                if context.live().latest.frames["complaints"].index[0][0] == "K":
                    return True
                await asyncio.sleep(0.01)
        return False

    assert run(taken_in())
    assert any("箱が潰れていた" in row for row in hand.read("対応履歴"))


def test_the_caretaker_asks_nothing_while_nothing_changes(sheet):
    emulator, _hand = sheet
    keeper = background.Caretaker()
    keeper.round()
    emulator.log.clear()

    assert [keeper.round() for _ in range(5)] == [None] * 5
    assert (emulator.log.reads(), emulator.log.writes()) == (0, 0)


def test_one_process_of_a_machine_takes_care(sheet, tmp_path):
    _emulator, hand = sheet
    typed(hand, 内容="箱が潰れていた", 次の約束日時="2026/11/22 10:00")
    context.live().refreshed()
    with FileLock(tmp_path / "data" / "caretaker.lock"):
        assert background.Caretaker().round() is None

    assert background.Caretaker().round().numbered == 1


def test_a_database_needs_no_caretaker(tmp_path, monkeypatch):
    monkeypatch.setenv("MIMAMORI_DATA", str(tmp_path))
    monkeypatch.delenv("MIMAMORI_STORE", raising=False)
    context.close()

    assert background.Caretaker().round() is None
    context.close()


def test_the_running_app_starts_the_clocks_that_a_case_lacks(tmp_path, monkeypatch):
    monkeypatch.setenv("MIMAMORI_DATA", str(tmp_path))
    monkeypatch.delenv("MIMAMORI_STORE", raising=False)
    context.close()
    live = context.live()
    keeper = background.ClockKeeper()
    assert keeper.round() == 0
    fill(live.for_user(SYSTEM), complaint(leak=Answered.YES))

    assert [keeper.round() for _ in range(3)] == [3, 0, 0]
    context.close()


def test_the_running_app_watches_contacts_once_for_each_state(tmp_path, monkeypatch):
    monkeypatch.setenv("MIMAMORI_DATA", str(tmp_path))
    monkeypatch.setenv("MIMAMORI_NOW", risks.NOW.isoformat())
    monkeypatch.delenv("MIMAMORI_STORE", raising=False)
    context.close()
    live = context.live()
    watcher = background.Watcher()
    assert not watcher.round()
    fill(live.for_user(SYSTEM), *risks.steady(), *risks.risen(), *risks.orders())

    assert [watcher.round() for _ in range(3)] == [True, False, False]
    assert len(live.for_user(SYSTEM).frame("alarms")) == 1
    context.close()


def test_nothing_is_judged_again_while_nothing_changes(tmp_path, monkeypatch):
    monkeypatch.setenv("MIMAMORI_DATA", str(tmp_path))
    monkeypatch.delenv("MIMAMORI_STORE", raising=False)
    context.close()
    context.live()
    watcher = background.Watcher()
    watcher.round()
    monkeypatch.setattr(watching, "watch", None)

    assert not watcher.round()
    context.close()


@pytest.fixture
def with_key(sheet, tmp_path, monkeypatch):
    """Let this process reach the sheet by the installation's settings."""
    monkeypatch.setenv("MIMAMORI_SHEETS_API", sheet[0].url)
    monkeypatch.setenv("MIMAMORI_SERVICE_ACCOUNT", str(tmp_path / "data" / SHEETS_KEY))


@pytest.mark.usefixtures("with_key")
def test_rows_of_a_sheet_that_was_set_up_get_their_formulas(sheet):
    _emulator, hand = sheet
    place = installation()
    connecting.set_up(SYSTEM, place.store_url, place.data)
    typed(hand, 内容="箱が潰れていた")
    context.live().refreshed()
    keeper = background.RowKeeper()

    assert keeper.round()
    context.live().refreshed()
    assert not keeper.round()

    header = hand.read("苦情台帳", "1:1")[0]
    assert hand.read("苦情台帳")[1][header.index("知らせ")]


@pytest.mark.usefixtures("with_key")
def test_a_sheet_that_did_not_change_is_not_looked_at_again(sheet):
    emulator, _hand = sheet
    context.live().refreshed()
    keeper = background.RowKeeper()
    keeper.round()
    emulator.log.clear()

    assert not keeper.round()
    assert (emulator.log.reads(), emulator.log.writes()) == (0, 0)


def test_the_running_app_moves_an_improvement_on_its_day_and_then_rests(data):
    place = installation()
    store = LiveStore(open_store(place.store_url, data=place.data))
    day = clock.today()
    fill(
        store,
        Improvement(
            id="S-260101-AAAAA",
            title="袋を二重にする",
            status=ImprovementStatus.DOING,
            starts_on=day,
            check_on=day,
        ),
    )
    store.close()
    improver = background.Improver()
    context.live().refreshed()

    assert improver.round() == 1
    assert improver.round() == 0

    moved = context.live().for_user(SYSTEM).record("improvements", "S-260101-AAAAA")
    assert moved.status is ImprovementStatus.CHECKING
    context.close()
