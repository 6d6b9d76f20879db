"""A block pasted from Excel or a CTI report: checked, corrected, entered at once."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import pyarrow as pa
import streamlit as st

from lib import clock
from lib.actions import kpi_days, kpi_forms, kpi_paste
from lib.actions.importing import LEFT_OUT, Matches, read_upload
from lib.actions.importing.blocks import (
    NO_HEADERS,
    Block,
    Column,
    ColumnKind,
    matches_of,
    read_block,
)
from lib.actions.importing.headers import WHY_LEFT_OUT, comparable
from lib.actions.importing.orders import count_orders
from lib.actions.kpi_paste import Fate, Plan, PlannedDay
from lib.errors import AppError, Conflict, InvalidRecord
from lib.i18n import _
from lib.schema.ids import new_commit_id
from lib.schema.kpi_day import COMPANY, KpiDay
from lib.schema.masters import Centre
from lib.schema.principal import SYSTEM
from lib.schema.vocab import Choice
from lib.store.access import UserStore
from lib.text import LONGEST_TEXT, inert, one_line
from lib.ui import boundary, context, flash, typing
from lib.ui import format as fmt
from lib.ui.importing import order_words
from lib.ui.table import ROW_HEIGHT

SHAPES: Final[Mapping[Fate, str]] = {
    Fate.NEW: "＋",
    Fate.CHANGED: "●",
    Fate.SAME: "＝",
    Fate.LOCKED: "■",
    Fate.CLOSED: "－",
    Fate.WRONG: "▲",
}
"""A shape for what becomes of each day, so that the list needs no colour."""

_AS_READ: Final = ""
"""Choice of a column: as it was recognised."""

_MOST_ROWS: Final = 12
_HEADER_LINES: Final = 5
_FILES: Final = ("csv", "txt", "tsv")

GoToMonth = Callable[[date], None]


def paste(desk: UserStore, centre: Centre, month: date, show: GoToMonth) -> None:
    """Draw the box for a block and, once there is one, what it would do.

    month: the month that bare days are of. show: opens the month that was entered.
    """
    key = key_of(centre)
    _box(key)
    text = str(st.session_state.get(_text_key(key)) or "")
    if not text.strip():
        _how_to(desk, centre)
        return
    seen = _look(desk, centre, month, key, text)
    if seen.block.why:
        st.warning(inert(_(seen.block.why)), icon=":material/table_view:")
        if seen.block.why == NO_HEADERS:
            _name_columns(centre, key, _first_line(text))
        return
    _summary(seen)
    _wrong_cells(seen.block)
    _enter(centre, key, seen, show)
    _days(seen.plan)
    _columns(centre, key, seen)
    _left_out(seen)


def key_of(centre: Centre) -> str:
    """Return the session key under which a centre's block is open."""
    short = hashlib.blake2b(centre.code.encode(), digest_size=5).hexdigest()
    return f"kpip-{short}"


# Reading -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Seen:
    """What a block was read as, and what it would do now.

    entry: id of the commit that enters it, so that a double press enters once.
    """

    block: Block
    plan: Plan
    confirmable: tuple[PlannedDay, ...]
    entry: str


def _look(desk: UserStore, centre: Centre, month: date, key: str, text: str) -> _Seen:
    """Return the block as it is read with what was corrected; read once a change."""
    form = kpi_forms.form_of(desk, centre)
    chosen = _chosen(key)
    # Not the words themselves: what a session holds twice can go stale once.
    mark = (hash(text), tuple(sorted(chosen.items())), form, month, desk.revision)
    held = st.session_state.get(f"{key}.seen")
    if held and held[0] == mark:
        found: _Seen = held[1]
        return found
    matches = kpi_forms.matches_of(form).joined(matches_of(chosen))
    now = clock.now()
    block = _read(desk, centre, month, text, matches)
    plan = kpi_paste.plan(desk, centre, block, now)
    found = _Seen(block, plan, kpi_paste.confirmable(desk, plan, now), new_commit_id())
    st.session_state[f"{key}.seen"] = (mark, found)
    return found


def _read(
    desk: UserStore, centre: Centre, month: date, text: str, matches: Matches
) -> Block:
    return read_block(
        text,
        near=month,
        centre=centre.code,
        matches=matches,
        frames={"centres": desk.frame("centres")},
        only_centre=centre.code,
        today=clock.today(),
    )


def _chosen(key: str) -> dict[str, str]:
    """Return comparable header → field of the columns that were corrected here."""
    found: dict[str, str] = st.session_state.get(f"{key}.columns", {})
    return dict(found)


