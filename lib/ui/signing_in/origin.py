"""Whether a request is meant for us and comes from our own pages."""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.datastructures import Headers

from lib.settings.sign_in import SignIn
from lib.settings.this_computer import is_this_computer


def asks_for_us(headers: Headers, how: SignIn) -> bool:
    """Whether the Host is ours: a name that somebody points at us is not."""
    host = headers.get("host", "").lower()
    if how.is_local:
        return is_this_computer(host)
    return host == how.host


def is_own(headers: Headers, how: SignIn) -> bool:
    """Whether a page of ours sends this; a request that does not say is not.

    On this computer its own address is whatever name and port the browser asked for.
    """
    origin = headers.get("origin", "").lower()
    if not asks_for_us(headers, how):
        return False
    if how.is_local:
        found = urlsplit(origin)
        asked = headers.get("host", "").lower()
        return found.scheme in ("http", "https") and found.netloc == asked
    return origin == f"https://{how.host}"
