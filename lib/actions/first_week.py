"""The first week: a checklist that ticks itself from what is there (product.md 6)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import pandas as pd

from lib.actions.business_settings import set_value, value_of
from lib.actions.importing.journal import runs_in
from lib.actions.permissions import may, needs
from lib.i18n import N_
from lib.schema.complaint import UNKNOWN_PRODUCT
from lib.schema.vocab import NoticeKind, NoticeState, Source
from lib.settings.first_week import PUT_AWAY, TRIED, YES
from lib.store.access import UserStore


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to do in the first week.

    code: its name in code. title, why: catalogue keys. page: where it is done. done:
    whether the data say that it was.
    """

    code: str
    title: str
    why: str
    page: str
    done: bool


_ITEMS: Final[tuple[tuple[str, str, str, str], ...]] = (
    (
        "members",
        N_("メンバーを登録する"),
        N_("だれが受け、だれに引き継ぐかが決まります。"),
        "members",
    ),
    (
        "products",
        N_("商品を登録する"),
        N_("商品ごとの苦情と、守る期限が分かります。"),
        "products",
    ),
    (
        "import",
        N_("いままでのExcelを取り込む"),
        N_("過去があると、増えたかどうかを早く見分けられます。"),
        "excel_import",
    ),
    (
        "invite",
        N_("一緒に使う人を招待する"),
        N_("リンクを渡すと、その人がパスワードを決めて入れます。"),
        "invitations",
    ),
    (
        "notice",
        N_("通知を試しに送る"),
        N_("朝のまとめと急ぎの知らせが届くことを確かめます。"),
        "notices",
    ),
    (
        "complaint",
        N_("最初の苦情を登録する"),
        N_("内容と次の約束だけで登録できます。"),
        "intake",
    ),
    (
        "kpi_day",
        N_("最初の日次KPIを入れる"),
        N_("着信と応答の二つで足ります。"),
        "kpi_entry",
    ),
)


def items(desk: UserStore, *, invited: bool | None) -> tuple[Item, ...]:
    """Return what is to do in the first week, in order; sample data tick nothing.

    invited: whether anybody else was invited or has come in; None where people do not
    sign in, and nobody can be invited.
    """
    done = {**_done(desk), "invite": bool(invited)}
    return tuple(
        Item(code, title, why, page, done[code])
        for code, title, why, page in _ITEMS
        if code != "invite" or invited is not None
    )


def concerns(desk: UserStore, now: datetime) -> bool:
    """Whether the checklist stands on this person's 今日: for leads, until put away."""
    return may(desk.principal, "first_week.put_away") and not is_put_away(desk, now)


def is_put_away(desk: UserStore, now: datetime) -> bool:
    """Whether somebody put the checklist away."""
    return value_of(desk, PUT_AWAY, now.date()) == YES


@needs("first_week.put_away")
def put_away(desk: UserStore, *, entry: str, now: datetime) -> None:
    """Take the checklist off everybody's 今日; はじめかた keeps it.

    Raises:
        NotAllowed: it is for administrators and managers.
    """
    set_value(desk, PUT_AWAY, YES, since=now.date(), entry=entry, now=now)


@needs("first_week.put_away")
def note_trial(desk: UserStore, *, entry: str, now: datetime) -> None:
    """Note that a trial notice arrived; again, it changes nothing.

    Raises:
        NotAllowed: it is for administrators and managers.
    """
    if value_of(desk, TRIED, now.date()) != YES:
        set_value(desk, TRIED, YES, since=now.date(), entry=entry, now=now)


def _done(desk: UserStore) -> Mapping[str, bool]:
    return desk.derived(("first week",), lambda: _looked_up(desk))


def _looked_up(desk: UserStore) -> Mapping[str, bool]:
    own = {
        code: _own(desk.frame(code))
        for code in ("members", "products", "complaints", "kpi_days", "notices")
    }
    notices = own["notices"]
    arrived = (notices["state"] == NoticeState.SENT.value) & (
        notices["kind"] != NoticeKind.BEGIN.value
    )
    settings = desk.frame("settings")
    tried = (settings["group"] == TRIED.group) & (settings["name"] == TRIED.name)
    return {
        "members": len(own["members"]) > 1,
        "products": bool((own["products"].index != UNKNOWN_PRODUCT).any()),
        "import": any(run.rows and not run.undone for run in runs_in(settings)),
        "notice": bool(arrived.any() or (settings[tried]["value"] == YES).any()),
        "complaint": len(_typed(own["complaints"])) > 0,
        "kpi_day": bool(_typed(own["kpi_days"])["offered"].notna().any()),
    }


def _own(rows: pd.DataFrame) -> pd.DataFrame:
    return rows[rows["source"] != Source.SAMPLE.value]


def _typed(rows: pd.DataFrame) -> pd.DataFrame:
    return rows[rows["source"] != Source.IMPORT.value]
