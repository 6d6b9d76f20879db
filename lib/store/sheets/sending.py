"""Sending a batch, seeing where it went, and putting right what went astray."""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable, Mapping
from typing import Any, Final

from gspread.urls import SPREADSHEET_URL

from lib.errors import StoreError
from lib.i18n import N_
from lib.store.sheets.batching import ANSWER, Batch
from lib.store.sheets.client import SheetsClient
from lib.store.sheets.faults import RequestRefused, WriteUnknown
from lib.store.sheets.layout import Tab
from lib.store.sheets.looking import Look, SeenTab, Wanted
from lib.store.sheets.mending import confession, log_restored, mended, taken_back
from lib.store.sheets.undoing import PATIENCE, Undo, undo_of, undo_of_row, undoing
from lib.store.sheets.watching import Watch

log = logging.getLogger(__name__)

MENDS: Final = 4
"""How often a misplaced write is put right while people go on moving rows."""
UNDOES: Final = 12
"""Likewise, of a write of which it is known what stood in its cells."""
FIRST_PAUSE: Final = 0.05
"""Seconds by which the pause before each next of them may be longer."""

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
        self._booked: list[Batch] = []

    def send(self, batch: Batch) -> Notes:
        """Apply a batch; return what its author should know.

        Raises:
            TakenBackError: a row or cell was not as seen, so its changes were undone.
            StoreError: see `SheetsClient.change`; only before it was applied.
        """
        answer = self._applied(batch)
        formers = batch.formers(answer)
        if formers is None:
            return self.put_right(batch) if batch.astray(answer) else ()
        if all(former.as_seen for former in formers):
            return ()
        log.warning("rows or cells changed during a write; taking it back")
        undos = [undo_of(batch.seen[one.write.code], one) for one in formers]
        try:
            self._undo(batch, undos)
        except StoreError as error:
            log.warning("a misplaced write stays for now: %s", type(error).__name__)
            self._left.append(batch)
            return (NOT_PUT_RIGHT,)
        raise TakenBackError

    def withdraw(self, batch: Batch) -> None:
        """Take out what a batch put below the data, its log rows and its booking.

        For a commit that was refused after all and may come again. What fails is tried
        again before the next write.
        """
        rows = [undo_of_row(batch.seen[code], row) for code, row in batch.appended]
        try:
            request = _unbooking(batch, self._watch.places.system)
            self._client.change(self._spreadsheet, {"requests": [request]})
            self._undo(batch, rows, told=False)
        except StoreError as error:
            log.warning("a refused commit stays booked: %s", type(error).__name__)
            self._booked.append(batch)

    def _undo(self, batch: Batch, undos: list[Undo], *, told: bool = True) -> None:
        """Bring back what stood before a write, wherever the rows are by now.

        told: whether the log is to say so.

        Raises:
            StoreError: the sheet cannot be reached, or people keep moving rows.
        """
        known = self._watch.known().tabs.get("audit")
        for attempt in range(UNDOES):
            if not undos:
                self._watch.again()
                return
            time.sleep(random.uniform(0, FIRST_PAUSE * attempt))  # noqa: S311
            codes = dict.fromkeys(sorted({undo.code for undo in undos}))
            now = self._look(codes).tabs
            system = self._watch.places.system
            repair, acting, waiting = undoing(batch, undos, now, system)
            for undo in waiting:
                undo.looks += 1
            undos = [undo for undo in waiting if undo.looks <= PATIENCE]
            if acting and told:
                log_restored(repair, now.get("audit", known), now)
            if acting:
                undos += self._undone(repair, acting)
        self._confess(batch, known)
        raise MovesOnError

    def _undone(self, repair: Batch, acting: list[Undo]) -> list[Undo]:
        """Send a batch that takes back; return what has to be taken back after it."""
        try:
            answer = self._applied(repair)
        except (WriteUnknown, RequestRefused):
            return acting
        formers = repair.formers(answer, strict=True)
        if formers is None:
            return acting
        left = []
        for undo, former in zip(acting, formers, strict=True):
            seen = repair.seen[undo.code]
            if former.hit(seen):
                left += [undo_of(seen, former), undo]
            elif not former.as_seen:
                left.append(undo_of(seen, former, changed_only=True))
        return left

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
        booked, self._booked = self._booked, []
        for batch in booked:
            self.withdraw(batch)
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
        self._confess(batch, known)
        raise MovesOnError

    def _confess(self, batch: Batch, known: SeenTab | None) -> None:
        """Note in the log that a mis-hit stays for now."""
        if known is not None:
            note = confession(batch, known)
            self._client.change(self._spreadsheet, note.body(), ANSWER)


def _unbooking(batch: Batch, system: Tab) -> dict[str, Any]:
    """Return the request that takes a commit's id out of the books."""
    column = {"startColumnIndex": 0, "endColumnIndex": 1}
    return {
        "findReplace": {
            "find": batch.commit.id,
            "replacement": "",
            "matchEntireCell": True,
            "matchCase": True,
            "range": {"sheetId": system.sheet_id, **column},
        }
    }


class TakenBackError(StoreError):
    """A batch was applied and its changes undone; what it added below still stands."""

    def __init__(self) -> None:
        """Keep what people would be told."""
        super().__init__(PUT_RIGHT)


class MovesOnError(StoreError):
    """People go on moving rows while a misplaced write is put right."""

    def __init__(self) -> None:
        """Keep what people are told."""
        super().__init__(NOT_PUT_RIGHT)
