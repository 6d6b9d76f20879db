"""What each role sees and may change; what is not named is denied."""

from __future__ import annotations

import shutil
from dataclasses import replace
from itertools import product

import pandas as pd
import pytest

from lib.errors import Conflict, NotAllowed
from lib.schema.care import CareRecord
from lib.schema.erasing import ERASED
from lib.schema.masters import Centre, Member, Product, Setting
from lib.schema.notice import Notice
from lib.schema.principal import SYSTEM, Principal
from lib.schema.tables import TABLES, table_of
from lib.schema.vocab import CareKind, ComplaintStatus, Flag, NoticeKind, Role, Source
from lib.settings.centre_forms import GROUP as FORMS
from lib.settings.harassment import HARASSMENT
from lib.settings.kpi_targets import GROUP as TARGETS
from lib.store.access import RIGHTS
from lib.store.live import LiveStore
from lib.store.opening import open_store
from lib.store.protocol import Delete
from tests.store.rows import (
    NOON,
    activity,
    change,
    complaint,
    inquiry,
    kpi_day,
    saving,
)

CODES = [table.code for table in TABLES]

ROWS = (
    Centre(code="A", name="Aセンター", phone_reports=Flag.YES),
    Centre(code="B", name="Bセンター", phone_reports=Flag.NO),
    Member(email="admin@x", name="管理", role=Role.ADMIN),
    Member(email="clerk@x", name="社員", role=Role.CLERK),
    Member(email="a1@a", name="甲", role=Role.OUTSOURCED, centre="A"),
    Member(email="a2@a", name="同姓", role=Role.OUTSOURCED, centre="A"),
    Member(email="b1@b", name="乙", role=Role.OUTSOURCED, centre="B"),
    Member(email="b2@b", name="同姓", role=Role.OUTSOURCED, centre="B"),
    Product(code="P1", name="化粧水", maker="製造元A社", own_make=Flag.YES),
    Setting(group="しきい値", name="応答率", effective_from=NOON.date(), value="80"),
    Setting(group=HARASSMENT, name="会社の方針", effective_from=NOON.date()),
    Setting(group=TARGETS, name="放棄率", effective_from=NOON.date(), value="8"),
    Setting(group=TARGETS, name="放棄率・A", effective_from=NOON.date(), value="5"),
    Setting(group=TARGETS, name="放棄率・B", effective_from=NOON.date(), value="6"),
    Setting(
        group=FORMS, name="A", effective_from=NOON.date(), value="総着信A = 着信数"
    ),
    Setting(
        group=FORMS, name="B", effective_from=NOON.date(), value="総着信B = 着信数"
    ),
    complaint("K-a", received_centre="A", handler="甲", contact="A-CANARY"),
    complaint("K-over", received_centre="A", handler="社員", contact="A-CANARY"),
    complaint("K-same", received_centre="A", handler="同姓", contact="A-CANARY"),
    complaint("K-b", received_centre="B", handler="乙", contact="B-CANARY"),
    complaint(
        "K-own", handler="社員", contact="OWN-CANARY", customer_name="OWN-CANARY"
    ),
    activity("K-a", id="H-a"),
    activity("K-over", id="H-over", content="弁護士に相談 03-1111-2222"),
    activity("K-b", id="H-b"),
    activity("K-own", id="H-own"),
    activity("日次KPI|2026-11-21|A", id="H-day-a"),
    activity("日次KPI|2026-11-21|B", id="H-day-b"),
    activity("日次KPI|2026-11-21|自社", id="H-day-own"),
    activity("日次KPI||A", id="H-day-odd"),
    inquiry("G-1", officer_name="OWN-CANARY", received_centre="A"),
    CareRecord(id="F-1", kind=CareKind.CONSULTATION, for_whom="社員", note="つらい"),
    kpi_day("A", offered=1),
    kpi_day("B", offered=2),
    kpi_day("自社", orders=3),
)

