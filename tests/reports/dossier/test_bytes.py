"""The files: nobody's contact in any byte, fonts inside, pages that break well."""

from __future__ import annotations

import io
import re
import unicodedata
import zipfile
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from xml.etree import ElementTree as ET

import docx
import pypdf
import pytest
from PIL import Image

from lib.reports.dossier.model import Audience
from lib.reports.dossier.pages import page_count, pages_as_png
from lib.reports.dossier.pdf import to_pdf
from lib.reports.dossier.word import to_docx
from tests.reports.dossier.material import (
    AT,
    SECRET_DIGITS,
    SECRETS,
    activity,
    complaint,
    inquiry,
    material,
    telling_everything,
    written,
)


def texts_in_pdf(data: bytes) -> Iterator[str]:
    """Yield everything readable: pages, outline, tags, metadata, each stream, raw."""
    reader = pypdf.PdfReader(io.BytesIO(data))
    yield from (page.extract_text() for page in reader.pages)
    yield str(reader.metadata)
    yield str(reader.outline)
    yield str(reader.xmp_metadata and reader.xmp_metadata.rdf_root.toxml())
    for number in range(
        1, len(reader.xref_objStm) + sum(map(len, reader.xref.values()))
    ):
        found = reader.get_object(pypdf.generic.IndirectObject(number, 0, reader))
        yield repr(found)
        if isinstance(found, pypdf.generic.StreamObject):
            yield from decoded(found.get_data())
    yield from decoded(data)


