"""使い方: one screen that says what to type where, and what never to do."""

from __future__ import annotations

from typing import Final

from lib.schema.tables import TABLES
from lib.store.sheets.layout import Tab
from lib.store.sheets.provisioning import tab_number
from lib.store.sheets.setup.pages import Page
from lib.store.sheets.setup.tables import VISIBLE, Place

NUMBER: Final = tab_number("page:guide")
TITLE: Final = "使い方"
APP_LINK: Final = (4, 4)
"""Row and column of the link to the app."""

_WHAT_WHERE: Final = (
    ("今日", "見るだけ。過ぎた約束と今日の約束、昨日の応答率が出ます。"),
    (
        "苦情台帳",
        "一件一行。「内容」と「次の約束日時」だけで足ります。受付番号はアプリが付けます。電話のたびに「対応メモ」に書くと、日付つきの対応履歴になります。終わったら「状態」を完了に。",
    ),
    (
        "行政問合せ",
        "消費生活センターや行政からの連絡。「先方指定期限」を聞いたら必ず入れます。",
    ),
    (
        "日次KPI",
        "一日とセンターごとの行が、月の分だけ用意してあります。数だけを入れ、なかった日は0、分からないところは空のままにします。割合は計算されます。",
    ),
    (
        "商品・メンバー・センター",
        "選択肢のもとになる一覧。コードとメールは変えません。",
    ),
)
_COLOURS: Final = (
    ("超過", "overdue", "約束や期限の時刻を過ぎています。"),
    ("今日", "today", "今日の約束、または期限まで2日以内です。"),
    ("最重要", "critical", "重大度が最重要の、終わっていない苦情です。"),
    (
        "数が合わない",
        "overdue",
        "着信 ≠ 応答+放棄 など。「確かめること」に理由が出ます。",
    ),
    ("灰色の列", "grey", "アプリが書く列です。書き込まないでください。"),
)
_NEVER: Final = (
    ("行を消さない", "まちがえた行は「状態」を取消にします。"),
    ("セルを結合しない", "並べ替えと書き足しができなくなります。"),
    (
        "見出しの言葉を変えない",
        "言葉で列を見分けています。列の順番は変えてかまいません。",
    ),
    ("合計の行を足さない", "月の合計は「KPI集計」にあります。"),
    ("委託先に共有しない", "このファイルを開ける人は、すべてを見て変えられます。"),
)


def guide(
    places: dict[str, Place], system: Tab, pages: dict[str, int], app: str
) -> Page:
    """Return 使い方.

    Args:
        places: the tabs of the tables, by code.
        system: the tab of the books, which knows when the app wrote last.
        pages: number of each further tab to link to, by its title.
        app: address of the app, "" for none.
    """
    page = Page(NUMBER, TITLE, widths=(170, 480, 30, 150, 380))
    page.put(0, 0, "見守り 使い方", style="title")
    page.put(
        1,
        0,
        "このシートは、そのまま台帳として使えます。アプリで書いたものも、ここで書いたものも、同じ一冊になります。",
        style="faint",
    )
    row = section(page, 3, "どこに何を書くか", _WHAT_WHERE)
    row = _colours(page, row + 1)
    section(page, row + 1, "してはいけないこと", _NEVER)
    _connections(page, system, app)
    _links(page, places, pages)
    return page


def section(
    page: Page, row: int, heading: str, lines: tuple[tuple[str, str], ...]
) -> int:
    """Put a heading and its lines from a row on; return the row behind them."""
    page.put(row, 0, heading, style="heading")
    for row_of_line, (name, text) in enumerate(lines, start=row + 1):
        page.put(row_of_line, 0, name, style="strong")
        page.put(row_of_line, 1, text)
    return row + 1 + len(lines)


def _colours(page: Page, row: int) -> int:
    page.put(row, 0, "色の意味", style="heading")
    for line, (word, style, text) in enumerate(_COLOURS, start=row + 1):
        page.put(line, 0, word, style=style)
        page.put(line, 1, text)
    return row + 1 + len(_COLOURS)


def _connections(page: Page, system: Tab, app: str) -> None:
    page.put(3, 3, "アプリとのつながり", style="heading")
    page.put(4, 3, "アプリ", style="strong")
    page.put(*APP_LINK, _app_link(app), style="link")
    page.put(5, 3, "最後の同期", style="strong")
    page.put(
        5,
        4,
        last_sync(system),
        style="moment",
    )
    page.put(6, 4, "アプリがこのファイルに最後に書き込んだ時刻です。", style="faint")


def last_sync(system: Tab) -> str:
    """Return the formula for the moment at which the app wrote last."""
    moments = f"{system.whole}!$B:$B"
    return f'=IF(COUNT({moments})=0,"まだありません",MAX({moments}))'


def _app_link(app: str) -> str:
    """Return a link; an address with a quotation mark in it is none."""
    if not app or '"' in app:
        return "アプリのアドレスは、管理者に聞いてください。"
    return f'=HYPERLINK("{app}","アプリを開く")'


def _links(page: Page, places: dict[str, Place], pages: dict[str, int]) -> None:
    page.put(8, 3, "かくれているタブ", style="heading")
    page.put(
        9,
        4,
        "左の名前を押すと開きます。「表示」→「非表示のシート」からも開けます。",
        style="faint",
    )
    links = [(title, number, _PAGE_WORDS[title]) for title, number in pages.items()]
    links += [
        (table.tab, places[table.code].number, table.help)
        for table in TABLES
        if table.code not in VISIBLE and table.code in places
    ]
    for row, (title, number, words) in enumerate(links, start=10):
        page.put(row, 3, f'=HYPERLINK("#gid={number}","{title}")', style="link")
        page.put(row, 4, words)


_PAGE_WORDS: Final = {"KPI集計": "月の合計と割合。合計は合計どうしを割ります。"}
