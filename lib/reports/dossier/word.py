"""A dossier as a Word document, for those who have to write on in it.

The same document as the PDF, in Word's own styles: headings that navigate, table heads
that repeat, page numbers as fields. Word does not embed the font; the names given are
those that Windows and macOS bring, with others behind them.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from typing import Any, Final

from docx import Document
from docx.document import Document as WordDocument
from docx.enum.section import WD_SECTION
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_TAB_ALIGNMENT
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor
from docx.table import _Cell
from docx.text.paragraph import Paragraph

from lib.reports.dossier.model import (
    Block,
    Dossier,
    Grid,
    Items,
    Mark,
    Nothing,
    Pairs,
    Prose,
    Value,
)
from lib.text import storable

FONT: Final = "游ゴシック"
INSTEAD: Final = "Yu Gothic,Meiryo,Hiragino Sans,Noto Sans CJK JP"
"""What Word takes, in this order, on a machine without `FONT`."""

_QUIET: Final = RGBColor(0x5B, 0x67, 0x76)
_INK: Final = RGBColor(0x1B, 0x27, 0x33)
_ACCENT: Final = RGBColor(0x0B, 0x4F, 0x96)
_ALARM: Final = RGBColor(0xB2, 0x3A, 0x0E)
_WASH: Final = "F3F6F9"
_FAINT: Final = "D5DCE4"

_TEXT_WIDTH: Final = 170
"""Millimetres between the margins of an A4 page."""

_LONGEST_PROPERTY: Final = 255
_NOT_IN_XML: Final = re.compile("[\ufffe\uffff]")


def to_docx(dossier: Dossier) -> bytes:
    """Return the dossier as a Word document."""
    word = Document()
    _set_up(word, dossier)
    _head(word, dossier)
    for place, section in enumerate(dossier.sections, start=1):
        word.add_heading(f"{place}. {section.part.value}", level=1)
        for block in section.blocks:
            _add(word, block)
    _foot(word, dossier)
    file = io.BytesIO()
    word.save(file)
    return file.getvalue()


def _clean(text: str) -> str:
    """Return what XML can hold of a text."""
    return _NOT_IN_XML.sub("\ufffd", storable(text))


def _property(text: str) -> str:
    """Return what Word holds of a text that says what a document is."""
    return _clean(" ".join(text.split()))[:_LONGEST_PROPERTY]


# Set-up ---------------------------------------------------------------------------


def _set_up(word: WordDocument, dossier: Dossier) -> None:
    _styles(word)
    _name_fonts(word)
    page = word.sections[0]
    page.start_type = WD_SECTION.NEW_PAGE
    page.page_width, page.page_height = Mm(210), Mm(297)
    page.left_margin = page.right_margin = Mm(20)
    page.top_margin, page.bottom_margin = Mm(24), Mm(20)
    page.header_distance = page.footer_distance = Mm(11)
    about = word.core_properties
    about.title = _property(f"{dossier.title} {dossier.number}")
    about.author = about.last_modified_by = _property(dossier.company or "見守り")
    about.comments = about.subject = about.keywords = ""
    about.created = about.modified = dossier.made_at.replace(tzinfo=None)
    about.language = "ja-JP"
    secret = "" if dossier.is_masked else "取扱注意: 個人情報を含みます　"
    _ends(
        page.header.paragraphs[0],
        f"{dossier.title}　{dossier.number}",
        f"{secret}{dossier.made_on} 作成",
    )
    foot = page.footer.paragraphs[0]
    _ends(foot, dossier.company, "")
    _field(foot, "PAGE")
    _small(foot.add_run(" / "))
    _field(foot, "NUMPAGES")


def _ends(paragraph: Paragraph, left: str, right: str) -> None:
    """Write something at the left margin and something at the right one."""
    stops = paragraph.paragraph_format.tab_stops
    stops.clear_all()
    stops.add_tab_stop(Mm(_TEXT_WIDTH), WD_TAB_ALIGNMENT.RIGHT)
    _small(paragraph.add_run(f"{_clean(left)}\t{_clean(right)}"))


def _small(run: Any) -> None:
    run.font.size = Pt(8)
    run.font.color.rgb = _QUIET


def _field(paragraph: Paragraph, code: str) -> None:
    """Add a field that Word fills in, such as the number of the page."""
    run = paragraph.add_run()
    _small(run)
    for kind in ("begin", "separate", "end"):
        if kind == "separate":
            told = OxmlElement("w:instrText")
            told.set(qn("xml:space"), "preserve")
            told.text = f" {code} "
            run._r.append(told)  # noqa: SLF001 - python-docx has no fields
        mark = OxmlElement("w:fldChar")
        mark.set(qn("w:fldCharType"), kind)
        run._r.append(mark)  # noqa: SLF001


def _styles(word: WordDocument) -> None:
    body = word.styles["Normal"]
    _font(body, 9.5, _INK)
    body.paragraph_format.space_after = Pt(4)
    body.paragraph_format.line_spacing = 1.25
    for name, size, colour in (
        ("Title", 20, _INK),
        ("Heading 1", 12, _ACCENT),
        ("List Bullet", 9.5, _INK),
        ("Header", 8, _QUIET),
        ("Footer", 8, _QUIET),
    ):
        _font(word.styles[name], size, colour, bold=name in ("Title", "Heading 1"))
    for name in ("Header", "Footer"):
        word.styles[name].paragraph_format.tab_stops.clear_all()
    _in_japanese(body)
    heading = word.styles["Heading 1"].paragraph_format
    heading.space_before, heading.space_after = Pt(18), Pt(6)
    heading.keep_with_next = True


def _in_japanese(style: Any) -> None:
    """Say the language, on which the shape of many signs and line breaks depend."""
    language = OxmlElement("w:lang")
    for script in ("w:val", "w:eastAsia"):
        language.set(qn(script), "ja-JP")
    style.element.get_or_add_rPr().append(language)


def _font(
    style: Any, size: float, colour: RGBColor, *, bold: bool | None = None
) -> None:
    style.font.name = FONT
    style.font.size = Pt(size)
    style.font.color.rgb = colour
    style.font.bold = bold
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for attribute in list(fonts.attrib):
        if attribute.endswith("Theme"):
            del fonts.attrib[attribute]
    for script in ("w:ascii", "w:hAnsi", "w:eastAsia", "w:cs"):
        fonts.set(qn(script), FONT)


def _name_fonts(word: WordDocument) -> None:
    """Say in the document's font table what is to stand in for our font."""
    part = word.part.part_related_by(RELATIONSHIP_TYPE.FONT_TABLE)
    entry = (
        f'<w:font w:name="{FONT}"><w:altName w:val="{INSTEAD}"/>'
        '<w:panose1 w:val="020B0400000000000000"/><w:charset w:val="80"/>'
        '<w:family w:val="swiss"/><w:pitch w:val="variable"/></w:font></w:fonts>'
    )
    table = part.blob.decode("utf-8").replace("</w:fonts>", entry)
    part._blob = table.encode("utf-8")  # noqa: SLF001 - no API for the font table


