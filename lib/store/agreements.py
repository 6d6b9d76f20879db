"""What two places agreed on last, so that a difference tells who changed it.

One file a pair in the data folder, 0600. If it is lost nothing is overwritten: a cell
in which the two differ is then a question to a person.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Mapping
from pathlib import Path

import orjson

from lib.errors import StoreUnavailable
from lib.store.files import replace_privately

log = logging.getLogger(__name__)

Agreed = Mapping[str, Mapping[str, Mapping[str, str]]]
"""By table code, key and field name: the text that both sides had."""


class Agreements:
    """The memory of one pair of places."""

    def __init__(self, data: Path, pair: str) -> None:
        """Remember for `pair`, any text that names it, below the folder `data`."""
        name = hashlib.sha256(pair.encode()).hexdigest()[:16]
        self._path = data / f"agreed-{name}.json"

    def load(self) -> Agreed:
        """Return what was agreed; {} before the first time or where it is damaged."""
        try:
            found: Agreed = orjson.loads(self._path.read_bytes())
        except FileNotFoundError:
            return {}
        except (OSError, ValueError) as error:
            # Its text stays out of the log: it may quote what the file holds.
            log.warning("what was agreed cannot be read: %s", type(error).__name__)
            return {}
        return found

    def save(self, agreed: Agreed) -> None:
        """Replace what was agreed, in one step.

        Raises:
            StoreUnavailable: the disk is full or cannot be written.
        """
        try:
            replace_privately(self._path, orjson.dumps(agreed))
        except OSError as error:
            raise StoreUnavailable("an agreement could not be written") from error
