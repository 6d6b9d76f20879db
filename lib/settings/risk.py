"""リスク: how strict the watch over rising contacts is, from a day on.

Nothing else is to be tuned (risk.md 5).
"""

from __future__ import annotations

from typing import Final

from lib.i18n import N_
from lib.settings.business import BusinessSetting

RISK: Final = N_("リスク")
"""区分 of the rows in 設定."""

SENSITIVITY: Final = BusinessSetting(
    RISK,
    N_("感度"),
    N_("敏感は早く気づきますが誤報が増えます。慎重はその逆です。"),
    default="標準",
    field="risk_sensitivity",
    kind="choice",
    choices=("敏感", "標準", "慎重"),
)
"""Its words are the labels of `lib.risk.sensitivity.SENSITIVITIES`."""

MANY_A_WEEK: Final = BusinessSetting(
    RISK,
    N_("7日で警報にする件数"),
    N_(
        "センターからの連絡が7日でこの件数に届いたら、ふだんの数にかかわらず警報にします。"
    ),
    default="5",
    field="risk_many_a_week",
    kind="number",
    unit=N_("件"),
)
"""The emergency line; a blank value or 0 is none."""

RISK_SETTINGS: Final = (SENSITIVITY, MANY_A_WEEK)
"""What can be set, in the order of the screen."""
