"""Sign-in on a data folder of its own, and a real server that asks for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from lib import clock
from lib.actions import first_start
from lib.actions.sign_in_desk import Desk
from lib.schema.ids import new_commit_id
from lib.schema.masters import Centre, Member
from lib.schema.principal import SYSTEM, Principal
from lib.schema.vocab import Role
from lib.store.opening import open_live
from lib.store.protocol import Commit, Insert
from tests.signin.browsing import Browser, Company, Served
from tests.signin.people import ADMIN, AGENT, CLERKS, GOOD, MANAGER
from tools.serve import serving


@contextmanager
def founded(data: Path, admins: tuple[str, ...] = ()) -> Iterator[Company]:
    """Make a company with one person of each kind, and some clerks more."""
    data.mkdir(mode=0o700)
    live = open_live(f"sqlite:///{data / 'mimamori.db'}", data=data)
    view, now = live.for_user(SYSTEM), clock.now()
    founder = first_start.begin(view, name="佐藤 花子", email=ADMIN, now=now)
    people = [
        Member(email=MANAGER, name="高橋 由美", role=Role.MANAGER),
        Member(email=AGENT, name="小田 健介", role=Role.OUTSOURCED, centre="SPR"),
        *(Member(email=mail, name=name) for mail, name in CLERKS.items()),
    ]
    rows = [Centre(code="SPR", name="春センター"), *people]
    view.commit(Commit(new_commit_id(), "試験", now, tuple(map(Insert, rows))))
    yield Company(
        desk=Desk.of(live, data, admins),
        live=live,
        data=data,
        members={member.email: member for member in (founder, *people)},
    )
    live.close()


@pytest.fixture
def company(tmp_path: Path) -> Iterator[Company]:
    """Return a company that nobody serves."""
    with founded(tmp_path / "data") as found:
        yield found


@pytest.fixture
def live_empty(tmp_path: Path) -> Iterator[Company]:
    """Return an installation that nobody has begun with."""
    data = tmp_path / "empty"
    data.mkdir(mode=0o700)
    live = open_live(f"sqlite:///{data / 'mimamori.db'}", data=data)
    yield Company(desk=Desk.of(live, data, ()), live=live, data=data, members={})
    live.close()


@pytest.fixture
def chief(company: Company) -> Principal:
    """Return the administrator as who acts."""
    return Principal.of(company.members[ADMIN])


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Serve a company in which everybody has a password, for the tests of one file."""
    data = tmp_path_factory.mktemp("served") / "data"
    with founded(data) as company:
        kept = company.desk.accounts
        for address in company.members:
            kept.set_password(address, GOOD, clock.now())
        with serving(data, settings={"MIMAMORI_SIGN_IN": "on"}) as server:
            yield Served(company, server.url)


@pytest.fixture
def visitor(served: Served) -> Iterator[Browser]:
    """Return the browser of somebody who has not signed in."""
    with Browser(served.url) as browser:
        yield browser


@pytest.fixture
def signed_in(served: Served) -> Iterator[Callable[..., Browser]]:
    """Give the function that opens the browser of somebody who has signed in."""
    with ExitStack() as opened:

        def of(address: str = ADMIN) -> Browser:
            browser = opened.enter_context(Browser(served.url))
            assert browser.sign_in(address, GOOD).headers["location"] == "/"
            return browser

        yield of
