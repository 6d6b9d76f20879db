"""Puts a month into words: material in, document out, in the reader's language."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import Final

from lib.i18n import N_, _, current
from lib.metrics.deterrence import NEVER_ALONE, Deterrence, Followed, Trace
from lib.metrics.kpi_themes import Theme, theme_of
from lib.metrics.kpis import Lack, kpi
from lib.metrics.marks import MarkKind
from lib.metrics.state import State
from lib.reports.monthly.charting import course_chart, mark_text, months_chart
from lib.reports.monthly.deciding import NONE, decisions, in_order
from lib.reports.monthly.material import (
    Board,
    Contract,
    Course,
    Fix,
    Kind,
    Line,
    Material,
    Reader,
)
from lib.reports.monthly.model import (
    Block,
    Cell,
    Column,
    Document,
    FigureRow,
    Figures,
    Grid,
    Items,
    Section,
    Text,
    Tile,
    Tiles,
    Warned,
    Written,
)
from lib.reports.monthly.wording import (
    change_text,
    count_cell,
    day_cell,
    days_text,
    figure_cell,
    full_day,
    month_name,
    name_of,
    sentences,
    short_day,
    state_cell,
    target_text,
    typed_cell,
    value_text,
)

BOARD_TILES: Final = (
    "answer_rate",
    "referrals",
    "complaints",
    "second_complaint_rate",
    "promises_kept_rate",
    "missing_days",
)
CENTRE_TILES: Final = (
    "answer_rate",
    "service_level",
    "entered_in_time_rate",
    "missing_days",
)
PHONE_FIGURES: Final = (
    "answer_rate",
    "abandonment_rate",
    "service_level",
    "average_wait",
    "offered",
    "answered",
)
COMPLAINT_FIGURES: Final = (
    "referrals",
    "referral_rate",
    "foreseen_rate",
    "complaints",
    "complaint_rate",
    "second_complaint_rate",
    "hostile_seconds",
    "escalation_rate",
    "shipments",
)
PROMISE_FIGURES: Final = (
    "promises_kept_rate",
    "promises_forgotten",
    "first_reply_time",
    "settling_time",
)
TALK_FIGURES: Final = ("cancel_requests", "retention_offer_rate", "retention_success")

MOST_MOVES: Final = 5

_NOT_KEPT: Final = N_(
    "この報告にない項目: ミス率、1件あたりの費用、満足度、離職・欠勤。日次KPIでは預かっていない数字です。"
)
_TALKS_NEVER_ALONE: Final = N_(
    "抑止成功率・総合抑止率は、高いほど良いとは限らないので、この報告に載せません。会社が、その後の苦情と消費生活センターからの連絡に並べて確かめています。"
)


def composed(material: Material) -> Document:
    """Return the report in the current language."""
    is_board = material.reader is Reader.BOARD
    sections = _board_sections(material) if is_board else _contract_sections(material)
    title = _("月次報告") if is_board else _("コールセンター月次報告")
    return Document(
        reader=material.reader,
        language=current(),
        month=material.first,
        title=f"{title} {month_name(material.first)}",
        subject=_(material.reader.value)
        if is_board
        else _("{centre} との契約会議").format(centre=material.centre_name),
        company=material.company,
        centre=material.centre_name,
        made_by=material.made_by,
        made_on=full_day(material.made_at.date()),
        made_at=material.made_at,
        head=_head(material),
        chips=tuple(_chips(material)),
        sections=tuple(section for section in sections if section.blocks),
        notes=_notes(),
        secrecy=_("社外秘"),
    )


def _head(material: Material) -> tuple[str, ...]:
    first, last = material.before
    return (
        _("対象 {first}–{last}").format(
            first=full_day(material.first), last=full_day(material.last)
        ),
        _("比べる前月 {first}–{last}").format(
            first=full_day(first), last=full_day(last)
        ),
        _("作成 {made_on} {made_by}").format(
            made_on=full_day(material.made_at.date()), made_by=material.made_by
        ),
    )


def _chips(material: Material) -> Iterator[str]:
    if not material.is_whole:
        yield _("月の途中({last}まで)").format(last=short_day(material.last))
    if material.is_sample:
        yield _("見本データを含みます")
    if material.reader is Reader.CONTRACT:
        yield _("{centre}の数字だけ").format(centre=material.centre_name)


def _notes() -> tuple[str, ...]:
    return (
        _(
            "率は、月の分子の合計 ÷ 月の分母の合計です(日ごとの率の平均ではありません)。分母が0なら「—」とします。"
        ),
        _("空欄の日は0とみなさず、分子・分母の両方から外しています。"),
        _("前月の件数は、入力のある日数をそろえて比べています。"),
    )


# The board ----------------------------------------------------------------------


def _board_sections(material: Material) -> tuple[Section, ...]:
    board = material.board
    if board is None:
        return ()
    phones = [course_chart(c, material.names) for c in material.courses if _drawn(c)]
    return (
        Section(_("まとめ"), tuple(_summary(material, board))),
        Section(_("決めていただきたいこと"), _to_decide(material)),
        Section(_("所見"), _comments(material)),
        Section(_("何が、いつから変わったか"), _moves(board)),
        Section(
            _("電話はつながったか"),
            (*phones, _figures(material, PHONE_FIGURES), *_beside(board)),
        ),
        Section(
            _("センターからの連絡と苦情"),
            (
                months_chart(kpi("referrals"), board.months),
                months_chart(kpi("complaints"), board.months),
                *_contacts(material),
                _figures(material, COMPLAINT_FIGURES),
                _kinds(_("苦情の内容"), board.complaint_kinds),
                _kinds(_("連絡してきた機関"), board.agency_kinds),
            ),
        ),
        Section(_("お客様との約束と早さ"), (_figures(material, PROMISE_FIGURES),)),
        Section(_("解約と抑止"), tuple(_talks(material, board.deterrence))),
        Section(_("改善"), _fixes(board.fixes)),
        Section(_("数字の確かさ"), tuple(_sureness(material))),
    )


def _summary(material: Material, board: Board) -> Iterator[Block]:
    yield _tiles(material, BOARD_TILES)
    off = in_order(board.off_target)
    if not off:
        yield Text((_("目標のある数字は、すべて届いているか、まだ判定できません。"),))
        return
    alarms = [verdict for _entry, verdict in off if verdict.state is State.ALARM]
    yield Text(
        (
            _("目標を外れた数字は{count}({alarms}が警報)です。").format(
                count=len(off), alarms=len(alarms)
            ),
        )
    )
    yield Items(
        tuple(
            f"{state_cell(verdict.state).text}  {verdict.reasons[0].text()}"
            for _entry, verdict in off[:MOST_OFF]
        )
    )
    if len(off) > MOST_OFF:
        yield Text(
            (
                _("ほか{count}。表で確かめてください。").format(
                    count=len(off) - MOST_OFF
                ),
            ),
            quiet=True,
        )


MOST_OFF: Final = 8


def _to_decide(material: Material) -> tuple[Block, ...]:
    found = decisions(material)
    if not found:
        return (Text((_(NONE),)),)
    return (Items(tuple(f"{d.fact}\n→ {d.asked}" for d in found), numbered=True),)


def _comments(material: Material) -> tuple[Block, ...]:
    return (Written(material.comments),) if material.comments else ()


def _moves(board: Board) -> tuple[Block, ...]:
    if not board.moves:
        return (Text(tuple(reason.text() for reason in board.said)),)
    return (Items(tuple(m.reason().text() for m in board.moves[:MOST_MOVES])),)


def _beside(board: Board) -> Iterator[Block]:
    """Set the centres side by side, each counted in its own way and held to its own aim."""
    if not board.centres:
        return
    yield Grid(
        (
            Column(_("センター"), 1.6),
            Column(_("着信数"), right=True),
            Column(_("応答数"), right=True),
            Column(_("応答率"), right=True),
            Column(_("目標"), 0.8, right=True),
            Column(_("判定"), 1.2),
            Column(_("サービスレベル"), 1.5, right=True),
            Column(_("未入力"), 0.8, right=True),
        ),
        tuple(
            (
                Cell(centre.name),
                _own(centre.lines["offered"]),
                _own(centre.lines["answered"]),
                _own(centre.lines["answer_rate"]),
                _aim(centre.lines["answer_rate"]),
                _lamp(centre.lines["answer_rate"]),
                _own(centre.lines["service_level"]),
                _own(centre.lines["missing_days"]),
            )
            for centre in board.centres
        ),
    )
    methods = {
        _(value)
        for centre in board.centres
        for label, value in centre.lines["answer_rate"].variants
        if not label
    }
    if len(methods) > 1:
        yield Text(
            (
                _(
                    "センターごとに応答率の方式が違います({methods})。方式の違う率どうしは比べられません。"
                ).format(methods=_("、").join(sorted(methods))),
            ),
            quiet=True,
        )


def _contacts(material: Material) -> Iterator[Block]:
    """Say what the watch over the contacts saw in the month."""
    line = material.lines.get("referrals")
    if line and line.lamp:
        yield Text(tuple(reason.text() for reason in line.lamp.reasons))


def _kinds(title: str, kinds: Sequence[Kind]) -> Grid:
    return Grid(
        (
            Column(title, 3),
            Column(_("今月"), right=True),
            Column(_("前月"), right=True),
        ),
        tuple(
            (Cell(_(kind.word)), count_cell(kind.now), count_cell(kind.before))
            for kind in kinds
        ),
        nothing=_("{what}: この月はありません。").format(what=title),
    )


def _talks(material: Material, found: Deterrence | None) -> Iterator[Block]:
    """Set what followed beside the rate of success, which never stands alone."""
    if found is None:
        return
    if found.is_warning:
        words = sentences(reason.text() for reason in found.verdict.reasons)
        yield Warned(found.verdict.state, words)
    followed = found.followed
    after = _("その後の30日({until}まで、会社全体)").format(
        until=short_day(followed.until)
    )
    yield _with_what_followed(_figures(material, TALK_FIGURES), after, followed)
    yield Grid(
        (
            Column(after, 4),
            Column(_("件数"), right=True),
        ),
        tuple(
            (Cell(_(trace.value)), count_cell(followed.count(trace))) for trace in Trace
        ),
    )
    if not found.is_warning:
        yield Text(tuple(r.text() for r in found.verdict.reasons), quiet=True)


def _with_what_followed(figures: Figures, after: str, followed: Followed) -> Figures:
    """Return the figures with what followed in the very row of each rate of success.

    A row is read, filtered and copied without the table below it.
    """
    never_alone = {name_of(kpi(code)) for code in NEVER_ALONE}
    heard = _("{after}: 苦情{blocked}件・センターからの連絡{contacts}件").format(
        after=after,
        blocked=followed.count(Trace.BLOCKED, Trace.KEPT_COMPLAINED),
        contacts=followed.count(Trace.REFERRAL, Trace.KEPT_REFERRED),
    )
    return Figures(
        tuple(
            replace(row, notes=(*row.notes, heard)) if row.name in never_alone else row
            for row in figures.rows
        )
    )


def _fixes(fixes: Sequence[Fix]) -> tuple[Block, ...]:
    return (
        Grid(
            (
                Column(_("番号"), 1.1),
                Column(_("何をするか"), 3),
                Column(_("状態"), 0.9),
                Column(_("開始"), 0.9),
                Column(_("期限"), 1.2),
                Column(_("効果(前後28日)"), 2.4),
            ),
            tuple(_fix(fix) for fix in fixes),
            nothing=_("この月に始まった・終わった・期限を過ぎた改善はありません。"),
        ),
    )


def _fix(fix: Fix) -> tuple[Cell, ...]:
    due = day_cell(fix.due_on, _due(fix))
    return (
        Cell(fix.number),
        typed_cell(fix.title),
        Cell(_(fix.status)),
        day_cell(fix.starts_on, short_day(fix.starts_on) if fix.starts_on else ""),
        due,
        typed_cell(fix.effect),
    )


def _due(fix: Fix) -> str:
    if fix.due_on is None:
        return ""
    day = short_day(fix.due_on)
    return _("{day} 超過").format(day=day) if fix.is_late else day


def _sureness(material: Material) -> Iterator[Block]:
    yield _missing(material)
    yield _changed(material)


# The contract meeting -----------------------------------------------------------


def _contract_sections(material: Material) -> tuple[Section, ...]:
    contract = material.contract
    if contract is None:
        return ()
    charts = [course_chart(c, material.names) for c in material.courses if _drawn(c)]
    return (
        Section(_("まとめ"), (_tiles(material, CENTRE_TILES),)),
        Section(_("所見"), _comments(material)),
        Section(_("SLA: 目標と実績"), tuple(_sla(material))),
        Section(_("日ごとの動き"), tuple(charts)),
        Section(_("応答率の低かった日"), _bad_days(contract)),
        Section(_("入力の記録"), tuple(_record(contract))),
        Section(_("数え方と目標"), tuple(_counting(material, contract))),
    )


def _sla(material: Material) -> Iterator[Block]:
    """Yield the figures by theme; those for which no number was ever given are named."""
    without = []
    for theme in Theme:
        codes = []
        for line in material.lines.values():
            if theme_of(line.entry) is not theme:
                continue
            if line.value.lack is Lack.BLANK and line.target is None:
                without.append(_(line.entry.name))
            else:
                codes.append(line.entry.code)
        if codes:
            yield Text((_(theme.value),), strong=True)
            yield _figures(material, codes)
            if theme is Theme.RETENTION:
                yield Text((_(_TALKS_NEVER_ALONE),), quiet=True)
    said = [_(_NOT_KEPT)]
    if without:
        said.insert(
            0,
            _("数字が入力されていない指標: {names}").format(
                names=_("、").join(without)
            ),
        )
    yield Text(tuple(said), quiet=True)


def _bad_days(contract: Contract) -> tuple[Block, ...]:
    rate = kpi("answer_rate")
    return (
        Grid(
            (
                Column(_("日"), 1),
                Column(_("応答率"), 0.8, right=True),
                Column(_("着信数"), 0.8, right=True),
                Column(_("応答数"), 0.8, right=True),
                Column(_("特記事項"), 3),
            ),
            tuple(
                (
                    day_cell(bad.day, short_day(bad.day)),
                    figure_cell(rate, bad.rate),
                    count_cell(bad.offered),
                    count_cell(bad.answered),
                    typed_cell(bad.note),
                )
                for bad in contract.bad_days
            ),
            nothing=_(
                "取りこぼしのあった日はありません(着信20件以上の日から選びます)。"
            ),
        ),
        Text((_("着信20件以上の日のうち、低い順に5日までです。"),), quiet=True),
    )


def _record(contract: Contract) -> Iterator[Block]:
    record = contract.record
    yield Grid(
        (
            Column(_("期限の来た日"), right=True),
            Column(_("期限内"), right=True),
            Column(_("遅れ"), right=True),
            Column(_("未入力"), right=True),
            Column(_("対象外"), right=True),
        ),
        (
            tuple(
                count_cell(count)
                for count in (
                    record.due,
                    record.on_time,
                    len(record.late),
                    len(record.missing),
                    record.unknown,
                )
            ),
        ),
    )
    said = []
    if record.late:
        said.append(_("遅れた日: {days}").format(days=days_text(record.late)))
    if record.missing:
        said.append(_("未入力の日: {days}").format(days=days_text(record.missing)))
    if record.unknown:
        said.append(
            _(
                "対象外は、取込などで時刻の分からない日と、入力を始める前に期限の来ていた日です。"
                "期限内にも遅れにも数えません。"
            )
        )
    if said:
        yield Text(tuple(said))


def _counting(material: Material, contract: Contract) -> Iterator[Block]:
    yield _changed(material)
    if not contract.knows_formulas:
        yield Text((_("数え方の変更は、会社が作る版に載ります。"),), quiet=True)


# Pieces of both -----------------------------------------------------------------


def _drawn(course: Course) -> bool:
    """Whether there is anything to draw."""
    return not course.is_mixed and any(day.value is not None for day in course.days)


def _tiles(material: Material, codes: Iterable[str]) -> Tiles:
    lines = [material.lines[code] for code in codes if code in material.lines]
    return Tiles(tuple(_tile(line) for line in lines))


def _tile(line: Line) -> Tile:
    change = change_text(line.entry, line.value.number, line.before)
    return Tile(
        name=name_of(line.entry),
        text=value_text(line.entry, line.value.number),
        state=line.lamp.state if line.lamp else None,
        target=_("目標 {target}").format(target=target_text(line.entry, line.target))
        if line.target is not None
        else "",
        change=_("前月比 {change}").format(change=change) if change else "",
    )


def _figures(material: Material, codes: Iterable[str]) -> Figures:
    lines = [material.lines[code] for code in codes if code in material.lines]
    return Figures(tuple(_row(line) for line in lines))


def _row(line: Line) -> FigureRow:
    entry = line.entry
    return FigureRow(
        name=name_of(entry),
        value=figure_cell(entry, line.value.number),
        before=figure_cell(entry, line.before),
        target=figure_cell(entry, line.target, target_text(entry, line.target)),
        lamp=line.lamp.state if line.lamp else None,
        variant=_("・").join(_variant(label, value) for label, value in line.variants),
        formula=_formula(line),
        notes=tuple(_row_notes(line)),
    )


def _variant(label: str, value: str) -> str:
    return f"{_(label)} {_(value)}" if label else _(value)


def _formula(line: Line) -> str:
    """Return the formula in words and numbers; "" where it is but the figure's name."""
    is_plain = not any(sign in line.symbol for sign in _SIGNS)
    if is_plain:
        return "" if line.symbol == _(line.entry.name) else line.symbol
    return f"{line.symbol} = {line.filled}" if line.filled else line.symbol


