"""A centre's block becomes its days: in one commit, never over what is confirmed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from lib.actions import kpi_days, kpi_forms, kpi_paste
from lib.actions.importing.blocks import Block, read_block
from lib.actions.kpi_days import DayEdit
from lib.actions.kpi_paste import Fate
from lib.errors import Conflict, InvalidRecord, NotAllowed
from lib.schema.kpi_day import COMPANY
from lib.schema.masters import Centre
from lib.schema.principal import SYSTEM, Principal
from lib.schema.vocab import BusinessDay, Done, Role
from lib.store.access import UserStore
from lib.store.live import LiveStore
from lib.store.opening import open_store
from lib.store.protocol import Commit, Insert
from tests.cti import as_text, cti_rows
from tests.metrics.rows import at, calls, centre, day, kpi_day

NOW = at(30, 14)
NOVEMBER = day(1)
C1 = centre("C1")
CLERK = Principal("clerk@example.jp", "佐藤", Role.CLERK)
VIEWER = Principal("view@example.jp", "閲覧", Role.VIEWER)
OUTSIDE = Principal("agent@example.jp", "委託", Role.OUTSOURCED, "C1")
OTHER = Principal("other@example.jp", "他社", Role.OUTSOURCED, "C2")


def block_of(text: str, **how) -> Block:
    how.setdefault("today", NOW.date())
    return read_block(text, near=NOVEMBER, centre="C1", only_centre="C1", **how)


@pytest.fixture
def live(tmp_path) -> Iterator[LiveStore]:
    store = LiveStore(open_store(f"sqlite:///{tmp_path / 'store.db'}", data=tmp_path))
    rows = (Insert(C1), Insert(centre("C2")))
    store.for_user(SYSTEM).commit(Commit("begin", "試験", NOW, rows))
    yield store
    store.close()


@pytest.fixture
def desk(live) -> UserStore:
    return live.for_user(OUTSIDE)


def put(live: LiveStore, *records) -> None:
    entry = f"put-{id(records)}"
    live.for_user(SYSTEM).commit(
        Commit(entry, "試験", NOW, tuple(map(Insert, records)))
    )


def planned(desk: UserStore, text: str) -> kpi_paste.Plan:
    return kpi_paste.plan(desk, C1, block_of(text), NOW)


def enter(desk: UserStore, plan: kpi_paste.Plan, **how) -> int:
    how.setdefault("entry", "enter-1")
    return kpi_paste.enter(desk, plan, now=NOW, **how)


@pytest.mark.parametrize("divider", ["\t", ","])
def test_a_month_of_a_cti_export_is_entered_in_one_go(live, desk, divider):
    # Born in CP932, as telephone systems write it.
    text = as_text(cti_rows(wrong=False), divider).encode("cp932").decode("cp932")
    before = live.for_user(SYSTEM).revision

    found = planned(desk, text)
    assert {d.fate for d in found.days} == {Fate.NEW}
    # 21 working days by the calendar of weekends; blank weekends are no days.
    assert enter(desk, found) == len(found.days) == 21

    assert live.for_user(SYSTEM).revision > before
    rows = live.for_user(SYSTEM).frame("kpi_days")
    assert len(rows) == 21
    tenth = kpi_days.find(desk, "C1", day(10))
    assert (tenth.offered, tenth.answered, tenth.abandoned) == (1010, 910, 100)
    assert (tenth.consumer_centre_calls, tenth.cancel_requests) == (0, 12)
    assert tenth.entered_at == NOW
    assert tenth.reported_answer_rate is None
    log = live.for_user(SYSTEM).audit("kpi_days", "2026-11-10|C1")
    assert set(log["actor"]) == {"委託"}


def test_wrong_cells_are_pointed_at_and_the_rest_goes_in(desk):
    block = block_of(as_text(cti_rows()))
    places = {p.place: p.typed for p in block.problems}

    assert places["C13"] == "たくさん"
    assert any(place.endswith("15") for place in places)  # 11/12 does not add up
    assert [p.place for p in block.shares] == ["F16"]
    plan = kpi_paste.plan(desk, C1, block, NOW)
    assert {d.day.day for d in plan.days}.isdisjoint({10, 12})
    assert enter(desk, plan) == 19


def test_what_the_centre_is_not_asked_for_is_said_and_left_out(desk):
    text = "日付\t着信数\t応答数\t出荷件数\n11/2\t10\t9\t77\n"

    plan = planned(desk, text)
    enter(desk, plan)

    assert plan.not_asked == ("shipments",)
    assert kpi_days.find(desk, "C1", day(2)).shipments is None


def test_a_pasted_reported_answer_rate_is_kept_and_compared(desk):
    text = "日付\t着信数\t応答数\t申告応答率\n11/2\t200\t180\t90%\n11/4\t200\t180\t85\n"

    plan = planned(desk, text)
    enter(desk, plan)

    assert plan.not_asked == ()
    assert plan.days[0].advice == {}
    assert "合いません" in plan.days[1].advice["reported_answer_rate"].text()
    assert kpi_days.find(desk, "C1", day(2)).reported_answer_rate == 90
    assert kpi_days.find(desk, "C1", day(4)).reported_answer_rate == 85


LINE = "日付\t着信数\t応答数\n11/2\t10\t9\n11/4\t20\t18\n"


def test_a_confirmed_day_is_changed_only_with_a_reason(live, desk):
    put(
        live,
        calls(day(2), 11, 9).with_values(confirmed=Done.DONE, consumer_centre_calls=0),
    )
    plan = planned(desk, LINE)
    assert [d.fate for d in plan.days] == [Fate.LOCKED, Fate.NEW]

    assert enter(desk, plan) == 1
    assert kpi_days.find(desk, "C1", day(2)).offered == 11

    again = planned(desk, LINE)
    assert [d.fate for d in again.days] == [Fate.LOCKED, Fate.SAME]
    with pytest.raises(InvalidRecord):
        enter(desk, again, entry="enter-2", reason="  ")
    assert enter(desk, again, entry="enter-3", reason="集計の誤り") == 1

    changed = kpi_days.find(desk, "C1", day(2))
    assert (changed.offered, changed.confirmed) == (10, Done.DONE)
    log = live.for_user(SYSTEM).audit("kpi_days", "2026-11-02|C1")
    assert "集計の誤り" in log["reason"].tolist()


def test_what_a_block_does_not_mention_stays(live, desk):
    put(live, kpi_day(day(2), offered=10, consumer_centre_calls=3, note="障害"))

    plan = planned(desk, LINE)
    assert plan.days[0].fate is Fate.CHANGED
    enter(desk, plan)

    stands = kpi_days.find(desk, "C1", day(2))
    assert (stands.answered, stands.abandoned) == (9, 1)
    assert (stands.consumer_centre_calls, stands.note) == (3, "障害")


def test_a_laid_out_row_is_filled(live, desk):
    put(live, kpi_day(day(2)))

    plan = planned(desk, LINE)
    assert plan.days[0].fate is Fate.NEW
    enter(desk, plan)

    assert kpi_days.find(desk, "C1", day(2)).offered == 10


def test_a_closed_day_is_not_filled_with_counts(live, desk):
    put(live, kpi_day(day(2), business=BusinessDay.CLOSED))
    plan = planned(desk, LINE)

    assert plan.days[0].fate is Fate.CLOSED
    enter(desk, plan)

    assert kpi_days.find(desk, "C1", day(2)).offered is None


def test_counts_that_contradict_what_stands_are_named_and_not_saved(live, desk):
    put(live, calls(day(2), 100, 90))

    plan = planned(desk, "日付\t着信数\t特記事項\n11/2\t50\tx\n")

    (found,) = plan.days
    assert found.fate is Fate.WRONG
    assert [p.field for p in found.problems] == ["answered"]
    with pytest.raises(InvalidRecord):
        enter(desk, plan)


def test_the_hours_of_a_day_are_not_entered_as_the_day(desk):
    hourly = "日付\t時間帯\t着信数\t応答数\n11/2\t9時\t10\t9\n11/2\t10時\t20\t18\n"

    plan = planned(desk, hourly + "11/4\t\t30\t27\n")

    assert [(d.day, d.fate) for d in plan.days] == [(day(4), Fate.NEW)]
    assert enter(desk, plan) == 1
    assert kpi_days.find(desk, "C1", day(2)) is None


def test_complete_days_are_confirmed_and_others_stay_open(desk):
    text = "日付\t着信数\t応答数\tセンター入電数\n11/2\t10\t9\t0\n11/4\t20\t18\t\n"
    plan = planned(desk, text)
    assert [d.day for d in kpi_paste.confirmable(desk, plan, NOW)] == [day(2)]

    enter(desk, plan, confirm=True)

    stands = [kpi_days.find(desk, "C1", day(n)).confirmed for n in (2, 4)]
    assert stands == [Done.DONE, Done.NOT_YET]


def test_days_that_stand_already_can_be_confirmed_by_the_same_block(desk):
    text = "日付\t着信数\t応答数\tセンター入電数\n11/2\t10\t9\t0\n"
    enter(desk, planned(desk, text))
    again = planned(desk, text)
    assert [d.fate for d in again.days] == [Fate.SAME]

    assert enter(desk, again, entry="enter-2", confirm=True) == 1
    assert kpi_days.find(desk, "C1", day(2)).confirmed is Done.DONE


@pytest.mark.parametrize("confirm", [False, True])
@pytest.mark.parametrize("reason", ["", "集計の誤り"])
def test_as_many_days_are_written_as_the_button_says(live, desk, confirm, reason):
    whole = {"offered": 10, "answered": 9, "consumer_centre_calls": 0}
    put(
        live,
        kpi_day(
            day(2),
            abandoned=1,
            cancel_requests=0,
            retention_offers=0,
            retention_kept=0,
            **whole,
        ),
        kpi_day(day(3), confirmed=Done.DONE, **whole),
    )
    text = (
        "日付\t着信数\t応答数\tセンター入電数\t解約申出数\t抑止提案数\t抑止成功数\n"
        "11/2\t10\t9\t0\t0\t0\t0\n"  # as it stands, and complete
        "11/3\t12\t9\t0\t0\t0\t0\n"  # confirmed otherwise
        "11/4\t20\t18\t\t\t\t\n"  # new, and not complete
        "11/5\t20\t18\t0\t0\t0\t0\n"  # new, and complete
    )
    plan = planned(desk, text)
    fates = [Fate.SAME, Fate.LOCKED, Fate.NEW, Fate.NEW]
    assert [d.fate for d in plan.days] == fates

    said = kpi_paste.days_to_write(
        plan,
        kpi_paste.confirmable(desk, plan, NOW),
        confirm=confirm,
        reason=reason,
    )

    assert said == 2 + confirm + bool(reason)
    assert enter(desk, plan, confirm=confirm, reason=reason) == said


def test_two_presses_enter_once(desk):
    plan = planned(desk, LINE)
    enter(desk, plan)
    enter(desk, plan)

    assert kpi_days.find(desk, "C1", day(2)).version == 1


def test_who_was_quicker_is_not_overruled(live, desk):
    plan = planned(desk, LINE)
    put(live, calls(day(2), 99, 98))

    with pytest.raises(Conflict):
        enter(desk, plan)
    assert kpi_days.find(live.for_user(SYSTEM), "C1", day(4)) is None


def test_a_centre_enters_its_own_days_only(live):
    with pytest.raises(NotAllowed):
        enter(live.for_user(OTHER), planned(live.for_user(OUTSIDE), LINE))
    text = "日付\tセンター\t着信数\t応答数\n11/2\tC1\t10\t9\n11/2\tC2\t20\t18\n"
    assert [d.edit.centre.code for d in planned(live.for_user(OUTSIDE), text).days] == [
        "C1"
    ]


def test_a_slipped_digit_is_pointed_at_in_the_plan(live, desk):
    before = [day(2) - timedelta(days=n) for n in range(1, 12)]
    put(live, *(calls(on, 100, 90) for on in before))

    plan = planned(desk, "日付\t着信数\t応答数\n11/2\t1,000\t90\n")

    assert set(plan.days[0].advice) == {"offered"}


# The centre's own form -------------------------------------------------------------


def test_a_form_is_remembered_and_recognises_the_next_block(live, desk):
    text = "日付\t呼\t取\t成績\n11/2\t10\t9\t90%\n"
    corrected = kpi_forms.matches_of(
        [
            kpi_forms.FormColumn("呼", "着信数"),
            kpi_forms.FormColumn("取", "応答数"),
            kpi_forms.FormColumn("成績", "取り込まない"),
        ]
    )
    block = block_of(text, matches=corrected)
    form = kpi_forms.form_in(block)

    assert kpi_forms.remember(live.for_user(SYSTEM), OUTSIDE, C1, form, now=NOW)
    assert not kpi_forms.remember(live.for_user(SYSTEM), OUTSIDE, C1, form, now=NOW)

    kept = kpi_forms.form_of(desk, C1)
    assert [(c.header, c.means) for c in kept] == [
        ("日付", "日付"),
        ("呼", "着信数"),
        ("取", "応答数"),
        ("成績", "取り込まない"),
    ]
    (found,) = block_of(text, matches=kpi_forms.matches_of(kept)).days
    assert dict(found.values) == {"offered": 10, "answered": 9}
    row = live.for_user(SYSTEM).frame("settings").iloc[0]
    assert row["updated_by"] == "委託"


@pytest.mark.parametrize(
    ("who", "of"),
    [
        (OTHER, C1),
        (VIEWER, C1),
        (Principal("x", "x", Role.OUTSOURCED, COMPANY), Centre(code=COMPANY, name="x")),
    ],
)
def test_nobody_else_writes_a_centres_form(live, who, of):
    form = kpi_forms.form_in(block_of(LINE))

    with pytest.raises(NotAllowed):
        kpi_forms.remember(live.for_user(SYSTEM), who, of, form, now=NOW)
    assert live.for_user(SYSTEM).frame("settings").empty


def test_words_that_mean_nothing_are_not_written_into_the_settings(live):
    odd = [
        kpi_forms.FormColumn("着信", "着信数"),
        kpi_forms.FormColumn("x", "=HYPERLINK(1)"),
        kpi_forms.FormColumn("y\nz = 応答数", "応答数"),
    ]
    kpi_forms.remember(live.for_user(SYSTEM), OUTSIDE, C1, odd, now=NOW)

    (value,) = live.for_user(SYSTEM).frame("settings")["value"]
    assert value.splitlines()[0] == "着信 = 着信数"
    assert "HYPERLINK" not in value
    assert len(value.splitlines()) == 2


def test_a_share_is_remembered_as_a_share(live):
    block = block_of("日付\t着信\t応答\t受電率\n11/2\t10\t9\t90%\n")

    form = kpi_forms.form_in(block)

    assert form[-1] == kpi_forms.FormColumn("受電率", "応答率")
    assert kpi_forms.share_named("応答率") == "answer_rate"
    assert kpi_forms.field_named("応答率") == ""


def test_a_later_confirmation_without_moment_needs_no_reason(live, desk):
    """A row that was folded in or imported has no moment of its first entry."""
    put(
        live,
        calls(day(2), 10, 9).with_values(
            confirmed=Done.DONE, consumer_centre_calls=0, entered_at=None
        ),
    )
    seen = kpi_days.find(desk, "C1", day(2))

    edit = DayEdit(C1, day(2), seen, {"retention_confirmed": 1})
    saved = kpi_days.save(desk, edit, entry="later", now=NOW)

    assert (saved.retention_confirmed, saved.entered_at) == (1, None)
