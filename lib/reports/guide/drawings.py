"""Simple drawings of what happens outside the app, as SVG with translated words."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import Final

from lib.i18n import N_, _

WIDTH: Final = 640
HEIGHT: Final = 220

_INK: Final = "#1f2937"
_QUIET: Final = "#6b7280"
_LINE: Final = "#cbd5e1"
_BLUE: Final = "#0b5cad"
_PAPER: Final = "#ffffff"
_NIGHT: Final = "#111827"
_YELLOW: Final = "#fbbf24"

_PLAIN: Final = (_PAPER, _LINE)
_MARKED: Final = ("#e0edfb", _BLUE)
_DARK: Final = (_NIGHT, _NIGHT)
"""Fill and line of a box."""

_FONT: Final = "'Hiragino Sans','BIZ UDPGothic','Noto Sans JP','Noto Sans CJK JP','Yu Gothic UI',Meiryo,sans-serif"
_MONO: Final = "Menlo,Consolas,'Noto Sans Mono CJK JP',monospace"

READY: Final = N_("見守りを始めます。")
STAYS: Final = N_("使っているあいだ、この窓は閉じないでください。")
PRESS: Final = N_("ここをダブルクリック")
TICK: Final = N_("ここに印")
EXPAND: Final = N_("展開")
THE_FOLDER: Final = N_("見守りのフォルダー")


def drawn(code: str) -> str:
    """Return the drawing of that code in the language of this run; KeyError for none."""
    return _framed(_DRAWINGS[code]())


def codes() -> tuple[str, ...]:
    """Return the codes of all drawings."""
    return tuple(_DRAWINGS)


def _framed(inside: str) -> str:
    # Paper of its own: the words stay dark on light in a dark theme and on paper.
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        f'width="{WIDTH}" height="{HEIGHT}" font-family="{_FONT}">'
        f'<rect width="{WIDTH}" height="{HEIGHT}" rx="12" fill="#f1f5f9"/>{inside}</svg>'
    )


def _box(x: int, y: int, wide: int, high: int, look: tuple[str, str] = _PLAIN) -> str:
    fill, line = look
    return (
        f'<rect x="{x}" y="{y}" width="{wide}" height="{high}" rx="8" '
        f'fill="{fill}" stroke="{line}" stroke-width="1.5"/>'
    )


def _say(
    x: int, y: int, words: str, size: int = 16, ink: str = _INK, **how: str
) -> str:
    more = "".join(
        f' {name.replace("_", "-")}="{value}"' for name, value in how.items()
    )
    return f'<text x="{x}" y="{y}" font-size="{size}" fill="{ink}"{more}>{escape(words)}</text>'


def _arrow(x: int, y: int, length: int = 70) -> str:
    end = x + length
    return (
        f'<path d="M{x} {y}H{end}" stroke="{_BLUE}" stroke-width="4"/>'
        f'<path d="M{end - 12} {y - 10}L{end + 4} {y}L{end - 12} {y + 10}Z" fill="{_BLUE}"/>'
    )


def _folder(x: int, y: int, wide: int = 120) -> str:
    return (
        f'<path d="M{x} {y + 14}q0-8 8-8h{wide // 3}l10 12h{wide - wide // 3 - 26}q8 0 8 8v50'
        f'q0 8-8 8h-{wide - 16}q-8 0-8-8Z" fill="{_YELLOW}" stroke="#d97706" stroke-width="1.5"/>'
    )


def _sheet(x: int, y: int, label: str) -> str:
    return _box(x, y, 84, 104) + _say(
        x + 42, y + 62, label, 22, _BLUE, text_anchor="middle", font_weight="700"
    )


def _unzip() -> str:
    return (
        _sheet(120, 50, "ZIP")
        + _say(162, 182, "mimamori.zip", 15, _QUIET, text_anchor="middle")
        + _arrow(262, 102, 90)
        + _say(310, 84, _(EXPAND), 15, _BLUE, text_anchor="middle")
        + _folder(410, 58)
        + _say(470, 182, _(THE_FOLDER), 15, _QUIET, text_anchor="middle")
    )


def _python() -> str:
    return (
        _box(70, 20, 500, 180)
        + _say(96, 56, "Install Python", 20, _INK, font_weight="700")
        + _box(96, 74, 250, 46, _MARKED)
        + _say(112, 103, "Install Now", 17, _BLUE, font_weight="700")
        + f'<rect x="98" y="152" width="22" height="22" rx="4" fill="{_BLUE}"/>'
        + '<path d="M103 163l5 6l9-12" stroke="#fff" stroke-width="3" fill="none"/>'
        + _say(132, 169, "Add python.exe to PATH", 17)
        + f'<path d="M438 163H372" stroke="{_BLUE}" stroke-width="4"/>'
        + f'<path d="M378 153L360 163L378 173Z" fill="{_BLUE}"/>'
        + _say(448, 169, _(TICK), 17, _BLUE, font_weight="700")
    )


def _file(y: int, name: str, system: str, *, marked: bool) -> str:
    mark = _box(66, y - 24, 330, 34, _MARKED) if marked else ""
    ink = _BLUE if marked else _QUIET
    weight = "700" if marked else "400"
    return (
        mark
        + _say(82, y, name, 17, ink, font_weight=weight, font_family=_MONO)
        + _say(286, y, system, 15, _QUIET)
    )


def _inside() -> str:
    return (
        _box(46, 20, 370, 184)
        + _file(56, "start.bat", "Windows", marked=True)
        + _file(98, "start.command", "Mac", marked=True)
        + _file(140, "README.md", "", marked=False)
        + _file(176, "app.py", "", marked=False)
        + f'<path d="M486 76H440" stroke="{_BLUE}" stroke-width="4"/>'
        + f'<path d="M446 66L428 76L446 86Z" fill="{_BLUE}"/>'
        + _say(436, 112, _(PRESS), 16, _BLUE, font_weight="700")
    )


def _terminal() -> str:
    return (
        _box(40, 18, 560, 184, _DARK)
        + '<circle cx="62" cy="38" r="6" fill="#ef4444"/><circle cx="82" cy="38" r="6" fill="#f59e0b"/><circle cx="102" cy="38" r="6" fill="#22c55e"/>'
        + _say(64, 88, _(READY), 18, "#e5e7eb", font_family=_MONO)
        + _say(64, 120, _(STAYS), 16, "#e5e7eb", font_family=_MONO)
        + _say(64, 158, "URL: http://localhost:8501", 16, "#93c5fd", font_family=_MONO)
        + f'<rect x="64" y="172" width="10" height="18" fill="{_LINE}"/>'
    )


def _browser() -> str:
    return (
        _box(40, 18, 560, 184)
        + f'<path d="M40 62H600" stroke="{_LINE}" stroke-width="1.5"/>'
        + _box(120, 28, 360, 26, _MARKED)
        + _say(136, 47, "http://localhost:8501", 16, _BLUE, font_family=_MONO)
        + f'<rect x="296" y="84" width="48" height="48" rx="11" fill="{_BLUE}"/>'
        + '<path d="M303 109c4.600-8 10.600-12 17-12s12.400 4 17 12c-4.600 6.800-10.600 10-17 10S307.600 115.800 303 109Z" fill="#fff"/>'
        + f'<circle cx="320" cy="109" r="6.500" fill="{_BLUE}"/>'
        + _say(
            320,
            168,
            "見守り Mimamori",
            20,
            _INK,
            text_anchor="middle",
            font_weight="700",
        )
    )


_DRAWINGS: Final[dict[str, Callable[[], str]]] = {
    "unzip": _unzip,
    "python": _python,
    "folder": _inside,
    "terminal": _terminal,
    "browser": _browser,
}
