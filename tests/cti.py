"""November 2026 as a telephone system exports it: titles, merged headers, a total."""

from __future__ import annotations

from datetime import date

TITLE = ["東京センター 受電日報 2026年11月", "", "", "", "", "", "", "", ""]
GROUPS = ["", "", "電話", "", "", "", "消費者センター", "定期", ""]
HEADERS = [
    "日付",
    "曜日",
    "総着信数",
    "応答件数",
    "放棄呼",
    "応答率",
    "センター入電",
    "解約申出",
    "備考",
]


def cti_rows(wrong: bool = True) -> list[list[str]]:
    """Return a month as a telephone system prints it.

    wrong: the 10th has a word for a count (C13), the 12th does not add up (E15), the
    13th states a share that its counts do not give (F16).
    """
    rows = [TITLE, GROUPS, HEADERS]
    for n in range(1, 31):
        on = date(2026, 11, n)
        if on.weekday() >= 5:
            rows.append([f"11/{n}", "土日"[on.weekday() - 5], *[""] * 7])
            continue
        offered, answered = 1000 + n, 900 + n
        row = [
            f"11/{n}",
            "月火水木金"[on.weekday()],
            f"{offered:,}",
            f"{answered}",
            "100",
            f"{answered / offered:.1%}",
            "0",
            "12",
            "",
        ]
        rows.append(row)
    rows.append(["合計", "", "20,000", "18,000", "2,000", "90.0%", "0", "240", ""])
    if wrong:
        rows[2 + 10][2] = "たくさん"  # 11/10
        rows[2 + 12][4] = "7"  # 11/12: 1012 ≠ 912 + 7
        rows[2 + 13][5] = "97.0%"  # 11/13: theirs is not what the counts give
    return rows


def as_text(rows: list[list[str]], divider: str = "\t") -> str:
    def cell(text: str) -> str:
        return f'"{text}"' if divider in text else text

    return "\r\n".join(divider.join(map(cell, row)) for row in rows) + "\r\n"
