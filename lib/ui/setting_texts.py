"""Texts of 設定 on the screen: one of several is chosen, written and counts from a day."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import streamlit as st

from lib import clock
from lib.actions.business_settings import set_value, value_of
from lib.errors import InvalidRecord
from lib.i18n import _
from lib.schema.ids import new_commit_id
from lib.settings.business import BusinessSetting
from lib.settings.scripts import words_of
from lib.store.access import UserStore
from lib.text import LONGEST_TEXT
from lib.ui import boundary, context, flash
from lib.ui.setting import since


@dataclass(frozen=True, slots=True)
class Labels:
    """What the editor's parts are called, as catalogue keys."""

    folder: str
    which: str
    save: str
    default: str


def words(desk: UserStore, setting: BusinessSetting) -> str:
    """Return a text as it counts today: ours in the person's language."""
    return words_of(setting, value_of(desk, setting, clock.today()))


def editor(
    desk: UserStore,
    prefix: str,
    settings: Sequence[BusinessSetting],
    labels: Labels,
    *,
    preview: Callable[[str], None] | None = None,
    height: int = 110,
) -> None:
    """Draw the folded editor of one of several texts.

    prefix: of the session keys. preview: draws what is typed as others will meet it.
    """
    folder = st.expander(
        _(labels.folder),
        icon=":material/edit:",
        key=f"{prefix}:open",
        on_change="rerun",
    )
    if not folder.open:
        return
    by_field = {setting.field: setting for setting in settings}
    with folder:
        field = st.selectbox(
            _(labels.which),
            list(by_field),
            key=prefix,
            format_func=lambda code: _(by_field[code].name),
            filter_mode="contains",
            persist_state="session",
        )
        setting = by_field.get(str(field)) or settings[0]
        key = f"{prefix}:{setting.field}"
        st.session_state.setdefault(key, words(desk, setting))
        st.session_state.setdefault(f"{key}:since", clock.today())
        st.text_area(
            _(setting.name),
            max_chars=LONGEST_TEXT,
            key=key,
            help=_(setting.help),
            height=height,
            persist_state="session",
        )
        if preview is not None:
            preview(str(st.session_state[key] or ""))
        since(key)
        with st.container(horizontal=True):
            st.button(
                _(labels.save),
                key=f"{key}:save",
                type="primary",
                on_click=_save,
                args=(setting, key, new_commit_id()),
            )
            st.button(
                _(labels.default),
                key=f"{key}:default",
                type="tertiary",
                on_click=_save,
                args=(setting, key, new_commit_id(), setting.default),
            )


def _save(
    setting: BusinessSetting, key: str, entry: str, value: str | None = None
) -> None:
    state = st.session_state
    with boundary.attempt():
        typed = str(state[key] or "") if value is None else value
        # Ours in the person's language, left as it is, stays ours in every language.
        written = setting.default if typed == _(setting.default) else typed
        try:
            set_value(
                context.desk(),
                setting,
                written,
                since=state[f"{key}:since"],
                entry=entry,
                now=clock.now(),
            )
        except InvalidRecord as refused:
            for problem in refused.problems:
                flash.say(_(problem.message), "warning")
            return
        del state[key], state[f"{key}:since"]
        flash.say(_("「{name}」を保存しました。").format(name=_(setting.name)))
