"""What can go wrong, one class a cause.

Every message says what is wrong, where, what was expected and what to do about it, and
every class carries the same as data, so that a program need not read the message.
"""

from __future__ import annotations

import difflib
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


class ClockError(StyrledgerError):
    """A clock gave something else than a datetime with its offset; ``given`` is what it gave."""

    def __init__(self, given: object) -> None:
        super().__init__(
            f"the clock gave {quoted(given)}, expected a datetime with its offset,"
            " use a clock such as `lambda: datetime.now(UTC)`"
        )
        self.given = given


class UndecodableEntry(StyrledgerError):
    """Stored octets that are not an entry: they were changed after they were recorded."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(
            f"the stored {name} cannot be read ({reason}), expected the octets that were "
            "recorded, compare the ledger with an export or a backup"
        )
        self.name = name
        self.reason = reason


class UnknownStoredName(StyrledgerError):
    """The log holds an event type that this version of the package does not know."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"the ledger holds {name!r}, which this version of styrledger does not know, "
            "upgrade styrledger to the version that recorded it"
        )
        self.name = name


class LedgerError(StyrledgerError):
    """Something is wrong with a ledger as a whole; ``path`` says which."""

    def __init__(self, path: str, what: str) -> None:
        super().__init__(f"{path}: {what}")
        self.path = path


class PlaceError(ValueRefused):
    """Not the address of a ledger on a server; the address is not shown: it may hold a password."""


class LedgerExists(LedgerError):
    """A new ledger was asked for where there is something already."""

    def __init__(self, path: str, what: str = "a file", free: str = "path") -> None:
        super().__init__(
            path,
            f"there is already {what}, expected a free {free}, choose another or open this one",
        )


class LedgerNotFound(LedgerError):
    """There is no ledger at the path, or in that schema of the database."""

    def __init__(self, path: str, what: str = "no such file", place: str = "PATH") -> None:
        super().__init__(
            path,
            f"{what}, expected a ledger, make one with: styrledger init {place} "
            "--organisation NAME",
        )


class NotALedger(LedgerError):
    """The file is something else than a ledger, or is damaged."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(
            path,
            f"not a ledger ({reason}), expected a file made by styrledger init or restore, "
            "check the path or restore a backup",
        )
        self.reason = reason


class LedgerUnfinished(LedgerError):
    """A ledger that is being restored, or whose restoring was cut off; ``reason`` says which."""

    def __init__(self, path: str, reason: str, todo: str) -> None:
        super().__init__(path, f"no ledger yet ({reason}), expected a finished one, {todo}")
        self.reason = reason


class FutureContract(LedgerError):
    """A newer version of the package wrote the file."""

    def __init__(self, path: str, found: int, known: int) -> None:
        super().__init__(
            path,
            f"written under version {found} of the contract, expected at most {known}, "
            "upgrade styrledger",
        )
        self.found = found
        self.known = known


class LedgerReadOnly(LedgerError):
    """The ledger was opened for reading, or its file cannot be written."""

    def __init__(self, path: str) -> None:
        super().__init__(
            path,
            "the ledger can only be read here, expected one that can be written, open it "
            "without read_only or check the file's permissions",
        )


class StorageError(LedgerError):
    """The disk or the database refused; nothing of what was being recorded is kept."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(
            path, f"the storage failed ({reason}), nothing was recorded, mend it and try again"
        )
        self.reason = reason

    @staticmethod
    def of(path: str, reason: str) -> LedgerError:
        """Return the error that a database's message stands for."""
        if "locked" in reason or "busy" in reason:
            return LedgerBusy(path, reason)
        if "full" in reason:
            return DiskFull(path, reason)
        if "readonly" in reason:
            return LedgerReadOnly(path)
        if "not a database" in reason or "malformed" in reason or "no such table" in reason:
            return NotALedger(path, reason)
        return StorageError(path, reason)


class LedgerBusy(StorageError):
    """Another writer held the ledger for too long; nothing was recorded."""


class DiskFull(StorageError):
    """There is no room for more; nothing was recorded."""


class ServerUnreachable(LedgerError):
    """No connection to the server, or it was lost; nothing was recorded."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(
            path,
            f"the server cannot be reached ({reason}), nothing was recorded, start it or check "
            "host and port, and try again",
        )
        self.reason = reason


class AccessDenied(LedgerError):
    """The server does not let the account in, or not do this."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(
            path,
            f"the server refused the account ({reason}), expected one with a right to this, "
            "check user, password and grants",
        )
        self.reason = reason


