"""A field of a record as a widget: label, help, options and limits from the schema.

Widgets have keys (`form.field`), live outside `st.form` (whose unsent values are lost
on a page switch) and keep their values for the session, so that a rerun, a change of
language or of page loses nothing. Values are the record's own Python values.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final, Literal

import streamlit as st

from lib import clock
from lib.errors import FieldProblem
from lib.i18n import _, current
from lib.schema.column import Field
from lib.schema.record import Record
from lib.schema.vocab import Choice, Unlisted
from lib.text import LONGEST_TEXT, inert
from lib.ui import format as fmt

_DRAWN_IN: Final = "_drawn_in"
"""Session key of the language in which each widget was last drawn."""

OnChange = Callable[[], None] | Literal["rerun", "ignore"]


@dataclass(frozen=True)
class Form:
    """One entry being typed. `name` prefixes the keys of its widgets.

    problems: what is wrong, by field; shown under the widget it belongs to.
    untouched: what stands in the fields before anybody types, where that is not the
        schema's default: the row being changed.
    """

    name: str
    record: type[Record]
    problems: Mapping[str, Sequence[str]] = field(default_factory=dict)
    untouched: Mapping[str, Any] = field(default_factory=dict)

    def key(self, name: str) -> str:
        """Return the session key of a field's widget."""
        return f"{self.name}.{name}"

    def set(self, **values: Any) -> None:
        """Put values into the widgets; only before they are drawn in this run."""
        for name, value in values.items():
            st.session_state[self.key(name)] = value

    def get(self, name: str) -> Any:
        """Return what stands in a field now, the schema's default if untouched."""
        known = name in self.record.model_fields
        default = self.record.field(name).default if known else None
        return st.session_state.get(self.key(name), default)

    def held(self, names: Iterable[str]) -> dict[str, Any]:
        """Return what `get` returns for each of these fields.

        The session is asked once: a field that it does not hold costs it exceptions.
        """
        state = st.session_state.to_dict()
        known = self.record.model_fields
        found = {}
        for name in names:
            key = self.key(name)
            if key in state:
                found[name] = state[key]
            else:
                found[name] = self.record.field(name).default if name in known else None
        return found

    def values(self, names: Iterable[str]) -> dict[str, Any]:
        """Return what stands in these fields, ready for the record.

        A cleared choice falls back to the schema's default; a bare time is Tokyo's.
        """
        return {
            name: _clean(self.record.field(name), value)
            for name, value in self.held(names).items()
        }

    def from_widgets(self, held: Mapping[str, Any]) -> dict[str, Any]:
        """Return what widgets hold as the record's values; other names are left out."""
        known = self.record.model_fields
        return {
            name: _clean(self.record.field(name), value)
            for name, value in held.items()
            if name in known
        }

    def untouched_value(self, name: str) -> Any:
        """Return what stood in a field before anybody typed, as its widget holds it."""
        if name in self.untouched:
            return self.untouched[name]
        if name in self.record.model_fields:
            return self.record.field(name).default
        return None

    def clear(self) -> None:
        """Forget everything typed, so that the next run draws an empty form."""
        for key in [k for k in st.session_state if str(k).startswith(self.name + ".")]:
            del st.session_state[key]

    def show_problems(self, name: str) -> None:
        """Show what is wrong with a field, right below it."""
        for message in self.problems.get(name, ()):
            # No caption: its paleness would make the words hard to read.
            st.markdown(f":red[:small[:material/error: {_(message)}]]")


def problems_by_field(found: Iterable[FieldProblem]) -> dict[str, list[str]]:
    """Return problems grouped by field name, "" for those of no single field."""
    grouped: dict[str, list[str]] = {}
    for problem in found:
        grouped.setdefault(problem.field, []).append(problem.message)
    return grouped


def label_of(spec: Field, *, required: bool = False) -> str:
    """Return a field's label in the person's language; plain text, no Markdown."""
    text = _(spec.label)
    if unit := fmt.unit_word(spec.column.unit):
        text += f" ({unit})"
    return text + _("(必須)") if required else text


