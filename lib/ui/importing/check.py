"""Step 5: what the import would do, cell by cell, and the import itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import streamlit as st

from lib import clock
from lib.actions import importing
from lib.actions.importing import NewRow, Part, Preview
from lib.actions.importing.reading import THERE_CHANGED
from lib.i18n import N_, _
from lib.schema.complaint import Complaint
from lib.schema.ids import new_commit_id
from lib.store.access import UserStore
from lib.store.protocol import RowProblem
from lib.text import inert
from lib.ui import boundary, flash, navigation
from lib.ui import format as fmt
from lib.ui.importing import state, voice_panel

_ASKED: Final = "import:asked"
_MOST: Final = 300
"""Cells listed at once; a file in which more are wrong has another fault."""


@dataclass(frozen=True, slots=True)
class Result:
    """What an import did. unpromised: open complaints that have no date yet.

    wishes: of the complaints, those that are wishes only.
    """

    file: str
    run: str
    added: int
    repeated: int
    complaints: int
    unpromised: int
    wishes: int
    days: int


def show(preview: Preview) -> None:
    """Draw what would happen, the most pressing first."""
    _counts(preview)
    _voices()
    _cells(
        _("直すセル"),
        _("この行は取り込みません。ファイルで直して、もう一度取り込めます。"),
        [p for part in preview.parts for p in part.problems],
        preview,
        expanded=True,
    )
    _cells(
        _("確かめるセル"),
        _("このまま取り込みます。読み違いがないか見てください。"),
        [p for part in preview.parts for p in part.doubts],
        preview,
    )
    _cells(
        _("計算と合わない割合"),
        _("割合は取り込みません。ファイルの値 / 数から計算した値。"),
        [p for part in preview.parts for p in part.shares],
        preview,
    )
    _left_out(preview)


def _counts(preview: Preview) -> None:
    rows = [(part.table.code, row) for part in preview.parts for row in part.rows]
    figures = [
        (N_("新しい行"), sum(row.base is None for _code, row in rows)),
        (N_("足りない数を埋める行"), _with_base(rows, "kpi_days")),
        (N_("取り消しから戻る行"), _with_base(rows, "complaints")),
        (N_("直す行"), preview.held_back),
        (N_("登録済み"), preview.duplicates),
        (N_("除いた行"), sum(len(part.skipped) for part in preview.parts)),
    ]
    with st.container(horizontal=True):
        for label, count in figures:
            if count or label == figures[0][0]:
                st.metric(_(label), fmt.number(count), border=True, width=170)


def _voices() -> None:
    """Say what became of お客様の声, what stays out too: nothing goes silently."""
    for line in voice_panel.told():
        st.caption(inert(line))
    if count := voice_panel.undecided():
        st.warning(
            _(
                "苦情か要望かまだ決めていない声が{count}件あり、取り込みません。「シートと見出し」で決められます。"
            ).format(count=fmt.number(count)),
            icon=":material/warning:",
        )


def _with_base(rows: Iterable[tuple[str, NewRow]], code: str) -> int:
    """Count rows of a table that stand there already and are changed."""
    return sum(table == code and row.base is not None for table, row in rows)


def _cells(
    title: str,
    explained: str,
    cells: Sequence[RowProblem],
    preview: Preview,
    *,
    expanded: bool = False,
) -> None:
    if not cells:
        return
    several = len(preview.parts) > 1
    with st.expander(f"{title} ({len(cells):,})", expanded=expanded):
        st.caption(explained)
        st.dataframe(
            [_cell_line(cell) for cell in cells[:_MOST]],
            column_config={
                "sheet": _("シート") if several else None,
                "place": _("セル"),
                "column": _("項目"),
                "typed": _("入力"),
                "why": st.column_config.TextColumn(_("理由"), width="large"),
            },
            hide_index=True,
            row_height=36,
            height="content" if len(cells) <= 12 else 36 * 13,  # noqa: PLR2004
            alt=title,
        )
        if len(cells) > _MOST:
            st.caption(_("ほか{count}か所").format(count=len(cells) - _MOST))


def _cell_line(cell: RowProblem) -> dict[str, str]:
    return {
        "sheet": cell.tab,
        "place": cell.place or _("{row}行目").format(row=cell.row),
        "column": _(cell.column),
        "typed": cell.typed,
        "why": _(cell.why),
    }


def _left_out(preview: Preview) -> None:
    reasons = Counter(skipped.why for part in preview.parts for skipped in part.skipped)
    reasons |= Counter(twice.why for part in preview.parts for twice in part.duplicates)
    headers = Counter(header for part in preview.parts for header in part.unknown)
    count = reasons.total() + len(headers) + len(preview.left_out)
    if not count:
        return
    with st.expander(_("取り込まない行・列・シート")):
        lines = [f"- {_(why)} — {number:,}" for why, number in reasons.most_common()]
        lines += [
            "- "
            + _("シート「{sheet}」: {why}").format(
                sheet=inert(left.text), why=_(left.why)
            )
            for left in preview.left_out
        ]
        if headers:
            names = fmt.listed(inert(name) for name in headers)
            lines.append("- " + _("取り込まない列: {names}").format(names=names))
        st.markdown("\n".join(lines))
        changed = [
            twice.key
            for part in preview.parts
            for twice in part.duplicates
            if twice.why == THERE_CHANGED
        ]
        if changed:
            st.caption(f"{_(THERE_CHANGED)} {inert(fmt.listed(changed[:12]))}")


# The import ------------------------------------------------------------------------


def start() -> None:
    """Leave the work to the next run, where its progress can be seen."""
    st.session_state[_ASKED] = True


def run(desk: UserStore, preview: Preview) -> None:
    """Import, if it was asked for, and then show the result."""
    if not st.session_state.pop(_ASKED, False):
        return
    with boundary.page_boundary():
        bar = st.progress(0.0, _("取り込んでいます…"))

        def moved(done: int, of: int) -> None:
            bar.progress(
                done / of if of else 1.0,
                _("取り込んでいます… {done} / {of}行").format(
                    done=fmt.number(done), of=fmt.number(of)
                ),
            )

        now = clock.now()
        journal = importing.Journal(
            state.system(),
            state.runs(),
            file=preview.file,
            digest=preview.digest,
            who=desk.principal,
            now=now,
        )
        done = importing.apply(
            desk, preview, who=desk.principal, now=now, progress=moved, journal=journal
        )
        journal.forget_old(state.system().frame("settings"))
        state.keep_learned(desk, new_commit_id())
        state.finish(_result(preview, journal.run, done.added, done.repeated))
        flash.say(_("取り込みました: {count}行").format(count=done.added))
        st.rerun()


def _result(preview: Preview, run_id: str, added: int, repeated: int) -> Result:
    complaints = [r for r in _records(preview.parts) if isinstance(r, Complaint)]
    return Result(
        preview.file,
        run_id,
        added,
        repeated,
        len(complaints),
        sum(
            c.is_open and c.next_promise_at is None and not c.is_wish
            for c in complaints
        ),
        sum(c.is_wish for c in complaints),
        preview.new_rows - len(complaints),
    )


def _records(parts: Iterable[Part]) -> Iterable[object]:
    for part in parts:
        for row in part.rows:
            yield row.record


def show_result(result: Result) -> None:
    """Draw what the import did, and what is to be done now."""
    with st.container(border=True):
        st.markdown(
            ":green[:material/check_circle:] **"
            + _("「{file}」から{count}行を取り込みました。").format(
                file=inert(result.file), count=fmt.number(result.added)
            )
            + "**"
        )
        if result.unpromised:
            st.write(
                _(
                    "終わっていない苦情が{count}件あり、次の約束の日時がありません。取り込んだものは通知も超過もしません。一度だけ、まとめて日時を決めてください。"
                ).format(count=fmt.number(result.unpromised))
            )
            navigation.link(
                "queue", _("日時を決める"), icon=":material/event:", promise="none"
            )
        with st.container(horizontal=True):
            if result.complaints:
                navigation.link(
                    "ledger", _("苦情台帳を見る"), icon=":material/list_alt:"
                )
            if result.wishes:
                navigation.link(
                    "ledger",
                    _("要望を見る({count}件)").format(count=fmt.number(result.wishes)),
                    icon=":material/lightbulb:",
                    kind="wish",
                )
            if result.days:
                navigation.link(
                    "kpi_entry", _("日次KPIを見る"), icon=":material/edit_calendar:"
                )
