"""設定: values that the people of the business choose, each counting from a day on.

A row of the table 設定 holds one value from its 適用開始日 until the next row of the
same name; where no row counts yet, the default stands here. So a change never
touches how older days are read.
"""

from __future__ import annotations

import math
import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

import pandas as pd

from lib.errors import FieldProblem, InvalidRecord
from lib.i18n import N_
from lib.schema.frames import JOINER
from lib.schema.vocab import AgencyKind, NoticeKind, Severity
from lib.settings.spans import Span, read_span

Kind = Literal[
    "percent",
    "number",
    "days",
    "target",
    "time",
    "words",
    "span",
    "kinds",
    "agencies",
    "name",
    "date",
    "script",
    "choice",
]

_CLOCK = re.compile(r"^([01]?\d|2[0-3]):([0-5]\d)$")
_WEEKDAYS: Final = "月火水木金土日祝"


@dataclass(frozen=True, slots=True)
class BusinessSetting:
    """One value. `group` and `name` are what stands in 設定, and catalogue keys.

    help: what it does, in one sentence; a catalogue key too.
    field: its name in code; of `SETTINGS` also the field of a new centre that starts
        with it.
    choices: the words that a "choice" picks one of.
    """

    group: str
    name: str
    help: str
    default: str
    field: str
    kind: Kind = "words"
    unit: str = ""
    choices: tuple[str, ...] = ()


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
"""What a new centre starts with; each has a default, so that 設定 may be empty."""

TARGETS: Final = N_("対応時間の目安")
"""区分 of how soon a case of each 重大度 is to be answered and settled."""

NO_TARGET: Final = N_("なし")
"""Stands for the value of a KPI's target that counts no longer."""

ALARM_WORD: Final = "警報"
"""Stands before the 警報の線 in the value of a KPI's target: 「90 警報80」."""

START_OF_TARGETS: Final = BusinessSetting(
    TARGETS,
    N_("SLA開始日"),
    N_(
        "この日より前に受けたものには目安を当てません。空欄なら、取り込んだものだけ除きます。"
    ),
    default="",
    field="targets_since",
    kind="date",
)

FIRST_REPLY: Final = N_("一次返信")
SETTLING: Final = N_("解決")

_SPANS: Final = {
    (FIRST_REPLY, Severity.CRITICAL): (N_("一次返信・最重要"), "1時間"),
    (FIRST_REPLY, Severity.HIGH): (N_("一次返信・高"), "当日"),
    (FIRST_REPLY, Severity.MEDIUM): (N_("一次返信・中"), "翌営業日"),
    (FIRST_REPLY, Severity.LOW): (N_("一次返信・低"), "2営業日"),
    (SETTLING, Severity.CRITICAL): (N_("解決・最重要"), "3営業日"),
    (SETTLING, Severity.HIGH): (N_("解決・高"), "5営業日"),
    (SETTLING, Severity.MEDIUM): (N_("解決・中"), "7営業日"),
    (SETTLING, Severity.LOW): (N_("解決・低"), "10営業日"),
}
"""Name and default of each target (domain.md 7.8)."""

_SPAN_HELP: Final = N_("営業時間で数えます。例: 30分、1時間、当日、翌営業日、5営業日。")


def target(step: str, severity: Severity) -> BusinessSetting:
    """Return the setting for how soon a case of that 重大度 reaches a step.

    step: `FIRST_REPLY` or `SETTLING`.
    """
    name, usual = _SPANS[step, severity]
    return BusinessSetting(
        TARGETS,
        name,
        _SPAN_HELP,
        default=usual,
        field=f"target_{'settling' if step == SETTLING else 'reply'}_{severity.code}",
        kind="span",
    )


NOTICES: Final = N_("通知")
"""区分 of when whom is told what."""

