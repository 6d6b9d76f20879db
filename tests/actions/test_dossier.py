"""Who may take a dossier out, what goes into it, and that nobody does so unnoted."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from lib import clock
from lib.actions import archiving, dossier
from lib.actions.dossier import Form, Paper
from lib.errors import InvalidRecord, NotAllowed, StoreUnavailable
from lib.reports.dossier.model import Audience, Part
from lib.schema.ids import new_commit_id
from lib.schema.inquiry import AgencyInquiry
from lib.schema.masters import Centre, Member, Product, Setting
from lib.schema.principal import SYSTEM, Principal
from lib.schema.vocab import (
    ActivityKind,
    AgencyKind,
    Category,
    ComplaintStatus,
    Flag,
    InquiryStatus,
    Medium,
    Role,
)
from lib.settings import company
from lib.store.live import LiveStore
from lib.store.opening import open_store
from tests.builders import activity, complaint, fill
from tests.reports.dossier.test_composing import said, texts

NOW = datetime(2026, 11, 21, 10, 30, tzinfo=clock.TOKYO)

HANDLER = Principal("hanako@example.jp", "佐藤 花子", Role.CLERK)
CLERK = Principal("jiro@example.jp", "高橋 次郎", Role.CLERK)
MANAGER = Principal("taro@example.jp", "鈴木 太郎", Role.MANAGER)
ADMIN = Principal("root@example.jp", "長谷川 恵", Role.ADMIN)
VIEWER = Principal("reader@example.jp", "閲覧者", Role.VIEWER)
AGENT = Principal("agent@example.jp", "外の人", Role.OUTSOURCED, "TYO")

NAME, PHONE, ORDER = "鴫原", "090-8317-4629", "250912-48213"


@pytest.fixture(autouse=True)
def a_fixed_clock(monkeypatch):
    monkeypatch.setenv(clock.FIXED_BY, NOW.isoformat())


@pytest.fixture
def live(tmp_path):
    store = LiveStore(open_store(f"sqlite:///{tmp_path / 'a.db'}", data=tmp_path))
    fill(
        store.for_user(SYSTEM),
        Member.parse({"email": MANAGER.key, "name": MANAGER.name, "title": "室長"}),
        Member.parse({"email": HANDLER.key, "name": HANDLER.name}),
        Product.parse({"code": "SRM-30", "name": "保湿美容液 30mL"}),
    )
    yield store
    store.close()


@pytest.fixture
def system(live):
    return live.for_user(SYSTEM)


@pytest.fixture
def case(system):
    found = complaint(
        customer_name=NAME,
        contact=PHONE,
        order_number=ORDER,
        product_code="SRM-30",
        category=Category.QUALITY,
        content=f"{NAME}様より。{PHONE}へ折返し。",
    )
    fill(system, found, activity(found, content=f"{NAME}様へ電話した"))
    return found


def inquiry(**changes) -> AgencyInquiry:
    return AgencyInquiry.parse(
        {
            "id": "G-261121-4TQRM",
            "first_contact_at": NOW - timedelta(minutes=5),
            "agency_kind": AgencyKind.CONSUMER_CENTRE,
            "agency_name": "みなと台市消費生活センター",
            "handler": MANAGER.name,
            **changes,
        }
    )


def made(live, who, number, **more):
    more = {"audience": Audience.LAWYER, "now": NOW, **more}
    return dossier.made(live.for_user(who), number, **more)


def taken(live, who, found, form=Form.PDF, reason="", **more):
    more = {"now": NOW, "commit_id": new_commit_id(), **more}
    system = live.for_user(SYSTEM)
    return dossier.exported(system, who, Paper(found, form, reason), **more)


def steps(system, number):
    rows = system.frame("activities")
    return rows[rows["case_id"] == number].sort_values("at")


def logged(system, number, code="complaints"):
    log = system.audit(code, number)
    return log[log["field_name"] == dossier.EXPORTED]


# Making


@pytest.mark.parametrize("who", [HANDLER, CLERK, MANAGER, ADMIN])
def test_names_and_contacts_are_hidden_unless_asked_for(live, case, who):
    found = made(live, who, case.id)
    told = "\n".join(texts(found))

    assert found.is_masked
    assert NAME not in told
    assert "8317" not in told
    assert ORDER not in told
    assert "お客様Aより。…4629へ折返し。" in told


@pytest.mark.parametrize("who", [HANDLER, MANAGER, ADMIN])
def test_managers_and_the_handler_may_have_them_with_a_reason(live, case, who):
    found = made(live, who, case.id, reason="弁護士との打合せ")

    assert not found.is_masked
    assert said(found, Part.SUMMARY, "お客様") == f"{NAME} 様"
    assert said(found, Part.SUMMARY, "ご連絡先") == PHONE


def test_another_clerk_may_not_have_them(live, case):
    with pytest.raises(NotAllowed):
        made(live, CLERK, case.id, reason="見たい")


def test_a_blank_reason_is_none(live, case):
    with pytest.raises(InvalidRecord) as caught:
        made(live, MANAGER, case.id, reason="  ")

    assert [p.field for p in caught.value.problems] == ["reason"]


@pytest.mark.parametrize("who", [VIEWER, AGENT])
def test_who_only_reads_or_works_elsewhere_makes_none(live, system, case, who):
    fill(system, Centre.parse({"code": "TYO", "name": "T", "phone_reports": Flag.YES}))

    with pytest.raises(NotAllowed):
        made(live, who, case.id)


def test_a_case_that_does_not_exist_makes_none(live):
    with pytest.raises(NotAllowed):
        made(live, MANAGER, "K-261121-XXXXX")


def test_it_says_who_made_it_with_the_title_and_for_which_company(live, system, case):
    fill(
        system,
        Setting.parse(
            {
                "group": company.COMPANY,
                "name": company.NAME.name,
                "effective_from": date(2026, 1, 1),
                "value": "株式会社ひばり",
            }
        ),
    )
    found = made(live, MANAGER, case.id)

    assert found.made_by == "鈴木 太郎（室長）"
    assert found.company == "株式会社ひばり"


# Gathering


def test_an_inquiry_brings_its_complaint_and_no_other_agencys_words(live, system, case):
    own = inquiry(complaint_id=case.id, facts="こちらの話")
    other = inquiry(id="G-261120-2ABCD", complaint_id=case.id, facts="よその話")
    fill(system, own, other, activity(case, case_id=other.id, content="よそと話した"))

    told = "\n".join(texts(made(live, MANAGER, own.id)))
    assert "こちらの話" in told
    assert "お客様Aへ電話した" in told
    assert "よその話" not in told
    assert "よそと話した" not in told


def test_a_complaint_brings_every_inquiry_that_was_not_withdrawn(live, system, case):
    fill(
        system,
        inquiry(complaint_id=case.id, facts="一つ目"),
        inquiry(id="G-261120-2ABCD", complaint_id=case.id, facts="二つ目"),
        inquiry(
            id="G-261119-3EFGH",
            complaint_id=case.id,
            facts="取り消した",
            status=InquiryStatus.CANCELLED,
        ),
    )

    told = texts(made(live, MANAGER, case.id), Part.CONTACT)
    assert {"一つ目", "二つ目"} <= set(told)
    assert "取り消した" not in told


def test_an_inquiry_that_matches_nothing_makes_a_draft(live, system):
    fill(system, alone := inquiry(complaint_id="K-261121-XXXXX"))

    found = made(live, MANAGER, alone.id, audience=Audience.CENTRE)
    assert found.is_draft
    assert Part.COMPLAINT not in [section.part for section in found.sections]


def test_another_name_of_the_same_customer_is_hidden_too(live, system):
    first = complaint(customer_name="鴫原 沙織", contact=PHONE, customer_key="k1")
    second = complaint(customer_key="k1", content="鴫原沙織の母です。鴫原より")
    fill(system, first, second)

    told = "\n".join(texts(made(live, MANAGER, second.id)))
    assert "鴫原" not in told
    assert "沙織" not in told


def test_like_cases_of_ninety_days_are_counted_without_this_one(live, system, case):
    def like(**changes):
        found = {"product_code": "SRM-30", "category": Category.QUALITY, **changes}
        return complaint(**found)

    fill(
        system,
        like(),
        like(category=Category.PRICE),
        like(product_code="不明", category=Category.OTHER, category2=Category.QUALITY),
        like(status=ComplaintStatus.CANCELLED, next_promise_at=None),
        like(received_at=NOW - timedelta(days=90)),
        inquiry(product_code="SRM-30", category=Category.QUALITY),
    )
    found = dossier.gathered(live.for_user(MANAGER), case.id, NOW).similar

    assert (found.first, found.last) == (date(2026, 8, 24), date(2026, 11, 21))
    assert found.counts == (
        ("同じ商品で「品質・機能」の苦情", 1),
        ("同じ商品の苦情", 2),
        ("同じ商品の行政問合せ", 1),
        ("「品質・機能」の苦情", 2),
        ("「品質・機能」の行政問合せ", 1),
    )


def test_nothing_is_like_a_case_of_which_nothing_is_known(live, system):
    fill(system, bare := complaint())

    assert dossier.gathered(live.for_user(MANAGER), bare.id, NOW).similar is None


# Taking out


@pytest.mark.parametrize(("form", "begins"), [(Form.PDF, b"%PDF"), (Form.WORD, b"PK")])
def test_taking_one_out_is_noted_in_timeline_and_log(live, system, case, form, begins):
    data = taken(live, HANDLER, made(live, HANDLER, case.id), form)

    assert data.startswith(begins)
    last = steps(system, case.id).iloc[-1]
    words = f"経緯書を書き出した: 弁護士向け・{form.value}・伏せ字"
    assert (last["kind"], last["content"], last["actor"], last["medium"]) == (
        ActivityKind.EXPORT.value, words, HANDLER.name, Medium.INTERNAL.value,
    )  # fmt: skip
    (entry,) = logged(system, case.id).to_dict("records")
    assert (entry["actor"], entry["after"], entry["reason"]) == (
        HANDLER.name, words, "",
    )  # fmt: skip


def test_taking_one_of_an_inquiry_out_is_noted_at_the_inquiry(live, system):
    fill(system, found := inquiry())
    taken(live, MANAGER, made(live, MANAGER, found.id))

    assert len(logged(system, found.id, "agency_inquiries")) == 1


def test_names_are_taken_out_with_their_reason_noted(live, system, case):
    whole = made(live, MANAGER, case.id, reason="訴訟の準備")
    taken(live, MANAGER, whole, reason="訴訟の準備")

    last = steps(system, case.id).iloc[-1]
    assert last["kind"] == ActivityKind.REVEAL.value
    assert last["content"].endswith("個人情報を含む\n理由: 訴訟の準備")
    assert logged(system, case.id)["reason"].tolist() == ["訴訟の準備"]


def test_the_note_itself_tells_no_customer(live, system, case):
    taken(live, MANAGER, made(live, MANAGER, case.id, reason="x"), reason="x")

    told = (
        logged(system, case.id).to_string()
        + steps(system, case.id).iloc[-1].to_string()
    )
    assert NAME not in told
    assert "8317" not in told


def test_names_that_one_person_made_are_not_another_persons_to_take(live, case):
    whole = made(live, MANAGER, case.id, reason="訴訟の準備")

    with pytest.raises(NotAllowed):
        taken(live, CLERK, whole, reason="訴訟の準備")
    with pytest.raises(NotAllowed):
        taken(live, AGENT, whole, reason="訴訟の準備")
    with pytest.raises(InvalidRecord):
        taken(live, MANAGER, whole, reason="")


def test_a_double_click_is_noted_once(live, system, case):
    found, commit_id = made(live, HANDLER, case.id), new_commit_id()
    for _ in range(2):
        taken(live, HANDLER, found, commit_id=commit_id)

    assert len(logged(system, case.id)) == 1


def test_without_its_note_nobody_gets_a_file(live, case, monkeypatch):
    found = made(live, HANDLER, case.id)
    system = live.for_user(SYSTEM)

    def away(_commit):
        raise StoreUnavailable("test")

    monkeypatch.setattr(system, "commit", away)
    with pytest.raises(StoreUnavailable):
        dossier.exported(
            system, HANDLER, Paper(found, Form.PDF), now=NOW, commit_id=new_commit_id()
        )


def test_what_was_taken_out_before_stands_in_no_later_dossier(live, case):
    taken(live, HANDLER, made(live, HANDLER, case.id))

    assert "書き出した" not in "\n".join(texts(made(live, HANDLER, case.id)))


def test_one_of_a_case_that_is_put_away_is_whole_hides_all_and_is_logged(
    live, system, case, tmp_path
):
    ended = NOW - timedelta(days=1240)
    old = {"received_at": ended, "closed_at": ended, "id": "K-230701-AAAAA"}
    settled = case.model_copy(update=old | {"status": ComplaintStatus.CLOSED})
    told = activity(settled, at=ended, content=f"{NAME}様へ返金した。{PHONE}")
    fill(system, settled, told)
    assert archiving.put_away(live, ADMIN, NOW, data=tmp_path).cases == [settled.id]

    masked = made(live, CLERK, settled.id)

    words = "\n".join(texts(masked))
    assert "返金した" in words
    assert not [known for known in (NAME, PHONE, ORDER) if known in words]
    reason = "弁護士との打合せ"
    named = made(live, MANAGER, settled.id, reason=reason)
    assert PHONE in "\n".join(texts(named))
    assert taken(live, MANAGER, named, reason=reason)
    assert logged(system, settled.id)["reason"].tolist()[-1] == reason
    assert not len(steps(system, settled.id))
