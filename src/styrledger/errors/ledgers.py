"""What is wrong with a ledger as a whole, or with what its log holds."""

from __future__ import annotations

from styrledger.errors.faults import StyrledgerError


class LedgerError(StyrledgerError):
    """Something is wrong with a ledger as a whole; ``path`` says which."""

    def __init__(self, path: str, what: str) -> None:
        super().__init__(f"{path}: {what}")
        self.path = path


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


class CheckpointRefused(LedgerError):
    """No checkpoint is issued: the log no longer is what an earlier one says."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(
            path,
            f"{reason}: no checkpoint can be issued, expected a log that was only added to, "
            "run styrledger verify and compare the ledger with a backup",
        )
        self.reason = reason


class UndecodableEntry(StyrledgerError):
    """Stored octets that are not an entry: they were changed after they were recorded."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(
            f"the stored {name} cannot be read ({reason}), expected the octets that were "
            "recorded, compare the ledger with an export or a backup"
        )
        self.name = name
        self.reason = reason


class AmountDamaged(StyrledgerError):
    """A sum is finer than the precision of its terms: one was changed after it was recorded."""

    def __init__(self, ore: int, ulp: int) -> None:
        super().__init__(
            f"a sum of {ore} öre cannot be printed at the precision of its terms, {ulp} öre, "
            "expected amounts as they were recorded, run 'styrledger verify' with a checkpoint "
            "from before"
        )
        self.ore = ore
        self.ulp = ulp


class UnknownStoredName(StyrledgerError):
    """The log holds an event type that this version of the package does not know."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"the ledger holds {name!r}, which this version of styrledger does not know, "
            "upgrade styrledger to the version that recorded it"
        )
        self.name = name


class LogDamaged(StyrledgerError):
    """The log does not run without a gap: an entry is missing or out of its place."""

    def __init__(self, expected: int, found: int) -> None:
        super().__init__(
            f"the log goes on at #{found}, expected #{expected}: entries were removed, "
            "restore a backup and compare the two"
        )
        self.expected = expected
        self.found = found
