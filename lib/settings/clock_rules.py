"""期限の規則: which answer starts which clock, as data (domain.md 5).

Every rule says what starts it, how its days are counted, whose duty it is, of what kind,
where that is written and when somebody last looked. None of it is legal advice: a clock
is 「目安・要確認」 until a named person says whether it applies.

What ships can be changed in 設定 without touching code: a row of the group 「期限の規則」
whose name is the rule's code, whose value lists, joined with 、, how it is counted, of
what kind it is and whose duty (「15日、初日を数えない、休日でもその日、23:59まで、法定、自社」),
whose description is the source and whose 確認日 is the day on which it was checked. The
word 「使わない」 takes a rule out of use.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, time
from typing import Final

import pandas as pd

from lib.i18n import N_
from lib.schema.frames import JOINER
from lib.schema.vocab import (
    AgencyKind,
    Answered,
    Choice,
    ContactKind,
    CrisisKind,
    DeadlineKind,
    GraveAccident,
    Harm,
    LeakTrigger,
    ProductKind,
    Request,
    SalesForm,
)
from lib.settings.claim_types import UNUSED, Sign
from lib.settings.counting import (
    Counting,
    FirstDay,
    Holiday,
    Unit,
    counted_as,
    words_of,
)

GROUP: Final = "期限の規則"
"""区分 of the rows in 設定."""

COMPLAINTS: Final = "complaints"
INQUIRIES: Final = "agency_inquiries"
CRISES: Final = "crises"


class Party(Choice):
    """Whose duty a clock is."""

    US = N_("自社")
    MAKER = N_("製造販売元")
    IMPORTER = N_("製造・輸入事業者")
    NOTIFIER = N_("届出者")
    OUTSOURCER = N_("委託先")
    CUSTOMER = N_("お客様")


# Conditions ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Among:
    """The field of the record is one of these."""

    field: str
    values: frozenset[Choice]


@dataclass(frozen=True, slots=True)
class Has:
    """The field, which holds several, holds one of these."""

    field: str
    values: frozenset[Choice]


@dataclass(frozen=True, slots=True)
class Lacks:
    """The field, which holds several, holds none of these."""

    field: str
    values: frozenset[Choice]


@dataclass(frozen=True, slots=True)
class Filled:
    """The field of the record is filled in."""

    field: str


@dataclass(frozen=True, slots=True)
class Signed:
    """The claim type carries this sign."""

    sign: Sign


@dataclass(frozen=True, slots=True)
class OfKind:
    """The product is of one of these kinds; 不明 is that of one no master knows."""

    kinds: frozenset[ProductKind]


@dataclass(frozen=True, slots=True)
class OwnMake:
    """We make or import the product, or do not; where nobody knows, both may be."""

    is_own: bool


@dataclass(frozen=True, slots=True)
class Outsourced:
    """An outsourced centre took the case."""


@dataclass(frozen=True, slots=True)
class Alone:
    """The complaint belongs to no crisis: of one, the clocks stand at the crisis."""


@dataclass(frozen=True, slots=True)
class Paired:
    """Another customer has the same symptom from the same product (`metrics.pairs`)."""


@dataclass(frozen=True, slots=True)
class Recalling:
    """A lot is being called back."""


Condition = (
    Among
    | Has
    | Lacks
    | Filled
    | Signed
    | OfKind
    | OwnMake
    | Outsourced
    | Alone
    | Paired
    | Recalling
)


@dataclass(frozen=True, slots=True)
class Trigger:
    """Where all of `when` holds of a record of `table`, the clock may stand.

    since: the field that holds the moment from which is counted; "" where it is the
        moment of the answer itself. until: the field that is the deadline itself, as
        an agency named it; "" where it is counted.
    """

    table: str
    when: tuple[Condition, ...]
    since: str = ""
    until: str = ""


@dataclass(frozen=True, slots=True)
class ClockRule:
    """One clock.

    code: what stands in 期限 and 設定; never changes. name: what is to be done; a
        catalogue key, as is `note`. triggers: any of them starts it.
    asks: what date a person has to give first, a catalogue key; such a clock is only
        proposed, and "" where it starts by itself.
    counting: None of an agency's own date. source: law and article, or who says so.
    ends_with: the field whose filling ends the clock; "" where a person says so.
    checked_on: when somebody of the company, or we, last looked at the source.
    """

    code: str
    name: str
    triggers: tuple[Trigger, ...]
    counting: Counting
    party: Party
    kind: DeadlineKind
    source: str
    note: str = ""
    asks: str = ""
    ends_with: str = ""
    checked_on: date = date(2026, 11, 22)
    on: bool = True

    @property
    def notes(self) -> tuple[str, ...]:
        """What to know about it, catalogue keys."""
        is_duty = self.kind is DeadlineKind.STATUTORY and (
            self.party is not Party.CUSTOMER
        )
        stays = self.counting.length and self.counting.holiday is Holiday.STAYS
        told = (self.note, NOT_MOVED if is_duty and stays else "")
        return tuple(filter(None, told))

    @property
    def value(self) -> str:
        """What stands in 設定 for the rule as it is now."""
        if not self.on:
            return UNUSED
        return JOINER.join([self.counting.written, self.kind.value, self.party.value])


TO_CHECK: Final = N_("目安・要確認")
"""Stands at every clock that nobody has confirmed."""


NOT_MOVED: Final = N_(
    "末日が休みの日でも延ばさずに数えています(安全な側)。延びるかは提出先に確かめてください。"
)
"""Stands at a statutory duty whose end on a holiday is not put off."""


# What ships ----------------------------------------------------------------------


def _is(field: str, *values: Choice) -> Among:
    return Among(field, frozenset(values))


def _kinds(*kinds: ProductKind) -> OfKind:
    return OfKind(frozenset(kinds))


_NOTICED_DAY: Final = FirstDay.COUNTED
_BY_EVENING: Final = time(18, 0)

_HARMED: Final = _is("harm", Harm.UNTREATED, Harm.TREATED, Harm.SEVERE, Harm.UNKNOWN)
_TREATED: Final = _is("harm", Harm.TREATED, Harm.SEVERE)
_GRAVE: Final = Among(
    "accident", frozenset(GraveAccident) - {GraveAccident.UNASKED, GraveAccident.NO}
)
_LEAKED: Final = (_is("leak", Answered.YES), Alone())
_LEAK_CRISIS: Final = (
    _is("kind", CrisisKind.LEAK),
    Lacks("leak_triggers", frozenset({LeakTrigger.NONE})),
)
_MALICIOUS: Final = frozenset({LeakTrigger.MALICIOUS})
_ON_SKIN: Final = _kinds(ProductKind.COSMETIC, ProductKind.QUASI_DRUG)
_GOODS: Final = _kinds(ProductKind.GOODS)
_GOODS_OR_UNKNOWN: Final = _kinds(ProductKind.GOODS, ProductKind.UNKNOWN)
_HEALTH_FOODS: Final = _kinds(ProductKind.FUNCTIONAL_FOOD, ProductKind.HEALTH_FOOD)
_FOODS: Final = _kinds(
    ProductKind.FUNCTIONAL_FOOD, ProductKind.HEALTH_FOOD, ProductKind.FOOD
)
_PAIRABLE: Final = _kinds(
    ProductKind.FUNCTIONAL_FOOD, ProductKind.HEALTH_FOOD, ProductKind.UNKNOWN
)
_FROM_CENTRES: Final = (
    _is("agency_kind", AgencyKind.CONSUMER_CENTRE, AgencyKind.NATIONAL_CENTRE),
    _is(
        "contact_kind",
        ContactKind.CONSULTATION,
        ContactKind.MEDIATION,
        ContactKind.ENQUIRY,
    ),
)


def _complaint(*when: Condition, since: str = "received_at") -> Trigger:
    return Trigger(COMPLAINTS, when, since)


def _inquiry(*when: Condition, until: str = "") -> Trigger:
    return Trigger(INQUIRIES, when, "first_contact_at", until)


def _crisis(*when: Condition, since: str = "known_at") -> Trigger:
    return Trigger(CRISES, when, since)


_SAME_DAY: Final = Counting(0)
_SAME_DAY_OWN: Final = Counting(0, until=_BY_EVENING)
DEFAULTS: Final[tuple[ClockRule, ...]] = (
    ClockRule(
        "L1速報",
        N_("漏えい等の速報(個人情報保護委員会へ)"),
        (_complaint(*_LEAKED), _crisis(*_LEAK_CRISIS)),
        Counting(5, first_day=_NOTICED_DAY),
        Party.US,
        DeadlineKind.STATUTORY,
        "個人情報保護法26条1項・施行規則7条・8条1項、同法ガイドライン(通則編)3-5-3-3",
        note=N_(
            "法律の言葉は「速やかに」で、3〜5日は指針の目安です。知った日を1日目とし、土日も数えます。四つの型(要配慮・財産的被害・不正目的・千人超)のどれかに当たるときだけ報告が要ります。"
        ),
    ),
    ClockRule(
        "L1確報",
        N_("漏えい等の確報(個人情報保護委員会へ)"),
        (
            _complaint(*_LEAKED),
            _crisis(*_LEAK_CRISIS, Lacks("leak_triggers", _MALICIOUS)),
        ),
        Counting(30, first_day=_NOTICED_DAY, holiday=Holiday.NEXT_DAY),
        Party.US,
        DeadlineKind.STATUTORY,
        "個人情報保護法26条1項・施行規則8条2項、同法ガイドライン(通則編)3-5-3-4",
        note=N_(
            "知った日を1日目とし、土日も数え、30日目が休みの日なら翌開庁日です。不正目的のおそれがあれば60日(L1確報60)です。"
        ),
    ),
    ClockRule(
        "L1確報60",
        N_("漏えい等の確報・不正目的(個人情報保護委員会へ)"),
        (_crisis(*_LEAK_CRISIS, Has("leak_triggers", _MALICIOUS)),),
        Counting(60, first_day=_NOTICED_DAY, holiday=Holiday.NEXT_DAY),
        Party.US,
        DeadlineKind.STATUTORY,
        "個人情報保護法26条1項・施行規則7条3号・8条2項、同法ガイドライン(通則編)3-5-3-4",
        note=N_(
            "不正アクセスや持ち出しなど、不正目的のおそれがあるときの長さです。知った日を1日目とし、60日目が休みの日なら翌開庁日です。"
        ),
    ),
    ClockRule(
        "L1本人通知",
        N_("漏えい等の本人への通知"),
        (_complaint(*_LEAKED), _crisis(*_LEAK_CRISIS)),
        Counting(5, first_day=_NOTICED_DAY),
        Party.US,
        DeadlineKind.GUIDELINE,
        "個人情報保護法26条2項・施行規則10条",
        note=N_(
            "法律の言葉は「状況に応じて速やかに」で、日数の定めはありません。5日は速報にそろえた目安です。"
        ),
    ),
    ClockRule(
        "L1委託先",
        N_("漏えい等の委託先からの報告、または当社への通知"),
        (_complaint(*_LEAKED, Outsourced()),),
        Counting(5, first_day=_NOTICED_DAY),
        Party.OUTSOURCER,
        DeadlineKind.GUIDELINE,
        "個人情報保護法26条1項ただし書・施行規則9条",
        note=N_(
            "委託先が当社に通知すれば、委託先の報告の義務はなくなります。通知を受けた控えを残してください。"
        ),
    ),
    ClockRule(
        "L3重大製品事故",
        N_("重大製品事故の報告(消費者庁へ)"),
        (
            _complaint(_GRAVE, _GOODS_OR_UNKNOWN, OwnMake(is_own=True), Alone()),
            _complaint(
                _is("accident", GraveAccident.UNASKED),
                _TREATED,
                _GOODS,
                OwnMake(is_own=True),
                Alone(),
            ),
            _crisis(
                _is("kind", CrisisKind.ACCIDENT),
                _GRAVE,
                _GOODS_OR_UNKNOWN,
                OwnMake(is_own=True),
            ),
        ),
        Counting(10, first_day=_NOTICED_DAY),
        Party.IMPORTER,
        DeadlineKind.STATUTORY,
        "消費生活用製品安全法35条1項・同法の規定に基づく重大事故報告等に関する内閣府令3条",
        note=N_(
            "死亡・30日以上の治療・一酸化炭素中毒・火災・後遺障害。原因が分からなくても数えます。知った日を1日目とします。"
        ),
    ),
    ClockRule(
        "L4製造元へ通知",
        N_("製品事故を製造・輸入元へ知らせる"),
        (
            _complaint(_HARMED, _GOODS, OwnMake(is_own=False)),
            _complaint(_GRAVE, _GOODS, OwnMake(is_own=False)),
        ),
        _SAME_DAY,
        Party.US,
        DeadlineKind.GUIDELINE,
        "消費生活用製品安全法34条2項",
        note=N_(
            "小売の努力義務です。その日のうちに製造・輸入元へ知らせ、重大でない事故はNITEへの連絡も考えます。"
        ),
    ),
    ClockRule(
        "L5製販へ連絡",
        N_("肌トラブル・体調不良を製造販売元へ知らせる"),
        (_complaint(_HARMED, _ON_SKIN, OwnMake(is_own=False)),),
        _SAME_DAY,
        Party.US,
        DeadlineKind.GUIDELINE,
        "薬機法68条の10、同法施行規則228条の20第5項(報告の義務は製造販売業者)",
        note=N_(
            "報告するのは製造販売業者です。知らせた日から先方の期限が走るので、その日のうちに知らせます。"
        ),
    ),
    ClockRule(
        "L5副作用15日",
        N_("化粧品・医薬部外品の副作用等の報告・15日(PMDAへ)"),
        (_complaint(_TREATED, _ON_SKIN),),
        Counting(15, first_day=_NOTICED_DAY),
        Party.MAKER,
        DeadlineKind.STATUTORY,
        "薬機法68条の10第1項・同法施行規則228条の20第5項1号",
        note=N_(
            "15日か30日かは、事象の種類で決まります。両方を並べて出すので、当たらない方を非該当にしてください。"
        ),
    ),
    ClockRule(
        "L5副作用30日",
        N_("化粧品・医薬部外品の副作用等の報告・30日(PMDAへ)"),
        (_complaint(_TREATED, _ON_SKIN),),
        Counting(30, first_day=_NOTICED_DAY),
        Party.MAKER,
        DeadlineKind.STATUTORY,
        "薬機法68条の10第1項・同法施行規則228条の20第5項2号",
        note=N_(
            "15日か30日かは、事象の種類で決まります。両方を並べて出すので、当たらない方を非該当にしてください。"
        ),
    ),
    ClockRule(
        "L6回収着手",
        N_("化粧品・医薬部外品の回収着手の報告(都道府県へ)"),
        (_crisis(_is("kind", CrisisKind.ACCIDENT), Recalling(), _ON_SKIN, since=""),),
        _SAME_DAY,
        Party.MAKER,
        DeadlineKind.GUIDELINE,
        "薬機法68条の9・68条の11",
        note=N_(
            "日数の定めはなく、着手したらすぐに報告します。販売業者は回収に協力します。"
        ),
    ),
    ClockRule(
        "L7重篤",
        N_("機能性表示食品・トクホの重篤な健康被害の届出(保健所・消費者庁へ)"),
        (_complaint(_is("harm", Harm.SEVERE), _HEALTH_FOODS),),
        Counting(15, first_day=_NOTICED_DAY),
        Party.NOTIFIER,
        DeadlineKind.STATUTORY,
        "食品衛生法施行規則・食品表示基準(健康被害の情報提供、2024年9月1日施行)",
        note=N_(
            "医師の診断があり、因果関係を否定できないとき、重篤なら1件で届け出ます。診断した医療機関の名前が分かった日から数えるので、違えば起算日を直してください。"
        ),
    ),
    ClockRule(
        "L7同じ症状",
        N_("機能性表示食品・トクホの健康被害2例の届出(保健所・消費者庁へ)"),
        (_complaint(_TREATED, _PAIRABLE, Paired()),),
        Counting(15, first_day=_NOTICED_DAY),
        Party.NOTIFIER,
        DeadlineKind.STATUTORY,
        "食品衛生法施行規則・食品表示基準(健康被害の情報提供、2024年9月1日施行)",
        note=N_(
            "医師の診断のある同じ症状が、同じ商品でおおむね30日以内に2例あったときです。2例目の医療機関の名前が分かった日から数えるので、違えば起算日を直してください。"
        ),
    ),
    ClockRule(
        "L8回収届出",
        N_("食品の自主回収の届出(保健所へ)"),
        (_crisis(_is("kind", CrisisKind.ACCIDENT), Recalling(), _FOODS, since=""),),
        Counting(1, Unit.BUSINESS, FirstDay.NOT_COUNTED),
        Party.IMPORTER,
        DeadlineKind.GUIDELINE,
        "食品衛生法58条、食品表示法10条の2(2021年6月1日施行)",
        note=N_(
            "法律の言葉は「遅滞なく」で、日数の定めはありません。アレルゲン・期限表示の誤りも届け出ます。食品衛生申請等システムから出します。"
        ),
    ),
    ClockRule(
        "L11返品期間",
        N_("返品特約の表示がないときの返品の期間"),
        (
            _complaint(_is("request", Request.REFUND, Request.CANCELLATION)),
            _complaint(_is("refund_refused", Answered.YES)),
        ),
        Counting(8, first_day=FirstDay.COUNTED),
        Party.CUSTOMER,
        DeadlineKind.STATUTORY,
        "特定商取引法15条の3",
        note=N_(
            "広告に返品特約の表示がなければ、商品を受け取った日を1日目として8日のあいだ返品できます(送料はお客様)。通信販売にクーリング・オフはありません。"
        ),
        asks=N_("商品を受け取った日"),
    ),
    ClockRule(
        "L12クーリング・オフ",
        N_("電話勧誘販売のクーリング・オフの期間"),
        (
            _complaint(_is("request", Request.CANCELLATION, Request.REFUND)),
            _inquiry(_is("sales_form", SalesForm.TELEMARKETING)),
        ),
        Counting(8, first_day=FirstDay.COUNTED),
        Party.CUSTOMER,
        DeadlineKind.STATUTORY,
        "特定商取引法24条1項、同法施行令(2023年6月1日施行)",
        note=N_(
            "注文の電話での、広告にない商品や定期購入への勧誘も電話勧誘販売に当たり得ます。書面を受け取った日を1日目として8日です。書面に不備があれば始まりません。"
        ),
        asks=N_("契約の書面を受け取った日"),
    ),
    ClockRule(
        "L13解除通知への対応",
        N_("クーリング・オフの通知に応じる(返金・引き取り)"),
        (
            _complaint(_is("request", Request.CANCELLATION)),
            _inquiry(_is("sales_form", SalesForm.TELEMARKETING)),
        ),
        Counting(1, Unit.BUSINESS, FirstDay.NOT_COUNTED, until=_BY_EVENING),
        Party.US,
        DeadlineKind.OWN,
        "特定商取引法24条2項・4項(通知はメールなどでも、発信した時に効力を生じる)",
        note=N_(
            "通知を発した日が期間のうちかどうかで決まり、届いた日では決まりません。返金の日数は社内の目安です。"
        ),
        asks=N_("通知が発信された日"),
    ),
    ClockRule(
        "L14根拠資料",
        N_("表示の根拠資料の提出(消費者庁・都道府県へ)"),
        (_inquiry(_is("contact_kind", ContactKind.EVIDENCE_DEMAND)),),
        Counting(15, first_day=FirstDay.NOT_COUNTED),
        Party.US,
        DeadlineKind.STATUTORY,
        "景品表示法7条2項・同法施行規則7条2項",
        note=N_(
            "求める文書を受けた日の翌日から数えます。過ぎると合理的な根拠がないとみなされます。弁護士に相談してください。"
        ),
    ),
    ClockRule(
        "L15確約計画",
        N_("確約計画の認定の申請(消費者庁へ)"),
        (_inquiry(_is("contact_kind", ContactKind.COMMITMENT_NOTICE)),),
        Counting(60, first_day=FirstDay.NOT_COUNTED),
        Party.US,
        DeadlineKind.STATUTORY,
        "景品表示法26条・27条(2024年10月1日施行)",
        note=N_(
            "通知を受けた日の翌日から数えます。申請するかは自社で決めます。弁護士に相談してください。"
        ),
    ),
    ClockRule(
        "L16差止請求",
        N_("差止請求書への対応(適格消費者団体へ)"),
        (_inquiry(_is("contact_kind", ContactKind.INJUNCTION_DEMAND)),),
        Counting(7, first_day=FirstDay.NOT_COUNTED),
        Party.US,
        DeadlineKind.STATUTORY,
        "消費者契約法41条1項",
        note=N_(
            "書面が届いた日の翌日から1週間を過ぎると、訴えを起こされ得ます。弁護士に相談してください。"
        ),
    ),
    ClockRule(
        "L16条項開示",
        N_("契約条項の開示の求めに答える(適格消費者団体へ)"),
        (_inquiry(_is("contact_kind", ContactKind.TERMS_DISCLOSURE)),),
        Counting(5, Unit.BUSINESS, FirstDay.NOT_COUNTED, until=_BY_EVENING),
        Party.US,
        DeadlineKind.OWN,
        "消費者契約法12条の3(努力義務)",
        note=N_("日数の定めはありません。5営業日は社内の目安です。"),
        ends_with="answered_at",
    ),
    ClockRule(
        "L19一次回答",
        N_("センターへの一次回答"),
        (_inquiry(*_FROM_CENTRES),),
        _SAME_DAY_OWN,
        Party.US,
        DeadlineKind.OWN,
        "社内の目安(あっせん・相談の連絡に法定の回答期限はない)",
        note=N_("まだ調べている途中でも、その日のうちに様子を伝えます。"),
        ends_with="answered_at",
    ),
    ClockRule(
        "L19回答",
        N_("センターへの回答"),
        (_inquiry(*_FROM_CENTRES),),
        Counting(3, Unit.BUSINESS, FirstDay.NOT_COUNTED, until=_BY_EVENING),
        Party.US,
        DeadlineKind.OWN,
        "社内の目安(あっせん・相談の連絡に法定の回答期限はない)",
        ends_with="answered_at",
    ),
    ClockRule(
        "L22先方指定",
        N_("先方が指定した期限"),
        (_inquiry(Filled("agency_due_at"), until="agency_due_at"),),
        _SAME_DAY,
        Party.US,
        DeadlineKind.AGENCY,
        "書面・電話で先方が示した日(報告徴収・立入検査は特定商取引法66条)",
        note=N_(
            "問合せの「先方指定期限」そのものです。そこを直すと、ここも変わります。"
        ),
        ends_with="answered_at",
    ),
    ClockRule(
        "L23承諾通知",
        N_("前払いで発送が遅れるときの承諾の通知"),
        (_complaint(Signed(Sign.LATE)),),
        Counting(7, first_day=FirstDay.COUNTED),
        Party.US,
        DeadlineKind.GUIDELINE,
        "特定商取引法13条1項",
        note=N_(
            "法律の言葉は「遅滞なく」で、日数の定めはありません。7日は目安です。代金を先に受け取り、発送に時間がかかるときに要ります。"
        ),
        asks=N_("代金を受け取った日"),
    ),
    ClockRule(
        "商品区分の確認",
        N_("商品の区分と製造販売元を確かめる"),
        (_complaint(_HARMED, _kinds(ProductKind.UNKNOWN)),),
        _SAME_DAY_OWN,
        Party.US,
        DeadlineKind.OWN,
        "社内の目安(区分が分からないと、どの届出が要るか決まらない)",
        note=N_(
            "商品マスタに区分と製造販売元を入れると、当てはまる期限がひとりでに始まります。"
        ),
    ),
    ClockRule(
        "社内回答",
        N_("行政・団体への回答(社内の目安)"),
        (Trigger(INQUIRIES, (), "first_contact_at", "own_due_at"),),
        Counting(1, Unit.BUSINESS, FirstDay.NOT_COUNTED, until=_BY_EVENING),
        Party.US,
        DeadlineKind.OWN,
        "社内の目安",
        note=N_("問合せの「社内回答期限」です。空のときは翌営業日で数えます。"),
        ends_with="answered_at",
    ),
)
"""In the order of the laws. Follow-up of harassed operators stands elsewhere (L20)."""

LIKE_CASES: Final = "L7同じ症状"
"""The rule of which one running clock tells every like case."""

OWN_ANSWER: Final = "社内回答"
"""The rule that stands in no row of 期限: its date is a field of the inquiry itself."""


def clock_rules(settings: pd.DataFrame, on: date) -> tuple[ClockRule, ...]:
    """Return every rule as it counts on that day, those out of use included.

    Of several rows of one rule the one that took effect last counts; a row in which
    no word means anything (typed by hand in the sheet) is passed over.
    """
    own = settings[settings["group"] == GROUP]
    if own.empty:
        return DEFAULTS
    valid = own[own["effective_from"] <= pd.Timestamp(on)]
    newest_first = valid.sort_values("effective_from", ascending=False, kind="stable")
    return tuple(_counting(rule, newest_first) for rule in DEFAULTS)


def _counting(rule: ClockRule, rows: pd.DataFrame) -> ClockRule:
    own = rows[rows["name"] == rule.code]
    for value, source, checked_on in zip(
        own["value"], own["description"], own["checked_on"], strict=True
    ):
        found = as_written(rule, value)
        if found is None:
            continue
        return replace(
            found,
            source=source.strip() or rule.source,
            checked_on=rule.checked_on if pd.isna(checked_on) else checked_on.date(),
        )
    return rule


def as_written(rule: ClockRule, value: str) -> ClockRule | None:
    """Return the rule as a value of 設定 says; None where a word of it is not known."""
    words = words_of(value)
    if words == [UNUSED]:
        return replace(rule, on=False)
    counting, left = counted_as(rule.counting, words)
    found = replace(rule, counting=counting, on=True)
    for word in left:
        if kind := DeadlineKind.from_text(word):
            found = replace(found, kind=kind)
        elif party := Party.from_text(word):
            found = replace(found, party=party)
        else:
            return None
    return found if words else None


def rule_of(rules: tuple[ClockRule, ...], code: str) -> ClockRule | None:
    """Return the rule with that code; None for one that is known no more."""
    return next((rule for rule in rules if rule.code == code), None)
