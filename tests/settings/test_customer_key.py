"""The same customer is recognised; strangers are not joined."""

import pytest

from lib.settings.customer_key import (
    contact_parts,
    customer_key,
    normalised_contact,
    secret_of,
)


@pytest.mark.parametrize(
    "typed",
    [
        "09012345678",
        "090-1234-5678",
        "０９０（１２３４）５６７８",
        "+81 90-1234-5678",
        "+81 (0)90 1234 5678",
        "9012345678",
    ],
)
def test_every_way_of_typing_a_mobile_number_is_one_customer(typed):
    assert normalised_contact(typed) == "09012345678"


def test_a_landline_that_lost_its_zero_in_a_sheet_is_recognised():
    assert normalised_contact("312345678") == normalised_contact("03-1234-5678")


def test_mail_addresses_are_compared_without_case_and_width():
    assert normalised_contact(" Ｈanako@Example.JP ") == "hanako@example.jp"


@pytest.mark.parametrize("typed", ["", "1234", "内線 205", "山田"])
def test_what_is_no_contact_joins_nobody(typed):
    assert customer_key(typed, b"secret") == ""


def test_another_installation_makes_another_key():
    assert customer_key("0312345678", b"a") != customer_key("0312345678", b"b")


def test_the_secret_is_made_once_and_private(tmp_path):
    first = secret_of(tmp_path)

    assert secret_of(tmp_path) == first
    assert (tmp_path / "customer.key").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("contact", "parts"),
    [
        ("taro@example.jp、090-1234-5678", ["09012345678", "taro@example.jp"]),
        ("taro@example.jp(090-1234-5678)", ["09012345678", "taro@example.jp"]),
        ("090-1234-5678(妻 080-1111-2222)", ["09012345678", "08011112222"]),
        ("090 1234 5678、+81 80 1111 2222", ["09012345678", "08011112222"]),
        ("a@x.jp,b@x.jp", ["a@x.jp", "b@x.jp"]),
        ("03(1234)5678", ["0312345678"]),
        ("+81 90 1234 5678", ["09012345678"]),
        ("090/1234/5678", ["09012345678"]),
        ("山田", []),
        ("", []),
    ],
)
def test_each_number_and_address_in_a_contact_is_told(contact, parts):
    assert contact_parts(contact) == parts
