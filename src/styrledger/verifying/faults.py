"""What a check of a ledger finds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

import attrs

from styrledger.errors import printable, quoted
from styrledger.rows import Row

MOST = 10_000
"""How many faults are kept; more are only counted."""

Kind = Literal[
    "file", "schema", "identity", "position", "octets", "time", "version", "stream", "key",
    "views", "tree", "checkpoint",
]  # fmt: skip
"""What a fault is about: the database file, its tables and triggers, the identity of the ledger,
the place of an entry, what it holds, when it was recorded, its place in its stream, the stream
itself, its key, the view file, the tree in it, or a checkpoint."""


def _position(value: object) -> int | None:
    """Return a position, None for what is none: any column of a file can hold anything."""
    return value if isinstance(value, int) else None


@attrs.frozen
class LedgerFault:
    """One thing in a ledger that is not as it must be.

    ``position`` is the entry that it is about, the first one where there are several, and None
    where it is about no entry. ``stream`` and ``event`` (its stored name) are that entry's.
    """

    kind: Kind
    what: str = attrs.field(converter=printable)
    expected: str = attrs.field(converter=printable)
    found: str = attrs.field(converter=printable)
    position: int | None = attrs.field(default=None, converter=_position)
    stream: str | None = None
    event: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return the fault as JSON answers show it."""
        return attrs.asdict(self)

    def __str__(self) -> str:
        place = "" if self.position is None else f"#{self.position} "
        whose = "".join(f"{part} " for part in (self.stream, self.event) if part is not None)
        head = f"{place}{whose}".rstrip()
        said = f"{self.what}: expected {self.expected}, found {self.found}"
        return f"{head}: {said}" if head else said


def fault_at(row: Row, kind: Kind, what: str, *, expected: str, found: str) -> LedgerFault:
    """Return a fault about one stored entry."""
    stream, event = (_text(value) for value in (row.stream, row.name))
    return LedgerFault(kind, what, expected, found, row.position, stream, event)


def _text(value: object) -> str:
    return value if isinstance(value, str) and value.isprintable() else quoted(value)


class Faults:
    """The faults found so far; memory does not grow without end."""

    def __init__(self) -> None:
        self.kept: list[LedgerFault] = []
        self.count = 0

    def add(self, fault: LedgerFault) -> None:
        """Take one more."""
        self.count += 1
        if len(self.kept) < MOST:
            self.kept.append(fault)

    def take(self, others: Faults) -> None:
        """Take all that others have found."""
        self.count += others.count
        self.kept += others.kept[: MOST - len(self.kept)]

    def __iter__(self) -> Iterator[LedgerFault]:
        return iter(self.kept)


@attrs.frozen
class Anchor:
    """A checkpoint, and which entries it vouches for beyond the smaller ones.

    ``source`` is the file it was read from, or where in the ledger. ``outside`` tells whether it
    came from outside the ledger: only such a one proves anything to its holder. ``signed`` tells
    whether it is a signed note, and ``signers`` are the trusted keys that signed it; None where
    no key was given, so that nothing was checked.
    """

    source: str
    size: int
    root: str
    first: int
    holds: bool
    outside: bool
    signed: bool
    signers: tuple[str, ...] | None

    def as_dict(self) -> dict[str, Any]:
        """Return the anchor as JSON answers show it."""
        return {**attrs.asdict(self), "signers": None if self.signers is None else [*self.signers]}


@attrs.frozen
class Verification:
    """What checking a whole ledger found.

    ``faults`` come in the order of checking; beyond 10 000 they are only counted. ``unanchored``
    is the first entry that no outside checkpoint vouches for, None where all are vouched for:
    nothing here can tell whether those from it on were exchanged. ``views`` says in words
    what the view file was found to be.
    """

    ledger: str = attrs.field(converter=printable)
    origin: str = attrs.field(converter=printable)
    entries: int
    root: str
    faults: tuple[LedgerFault, ...]
    count: int
    anchors: tuple[Anchor, ...]
    unanchored: int | None
    views: str = attrs.field(converter=printable)

    @property
    def ok(self) -> bool:
        """True where nothing is wrong."""
        return self.count == 0

    def as_dict(self) -> dict[str, Any]:
        """Return the result as JSON answers show it."""
        unanchored = {"first": self.unanchored, "last": self.entries}
        return {
            "ledger": self.ledger,
            "origin": self.origin,
            "entries": self.entries,
            "root": self.root,
            "ok": self.ok,
            "faults": [fault.as_dict() for fault in self.faults],
            "fault_count": self.count,
            "anchors": [anchor.as_dict() for anchor in self.anchors],
            "not_anchored": None if self.unanchored is None else unanchored,
            "views": self.views,
        }
