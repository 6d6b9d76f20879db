"""How 分析 writes numbers and names of things."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

import pandas as pd

from lib.i18n import _
from lib.metrics.analysis import Dimension, Told
from lib.metrics.analysis import label_of as key_of_label
from lib.store.access import UserStore
from lib.ui import filters
from lib.ui import format as fmt


def label_of(by: Dimension) -> str:
    """Return what people call it, in their language."""
    return _(key_of_label(by))


def names_of(desk: UserStore, by: Dimension) -> dict[str, str]:
    """Return what people call the values that have another name than what is stored."""
    return filters.product_names(desk) if by is Dimension.PRODUCT_CODE else {}


def name_of(desk: UserStore, by: Dimension, value: str) -> str:
    """Return a value in the person's language.

    Words of a vocabulary and the app's own kinds of claim are translated; what people
    typed stays as it is.
    """
    if by in _TYPED:
        return value
    return names_of(desk, by).get(value) or _(value)


_TYPED = (Dimension.LOT, Dimension.SALES_PAGE, Dimension.AGENCY_NAME)


def counted(told: Told) -> str:
    """Return what is counted, as a title begins: complaints, wishes or both."""
    if told is Told.BOTH:
        return _("苦情と、寄せられた要望")
    return _("寄せられた要望") if told is Told.WISHES else _("苦情")


def cases(count: int) -> str:
    """Return "1,234件"."""
    return fmt.number(count, unit="件")


def cases_said(count: int) -> str:
    """Return 「件数 1,234件」, where it stands alone: English has no counter."""
    return _("件数 {count}件").format(count=fmt.number(count))


def rate(number: float | None) -> str:
    """Return 「受注1,000件あたり2.76件」; with 「—」 for none."""
    return _("受注1,000件あたり{rate}件").format(rate=rate_number(number))


def rate_number(number: float | None) -> str:
    """Return "2.76"; 「—」 for none."""
    return fmt.number(none(number), decimals=2)


def none(value: Any) -> float | None:
    """Return a number of a frame, None for NaN."""
    return None if value is None or pd.isna(value) else float(value)


def records(rows: pd.DataFrame) -> list[dict[str, Any]]:
    """Return each row by its columns."""
    return cast("list[dict[str, Any]]", rows.to_dict("records"))


def apart(names: Mapping[str, str]) -> dict[str, str]:
    """Return names of which no two are the same: two in one place would add up."""
    seen: dict[str, int] = {}
    found = {}
    for code, name in names.items():
        seen[name] = seen.get(name, 0) + 1
        found[code] = name if seen[name] == 1 else f"{name} ({seen[name]})"
    return found