ADMIN = Principal("admin@x", "管理", Role.ADMIN)
MANAGER = Principal("sv@x", "上司", Role.MANAGER)
CLERK = Principal("clerk@x", "社員", Role.CLERK)
VIEWER = Principal("view@x", "閲覧", Role.VIEWER)
AGENT_A = Principal("a1@a", "甲", Role.OUTSOURCED, "A")
AGENT_B = Principal("b1@b", "乙", Role.OUTSOURCED, "B")
EVERYBODY = (ADMIN, MANAGER, CLERK, VIEWER, AGENT_A, AGENT_B)


@pytest.fixture(scope="module")
def filled(tmp_path_factory):
    """Return the file of a store that holds `ROWS`, and its snapshot."""
    folder = tmp_path_factory.mktemp("access")
    store = open_store(f"sqlite:///{folder / 'store.db'}", data=folder)
    store.commit(saving(*ROWS))
    snapshot = store.load()
    store.close()
    return folder / "store.db", snapshot


@pytest.fixture
def sqlite(filled, tmp_path):
    """Return a store of one's own that holds `ROWS`."""
    path, _ = filled
    shutil.copy(path, tmp_path / "store.db")
    store = open_store(f"sqlite:///{tmp_path / 'store.db'}", data=tmp_path)
    yield store
    store.close()


@pytest.fixture
def live(filled, sqlite):
    live = LiveStore(sqlite)
    live._snapshot = filled[1]  # saves 200 loads of the same frames
    return live


def keys(desk, code):
    return desk.frame(code).index.tolist()


# Reading: role × table ----------------------------------------------------------

ALL = {
    code: [table_of(r).key_of(r) for r in ROWS if table_of(r).code == code]
    for code in CODES
}
VISIBLE = {
    ADMIN: ALL | {"audit": None},
    MANAGER: ALL | {"audit": None},
    CLERK: ALL | {"audit": (), "care_records": ()},
    VIEWER: ALL | {"audit": (), "care_records": ()},
    AGENT_A: dict.fromkeys(CODES, ())
    | {
        "complaints": ["K-a", "K-over", "K-same"],
        "activities": ["H-a", "H-day-a"],
        "kpi_days": ["2026-11-21|A"],
        "centres": ["A"],
        "members": ["a1@a", "a2@a"],
        "products": ["P1"],
        "settings": [
            "カスハラ対応|会社の方針|2026-11-21",
            "KPI目標|放棄率|2026-11-21",
            "KPI目標|放棄率・A|2026-11-21",
            "日報の形|A|2026-11-21",
        ],
    },
    AGENT_B: dict.fromkeys(CODES, ())
    | {
        "activities": ["H-day-b"],
        "kpi_days": ["2026-11-21|B"],
        "centres": ["B"],
        "members": ["b1@b", "b2@b"],
        "products": ["P1"],
        "settings": [
            "カスハラ対応|会社の方針|2026-11-21",
            "KPI目標|放棄率|2026-11-21",
            "KPI目標|放棄率・B|2026-11-21",
            "日報の形|B|2026-11-21",
        ],
    },
}


@pytest.mark.parametrize("who", EVERYBODY, ids=lambda who: who.key)
@pytest.mark.parametrize("code", CODES)
def test_each_role_sees_its_rows_and_no_others(live, who, code):
    desk = live.for_user(who)
    expected = VISIBLE[who][code]
    if expected is None:
        assert len(desk.frame(code)) == len(ROWS)
        return

    assert keys(desk, code) == list(expected)
    for key in ALL[code]:
        if key in expected:
            assert (
                table_of(desk.record(code, key)).key_of(desk.record(code, key)) == key
            )
        else:
            with pytest.raises(NotAllowed):
                desk.record(code, key)


def test_the_matrix_covers_every_role_and_names_only_real_tables():
    assert {who.role for who in EVERYBODY} == set(Role) == set(RIGHTS)
    assert all(set(rights) <= set(CODES) for rights in RIGHTS.values())


