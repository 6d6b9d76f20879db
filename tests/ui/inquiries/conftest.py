"""The workflow of one inquiry, opened by one person or another without a browser."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from lib import i18n
from lib.schema.ids import new_commit_id
from lib.schema.inquiry import AgencyInquiry
from lib.schema.principal import SYSTEM, Principal
from lib.schema.record import Record
from lib.schema.vocab import Role
from lib.store.access import UserStore
from lib.store.protocol import Commit, Insert
from lib.ui import context
from tests.actions.inquiries.conftest import NOW, STAFF, inquiry, member

PANEL = Path(__file__).with_name("panel.py")

HEAD = member("長 春子", Role.ADMIN, rank=90)


@pytest.fixture(autouse=True)
def own_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Give each test an empty store that nobody else has open."""
    for name in ("MIMAMORI_STORE", "MIMAMORI_ADMINS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("MIMAMORI_DATA", str(tmp_path / "data"))
    context.close()
    yield
    context.close()
    i18n.follow(lambda: i18n.SOURCE)


def put(*records: Record) -> None:
    """Insert rows as the system does, past every action."""
    context.live().for_user(SYSTEM).commit(
        Commit(new_commit_id(), "試験", NOW, tuple(map(Insert, records)))
    )


def desk_of(name: str) -> UserStore:
    """Return the desk of a person of the company."""
    found = next(m for m in (*STAFF, HEAD) if m.name == name)
    return context.live().for_user(Principal.of(found))


def standing(number: str = "G-261121-7F3QX") -> AgencyInquiry:
    """Return the inquiry as it stands in the store."""
    found = context.live().for_user(SYSTEM).record("agency_inquiries", number)
    assert isinstance(found, AgencyInquiry)
    return found


@pytest.fixture
def given() -> Callable[..., AgencyInquiry]:
    """Give the function that stores the company and an inquiry of it."""

    def stored(**values: Any) -> AgencyInquiry:
        put(*STAFF, HEAD, inquiry(**values))
        return standing()

    return stored


def opened(name: str) -> AppTest:
    """Return the workflow as a person sees it, after its first run."""
    app = AppTest.from_file(str(PANEL), default_timeout=20)
    app.session_state[context.OPERATOR] = f"{name}@example.jp"
    return app.run()


def press(app: AppTest, label: str) -> AppTest:
    """Press the button of that label; the test fails where there is none."""
    found = [button for button in app.button if _plain(button.label) == label]
    assert found, f"{label} is not among {labels(app)}"
    return found[0].click().run()


def labels(app: AppTest) -> set[str]:
    """Return what the buttons say."""
    return {_plain(button.label) for button in app.button}


def _plain(text: str) -> str:
    """Return a text without the marks that make it inert."""
    return text.replace("\\", "")


def field(app: AppTest, label: str) -> Any:
    """Return the widget of that label, of whatever kind."""
    kinds = (
        "text_area",
        "text_input",
        "selectbox",
        "button_group",
        "date_input",
        "datetime_input",
    )
    for kind in kinds:
        for widget in app.get(kind):
            if widget.label == label:
                return widget
    raise AssertionError(label)


def said(app: AppTest) -> str:
    """Return all words that stand on the screen beside widgets."""
    return "\n".join(
        _plain(str(element.value))
        for kind in ("markdown", "caption", "text", "warning", "info", "error", "toast")
        for element in app.get(kind)
    )
