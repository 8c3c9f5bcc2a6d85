"""Figures that are not money: what an indicator measured, a target, a score.

Exact decimals, kept as they are printed: ``80.5``, ``1,6``, ``-2 %``, ``ca 10``.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any, Final

import attrs

from styrledger.amounts import BLANK, LONGEST_AMOUNT, NO_VALUE, NUMBER, OUTER_BLANKS
from styrledger.errors import Fault, ValueRefused, quoted

MOST_DIGITS: Final = 18
"""No value has more digits, so that sums of values are exact."""

# A word only after a blank: "5e3" is not five of anything.
_UNIT: Final = rf"(?P<unit>[%‰]|(?<={BLANK})[^\W\d_]\S*)"
_VALUE: Final = re.compile(f"{NUMBER}(?:{BLANK}*{_UNIT})?", re.IGNORECASE)
_A_NUMBER: Final = "one number such as '80,5', '80.5' or '-2 %'"


@attrs.frozen(slots=False)
class Value:
    """A figure: exact in ``number``, as printed in ``text``.

    ``number`` is a decimal number with a point and all the decimals that are printed; ``unit``
    is what is printed after it ("%") and ``qualifier`` the word before it ("ca").
    """

    text: str
    number: str
    unit: str | None = None
    qualifier: str | None = None

    @property
    def decimal(self) -> Decimal:
        """The exact number, for counting with."""
        return Decimal(self.number)

    @staticmethod
    def of(number: Decimal, unit: str | None = None) -> Value:
        """Return a number that was computed, printed the Swedish way."""
        plain = f"{number:f}"
        text = plain.replace(".", ",")
        return Value(text if unit is None else f"{text} {unit}", plain, unit)

    def __str__(self) -> str:
        return self.text

    def as_dict(self) -> dict[str, Any]:
        """Return the value as JSON answers show it; the number is text, to stay exact."""
        return {"number": self.number, "text": self.text}


def to_value(value: object) -> Value:
    """Return a value from its printed text or a number.

    Raises:
        ValueRefused: for anything but one number; a dash is no value.
    """
    if isinstance(value, Value):
        return value
    text = _text(value)
    found = _VALUE.fullmatch(text) if len(text) <= LONGEST_AMOUNT else None
    if found is None:
        raise ValueRefused(_fault(text))
    whole, decimals = "".join(found["whole"].split()), found["decimals"]
    if len(whole) + len(decimals or "") > MOST_DIGITS:
        raise ValueRefused(Fault(f"{quoted(text)} has too many digits", f"at most {MOST_DIGITS}"))
    number = f"{int(whole)}" + ("" if decimals is None else f".{decimals}")
    if found["sign"] not in {None, "+"} and Decimal(number):
        number = f"-{number}"
    return Value(text, number, found["unit"], found["qualifier"])


def _text(value: object) -> str:
    if isinstance(value, str):
        return value.strip(OUTER_BLANKS)
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        # By way of repr: the shortest decimals that a float stands for are those given.
        number = Decimal(repr(value) if isinstance(value, float) else value)
        if number.is_finite() and abs(number.adjusted()) <= MOST_DIGITS:
            return f"{number:f}"
    raise ValueRefused(Fault(f"{quoted(value)} is not a value", _A_NUMBER))


def _fault(text: str) -> Fault:
    if NO_VALUE.fullmatch(text):
        return Fault(f"{quoted(text)} is no value", _A_NUMBER, "leave it out, or say it is missing")
    return Fault(f"{quoted(text)} is not a value", _A_NUMBER)
