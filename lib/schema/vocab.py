"""The words one can choose from. Names are codes, values what sheets and screens show.

A value that is taken out of use stays here with a note, so that old rows load.
"""

from __future__ import annotations

import hashlib
from enum import StrEnum
from typing import Self

from lib.text import folded


class Choice(StrEnum):
    """A closed list. `Severity.HIGH.code` is "high": URLs and state use codes."""

    @property
    def code(self) -> str:
        """Language-neutral code for URLs and widget state."""
        return self.name.lower()

    @classmethod
    def from_code(cls, code: str) -> Self | None:
        """Return the member with that code, or None for an unknown one."""
        return cls.__members__.get(code.upper())

    @classmethod
    def from_text(cls, text: str) -> Self | None:
        """Return the member a person meant, whatever width or case they typed."""
        wanted = folded(text)
        return next((m for m in cls if folded(m.value) == wanted), None)


class Unlisted(str):
    """A word that stands in a sheet where a vocabulary has none like it; as typed.

    It takes the place of a `Choice` in records that are shown, equals no member, and
    can be saved nowhere.
    """

    __slots__ = ()

    @property
    def value(self) -> str:
        """The word as it was typed."""
        return str(self)

    @property
    def code(self) -> str:
        """Code for URLs and widget state: a hash, because links carry no free text."""
        return UNLISTED + hashlib.blake2s(self.encode(), digest_size=5).hexdigest()


UNLISTED = "x-"
"""Starts the code of a word that is in no vocabulary; no member's code begins so."""


class Source(Choice):
    """入力元: where a row came from."""

    APP = "アプリ"
    SHEET = "シート"
    IMPORT = "取込"
    SAMPLE = "サンプル"


class Channel(Choice):
    """受付経路 (R30, R70)."""

    PHONE = "電話"
    MAIL = "メール"
    FORM = "フォーム"
    CHAT = "チャット"
    SNS = "SNS"
    REVIEW = "レビュー"
    LETTER = "書面"
    SURVEY = "満足度調査"
    OPINION_BOX = "意見箱"
    AGENCY = "消費者センター等"
    OTHER = "その他"


class ComplaintKind(Choice):
    """種別: first, second (born from our answer), repeated, or only a wish (R50, R51)."""

    FIRST = "一次"
    SECOND = "二次"
    REPEAT = "再発"
    WISH = "要望のみ"


class Category(Choice):
    """内容分類, in PIO-NET's words so that own counts line up with a centre's view."""

    SAFETY = "安全・衛生"
    QUALITY = "品質・機能"
    STANDARDS = "法規・基準"
    PRICE = "価格・料金"
    ADVERTISING = "表示・広告"
    SALES_METHOD = "販売方法"
    CONTRACT = "契約・解約"
    SERVICE = "接客対応"
    DELIVERY = "配送・納期・欠品"
    PACKAGING = "包装・容器"
    OTHER = "その他"
    UNASKED = "未確認"


class Request(Choice):
    """要望: what the customer wants (R33, R38)."""

    UNASKED = "未確認"
    REFUND = "返金"
    EXCHANGE = "交換"
    CANCELLATION = "解約"
    APOLOGY = "謝罪"
    EXPLANATION = "説明"
    COMPENSATION = "補償"
    IMPROVEMENT = "改善"
    NOTHING = "要望なし"
    OTHER = "その他"


class Harm(Choice):
    """健康被害 (L3, L5, L7)."""

    UNASKED = "未確認"
    NO = "なし"
    UNTREATED = "あり(受診なし)"
    TREATED = "あり(受診)"
    SEVERE = "重篤・入院"
    UNKNOWN = "不明"


class Symptom(Choice):
    """症状, for pairing like cases (L7)."""

    RASH = "発疹・かゆみ"
    SWELLING = "腫れ"
    STOMACH = "胃腸"
    LIVER = "肝機能"
    INJURY = "けが"
    BURN = "やけど"
    OTHER = "その他"


class Answered(Choice):
    """A yes/no question that may not have been asked yet."""

    UNASKED = "未確認"
    NO = "なし"
    YES = "あり"


