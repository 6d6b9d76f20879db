"""設定: values that the people of the business choose, each counting from a day on.

A row of the table 設定 holds one value from its 適用開始日 until the next row of the
same name; where no row counts yet, the default stands here. So a change never
touches how older days are read.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

import pandas as pd

from lib.errors import FieldProblem, InvalidRecord
from lib.i18n import N_

Kind = Literal["percent", "time", "words"]

_CLOCK = re.compile(r"^([01]?\d|2[0-3]):([0-5]\d)$")
_WEEKDAYS: Final = "月火水木金土日祝"


@dataclass(frozen=True, slots=True)
class BusinessSetting:
    """One value. `group` and `name` are what stands in 設定, and catalogue keys.

    help: what it does, in one sentence; a catalogue key too.
    field: the field of a new centre that starts with it.
    """

    group: str
    name: str
    help: str
    default: str
    field: str
    kind: Kind = "words"
    unit: str = ""


NEW_CENTRE: Final = N_("新しいセンターの標準")
"""区分 of what a newly registered centre starts with."""

SETTINGS: Final[tuple[BusinessSetting, ...]] = (
    BusinessSetting(
        NEW_CENTRE,
        N_("目標応答率"),
        N_("かかってきた電話のうち、出たい割合です。下回ると「注意」になります。"),
        default="90",
        field="target_answer_rate",
        kind="percent",
        unit="%",
    ),
    BusinessSetting(
        NEW_CENTRE,
        N_("入力締切時刻"),
        N_(
            "委託先が前の営業日の数字を入れる時刻です。過ぎると「未入力」として出ます。"
        ),
        default="10:00",
        field="entry_deadline",
        kind="time",
    ),
    BusinessSetting(
        NEW_CENTRE,
        N_("定休日"),
        N_("電話を受けない曜日を並べます。祝日も休みなら「祝」を足します。"),
        default="土日祝",
        field="weekly_closed",
    ),
)
"""What can be set; each has a default, so that 設定 may be empty."""


def spec(group: str, name: str) -> BusinessSetting:
    """Return the setting of that name; KeyError for none."""
    return {(s.group, s.name): s for s in SETTINGS}[group, name]


def setting(settings: pd.DataFrame, group: str, name: str, *, on: date) -> str:
    """Return the value that counts on a day, as text; `settings` is the table 設定.

    The newest row that had begun by then; a row whose value cannot be read (typed by
    hand in the sheet) is passed over; the default where none is left.
    """
    wanted = spec(group, name)
    for value in rows_of(settings, group, name, until=on)["value"]:
        try:
            return checked(wanted, str(value))
        except InvalidRecord:
            continue
    return wanted.default


def new_centre(settings: pd.DataFrame, *, on: date) -> dict[str, object]:
    """Return what the fields of a centre registered on that day start with."""
    found: dict[str, object] = {}
    for wanted in SETTINGS:
        value = setting(settings, wanted.group, wanted.name, on=on)
        found[wanted.field] = float(value) if wanted.kind == "percent" else value
    return found


def rows_of(
    settings: pd.DataFrame, group: str, name: str, *, until: date | None = None
) -> pd.DataFrame:
    """Return the rows of one setting, the newest 適用開始日 first.

    until: only rows that had begun by that day.
    """
    own = settings[(settings["group"] == group) & (settings["name"] == name)]
    if until is not None:
        own = own[own["effective_from"] <= pd.Timestamp(until)]
    return own.sort_values("effective_from", ascending=False, kind="stable")


def checked(wanted: BusinessSetting, typed: str) -> str:
    """Return a value in its one form: "90", "9:30", 「土日祝」.

    Raises:
        InvalidRecord: it cannot be read as what the setting holds.
    """
    plain = unicodedata.normalize("NFKC", typed).strip()
    match wanted.kind:
        case "percent":
            return _percent(plain.removesuffix("%").strip())
        case "time":
            return _time(plain)
        case _:
            return _weekdays(plain)


def _percent(plain: str) -> str:
    try:
        share = float(plain)
    except ValueError:
        share = -1.0
    if not 0 <= share <= 100:  # noqa: PLR2004 - percent
        raise _refused(N_("0から100までの数で入力してください。"))
    return f"{share:g}"


def _time(plain: str) -> str:
    found = _CLOCK.match(plain)
    if not found:
        raise _refused(N_("10:00 のように、時刻で入力してください。"))
    return f"{int(found[1])}:{found[2]}"


def _weekdays(plain: str) -> str:
    named = set(plain.replace("、", "").replace(" ", ""))
    if not named <= set(_WEEKDAYS):
        raise _refused(N_("月火水木金土日祝 の文字だけで入力してください。"))
    return "".join(day for day in _WEEKDAYS if day in named)


def _refused(message: str) -> InvalidRecord:
    return InvalidRecord([FieldProblem("value", message)])
