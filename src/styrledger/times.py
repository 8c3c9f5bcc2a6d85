"""Dates as precise as their source, the clock, and the two ways to say what was known.

A date says from when something counts; an instant, always in UTC, says when it was recorded.
The end of a day is the end of the Swedish day.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import MAXYEAR, MINYEAR, UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Final, Literal, Never
from zoneinfo import ZoneInfo

from attrs.exceptions import FrozenInstanceError

from styrledger.errors import ClockError, DateError, Fault, quoted

Clock = Callable[[], datetime]
"""Any callable that returns a datetime with its offset."""

Precision = Literal["day", "month", "year"]

STOCKHOLM: Final = ZoneInfo("Europe/Stockholm")
YEARS: Final = range(1800, 2201)
_MONTHS: Final = range(1, 13)
LAST_POSITION: Final = 2**63 - 1
"""The largest position in a log: what a database's whole number holds."""

_ISO = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")
_INSTANT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?"
    r"(?:[Zz]|[+-][0-9]{2}:[0-9]{2})?"
)
_POSITION = re.compile(r"#([0-9]{1,19})")

_A_DATE = "a date such as 2020-02-10, 2020-02 or 2020"
_A_DAY = "a day such as 2020-02-10"
_A_KNOWN = "a position such as #12, an instant such as 2020-02-10T09:30:00+01:00, or a day"


class PartialDate:
    """A date as precise as its source says: ``2020-02-10``, ``2020-02`` or ``2020``.

    ``text`` is that, ``first`` and ``last`` the first and last day that it can be. What is
    imprecise counts from its last day and is never silently completed. Dates are ordered by
    that day; of dates with the same last day the less precise comes first. Only years 1800 to
    2200 are dates.

    Raises:
        DateError: where the text is not ISO 8601, or no such day exists.
    """

    # No attrs class: a decoder asks what makes one from a text, and so gets the cached object.
    __slots__ = ("first", "last", "text")

    text: str
    first: date
    last: date

    def __init__(self, text: str) -> None:
        first, last = _span(text)
        object.__setattr__(self, "text", text)
        object.__setattr__(self, "first", first)
        object.__setattr__(self, "last", last)

    @staticmethod
    def parse(text: str) -> PartialDate:
        """Return the date that a text says; the same as making it, but cached."""
        return to_partial_date(text)

    @property
    def precision(self) -> Precision:
        """What the source says: the day, only the month, or only the year."""
        return _PRECISIONS[len(self.text)]

    @property
    def is_exact(self) -> bool:
        """True when the source says the day."""
        return len(self.text) == _DAY_LENGTH

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return f"PartialDate({self.text!r})"

    def __hash__(self) -> int:
        return hash(self.text)

    def __eq__(self, other: object) -> bool:
        return self.text == other.text if isinstance(other, PartialDate) else NotImplemented

    def __lt__(self, other: object) -> bool:
        return self._order < other._order if isinstance(other, PartialDate) else NotImplemented

    def __le__(self, other: object) -> bool:
        return self._order <= other._order if isinstance(other, PartialDate) else NotImplemented

    def __gt__(self, other: object) -> bool:
        return self._order > other._order if isinstance(other, PartialDate) else NotImplemented

    def __ge__(self, other: object) -> bool:
        return self._order >= other._order if isinstance(other, PartialDate) else NotImplemented

    @property
    def _order(self) -> tuple[date, str]:
        return self.last, self.text

    def __setattr__(self, name: str, value: object) -> Never:
        raise FrozenInstanceError

    def __delattr__(self, name: str) -> Never:
        raise FrozenInstanceError

    def __reduce__(self) -> tuple[type[PartialDate], tuple[str]]:
        return PartialDate, (self.text,)


_DAY_LENGTH: Final = len("2020-02-10")
_PRECISIONS: Final[dict[int, Precision]] = {
    len("2020"): "year",
    len("2020-02"): "month",
    _DAY_LENGTH: "day",
}


@lru_cache(maxsize=4096)
def partial_date(text: str) -> PartialDate:
    """Return the date that a text says; the same text gives the same object while it is cached.

    Raises:
        DateError: where the text is no date.
    """
    return PartialDate(text)


def to_partial_date(value: object) -> PartialDate:
    """Return a date from a partial date, a date or a text.

    Raises:
        DateError: for anything else; an instant has a time and a zone, and is no date.
    """
    match value:
        case PartialDate():
            return value
        case datetime():
            what = f"{quoted(value.isoformat())} is an instant, not a date"
            raise DateError(Fault(what, _A_DATE, "say which day it is"))
        case date():
            return partial_date(value.isoformat())
        case str():
            return partial_date(value)
        case _:
            raise DateError(_no_text(value))


def to_day(value: object) -> date:
    """Return a day from anything that says one precisely.

    Raises:
        DateError: also where the day is left open, as in ``2020-06``.
    """
    given = to_partial_date(value)
    if not given.is_exact:
        what = f"{given.text!r} is a whole {given.precision}"
        raise DateError(Fault(what, _A_DAY, "say which day"))
    return given.last