class Temper(Choice):
    """温度感 (R54)."""

    UNASKED = "未確認"
    CALM = "1平静"
    DISSATISFIED = "2不満"
    ANGRY = "3怒り"
    FURIOUS = "4激怒"
    HOSTILE = "5悪意・制御不能"


class OutsideThreat(Choice):
    """外部相談の予告: the earliest leading sign of a referral."""

    UNASKED = "未確認"
    NO = "なし"
    CONSUMER_CENTRE = "消費者センター"
    LAWYER = "弁護士"
    SNS = "SNS・口コミ"
    POLICE = "警察"
    OTHER = "その他"


class Fault(Choice):
    """自社の非 (R37)."""

    CHECKING = "確認中"
    YES = "あり"
    PARTLY = "一部"
    NO = "なし"


class Apology(Choice):
    """謝罪の範囲 (R32): for the trouble only, or for the content."""

    NOT_YET = "未"
    TROUBLE_ONLY = "お手数・不快のみ"
    CONTENT = "内容について"


class Harassment(Choice):
    """カスハラ (L20)."""

    UNASKED = "未確認"
    NO = "なし"
    SUSPECTED = "疑い"
    CONFIRMED = "該当"


class HarassmentKind(Choice):
    """カスハラ種別 (R42)."""

    VERBAL_ABUSE = "暴言"
    REPETITION = "同じ内容の繰り返し"
    THREAT = "威嚇・脅迫"
    AUTHORITARIAN = "権威的態度"
    LONG_DETENTION = "長時間拘束"
    SEXUAL = "セクハラ"
    MONEY = "金品の要求"
    VIOLENCE = "暴力"
    KNEELING = "土下座の強要"
    SNS_SLANDER = "SNS・ネット中傷"
    OTHER = "その他"


class Recording(Choice):
    """録音: whether the call was recorded (R43)."""

    UNKNOWN = "不明"
    YES = "あり"
    NO = "なし"


class Promise(Choice):
    """次の約束: what was promised next (R55)."""

    CALL_BACK = "折返し"
    ANSWER = "回答"
    REFUND = "返金"
    SHIPMENT = "発送"
    CHECK_ONLY = "確認のみ"


class Severity(Choice):
    """重大度, lowest first."""

    LOW = "低"
    MEDIUM = "中"
    HIGH = "高"
    CRITICAL = "最重要"


class ComplaintStatus(Choice):
    """状態 of a complaint; 顧客待ち pauses the clocks."""

    RECEIVED = "受付"
    CHECKING = "確認中"
    WORKING = "対応中"
    WAITING_CUSTOMER = "顧客待ち"
    WAITING_INSIDE = "社内待ち"
    CLOSED = "完了"
    CANCELLED = "取消"


class Done(Choice):
    """A step that is done or not yet."""

    NOT_YET = "未"
    DONE = "済"


class Resolution(Choice):
    """解決内容 (R44)."""

    EXPLANATION = "説明"
    REFUND = "返金"
    EXCHANGE = "交換"
    CANCELLATION = "解約"
    COMPENSATION = "補償・値引き"
    UNRESOLVED = "対応不可で終了"
    MEDIATED = "あっせん解決"
    OTHER = "その他"


class Cause(Choice):
    """原因区分 (R49)."""

    PRODUCT = "商品"
    ADVERTISING = "広告・LP"
    CANCELLATION_PATH = "定期・解約導線"
    DELIVERY = "配送"
    SERVICE = "応対"
    SYSTEM = "システム"
    CUSTOMER = "顧客都合"
    UNKNOWN = "不明"


class Certainty(Choice):
    """原因の確度 (R39: no guessing)."""

    PRESUMED = "推定"
    CONFIRMED = "確定"


class Medium(Choice):
    """手段 of an action."""

    CALL_IN = "電話着信"
    CALL_OUT = "電話発信"
    MAIL = "メール"
    CHAT = "チャット"
    LETTER = "書面"
    INTERNAL = "社内"


