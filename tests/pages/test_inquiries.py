"""行政問合せ driven without a browser: the call, the match, a second call, the sheet."""

from __future__ import annotations

from datetime import timedelta

import pytest

from lib import clock
from lib.actions.inquiries import deciding
from lib.schema.ids import new_commit_id
from lib.schema.inquiry import AgencyInquiry
from lib.schema.kpi_day import KpiDay
from lib.schema.masters import Member, Product
from lib.schema.principal import SYSTEM
from lib.schema.vocab import (
    AgencyKind,
    Category,
    ContactKind,
    InquiryStatus,
    Match,
    Role,
    Severity,
)
from lib.store.access import UserStore
from lib.ui import context
from tests.builders import complaint

CLERK = Member(
    email="clerk@example.jp", name="平野 楓", role=Role.CLERK, rank=10, title="担当"
)
VIEWER = Member(email="viewer@example.jp", name="監査 太郎", role=Role.VIEWER)


KNOWN = "あおば野市"


@pytest.fixture(autouse=True)
def people(first_member, put):
    put(CLERK, VIEWER, Product(code="A-01", name="美容液"))
    # A name that is known can be chosen; AppTest cannot type a new one.
    put(
        contact(
            "G-250101-AAAAA",
            agency_name=KNOWN,
            first_contact_at=clock.now() - timedelta(days=700),
            status=InquiryStatus.CLOSED,
        )
    )


@pytest.fixture
def desk_page(open_page):
    """Give the function that opens the page on a query, as the clerk."""

    def opened(who: Member = CLERK, *, language="ja", **query):
        app = open_page("inquiries", language=language, operator=who.email)
        app.query_params.update(query)
        return well(app.run())

    return opened


def well(app):
    assert not app.exception
    assert [error.value for error in app.error] == []
    return app


def told(app) -> str:
    """Return what the page says, without what makes its Markdown inert."""
    parts = (*app.markdown, *app.caption, *app.warning, *app.info)
    return " ".join(part.value for part in parts).replace("\\", "")


def contact(number="G-261120-AAAAA", **values):
    return AgencyInquiry(
        **{
            "id": number,
            "first_contact_at": clock.now() - timedelta(hours=2),
            "agency_kind": AgencyKind.CONSUMER_CENTRE,
            "agency_name": "みなと台市消費生活センター",
            "handler": CLERK.name,
            **values,
        }
    )


def stored(number=None):
    desk = context.live().for_user(SYSTEM)
    rows = desk.frame("agency_inquiries").sort_values("first_contact_at")
    number = number or rows.index[-1]
    return desk.record("agency_inquiries", number)


def begun(desk_page, **query):
    app = desk_page(**query)
    return well(app.button(key="inquiries.call").click().run())


def typed(app, **values):
    """Fill in the call, as a person would; return the page after its next run."""
    for name, value in values.items():
        key = f"agency_call.{name}"
        if name in ("caller_kind", "contact_kind", "category", "route"):
            app.button_group(key=key).set_value(value)
        elif name in ("facts", "demand"):
            app.text_area(key=key).set_value(value)
        elif name in ("agency_name", "product_code"):
            app.selectbox(key=key).set_value(value)
        else:
            app.text_input(key=key).set_value(value)
    return well(app.run())


def recorded(app):
    return well(app.button(key="call_save").click().run())


# The call ---------------------------------------------------------------------------


def test_one_press_and_one_name_record_a_call(desk_page):
    app = begun(desk_page)
    app = typed(app, caller_kind=AgencyKind.CONSUMER_CENTRE, agency_name=KNOWN)

    app = recorded(app)

    saved = stored()
    assert (saved.agency_name, saved.handler) == (KNOWN, CLERK.name)
    assert app.query_params["inquiry"] == saved.id
    assert "記録しました" in told(app)
    assert "平野 楓さんが 11月24日(火) 18:00 までに折り返します" in told(app)


def test_what_is_missing_is_said_at_its_field_and_nothing_is_lost(desk_page):
    app = typed(begun(desk_page), facts="解約できない")

    app.button(key="call_save").click().run()

    assert "直すところ: どこからの連絡か、機関名" in app.error[0].value.replace(
        "\\", ""
    )
    assert "どこからの連絡かを押してください。" in told(app)
    assert app.text_area(key="agency_call.facts").value == "解約できない"


def test_a_summons_asks_for_the_deadline_that_was_named(desk_page):
    app = typed(
        begun(desk_page),
        caller_kind=AgencyKind.PREFECTURE,
        contact_kind=ContactKind.SUMMONS,
    )

    app.button(key="call_save").click().run()

    assert "先方が示した期限を入れてください。" in told(app)


def test_the_deadline_that_follows_is_told_while_they_talk(desk_page):
    app = typed(
        begun(desk_page),
        caller_kind=AgencyKind.CONSUMER_AGENCY,
        contact_kind=ContactKind.EVIDENCE_DEMAND,
    )

    assert "表示の根拠資料の提出" in told(app)
    assert "法定" in told(app)
    assert "言われた期日と資料を確かめ" in told(app)
    assert "最優先で対応します" in told(app)