@pytest.mark.parametrize("who", EVERYBODY, ids=lambda who: who.key)
def test_foreign_and_unknown_cannot_be_told_apart(live, who):
    desk = live.for_user(who)
    answers = set()
    for key in ("K-b", "K-nie"):
        try:
            desk.record("complaints", key)
        except NotAllowed as error:
            answers.add(str(error))

    assert len(answers) == 1


def test_a_clerk_checks_every_table_but_what_colleagues_confided(live):
    everything = live.for_user(CLERK).everything()

    assert everything.frames["care_records"].empty
    assert len(everything.frames["complaints"]) == len(ALL["complaints"])


@pytest.mark.parametrize("who", EVERYBODY, ids=lambda who: who.key)
def test_all_tables_are_given_only_to_who_sees_every_row(live, who):
    desk = live.for_user(who)

    if who.role in (Role.OUTSOURCED, Role.VIEWER):
        with pytest.raises(NotAllowed):
            desk.everything()
    else:
        assert len(desk.everything().frames["complaints"]) == len(ALL["complaints"])


def test_a_table_that_does_not_exist_is_not_allowed(live):
    desk = live.for_user(ADMIN)

    for ask in (lambda: desk.frame("secrets"), lambda: desk.record("secrets", "1")):
        with pytest.raises(NotAllowed):
            ask()


@pytest.mark.parametrize("who", EVERYBODY, ids=lambda who: who.key)
def test_frames_keep_their_dtypes_whatever_is_withheld(live, who):
    desk, whole = live.for_user(who), live.for_user(SYSTEM)

    for code in CODES:
        assert desk.frame(code).dtypes.to_dict() == whole.frame(code).dtypes.to_dict()


# Reading: cells -----------------------------------------------------------------


def everything_shown(desk):
    """Return all that a person can get at, as one text."""
    frames = "".join(desk.frame(code).to_csv() for code in CODES)
    records = "".join(
        repr(desk.record(code, key)) for code in CODES for key in keys(desk, code)
    )
    return frames + records


@pytest.mark.parametrize(
    ("who", "hidden", "shown"),
    [
        (VIEWER, ["A-CANARY", "B-CANARY", "OWN-CANARY"], ["応答率"]),
        (
            AGENT_A,
            ["B-CANARY", "OWN-CANARY", "製造元A社", "応答率", "放棄率・B", "総着信B"],
            ["A-CANARY", "放棄率・A", "総着信A"],
        ),
        (
            AGENT_B,
            ["A-CANARY", "B-CANARY", "OWN-CANARY", "製造元A社", "放棄率・A", "総着信A"],
            ["化粧水", "放棄率・B"],
        ),
        (CLERK, ["B-CANARY"], ["A-CANARY", "OWN-CANARY"]),
        (MANAGER, ["A-CANARY", "B-CANARY"], ["OWN-CANARY"]),
    ],
    ids=["viewer", "agent A", "agent B", "clerk", "manager"],
)
def test_what_is_withheld_occurs_nowhere(live, who, hidden, shown):
    text = everything_shown(live.for_user(who))

    assert [word for word in hidden if word in text] == []
    assert [word for word in shown if word not in text] == []


def test_a_contact_is_withheld_once_somebody_else_handles_the_case(live):
    desk = live.for_user(AGENT_A)
    shown = {
        key: desk.record("complaints", key).contact
        for key in ("K-a", "K-over", "K-same")
    }

    # A name that the other centre has too could be the other one.
    assert shown == {"K-a": "A-CANARY", "K-over": "", "K-same": ""}


def test_taking_the_right_to_report_away_hides_the_cases(live):
    centre = live.for_user(ADMIN).record("centres", "A")
    live.for_user(ADMIN).commit(saving(change(centre, phone_reports=Flag.NO)))

    assert keys(live.for_user(AGENT_A), "complaints") == []
    # What is asked about its figures goes on.
    assert keys(live.for_user(AGENT_A), "activities") == ["H-day-a"]


