"""商品: what is sold; kind and maker decide which statutory clocks apply."""

from __future__ import annotations

from lib.i18n import N_
from lib.schema.vocab import Role
from lib.ui import masters
from lib.ui.context import guard

desk = guard(Role.ADMIN, Role.MANAGER, Role.CLERK)

screen = masters.Screen(
    code="products",
    intro=N_(
        "扱う商品です。ここになくても、受付では「不明」や入力した名前のまま残せます。"
    ),
    add=N_("商品を追加"),
    columns=("name", "code", "kind", "subscription", "maker", "on_sale"),
    out_of_use=N_(
        "終売の商品に使います。新しい受付では選べなくなり、これまでの記録は残ります。"
    ),
)

masters.show(desk, screen)
