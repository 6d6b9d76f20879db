"""Three points to decide: what the month's figures ask of the board, most pressing first.

Each says what stands in the figures and what is to be decided about it. Nothing is made
up where nothing is wrong.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from lib.i18n import N_, _
from lib.metrics.kpi_themes import Theme, theme_of
from lib.metrics.kpis import Figure
from lib.metrics.state import State, Verdict
from lib.reports.monthly.material import Board, Material
from lib.reports.monthly.wording import sentences

MOST: Final = 3

_ASKED: Final = {
    Theme.REACH: N_("人数・時間帯・目標のどれを変えるかを決めてください。"),
    Theme.SPEED: N_("だれが、いつまでに遅れの原因を調べるかを決めてください。"),
    Theme.WORK: N_("折返しの漏れを減らす手順と担当を決めてください。"),
    Theme.RETENTION: N_("案内の言葉を見直す人と期限を決めてください。"),
    Theme.COMPLAINTS: N_("原因の商品・LP・応対のどこを直すかを決めてください。"),
    Theme.ENTRY: N_("数字が期限までに届くようにする手順を、センターと決めてください。"),
}

_PROMISES: Final = frozenset(
    {"promises_kept_rate", "promises_forgotten", "callbacks_kept", "callbacks_undone"}
)
_WEIGHT: Final = (
    Theme.COMPLAINTS,
    Theme.REACH,
    Theme.RETENTION,
    Theme.SPEED,
    Theme.WORK,
    Theme.ENTRY,
)
"""What the board hears of first."""

NONE: Final = N_(
    "目標を外れた数字も、手つかずの連絡や改善もありません。今月、急いで決めることはありません。"
)


@dataclass(frozen=True, slots=True)
class Decision:
    """What is so, and what is to be decided about it; both in the reader's language."""

    fact: str
    asked: str


def decisions(material: Material) -> tuple[Decision, ...]:
    """Return at most three points, each about something else."""
    board = material.board
    if board is None:
        return ()
    found: list[Decision] = []
    topics: set[str] = set()
    for topic, decision in _candidates(material, board):
        if topic not in topics:
            topics.add(topic)
            found.append(decision)
    return tuple(found[:MOST])


def _candidates(material: Material, board: Board) -> Iterator[tuple[str, Decision]]:
    yield from _obstruction(board)
    yield from _off_target(board, State.ALARM)
    yield from _worse(board)
    yield from _unexplained(board)
    yield from _late_fixes(board)
    yield from _off_target(board, State.WATCH)
    yield from _missing(material)


def _obstruction(board: Board) -> Iterator[tuple[str, Decision]]:
    if board.deterrence is None or not board.deterrence.is_warning:
        return
    reasons = board.deterrence.verdict.reasons
    fact = sentences(reason.text() for reason in reasons[:2])
    yield (
        "obstruction",
        Decision(
            fact,
            _("解約を妨げていないか、通話を聴いて確かめる人と期限を決めてください。"),
        ),
    )


def _off_target(board: Board, state: State) -> Iterator[tuple[str, Decision]]:
    """Yield one point a subject, with what holds for each centre of it."""
    by_subject: dict[str, list[tuple[Figure, Verdict]]] = {}
    for entry, verdict in in_order(board.off_target):
        if verdict.state is state:
            by_subject.setdefault(_subject(entry), []).append((entry, verdict))
    for subject, found in by_subject.items():
        first = found[0][0]
        facts = [v.reasons[0].text() for entry, v in found if entry is first]
        yield subject, Decision(sentences(facts[:MOST]), _asked(first))


def in_order(
    off_target: Sequence[tuple[Figure, Verdict]],
) -> tuple[tuple[Figure, Verdict], ...]:
    """Return what misses its target, alarms first, then what weighs most."""
    ranked = sorted(
        off_target,
        key=lambda one: (-one[1].state.rank, _WEIGHT.index(theme_of(one[0]))),
    )
    return tuple(ranked)


def _subject(entry: Figure) -> str:
    return "promises" if entry.code in _PROMISES else theme_of(entry).code


def _asked(entry: Figure) -> str:
    if entry.code in _PROMISES:
        return _("約束を守れるように、人数と段取りのどちらを変えるかを決めてください。")
    return _(_ASKED[theme_of(entry)])


def _worse(board: Board) -> Iterator[tuple[str, Decision]]:
    for move in board.moves:
        is_worse = move.is_worse or (move.entry.code == "referrals" and move.is_rise)
        if is_worse:
            yield (
                _subject(move.entry),
                Decision(move.reason().text(), _asked(move.entry)),
            )


def _unexplained(board: Board) -> Iterator[tuple[str, Decision]]:
    if board.unexplained:
        fact = _(
            "回答済みの行政・センターの連絡のうち{count}件に、改善も、改善しない理由もありません。"
        ).format(count=board.unexplained)
        asked = _("それぞれ何を直すか、直さないならなぜかを決めてください。")
        yield "unexplained", Decision(fact, asked)


def _late_fixes(board: Board) -> Iterator[tuple[str, Decision]]:
    late = [fix for fix in board.fixes if fix.is_late]
    if late:
        numbers = _("、").join(fix.number for fix in late[:MOST])
        fact = _("期限を過ぎた改善が{count}件あります({numbers})。").format(
            count=len(late), numbers=numbers
        )
        yield (
            "fixes",
            Decision(fact, _("続けるか、期限を改めるか、やめるかを決めてください。")),
        )


def _missing(material: Material) -> Iterator[tuple[str, Decision]]:
    if material.missing:
        fact = _("日次KPIの未入力が{count}日あります。").format(
            count=len(material.missing)
        )
        yield Theme.ENTRY.code, Decision(fact, _(_ASKED[Theme.ENTRY]))
