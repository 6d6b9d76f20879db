"""Loads what a server may begin with: libraries, and our code below the screens.

Importing them is most of what starting a server costs. None of it reads a setting
while it is imported, so that one copy serves for servers with any settings.
"""

from __future__ import annotations

from importlib import import_module
from pkgutil import walk_packages
from typing import Final

import lib.actions
import lib.charts
import lib.reports

NAMES: Final = (
    "altair",
    "apprise",
    "docx",
    "gspread",
    "holidays",
    "openpyxl",
    "pandas",
    "pyarrow",
    "pydantic",
    "scipy.signal",
    "scipy.stats",
    "sqlalchemy.orm",
    "statsmodels.api",
    "streamlit.web.cli",
    "typst",
    "uvicorn",
    "xlsxwriter",
)

for name in NAMES:
    import_module(name)
for package in (lib.actions, lib.charts, lib.reports):
    for module in walk_packages(package.__path__, f"{package.__name__}."):
        import_module(module.name)