class DatabaseNotFound(LedgerError):
    """The server has no database of that name."""

    def __init__(self, path: str) -> None:
        super().__init__(
            path,
            "the server has no such database, expected one that exists, check the name or make "
            "it with: createdb NAME",
        )


class CommitUnknown(LedgerError):
    """The server did not confirm the commit: whether it was recorded is not known.

    All of it was recorded or nothing. Entries with keys can be recorded again, whichever it
    was: those that are there are not recorded twice.
    """

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(
            path,
            f"the server did not confirm the commit ({reason}), it is unknown whether all of "
            "it was recorded or nothing, record it again when the server answers: an entry "
            "whose key was recorded is not recorded twice; look in the log for those without",
        )
        self.reason = reason


class LedgerClosed(LedgerError):
    """A ledger or one of its views was asked after the ledger was closed."""

    def __init__(self, path: str) -> None:
        super().__init__(path, "the ledger is closed, ask while it is open")


class FileUnreadable(StyrledgerError):
    """A file that was named cannot be read or written."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"{path}: {reason}, expected a file, check the path and its permissions")
        self.path = path
        self.reason = reason


class FileInTheWay(StyrledgerError):
    """Something else lies where a file is to be written; ``ours`` is what may be replaced."""

    def __init__(self, path: str, ours: str) -> None:
        super().__init__(
            f"{path}: there is another file, expected a free path or {ours}, choose another path"
        )
        self.path = path
        self.ours = ours


class PolicyError(StyrledgerError):
    """A policy file for controls holds something that is no rule."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("\n".join(map(str, faults)))
        self.faults = tuple(faults)


class CopyUnreadable(StyrledgerError):
    """An exported copy of a ledger is no copy, is cut off, or was changed."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(str(fault))
        self.fault = fault


class LogDamaged(StyrledgerError):
    """The log does not run without a gap: an entry is missing or out of its place."""

    def __init__(self, expected: int, found: int) -> None:
        super().__init__(
            f"the log goes on at #{found}, expected #{expected}: entries were removed, "
            "restore a backup and compare the two"
        )
        self.expected = expected
        self.found = found


class EntriesRefused(StyrledgerError):
    """Nothing was recorded, for each of these faults."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("\n".join(map(str, faults)))
        self.faults = tuple(faults)


class UnknownName(StyrledgerError):
    """A question names something that the ledger has never heard of."""

    def __init__(self, kind: str, name: str, known: Iterable[str]) -> None:
        self.expected = nearest(name, known)
        super().__init__(f"no {kind} {name!r}, expected {self.expected}")
        self.kind = kind
        self.name = name


class UnknownPosition(StyrledgerError):
    """A question names a position that the log has not reached."""

    def __init__(self, position: int, head: int) -> None:
        super().__init__(f"no entry #{position}, expected a position from #0 to #{head}")
        self.position = position
        self.head = head


def nearest(name: str, known: Iterable[str], what: str = "one of") -> str:
    """Return what was expected instead of ``name``: the nearest known name, or the first few."""
    names = sorted(known)
    close = difflib.get_close_matches(name.casefold(), [n.casefold() for n in names], n=1)
    if close:
        return f"{next(n for n in names if n.casefold() == close[0])!r}"
    return f"{what} {listed(names)}" if names else f"{what} none so far"


def listed(names: Sequence[str], most: int = 12) -> str:
    """Return names as a readable list, cut after ``most``."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(repr(name) for name in names[:most]) + more


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


class CheckpointRefused(LedgerError):
    """No checkpoint is issued: the log no longer is what an earlier one says."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(
            path,
            f"{reason}: no checkpoint can be issued, expected a log that was only added to, "
            "run styrledger verify and compare the ledger with a backup",
        )
        self.reason = reason


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


class MissingExtraError(StyrledgerError):
    """A package that an optional part needs is not installed; ``extra`` is what to ask pip for."""

    def __init__(self, extra: str, package: str, needed_for: str) -> None:
        super().__init__(
            f"{needed_for} needs the package {package!r}, which is not installed: "
            f"run `pip install 'styrledger[{extra}]'`"
        )
        self.extra = extra
        self.package = package


class PortInUse(StyrledgerError):
    """The explorer cannot listen on a port; ``reason`` is what the system says."""

    def __init__(self, port: int, reason: str) -> None:
        super().__init__(
            f"port {port} of 127.0.0.1 cannot be used ({reason}), expected a free one, "
            "choose another with --port, or --port 0 for any"
        )
        self.port = port
        self.reason = reason
