"""The floor: one button under the launcher that Mimamori itself stands on.

What a page costs is told as a multiple of this, so that the figure does not hang on
the machine it was taken on.
"""

import gc
import importlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import streamlit as st

WARM = ("altair", "numpy", "pandas", "pyarrow")


@asynccontextmanager
async def warmed(_app: st.App) -> AsyncIterator[None]:
    """Import what a page imports, then keep the garbage collector off it."""
    for name in WARM:
        importlib.import_module(name)
    gc.collect()
    gc.freeze()
    yield


app = st.App(Path(__file__).parent / "screen" / "main.py", lifespan=warmed)