_SIGNS: Final = "÷−+×"


def _row_notes(line: Line) -> Iterator[str]:
    if line.lack:
        yield line.lack.text()
    elif line.note:
        yield line.note.text()
    if line.within is not None:
        yield _("90%の件は{time}以内").format(time=value_text(line.entry, line.within))
    if line.left_out:
        yield _("一部が空欄で外した日: {days}").format(days=days_text(line.left_out))


def _own(line: Line) -> Cell:
    return figure_cell(line.entry, line.value.number)


def _aim(line: Line) -> Cell:
    return figure_cell(line.entry, line.target, target_text(line.entry, line.target))


def _lamp(line: Line) -> Cell:
    return state_cell(line.lamp.state if line.lamp else None)


def _missing(material: Material) -> Block:
    """Name every missing day, and whose it is."""
    if not material.missing:
        return Text((_("未入力の日はありません。"),))
    by_centre: dict[str, list[date]] = {}
    for empty in material.missing:
        for name in empty.missing:
            by_centre.setdefault(name, []).append(empty.day)
    return Grid(
        (
            Column(_("センター"), 1.5),
            Column(_("未入力"), 0.7, right=True),
            Column(_("日"), 5),
        ),
        tuple(
            (Cell(name), count_cell(len(days)), Cell(days_text(days)))
            for name, days in by_centre.items()
        ),
    )


def _changed(material: Material) -> Block:
    """List the changes of targets and of ways to count, which figures alone hide."""
    changes = [
        mark
        for mark in material.marks
        if mark.kind in (MarkKind.TARGET, MarkKind.FORMULA)
    ]
    return Grid(
        (Column(_("日"), 1), Column(_("目標・数え方の変更"), 6)),
        tuple(
            (
                day_cell(mark.day, short_day(mark.day)),
                Cell(mark_text(mark, material.names)),
            )
            for mark in changes
        ),
        nothing=_("この月に、目標も数え方も変わっていません。"),
    )
