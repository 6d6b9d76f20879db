"""会社: who we are, on documents that leave the house."""

from __future__ import annotations

from typing import Final

from lib.i18n import N_
from lib.settings.business import BusinessSetting

COMPANY: Final = N_("会社")
"""区分 of what we call ourselves."""

NAME: Final = BusinessSetting(
    COMPANY,
    N_("会社名"),
    N_("経緯書などの書類に、差出人として載ります。空欄なら載せません。"),
    default="",
    field="company_name",
    kind="script",
)
ADDRESS: Final = BusinessSetting(
    COMPANY,
    N_("差出人の連絡先"),
    N_("書類に載せる住所と電話番号です。個人の連絡先は書かないでください。"),
    default="",
    field="company_address",
    kind="script",
)

COMPANY_SETTINGS: Final = (NAME, ADDRESS)
