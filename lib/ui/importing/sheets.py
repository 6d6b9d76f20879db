"""Step 2: which sheets, where their headers stand, which way the records run."""

from __future__ import annotations

from typing import Final

import streamlit as st

from lib import clock
from lib.actions import importing
from lib.actions.importing import Layout, Part, Shape, Sheet
from lib.actions.importing.headers import MOST_LINES
from lib.actions.importing.periods import Period
from lib.actions.kpi_days import centres_for
from lib.i18n import N_, _
from lib.schema.tables import table
from lib.store.access import UserStore
from lib.text import inert
from lib.ui import format as fmt
from lib.ui.importing import order_words, sheet_view, state, voice_panel

_DOWN: Final = "down"
_ACROSS: Final = "across"
_WAYS: Final = {
    _DOWN: N_("下へ(1行が1件・1日)"),
    _ACROSS: N_("右へ(1列が1日)"),
}
_CHOSEN: Final = "import:looked_at"
_TAKEN: Final = "import:taken"

LaidOut = list[tuple[Sheet, Layout | None, Period]]


def show(desk: UserStore) -> None:
    """Draw the step."""
    source = state.file()
    assert source is not None  # noqa: S101 - the step is shown with a file only
    found = importing.laid_out(
        source, table=state.tables(desk), choices=state.choices(desk)
    )
    preview = state.shown(desk)
    parts = {part.sheet: part for part in preview.parts} if preview else {}
    _what_it_is(desk)
    for counted in state.orders():
        order_words.show(counted)
    voice_panel.show(desk)
    _overview(desk, found, parts)
    if any(word.needed for part in parts.values() for word in part.words):
        st.caption(_("「直す行」は、あとの「言葉」で意味を選ぶと減ります。"))
    _year(found)
    _one_sheet(desk, found, parts)


def _what_it_is(desk: UserStore) -> None:
    allowed = state.tables_for(desk.principal)
    if len(allowed) == 1:
        return
    key = "import:table_chosen"
    st.session_state.setdefault(key, state.chosen_table())
    st.segmented_control(
        _("何の表ですか"),
        ["", *(place.code for place in allowed)],
        key=key,
        format_func=lambda code: _(table(code).tab) if code else _("見出しで見分ける"),
        on_change=lambda: state.choose_table(st.session_state[key] or ""),
        persist_state="session",
    )


def _overview(desk: UserStore, found: LaidOut, parts: dict[str, Part]) -> None:
    sheets = [sheet for sheet, _layout, _period in found]
    names = [sheet.name for sheet in sheets]
    hidden = {sheet.name for sheet in sheets if sheet.hidden}
    if len(names) > 1 or hidden:
        chosen = state.choices(desk)
        st.session_state[_TAKEN] = [s.name for s in sheets if chosen.takes(s)]
        st.multiselect(
            _("取り込むシート"),
            names,
            key=_TAKEN,
            format_func=lambda name: (
                _("{sheet}(隠しシート)").format(sheet=name) if name in hidden else name
            ),
            on_change=lambda: state.sheets_taken(names, st.session_state[_TAKEN]),
        )
    if hidden:
        st.caption(
            _(
                "Excelで隠してあるシートは、選ばないかぎり取り込みません: {names}"
            ).format(names=inert(fmt.listed(sorted(hidden))))
        )
    st.dataframe(
        [_line(desk, *one, parts.get(one[0].name)) for one in found],
        column_config={
            "sheet": _("シート"),
            "table": _("表"),
            "headers": _("見出し"),
            "month": _("年月"),
            "centre": _("センター") if any(p.centre for p in parts.values()) else None,
            "new": st.column_config.NumberColumn(_("取り込む行")),
            "wrong": st.column_config.NumberColumn(_("直す行")),
            "skipped": st.column_config.NumberColumn(_("除いた行")),
        },
        hide_index=True,
        row_height=36,
        height="content" if len(found) <= 13 else 36 * 14,  # noqa: PLR2004 - a year
        alt=_("シートの一覧"),
    )


def _line(
    desk: UserStore,
    sheet: Sheet,
    layout: Layout | None,
    period: Period,
    part: Part | None,
) -> dict[str, str | int | None]:
    return {
        "sheet": sheet.name,
        "table": _(layout.table.tab) if layout else _("見つかりません"),
        "headers": _header_words(layout),
        "month": _month_words(period),
        "centre": _centre_name(desk, part.centre) if part else "",
        "new": len(part.rows) if part else None,
        "wrong": part.held_back if part else None,
        "skipped": len(part.skipped) if part else None,
    }


def _header_words(layout: Layout | None) -> str:
    if layout is None:
        return "—"
    shape = layout.shape
    if shape.across:
        return _("{row}行目から右へ").format(row=shape.top + 1)
    if shape.lines == 1:
        return _("{row}行目").format(row=shape.last + 1)
    return _("{first}〜{last}行目").format(first=shape.first + 1, last=shape.last + 1)


def _month_words(period: Period) -> str:
    if period.year and period.month:
        return f"{period.year}/{period.month:02}"
    if period.month:
        return _("{month}月(年なし)").format(month=period.month)
    return str(period.year or "—")


