"""Drafts of a form: saved while one types, offered again, thrown away after saving."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from lib.errors import StoreUnavailable
from lib.i18n import _
from lib.schema.column import Field
from lib.schema.ids import new_commit_id
from lib.store.drafts import Draft
from lib.ui import context, typing
from lib.ui import format as fmt
from lib.ui.form import Form

EVERY_SECONDS = 3
"""Typed text is on disk at most this long after the browser sent it (1 s after the
last key), so that what stood in a field five seconds before F5 can be offered."""


def entry_id(form: Form) -> str:
    """Return the id of the entry being typed; made with the form, kept until saved.

    It is the id of the commit too, so that a double click saves once.
    """
    key = f"{form.name}._entry"
    if key not in st.session_state:
        st.session_state[key] = new_commit_id()
    return str(st.session_state[key])


def autosave(form: Form, names: Sequence[str]) -> None:
    """Keep these fields as a draft from now on, and say in words when it was kept."""
    typing.commit_while_typing()
    _keep(form, tuple(names))


@st.fragment(run_every=EVERY_SECONDS)
def _keep(form: Form, names: tuple[str, ...]) -> None:
    typed = _typed(form, names)
    saved_key, time_key = f"{form.name}._kept", f"{form.name}._kept_at"
    if typed and typed != st.session_state.get(saved_key):
        try:
            kept_at = context.drafts().save(
                _user(), form.name, entry_id(form), _storable(typed)
            )
        except StoreUnavailable:
            st.caption(_("下書きを保存できません。ディスクの空きを確かめてください。"))
            return
        st.session_state[saved_key] = typed
        st.session_state[time_key] = kept_at
    kept_at = st.session_state.get(time_key)
    if kept_at:
        text = _("下書き保存済み {time}({count}項目)")
        st.caption(text.format(time=f"{kept_at:%H:%M:%S}", count=len(typed)))
    else:
        st.caption(_("入力すると自動で下書きに残ります。"))


def offer(form: Form, names: Sequence[str], *, title: str) -> None:
    """Offer drafts of other windows or of before a reload; `title` names a field.

    Nothing is offered once something is typed here.
    """
    if _typed(form, tuple(names)):
        return
    others = [d for d in _drafts(form) if d.entry != entry_id(form)]
    for draft in others[:3]:
        _offer_one(form, draft, title)


def discard(form: Form) -> None:
    """Throw the draft of the present entry away and forget the form."""
    context.drafts().discard(_user(), form.name, entry_id(form))
    form.clear()


def _offer_one(form: Form, draft: Draft, title: str) -> None:
    words = str(draft.values.get(title) or "").strip()
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        st.markdown(
            ":material/edit_note: **"
            + _("書きかけの下書きがあります({time})").format(
                time=fmt.short_moment(draft.saved_at)
            )
            + "**"
        )
        if words:
            st.text(words[:60])
        st.button(
            _("続きを書く"),
            key=f"{form.name}:restore:{draft.entry}",
            on_click=_restore,
            args=(form, draft),
            type="primary",
        )
        st.button(
            _("捨てる"),
            key=f"{form.name}:drop:{draft.entry}",
            on_click=context.drafts().discard,
            args=(_user(), form.name, draft.entry),
        )


def _restore(form: Form, draft: Draft) -> None:
    st.session_state[f"{form.name}._entry"] = draft.entry
    known = {spec.name: spec for spec in form.record.fields()}
    for name, value in draft.values.items():
        spec = known.get(name)
        st.session_state[form.key(name)] = _as_widget(spec, value) if spec else value


def _as_widget(spec: Field, value: Any) -> Any:
    kind = spec.choice_type
    if kind is None or value is None:
        return value
    if isinstance(value, list):
        return [found for part in value if (found := kind.from_code(part))]
    return kind.from_code(value)


def _typed(form: Form, names: tuple[str, ...]) -> dict[str, Any]:
    """Return what differs from an untouched form, by field name."""
    found = {}
    known = {spec.name for spec in form.record.fields()}
    for name in names:
        value = form.get(name)
        if name in form.untouched:
            if value != form.untouched[name]:
                found[name] = value
            continue
        default = form.record.field(name).default if name in known else None
        if value not in (None, "", [], ()) and value != default:
            found[name] = value
    return found


def _storable(typed: dict[str, Any]) -> dict[str, Any]:
    return {name: _code(value) for name, value in typed.items()}


def _code(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [_code(part) for part in value]
    return getattr(value, "code", value)


def _drafts(form: Form) -> list[Draft]:
    return context.drafts().list(_user(), form.name)


def _user() -> str:
    who = context.principal()
    return who.key if who else ""
