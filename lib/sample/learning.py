"""What the company changed because of its complaints, and its monthly checks."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from lib import clock
from lib.sample.case import Told
from lib.sample.cast import CHIEF, CLERKS, HEAD, LEADER, SAPPORO
from lib.sample.chance import Chance
from lib.sample.goods import BAD_LOT_ITEM
from lib.sample.story import Story
from lib.schema.learning import Improvement, Inspection
from lib.schema.vocab import (
    ImprovementKind,
    ImprovementStatus,
    InspectionItem,
    InspectionResult,
    Source,
)

_LINKED_COMPLAINTS = 6


@dataclass(frozen=True, slots=True)
class Measure:
    """One improvement as the year tells it. starts: days before today, None: not yet."""

    key: str
    title: str
    kind: ImprovementKind
    status: ImprovementStatus
    owner: str
    starts: int | None
    figure: str = "苦情率"
    claim_type: str = ""
    product_code: str = ""
    sales_page: str = ""
    centre: str = ""
    noted: int = 21
    """Days before the start on which it was written down."""


MEASURES = (
    Measure("card", "同梱物に「はじめての方へ」使い方カードを追加", ImprovementKind.ENCLOSURE, ImprovementStatus.SETTLED, CLERKS[2], 262, claim_type="肌トラブル・けが"),
    Measure("large", "LP・確認画面の「定期購入」表示を大きくし、2回目以降の金額を並べて表示", ImprovementKind.LANDING_PAGE, ImprovementStatus.SETTLED, CLERKS[2], 196, claim_type="定期と知らなかった"),
    Measure("mail", "出荷が遅れるときの自動お知らせメール", ImprovementKind.DELIVERY, ImprovementStatus.RELAPSED, CLERKS[1], 168, claim_type="届かない・遅い"),
    Measure("launch", "コラーゲンゼリー発売・SNS広告開始", ImprovementKind.ADVERTISING_START, ImprovementStatus.DOING, CLERKS[2], 118, figure="受注件数", product_code="PC-JLY31", sales_page="SNS広告LP ゼリー"),
    Measure("seats", "札幌センターの増員と昼の時間帯の応援シフト", ImprovementKind.OTHER, ImprovementStatus.CHECKING, CHIEF, 62, figure="応答率", centre=SAPPORO, claim_type="電話がつながらない"),
    Measure("promise", "折返しの約束をその場で登録する研修と退勤前の確認", ImprovementKind.TRAINING, ImprovementStatus.CHECKING, LEADER, 35, figure="約束を守れた割合", claim_type="応対が不快"),
    Measure("sealing", "ひざらくサポートの袋シール検査を全数に変更", ImprovementKind.PRODUCT, ImprovementStatus.DOING, LEADER, 12, claim_type="不良品", product_code=BAD_LOT_ITEM.code, noted=9),
    Measure("confirm", "最終確認画面に総額・回数・解約方法を1枚で表示", ImprovementKind.LANDING_PAGE, ImprovementStatus.DOING, CLERKS[2], 8, claim_type="定期と知らなかった"),
    Measure("returns", "返品・返金保証の条件を購入ボタンの近くへ移す", ImprovementKind.LANDING_PAGE, ImprovementStatus.IDEA, CLERKS[0], None, claim_type="返金・返品できない"),
    Measure("script", "引き止めは一度までとし、解約の意思を先に復唱するスクリプトへ改訂", ImprovementKind.SCRIPT, ImprovementStatus.IDEA, CLERKS[0], None, figure="抑止成功率", claim_type="解約できない"),
    Measure("bot", "チャットボットでの解約受付", ImprovementKind.OTHER, ImprovementStatus.CANCELLED, CLERKS[1], None, figure="応答率"),
)  # fmt: skip

_IDEA_NOTED_DAYS_AGO = 24


@dataclass(frozen=True, slots=True)
class Planned:
    """A measure that falls into the period, with its id and its days."""

    measure: Measure
    id: str
    noted_on: date
    starts_on: date | None


def planned(story: Story, chance: Chance) -> tuple[Planned, ...]:
    """Return the measures of this period, each with an id."""
    found = []
    for measure in MEASURES:
        starts = None if measure.starts is None else story.back(measure.starts)
        noted = (
            starts or story.back(_IDEA_NOTED_DAYS_AGO - measure.noted)
        ) - timedelta(days=measure.noted)
        if noted >= story.start:
            found.append(Planned(measure, chance.new_id("S", noted), noted, starts))
    return tuple(found)


def links(plans: Sequence[Planned], told: Sequence[Told]) -> dict[str, str]:
    """Return improvement ids by complaint id: the complaints that led to each."""
    result: dict[str, str] = {}
    for plan in plans:
        until = plan.starts_on or plan.noted_on
        since = until - timedelta(days=60)
        fitting = [
            case.plan.id
            for case in told
            if _belongs(plan.measure)(case)
            and since <= case.plan.received_at.date() < until
            and case.plan.id not in result
        ]
        for complaint_id in fitting[-_LINKED_COMPLAINTS:]:
            result[complaint_id] = plan.id
    return result


def improvements(
    plans: Sequence[Planned], linked: Mapping[str, str]
) -> tuple[Improvement, ...]:
    """Return the improvements; what became of their figures the app finds out itself."""
    triggers = {improvement: complaint for complaint, improvement in linked.items()}
    return tuple(
        Improvement(
            id=plan.id,
            title=plan.measure.title,
            kind=plan.measure.kind,
            product_code=plan.measure.product_code,
            sales_page=plan.measure.sales_page,
            target_figure=plan.measure.figure,
            starts_on=plan.starts_on,
            owner=plan.measure.owner,
            status=plan.measure.status,
            check_on=None
            if plan.starts_on is None
            else plan.starts_on + timedelta(days=42),
            claim_type=plan.measure.claim_type,
            centre=plan.measure.centre,
            trigger_id=triggers.get(plan.id, ""),
            source=Source.SAMPLE,
        )
        for plan in plans
    )


def _belongs(measure: Measure) -> Callable[[Told], bool]:
    def fits(case: Told) -> bool:
        claim, code = case.complaint.claim_type, case.complaint.product_code
        return (
            measure.claim_type != ""
            and claim == measure.claim_type
            and measure.product_code in {"", code}
        )

    return fits


_REMARKS: Mapping[InspectionItem, tuple[str, ...]] = {
    InspectionItem.PAGES: (
        "主要6ページを確認。表示に問題なし。",
        "スマートフォン3機種で確認画面を確認。",
    ),
    InspectionItem.CANCELLATION_PATH: (
        "マイページから解約まで5画面。手順書どおりに進めた。",
        "電話とマイページの両方で解約を試し、完了を確認。",
    ),
    InspectionItem.SPECIFIC_COMMERCE: (
        "表示項目に漏れなし。",
        "電話番号と受付時間の記載を確認。",
    ),
    InspectionItem.INFORMATION_SECURITY: (
        "退職者のアカウント停止を確認。",
        "共有フォルダの権限を見直し、1名分を削除。",
    ),
    InspectionItem.SAFETY_STANDARDS: (
        "製造元の検査成績書を受領。",
        "保管温度の記録に異常なし。",
    ),
    InspectionItem.HARASSMENT_POLICY: (
        "方針を朝礼で再確認。相談窓口の掲示あり。",
        "委託先2社にも方針を送付済み。",
    ),
    InspectionItem.MANUALS: (
        "応対マニュアルを改訂し、全員に配布。",
        "新人1名の読み合わせを実施。",
    ),
}

_TO_IMPROVE: Mapping[tuple[InspectionItem, str], str] = {
    (
        InspectionItem.PAGES,
        "large",
    ): "2回目以降の金額の文字が小さい。スマートフォンで読みにくい。",
    (
        InspectionItem.PAGES,
        "confirm",
    ): "最終確認画面で総額と解約方法が別の画面になっている。",
    (
        InspectionItem.SAFETY_STANDARDS,
        "sealing",
    ): "袋シールの検査が抜き取りのみ。全数へ変える必要あり。",
    (InspectionItem.MANUALS, "promise"): "折返しの約束の残し方が人によって違う。",
}

_INSPECTORS = (HEAD, CHIEF, LEADER)
_SIGNED_AFTER = timedelta(days=35)
"""From the first day of the month: in the first days of the next one."""


def inspections(
    story: Story, plans: Sequence[Planned], chance: Chance
) -> tuple[Inspection, ...]:
    """Return every month's check; of the present month some items are still open."""
    by_month = {
        (item, plan.noted_on.replace(day=1)): (plan.id, remark)
        for plan in plans
        for (item, key), remark in _TO_IMPROVE.items()
        if key == plan.measure.key
    }
    rows = []
    for month in _months(story):
        for number, item in enumerate(InspectionItem):
            present = month == story.end.replace(day=1)
            rows.append(
                _inspection(story, month, item, by_month.get((item, month)), chance)
                if not present or number < 3
                else Inspection(month=month, item=item, source=Source.SAMPLE)
            )
    return tuple(rows)


def _months(story: Story) -> list[date]:
    months = {day.replace(day=1) for day in story.days}
    return sorted(month for month in months if month >= story.start)


def _inspection(
    story: Story,
    month: date,
    item: InspectionItem,
    found: tuple[str, str] | None,
    chance: Chance,
) -> Inspection:
    inspector = chance.pick(_INSPECTORS)
    row = Inspection(
        month=month,
        item=item,
        result=InspectionResult.TO_IMPROVE if found else InspectionResult.GOOD,
        inspector=inspector,
        note=found[1] if found else chance.pick(_REMARKS[item]),
        improvement_id=found[0] if found else "",
        source=Source.SAMPLE,
    )
    day = min(month + _SIGNED_AFTER, story.back(1))
    return row.signed(inspector, clock.at(day, 16, 20))
