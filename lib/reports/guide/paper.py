"""はじめかた as one HTML file that opens without the app, on a phone and on paper."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape
from typing import Final

from lib.i18n import N_, Language, _, speaking
from lib.reports.guide import drawings
from lib.reports.guide.chapters import CHAPTERS, PICTURES, Chapter, Step

TITLE: Final = N_("見守り はじめかた")
INTRO: Final = N_(
    "パソコンに詳しくなくても、この紙のとおりに進めば使い始められます。印刷もできます。"
)
CONTENTS: Final = N_("目次")

_ADDRESS: Final = re.compile(r"https?://[a-z0-9.:/-]+[a-z0-9/]")
_STYLE: Final = """
:root { color-scheme: light dark; --ink: #1f2937; --paper: #fff; --line: #d1d9e2; --blue: #0b5cad; --soft: #f1f5f9; }
@media (prefers-color-scheme: dark) { :root { --ink: #e5e7eb; --paper: #14181f; --line: #3a4350; --blue: #7db8f5; --soft: #1f2630; } }
body { margin: 0 auto; max-width: 46rem; padding: 1.5rem 1rem 4rem; color: var(--ink); background: var(--paper);
  font: 1rem/1.8 'Hiragino Sans', 'BIZ UDPGothic', 'Noto Sans JP', 'Yu Gothic UI', Meiryo, sans-serif; }
h1 { font-size: 1.7rem; line-height: 1.3; } h2 { font-size: 1.25rem; margin: 3rem 0 .25rem; padding-top: 1rem; border-top: 2px solid var(--line); }
a { color: var(--blue); } ol { padding-left: 1.6rem; } li { margin: 1rem 0; } nav li { margin: .2rem 0; }
img, svg { display: block; max-width: 100%; height: auto; margin: .75rem 0; border: 1px solid var(--line); border-radius: 12px; }
pre { overflow-x: auto; padding: .75rem 1rem; background: var(--soft); border: 1px solid var(--line); border-radius: 8px; line-height: 1.6; }
@media print { :root { --ink: #000; --paper: #fff; --line: #bbb; --blue: #000; --soft: #f5f5f5; } li, figure { break-inside: avoid; } h2 { break-after: avoid; } }
"""


def written(language: Language, *, to_root: str) -> str:
    """Return the whole guide in a language.

    to_root: the way from the file's own folder to the project's, "" or "../".
    """
    with speaking(language):
        return "\n".join(_page(language, to_root)) + "\n"


def _page(language: Language, to_root: str) -> Iterator[str]:
    yield "<!doctype html>"
    yield f'<html lang="{language}">'
    yield '<head><meta charset="utf-8">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f"<title>{escape(_(TITLE))}</title>"
    yield f"<style>{_STYLE}</style></head>"
    yield "<body>"
    yield f"<h1>{escape(_(TITLE))}</h1>"
    yield f"<p>{escape(_(INTRO))}</p>"
    yield f'<nav aria-label="{escape(_(CONTENTS))}"><ol>'
    for chapter in CHAPTERS:
        yield f'<li><a href="#{chapter.code}">{escape(_(chapter.title))}</a></li>'
    yield "</ol></nav>"
    for number, chapter in enumerate(CHAPTERS, 1):
        yield from _chapter(number, chapter, language, to_root)
    yield "</body></html>"


def _chapter(
    number: int, chapter: Chapter, language: Language, to_root: str
) -> Iterator[str]:
    yield f'<h2 id="{chapter.code}">{number}. {escape(_(chapter.title))}</h2>'
    yield f"<p>{escape(_(chapter.intro))}</p>"
    yield "<ol>"
    for step in chapter.steps:
        yield f"<li>{_linked(_(step.text))}"
        yield from _shown(step, language, to_root)
        yield "</li>"
    yield "</ol>"


def _shown(step: Step, language: Language, to_root: str) -> Iterator[str]:
    if step.typed:
        yield f"<pre>{escape(step.typed)}</pre>"
    if step.drawing:
        alt = escape(_(step.alt))
        yield drawings.drawn(step.drawing).replace(
            "<svg ", f'<svg role="img" aria-label="{alt}" ', 1
        )
    if step.picture:
        folder = f"{to_root}lib/reports/guide/{PICTURES.name}"
        yield (
            f'<img src="{folder}/{step.picture}.{language}.webp" '
            f'alt="{escape(_(step.alt))}" loading="lazy">'
        )


def _linked(text: str) -> str:
    """Return a text with its addresses as links; those of this computer stay words."""

    def link(found: re.Match[str]) -> str:
        address = found[0]
        if "localhost" in address:
            return address
        return f'<a href="{address}">{address}</a>'

    return _ADDRESS.sub(link, escape(text))
