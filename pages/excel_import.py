"""Excel取込: complaints and figures that are kept in files become rows, step by step."""

from __future__ import annotations

import streamlit as st

from lib.actions.importing import Preview
from lib.i18n import N_, _
from lib.text import inert
from lib.ui import navigation
from lib.ui.context import guard
from lib.ui.importing import check, columns, sheets, state, undo, uploading, words

desk = guard(*navigation.entry("excel_import").roles)

TITLES = {
    "file": N_("ファイル"),
    "sheets": N_("シートと見出し"),
    "columns": N_("列"),
    "words": N_("言葉"),
    "check": N_("確かめて取り込む"),
}
INTRO = N_(
    "Excelで付けてきた苦情の一覧や日報を、そのまま取り込みます。取り込む前に、何が入るかを確かめられます。"
)
INTRO_OF_A_CENTRE = N_(
    "Excelで付けてきた日報を、そのまま取り込みます。入るのは自センターの数字だけです。"
)
KINDS = ["xlsx", "xlsm", "xls", "csv", "tsv", "txt"]


def way_back() -> None:
    if desk.principal.is_outsourced:
        navigation.link(
            "kpi_entry", _("日次KPI入力へ戻る"), icon=":material/arrow_back:"
        )
    else:
        navigation.link("setup", _("設定・点検へ戻る"), icon=":material/arrow_back:")


def stepper(present: str, skipped: set[str]) -> None:
    """Draw where one is: done, here, to come; steps without a question are left out."""
    names = [name for name in state.STEPS if name not in skipped]
    at = names.index(present)
    said = []
    for n, name in enumerate(names):
        text = f"{n + 1}. {_(TITLES[name])}"
        if n < at:
            said.append(f":gray[:material/check: {text}]")
        else:
            said.append(f"**{text}**" if n == at else f":gray[{text}]")
    st.markdown(" :gray[›] ".join(said))


def file_step() -> None:
    st.write(_(INTRO_OF_A_CENTRE if desk.principal.is_outsourced else INTRO))
    with st.container(border=True):
        uploading.in_our_words()
        st.file_uploader(
            _("ファイルを選ぶ(.xlsx・.xls・CSV、10MBまで)"),
            type=KINDS,
            key=state.uploader_key(),
            on_change=state.take_upload,
        )
        if found := state.problem():
            st.error(inert(found), icon=":material/error:")
        st.caption(
            ":material/lock: "
            + _(
                "ファイルは保存しません。月ごとに分かれたシートも、1年分を一度に取り込めます。合計・前年比・割合は取り込みません。"
            )
        )


def chosen_file() -> None:
    source = state.file()
    if source is None:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f":material/description: **{inert(source.name)}**")
        st.button(
            _("ほかのファイルにする"),
            key="import:other",
            type="tertiary",
            icon=":material/close:",
            on_click=state.start_over,
        )


def buttons(
    back: str,
    forward: str,
    *,
    is_ready: bool = True,
    questions: words.Asked | None = None,
) -> None:
    with st.container(horizontal=True):
        if back:
            st.button(
                _("戻る"),
                key="import:back",
                icon=":material/arrow_back:",
                on_click=state.go,
                args=(back,),
            )
        st.button(
            _("次へ"),
            key="import:next",
            type="primary",
            icon=":material/arrow_forward:",
            icon_position="right",
            disabled=not is_ready,
            on_click=forward_to,
            args=(forward, questions),
        )


def forward_to(step: str, questions: words.Asked | None) -> None:
    if questions:
        words.take(questions)
    state.go(step)


def import_button(preview: Preview, back: str) -> None:
    with st.container(horizontal=True):
        st.button(
            _("戻る"),
            key="import:back",
            icon=":material/arrow_back:",
            on_click=state.go,
            args=(back,),
        )
        st.button(
            _("{count}行を取り込む").format(count=f"{preview.new_rows:,}"),
            key="import:go",
            type="primary",
            icon=":material/download:",
            disabled=not preview.new_rows,
            on_click=check.start,
        )
    if not preview.new_rows:
        st.caption(_("取り込む行がありません。"))


def main() -> None:
    way_back()
    st.title(_(navigation.entry("excel_import").title), anchor=False)
    step = state.step()
    preview = state.shown(desk) if step != "file" else None
    questions = words.asked(preview) if preview else []
    if preview is None and step != "file":
        step = "sheets"
    if step == "words" and not questions:
        step = "check"
    skipped = set() if questions or step == "words" else {"words"}
    stepper(step, skipped)
    chosen_file()
    match step:
        case "sheets":
            sheets.show(desk)
            buttons("", "columns", is_ready=preview is not None)
        case "columns" if preview:
            columns.show(preview)
            buttons("sheets", "words" if questions else "check")
        case "words":
            words.show(desk, questions)
            buttons("columns", "check", questions=questions)
        case "check" if preview:
            check.show(preview)
            import_button(preview, "words" if questions else "columns")
            check.run(desk, preview)
        case _:
            if result := state.done():
                check.show_result(result)
            file_step()
            undo.show(desk)


main()
