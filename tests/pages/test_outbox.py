"""What people see of saves on their way: signs, counts, and what there is to decide."""

from __future__ import annotations

from pathlib import Path

import pytest

from lib import clock
from lib.actions import first_start
from lib.errors import NotAllowed, StoreDenied
from lib.schema.complaint import Complaint
from lib.schema.kpi_day import KpiDay
from lib.schema.masters import Centre, Member
from lib.schema.principal import SYSTEM, Principal
from lib.schema.vocab import Promise, Role
from lib.store.live import LiveStore
from lib.store.opening import open_store
from lib.store.outbox import OutboxStore
from lib.store.protocol import Commit, Insert, Update
from lib.ui import context
from lib.ui.conflict import Side
from tests.store.outbox.flaky import FlakyStore

CASE = "K-261121-AAAAA"


class Away:
    """A shared store behind an outbox, and the live store that the pages use."""

    def __init__(self, folder: Path, *, keeps: bool = True) -> None:
        folder.mkdir(parents=True)
        address = f"sqlite:///{folder / 'shared.db'}"
        self.shared = FlakyStore(open_store(address, data=folder))
        self.outbox = OutboxStore(
            self.shared, data=folder, spreadsheet="s", keeps=keeps, background=False
        )
        self.live = LiveStore(self.outbox)

    def save(self, *writes, actor: str = "佐藤 花子", commit_id: str) -> None:
        commit = Commit(commit_id, actor, clock.now(), writes)
        self.live.commit(commit)


@pytest.fixture
def away(tmp_path, monkeypatch) -> Away:
    made = Away(tmp_path / "away")
    monkeypatch.setattr(context, "_live", made.live)
    return made


@pytest.fixture(autouse=True)
def people(away) -> None:
    first_start.begin(
        away.live.for_user(SYSTEM),
        name="佐藤 花子",
        email="hanako@example.jp",
        now=clock.now(),
    )
    away.save(
        Insert(Member(email="suzuki@example.jp", name="鈴木", role=Role.CLERK)),
        Insert(
            Member(
                email="ito@example.jp", name="伊藤", role=Role.OUTSOURCED, centre="TYO"
            )
        ),
        Insert(Centre(code="TYO", name="東京センター")),
        commit_id="people",
    )
    away.live.refreshed()


def case(**values) -> Complaint:
    made = {
        "id": CASE,
        "received_at": clock.now(),
        "content": "前の内容",
        "handler": "佐藤 花子",
        "next_promise": Promise.CALL_BACK,
        "next_promise_at": clock.now(),
    }
    return Complaint(**(made | values))


def change(old: str, new: str) -> Update:
    return Update("complaints", CASE, {"content": old}, {"content": new})


@pytest.fixture
def clash(away) -> None:
    """Give a change that waited while another person changed the same field."""
    away.save(Insert(case()), commit_id="case")
    away.live.refreshed()
    with away.shared.away():
        away.save(change("前の内容", "自分の内容"), actor="鈴木", commit_id="mine")
    theirs = change("前の内容", "相手の内容")
    away.shared.commit(Commit("theirs", "森", clock.now(), (theirs,)))
    away.outbox.drain()
    away.live.refreshed()


def texts(app) -> str:
    kinds = (app.markdown, app.caption, app.text, app.info, app.warning, app.success)
    shown = [element.value for some in kinds for element in some]
    links = [link.proto.label for link in app.get("page_link")]
    return "\n".join([*map(str, shown), *links]).replace("\\", "")


def standing(away) -> str:
    return away.shared.load().frames["complaints"].loc[CASE, "content"]


def test_nothing_is_said_while_everything_is_in_the_sheet(away, open_page):
    app = open_page("outbox")

    assert "送信待ちはありません。すべてシートに入っています。" in texts(app)
    assert "送信待ち 1件" not in texts(app)


def test_a_waiting_case_is_counted_listed_and_marked(away, open_page):
    with away.shared.away():
        away.save(Insert(case()), commit_id="new")

    page, ledger = open_page("outbox"), open_page("ledger")
    ledger.query_params["case"] = CASE
    ledger.run()

    assert "送信待ち 1件" in texts(page)
    assert any(CASE in text.value for text in page.text)
    assert "送信待ち" in texts(ledger)
    assert ledger.dataframe[0].value["content"].tolist() == ["↑ 前の内容"]


