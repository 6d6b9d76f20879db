"""Formulas that stand in each row, and work out what a person would look for.

A formula finds its own row by ROW(), so its text is the same in every row: it can be
appended without knowing where it will land, copied and sorted. Never ARRAYFORMULA: its
results would count as data down to the end of the grid, and new rows would land there.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from gspread.utils import rowcol_to_a1

from lib.schema.vocab import (
    AnswerRateMethod,
    BusinessDay,
    ComplaintKind,
    ComplaintStatus,
    InquiryStatus,
    Severity,
)


@dataclass(frozen=True, slots=True)
class Helper:
    """A column of the app's own beside the fields.

    formula: with {field} for the cell of that field in the same row; "" where the app
        puts a word itself. alone: the formula in a file without the other tabs.
    after: the field it follows in a new tab; "" stands behind what people fill in.
    """

    title: str
    help: str
    formula: str = ""
    after: str = ""
    alone: str = ""


HOLIDAY: Final = "祝日"
ATTENTION: Final = "知らせ"
DOUBT: Final = "確かめること"
LATE: Final = "超過"
TODAY: Final = "今日"

_CLOSED: Final = f'OR({{status}}="{ComplaintStatus.CLOSED}",{{status}}="{ComplaintStatus.CANCELLED}")'
_SETTLED: Final = (
    f'OR({{status}}="{InquiryStatus.CLOSED}",{{status}}="{InquiryStatus.CANCELLED}",'
    f'{{status}}="{InquiryStatus.ANSWERED}")'
)
_PROMISE: Final = (
    "IF(ISNUMBER({next_promise_at}),"
    f'IF({{next_promise_at}}<NOW(),"{LATE}",'
    f'IF(INT({{next_promise_at}})=TODAY(),"{TODAY}","")),'
    f'IF(OR({{content}}="",{{kind}}="{ComplaintKind.WISH}"),"","約束なし"))'
)
_DUE: Final = "MIN({agency_due_at},{own_due_at})"

_METHOD: Final = (
    'IFERROR(INDEX({centres:answer_rate_method},MATCH({centre},{centres:code},0)),"")'
)
_WITHOUT_SHORT: Final = f'{_METHOD}="{AnswerRateMethod.WITHOUT_SHORT}"'
_RATE: Final = (
    'IF(COUNT({offered},{answered})<2,"",'
    f"IF({_WITHOUT_SHORT},"
    'IF(COUNT({short_abandoned})=0,"",'
    'IF({offered}-{short_abandoned}=0,"—",{answered}/({offered}-{short_abandoned}))),'
    'IF({offered}=0,"—",{answered}/{offered})))'
)
_REPORTED: Final = (
    "IF({reported_answer_rate}<=1,{reported_answer_rate}*100,{reported_answer_rate})"
)
"""In percent, whether it was typed as 92 or as 92%, which is 0.92."""
_TOLERANCE: Final = "0.500001"
"""Points that rounding may make, and a hair for binary fractions (domain.md 4)."""
_WITHOUT: Final = "MAX(1,{offered}-IF(ISNUMBER({short_abandoned}),{short_abandoned},0))"
_OTHER_RATE: Final = (
    "IF({offered}=0,FALSE,"
    f"AND(ABS({_REPORTED}-{{answered}}/{{offered}}*100)>{_TOLERANCE},"
    f"ABS({_REPORTED}-{{answered}}/{_WITHOUT}*100)>{_TOLERANCE}))"
)
"""Whether the reported rate is neither with short abandons nor without: a row needs no
look at how the centre counts, so a centre's own file can say it too."""
_PLAIN_RATE: Final = (
    'IF(COUNT({offered},{answered})<2,"",IF(COUNT({short_abandoned})>0,"",'
    'IF({offered}=0,"—",{answered}/{offered})))'
)
"""The rate where nobody says how the centre counts: only where it does not matter."""
_OWN_ROW: Final = '{centre}="自社"'
_BLANK: Final = (
    f'IF(OR({{date}}="",{{date}}>=TODAY(),{{business}}="{BusinessDay.CLOSED}"),"",'
    f'IF({_OWN_ROW},IF(COUNT({{orders}},{{shipments}})=0,"未入力",""),'
    'IF(COUNT({offered},{answered})=0,"未入力","")))'
)


