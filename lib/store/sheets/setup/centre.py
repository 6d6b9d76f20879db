"""The small spreadsheet of an outsourced centre, laid out like the company's own."""

from __future__ import annotations

from functools import partial
from typing import Final

from lib import clock
from lib.schema.centre_file import CALLS, CENTRE_TABLES, REPORTS
from lib.settings.claim_types import DEFAULTS
from lib.store.sheets.client import SheetsClient
from lib.store.sheets.layout import Tab
from lib.store.sheets.setup import guide, months, report, tables
from lib.store.sheets.setup.applying import applied
from lib.store.sheets.setup.making import arrange, is_new, set_zone, system_tab
from lib.store.sheets.setup.pages import Page, add_page
from lib.store.sheets.setup.report import Outcome, Report
from lib.store.sheets.setup.tables import Making

_WHAT_WHERE: Final = (
    (
        CALLS.tab,
        "一日一行が、月の分だけ用意してあります。数だけを入れ、なかった日は0、分からないところは空のままにします。",
    ),
    (
        REPORTS.tab,
        "電話で受けた苦情を一件一行で。「内容」と「次の約束日時」だけで足ります。番号は自動で付きます。",
    ),
)
_NEVER: Final = (
    ("行を消さない", "消した行は、次の同期で戻ります。"),
    ("セルを結合しない", "並べ替えと書き足しができなくなります。"),
    (
        "見出しの言葉を変えない",
        "言葉で列を見分けています。列の順番は変えてかまいません。",
    ),
    (
        "確定した日を変えない",
        "「確定」を済にした後の変更は取り込まれません。依頼元に連絡してください。",
    ),
)


def set_up_centre(
    client: SheetsClient, spreadsheet: str, *, code: str, name: str, reports: bool
) -> Report:
    """Make or mend a centre's spreadsheet; idempotent, as `set_up` is.

    Args:
        client: reaches the spreadsheet.
        spreadsheet: its id.
        code: the centre's code, which stands in every row laid out.
        name: what the centre is called.
        reports: whether its people record complaints; without it 電話報告 is hidden.

    Raises:
        StoreError: it cannot be read or written; nothing is half done.
    """
    plan = partial(_plan, code=code, name=name, reports=reports)
    making = applied(client, spreadsheet, plan)
    if not making.report.lines:
        making.report.add(Outcome.LEFT, "", report.ALL_THERE)
    return making.report


def tend_centre(client: SheetsClient, spreadsheet: str, code: str) -> bool:
    """Lay out the month ahead in a centre's file, as `tending.tend` does in the ledger.

    Idempotent: 2 reads, and 1 write where something is missing. A spreadsheet that
    nobody has set up is left as it is.

    Returns:
        Whether anything was written.

    Raises:
        StoreError: it cannot be read or written.
    """
    plan = partial(_plan_ahead, code=code)
    return applied(client, spreadsheet, plan, looks=False).report.changed


def _plan_ahead(making: Making, *, code: str) -> None:
    if making.found.by_number(guide.NUMBER) is None:
        return
    for table in CENTRE_TABLES:
        place = tables.known_place(making, table)
        if place is not None:
            making.places[table.code] = place
    for place in list(making.places.values()):
        tables.fill_formulas(making, place)
    for month in months.months_ahead(clock.today()):
        months.add_month(making, month, [code])


def _plan(making: Making, *, code: str, name: str, reports: bool) -> None:
    new = is_new(making.found)
    set_zone(making, set_it=new)
    system = system_tab(making)
    for table in CENTRE_TABLES:
        tables.placed(making, table)
    words = {"claim_types": [kind.name for kind in DEFAULTS]}
    for place in list(making.places.values()):
        tables.finish(making, place, words)
    for month in months.months_ahead(clock.today()):
        months.add_month(making, month, [code])
    page = _guide(system, name)
    add_page(making, page)
    shown = [CALLS.code, *([REPORTS.code] if reports else [])]
    arrange(making, system, [page], shown, new=new)


def _guide(system: Tab, name: str) -> Page:
    page = Page(guide.NUMBER, guide.TITLE, widths=(170, 560))
    page.put(0, 0, f"見守り {name} 使い方", style="title")
    page.put(
        1,
        0,
        "このファイルは、このセンターだけのものです。書いたものは一分ほどで依頼元に届き、依頼元が直したものはここに出ます。",
        style="faint",
    )
    row = guide.section(page, 3, "どこに何を書くか", _WHAT_WHERE)
    row = guide.section(page, row + 1, "してはいけないこと", _NEVER)
    page.put(row + 1, 0, "最後の同期", style="strong")
    page.put(row + 1, 1, guide.last_sync(system), style="moment")
    return page
