"""知見: a past resolution is found, shared, and written down from the screen."""

from __future__ import annotations

from datetime import timedelta

import pytest

from lib import clock
from lib.actions import documents
from lib.actions.knowledge import sharing
from lib.schema.activity import Activity
from lib.schema.complaint import Complaint
from lib.schema.document import Document
from lib.schema.masters import Product
from lib.schema.principal import SYSTEM
from lib.schema.vocab import (
    ActivityKind,
    Cause,
    ComplaintStatus,
    DocumentStatus,
    Resolution,
)
from lib.ui import context
from lib.ui.documents.state import NEW, form_name
from lib.ui.form import Form
from tests.builders import complaint

pytestmark = pytest.mark.usefixtures("first_member")

LID = "K-260801-AAAAA"


@pytest.fixture
def past(put) -> None:
    at = clock.now() - timedelta(days=100)
    put(
        Product(code="P-1", name="しずく化粧水"),
        Complaint(
            id=LID,
            received_at=at - timedelta(days=1),
            closed_at=at,
            content="届いた化粧水のふたが割れていた。090-1234-5678へ連絡がほしい",
            product_code="P-1",
            claim_type="不良品",
            status=ComplaintStatus.CLOSED,
            resolution=Resolution.REFUND,
            cause=Cause.PRODUCT,
            settled_cost=2_780,
            customer_key="key",
        ),
        Activity(
            id="H-260801-AAAAA",
            case_id=LID,
            at=at,
            kind=ActivityKind.REFUND,
            content="全額を返金した",
        ),
        complaint(id="K-261120-AAAAA", content="化粧水のふたが割れて届いた"),
    )


def shown(app) -> str:
    return "\n".join(str(e.value) for e in [*app.markdown, *app.caption, *app.text])


@pytest.mark.usefixtures("past")
def test_a_resolution_is_found_and_handed_on(open_page):
    app = open_page("knowledge")
    app.text_input(key="knowledge.search").set_value("ﾌﾀ 割れ").run()

    assert "全額を返金した" in shown(app)
    assert "2,780円" in shown(app)
    assert "090" not in shown(app)

    app.checkbox(key=f"knowledge.box:{LID}").check().run()
    app.button(key="knowledge.digest.chosen").click().run()

    assert not app.exception
    assert "全額を返金した" in app.code[0].value
    assert "090" not in app.code[0].value
    log = context.live().for_user(SYSTEM).audit("complaints", LID)
    assert sharing.DIGEST in log["after"].tolist()

    app.text_input(key="knowledge.search").set_value("どこにもない言葉").run()
    assert "0件" in shown(app)
    app.button(key="knowledge.clear").click().run()
    assert "全額を返金した" in shown(app)


@pytest.mark.usefixtures("past")
def test_a_link_opens_one_of_which_a_document_is_begun(open_page):
    app = open_page("knowledge")
    app.button(key=f"knowledge.open:{LID}").click().run()

    assert app.query_params["case"] in (LID, [LID])
    assert "届いた化粧水のふたが割れていた" in shown(app)

    app.button(key="knowledge.write.one").click().run()

    assert not app.exception
    form = Form(form_name(NEW), Document)
    assert form.key("title") in app.session_state
    assert (
        app.text_input(key=form.key("title")).value == "しずく化粧水・不良品への答え方"
    )
    app.button(key="documents.save").click().run()
    (made,) = documents.listed(context.live().for_user(SYSTEM))
    assert (made.sources, made.status) == ((LID,), DocumentStatus.DRAFT)


@pytest.mark.usefixtures("past")
def test_precedents_stand_beside_the_call_and_in_an_open_case(open_page):
    app = open_page("intake")
    assert "全額を返金した" not in shown(app)
    app.text_area(key="intake.content").set_value("ふたが割れて届いた").run()
    app.pills(key="intake.claim_type").set_value("不良品").run()

    assert not app.exception
    assert "全額を返金した" in shown(app)

    case = open_page("ledger")
    case.query_params["case"] = "K-261120-AAAAA"
    case.run()
    assert "似た件の解決" in [one.label for one in case.expander]
    assert "全額を返金した" not in shown(case)
    case.session_state["knowledge.of:K-261120-AAAAA"] = True
    case.run()
    assert "全額を返金した" in shown(case)
