"""No code draws data as HTML or Markdown; `inert` stands around whatever people typed."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final

import pytest

from lib.schema.tables import TABLES

ROOT: Final = Path(__file__).resolve().parents[2]
SCREENS: Final = (
    *ROOT.glob("lib/ui/**/*.py"),
    *ROOT.glob("pages/*.py"),
    ROOT / "app.py",
)
EVERYTHING: Final = (
    *ROOT.glob("lib/**/*.py"),
    *ROOT.glob("pages/*.py"),
    ROOT / "app.py",
)

NEVER: Final = frozenset(
    {
        "unsafe_allow_html",
        "unsafe_allow_javascript",
        "strings_to_formulas",
        "allow_html",
    }
)
"""Arguments that may only ever be False."""

BANNED: Final = frozenset(
    {
        "st.exception",
        "st.iframe",
        "components.html",
        "components.iframe",
        "v1.html",
        "st.help",
        "st.graphviz_chart",
        "column_config.LinkColumn",
        "column_config.ImageColumn",
        "worksheet.update_cell",
        "pd.read_pickle",
        "pickle.loads",
        "yaml.load",
        "marshal.loads",
    }
)
BANNED_NAMES: Final = frozenset(
    {"eval", "exec", "to_csv_raw", "mark_image", "ImageColumn"}
)

SINKS: Final = frozenset(
    {
        *("markdown", "write", "caption", "title", "header", "subheader", "info"),
        *("warning", "error", "success", "toast", "metric", "button", "link_button"),
        *("download_button", "page_link", "checkbox", "toggle", "radio", "pills"),
        *("segmented_control", "tabs", "expander", "popover", "status", "spinner"),
        *("progress", "badge", "text_input", "text_area", "number_input", "dialog"),
        *("date_input", "time_input", "selectbox", "multiselect", "file_uploader"),
        *("slider", "select_slider", "feedback"),
    }
)
"""Calls whose texts Streamlit reads as Markdown."""

SPOKEN: Final = frozenset(
    {"label", "body", "help", "captions", "title", "delta", "value"}
)
"""Arguments by name that it reads so; beside them the first by place."""

NOT_READ: Final = frozenset({("number_input", "value"), ("date_input", "value")})

MADE_INERT: Final = frozenset(
    {"inert", "len", "bool", "enumerate", "key", "name_of", "slug", "isinstance", "_"}
)
"""Calls that let no letter of their arguments through to the screen as markup.

