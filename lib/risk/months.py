"""A past that is known by the month only, for a company that begins to count by day."""

from __future__ import annotations

from lib.risk.baseline import Floats
from lib.risk.days import USUAL_PROFILE, Classes


def spread(total: float, classes: Classes) -> Floats:
    """Return a month's total as shares of its days, in the shape of their classes.

    By the usual profile of day classes; the shares sum up to the total. They are to be
    marked as `rough` in `detection.judge`, because their evenness is not the company's.
    """
    weight = USUAL_PROFILE[classes]
    shares: Floats = total * weight / max(float(weight.sum()), 1e-9)
    return shares
