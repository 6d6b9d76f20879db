"""Dates and times as the numbers that Sheets keeps: days since 1899-12-30."""

import datetime as dt

EPOCH = dt.datetime(1899, 12, 30)
SECONDS = 86_400


def date_serial(year, month, day):
    """The serial of a date.

    Returns:
        Whole days, or None where there is no such date.
    """
    try:
        return (dt.datetime(year, month, day) - EPOCH).days
    except (ValueError, OverflowError):
        return None


def time_serial(hours, minutes, seconds=0.0):
    """A time or a duration as a share of a day."""
    return (hours * 3600 + minutes * 60 + seconds) / SECONDS


def moment(serial):
    """The moment of a serial, to the millisecond."""
    return EPOCH + dt.timedelta(milliseconds=round(serial * SECONDS * 1000))


def now_serial(epoch_seconds, zone):
    """The serial of a moment on a spreadsheet's wall clock."""
    wall = dt.datetime.fromtimestamp(epoch_seconds, zone).replace(tzinfo=None)
    return (wall - EPOCH).total_seconds() / SECONDS