# Head and foot --------------------------------------------------------------------


def _head(word: WordDocument, dossier: Dossier) -> None:
    lines = [f"文書番号　{dossier.number}", f"作成日　{dossier.made_on}"]
    lines += [line for line in (dossier.company, dossier.address) if line]
    lines += [f"作成者　{dossier.made_by}"]
    for line in lines:
        paragraph = word.add_paragraph(_clean(line))
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        paragraph.paragraph_format.space_after = Pt(0)
    to = word.add_paragraph()
    named = to.add_run(_clean(dossier.to) or "　" * 16)
    named.underline = not dossier.to
    named.bold = True
    to.add_run(f"　{dossier.honorific}").bold = True
    title = word.add_paragraph(dossier.title, style="Title")
    title.alignment = WD_ALIGN_PARAGRAPH.CENTER
    title.paragraph_format.space_before = Pt(14)
    _without_line(title)
    subject = word.add_paragraph(_clean(dossier.subject))
    subject.alignment = WD_ALIGN_PARAGRAPH.CENTER
    chips = word.add_paragraph()
    chips.alignment = WD_ALIGN_PARAGRAPH.CENTER
    if dossier.is_draft:
        _chip(chips, "［作成途中: まだ決まっていないことがあります］　", _ALARM)
    if dossier.is_masked:
        _chip(chips, "［個人情報を伏せた写し］", _ACCENT)
    else:
        _chip(chips, "［個人情報を含む原本］", _ALARM)


def _without_line(paragraph: Paragraph) -> None:
    """Take away the line that Word's own Title style draws."""
    borders = OxmlElement("w:pBdr")
    bottom = OxmlElement("w:bottom")
    bottom.set(qn("w:val"), "nil")
    borders.append(bottom)
    about: Any = paragraph._p.get_or_add_pPr()  # noqa: SLF001 - no API for borders
    about.insert_element_before(
        borders, "w:shd", "w:tabs", "w:spacing", "w:ind", "w:jc"
    )


def _chip(paragraph: Paragraph, words: str, colour: RGBColor) -> None:
    run = paragraph.add_run(words)
    run.bold, run.font.size, run.font.color.rgb = True, Pt(8.5), colour


def _foot(word: WordDocument, dossier: Dossier) -> None:
    for place, note in enumerate(dossier.notes):
        paragraph = word.add_paragraph()
        paragraph.paragraph_format.space_before = Pt(0 if place else 14)
        paragraph.paragraph_format.space_after = Pt(0)
        _small(paragraph.add_run(_clean(note)))


# Blocks ---------------------------------------------------------------------------


def _add(word: WordDocument, block: Block) -> None:
    _ADDERS[type(block)](word, block)


def _pairs(word: WordDocument, block: Pairs) -> None:
    cells = [cell for pair in block.pairs for cell in pair]
    across = 4 if block.beside else 2
    cells += [""] * (-len(cells) % across)
    widths = (33, 52, 33, 52) if block.beside else (34, 136)
    table = _table(word, widths)
    for start in range(0, len(cells), across):
        row = table.add_row()
        _whole(row)
        for cell, content in zip(row.cells, cells[start : start + across], strict=True):
            if isinstance(content, Value):
                _write(cell, content)
            elif content:
                _label(cell, content)
    _sized(table, widths)
    _together(table)
    _gap(word)


