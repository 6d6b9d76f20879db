"""What is under way: the file, what was decided about it, and what it would do.

The file is held in the session only, while it is needed: never on disk, never in a
log, never in a cache that others share.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any, Final

import streamlit as st

from lib import clock
from lib.actions import importing
from lib.actions.archiving import with_archive
from lib.actions.business_settings import value_of
from lib.actions.importing import (
    Bounds,
    Choices,
    Preview,
    Run,
    SheetChoice,
    SourceFile,
    remembering,
)
from lib.actions.importing.orders import Counted, count_orders
from lib.actions.importing.voices import (
    Chosen,
    Heard,
    Rules,
    as_ledger,
    hear,
    known_in,
    matched_in,
)
from lib.errors import UnreadableFile
from lib.i18n import _
from lib.schema.column import Field
from lib.schema.principal import SYSTEM, Principal
from lib.schema.tables import TABLES, Table, table
from lib.schema.vocab import Role
from lib.settings.voices import (
    COMPLAINT_UP_TO,
    HARM_WORDS,
    TROUBLE_WORDS,
    WISH_WORDS,
    words_in,
)
from lib.store.access import UserStore
from lib.ui import boundary, context

_FILE: Final = "import:file"
_STEP: Final = "import:step"
_SHEETS: Final = "import:sheets"
_YEAR: Final = "import:year"
_TABLE: Final = "import:table"
_LEARNED: Final = "import:learned"
_SHOWN: Final = "import:shown"
_PROBLEM: Final = "import:problem"
_UPLOADS: Final = "import:uploads"
_DONE: Final = "import:done"

_ORDERS: Final = "import:orders"
_VOICES: Final = "import:voices"
_HEARD: Final = "import:heard"
_OF_THE_FILE: Final = (
    _FILE,
    _ORDERS,
    _VOICES,
    _HEARD,
    _STEP,
    _SHEETS,
    _YEAR,
    _TABLE,
    _SHOWN,
    _PROBLEM,
    _DONE,
)

_FORM: Final = "excel_import"
_DRAFT: Final = "matches"

STEPS: Final = ("file", "sheets", "columns", "words", "check")


def tables_for(who: Principal) -> tuple[Table, ...]:
    """Return the tables that this person may import."""
    if who.role is Role.OUTSOURCED:
        return (table("kpi_days"),)
    return table("complaints"), table("kpi_days")


# The file ------------------------------------------------------------------------


def uploader_key() -> str:
    """Return the key of the upload field; another one empties it."""
    return f"import:upload:{st.session_state.get(_UPLOADS, 0)}"


def take_upload() -> None:
    """Read the file that was just chosen; what is wrong with it is told in its place."""
    state = st.session_state
    given = state.get(uploader_key())
    forget_file()
    if given is None:
        return
    with boundary.attempt():
        try:
            with st.spinner(_("ファイルを読んでいます…")):
                read = importing.read_upload(given.name, given.getvalue())
        except UnreadableFile as refused:
            state[_PROBLEM] = boundary.message_of(refused)
            return
        # Counted before anything is kept: of an order only its day goes any further.
        state[_FILE], state[_ORDERS] = count_orders(read, clock.today())
        state[_STEP] = "sheets"


def forget_file() -> None:
    """Let go of the file and of what was decided about it; matches stay."""
    for key in _OF_THE_FILE:
        st.session_state.pop(key, None)


def start_over() -> None:
    """Let go of the file and empty the upload field."""
    forget_file()
    st.session_state[_UPLOADS] = st.session_state.get(_UPLOADS, 0) + 1


def file() -> SourceFile | None:
    """Return the file under way, voices as rows of 苦情台帳; None for none."""
    return _voiced()[1] if given() else None


def given() -> SourceFile | None:
    """Return the file as it was given; None for none."""
    found: SourceFile | None = st.session_state.get(_FILE)
    return found


def voices() -> tuple[Heard, ...]:
    """Return the sheets of the file that are lists of お客様の声."""
    return _voiced()[0]


def voice_choice(sheet: str) -> Chosen:
    """Return what was decided about a list of voices, here and in earlier files."""
    found: dict[str, Chosen] = st.session_state.get(_VOICES, {})
    own = found.get(sheet, Chosen())
    source = given()
    rows = (
        next((s.rows for s in source.sheets if s.name == sheet), ()) if source else ()
    )
    columns, kind = matched_in(learned(context.desk()), rows)
    return replace(own, columns=columns, kind=own.kind or kind)


def choose_voices(sheet: str, **changes: Any) -> None:
    """Decide about a list of voices; the other decisions stay."""
    found: dict[str, Chosen] = st.session_state.get(_VOICES, {})
    changed = replace(found.get(sheet, Chosen()), **changes)
    st.session_state[_VOICES] = {**found, sheet: changed}


def learn(name: str, value: str) -> None:
    """Note what a name of 「取込の対応」 stands for."""
    _learn(name, value)


def voice_rules(desk: UserStore) -> Rules:
    """Return what makes a complaint or a wish of a voice today."""
    today = clock.today()
    return Rules(
        float(value_of(desk, COMPLAINT_UP_TO, today)) / 100,
        words_in(value_of(desk, WISH_WORDS, today)),
        words_in(value_of(desk, TROUBLE_WORDS, today)),
        words_in(value_of(desk, HARM_WORDS, today)),
    )


def _voiced() -> tuple[tuple[Heard, ...], SourceFile]:
    """Return the lists of voices, and the file with them as rows of 苦情台帳.

    Worked out anew only where something was decided or saved since.
    """
    source, desk = given(), context.desk()
    assert source is not None  # noqa: S101 - asked for with a file only
    if table("complaints") not in tables_for(desk.principal):
        return (), source
    chosen = {sheet.name: voice_choice(sheet.name) for sheet in source.sheets}
    signature = (source.digest, chosen, voice_rules(desk), desk.revision)
    before = st.session_state.get(_HEARD)
    if before is None or before[0] != signature:
        known = desk.derived(
            ("known voices",), lambda: known_in(desk.frame("complaints"))
        )
        heard = hear(source, voice_rules(desk), chosen, known)
        st.session_state[_HEARD] = (signature, heard, as_ledger(source, heard, chosen))
    _signature, found, as_rows = st.session_state[_HEARD]
    return found, as_rows


def orders() -> tuple[Counted, ...]:
    """Return what lists of single orders in the file were counted to."""
    found: tuple[Counted, ...] = st.session_state.get(_ORDERS, ())
    return found


def problem() -> str:
    """Return why the last file could not be read; "" where it could."""
    return str(st.session_state.get(_PROBLEM, ""))


# The steps -----------------------------------------------------------------------


def step() -> str:
    """Return the step that is shown."""
    return str(st.session_state.get(_STEP, "file")) if given() else "file"


def go(to: str) -> None:
    """Show another step."""
    st.session_state[_STEP] = to


# What was decided ----------------------------------------------------------------


def sheet_choice(name: str) -> SheetChoice:
    """Return what was decided about a sheet."""
    found: dict[str, SheetChoice] = st.session_state.get(_SHEETS, {})
    return found.get(name, SheetChoice())


def choose_sheet(name: str, **changes: Any) -> None:
    """Decide about a sheet; the other decisions stay."""
    sheets = dict(st.session_state.get(_SHEETS, {}))
    sheets[name] = replace(sheet_choice(name), **changes)
    st.session_state[_SHEETS] = sheets


def year() -> int:
    """Return the year of the first sheet, where none is written; 0 for unsaid."""
    return int(st.session_state.get(_YEAR, 0))


def choose_year(chosen: int) -> None:
    """Decide of which year the first sheet is."""
    st.session_state[_YEAR] = chosen


def chosen_table() -> str:
    """Return the code of the table that was chosen; "" for as recognised."""
    return str(st.session_state.get(_TABLE, ""))


def choose_table(code: str) -> None:
    """Read every sheet as that table; "" as recognised."""
    st.session_state[_TABLE] = code


def learned(desk: UserStore) -> dict[str, str]:
    """Return which header and word means what: from 設定, and what is new here."""
    if _LEARNED not in st.session_state:
        draft = context.drafts().load(desk.principal.key, _FORM, _DRAFT)
        st.session_state[_LEARNED] = dict(draft.values) if draft else {}
    kept = desk.derived(
        ("import matches",), lambda: remembering.learned_in(desk.frame("settings"))
    )
    return {**kept, **st.session_state[_LEARNED]}


def learn_column(place: Table, header: str, name: str) -> None:
    """Note which field a column is, or `LEFT_OUT`."""
    _learn(
        remembering.column_name(place, header), remembering.column_value(place, name)
    )


def learn_word(place: Table, field: Field, typed: str, meaning: str) -> None:
    """Note what a word stands for; "" forgets it."""
    _learn(remembering.word_name(place, field, typed), meaning)


def _learn(name: str, value: str) -> None:
    desk = context.desk()
    learned(desk)
    state = st.session_state
    state[_LEARNED] = {**state[_LEARNED], name: value}
    context.drafts().save(desk.principal.key, _FORM, _DRAFT, state[_LEARNED])


def keep_learned(desk: UserStore, entry: str) -> None:
    """Keep what was learned where everybody finds it, if this person may."""
    if desk.principal.role in (Role.ADMIN, Role.MANAGER):
        importing.remember(desk, learned(desk), entry=entry, now=clock.now())
        context.drafts().discard(desk.principal.key, _FORM, _DRAFT)
        st.session_state.pop(_LEARNED, None)


# What it would do ----------------------------------------------------------------


def choices(desk: UserStore) -> Choices:
    """Return everything that was decided about the file."""
    sheets: dict[str, SheetChoice] = st.session_state.get(_SHEETS, {})
    return Choices(remembering.matches_from(learned(desk)), sheets, year())


def tables(desk: UserStore) -> list[Table]:
    """Return the tables as which the sheets are read."""
    allowed = tables_for(desk.principal)
    return [place for place in allowed if place.code == chosen_table()] or list(allowed)


def shown(desk: UserStore) -> Preview | None:
    """Return what the file would do; None where none of its sheets can be read.

    Worked out anew only where something was decided or saved since.
    """
    source = file()
    if source is None:
        return None
    signature = (
        source.digest,
        st.session_state.get(_HEARD, ((),))[0],
        chosen_table(),
        year(),
        tuple(st.session_state.get(_SHEETS, {}).items()),
        tuple(learned(desk).items()),
        desk.revision,
    )
    before = st.session_state.get(_SHOWN)
    if before is None or before[0] != signature:
        with st.spinner(_("ファイルを読んでいます…")):
            st.session_state[_SHOWN] = (signature, _preview(desk, source))
    found: Preview | None = st.session_state[_SHOWN][1]
    return found


def _held(desk: UserStore) -> dict[str, Any]:
    """Return what stands already, what is put away included, so that it comes once."""
    live = {place.code: desk.in_full(place.code) for place in TABLES}
    if desk.principal.is_outsourced:
        return live
    return with_archive(context.live(), live)


def _preview(desk: UserStore, source: SourceFile) -> Preview | None:
    who = desk.principal
    try:
        return importing.preview(
            source,
            # Whole, so that a row of the file is found again; shown is the file's.
            _held(desk),
            table=tables(desk),
            secret=context.customer_secret(),
            choices=choices(desk),
            bounds=Bounds(
                clock.today(),
                who.centre if who.is_outsourced else "",
                importing.undone_rows(runs()),
            ),
        )
    except UnreadableFile:
        return None


# Imports that were made ------------------------------------------------------------


def system() -> UserStore:
    """Return the system's view, which notes what an import brought."""
    return context.live().for_user(SYSTEM)


def runs() -> tuple[Run, ...]:
    """Return every import that was noted, the newest first."""
    view = system()
    return view.derived(
        ("import runs",), lambda: importing.runs_in(view.frame("settings"))
    )


def done() -> Any:
    """Return what the import just made did; None before it."""
    return st.session_state.get(_DONE)


def finish(result: Any) -> None:
    """Note what the import did, and let go of the file."""
    start_over()
    st.session_state[_DONE] = result


def sheets_taken(names: Iterable[str], taken: Iterable[str]) -> None:
    """Decide which sheets are imported."""
    wanted = set(taken)
    for name in names:
        choose_sheet(name, taken=name in wanted)
