"""重大事案の手順: what a leak, a product accident or a grave mistake asks for, as data.

The steps follow the five rules that all three have in common: 迅速・誠実・透明性・
再発防止・専門家への相談 (domain.md R64-R67). What ships can be changed in 設定 without
touching code: a row of the group 「重大事案の手順」 whose name is the step's code and
whose value lists, joined with 、, until when it is due and whether a person may decide
against it (「24時間、省ける」). The word 「使わない」 takes a step out of new lists. A
name that is no code is a step of one's own: its value also says of which kind of crisis
(「サービスの重大なミス、誠実、3日、省ける」), and its name is what is to be done.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final

import pandas as pd

from lib.i18n import N_
from lib.schema.frames import JOINER
from lib.schema.vocab import ActivityKind, Choice, CrisisKind
from lib.settings.claim_types import UNUSED

GROUP: Final = N_("重大事案の手順")
"""区分 of the rows in 設定."""

MOST_HOURS: Final = 24 * 365
_HOURS_A_DAY: Final = 24
_WRITTEN_IN_DAYS_FROM: Final = 72

_SPAN: Final = re.compile(r"(\d{1,4})(時間|日)(?:以内)?")


class Tenet(Choice):
    """The five rules, in the order in which a list shows them."""

    SWIFT = N_("迅速")
    SINCERE = N_("誠実")
    OPEN = N_("透明性")
    EXPERT = N_("専門家への相談")
    LASTING = N_("再発防止")


class Freedom(Choice):
    """Whether a person may decide, by name and with a reason, not to do a step."""

    WAIVABLE = N_("省ける")
    REQUIRED = N_("省けない")


@dataclass(frozen=True, slots=True)
class CrisisStep:
    """One line of a list.

    code: what stands in 作業 and 設定; never changes. title: what is to be done, and
        hint: how; catalogue keys, but for a step of one's own.
    hours: by when, counted from 知った日時.
    needs: the kind of 対応履歴 that has to stand before it can be done; None for none.
    """

    code: str
    kind: CrisisKind
    tenet: Tenet
    title: str
    hours: int
    freedom: Freedom = Freedom.REQUIRED
    needs: ActivityKind | None = None
    hint: str = ""
    on: bool = True

    @property
    def may_be_waived(self) -> bool:
        """Whether a person may decide against it."""
        return self.freedom is Freedom.WAIVABLE

    @property
    def is_own(self) -> bool:
        """Whether the company added it."""
        return self.code == self.title

    @property
    def span(self) -> str:
        """By when, as it stands in 設定: 「24時間」「10日」."""
        days, rest = divmod(self.hours, _HOURS_A_DAY)
        if rest or self.hours < _WRITTEN_IN_DAYS_FROM:
            return f"{self.hours}時間"
        return f"{days}日"

    @property
    def value(self) -> str:
        """What stands in 設定 for the step as it is now."""
        if not self.on:
            return UNUSED
        own = [self.kind.value, self.tenet.value] if self.is_own else []
        return JOINER.join([*own, self.span, self.freedom.value])

    def due_at(self, known_at: datetime) -> datetime:
        """Return until when it is to be done."""
        return known_at + timedelta(hours=self.hours)


# What ships ----------------------------------------------------------------------

_DAY: Final = 24
_WAIVABLE: Final = Freedom.WAIVABLE


def _window(code: str, kind: CrisisKind) -> CrisisStep:
    return CrisisStep(
        code,
        kind,
        Tenet.OPEN,
        N_("問い合わせの窓口と答え方をそろえる"),
        _DAY,
        _WAIVABLE,
        hint=N_("聞かれることと答えを一枚にして、電話を受ける全員に渡します。"),
    )


def _publication(code: str, kind: CrisisKind, hours: int) -> CrisisStep:
    return CrisisStep(
        code,
        kind,
        Tenet.OPEN,
        N_("公表する"),
        hours,
        _WAIVABLE,
        ActivityKind.PUBLICATION,
        N_("何が起き、何をし、どこに聞けばよいか。事実だけを書きます。"),
    )


def _expert(code: str, kind: CrisisKind) -> CrisisStep:
    return CrisisStep(
        code,
        kind,
        Tenet.EXPERT,
        N_("弁護士などの専門家に相談する"),
        2 * _DAY,
        _WAIVABLE,
        ActivityKind.EXPERT,
        N_("だれに、何を聞き、何と言われたかを残します。"),
    )


def _insurer(code: str, kind: CrisisKind) -> CrisisStep:
    return CrisisStep(
        code,
        kind,
        Tenet.EXPERT,
        N_("保険会社に知らせる"),
        3 * _DAY,
        _WAIVABLE,
        hint=N_("知らせるのが遅れると、保険が使えないことがあります。"),
    )


def _cause(code: str, kind: CrisisKind) -> CrisisStep:
    return CrisisStep(
        code,
        kind,
        Tenet.LASTING,
        N_("原因を確かめる"),
        14 * _DAY,
        hint=N_("推測と確かめたことを分けて書きます。"),
    )


_LEAK, _ACCIDENT, _MISTAKE = CrisisKind

DEFAULTS: Final[tuple[CrisisStep, ...]] = (
    CrisisStep(
        "漏えい・止める",
        _LEAK,
        Tenet.SWIFT,
        N_("漏れを止め、広がりを防ぐ"),
        2,
        hint=N_("公開を止める、アカウントを止める、届いた先に消してもらうなど。"),
    ),
    CrisisStep(
        "漏えい・つかむ",
        _LEAK,
        Tenet.SWIFT,
        N_("いつ・だれの・何が漏れたかをつかむ"),
        _DAY,
        hint=N_("わかった人数を「影響を受けた人」に入れます。"),
    ),
    CrisisStep(
        "漏えい・型",
        _LEAK,
        Tenet.SWIFT,
        N_("報告の要る四つの型に当たるかを確かめる"),
        _DAY,
        hint=N_("「漏えいの型」を選ぶと、期限が始まります。おそれも含みます。"),
    ),
    CrisisStep(
        "漏えい・速報",
        _LEAK,
        Tenet.SWIFT,
        N_("個人情報保護委員会に速報する"),
        5 * _DAY,
        _WAIVABLE,
        ActivityKind.AGENCY_REPORT,
        N_("四つの型のどれにも当たらないなら、その理由を書いて省けます。"),
    ),
    CrisisStep(
        "漏えい・本人",
        _LEAK,
        Tenet.SINCERE,
        N_("本人に知らせる"),
        5 * _DAY,
        _WAIVABLE,
        hint=N_("知らせ終えた数を「知らせた人」に入れます。"),
    ),
    CrisisStep(
        "漏えい・補償",
        _LEAK,
        Tenet.SINCERE,
        N_("謝罪し、補償を決めて伝える"),
        14 * _DAY,
        _WAIVABLE,
    ),
    _window("漏えい・窓口", _LEAK),
    _publication("漏えい・公表", _LEAK, 5 * _DAY),
    _expert("漏えい・専門家", _LEAK),
    _insurer("漏えい・保険", _LEAK),
    _cause("漏えい・原因", _LEAK),
    CrisisStep(
        "漏えい・確報",
        _LEAK,
        Tenet.LASTING,
        N_("個人情報保護委員会に確報する"),
        30 * _DAY,
        _WAIVABLE,
        ActivityKind.AGENCY_REPORT,
        N_("原因と再発防止策まで書きます。不正目的のおそれがあるときは60日です。"),
    ),
    CrisisStep(
        "漏えい・守り",
        _LEAK,
        Tenet.LASTING,
        N_("情報セキュリティを強める"),
        30 * _DAY,
        hint=N_("権限、パスワード、持ち出し、退職者のアカウントを見直します。"),
    ),
    CrisisStep(
        "漏えい・研修",
        _LEAK,
        Tenet.LASTING,
        N_("教育・研修をする"),
        30 * _DAY,
        _WAIVABLE,
    ),
    CrisisStep(
        "漏えい・監査",
        _LEAK,
        Tenet.LASTING,
        N_("定期の監査と、法令を守れているかの点検を決める"),
        30 * _DAY,
        _WAIVABLE,
    ),
    CrisisStep(
        "事故・人",
        _ACCIDENT,
        Tenet.SWIFT,
        N_("けが・体調を確かめ、受診をすすめる"),
        2,
        hint=N_("治療の日数の見込みも聞きます。報告の期限が変わります。"),
    ),
    CrisisStep(
        "事故・止める",
        _ACCIDENT,
        Tenet.SWIFT,
        N_("販売と出荷を止める"),
        4,
        _WAIVABLE,
    ),
    CrisisStep(
        "事故・つかむ",
        _ACCIDENT,
        Tenet.SWIFT,
        N_("商品・ロット・出荷数をつかむ"),
        _DAY,
        hint=N_("ロットごとの数を「回収」に入れます。"),
    ),
    CrisisStep(
        "事故・製造元",
        _ACCIDENT,
        Tenet.SWIFT,
        N_("製造・輸入元に知らせる"),
        _DAY,
        _WAIVABLE,
        ActivityKind.MAKER_NOTICE,
        N_("自社が製造・輸入しているなら省けます。"),
    ),
    CrisisStep(
        "事故・声",
        _ACCIDENT,
        Tenet.SWIFT,
        N_("同じ申し出がほかにないか、お客様の声を調べる"),
        2 * _DAY,
        _WAIVABLE,
    ),
    CrisisStep(
        "事故・回収を決める",
        _ACCIDENT,
        Tenet.SWIFT,
        N_("回収するかと、その範囲を決める"),
        2 * _DAY,
        hint=N_("回収しないと決めたら、その理由をメモに残します。"),
    ),
    CrisisStep(
        "事故・報告",
        _ACCIDENT,
        Tenet.SWIFT,
        N_("関係機関に報告し、協力する"),
        10 * _DAY,
        _WAIVABLE,
        ActivityKind.AGENCY_REPORT,
        N_("消費者庁・保健所・都道府県など。期限は「期限」の欄に出ます。"),
    ),
    CrisisStep(
        "事故・謝罪",
        _ACCIDENT,
        Tenet.SINCERE,
        N_("影響を受けた人に謝り、状況を伝える"),
        3 * _DAY,
        hint=N_("原因が分からなくても、まず様子をうかがいます。"),
    ),
    CrisisStep(
        "事故・補償",
        _ACCIDENT,
        Tenet.SINCERE,
        N_("補償(治療費・返金・交換)を決めて伝える"),
        7 * _DAY,
        _WAIVABLE,
    ),
    CrisisStep(
        "事故・回収する",
        _ACCIDENT,
        Tenet.SINCERE,
        N_("回収を進め、戻った数を数える"),
        30 * _DAY,
        _WAIVABLE,
    ),
    _window("事故・窓口", _ACCIDENT),
    _publication("事故・公表", _ACCIDENT, 3 * _DAY),
    _expert("事故・専門家", _ACCIDENT),
    _insurer("事故・保険", _ACCIDENT),
    _cause("事故・原因", _ACCIDENT),
    CrisisStep(
        "事故・品質",
        _ACCIDENT,
        Tenet.LASTING,
        N_("品質管理と安全基準を見直す"),
        30 * _DAY,
    ),
    CrisisStep(
        "事故・検査",
        _ACCIDENT,
        Tenet.LASTING,
        N_("定期の検査を決める"),
        30 * _DAY,
        _WAIVABLE,
    ),
    CrisisStep(
        "ミス・止める",
        _MISTAKE,
        Tenet.SWIFT,
        N_("被害が広がるのを止める"),
        2,
        hint=N_("送金・請求・出荷・配信を止めます。"),
    ),
    CrisisStep(
        "ミス・つかむ",
        _MISTAKE,
        Tenet.SWIFT,
        N_("だれに・いくら・いつの被害かをつかむ"),
        _DAY,
        hint=N_("わかった人数を「影響を受けた人」に入れます。"),
    ),
    CrisisStep(
        "ミス・記録",
        _MISTAKE,
        Tenet.SWIFT,
        N_("記録をそのまま残す"),
        _DAY,
        hint=N_("隠さない、消さない、人のせいにしない。"),
    ),
    CrisisStep(
        "ミス・報告",
        _MISTAKE,
        Tenet.SWIFT,
        N_("関係機関(金融機関・カード会社・所管の役所)に報告する"),
        3 * _DAY,
        _WAIVABLE,
        ActivityKind.AGENCY_REPORT,
    ),
    CrisisStep(
        "ミス・謝罪",
        _MISTAKE,
        Tenet.SINCERE,
        N_("影響を受けた人に謝り、状況を伝える"),
        2 * _DAY,
    ),
    CrisisStep(
        "ミス・賠償",
        _MISTAKE,
        Tenet.SINCERE,
        N_("返金・損害の賠償をする"),
        7 * _DAY,
        _WAIVABLE,
        hint=N_("終えた数を「補償した人」に入れます。"),
    ),
    _window("ミス・窓口", _MISTAKE),
    _publication("ミス・公表", _MISTAKE, 5 * _DAY),
    _expert("ミス・専門家", _MISTAKE),
    _insurer("ミス・保険", _MISTAKE),
    _cause("ミス・原因", _MISTAKE),
    CrisisStep(
        "ミス・流れ",
        _MISTAKE,
        Tenet.LASTING,
        N_("仕事の流れを直す"),
        30 * _DAY,
    ),
    CrisisStep(
        "ミス・確認",
        _MISTAKE,
        Tenet.LASTING,
        N_("確かめる仕組みを強める"),
        30 * _DAY,
    ),
    CrisisStep(
        "ミス・研修",
        _MISTAKE,
        Tenet.LASTING,
        N_("教育・研修をする"),
        30 * _DAY,
        _WAIVABLE,
    ),
    CrisisStep(
        "ミス・伝え方",
        _MISTAKE,
        Tenet.LASTING,
        N_("お客様と社内への伝え方を直す"),
        30 * _DAY,
        _WAIVABLE,
    ),
)
"""By kind, then by rule, then by time: the order of the screen."""

BY_CODE: Final = {step.code: step for step in DEFAULTS}


# What counts ---------------------------------------------------------------------


def crisis_steps(settings: pd.DataFrame, on: date) -> tuple[CrisisStep, ...]:
    """Return every step as it counts on that day, those out of use included.

    Of several rows of one step the one that took effect last counts; a row in which
    no word means anything (typed by hand in the sheet) is passed over. Steps of one's
    own stand behind ours, each kind's in the order in which they were added.
    """
    own = settings[settings["group"] == GROUP]
    if own.empty:
        return DEFAULTS
    valid = own[own["effective_from"] <= pd.Timestamp(on)]
    newest_first = valid.sort_values("effective_from", ascending=False, kind="stable")
    ours = [_counting(step, newest_first) for step in DEFAULTS]
    names = dict.fromkeys(valid.sort_values("effective_from", kind="stable")["name"])
    added = [
        found
        for name in names
        if name not in BY_CODE and (found := _own(str(name), newest_first)) is not None
    ]
    return tuple(_in_order([*ours, *added]))


def list_of(steps: Iterable[CrisisStep], kind: CrisisKind) -> tuple[CrisisStep, ...]:
    """Return the steps that a new crisis of that kind begins with."""
    return tuple(step for step in steps if step.on and step.kind is kind)


def _in_order(steps: list[CrisisStep]) -> list[CrisisStep]:
    kinds, tenets = list(CrisisKind), list(Tenet)
    return sorted(steps, key=lambda s: (kinds.index(s.kind), tenets.index(s.tenet)))


def _counting(step: CrisisStep, rows: pd.DataFrame) -> CrisisStep:
    for value in rows.loc[rows["name"] == step.code, "value"]:
        if found := as_written(step, str(value)):
            return found
    return step


def _own(name: str, rows: pd.DataFrame) -> CrisisStep | None:
    """Return a step of one's own; None where no row of that name can be read.

    One that is out of use is as the row before said, so that it can be used again.
    """
    off = False
    for value in rows.loc[rows["name"] == name, "value"]:
        if str(value).strip() == UNUSED:
            off = True
        elif found := own_as_written(name, str(value)):
            return replace(found, on=not off)
    return None


def is_readable(name: str, value: str) -> bool:
    """Whether a row of 設定 means something here."""
    if _words(value) == [UNUSED]:
        return True
    ours = BY_CODE.get(name)
    found = as_written(ours, value) if ours else own_as_written(name, value)
    return found is not None


def as_written(step: CrisisStep, value: str) -> CrisisStep | None:
    """Return the step as a value of 設定 says; None where no word of it is known."""
    words = _words(value)
    if words == [UNUSED]:
        return replace(step, on=False)
    hours = next((h for word in words if (h := read_span(word))), None)
    freedom = next((f for word in words if (f := Freedom.from_text(word))), None)
    if hours is None and freedom is None:
        return None
    return replace(
        step, hours=hours or step.hours, freedom=freedom or step.freedom, on=True
    )


def own_as_written(name: str, value: str) -> CrisisStep | None:
    """Return a step of one's own as a value of 設定 says; None where it cannot be read."""
    words = _words(value)
    kind = next((k for word in words if (k := CrisisKind.from_text(word))), None)
    hours = next((h for word in words if (h := read_span(word))), None)
    if kind is None or hours is None:
        return None
    tenet = next((t for word in words if (t := Tenet.from_text(word))), Tenet.SWIFT)
    freedom = next((f for word in words if (f := Freedom.from_text(word))), None)
    return CrisisStep(name, kind, tenet, name, hours, freedom or Freedom.WAIVABLE)


def read_span(text: str) -> int | None:
    """Return the hours that 「24時間」 or 「3日」 means; None for anything else."""
    found = _SPAN.fullmatch(text)
    if not found:
        return None
    hours = int(found[1]) * (_HOURS_A_DAY if found[2] == "日" else 1)
    return hours if 0 < hours <= MOST_HOURS else None


def _words(value: str) -> list[str]:
    plain = unicodedata.normalize("NFKC", value).replace(",", JOINER)
    return [word.strip() for word in plain.split(JOINER) if word.strip()]
