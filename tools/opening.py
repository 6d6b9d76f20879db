"""Open the app in the browser: at once if it runs, or as soon as it does.

    python -m tools.opening now      # exit 1 where it does not run
    python -m tools.opening later    # waits; begun beside the app by start.*

Streamlit opens no browser by itself for an app of this kind (seen on 1.67).
"""

from __future__ import annotations

import sys
import time
import webbrowser
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from typing import Final
from urllib.parse import urlsplit

ADDRESS: Final = "http://localhost:8501"
"""Where the app answers as installed."""

SECONDS: Final = 180.0
_PAUSE: Final = 0.5
_HEALTH: Final = "/_stcore/health"


def answers(address: str) -> bool:
    """Whether an app answers there."""
    place = urlsplit(address)
    asking = HTTPConnection(place.hostname or "", place.port, timeout=2)
    try:
        asking.request("GET", _HEALTH)
        return asking.getresponse().status == HTTPStatus.OK
    except (OSError, HTTPException):
        return False
    finally:
        asking.close()


def opened(address: str, *, within: float) -> bool:
    """Open `address` once it answers; return whether it did in so many seconds."""
    until = time.monotonic() + within
    while not answers(address):
        if time.monotonic() >= until:
            return False
        time.sleep(_PAUSE)
    webbrowser.open(address)
    return True


if __name__ == "__main__":
    waits = SECONDS if sys.argv[1:2] == ["later"] else 0.0
    where = sys.argv[2] if len(sys.argv) > 2 else ADDRESS  # noqa: PLR2004
    sys.exit(not opened(where, within=waits))
