"""Did we know? What finds the complaint that an agency talks about, and what does not."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from lib import clock
from lib.actions.inquiries import matching
from lib.actions.inquiries.matching import Heard, Likeness, customer, matches
from lib.schema.vocab import Category, ComplaintStatus
from lib.settings.customer_key import customer_key
from tests.builders import complaint, fill

NOW = datetime(2026, 11, 21, 10, 30, tzinfo=clock.TOKYO)
SECRET = b"secret"


@pytest.fixture(autouse=True)
def a_fixed_clock(monkeypatch):
    monkeypatch.setenv(clock.FIXED_BY, NOW.isoformat())


@pytest.fixture
def sought(sato):
    """Give the function that looks among some complaints for what was heard."""

    def found(*cases, **said):
        fill(sato, *cases)
        return matches(sato, Heard(at=NOW, **said))

    return found


def known(**values):
    return complaint(
        **{
            "received_at": NOW - timedelta(days=20),
            "content": "解約したいのに電話がつながらない。定期とは知らなかった",
            **values,
        }
    )


def reasons(found):
    return [reason.text() for reason in found.reasons]


@pytest.mark.parametrize(
    "said",
    ["EC-2024-12345", "ec202412345", "ＥＣ－２０２４－１２３４５", " EC 2024 12345 "],
)
def test_an_order_number_is_found_however_it_is_spelt(sought, said):
    case = known(order_number="EC-2024-12345")

    [found] = sought(case, known(order_number="EC-2024-99999"), order_number=said)

    assert (found.number, found.likeness) == (case.id, Likeness.SAME)
    assert reasons(found) == ["注文番号が同じ"]


def test_the_end_of_an_order_number_is_enough(sought):
    case = known(order_number="EC-2024-12345")

    [found] = sought(case, order_number="12345")

    assert (found.number, found.likeness) == (case.id, Likeness.LIKELY)


def test_a_slip_in_the_number_needs_something_else_beside_it(sought):
    case = known(order_number="EC-2024-12345", product_code="A-01")

    assert sought(case, order_number="EC-2024-12354") == ()
    [found] = sought(order_number="EC-2024-12354", product_code="Ａ-01")

    assert reasons(found) == ["注文番号が一か所だけ違う", "商品が同じ"]


def test_neighbouring_orders_of_other_people_are_not_offered(sought):
    assert sought(known(order_number="10002"), order_number="10001") == ()


@pytest.mark.parametrize(
    "typed", ["090-1234-5678", "０９０１２３４５６７８", "+81 90 1234 5678"]
)
def test_the_customers_phone_finds_the_case_through_its_key(sought, typed):
    key = customer_key("09012345678", SECRET)
    old = known(customer_key=key, received_at=NOW - timedelta(days=900))
    keys, names = customer(typed, SECRET)

    [found] = sought(old, known(), keys=keys, names=names)

    assert found.number == old.id
    assert reasons(found) == ["お客様の電話・メールが同じ"]


def test_a_name_is_found_without_its_blank_and_title(sought):
    case = known(customer_name="山田 花子")
    keys, names = customer("山田花子様", SECRET)

    [found] = sought(case, known(customer_name="山本 花子"), keys=keys, names=names)

    assert found.number == case.id
    assert reasons(found) == ["お客様の名前が同じ"]


def test_a_family_name_alone_only_supports(sought):
    case = known(customer_name="山田 花子", product_code="A-01")

    assert sought(case, names=("山田",)) == ()
    [found] = sought(names=("山田",), product_code="A-01")
    assert reasons(found) == ["お客様の名字が同じ", "商品が同じ"]


def test_a_box_with_phone_and_name_gives_both(sought):
    keys, names = customer("090-1234-5678 山田 花子", SECRET)

    assert keys == (customer_key("09012345678", SECRET),)
    assert names == ("山田", "花子")


def test_words_date_and_product_find_a_case_without_any_number(sought):
    case = known(
        product_code="A-01",
        category=Category.CONTRACT,
        occurred_on=date(2026, 11, 1),
        content="ｶｲﾔｸしたいのにデンワがつながらない",
    )
    others = [
        known(product_code="A-01", content=f"色が写真とちがう {n}") for n in range(9)
    ]

    found = sought(
        case,
        *others,
        product_code="A-01",
        category=Category.CONTRACT,
        occurred_on=date(2026, 11, 2),
        words="かいやくの電話がつながらないと言っている",
    )

    assert found[0].number == case.id
    assert "言っていることが似ている" in reasons(found[0])
    assert "できごとの日が近い" in reasons(found[0])
    assert found[0].likeness is not Likeness.SAME


def test_what_many_cases_share_offers_none_of_them(sought):
    cases = [
        known(
            product_code="A-01",
            category=Category.CONTRACT,
            content="注文を取り消したい",
        )
        for _n in range(4)
    ]

    assert (
        sought(
            *cases,
            product_code="A-01",
            category=Category.CONTRACT,
            words="荷物の箱がつぶれていた",
        )
        == ()
    )


def test_a_complaint_after_the_call_was_not_known_before_it(sought):
    later = known(order_number="X-12345", received_at=NOW + timedelta(minutes=1))

    assert sought(later, order_number="X-12345") == ()


def test_a_withdrawn_complaint_is_not_offered(sought):
    gone = known(order_number="X-12345", status=ComplaintStatus.CANCELLED)

    assert sought(gone, order_number="X-12345") == ()


def test_the_likeliest_comes_first_and_no_more_than_five(sought):
    by_number = known(order_number="X-12345")
    same_customer = [known(customer_key="k") for _n in range(7)]

    found = sought(*same_customer, by_number, order_number="X-12345", keys=("k",))

    assert len(found) == matching.SHOWN
    assert found[0].number == by_number.id


def test_nothing_said_finds_nothing(sought):
    assert sought(known(), words=" ", product_code="不明") == ()


def test_what_was_said_stands_in_no_key_of_the_cache(sought, sato, monkeypatch):
    names = []
    derived = type(sato).derived
    monkeypatch.setattr(
        type(sato),
        "derived",
        lambda desk, name, make: names.append(repr(name)) or derived(desk, name, make),
    )

    sought(known(), words="秘密の話", names=("山田",))

    assert names
    assert not any("秘密" in name or "山田" in name for name in names)
