"""Past resolutions: found, told with what came after, shared without saying who it was."""

from __future__ import annotations

from datetime import timedelta

import pytest

from lib import clock
from lib.actions import archiving
from lib.actions.knowledge import drafting, past, searching, sharing
from lib.actions.knowledge.searching import Asked
from lib.errors import NotAllowed
from lib.metrics.knowledge.returns import Return
from lib.schema.erasing import ERASED
from lib.schema.ids import new_commit_id
from lib.schema.inquiry import AgencyInquiry
from lib.schema.learning import Improvement
from lib.schema.masters import Member, Product
from lib.schema.principal import SYSTEM, Principal
from lib.schema.vocab import (
    ActivityKind,
    AgencyKind,
    Cause,
    ComplaintKind,
    ComplaintStatus,
    Resolution,
    Role,
)
from lib.store.archive import Moving
from lib.store.live import LiveStore
from lib.store.opening import open_store
from lib.store.protocol import Commit, Update
from tests.builders import activity, complaint, fill

CLERK = Principal("clerk@example.jp", "鈴木 太郎", Role.CLERK)
VIEWER = Principal("viewer@example.jp", "加藤 次郎", Role.VIEWER)
LEAD = Principal("lead@example.jp", "森 一郎", Role.ADMIN)

WHOLE_STORY = (
    "山田様より。注文番号は250928-59008、電話は090-1234-5678、t.yamada@example.jp。"
    "届いた化粧水のふたが割れていた。鈴木が受けた。"
)


def closed(number: str, days_ago: float = 100, **values):
    at = clock.now() - timedelta(days=days_ago)
    return complaint(
        **{
            "id": f"K-2608{number}",
            "received_at": at - timedelta(days=1),
            "closed_at": at,
            "status": ComplaintStatus.CLOSED,
            "resolution": Resolution.REFUND,
            "cause": Cause.PRODUCT,
            "product_code": "P-1",
            "claim_type": "不良品",
            "customer_key": f"key {number}",
            "next_promise": None,
            "next_promise_at": None,
            **values,
        }
    )


def step(case, kind: ActivityKind, content: str, **values):
    return activity(case, kind=kind, content=content, at=case.closed_at, **values)


@pytest.fixture(scope="module")
def live(tmp_path_factory):
    data = tmp_path_factory.mktemp("knowledge")
    store = LiveStore(open_store(f"sqlite:///{data / 'm.db'}", data=data))
    lid = closed(
        "01-AAAAA",
        content=WHOLE_STORY,
        customer_name="山田 花子",
        contact="090-1234-5678 t.yamada@example.jp",
        order_number="250928-59008",
        settled_cost=2_780,
        handling_minutes=40,
    )
    again = closed(
        "02-AAAAA",
        80,
        content="代わりの品もふたが割れた",
        resolution=Resolution.EXCHANGE,
        customer_key=lid.customer_key,
    )
    fill(
        store.for_user(SYSTEM),
        Member(email=CLERK.key, name=CLERK.name, role=Role.CLERK),
        Product(code="P-1", name="しずく化粧水"),
        lid,
        again,
        closed(
            "03-AAAAA", 10, content="取り替えてもふたが開かない", customer_key="new"
        ),
        closed("04-AAAAA", content=ERASED, customer_key=""),
        closed("05-AAAAA", content="ふたに色があるとよい", kind=ComplaintKind.WISH),
        closed(
            "06-AAAAA", content="解約の電話がつながらない", claim_type="解約できない"
        ),
        complaint(id="K-260807-AAAAA", content="ふたが割れて届いた"),
        step(lid, ActivityKind.EXPLANATION, "鈴木がお詫びし、山田様に返金をご案内"),
        step(lid, ActivityKind.REFUND, "約束を果たした: 返金(2026/08/13 15:00)"),
        step(lid, ActivityKind.REFUND, "全額を返金。090-1234-5678に連絡済み"),
        step(lid, ActivityKind.STATUS_CHANGE, "状態を変更"),
    )
    yield store
    store.close()


@pytest.fixture
def desk(live):
    return live.for_user(CLERK)


def numbers(found) -> list[str]:
    return [number[-8:-6] for number in found.numbers()]


