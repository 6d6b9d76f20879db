"""Wishes read together: what customers would like, product by product (R50)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import pandas as pd

from lib import clock
from lib.metrics.wishes import is_wish
from lib.store.access import UserStore


@dataclass(frozen=True, slots=True)
class ProductWishes:
    """What is wished of one product.

    product_code: 「不明」 where nobody said. count: of all. latest: when the last one
    came; None where no time is known. open_ids: of those that no improvement took up
    yet, the newest first. examples: words of the newest ones.
    """

    product_code: str
    count: int
    latest: datetime | None
    open_ids: tuple[str, ...]
    examples: tuple[str, ...]


EXAMPLES = 3


def by_product(desk: UserStore) -> tuple[ProductWishes, ...]:
    """Return the wishes of each product that this person sees, the most wished first."""

    def made() -> tuple[ProductWishes, ...]:
        rows = desk.frame("complaints")
        rows = rows[is_wish(rows)]
        rows = rows.sort_values("received_at", ascending=False, kind="stable")
        found = []
        for code, own in rows.groupby("product_code", sort=True, observed=True):
            latest = own["received_at"].max()
            is_open = own["improvement_id"] == ""
            found.append(
                ProductWishes(
                    product_code=str(code),
                    count=len(own),
                    latest=None
                    if pd.isna(latest)
                    else clock.in_tokyo(latest.to_pydatetime()),
                    open_ids=tuple(map(str, own.index[is_open])),
                    examples=tuple(map(str, own["content"].head(EXAMPLES))),
                )
            )
        return tuple(sorted(found, key=lambda one: -one.count))

    return desk.derived(("wishes by product",), made)