def field_input(
    form: Form,
    name: str,
    *,
    required: bool = False,
    on_change: OnChange = "ignore",
    label: str | None = None,
    placeholder: str | None = None,
    options: Sequence[Any] | None = None,
    format_option: Callable[[Any], str] | None = None,
    pills: bool = False,
    height: int | None = None,
    disabled: bool = False,
    live: bool | None = None,
    show_help: bool = True,
) -> Any:
    """Draw the widget for one field and return its value.

    A field that `refers` or `suggests` takes its `options` from the caller and accepts
    a word that is not among them (not as `pills`). A choice shows only `options` where
    they are given; its default need not be among them. `pills` shows one-tap chips.
    live: whether text is sent while it is typed; left out, where nothing reruns.
    """
    spec = form.record.field(name)
    key = form.key(name)
    st.session_state.setdefault(key, _first_value(spec, options))
    _follow_language(key)
    shared = {
        "label": label or label_of(spec, required=required),
        "key": key,
        "help": (_(spec.column.help) or None) if show_help else None,
        "disabled": disabled,
        "persist_state": "session",
    }
    # A place of its own, so that a problem shown below one field does not move the
    # next ones: the browser would build them anew, and the focus would be lost.
    with st.container():
        if options is not None and spec.kind == "text":
            draw = _open_pills if pills else _open_choice
            value = draw(shared, options, format_option, on_change, placeholder)
        else:
            value = _closed_widget(
                spec,
                shared,
                options=_with_unlisted(
                    options if options is not None else spec.choices,
                    st.session_state[key],
                ),
                format_option=format_option or fmt.choice,
                on_change=on_change,
                placeholder=placeholder,
                pills=pills,
                height=height,
                live=on_change == "ignore" if live is None else live,
            )
        form.show_problems(name)
    return value


def _follow_language(key: str) -> None:
    """Send a choice anew where the language has changed since it was drawn.

    The browser holds a choice as its label, which nobody would find again among the
    labels of another language.
    """
    drawn: dict[str, str] = st.session_state.setdefault(_DRAWN_IN, {})
    if drawn.get(key, current()) != current():
        st.session_state[key] = st.session_state[key]
    drawn[key] = current()


def _with_unlisted(options: Sequence[Any], held: Any) -> list[Any]:
    """Return the options and what a sheet holds beside them, until it is mended."""
    words = held if isinstance(held, list) else [held]
    return [*options, *(word for word in words if isinstance(word, Unlisted))]


def _first_value(spec: Field, options: Sequence[Any] | None) -> Any:
    """Return what an untouched field holds: nothing where its default is no option."""
    if options is not None and spec.kind == "choice" and spec.default not in options:
        return None
    return _widget_value(spec, spec.default)


def _open_pills(
    shared: dict[str, Any],
    options: Sequence[Any],
    format_option: Callable[[Any], str] | None,
    on_change: OnChange,
    _placeholder: str | None,
) -> Any:
    key = shared["key"]
    if st.session_state[key] == "":
        st.session_state[key] = None
    typed = st.session_state[key]
    known = [*options, typed] if typed and typed not in options else list(options)
    return st.pills(
        **shared,
        options=known,
        format_func=lambda word: inert((format_option or str)(word)),
        on_change=on_change,
        wrap=True,
    )


def _open_choice(
    shared: dict[str, Any],
    options: Sequence[Any],
    format_option: Callable[[Any], str] | None,
    on_change: OnChange,
    placeholder: str | None,
) -> Any:
    key = shared["key"]
    if st.session_state[key] == "":
        st.session_state[key] = None
    typed = st.session_state[key]
    known = [*options, typed] if typed and typed not in options else list(options)
    return st.selectbox(
        **shared,
        options=known,
        format_func=format_option or str,
        accept_new_options=True,
        filter_mode="contains",
        placeholder=placeholder or _("選ぶか入力"),
        on_change=on_change,
    )


