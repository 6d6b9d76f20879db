"""The store on a sheet itself, without the outbox in front of it."""

from __future__ import annotations

import json

from lib.settings.install import SheetsSettings
from lib.store.sheets.client import Limits, connected
from lib.store.sheets.store import SheetsStore
from tests.store.places import SHEETS_API, SHEETS_KEY, FreeBudget, Place

QUICK = Limits(total=5.0, first_pause=0.01, longest_pause=0.02)


def bare(place: Place, limits: Limits | None = None) -> SheetsStore:
    """Open the store of a place; it is closed with the place."""
    settings = SheetsSettings(
        (place.data / SHEETS_API).read_text(),
        json.loads((place.data / SHEETS_KEY).read_text()),
    )
    client = connected(settings, FreeBudget(place.data), limits)
    store = SheetsStore(client, place.url.removeprefix("gsheet://"), data=place.data)
    place.opened.append(store)
    return store