def system_clock() -> datetime:
    """Return the time of the computer's clock, in UTC."""
    return datetime.now(UTC)


def read_clock(clock: Clock) -> datetime:
    """Return what a clock says, in UTC.

    Raises:
        ClockError: where it says no offset from UTC, so that the instant is unknown.
    """
    now = clock()
    if not _is_instant(now):
        raise ClockError(now)
    return now.astimezone(UTC)


def today(clock: Clock) -> date:
    """Return the day it is in Sweden."""
    return read_clock(clock).astimezone(STOCKHOLM).date()


def end_of_day(day: date) -> datetime:
    """Return the last microsecond of a Swedish day, in UTC."""
    # By way of the next midnight: a clock change may skip or repeat the last hour of a day.
    midnight = datetime.combine(day + timedelta(days=1), time(), STOCKHOLM)
    return midnight.astimezone(UTC) - timedelta(microseconds=1)


def instant(moment: datetime) -> str:
    """Return an instant as RFC 3339 writes it: UTC, ``Z``, always six decimals.

    Raises:
        DateError: where the datetime has no offset.
    """
    if not _is_instant(moment):
        raise DateError(_no_offset(moment.isoformat()))
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def is_tellable(moment: datetime) -> bool:
    """Return whether an instant can be told in every time zone: none of the calendar's ends can."""
    return MINYEAR < moment.year < MAXYEAR


def parse_known(value: object) -> int | datetime:
    """Return the position or the instant (UTC) up to which a ledger was known.

    ``#12`` and 12 are the position after the 12th entry, ``#0`` the empty ledger. A date is the
    end of that Swedish day. A text or datetime with an offset is that instant, inclusive.

    Raises:
        DateError: for anything else, above all an instant without its offset.
    """
    match value:
        case int() if not isinstance(value, bool):
            return _position(value)
        case datetime():
            return _to_utc(value)
        case PartialDate() | date():
            return end_of_day(to_day(value))
        case str():
            return _known_text(value)
        case _:
            raise DateError(Fault(f"{quoted(value)} says no point in the log", _A_KNOWN))


def named_position(text: str) -> int | None:
    """Return the position that ``#12`` says, None for any other text."""
    named = _POSITION.fullmatch(text)
    position = 0 if named is None else int(named[1])
    return position if 0 < position <= LAST_POSITION else None


def _known_text(text: str) -> int | datetime:
    if position := _POSITION.fullmatch(text):
        return _position(int(position[1]))
    if _INSTANT.fullmatch(text):
        try:
            moment = datetime.fromisoformat(text.upper())
        except ValueError:
            what = f"{text!r} is not an instant: there is no such day or time"
            raise DateError(Fault(what, _A_KNOWN)) from None
        return _to_utc(moment)
    if _ISO.fullmatch(text):
        return end_of_day(to_day(text))
    raise DateError(Fault(f"{quoted(text)} says no point in the log", _A_KNOWN))


def _position(number: int) -> int:
    if not 0 <= number <= LAST_POSITION:
        what = f"{quoted(number)} is no position"
        raise DateError(Fault(what, "#0 for the empty ledger, or more"))
    return number


def _to_utc(moment: datetime) -> datetime:
    if not _is_instant(moment):
        raise DateError(_no_offset(moment.isoformat()))
    if moment.year not in YEARS:
        what = f"the year of {moment.isoformat()} is out of range"
        raise DateError(Fault(what, f"{YEARS.start} to {YEARS.stop - 1}"))
    return moment.astimezone(UTC)


def _is_instant(value: object) -> bool:
    return isinstance(value, datetime) and value.utcoffset() is not None


def _no_offset(text: str) -> Fault:
    return Fault(
        f"{text!r} has no offset from UTC",
        f"an instant such as '{text}+01:00'",
        "add Z or the offset",
    )


def _no_text(value: object) -> Fault:
    return Fault(f"{quoted(value)} is not a date", _A_DATE, "write it as text, in quotes")


def _span(text: object) -> tuple[date, date]:
    """Return the first and last day that a date can be."""
    if not isinstance(text, str):
        raise DateError(_no_text(text))
    parts = _ISO.fullmatch(text)
    if parts is None:
        raise DateError(Fault(f"{quoted(text)} is not a date", _A_DATE))
    year = int(parts[1])
    month, day = (None if part is None else int(part) for part in parts.groups()[1:])
    if year not in YEARS:
        raise _no_date(text, f"the year is outside {YEARS.start} to {YEARS.stop - 1}")
    if month is None:
        return date(year, 1, 1), date(year, 12, 31)
    if month not in _MONTHS:
        raise _no_date(text, f"there is no month {month}")
    days = (date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)).day
    if day is None:
        return date(year, month, 1), date(year, month, days)
    if not 1 <= day <= days:
        raise _no_date(text, f"{year}-{month:02} has {days} days")
    return (exact := date(year, month, day)), exact


def _no_date(text: str, why: str) -> DateError:
    return DateError(Fault(f"{text!r} is not a date: {why}", _A_DATE))