def _prose(word: WordDocument, block: Prose) -> None:
    label = word.add_paragraph()
    label.paragraph_format.keep_with_next = True
    label.paragraph_format.space_after = Pt(1)
    _as_label(label.add_run(block.label))
    text = word.add_paragraph()
    text.paragraph_format.left_indent = Mm(4)
    _run(text, block.text)


def _grid(word: WordDocument, block: Grid) -> None:
    whole = sum(column.share for column in block.columns)
    widths = tuple(_TEXT_WIDTH * column.share / whole for column in block.columns)
    table = _table(word, widths)
    head = table.add_row()
    for cell, column in zip(head.cells, block.columns, strict=True):
        _label(cell, column.title)
    repeated = OxmlElement("w:tblHeader")
    repeated.set(qn("w:val"), "true")
    head._tr.get_or_add_trPr().append(repeated)  # noqa: SLF001
    _whole(head)
    for values in block.rows:
        row = table.add_row()
        if sum(len(value.text) for value in values) < _LONGEST_WHOLE:
            _whole(row)
        for cell, value in zip(row.cells, values, strict=True):
            _write(cell, value)
    _sized(table, widths)
    _gap(word)


_LONGEST_WHOLE: Final = 900
"""Letters of a row from which on it may go over a page."""


def _items(word: WordDocument, block: Items) -> None:
    for text in block.texts:
        word.add_paragraph(_clean(text), style="List Bullet")


def _mark(word: WordDocument, block: Mark) -> None:
    paragraph = word.add_paragraph()
    _chip(paragraph, "注意　", _ALARM)
    paragraph.add_run(_clean(block.text))


def _nothing(word: WordDocument, block: Nothing) -> None:
    _run(word.add_paragraph(), Value(block.text, missing=True))


_ADDERS: Final[dict[type, Callable[[WordDocument, Any], None]]] = {
    Pairs: _pairs,
    Prose: _prose,
    Grid: _grid,
    Items: _items,
    Mark: _mark,
    Nothing: _nothing,
}


# Cells ----------------------------------------------------------------------------


def _table(word: WordDocument, widths: tuple[float, ...]) -> Any:
    table: Any = word.add_table(rows=0, cols=len(widths))
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    table.autofit = False
    borders = OxmlElement("w:tblBorders")
    for side in ("top", "bottom", "insideH"):
        line = OxmlElement(f"w:{side}")
        for name, value in (("val", "single"), ("sz", "4"), ("color", _FAINT)):
            line.set(qn(f"w:{name}"), value)
        borders.append(line)
    room = OxmlElement("w:tblCellMar")
    for side, twips in (("top", "50"), ("bottom", "50")):
        margin = OxmlElement(f"w:{side}")
        margin.set(qn("w:w"), twips)
        margin.set(qn("w:type"), "dxa")
        room.append(margin)
    # Word takes a file for damaged where these stand in another order.
    about = table._tbl.tblPr  # noqa: SLF001 - python-docx has neither
    about.insert_element_before(borders, "w:shd", "w:tblLayout", "w:tblLook")
    about.insert_element_before(room, "w:tblLook")
    return table


def _sized(table: Any, widths: tuple[float, ...]) -> None:
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Mm(width)
        for cell in column.cells:
            cell.width = Mm(width)


def _whole(row: Any) -> None:
    """Keep a row on one page."""
    row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))  # noqa: SLF001


def _together(table: Any) -> None:
    """Keep a short table on one page."""
    for row in table.rows[:-1]:
        for cell in row.cells:
            cell.paragraphs[0].paragraph_format.keep_with_next = True


def _label(cell: _Cell, text: str) -> None:
    paragraph = cell.paragraphs[0]
    paragraph.paragraph_format.space_after = Pt(0)
    _as_label(paragraph.add_run(text))
    shade = OxmlElement("w:shd")
    for name, value in (("val", "clear"), ("color", "auto"), ("fill", _WASH)):
        shade.set(qn(f"w:{name}"), value)
    cell._tc.get_or_add_tcPr().append(shade)  # noqa: SLF001 - no API for shading


def _as_label(run: Any) -> None:
    run.bold, run.font.size, run.font.color.rgb = True, Pt(8.5), _QUIET


def _write(cell: _Cell, value: Value) -> None:
    paragraph = cell.paragraphs[0]
    paragraph.paragraph_format.space_after = Pt(0)
    _run(paragraph, value)


def _run(paragraph: Paragraph, value: Value) -> None:
    run = paragraph.add_run(_clean(value.text))
    run.bold = value.strong
    if value.missing:
        run.font.color.rgb = _QUIET


def _gap(word: WordDocument) -> None:
    """Part a table from what follows; two tables would grow together."""
    paragraph = word.add_paragraph()
    paragraph.paragraph_format.space_after = Pt(0)
    paragraph.paragraph_format.line_spacing = Pt(6)
