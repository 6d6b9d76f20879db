"""What people typed reaches no place that Streamlit reads as Markdown or HTML.

Every text of a believable store carries an image, and every message that the app sends
to the browser is looked through, field by field: so a label, a help, an option, the
name of a tab or a toast is found as well as a paragraph.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from functools import cache
from typing import Any, Final

import pytest
from google.protobuf.message import Message
from streamlit.testing.v1 import AppTest, local_script_runner

from lib import clock
from lib.actions import first_start, sample
from lib.actions.searching import case_code
from lib.sample.company import SampleCompany, sample_company
from lib.schema.principal import SYSTEM
from lib.ui import context, navigation
from lib.ui.case.groups import ACT, CLOSE
from lib.ui.case.saving import name_of
from tests.security.corpus.company import spoiled

IMAGE: Final = "![CANARY](http://127.0.0.1:9/p)"
PROBE: Final = f"{IMAGE} <b>x</b>"

PLAIN: Final = frozenset(
    {
        # Widgets show these letter for letter (seen in Chromium, tests/browser).
        "text.body",
        "code_block.body",
        "text_input.default",
        "text_input.value",
        "text_area.default",
        "text_area.value",
        "selectbox.options",
        "selectbox.raw_value",
        "selectbox.raw_default",
        "multiselect.options",
        "multiselect.raw_values",
        "component.json_args",
        "bidi_component.json",
        "bidi_component.mixed.json",
    }
)
"""Places of a message that are no Markdown, by the end of their path."""

LINKING: Final = frozenset({"href", "url", "image"})
"""Keys with which a chart would fetch or lead somewhere."""


@cache
def a_month() -> SampleCompany:
    return sample_company(end=date(2026, 11, 20), months=1, complaints_per_day=0.4)


@pytest.fixture
def hostile_store() -> str:
    """Fill the store; return the administrator's address."""
    admin = first_start.begin(
        context.live().for_user(SYSTEM),
        name=f"佐藤 {PROBE}",
        email="hanako@example.jp",
        now=clock.now(),
    )
    company = spoiled(a_month(), lambda _record, _field: PROBE)
    sample.fill(context.live().for_user(SYSTEM), company)
    return admin.email


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[Message]:
    """Give every message that the app sends to the browser."""
    heard: list[Message] = []
    parse = local_script_runner.parse_tree_from_messages

    def noted(messages: list[Message]) -> Any:
        heard.extend(messages)
        return parse(messages)

    monkeypatch.setattr(local_script_runner, "parse_tree_from_messages", noted)
    return heard


def texts_of(message: Message, path: str = "") -> Iterator[tuple[str, str]]:
    """Yield each text of a message with the path to it, "markdown.body" at its end."""
    for field, value in message.ListFields():
        here = f"{path}.{field.name}" if path else field.name
        if field.type == field.TYPE_STRING:
            for text in [value] if isinstance(value, str) else value:
                yield here, text
        elif field.type == field.TYPE_MESSAGE:
            is_map = field.message_type.GetOptions().map_entry
            parts = [value] if isinstance(value, Message) else value
            for part in value.values() if is_map else parts:
                if isinstance(part, Message):
                    yield from texts_of(part, here)
                elif isinstance(part, str):
                    yield here, part


def is_plain(path: str) -> bool:
    return any(path.endswith(f".{plain}") for plain in PLAIN)


def read_as_markup(sent: list[Message]) -> set[tuple[str, str]]:
    """Return where the probe stands as Markdown, and a few words around it."""
    found = set()
    for message in sent:
        for path, text in texts_of(message):
            if path.endswith(".spec"):
                found |= {(path, key) for key in linking(json.loads(text))}
            elif IMAGE in text and not is_plain(path):
                at = text.index(IMAGE)
                found.add((path, text[max(at - 30, 0) : at + 20]))
    return found


def linking(part: Any) -> Iterator[str]:
    """Yield keys of a chart that would fetch something or lead somewhere."""
    if isinstance(part, dict):
        yield from LINKING & part.keys()
        for inner in part.values():
            yield from linking(inner)
    elif isinstance(part, list):
        for inner in part:
            yield from linking(inner)


def everything(sent: list[Message]) -> str:
    return "\n".join(text for message in sent for _path, text in texts_of(message))


MAIN = ("queue", "risk")
REST = tuple(page.code for page in navigation.PAGES if page.code not in MAIN)


@pytest.mark.parametrize("codes", [MAIN, pytest.param(REST, marks=pytest.mark.slow)])
def test_no_page_reads_typed_text_as_markup(open_page, hostile_store, sent, codes):
    for code in codes:
        sent.clear()
        app = open_page(code, operator=hostile_store)

        assert not app.exception
        assert read_as_markup(sent) == set(), code
        assert "CANARY" in everything(sent), code


def test_no_part_of_a_case_reads_typed_text_as_markup(open_page, hostile_store, sent):
    desk = context.live().for_user(SYSTEM)
    app = open_page("ledger", operator=hostile_store)
    key = desk.frame("complaints").index[0]
    app.query_params["case"] = case_code(key)
    app.run()
    for editor in (ACT, CLOSE):
        app.session_state[name_of(key, "editor")] = editor
        app.session_state[name_of(key, f"seen:{editor}")] = desk.record(
            "complaints", key
        )
        app.run()
    shown = len(sent)
    look_at_an_inquiry(open_page, hostile_store)

    assert not app.exception
    assert read_as_markup(sent) == set()
    assert "CANARY" in everything(sent[:shown])
    assert "CANARY" in everything(sent[shown:])


def look_at_an_inquiry(open_page: Any, operator: str) -> None:
    """Open every part of a contact of an agency."""
    app = open_page("inquiries", operator=operator)
    frame = context.live().for_user(SYSTEM).frame("agency_inquiries")
    app.query_params["inquiry"] = case_code(frame.index[0])
    for part in ("3つの手順", "経緯書", "対応履歴", "くわしく"):
        app.session_state["inquiry:parts"] = part
        app.run()
    assert not app.exception


def test_markup_would_be_found(sent):
    """The negative control: a page of its own that escapes nothing."""

    def careless() -> None:
        import streamlit as st

        probe = "![CANARY](http://127.0.0.1:9/p)"
        st.write(probe)
        st.button("x", help=probe)
        st.tabs([probe])
        st.radio("x", [probe])
        st.toast(probe)
        st.text(probe)

    AppTest.from_function(careless).run()

    places = {path.split(".", 2)[-1] for path, _text in read_as_markup(sent)}
    assert len(places) == 5
    assert not any(place.endswith("text.body") for place in places)
