"""Notices in words: templates, counts, numbers of cases and links with codes.

Names, contacts and whatever people typed never enter here. A number that somebody made
up in a sheet is such a thing too, so only numbers of our own form are written out.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlencode

from lib.actions.notices.digest import (
    Clocks,
    Counted,
    Digest,
    Entries,
    Overview,
    Own,
)
from lib.actions.notices.figures import Figures, Number
from lib.actions.notices.rules import NEAR, OVER
from lib.actions.today import TaskKind
from lib.i18n import N_, _
from lib.metrics.amounts import Amount
from lib.metrics.kpis import kpi
from lib.metrics.state import State
from lib.notify.sending import Message
from lib.schema.ids import read_id
from lib.schema.notice import Notice
from lib.schema.vocab import NoticeKind

MOST_LINES: Final = 10
"""Cases that one message names; the rest is counted."""

HELD_UP: Final = timedelta(minutes=30)
"""After which a message says that it comes late."""

_LINES: Final = {
    NoticeKind.CRITICAL: N_("最重要の苦情 {number}"),
    NoticeKind.AGENCY: N_("センター・行政からの連絡 {number}"),
    NoticeKind.RISE_ALARM: N_("センターからの連絡の増え方が「警報」になりました。"),
    NoticeKind.RISE_WATCH: N_("センターからの連絡の増え方が「注意」になりました。"),
    NoticeKind.HANDOVER: N_("引き継ぎ(10分以内に「受けた」か、次の人へ) {number}"),
    NoticeKind.PROMISE: N_("約束の時刻を過ぎました {number}"),
    NoticeKind.TARGET_NEAR: N_("目安の時間の80%が過ぎました {number}"),
    NoticeKind.TARGET_OVER: N_("目安の時間を過ぎました {number}"),
    NoticeKind.TARGET_LATE: N_("目安を1営業日過ぎました {number}"),
    NoticeKind.ENTRY_LATE: N_("日次KPIの入力をお待ちしています。締切を過ぎました。"),
}

_CALLED_AGAIN: Final = N_("センター・行政から再びの連絡 {number}")
_AGAIN: Final = re.compile(r":agency:[1-9]\d*$")

_CLOCK_LINES: Final = {
    NEAR: N_("行政・団体への期限が24時間を切りました {number}"),
    OVER: N_("行政・団体への期限を過ぎました {number}"),
}

_TASKS: Final = {
    TaskKind.CRISIS: N_("進行中の重大事案 {count}件"),
    TaskKind.CRITICAL: N_("最重要の苦情 {count}件"),
    TaskKind.OVERDUE: N_("時刻を過ぎた約束 {count}件"),
    TaskKind.AGENCY: N_("センター・行政への回答 {count}件"),
    TaskKind.MISSING: N_("日次KPIの未入力 {count}日"),
    TaskKind.TODAY: N_("今日の約束 {count}件"),
}

_TASK_LINKS: Final = {
    TaskKind.CRISIS: ("crisis", {}),
    TaskKind.CRITICAL: ("ledger", {"status": "open", "severity": "critical"}),
    TaskKind.OVERDUE: ("ledger", {"status": "open", "promise": "overdue"}),
    TaskKind.AGENCY: ("inquiries", {"view": "owed"}),
    TaskKind.MISSING: ("kpi_entry", {}),
    TaskKind.TODAY: ("ledger", {"status": "open", "promise": "today"}),
}


def message(
    rows: Sequence[Notice], digest: Digest | None, *, base: str, now: datetime
) -> Message:
    """Return the one message that tells all of `rows` to one channel.

    digest: the morning message, where one of the rows is it. base: the app's address.
    """
    pushed = [row for row in rows if row.kind is not NoticeKind.DIGEST]
    parts = [
        *(
            [_("しばらく送れなかった分を、まとめてお知らせします。")]
            if _is_late(rows, now)
            else []
        ),
        *(["\n".join(_cases(pushed, base))] if pushed else []),
        *(["\n".join(_digest(digest, base))] if digest else []),
    ]
    return Message(title=_title(pushed, digest), body="\n\n".join(parts))


def trial(now: datetime) -> Message:
    """Return the message that tries a channel."""
    return Message(
        title=_("見守り: 試しの通知"),
        body=_("この通知先に届いています。({time})").format(time=f"{now:%H:%M}"),
    )


def digest_message(digest: Digest, base: str) -> Message:
    """Return a morning message alone, to be shown before it is sent."""
    return Message(_title([], digest), "\n".join(_digest(digest, base)))


def _is_late(rows: Sequence[Notice], now: datetime) -> bool:
    return any(row.due_at < now - HELD_UP for row in rows)


def _title(pushed: Sequence[Notice], digest: Digest | None) -> str:
    counts = Counter(row.kind for row in pushed)
    said = [
        _("{what} {count}件").format(what=_(kind.value), count=counts[kind])
        for kind in NoticeKind
        if counts[kind]
    ]
    if digest:
        day = f"{digest.day.month}/{digest.day.day}"
        said.append(_("朝のまとめ {day}").format(day=day))
    return _("見守り: {what}").format(what=_("・").join(said))


# Cases ----------------------------------------------------------------------------


def _cases(pushed: Sequence[Notice], base: str) -> Iterator[str]:
    order = list(NoticeKind)
    ranked = sorted(pushed, key=lambda n: (order.index(n.kind), n.due_at, n.step))
    for row in ranked[:MOST_LINES]:
        number = own_number(row.case_id)
        said = _(_words(row)).format(number=number or _("(番号はアプリで)"))
        yield f"•{said}\n  {_case_link(row.kind, number, base)}"
    rest = len(ranked) - MOST_LINES
    if rest > 0:
        yield _("ほか{count}件").format(count=rest) + f"\n  {_link(base, 'today')}"


def _words(row: Notice) -> str:
    for part, words in _CLOCK_LINES.items():
        if part in row.step:
            return words
    if _AGAIN.search(row.step):
        return _CALLED_AGAIN
    return _LINES[row.kind]


def own_number(typed: str) -> str:
    """Return a case's number if it has the form of ours; "" for anything else."""
    return typed if read_id(typed) == typed else ""


