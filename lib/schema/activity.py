"""対応履歴: what was done on a case, append-only (domain.md 7.2)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, ClassVar, Final

from pydantic import Field

from lib.i18n import N_
from lib.schema.column import Column, Shown
from lib.schema.record import Record, Rule, Stage
from lib.schema.vocab import ActivityKind, Expert, Medium

_OF_DAY: Final = "今日|"
_OF_KPI_DAY: Final = "日次KPI|"


def of_day(day: date) -> str:
    """Return the 対象番号 of what concerns a day and no case: "今日|2026-11-22"."""
    return f"{_OF_DAY}{day.isoformat()}"


def of_kpi_day(day: date, centre: str) -> str:
    """Return the 対象番号 of a centre's figures: "日次KPI|2026-11-20|C1"."""
    return f"{_OF_KPI_DAY}{day.isoformat()}|{centre}"


def kpi_day_of(case_id: str) -> tuple[date, str] | None:
    """Return day and centre that a 対象番号 of `of_kpi_day` names; None for others."""
    if not case_id.startswith(_OF_KPI_DAY):
        return None
    day, _between, centre = case_id.removeprefix(_OF_KPI_DAY).partition("|")
    try:
        return (date.fromisoformat(day), centre) if centre else None
    except ValueError:
        return None


def is_of_day(case_id: str) -> bool:
    """Whether a 対象番号 names a day; no case has such a number."""
    return case_id.startswith((_OF_DAY, _OF_KPI_DAY))


class Activity(Record):
    """One step on a complaint or an agency inquiry. Never changed afterwards.

    A row may concern a day instead: that somebody looked at 今日 (`of_day`), or what a
    manager asks about a centre's figures and the centre answers (`of_kpi_day`).
    """

    id: Annotated[str, Column("履歴番号", help="アプリが付ける番号", shown=Shown.AUTO)]
    case_id: Annotated[
        str,
        Field(min_length=1),
        Column(
            "対象番号",
            help="受付番号か問合せ番号。「今日」を確認した日は「今日|日付」、日次KPIの差戻しは「日次KPI|日付|センター」",
            shown=Shown.FIRST,
            formerly=("受付番号", "問合せ番号"),
        ),
    ]
    at: Annotated[datetime, Column("日時", help="行った時刻", shown=Shown.FIRST)]
    actor: Annotated[
        str, Column("対応者", help="行った人", shown=Shown.FIRST, refers="members")
    ] = ""
    medium: Annotated[
        Medium, Column("手段", help="電話・メールなど", shown=Shown.FIRST)
    ] = Medium.INTERNAL
    kind: Annotated[
        ActivityKind, Column("種別", help="何をしたか", shown=Shown.FIRST)
    ] = ActivityKind.OTHER
    content: Annotated[
        str,
        Field(min_length=1),
        Column("内容", help="聞いたこと・伝えたこと", shown=Shown.FIRST, long=True),
    ]
    expert: Annotated[Expert | None, Column("相談先", help="専門家に相談したとき")] = (
        None
    )
    status_before: Annotated[
        str,
        Column(
            "変更前の値", help="状態・担当者が変わったときの前の値", shown=Shown.AUTO
        ),
    ] = ""
    status_after: Annotated[
        str,
        Column(
            "変更後の値", help="状態・担当者が変わったときの後の値", shown=Shown.AUTO
        ),
    ] = ""
    next_promise_at: Annotated[
        datetime | None, Column("次の約束日時", help="このとき新しく約束した時刻")
    ] = None
    evidence_url: Annotated[str, Column("証跡URL", help="録音・書面の置き場所")] = ""
    asked_of: Annotated[
        str, Column("確認先", help="社内確認で聞いた相手", refers="members")
    ] = ""
    answer_due_at: Annotated[
        datetime | None, Column("回答期限", help="社内確認の答えがほしい時刻")
    ] = None
    answers: Annotated[
        str,
        Column("元の履歴番号", help="社内確認への答えのとき", shown=Shown.AUTO),
    ] = ""

    RULES: ClassVar[tuple[Rule, ...]] = (
        Rule(
            "content",
            N_("内容を入力してください。"),
            lambda a: not a.content.strip(),
        ),
        Rule(
            "expert",
            N_("相談した先を選んでください。"),
            lambda a: a.kind is ActivityKind.EXPERT and a.expert is None,
        ),
        Rule(
            "evidence_url",
            N_("公表したときは、その場所を残してください。"),
            lambda a: a.kind is ActivityKind.PUBLICATION and not a.evidence_url,
            Stage.ADVISED,
        ),
    )