DIGEST_TIME: Final = BusinessSetting(
    NOTICES,
    N_("朝のまとめの時刻"),
    N_("この時刻に、一日一回のまとめを送ります。"),
    default="9:00",
    field="digest_time",
    kind="time",
)
DIGEST_CLOSED: Final = BusinessSetting(
    NOTICES,
    N_("まとめを送らない日"),
    N_("曜日を並べます。祝日も送らないなら「祝」を足します。空欄なら毎日送ります。"),
    default="土日祝",
    field="digest_closed",
)
QUIET_FROM: Final = BusinessSetting(
    NOTICES,
    N_("静かな時間のはじまり"),
    N_("静かな時間には、最重要のほかは送らずにためて、明けてから一通で送ります。"),
    default="20:00",
    field="quiet_from",
    kind="time",
)
QUIET_TO: Final = BusinessSetting(
    NOTICES,
    N_("静かな時間のおわり"),
    N_("はじまりと同じ時刻にすると、静かな時間はなくなります。"),
    default="8:00",
    field="quiet_to",
    kind="time",
)
AT_ONCE: Final = BusinessSetting(
    NOTICES,
    N_("すぐに知らせるもの"),
    N_("読点で区切ります。ここにないものは、朝のまとめに入ります。"),
    default=JOINER.join(
        kind.value
        for kind in (NoticeKind.CRITICAL, NoticeKind.AGENCY, NoticeKind.PROMISE)
    ),
    field="notices_at_once",
    kind="kinds",
)
COMMON_CHANNEL: Final = BusinessSetting(
    NOTICES,
    N_("共通の通知先"),
    N_(
        "知らせる相手のだれにも通知先がないときに使う通知先の名前です。空欄なら最初の通知先を使います。"
    ),
    default="",
    field="common_channel",
    kind="name",
)

PRIVACY: Final = N_("個人情報")
"""区分 of how long what belongs to customers is kept."""

CONTACT_DAYS: Final = BusinessSetting(
    PRIVACY,
    N_("連絡先を残す日数"),
    N_(
        "完了または取消のあと、この日数が過ぎると、連絡先は下4桁だけになります。同じお客様かどうかは、その後も分かります。"
    ),
    default="30",
    field="contact_days",
    kind="days",
    unit="日",
)

PRIVACY_SETTINGS: Final = (CONTACT_DAYS,)
"""What can be set about customers' data, in the order of the screen."""

NOTICE_SETTINGS: Final = (
    DIGEST_TIME,
    DIGEST_CLOSED,
    QUIET_FROM,
    QUIET_TO,
    AT_ONCE,
    COMMON_CHANNEL,
)
"""What can be set about notices, in the order of the screen."""

TARGET_SETTINGS: Final = (
    *(target(step, severity) for step, severity in _SPANS),
    START_OF_TARGETS,
)
"""What can be set about how soon cases are answered, in the order of the screen."""

PUSHABLE: Final = (
    NoticeKind.CRITICAL,
    NoticeKind.AGENCY,
    NoticeKind.RISE_ALARM,
    NoticeKind.RISE_WATCH,
    NoticeKind.HANDOVER,
    NoticeKind.PROMISE,
    NoticeKind.TARGET_NEAR,
    NoticeKind.TARGET_OVER,
    NoticeKind.TARGET_LATE,
    NoticeKind.ENTRY_LATE,
)
"""What may be told at once."""


def spec(group: str, name: str) -> BusinessSetting:
    """Return the setting of that name; KeyError for none."""
    every = (*SETTINGS, *TARGET_SETTINGS, *NOTICE_SETTINGS, *PRIVACY_SETTINGS)
    return {(s.group, s.name): s for s in every}[group, name]


def value_on(settings: pd.DataFrame, wanted: BusinessSetting, *, on: date) -> str:
    """Return the value of a setting that counts on a day, as text.

    The newest row that had begun by then; a row whose value cannot be read (typed by
    hand in the sheet) is passed over; the default where none is left.
    """
    for value in rows_of(settings, wanted.group, wanted.name, until=on)["value"]:
        try:
            return checked(wanted, str(value))
        except InvalidRecord:
            continue
    return wanted.default


def kinds(value: str) -> frozenset[NoticeKind]:
    """Return the kinds that a checked value of `AT_ONCE` lists."""
    return frozenset(NoticeKind(word) for word in value.split(JOINER) if word)