def _closed_widget(
    spec: Field,
    shared: dict[str, Any],
    *,
    options: list[Any],
    format_option: Callable[[Any], str],
    on_change: OnChange,
    placeholder: str | None,
    pills: bool,
    height: int | None,
    live: bool,
) -> Any:
    match spec.kind:
        case "choice" | "choices":
            chips = pills or spec.kind == "choices"
            draw = _chips if chips else _choice
            return draw(spec, shared, options, format_option, on_change)
        case "integer" | "decimal":
            return _number(spec, shared, on_change, placeholder)
        case "date":
            return st.date_input(**shared, format="YYYY/MM/DD", on_change=on_change)
        case "datetime":
            return st.datetime_input(
                **shared,
                format="YYYY/MM/DD",
                step=timedelta(minutes=15),
                on_change=on_change,
            )
        case _:
            return _text(spec, shared, on_change, placeholder, height, live=live)


def _chips(
    spec: Field,
    shared: dict[str, Any],
    options: list[Any],
    format_option: Callable[[Any], str],
    on_change: OnChange,
) -> Any:
    return st.pills(
        **shared,
        options=options,
        format_func=format_option,
        selection_mode="multi" if spec.kind == "choices" else "single",
        on_change=on_change,
        wrap=True,
    )


def _choice(
    _spec: Field,
    shared: dict[str, Any],
    options: list[Any],
    format_option: Callable[[Any], str],
    on_change: OnChange,
) -> Any:
    return st.selectbox(
        **shared,
        options=options,
        format_func=format_option,
        filter_mode="contains",
        placeholder=_("選んでください"),
        on_change=on_change,
    )


def _number(
    spec: Field, shared: dict[str, Any], on_change: OnChange, placeholder: str | None
) -> Any:
    """Draw a number; whole ones have whole limits and steps."""
    low, high = spec.minimum, spec.maximum
    if spec.kind == "decimal":
        return st.number_input(
            **shared,
            min_value=low,
            max_value=high,
            step=0.1,
            format="%.1f",
            placeholder=placeholder or "",
            on_change=on_change,
        )
    return st.number_input(
        **shared,
        min_value=None if low is None else int(low),
        max_value=None if high is None else int(high),
        step=1,
        placeholder=placeholder or "",
        on_change=on_change,
    )


def _text(
    spec: Field,
    shared: dict[str, Any],
    on_change: OnChange,
    placeholder: str | None,
    height: int | None,
    *,
    live: bool,
) -> Any:
    if spec.column.long:
        return st.text_area(
            **shared,
            max_chars=LONGEST_TEXT,
            height=height or 110,
            placeholder=placeholder,
            on_change=on_change,
        )
    return st.text_input(
        max_chars=LONGEST_TEXT,
        **shared,
        placeholder=placeholder,
        on_change=on_change,
        live="800ms" if live else False,
    )


def _widget_value(spec: Field, value: Any) -> Any:
    """Return a record's value as its widget holds it (wall time for a datetime)."""
    if spec.kind == "datetime" and value is not None:
        return clock.in_tokyo(value).replace(tzinfo=None)
    if spec.kind == "choices":
        return list(value or ())
    return value


def widget_values(record: Record, names: Iterable[str]) -> dict[str, Any]:
    """Return a record's values as widgets hold them, for `Form.set`."""
    return {
        name: _widget_value(record.field(name), getattr(record, name)) for name in names
    }


def _clean(spec: Field, value: Any) -> Any:
    if spec.kind == "text":
        return value or ""
    if spec.kind == "choices":
        return tuple(value or ())
    if spec.kind == "choice" and value is None:
        return spec.default
    if spec.kind == "datetime" and value is not None:
        return clock.in_tokyo(value)
    return value


def choices_for(kind: type[Choice], *, without: Iterable[Choice] = ()) -> list[Choice]:
    """Return a vocabulary in its order, without some of it."""
    left_out = set(without)
    return [member for member in kind if member not in left_out]