class ActivityKind(Choice):
    """種別 of an action on a case."""

    HEARING = "聴取"
    APOLOGY = "謝罪"
    EXPLANATION = "説明"
    INTERNAL_CHECK = "社内確認"
    CALLBACK_PROMISED = "折返し約束"
    CALLBACK_DONE = "折返し完了"
    HANDOVER = "引継ぎ"
    REFUND = "返金"
    SHIPMENT = "発送"
    EXPERT = "専門家相談"
    PUBLICATION = "公表"
    MAKER_NOTICE = "メーカー通知"
    AGENCY_REPORT = "行政報告"
    STATUS_CHANGE = "状態変更"
    REVEAL = "連絡先表示"
    AGENCY_CONTACT = "行政からの連絡"
    DECISION = "判断"
    APPROVAL = "承認"
    AGENCY_ANSWER = "行政への回答"
    MEND = "修正"
    EXPORT = "書き出し"
    OTHER = "その他"


class Expert(Choice):
    """相談先 (R68)."""

    LAWYER = "弁護士"
    CONSULTANT = "コンサル"
    INSURER = "保険"
    OTHER = "その他"


class EscalationTrigger(Choice):
    """きっかけ of an escalation."""

    CRITICAL = "重大度最重要"
    OVERDUE = "期限超過"
    FORGOTTEN_CALLBACK = "折返し忘れ"
    TEMPER = "温度感4以上"
    REPLACEMENT_DEFECTIVE = "交換品も不良"
    CUSTOMER_ASKED = "顧客の交代要求"
    AUTHORITY = "権限(返金等)"
    EXPERTISE = "専門知識"
    HARASSMENT = "カスハラ"
    HARM = "健康被害"
    LEAK = "漏えい"
    AGENCY = "行政連絡"
    MANUAL = "手動"


class Change(Choice):
    """3つのカエル (R56): change the person, the time, the place."""

    PERSON = "人"
    TIME = "時間"
    PLACE = "場所"


class EscalationStatus(Choice):
    """状態 of an escalation."""

    OPEN = "未着手"
    WORKING = "対応中"
    RESOLVED = "解決"
    RETURNED = "差戻し"
    CANCELLED = "取消"


class SecondaryCause(Choice):
    """二次化原因 (R53); hostile ones are left out of agents' figures."""

    MANNERS = "言葉遣い・誠意"
    FORGOTTEN_CALLBACK = "折返し忘れ"
    EMOTIONAL = "感情的応対"
    WAITING = "待ち時間"
    WRONG_INFORMATION = "誤案内"
    HOSTILE = "顧客の温度感(予防不可)"
    OTHER = "その他"


class AgencyKind(Choice):
    """機関種別 (R1)."""

    CONSUMER_CENTRE = "消費生活センター"
    NATIONAL_CENTRE = "国民生活センター"
    CONSUMER_AGENCY = "消費者庁"
    PREFECTURE = "都道府県庁"
    HEALTH_OFFICE = "保健所"
    POLICE = "警察"
    OTHER_MINISTRY = "その他中央省庁"
    QUALIFIED_GROUP = "適格消費者団体"
    BAR_OR_ADR = "弁護士会・ADR"
    PRESS = "報道機関"


class AgencyRoute(Choice):
    """入電経路 (R2)."""

    HOTLINE = "188"
    DIRECT = "直接"
    NATIONAL_HOLIDAY = "国セン(休庁日)"
    LETTER = "書面"
    MAIL = "メール"


class ContactKind(Choice):
    """連絡種別: picks the statutory clock (L14-L16, L22)."""

    CONSULTATION = "相談の連絡"
    MEDIATION = "あっせん"
    ENQUIRY = "照会"
    EVIDENCE_DEMAND = "根拠資料の要求"
    REPORT_ORDER = "報告徴収・指示"
    SUMMONS = "呼び出し"
    INJUNCTION_DEMAND = "差止請求書"
    TERMS_DISCLOSURE = "条項開示要請"
    COMMITMENT_NOTICE = "確約手続通知"
    PRESS = "取材"


class SalesForm(Choice):
    """販売購入形態 (L11, L12)."""

    MAIL_ORDER_SINGLE = "通信販売(単品)"
    MAIL_ORDER_SUBSCRIPTION = "通信販売(定期)"
    TELEMARKETING = "電話勧誘販売"
    OTHER = "その他"


