"""The data dictionary is the schema, wherever it is shown."""

from __future__ import annotations

from pathlib import Path

from lib.schema import dictionary
from lib.schema.tables import TABLES

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "data-dictionary.md"


def entry(code: str, language: str = "ja") -> dictionary.Entry:
    return next(e for e in dictionary.dictionary(language) if e.code == code)


def test_the_document_says_what_the_schema_says():
    """If this fails, run `make dictionary`."""
    assert DOCUMENT.read_text("utf-8") == dictionary.as_markdown()


def test_every_field_of_every_table_has_one_entry():
    codes = [entry.code for entry in dictionary.dictionary()]

    assert codes == [f"{t.code}.{f.name}" for t in TABLES for f in t.fields]
    assert all(e.label and e.help and e.kind for e in dictionary.dictionary())


def test_an_entry_tells_what_a_field_asks_for():
    severity = entry("complaints.severity")
    contact = entry("complaints.contact")

    assert severity.choices == "低 / 中 / 高 / 最重要"
    assert (contact.kind, contact.personal) == ("文字(番号)", "個人情報")
    assert entry("complaints.content").required == "必須"
    assert entry("complaints.next_promise").required == "条件つき"
    assert entry("complaints.harm").required == "完了・確定のとき"
    assert entry("complaints.id").required == "自動"
    assert entry("complaints.note").required == ""
    assert entry("kpi_days.offered").unit == "件"


def test_in_english_only_the_words_change():
    japanese, english = dictionary.dictionary("ja"), dictionary.dictionary("en")

    assert [e.code for e in japanese] == [e.code for e in english]
    assert entry("complaints.contact", "en").personal == "Personal data"


def test_a_bar_in_a_word_does_not_break_the_document():
    assert dictionary._line(["a|b", "c"]) == "| a\\|b | c |"
