"""The dossier beside a case: whom it is for, with or without names, pages, files."""

from __future__ import annotations

import pytest

from lib import clock
from lib.actions import dossier
from lib.actions.dossier import Form, Paper
from lib.i18n import translate
from lib.reports.dossier.model import Audience
from lib.schema.masters import Member
from lib.schema.principal import SYSTEM, Principal
from lib.schema.vocab import ActivityKind, Role
from lib.store.access import UserStore
from lib.ui import context
from lib.ui import dossier as panel
from lib.ui.case import view
from tests.builders import complaint

pytestmark = pytest.mark.usefixtures("first_member")

TARO = Member(email="taro@example.jp", name="鈴木 太郎", role=Role.CLERK)
READER = Member(email="reader@example.jp", name="閲覧者", role=Role.VIEWER)


@pytest.fixture
def case(put):
    put(TARO, READER, found := complaint(customer_name="鴫原", contact="090-8317-4629"))
    return found


@pytest.fixture
def beside(open_page, case):
    """Give the function that opens the dossier beside the case."""

    def opened(**who):
        page = open_page("ledger", **who)
        page.query_params["case"] = case.id
        language = who.get("language") or "ja"
        page.session_state["case:parts"] = translate("行政対応パック", language)
        return well(page.run())

    return opened


def well(page):
    """Return the page after making sure that it was drawn to the end."""
    assert [e.value for e in page.error] == []
    return page


def key(case, name: str) -> str:
    return f"dossier:{case.id}:{name}"


def make(page, case):
    return well(page.button(key=key(case, "make")).click().run())


def made_of(page, case):
    name = key(case, "made")
    return page.session_state[name] if name in page.session_state else None  # noqa: SIM401 - it has no get


def labels(page) -> list[str]:
    return [e.label for e in page.get("download_button")]


def notes(number: str) -> list[str]:
    rows = context.live().for_user(SYSTEM).frame("activities")
    kinds = (ActivityKind.EXPORT.value, ActivityKind.REVEAL.value)
    own = rows[(rows["case_id"] == number) & rows["kind"].isin(kinds)]
    return own["content"].tolist()


def test_one_press_shows_the_pages_and_offers_both_forms(beside, case):
    page = make(beside(), case)

    assert labels(page) == ["PDFで書き出す", "Wordで書き出す"]
    made = made_of(page, case)
    assert made.dossier.is_masked
    assert made.dossier.audience is Audience.CENTRE
    assert len(page.get("image")) == len(made.pages) > 0
    assert notes(case.id) == []


def test_another_reader_asks_for_another_press(beside, case):
    page = make(beside(), case)
    choice = page.button_group(key=key(case, "audience"))
    choice.set_value(Audience.BOARD).run()

    assert labels(well(page)) == []
    make(page, case)
    assert made_of(page, case).dossier.audience is Audience.BOARD


def test_names_need_a_reason_and_looking_at_them_is_noted(beside, case):
    page = beside()
    page.toggle(key=key(case, "names")).set_value(True).run()
    page.button(key=key(case, "make")).click().run()
    assert [e.value for e in page.error] == ["理由を書いてください。"]
    assert made_of(page, case) is None

    page.text_input(key=key(case, "reason")).set_value("弁護士との打合せ")
    make(page, case)

    assert not made_of(page, case).dossier.is_masked
    assert notes(case.id) == [
        "経緯書を画面で見た: センター・行政向け・画面・個人情報を含む\n理由: 弁護士との打合せ"
    ]


def test_a_clerk_who_does_not_handle_the_case_is_not_offered_names(beside, case):
    page = beside(operator=TARO.email)

    assert key(case, "names") not in [toggle.key for toggle in page.toggle]
    assert make(page, case)


def test_who_only_reads_has_no_such_part(open_page, case):
    page = open_page("ledger", operator=READER.email)
    page.query_params["case"] = case.id
    page = well(page.run())

    assert "行政対応パック" not in [tab.label for tab in page.tabs]


def test_the_file_is_made_at_the_click_and_noted(case):
    live = context.live()
    who = Principal("hanako@example.jp", "佐藤 花子", Role.ADMIN)
    desk = live.for_user(who)
    found = dossier.made(desk, case.id, audience=Audience.LAWYER, now=clock.now())
    file = panel._taken_out(desk, Paper(found, Form.PDF))
    assert notes(case.id) == []

    assert file().startswith(b"%PDF")
    assert notes(case.id) == ["経緯書を書き出した: 弁護士向け・PDF・伏せ字"]


def test_in_english_the_panel_is_english_and_the_document_japanese(beside, case):
    page = make(beside(language="en"), case)

    assert labels(page) == ["Export as PDF", "Export as Word"]
    assert made_of(page, case).dossier.title == "経緯書"


def test_a_rerun_takes_no_table_from_the_store(beside, case, monkeypatch):
    page = make(beside(), case)
    taken: list[str] = []
    frame = UserStore.frame
    monkeypatch.setattr(
        UserStore, "frame", lambda desk, name: taken.append(name) or frame(desk, name)
    )
    # What stands above the dossier may take tables; the dossier itself takes none.
    monkeypatch.setattr(view, "_buttons", lambda *_given: None)

    well(page.run())

    assert taken == []
