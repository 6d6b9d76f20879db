"""What a customer can be known by does not get through, however it was spelt."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.reports.dossier.veil import Sure, Veil, partly

VEIL = Veil(
    names=("山田 太郎", "ヤマダ"),
    contacts=("090-1234-5678、taro.yamada@example.com",),
    order_numbers=("250912-48213",),
    officers=("長沢",),
)


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("山田様より電話", "お客様Aより電話"),
        ("山田　太郎さんが来店", "お客様Aが来店"),
        ("山田太郎が怒っている", "お客様Aが怒っている"),
        ("山田花子様も同席", "お客様Aも同席"),
        ("ﾔﾏﾀﾞ様からFAX", "お客様AからFAX"),
        ("やまださんに連絡", "お客様Aに連絡"),
        ("山\u200b田様", "お客様A"),
        ("０９０－１２３４－５６７８へ", "…5678へ"),
        ("090\u200b12345678", "…5678"),
        ("090の1234の5678です", "…5678です"),
        ("090ー1234ー5678", "…5678"),
        ("090 1234\n5678", "…5678"),
        ("局番なしで1234-5678", "局番なしで…5678"),
        ("taro.yamada＠example.com", "t…@example.com"),
        ("Taro.Yamadaの名で登録", "（アカウント）の名で登録"),
        ("注文番号250912-48213", "注文番号…8213"),
        ("２５０９１２４８２１３", "…8213"),
        ("市民センターの長沢様より", "市民センターのご担当者より"),
    ],
)
def test_what_is_known_of_the_case_is_hidden_in_every_spelling(typed, shown):
    assert VEIL.hide(typed) == shown


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("息子の03-3333-4444へ", "息子の（電話番号）へ"),
        ("+81 90 1111 2222 へ", "（電話番号） へ"),
        ("電話は3333-4444", "電話は（電話番号）"),
        ("hanako@foo.co.jpへ", "（メールアドレス）へ"),
        ("hanako (at) foo.co.jp", "（メールアドレス）"),
        ("カード4111 1111 1111 1111で", "カード（カード番号）で"),
        ("〒150-0041 東京都渋谷区神南1-2-3 コーポ南101号室に", "（住所）に"),
        ("渋谷区神南１丁目２番３号に送付", "（住所）に送付"),
        ("口座は普通1234567", "口座は普通（口座番号）"),
        ("生年月日は昭和55年1月2日", "生年月日は（生年月日）"),
        ("@hana_chanに書かれた", "（アカウント）に書かれた"),
        ("LINE ID: hanako_99", "LINE ID: （アカウント）"),
        ("隣家の田中様も", "隣家の〇〇様も"),
        ("追跡番号 123456789012", "追跡番号 （番号）"),
    ],
)
def test_anybodys_contact_is_hidden_though_nobody_told_of_it(typed, shown):
    assert VEIL.hide(typed) == shown


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-21 10:30 に電話",
        "契約金額 12,800円、初回は10%引き",
        "同様の様子。お客様と皆様、仕様、奥様、ご本人様",
        "神奈川県消費生活センターから3-4回の連絡",
        "東京都の条例により1-2日で",
        "特定商取引法第12条の6第1項",
        "ひばり県 県民生活部 消費生活課",
        "受付番号 K-261121-7F3QX",
        "みなと台市保健所 生活衛生課",
        "末尾5678とだけ伺った",
    ],
)
def test_what_names_nobody_stays_readable(text):
    assert VEIL.hide(text) == text


@pytest.mark.parametrize(
    ("link", "shown"),
    [
        ("https://drive.example/d/1aBcXyZ0123456789/view", None),
        (
            "https://call.example/?tel=03-3333-4444",
            "https://call.example/?tel=（電話番号）",
        ),
        ("https://call.example/x09012345678y", "https://call.example/x…5678y"),
    ],
)
def test_a_links_own_number_stays_and_a_contact_in_it_does_not(link, shown):
    assert VEIL.hide(link) == (shown or link)


@pytest.mark.parametrize(
    ("field", "shown"),
    [
        ("090-1234-5678、taro.yamada@example.com", "…5678、t…@example.com"),
        (
            "a@b.example（携帯 090-1111-2222）",
            "（メールアドレス）（携帯 （電話番号））",
        ),
        ("1234", "…1234"),
        ("なし", "…"),
        ("", "…"),
    ],
)
def test_of_a_contact_field_at_most_the_end_is_left(field, shown):
    assert VEIL.contact(field) == shown
    assert VEIL.hide(VEIL.contact(field)) == shown


def test_a_name_of_one_sign_is_hidden_only_where_it_is_a_name():
    veil = Veil(names=("原",))

    assert veil.hide("原因は原様の原料") == "原因はお客様Aの原料"
    assert veil.hide("原から電話") == "お客様Aから電話"


def test_a_field_that_holds_no_name_hides_no_common_word():
    assert Veil(names=("不明", "A")).hide("原因は不明、A社") == "原因は不明、A社"


def test_of_two_findings_that_overlap_nothing_is_left():
    hidden = VEIL.hide("東京都港区芝1-2-3 コーポ山田 202号室の090-1234-5678")

    assert "芝" not in hidden
    assert "202" not in hidden
    assert "5678" not in hidden.replace("…5678", "")


def test_a_text_of_our_own_stays_even_where_it_equals_a_customers_name():
    assert VEIL.hide(Sure("山田")) == "山田"


@pytest.mark.parametrize(
    ("number", "shown"),
    [("250912-48213", "…8213"), ("12345", "…45"), ("7", "…"), ("", "")],
)
def test_of_an_order_number_at_most_half_is_left(number, shown):
    assert partly(number) == shown


@given(
    st.sampled_from(["09012345678", "090-1234-5678", "０９０１２３４５６７８"]),
    st.text(st.characters(exclude_categories=["Nd", "Cs"]), max_size=30),
    st.text(st.characters(exclude_categories=["Nd", "Cs"]), max_size=30),
)
def test_a_number_is_hidden_whatever_stands_around_it(number, before, after):
    assert "1234" not in VEIL.hide(before + number + after).replace("１２３４", "1234")


def test_a_long_text_is_read_in_a_moment():
    text = "東京都" * 3000 + "0" * 5000 + "あ様" * 3000 + "a." * 4000 + "-" * 3000

    assert VEIL.hide(text)
