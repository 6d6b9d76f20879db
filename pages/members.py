"""メンバー: who works with the app, and in which role."""

from __future__ import annotations

from lib.i18n import N_
from lib.schema.vocab import Role
from lib.ui import masters
from lib.ui.context import guard

desk = guard(Role.ADMIN, Role.MANAGER)


def screen() -> masters.Screen:
    return masters.Screen(
        code="members",
        intro=N_(
            "台帳に名前が載る人です。役割で、見えるものとできることが決まります。"
        ),
        add=N_("メンバーを追加"),
        columns=("name", "role", "centre", "title", "rank", "email", "active"),
        out_of_use=N_(
            "退職・異動した人に使います。選べなくなり、これまでの記録はそのまま残ります。"
        ),
        options={"centre": masters.centre_names(desk)},
    )


masters.show(desk, screen(), explain=masters.roles)
