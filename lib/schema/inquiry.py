"""行政問合せ: contacts from consumer centres and authorities (domain.md 7.4)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, ClassVar

from pydantic import Field

from lib.i18n import N_
from lib.schema.column import Column, Shown
from lib.schema.complaint import UNKNOWN_PRODUCT
from lib.schema.record import Record, Rule, Stage
from lib.schema.vocab import (
    AgencyKind,
    AgencyRoute,
    Category,
    ContactKind,
    Decision,
    InquiryStatus,
    Match,
    MediationResult,
    MendedPlace,
    SalesForm,
)

_DATED_BY_AGENCY = frozenset({ContactKind.REPORT_ORDER, ContactKind.SUMMONS})


class AgencyInquiry(Record):
    """One case that an agency brought; repeated calls on it raise `repeat_contacts`."""

    id: Annotated[
        str, Column("問合せ番号", help="アプリが付ける番号", shown=Shown.AUTO)
    ]
    first_contact_at: Annotated[
        datetime,
        Column(
            "初回連絡日時",
            help="最初に連絡のあった時刻。件数はこの日で数える",
            shown=Shown.FIRST,
        ),
    ]
    agency_kind: Annotated[
        AgencyKind, Column("機関種別", help="どの種類の機関か", shown=Shown.FIRST)
    ]
    agency_name: Annotated[
        str,
        Field(min_length=1),
        Column("機関名", help="例: 〇〇市消費生活センター", shown=Shown.FIRST),
    ]
    officer_name: Annotated[
        str,
        Column(
            "相談員名", help="連絡してきた方の名前", shown=Shown.FIRST, personal=True
        ),
    ] = ""
    agency_contact: Annotated[
        str,
        Column("先方連絡先", help="折り返す電話番号", shown=Shown.FIRST, verbatim=True),
    ] = ""
    route: Annotated[
        AgencyRoute | None, Column("入電経路", help="どこを通って来たか")
    ] = None
    contact_kind: Annotated[
        ContactKind,
        Column("連絡種別", help="期限はこの種別で決まる", shown=Shown.FIRST),
    ] = ContactKind.CONSULTATION
    complaint_id: Annotated[
        str,
        Column(
            "受付番号",
            help="先に知っていた苦情",
            shown=Shown.FIRST,
            refers="complaints",
        ),
    ] = ""
    matched: Annotated[
        Match, Column("照合", help="この件を先に知っていたか、確かめたか")
    ] = Match.UNASKED
    order_number: Annotated[
        str, Column("注文番号", help="先方が言う注文番号", verbatim=True)
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
    sales_page: Annotated[
        str,
        Column("販路・LP", help="どのページ・店から買ったか", suggests="sales_pages"),
    ] = ""
    occurred_on: Annotated[
        date | None,
        Column("購入・発生日", help="先方が言う、買った日か事が起きた日"),
    ] = None
    category: Annotated[Category, Column("内容分類", help="PIO-NETと同じ分け方")] = (
        Category.UNASKED
    )
    sales_form: Annotated[
        SalesForm | None, Column("販売購入形態", help="クーリング・オフの有無が変わる")
    ] = None
    contract_yen: Annotated[
        int | None, Field(ge=0), Column("契約金額", help="先方が言う金額", unit="円")
    ] = None
    facts: Annotated[
        str,
        Column(
            "先方の話(事実)",
            help="何が起きたと言っているか",
            shown=Shown.FIRST,
            long=True,
        ),
    ] = ""
    demand: Annotated[
        str, Column("先方の要求", help="何を求めているか", shown=Shown.FIRST, long=True)
    ] = ""
    agency_due_at: Annotated[
        datetime | None,
        Column("先方指定期限", help="先方が言った期限", shown=Shown.FIRST),
    ] = None
    own_due_at: Annotated[
        datetime | None, Column("社内回答期限", help="翌営業日。手で変えられる")
    ] = None
    decision: Annotated[Decision, Column("自社判断", help="要求に応じるか")] = (
        Decision.CONSIDERING
    )
    legal_ground: Annotated[
        str,
        Column("根拠法令・ガイドライン", help="判断のもとにした条文・指針", long=True),
    ] = ""
    decided_by: Annotated[
        str, Column("判断者", help="判断を起こした人", refers="members")
    ] = ""
    answered_at: Annotated[datetime | None, Column("回答日時", help="回答した時刻")] = (
        None
    )
    answer: Annotated[str, Column("回答内容", help="伝えたこと", long=True)] = ""
    approver: Annotated[
        str, Column("承認者", help="回答を確かめたもう一人", refers="members")
    ] = ""
    approved_at: Annotated[datetime | None, Column("承認日時", help="確かめた時刻")] = (
        None
    )
    sole_approval_reason: Annotated[
        str, Column("単独承認の理由", help="一人で決めたとき")
    ] = ""
    executives_told_at: Annotated[
        datetime | None,
        Column("経営への報告日時", help="行政からの連絡を経営に伝えた時刻"),
    ] = None
    executives_told_by: Annotated[
        str, Column("経営へ報告した人", help="伝えた人", refers="members")
    ] = ""
    repeat_contacts: Annotated[
        int,
        Field(ge=0),
        Column(
            "再連絡回数",
            help="同じ件で再び連絡のあった回数",
            unit="回",
            shown=Shown.AUTO,
        ),
    ] = 0
    mediation_result: Annotated[
        MediationResult | None, Column("あっせん結果", help="あっせんのとき")
    ] = None
    mended_places: Annotated[
        tuple[MendedPlace, ...], Column("修正箇所", help="直したところ")
    ] = ()
    improvement_id: Annotated[
        str,
        Column("改善番号", help="この問合せから生まれた改善", refers="improvements"),
    ] = ""
    no_improvement_reason: Annotated[
        str, Column("改善不要の理由", help="直すところがないと判断した理由")
    ] = ""
    handler: Annotated[
        str,
        Column("担当者", help="いま責任を持つ人", shown=Shown.FIRST, refers="members"),
    ] = ""
    status: Annotated[
        InquiryStatus, Column("状態", help="いまどこまで進んだか", shown=Shown.FIRST)
    ] = InquiryStatus.RECEIVED
    attachment_url: Annotated[str, Column("添付URL", help="書面・資料の置き場所")] = ""
    customer_key: Annotated[
        str,
        Column(
            "照合キー",
            help="先方が言うお客様の連絡先から作る印。先に知っていたかを見るためだけに使う",
            shown=Shown.AUTO,
            unlogged=True,
        ),
    ] = ""
    received_centre: Annotated[
        str,
        Column(
            "受付センター",
            help="受けたセンターのコード。自社なら「自社」",
            refers="centres",
        ),
    ] = "自社"

    RULES: ClassVar[tuple[Rule, ...]] = (
        Rule(
            "agency_due_at",
            N_("先方が示した期限を入れてください。"),
            lambda i: i.contact_kind in _DATED_BY_AGENCY and i.agency_due_at is None,
        ),
        Rule(
            "agency_contact",
            N_("折り返す連絡先を聞いておきましょう。"),
            lambda i: not i.agency_contact,
            Stage.ADVISED,
        ),
        Rule(
            "decision",
            N_("自社の判断を決めてください。"),
            lambda i: i.decision is Decision.CONSIDERING,
            Stage.CLOSING,
        ),
        Rule(
            "legal_ground",
            N_("判断のもとにした法令・指針を書いてください。"),
            lambda i: not i.legal_ground.strip(),
            Stage.CLOSING,
        ),
        Rule(
            "answered_at",
            N_("回答した時刻を入れてください。"),
            lambda i: i.answered_at is None,
            Stage.CLOSING,
        ),
        Rule(
            "answer",
            N_("回答の内容を書いてください。"),
            lambda i: not i.answer.strip(),
            Stage.CLOSING,
        ),
        Rule(
            "approver",
            N_("もう一人の確認者を入れるか、一人で決めた理由を書いてください。"),
            lambda i: not i.approver and not i.sole_approval_reason.strip(),
            Stage.CLOSING,
        ),
        Rule(
            "mediation_result",
            N_("あっせんの結果を選んでください。"),
            lambda i: (
                i.contact_kind is ContactKind.MEDIATION and i.mediation_result is None
            ),
            Stage.CLOSING,
        ),
        Rule(
            "mended_places",
            N_("直したところを選んでください。なければ「なし」。"),
            lambda i: not i.mended_places,
            Stage.CLOSING,
        ),
        Rule(
            "improvement_id",
            N_("改善につなぐか、改善が要らない理由を書いてください。"),
            lambda i: not i.improvement_id and not i.no_improvement_reason.strip(),
            Stage.CLOSING,
        ),
    )

    @property
    def is_open(self) -> bool:
        """Whether an answer or a mend is still owed."""
        return self.status not in {InquiryStatus.CLOSED, InquiryStatus.CANCELLED}
