"""期限 as an address that calendar apps subscribe to: `/calendar/<secret>.ics`.

Behind the same gate as everything else. It answers with numbers of cases and names of
rules only (`lib.reports.calendar`), in the language of the installation.
"""

from __future__ import annotations

from typing import Final

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from lib import clock, i18n
from lib.actions.clocks.feeding import whole_feed
from lib.errors import AppError
from lib.reports.calendar import MEDIA_TYPE
from lib.settings import calendar_feed
from lib.settings.install import app_url
from lib.ui import context

PATH: Final = "/calendar/{secret}.ics"
_HEADERS: Final = {"Cache-Control": "private, no-store", "X-Robots-Tag": "noindex"}


def address(secret: str) -> str:
    """Return the address that is given to a calendar app."""
    return app_url() + PATH.format(secret=secret)


def answer(request: Request) -> Response:
    """Return the calendar to who knows the secret; anybody else finds nothing here."""
    said = str(request.path_params.get("secret", ""))
    if not calendar_feed.is_right(context.place().data, said):
        return PlainTextResponse("Not Found", status_code=404)
    try:
        with i18n.speaking(i18n.SOURCE):
            body = whole_feed(context.live(), base=app_url(), now=clock.now())
    except AppError:
        # A calendar keeps what it has and asks again.
        return PlainTextResponse("Try again later", status_code=503)
    return Response(body, media_type=MEDIA_TYPE, headers=_HEADERS)
