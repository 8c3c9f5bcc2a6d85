"""The entries of a log, one after the other: each against its place, its octets and the last."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import cast

import msgspec

from styrledger import plain, registry, stored
from styrledger.errors import DateError, EntryBytesError, Fault, StyrledgerError, quoted
from styrledger.events.corrections import Amendment, EntryCorrected, EntryWithdrawn
from styrledger.events.entry import Recorded
from styrledger.rows import Row
from styrledger.times import instant
from styrledger.tree import leaf_hash, leaf_of, leaves_of
from styrledger.verifying.faults import Faults, LedgerFault, fault_at
from styrledger.verifying.found import Amended, Keyed

UNHASHABLE = leaf_hash(b"")
"""Stands in the tree for a row that cannot be hashed, so that no root comes out right."""


class EntryCheck:
    """Takes the rows of a part of the log in order, and notes what is wrong with them."""

    def __init__(self, faults: Faults, after: int) -> None:
        """Begin after a position."""
        self._faults = faults
        self.position = after
        """That of the row that was taken last."""
        self.first: datetime | None = None
        self.last: datetime | None = None
        self.keyed: list[Keyed] = []
        self.amended: list[Amended] = []
        self.whole = True
        """False from the first row on that cannot be read or is out of its place."""

    def leaves(self, rows: Sequence[Row]) -> list[bytes]:
        """Return the hashes of rows in the tree."""
        try:
            return [*leaves_of(rows)]
        except EntryBytesError:
            return [*map(self._leaf, rows)]

    def _leaf(self, row: Row) -> bytes:
        try:
            return leaf_of(row)
        except EntryBytesError:
            self.whole = False
            self._faults.add(
                fault_at(
                    row,
                    "octets",
                    "the row cannot be hashed",
                    expected="text, a whole number, text and octets",
                    found=quoted((row.stream, row.version, row.name, type(row.state).__name__)),
                )
            )
            return UNHASHABLE

    def take(self, row: Row) -> Sequence[Recorded]:
        """Check the next row; return what it stands for, nothing where it cannot be read.

        Of octets that are just what the ledger writes that is a plain structure.
        """
        position, stream, _, name, state = row
        if position != self.position + 1:
            self._out_of_place(row, self.position + 1)
        self.position = max(position, 0)
        try:
            exact = plain.read_exact(name, state)
        except TypeError:  # a row that holds no text or no octets
            exact = None
        parts = self._slowly(row) if exact is None else (exact,)
        if not parts:
            return ()
        recorded = parts[0]
        if recorded.position != position:
            self._of_elsewhere(row, recorded)
        # Entries of one commit mostly share one object.
        if recorded.recorded_at is not self.last and recorded.recorded_at != self.last:
            self._time(row, recorded)
        entry = recorded.entry
        event = entry.event
        if event.amends:  # it is in the stream of what it acts on
            target, withdraws = cast("Amendment", event).target, event.type == EntryWithdrawn.type
            self.amended.append(Amended(position, stream, target, withdraws))
        elif stream != (expected := event.placed(entry.decision).stream()):
            what = "the entry is in another stream"
            self._faults.add(fault_at(row, "stream", what, expected=expected, found=stream))
        if entry.key is not None:
            self.keyed.append(Keyed(position, entry.key))
        return parts

    def _slowly(self, row: Row) -> Sequence[Recorded]:
        """Read octets that no structure fits, and say what is wrong with them."""
        try:
            parts = stored.decode(row.name, row.state)
        except (StyrledgerError, TypeError, AttributeError) as error:
            self._unreadable(row, error)
            return ()
        if parts[0].recorded_at.tzinfo is None:
            self._unreadable(row, DateError(Fault("the instant has no offset from UTC")))
            return ()
        try:
            self._octets(row, parts[0])
        except RecursionError as error:
            self._unreadable(row, error)
            return ()
        return parts

    def _out_of_place(self, row: Row, expected: int) -> None:
        self.whole = False
        what = "the log goes on at another position"
        self._faults.add(
            fault_at(row, "position", what, expected=f"#{expected}", found=f"#{row.position}")
        )

    def _unreadable(self, row: Row, error: Exception) -> None:
        self.whole = False
        self._faults.add(
            fault_at(
                row,
                "octets",
                "the stored entry cannot be read",
                expected="what was recorded",
                found=f"{quoted(row.state)} ({error})",
            )
        )

    def _of_elsewhere(self, row: Row, recorded: Recorded) -> None:
        self.whole = False
        self._faults.add(
            fault_at(
                row,
                "position",
                "the entry was recorded at another position",
                expected=f"#{row.position}",
                found=f"#{recorded.position}",
            )
        )

    def _time(self, row: Row, recorded: Recorded) -> None:
        if self.last is not None and recorded.recorded_at < self.last:
            self._faults.add(too_early(row, self.last, recorded.recorded_at))
        self.first = self.first or recorded.recorded_at
        self.last = recorded.recorded_at

    def _octets(self, row: Row, recorded: Recorded) -> None:
        """Compare the octets with what the ledger writes."""
        if _is_older(row):
            octets = msgspec.json.encode(msgspec.json.decode(row.state), order="sorted")
            again = (row.name, octets)
        else:
            again = stored.encode(recorded)
        if again != (row.name, row.state):
            self._faults.add(
                fault_at(
                    row,
                    "octets",
                    "the entry is stored in other octets than the ledger writes",
                    expected=quoted(again[1], 2000),
                    found=quoted(row.state, 2000),
                )
            )


def too_early(row: Row, last: datetime, recorded_at: datetime) -> LedgerFault:
    """Return the fault of an entry that was recorded before the one that precedes it."""
    what = "recorded before the entry that precedes it"
    expected = f"{instant(last)} or later"
    return fault_at(row, "time", what, expected=expected, found=instant(recorded_at))


def _is_older(row: Row) -> bool:
    """Tell whether a row was stored in a form that today's code does not write any more."""
    return any(name in registry.UPCASTERS for name in _names(row))


def _names(row: Row) -> Iterator[str]:
    yield row.name
    if registry.UPCASTERS and registry.STORED.get(row.name) is EntryCorrected:
        yield msgspec.json.decode(row.state)["entry"]["event"]["replacement"]["name"]