def _case_link(kind: NoticeKind, number: str, base: str) -> str:
    if kind is NoticeKind.ENTRY_LATE:
        return _link(base, "kpi_entry")
    if kind in (NoticeKind.RISE_ALARM, NoticeKind.RISE_WATCH):
        return _link(base, "risk")
    if not number:
        return _link(base, "today")
    if kind is NoticeKind.AGENCY:
        return _link(base, "inquiries", inquiry=number)
    return _link(base, "ledger", case=number)


def _link(base: str, page: str, **query: str) -> str:
    return f"{base}/{page}?{urlencode(query)}" if query else f"{base}/{page}"


# Digest ---------------------------------------------------------------------------


def _digest(digest: Digest, base: str) -> Iterator[str]:
    if digest.is_sample:
        yield _("(見本データを含みます)")
    if digest.overview:
        yield from _overview(digest.overview, base)
    yield from _own(digest.own, base, is_alone=digest.overview is None)
    if digest.quiet_until:
        yield _(
            "はじめの7日間({day}まで)は、最重要と行政からの連絡だけをすぐに知らせます。"
        ).format(day=f"{digest.quiet_until.month}/{digest.quiet_until.day}")


def _overview(seen: Overview, base: str) -> Iterator[str]:
    yield _("① 電話: {state}。{words}").format(
        state=_(seen.calls.value), words=_calls_words(seen)
    )
    contacts = _("直近7日 {count}件").format(count=seen.contacts)
    if seen.usual is not None:
        contacts += _("(ふだんの週は{usual:.1f}件)").format(usual=seen.usual)
    yield _("② センターからの連絡: {state}。{words}。").format(
        state=_(seen.referrals.value), words=contacts
    )
    yield from _figures(seen.figures, base)
    if not seen.tasks:
        yield _("③ 今日やること: 急ぎはありません。")
    else:
        yield _("③ 今日やること:")
    for kind, count, _first in seen.tasks:
        page, query = _TASK_LINKS[kind]
        said = _(_TASKS[kind]).format(count=count)
        yield f"•{said}\n  {_link(base, page, **query)}"
    yield from _clocks(seen.clocks, base)
    yield from _others(seen, base)


def _figures(seen: Figures, base: str) -> Iterator[str]:
    """Yield the numbers of the week with their lamps, and how many lamps there are."""
    told = [_number(one) for one in seen.numbers]
    if told:
        yield _("数字(直近7日): {numbers}").format(numbers=_("、").join(told))
    if seen.lamps:
        lamps = _("、").join(f"{_lamp(state)} {count}" for state, count in seen.lamps)
        yield _("目標との比べ(直近28日): {lamps}").format(lamps=lamps)
        yield f"  {_link(base, 'kpis')}"


def _number(one: Number) -> str:
    entry = kpi(one.code)
    number = "—" if one.number is None else str(Amount(entry, one.number))
    lamp = f" {_lamp(one.state)}" if one.state else ""
    return f"{_(entry.name)} {number}{lamp}"


