"""The emulator in one's own process, as a context manager."""

import contextlib
import functools

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.sheets_api import files as drive
from tests.sheets_api.faults import parse_fault
from tests.sheets_api.hand import Hand
from tests.sheets_api.server import Server
from tests.sheets_api.service import Service
from tests.sheets_api.values import Rendering, read_box

OWNER = "owner@example.com"
ROBOT = "mimamori@example-project.iam.gserviceaccount.com"


class Emulator:
    """A running emulator: `with Emulator() as e: … e.url …`.

    Args:
        port: On loopback; 0 for any free one.
        latency: Seconds that each call takes on top.
        quota: Whether 60 + 60 calls a minute are enforced.
        clock: A `Clock`; by default time runs.
        faults: Faults from the start, as on the command line.
    """

    def __init__(self, *, port=0, latency=0.0, quota=False, clock=None, faults=()):
        self.service = Service(clock=clock, quota=quota, latency=latency)
        for text in faults:
            self.service.faults.add(parse_fault(text))
        self._server = Server(self.service, port)

    def __enter__(self):
        self._server.start()
        return self

    def __exit__(self, *_):
        self._server.stop()

    @property
    def url(self):
        """The base of all addresses, `{url}/v4/…` and `{url}/drive/v3/…`."""
        return self._server.url

    @property
    def clock(self):
        return self.service.clock

    @property
    def faults(self):
        return self.service.faults

    @property
    def log(self):
        return self.service.log

    @property
    def watchers(self):
        """Functions that get each call to a spreadsheet once it is carried out.

        They get the call and the spreadsheet, which is locked meanwhile, so that they
        see the calls in the order in which these took effect.
        """
        return self.service.watchers

    @property
    def quirks(self):
        """Promises of the API that are switched off."""
        return self.service.files.quirks

    @property
    def quota(self):
        return self.service.quota

    @property
    def tokens(self):
        return self.service.tokens

    def create(
        self,
        title="台帳",
        *,
        tabs=None,
        locale="ja_JP",
        time_zone="Asia/Tokyo",
        owner=OWNER,
        open_to_all=True,
        book_id=None,
    ):
        """A new spreadsheet.

        Args:
            title: Its title.
            tabs: Titles of its tabs, by default the one of its locale.
            locale: Its locale.
            time_zone: IANA name.
            owner: Who may edit whatever is protected.
            open_to_all: Whether everybody who calls may edit it.
            book_id: Its id, made up by default.

        Returns:
            The id.
        """
        book = self.service.files.create(
            title, owner, book_id, locale=locale, time_zone=time_zone
        )
        if open_to_all:
            drive.share(book, "anyone", "writer")
        for index, name in enumerate(tabs or ()):
            if index == 0:
                book.sheets[0].title = name
            else:
                book.add_sheet(name)
        return book.book_id

    def book(self, book_id):
        """The spreadsheet itself, for a look from behind."""
        return self.service.files.books[book_id]

    def share(self, book_id, user, role="writer"):
        """Let a user in."""
        drive.share(self.book(book_id), "user", role, user)

    def revoke(self, book_id, user=None):
        """Take a user's permission away, or everybody's but the owner's."""
        kept = self.book(book_id).permissions
        for key, permission in list(kept.items()):
            if user in (None, permission.get("emailAddress")):
                del kept[key]

    def delete(self, book_id):
        """Remove a spreadsheet for good."""
        del self.service.files.books[book_id]

    @contextlib.contextmanager
    def unreachable(self):
        """No connection comes about: `with e.unreachable(): …`."""
        self._server.interrupt()
        try:
            yield
        finally:
            self._server.resume()

    def values(self, book_id, text, *, render="UNFORMATTED_VALUE"):
        """The values of a range, without a call that would be counted."""
        book = self.book(book_id)
        with book.lock:
            book.recalculate()
            sheet, box = book.place_on_grid(text)
            return read_box(book, sheet, box, Rendering({"valueRenderOption": render}))

    def hand(self, book_id, user="hito@example.com"):
        """A person at the spreadsheet in the browser."""
        return Hand(self.url, book_id, user)

    def service_account(self, email=ROBOT):
        """The content of a service account's key file that this emulator honours."""
        return {
            "type": "service_account",
            "project_id": "example-project",
            "private_key_id": "1",
            "private_key": _private_key(),
            "client_email": email,
            "client_id": "1",
            "token_uri": f"{self.url}/token",
        }


@functools.cache
def _private_key():
    """A fresh key, good for nothing outside."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()
