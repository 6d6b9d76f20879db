"""How a page comes onto paper: a style sheet of its own, and light where it is dark.

The sheet is linked in the HTML shell for every page. It cannot know the theme, which
Streamlit keeps in class names of its own making: on a dark page one more style goes
along, which turns the ink round.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import streamlit as st
from starlette.requests import Request
from starlette.responses import FileResponse, Response

PATH: Final = "/print.css"
LINK: Final = f'<link rel="stylesheet" href="{PATH}" media="print">'

_SHEET: Final = Path(__file__).parent / "static" / "print.css"

# Texts and boxes are set to dark on white. Charts and grids are painted in the colours
# of the theme, so they are turned round as they are; the second half of the turn gives
# each its hue back.
_DARK: Final = """<style>
@media print {
  .stApp, .stApp * {
    background-color: transparent !important;
    color: #1A2129 !important;
    border-color: #C4CCD6 !important;
  }
  html, body, .stApp { background-color: #fff !important; }
  .stApp [data-testid="stVegaLiteChart"],
  .stApp [data-testid="stMetricChart"],
  .stApp [data-testid="stDataFrame"] canvas {
    filter: invert(1) hue-rotate(180deg) contrast(1.2);
  }
}
</style>"""


async def sheet(_request: Request) -> Response:
    """Answer with the style sheet."""
    return FileResponse(
        _SHEET, media_type="text/css", headers={"Cache-Control": "max-age=3600"}
    )


def light_on_paper() -> None:
    """Let a dark page be printed in light colours; nothing on a light one."""
    theme = st.context.theme
    if theme and theme.type == "dark":
        st.html(_DARK)