def test_only_closed_complaints_with_words_are_past_resolutions(desk):
    found = searching.search(desk, Asked())

    assert numbers(found)[:2] == ["03", "02"]
    assert sorted(numbers(found)) == ["01", "02", "03", "06"]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (Asked("ﾌﾀ 割れ"), ["02", "01"]),
        (Asked("取替え"), ["03"]),
        (Asked("かいやく"), ["06"]),
        (Asked("全額"), ["01"]),
        (Asked("しずく ふた"), ["03", "02", "01"]),
        (Asked("ふた", resolution=Resolution.EXCHANGE), ["02"]),
        (Asked(claim_type="解約できない"), ["06"]),
        (Asked(product_code="P-9"), []),
        (Asked("ふた", cause=Cause.DELIVERY), []),
        (Asked("どこにもない言葉"), []),
    ],
)
def test_words_and_filters_find_the_newest_of_what_fits(desk, asked, expected):
    found = searching.search(desk, asked)

    assert numbers(found)[: found.near_from] == expected


def test_a_resolution_tells_what_was_agreed_what_it_cost_and_what_came_after(desk):
    lid, again, fresh = searching.lessons(
        desk, [f"K-2608{n}-AAAAA" for n in ("01", "02", "03")], clock.now()
    )

    assert lid.agreed == (
        "全額を返金。090-1234-5678に連絡済み\n鈴木がお詫びし、山田様に返金をご案内"
    )
    assert (lid.cost, lid.minutes) == (2_780, 40)
    assert (lid.state, lid.days) == (Return.CAME_BACK, 19)
    assert (again.agreed, again.cost, again.minutes) == ("", None, None)
    assert (again.state, again.days) == (Return.STAYED_AWAY, None)
    assert fresh.state is Return.TOO_EARLY


def test_shares_are_of_those_of_whom_it_can_be_known(desk):
    now = clock.now()

    refund, exchange = searching.summary(desk, searching.search(desk, Asked()), now)

    assert (refund.resolution, refund.count) == (Resolution.REFUND, 3)
    assert (refund.returned, refund.followed) == (1, 2)
    assert (refund.cost, refund.costed) == (2_780.0, 1)
    assert (exchange.returned, exchange.followed, exchange.cost) == (0, 1, None)


def test_precedents_are_like_the_case_and_never_the_case_itself(desk):
    now = clock.now()
    case = desk.record("complaints", "K-260807-AAAAA")

    found = searching.like(desk, case.model_copy(update={"product_code": "P-1"}), now)
    own = searching.like(desk, desk.record("complaints", "K-260801-AAAAA"), now)

    assert found[0].number == "K-260801-AAAAA"
    assert "K-260806-AAAAA" not in [one.number for one in found]
    assert "K-260801-AAAAA" not in [one.number for one in own]
    nothing = {"content": " ", "product_code": "P-1", "claim_type": "", "now": now}
    assert searching.precedents(desk, **nothing) == ()


def test_a_digest_leaves_the_app_without_saying_who_it_was(live, desk):
    text = sharing.digest(
        desk,
        live.for_user(SYSTEM),
        ["K-260801-AAAAA"],
        now=clock.now(),
        commit_id=new_commit_id(),
    )

    for told in ("山田", "花子", "鈴木", "090", "5678", "example", "250928", "59008"):
        assert told not in text.replace("K-260801-AAAAA", ""), told
    for kept in (
        "ふたが割れていた",
        "全額を返金",
        "担当の者",
        "しずく化粧水",
        "2,780円",
    ):
        assert kept in text, kept
    assert sharing.link("K-260801-AAAAA") in text
    log = live.for_user(SYSTEM).audit("complaints", "K-260801-AAAAA")
    taken = log[log["after"] == sharing.DIGEST]
    assert taken["actor"].tolist() == [CLERK.name]


def test_whom_a_case_names_is_hidden_after_it_was_put_away_too(tmp_path):
    store = LiveStore(open_store(f"sqlite:///{tmp_path / 'm.db'}", data=tmp_path))
    story = (
        "1234-5678に折り返し、またはt.yamadaへ。注文998877の件。"
        "センターの大河原さんから電話。大河原次郎相談員が了承"
    )
    old = closed(
        "09-AAAAA",
        1_500,
        content=f"箱がつぶれた。{story}",
        contact="03-1234-5678, t.yamada@example.jp",
        order_number="AB-998877",
    )
    later = closed("10-AAAAA", customer_key=old.customer_key)
    asked = AgencyInquiry(
        id="G-1",
        complaint_id=later.id,
        first_contact_at=old.closed_at,
        agency_kind=AgencyKind.CONSUMER_CENTRE,
        agency_name="市のセンター",
        officer_name="大河原 次郎",
    )
    told = step(old, ActivityKind.REFUND, f"返金した。{story}")
    fill(store.for_user(SYSTEM), old, told, later, asked)
    now = clock.now()
    # As it was brought there before contacts were cut first.
    due = archiving.due(store, LEAD, now)
    moved = store.move(Moving(new_commit_id(), LEAD.name, now, due.cases, due.years))
    desk = store.for_user(CLERK)
    assert moved.done == (old.id,)

    digest = sharing.digest(
        desk, store.for_user(SYSTEM), [old.id], now=now, commit_id=new_commit_id()
    )
    for text in (digest, drafting.draft(desk, [old.id], now).body):
        assert "箱がつぶれた" in text
        assert "返金した" in text
        for hidden in ("5678", "yamada", "998877", "8877", "大河原", "次郎"):
            assert hidden not in text, hidden
    with pytest.raises(NotAllowed):
        desk.derived("shared by all", lambda: desk.archived_in_full("complaints"))
    store.close()


