"""Writes a dossier from the records of a case. Pure: records in, document out.

The parts say what stands in the records and nothing else; where nothing is known they
say so (「未確認」, 「まだ決まっていません」) rather than leave a blank. For a reader outside
the house, checks among ourselves, guesses and what we count for ourselves are left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final

from lib.metrics.inquiries import is_approved
from lib.reports.dossier.course import Course
from lib.reports.dossier.material import ClockName, Material
from lib.reports.dossier.model import (
    INSIDE,
    Audience,
    Block,
    Column,
    Dossier,
    Grid,
    Items,
    Mark,
    Nothing,
    Pairs,
    Part,
    Prose,
    Section,
    Value,
    rewritten,
)
from lib.reports.dossier.veil import CUSTOMER, Sure, partly
from lib.reports.dossier.words import (
    UNDECIDED,
    UNKNOWN,
    at_time,
    choice,
    day,
    is_said,
    moment,
    word,
    written,
)
from lib.schema.activity import Activity
from lib.schema.complaint import UNKNOWN_PRODUCT, Complaint
from lib.schema.deadline import Deadline
from lib.schema.inquiry import AgencyInquiry
from lib.schema.learning import Improvement
from lib.schema.task import Task
from lib.schema.vocab import (
    Answered,
    Applicability,
    Certainty,
    Channel,
    ComplaintKind,
    DeadlineKind,
    Decision,
    Done,
    Fault,
    GraveAccident,
    Harassment,
    Harm,
    ImprovementStatus,
    Match,
    OutsideThreat,
    Recording,
    TaskKind,
)


def composed(
    material: Material,
    *,
    audience: Audience,
    made_by: str,
    made_at: datetime,
    is_masked: bool = True,
) -> Dossier:
    """Return the dossier of a case for one kind of reader.

    made_by: the person's name, with a title where there is one.
    """
    writer = _Writer(material, audience, is_masked=is_masked)
    whole = Dossier(
        number=material.number,
        subject=_subject(material),
        audience=audience,
        to=_addressee(material, audience),
        honorific=_HONORIFICS[audience],
        company=material.company,
        address=material.address,
        made_by=made_by,
        made_at=made_at,
        is_draft=_is_draft(material),
        is_masked=is_masked,
        sections=tuple(writer.sections()),
    )
    return rewritten(whole, material.veil.hide) if is_masked else whole


def _subject(material: Material) -> str:
    complaint, inquiry = material.complaint, material.inquiry
    if complaint:
        category = choice(complaint.category)
        about = complaint.claim_type or ("" if category.missing else category.text)
        return f"「{about}」のお申し出について" if about else "お申し出について"
    if inquiry:
        return f"{_agency(inquiry)}からの{word(inquiry.contact_kind)}について"
    return "お申し出について"


def _addressee(material: Material, audience: Audience) -> str:
    if audience is Audience.BOARD:
        return audience.value
    if audience is Audience.CENTRE and material.inquiry:
        return material.inquiry.agency_name
    return ""


def _agency(inquiry: AgencyInquiry) -> str:
    """Return what the agency is called, as far as anybody wrote it down."""
    return inquiry.agency_name.strip() or word(inquiry.agency_kind) or "先方"


_HONORIFICS: Final = {
    Audience.CENTRE: "御中",
    Audience.LAWYER: "先生",
    Audience.BOARD: "資料",
}


def _is_draft(material: Material) -> bool:
    complaint = material.complaint
    is_open = any(inquiry.is_open for inquiry in material.inquiries)
    return is_open or (complaint is not None and complaint.is_open)


# Writing --------------------------------------------------------------------------


class _Writer:
    """Writes the parts of one dossier."""

    def __init__(
        self, material: Material, audience: Audience, *, is_masked: bool
    ) -> None:
        self._all = material
        self._case = material.complaint
        self._inquiry = material.inquiry
        self._outside = audience is Audience.CENTRE
        self._course = Course(material, audience)
        self._masked = is_masked

    def sections(self) -> Iterator[Section]:
        """Yield the parts that stand for this reader, in their order."""
        for part in Part:
            if self._outside and part in INSIDE:
                continue
            if blocks := tuple(_PARTS[part](self)):
                yield Section(part, blocks)

    # People and numbers

    def _who(self, name: str) -> Value:
        """Return a colleague; a name that is in no master may be anybody's."""
        if not name.strip():
            return Value("なし", missing=True)
        return Value(self._all.colleague(name))

    def _contact(self, text: str) -> str:
        return self._all.veil.contact(text) if self._masked else text

    def _order(self, number: str) -> str:
        return Sure(partly(number)) if self._masked else number

    def _product(self, code: str) -> Value:
        if code in ("", UNKNOWN_PRODUCT):
            return Value(UNKNOWN, missing=True)
        name = self._all.products.get(code, "")
        return Value(Sure(f"{name}（{code}）") if name else code)

    # 概要

    def summary(self) -> Iterator[Block]:
        """Write what the case is about, at a glance."""
        yield Pairs(tuple(self._summary()), beside=True)

    def _summary(self) -> Iterator[tuple[str, Value]]:
        case, inquiry = self._case, self._inquiry
        if inquiry:
            yield "問合せ番号", Value(Sure(inquiry.id))
        if case:
            yield "受付番号", Value(Sure(case.id))
            channel = choice(case.channel).text
            at = moment(case.received_at).text
            yield "お申し出", Value(f"{at}（{channel}）")
        yield "お客様", self._customer()
        if case and case.contact.strip():
            yield "ご連絡先", Value(self._contact(case.contact.strip()))
        yield "注文番号", self._order_number()
        source = case or inquiry
        if source is None:
            return
        yield "商品", self._product(source.product_code)
        yield "ご購入の場所", written(source.sales_page)
        if inquiry:
            yield "販売購入形態", choice(inquiry.sales_form)
            yen = inquiry.contract_yen
            price = UNKNOWN if yen is None else Sure(f"{yen:,}円")
            yield "契約金額", Value(price, missing=yen is None)
        if case and case.lot:
            yield "ロット番号", Value(case.lot)
        if case:
            yield "申出の種類", written(case.claim_type)
        yield "内容分類", choice(source.category)
        if case:
            yield "お客様のご要望", choice(case.request)
        yield "いまの状態", self._status()
        yield "担当者", self._who(source.handler)

    def _status(self) -> Value:
        case, inquiry = self._case, self._inquiry
        if case and inquiry:
            words = f"お申し出: {word(case.status)}\nご連絡: {word(inquiry.status)}"
        else:
            words = "".join(word(c.status) for c in (case, inquiry) if c)
        return Value(words, strong=True)

    def _customer(self) -> Value:
        case = self._case
        name = case.customer_name.strip() if case else ""
        if self._masked:
            return Value(Sure(CUSTOMER))
        return Value(f"{name} 様") if name else Value(UNKNOWN, missing=True)

    def _order_number(self) -> Value:
        case, inquiry = self._case, self._inquiry
        number = (case and case.order_number) or (inquiry and inquiry.order_number)
        return Value(self._order(number)) if number else Value(UNKNOWN, missing=True)

    # 先方からのご連絡

    def contact(self) -> Iterator[Block]:
        """Write who called for whom, what they said and what they ask."""
        for inquiry in self._all.inquiries:
            yield Pairs(tuple(self._agency(inquiry)))
            yield Prose("先方のお話", written(inquiry.facts, "まだ伺っていません"))
            yield Prose("先方のご要求", written(inquiry.demand, "まだ伺っていません"))

    def _agency(self, inquiry: AgencyInquiry) -> Iterator[tuple[str, Value]]:
        yield "機関", Value(_agency(inquiry), strong=True)
        officer = inquiry.officer_name.strip()
        if officer and not self._masked:
            yield "ご担当", Value(f"{officer} 様")
        yield "初回のご連絡", moment(inquiry.first_contact_at)
        route = choice(inquiry.route).text if inquiry.route else ""
        kind = word(inquiry.contact_kind)
        yield "ご連絡の種別", Value(f"{kind}（経路: {route}）" if route else kind)
        if inquiry.repeat_contacts:
            yield "再度のご連絡", Value(Sure(f"{inquiry.repeat_contacts}回"))
        if inquiry.agency_due_at:
            yield "先方の期限", moment(inquiry.agency_due_at)
        if inquiry.agency_contact and not self._outside:
            yield "先方の連絡先", Value(self._contact(inquiry.agency_contact))
        if not self._outside:
            yield "先に知っていたか", _known_before(inquiry)
            if inquiry.executives_told_at:
                told = moment(inquiry.executives_told_at).text
                who = self._all.colleague(inquiry.executives_told_by)
                yield "経営への報告", Value(Sure(told) if not who else f"{told} {who}")

    # お客様のお申し出

    def complaint(self) -> Iterator[Block]:
        """Write what the customer said."""
        case = self._case
        if case is None:
            return
        yield Prose("お申し出の内容", written(case.content))
        if case.note and not self._outside:
            yield Prose("対応メモ（社内）", Value(case.note))

    # 経過

    def course(self) -> Iterator[Block]:
        """Write what was done, oldest first."""
        return self._course.blocks()

    # 確認した事実

    def facts(self) -> Iterator[Block]:
        """Write what is established, and what is not."""
        case = self._case
        if case is None:
            yield Nothing(
                "お申し出の記録との照合は、まだ済んでいません。"
                if self._inquiry and self._inquiry.matched is Match.UNASKED
                else "この件のお申し出は、先に当社に届いていませんでした。"
            )
            return
        yield Pairs(tuple(self._established(case)), beside=True)

    def _established(self, case: Complaint) -> Iterator[tuple[str, Value]]:
        yield "起きた日", day(case.occurred_on)
        yield "健康被害", _harm(case)
        if case.accident is not GraveAccident.UNASKED:
            yield "重大製品事故", choice(case.accident)
        yield "個人情報の漏えい", choice(case.leak)
        if case.replacement_defective is not Answered.UNASKED:
            yield "交換品の不良", choice(case.replacement_defective)
        if case.refund_refused is not Answered.UNASKED:
            yield "返金・返品のお断り", choice(case.refund_refused)
        if case.people_involved:
            people = Sure(f"{case.people_involved}人")
            yield "お困りの方の人数", Value(people)
        if not self._outside or any(map(self._is_said, self._all.inquiries)):
            # Said to an agency before anybody decided, it would be an admission.
            yield "当社の責任", _fault(case)
        yield "原因", self._cause(case)
        yield "事実の確認", _checked(case, inside=not self._outside)
        if not self._outside:
            yield from self._inside_facts(case)

    def _cause(self, case: Complaint) -> Value:
        if not is_said(case.cause):
            return Value("確認中", missing=True)
        if case.cause_certainty is Certainty.CONFIRMED:
            return Value(word(case.cause))
        if self._outside:
            return Value("確認中", missing=True)
        return Value(f"{word(case.cause)}（推定。確かめていません）")

    def _inside_facts(self, case: Complaint) -> Iterator[tuple[str, Value]]:
        yield "重大度", Value(word(case.severity), strong=True)
        yield "温度感", choice(case.temper)
        yield "外部相談の予告", choice(case.outside_threat)
        if case.harassment not in (Harassment.UNASKED, Harassment.NO):
            kind = choice(case.harassment_kind).text if case.harassment_kind else ""
            words = word(case.harassment) + (f"（{kind}）" if kind else "")
            yield "カスタマーハラスメント", Value(words)

    # 判断と回答

    def answer(self) -> Iterator[Block]:
        """Write what was decided, on which ground, by whom, and what was answered."""
        for inquiry in self._all.inquiries:
            if self._outside and not self._is_said(inquiry):
                yield Nothing("当社の判断と回答は、まだ決まっていません。")
                continue
            yield Pairs(tuple(self._decision(inquiry)))
            if inquiry.sole_approval_reason.strip():
                yield Mark(
                    "単独承認: もう一人の確認を受けずに決めました。理由: "
                    + inquiry.sole_approval_reason.strip()
                )
            yield Prose("回答の内容", written(inquiry.answer, "まだ回答していません"))
        if self._case:
            yield Pairs(tuple(self._resolution(self._case)))

    def _decision(self, inquiry: AgencyInquiry) -> Iterator[tuple[str, Value]]:
        if inquiry.decision is Decision.CONSIDERING:
            yield "ご要求への判断", Value(UNDECIDED, missing=True)
        else:
            yield "ご要求への判断", Value(word(inquiry.decision), strong=True)
        yield "根拠法令・指針", written(inquiry.legal_ground, UNDECIDED)
        if inquiry.decided_by:
            yield "判断した人", self._who(inquiry.decided_by)
        yield "承認", self._approval(inquiry)
        answered = inquiry.answered_at
        yield (
            "回答した日時",
            moment(answered)
            if answered
            else Value("まだ回答していません", missing=True),
        )
        if inquiry.mediation_result:
            yield "あっせんの結果", choice(inquiry.mediation_result)

    def _is_said(self, inquiry: AgencyInquiry) -> bool:
        """Whether what is written as the answer is ours; until then it is a draft."""
        given = inquiry.answered_at is not None or is_approved(inquiry)
        return given and inquiry.id not in self._all.withdrawn

    def _approval(self, inquiry: AgencyInquiry) -> Value:
        who = self._all.colleague(inquiry.approver)
        at = f" {inquiry.approved_at:%Y/%m/%d %H:%M}" if inquiry.approved_at else ""
        if inquiry.sole_approval_reason.strip():
            words = f"単独承認 {who}{at}".strip()
            return Value(Sure(words) if isinstance(who, Sure) else words, strong=True)
        if not who:
            return Value(UNDECIDED, missing=True)
        words = f"{who}{at}"
        return Value(Sure(words) if isinstance(who, Sure) else words)

    def _resolution(self, case: Complaint) -> Iterator[tuple[str, Value]]:
        yield "お客様との解決", choice(case.resolution, UNDECIDED)
        yield "お詫び", choice(case.apology)
        if case.next_promise_at and case.is_open:
            promised = word(case.next_promise) if case.next_promise else "ご連絡"
            at = moment(case.next_promise_at).text
            yield "次のお約束", Value(f"{promised} {at}")

    # 期限

    def clocks(self) -> Iterator[Block]:
        """Write what can run out, who said that it applies, and what was ordered."""
        shown = [d for d in self._all.deadlines if self._is_clock_told(d)]
        if shown:
            yield self._clock_grid(shown)
        orders = [t for t in self._all.tasks if t.kind is TaskKind.INSTRUCTION]
        if orders:
            yield self._orders(orders)
        if not (shown or orders) and not self._outside:
            yield Nothing("始まった期限はありません。")

    def _is_clock_told(self, found: Deadline) -> bool:
        if not self._outside:
            return True
        applies = found.applies is Applicability.APPLIES
        return applies and found.kind is not DeadlineKind.OWN

    def _clock_grid(self, clocks: Sequence[Deadline]) -> Grid:
        columns = [
            Column("期限の名前・出典", 34),
            Column("区分", 12),
            Column("起算 → 期限", 22),
            Column("該当の確認", 32),
        ]
        return Grid(
            tuple(columns), tuple(tuple(self._clock_row(found)) for found in clocks)
        )

    def _clock_row(self, found: Deadline) -> Iterator[Value]:
        name = self._all.clocks.get(found.rule_code, ClockName(found.rule_code))
        is_known = name.title == found.rule_code or self._outside
        code = "" if is_known else f"（{found.rule_code}）"
        source = f"\n{name.source}" if name.source else ""
        yield Value(f"{name.title}{code}{source}")
        yield Value(word(found.kind))
        times = f"{at_time(found.started_at)}\n→ {at_time(found.due_at)}"
        yield Value(Sure(times))
        yield self._check(found)

    def _check(self, found: Deadline) -> Value:
        done = f"\n{found.done_at:%Y/%m/%d %H:%M} 完了" if found.done_at else ""
        if found.applies is Applicability.UNCHECKED:
            return Value(Sure(f"未確認（目安・要確認）{done}"), missing=True)
        who = self._all.colleague(found.checked_by) or UNKNOWN
        if self._outside:
            said = f"{word(found.applies)}{done}"
            return Value(said)
        reason = f": {found.check_reason.strip()}" if found.check_reason.strip() else ""
        changed = found.change_reason.strip()
        moved = f"\n期限の変更: {changed}" if changed else ""
        words = f"{word(found.applies)}（{who}）{reason}{moved}{done}"
        return Value(words)

    def _orders(self, orders: Sequence[Task]) -> Grid:
        return Grid(
            (
                Column("先方からの指示", 44),
                Column("指示", 17),
                Column("期限", 17),
                Column("結果", 22),
            ),
            tuple(
                (
                    Value(order.title),
                    moment(order.given_at),
                    moment(order.due_at),
                    self._order_result(order),
                )
                for order in orders
            ),
        )

    def _order_result(self, order: Task) -> Value:
        if order.done_at is None:
            return Value("進行中", missing=True)
        at = f"{order.done_at:%Y/%m/%d %H:%M}"
        if order.waived_reason.strip():
            return Value(f"{at} 実施せず: {order.waived_reason.strip()}")
        return Value(Sure(f"{at} 完了"))

    # 修正と再発防止

    def mends(self) -> Iterator[Block]:
        """Write what was mended, with before and after, or why nothing was."""
        places = [
            place.value
            for inquiry in self._all.inquiries
            for place in inquiry.mended_places
        ]
        if places:
            yield Pairs((("修正したところ", Value("、".join(dict.fromkeys(places)))),))
        for mend in self._all.improvements:
            yield Pairs(tuple(self._mend(mend)))
        reasons = [
            inquiry.no_improvement_reason.strip()
            for inquiry in self._all.inquiries
            if inquiry.no_improvement_reason.strip()
        ]
        for reason in reasons:
            yield Prose("修正が要らないと判断した理由", Value(reason))
        if not (places or self._all.improvements or reasons):
            yield Nothing(f"{UNDECIDED}。")

    def _mend(self, mend: Improvement) -> Iterator[tuple[str, Value]]:
        yield "修正・改善", Value(mend.title, strong=True)
        place = word(mend.place) if mend.place else word(mend.kind)
        page = f"（{mend.sales_page}）" if mend.sales_page else ""
        yield "箇所", Value(f"{place}{page}")
        yield "状態", Value(word(mend.status))
        if mend.owner:
            yield "担当", self._who(mend.owner)
        if mend.starts_on:
            yield "開始日", day(mend.starts_on)
        if mend.due_on:
            yield "期限", day(mend.due_on)
        if mend.done_on:
            yield "完了日", day(mend.done_on)
        yield "修正前", written(mend.before_url, "まだ登録していません")
        yield "修正後", written(mend.after_url, "まだ登録していません")
        if mend.effect and not self._outside:
            yield "効果", Value(mend.effect)

    # 通話の録音

    def recordings(self) -> Iterator[Block]:
        """Write which calls were recorded, and which should have been."""
        case = self._case
        kept = [
            step
            for step in self._all.activities
            if step.evidence_url and self._course.tells_of(step)
        ]
        if case is None and not kept:
            return
        if case:
            yield Pairs(tuple(self._recording(case)))
            if _should_be_recorded(case, self._all.activities):
                yield Mark(
                    "お約束または争いのある通話ですが、録音を確かめられていません。"
                )
        if kept and not self._outside:
            yield Grid(
                (
                    Column("日時", 20),
                    Column("対応者", 20),
                    Column("録音・証跡の場所", 60),
                ),
                tuple(
                    (
                        moment(step.at),
                        self._who(step.actor),
                        Value(step.evidence_url),
                    )
                    for step in kept
                ),
            )

    def _recording(self, case: Complaint) -> Iterator[tuple[str, Value]]:
        if case.channel is not Channel.PHONE and case.recording is not Recording.YES:
            words = f"{word(case.channel)}でのお申し出のため、ありません"
            yield "受付時の通話の録音", Value(words, missing=True)
        else:
            unknown = case.recording is Recording.UNKNOWN
            said = Value(word(case.recording), missing=unknown, strong=not unknown)
            yield "受付時の通話の録音", said
        if case.recording_url and not self._outside:
            yield "録音の場所", Value(case.recording_url)

    # 同じようなお申し出

    def similar(self) -> Iterator[Block]:
        """Write how many like cases there were: one call stands for many."""
        found = self._all.similar
        if found is None:
            return
        span = (
            f"{found.first:%Y/%m/%d}〜{found.last:%Y/%m/%d}に受けたもの（この件を除く）"
        )
        yield Grid(
            (Column(span, 78), Column("件数", 22)),
            tuple(
                (Value(label), Value(Sure(f"{count:,}件"), strong=True))
                for label, count in found.counts
            ),
        )

    # まだ決まっていないこと

    def still_open(self) -> Iterator[Block]:
        """Write what is still owed, by when."""
        texts = tuple(self._owed())
        yield Items(texts) if texts else Nothing("ありません。")

    def _owed(self) -> Iterator[str]:
        for inquiry in self._all.inquiries:
            if inquiry.is_open:
                yield from self._owed_to_agency(inquiry)
        for task in self._all.tasks:
            if task.is_open and (
                task.kind is TaskKind.INSTRUCTION or not self._outside
            ):
                due = f"（{task.due_at:%Y/%m/%d %H:%M}まで）" if task.due_at else ""
                yield f"{task.title}{due}"
        if self._case and self._case.is_open:
            yield from self._owed_to_customer(self._case)
        if not self._outside:
            yield from self._owed_inside()

    def _owed_to_agency(self, inquiry: AgencyInquiry) -> Iterator[str]:
        if inquiry.decision is Decision.CONSIDERING:
            yield "ご要求に応じるかどうかの判断"
        if inquiry.answered_at is None:
            due = inquiry.agency_due_at
            own = None if self._outside else inquiry.own_due_at
            if due:
                yield Sure(f"先方への回答（先方の期限 {due:%Y/%m/%d %H:%M}）")
            elif own:
                yield Sure(f"先方への回答（社内の期限 {own:%Y/%m/%d %H:%M}）")
            else:
                yield "先方への回答"
        mended = inquiry.mended_places or inquiry.improvement_id
        if not (mended or inquiry.no_improvement_reason.strip()):
            yield "修正が要るかどうかの判断"

    def _owed_to_customer(self, case: Complaint) -> Iterator[str]:
        if case.next_promise_at:
            what = word(case.next_promise) if case.next_promise else "ご連絡"
            at = f"{case.next_promise_at:%Y/%m/%d %H:%M}"
            yield f"お客様への{what}（{at}のお約束）"
        if case.harm is Harm.UNASKED:
            yield "健康被害の有無の確認"
        if case.leak is Answered.UNASKED:
            yield "個人情報の漏えいの有無の確認"
        if case.cause is None or case.cause_certainty is not Certainty.CONFIRMED:
            yield "原因の確認"
        if case.resolution is None:
            yield "お客様との解決"

    def _owed_inside(self) -> Iterator[str]:
        if self._case and self._case.is_open:
            for line in self._case.open_questions.splitlines():
                if line.strip():
                    yield f"お客様に伺うこと: {line.strip(' ・-')}"
        answered = {step.answers for step in self._all.activities if step.answers}
        for step in self._all.activities:
            if step.asked_of and step.id not in answered:
                yield f"社内確認の答え（{step.asked_of}）: {step.content.strip()}"
        for found in self._all.deadlines:
            if found.applies is Applicability.UNCHECKED:
                name = self._all.clocks.get(found.rule_code, ClockName(found.rule_code))
                yield f"期限が該当するかの確認: {name.title}"
        for mend in self._all.improvements:
            if mend.status is ImprovementStatus.IDEA or (
                mend.status is ImprovementStatus.DOING and mend.done_on is None
            ):
                yield f"修正・改善の実施: {mend.title}"


