"""Drafts of a form: saved while one types, offered again, thrown away after saving."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

import streamlit as st

from lib import clock
from lib.errors import StoreUnavailable
from lib.i18n import _
from lib.schema.column import Field
from lib.schema.ids import new_commit_id
from lib.schema.record import Record
from lib.store.drafts import Draft
from lib.ui import context, typing, windows
from lib.ui import format as fmt
from lib.ui.form import Form

AnyRecord = TypeVar("AnyRecord", bound=Record)

EVERY_SECONDS = 3
"""Typed text is on disk at most this long after the browser sent it (1 s after the
last key), so that what stood in a field five seconds before F5 can be offered."""


_BEGUN, _KEPT, _KEPT_AT, _OWNER = "_begun", "_kept", "_kept_at", "_owner"
_BEFORE = "_before"
"""What is remembered of a draft beside the fields, each under the form's name."""


def entry_id(form: Form) -> str:
    """Return the id of the entry being typed; made with the form, kept until saved.

    It is the id of the commit too, so that a double click saves once.
    """
    key = f"{form.name}._entry"
    if key not in st.session_state:
        st.session_state[key] = new_commit_id()
    return str(st.session_state[key])


def begun_at(form: Form) -> datetime | None:
    """Return when something was first seen in the entry; None while it is empty."""
    found = st.session_state.get(f"{form.name}.{_BEGUN}")
    return found if isinstance(found, datetime) else None


def as_seen(form: Form, record: AnyRecord) -> AnyRecord:
    """Return `record` as it stood when a restored draft of it was typed.

    A draft taken up again must not undo what others did to the row meanwhile: the
    save is compared with what the person saw then, not with what stands now.
    """
    before = st.session_state.get(f"{form.name}.{_BEFORE}")
    if not before or not isinstance(record, form.record):
        return record
    return record.model_copy(update=form.from_widgets(before))


def look_anew(form: Form) -> None:
    """Take the row as it stands now for what the person has seen."""
    st.session_state.pop(f"{form.name}.{_BEFORE}", None)


def autosave(form: Form, names: Sequence[str]) -> None:
    """Keep these fields as a draft from now on, and say in words when it was kept."""
    typing.commit_while_typing()
    _keep(form, tuple(names))


@st.fragment(run_every=EVERY_SECONDS)
def _keep(form: Form, names: tuple[str, ...]) -> None:
    typed = _typed(form, names)
    try:
        kept_at = _kept(form, typed)
    except StoreUnavailable:
        st.caption(_("下書きを保存できません。ディスクの空きを確かめてください。"))
        return
    if kept_at:
        text = _("下書き保存 {time}({count}項目)")
        st.caption(text.format(time=f"{kept_at:%H:%M:%S}", count=len(typed)))
    else:
        st.caption(_("入力は自動で下書きに残ります。"))


def _kept(form: Form, typed: dict[str, Any]) -> datetime | None:
    """Bring the draft in step with what is typed; return when it was last written."""
    windows.hold(entry_id(form))
    state, name, user = st.session_state, form.name, _user()
    if state.get(f"{name}.{_OWNER}", user) != user:
        # Another person took over at this screen: the draft goes with the words.
        _throw_away(form)
    if typed:
        state.setdefault(f"{name}.{_BEGUN}", clock.now())
        if typed != state.get(f"{name}.{_KEPT}"):
            before = {name: form.untouched_value(name) for name in typed}
            values = {
                **_storable(typed),
                _BEFORE: _storable(before),
                _BEGUN: begun_at(form),
            }
            state[f"{name}.{_KEPT_AT}"] = context.drafts().save(
                user, name, entry_id(form), values
            )
            state[f"{name}.{_KEPT}"], state[f"{name}.{_OWNER}"] = typed, user
    elif state.get(f"{name}.{_KEPT}"):
        _throw_away(form)
    found = state.get(f"{name}.{_KEPT_AT}")
    return found if isinstance(found, datetime) else None


def _throw_away(form: Form) -> None:
    """Remove the draft of this entry from the disk, whoever's it is."""
    owner = st.session_state.get(f"{form.name}.{_OWNER}", _user())
    context.drafts().discard(owner, form.name, entry_id(form))
    for part in (_KEPT, _KEPT_AT, _OWNER):
        st.session_state.pop(f"{form.name}.{part}", None)


def offer(form: Form, names: Sequence[str], *, title: str) -> None:
    """Offer drafts of before a reload or of a closed window; `title` names a field.

    Nothing is offered once something is typed here, nor what another open window is
    typing just now.
    """
    # The place stays when the offer goes: what stands below it must not move, or the
    # browser would build it anew and the focus would be lost.
    with st.container():
        if not _typed(form, tuple(names)):
            for draft in _offered(form)[:3]:
                _offer_one(form, draft, title)


def _offered(form: Form) -> list[Draft]:
    return [
        draft
        for draft in context.drafts().list(_user(), form.name)
        if draft.entry != entry_id(form) and not windows.is_held_elsewhere(draft.entry)
    ]


def set_aside(form: Form, names: Sequence[str]) -> None:
    """Keep what is typed as a draft and start an empty entry; a callback.

    The draft is offered at once, so that nothing can be lost by a slip.

    Raises:
        StoreUnavailable: the draft could not be kept; everything stays as it is.
    """
    if typed := _typed(form, tuple(names)):
        _kept(form, typed)
        windows.release(entry_id(form))
    form.clear()


def discard(form: Form) -> None:
    """Throw the draft of the present entry away and forget the form."""
    _throw_away(form)
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
        )
        st.button(
            _("捨てる"),
            key=f"{form.name}:drop:{draft.entry}",
            on_click=context.drafts().discard,
            args=(_user(), form.name, draft.entry),
        )


def _restore(form: Form, draft: Draft) -> None:
    st.session_state[f"{form.name}._entry"] = draft.entry
    values = dict(draft.values)
    before = values.pop(_BEFORE, {})
    st.session_state[form.key(_BEFORE)] = _as_widgets(form, before)
    for name, value in _as_widgets(form, values).items():
        st.session_state[form.key(name)] = value


def _as_widgets(form: Form, values: Mapping[str, Any]) -> dict[str, Any]:
    known = {spec.name: spec for spec in form.record.fields()}
    return {
        name: _as_widget(known[name], value) if name in known else value
        for name, value in values.items()
    }


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
    for name, value in form.held(names).items():
        before = form.untouched_value(name)
        emptied = value in (None, "", [], ())
        if value != before and (name in form.untouched or not emptied):
            found[name] = value
    return found


def _storable(typed: dict[str, Any]) -> dict[str, Any]:
    return {name: _code(value) for name, value in typed.items()}


def _code(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [_code(part) for part in value]
    return getattr(value, "code", value)


def _user() -> str:
    who = context.principal()
    return who.key if who else ""
