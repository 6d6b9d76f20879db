"""Every error that the project raises on purpose.

AppError                    shown to a person; `permanent` says whether to retry
├── SettingsError           the installation is set up wrongly
├── InvalidRecord           a record breaks its rules; carries one problem a field
├── ActionRefused           the rules of the business forbid this step
├── UnreadableFile          a file to import cannot be read safely, or not at all
├── NotSent                 a notice did not reach its channel
├── NotAllowed              this person may not do or see it (or it does not exist)
├── SignedOut               nobody is signed in here any more
└── StoreError              where data are kept did not do what was asked
    ├── StoreUnavailable    cannot be reached, busy or full; trying again may help
    │   └── StoreHeld       nothing is written until a person has looked; keep the entry
    ├── StoreDenied         the store refuses us: rights, read-only disk
    ├── StoreDamaged        the file is no database or is broken
    ├── StoreTooNew         written by a newer version of this program
    └── Conflict            somebody else changed or made the same thing meanwhile

Messages are Japanese, the language of the catalogue's keys: what happened, what
is safe, what to do next. `message` is the key and `details` fill its braces, so
that the screen can translate before it fills in. Logs are English.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lib.i18n import N_


class AppError(Exception):
    """Base of all errors that carry a message for the person at the screen."""

    permanent: bool = True
    """False where the same call may succeed a little later."""

    def __init__(self, message: str, **details: Any) -> None:
        """Keep `message`, a catalogue key, and what fills its braces."""
        self.message = message
        self.details = details
        super().__init__(message.format(**details) if details else message)


class SettingsError(AppError):
    """The installation is set up wrongly; the message names the setting."""


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """One thing wrong with one field of a record.

    `field` is the English field name, empty where no single field is to blame;
    `message` is a catalogue key.
    """

    field: str
    message: str


class InvalidRecord(AppError):
    """A record breaks its rules; `problems` has at least one entry."""

    def __init__(self, problems: Sequence[FieldProblem]) -> None:
        """Keep the problems; nothing of what was typed is lost by this error."""
        self.problems = tuple(problems)
        super().__init__(N_("入力に直すところがあります。まだ保存されていません。"))


class ActionRefused(AppError):
    """A rule of the business forbids this step now."""


class UnreadableFile(AppError):
    """A file to import is damaged, locked, too large or of another kind."""


class NotSent(AppError):
    """A notice did not reach its channel; it may a little later.

    `reason` is a short code ("HTTP 404", "address", "no answer"), never an address or
    what the other side said.
    """

    permanent = False

    def __init__(self, reason: str) -> None:
        """Keep `reason`, English and free of secrets."""
        self.reason = reason
        super().__init__(
            N_("通知を送れませんでした({reason})。通知先の設定を確かめてください。"),
            reason=reason,
        )


class NotAllowed(AppError):
    """The person may not see or do this, or it does not exist: one answer for both."""

    def __init__(self) -> None:
        """Say nothing that would tell the two cases apart."""
        super().__init__(N_("見つからないか、見る権限がありません。"))


class SignedOut(AppError):
    """Nobody is signed in here any more: time ran out, signed out, or taken away."""

    def __init__(self) -> None:
        """Say what to do."""
        super().__init__(
            N_("サインインが切れています。もう一度サインインしてください。")
        )


class StoreError(AppError):
    """The place where data are kept did not do what was asked."""


class StoreUnavailable(StoreError):
    """The store cannot be reached, is busy or is full."""

    permanent = False

    def __init__(self, reason: str = "") -> None:
        """Keep `reason`, English and free of data, for the log."""
        self.reason = reason
        super().__init__(
            N_(
                "保存先につながりません。まだ保存されていません。入力はこのまま残ります。少し待ってもう一度押してください。"
            )
        )


class StoreHeld(StoreUnavailable):
    """The store can be reached and takes nothing until a person has put it right.

    The same commit succeeds afterwards, so whoever can keep it keeps it.
    """

    def __init__(self, message: str) -> None:
        """Keep `message`, which says what is to be put right."""
        super().__init__("held until a person has looked")
        self.message = message
        self.args = (message,)


class StoreDenied(StoreError):
    """The store refuses us: missing rights, read-only disk."""

    def __init__(self, reason: str = "") -> None:
        """Keep `reason`, English and free of data, for the log."""
        self.reason = reason
        super().__init__(
            N_(
                "保存先に書き込む権限がありません。まだ保存されていません。管理者に知らせてください。"
            )
        )


class StoreDamaged(StoreError):
    """The file is no database, or pages of it are broken. Nothing is overwritten."""

    def __init__(self, reason: str = "") -> None:
        """Keep `reason`, English and free of data, for the log."""
        self.reason = reason
        super().__init__(
            N_(
                "保存先のファイルが壊れています。上書きはしていません。控えから戻してください。"
            )
        )


class CopyDamaged(StoreDamaged):
    """A backup that is broken, or no backup of ours. The store itself is untouched."""

    def __init__(self, reason: str = "") -> None:
        """Keep `reason`, English and free of data, for the log."""
        super().__init__(reason)
        self.message = N_(
            "この控えのファイルは壊れているか、見守りの控えではありません。いまのデータはそのままです。別の日の控えを選んでください。"
        )
        self.args = (self.message,)


class StoreTooNew(StoreError):
    """The store was written by a newer version of this program."""

    def __init__(self, *, found: int, known: int) -> None:
        """Keep both layout numbers."""
        self.found, self.known = found, known
        super().__init__(
            N_(
                "保存先は新しい版のアプリで作られています(形式 {found}、このアプリは {known} まで)。アプリを更新してください。"
            ),
            found=found,
            known=known,
        )


@dataclass(frozen=True, slots=True)
class FieldConflict:
    """One field that two people changed: what I saw, what they wrote, what I wrote."""

    table: str
    key: str
    field: str
    base: Any
    theirs: Any
    mine: Any


class Conflict(StoreError):
    """Somebody else changed the same field, or made the same key, meanwhile.

    Nothing of the commit was applied. `fields` is empty where a key that was to
    be inserted exists already; `theirs` then is the row that has it.
    """

    def __init__(
        self,
        table: str,
        key: str,
        *,
        fields: Sequence[FieldConflict] = (),
        theirs: Mapping[str, Any] | None = None,
    ) -> None:
        """Keep whose row it is and what stands against what."""
        self.table, self.key = table, key
        self.fields = tuple(fields)
        self.theirs = dict(theirs or {})
        super().__init__(
            N_("ほかの人が同じところを先に変えました。どちらを残すか選んでください。")
            if fields
            else N_("同じ番号がすでに登録されています。")
        )
