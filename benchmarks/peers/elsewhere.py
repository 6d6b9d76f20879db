"""Sending what is meant for Google to the emulator, under the libraries' own feet."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter

GOOGLE = ("https://sheets.googleapis.com", "https://www.googleapis.com")


class Elsewhere(HTTPAdapter):
    """Sends each request to the same path of another server."""

    def __init__(self, url: str) -> None:
        """Send to `url`."""
        super().__init__()
        self._url = url

    def send(self, request: requests.PreparedRequest, **options: Any) -> Any:  # type: ignore[override]
        """Send it there."""
        parts = urlsplit(str(request.url))
        query = f"?{parts.query}" if parts.query else ""
        request.url = self._url + parts.path + query
        return super().send(request, **options)


def send_elsewhere(session: requests.Session, url: str) -> None:
    """Let a session that calls Google call `url`."""
    for prefix in GOOGLE:
        session.mount(prefix, Elsewhere(url))
