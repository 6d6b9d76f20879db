"""月次報告: what it says, who gets it, and that a centre reads of itself alone."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import openpyxl
import pypdf
import pytest

from lib import clock, i18n
from lib.actions import masters, monthly
from lib.actions.kpi_targets import set_target
from lib.actions.kpi_views import Period
from lib.actions.monthly import Form, Paper
from lib.actions.monthly_gathering import _fixes
from lib.errors import Conflict, InvalidRecord, NotAllowed
from lib.metrics.kpis import kpi
from lib.metrics.state import State
from lib.reports.monthly.material import Reader
from lib.reports.monthly.model import (
    Chart,
    Document,
    FigureRow,
    Figures,
    Grid,
    Items,
    Text,
    Tiles,
    Written,
)
from lib.reports.monthly.pdf import to_pdf
from lib.reports.monthly.xlsx import to_xlsx
from lib.schema.ids import new_commit_id
from lib.schema.learning import Improvement
from lib.schema.masters import Centre
from lib.schema.principal import SYSTEM, Principal
from lib.schema.vocab import (
    AnswerRateMethod,
    BusinessDay,
    ImprovementKind,
    ImprovementStatus,
    Role,
)
from lib.store.access import UserStore
from lib.store.live import LiveStore
from lib.store.opening import open_store
from tests.builders import fill
from tests.metrics.rows import NOW, calls, centre, complaint, inquiry, kpi_day

MONTH = date(2026, 10, 1)
MANAGER = Principal("m@example.jp", "森", Role.MANAGER)
OUTSIDE = Principal("c@example.jp", "伊藤", Role.OUTSOURCED, "C1")


def day(number: int) -> date:
    return date(2026, 10, number)


@pytest.fixture
def live(tmp_path: Path) -> Iterator[LiveStore]:
    found = LiveStore(open_store(f"sqlite:///{tmp_path / 'store.db'}", data=tmp_path))
    yield found
    found.close()


@pytest.fixture
def desk(live: LiveStore) -> UserStore:
    return live.for_user(MANAGER)


def board(desk: UserStore, comments: str = "") -> Document:
    return monthly.made(desk, MONTH, Reader.BOARD, "", comments=comments, now=NOW)


def contract(desk: UserStore, code: str = "C1", comments: str = "") -> Document:
    return monthly.made(desk, MONTH, Reader.CONTRACT, code, comments=comments, now=NOW)


def blocks(document: Document, kind: type) -> list:
    return [b for s in document.sections for b in s.blocks if isinstance(b, kind)]


def row(document: Document, name: str) -> FigureRow:
    return next(
        r for table in blocks(document, Figures) for r in table.rows if r.name == name
    )


def section(document: Document, title: str) -> list:
    return [b for s in document.sections if s.title == title for b in s.blocks]


def words(blocks_: list) -> str:
    said = []
    for block in blocks_:
        if isinstance(block, Text):
            said += block.lines
        elif isinstance(block, Items):
            said += block.texts
        elif isinstance(block, Grid):
            said += [cell.text for line in block.rows for cell in line]
            said += [block.nothing] if not block.rows else []
        elif isinstance(block, Written):
            said.append(block.text)
    return "\n".join(said)


def pdf_text(data: bytes) -> str:
    reader = pypdf.PdfReader(io.BytesIO(data))
    return "\n".join(page.extract_text() for page in reader.pages)


# What it says -------------------------------------------------------------------


def test_a_rate_is_the_sum_over_the_sum_and_not_the_mean_of_the_days(desk):
    """100 calls of which 50, and 10 of which 10: 60 ÷ 110 = 54.5 %, no mean of 75 %."""
    fill(desk, centre("C1"), calls(day(5), 100, 50), calls(day(6), 10, 10))

    for made in (board(desk), contract(desk)):
        found = row(made, "応答率")
        assert found.value.text == "54.5%"
        assert found.value.number == pytest.approx(60 / 110)
        assert found.formula == "応答数 ÷ 着信数 × 100 = 60 ÷ 110 × 100"
        text = pdf_text(to_pdf(made))
        assert "54.5%" in text
        assert "75.0%" not in text


def test_an_empty_denominator_reads_as_a_dash_and_says_why(desk):
    fill(desk, centre("C1"), calls(day(5), 0, 0))

    found = row(contract(desk), "応答率")

    assert found.value.text == "—"
    assert found.value.number is None
    assert found.notes == ("割る数が0なので、値を出しません。",)


def test_a_missing_day_is_named_with_its_centre_and_is_no_zero(desk):
    fill(
        desk,
        centre("C1"),
        centre("C2"),
        calls(day(5), 100, 90),
        calls(day(7), 100, 90),
        calls(day(5), 10, 10, "C2"),
        calls(day(6), 10, 10, "C2"),
        calls(day(7), 10, 10, "C2"),
    )

    said = section(board(desk), "数字の確かさ")[0]
    mine = contract(desk)

    missing = {cells[0].text: cells[2].text for cells in said.rows}
    assert missing["C1センター"].startswith("10/6、")
    assert row(mine, "着信数").value.number == 200
    assert "10/6" in words(section(mine, "入力の記録"))
    chart = next(c for c in blocks(mine, Chart) if c.name == "着信数")
    gap = next(p for p in chart.points if p.label == "10/6")
    assert (gap.value, gap.gap) == (None, "missing")


def test_a_blank_part_leaves_the_day_out_and_names_it(desk):
    fill(
        desk,
        centre("C1"),
        calls(day(5), 100, 90),
        kpi_day(day(6), offered=100),
    )

    found = row(contract(desk), "応答率")

    assert found.value.text == "90.0%"
    assert found.notes == ("一部が空欄で外した日: 10/6",)


def test_a_closed_day_is_neither_missing_nor_drawn_as_a_fall(desk):
    fill(
        desk,
        centre("C1"),
        calls(day(5), 100, 90),
        kpi_day(day(6), business=BusinessDay.CLOSED),
        calls(day(7), 100, 90),
    )

    chart = blocks(contract(desk), Chart)[0]

    assert next(p for p in chart.points if p.label == "10/6").gap == "closed"


def test_the_month_stands_beside_the_month_before(desk):
    fill(
        desk,
        centre("C1"),
        calls(day(5), 100, 90),
        calls(date(2026, 9, 7), 100, 80),
    )

    assert row(contract(desk), "応答率").before.text == "80.0%"
    tile = blocks(contract(desk), Tiles)[0].tiles[0]
    assert tile.change == "前月比 +10.0pt"


def test_a_changed_target_is_marked_with_its_day_and_the_last_day_decides(desk):
    fill(desk, centre("C1", target_answer_rate=90), calls(day(5), 100, 92))
    set_target(
        desk, kpi("answer_rate"), "C1", "95", since=day(15), entry_id="T1", now=NOW
    )

    made = contract(desk)

    assert row(made, "応答率").target.text == "95%"
    assert row(made, "応答率").lamp is not None
    assert "応答率の目標を90%から95%に変更" in words(section(made, "数え方と目標"))
    chart = blocks(made, Chart)[0]
    assert [mark.text for mark in chart.marks] == [
        "10/15(木) 目標の変更: 応答率の目標を90%から95%に変更"
    ]
    aims = {p.label: p.target for p in chart.points}
    assert (aims["10/14"], aims["10/15"]) == (0.90, 0.95)


def test_a_changed_way_to_count_is_marked(live, monkeypatch):
    monkeypatch.setenv(clock.FIXED_BY, "2026-10-12T10:00:00+09:00")
    desk = live.for_user(MANAGER)
    fill(desk, centre("C1"), calls(day(5), 100, 92))
    seen = desk.record("centres", "C1")
    assert isinstance(seen, Centre)
    masters.change(
        desk,
        seen,
        {"answer_rate_method": AnswerRateMethod.WITHOUT_SHORT},
        entry="M1",
        now=clock.now(),
    )

    made = contract(live.for_user(MANAGER))

    assert "10/12(月)" in words(section(made, "数え方と目標"))
    assert "を「含む」から「除く」に変更" in words(section(made, "数え方と目標"))


def test_the_variant_of_a_definition_is_named(desk):
    fill(
        desk,
        centre("C1", service_level_seconds=30),
        kpi_day(
            day(5), offered=100, answered=90, answered_in_time=80, short_abandoned=2
        ),
    )

    made = contract(desk)

    assert row(made, "応答率").variant.startswith("含む")
    assert "SL秒 30" in row(made, "サービスレベル").variant


def test_centres_that_count_differently_are_not_compared_without_a_word(desk):
    fill(
        desk,
        centre("C1"),
        centre("C2", answer_rate_method=AnswerRateMethod.WITHOUT_SHORT),
        calls(day(5), 100, 90),
        kpi_day(day(5), "C2", offered=10, answered=8, abandoned=2, short_abandoned=1),
    )

    said = words(section(board(desk), "電話はつながったか"))

    assert "センターごとに応答率の方式が違います" in said


def test_the_worst_days_come_lowest_first_and_small_days_are_not_ranked(desk):
    fill(
        desk,
        centre("C1"),
        calls(day(5), 100, 90),
        kpi_day(day(6), offered=100, answered=40, abandoned=60, note="システム障害"),
        calls(day(7), 10, 1),
        calls(day(8), 100, 100),
    )

    worst = section(contract(desk), "応答率の低かった日")[0]

    assert [[c.text for c in cells] for cells in worst.rows] == [
        ["10/6(火)", "40.0%", "100", "40", "システム障害"],
        ["10/5(月)", "90.0%", "100", "90", "—"],
    ]


def test_the_record_of_entry_counts_late_and_missing_days(desk):
    fill(
        desk,
        centre("C1"),
        kpi_day(day(5), offered=5, entered_at=clock.at(day(6), 9)),
        kpi_day(day(6), offered=5, entered_at=clock.at(day(7), 15)),
        kpi_day(day(30), offered=5, entered_at=clock.at(date(2026, 11, 2), 9)),
    )

    record = section(contract(desk), "入力の記録")

    due, on_time, late, missing, unknown = (c.text for c in record[0].rows[0])
    assert (on_time, late, unknown) == ("2", "1", "0")
    assert int(due) == 2 + 1 + int(missing)
    assert "遅れた日: 10/6" in words(record)


def test_the_running_month_says_that_it_is_not_over(desk):
    fill(desk, centre("C1"), calls(date(2026, 11, 9), 100, 90))

    made = monthly.made(desk, NOW.date(), Reader.BOARD, "", comments="", now=NOW)

    assert any("月の途中" in chip for chip in made.chips)
    assert "2026/11/20" in made.head[0]


# The board ----------------------------------------------------------------------


def decided(document: Document) -> list[str]:
    return [
        text
        for block in section(document, "決めていただきたいこと")
        if isinstance(block, Items)
        for text in block.texts
    ]


def test_at_most_three_points_are_to_be_decided_each_about_something_else(desk):
    rows = [calls(day(n), 100, 40, code) for n in range(1, 31) for code in ("C1", "C2")]
    fill(
        desk,
        centre("C1"),
        centre("C2"),
        *rows,
        Improvement(
            id="S-1",
            title="LPを直す",
            status=ImprovementStatus.IDEA,
            due_on=day(10),
        ),
    )

    fill(desk, complaint(clock.at(day(5), 9), next_promise_at=clock.at(day(6), 9)))

    points = decided(board(desk))

    assert len(points) == 3
    assert len({point.split("→")[1] for point in points}) == 3
    assert "C1センター: 応答率は40.0%" in points[0]
    assert "C2センター: 応答率は40.0%" in points[0]
    assert any("期限を過ぎた改善が1件あります(S-1)。" in point for point in points)


def test_where_nothing_is_wrong_nothing_is_made_up(desk):
    working = [day(n) for n in range(1, 31) if day(n).weekday() < 5 and n != 12]
    rows = [
        kpi_day(
            on,
            offered=100,
            answered=99,
            abandoned=1,
            entered_at=clock.at(on + timedelta(days=1), 8),
        )
        for on in working
    ]
    fill(desk, centre("C1"), *rows)

    made = board(desk)

    assert decided(made) == []
    assert "急いで決めることはありません" in words(
        section(made, "決めていただきたいこと")
    )


def test_a_rise_in_the_middle_of_the_month_is_told_at_its_end(desk):
    """One contact every ten days, six from the 10th to the 13th, and as ever after."""
    usual = [
        inquiry(clock.at(day(1) - timedelta(days=n), 9)) for n in range(7, 110, 10)
    ]
    rise = [inquiry(clock.at(day(n), 9)) for n in (10, 10, 11, 12, 13, 13)]
    began = complaint(clock.at(day(1) - timedelta(days=120), 9))
    fill(desk, centre("C1"), calls(day(5), 100, 90), began, *usual, *rise)

    made = board(desk)

    (contacts,) = (
        tile
        for block in section(made, "まとめ")
        if isinstance(block, Tiles)
        for tile in block.tiles
        if tile.name == "センターからの連絡"
    )
    assert contacts.state is State.ALARM
    told = "10/10から10/13までセンターからの連絡が増えていました: 合わせて6件"
    assert told in words(section(made, "何が、いつから変わったか"))
    assert any(told in point for point in decided(made))
    assert "「警報」の日が" in words(section(made, "センターからの連絡と苦情"))


def test_a_month_of_few_contacts_has_a_calm_tile_and_one_without_a_past_none(desk):
    fill(desk, centre("C1"), complaint(clock.at(day(28), 9)))
    state = [t.state for b in blocks(board(desk), Tiles) for t in b.tiles][1]
    assert state is State.PENDING

    usual = [inquiry(clock.at(day(1) - timedelta(days=n), 9)) for n in range(0, 200, 9)]
    fill(desk, *usual)
    state = [t.state for b in blocks(board(desk), Tiles) for t in b.tiles][1]
    assert state is State.NORMAL


def test_contacts_and_complaints_are_counted_with_their_kinds(desk):
    fill(
        desk,
        centre("C1"),
        calls(day(5), 100, 90),
        complaint(clock.at(day(5), 9)),
        complaint(clock.at(day(6), 9)),
        complaint(clock.at(date(2026, 9, 5), 9)),
        inquiry(clock.at(day(7), 9)),
    )

    made = board(desk)

    assert row(made, "苦情件数").value.text == "2件"
    assert row(made, "苦情件数").before.text == "1件"
    assert row(made, "センターからの連絡").value.text == "1件"
    kinds = [g for g in blocks(made, Grid) if g.columns[0].title == "連絡してきた機関"]
    assert [[c.text for c in cells] for cells in kinds[0].rows] == [
        ["消費生活センター", "1", "0"]
    ]


def test_retention_never_stands_without_what_followed(desk):
    fill(
        desk,
        centre("C1"),
        kpi_day(day(5), cancel_requests=100, retention_offers=60, retention_kept=40),
        complaint(clock.at(day(9), 9), claim_type="解約できない"),
        inquiry(clock.at(day(10), 9), facts="解約に応じてもらえない"),
    )

    made = board(desk)

    assert row(made, "抑止成功率").value.text == "66.7%"
    followed = next(b for b in section(made, "解約と抑止") if isinstance(b, Grid))
    assert [cells[1].number for cells in followed.rows][:2] == [1.0, 1.0]
    assert any("解約を妨げていないか" in point for point in decided(made))
    sheet = openpyxl.load_workbook(io.BytesIO(to_xlsx(made)))["指標"]
    (line,) = [
        [cell.value for cell in cells]
        for cells in sheet.iter_rows()
        if any(cell.value == "抑止成功率" for cell in cells)
    ]
    assert "苦情1件・センターからの連絡1件" in line[-1]


def test_the_contract_report_holds_no_rate_of_success(desk):
    """It takes nothing from the ledgers, so what followed cannot stand beside it."""
    fill(
        desk,
        centre("C1"),
        kpi_day(day(5), cancel_requests=100, retention_offers=60, retention_kept=40),
    )

    made = contract(desk)

    names = {r.name for table in blocks(made, Figures) for r in table.rows}
    assert "抑止提案率" in names
    assert not {"抑止成功率", "総合抑止率"} & names
    assert "この報告に載せません" in words(section(made, "SLA: 目標と実績"))


def test_english_says_all_of_it_in_english(desk):
    fill(desk, centre("C1", name="Centre One"), calls(day(5), 100, 50))

    with i18n.speaking("en"):
        made = [board(desk), contract(desk)]

    for document in made:
        assert not re.search("[\u3041-\u30ff]", pdf_text(to_pdf(document)))
        book = openpyxl.load_workbook(io.BytesIO(to_xlsx(document)))
        assert book.sheetnames == ["Report", "Figure", "Chart data"]


# One centre only ----------------------------------------------------------------

CANARY = "カナリア"


def full_of_canaries(desk: UserStore) -> None:
    """Fill all that is not the centre C1's with a marker and with numbers of its own."""
    rows = []
    for n in range(1, 31):
        rows += [
            calls(day(n), 100, 90),
            kpi_day(
                day(n),
                "C9",
                offered=777_123,
                answered=717_171,
                abandoned=59_952,
                note=f"{CANARY}テレビ放映",
                retention_offers=313_131,
                retention_kept=212_121,
            ),
        ]
    fill(
        desk,
        centre("C1"),
        centre("C9", name=f"{CANARY}センター"),
        *rows,
        complaint(
            clock.at(day(5), 9), content=CANARY, customer_name=CANARY, handler=CANARY
        ),
        inquiry(clock.at(day(6), 9), agency_name=CANARY, facts=CANARY),
        Improvement(
            id="S-CANARY",
            title=f"{CANARY}の改善",
            status=ImprovementStatus.DOING,
            starts_on=day(9),
            owner=CANARY,
        ),
    )
    set_target(
        desk, kpi("answer_rate"), "C9", "61", since=day(12), entry_id="T9", now=NOW
    )
    for code, text in (("C9", CANARY), ("", CANARY)):
        monthly.save_comments(
            desk, MONTH, code, text, seen="", entry=new_commit_id(), now=NOW
        )


