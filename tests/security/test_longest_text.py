"""Whoever types, and whoever sends what nobody typed, sends no more than a field holds."""

import ast

import pytest

from tools.serve import ROOT

TAKE_TEXT = ("text_input", "text_area", "chat_input")


def unlimited(code: str) -> list[int]:
    """Return the lines in which a field for text is drawn that has no end."""
    return [
        call.lineno
        for call in ast.walk(ast.parse(code))
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and call.func.attr in TAKE_TEXT
        and not any(given.arg == "max_chars" for given in call.keywords)
    ]


def test_every_field_for_text_has_an_end():
    screens = [*(ROOT / "lib" / "ui").rglob("*.py"), *(ROOT / "pages").glob("*.py")]
    found = {
        str(path.relative_to(ROOT)): lines
        for path in screens
        if (lines := unlimited(path.read_text("utf-8")))
    }

    assert len(screens) > 100
    assert found == {}


@pytest.mark.parametrize("field", TAKE_TEXT)
def test_one_without_an_end_is_found(field):
    assert unlimited(f"st.{field}('x', key='y')") == [1]
    assert unlimited(f"st.{field}('x', max_chars=9)") == []
