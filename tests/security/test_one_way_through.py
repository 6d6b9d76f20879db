"""What Streamlit takes from a client without a look goes through one place each.

A page that drew such a thing by itself would be outside of what the other tests here
try, so that their passing said nothing about it.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
SOURCES = [*ROOT.glob("lib/**/*.py"), *ROOT.glob("pages/*.py")]

ONLY_IN = {
    r"\.data_editor\(": "lib/ui/grid.py",
    r"edited_rows|added_rows|deleted_rows": "lib/ui/grid.py",
    r"\.download_button\(": "lib/ui/download.py",
    r"\.selection\b|\[\"selection\"\]|\.get\(\"selection\"": "lib/ui/picked.py",
}


@pytest.mark.parametrize("pattern", ONLY_IN)
def test_it_goes_through_one_place(pattern):
    found = {
        path.relative_to(ROOT).as_posix()
        for path in SOURCES
        if re.search(pattern, path.read_text("utf-8"))
    }
    assert found == {ONLY_IN[pattern]}
