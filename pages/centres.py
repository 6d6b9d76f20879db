"""センター: who takes the calls, and how their figures are counted."""

from __future__ import annotations

from lib import clock
from lib.actions.business_settings import new_centre_of
from lib.i18n import N_
from lib.schema.vocab import Role
from lib.ui import centre_sheets, masters
from lib.ui.context import guard

desk = guard(Role.ADMIN, Role.MANAGER)


def screen() -> masters.Screen:
    return masters.Screen(
        code="centres",
        intro=N_(
            "電話を受けるセンターです。数え方がセンターごとに違っても、そのまま比べられます。"
        ),
        add=N_("センターを追加"),
        columns=(
            "name",
            "code",
            "target_answer_rate",
            "opening_hours",
            "weekly_closed",
            "entry_deadline",
            "active",
        ),
        out_of_use=N_(
            "契約が終わったセンターに使います。入力を求めなくなり、これまでの数字は残ります。"
        ),
        unasked=("phone_reports",),
        presets=new_centre_of(desk, clock.today()),
    )


masters.show(desk, screen(), below=lambda: centre_sheets.section(desk))
