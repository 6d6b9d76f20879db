"""A phone number and a name that stand in every personal field stay where they belong."""

from __future__ import annotations

import logging
import pickle
from collections.abc import Iterator

import pytest

from lib import clock
from lib.cli import digest_text
from lib.schema.inquiry import AgencyInquiry
from lib.schema.masters import Centre, Member
from lib.schema.principal import SYSTEM
from lib.schema.vocab import AgencyKind, Flag, Role, Severity
from lib.store.protocol import Commit, Update
from lib.ui import context
from tests.builders import complaint

pytestmark = pytest.mark.usefixtures("first_member")

PHONE, DIGITS, MAIL, NAME = "090-8642-9753", "86429753", "kanaria@example.net", "金糸雀"
SPELLINGS = (PHONE, "09086429753", "8642-9753", DIGITS, MAIL)

PEOPLE = {
    Role.MANAGER: Member(email="m@x.jp", name="森 上司", role=Role.MANAGER),
    Role.VIEWER: Member(email="v@x.jp", name="加藤 閲覧", role=Role.VIEWER),
    Role.OUTSOURCED: Member(
        email="o@x.jp", name="伊藤 委託", role=Role.OUTSOURCED, centre="TYO"
    ),
}

PAGES = {
    Role.MANAGER: ("today", "queue", "ledger", "inquiries", "privacy", "audit"),
    Role.VIEWER: ("ledger", "inquiries"),
    Role.OUTSOURCED: ("kpi_entry", "outbox"),
}


@pytest.fixture
def case(put):
    put(*PEOPLE.values(), Centre(code="TYO", name="東京", phone_reports=Flag.YES))
    found = complaint(
        contact=f"{PHONE} {MAIL}",
        customer_name=NAME,
        severity=Severity.CRITICAL,
        received_centre="TYO",
    )
    inquiry = AgencyInquiry(
        id="G-1",
        first_contact_at=clock.now(),
        agency_kind=AgencyKind.CONSUMER_CENTRE,
        agency_name="〇〇市消費生活センター",
        officer_name=NAME,
        agency_contact="03-3333-4444",
    )
    put(found, inquiry)
    return found


def walked(open_page, who: Member, case, codes) -> list[bytes]:
    """Return all that the pages sent to one person, the ledger with the case open."""
    sent = []
    for code in codes:
        page = open_page(code, operator=who.email)
        if code == "ledger":
            page.query_params["case"] = case.id
            page.run()
        assert [error.value for error in page.error] == []
        sent += protos(page)
    return sent


def protos(page) -> list[bytes]:
    def below(block) -> Iterator[bytes]:
        for child in block.children.values():
            if getattr(child, "proto", None) is not None:
                yield child.proto.SerializeToString()
            if hasattr(child, "children"):
                yield from below(child)

    return list(below(page._tree))


def holds(where: bytes, words=SPELLINGS) -> list[str]:
    return [word for word in words if word.encode() in where]


def shared_memory() -> bytes:
    """Return all that is kept for more than one person, as bytes."""
    live = context.live()
    kept = [*live.derived._kept.items(), *live.views._kept.items()]
    return b"".join(_bytes(one) for one in kept)


def _bytes(one: object) -> bytes:
    try:
        return pickle.dumps(one)
    except (pickle.PicklingError, AttributeError, TypeError):
        return repr(one).encode()


def test_the_search_finds_what_is_there(case):
    system = context.live().for_user(SYSTEM)
    assert not holds(shared_memory())
    system.derived("a control", lambda: system.frame("complaints"))

    assert holds(shared_memory()) == [PHONE, "8642-9753", MAIL]


def test_a_contact_reaches_nobody_else_no_shared_memory_and_no_log(
    open_page, case, caplog, capfd
):
    caplog.set_level(logging.DEBUG)
    own = walked(
        open_page, Member(email="hanako@example.jp", name="佐藤 花子"), case, ["ledger"]
    )
    assert holds(b"".join(own))  # whoever is in charge does get it

    for role, who in PEOPLE.items():
        sent = b"".join(walked(open_page, who, case, PAGES[role]))
        hidden = SPELLINGS if role is Role.MANAGER else (*SPELLINGS, NAME)
        assert holds(sent, hidden) == [], role

    assert holds(shared_memory(), (MAIL,)) == []
    logged = caplog.text + "".join(capfd.readouterr())
    assert holds(logged.encode(), (*SPELLINGS, NAME)) == []


def test_no_address_carries_a_person(open_page, case):
    for who in (
        PEOPLE[Role.MANAGER],
        Member(email="hanako@example.jp", name="佐藤 花子"),
    ):
        page = open_page("ledger", operator=who.email)
        page.query_params["case"] = case.id
        page.run()
        for link in page.get("link_button"):
            scheme = link.proto.url.partition(":")[0]
            assert scheme in ("tel", "mailto"), link.proto.url
        links = [proto.proto for proto in page.get("page_link")]
        told = " ".join(f"{link.page} {link.query_string}" for link in links)
        assert (
            holds(f"{told} {dict(page.query_params)}".encode(), (*SPELLINGS, NAME))
            == []
        )


def test_notices_name_cases_and_never_people(case):
    view = context.live().for_user(SYSTEM)

    text = digest_text(view, context.members(), clock.now())

    assert "担当の分: 今日の約束 1件" in text
    assert holds(text.encode(), (*SPELLINGS, NAME)) == []


def test_the_log_of_changes_never_holds_what_a_personal_field_held(case):
    desk = context.live().for_user(SYSTEM)
    values = {"contact": f"{PHONE} 0", "customer_name": f"{NAME} 様"}
    seen = {name: getattr(case, name) for name in values}

    desk.commit(
        Commit(
            "c" * 32, "x", clock.now(), (Update("complaints", case.id, seen, values),)
        )
    )

    log = desk.audit("complaints", case.id)
    assert set(log["field_name"]) >= set(values)
    assert holds(log.to_csv().encode(), (*SPELLINGS, NAME)) == []