def setting(settings: pd.DataFrame, group: str, name: str, *, on: date) -> str:
    """Return `value_on` for the setting of that name; `settings` is the table 設定."""
    return value_on(settings, spec(group, name), on=on)


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
        case "number" | "days":
            return _number(plain) if wanted.kind == "number" else _days(plain)
        case "target":
            return _target(plain, wanted.unit)
        case "time":
            return _time(plain)
        case "span":
            return _span(plain)
        case "kinds" | "agencies":
            read = _kinds if wanted.kind == "kinds" else _agencies
            return read(plain)
        case "date":
            return _date(plain)
        case "name" | "choice":
            return plain if wanted.kind == "name" else _choice(plain, wanted.choices)
        case "script":
            # Words to be spoken: as typed, full-width letters too.
            return typed.strip()
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


def _number(plain: str) -> str:
    """Return a number of 0 or more, or "" for none."""
    if not plain:
        return ""
    try:
        found = float(plain.replace(",", ""))
    except ValueError:
        found = -1.0
    if not 0 <= found < math.inf:
        raise _refused(N_("0以上の数で入力してください。"))
    return f"{found:.15g}"


def _days(typed: str) -> str:
    plain = typed.removesuffix("日").strip()
    if not plain.isdecimal() or int(plain) > _LONGEST:
        raise _refused(N_("0から3650までの日数で入力してください。"))
    return str(int(plain))


_LONGEST: Final = 3650


def _target(plain: str, unit: str) -> str:
    """Return a target, and behind it the 警報の線 where one is typed: 「90 警報80」."""
    aimed, word, line = plain.partition(ALARM_WORD)
    target, border = (_aimed(part.strip("、, "), unit) for part in (aimed, line))
    if not word or border == NO_TARGET:
        return target
    if target == NO_TARGET:
        raise _refused(N_("目標がなければ、警報の線は決められません。"))
    return f"{target} {ALARM_WORD}{border}"


def _aimed(plain: str, unit: str) -> str:
    """Return a number of 0 or more, of % at most 100, or 「なし」."""
    bare = plain.removesuffix("%").removesuffix(unit).strip()
    if plain == NO_TARGET or not bare:
        return NO_TARGET
    return _percent(bare) if unit == "%" else _number(bare)


def _time(plain: str) -> str:
    found = _CLOCK.match(plain)
    if not found:
        raise _refused(N_("10:00 のように、時刻で入力してください。"))
    return f"{int(found[1])}:{found[2]}"


def _span(plain: str) -> str:
    try:
        found: Span = read_span(plain)
    except ValueError:
        raise _refused(
            N_("30分、1時間、当日、翌営業日、5営業日 のように入力してください。")
        ) from None
    return str(found)


def _kinds(plain: str) -> str:
    words = [word.strip() for word in re.split(r"[、,・\s]+", plain) if word.strip()]
    known = {kind.value: kind for kind in PUSHABLE}
    if any(word not in known for word in words):
        raise _refused(
            N_("「だれに、いつ届くか」にある言葉だけを、読点で区切ってください。")
        )
    return JOINER.join(word for word in known if word in words)


def _agencies(plain: str) -> str:
    words = [word.strip() for word in re.split(r"[、,\s]+", plain) if word.strip()]
    found = [AgencyKind.from_text(word) for word in words]
    if not found or None in found:
        raise _refused(
            N_("行政問合せの「機関種別」の言葉を、読点で区切って入力してください。")
        )
    return JOINER.join(kind.value for kind in AgencyKind if kind in found)


def _choice(plain: str, choices: tuple[str, ...]) -> str:
    if plain not in choices:
        raise _refused(N_("選択肢から選んでください。"))
    return plain


def _date(plain: str) -> str:
    if not plain:
        return ""
    try:
        return date.fromisoformat(plain.replace("/", "-")).isoformat()
    except ValueError:
        raise _refused(N_("2026-04-01 のように、日付で入力してください。")) from None


def _weekdays(plain: str) -> str:
    named = set(plain.replace("、", "").replace(" ", ""))
    if not named <= set(_WEEKDAYS):
        raise _refused(N_("月火水木金土日祝 の文字だけで入力してください。"))
    return "".join(day for day in _WEEKDAYS if day in named)


def _refused(message: str) -> InvalidRecord:
    return InvalidRecord([FieldProblem("value", message)])
