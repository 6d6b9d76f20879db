"""Comparing, storing, masking and showing text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.text import (
    digits,
    folded,
    inert,
    is_masked,
    is_web_address,
    masked,
    one_line,
    storable,
)


def test_width_case_and_kana_kind_are_folded_away():
    assert (
        folded("ｶｲﾔｸ　したい") == folded("カイヤク したい") == folded("かいやく したい")
    )
    assert folded("ＡＢＣ") == folded("abc")


def test_invisible_marks_do_not_hide_a_word_from_search():
    assert folded("解\u200b約") == folded("解約")


def test_line_ends_become_one_kind_and_control_codes_go():
    assert storable("a\r\nb\rc\x00\x07") == "a\nb\nc"


def test_a_lone_surrogate_becomes_a_replacement_mark():
    assert storable("a\ud800b") == "a\ufffdb"


@given(st.text())
def test_storable_text_is_utf8_and_storing_it_again_changes_nothing(text):
    once = storable(text)

    once.encode("utf-8")
    assert storable(once) == once


def test_formulas_markup_and_direction_marks_stay_as_typed():
    for text in (
        "=1+1",
        "+81 90",
        "@SUM(A1)",
        "<script>",
        "𠮷👨‍👩‍👧",
        "\u202eabc",
        "007",
    ):
        assert storable(text) == text


def test_a_phone_keeps_its_last_four_digits_and_a_mail_its_domain():
    assert masked("090-1234-5678") == "…5678"
    assert masked("０９０１２３４５６７８") == "…5678"
    assert masked("hanako@example.jp") == "h…@example.jp"
    assert masked(" ") == ""
    assert masked("090 1234 5678 hanako＠example.jp") == "…5678 h…@example.jp"


@pytest.mark.parametrize(
    ("contact", "left"),
    [
        ("taro@example.jp、090-1234-5678", "…5678 t…@example.jp"),
        ("090-1234-5678/taro@example.jp", "…5678 t…@example.jp"),
        ("taro@example.jp(090-1234-5678)", "…5678 t…@example.jp"),
        ("taro@example.jp:090-1234-5678", "t…@example.jp"),
        ("taro@example.jp-090-1234-5678", "t…@…"),
        ("a@x.jp,hanako@gmail.com", "a…@x.jp h…@gmail.com"),
        ("a@x.jp；hanako@gmail.com", "a…@x.jp h…@gmail.com"),
        ("taro@hanako@gmail.com", "t…@…"),
        ("LINE:@taro_yamada", "L…@…"),
        ("LINE:@taro.yamada", "L…@…"),
        ("@090-1234-5678", "…@…"),
        ("03(1234)5678", "…5678"),
        ("+81 90 1234 5678", "…5678"),
        ("、", "…"),
    ],
)
def test_contacts_parted_by_marks_are_masked_each_by_itself(contact, left):
    assert masked(contact) == left
    assert is_masked(left)
    assert not is_masked(contact)


@pytest.mark.parametrize("mark", "、,;；，/／・|｜「」()（） ")
def test_what_stands_beside_a_mask_makes_it_none(mark):
    assert is_masked(f"…5678{mark}t…@example.jp")
    assert not is_masked(f"t…@example.jp{mark}090-1234-5678")


@given(st.text())
def test_masking_what_is_masked_changes_nothing(contact):
    once = masked(contact)
    assert masked(once) == once
    assert is_masked(once) or not contact.strip()


@pytest.mark.parametrize("contact", ["090-1234-5678", "hanako@example.jp", "山田花子"])
def test_what_masking_left_is_told_from_what_people_type(contact):
    assert is_masked(masked(contact))
    assert not is_masked(contact)
    assert not is_masked("")


def test_markdown_is_escaped_letter_for_letter():
    assert inert("**a** [x](y)") == r"\*\*a\*\* \[x\]\(y\)"


@pytest.mark.parametrize(
    "address", ["www.evil.example", "https://evil.example", "a.b@evil.example"]
)
def test_an_address_in_inert_text_is_broken_by_an_invisible_joiner(address):
    """Streamlit's Markdown links addresses after unescaping (seen in Chromium)."""
    shown = inert(address).replace("\\", "")

    assert address not in shown
    assert shown.replace("\u2060", "") == address


@pytest.mark.parametrize(
    "shortcut",
    [
        ":smile:",
        ":+1:",
        ":-1:",
        ":100:",
        ":material/delete:",
        ":material_lock:",
        ":streamlit:",
        "a -> b",
        "a <-> b",
        "->",
        "a -- b",
        "a >= b",
        "    四つの空白",
        "一行目\n\t二行目",
        "_https://evil.example",
        "xwww.evil.example",
    ],
)
def test_what_streamlit_finds_after_unescaping_is_broken_too(shortcut):
    """Its faces, icons, logo and arrows, and blocks of code (seen in Chromium)."""
    shown = inert(shortcut).replace("\\", "").replace("  \n", "\n")

    assert shown != shortcut
    assert shown.replace("\u2060", "") == shortcut


@pytest.mark.parametrize(
    "text", ["10:30", "10:30:45", "a:b", "時刻:午後", "a-b", "1 2"]
)
def test_what_only_looks_like_it_is_copied_as_it_is(text):
    assert "\u2060" not in inert(text)


def test_entities_and_underlined_headings_stay_letters():
    assert inert("&lt;b&gt;") == r"\&lt;b\&gt;"
    assert inert("題\n===") == "題  \n" + r"\=\=\="


@pytest.mark.parametrize(
    "address",
    ["https://example.jp", "HTTP://127.0.0.1:8/a?b#c", "https://例え.jp/録音/1.mp3"],
)
def test_a_button_opens_the_address_of_a_page(address):
    assert is_web_address(address)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "javascript:alert(1)",
        " https://example.jp",
        "https://example.jp 2つ目",
        "https://example.jp\nx",
        "https://example.jp@evil.example/",
        "https://",
        "//evil.example",
        "data:text/html,x",
        "https://example.jp/<b>",
        "https://example.jp/" + "a" * 2_000,
    ],
)
def test_a_button_opens_nothing_else(address):
    assert not is_web_address(address)


def test_a_sign_that_is_no_address_stays_as_it_is():
    assert inert("@SUM") == "@SUM"


def test_a_long_text_is_cut_for_a_table():
    assert one_line("あ\nい" * 100, limit=5) == "あ いあ…"


def test_digits_reads_full_width():
    assert digits("０３（１２）a4") == "03124"