def everything_in(data: bytes) -> str:
    """Return every text and stream of a PDF or a workbook, unpacked."""
    if data[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(data)) as book:
            parts = [book.read(name) for name in book.namelist()]
            return "\n".join(part.decode("utf-8", "replace") for part in parts)
    found = [data.decode("latin-1"), pdf_text(data)]
    for packed in re.findall(rb"stream\r?\n(.*?)endstream", data, re.DOTALL):
        try:
            found.append(zlib.decompress(packed).decode("latin-1"))
        except zlib.error:
            continue
    about = pypdf.PdfReader(io.BytesIO(data)).metadata or {}
    return "\n".join([*found, *map(str, about.values())])


OTHERS = (
    CANARY,
    "S-CANARY",
    "777,123",
    "777123",
    "717,171",
    "717171",
    "313,131",
    "212,121",
    "61%",
)


@pytest.mark.parametrize("who", [MANAGER, OUTSIDE], ids=["manager", "centre"])
@pytest.mark.parametrize("form", list(Form), ids=str)
def test_a_centres_report_holds_nothing_of_another(live, who, form):
    full_of_canaries(live.for_user(MANAGER))
    made = contract(live.for_user(who))

    data = to_pdf(made) if form is Form.PDF else to_xlsx(made)
    found = everything_in(data)

    assert "90.0%" in found or ">0.9<" in found
    assert [marker for marker in OTHERS if marker in found] == []