def _first_line(text: str) -> list[str]:
    """Return the cells of the first line that has several: the likely headers."""
    dialect = "\t" if "\t" in text else ","
    rows = csv.reader(io.StringIO(text), delimiter=dialect)
    for _line, row in zip(range(_HEADER_LINES), rows, strict=False):
        if sum(bool(cell.strip()) for cell in row) > 1:
            return row
    return []


# Drawing -----------------------------------------------------------------------


def _text_key(key: str) -> str:
    return f"{key}.text"


def _box(key: str) -> None:
    st.text_area(
        _("表を貼り付ける"),
        max_chars=LONGEST_TEXT,
        key=_text_key(key),
        height=140,
        placeholder=_(
            "Excelや電話システムの日報から、見出しの行も一緒にコピーして貼り付けます(Ctrl+V)。"
        ),
        persist_state="session",
    )
    typing.commit_while_typing()
    with st.popover(_("CSVファイルから"), icon=":material/upload_file:"):
        st.file_uploader(
            _("CSVファイル(UTF-8・Shift_JIS)"),
            type=list(_FILES),
            key=f"{key}.file",
            on_change=_take_file,
            args=(key,),
        )


def _how_to(desk: UserStore, centre: Centre) -> None:
    st.caption(
        _(
            "列は見出しの名前で見分けます。合計の行・曜日・割合はあってもかまいません。割合は取り込まず、数から計算した値と比べます。"
        )
    )
    if form := kpi_forms.form_of(desk, centre):
        names = fmt.listed(inert(column.header) for column in form)
        st.caption(_("前に読んだ列を覚えています: {names}").format(names=names))


def _summary(seen: _Seen) -> None:
    parts = [
        f"{SHAPES[fate]}{_(fate.value)} " + _("{count}日").format(count=len(found))
        for fate in Fate
        if (found := seen.plan.of(fate))
    ]
    if not parts:
        st.info(_("このセンターの日がありません。"), icon=":material/event_busy:")
        return
    total = _("{count}日分を読み取りました").format(count=len(seen.plan.days))
    st.markdown(f"**{total}** — {fmt.listed(parts)}")


def _wrong_cells(block: Block) -> None:
    """Point at each cell that cannot be taken, and at shares that do not agree."""
    if block.problems:
        rows = len({problem.row for problem in block.problems})
        st.warning(
            _(
                "{count}行はこのままでは入りません。元の表を直して貼り直すか、ほかの日だけ先に入れられます。"
            ).format(count=rows),
            icon=":material/pin_drop:",
        )
        found = {
            "place": [p.place or str(p.row) for p in block.problems],
            "column": [_(p.column) for p in block.problems],
            "typed": [f"▲ {one_line(p.typed)}" for p in block.problems],
            "why": [_(p.why) for p in block.problems],
        }
        column = st.column_config.TextColumn
        _grid(
            pa.table(found),
            {
                "place": column(_("セル"), width=70),
                "column": column(_("列"), width=130),
                "typed": column(_("書かれている値"), width=150),
                "why": column(_("わけ")),
            },
            _("入らないセル"),
        )
    if block.shares:
        lines = [f"{p.place} {_(p.column)} {p.typed}" for p in block.shares]
        st.info(
            inert(
                _("割合が数と合いません(表 / 数から計算): {cells}").format(
                    cells=fmt.listed(lines)
                )
            ),
            icon=":material/percent:",
        )
    if block.doubts:
        lines = [
            f"{p.place} {_(p.column)}「{one_line(p.typed)}」" for p in block.doubts
        ]
        st.info(
            inert(_("確かめてください: {cells}").format(cells=fmt.listed(lines))),
            icon=":material/help:",
        )


def _columns(centre: Centre, key: str, seen: _Seen) -> None:
    """Show what each column was read as; each can be corrected."""
    shown = [c for c in seen.block.columns if _may_correct(c)]
    unknown = [c for c in shown if c.kind is ColumnKind.UNKNOWN]
    label = _("列の読み取り({count}列)").format(count=len(shown))
    if unknown:
        label = _("列の読み取り({count}列、分からない列 {unknown})").format(
            count=len(shown), unknown=len(unknown)
        )
    with (
        st.expander(label, icon=":material/view_column:", key=f"{key}.unfolded"),
        st.grid(min_column_width=180),
    ):
        for column in shown:
            _column(centre, key, column.header, _said(column))
    if seen.plan.not_asked:
        names = fmt.listed(_(KpiDay.field(n).label) for n in seen.plan.not_asked)
        st.caption(_("このセンターでは入れない列です: {names}").format(names=names))


def _may_correct(column: Column) -> bool:
    return bool(column.header) and column.kind not in (
        ColumnKind.BLANK,
        ColumnKind.QUIET,
        ColumnKind.TOTAL,
    )


