"""今日 and KPI集計: formulas only, over what stands in the other tabs.

A share of several days is the sum of the counts over the sum of the counts, taken over
days on which both are known; nothing divided by nothing is 「—」.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from lib.schema.kpi_day import COMPANY
from lib.schema.vocab import (
    AgencyKind,
    AnswerRateMethod,
    BusinessDay,
    ComplaintStatus,
    Flag,
    InquiryStatus,
    Severity,
)
from lib.store.sheets.provisioning import tab_number
from lib.store.sheets.setup import asking, look
from lib.store.sheets.setup.pages import Page
from lib.store.sheets.setup.row_formulas import LATE, TODAY, column_name
from lib.store.sheets.setup.tables import Place

TODAY_NUMBER: Final = tab_number("page:today")
TODAY_TITLE: Final = "今日"
TOTALS_NUMBER: Final = tab_number("page:totals")
TOTALS_TITLE: Final = "KPI集計"

PROMISES: Final = 20
CENTRES: Final = 10
GRAVE: Final = 5
MONTHS: Final = 12
"""Lines of each list."""

_NEEDED: Final[Mapping[str, tuple[str, ...]]] = {
    "complaints": (
        "id",
        "handler",
        "status",
        "severity",
        "next_promise",
        "next_promise_at",
    ),
    "agency_inquiries": ("first_contact_at", "agency_kind", "status"),
    "kpi_days": (
        "date",
        "centre",
        "business",
        "offered",
        "answered",
        "abandoned",
        "short_abandoned",
        "consumer_centre_calls",
        "cancel_requests",
        "retention_offers",
        "retention_kept",
        "orders",
        "shipments",
    ),
    "centres": ("code", "name", "answer_rate_method", "active"),
}


def can_compute(places: Mapping[str, Place]) -> bool:
    """Whether every column that the formulas look into is there."""
    return all(
        code in places and set(names) <= set(places[code].at)
        for code, names in _NEEDED.items()
    )


# Shares -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Counts:
    """Sums over rows of 日次KPI. where: the criteria of COUNTIFS that choose them."""

    place: Place
    where: str

    def column(self, name: str) -> str:
        """Return a whole column."""
        return f"{self.place.column(name)}"

    def known(self, *names: str) -> str:
        """Return the criteria for rows where all of these are numbers."""
        return self.where + "".join(f',{self.column(name)},">=0"' for name in names)

    def days(self, *names: str) -> str:
        """Return how many rows have all of these."""
        return f"COUNTIFS({self.known(*names)})"

    def sum(self, name: str, *also: str) -> str:
        """Return the sum of a count over the rows that have `also` too."""
        return f"SUMIFS({self.column(name)},{self.known(name, *also)})"

    def total(self, name: str) -> str:
        """Return the sum, or nothing where nothing was entered."""
        return f'IF({self.days(name)}=0,"",{self.sum(name)})'

    def share(self, part: str, whole: str, *, nothing: str = "—") -> str:
        """Return Σ part ÷ Σ whole."""
        return _quotient(
            self.days(part, whole),
            self.sum(part, whole),
            self.sum(whole, part),
            nothing,
        )

    def answer_rate(self, without_short: str, *, nothing: str = "—") -> str:
        """Return 応答率. without_short: a test of whether short calls are left out."""
        three = ("answered", "offered", "short_abandoned")
        lasting = (
            f"({self.sum('offered', *three)}-{self.sum('short_abandoned', *three)})"
        )
        without = _quotient(
            self.days(*three), self.sum("answered", *three), lasting, nothing
        )
        plain = self.share("answered", "offered", nothing=nothing)
        return f"IF({without_short},{without},{plain})"


def _quotient(days: str, above: str, below: str, nothing: str) -> str:
    return f'IF({days}=0,"{nothing}",IF({below}=0,"—",{above}/{below}))'


def _method_is(centres: Place, code: str, method: AnswerRateMethod) -> str:
    found = (
        f"INDEX({centres.column('answer_rate_method')},"
        f"MATCH({code},{centres.column('code')},0))"
    )
    return f'IFERROR({found},"")="{method}"'


def _centre_codes(centres: Place, line: int, *, company: bool) -> str:
    """Return the code of the nth centre in use, "" behind the last."""
    code, active = centres.column("code"), centres.column("active")
    tests = [
        f"ROW({code})>{centres.row}",
        f'{code}<>""',
        f'{active}<>"{Flag.NO}"',
        *([] if company else [f'{code}<>"{COMPANY}"']),
    ]
    return f'=IFERROR(INDEX(FILTER({code},{",".join(tests)}),{line}),"")'


# 今日 ---------------------------------------------------------------------------------

_HIDDEN: Final = (9, 10, 11)
_ROWS_OF_PROMISES, _ROWS_OF_GRAVE, _CODES = "$J", "$K", "$L"


def today(places: Mapping[str, Place]) -> Page:
    """Return 今日; the hidden columns hold the rows that the lists show."""
    page = Page(
        TODAY_NUMBER,
        TODAY_TITLE,
        widths=(70, 150, 160, 110, 100, 30, 230, 110, 30),
        hidden_columns=_HIDDEN,
    )
    page.put(0, 0, "今日", style="title")
    page.put(0, 1, '=TEXT(TODAY(),"yyyy年m月d日(ddd)")', style="title")
    page.put(
        1,
        0,
        "見るだけのタブです。計算式なので、書き込まないでください。",
        style="faint",
    )
    _promises(page, places["complaints"])
    _answer_rates(page, places["kpi_days"], places["centres"])
    _referrals(page, places["agency_inquiries"])
    _grave(page, places["complaints"])
    link = f'=HYPERLINK("#gid={TOTALS_NUMBER}","月の合計を見る(KPI集計)")'
    page.put(27, 6, link, style="link")
    return page


def _open_only(complaints: Place) -> str:
    status = complaints.column("status")
    return f'{status},"<>{ComplaintStatus.CLOSED}",{status},"<>{ComplaintStatus.CANCELLED}"'


def _is_open(complaints: Place) -> str:
    status = complaints.column("status")
    return (
        f'{status}<>"{ComplaintStatus.CLOSED}",{status}<>"{ComplaintStatus.CANCELLED}"'
    )


def _promises(page: Page, complaints: Place) -> None:
    due = complaints.column("next_promise_at")
    open_only = _open_only(complaints)
    late = f'COUNTIFS({due},">0",{due},"<"&N(NOW()),{open_only})'
    later = f'COUNTIFS({due},">="&N(NOW()),{due},"<"&(N(TODAY())+1),{open_only})'
    page.put(3, 0, "約束", style="heading")
    page.put(3, 1, f'="{LATE} "&{late}&"件・{TODAY} "&{later}&"件"', style="heading")
    page.put(
        4, 0, "知らせ", "受付番号", "約束の時刻", "担当者", "次の約束", style="strong"
    )
    for line in range(1, PROMISES + 1):
        row = 4 + line
        found = (
            f"SORT(FILTER({{ROW({due}),{due}}},{due}>0,{due}<TODAY()+1,"
            f"{_is_open(complaints)}),2,TRUE)"
        )
        page.put(row, 9, f'=IFERROR(INDEX({found},{line},1),"")')
        at = f"{_ROWS_OF_PROMISES}{row + 1}"
        empty = "ありません" if line == 1 else ""
        page.put(
            row,
            0,
            f'=IF({at}="","{empty}",IF(INDEX({due},{at})<NOW(),"{LATE}","{TODAY}"))',
        )
        page.put(row, 1, _number_at(complaints, at))
        page.put(row, 2, _value_at(due, at), style="moment")
        for column, name in ((3, "handler"), (4, "next_promise")):
            page.put(row, column, _value_at(complaints.column(name), at))
    page.rules = [
        _word_colour(word, shown, index)
        for index, (word, shown) in enumerate(
            (
                (LATE, look.background(look.OVERDUE)),
                (TODAY, look.background(look.DUE_TODAY)),
            )
        )
    ]


def _value_at(column: str | None, row: str) -> str:
    """Return what stands in a row, nothing for a blank cell."""
    cell = f"INDEX({column},{row})"
    return f'=IF({row}="","",IF({cell}="","",{cell}))'


def _number_at(complaints: Place, row: str) -> str:
    """Return the number of a case; one typed just now has none yet."""
    number = f"INDEX({complaints.column('id')},{row})"
    return f'=IF({row}="","",IF({number}="",{row}&"行目",{number}))'


def _word_colour(word: str, shown: Mapping[str, object], index: int) -> asking.Request:
    formula = f'=$A6="{word}"'
    rule = {
        "condition": {
            "type": "CUSTOM_FORMULA",
            "values": [{"userEnteredValue": formula}],
        },
        "format": shown,
    }
    there = asking.grid(TODAY_NUMBER, (5, 5 + PROMISES), (0, 5))
    added = {"ranges": [there], "booleanRule": rule}
    return {"addConditionalFormatRule": {"rule": added, "index": index}}


def _answer_rates(page: Page, days: Place, centres: Place) -> None:
    page.put(3, 6, "昨日の応答率", style="heading")
    for line in range(1, CENTRES + 1):
        row = 3 + line
        page.put(row, 11, _centre_codes(centres, line, company=False))
        code = f"{_CODES}{row + 1}"
        found = (
            f"INDEX({centres.column('name')},MATCH({code},{centres.column('code')},0))"
        )
        page.put(row, 6, f'=IF({code}="","",IFERROR({found},{code}))')
        counts = Counts(
            days, f"{days.column('date')},TODAY()-1,{days.column('centre')},{code}"
        )
        closed = (
            f'COUNTIFS({counts.where},{days.column("business")},"{BusinessDay.CLOSED}")'
        )
        rate = counts.answer_rate(
            _method_is(centres, code, AnswerRateMethod.WITHOUT_SHORT), nothing="未入力"
        )
        page.put(
            row, 7, f'=IF({code}="","",IF({closed}>0,"休業",{rate}))', style="share"
        )


def _referrals(page: Page, inquiries: Place) -> None:
    first, kind = inquiries.column("first_contact_at"), inquiries.column("agency_kind")
    week = (
        f'{first},">="&(N(TODAY())-6),{first},"<"&(N(TODAY())+1),'
        f'{inquiries.column("status")},"<>{InquiryStatus.CANCELLED}"'
    )
    own = [
        f'COUNTIFS({week},{kind},"{word}")'
        for word in (AgencyKind.CONSUMER_CENTRE, AgencyKind.NATIONAL_CENTRE)
    ]
    page.put(15, 6, "センター・行政からの連絡(7日間)", style="heading")
    page.put(16, 6, "消費生活センター・国民生活センター")
    page.put(16, 7, "=" + "+".join(own), style="count")
    page.put(17, 6, "そのほかの行政・団体")
    page.put(17, 7, f"=COUNTIFS({week})-$H$17", style="count")


def _grave(page: Page, complaints: Place) -> None:
    severity = complaints.column("severity")
    count = f'COUNTIFS({severity},"{Severity.CRITICAL}",{_open_only(complaints)})'
    page.put(19, 6, f"{Severity.CRITICAL}で終わっていない苦情", style="heading")
    page.put(19, 7, f"={count}", style="count")
    for line in range(1, GRAVE + 1):
        row = 19 + line
        found = (
            f'FILTER(ROW({severity}),{severity}="{Severity.CRITICAL}",'
            f"{_is_open(complaints)})"
        )
        page.put(row, 10, f'=IFERROR(INDEX({found},{line}),"")')
        at = f"{_ROWS_OF_GRAVE}{row + 1}"
        page.put(row, 6, _number_at(complaints, at))
        page.put(row, 7, _value_at(complaints.column("handler"), at))


# KPI集計 ------------------------------------------------------------------------------

_COLUMNS: Final = (
    "着信数",
    "応答数",
    "放棄数",
    "応答率",
    "放棄率",
    "センター入電数",
    "解約申出数",
    "抑止提案数",
    "抑止継続数",
    "受注件数",
    "出荷件数",
    "入力した行",
)
_CODE_COLUMN: Final = 15
_MONTH: Final = "$B$4"


def totals(places: Mapping[str, Place]) -> Page:
    """Return KPI集計: the month chosen, by centre, and a year of months."""
    days, centres = places["kpi_days"], places["centres"]
    page = Page(
        TOTALS_NUMBER,
        TOTALS_TITLE,
        widths=(170, *[95] * len(_COLUMNS)),
        hidden_columns=(_CODE_COLUMN,),
    )
    page.put(0, 0, "KPI集計", style="title")
    page.put(
        1,
        0,
        "割合は、合計どうしを割ります。未入力の日は分子からも分母からも除き、割れないときは「—」です。"
        f"応答率の方式がセンターで違うとき、合計は「{AnswerRateMethod.ALL_OFFERED}」の方式にそろえて数えます。",
        style="faint",
    )
    page.put(3, 0, "月", style="strong")
    page.put(3, 1, "=EOMONTH(TODAY(),-1)+1", style="input")
    page.inputs.add((3, 1))
    page.put(3, 2, "← 見たい月の1日を入れると、その月になります。", style="faint")
    page.put(5, 0, "センター", *_COLUMNS, style="heading")
    month = _month_criteria(days, _MONTH)
    for line in range(1, CENTRES + 2):
        row = 5 + line
        code = f"${column_name(_CODE_COLUMN)}{row + 1}"
        page.put(row, _CODE_COLUMN, _centre_codes(centres, line, company=True))
        found = (
            f"INDEX({centres.column('name')},MATCH({code},{centres.column('code')},0))"
        )
        page.put(row, 0, f'=IF({code}="","",IFERROR({found},{code}))')
        counts = Counts(days, f"{month},{days.column('centre')},{code}")
        test = _method_is(centres, code, AnswerRateMethod.WITHOUT_SHORT)
        rate = counts.answer_rate(test)
        _figures(page, row, counts, rate, shown_if=f'{code}<>""')
    row = 5 + CENTRES + 2
    page.put(row, 0, "合計", style="strong")
    _all_centres(page, row, Counts(days, month), centres)
    _year(page, row + 3, days, centres)
    return page


def _month_criteria(days: Place, first: str) -> str:
    """Return the criteria for the month of a cell, whatever day of it stands there."""
    day = days.column("date")
    return f'{day},">"&N(EOMONTH({first},-1)),{day},"<="&N(EOMONTH({first},0))'


def _figures(
    page: Page, row: int, counts: Counts, answer_rate: str, *, shown_if: str
) -> None:
    shares = {
        "応答率": answer_rate,
        "放棄率": counts.share("abandoned", "offered"),
    }
    names = {field.label: field.name for field in counts.place.table.fields}
    for column, title in enumerate(_COLUMNS, start=1):
        if title in shares:
            text, style = shares[title], "share"
        elif title in names:
            text, style = counts.total(names[title]), "count"
        else:
            text, style = _rows_entered(counts), "count"
        page.put(row, column, f'=IF({shown_if},{text},"")', style=style)


def _rows_entered(counts: Counts) -> str:
    """Return how many rows have their first count: calls, or the company's orders."""
    company = f'{counts.column("centre")},"{COMPANY}"'
    others = f'{counts.column("centre")},"<>{COMPANY}"'
    return (
        f"COUNTIFS({counts.known('offered')},{others})"
        f"+COUNTIFS({counts.known('orders')},{company})"
    )