@pytest.mark.parametrize(
    ("case_id", "allowed"),
    [
        ("日次KPI|2026-11-21|A", True),
        ("日次KPI|2026-11-21|B", False),
        ("日次KPI|2026-11-21|自社", False),
        ("日次KPI|2026-11-21|", False),
        ("日次KPI|昨日|A", False),
        ("今日|2026-11-21", False),
        ("今日|2026-11-21|A", False),
    ],
)
def test_a_centre_writes_about_its_own_days_only(live, case_id, allowed):
    commit = saving(activity(case_id, id="H-new"))
    if allowed:
        live.for_user(AGENT_A).commit(commit)
        return
    with pytest.raises(NotAllowed):
        live.for_user(AGENT_A).commit(commit)


@pytest.mark.parametrize("name", ["放棄率・AB", "放棄率・B・A", "放棄率・"])
def test_a_target_is_shown_to_the_very_centre_it_names(live, sqlite, name):
    row = Setting(group=TARGETS, name=name, effective_from=NOON.date(), value="4")
    sqlite.commit(saving(row))
    live.refreshed()

    shown = name in live.for_user(AGENT_A).frame("settings")["name"].tolist()

    # Without a code behind the mark it is everybody's.
    assert shown is (name == "放棄率・")


@pytest.mark.parametrize("centre", ["", "自社", "無い"])
def test_an_outsourced_person_without_a_centre_sees_no_rows(live, centre):
    desk = live.for_user(Principal("x@x", "迷子", Role.OUTSOURCED, centre))

    for code in ("complaints", "kpi_days", "members", "activities"):
        assert keys(desk, code) == []


# The log ------------------------------------------------------------------------


@pytest.mark.parametrize("who", EVERYBODY, ids=lambda who: who.key)
def test_only_those_who_manage_read_the_log(live, who):
    desk = live.for_user(who)
    if who in (ADMIN, MANAGER):
        assert len(desk.audit("complaints", "K-a")) == 1
    else:
        with pytest.raises(NotAllowed):
            desk.audit("complaints", "K-a")


# Writing: role × table × kind of write ------------------------------------------

NEW = {
    "complaints": complaint("K-new", received_centre="A"),
    "agency_inquiries": inquiry("G-new"),
    "kpi_days": kpi_day("A", days=1),
    "products": Product(code="P-new", name="新"),
    "members": Member(email="new@x", name="新"),
    "centres": Centre(code="N", name="新"),
    "activities": activity("K-a", id="H-new"),
    "settings": Setting(group="g", name="n", effective_from=NOON.date()),
    "care_records": CareRecord(id="F-2", kind=CareKind.DAY, for_whom="甲"),
    "notices": Notice(
        step="K-a:critical", channel="c", kind=NoticeKind.CRITICAL, due_at=NOON
    ),
}
EDITS = {
    "complaints": ("K-a", {"content": "直した"}),
    "agency_inquiries": ("G-1", {"facts": "直した"}),
    "kpi_days": ("2026-11-21|A", {"offered": 5}),
    "products": ("P1", {"name": "改"}),
    "members": ("a1@a", {"title": "長"}),
    "centres": ("A", {"name": "改"}),
    "settings": ("KPI目標|放棄率・A|2026-11-21", {"value": "90"}),
    "care_records": ("F-1", {"note": "直した"}),
}
MAY_INSERT = {
    ADMIN: set(NEW),
    MANAGER: set(NEW),
    CLERK: set(NEW) - {"settings", "members", "centres", "notices"},
    VIEWER: set(),
    AGENT_A: {"complaints", "kpi_days", "activities", "care_records"},
    AGENT_B: {"care_records"},
}
MAY_EDIT = {
    ADMIN: set(EDITS),
    MANAGER: set(EDITS),
    CLERK: set(EDITS) - {"settings", "members", "centres", "care_records"},
    VIEWER: set(),
    AGENT_A: {"complaints", "kpi_days"},
    AGENT_B: set(),
}


