"""Pages driven without a browser, each test on a data folder and a store of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Protocol

import pytest
from streamlit.components.v2 import manifest_scanner
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.testing.v1 import AppTest

from lib import clock, i18n
from lib.actions import first_start
from lib.i18n import Language
from lib.schema.ids import new_commit_id
from lib.schema.masters import Member
from lib.schema.principal import SYSTEM
from lib.schema.record import Record
from lib.store.protocol import Commit, Insert
from lib.ui import context

ROOT = Path(__file__).resolve().parent.parent.parent

NOW = "2026-11-21T10:30:00+09:00"
"""A Saturday morning; what the clock says unless a test asks for another time."""


class OpenPage(Protocol):
    """Opens a page in a session of its own."""

    def __call__(
        self, code: str = "", *, language: Language | None = None, operator: str = ""
    ) -> AppTest:
        """Return the page after its first run; "" is where the app itself leads.

        language, operator: what this session has chosen (the operator by the member's
        key); left out, it is for the app to decide.
        """


@pytest.fixture(autouse=True)
def own_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Give each test an empty store that nobody else has open."""
    for name in ("MIMAMORI_STORE", "MIMAMORI_ADMINS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("MIMAMORI_DATA", str(tmp_path / "data"))
    monkeypatch.setenv(clock.FIXED_BY, NOW)
    context.close()
    yield
    context.close()
    i18n.follow(lambda: i18n.SOURCE)


@pytest.fixture(autouse=True, scope="session")
def manifests_scanned_once() -> Iterator[None]:
    """Look once for components among the installed packages, not in each AppTest.

    They do not change meanwhile, and a scan reads hundreds of files.
    """
    with pytest.MonkeyPatch.context() as patch:
        scan = cache(manifest_scanner.scan_component_manifests)
        patch.setattr(manifest_scanner, "scan_component_manifests", scan)
        yield


@pytest.fixture
def first_member() -> Member:
    """Return the administrator who has begun with this store."""
    return first_start.begin(
        context.live().for_user(SYSTEM),
        name="佐藤 花子",
        email="hanako@example.jp",
        now=clock.now(),
    )


@pytest.fixture
def open_page(monkeypatch: pytest.MonkeyPatch) -> OpenPage:
    """Give the function that opens pages."""

    def opened(
        code: str = "", *, language: Language | None = None, operator: str = ""
    ) -> AppTest:
        _speak_between_runs(monkeypatch, language or i18n.SOURCE)
        app = AppTest.from_file(str(ROOT / "lib/ui/main.py"), default_timeout=20)
        if language:
            app.session_state[context.LANGUAGE] = language
        if operator:
            app.session_state[context.OPERATOR] = operator
        if code:
            # Before the first run a page goes by its file's name, which is its address.
            app.switch_page(str(ROOT / "pages" / f"{code}.py"))
        return app.run()

    return opened


def _speak_between_runs(monkeypatch: pytest.MonkeyPatch, language: Language) -> None:
    """Answer with `language` outside of a run.

    AppTest formats options once more when it sends them back, where no session can say
    which language they are in.
    """
    of_the_session = context.language

    def spoken() -> Language:
        return of_the_session() if get_script_run_ctx() else language

    monkeypatch.setattr(context, "language", spoken)


@pytest.fixture
def put() -> Callable[..., None]:
    """Give the function that inserts rows as the system does, past every action."""

    def inserted(*records: Record) -> None:
        context.live().for_user(SYSTEM).commit(
            Commit(new_commit_id(), "試験", clock.now(), tuple(map(Insert, records)))
        )

    return inserted