@pytest.mark.parametrize("form", list(Form), ids=str)
def test_the_boards_report_would_show_the_markers(live, form):
    """The negative control: the same look at the board's report finds them."""
    desk = live.for_user(MANAGER)
    full_of_canaries(desk)
    made = board(desk, comments=CANARY)

    found = everything_in(to_pdf(made) if form is Form.PDF else to_xlsx(made))

    assert CANARY in found
    assert "S-CANARY" in found


# Files --------------------------------------------------------------------------

LIVE = '=HYPERLINK("http://evil.example","押す")'


@pytest.fixture
def risky(desk) -> list[Document]:
    fill(
        desk,
        centre("C1", name="=1+1センター"),
        kpi_day(day(5), offered=100, answered=50, abandoned=50, note=LIVE),
        Improvement(
            id="=S-1",
            title="@SUM(A1:A9)",
            status=ImprovementStatus.DOING,
            starts_on=day(3),
            effect="+1-1",
        ),
    )
    return [board(desk, LIVE), contract(desk, comments=LIVE)]


def test_no_cell_of_a_workbook_is_a_formula_or_a_link(risky):
    for document in risky:
        data = to_xlsx(document)
        with zipfile.ZipFile(io.BytesIO(data)) as book:
            sheets = [
                book.read(name).decode()
                for name in book.namelist()
                if name.startswith("xl/worksheets/") and name.endswith(".xml")
            ]
        assert len(sheets) == 3
        assert not [s for s in sheets if "<f>" in s or "<f " in s or "hyperlink" in s]
        cells = [
            cell
            for sheet in openpyxl.load_workbook(io.BytesIO(data))
            for line in sheet.iter_rows()
            for cell in line
        ]
        assert any(LIVE in str(cell.value) for cell in cells)
        assert {cell.data_type for cell in cells} <= {"s", "n", "d"}


