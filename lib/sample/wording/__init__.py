"""What customers say and what they are told, as stories with slots."""

from __future__ import annotations

from typing import Final

from lib.sample.wording.base import Scenario
from lib.sample.wording.contract import CANCELLING, REFUNDS, UNAWARE
from lib.sample.wording.delivery import DELIVERY, SHORTAGE
from lib.sample.wording.quality import (
    BAD_LOT,
    BAD_LOT_HARM,
    DEFECTS,
    HARMS,
    REPLACEMENTS,
)
from lib.sample.wording.service import (
    AFTER_RUDE,
    FAILURE_DAY,
    FORGOTTEN,
    MANNERS,
    OTHERS,
    UNREACHABLE,
)

EVERYDAY: Final[tuple[Scenario, ...]] = (
    *DELIVERY,
    *SHORTAGE,
    *DEFECTS,
    *HARMS,
    *REFUNDS,
    *UNAWARE,
    *CANCELLING,
    *UNREACHABLE,
    *MANNERS,
    *OTHERS,
)
"""Stories that may begin on any day."""

ALL: Final[tuple[Scenario, ...]] = (
    *EVERYDAY,
    *BAD_LOT,
    *BAD_LOT_HARM,
    *REPLACEMENTS,
    FAILURE_DAY,
    FORGOTTEN,
    AFTER_RUDE,
)
"""Every story, also those that only follow from another event."""
