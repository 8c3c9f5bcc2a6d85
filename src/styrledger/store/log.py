"""What every log is, whatever keeps it: its identity, its rows, and the one writer at a time."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple, Protocol

import attrs

from styrledger.errors import FutureContract, LedgerReadOnly
from styrledger.rows import Row
from styrledger.store.places import Place
from styrledger.times import Clock, read_clock

if TYPE_CHECKING:
    from styrledger.events.entry import Entry, Recorded

CONTRACT = 1
"""The version of the record format and of the log's tables that this package writes."""

TABLES = ("stored_events", "ledger", "checkpoints")
"""The tables of the log; nothing in them is ever changed or removed."""

STREAMS = 10_000
"""So many streams a log remembers the versions of, from one commit to the next."""

LOCK_TIMEOUT = 60
"""Seconds that a writer waits for another to finish."""


@attrs.frozen
class Identity:
    """What a ledger is: whose it is, and an id that no other ledger has."""

    ledger: str
    organisation: str
    contract: int
    created_at: datetime


def new_identity(organisation: str, clock: Clock) -> Identity:
    """Return the identity of a new ledger of an organisation."""
    import uuid  # noqa: PLC0415 - for a new ledger only

    return Identity(str(uuid.uuid4()), organisation, CONTRACT, read_clock(clock))


@attrs.frozen
class Issued:
    """A checkpoint that this ledger has issued: three lines, or a signed note with its key."""

    text: str
    key: str | None = None


class Transaction(Protocol):
    """The one transaction that may add to a log; all of it is kept at its end, or nothing."""

    def row(self, position: int) -> Row | None:
        """Return the entry at a position, None where there is none."""
        ...

    def last(self) -> Row | None:
        """Return the newest entry, None in an empty log."""
        ...

    def versions(self, streams: Collection[str]) -> Mapping[str, int]:
        """Return the newest version in each of these streams, none for one without entries."""
        ...

    def insert(self, rows: Sequence[Row]) -> None:
        """Add entries after the newest."""
        ...

    def issued(self) -> list[Issued]:
        """Return the checkpoints that were issued, the oldest first."""
        ...

    def issue(self, checkpoint: Issued) -> None:
        """Keep a checkpoint as issued."""
        ...

    def discard(self) -> None:
        """Let nothing of the transaction be kept when it ends."""
        ...


@attrs.frozen
class Streams:
    """The newest versions of some streams when the log had so many entries, the last at an instant.

    None where that has to be looked up.
    """

    head: int
    versions: dict[str, int]
    last: datetime | None = None


class Placed(NamedTuple):
    """An entry with the stream that it goes to, and its octets where they were made already."""

    stream: str
    entry: Entry
    octets: bytes | None = None


class Writer:
    """The right to append, held by one writer at a time until its transaction ends."""

    def __init__(self, transaction: Transaction, clock: Clock, known: Streams) -> None:
        """Begin after the newest entry; ``known`` holds if nobody else has written since."""
        self._transaction = transaction
        last = transaction.last()
        self.head = 0 if last is None else last.position
        goes_on = known.head == self.head
        self._versions = known.versions if goes_on else {}
        self.discarded = False
        self._last: datetime | None = known.last if goes_on else None
        if last is not None and self._last is None:
            self._last = _recorded(last).recorded_at
        now = read_clock(clock)
        self.now = now if self._last is None else max(now, self._last)

    def append(self, placed: Sequence[Placed], by: str | None) -> int:
        """Store entries after the head, each in its stream, all at one instant.

        Return the head as it was: the first of them follows it.
        """
        from styrledger.stored import encoder  # noqa: PLC0415 - only writers wait for it

        before, versions = self.head, self._versions
        if len(versions) > STREAMS:
            versions.clear()
        self._look_up({one.stream for one in placed})
        encode = encoder(self.now, by)
        rows: list[Row] = []
        for position, (stream, entry, octets) in enumerate(placed, before + 1):
            version = versions[stream] = versions[stream] + 1
            rows.append(Row(position, stream, version, *encode(position, entry, octets)))
        if rows:
            self._transaction.insert(rows)
            self._last = self.now
        self.head += len(rows)
        return before

    def entry_at(self, position: int) -> Entry | None:
        """Return an entry of this log or of this transaction, None where there is none."""
        row = self._transaction.row(position)
        return None if row is None else _recorded(row).entry

    def issued(self) -> list[Issued]:
        """Return the checkpoints that were issued, the oldest first."""
        return self._transaction.issued()

    def issue(self, checkpoint: Issued) -> None:
        """Keep a checkpoint that is about to be given out."""
        self._transaction.issue(checkpoint)

    def discard(self) -> None:
        """Let nothing of the transaction be kept when it ends."""
        self.discarded = True
        self._transaction.discard()

    def streams(self) -> Streams:
        """Return what is known of the streams now, for the next writer."""
        versions = self._versions if len(self._versions) < STREAMS else {}
        return Streams(self.head, versions, self._last)

    def _look_up(self, streams: set[str]) -> None:
        new = streams - self._versions.keys()
        if new:
            self._versions.update({**dict.fromkeys(new, 0), **self._transaction.versions(new)})