def test_a_chart_of_the_workbook_refers_to_cells_that_hold_its_numbers(desk):
    fill(
        desk,
        centre("C1", target_answer_rate=90),
        calls(day(5), 100, 50),
        calls(day(7), 100, 80),
    )
    document = contract(desk)

    book = openpyxl.load_workbook(io.BytesIO(to_xlsx(document)))

    drawn = book["報告"]._charts
    assert len(drawn) == len(blocks(document, Chart)) == 2
    data = book["グラフの数字"]
    rates, aims = (values_at(data, series.val.numRef.f) for series in drawn[0].series)
    assert rates[4] == pytest.approx(0.5)
    assert rates[5] is None
    assert rates[6] == pytest.approx(0.8)
    assert aims[6] == pytest.approx(0.9)
    assert drawn[0].display_blanks == "gap"
    labels = values_at(data, drawn[0].series[0].cat.strRef.f)
    assert (labels[0], labels[30]) == ("10/1", "10/31")


def values_at(sheet, reference: str) -> list:
    tab, _, area = reference.rpartition("!")
    assert tab.strip("'") == sheet.title
    return [cell.value for line in sheet[area.replace("$", "")] for cell in line]


def test_the_sheet_of_figures_holds_numbers_and_their_formulas(desk):
    fill(desk, centre("C1"), calls(day(5), 100, 50), calls(day(6), 10, 10))

    sheet = openpyxl.load_workbook(io.BytesIO(to_xlsx(contract(desk))))["指標"]

    by_name = {line[1].value: line for line in sheet.iter_rows(min_row=2)}
    rate = by_name["応答率"]
    assert rate[2].value == pytest.approx(60 / 110)
    assert rate[2].number_format == "0.0%"
    assert rate[7].value == "応答数 ÷ 着信数 × 100 = 60 ÷ 110 × 100"