def _said(column: Column) -> str:
    """Return in words what a column was read as."""
    if column.kind is ColumnKind.FIELD:
        return _(KpiDay.field(column.field).label)
    if column.kind is ColumnKind.SHARE:
        return _("割合(比べるだけ)")
    why = WHY_LEFT_OUT.get(column.kind, "")
    return _(why) if why else _("取り込まない")


def _name_columns(centre: Centre, key: str, headers: Sequence[str]) -> None:
    """Ask which column is which where no header is known at all."""
    named = [h for h in dict.fromkeys(headers) if comparable(h)]
    if not named:
        return
    st.markdown("**" + _("どの列が何の数かを選ぶと、次から覚えています。") + "**")
    with st.grid(min_column_width=180):
        for header in named:
            _column(centre, key, header, _("まだ分からない列"))


def _column(centre: Centre, key: str, header: str, said: str) -> None:
    name = comparable(header)
    short = hashlib.blake2b(name.encode(), digest_size=6).hexdigest()
    widget = f"{key}.column.{short}"
    options = [_AS_READ, "date", *kpi_days.asked_fields(centre), LEFT_OUT]
    st.session_state[widget] = _chosen(key).get(name, _AS_READ)
    st.selectbox(
        inert(one_line(header, 40)),
        options,
        key=widget,
        format_func=lambda code: _option(code, said),
        filter_mode="contains",
        on_change=_correct,
        args=(key, name, widget),
    )


def _option(code: str, said: str) -> str:
    if code == _AS_READ:
        return said
    if code == LEFT_OUT:
        return _("取り込まない")
    return _(KpiDay.field(code).label)


def _days(plan: Plan) -> None:
    """List the days with what would stand there; a changed count as 「前 → 後」."""
    if not plan.days:
        return
    told = {name for day in plan.days for name in day.edit.values}
    names = [f.name for f in KpiDay.fields() if f.name in told]
    if {"offered", "answered"} & told:
        names.insert(
            names.index("answered") + 1 if "answered" in names else 0, "abandoned"
        )
    columns: dict[str, list[str]] = {
        "day": [fmt.day(day.day) for day in plan.days],
        "fate": [f"{SHAPES[day.fate]} {_(day.fate.value)}" for day in plan.days],
        **{name: [_cell(day, name) for day in plan.days] for name in names},
        "check": [_check(day) for day in plan.days],
    }
    text = st.column_config.TextColumn
    config: dict[str, Any] = {
        "day": text(_("日付"), width=110, pinned=True),
        "fate": text(_("扱い"), width=100, pinned=True),
        "check": text(_("確かめること")),
    }
    for name in names:
        spec = KpiDay.field(name)
        right = spec.kind in ("integer", "decimal")
        config[name] = text(
            _(spec.label), width=100, alignment="right" if right else "left"
        )
    _grid(pa.table(columns), config, _("貼り付けた日"))


def _cell(day: PlannedDay, name: str) -> str:
    before = getattr(day.edit.seen, name) if day.edit.seen else None
    after = getattr(day.record, name) if day.record else day.edit.values.get(name)
    if day.fate in (Fate.CHANGED, Fate.LOCKED) and name in day.changed:
        return f"{_shown(before)} → {_shown(after)}"
    return _shown(after)


def _shown(value: Any) -> str:
    if isinstance(value, Choice):
        return _(value.value)
    if isinstance(value, int | float):
        return fmt.number(value)
    return one_line(str(value)) if value else ""


def _check(day: PlannedDay) -> str:
    found = [_labelled(p.field, _(p.message)) for p in day.problems]
    if day.fate is Fate.CLOSED:
        found.append(_("休業の日です。「1日ずつ」で営業区分を確かめてください。"))
    found += [_labelled(n, reason.text()) for n, reason in (day.advice or {}).items()]
    return " ".join(found)


def _labelled(name: str, words: str) -> str:
    known = name in KpiDay.model_fields
    return f"{_(KpiDay.field(name).label)}: {words}" if known else words


def _grid(shown: pa.Table, config: Mapping[str, Any], alt: str) -> None:
    rows = min(shown.num_rows, _MOST_ROWS)
    st.dataframe(
        shown,
        hide_index=True,
        row_height=ROW_HEIGHT,
        height=ROW_HEIGHT * (rows + 1) + 2,
        column_config=dict(config),
        alt=alt,
    )


