"""Every text people see has an English entry, and the tool that keeps it works."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tools import catalogue

HEADER = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n'


@pytest.fixture
def empty(tmp_path: Path) -> Path:
    """Return a catalogue that has a header and nothing else."""
    path = tmp_path / "messages.po"
    path.write_text(HEADER, encoding="utf-8")
    return path


def code(tmp_path: Path, source: str) -> Path:
    path = tmp_path / "page.py"
    path.write_text(source, encoding="utf-8")
    return path


def test_every_text_has_an_english_entry():
    lacking = catalogue.used() - catalogue.entries(catalogue.read()).keys()

    assert sorted(lacking) == []


def test_no_entry_is_fuzzy():
    assert [message.id for message in catalogue.read() if message.fuzzy] == []


def test_no_entry_is_left_over_from_a_text_that_is_gone():
    kept = {message.id for message in catalogue.read() if message.id}

    assert sorted(kept - catalogue.used()) == []


def test_both_languages_fill_in_the_same_braces():
    differing = [
        text
        for text, english in catalogue.entries(catalogue.read()).items()
        if catalogue.placeholders(text) != catalogue.placeholders(english)
    ]

    assert differing == []


def test_no_f_string_stands_inside_a_mark():
    """Such a text is looked up after filling in, so its entry is never found."""
    found = [
        where
        for path in catalogue.source_files()
        for where in catalogue.f_strings_in_marks(path)
    ]

    assert found == []


def test_an_f_string_inside_a_mark_is_found_by_its_line(tmp_path):
    page = code(
        tmp_path, 'n = 1\nlabel = _(f"{n}件")\nother = _("{n}件").format(n=n)\n'
    )

    assert catalogue.f_strings_in_marks(page) == ["page.py:2"]


def test_texts_are_read_from_both_marks_and_over_several_lines(tmp_path):
    page = code(
        tmp_path,
        'A = N_("保存")\nb = _(\n    "一行目"\n    "続き"\n)\nc = other("別")\n',
    )

    assert list(catalogue.texts_in_code(page)) == ["保存", "一行目続き"]


def test_a_text_inside_an_f_string_is_read_too(tmp_path):
    page = code(tmp_path, """title = f"**{_('会社全体')}** {_('件')}"\n""")

    assert set(catalogue.texts_in_code(page)) == {"会社全体", "件"}


def test_the_schema_gives_headers_helps_choices_and_rules():
    texts = set(catalogue.texts_in_schema())

    assert {"苦情台帳", "重大度", "最重要"} <= texts


def test_a_new_entry_is_kept_and_sorted_among_the_others(empty):
    catalogue.upsert({"も": "too"}, empty)
    catalogue.upsert({"あ": "ah", "も": "also"}, empty)

    assert list(catalogue.entries(catalogue.read(empty)).items()) == [
        ("あ", "ah"),
        ("も", "also"),
    ]


def test_writing_the_same_entries_again_leaves_the_file_as_it_is(empty):
    catalogue.upsert({"あ": "ah", "改行\nあり": "with\nbreak"}, empty)
    first = empty.read_bytes()

    assert catalogue.upsert({"改行\nあり": "with\nbreak"}, empty) == 0
    catalogue.upsert({"あ": "oh"}, empty)
    catalogue.upsert({"あ": "ah"}, empty)
    assert empty.read_bytes() == first


def test_an_entry_marked_fuzzy_counts_as_missing(empty):
    empty.write_text(HEADER + '\n#, fuzzy\nmsgid "あ"\nmsgstr "ah"\n', encoding="utf-8")

    assert catalogue.entries(catalogue.read(empty)) == {}


def test_processes_that_add_at_once_lose_no_entry(empty):
    program = (
        "import sys; from pathlib import Path; from tools import catalogue\n"
        "for n in range(5):\n"
        "    catalogue.upsert({f'語{sys.argv[2]}{n}': 'word'}, Path(sys.argv[1]))\n"
    )
    running = [
        subprocess.Popen(
            [sys.executable, "-c", program, str(empty), name], cwd=catalogue.ROOT
        )
        for name in "abc"
    ]

    assert [process.wait(timeout=60) for process in running] == [0, 0, 0]
    assert len(catalogue.entries(catalogue.read(empty))) == 15


@pytest.mark.parametrize(
    "line",
    ["保存", "保存\t", "保存\tSave\tagain", "{n}件\tcases", "{n}件\t{count} cases"],
)
def test_a_line_that_cannot_become_an_entry_is_refused(line):
    with pytest.raises(catalogue.BadLine, match="line 2"):
        catalogue.parse(["はい\tYes\n", line])


def test_escapes_in_a_line_stand_for_what_they_name():
    assert catalogue.parse(["一\\n二\tone\\ntwo\n", "\n"]) == {"一\n二": "one\ntwo"}
