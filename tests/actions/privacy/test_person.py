"""A person asks what is held about them: all of it, and nothing of anybody else."""

from __future__ import annotations

import io
from datetime import datetime

import openpyxl
import pytest

from lib import clock
from lib.actions.privacy import person, running
from lib.errors import InvalidRecord, NotAllowed
from lib.reports import own_data
from lib.schema.inquiry import AgencyInquiry
from lib.schema.masters import Member
from lib.schema.principal import Principal
from lib.schema.vocab import AgencyKind, ComplaintStatus, Role
from lib.settings.customer_key import customer_key, secret_of
from tests.builders import activity, complaint, fill

NOW = datetime(2026, 11, 22, 15, 0, tzinfo=clock.TOKYO)
PHONE = "090-1234-5678"
OTHER_PHONE = "080-9999-0000"


def closed(**values):
    done = {
        "status": ComplaintStatus.CLOSED,
        "closed_at": clock.now(),
        "handler": "鈴木 一郎",
    }
    return complaint(**(done | values)).model_copy(update=done)


@pytest.fixture
def known(live, manager, tmp_path):
    secret = secret_of(tmp_path)
    mine = closed(
        id="K-261101-AAAAA",
        contact=PHONE,
        customer_name="山田花子",
        order_number="A-1001",
        customer_key=customer_key(PHONE, secret),
        content="鈴木さんに電話した。田中次郎さんの番号は080-9999-0000、自分は０９０１２３４５６７８",
    )
    theirs = closed(
        id="K-261101-BBBBB",
        contact=OTHER_PHONE,
        customer_name="田中次郎",
        content="まったく別の話",
        customer_key=customer_key(OTHER_PHONE, secret),
    )
    contact = AgencyInquiry(
        id="G-261102-CCCCC",
        first_contact_at=NOW,
        agency_kind=AgencyKind.CONSUMER_CENTRE,
        agency_name="市の窓口",
        officer_name="渡辺相談員",
        order_number="Ａ１００１",
    )
    clerk = Member(email="s@example.jp", name="鈴木 一郎", role=Role.CLERK)
    fill(live.for_user(person.SYSTEM), clerk, mine, theirs, contact, activity(mine))
    return live


def all_text(held):
    return "\n".join(frame.to_csv() for frame in held.frames.values())


@pytest.mark.parametrize(
    "typed", [PHONE, "０９０１２３４５６７８", "+81 90 1234 5678", "a1001"]
)
def test_whoever_asks_is_found_by_what_reaches_them(known, manager, tmp_path, typed):
    held = person.held_about(known, manager, typed, data=tmp_path)

    assert "K-261101-AAAAA" in all_text(held)
    assert "K-261101-BBBBB" not in all_text(held)


def test_the_key_of_the_ledger_finds_them_too(known, manager, tmp_path):
    key = customer_key(PHONE, secret_of(tmp_path))

    assert person.held_about(known, manager, key, data=tmp_path).units


def test_colleagues_are_roles_and_others_are_hidden(known, manager, tmp_path):
    told = all_text(person.held_about(known, manager, "A-1001", data=tmp_path))

    assert "山田花子" in told
    assert "０９０１２３４５６７８" in told
    for hidden in ("鈴木", "佐藤", "田中次郎", "080-9999-0000", "渡辺", "別の話"):
        assert hidden not in told, hidden
    assert "担当" in told


@pytest.mark.parametrize(
    "said", ["田中次郎", "田中　次郎", "田中様", "田中 さん", "高橋三郎", "高橋氏"]
)
def test_other_customers_are_hidden_however_they_are_written(
    known, manager, tmp_path, said
):
    other = closed(id="K-261101-DDDDD", customer_name="高橋 三郎", contact="")
    mine = closed(
        id="K-261101-EEEEE",
        order_number="A-1001",
        customer_name="山田花子",
        content=f"山田様から。{said}と取り違え。高橋町の店",
    )
    fill(known.for_user(person.SYSTEM), other, mine)

    told = all_text(person.held_about(known, manager, "A-1001", data=tmp_path))

    assert said not in told
    assert "山田様から。…" in told
    assert "高橋町の店" in told


def test_nothing_typed_and_nobody_found(known, manager, tmp_path):
    with pytest.raises(InvalidRecord):
        person.held_about(known, manager, "  ", data=tmp_path)

    nobody = person.held_about(known, manager, "070-0000-1111", data=tmp_path)
    assert (nobody.units, nobody.count) == ((), 0)


def test_the_files_say_the_same_and_the_log_says_who_took_them(
    known, manager, tmp_path
):
    held = person.held_about(known, manager, PHONE, data=tmp_path)
    own = own_data.OwnData(held.frames, person.PURPOSES, "見本", NOW)

    person.log_export(known, manager, held, NOW)

    book = openpyxl.load_workbook(io.BytesIO(own_data.as_xlsx(own, "ja")))
    cells = {str(c.value) for sheet in book for row in sheet.iter_rows() for c in row}
    assert "K-261101-AAAAA" in cells
    assert own_data.as_pdf(own, "ja").startswith(b"%PDF")
    log = known.audit("complaints", "K-261101-AAAAA")
    last = log.iloc[-1]
    assert (last["field_name"], last["actor"]) == (person.EXPORTED, manager.name)


def test_the_same_person_can_be_forgotten_alone(known, manager, tmp_path):
    held = person.held_about(known, manager, PHONE, data=tmp_path)
    live_inquiry = [unit for unit in held.units if not unit.is_free]
    assert [unit.key for unit in live_inquiry] != []

    done = running.anonymise(known, manager, held.units, now=NOW, data=tmp_path)

    cases = known.snapshot().frames["complaints"]
    assert done.units == len(held.units) - len(live_inquiry)
    assert cases.loc["K-261101-BBBBB", "content"] == "まったく別の話"


@pytest.mark.parametrize("role", [Role.CLERK, Role.VIEWER, Role.OUTSOURCED])
def test_only_who_manages_may_ask(known, tmp_path, role):
    somebody = Principal("x@example.jp", "だれか", role, "C1")

    with pytest.raises(NotAllowed):
        person.held_about(known, somebody, PHONE, data=tmp_path)
    with pytest.raises(NotAllowed):
        running.due(known, somebody, NOW.date())
    with pytest.raises(NotAllowed):
        running.anonymise(known, somebody, (), now=NOW, data=tmp_path)