class Decision(Choice):
    """自社判断 (R11)."""

    CONSIDERING = "検討中"
    ACCEPT = "応じる"
    PARTLY = "一部"
    DECLINE = "応じない"


class MediationResult(Choice):
    """あっせん結果 (L19)."""

    NOT_APPLICABLE = "対象外"
    ONGOING = "継続"
    SETTLED = "解決"
    FAILED = "不調"
    ENDED = "打切り"


class MendedPlace(Choice):
    """修正箇所 (R13)."""

    LANDING_PAGE = "LP"
    CONFIRMATION = "最終確認画面"
    CANCELLATION_PATH = "解約導線"
    RETURN_TERMS = "返品表示"
    ENCLOSURE = "同梱物"
    SERVICE = "応対"
    PRODUCT = "商品"
    NOTHING = "なし"


class InquiryStatus(Choice):
    """状態 of an agency inquiry."""

    RECEIVED = "受付"
    CHECKING = "確認中"
    PREPARING = "回答準備"
    ANSWERED = "回答済"
    MENDING = "修正中"
    CLOSED = "完了"
    CANCELLED = "取消"


class Match(Choice):
    """照合: whether the agency's case was already known to us (事前把握率)."""

    UNASKED = "未確認"
    FOUND = "一致あり"
    NONE = "一致なし"


class TaskKind(Choice):
    """種別 of a task: what it was born from."""

    CRISIS = "危機対応"
    INSTRUCTION = "行政の指示"
    CLOCK = "期限の手当て"
    OTHER = "その他"


class CareKind(Choice):
    """種別 of a talk with an operator (R59, L20)."""

    DAY = "フォロー(24時間)"
    WEEK = "フォロー(7日)"
    CONSULTATION = "本人からの相談"


class CrisisKind(Choice):
    """種別 of a crisis (R64-R66)."""

    LEAK = "個人情報の漏えい"
    ACCIDENT = "製品の欠陥・事故"
    MISTAKE = "サービスの重大なミス"


class CrisisStatus(Choice):
    """状態 of a crisis."""

    WORKING = "対応中"
    CLOSED = "完了"
    CANCELLED = "取消"


class LeakTrigger(Choice):
    """漏えいの型: the four that must be reported, or none of them (L1)."""

    SENSITIVE = "要配慮個人情報"
    FINANCIAL = "財産的被害のおそれ"
    MALICIOUS = "不正目的のおそれ"
    MANY = "千人超"
    NONE = "どれにも当たらない"


class GraveAccident(Choice):
    """重大製品事故にあたるもの (L3); suspicion is enough."""

    UNASKED = "未確認"
    NO = "なし"
    DEATH = "死亡"
    LONG_TREATMENT = "30日以上の治療"
    POISONING = "一酸化炭素中毒"
    FIRE = "火災"
    LASTING_HARM = "後遺障害"


class PageKind(Choice):
    """ページの種類: which list of items a page is checked against."""

    LANDING_PAGE = "LP"
    CONFIRMATION = "最終確認画面"
    CANCELLATION_PATH = "解約導線"
    RETURN_TERMS = "返品表示"
    SCRIPT = "解約抑止の台本"


class CheckResult(Choice):
    """結果 of one item of a page check."""

    GOOD = "良"
    TO_IMPROVE = "要改善"
    NOT_APPLICABLE = "対象外"


class DeadlineKind(Choice):
    """区分 of a clock: who sets it."""

    STATUTORY = "法定"
    GUIDELINE = "指針の目安"
    AGENCY = "先方指定"
    OWN = "社内"


class Applicability(Choice):
    """該当確認: a clock counts as law only once a named person says so."""

    UNCHECKED = "未確認"
    APPLIES = "該当"
    NOT_APPLICABLE = "非該当"


class BusinessDay(Choice):
    """営業区分: missing and closed are different things."""

    OPEN = "営業"
    SHORT = "短縮"
    CLOSED = "休業"


class Role(Choice):
    """役割 (product.md 1)."""

    ADMIN = "管理者"
    MANAGER = "マネージャー"
    CLERK = "担当"
    OUTSOURCED = "委託先"
    VIEWER = "閲覧"