def _doubt(needed: str, wrong: str, words: str, otherwise: str) -> str:
    """Return a test that looks only where all of its numbers are there.

    AND would compute both sides, and a word typed for a number would end in an error.
    """
    count = needed.count("{")
    test = f"IF(COUNT({needed})={count},{wrong},FALSE)"
    return f"IF({test},{words},{otherwise})"


_DOUBTS: Final = _doubt(
    "{offered},{answered},{abandoned}",
    "{offered}<>{answered}+{abandoned}",
    '"着信数 "&{offered}&" ≠ 応答数+放棄数 "&({answered}+{abandoned})',
    _doubt(
        "{offered},{answered}",
        "{answered}>{offered}",
        '"応答数が着信数より多い"',
        _doubt(
            "{retention_offers},{cancel_requests}",
            "{retention_offers}>{cancel_requests}",
            '"抑止提案数が解約申出数より多い"',
            _doubt(
                "{retention_kept},{retention_offers}",
                "{retention_kept}>{retention_offers}",
                '"抑止継続数が抑止提案数より多い"',
                _doubt(
                    "{reported_answer_rate},{offered},{answered}",
                    _OTHER_RATE,
                    '"申告応答率が計算 "&TEXT({answered}/{offered},"0.0%")&" と違う"',
                    _BLANK,
                ),
            ),
        ),
    ),
)

HELPERS: Final[Mapping[str, tuple[Helper, ...]]] = {
    "complaints": (
        Helper(
            ATTENTION,
            "約束の時刻を過ぎると「超過」、今日の約束は「今日」と出ます。",
            f'=IF({_CLOSED},"",TRIM({_PROMISE}&IF({{severity}}='
            f'"{Severity.CRITICAL}"," {Severity.CRITICAL}","")))',
        ),
    ),
    "agency_inquiries": (
        Helper(
            ATTENTION,
            "回答期限を過ぎると「超過」、今日・明日が期限ならその言葉が出ます。",
            f'=IF({_SETTLED},"",IF(COUNT({{agency_due_at}},{{own_due_at}})=0,"",'
            f'IF({_DUE}<NOW(),"{LATE}",IF(INT({_DUE})=TODAY(),"{TODAY}",'
            f'IF(INT({_DUE})=TODAY()+1,"明日","")))))',
        ),
    ),
    "kpi_days": (
        Helper(HOLIDAY, "祝日の名前。アプリが入れます。", after="date"),
        Helper(
            DOUBT, "数が合わないときに、どこが合わないかを出します。", f"={_DOUBTS}"
        ),
        Helper(
            "応答率",
            "応答数 ÷ 着信数。センターの方式で計算します。",
            f"={_RATE}",
            alone=f"={_PLAIN_RATE}",
        ),
        Helper(
            "放棄率",
            "放棄数 ÷ 着信数",
            '=IF(COUNT({offered},{abandoned})<2,"",'
            'IF({offered}=0,"—",{abandoned}/{offered}))',
        ),
    ),
}
"""The app's own columns, by table. 抑止成功率 is none: it never stands without what was
heard afterwards, and a row of a day cannot tell that."""

SHARES: Final = frozenset({"応答率", "放棄率"})
"""Helpers that show a percentage."""

Whole = Mapping[str, str]
"""Whole columns of other tabs, such as {"centres:code": "'センター'!$A:$A"}."""


def row_formula(helper: Helper, columns: Mapping[str, int], whole: Whole) -> str | None:
    """Return the formula of a helper, the same for every row.

    Args:
        helper: one that has a formula.
        columns: position of each field that has a column, 0 for the first.
        whole: columns of other tabs.

    Returns:
        None where a column that it needs is missing.
    """
    cells = {name: f"INDEX({letters(at)},ROW())" for name, at in columns.items()}
    known = {**cells, **whole}
    for formula in filter(None, (helper.formula, helper.alone)):
        if all(name in known for name in _FIELDS.findall(formula)):
            return _FIELDS.sub(lambda m: known[m[1]], formula)
    return None


_FIELDS: Final = re.compile(r"{([a-z_:0-9]+)}")


def letters(column: int) -> str:
    """Return a whole column in A1 notation: `$C:$C` for 2."""
    name = column_name(column)
    return f"${name}:${name}"


def column_name(column: int) -> str:
    """Return the letters of a column, A for 0."""
    return rowcol_to_a1(1, column + 1).removesuffix("1")
