"""The ASGI app: `streamlit run app.py` and `uvicorn app:app` both serve it.

The main script lies in lib/ui/, because a `pages/` folder beside the main script lets
Streamlit serve a page file directly, past every gate (docs/architecture.md).
"""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent
if sys.path[0] != str(ROOT):
    # The main script's own folder would stand first and could shadow our modules.
    sys.path.insert(0, str(ROOT))

import streamlit as st  # noqa: E402

from lib.ui.server import surroundings  # noqa: E402

app = st.App(ROOT / "lib" / "ui" / "main.py", **surroundings())
