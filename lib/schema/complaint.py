"""苦情台帳: one row a complaint (domain.md 7.1, product.md 2)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, ClassVar

from pydantic import Field

from lib.i18n import N_
from lib.schema.column import Column, Shown
from lib.schema.record import Record, Rule, Stage
from lib.schema.vocab import (
    Answered,
    Apology,
    Category,
    Cause,
    Certainty,
    Channel,
    ComplaintKind,
    ComplaintStatus,
    Done,
    Fault,
    GraveAccident,
    Harassment,
    HarassmentKind,
    Harm,
    OutsideThreat,
    Promise,
    Recording,
    Request,
    Resolution,
    Severity,
    Source,
    Symptom,
    Temper,
)

UNKNOWN_PRODUCT = "不明"
"""Product code that always exists, so that no call waits for a master."""

SETTLED = frozenset({ComplaintStatus.CLOSED, ComplaintStatus.CANCELLED})
"""Statuses in which nothing is owed to the customer any more."""

_HARMED = frozenset({Harm.UNTREATED, Harm.TREATED, Harm.SEVERE})
_HARASSED = frozenset({Harassment.SUSPECTED, Harassment.CONFIRMED})
_FOLLOW_UPS = frozenset({ComplaintKind.SECOND, ComplaintKind.REPEAT})


class Complaint(Record):
    """One complaint. Needs only what happened and the next promise (or its closing)."""

    id: Annotated[
        str,
        Column(
            "受付番号",
            help="アプリが付ける番号。電話で読み上げられる",
            shown=Shown.AUTO,
        ),
    ]
    contact: Annotated[
        str,
        Column(
            "連絡先",
            help="電話番号かメール。完了の30日後に下4桁だけになる",
            shown=Shown.FIRST,
            personal=True,
            verbatim=True,
        ),
    ] = ""
    order_number: Annotated[
        str,
        Column("注文番号", help="カートの注文番号", shown=Shown.FIRST, verbatim=True),
    ] = ""
    customer_name: Annotated[
        str,
        Column(
            "お客様名",
            help="苗字だけで足ります",
            shown=Shown.FIRST,
            personal=True,
            formerly=("顧客名",),
        ),
    ] = ""
    product_code: Annotated[
        str,
        Column(
            "商品コード",
            help="分からなければ「不明」",
            shown=Shown.FIRST,
            refers="products",
            verbatim=True,
        ),
    ] = UNKNOWN_PRODUCT
    claim_type: Annotated[
        str,
        Column(
            "申出の種類",
            help="お客様の言葉に近いもの",
            shown=Shown.FIRST,
            suggests="claim_types",
        ),
    ] = ""
    content: Annotated[
        str,
        Field(min_length=1),
        Column(
            "内容",
            help="どこで・何に・誰が。お客様の言葉のまま書く",
            shown=Shown.FIRST,
            long=True,
            formerly=("内容(どこで・何に・誰が)",),
        ),
    ]
    request: Annotated[
        Request, Column("要望", help="どうしてほしいか", shown=Shown.FIRST)
    ] = Request.UNASKED
    temper: Annotated[
        Temper, Column("温度感", help="声の様子。4以上は上位者へ", shown=Shown.FIRST)
    ] = Temper.UNASKED
    next_promise: Annotated[
        Promise | None,
        Column("次の約束", help="何をすると約束したか", shown=Shown.FIRST),
    ] = None
    next_promise_at: Annotated[
        datetime | None,
        Column("次の約束日時", help="いつまでにと約束したか", shown=Shown.FIRST),
    ] = None
    handler: Annotated[
        str,
        Column("担当者", help="いま責任を持つ人", shown=Shown.FIRST, refers="members"),
    ] = ""
    status: Annotated[
        ComplaintStatus,
        Column("状態", help="顧客待ちの間は時計が止まる", shown=Shown.FIRST),
    ] = ComplaintStatus.RECEIVED
    note: Annotated[
        str,
        Column(
            "対応メモ",
            help="シートで書くと、日付つきの対応履歴になる",
            shown=Shown.FIRST,
            long=True,
        ),
    ] = ""
    severity: Annotated[
        Severity, Column("重大度", help="規則が提案し、人が理由つきで変えられる")
    ] = Severity.LOW
    severity_reason: Annotated[
        str, Column("重大度の理由", help="提案の理由、または変えた理由", long=True)
    ] = ""
    received_at: Annotated[
        datetime, Column("受付日時", help="お客様から申し出のあった時刻")
    ]
    channel: Annotated[Channel, Column("受付経路", help="どこから届いたか")] = (
        Channel.PHONE
    )
    receiver: Annotated[
        str, Column("受付者", help="最初に受けた人", refers="members")
    ] = ""
    received_centre: Annotated[
        str,
        Column(
            "受付センター",
            help="受けたセンターのコード。自社なら「自社」",
            refers="centres",
        ),
    ] = "自社"
    kind: Annotated[
        ComplaintKind,
        Column("種別", help="一次 / 二次(応対から生まれた) / 再発 / 要望のみ"),
    ] = ComplaintKind.FIRST
    parent_id: Annotated[
        str,
        Column(
            "元の受付番号", help="二次・再発のもとになった苦情", refers="complaints"
        ),
    ] = ""
    category: Annotated[
        Category, Column("内容分類", help="PIO-NETと同じ分け方。申出の種類から決まる")
    ] = Category.UNASKED
    category2: Annotated[
        Category | None, Column("内容分類2", help="二つ目に当てはまるもの")
    ] = None
    sales_page: Annotated[
        str,
        Column("販路・LP", help="どのページ・店から買ったか", suggests="sales_pages"),
    ] = ""
    lot: Annotated[
        str,
        Column(
            "ロット番号",
            help="品質・安全のときは聞く。回収の範囲が決まる",
            verbatim=True,
        ),
    ] = ""
    occurred_on: Annotated[
        date | None, Column("発生日", help="困ったことが起きた日")
    ] = None
    people_involved: Annotated[
        int | None,
        Field(ge=1, le=1_000_000),
        Column("関与人数", help="同じことで困っている人の数", unit="人"),
    ] = None
    harm: Annotated[
        Harm, Column("健康被害", help="体の不調・けが。完了の前に必ず確かめる")
    ] = Harm.UNASKED
    symptom: Annotated[Symptom | None, Column("症状", help="健康被害があるとき")] = None
    accident: Annotated[
        GraveAccident,
        Column("重大製品事故", help="疑いでも選ぶ。10日以内の報告が要ることがある"),
    ] = GraveAccident.UNASKED
    leak: Annotated[
        Answered,
        Column(
            "漏えい疑い", help="個人情報が他人に渡ったおそれ。完了の前に必ず確かめる"
        ),
    ] = Answered.UNASKED
    refund_refused: Annotated[
        Answered,
        Column("返金・返品を断った", help="断った後はセンターへの相談が起きやすい"),
    ] = Answered.UNASKED
    replacement_defective: Annotated[
        Answered, Column("交換品も不良", help="交換品も悪かったときは上位者へ")
    ] = Answered.UNASKED
    service_failure: Annotated[
        Answered, Column("重大な手違い", help="誤送金など、サービスの重大なミス")
    ] = Answered.UNASKED
    outside_threat: Annotated[
        OutsideThreat,
        Column("外部相談の予告", help="「センターに言う」などの言葉があったか"),
    ] = OutsideThreat.UNASKED
    fault: Annotated[
        Fault, Column("自社の非", help="事実を確かめるまでは「確認中」")
    ] = Fault.CHECKING
    apology: Annotated[
        Apology, Column("謝罪の範囲", help="内容についての謝罪は、事実を確かめてから")
    ] = Apology.NOT_YET
    harassment: Annotated[Harassment, Column("カスハラ", help="迷う場合は「疑い」")] = (
        Harassment.UNASKED
    )
    harassment_kind: Annotated[
        HarassmentKind | None, Column("カスハラ種別", help="疑い・該当のとき")
    ] = None
    crisis_id: Annotated[
        str,
        Column("重大事案番号", help="重大な事案の一件のとき", refers="crises"),
    ] = ""
    recording: Annotated[Recording, Column("録音", help="通話の録音があるか")] = (
        Recording.UNKNOWN
    )
    recording_url: Annotated[
        str,
        Column("録音URL", help="録音の置き場所。リンクがなければ通話の時刻でもよい"),
    ] = ""
    open_questions: Annotated[
        str, Column("未確認事項", help="一行に一つ。次の電話で聞くこと", long=True)
    ] = ""
    fact_source: Annotated[str, Column("事実確認先", help="確かめた社員・部署")] = ""
    fact_checked: Annotated[Done, Column("事実確認", help="確かめ終えたか")] = (
        Done.NOT_YET
    )
    language: Annotated[
        str, Column("言語", help="日本語以外のとき", suggests="languages")
    ] = ""
    read_back: Annotated[
        Done, Column("復唱確認", help="聞いた内容を読み上げて確かめたか")
    ] = Done.NOT_YET
    resolution: Annotated[
        Resolution | None, Column("解決内容", help="どう決着したか")
    ] = None
    cause: Annotated[Cause | None, Column("原因区分", help="何が原因か")] = None
    cause_certainty: Annotated[
        Certainty | None, Column("原因の確度", help="確かめるまでは「推定」")
    ] = None
    improvement_id: Annotated[
        str, Column("改善番号", help="この苦情から生まれた改善", refers="improvements")
    ] = ""
    handling_minutes: Annotated[
        int | None,
        Field(ge=0, le=100_000),
        Column(
            "対応時間", help="かかった時間の合計", unit="分", formerly=("対応時間(分)",)
        ),
    ] = None
    settled_cost: Annotated[
        int | None,
        Field(ge=0, le=1_000_000_000),
        Column(
            "解決費用",
            help="返金・値引き・代わりの品・送料など、解決にかかった金額。分からなければ空欄",
            unit="円",
        ),
    ] = None
    first_reply_at: Annotated[
        datetime | None,
        Column("初回返信日時", help="最初に返事をした時刻", shown=Shown.AUTO),
    ] = None
    closed_at: Annotated[
        datetime | None, Column("完了日時", help="完了にした時刻", shown=Shown.AUTO)
    ] = None
    customer_key: Annotated[
        str,
        Column(
            "照合キー",
            help="連絡先から作る印。同じお客様を見つけるためだけに使う",
            shown=Shown.AUTO,
            unlogged=True,
        ),
    ] = ""

    RULES: ClassVar[tuple[Rule, ...]] = (
        Rule(
            "next_promise",
            N_(
                "次に何をすると約束したかを選んでください。その場で解決したなら「その場で解決」を押してください。"
            ),
            lambda c: c.owes_promise and c.next_promise is None,
        ),
        Rule(
            "next_promise_at",
            N_("約束の時刻を選んでください。"),
            lambda c: c.owes_promise and c.next_promise_at is None,
        ),
        Rule(
            "content",
            N_("内容を入力してください。"),
            lambda c: not c.content.strip(),
        ),
        Rule(
            "harm",
            N_("健康被害の有無を確かめてから完了にしてください。"),
            lambda c: c.harm is Harm.UNASKED and not c.is_wish,
            Stage.CLOSING,
        ),
        Rule(
            "leak",
            N_("漏えいの疑いの有無を確かめてから完了にしてください。"),
            lambda c: c.leak is Answered.UNASKED and not c.is_wish,
            Stage.CLOSING,
        ),
        Rule(
            "read_back",
            N_("内容を復唱して確かめてから完了にしてください。"),
            lambda c: c.read_back is not Done.DONE and not c.is_wish,
            Stage.CLOSING,
        ),
        Rule(
            "resolution",
            N_("解決内容を選んでください。"),
            lambda c: c.resolution is None and not c.is_wish,
            Stage.CLOSING,
        ),
        Rule(
            "cause",
            N_("原因区分を選んでください。分からなければ「不明」で足ります。"),
            lambda c: c.cause is None and not c.is_wish,
            Stage.CLOSING,
        ),
        Rule(
            "cause_certainty",
            N_("原因の確度を選んでください。"),
            lambda c: c.cause_certainty is None and not c.is_wish,
            Stage.CLOSING,
        ),
        Rule(
            "symptom",
            N_("症状を選んでください。"),
            lambda c: c.harm in _HARMED and c.symptom is None,
            Stage.CLOSING,
        ),
        Rule(
            "harassment_kind",
            N_("カスハラの種別を選んでください。"),
            lambda c: c.harassment in _HARASSED and c.harassment_kind is None,
            Stage.CLOSING,
        ),
        Rule(
            "parent_id",
            N_("元の受付番号を入れると、経緯がつながります。"),
            lambda c: c.kind in _FOLLOW_UPS and not c.parent_id,
            Stage.ADVISED,
        ),
        Rule(
            "lot",
            N_("ロット番号を聞くと、回収の範囲が決まります。"),
            lambda c: c.category in {Category.QUALITY, Category.SAFETY} and not c.lot,
            Stage.ADVISED,
        ),
        Rule(
            "apology",
            N_(
                "自社の非を確認中です。内容についての謝罪は、事実を確かめてからにしましょう。"
            ),
            lambda c: c.apology is Apology.CONTENT and c.fault is Fault.CHECKING,
            Stage.ADVISED,
        ),
    )

    def with_contact(self, contact: str) -> Complaint:
        """Return the same case with another contact, unchecked."""
        return self.model_copy(update={"contact": contact})

    @property
    def is_wish(self) -> bool:
        """Whether it is a wish only: no complaint, owed nothing unless promised (R50)."""
        return self.kind is ComplaintKind.WISH

    @property
    def is_open(self) -> bool:
        """Whether something is still owed to the customer."""
        return self.status not in SETTLED

    @property
    def owes_promise(self) -> bool:
        """Whether an open case must name its next promise.

        Rows of an import and rows typed in the sheet may lack one: they are listed
        to be given a date, and never refused (product.md 3 and 5). Nobody waits for an
        answer to a wish.
        """
        return (
            self.is_open
            and not self.is_wish
            and self.source in {Source.APP, Source.SAMPLE}
        )