_PARTS: Final[Mapping[Part, Callable[[_Writer], Iterable[Block]]]] = {
    Part.SUMMARY: _Writer.summary,
    Part.CONTACT: _Writer.contact,
    Part.COMPLAINT: _Writer.complaint,
    Part.COURSE: _Writer.course,
    Part.FACTS: _Writer.facts,
    Part.ANSWER: _Writer.answer,
    Part.CLOCKS: _Writer.clocks,
    Part.MENDS: _Writer.mends,
    Part.RECORDINGS: _Writer.recordings,
    Part.SIMILAR: _Writer.similar,
    Part.OPEN: _Writer.still_open,
}


# Details --------------------------------------------------------------------------


def _known_before(inquiry: AgencyInquiry) -> Value:
    match inquiry.matched:
        case Match.FOUND:
            return Value(Sure("はい（お客様から先に伺っていた）"))
        case Match.NONE:
            return Value(Sure("いいえ（照合して、記録がなかった）"))
        case _ if inquiry.complaint_id:
            return Value(Sure("はい（お客様から先に伺っていた）"))
        case _:
            return Value("まだ照合していません", missing=True)


def _harm(case: Complaint) -> Value:
    said = choice(case.harm)
    if said.missing or case.symptom is None:
        return said
    return Value(f"{said.text}（{word(case.symptom)}）")


def _fault(case: Complaint) -> Value:
    if case.fault is Fault.CHECKING:
        return Value("確認中", missing=True)
    return choice(case.fault)


def _checked(case: Complaint, *, inside: bool) -> Value:
    if case.fact_checked is not Done.DONE:
        return Value("確認中", missing=True)
    source = case.fact_source.strip()
    return Value(f"済（{source}）" if inside and source else "済")


def _should_be_recorded(case: Complaint, steps: Sequence[Activity]) -> bool:
    """Whether a promise or a dispute on the phone has no recording (R43)."""
    if case.channel is not Channel.PHONE or case.recording is Recording.YES:
        return False
    disputed = (
        case.kind is ComplaintKind.SECOND
        or case.harassment in (Harassment.SUSPECTED, Harassment.CONFIRMED)
        or case.outside_threat not in (OutsideThreat.UNASKED, OutsideThreat.NO)
        or case.refund_refused is Answered.YES
    )
    promised = case.next_promise_at is not None or any(
        step.next_promise_at for step in steps if step.case_id == case.id
    )
    return disputed or promised
