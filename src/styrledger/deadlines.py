"""The days by which kommunallagen (2017:725) wants minutes approved, announced and appealed.

Each function counts from a day and gives a day, both as such: the deadline itself is in time.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

APPROVAL_DAYS: Final = 14
"""Minutes are approved at the latest so many days after the meeting (KL 5:69)."""

POSTING_DAYS: Final = 2
"""The approval is announced at the latest so many days after it (KL 8:9)."""

APPEAL_DAYS: Final = 21
"""A decision is appealed within three weeks of the announcement (KL 13:5)."""

SATURDAY: Final = 5
FEAST_DAYS: Final = {(1, 1), (1, 6), (5, 1), (6, 6), (12, 24), (12, 25), (12, 26), (12, 31)}
"""The holidays with a fixed date, and the eves that the law of 1930 counts with them."""

AFTER_EASTER: Final = (-2, 1, 39)
"""Good Friday, Easter Monday and Ascension Day, in days from Easter Sunday."""


def approve_by(meeting: date) -> date:
    """Return the last day to approve the minutes of a meeting."""
    return meeting + timedelta(days=APPROVAL_DAYS)


def post_by(approved: date) -> date:
    """Return the last day to announce that minutes were approved."""
    return approved + timedelta(days=POSTING_DAYS)


def last_appeal_day(posted: date) -> date:
    """Return the last day to appeal what was announced on a day: three weeks later."""
    return posted + timedelta(days=APPEAL_DAYS)


def last_appeal_day_moved(posted: date) -> date:
    """Return the same, put off to the next working day (lag 1930:173, section 2)."""
    day = last_appeal_day(posted)
    while not is_working_day(day):
        day += timedelta(days=1)
    return day


def take_down_from(last_day: date) -> date:
    """Return the first day on which a notice may be removed: when the appeal period is over."""
    return last_day + timedelta(days=1)


def is_working_day(day: date) -> bool:
    """Return whether a deadline may fall on a day: not on a weekend, a holiday or its eve."""
    if day.weekday() >= SATURDAY or (day.month, day.day) in FEAST_DAYS:
        return False
    midsummer_eve = day.month == 6 and day.weekday() == 4 and 19 <= day.day <= 25  # noqa: PLR2004
    return not midsummer_eve and (day - easter(day.year)).days not in AFTER_EASTER


def easter(year: int) -> date:
    """Return Easter Sunday of a year (the anonymous Gregorian rule)."""
    golden = year % 19
    century, rest = divmod(year, 100)
    moon = (
        19 * golden + century - century // 4 - (century - (century + 8) // 25 + 1) // 3 + 15
    ) % 30
    sunday = (32 + 2 * (century % 4) + 2 * (rest // 4) - moon - rest % 4) % 7
    shift = (golden + 11 * moon + 22 * sunday) // 451
    month, day = divmod(moon + sunday - 7 * shift + 114, 31)
    return date(year, month, day + 1)
