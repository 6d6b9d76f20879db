"""A chart as a picture for a slide or a mail: drawn here, without a browser or a network.

The fonts come with the app, so that Japanese looks the same on every machine.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any, Final
from unicodedata import east_asian_width

import altair as alt
import vl_convert

from lib.charts.look import Spec, plain

FONT: Final = "Noto Sans CJK JP"
WIDTH: Final = 860
_TWICE: Final = 2
"""Pixels for one of the chart: sharp on a slide."""

_LINE: Final = 140
"""Half-width letters that a line below the title holds."""

_FONT_PACKAGES: Final = ("noto_cjk_sans_jp_regular", "noto_cjk_sans_jp_bold")
_VERSION: Final = ".".join(alt.SCHEMA_VERSION.removeprefix("v").split(".")[:2])


def png(spec: Spec, *, title: str, about: Sequence[str] = ()) -> bytes:
    """Return the chart on white as PNG; `about`: lines below the title."""
    _fonts()
    made: bytes = vl_convert.vegalite_to_png(
        _dressed(spec, title, about),
        vl_version=_VERSION,
        scale=_TWICE,
        allowed_base_urls=[],
    )
    return made


def svg(spec: Spec, *, title: str, about: Sequence[str] = ()) -> bytes:
    """Return the chart on white as SVG, its words as text; otherwise as `png`."""
    _fonts()
    made: str = vl_convert.vegalite_to_svg(
        _dressed(spec, title, about), vl_version=_VERSION, allowed_base_urls=[]
    )
    return made.encode()


def _dressed(spec: Spec, title: str, about: Sequence[str]) -> Spec:
    config: dict[str, Any] = {**spec.get("config", {}), "font": FONT}
    heading = {
        "text": title,
        "subtitle": [part for line in about for part in _wrapped(line)],
        "anchor": "start",
        "fontSize": 16,
        "subtitleFontSize": 11,
        "subtitleColor": "#5B6673",
        "offset": 14,
    }
    return {
        **plain(spec),
        "title": heading,
        "width": WIDTH,
        "padding": 20,
        "background": "white",
        "config": config,
    }


def _wrapped(line: str) -> list[str]:
    """Return a line in parts that fit the picture; Japanese may part anywhere."""
    parts, width = [""], 0
    for letter in line:
        size = 2 if east_asian_width(letter) in "FWA" else 1
        if width + size > _LINE:
            parts.append("")
            width = 0
        parts[-1] += letter
        width += size
    return parts


@cache
def _fonts() -> None:
    for package in _FONT_PACKAGES:
        place = import_module(package).__file__
        assert place is not None  # noqa: S101 - both are packages on disk
        vl_convert.register_font_directory(str(Path(place).parent))
