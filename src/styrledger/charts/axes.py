"""Axes: round numbers for amounts, the first days of months and years for time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal

import attrs

MOST_LINES = 6
MOST_DAYS = 8
MONTHS = (1, 3, 6, 12, 24, 60, 120, 240, 600)
DAYS_A_MONTH = 31
ZERO_BELOW = Decimal("0.4")
"""An axis begins at zero where the lowest value is less than this share of the highest."""


@attrs.frozen
class Scale:
    """A scale of numbers from one round number to another, with the marks between them."""

    lowest: Decimal
    highest: Decimal
    marks: tuple[Decimal, ...]

    def share(self, value: Decimal) -> float:
        """Return where a value lies between the lowest (0) and the highest (1)."""
        return float((value - self.lowest) / (self.highest - self.lowest))


def scale(values: Iterable[Decimal]) -> Scale:
    """Return the scale of round numbers that holds all values; it is never empty."""
    found = sorted(values) or [Decimal(0)]
    low, high = found[0], found[-1]
    if low >= 0 and low <= high * ZERO_BELOW:
        low = Decimal(0)
    if low == high:
        low, high = (low - 1, high + 1) if low else (low, high + 1)
    step = _round_step((high - low) / (MOST_LINES - 1))
    first = (low / step).to_integral_value("ROUND_FLOOR")
    last = (high / step).to_integral_value("ROUND_CEILING")
    marks = tuple(step * number for number in range(int(first), int(last) + 1))
    return Scale(marks[0], marks[-1], marks)


def _round_step(least: Decimal) -> Decimal:
    """Return the smallest of 1, 2 and 5 times a power of ten that is no smaller than given."""
    power = Decimal(1).scaleb(least.adjusted())
    return next(power * times for times in (1, 2, 5, 10) if power * times >= least)


def number(value: Decimal) -> str:
    """Return a mark as Swedish print has it: no-break spaces, a comma, U+2212 for minus."""
    plain = f"{value.normalize():,f}"
    return plain.replace(",", "\N{NO-BREAK SPACE}").replace(".", ",").replace("-", "\N{MINUS SIGN}")


@attrs.frozen
class Days:
    """A stretch of days, the first and the last of them included."""

    first: date
    last: date

    def share(self, day: date) -> float:
        """Return where a day begins between the first (0) and the day after the last (1)."""
        return (day - self.first).days / ((self.last - self.first).days + 1)

    def marks(self) -> Iterator[tuple[date, str]]:
        """Yield the first days of months or years to mark, each with its label."""
        months = (self.last - self.first).days / DAYS_A_MONTH
        every = next((step for step in MONTHS if months / step <= MOST_DAYS), MONTHS[-1])
        months_a_year = 12
        month = self.first.year * months_a_year + self.first.month - 1
        month -= month % every
        while True:
            year, before = divmod(month, months_a_year)
            if year > self.last.year:
                return
            day = date(max(year, 1), before + 1, 1)
            if self.first <= day <= self.last:
                yield day, f"{day:%Y}" if every >= months_a_year else f"{day:%Y-%m}"
            month += every
