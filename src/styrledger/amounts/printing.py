"""How an amount is printed: its number in a unit, at a precision."""

from __future__ import annotations

from typing import Final, Literal, NamedTuple

from styrledger.errors import AmountError, Fault, quoted

MoneyUnit = Literal["kr", "tkr", "mnkr"]
"""Kronor, thousands of kronor, millions of kronor."""

ORE_PER_UNIT: Final[dict[MoneyUnit, int]] = {"mnkr": 100_000_000, "tkr": 100_000, "kr": 100}
MOST_ORE: Final = 10**15
"""No amount that is entered is further from zero; what reads as more is two numbers side by side.

Sums may go beyond it.
"""


class Printed(NamedTuple):
    """The fields of an amount, in their order."""

    ore: int
    text: str
    unit: MoneyUnit
    ulp: int
    qualifier: str | None


def _self_printing(ulp: int) -> MoneyUnit:
    """Return the largest unit in which a precision needs at most one decimal, else kr."""
    large_enough: list[MoneyUnit] = [
        unit for unit, worth in ORE_PER_UNIT.items() if worth <= 10 * ulp
    ]
    return large_enough[0] if large_enough else "kr"


SELF_PRINTED: Final[dict[int, MoneyUnit]] = {
    10**exponent: _self_printing(10**exponent) for exponent in range(12)
}
"""The unit in which an amount of each precision prints itself."""


def self_printed(ore: int, ulp: int, qualifier: str | None = None) -> Printed:
    """Return an amount as it prints itself at a precision, in öre.

    Raises:
        AmountError: as ``Amount.from_ore`` does.
    """
    unit = SELF_PRINTED.get(ulp)
    if unit is None:
        raise AmountError(Fault(f"{quoted(ulp)} is no precision", "a power of ten, in öre"))
    if ore % ulp:
        what = f"{quoted(ore)} öre cannot be printed in steps of {ulp} öre"
        raise AmountError(Fault(what, "a multiple of the precision", "give a finer one"))
    text = f"{bare_number(ore, unit, ulp)} {unit}"
    return Printed(ore, f"{qualifier} {text}" if qualifier else text, unit, ulp, qualifier)


def bare_number(ore: int, unit: MoneyUnit, ulp: int) -> str:
    """Return the number as records hold it: blanks between thousands, a hyphen for minus.

    It has the decimals of its precision, and more where they are needed to be exact.
    """
    worth = ORE_PER_UNIT[unit]
    whole, part = divmod(abs(ore), worth)
    digits = str(worth + part)[1:]
    precise = len(str(worth // ulp)) - 1 if ulp < worth else 0
    digits = digits[:precise] + digits[precise:].rstrip("0")
    number = f"{whole:,}".replace(",", " ") + ("," + digits if digits else "")
    return "-" + number if ore < 0 else number


def too_large(shown: str) -> Fault:
    """Return what is wrong with an amount that no municipality has."""
    return Fault(
        f"{shown} is too large",
        f"at most {bare_number(MOST_ORE, 'mnkr', ORE_PER_UNIT['mnkr'])} mnkr",
        "check that it is not two numbers side by side",
    )
