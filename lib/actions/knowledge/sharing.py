"""Sharing what past cases taught with people who answer no calls: link or masked digest.

A link names a case by its number only; whoever opens it needs the right to read it. A
digest carries no name, contact or order number, and roles instead of colleagues, so it
may leave the app; who took it is noted before it is shown.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Final

import pandas as pd

from lib.actions.cases import COMPLAINTS, EXPORTED
from lib.actions.knowledge.past import INQUIRIES, is_put_away
from lib.actions.knowledge.searching import Lesson, lessons
from lib.actions.noting import note
from lib.actions.permissions import needs
from lib.errors import NotAllowed
from lib.i18n import N_, _
from lib.metrics.knowledge.returns import WINDOW_DAYS, Return
from lib.reports.dossier.veil import LONGEST_TAIL, MAIL, NUMBER, OFFICER, Veil
from lib.schema.complaint import UNKNOWN_PRODUCT
from lib.schema.vocab import Role
from lib.settings.install import app_url
from lib.store.access import UserStore
from lib.text import digits

DIGEST: Final = "解決の要約(伏せ字)"
"""What stands in 操作ログ for a digest that was taken."""

PAGE: Final = "knowledge"

CAME_BACK: Final[Mapping[Return, str]] = {
    Return.CAME_BACK: N_("{days}日後に、また申し出があった"),
    Return.STAYED_AWAY: N_("{window}日のうちに、また申し出はなかった"),
    Return.TOO_EARLY: N_("まだ分からない(完了から{window}日たっていない)"),
    Return.UNTRACEABLE: N_("分からない(同じお客様を見分けられない)"),
    Return.NOT_LOOKED: N_("分からない(保管した年をまだ調べていない)"),
}
"""What is said of a customer's coming back, a catalogue key with braces."""


def link(number: str) -> str:
    """Return the address under which a past resolution opens for whoever may read it."""
    return f"{app_url()}/{PAGE}?case={number}"


def came_back_words(lesson: Lesson) -> str:
    """Return in words whether the customer came back; never a "no" that is not known."""
    said = _(CAME_BACK[lesson.state])
    return said.format(days=lesson.days, window=WINDOW_DAYS)


@needs("knowledge.share")
def digest(
    desk: UserStore,
    system: UserStore,
    numbers: Sequence[str],
    *,
    now: datetime,
    commit_id: str,
) -> str:
    """Return past resolutions as Markdown without personal data, after it is noted.

    system: the system's desk, because a clerk may not write 操作ログ. The same
    `commit_id` notes it once.

    Raises:
        NotAllowed: this person may not share, or none of these is theirs to read.
    """
    archived = is_put_away(desk, numbers)
    found = lessons(desk, numbers, now, archived=archived)
    if not found:
        raise NotAllowed
    text = _composed(desk, found, archived=archived)
    note(
        system,
        desk.principal.name,
        EXPORTED,
        *((COMPLAINTS, one.number) for one in found),
        now=now,
        after=DIGEST,
        commit_id=commit_id,
    )
    return text


# Masking --------------------------------------------------------------------------

_KEPT_END: Final = re.compile(r"…[0-9A-Za-z]{1,4}(?![0-9A-Za-z])")
_KEPT_MAIL: Final = re.compile(r"[A-Za-z0-9]?…@\S+")
_DIGITS: Final = re.compile(r"\d+")
_AS_TYPED: Final = "\x02"
"""Stands for an 「ご担当者」 that somebody wrote themselves."""

ROLES: Final[Mapping[Role, str]] = {
    Role.ADMIN: N_("責任者"),
    Role.MANAGER: N_("責任者"),
    Role.CLERK: N_("担当の者"),
    Role.OUTSOURCED: N_("センターの者"),
    Role.VIEWER: N_("社内の者"),
}


@dataclass(frozen=True)
class Mask:
    """Takes people out of texts: customers without a trace, colleagues for their role.

    veil: of the customers. colleagues: by what stands for them, their names.
    """

    veil: Veil
    colleagues: Mapping[str, tuple[str, ...]]

    def hide(self, text: str) -> str:
        """Return `text` without names, contacts and order numbers; "" stays ""."""
        hidden = self.veil.hide(text).replace(OFFICER, _AS_TYPED)
        for role, veil in self._roles.items():
            hidden = veil.hide(hidden).replace(OFFICER, role)
        hidden = _KEPT_MAIL.sub(MAIL, hidden.replace(_AS_TYPED, OFFICER))
        return _KEPT_END.sub(NUMBER, hidden)

    @cached_property
    def _roles(self) -> Mapping[str, Veil]:
        return {role: Veil(officers=names) for role, names in self.colleagues.items()}


