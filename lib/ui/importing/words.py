"""Step 4: what the file's own words stand for; guessed, correctable, remembered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import streamlit as st

from lib.actions.importing import Preview, Vocabulary, Word
from lib.i18n import _
from lib.schema.tables import Table
from lib.store.access import UserStore
from lib.text import inert
from lib.ui.importing import state

MOST: Final = 40
"""Words asked about at once; the commonest first, those that hold rows back before."""

UNSAID: Final = ""

Asked = list[tuple[Table, Word]]


def asked(preview: Preview) -> Asked:
    """Return the words that stand for nothing here, each once."""
    found: dict[tuple[str, str, str], tuple[Table, Word]] = {}
    for part in preview.parts:
        for word in part.words:
            at = (part.table.code, word.field.name, word.typed)
            before = found.get(at)
            count = word.count + (before[1].count if before else 0)
            found[at] = (
                part.table,
                Word(word.field, word.typed, count, word.guess, word.needed),
            )
    return sorted(found.values(), key=lambda one: (not one[1].needed, -one[1].count))


def show(desk: UserStore, questions: Asked) -> None:
    """Draw the step."""
    st.caption(
        _(
            "ファイルの言葉を、このアプリの言葉に合わせます。推測が違えば選び直してください。覚えて、次のファイルでも使います。"
        )
    )
    vocabulary, names = _vocabulary(desk), _product_names(desk)
    with st.container(horizontal=True, gap="medium"):
        for place, word in questions[:MOST]:
            _one(place, word, vocabulary.offered(word.field), names)
    if len(questions) > MOST:
        st.caption(
            _("ほか{count}語は、これらを決めると出ます。").format(
                count=len(questions) - MOST
            )
        )


def take(questions: Asked) -> None:
    """Note what stands in each field, guesses that were left standing included."""
    for place, word in questions[:MOST]:
        meaning = st.session_state.get(_key(place, word)) or UNSAID
        if not meaning and not word.needed:
            # Agreed to stay as it is: the word stands for itself.
            meaning = word.typed
        if meaning:
            state.learn_word(place, word.field, word.typed, meaning)


def _one(
    place: Table, word: Word, offered: Sequence[str], names: Mapping[str, str]
) -> None:
    key = _key(place, word)
    st.session_state.setdefault(key, word.guess or UNSAID)
    label = _("{field}「{word}」({count}行)").format(
        field=_(word.field.label), word=inert(word.typed), count=word.count
    )
    if word.guess:
        label += " · " + _("推測")
    left = _("決めない(その行は取り込まない)") if word.needed else _("そのまま取り込む")
    is_choice = bool(word.field.choices)

    def shown(value: str) -> str:
        if not value:
            return left
        return _(value) if is_choice else names.get(value, value)

    st.selectbox(
        label,
        [UNSAID, *offered],
        key=key,
        format_func=shown,
        filter_mode="contains",
        on_change="ignore",
        persist_state="session",
        width=400,
    )


def _key(place: Table, word: Word) -> str:
    return f"import:word:{place.code}:{word.field.name}:{word.typed}"


def _vocabulary(desk: UserStore) -> Vocabulary:
    return desk.derived(
        ("import vocabulary",),
        lambda: Vocabulary(
            {code: desk.frame(code) for code in ("centres", "members", "products")}
        ),
    )


def _product_names(desk: UserStore) -> Mapping[str, str]:
    """Return code → name of products, which people know by name."""

    def made() -> Mapping[str, str]:
        products = desk.frame("products")
        return dict(zip(products["code"], products["name"], strict=True))

    return desk.derived(("import products",), made)
