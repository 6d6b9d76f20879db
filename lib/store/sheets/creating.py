"""A spreadsheet that the app makes itself; the only place that calls Drive."""

from __future__ import annotations

from typing import Final

from gspread.urls import DRIVE_FILES_API_V3_URL, SPREADSHEETS_API_V4_BASE_URL

from lib.store.sheets.client import SheetsClient
from lib.store.sheets.setup.making import JAPAN, TOKYO

DRIVE_SCOPE: Final = "https://www.googleapis.com/auth/drive.file"
"""Files that this app made; nothing else of anybody's Drive."""


def create(client: SheetsClient, title: str) -> str:
    """Make a spreadsheet that belongs to the service account, and return its id.

    Raises:
        StoreError: Google does not let it; an answer that got lost may leave an empty
            spreadsheet behind, which nobody else sees.
    """
    properties = {"title": title, "locale": JAPAN, "timeZone": TOKYO}
    answer = client.request(
        "post",
        SPREADSHEETS_API_V4_BASE_URL,
        params={"fields": "spreadsheetId"},
        json={"properties": properties},
    )
    return str(answer.json()["spreadsheetId"])


def share(client: SheetsClient, spreadsheet: str, email: str) -> None:
    """Let a person edit a spreadsheet that this app made; Google tells them by mail.

    Raises:
        StoreError: Google does not let it, or knows no such person.
    """
    client.request(
        "post",
        f"{DRIVE_FILES_API_V3_URL}/{spreadsheet}/permissions",
        params={"fields": "id"},
        json={"type": "user", "role": "writer", "emailAddress": email},
    )