def test_who_only_reads_takes_no_digest(live):
    desk = live.for_user(VIEWER)

    assert numbers(searching.search(desk, Asked("全額"))) == ["01"]
    with pytest.raises(NotAllowed):
        sharing.digest(
            desk,
            live.for_user(SYSTEM),
            ["K-260801-AAAAA"],
            now=clock.now(),
            commit_id=new_commit_id(),
        )


def test_a_page_is_drafted_from_what_was_said_agreed_and_came_of_it(desk):
    page = drafting.draft(desk, ["K-260801-AAAAA", "K-260802-AAAAA"], clock.now())

    assert (page.product_code, page.claim_type) == ("P-1", "不良品")
    assert page.source_ids == ("K-260801-AAAAA", "K-260802-AAAAA")
    assert page.title == "しずく化粧水・不良品への答え方"
    assert [line for line in page.body.splitlines() if line.startswith("#")] == [
        "# 状況",
        "# お伝えすること",
        "# 合意のしかた",
        "# 結果",
    ]
    assert "2,780円(1件)" in page.body
    for told in ("山田", "鈴木", "090", "59008"):
        assert told not in page.body


def test_what_changes_is_found_anew_and_the_rest_is_not_read_again(tmp_path):
    store = LiveStore(open_store(f"sqlite:///{tmp_path / 'm.db'}", data=tmp_path))
    system = store.for_user(SYSTEM)
    waiting = complaint(id="K-260807-AAAAA", content="ふたが割れて届いた")
    fill(system, waiting, closed("06-AAAAA", content="解約の電話がつながらない"))
    before = past.past(store.for_user(CLERK))

    noted = Update("complaints", waiting.id, {"note": ""}, {"note": "倉庫に確認中"})
    system.commit(Commit(new_commit_id(), "試験", clock.now(), (noted,)))
    assert past.past(store.for_user(CLERK)) is before

    fill(system, closed("08-AAAAA", content="ポンプが押せない"))
    after = store.for_user(CLERK)
    assert past.is_at_hand(after)
    assert numbers(searching.search(after, Asked("ポンプ"))) == ["08"]
    assert numbers(searching.search(after, Asked("かいやく"))) == ["06"]
    store.close()


def test_who_came_back_did_so_after_that_complaint_was_put_away_too(tmp_path):
    store = LiveStore(open_store(f"sqlite:///{tmp_path / 'm.db'}", data=tmp_path))
    kept = closed("09-AAAAA", 1_500, customer_key="same")
    again = closed("10-AAAAA", 1_480, customer_key="same")
    fill(
        store.for_user(SYSTEM),
        kept,
        again,
        Improvement(id="I-1", title="箱", trigger_id=kept.id),
    )
    moved = archiving.put_away(store, LEAD, clock.now(), data=tmp_path)

    def told(who):
        (lesson,) = searching.lessons(store.for_user(who), [kept.id], clock.now())
        return lesson.state, lesson.days

    assert moved.cases == [again.id]
    assert told(CLERK) == told(VIEWER) == (Return.CAME_BACK, 19)
    store.close()


def test_what_is_put_away_is_searched_on_demand_and_opens_by_its_number(tmp_path):
    store = LiveStore(open_store(f"sqlite:///{tmp_path / 'm.db'}", data=tmp_path))
    old = closed("09-AAAAA", 1_500, content="箱に090-1234-5678と書かれていた")
    fill(store.for_user(SYSTEM), old, step(old, ActivityKind.REFUND, "全額を返金した"))
    archiving.put_away(store, LEAD, clock.now(), data=tmp_path)
    desk = store.for_user(CLERK)

    assert numbers(searching.search(desk, Asked("箱"))) == []
    assert numbers(searching.search(desk, Asked("箱", archived=True))) == ["09"]
    assert past.is_put_away(desk, [old.id])
    (lesson,) = searching.lessons(desk, [old.id], clock.now(), archived=True)
    assert (lesson.agreed, lesson.state) == ("全額を返金した", Return.STAYED_AWAY)
    assert "全額を返金した" in drafting.draft(desk, [old.id], clock.now()).body
    store.close()