class Log(ABC):
    """The append-only log of one ledger."""

    uri: str | None = None
    """The SQLite URI that views read octets from, None for a log that is not such a file."""

    def __init__(self, place: Place, *, read_only: bool) -> None:
        self.place = place
        self.read_only = read_only
        self._streams = Streams(0, {})

    @property
    def connected(self) -> int:
        """How often it was connected to; a file that is open stays the file that it is."""
        return 0

    @property
    @abstractmethod
    def identity(self) -> Identity:
        """Whose ledger it is."""

    @abstractmethod
    def head(self) -> int:
        """Return how many entries there are."""

    @abstractmethod
    def rows(self, after: int = 0, limit: int = 1000) -> list[Row]:
        """Return stored entries in order, those with a position above ``after``."""

    def all_rows(self, page: int = 1000) -> Iterator[Row]:
        """Yield every stored entry in order, page by page."""
        after = 0
        while rows := self.rows(after, page):
            yield from rows
            after = rows[-1].position

    @abstractmethod
    def issued(self) -> list[Issued]:
        """Return the checkpoints that were issued, the oldest first."""

    @contextmanager
    def writing(self, clock: Clock) -> Generator[Writer]:
        """Hold the right to append; on leaving, all is on the disk, or nothing after an error.

        Raises:
            LedgerReadOnly: where the log was opened for reading.
            LedgerBusy: where another writer did not finish in time.
            CommitUnknown: the server was lost before it told whether all of it was kept.
        """
        if self.read_only:
            raise LedgerReadOnly(str(self.place))
        known, self._streams = self._streams, Streams(0, {})
        with self.transaction() as transaction:
            writer = Writer(transaction, clock, known)
            yield writer
        if not writer.discarded:
            self._streams = writer.streams()

    @abstractmethod
    def transaction(self) -> AbstractContextManager[Transaction]:
        """Hold the one transaction that may add to the log."""

    @abstractmethod
    def wait(self, after: int, seconds: float) -> int:
        """Return the head when it is above ``after``, and at the latest when the time is over."""

    @abstractmethod
    def close(self) -> None:
        """Close every connection."""

    def check_contract(self) -> None:
        """Refuse a log that a newer version of the package made.

        Raises:
            FutureContract: so it is.
        """
        contract = self.identity.contract
        if contract > CONTRACT:
            raise FutureContract(str(self.place), contract, CONTRACT)


class Restoring(ABC):
    """A log that is being restored: no ledger yet, until ``finish`` says whose it is.

    What was added stays when the restoring is cut off, and is there when it is taken up again.
    """

    @abstractmethod
    def rows(self, after: int, limit: int) -> list[Row]:
        """Return entries that are there already, those with a position above ``after``."""

    @abstractmethod
    def add(self, rows: Sequence[Row]) -> None:
        """Add entries after the newest, in a transaction of their own."""

    @abstractmethod
    def begin_anew(self, after: int) -> None:
        """Forget what is there: after so many entries it is no more what is restored.

        Raises:
            LedgerUnfinished: it can only be restored from its beginning.
        """

    @abstractmethod
    def finish(self, identity: Identity, issued: Iterable[Issued]) -> None:
        """Make it a ledger, with the checkpoints that it has issued."""


def _recorded(row: Row) -> Recorded:
    from styrledger.stored import decode  # noqa: PLC0415 - only writers wait for it

    return decode(row.name, row.state)[0]
