"""A manual page drafted from past resolutions: situation, words, agreement, result.

It is a proposal for a person to rewrite, without personal data; saving it is
`lib.actions.documents.write`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import pandas as pd

from lib.actions.cases import ACTIVITIES, SAYS_KEPT
from lib.actions.knowledge.past import is_put_away
from lib.actions.knowledge.searching import Lesson, lessons
from lib.actions.knowledge.sharing import Mask, came_back_words, mask_of
from lib.actions.permissions import needs
from lib.errors import NotAllowed
from lib.i18n import _
from lib.schema.complaint import UNKNOWN_PRODUCT
from lib.schema.erasing import ERASED
from lib.schema.vocab import ActivityKind
from lib.store.access import UserStore
from lib.text import one_line

MOST_SOURCES: Final = 10
"""Cases of which one page is made; of more nobody would read the draft."""

_SAID: Final = (ActivityKind.APOLOGY, ActivityKind.EXPLANATION)
_DONE: Final = (
    ActivityKind.REFUND,
    ActivityKind.SHIPMENT,
    ActivityKind.DECISION,
    ActivityKind.CALLBACK_DONE,
)
_LINES: Final = 6
_LONGEST_LINE: Final = 200


@dataclass(frozen=True, slots=True)
class Draft:
    """What the form starts with; `body` as 文書 writes it, # before titles.

    product_code, claim_type: "" where the cases do not agree on one.
    """

    title: str
    body: str
    product_code: str
    claim_type: str
    source_ids: tuple[str, ...]


@needs("documents.write")
def draft(desk: UserStore, numbers: Sequence[str], now: datetime) -> Draft:
    """Return the draft of a manual page from these past resolutions.

    Raises:
        NotAllowed: the person's role writes none, or none of these is theirs to read.
    """
    sources = numbers[:MOST_SOURCES]
    archived = is_put_away(desk, sources)
    found = lessons(desk, sources, now, archived=archived)
    if not found:
        raise NotAllowed
    mask = mask_of(desk, (one.number for one in found), archived=archived)
    product = _common(one.product_code for one in found)
    product = "" if product == UNKNOWN_PRODUCT else product
    claim = _common(one.claim_type for one in found)
    return Draft(
        _title(desk, product, claim),
        _body(desk, found, mask, archived=archived),
        product,
        claim,
        tuple(one.number for one in found),
    )


def _common(values: Iterable[str]) -> str:
    """Return the value that all have; "" where they differ."""
    different = set(values)
    return different.pop() if len(different) == 1 else ""


def _title(desk: UserStore, product: str, claim: str) -> str:
    products = desk.frame("products")
    names = dict(zip(products["code"], products["name"], strict=True))
    about = "・".join(part for part in (names.get(product, product), _(claim)) if part)
    return _("{about}への答え方").format(about=about or _("お申し出"))


def _body(
    desk: UserStore, found: Sequence[Lesson], mask: Mask, *, archived: bool
) -> str:
    steps = _steps(desk, [one.number for one in found], archived=archived)
    said = _told(steps, _SAID)
    agreed = _told(steps, _DONE)
    ends = Counter(_(one.resolution.value) for one in found)
    parts = [
        (_("状況"), [one.content for one in found]),
        (_("お伝えすること"), said),
        (
            _("合意のしかた"),
            [*(f"{end} ×{n}" for end, n in ends.most_common()), *agreed],
        ),
        (_("結果"), _results(found)),
    ]
    return "\n\n".join(f"# {title}\n{_listed(mask, lines)}" for title, lines in parts)


def _listed(mask: Mask, lines: Sequence[str]) -> str:
    masked = dict.fromkeys(one_line(mask.hide(line), _LONGEST_LINE) for line in lines)
    return "\n".join(f"- {line}" for line in list(masked)[:_LINES]) or "-"


def _results(found: Sequence[Lesson]) -> list[str]:
    costs = [one.cost for one in found if one.cost is not None]
    minutes = [one.minutes for one in found if one.minutes is not None]
    said = []
    if costs:
        mean = f"{sum(costs) / len(costs):,.0f}"
        said.append(
            _("解決費用の平均 {yen}円({count}件)").format(yen=mean, count=len(costs))
        )
    if minutes:
        mean = f"{sum(minutes) / len(minutes):,.0f}"
        said.append(
            _("対応時間の平均 {minutes}分({count}件)").format(
                minutes=mean, count=len(minutes)
            )
        )
    after = Counter(came_back_words(one) for one in found)
    return [*said, *(f"{words} ×{count}" for words, count in after.most_common())]


def _steps(desk: UserStore, numbers: Sequence[str], *, archived: bool) -> pd.DataFrame:
    rows = desk.frame(ACTIVITIES)
    if archived:
        rows = pd.concat([rows, desk.archived(ACTIVITIES)])
    own = rows[rows["case_id"].isin(numbers)].sort_values("at", kind="stable")
    empty = own["content"].str.startswith(SAYS_KEPT) | own["content"].str.endswith(
        ERASED
    )
    return own[~empty]


def _told(steps: pd.DataFrame, kinds: Sequence[ActivityKind]) -> list[str]:
    own = steps[steps["kind"].isin([kind.value for kind in kinds])]
    return [str(text) for text in own["content"].tolist()]
