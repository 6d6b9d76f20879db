"""A company with two outsourced centres, every text of which says whose it is.

Marker words are plain letters, so that no way of writing them down (JSON, Arrow, a
cell, a link) changes them. Counts are marked by numbers that occur nowhere else.
"""

from __future__ import annotations

import io
import re
import struct
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pypdfium2

from lib import clock
from lib.actions import first_start
from lib.actions.signing_in import Desk
from lib.schema.activity import of_kpi_day
from lib.schema.ids import new_commit_id, new_id
from lib.schema.kpi_day import COMPANY, KpiDay
from lib.schema.masters import Centre, Member
from lib.schema.principal import SYSTEM
from lib.schema.record import Record
from lib.schema.tables import TABLES, table
from lib.schema.vocab import Done, Flag, Role, Source
from lib.settings import centre_forms, kpi_targets, monthly_comments
from lib.store.live import LiveStore
from lib.store.opening import open_live
from lib.store.protocol import Commit, Insert
from tests.signin.people import ADMIN, GOOD

A, B = "A", "B"
OF_A: Final = "QZXA"
OF_B: Final = "QZXB"
OF_COMPANY: Final = "QZXC"
HANDED_OVER: Final = "QZXH"
"""What is said of a case of A that the company handles by now."""

HANDLER: Final = "Company Clerk"
"""Who handles a case of A by now; a centre is told who that is."""

A_AGENT, B_AGENT = "agent-a@centre-a.example", "qzxb-agent@centre-b.example"
A_LEAVING = "leaving-a@centre-a.example"
MANAGER, CLERK, VIEWER = "m@co.example", "c@co.example", "v@co.example"
ROLES: Final = {
    Role.MANAGER: MANAGER,
    Role.CLERK: CLERK,
    Role.VIEWER: VIEWER,
    Role.OUTSOURCED: A_AGENT,
}

DAYS: Final = 40
COUNTS: Final = {
    A: {"offered": 1_234, "answered": 1_111, "note": f"{OF_A} note"},
    B: {"offered": 7_654_319, "answered": 7_612_347, "note": f"{OF_B} note"},
    COMPANY: {
        "orders": 6_543_719,
        "shipments": 6_531_173,
        "note": f"{OF_COMPANY} note",
    },
}
NUMBERS_OF_OTHERS: Final = (7_654_319, 7_612_347, 6_543_719, 6_531_173)

_WITH_A_FORM: Final = frozenset(
    {"opening_hours", "lunch_break", "weekly_closed", "entry_deadline"}
    | {"spreadsheet", "channel", "updated_by", "customer_key"}
)
"""Texts that a program reads, or writes itself: a marker would mean something."""


@dataclass(frozen=True)
class TwoCentres:
    """The company: its store, its sign-in, and the cases of each centre."""

    live: LiveStore
    desk: Desk
    data: Path
    cases: dict[str, str]


@contextmanager
def two_centres(data: Path) -> Iterator[TwoCentres]:
    """Found the company in a data folder; everybody has the password `GOOD`."""
    data.mkdir(mode=0o700)
    live = open_live(f"sqlite:///{data / 'mimamori.db'}", data=data)
    now = clock.now()
    first_start.begin(live.for_user(SYSTEM), name="佐藤 花子", email=ADMIN, now=now)
    cases = {owner: new_id("K", now) for owner in (A, B, OF_COMPANY, HANDED_OVER)}
    rows = tuple(map(Insert, [*_masters(), *_rows(cases, now)]))
    live.for_user(SYSTEM).commit(Commit(new_commit_id(), "試験", now, rows))
    desk = Desk.of(live, data, ())
    for address in (*ROLES.values(), B_AGENT, A_LEAVING, ADMIN):
        desk.accounts.set_password(address, GOOD, now)
    yield TwoCentres(live, desk, data, cases)
    live.close()


def _masters() -> list[Record]:
    named = {A: OF_A, B: OF_B}
    return [
        *(
            Centre(code=c, name=f"{word} centre", phone_reports=Flag.YES)
            for c, word in named.items()
        ),
        Member(email=A_AGENT, name=f"{OF_A} agent", role=Role.OUTSOURCED, centre=A),
        Member(email=A_LEAVING, name=f"{OF_A} leaver", role=Role.OUTSOURCED, centre=A),
        Member(email=B_AGENT, name=f"{OF_B} agent", role=Role.OUTSOURCED, centre=B),
        Member(email=MANAGER, name=f"{OF_COMPANY} manager", role=Role.MANAGER),
        Member(email=CLERK, name=HANDLER, role=Role.CLERK),
        Member(email=VIEWER, name=f"{OF_COMPANY} viewer", role=Role.VIEWER),
        marked("products", OF_COMPANY, code="P1", name="Everybody's product"),
    ]


def _rows(cases: dict[str, str], now: datetime) -> Iterator[Record]:
    for owner, word, number in (
        (A, OF_A, cases[A]),
        (B, OF_B, cases[B]),
        (COMPANY, OF_COMPANY, cases[OF_COMPANY]),
    ):
        yield from _case(owner, word, number)
        yield from _settings(owner, word, now)
    yield marked(
        "complaints",
        OF_A,
        id=cases[HANDED_OVER],
        received_centre=A,
        handler=HANDLER,
        customer_name=f"{HANDED_OVER} name",
        contact=f"{HANDED_OVER} contact",
        content=f"{HANDED_OVER} content",
        note=f"{HANDED_OVER} note of the company",
        order_number=f"{HANDED_OVER} order",
    )
    yield marked(
        "activities",
        HANDED_OVER,
        case_id=cases[HANDED_OVER],
        actor=HANDLER,
        content=f"{HANDED_OVER} step of the company",
    )
    for centre, counts in COUNTS.items():
        for back in range(1, DAYS + 1):
            day = now.date() - timedelta(days=back)
            confirmed = Done.DONE if back > 2 else Done.NOT_YET
            yield KpiDay.read(
                {"date": day, "centre": centre, "confirmed": confirmed, **counts}
            )