def _year(found: LaidOut) -> None:
    """Ask for the year where sheets name a month only."""
    first = next((s for s, _l, p in found if p.month), None)
    unsaid = [p for _s, _l, p in found if p.month and not p.year]
    if not first or (not unsaid and not state.year()):
        return
    key = "import:year_chosen"
    this_year = clock.today().year
    st.session_state.setdefault(key, state.year() or None)
    st.selectbox(
        _("シート「{sheet}」の年").format(sheet=inert(first.name)),
        list(range(this_year, this_year - 8, -1)),
        key=key,
        index=None,
        placeholder=_("年を選ぶ"),
        on_change=lambda: state.choose_year(st.session_state[key] or 0),
        persist_state="session",
        width=240,
    )
    st.caption(_("あとのシートは、月が戻ったところから次の年になります。"))


def _one_sheet(desk: UserStore, found: LaidOut, parts: dict[str, Part]) -> None:
    by_name = {sheet.name: (sheet, layout) for sheet, layout, _period in found}
    names = list(by_name)
    if st.session_state.get(_CHOSEN) not in names:
        st.session_state[_CHOSEN] = _first_to_look_at(found, parts)
    with st.container(border=True):
        if len(names) > 1:
            st.selectbox(
                _("中を見るシート"),
                names,
                key=_CHOSEN,
                filter_mode="contains",
                width=320,
            )
        name = str(st.session_state[_CHOSEN])
        sheet, layout = by_name[name]
        part = parts.get(name)
        sheet_view.show(sheet, layout, part)
        with st.expander(
            _("見出しの場所を直す"), icon=":material/edit:", expanded=layout is None
        ):
            _shape(name, layout)
        if layout is not None and layout.table.code == "kpi_days":
            _centre(desk, name, layout, part)


def _first_to_look_at(found: LaidOut, parts: dict[str, Part]) -> str:
    """Return the sheet that most needs a look: not understood, or with wrong cells."""
    for sheet, layout, _period in found:
        if layout is None:
            return sheet.name
    held = [(part.held_back, name) for name, part in parts.items()]
    most = max(held, key=lambda one: one[0], default=(0, ""))
    return most[1] if most[0] else found[0][0].name


def _shape(name: str, layout: Layout | None) -> None:
    shape = layout.shape if layout else Shape(0, 0)
    key = f"import:shape:{name}"
    parts = {
        "way": _ACROSS if shape.across else _DOWN,
        "row": (shape.top if shape.across else shape.first) + 1,
        "lines": shape.lines,
    }
    for part, value in parts.items():
        st.session_state[f"{key}:{part}"] = value
    st.segmented_control(
        _("記録の向き"),
        list(_WAYS),
        key=f"{key}:way",
        format_func=lambda way: _(_WAYS[way]),
        on_change=_choose_shape,
        args=(name, key),
    )
    with st.container(horizontal=True):
        st.number_input(
            _("日付の並ぶ行") if shape.across else _("見出しが始まる行"),
            min_value=1,
            max_value=50,
            key=f"{key}:row",
            on_change=_choose_shape,
            args=(name, key),
            width=180,
        )
        st.number_input(
            _("見出しの列の数") if shape.across else _("見出しの行の数"),
            min_value=1,
            max_value=MOST_LINES + 1,
            key=f"{key}:lines",
            on_change=_choose_shape,
            args=(name, key),
            width=180,
        )
    if state.sheet_choice(name).shape is not None:
        st.button(
            _("自動に戻す"),
            key=f"{key}:back",
            type="tertiary",
            icon=":material/undo:",
            on_click=state.choose_sheet,
            args=(name,),
            kwargs={"shape": None},
        )


def _choose_shape(name: str, key: str) -> None:
    value = st.session_state
    row, lines = int(value[f"{key}:row"]) - 1, int(value[f"{key}:lines"])
    shape = (
        Shape(0, lines - 1, across=True, top=row)
        if value[f"{key}:way"] == _ACROSS
        else Shape(row, row + lines - 1)
    )
    state.choose_sheet(name, shape=shape)


def _centre(desk: UserStore, name: str, layout: Layout, part: Part | None) -> None:
    """Ask whose figures they are, where no column and no group says so."""
    says = {field.name for field in layout.fields.values()}
    if "centre" in says or any(s.group for s in layout.segments):
        return
    if desk.principal.is_outsourced:
        return
    names = _centre_names(desk)
    key = f"import:centre:{name}"
    st.session_state[key] = (part.centre if part else "") or None
    st.selectbox(
        _("どのセンターの数字ですか"),
        list(names),
        key=key,
        index=None,
        format_func=lambda code: names.get(code, code),
        placeholder=_("センターを選ぶ"),
        filter_mode="contains",
        on_change=_choose_centre,
        args=(name, key),
        width=320,
    )
    st.button(
        _("ほかのシートも同じセンター"),
        key=f"{key}:all",
        type="tertiary",
        icon=":material/done_all:",
        disabled=not st.session_state[key],
        on_click=_same_centre,
        args=(key,),
    )


def _choose_centre(name: str, key: str) -> None:
    state.choose_sheet(name, centre=st.session_state[key] or "")


def _same_centre(key: str) -> None:
    source = state.file()
    for sheet in source.sheets if source else ():
        state.choose_sheet(sheet.name, centre=st.session_state[key] or "")


def _centre_names(desk: UserStore) -> dict[str, str]:
    def made() -> dict[str, str]:
        frames = {code: desk.frame(code) for code in ("centres", "kpi_days")}
        return {c.code: _(c.name) for c in centres_for(desk.principal, frames)}

    return desk.derived(("import centres",), made)


def _centre_name(desk: UserStore, code: str) -> str:
    return _centre_names(desk).get(code, code)
