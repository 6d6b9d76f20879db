"""What reading a cell gives, why, and the words and marks that all kinds share."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from lib.i18n import N_
from lib.schema.column import Field
from lib.text import folded

LONGEST_VALUE: Final = 200
"""Characters beyond which nothing is a number, a date or a choice."""


class Status(StrEnum):
    """How a cell was read (sheets.md 6)."""

    OK = "ok"
    REPAIRED = "repaired"
    """Put in order without any doubt about what was meant."""
    DOUBTFUL = "doubtful"
    """Read, but a person should look."""
    BAD = "bad"
    """Not readable as what the column holds; there is no value."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A cell as read.

    value: what a record holds ("" for missing text, () for no choices, else None).
    why: a catalogue key that says what was done or doubted; "" where nothing was.
    """

    value: Any
    status: Status = Status.OK
    why: str = ""

    @property
    def is_bad(self) -> bool:
        """Whether the cell holds something that could not be read."""
        return self.status is Status.BAD


# What people are told ----------------------------------------------------------

PUT_IN_ORDER = N_("書き方をそろえました。")
WRITTEN_AS_MISSING = N_("値なしとして読みました。0ではありません。")
ERROR_VALUE = N_("表計算のエラー値です。元の式を直してください。")
NOT_A_NUMBER = N_("数として読めません。数字だけを入れてください。")
NOT_WHOLE = N_("整数で入力してください。")
A_RANGE = N_("幅のある数です。一つの数にしてください。")
ABOUT = N_("おおよその数です。正しい数か確かめてください。")
SPAN_GUESSED = N_("時間:分として読みました。確かめてください。")
MAYBE_A_DATE = N_("日付の番号かもしれません。確かめてください。")
MAYBE_A_SHARE = N_("割合とみて100倍しました。確かめてください。")
TOO_SMALL = N_("小さすぎる値です。")
TOO_LARGE = N_("大きすぎる値です。")
NOT_A_DATE = N_("日付として読めません。例: 2026/11/21")
NOT_A_TIME = N_("日時として読めません。例: 2026/11/21 14:30")
NO_YEAR = N_("年がありません。例: 2026/11/21")
NO_DAY = N_("日付がありません。例: 2026/11/21 14:30")
WEEKDAY_DIFFERS = N_("曜日が日付と合いません。")
OUTSIDE_ERA = N_("その元号の期間にない日付です。")
YEAR_GUESSED = N_("年を補いました。確かめてください。")
YEAR_ADDED = N_("前後の行から年を補いました。")
TIME_ADDED = N_("時刻がないので0:00としました。")
TIME_DROPPED = N_("時刻を除きました。")
NOT_A_CHOICE = N_("選択肢にない言葉です。選択肢から選んでください。")
ZERO_RESTORED = N_("先頭の0を補いました。")
MAYBE_LOST_ZERO = N_("数として入っています。先頭の0が消えていないか確かめてください。")
TOO_LONG = N_("長すぎます。50,000文字までにしてください。")
UNREADABLE = N_("読み取れない値です。形式を確かめてください。")


# Readings ----------------------------------------------------------------------


def missing(field: Field) -> Any:
    """Return what a record holds in this field where nothing stands in the cell."""
    if field.kind == "text":
        return ""
    return () if field.kind == "choices" else None


def bad(field: Field, why: str) -> Reading:
    """Return that the cell cannot be read."""
    return Reading(missing(field), Status.BAD, why)


def no_value(status: Status, why: str) -> Reading:
    """Return that the cell has no value, for kinds in which that is None."""
    return Reading(None, status, why)


def repaired(value: Any, why: str = PUT_IN_ORDER) -> Reading:
    """Return a value that was put in order without doubt."""
    return Reading(value, Status.REPAIRED, why)


def doubtful(value: Any, why: str) -> Reading:
    """Return a value that a person should look at."""
    return Reading(value, Status.DOUBTFUL, why)


# What stands in every kind of cell ---------------------------------------------

BLANKS: Final = (
    " \t\r\n\x0b\x0c\u3000\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006"
    "\u2007\u2008\u2009\u200a\u200b\u200c\u200d\u200e\u200f\u2028\u2029\u202f\u205f"
    "\u2060\ufeff\u0085"
)


def squeezed(text: str) -> str:
    """Return `text` with width folded and every blank or invisible taken out."""
    return _SQUEEZE.sub("", unicodedata.normalize("NFKC", text))


def spaced(text: str) -> str:
    """Return `text` like `squeezed`, with one blank left between two digits."""
    plain = _SQUEEZE.sub(" ", unicodedata.normalize("NFKC", text)).strip()
    return _NOT_BETWEEN_DIGITS.sub("", plain)


_NOT_BETWEEN_DIGITS: Final = re.compile(r" (?![0-9])|(?<![0-9]) ")
_SQUEEZE: Final = re.compile(f"[{BLANKS}\u00ad\u202a-\u202e\u2061-\u2064]+")
_ERRORS: Final = frozenset(
    [
        "#REF!",
        "#N/A",
        "#VALUE!",
        "#DIV/0!",
        "#NAME?",
        "#NUM!",
        "#NULL!",
        "#SPILL!",
        "#CALC!",
        "#ERROR!",
        "#GETTING_DATA",
        "Loading...",
        "Loading…",
    ]
)
_LONGEST_ERROR: Final = 20


def is_error_value(text: str) -> bool:
    """Whether a spreadsheet wrote `text` because a formula failed."""
    return len(text) <= _LONGEST_ERROR and text.strip() in _ERRORS


_MISSING_WORDS: Final = frozenset(
    folded(word)
    for word in [
        "-",
        "--",
        "---",
        "ー",
        "−",
        "‐",
        "―",
        "–",
        "—",
        "~",
        "…",
        "...",
        "・",
        "/",
        "?",
        "×",
        "x",
        "なし",
        "無し",
        "無",
        "空",
        "空欄",
        "N/A",
        "NA",
        "n.a.",
        "null",
        "none",
        "nan",
        "未",
        "未入力",
        "未定",
        "未記入",
        "不明",
        "該当なし",
    ]
)


def means_missing(text: str) -> bool:
    """Whether people write `text` where they have no value."""
    return folded(text) in _MISSING_WORDS