`_()` gives a text of the catalogue: what is not in it is shown as it is, so only words
of the schema's own may be handed to it.
"""


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def calls(paths: tuple[Path, ...]) -> Iterator[tuple[str, ast.Call]]:
    for path in paths:
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.Call):
                place = path.relative_to(ROOT).as_posix()
                yield f"{place}:{node.lineno}", node


def called(call: ast.Call) -> str:
    """Return the last two names of what is called, e.g. "st.html"."""
    match call.func:
        case ast.Attribute(value=ast.Name(id=owner), attr=name):
            return f"{owner}.{name}"
        case ast.Attribute(value=ast.Attribute(attr=owner), attr=name):
            return f"{owner}.{name}"
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return name
        case _:
            return ""


def test_no_dangerous_switch_is_turned_on_anywhere():
    found = [
        place
        for place, call in calls(EVERYTHING)
        for given in call.keywords
        if given.arg in NEVER
        and not (isinstance(given.value, ast.Constant) and given.value.value is False)
    ]

    assert found == []


def test_nothing_that_runs_or_fetches_what_it_is_given_is_called():
    found = [
        (place, called(call))
        for place, call in calls(EVERYTHING)
        if called(call) in BANNED or called(call).split(".")[-1] in BANNED_NAMES
    ]

    assert found == []


def test_html_is_made_of_our_own_words_alone():
    """`st.html` gets constants, and of other texts only what `escape` has been through."""
    found = [
        place
        for place, call in calls(SCREENS)
        if called(call) == "st.html" and not is_ours(call.args[0], place)
    ]

    assert found == []


def is_ours(part: ast.AST, place: str) -> bool:  # noqa: PLR0912 - a table
    """Whether an expression consists of literals, constants and escaped texts."""
    match part:
        case ast.Constant():
            return True
        case ast.JoinedStr(values=values):
            return all(is_ours(value, place) for value in values)
        case ast.FormattedValue(value=value):
            return is_ours(value, place)
        case ast.Name(id=name):
            return name.lstrip("_").isupper() or is_ours_by_name(name, place)
        case ast.Call(func=ast.Name(id="escape")):
            return True
        case ast.Call(func=ast.Attribute(value=value, attr="format")):
            texts = [*part.args, *(given.value for given in part.keywords)]
            return is_ours(value, place) and all(
                is_ours(text, place) or is_translated(text) for text in texts
            )
        case ast.Call(func=ast.Name(id=name)):
            return name.startswith("_") and is_ours_by_function(name, place)
        case ast.Call(func=ast.Attribute(value=ast.Constant(), attr="join")):
            return all(is_ours(given, place) for given in part.args)
        case ast.GeneratorExp(elt=elt) | ast.ListComp(elt=elt):
            return is_ours(elt, place)
        case ast.IfExp(body=body, orelse=orelse):
            return is_ours(body, place) and is_ours(orelse, place)
        case ast.BinOp(left=left, op=ast.Add() | ast.Mult(), right=right):
            return is_ours(left, place) and is_ours(right, place)
        case ast.BinOp() | ast.Attribute(attr="height"):
            return True  # a number
        case _:
            return False


def is_translated(part: ast.AST) -> bool:
    return isinstance(part, ast.Call) and called(part) == "_"


def is_ours_by_name(name: str, place: str) -> bool:
    """Whether every value that a local name is given is ours."""
    tree = tree_of(ROOT / place.split(":", maxsplit=1)[0])
    given = [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign)
        and any(isinstance(t, ast.Name) and t.id == name for t in node.targets)
    ]
    return bool(given) and all(is_ours(value, place) for value in given)


def is_ours_by_function(name: str, place: str) -> bool:
    """Whether a function of the same file returns nothing but what is ours."""
    tree = tree_of(ROOT / place.split(":", maxsplit=1)[0])
    returned = [
        node.value
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef) and function.name == name
        for node in ast.walk(function)
        if isinstance(node, ast.Return)
    ]
    return bool(returned) and all(r and is_ours(r, place) for r in returned)


# What people typed ------------------------------------------------------------------

TYPED: Final = frozenset(
    field.name
    for place in TABLES
    for field in place.fields
    if field.kind == "text"
    and field.name not in {"id", "step", "value", "item", "group"}
)
"""Names of fields that hold what people typed; numbers of our own form are none."""


def bare(part: ast.AST) -> Iterator[str]:
    """Yield each field of text in an expression that nothing makes inert."""
    match part:
        case ast.Call() if called(part).split(".")[-1] in MADE_INERT:
            return
        case ast.Lambda():
            return
        case ast.Attribute(attr=name) if name in TYPED:
            yield name
        case ast.IfExp(body=body, orelse=orelse):
            yield from bare(body)
            yield from bare(orelse)
        case ast.Compare():
            return
        case _:
            for inner in ast.iter_child_nodes(part):
                yield from bare(inner)


def read_as_markdown(call: ast.Call) -> Iterator[ast.AST]:
    name = called(call).split(".")[-1]
    if name not in SINKS or called(call).startswith(("log.", "navigation.")):
        return
    yield from call.args[:1]
    for given in call.keywords:
        if given.arg in SPOKEN and (name, given.arg) not in NOT_READ:
            yield given.value


@pytest.mark.parametrize("path", SCREENS, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_a_field_that_people_type_into_is_never_drawn_bare(path: Path):
    found = [
        (place, name)
        for place, call in calls((path,))
        for part in read_as_markdown(call)
        for name in bare(part)
    ]

    assert found == []


@pytest.mark.parametrize(
    "code",
    [
        "st.markdown(case.content)",
        "st.button(f'{case.handler}')",
        "box.caption(_('{who}').format(who=case.handler))",
        "st.text_input('x', help=product.name)",
        "st.metric(label=cell.name, value=1)",
    ],
)
def test_a_bare_field_would_be_found(code: str):
    call = ast.parse(code).body[0].value

    assert [name for part in read_as_markdown(call) for name in bare(part)] != []


@pytest.mark.parametrize(
    "code", ["st.html(case.content)", "st.html(f'<p>{name}</p>')", "st.html(a.b())"]
)
def test_html_of_data_would_be_found(code: str):
    call = ast.parse(code).body[0].value

    assert not is_ours(call.args[0], "app.py:1")
