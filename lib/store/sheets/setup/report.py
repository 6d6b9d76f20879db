"""What a run of set-up did, in words for the person who ran it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from lib.i18n import N_, _


class Outcome(StrEnum):
    """What became of one part. Values are catalogue keys."""

    MADE = N_("作りました")
    MENDED = N_("直しました")
    LEFT = N_("そのまま")
    LOOK = N_("確かめてください")


@dataclass(frozen=True, slots=True)
class Line:
    """One thing: where, what, and what became of it.

    what: a catalogue key; `details` fill its braces. tab: "" for the whole file.
    """

    outcome: Outcome
    tab: str
    what: str
    details: tuple[tuple[str, str], ...] = ()

    def text(self) -> str:
        """Return it in the current language."""
        return _(self.what).format(**dict(self.details))


@dataclass
class Report:
    """What was made, mended, left and has to be looked at. calls: writes sent."""

    title: str = ""
    lines: list[Line] = field(default_factory=list)
    calls: int = 0

    @property
    def clean(self) -> bool:
        """Whether nothing is left for a person to look at."""
        return all(line.outcome is not Outcome.LOOK for line in self.lines)

    @property
    def changed(self) -> bool:
        """Whether anything was written."""
        return self.calls > 0

    def add(self, outcome: Outcome, tab: str, what: str, **details: str) -> None:
        """Note one thing."""
        self.lines.append(Line(outcome, tab, what, tuple(details.items())))


TAB: Final = N_("タブ")
HEADERS: Final = N_("見出しの列: {names}")
HEADER_LOOK: Final = N_("見出しの色と固定")
NOTES: Final = N_("見出しの説明")
FORMATS: Final = N_("日付・数・文字の書式")
LISTS: Final = N_("選択肢")
GREY: Final = N_("アプリが書く列の色")
PROTECTION: Final = N_("アプリが書く列の注意表示")
GROUPS: Final = N_("列の折りたたみ")
COLOURS: Final = N_("色分け")
VIEWS: Final = N_("フィルタ表示: {names}")
ROOM: Final = N_("空の行")
ROW_FORMULAS: Final = N_("行ごとの計算: {count}行")
MONTH_ROWS: Final = N_("日とセンターの行: {count}行")
ORDER: Final = N_("タブの並びと表示")
TEXTS: Final = N_("文と計算式")
ZONE_SET: Final = N_("日本の書式と時刻(東京)")
ZONE_OTHER: Final = N_(
    "タイムゾーンが「{zone}」です。時刻がずれるので、直すまで書き込みません。"
)
LOCALE_OTHER: Final = N_("言語と地域が「{locale}」です。日付の見え方が変わります。")
FOREIGN: Final = N_("同じ名前のタブがあるので、作らずにそのままにしました。")
NO_HEADER: Final = N_("見出しの行が見つからないので、そのままにしました。")
TWICE: Final = N_("同じ見出しの列が二つあります: {names}")
ALL_THERE: Final = N_("すべて整っています")