@pytest.mark.parametrize(
    ("who", "code"), [*product(EVERYBODY, NEW)], ids=lambda x: getattr(x, "key", x)
)
def test_each_role_adds_what_it_may(live, who, code):
    commit = saving(NEW[code])
    if code in MAY_INSERT[who]:
        live.for_user(who).commit(commit)
        assert table_of(NEW[code]).key_of(NEW[code]) in keys(
            live.for_user(SYSTEM), code
        )
    else:
        refused(live, who, commit)


@pytest.mark.parametrize(
    ("who", "code"), [*product(EVERYBODY, EDITS)], ids=lambda x: getattr(x, "key", x)
)
def test_each_role_edits_what_it_may(live, who, code):
    key, values = EDITS[code]
    standing = live.for_user(SYSTEM).record(code, key)
    commit = saving(change(standing, **values))
    if code in MAY_EDIT[who]:
        assert live.for_user(who).commit(commit).records
    else:
        refused(live, who, commit)


@pytest.mark.parametrize("who", EVERYBODY, ids=lambda who: who.key)
def test_only_those_who_manage_delete_the_sample_year(live, who):
    live.for_user(SYSTEM).commit(saving(complaint("K-s", source=Source.SAMPLE)))
    commit = saving(Delete("complaints", "K-s"))
    if who in (ADMIN, MANAGER):
        live.for_user(who).commit(commit)
        assert "K-s" not in keys(live.for_user(SYSTEM), "complaints")
    else:
        refused(live, who, commit)


def test_a_clerk_cannot_make_a_row_that_goes_with_the_sample(live):
    refused(live, CLERK, saving(complaint("K-s", source=Source.SAMPLE)))


@pytest.mark.parametrize("who", EVERYBODY, ids=lambda who: who.key)
def test_nobody_writes_the_log_by_hand(live, who):
    from lib.schema.audit import AuditEntry

    forged = AuditEntry(
        id="L-x",
        commit_id="x",
        at=NOON,
        actor="x",
        table="x",
        row_key="x",
        field_name="x",
    )
    refused(live, who, saving(forged))


def refused(live, who, commit):
    """Check that a commit is refused and that nothing of it was written."""
    before = live.snapshot().revision
    with pytest.raises(NotAllowed):
        live.for_user(who).commit(commit)
    assert live.refreshed().revision == before


@pytest.mark.parametrize(
    "writes",
    [
        [complaint("K-n", received_centre="B")],
        [complaint("K-n")],
        [complaint("K-n", received_centre="A", source=Source.SAMPLE)],
        [kpi_day("B", days=1)],
        [kpi_day("自社", days=1)],
        [activity("K-b")],
        [activity("K-own")],
        [activity("K-nie")],
        [change(complaint("K-b"), content="x")],
        [change(complaint("K-nie"), content="x")],
        [change(complaint("K-a"), {"received_centre": "A"}, received_centre="B")],
        [change(kpi_day("B"), {"offered": 2}, offered=9)],
        [change(complaint("K-over"), {"contact": ""}, contact="覗く")],
        [kpi_day("A", days=1), complaint("K-n", received_centre="B")],
    ],
    ids=range(14),
)
def test_an_outsourced_agent_cannot_reach_beyond_the_own_centre(live, writes):
    refused(live, AGENT_A, saving(*writes))


def test_an_agent_may_record_a_complaint_with_its_first_steps_in_one_commit(live):
    new = complaint("K-n", received_centre="A", handler="甲", contact="090")
    desk = live.for_user(AGENT_A)

    receipt = desk.commit(saving(new, activity("K-n", id="H-n")))

    assert set(receipt.records) == {("complaints", "K-n"), ("activities", "H-n")}
    assert desk.record("complaints", "K-n").contact == "090"


