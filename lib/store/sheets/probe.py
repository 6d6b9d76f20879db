"""Looking on a live spreadsheet whether Google keeps what the store rests on.

The protocol of writing rests on documented behaviour of which nobody has a recording.
Everything is tried in a tab of its own, which goes again whatever happens; people's tabs
are not touched.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from gspread.urls import SPREADSHEET_URL

from lib import clock
from lib.errors import StoreError
from lib.i18n import N_
from lib.store.sheets.batching import ANSWER
from lib.store.sheets.cells import cell_data
from lib.store.sheets.client import SheetsClient
from lib.store.sheets.faults import RequestRefused
from lib.store.sheets.payload import decoded
from lib.store.sheets.promises import Probed, remember
from lib.text import LONGEST_TEXT

log = logging.getLogger(__name__)

ROWS: Final = 60
COLUMNS: Final = 8
DAY: Final = 46_347
"""21 November 2026 as a serial."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What one trial showed. All texts are catalogue keys.

    code: of the promise. holds: None where nothing could be seen.
    tried, seen: what was done and what came of it. rests: what the store does with it.
    instead: what it does, and promises, where it does not hold.
    """

    code: str
    holds: bool | None
    tried: str
    seen: str
    rests: str
    instead: str = ""


@dataclass(frozen=True, slots=True)
class Trial:
    """One thing to try; `look` says whether it is as documented."""

    code: str
    tried: str
    rests: str
    instead: str
    look: Callable[[Bench], bool]


AS_DOCUMENTED: Final = N_("説明書のとおり")
OTHERWISE: Final = N_("説明書と違う")
NOT_SEEN: Final = N_("確かめられなかった")
NOT_TRIED: Final = N_("試していない（Googleドライブの権限がないため）")

NOT_USED: Final = N_("いまは使っていません。")


def probe(client: SheetsClient, spreadsheet: str, data: Path) -> list[Finding]:
    """Try everything, keep the result in the data folder, and return it.

    Raises:
        StoreError: the spreadsheet cannot be reached, or no tab can be added to it.
    """
    findings = []
    with _bench(client, spreadsheet) as bench:
        for trial in TRIALS:
            bench.clear()
            findings.append(_tried(trial, bench))
    remember(
        data,
        spreadsheet,
        Probed(clock.now(), {found.code: found.holds for found in findings}),
    )
    return [*findings, _UNTRIED]


def _tried(trial: Trial, bench: Bench) -> Finding:
    try:
        holds: bool | None = trial.look(bench)
    except StoreError as error:
        log.warning("probe %s: %s", trial.code, type(error).__name__)
        holds = None
    except (LookupError, TypeError, ValueError):
        holds = False  # the answer is laid out in another way
    seen = {True: AS_DOCUMENTED, False: OTHERWISE, None: NOT_SEEN}[holds]
    instead = trial.instead if holds is False else ""
    return Finding(trial.code, holds, trial.tried, seen, trial.rests, instead)


# The scratch tab --------------------------------------------------------------------


class Bench:
    """A tab to try things in."""

    def __init__(self, client: SheetsClient, spreadsheet: str) -> None:
        """Not made yet; see `_bench`."""
        self._client = client
        self._spreadsheet = spreadsheet
        self.number = 1 + secrets.randbelow(2**30)
        self.title = f"_probe_{secrets.token_hex(4)}"
        self._claims: list[str] = []

    def make(self) -> None:
        """Add the tab."""
        grid = {"rowCount": ROWS, "columnCount": COLUMNS}
        properties = {
            "sheetId": self.number,
            "title": self.title,
            "hidden": True,
            "gridProperties": grid,
        }
        self.change({"addSheet": {"properties": properties}})

    def remove(self) -> None:
        """Take the tab away, and the names that were put on it."""
        for claim in self._claims:
            with suppress(StoreError):
                self.change({"deleteNamedRange": {"namedRangeId": claim}})
        self.change({"deleteSheet": {"sheetId": self.number}})

    def clear(self) -> None:
        """Blank every cell with its format and rule."""
        self.change(
            {"updateCells": {"range": {"sheetId": self.number}, "fields": "*"}},
            {
                "setDataValidation": {
                    "range": {
                        "sheetId": self.number,
                        "startRowIndex": 0,
                        "endRowIndex": ROWS,
                    }
                }
            },
        )

    def change(self, *requests: Mapping[str, Any], **more: Any) -> Mapping[str, Any]:
        """Send one batch; return its answer."""
        fields = ANSWER if more else "replies"
        body = {"requests": list(requests), **more}
        return self._client.change(self._spreadsheet, body, fields)

    def is_refused(self, *requests: Mapping[str, Any]) -> bool:
        """Whether Google refuses a batch as wrong."""
        try:
            self.change(*requests)
        except RequestRefused:
            return True
        return False

    def cells(self, *, formulas: bool = False) -> list[list[Any]]:
        """Return the values of the tab."""
        payload = self._client.values(
            self._spreadsheet, [f"'{self.title}'"], formulas=formulas
        )
        return [list(row) for row in decoded(payload, 1)[0]]

    def entered(self) -> list[Mapping[str, Any]]:
        """Return what was entered into the cells of the first row."""
        answer = self._client.request(
            "get",
            SPREADSHEET_URL % self._spreadsheet,
            params={
                "ranges": [f"'{self.title}'!1:1"],
                "fields": "sheets(data(rowData(values(userEnteredValue))))",
            },
        ).json()
        (part,) = answer["sheets"][0]["data"]
        return [
            cell.get("userEnteredValue", {}) for cell in part["rowData"][0]["values"]
        ]

    # Requests -----------------------------------------------------------------------

    def claim(self, claim: str) -> dict[str, Any]:
        """Return the request that puts a name under an id of ours on the tab."""
        self._claims.append(claim)
        place = {
            "sheetId": self.number,
            "startRowIndex": 0,
            "endRowIndex": 1,
            "startColumnIndex": 0,
            "endColumnIndex": 1,
        }
        name = f"{claim}_{secrets.token_hex(4)}"
        named = {"namedRangeId": claim, "name": name, "range": place}
        return {"addNamedRange": {"namedRange": named}}

    def put(self, row: int, *raws: Any) -> dict[str, Any]:
        """Return the request that sets cells of a row, from 0."""
        return {
            "updateCells": {
                "start": {
                    "sheetId": self.number,
                    "rowIndex": row,
                    "columnIndex": 0,
                },
                "rows": [{"values": [cell_data(raw) for raw in raws]}],
                "fields": "userEnteredValue",
            }
        }

    def append(self, *raws: Any) -> dict[str, Any]:
        """Return the request that adds a row below the data."""
        return {
            "appendCells": {
                "sheetId": self.number,
                "rows": [{"values": [cell_data(raw) for raw in raws]}],
                "fields": "userEnteredValue",
            }
        }

    def area(self, top: int, bottom: int) -> dict[str, Any]:
        """Return whole rows `top` up to before `bottom`, from 0."""
        return {
            "sheetId": self.number,
            "startRowIndex": top,
            "endRowIndex": bottom,
            "startColumnIndex": 0,
            "endColumnIndex": COLUMNS,
        }


@contextmanager
def _bench(client: SheetsClient, spreadsheet: str) -> Iterator[Bench]:
    """Give a tab to try things in, which goes even where a trial fails."""
    bench = Bench(client, spreadsheet)
    try:
        bench.make()
        yield bench
    finally:
        try:
            bench.remove()
        except RequestRefused:
            log.warning("the tab of the probe is gone already")


# The trials -------------------------------------------------------------------------


def _refuses_reuse(bench: Bench) -> bool:
    claim = f"probe_{secrets.token_hex(12)}"
    reply = bench.change(bench.claim(claim))["replies"][0]
    took_ours = reply["addNamedRange"]["namedRange"]["namedRangeId"] == claim
    return took_ours and bench.is_refused(bench.claim(claim))


def _all_or_nothing(bench: Bench) -> bool:
    wrong = {"deleteSheet": {"sheetId": bench.number + 1}}
    claim = bench.claim(f"probe_{secrets.token_hex(12)}")
    refused = bench.is_refused(
        claim, bench.put(0, "left over"), bench.append("left over"), wrong
    )
    return refused and bench.cells() == []


def _shows_cells(bench: Bench) -> bool:
    answer = bench.change(
        bench.put(4, "key", 7),
        includeSpreadsheetInResponse=True,
        responseIncludeGridData=True,
        responseRanges=[f"'{bench.title}'!A5:B5"],
    )
    (sheet,) = answer["updatedSpreadsheet"]["sheets"]
    (part,) = sheet["data"]
    values = [c["effectiveValue"] for c in part["rowData"][0]["values"]]
    return (
        sheet["properties"]["sheetId"] == bench.number
        and part.get("startRow") == 4  # noqa: PLR2004 - the row that was put
        and values == [{"stringValue": "key"}, {"numberValue": 7}]
    )


def _appends_after_a_blank_row(bench: Bench) -> bool:
    bench.change(bench.put(0, "", "second column"), bench.put(2, "below a blank row"))
    bench.change(bench.append("new"))
    return bench.cells()[3:] == [["new"]]


def _appends_below_looks(bench: Bench) -> bool:
    look = {"userEnteredFormat": {"numberFormat": {"type": "TEXT"}}}
    choices = [{"userEnteredValue": "a"}, {"userEnteredValue": "b"}]
    rule = {"condition": {"type": "ONE_OF_LIST", "values": choices}}
    box = {"condition": {"type": "BOOLEAN"}}
    bench.change(
        bench.put(0, "data"),
        {
            "repeatCell": {
                "range": bench.area(1, 20),
                "cell": look,
                "fields": "userEnteredFormat",
            }
        },
        {"setDataValidation": {"range": bench.area(5, 30), "rule": rule}},
        {
            "setDataValidation": {
                "range": {**bench.area(5, 30), "startColumnIndex": 3},
                "rule": box,
            }
        },
    )
    bench.change(bench.append("new"))
    return _without_boxes(bench.cells())[1:] == [["new"]]


def _without_boxes(rows: list[list[Any]]) -> list[list[Any]]:
    """Return rows without check boxes that are off, and without blank ends."""
    found = [["" if cell is False else cell for cell in row] for row in rows]
    for row in found:
        while row and row[-1] == "":
            row.pop()
    while found and not found[-1]:
        found.pop()
    return found


def _appends_grow(bench: Bench) -> bool:
    bench.change(bench.put(ROWS - 1, "last row"))
    bench.change(bench.append("new"))
    return bench.cells()[ROWS:] == [["new"]]


def _keeps_text(bench: Bench) -> bool:
    texts = ["=1+1", "+81312345678", "-5", "@name", "0312345678", "2026/11/21"]
    bench.change(bench.put(0, *texts))
    return bench.entered() == [{"stringValue": text} for text in texts]


def _takes_the_longest_text(bench: Bench) -> bool:
    text = "長" * LONGEST_TEXT
    bench.change(bench.put(0, text))
    fits = bench.cells() == [[text]]
    return fits and bench.is_refused(bench.put(0, text + "長"))


def _formula_read_of_days(bench: Bench) -> bool:
    day = {
        "userEnteredValue": {"numberValue": DAY},
        "userEnteredFormat": {"numberFormat": {"type": "DATE"}},
    }
    cells = [day, {"userEnteredValue": {"formulaValue": "=A1+1"}}]
    start = {"sheetId": bench.number, "rowIndex": 0, "columnIndex": 0}
    bench.change(
        {
            "updateCells": {
                "start": start,
                "rows": [{"values": cells}],
                "fields": "userEnteredValue,userEnteredFormat",
            }
        }
    )
    return bench.cells(formulas=True) == [[DAY, "=A1+1"]] and bench.cells() == [
        [DAY, DAY + 1]
    ]


def _find_and_replace(bench: Bench) -> bool:
    bench.change(bench.put(0, "old", "old older"))
    request = {
        "find": "old",
        "replacement": "new",
        "matchEntireCell": True,
        "matchCase": True,
        "range": bench.area(0, 1),
    }
    reply = bench.change({"findReplace": request})["replies"][0]["findReplace"]
    return reply.get("occurrencesChanged") == 1 and bench.cells() == [
        ["new", "old older"]
    ]


def _row_marks_stay_with_the_row(bench: Bench) -> bool:
    """Whether metadata of a row stay where they are when its cells are sorted away."""
    bench.change(bench.put(0, "b"), bench.put(1, "a"))
    span = {
        "sheetId": bench.number,
        "dimension": "ROWS",
        "startIndex": 0,
        "endIndex": 1,
    }
    mark = {
        "metadataKey": "probe",
        "metadataValue": "b",
        "visibility": "DOCUMENT",
        "location": {"dimensionRange": span},
    }
    made = bench.change({"createDeveloperMetadata": {"developerMetadata": mark}})
    number = made["replies"][0]["createDeveloperMetadata"]["developerMetadata"][
        "metadataId"
    ]
    order = [{"dimensionIndex": 0, "sortOrder": "ASCENDING"}]
    bench.change({"sortRange": {"range": bench.area(0, 2), "sortSpecs": order}})
    gone = bench.change(
        {
            "deleteDeveloperMetadata": {
                "dataFilter": {"developerMetadataLookup": {"metadataId": number}}
            }
        }
    )
    deleted = gone["replies"][0]["deleteDeveloperMetadata"]["deletedDeveloperMetadata"]
    at = deleted[0]["location"]["dimensionRange"].get("startIndex", 0)
    return at == 0 and bench.cells() == [["a"], ["b"]]


TRIALS: Final = (
    Trial(
        "refuses_reuse",
        N_("同じ番号の名前付き範囲を二度作る（二度目は断られるはず）"),
        N_("二人が同じ行を同時に直しても、後の人の書き込みは断られ、合わせ直します。"),
        N_(
            "_sys に順番札を書いて一つずつ保存します。アプリどうしは守られますが、1回の保存が読み書き3回分遅くなり、返事のなかった保存が後から届くと二重になることがあります。"
        ),
        _refuses_reuse,
    ),
    Trial(
        "all_or_nothing",
        N_("まとめて送った変更の最後だけを誤りにする（何も残らないはず）"),
        N_("一つの保存は、全部入るか、何も入らないかです。"),
        N_(
            "断られた保存の残りはアプリが元に戻し、送り直しは残りから続けます。戻すまでの間、途中の行が見えることがあります。"
        ),
        _all_or_nothing,
    ),
    Trial(
        "shows_cells",
        N_("変更の返事に、変更後のセルを付けてもらう"),
        N_("書いた直後に、狙った行に入ったかを同じ返事で確かめます。"),
        N_("書いた後に読み直して確かめます。1回の保存につき読み取りが1回増えます。"),
        _shows_cells,
    ),
    Trial(
        "appends_after_blank",
        N_("空いた行の下に値があるタブに、行を足す"),
        N_("新しい行は、データの最後のすぐ下に入ります。"),
        N_("値のある行の位置を数えて、そこに行を挿し込みます。"),
        _appends_after_a_blank_row,
    ),
    Trial(
        "appends_below",
        N_("書式や入力規則だけの空き行があるタブに、行を足す"),
        N_("新しい行は、書式だけの行を飛び越さず、データのすぐ下に入ります。"),
        N_("値のある行の位置を数えて、そこに行を挿し込みます。"),
        _appends_below_looks,
    ),
    Trial(
        "appends_grow",
        N_("最後の行まで埋まったタブに、行を足す"),
        N_("タブの行は足りなくなれば増えます。"),
        N_("行が足りないタブには保存できません。タブの下に空き行を足してください。"),
        _appends_grow,
    ),
    Trial(
        "keeps_text",
        N_("= + - @ や 0 で始まる文字を、文字として書く"),
        N_("入力した文字が計算式や日付に変わることはありません。"),
        N_("計算式になる文字があります。このスプレッドシートでは使わないでください。"),
        _keeps_text,
    ),
    Trial(
        "longest_text",
        N_("5万字の文字を書く（5万1字は断られるはず）"),
        N_("長すぎる文字は、送る前に切って知らせます。"),
        N_("長い文字のある保存が断られることがあります。"),
        _takes_the_longest_text,
    ),
    Trial(
        "formula_read",
        N_("日付と計算式を、計算式のまま読む"),
        N_("日付は数で読め、計算式のセルは見分けられます。"),
        N_("いまは別の読み方で確かめているので、影響はありません。"),
        _formula_read_of_days,
    ),
    Trial(
        "find_replace",
        N_("セルの値が同じときだけ置き換える"),
        NOT_USED,
        NOT_USED,
        _find_and_replace,
    ),
    Trial(
        "row_marks",
        N_("行に目印を付けて並べ替える（目印は元の位置に残るはず）"),
        NOT_USED,
        NOT_USED,
        _row_marks_stay_with_the_row,
    ),
)

_UNTRIED: Final = Finding(
    "modified_time",
    None,
    N_("ファイルの更新時刻が、変更からどれだけ遅れるか"),
    NOT_TRIED,
    N_("更新時刻には頼らず、シートを読んで新しさを確かめます。"),
)
