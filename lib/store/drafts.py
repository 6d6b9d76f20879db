"""What people have typed and not yet saved, kept on the server's own disk.

Never in the shared store: a draft is nobody else's business. One file an entry, so
that two windows of one person do not overwrite each other; the names are hashes, the
folder is 0700 and the files 0600.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any, Final

from lib import clock
from lib.errors import StoreUnavailable
from lib.store.files import replace_privately

KEPT: Final = timedelta(days=30)
"""An older draft is thrown away when drafts are next listed."""

_TAGS: Final[dict[str, type[datetime | date | time]]] = {
    "datetime": datetime,
    "date": date,
    "time": time,
}


@dataclass(frozen=True, slots=True)
class Draft:
    """One unfinished entry: the values by field name, and when they were typed."""

    entry: str
    saved_at: datetime
    values: Mapping[str, Any]


class DraftBox:
    """Drafts of all people below one folder; usable from many threads and processes."""

    def __init__(self, data: Path) -> None:
        """Keep drafts in `data/drafts`, which is made on the first save."""
        self._root = data / "drafts"

    def save(
        self, user: str, form: str, entry: str, values: Mapping[str, Any]
    ) -> datetime:
        """Replace the draft of this entry in one step and return the time it carries.

        Values are JSON's, tuples (they come back as lists) and dates and times.

        Raises:
            StoreUnavailable: the disk is full or cannot be written.
        """
        now = clock.now()
        content = {
            "entry": entry,
            "saved_at": now.isoformat(),
            "values": dict(values),
        }
        path = self._path(user, form, entry)
        try:
            # One by one: `parents=True` would leave those between open to others.
            for folder in (self._root.parent, *reversed(path.parents[:3])):
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            text = json.dumps(content, default=_tagged, ensure_ascii=False)
            replace_privately(path, text.encode())
        except OSError as error:
            raise StoreUnavailable("a draft could not be written") from error
        return now

    def load(self, user: str, form: str, entry: str) -> Draft | None:
        """Return one draft; None where there is none or it cannot be read."""
        return _read(self._path(user, form, entry))

    def list(self, user: str, form: str) -> list[Draft]:
        """Return this person's drafts of a form, newest first, without stale ones."""
        oldest = clock.now() - KEPT
        found = []
        for path in self._folder(user, form).glob("*.json"):
            draft = _read(path)
            if draft is None:
                continue  # read again next time: the disk may only be busy
            if draft.saved_at < oldest:
                path.unlink(missing_ok=True)
            else:
                found.append(draft)
        return sorted(found, key=lambda draft: draft.saved_at, reverse=True)

    def discard(self, user: str, form: str, entry: str) -> None:
        """Throw the draft away; nothing happens where there is none."""
        self._path(user, form, entry).unlink(missing_ok=True)

    def about(self, is_meant: Callable[[Draft], bool]) -> tuple[Path, ...]:
        """Return the files of all people's drafts that are meant.

        Stale ones too, whatever they hold: nobody will offer them any more.
        """
        oldest = clock.now() - KEPT
        found = []
        for path in self._root.glob("*/*/*.json"):
            draft = _read(path)
            if draft and (draft.saved_at < oldest or is_meant(draft)):
                found.append(path)
        return tuple(found)

    def discard_about(self, is_meant: Callable[[Draft], bool]) -> int:
        """Throw those drafts away and return how many there were."""
        found = self.about(is_meant)
        for path in found:
            path.unlink(missing_ok=True)
        return len(found)

    def _folder(self, user: str, form: str) -> Path:
        return self._root / _hashed(user) / form

    def _path(self, user: str, form: str, entry: str) -> Path:
        return self._folder(user, form) / f"{_hashed(entry)}.json"


def _hashed(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=12).hexdigest()


def _read(path: Path) -> Draft | None:
    try:
        content = json.loads(path.read_text("utf-8"), object_hook=_untagged)
        return Draft(
            entry=content["entry"],
            saved_at=datetime.fromisoformat(content["saved_at"]),
            values=content["values"],
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _tagged(value: Any) -> dict[str, str]:
    for tag, kind in _TAGS.items():
        if isinstance(value, kind):
            return {"_is": tag, "value": value.isoformat()}
    raise TypeError(f"a draft cannot hold {type(value).__name__}")


def _untagged(found: dict[str, Any]) -> Any:
    kind = _TAGS.get(found.get("_is", ""))
    return kind.fromisoformat(found["value"]) if kind else found
