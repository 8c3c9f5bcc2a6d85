"""How a printed amount is read, in every spelling seen in Swedish budgets, and why one is none."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal
from functools import cache, lru_cache
from typing import Final

from styrledger.amounts.printing import MoneyUnit, Printed
from styrledger.errors import AmountError, Fault, nearest, quoted

LONGEST_AMOUNT: Final = 200

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


def checked_text(value: object) -> str:
    """Return a text that may be an amount, without its outer blanks.

    Raises:
        AmountError: where it is no text, or longer than any amount.
    """
    if not isinstance(value, str):
        raise AmountError(_not_text(value))
    if len(value) > LONGEST_AMOUNT:
        raise AmountError(
            Fault(f"{quoted(value)} is too long", f"at most {LONGEST_AMOUNT} characters")
        )
    return value.strip(OUTER_BLANKS)


@lru_cache(maxsize=4096)
def read(text: str) -> Printed:
    """Return what a text says, as it says it; the text has no outer blanks.

    Raises:
        AmountError: where it is not exactly one amount with its unit.
    """
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
    if found["sign"] not in {None, "+"}:
        ore = -ore
    return Printed(ore, text, unit, ulp, found["qualifier"])


def _known_unit(printed: str) -> tuple[MoneyUnit, int] | None:
    known = _UNITS.get(printed)
    return known or _UNITS.get(" ".join(printed.casefold().split()).removesuffix("."))


def _not_text(value: object) -> Fault:
    shown = quoted(value)
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return Fault(f"{shown} is not an amount", f"{_A_UNIT} '227,7 mnkr'")
    example = f"{shown} tkr" if shown.isdecimal() else "227,7 mnkr"
    todo = 'write the unit, or {"ore": …}'
    return Fault(f"{shown} is a bare number", f"{_A_UNIT} '{example}'", todo)


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