def test_a_waiting_day_is_marked(away, open_page):
    today = clock.today()
    with away.shared.away():
        day = KpiDay(date=today, centre="TYO", offered=3, answered=3, abandoned=0)
        away.save(Insert(day), commit_id="day")

    app = open_page("kpi_entry")
    app.query_params.update({"centre": "tyo", "date": today.isoformat()})
    app.run()

    assert not app.exception
    assert "送信待ち" in "\n".join(m.value for m in app.markdown)


def test_what_stood_against_what_is_shown_side_by_side(clash, open_page):
    app = open_page("outbox")

    said = texts(app)
    assert "要確認 1件" in said
    for version in ("自分の内容", "相手の内容"):
        assert version in said


def test_mine_over_theirs_is_sent(clash, away, open_page):
    app = open_page("outbox")

    app.button("outbox:mine:send").click().run()
    away.outbox.drain()

    assert standing(away) == "自分の内容"
    assert away.outbox.waiting() == ()


def test_theirs_over_mine_leaves_the_sheet_as_it_is(clash, away, open_page):
    app = open_page("outbox")
    (side,) = (s for s in app.segmented_control if s.key.endswith("content._side"))
    side.set_value(Side.THEIRS).run()

    app.button("outbox:mine:send").click().run()
    away.outbox.drain()

    assert standing(away) == "相手の内容"
    assert away.outbox.waiting() == ()


def test_a_save_is_thrown_away_after_a_second_press(clash, away, open_page):
    app = open_page("outbox")

    app.button("outbox:mine:discard").click().run()

    assert away.outbox.waiting() == ()
    assert standing(away) == "相手の内容"


def test_an_author_sees_the_own_saves_only(clash, away, open_page):
    with away.shared.away():
        away.save(Insert(case(id="K-261121-BBBBB")), commit_id="other")

    clerk = texts(open_page("outbox", operator="suzuki@example.jp"))
    admin = texts(open_page("outbox", operator="hanako@example.jp"))

    assert ("要確認 1件" in clerk, "送信待ち 1件" in clerk) == (True, False)
    assert ("要確認 1件" in admin, "送信待ち 1件" in admin) == (True, True)


def test_nobody_decides_on_a_foreign_save(clash, away):
    other = Principal("ito@example.jp", "伊藤", Role.OUTSOURCED, "TYO")
    desk = away.live.for_user(other)

    assert desk.waiting() == ()
    for act in (desk.discard, desk.resend):
        with pytest.raises(NotAllowed):
            act("mine")


def test_a_missing_right_is_told(away, open_page):
    with away.shared.away(StoreDenied("HTTP 403")):
        away.save(Insert(case()), commit_id="new")

    said = texts(open_page("outbox"))

    assert "いまはシートに送れません。" in said
    assert "送信待ち 1件" in said


def test_a_throw_away_disk_says_so(tmp_path, monkeypatch, open_page):
    made = Away(tmp_path / "cloud", keeps=False)
    monkeypatch.setattr(context, "_live", made.live)
    first_start.begin(
        made.live.for_user(SYSTEM), name="佐藤", email="a@example.jp", now=clock.now()
    )

    said = texts(open_page("outbox"))

    assert "シートに入るまで保存になりません" in said
    assert "ディスクは一時的" in said


def test_on_a_database_there_is_nothing_to_wait_for(tmp_path, monkeypatch, open_page):
    folder = tmp_path / "plain"
    folder.mkdir()
    live = LiveStore(open_store(f"sqlite:///{folder / 'x.db'}", data=folder))
    monkeypatch.setattr(context, "_live", live)
    first_start.begin(
        live.for_user(SYSTEM), name="佐藤", email="a@example.jp", now=clock.now()
    )

    assert "送信待ちはありません。" in texts(open_page("outbox"))
    assert "送信待ち" not in texts(open_page("setup"))


@pytest.mark.parametrize("operator", ["hanako@example.jp", "suzuki@example.jp"])
def test_the_page_speaks_english(clash, operator, open_page):
    said = texts(open_page("outbox", language="en", operator=operator))

    assert "To be checked: 1" in said
