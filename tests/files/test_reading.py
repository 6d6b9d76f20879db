"""What a file is, is seen in its bytes, whatever its name says."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

import openpyxl
import pytest

from lib.errors import UnreadableFile
from lib.files import reading
from lib.files.reading import read_file

LINES = "受付日時,内容\r\n2026/11/20,届いた箱がつぶれていました\r\n"
ROWS = (("受付日時", "内容"), ("2026/11/20", "届いた箱がつぶれていました"))


def refusal(data: bytes, name: str = "a.csv") -> str:
    with pytest.raises(UnreadableFile) as caught:
        read_file(name, data)
    return caught.value.message


@pytest.mark.parametrize(
    "encoding",
    [
        "utf-8",
        "utf-8-sig",
        "utf-16",
        "utf-16-le",
        "utf-16-be",
        "utf-32",
        "cp932",
        "euc_jp",
        "iso2022_jp",
    ],
)
def test_a_text_is_read_in_every_encoding_of_japan(encoding):
    (sheet,) = read_file("a.csv", LINES.encode(encoding)).sheets

    assert sheet.rows == ROWS


@pytest.mark.parametrize(
    "data",
    [
        b"\x00,1\n" + "山田,1\n佐藤,2\n".encode(),
        "山田,1\n佐藤,2\n".encode() * 50 + b"\x00,1\n",
        "山田,1\n佐藤,2\n".encode() + "①".encode("cp932"),
    ],
    ids=["a zero first", "a zero last", "one letter of another encoding"],
)
def test_a_few_strange_bytes_never_turn_a_text_into_other_letters(data):
    assert refusal(data) == reading.UNKNOWN_ENCODING


@pytest.mark.parametrize("encoding", ["cp932", "euc_jp", "utf-16-le"])
def test_short_names_are_read_in_every_encoding(encoding):
    text = "名前,県\n" + "山田,青森\n佐藤,岩手\n" * 40

    (sheet,) = read_file("a.csv", text.encode(encoding)).sheets

    assert sheet.rows[1] == ("山田", "青森")


def test_more_columns_than_are_read_are_refused_and_not_cut():
    wide = [*map(str, range(reading.MOST_COLUMNS + 1))]
    book = openpyxl.Workbook()
    book.active.append(wide)
    data = io.BytesIO()
    book.save(data)

    for content in (",".join(wide).encode(), data.getvalue()):
        assert refusal(content) == reading.TOO_MANY_COLUMNS
    (sheet,) = read_file("a.csv", (",".join(wide[:-1]) + ",,,").encode()).sheets
    assert len(sheet.rows[0]) == reading.MOST_COLUMNS


def test_a_text_in_two_encodings_is_refused_and_not_guessed():
    mixed = LINES.encode() + "2026/11/21,解約したい\r\n".encode("cp932")

    assert refusal(mixed) == reading.UNKNOWN_ENCODING


def test_half_width_kana_stay_what_they_are():
    (sheet,) = read_file("a.csv", "ﾅｲﾖｳ,ｶｲﾔｸ\nｼﾀｲ,ﾊﾟｯﾁﾃｽﾄ".encode("cp932")).sheets

    assert sheet.rows[0] == ("ﾅｲﾖｳ", "ｶｲﾔｸ")


@pytest.mark.parametrize(
    "data",
    [
        b"%PDF-1.7\n1 0 obj",
        b"\x89PNG\r\n\x1a\n",
        b"GIF89a",
        b"\xff\xd8\xff\xe0JFIF",
        b"MZ\x90\x00\x03",
        b"\x7fELF\x02",
        b"\x1f\x8b\x08\x00",
        b"7z\xbc\xaf\x27\x1c",
        b"Rar!\x1a\x07",
        b"{\\rtf1 x}",
        b"PK\x05\x06" + b"\x00" * 18,
        b"<html><table><tr><td>1",
        b"  <!DOCTYPE html><script>",
        b"<?xml version='1.0'?><Workbook/>",
        "<svg onload=alert(1)>".encode("utf-16"),
        b"MIME-Version: 1.0\r\nX-Document-Type: Workbook",
        b"\xef\xbb\xbf<table>",
    ],
    ids=lambda data: repr(data[:6]),
)
def test_other_kinds_of_files_are_refused_under_any_name(data):
    for name in ("a.csv", "a.xlsx", "../../a.xls", "a"):
        assert refusal(data, name) == reading.DAMAGED


@pytest.mark.parametrize("data", [b"\xef\xbb\xbf", b"\xff\xfe", b"\n\n", b" "])
def test_a_text_without_words_has_no_rows_that_say_anything(data):
    (sheet,) = read_file("a.csv", data).sheets

    assert [cell for row in sheet.rows for cell in row if str(cell).strip()] == []


def test_zeros_in_a_text_are_no_text():
    assert refusal(b"a,b\n\x00\x01\x02,c\n") == reading.UNKNOWN_ENCODING


def test_a_quote_without_an_end_and_a_cell_too_long_are_refused():
    assert refusal(b'a,b\n"' + b"x" * 140_000) == reading.DAMAGED


# Archives --------------------------------------------------------------------------


def book() -> bytes:
    data = io.BytesIO()
    openpyxl.Workbook().save(data)
    return data.getvalue()


def packed(write: Callable[[zipfile.ZipFile], None]) -> bytes:
    """Return a workbook with something more in its archive."""
    data = io.BytesIO(book())
    with zipfile.ZipFile(data, "a", zipfile.ZIP_DEFLATED) as archive:
        write(archive)
    return data.getvalue()


@pytest.mark.parametrize("name", ["../../x.xml", "/etc/x", "xl\\..\\..\\x", "\\\\a\\b"])
def test_an_entry_that_leads_outside_is_refused(name):
    assert refusal(packed(lambda a: a.writestr(name, b"x"))) == reading.UNSAFE


@pytest.mark.parametrize("packing", [zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2])
def test_an_entry_packed_as_no_workbook_is_refused(packing):
    odd = packed(lambda a: a.writestr("x.xml", b"x" * 99, compress_type=packing))

    assert refusal(odd) == reading.UNSAFE


def test_an_entry_with_a_password_is_told_as_such():
    data = bytearray(packed(lambda a: a.writestr("x.xml", b"x")))
    place = data.rindex(b"PK\x01\x02")
    data[place + 8] |= 1  # the flag of the last entry of the directory

    assert refusal(bytes(data)) == reading.LOCKED


def test_an_entry_that_stands_twice_is_refused():
    with pytest.warns(UserWarning, match="Duplicate name"):
        twice = packed(lambda a: a.writestr("xl/workbook.xml", b"<workbook/>"))

    assert refusal(twice) == reading.UNSAFE


def test_an_archive_within_an_archive_is_never_opened():
    inner = packed(lambda a: a.writestr("bomb.xml", b"0" * 2**20))
    within = packed(lambda a: a.writestr("inner.xlsx", inner))

    assert len(read_file("a.xlsx", within).sheets) == 1


def test_a_macro_is_left_where_it_is():
    with_macro = packed(lambda a: a.writestr("xl/vbaProject.bin", b"Sub Auto_Open()"))

    assert len(read_file("a.xlsm", with_macro).sheets) == 1


def test_a_size_that_lies_is_no_help():
    """A zip may state any size; what is inflated is counted."""
    data = bytearray(packed(lambda a: a.writestr("b.xml", b"0" * (3 * 2**20))))
    place = data.rindex(b"PK\x01\x02")
    data[place + 24 : place + 28] = (100).to_bytes(4, "little")

    assert refusal(bytes(data)) in {reading.UNSAFE, reading.DAMAGED}


def test_formulas_come_as_what_they_gave_and_links_as_words():
    made = openpyxl.Workbook()
    sheet = made.active
    sheet["A1"] = '=HYPERLINK("http://127.0.0.1:9/x","押す")'
    sheet["A2"] = "こちら"
    sheet["A2"].hyperlink = "http://127.0.0.1:9/y"
    data = io.BytesIO()
    made.save(data)

    (read,) = read_file("a.xlsx", data.getvalue()).sheets

    assert read.rows == ((), ("こちら",))
