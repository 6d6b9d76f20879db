"""Sending a batch, seeing where it went, and putting right what went astray."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Any, Final

from gspread.urls import SPREADSHEET_URL

from lib.errors import StoreError
from lib.i18n import N_
from lib.store.sheets.batching import ANSWER, Batch
from lib.store.sheets.client import SheetsClient
from lib.store.sheets.faults import WriteUnknown
from lib.store.sheets.looking import Look, Wanted
from lib.store.sheets.mending import confession, mended, taken_back
from lib.store.sheets.watching import Watch

log = logging.getLogger(__name__)

MENDS: Final = 4
"""How often a misplaced write is put right while people go on moving rows."""

PUT_RIGHT = N_(
    "保存の間にシートの行か列が動きました。ほかの行に入った値を元に戻し、正しい行に書き直しました。操作ログに残しています。"
)
NOT_PUT_RIGHT = N_(
    "保存の間にシートの行か列が動き、ほかの行に値が入ったおそれがあります。まだ元に戻せていません。シートと操作ログを確かめてください。"
)

Notes = tuple[str, ...]


class Sender:
    """Sends to one spreadsheet. The caller holds the writer's lock."""

    def __init__(
        self,
        client: SheetsClient,
        spreadsheet: str,
        watch: Watch,
        look: Callable[[Wanted], Look],
    ) -> None:
        """Send through `client`; `look` shows what stands."""
        self._client = client
        self._spreadsheet = spreadsheet
        self._watch = watch
        self._look = look
        self._left: list[Batch] = []

    def send(self, batch: Batch) -> Notes:
        """Apply a batch; return what its author should know.

        Raises:
            StoreError: see `SheetsClient.change`; only before it was applied.
        """
        answer = self._applied(batch)
        return self.put_right(batch) if batch.astray(answer) else ()

    def take_back(self, batch: Batch) -> None:
        """Undo what a refused batch left where Google does not.

        Raises:
            StoreError: the sheet cannot be reached.
        """
        codes = {w.code for w in batch.writes} | {c for c, _ in batch.appended}
        undone = taken_back(batch, self._look(dict.fromkeys(sorted(codes))).tabs)
        if undone is not None:
            log.warning("taking back what a refused batch left")
            self._client.change(self._spreadsheet, undone.body(), ANSWER)

    def _applied(self, batch: Batch) -> Mapping[str, Any]:
        """Apply a batch; return what its answer shows, or what a read after it does.

        Raises:
            WriteUnknown: it is applied, and nothing shows where it went.
            StoreError: see `SheetsClient.change`.
        """
        answer = self._client.change(self._spreadsheet, batch.body(), ANSWER)
        if "updatedSpreadsheet" in answer or not batch.ranges():
            return answer
        fields = ANSWER.partition("updatedSpreadsheet(")[2][:-1]
        try:
            seen = self._client.request(
                "get",
                SPREADSHEET_URL % self._spreadsheet,
                params={"ranges": batch.ranges(), "fields": fields},
            )
        except StoreError as error:
            raise WriteUnknown("nothing shows where a write went") from error
        return {"updatedSpreadsheet": seen.json()}

    def put_right(self, batch: Batch) -> Notes:
        """Put right what a batch wrote to the wrong place; no note if nothing is wrong.

        The batch was applied, so nothing is raised: what cannot be put right now is
        told, logged, and tried again before the next write.
        """
        try:
            done = self._mended(batch)
        except StoreError as error:
            log.warning("a misplaced write stays for now: %s", type(error).__name__)
            self._left.append(batch)
            return (NOT_PUT_RIGHT,)
        return (PUT_RIGHT,) if done else ()

    def put_right_what_is_left(self) -> None:
        """Try again what could not be put right; what fails again stays."""
        left, self._left = self._left, []
        for batch in left:
            self.put_right(batch)

    def _mended(self, batch: Batch) -> bool:
        """Whether something had to be put right; until nothing is wrong any more.

        Raises:
            StoreError: the sheet cannot be reached.
        """
        known = self._watch.known().tabs.get("audit")
        for attempt in range(MENDS):
            codes = {w.code for w in batch.writes} | {c for c, _ in batch.appended}
            codes |= set(batch.deleted)
            now = self._look(dict.fromkeys(sorted(codes)))
            repair = mended(batch, now.tabs, now.tabs.get("audit", known))
            if repair is None:
                return attempt > 0
            log.warning("rows or columns moved during a write; putting it right")
            answer = self._applied(repair)
            if not repair.astray(answer):
                return True
            batch = repair
        if known is not None:
            note = confession(batch, known)
            self._client.change(self._spreadsheet, note.body(), ANSWER)
        raise MovesOnError


class MovesOnError(StoreError):
    """People go on moving rows while a misplaced write is put right."""

    def __init__(self) -> None:
        """Keep what people are told."""
        super().__init__(NOT_PUT_RIGHT)
