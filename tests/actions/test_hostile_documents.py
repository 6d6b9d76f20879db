"""What leaves the house as a document: nothing in it runs, fetches or links to data."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from datetime import date, datetime
from itertools import count
from typing import Final
from xml.etree import ElementTree as ET

import icalendar
import pypdf
import pytest

from lib import clock
from lib.actions import dossier, first_start, monthly, sample
from lib.actions.clocks.feeding import whole_feed
from lib.reports.dossier.model import Audience
from lib.reports.dossier.pdf import to_pdf
from lib.reports.dossier.word import to_docx
from lib.reports.monthly.model import Reader
from lib.reports.monthly.pdf import to_pdf as monthly_pdf
from lib.reports.monthly.xlsx import to_xlsx as monthly_xlsx
from lib.sample.company import sample_company
from lib.schema.column import Field
from lib.schema.principal import SYSTEM, Principal
from lib.schema.record import Record
from lib.schema.vocab import Role
from lib.store.live import LiveStore
from lib.store.opening import open_store
from tests.security.corpus import CASES, NOWHERE, aimed_at
from tests.security.corpus.company import spoiled
from tests.security.corpus.test_files import parts_that_run

NOW: Final = datetime(2026, 11, 20, 10, 30, tzinfo=clock.TOKYO)
MANAGER: Final = Principal("m@example.jp", "森", Role.MANAGER)
ACTIVE: Final = re.compile(rb"/(JavaScript|JS|Launch|OpenAction|EmbeddedFile|GoToR)\b")


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveStore]:
    data = tmp_path_factory.mktemp("hostile")
    texts = [aimed_at(case.text) for case in CASES if len(case.text) < 300]
    turn = count()

    def behind(_record: Record, _field: Field) -> str:
        return "\n".join(texts[(next(turn)) % len(texts)] for _text in range(3))

    store = LiveStore(open_store(f"sqlite:///{data / 'a.db'}", data=data))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(clock.FIXED_BY, NOW.isoformat())
        first_start.begin(store.for_user(SYSTEM), name="佐藤", email="", now=NOW)
        company = sample_company(
            end=date(2026, 11, 20), months=2, complaints_per_day=0.7
        )
        sample.fill(store.for_user(SYSTEM), spoiled(company, behind))
        yield store
    store.close()


def numbers(live: LiveStore) -> list[str]:
    desk = live.for_user(SYSTEM)
    cases = desk.frame("complaints").sort_values("received_at").index
    return [cases[0], desk.frame("agency_inquiries").index[0]]


def test_a_dossier_in_word_has_no_field_and_no_link_of_a_text(live: LiveStore):
    for number in numbers(live):
        made = dossier.made(
            live.for_user(MANAGER),
            number,
            audience=Audience.LAWYER,
            now=NOW,
            reason="試験",
        )
        with zipfile.ZipFile(io.BytesIO(to_docx(made))) as word:
            for name in word.namelist():
                if not name.endswith((".xml", ".rels")):
                    continue
                for tag in ET.fromstring(word.read(name)).iter():
                    kind = tag.tag.split("}")[-1]
                    assert tag.get("TargetMode") != "External" or not leads_out(tag)
                    assert kind not in {"hyperlink", "altChunk", "object", "fldSimple"}
                    if kind == "instrText":
                        assert tag.text is not None
                        assert tag.text.strip() in {"PAGE", "NUMPAGES"}


def leads_out(tag: ET.Element) -> bool:
    return NOWHERE in str(tag.get("Target")) or "evil" in str(tag.get("Target"))


def test_a_dossier_as_pdf_has_nothing_that_acts(live: LiveStore):
    for number in numbers(live):
        made = dossier.made(
            live.for_user(MANAGER), number, audience=Audience.CENTRE, now=NOW
        )
        assert_quiet(to_pdf(made))


def assert_quiet(data: bytes) -> None:
    """Assert that a PDF neither acts nor leads anywhere."""
    reader = pypdf.PdfReader(io.BytesIO(data))
    assert ACTIVE.findall(data) == []
    for page in reader.pages:
        for note in page.get("/Annots") or []:
            assert "/URI" not in str(note.get_object().get("/A"))


@pytest.mark.slow
def test_a_monthly_report_calculates_and_links_nothing(live: LiveStore):
    comments = "\n".join(aimed_at(case.text) for case in CASES[:60])
    month = date(2026, 10, 1)
    made = monthly.made(
        live.for_user(MANAGER), month, Reader.BOARD, "", comments=comments, now=NOW
    )

    assert drawn_only(parts_that_run(monthly_xlsx(made))) == []
    assert_quiet(monthly_pdf(made))


def drawn_only(parts: list[str]) -> list[str]:
    """Return what runs, without the places of charts' figures, which are called f too."""
    return [part for part in parts if not part.startswith("xl/charts/")]


def test_a_calendar_keeps_its_lines_whatever_was_typed(live: LiveStore):
    data = whole_feed(live, base="http://127.0.0.1:8501", now=NOW)

    parsed = icalendar.Calendar.from_ical(data)
    lines = data.decode().split("\r\n")
    assert max(len(line.encode()) for line in lines) <= 75
    assert "\n" not in "".join(lines)
    assert lines.count("BEGIN:VEVENT") == len(parsed.events) > 0
    kinds = {line.split(":")[0].split(";")[0] for line in lines if line[:1] != " "}
    assert kinds & {"ATTACH", "ATTENDEE", "ORGANIZER"} == set()
    assert NOWHERE not in data.decode().replace("\r\n ", "")
