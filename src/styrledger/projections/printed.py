"""Sums of amounts that can be undone: what was added can be taken away again, print and all.

A sum prints itself with the finest precision of its terms, and one amount alone as it was
printed. So a sum here counts its terms by precision: then it is linear, and a term that is
taken away leaves what the others alone would have made.
"""

from __future__ import annotations

from typing import NamedTuple

from styrledger.amounts import Amount

BITS = 32
"""The bits of each count; no budget has as many decisions as these can count."""

ONE = (1 << BITS) - 1


class Sum(NamedTuple):
    """The öre, the counts of terms packed in one number, and the sum of the terms' numbers.

    The counts are, from the lowest bits on: of terms, of terms with a qualifier, and of terms
    for each power of ten that a precision can be.
    """

    ore: int
    counts: int
    numbers: int

    def __add__(self, other: Sum) -> Sum:  # type: ignore[override]
        return Sum(self.ore + other.ore, self.counts + other.counts, self.numbers + other.numbers)

    def __neg__(self) -> Sum:
        return Sum(-self.ore, -self.counts, -self.numbers)


NOTHING = Sum(0, 0, 0)


Print = tuple[int, int, str | None]
"""An amount as it is kept: öre, precision, and its text where it does not print itself."""


class Terms:
    """The amounts that were ever a term, each with its number."""

    def __init__(self) -> None:
        self._sums: dict[tuple[str, int, int], Sum] = {}
        self._prints: list[Print] = []

    def sum(self, amount: Amount) -> Sum:
        """Return the sum that has an amount as its one term."""
        key = (amount.text, amount.ore, amount.ulp)
        found = self._sums.get(key)
        if found is None:
            text = None if amount.prints_itself() else amount.text
            exponent = len(str(amount.ulp)) - 1
            about = 0 if amount.qualifier is None else 1 << BITS
            counts = 1 + about + (1 << (BITS * (2 + exponent)))
            found = self._sums[key] = Sum(amount.ore, counts, len(self._prints))
            self._prints.append((amount.ore, amount.ulp, text))
        return found

    def printed(self, sum_: Sum) -> Print | None:
        """Return what a sum comes to, printed as it would be; None without terms."""
        ore, counts, numbers = sum_
        terms, counts = counts & ONE, counts >> BITS
        if terms < TWO:
            return self._prints[numbers] if terms else None
        about, counts = counts & ONE, counts >> BITS
        ulp: int = 10 ** (((counts & -counts).bit_length() - 1) // BITS)
        return ore, ulp, Amount.computed(ore, ulp, about=True).text if about else None


TWO = 2
"""From so many terms on a sum prints itself, and not as one of them was printed."""


def amount_of(ore: int, ulp: int, text: str | None) -> Amount:
    """Return the amount that is kept as a print."""
    return Amount.computed(ore, ulp) if text is None else Amount.printed(ore, ulp, text)
