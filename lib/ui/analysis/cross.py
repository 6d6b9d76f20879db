"""「分類×商品」: which complaints meet which products."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Final

import pandas as pd

from lib.actions.analysing import reading
from lib.actions.analysing.reading import Mark
from lib.actions.searching import slug
from lib.charts import analysis as charts
from lib.charts.look import Spec, spec_of
from lib.i18n import _
from lib.metrics.analysis import Dimension
from lib.metrics.analysis_views import Cross
from lib.schema.vocab import Category
from lib.store.access import UserStore
from lib.text import one_line
from lib.ui.analysis import behind, words
from lib.ui.analysis.address import Here
from lib.ui.analysis.shown import Column, Picked, Shown

KEY: Final = "analysis.cross"

MOST_PRODUCTS: Final = 12
_LETTERS: Final = 16


def controls(_desk: UserStore, _at: Here) -> None:
    """There is nothing to choose."""


def made(desk: UserStore, at: Here) -> Shown:
    """Return the view."""
    found = reading.cross_of(desk, at.asked)
    rows = found.rows
    rows = rows.sort_values("count", ascending=False, kind="stable", ignore_index=True)
    by_name = partial(words.name_of, desk)
    title = _("内容分類と商品の組み合わせ")
    return Shown(
        title=title,
        alt=_("内容分類と商品ごとの件数。色が濃いほど多い。"),
        spec=None if rows.empty else _spec(desk, found, rows),
        table=(
            Column(
                _("内容分類"),
                [by_name(Dimension.CATEGORY, v) for v in rows["category"]],
            ),
            Column(
                _("商品"),
                [by_name(Dimension.PRODUCT_CODE, v) for v in rows["product_code"]],
            ),
            Column(_("件数"), rows["count"].tolist(), "count"),
            Column(
                _("受注1,000件あたり"), [words.none(r) for r in rows["rate"]], "rate"
            ),
        ),
        formula=(
            _("件数 = その分類で、その商品の苦情"),
            _(
                "受注1,000件あたり = その件数 ÷ 会社全体の受注件数 × 1,000(商品ごとの受注は入力していません)"
            ),
        ),
        pick=partial(_pick, at, rows),
        notes=_notes(found),
        hint=_("マスを押すと、その組み合わせの苦情と改善へ進めます。"),
        empty=_(
            "この期間に、内容分類と商品の分かる苦情がありません。期間を長くしてみてください。"
        ),
        name="category-product",
    )


def _spec(desk: UserStore, found: Cross, rows: pd.DataFrame) -> Spec:
    shown = found.products[:MOST_PRODUCTS]
    categories = {
        c: words.name_of(desk, Dimension.CATEGORY, c) for c in found.categories
    }
    products = words.apart(
        {
            code: one_line(words.name_of(desk, Dimension.PRODUCT_CODE, code), _LETTERS)
            for code in shown
        }
    )
    drawn = rows.assign(row=range(len(rows)))
    drawn = drawn[drawn["product_code"].isin(shown)]
    cells = pd.DataFrame(
        {
            "row": drawn["row"],
            "across": drawn["product_code"].map(products),
            "down": drawn["category"].map(categories),
            "count": drawn["count"],
            "count_text": drawn["count"].astype("str"),
            "text": [
                f"{categories[row['category']]} × {products[row['product_code']]}: "
                f"{words.cases(row['count'])}"
                for row in words.records(drawn)
            ],
        }
    )
    chart = charts.heat(cells, list(products.values()), list(categories.values()))
    return spec_of(chart, height=charts.heat_height(len(categories)))


def _pick(at: Here, rows: pd.DataFrame, desk: UserStore, row: int) -> Picked | None:
    if not 0 <= row < len(rows):
        return None
    one = rows.iloc[row]
    category, product = str(one["category"]), str(one["product_code"])
    return Picked(
        what=" × ".join(
            (
                words.name_of(desk, Dimension.CATEGORY, category),
                words.name_of(desk, Dimension.PRODUCT_CODE, product),
            )
        ),
        code=f"{slug(category)}.{slug(product)}",
        lines=(
            words.cases_said(int(one["count"])),
            words.rate(words.none(one["rate"])),
        ),
        query=behind.cases_query(
            at,
            more={
                "category": behind.coded("category", category),
                "product_code": product,
            },
        ),
        scope=replace(
            behind.scope_of(at),
            product_code=product,
            category=Category.from_text(category),
        ),
        says_all=behind.says_all(at),
        cases=reading.behind(
            desk,
            at.asked,
            Mark(where=(("category", category), ("product_code", product))),
        ),
    )


def _notes(found: Cross) -> tuple[str, ...]:
    notes = []
    if len(found.products) > MOST_PRODUCTS:
        notes.append(
            _("図は多い順に{count}商品まで。ほかは表にあります。").format(
                count=MOST_PRODUCTS
            )
        )
    if found.unsaid:
        notes.append(
            _("分類か商品の分からない{count}は除いています。").format(
                count=words.cases(found.unsaid)
            )
        )
    return tuple(notes)