def test_an_agency_that_called_before_fills_in_what_is_known(desk_page, put):
    put(contact(agency_contact="03-1234-5678", status=InquiryStatus.CLOSED))
    app = begun(desk_page)

    app = typed(app, agency_name="みなと台市消費生活センター")

    kind = app.session_state["agency_call.caller_kind"]
    assert kind is AgencyKind.CONSUMER_CENTRE
    number = app.text_input(key="agency_call.agency_contact")
    assert number.value == "03-1234-5678"


def test_a_half_written_call_is_kept_and_offered_again(desk_page, open_page):
    typed(begun(desk_page), facts="途中まで")

    app = begun(desk_page)

    assert "書きかけの下書きがあります" in told(app)
    restore = next(b for b in app.button if b.label == "続きを書く")
    app = well(restore.click().run())
    assert app.text_area(key="agency_call.facts").value == "途中まで"


def test_an_untouched_call_leaves_no_draft(desk_page):
    begun(desk_page)

    assert "書きかけの下書きがあります" not in told(begun(desk_page))


def test_readers_see_the_list_but_no_call(desk_page, put):
    put(contact())

    app = desk_page(VIEWER, new="1")

    assert "inquiries.call" not in [button.key for button in app.button]
    assert "call_save" not in [button.key for button in app.button]
    app = desk_page(VIEWER, inquiry="G-261120-AAAAA")
    assert "該当なし" not in [button.label for button in app.button]


# Did we know? -----------------------------------------------------------------------


@pytest.fixture
def known(put):
    one = complaint(
        order_number="EC-2024-12345",
        product_code="A-01",
        category=Category.CONTRACT,
        severity=Severity.LOW,
        content="解約の電話がつながらない",
        received_at=clock.now() - timedelta(days=5),
    )
    put(one)
    return one


def test_the_complaint_is_found_while_typing_and_linked_in_one_press(desk_page, known):
    app = typed(
        begun(desk_page),
        caller_kind=AgencyKind.CONSUMER_CENTRE,
        agency_name=KNOWN,
        order_number="ｅｃ2024 12345",
    )
    assert "ほぼ同じ件" in told(app)
    assert "注文番号が同じ" in told(app)

    app = well(app.button(key=f"call:same:{known.id}").click().run())
    assert "一致あり" in told(app)
    recorded(app)

    saved = stored()
    assert (saved.complaint_id, saved.matched) == (known.id, Match.FOUND)
    after = context.live().for_user(SYSTEM).record("complaints", known.id)
    assert after.severity is Severity.HIGH


def test_none_of_them_is_one_press_and_can_be_taken_back(desk_page, known):
    app = typed(
        begun(desk_page),
        caller_kind=AgencyKind.CONSUMER_CENTRE,
        agency_name=KNOWN,
        product_code="A-01",
    )
    app = well(app.button(key="call:none").click().run())
    app = recorded(app)
    assert stored().matched is Match.NONE

    again = app.button(key=f"inquiry:{stored().id}:again")
    well(again.click().run())

    assert stored().matched is Match.UNASKED


def test_a_match_can_come_later_and_stands_at_the_complaint(
    desk_page, put, known, open_page
):
    put(one := contact(order_number="12345"))

    app = desk_page(inquiry=one.id)
    well(app.button(key=f"inquiry:{one.id}:same:{known.id}").click().run())

    assert stored().complaint_id == known.id
    ledger = open_page("ledger", operator=CLERK.email)
    ledger.query_params["case"] = known.id
    said = told(well(ledger.run()))
    assert "行政などからの連絡 1件" in said
    assert "みなと台市消費生活センター" in said


def test_one_call_stands_for_many(desk_page, put, known):
    one = contact(product_code="A-01", category=Category.CONTRACT)
    put(one, complaint(product_code="A-01", category=Category.CONTRACT))

    app = desk_page(inquiry=one.id)

    [label] = [e.label for e in app.expander if "一件の後ろに" in e.label]
    assert "この90日に2件" in label


# Going on ---------------------------------------------------------------------------


def test_a_second_call_before_the_answer_is_shown_as_an_alarm(desk_page, put):
    put(one := contact())
    app = desk_page(inquiry=one.id)
    assert "▲ 警報" not in told(app)

    app = well(app.button(key=f"inquiry:{one.id}:open:again").click().run())
    app.text_area(key=f"inquiry-{one.id}-again.said").set_value("返事がないとのこと")
    app = well(app.button(key=f"inquiry:{one.id}:save").click().run())

    assert stored().repeat_contacts == 1
    assert "▲ 警報" in told(app)
    assert "回答の前に、もう一度連絡がありました(1回)。" in told(app)


def test_what_was_taken_down_is_put_right(desk_page, put):
    put(one := contact())
    app = desk_page(inquiry=one.id)
    app = well(app.button(key=f"inquiry:{one.id}:open:edit").click().run())

    app.text_input(key=f"inquiry-{one.id}-edit.order_number").set_value("EC-9")
    app = well(app.button(key=f"inquiry:{one.id}:save").click().run())

    assert stored().order_number == "EC-9"