def _enter(centre: Centre, key: str, seen: _Seen, show: GoToMonth) -> None:
    plan = seen.plan
    for message in st.session_state.get(f"{key}.problems", ()):
        st.error(inert(_(message)), icon=":material/error:")
    if plan.locked:
        st.text_input(
            _("確定済みの{count}日も直す理由").format(count=len(plan.locked)),
            max_chars=LONGEST_TEXT,
            key=f"{key}.reason",
            placeholder=_("例: 集計の誤り"),
            help=_(
                "理由を書いたときだけ直します。書かなければ、確定した数が残ります。"
            ),
            persist_state="session",
            live="800ms",
        )
    if seen.confirmable:
        st.checkbox(
            _("数がそろっている{count}日を確定する").format(
                count=len(seen.confirmable)
            ),
            key=f"{key}.confirm",
            persist_state="session",
        )
    count = _to_write(key, seen)
    with st.container(horizontal=True):
        st.button(
            _("{count}日分を入れる").format(count=count),
            key=f"{key}.enter",
            type="primary",
            icon=":material/check:",
            shortcut="Mod+S",
            disabled=not count,
            on_click=_save,
            args=(centre, key, seen, show),
        )
        st.button(_("やめる"), key=f"{key}.drop", on_click=_forget, args=(key,))


def _to_write(key: str, seen: _Seen) -> int:
    return kpi_paste.days_to_write(
        seen.plan,
        seen.confirmable,
        confirm=bool(st.session_state.get(f"{key}.confirm")),
        reason=str(st.session_state.get(f"{key}.reason") or ""),
    )


def _left_out(seen: _Seen) -> None:
    if not seen.block.skipped:
        return
    label = _("読み飛ばした行・列 {count}").format(count=len(seen.block.skipped))
    with st.expander(label, icon=":material/filter_alt_off:"):
        for skipped in seen.block.skipped:
            st.text(f"{skipped.row}: {one_line(skipped.text)} — {_(skipped.why)}")


# Callbacks ---------------------------------------------------------------------


def _take_file(key: str) -> None:
    """Put what a file says into the box, where it can be seen and mended."""
    given = st.session_state.get(f"{key}.file")
    if given is None:
        return
    try:
        with st.spinner(_("ファイルを読んでいます…")):
            read = read_upload(given.name, given.getvalue())
        file, counted = count_orders(read, clock.today())
        (sheet,) = file.sheets
    except (AppError, ValueError) as error:
        said = boundary.message_of(error) if isinstance(error, AppError) else ""
        flash.say(said or _("CSVファイルを選んでください。"), "error")
        return
    out = io.StringIO()
    writer = csv.writer(out, delimiter="\t", lineterminator="\n")
    writer.writerows(
        ["" if cell is None else cell for cell in row] for row in sheet.rows
    )
    for one in counted:
        flash.say("  \n".join([order_words.headline(one), *order_words.lines(one)]))
    st.session_state[_text_key(key)] = out.getvalue()


def _correct(key: str, name: str, widget: str) -> None:
    wanted = st.session_state.get(widget)
    if wanted is None:  # entered by the same press: there is nothing left to correct
        return
    chosen = _chosen(key)
    if wanted == _AS_READ:
        chosen.pop(name, None)
    else:
        chosen[name] = wanted
    st.session_state[f"{key}.columns"] = chosen
    st.session_state[f"{key}.unfolded"] = True


def _save(centre: Centre, key: str, seen: _Seen, show: GoToMonth) -> None:
    desk, now = context.desk(), clock.now()
    st.session_state[f"{key}.problems"] = ()
    try:
        count = kpi_paste.enter(
            desk,
            seen.plan,
            entry=seen.entry,
            now=now,
            confirm=bool(st.session_state.get(f"{key}.confirm")),
            reason=str(st.session_state.get(f"{key}.reason") or ""),
        )
    except InvalidRecord as error:
        st.session_state[f"{key}.problems"] = [p.message for p in error.problems]
        return
    except Conflict:
        flash.say(
            _(
                "ほかの人が同じ日の数を先に保存しました。いまの数と比べ直したので、確かめてもう一度押してください。"
            ),
            "warning",
        )
        return
    except AppError as error:
        flash.say(boundary.message_of(error), "error")
        return
    if centre.code != COMPANY:
        with boundary.attempt():
            system = context.live().for_user(SYSTEM)
            form = kpi_forms.form_in(seen.block)
            kpi_forms.remember(system, desk.principal, centre, form, now=now)
    last = max(day.day for day in seen.plan.days)
    _forget(key)
    show(last.replace(day=1))
    flash.say(_("{count}日分を入れました").format(count=count))


def _forget(key: str) -> None:
    for name in [n for n in st.session_state if str(n).startswith(f"{key}.")]:
        if not str(name).startswith(f"{key}.file"):
            del st.session_state[name]
    # Emptied, not forgotten: the browser keeps what stands in a box that stays.
    st.session_state[_text_key(key)] = ""