def _all_centres(page: Page, row: int, counts: Counts, centres: Place) -> None:
    """Put the sums of all centres.

    Where centres count their answer rate in two ways, the total counts all of them in
    the common one, as `lib.metrics.kpis.total` does.
    """
    code, active = centres.rows("code"), centres.rows("active")
    used = f'{code},"?*",{code},"<>{COMPANY}",{active},"<>{Flag.NO}"'
    method, word = centres.rows("answer_rate_method"), AnswerRateMethod.WITHOUT_SHORT
    without = f'COUNTIFS({used},{method},"{word}")'
    others = f'COUNTIFS({used},{method},"<>{word}")'
    plain = counts.answer_rate(f"{without}>0")
    common = counts.share("answered", "offered")
    rate = f"IF(AND({others}>0,{without}>0),{common},{plain})"
    _figures(page, row, counts, rate, shown_if="TRUE")


def _year(page: Page, row: int, days: Place, centres: Place) -> None:
    page.put(row, 0, "月ごと(全センター)", *_COLUMNS, style="heading")
    for line in range(MONTHS):
        at = row + 1 + line
        page.put(at, 0, f"=EDATE({_MONTH},-{line})", style="month")
        criteria = _month_criteria(days, f"$A{at + 1}")
        _all_centres(page, at, Counts(days, criteria), centres)
