"""The first week: what is noted of it in 設定."""

from __future__ import annotations

from typing import Final

from lib.i18n import N_
from lib.settings.business import BusinessSetting

FIRST_WEEK: Final = N_("はじめの一週間")
"""区分 of these rows in 設定."""

YES: Final = N_("はい")
NO: Final = N_("いいえ")

PUT_AWAY: Final = BusinessSetting(
    FIRST_WEEK,
    N_("一覧をしまう"),
    N_("「はい」なら、「今日」にはじめの一週間の一覧を出しません。"),
    default=NO,
    field="first_week_put_away",
    kind="choice",
    choices=(YES, NO),
)
TRIED: Final = BusinessSetting(
    FIRST_WEEK,
    N_("試しの通知が届いた"),
    N_("通知の試し送りが一度うまくいくと、アプリが「はい」にします。"),
    default=NO,
    field="first_week_tried",
    kind="choice",
    choices=(YES, NO),
)