def test_what_people_type_is_no_markup_in_the_pdf(risky):
    for document in risky:
        said = pdf_text(to_pdf(document)).replace("\n", "").replace("\u200b", "")
        assert LIVE.split('"', maxsplit=1)[0] in said


def test_the_pdf_draws_its_charts_as_lines_and_embeds_its_fonts(desk):
    fill(desk, centre("C1"), calls(day(5), 100, 50), calls(day(6), 100, 60))

    reader = pypdf.PdfReader(io.BytesIO(to_pdf(contract(desk))))

    assert not [image for page in reader.pages for image in page.images]
    fonts = {
        str(font.get_object()["/BaseFont"])
        for page in reader.pages
        for font in page["/Resources"]["/Font"].values()
    }
    assert fonts
    assert all("+NotoSansCJK" in font for font in fonts)


# Who may ------------------------------------------------------------------------


@pytest.mark.parametrize("role", [Role.CLERK, Role.VIEWER])
def test_others_make_no_report(live, role):
    fill(live.for_user(SYSTEM), centre("C1"), calls(day(5), 100, 50))
    desk = live.for_user(Principal("x@example.jp", "鈴木", role))

    for reader, code in ((Reader.BOARD, ""), (Reader.CONTRACT, "C1")):
        with pytest.raises(NotAllowed):
            monthly.made(desk, MONTH, reader, code, comments="", now=NOW)


