"""What is wrong with a value: the root of all errors, a fault, and how messages are worded."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import attrs


class StyrledgerError(Exception):
    """The root of every error that this package raises on purpose."""


@attrs.frozen
class Fault:
    """One thing wrong with one value.

    ``where`` is the place it was read (``FILE:LINE`` or ``entry 3``) and ``field`` the path
    of the field (``decision.date``); both are empty while they are not known.
    """

    what: str
    expected: str = ""
    todo: str = ""
    field: str = ""
    where: str = ""

    def at(self, where: str = "", field: str = "") -> Fault:
        """Return the same fault placed, an inner field path joined to the outer one."""
        path = ".".join(part for part in (field, self.field) if part)
        return attrs.evolve(self, where=where or self.where, field=path)

    def __str__(self) -> str:
        place = "".join(f"{part}: " for part in (self.where, self.field) if part)
        expected = f"expected {self.expected}" if self.expected else ""
        return place + ", ".join(part for part in (self.what, expected, self.todo) if part)


class ValueRefused(StyrledgerError, ValueError):
    """Values that cannot be read as what they stand for; ``faults`` says why, all at once."""

    def __init__(self, *faults: Fault) -> None:
        super().__init__("\n".join(map(str, faults)))
        self.faults = faults

    @property
    def fault(self) -> Fault:
        """The first fault, for the many causes that have only one."""
        return self.faults[0]


class AmountError(ValueRefused):
    """Not an amount of money: no unit, two numbers side by side, no digits."""


class DateError(ValueRefused):
    """Not a date of the calendar, or not one at the precision that is needed."""


class DecisionRefError(ValueRefused):
    """Not a reference to a decision (body, date, paragraph, diarienummer)."""


class PlaceError(ValueRefused):
    """Not the address of a ledger on a server; the address is not shown: it may hold a password."""


class BundleError(ValueRefused):
    """Not a proof bundle or a receipt, or one that does not prove what it says."""


class EntryBytesError(ValueRefused):
    """A stored entry that holds what no ledger writes, so that it cannot be hashed."""


class ProofError(ValueRefused):
    """A Merkle proof that does not prove what it is said to prove."""


class NoteError(ValueRefused):
    """Not a signed note, a checkpoint or a proof file, exactly as C2SP writes them."""


class KeyFormatError(ValueRefused):
    """Not a signing or verifying key; the text of a private key is never shown."""


class KeyFileError(ValueRefused):
    """A private key file that is missing, in the way, or open to others than its owner."""


class SignatureError(ValueRefused):
    """A note that no trusted key has signed, or whose text is not the one that was signed."""


def nearest(name: str, known: Iterable[str]) -> str:
    """Return what was expected instead of ``name``: the nearest known name, or the first few."""
    import difflib  # noqa: PLC0415 - only where something is wrong

    names = sorted(known)
    close = difflib.get_close_matches(name.casefold(), [n.casefold() for n in names], n=1)
    if close:
        return f"{next(n for n in names if n.casefold() == close[0])!r}"
    return f"one of {listed(names)}" if names else "one that was recorded, and none was so far"


def listed(names: Sequence[str], most: int = 12) -> str:
    """Return names as a readable list, cut after ``most``."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(repr(name) for name in names[:most]) + more


def printable(value: object) -> str:
    """Return a text as it is, but for what can be no text, or would move a cursor: escaped."""
    text = value if isinstance(value, str) else quoted(value)
    if text.isprintable():
        return text
    return "".join(one if one.isprintable() or one == "\n" else repr(one)[1:-1] for one in text)


def quoted(value: object, most: int = 60) -> str:
    """Return a value as a message shows it: its repr, escaped, cut after ``most`` characters."""
    if isinstance(value, str):
        shown = repr(value[:most])
        return shown if len(value) <= most else f"{shown}… ({len(value)} characters)"
    try:
        shown = repr(value)
    except ValueError:  # Python prints no number of more than 4 300 digits
        return "a number of thousands of digits"
    return shown if len(shown) <= most else shown[: most - 1] + "…"
