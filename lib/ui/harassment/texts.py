"""The words of the policy as they count today, in the person's language."""

from __future__ import annotations

from lib.settings.business import BusinessSetting
from lib.settings.harassment import Entry, entries
from lib.store.access import UserStore
from lib.text import inert
from lib.ui.setting_texts import words

__all__ = ["lines", "listed", "names", "words"]


def lines(desk: UserStore, setting: BusinessSetting) -> tuple[Entry, ...]:
    """Return the lines of a list."""
    return entries(words(desk, setting))


def names(desk: UserStore, setting: BusinessSetting) -> list[str]:
    """Return the short names of a list's lines, each once."""
    return list(dict.fromkeys(entry.name for entry in lines(desk, setting)))


def listed(entries: tuple[Entry, ...], mark: str = "-") -> str:
    """Return entries as a Markdown list; mark: "1." numbers them."""
    return "\n".join(f"{mark} {_one(entry)}" for entry in entries)


def _one(entry: Entry) -> str:
    name = f"**{inert(entry.name)}**"
    return f"{name}  {inert(entry.words)}" if entry.words else name