def _case(centre: str, word: str, number: str) -> Iterator[Record]:
    """Yield a row of every table that hangs on one complaint of a centre."""
    yield marked(
        "complaints", word, id=number, received_centre=centre, handler=f"{word} agent"
    )
    if centre != A:
        # All that a centre has no right to is written about everybody else's cases
        # and about its own: it must meet neither.
        yield from _around(word, number, centre)
    day = clock.today() - timedelta(days=1)
    for about in (number, of_kpi_day(day, centre)):
        yield marked("activities", word, case_id=about)


def _around(word: str, number: str, centre: str) -> Iterator[Record]:
    crisis = new_id("C", clock.now())
    yield marked("agency_inquiries", word, complaint_id=number, received_centre=centre)
    yield marked("escalations", word, complaint_id=number)
    yield marked("crises", word, id=crisis)
    yield marked("recall_lots", word, crisis_id=crisis, product_code="P1")
    yield marked("tasks", word, case_id=number)
    yield marked("care_records", word, case_id=number)
    yield marked("deadlines", word, case_id=number)
    yield marked("improvements", word, centre=centre)
    yield marked("page_checks", word)
    yield marked("documents", word)
    yield marked("trainings", word)
    yield marked("alarms", word)
    yield marked("notices", word, case_id=number)
    if centre == COMPANY:
        yield marked("inspections", word)


def _settings(centre: str, word: str, now: datetime) -> Iterator[Record]:
    code = "" if centre == COMPANY else centre
    described = {
        "effective_from": now.date() - timedelta(days=90),
        "description": f"{word} setting",
    }
    month = {**described, "effective_from": now.date().replace(day=1)}
    if code:
        target = f"電話応答率 {code}"
        yield marked(
            "settings",
            word,
            group=kpi_targets.GROUP,
            name=target,
            value="91.7%",
            **described,
        )
        yield marked(
            "settings",
            word,
            group=centre_forms.GROUP,
            name=code,
            value=f"date={word} day\noffered={word} calls",
            **described,
        )
    yield marked(
        "settings",
        word,
        group=monthly_comments.GROUP,
        name=monthly_comments.name_for(code),
        value=f"{word} comment of the month",
        **month,
    )
    if not code:
        yield marked(
            "settings", word, group="会社", name=f"{word} name", value=word, **described
        )


def marked(code: str, word: str, /, **fixed: Any) -> Record:
    """Return a row of a table in whose every free text `word` stands."""
    place = table(code)
    values: dict[str, Any] = {"source": Source.APP}
    for field in place.fields:
        has_a_form = field.name in _WITH_A_FORM and not field.required
        if field.name in fixed or has_a_form or field.name == "version":
            continue
        if place.prefix and field.name == "id":
            values["id"] = new_id(place.prefix, clock.now())
        elif field.kind == "text" and (field.required or not field.column.refers):
            values[field.name] = f"{word} {code} {field.name}"
        elif field.required:
            values[field.name] = _any(field)
    return place.record.read({**values, **fixed})


def _any(field: Any) -> Any:
    if field.choices:
        return field.choices[0]
    return {"datetime": clock.now(), "date": clock.today()}.get(field.kind, 1)


def tables_with(live: LiveStore, word: str) -> set[str]:
    """Return the tables in which that marker stands."""
    view = live.for_user(SYSTEM)
    frames = {t.code: view.frame(t.code).reset_index() for t in TABLES}
    return {
        code
        for code, frame in frames.items()
        if frame.astype(str).apply(lambda c: c.str.contains(word)).to_numpy().any()
    }


# Looking ------------------------------------------------------------------------------


def found_in(taken: bytes, *words: str) -> list[str]:
    """Return what stands around each of the markers, in whatever case."""
    low = taken.lower()
    seen = []
    for word in words:
        at = low.find(word.lower().encode())
        if at >= 0:
            seen.append(taken[max(0, at - 90) : at + 90].decode("utf-8", "replace"))
    return seen


def numbers_of_others_in(taken: bytes) -> list[int]:
    """Return the counts of others that occur: written out, or as a column of Arrow."""
    return [
        number
        for number in NUMBERS_OF_OTHERS
        if re.search(rb"(?<!\w)%d(?!\w)" % number, taken)
        or f"{number:,}".encode() in taken
        or struct.pack("<q", number) in taken
        or struct.pack("<d", number) in taken
    ]


def unpacked(file: bytes) -> bytes:
    """Return what a reader of a file would see: of a workbook and a PDF too."""
    if file.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(file)) as book:
            return b"\n".join(book.read(name) for name in book.namelist())
    if file.startswith(b"%PDF"):
        pages = pypdfium2.PdfDocument(file)
        texts = [page.get_textpage().get_text_bounded() for page in pages]
        pages.close()
        return "\n".join(texts).encode()
    return file