def test_an_agent_may_not_add_steps_to_a_foreign_complaint_beside_an_own_one(live):
    new = complaint("K-n", received_centre="A")

    refused(live, AGENT_A, saving(new, activity("K-b")))


def test_an_answer_to_an_agent_shows_nothing_that_is_withheld(live):
    own = live.for_user(SYSTEM).record("complaints", "K-a")

    receipt = live.for_user(AGENT_A).commit(saving(change(own, handler="社員")))

    answer = receipt.records["complaints", "K-a"]
    assert (answer.handler, answer.content, answer.contact) == ("社員", ERASED, "")


def test_of_a_case_handed_over_an_agent_sees_only_whose_it_is_now(live):
    desk = live.for_user(AGENT_A)
    whole = live.for_user(SYSTEM).record("complaints", "K-over")

    seen = desk.record("complaints", "K-over").values()

    bare = complaint(
        "K-over", content=ERASED, received_at=whole.received_at, version=whole.version
    )
    of_the_company = {"received_centre": "A", "handler": "社員"}
    assert seen == bare.values() | of_the_company
    assert desk.frame("activities")["case_id"].eq("K-over").sum() == 0
    assert desk.frozen("complaints").tolist() == ["K-over", "K-same"]


@pytest.mark.parametrize(
    "wanted",
    [
        {"content": "なかった"},
        {"next_promise_at": NOON},
        {"note": "追記"},
        {"handler": "甲"},
        {"status": ComplaintStatus.CLOSED},
    ],
    ids=lambda wanted: next(iter(wanted)),
)
def test_nothing_of_a_case_handed_over_is_an_agents_to_change(live, wanted):
    over = live.for_user(AGENT_A).record("complaints", "K-over")

    refused(live, AGENT_A, saving(change(over, **wanted)))


def test_an_agent_adds_no_step_to_a_case_handed_over(live):
    refused(live, AGENT_A, saving(activity("K-over", id="H-n")))


def test_a_case_may_be_handed_over_in_the_commit_that_makes_it(live):
    new = complaint("K-n", received_centre="A", handler="社員")

    live.for_user(AGENT_A).commit(saving(new, activity("K-n", id="H-n")))

    whole = live.for_user(SYSTEM)
    assert whole.record("complaints", "K-n").content == new.content
    assert whole.record("activities", "H-n").case_id == "K-n"


def test_whoever_commits_is_logged_under_no_other_name(live):
    day = kpi_day("A", days=1)

    live.for_user(AGENT_A).commit(replace(saving(day), actor="社員"))

    log = live.for_user(ADMIN).audit("kpi_days", table_of(day).key_of(day))
    assert set(log["actor"]) == {AGENT_A.name}


def test_a_taken_number_of_what_is_not_theirs_is_refused_like_any_other(live):
    note = CareRecord(id="F-1", kind=CareKind.CONSULTATION, for_whom="甲")

    refused(live, AGENT_A, saving(complaint("K-b", received_centre="A")))
    refused(live, AGENT_A, saving(note))


OF_ADMINISTRATORS = [
    Member(email="new@x", name="新", role=Role.ADMIN),
    change(Member(email="clerk@x", name="社員", role=Role.CLERK), role=Role.ADMIN),
    change(Member(email="admin@x", name="管理", role=Role.ADMIN), role=Role.CLERK),
    change(Member(email="admin@x", name="管理", role=Role.ADMIN), active=Flag.NO),
]


@pytest.mark.parametrize("write", OF_ADMINISTRATORS, ids=range(4))
def test_only_an_administrator_makes_administrators_or_changes_one(live, write):
    refused(live, MANAGER, saving(write))

    assert live.for_user(ADMIN).commit(saving(write)).records


def test_a_taken_number_tells_an_agent_nothing_about_the_row(live):
    with pytest.raises(Conflict) as raised:
        live.for_user(AGENT_A).commit(saving(complaint("K-over", received_centre="A")))

    assert "CANARY" not in repr(raised.value.theirs)