def test_a_centre_makes_its_own_report_and_no_other(live):
    fill(
        live.for_user(SYSTEM),
        centre("C1"),
        centre("C2"),
        calls(day(5), 100, 50),
        calls(day(5), 100, 50, "C2"),
    )
    desk = live.for_user(OUTSIDE)

    assert row(contract(desk), "応答率").value.text == "50.0%"
    assert [one.code for one in monthly.centres_for(desk)] == ["C1"]
    for reader, code in (
        (Reader.BOARD, ""),
        (Reader.CONTRACT, "C2"),
        (Reader.CONTRACT, ""),
    ):
        with pytest.raises(NotAllowed):
            monthly.made(desk, MONTH, reader, code, comments="", now=NOW)


def test_an_export_is_noted_before_anybody_gets_a_byte(live):
    desk, system = live.for_user(MANAGER), live.for_user(SYSTEM)
    fill(desk, centre("C1"), calls(day(5), 100, 50))
    paper = Paper(contract(desk), "C1", Form.EXCEL)

    data = monthly.exported(system, MANAGER, paper, now=NOW, commit_id="E1")

    assert data[:2] == b"PK"
    audit = live.for_user(MANAGER).frame("audit")
    noted = audit[audit["field_name"] == monthly.EXPORTED]
    assert noted[["actor", "row_key", "after"]].to_numpy().tolist() == [
        ["森", "2026-10", "月次報告を書き出した: 契約会議・C1・Excel"]
    ]