_SHAPES: Final = {
    State.NORMAL: "●",
    State.PENDING: "○",
    State.WATCH: "◆",
    State.ALARM: "▲",
}


def _lamp(state: State) -> str:
    return f"{_SHAPES[state]}{_(state.value)}"


def _clocks(seen: Clocks, base: str) -> Iterator[str]:
    said = []
    if seen.over:
        said.append(_("超過 {count}件").format(count=seen.over))
    if seen.near:
        said.append(_("24時間以内 {count}件").format(count=seen.near))
    if seen.unconfirmed:
        said.append(
            _("該当・非該当の確認待ち {count}件").format(count=seen.unconfirmed)
        )
    if said:
        yield _("期限: {words}").format(words=_("、").join(said))
        yield f"  {_link(base, 'deadlines')}"


def _calls_words(seen: Overview) -> str:
    if not seen.centres:
        return _("電話を受けるセンターがまだ登録されていません。")
    if seen.below:
        return _("{total}センターのうち{below}が目標を下回っています。").format(
            total=seen.centres, below=seen.below
        )
    if seen.calls is State.PENDING:
        return _("数字がまだ足りません。")
    return _("どのセンターも目標に届いています。")


def _others(seen: Overview, base: str) -> Iterator[str]:
    named = {kind for kind, _count, _first in seen.tasks}
    said = []
    if seen.new_cases:
        said.append(_("新しい苦情 {count}件").format(count=seen.new_cases))
    if seen.due_today and TaskKind.TODAY not in named:
        said.append(_("今日の約束 {count}件").format(count=seen.due_today))
    if seen.over.count:
        said.append(_counted(_("目安を過ぎた苦情"), seen.over))
    if seen.late.count:
        said.append(_counted(_("うち1営業日以上"), seen.late))
    if seen.missing and TaskKind.MISSING not in named:
        said.append(_("日次KPIの未入力 {count}日").format(count=seen.missing))
    if said:
        yield _("そのほか: {words}").format(words=_("、").join(said))
    if seen.care:
        yield _("応対した人へのフォロー・相談の対応待ち {count}件").format(
            count=seen.care
        )
        yield f"  {_link(base, 'harassment')}"
    if seen.untold:
        yield _("経営にまだ伝えていない行政の連絡 {count}件").format(count=seen.untold)
        yield f"  {_link(base, 'inquiries')}"
    if seen.inspections:
        yield _("締切を過ぎた毎月の点検 {count}項目").format(count=seen.inspections)
        yield f"  {_link(base, 'inspections')}"


def _entries(entries: Entries, base: str) -> Iterator[str]:
    """Yield what the readers' own centre has to enter."""
    said = []
    if entries.due_today and entries.due_at:
        said.append(
            _("今日{time}までに {count}日分").format(
                time=f"{entries.due_at:%H:%M}", count=entries.due_today
            )
        )
    if entries.missing:
        said.append(_("締切を過ぎたもの {count}日分").format(count=entries.missing))
    if entries.questions:
        said.append(_("差戻しへの回答 {count}件").format(count=entries.questions))
    words = _("、").join(said) or _("すべて入っています")
    yield _("日次KPIの入力: {words}。").format(words=words)
    if said:
        yield f"  {_link(base, 'kpi_entry')}"


def _own(own: Own, base: str, *, is_alone: bool) -> Iterator[str]:
    if own.entries:
        yield from _entries(own.entries, base)
    if own.approvals:
        yield _("あなたの承認を待つ行政への回答 {count}件").format(count=own.approvals)
        yield f"  {_link(base, 'inquiries', view='owed')}"
    said = []
    if own.overdue:
        said.append(_("時刻を過ぎた約束 {count}件").format(count=own.overdue))
    if own.due_today:
        said.append(_("今日の約束 {count}件").format(count=own.due_today))
    if own.near.count:
        said.append(_counted(_("目安の80%を過ぎた苦情"), own.near))
    if own.clocks:
        said.append(_("24時間以内か超過の期限 {count}件").format(count=own.clocks))
    if said:
        words = _("、").join(said)
        yield _("担当の分: {words}").format(words=words)
        yield f"  {_link(base, 'ledger', status='open', handler='me')}"
    elif is_alone and not own.entries:
        yield _("担当の分: 今日までの約束はありません。")


def _counted(what: str, counted: Counted) -> str:
    said = _("{what} {count}件").format(what=what, count=counted.count)
    if counted.new and counted.new < counted.count:
        said += _("(新しく{new}件)").format(new=counted.new)
    return said
