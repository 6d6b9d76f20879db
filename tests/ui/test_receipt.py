"""How a number is read out."""

from __future__ import annotations

import pytest

from lib.schema.ids import ALPHABET
from lib.ui.intake import receipt


def test_a_number_is_read_letter_by_letter_in_japanese():
    assert receipt.spoken("K-261121-7F3QX") == (
        "ケー · 2 6 1 1 2 1 · 7 エフ 3 キュー エックス"
    )


def test_a_number_is_read_with_the_radio_alphabet_in_english(monkeypatch):
    monkeypatch.setattr(receipt, "current", lambda: "en")

    assert receipt.spoken("K-261121-7F3QX") == (
        "Kilo · 2 6 1 1 2 1 · 7 Foxtrot 3 Quebec X-ray"
    )


@pytest.mark.parametrize("letter", [sign for sign in ALPHABET if sign.isalpha()])
def test_every_letter_of_a_number_has_a_name(letter):
    assert receipt.spoken(letter) != letter