def texts_in_word(data: bytes) -> Iterator[str]:
    """Yield every part of the archive: as it is, and the text between its tags."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for name in archive.namelist():
            part = archive.read(name)
            yield from decoded(part)
            if name.endswith((".xml", ".rels")):
                yield "".join(ET.fromstring(part).itertext())
    yield from decoded(data)


def decoded(data: bytes) -> Iterator[str]:
    for encoding in ("utf-8", "utf-16-le", "utf-16-be", "cp932"):
        yield data.decode(encoding, "ignore")


def leaks(texts: Iterator[str]) -> set[str]:
    """Return which secrets stand in the texts, whatever stands between their signs."""
    found = set()
    for text in texts:
        plain = re.sub(r"[\s\u200b\x00]", "", unicodedata.normalize("NFKC", text))
        found |= {secret for secret in SECRETS if secret in plain}
        bare = re.sub(r"[^0-9]", "", re.sub(r"[0-9a-f]{16,}", "x", plain))
        found |= {digits for digits in SECRET_DIGITS if digits in bare}
    return found


@pytest.mark.parametrize("audience", list(Audience))
def test_no_contact_stands_in_any_byte_of_a_masked_file(audience):
    dossier = written(telling_everything(), audience)

    assert leaks(texts_in_pdf(to_pdf(dossier))) == set()
    assert leaks(texts_in_word(to_docx(dossier))) == set()


def test_the_search_finds_what_an_unmasked_file_holds():
    """Else the test above would pass for any file."""
    dossier = written(telling_everything(), is_masked=False)
    assert leaks(texts_in_pdf(to_pdf(dossier))) >= {*SECRETS}
    assert leaks(texts_in_word(to_docx(dossier))) >= {*SECRETS}
    assert leaks(texts_in_word(to_docx(dossier))) >= {*SECRET_DIGITS}


def test_every_font_is_ours_and_embedded():
    reader = pypdf.PdfReader(io.BytesIO(to_pdf(written())))
    fonts = [
        kind.get_object()
        for page in reader.pages
        for font in page["/Resources"]["/Font"].values()
        for kind in font.get_object()["/DescendantFonts"]
    ]

    assert {re.sub(r"^/[A-Z]{6}\+", "", f["/BaseFont"]) for f in fonts} == {
        "NotoSansCJKjp-Regular",
        "NotoSansCJKjp-Bold",
    }
    assert all("/FontFile3" in f["/FontDescriptor"] for f in fonts)


def many_steps(count: int, words: str = "状況をご説明した。"):
    return tuple(activity(n, content=f"{n}件目。{words}") for n in range(1, count + 1))


def pages_of(data: bytes) -> list[list[str]]:
    """Return the lines of each page without header and footer, blanks taken out."""
    reader = pypdf.PdfReader(io.BytesIO(data))
    pages = []
    for page in reader.pages:
        lines = [re.sub(r"\s", "", line) for line in page.extract_text().splitlines()]
        pages.append([line for line in lines if line])
    return pages


def test_a_long_course_goes_over_pages_with_its_head_and_every_step():
    data = to_pdf(written(material(activities=many_steps(80))))
    pages = pages_of(data)

    course = [page for page in pages if any("件目。" in line for line in page)]
    assert len(course) > 2
    assert all(any(line.startswith("日時") for line in page) for page in course)
    together = "".join("".join(page) for page in pages)
    assert all(f"{n}件目。" in together for n in range(1, 81))


def test_no_step_of_a_few_lines_is_parted_by_the_end_of_a_page():
    steps = tuple(
        activity(id=f"H-{n}", content=f"始{n}始" + "事情を伺った。" * 20 + f"終{n}終")
        for n in range(40)
    )
    pages = ["".join(p) for p in pages_of(to_pdf(written(material(activities=steps))))]

    assert len(pages) > 3
    for n in range(40):
        (begun,) = [page for page in pages if f"始{n}始" in page]
        assert f"終{n}終" in begun


def test_every_page_says_number_day_and_which_page_it_is():
    data = to_pdf(written(material(activities=many_steps(60))))
    pages = pages_of(data)

    for place, page in enumerate(pages, start=1):
        text = "".join(page)
        assert "経緯書G-261121-4TQRM" in text
        assert "2026年11月21日10:30作成" in text
        assert f"{place}/{len(pages)}" in text


def test_no_heading_stands_alone_at_the_end_of_a_page():
    for count in range(0, 48, 3):
        dossier = written(material(activities=many_steps(count)))
        headings = {
            f"{place}.{section.part.value}"
            for place, section in enumerate(dossier.sections, start=1)
        }
        for page in pages_of(to_pdf(dossier)):
            body = [line for line in page if not re.fullmatch(r"\d+/\d+", line)]
            assert unicodedata.normalize("NFKC", body[-1]) not in headings, count


def test_one_step_longer_than_a_page_is_shown_whole():
    long = "鵺が鳴いた。" * 900
    pages = pages_of(to_pdf(written(material(activities=(activity(content=long),)))))

    assert sum("".join(page).count("鵺") for page in pages) == 900


def test_what_people_wrote_is_never_read_as_markup():
    typed = '#import "secret.typ" *太字* $x^2$ = 見出し [#sys.inputs] <script> & "'
    case = complaint(content=typed)
    data = to_pdf(written(material(complaint=case)))
    plain = re.sub(r"\s|\u200b", "", typed)

    assert any(plain in "".join(page) for page in pages_of(data))
    word = docx.Document(io.BytesIO(to_docx(written(material(complaint=case)))))
    assert typed in [p.text for p in word.paragraphs]


def test_odd_signs_break_no_file():
    odd = "emoji 🙏 ﷽ \u202e右から \ufffe \U0001f469\u200d\U0001f4bb 㐂 𠮷 ｶﾞ\tタブ"
    dossier = written(material(complaint=complaint(content=odd)))

    assert page_count(to_pdf(dossier)) >= 1
    assert docx.Document(io.BytesIO(to_docx(dossier))).paragraphs


def test_word_repeats_heads_and_keeps_headings_with_what_follows():
    word = docx.Document(io.BytesIO(to_docx(written())))
    course = next(t for t in word.tables if t.rows[0].cells[0].text == "日時")

    assert course.rows[0]._tr.trPr.xpath("./w:tblHeader")
    assert word.styles["Heading 1"].paragraph_format.keep_with_next
    fields = word.sections[0].footer._element.xpath(".//w:instrText")
    assert [field.text.strip() for field in fields] == ["PAGE", "NUMPAGES"]


def test_word_names_its_font_and_what_may_stand_in():
    with zipfile.ZipFile(io.BytesIO(to_docx(written()))) as archive:
        fonts = archive.read("word/fontTable.xml").decode()
        styles = archive.read("word/styles.xml").decode()

    assert 'w:name="游ゴシック"' in fonts
    assert "Meiryo" in fonts
    assert 'w:eastAsia="游ゴシック"' in styles


def test_both_forms_tell_the_same():
    dossier = written(telling_everything())
    word = docx.Document(io.BytesIO(to_docx(dossier)))
    told = [p.text for p in word.paragraphs]
    told += [c.text for t in word.tables for row in t.rows for c in row.cells]
    in_word = Counter(signs("".join(told)))
    in_pdf = Counter(signs("".join(texts_in_pages(to_pdf(dossier)))))

    # The heads of tables are repeated on each page of the PDF; nothing else differs.
    assert in_word - in_pdf == Counter()


def signs(text: str) -> str:
    """Return the letters and digits of a text, which both forms have in common."""
    plain = unicodedata.normalize("NFKC", text)
    return "".join(sign for sign in plain if sign.isalnum())


def texts_in_pages(data: bytes) -> list[str]:
    reader = pypdf.PdfReader(io.BytesIO(data))
    return [page.extract_text() for page in reader.pages]


def test_each_page_becomes_a_picture():
    data = to_pdf(written(material(activities=many_steps(40))))
    pages = pages_as_png(data, width=600)

    assert len(pages) == page_count(data) > 1
    assert all(Image.open(io.BytesIO(page)).width == 600 for page in pages)
    assert len(pages_as_png(data, most=1)) == 1


def test_the_same_dossier_makes_the_same_bytes():
    """So that what was looked at is what is taken out."""
    assert to_pdf(written()) == to_pdf(written())


def test_a_days_old_dossier_carries_its_own_day():
    old = written(
        material(inquiries=(inquiry(first_contact_at=AT - timedelta(days=3)),))
    )
    reader = pypdf.PdfReader(io.BytesIO(to_pdf(old)))

    assert reader.metadata.creation_date.astimezone(AT.tzinfo) == old.made_at