class Flag(Choice):
    """A plain yes or no in a master."""

    YES = "はい"
    NO = "いいえ"


class AnswerRateMethod(Choice):
    """応答率の方式: whether short abandons leave the denominator."""

    ALL_OFFERED = "含む"
    WITHOUT_SHORT = "除く"


class UtilisationMethod(Choice):
    """稼働率の方式: sources disagree, so it is fixed per centre and never compared."""

    A = "A"
    B = "B"


class ProductKind(Choice):
    """区分 of a product: decides which statutory clock applies."""

    COSMETIC = "化粧品"
    QUASI_DRUG = "医薬部外品"
    FUNCTIONAL_FOOD = "機能性表示食品"
    HEALTH_FOOD = "トクホ"
    FOOD = "一般食品"
    GOODS = "雑貨・機器"
    UNKNOWN = "不明"


class ImprovementKind(Choice):
    """種類 of an improvement."""

    LANDING_PAGE = "LP修正"
    ENCLOSURE = "同梱物"
    SCRIPT = "スクリプト"
    PRODUCT = "商品"
    DELIVERY = "配送"
    TRAINING = "研修"
    ADVERTISING_START = "広告開始"
    MEDIA = "テレビ・メディア"
    OUTAGE = "システム障害"
    OTHER = "その他"


class ImprovementStatus(Choice):
    """状態 of an improvement."""

    IDEA = "案"
    DOING = "実施"
    CHECKING = "効果確認"
    SETTLED = "定着"
    RELAPSED = "再発"
    CANCELLED = "取消"


class InspectionItem(Choice):
    """項目 of the monthly inspection (R14, R72)."""

    PAGES = "LP・確認画面"
    CANCELLATION_PATH = "解約導線"
    SPECIFIC_COMMERCE = "特商法表示"
    INFORMATION_SECURITY = "情報セキュリティ"
    SAFETY_STANDARDS = "安全基準"
    HARASSMENT_POLICY = "カスハラ方針・窓口"
    MANUALS = "マニュアル"


class InspectionResult(Choice):
    """結果 of an inspection."""

    GOOD = "良"
    TO_IMPROVE = "要改善"


class DocumentKind(Choice):
    """種類 of a document."""

    MANUAL = "応対マニュアル"
    FAQ = "よくある質問"
    RULE = "社内ルール"
    TRAINING = "研修資料"


class DocumentStatus(Choice):
    """状態 of a document."""

    DRAFT = "下書き"
    IN_USE = "使用中"
    RETIRED = "廃止"


class AuditRoute(Choice):
    """経路 of an audit row."""

    APP = "アプリ"
    SHEET_SEEN = "シート検知"
    IMPORT = "取込"
    SAMPLE = "サンプル"
    SIGN_IN = "サインイン"


class AlarmSeries(Choice):
    """系列 of an alarm: the count that has risen."""

    REFERRALS = "センターからの連絡"


class AlarmLevel(Choice):
    """段階 of an alarm, calmest first; part of the one scale of product.md 1."""

    WATCH = "注意"
    ALARM = "警報"


class AlarmStatus(Choice):
    """状態 of an alarm: whether it goes on, and how it ended."""

    OPEN = "継続中"
    ENDED = "終了"
    FALSE = "誤報"
    NEW_NORMAL = "新しい平常"


class NoticeKind(Choice):
    """種別 of a notice, most pressing first."""

    CRITICAL = "最重要"
    AGENCY = "行政からの連絡"
    RISE_ALARM = "連絡の増え方の警報"
    RISE_WATCH = "連絡の増え方の注意"
    HANDOVER = "引き継ぎ"
    PROMISE = "約束の超過"
    TARGET_NEAR = "目安の80%"
    TARGET_OVER = "目安の超過"
    TARGET_LATE = "目安から1営業日超過"
    ENTRY_LATE = "日次KPIの未入力"
    DIGEST = "朝のまとめ"
    BEGIN = "通知の開始"


class NoticeState(Choice):
    """状態 of a notice."""

    WAITING = "送信待ち"
    SENT = "送信済"
