"""The pages of a PDF as pictures, for a look before it goes out."""

from __future__ import annotations

import io
import threading
from typing import Final

import pypdfium2 as pdfium

WIDTH: Final = 1100
"""Pixels across a page: sharp over a whole window, about 300 kB a page."""

MOST_PAGES: Final = 20
"""Pages that are drawn; a dossier has three to eight."""

_one_at_a_time = threading.Lock()
"""PDFium may be called from one thread at a time."""


def pages_as_png(
    pdf: bytes, *, width: int = WIDTH, most: int = MOST_PAGES
) -> tuple[bytes, ...]:
    """Return the first pages of a PDF as PNG files, in their order.

    width: pixels across each page. most: how many pages at most.
    """
    with _one_at_a_time, pdfium.PdfDocument(pdf) as document:
        count = min(len(document), most)
        return tuple(_drawn(document[place], width) for place in range(count))


def page_count(pdf: bytes) -> int:
    """Return how many pages a PDF has."""
    with _one_at_a_time, pdfium.PdfDocument(pdf) as document:
        return len(document)


def _drawn(page: pdfium.PdfPage, width: int) -> bytes:
    picture = page.render(scale=width / page.get_width())
    file = io.BytesIO()
    picture.to_pil().save(file, "PNG", compress_level=6)
    return file.getvalue()
