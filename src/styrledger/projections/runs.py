"""Which values of an indicator can be compared, and how they then stand to each other."""

from __future__ import annotations

import re
from datetime import date
from typing import Literal

from styrledger.errors import DateError
from styrledger.events.indicators import Better
from styrledger.times import to_partial_date
from styrledger.values import Value

Course = Literal["better", "worse", "same"]
"""How a value stands to an earlier one, given which way is better."""

Run = tuple[int, str | None, str]
"""What values must share to be compared: version, unit and the kind of period."""

_YEAR = re.compile(r"[0-9]{4}")
_DIGIT = re.compile(r"[0-9]")


def run_of(version: int, value: Value, period: str) -> Run:
    """Return the run that a value belongs to."""
    return version, value.unit, _DIGIT.sub("0", period)


def is_year(period: str) -> bool:
    """Return whether a period is a whole year."""
    return _YEAR.fullmatch(period) is not None


def in_order(period: str) -> tuple[str, str]:
    """Return where a period stands among others: by its year, then as it is written."""
    year = _YEAR.search(period)
    return (year[0] if year else "", period)


def last_day(period: str, since: date) -> date:
    """Return the last day of a period; of one that is no date, the last day of its year."""
    try:
        return to_partial_date(period).last
    except DateError:
        pass
    year = _YEAR.search(period)
    try:
        return since if year is None else to_partial_date(year[0]).last
    except DateError:
        return since


def change_of(before: Value | None, value: Value | None) -> Value | None:
    """Return the difference of two values of a run, None where one is missing."""
    if before is None or value is None:
        return None
    return Value.of(value.decimal - before.decimal, value.unit)


def course_of(before: Value | None, value: Value | None, better: Better) -> Course | None:
    """Return how a value stands to an earlier one of its run, None where one is missing."""
    if before is None or value is None:
        return None
    if value.decimal == before.decimal:
        return "same"
    return "better" if (value.decimal > before.decimal) == (better == "higher") else "worse"