def test_an_agent_settles_a_conflict_on_an_own_row(live):
    seen = live.for_user(SYSTEM).record("complaints", "K-a")
    live.for_user(CLERK).commit(saving(change(seen, content="かれら")))

    with pytest.raises(Conflict) as raised:
        live.for_user(AGENT_A).commit(saving(change(seen, content="わたし")))

    assert [found.theirs for found in raised.value.fields] == ["かれら"]


def test_a_case_that_moved_away_meanwhile_is_not_written(live, sqlite):
    """The agent's page still shows it, but the check asks the store anew."""
    desk = live.for_user(AGENT_A)
    seen = desk.record("complaints", "K-a")
    sqlite.commit(saving(change(seen, received_centre="B")))

    with pytest.raises(NotAllowed):
        desk.commit(saving(change(seen, content="x")))


def test_people_of_one_centre_share_a_view_and_centres_do_not(live):
    other = Principal("a2@a", "同姓", Role.OUTSOURCED, "A")
    views = [live.for_user(who).frame("kpi_days") for who in (AGENT_A, other, AGENT_B)]

    pd.testing.assert_frame_equal(views[0], views[1])
    assert views[0].index.tolist() != views[2].index.tolist()


def test_what_is_derived_is_not_shared_across_views(live):
    def total(who):
        desk = live.for_user(who)
        return desk.derived("offered", desk.frame("kpi_days")["offered"].sum)

    assert [total(who) for who in (ADMIN, AGENT_A, AGENT_B)] == [3, 1, 2]


def test_a_person_who_only_calls_himself_the_system_is_not_it(live):
    named_alike = Principal(SYSTEM.key, SYSTEM.name, Role.OUTSOURCED, "A")

    assert keys(live.for_user(named_alike), "complaints") == ["K-a", "K-over", "K-same"]


# Cells in doubt -------------------------------------------------------------------


def marked(live, *cells):
    """Return a live store whose snapshot says that these cells are unreadable."""
    columns = ["table", "key", "field", "status", "typed"]
    rows = [(code, key, field, "bad", "CANARY") for code, key, field in cells]
    statuses = pd.DataFrame(rows, columns=columns, dtype="str")
    live._snapshot = replace(live.snapshot(), statuses=statuses)
    return live


MARKED = [
    ("complaints", "K-a", "severity"),
    ("complaints", "K-over", "contact"),
    ("complaints", "K-b", "severity"),
    ("kpi_days", "2026-11-21|B", "offered"),
]


@pytest.mark.parametrize(
    ("who", "cells"),
    [
        (ADMIN, MARKED),
        (CLERK, MARKED),
        (VIEWER, [MARKED[0], *MARKED[2:]]),
        (AGENT_A, [MARKED[0]]),
        (AGENT_B, [MARKED[3]]),
    ],
    ids=str,
)
def test_marks_are_shown_of_ones_own_cells_only(live, who, cells):
    desk = marked(live, *MARKED).for_user(who)

    found = [
        (code, key, field)
        for code in CODES
        for key, field in desk.marks(code)[["key", "field"]].itertuples(index=False)
    ]

    assert sorted(found) == sorted(cells)


def test_what_was_typed_as_a_contact_is_masked_in_marks(live):
    desk = marked(live, MARKED[1], MARKED[2]).for_user(ADMIN)

    assert desk.marks("complaints")["typed"].tolist() == ["…", "CANARY"]


def test_marks_of_no_table_are_refused(live):
    with pytest.raises(NotAllowed):
        live.for_user(ADMIN).marks("secrets")


def test_the_author_is_told_what_the_store_had_to_do(live):
    told = []
    notes = ("行が動いていました。",)
    commit = live.commit
    live.commit = lambda change: replace(commit(change), notes=notes)

    live.for_user(ADMIN, told.append).commit(saving(complaint()))
    live.for_user(ADMIN).commit(saving(complaint()))

    assert told == ["行が動いていました。"]
