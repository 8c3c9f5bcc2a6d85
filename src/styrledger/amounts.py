"""Amounts of money: exact in öre, and as they are printed.

A document prints rounded figures in kr, tkr (1 000 kr) and mnkr (1 000 000 kr). An amount keeps
the printed text, its unit and its precision beside the exact value, so that a figure can always
be shown as its source has it, and compared with another at the precision of both.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from decimal import Decimal
from functools import cache, lru_cache
from typing import Final, Literal, NamedTuple, cast

import attrs

from styrledger.errors import AmountError, Fault, nearest, quoted

MoneyUnit = Literal["kr", "tkr", "mnkr"]
"""Kronor, thousands of kronor, millions of kronor."""

ORE_PER_UNIT: Final[dict[MoneyUnit, int]] = {"mnkr": 100_000_000, "tkr": 100_000, "kr": 100}
MOST_ORE: Final = 10**15
"""No amount is further from zero; what reads as more is two numbers side by side."""
LONGEST_AMOUNT: Final = 200

_MINUS_SIGN: Final = "\N{MINUS SIGN}"
_NO_BREAK_SPACE: Final = "\N{NO-BREAK SPACE}"
_set = object.__setattr__


@attrs.frozen(init=False, eq=False, repr=False)
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
        _fill(self, _read(_checked_text(text)))

    @staticmethod
    def from_ore(ore: int, ulp: int = 1) -> Amount:
        """Return an amount that prints itself at the precision ``ulp``, in öre.

        The unit is the largest in which that precision needs at most one decimal; nothing is
        smaller than kr, which may have two.

        Raises:
            AmountError: where ``ulp`` is not a power of ten up to a milliard kronor, or ``ore``
                is not a multiple of it, or too large.
        """
        return _made(_self_printed(ore, ulp))

    @staticmethod
    def computed(ore: int, ulp: int, *, about: bool = False) -> Amount:
        """Return an amount as sums and differences print themselves, with "ca" where ``about``.

        Raises:
            AmountError: as ``from_ore`` does.
        """
        return _computed(ore, ulp, "ca" if about else None)

    @staticmethod
    def printed(ore: int, ulp: int, text: str) -> Amount:
        """Return an amount as it was once printed, at the precision that it then had.

        Raises:
            AmountError: where the text is no amount.
        """
        return _made(_read(text)._replace(ore=ore, ulp=ulp))

    def prints_itself(self) -> bool:
        """Return whether ``from_ore`` gives the same, with text, unit and precision."""
        return _printed(self) == _self_printed(self.ore, self.ulp)

    def in_unit(self, unit: MoneyUnit) -> Amount:
        """Return the same money printed in a unit, at the same precision."""
        words = (self.qualifier, _number(self.ore, unit, self.ulp), unit)
        printed = " ".join(word for word in words if word is not None)
        return _made(_Printed(self.ore, printed, unit, self.ulp, self.qualifier))

    def same_print(self, other: Amount) -> bool:
        """Return whether text, unit, precision and qualifier are the same too."""
        return _printed(self) == _printed(other)

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
        number = _number(self.ore, spec, self.ulp)
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
    return None if NO_VALUE.fullmatch(_checked_text(text)) else Amount(text)


def to_amount(value: object) -> Amount:
    """Return an amount from an amount, a text, or ``{"ore": …}`` with or without its text.

    Raises:
        AmountError: above all for a bare number, which has no unit.
    """
    if isinstance(value, Amount):
        return value
    if isinstance(value, Mapping):
        return _from_mapping(cast("Mapping[object, object]", value))
    return Amount(_checked_text(value))


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
        printed = Amount(_checked_text(text))
    except AmountError as refused:
        raise AmountError(*(fault.at(field="text") for fault in refused.faults)) from None
    if printed != exact:
        what = f"{quoted(text)} is {printed.ore} öre, not {ore}"
        raise AmountError(Fault(what, "the same amount in both", "leave one out", field="text"))
    return printed


# --- Printing -------------------------------------------------------------------------------


class _Printed(NamedTuple):
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


_SELF_PRINTED: Final[dict[int, MoneyUnit]] = {
    10**exponent: _self_printing(10**exponent) for exponent in range(12)
}
"""The unit in which an amount of each precision prints itself."""


def _made(printed: _Printed) -> Amount:
    amount = Amount.__new__(Amount)
    _fill(amount, printed)
    return amount


def _fill(amount: Amount, printed: _Printed) -> None:
    ore, text, unit, ulp, qualifier = printed
    _set(amount, "ore", ore)
    _set(amount, "text", text)
    _set(amount, "unit", unit)
    _set(amount, "ulp", ulp)
    _set(amount, "qualifier", qualifier)


def _printed(amount: Amount) -> _Printed:
    return _Printed(amount.ore, amount.text, amount.unit, amount.ulp, amount.qualifier)


def _computed(ore: int, ulp: int, *qualifiers: str | None) -> Amount:
    return _made(_self_printed(ore, ulp, "ca" if any(qualifiers) else None))


def _self_printed(ore: int, ulp: int, qualifier: str | None = None) -> _Printed:
    unit = _SELF_PRINTED.get(ulp)
    if unit is None:
        raise AmountError(Fault(f"{quoted(ulp)} is no precision", "a power of ten, in öre"))
    if ore % ulp:
        what = f"{quoted(ore)} öre cannot be printed in steps of {ulp} öre"
        raise AmountError(Fault(what, "a multiple of the precision", "give a finer one"))
    if abs(ore) > MOST_ORE:
        raise AmountError(_too_large(f"{quoted(ore)} öre"))
    text = f"{_number(ore, unit, ulp)} {unit}"
    return _Printed(ore, f"{qualifier} {text}" if qualifier else text, unit, ulp, qualifier)


def _number(ore: int, unit: MoneyUnit, ulp: int) -> str:
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


# --- Reading --------------------------------------------------------------------------------

_KRONOR = ("kr", "kronor")
_UNITS: Final[dict[str, tuple[MoneyUnit, int]]] = {
    **dict.fromkeys(("kr", "kronor", "krona", "sek"), ("kr", 100)),
    **dict.fromkeys(("tkr", "tusen kr", "tusen kronor", "ksek"), ("tkr", 100_000)),
    **dict.fromkeys(("mnkr", "mkr", "msek"), ("mnkr", 10**8)),
    **{f"{word} {kr}": ("mnkr", 10**8) for word in ("milj", "milj.", "mn") for kr in _KRONOR},
    **{f"{word} {kr}": ("mnkr", 10**8) for word in ("miljon", "miljoner") for kr in _KRONOR},
    **dict.fromkeys(("mdkr", "mdr kr", "md kr"), ("mnkr", 10**11)),
    **{f"{word} {kr}": ("mnkr", 10**11) for word in ("miljard", "miljarder") for kr in _KRONOR},
}
"""Every spelling of a unit, in small letters: the unit it counts as, and its worth in öre."""

_USUAL_UNITS: Final = ("kr", "kronor", "tkr", "mnkr", "mkr", "mdkr", "miljoner kronor")

_QUALIFIER_LIST: Final = (
    "c:a|ca|ca.|circa|cirka|drygt|högst|knappt|max|mer än|mindre än|minst|närmare|nästan|"
    "omkring|runt|under|ungefär|upp till|uppemot|över"
)
_QUALIFIERS: Final = _QUALIFIER_LIST.split("|")

_DASH = r"[-\u2010-\u2015\u2212]"
BLANK: Final = r"[ \u00a0\u2007\u2009\u202f]"
"""The pattern of one blank inside a number."""
OUTER_BLANKS: Final = " \t\r\n\u00a0\u2007\u2009\u202f"
_QUALIFIER = "|".join(re.escape(word).replace(r"\ ", f"{BLANK}+") for word in _QUALIFIERS)
_WHOLE = f"[1-9][0-9]{{0,2}}(?:{BLANK}[0-9]{{3}})+(?![0-9])|[0-9]+"
NUMBER: Final = (
    rf"(?:(?P<qualifier>{_QUALIFIER}){BLANK}*)?"
    rf"(?:(?P<sign>{_DASH}|\+){BLANK}*)?"
    rf"(?P<whole>{_WHOLE})(?:[.,](?P<decimals>[0-9]+))?"
)
"""The pattern of a number as it is printed: qualifier, sign, whole and decimals."""
NO_VALUE: Final = re.compile(f"{_DASH}?")
"""Nothing, or a dash: there is no value, which is not zero."""
_DIGIT = re.compile("[0-9]")
_A_UNIT = "an amount with its unit, such as"


@cache
def _pattern() -> re.Pattern[str]:
    """Return what an amount is printed as, compiled when the first is read."""
    return re.compile(rf"{NUMBER}{BLANK}*(?P<unit>[^\W\d_].*)", re.IGNORECASE)


def _checked_text(value: object) -> str:
    if not isinstance(value, str):
        raise AmountError(_not_text(value))
    if len(value) > LONGEST_AMOUNT:
        raise AmountError(
            Fault(f"{quoted(value)} is too long", f"at most {LONGEST_AMOUNT} characters")
        )
    return value.strip(OUTER_BLANKS)


@lru_cache(maxsize=4096)
def _read(text: str) -> _Printed:
    found = _pattern().fullmatch(text)
    known = _known_unit(found["unit"]) if found else None
    if found is None or known is None:
        raise AmountError(_fault(text))
    unit, worth = known
    decimals: str = found["decimals"] or ""
    ulp, finer = divmod(worth, 10 ** len(decimals))
    if finer:
        most = len(str(worth)) - 1
        todo = "separate thousands by a blank" if "." in text else ""
        what = f"{quoted(text)} is finer than one öre"
        raise AmountError(Fault(what, f"at most {most} decimals in {found['unit']}", todo))
    ore = int("".join(found["whole"].split()) + decimals) * ulp
    if ore > MOST_ORE:
        raise AmountError(_too_large(quoted(text)))
    if found["sign"] not in {None, "+"}:
        ore = -ore
    return _Printed(ore, text, unit, ulp, found["qualifier"])


def _known_unit(printed: str) -> tuple[MoneyUnit, int] | None:
    known = _UNITS.get(printed)
    return known or _UNITS.get(" ".join(printed.casefold().split()).removesuffix("."))


# --- Saying what is wrong -------------------------------------------------------------------


def _not_text(value: object) -> Fault:
    shown = quoted(value)
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return Fault(f"{shown} is not an amount", f"{_A_UNIT} '227,7 mnkr'")
    example = f"{shown} tkr" if shown.isdecimal() else "227,7 mnkr"
    todo = 'write the unit, or {"ore": …}'
    return Fault(f"{shown} is a bare number", f"{_A_UNIT} '{example}'", todo)


def _too_large(shown: str) -> Fault:
    return Fault(
        f"{shown} is too large",
        f"at most {_number(MOST_ORE, 'mnkr', ORE_PER_UNIT['mnkr'])} mnkr",
        "check that it is not two numbers side by side",
    )


def _fault(text: str) -> Fault:
    """Return why a text is not an amount."""
    shown = quoted(text)
    if NO_VALUE.fullmatch(text):
        todo = "leave the field out if there is none"
        return Fault(f"{shown} is no value", f"{_A_UNIT} '0 tkr'", todo)
    bad = next((char for char in text if unicodedata.category(char).startswith("C")), None)
    if bad is not None:
        return Fault(f"{shown} holds the character U+{ord(bad):04X}", "printable text")
    if not _DIGIT.search(text):
        return Fault(f"{shown} has no digits 0 to 9", f"{_A_UNIT} '227,7 mnkr'")
    head = re.match(NUMBER, text, re.IGNORECASE)
    if head is None:
        before = text[: text.index(next(filter(str.isdigit, text)))].strip(OUTER_BLANKS)
        if not before[:1].isalpha():
            return Fault(f"{shown} is not an amount", f"{_A_UNIT} '227,7 mnkr'")
        expected = nearest(before, _QUALIFIERS)
        return Fault(f"{quoted(before)} before the number is not known", expected)
    return _fault_after(text, head[0], text[head.end() :].strip(OUTER_BLANKS))


def _fault_after(text: str, number: str, rest: str) -> Fault:
    shown = quoted(text)
    if not rest:
        return Fault(f"{shown} has no unit", f"{_A_UNIT} '{number} tkr'", "write the unit")
    if rest[0] in ".,":
        todo = "separate thousands by a blank"
        return Fault(f"{shown} has more than one decimal sign", "a number such as 1 167,5", todo)
    if _DIGIT.search(rest):
        expected = "one amount, its digits in groups of three such as '82 701 tkr'"
        todo = "enter each amount by itself"
        return Fault(f"{shown} holds two numbers side by side", expected, todo)
    return Fault(f"{quoted(rest)} is not a known unit", nearest(rest, _USUAL_UNITS))