def test_nobody_takes_out_what_they_may_not_make(live):
    desk, system = live.for_user(MANAGER), live.for_user(SYSTEM)
    fill(desk, centre("C1"), centre("C2"), calls(day(5), 100, 50, "C2"))
    whole = Paper(board(desk), "", Form.PDF)
    other = Paper(contract(desk, "C2"), "C2", Form.PDF)
    clerk = Principal("x@example.jp", "鈴木", Role.CLERK)

    for who, paper in ((OUTSIDE, whole), (OUTSIDE, other), (clerk, other)):
        with pytest.raises(NotAllowed):
            monthly.exported(system, who, paper, now=NOW, commit_id="E1")

    assert (system.frame("audit")["field_name"] != monthly.EXPORTED).all()


# Comments -----------------------------------------------------------------------


def save(desk: UserStore, text: str, seen: str = "", code: str = "C1") -> None:
    monthly.save_comments(
        desk, MONTH, code, text, seen=seen, entry=new_commit_id(), now=NOW
    )


def test_comments_are_kept_for_each_month_and_reader(live):
    desk = live.for_user(MANAGER)
    fill(desk, centre("C1"), calls(day(5), 100, 50))
    save(desk, "土曜を2人増やす")
    save(desk, "取締役会向け", code="")

    assert monthly.comments_of(desk, date(2026, 10, 20), "C1") == "土曜を2人増やす"
    assert monthly.comments_of(desk, MONTH, "") == "取締役会向け"
    assert monthly.comments_of(desk, date(2026, 9, 1), "C1") == ""


def test_a_centre_reads_its_own_comments_in_its_report_and_types_none(live):
    desk = live.for_user(MANAGER)
    fill(desk, centre("C1"), centre("C2"), calls(day(5), 100, 50))
    save(desk, "土曜を2人増やす")
    save(desk, "よその所見", code="C2")
    save(desk, "取締役会向け", code="")
    outside = live.for_user(OUTSIDE)

    made = contract(outside, comments="勝手な文")

    assert words(section(made, "所見")) == "土曜を2人増やす"
    assert monthly.comments_of(outside, MONTH, "C2") == ""
    assert monthly.comments_of(outside, MONTH, "") == ""
    with pytest.raises(NotAllowed):
        save(outside, "書き換え", seen="土曜を2人増やす")


def test_comments_changed_meanwhile_are_not_overwritten(live):
    desk = live.for_user(MANAGER)
    fill(desk, centre("C1"))
    save(desk, "先の人")

    with pytest.raises(Conflict):
        save(live.for_user(MANAGER), "後の人", seen="")

    assert monthly.comments_of(live.for_user(MANAGER), MONTH, "C1") == "先の人"


def test_too_long_comments_are_refused_at_the_field(desk):
    fill(desk, centre("C1"))

    with pytest.raises(InvalidRecord) as refused:
        save(desk, "あ" * 4001)

    assert refused.value.problems[0].field == "value"


# Months -------------------------------------------------------------------------


def test_the_last_whole_month_is_meant_and_two_years_are_offered():
    assert monthly.usual_month(NOW) == MONTH
    offered = monthly.months_for(NOW)
    assert (offered[0], offered[1], len(offered)) == (date(2026, 11, 1), MONTH, 24)


def test_on_the_first_of_a_month_the_month_before_is_the_newest():
    first = clock.at(date(2026, 11, 1), 8)

    assert monthly.months_for(first)[0] == MONTH
    assert monthly.usual_month(first) == MONTH


def test_what_befell_the_company_is_none_of_its_measures(desk):
    fifth = date(2026, 11, 5)
    began = {"status": ImprovementStatus.SETTLED, "starts_on": fifth}
    fill(
        desk,
        centre("C1"),
        Improvement(id="S-1", title="研修", **began),
        Improvement(id="S-2", title="停電", kind=ImprovementKind.OUTAGE, **began),
    )

    found = _fixes(desk.frame("improvements"), Period.of_month(fifth))

    assert [fix.title for fix in found] == ["研修"]