def test_two_who_put_right_the_same_field_choose(desk_page, put):
    put(one := contact())
    app = desk_page(inquiry=one.id)
    app = well(app.button(key=f"inquiry:{one.id}:open:edit").click().run())
    other = desk_page(inquiry=one.id)
    other = well(other.button(key=f"inquiry:{one.id}:open:edit").click().run())
    other.text_input(key=f"inquiry-{one.id}-edit.order_number").set_value("THEIRS")
    well(other.button(key=f"inquiry:{one.id}:save").click().run())

    app.text_input(key=f"inquiry-{one.id}-edit.order_number").set_value("MINE")
    app = app.button(key=f"inquiry:{one.id}:save").click().run()
    assert "どちらを残すか選んでください" in told(app)
    app = well(app.button(key=f"inquiry:{one.id}:chosen:settle").click().run())

    assert stored().order_number == "MINE"


def test_two_who_write_the_same_answer_choose_on_the_page(desk_page, put):
    """The editors of a contact and of its three steps are kept by one mechanism."""
    put(
        one := contact(
            status=InquiryStatus.PREPARING, facts="解約できない", demand="返金"
        )
    )
    app = desk_page(inquiry=one.id)
    app.text_area(key=f"inquiry-{one.id}-decide.answer").set_value("わたしの案")
    app = well(app.run())
    desk = context.live().for_user(SYSTEM)
    theirs = {"answer": "同僚の案"}
    deciding.draft(desk, stored(), theirs, now=clock.now(), commit_id=new_commit_id())

    app = app.button(key=f"inquiry-{one.id}-decide:draft").click().run()
    assert "ほかの人が同じところを先に変えました" in told(app)
    app = well(app.button(key=f"inquiry:{one.id}:chosen:settle").click().run())

    assert stored().answer == "わたしの案"


# The list ---------------------------------------------------------------------------


def agencies(app) -> list[str]:
    return app.dataframe[0].value["agency"].tolist()


def test_authorities_stand_on_top_then_alarms_then_what_is_due(desk_page, put):
    soon, later = clock.now() + timedelta(hours=1), clock.now() + timedelta(days=3)
    put(
        contact("G-261120-AAAAA", agency_name="later", own_due_at=later),
        contact("G-261120-BBBBB", agency_name="soon", own_due_at=soon),
        contact("G-261120-CCCCC", agency_name="again", repeat_contacts=1),
        contact(
            "G-261120-DDDDD",
            agency_name="authority",
            agency_kind=AgencyKind.HEALTH_OFFICE,
            own_due_at=later,
        ),
        contact("G-261120-EEEEE", agency_name="done", status=InquiryStatus.CLOSED),
    )

    assert agencies(desk_page()) == ["authority", "again", "soon", "later"]
    assert agencies(desk_page(view="all"))[-2:] == ["done", KNOWN]
    assert agencies(desk_page(view="alarm")) == ["authority", "again"]


def test_the_address_understands_only_codes(desk_page, put):
    put(contact())

    app = desk_page(view="nonsense", inquiry="山田花子")

    assert agencies(app) == ["みなと台市消費生活センター"]


def test_a_contact_that_is_not_there_is_said_calmly(desk_page):
    app = desk_page(inquiry="G-261120-ZZZZZ")

    assert len(app.info) == 1


def test_the_day_begins_empty_with_the_way_to_write_a_call(desk_page):
    app = desk_page()

    assert "いま進めている連絡はありません。" in told(app)
    assert app.button(key="inquiries.call").label == "センターから連絡が来た"


def test_managers_see_what_was_known_and_whether_the_figures_agree(
    desk_page, put, known, first_member
):
    put(
        contact(complaint_id=known.id, matched=Match.FOUND),
        KpiDay(
            date=clock.today() - timedelta(days=3),
            centre="A",
            consumer_centre_calls=2,
        ),
    )
    app = desk_page(first_member)
    app.session_state["inquiries.figures"] = True
    said = told(well(app.run()))

    assert "先に知っていた割合: 100%(確かめた1件のうち" in said
    assert "日次KPIのセンター入電 2件、行政問合せに残した電話 0件" in said
    assert "2件、日次KPIのほうが多くあります" in said
    assert "inquiries.figures" not in [e.key for e in desk_page().expander]


def test_the_page_speaks_english(desk_page, put):
    put(one := contact())

    app = desk_page(language="en", inquiry=one.id)

    assert "Did we know already?" in told(app)
    app = desk_page(language="en")
    assert app.title[0].value == "Agency inquiries"


@pytest.mark.parametrize("query", [{"new": "1"}, {"inquiry": "G-261120-AAAAA"}])
def test_a_rerun_takes_no_table_from_the_store(
    desk_page, put, known, monkeypatch, query
):
    put(contact(product_code="A-01"))
    app = well(desk_page(**query).run())
    taken: list[str] = []
    frame = UserStore.frame
    monkeypatch.setattr(
        UserStore, "frame", lambda desk, name: taken.append(name) or frame(desk, name)
    )

    well(app.run())

    assert taken == []