def mask_of(desk: UserStore, numbers: Iterable[str], *, archived: bool = False) -> Mask:
    """Return what hides the customers of these cases, agencies' people and colleagues.

    Contacts are looked for whole, in the other cases of the same customers too.
    """
    wanted = list(numbers)
    rows = desk.in_full(COMPLAINTS)
    if archived:
        rows = pd.concat([rows, desk.archived_in_full(COMPLAINTS)])
    keys = set(rows["customer_key"][rows.index.isin(wanted)]) - {""}
    own = rows[rows.index.isin(wanted) | rows["customer_key"].isin(keys)]
    inquiries = desk.frame(INQUIRIES)
    asked = inquiries[inquiries["complaint_id"].isin(own.index)]

    def told(name: str) -> tuple[str, ...]:
        return _written(own[name].tolist())

    veil = Veil(
        names=told("customer_name"),
        contacts=told("contact"),
        order_numbers=_order_numbers(told("order_number")),
        officers=_written(asked["officer_name"].tolist()),
    )
    people: dict[str, list[str]] = {}
    for name, role in _members(desk):
        people.setdefault(_(ROLES[role]), []).append(name)
    for name in {*told("handler"), *told("receiver")}:
        people.setdefault(_(ROLES[Role.CLERK]), []).append(name)
    return Mask(veil, {role: tuple(names) for role, names in people.items()})


def _written(texts: Iterable[str]) -> tuple[str, ...]:
    """Return each of these once, without those in which nothing stands."""
    return tuple(dict.fromkeys(text.strip() for text in texts if text.strip()))


def _order_numbers(numbers: Sequence[str]) -> tuple[str, ...]:
    """Return order numbers and, as people say them, their digits alone."""
    said = [digits(number) for number in numbers]
    said += [run for number in numbers for run in _DIGITS.findall(number)]
    return _written([*numbers, *(part for part in said if len(part) > LONGEST_TAIL)])


def _members(desk: UserStore) -> list[tuple[str, Role]]:
    rows = desk.frame("members")
    words = {role.value: role for role in Role}
    pairs = zip(rows["name"].tolist(), rows["role"].tolist(), strict=True)
    return [(name, words.get(role, Role.CLERK)) for name, role in pairs if name]


# Composing ------------------------------------------------------------------------


def _composed(desk: UserStore, found: Sequence[Lesson], *, archived: bool) -> str:
    mask = mask_of(desk, (one.number for one in found), archived=archived)
    names = _product_names(desk)
    head = [
        f"# {_('解決の要約')}",
        _("お客様と応対した人が分かることは伏せてあります。"),
    ]
    return "\n\n".join([*head, *(_section(one, mask, names) for one in found)]) + "\n"


def _section(one: Lesson, mask: Mask, products: Mapping[str, str]) -> str:
    product = products.get(one.product_code, one.product_code)
    said = [
        (_("商品"), "" if one.product_code == UNKNOWN_PRODUCT else product),
        (_("申出の種類"), _(one.claim_type) if one.claim_type else ""),
        (_("解決内容"), _(one.resolution.value)),
        (_("原因区分"), _(one.cause.value) if one.cause else ""),
        (
            _("解決費用"),
            "" if one.cost is None else _("{yen}円").format(yen=f"{one.cost:,}"),
        ),
        (
            _("対応時間"),
            "" if one.minutes is None else _("{minutes}分").format(minutes=one.minutes),
        ),
        (_("そのあと"), came_back_words(one)),
        (_("完了した月"), f"{one.closed_at:%Y/%m}"),
        (_("もとの件(見るには権限が要ります)"), link(one.number)),
    ]
    lines = [f"- {label}: {value or '—'}" for label, value in said]
    agreed = mask.hide(one.agreed) or _("書き残されていません。")
    return "\n".join(
        [
            f"## {one.number}",
            "",
            *lines,
            "",
            f"### {_('何があったか')}",
            "",
            mask.hide(one.content),
            "",
            f"### {_('何で合意したか')}",
            "",
            *(f"- {line}" for line in agreed.splitlines()),
        ]
    )


def _product_names(desk: UserStore) -> dict[str, str]:
    products = desk.frame("products")
    return dict(zip(products["code"], products["name"], strict=True))
