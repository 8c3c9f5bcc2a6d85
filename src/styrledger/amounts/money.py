"""An amount of money, and how one is made from what a record holds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, cast

import attrs

from styrledger.amounts.printing import (
    MOST_ORE,
    ORE_PER_UNIT,
    SELF_PRINTED,
    MoneyUnit,
    Printed,
    bare_number,
    self_printed,
    too_large,
)
from styrledger.amounts.reading import NO_VALUE, checked_text, read
from styrledger.errors import AmountDamaged, AmountError, Fault, nearest, quoted

_MINUS_SIGN: Final = "\N{MINUS SIGN}"
_NO_BREAK_SPACE: Final = "\N{NO-BREAK SPACE}"
_set = object.__setattr__


@attrs.frozen(init=False, eq=False, repr=False, slots=False)
class Amount:
    """An amount of money, made from its printed text: ``Amount("227,7 mnkr")``.

    ``ore`` is exact. ``text`` is as printed, without outer blanks. ``unit`` is the unit of the
    text; milliards count as mnkr. ``ulp`` is the precision: what one step of the last printed
    digit is worth in öre (10 000 000 for "227,7 mnkr"). ``qualifier`` is the word before the
    number, such as "cirka".

    Amounts are equal, ordered and hashed by ``ore`` alone: money is money, however printed.
    Sums and differences are exact and print themselves: with the finest precision of their
    terms, and with "ca" where a term has a qualifier.

    Raises:
        AmountError: where the text is not exactly one amount with its unit.
    """

    ore: int
    text: str
    unit: MoneyUnit
    ulp: int
    qualifier: str | None = None

    def __init__(self, text: str) -> None:
        printed = read(checked_text(text))
        if abs(printed.ore) > MOST_ORE:
            raise AmountError(too_large(quoted(printed.text)))
        _fill(self, printed)

    @staticmethod
    def from_ore(ore: int, ulp: int = 1) -> Amount:
        """Return an amount that prints itself at the precision ``ulp``, in öre.

        The unit is the largest in which that precision needs at most one decimal; nothing is
        smaller than kr, which may have two.

        Raises:
            AmountError: where ``ulp`` is not a power of ten up to a milliard kronor, or ``ore``
                is not a multiple of it, or too large.
        """
        if abs(ore) > MOST_ORE:
            raise AmountError(too_large(f"{quoted(ore)} öre"))
        return _made(self_printed(ore, ulp))

    @staticmethod
    def computed(ore: int, ulp: int, *, about: bool = False) -> Amount:
        """Return an amount as sums and differences print themselves, with "ca" where ``about``.

        A sum may be further from zero than any amount that can be entered.

        Raises:
            AmountDamaged: where ``ore`` is no multiple of ``ulp``, as every sum is, or that is
                no precision.
        """
        return _computed(ore, ulp, "ca" if about else None)

    @staticmethod
    def printed(ore: int, ulp: int, text: str) -> Amount:
        """Return an amount as it was once printed, at the precision that it then had.

        Raises:
            AmountError: where the text is no amount.
        """
        return _made(read(text)._replace(ore=ore, ulp=ulp))

    def prints_itself(self) -> bool:
        """Return whether ``from_ore`` gives the same, with text, unit and precision."""
        if self.ulp not in SELF_PRINTED or self.ore % self.ulp:
            return False  # it was changed after it was recorded
        return _printed(self) == self_printed(self.ore, self.ulp)

    def in_unit(self, unit: MoneyUnit) -> Amount:
        """Return the same money printed in a unit, at the same precision."""
        words = (self.qualifier, bare_number(self.ore, unit, self.ulp), unit)
        printed = " ".join(word for word in words if word is not None)
        return _made(Printed(self.ore, printed, unit, self.ulp, self.qualifier))

    def same_print(self, other: Amount) -> bool:
        """Return whether text, unit, precision and qualifier are the same too."""
        return _printed(self) == _printed(other)

    if not TYPE_CHECKING:  # to a checker, a class with a __getattr__ would have every name

        def __getattr__(self, name: str) -> Any:
            # What is computed is printed when somebody reads the print: most are added further.
            if name not in {"text", "unit"}:
                message = f"{type(self).__name__!r} object has no attribute {name!r}"
                raise AttributeError(message)
            _fill(self, self_printed(self.ore, self.ulp, self.qualifier))
            return self.__dict__[name]

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return f"Amount({self.text!r})"

    def __format__(self, spec: str) -> str:
        """Return the bare number in a unit (``f"{amount:tkr}"``), for columns that people read.

        Digits are grouped by no-break spaces, minus is U+2212, and the decimals are those of
        the precision, or more where they are needed to be exact. Without a unit it is the text.
        """
        if not spec:
            return self.text
        if spec not in ORE_PER_UNIT:
            what = f"{quoted(spec)} is no unit to print in"
            raise AmountError(Fault(what, nearest(spec, ORE_PER_UNIT)))
        number = bare_number(self.ore, spec, self.ulp)
        return number.replace(" ", _NO_BREAK_SPACE).replace("-", _MINUS_SIGN)

    def __hash__(self) -> int:
        return hash(self.ore)

    def __eq__(self, other: object) -> bool:
        return self.ore == other.ore if isinstance(other, Amount) else NotImplemented

    def __lt__(self, other: object) -> bool:
        return self.ore < other.ore if isinstance(other, Amount) else NotImplemented

    def __le__(self, other: object) -> bool:
        return self.ore <= other.ore if isinstance(other, Amount) else NotImplemented

    def __gt__(self, other: object) -> bool:
        return self.ore > other.ore if isinstance(other, Amount) else NotImplemented

    def __ge__(self, other: object) -> bool:
        return self.ore >= other.ore if isinstance(other, Amount) else NotImplemented

    def __add__(self, other: Amount) -> Amount:
        if other.__class__ is not Amount:
            return NotImplemented
        ulp = min(self.ulp, other.ulp)
        return _computed(self.ore + other.ore, ulp, self.qualifier, other.qualifier)

    def __radd__(self, other: int) -> Amount:
        return self if other == 0 else NotImplemented  # sum() starts from 0

    def __sub__(self, other: Amount) -> Amount:
        if other.__class__ is not Amount:
            return NotImplemented
        ulp = min(self.ulp, other.ulp)
        return _computed(self.ore - other.ore, ulp, self.qualifier, other.qualifier)

    def __neg__(self) -> Amount:
        return _computed(-self.ore, self.ulp, self.qualifier)

    def __abs__(self) -> Amount:
        return self if self.ore >= 0 else -self


def parse_amount(text: str) -> Amount | None:
    """Return the amount that a cell of a table holds; None, no value, for a blank or a dash.

    "0 tkr" is zero, which is not the same as no value.

    Raises:
        AmountError: where the text is anything else.
    """
    return None if NO_VALUE.fullmatch(checked_text(text)) else Amount(text)


def to_amount(value: object) -> Amount:
    """Return an amount from an amount, a text, or ``{"ore": …}`` with or without its text.

    Raises:
        AmountError: above all for a bare number, which has no unit.
    """
    if isinstance(value, Amount):
        # What an entry holds is whole, its print with it.
        return value if "text" in value.__dict__ else _made(_printed(value))
    if isinstance(value, Mapping):
        return _from_mapping(cast("Mapping[object, object]", value))
    return Amount(checked_text(value))


def _from_mapping(given: Mapping[object, object]) -> Amount:
    fields = ("ore", "text")
    faults = [
        Fault("unknown field", nearest(str(name), fields), field=str(name))
        for name in given
        if name not in fields
    ]
    ore, text = given.get("ore"), given.get("text")
    if isinstance(ore, bool) or not isinstance(ore, int):
        what = f"{quoted(ore)} is not a whole number" if "ore" in given else "missing"
        faults.append(Fault(what, 'the amount in öre, such as {"ore": 12345}', field="ore"))
    if faults:
        raise AmountError(*faults)
    exact = Amount.from_ore(cast("int", ore))
    if text is None:
        return exact
    try:
        printed = Amount(checked_text(text))
    except AmountError as refused:
        raise AmountError(*(fault.at(field="text") for fault in refused.faults)) from None
    if printed != exact:
        what = f"{quoted(text)} is {printed.ore} öre, not {ore}"
        raise AmountError(Fault(what, "the same amount in both", "leave one out", field="text"))
    return printed


def _made(printed: Printed) -> Amount:
    amount = Amount.__new__(Amount)
    _fill(amount, printed)
    return amount


def _fill(amount: Amount, printed: Printed) -> None:
    ore, text, unit, ulp, qualifier = printed
    _set(amount, "ore", ore)
    _set(amount, "text", text)
    _set(amount, "unit", unit)
    _set(amount, "ulp", ulp)
    _set(amount, "qualifier", qualifier)


def _printed(amount: Amount) -> Printed:
    return Printed(amount.ore, amount.text, amount.unit, amount.ulp, amount.qualifier)


def _computed(ore: int, ulp: int, *qualifiers: str | None) -> Amount:
    qualifier = "ca" if any(qualifiers) else None
    if ulp not in SELF_PRINTED or ore % ulp:
        raise AmountDamaged(ore, ulp)
    amount = Amount.__new__(Amount)
    amount.__dict__.update(ore=ore, ulp=ulp, qualifier=qualifier)
    return amount
