"""Lossless text copies of a ledger: the stored octets of every entry, one JSON object a line.

The first line says which ledger it is, the last how many entries there are, so that a copy
that was cut off is never taken for a whole one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import BinaryIO, Never, TypeVar

import msgspec

from styrledger import stored
from styrledger.errors import (
    CopyUnreadable,
    Fault,
    FutureContract,
    StyrledgerError,
    UndecodableEntry,
)
from styrledger.store import CONTRACT, Identity, Log, Row
from styrledger.times import system_clock

PAGE = 1000
LONGEST_LINE = 10_000_000
Seen = Callable[[int], object]
T = TypeVar("T")


class Head(msgspec.Struct, forbid_unknown_fields=True, tag="copy", tag_field="styrledger"):
    """The first line: whose ledger, and under which version of the contract."""

    contract: int
    ledger: str
    organisation: str
    created_at: datetime


class Body(msgspec.Struct, forbid_unknown_fields=True):
    """A line for one entry; ``state`` is the very octets that the log holds."""

    stream: str
    version: int
    name: str
    state: msgspec.Raw


class Tail(msgspec.Struct, forbid_unknown_fields=True, tag="end", tag_field="styrledger"):
    """The last line: how many entries came before it."""

    entries: int


def write(identity: Identity, rows: Iterable[Row], file: BinaryIO, seen: Seen) -> int:
    """Write a copy and return how many entries it holds; ``seen`` is told of each page.

    Raises:
        UndecodableEntry: an entry's octets are not one line of JSON: the log was tampered with.
    """
    head = Head(identity.contract, identity.ledger, identity.organisation, identity.created_at)
    file.write(msgspec.json.encode(head) + b"\n")
    count = 0
    for row in rows:
        file.write(_line(row))
        count += 1
        if count % PAGE == 0:
            seen(PAGE)
    seen(count % PAGE)
    file.write(msgspec.json.encode(Tail(count)) + b"\n")
    return count


def _line(row: Row) -> bytes:
    stored.decode(row.name, row.state)
    if b"\n" in row.state:
        raise UndecodableEntry(row.name, "a line break in it")
    body = Body(row.stream, row.version, row.name, msgspec.Raw(row.state))
    return msgspec.json.encode(body) + b"\n"


def restore(file: BinaryIO, name: str, path: Path, seen: Seen) -> int:
    """Make a ledger of a copy at ``path`` and return how many entries it holds.

    ``name`` places faults in the copy; ``seen`` is told how many bytes each line had. Nothing
    is left at ``path`` unless all of the copy was good.

    Raises:
        CopyUnreadable: the file is no copy, is cut off, or a line of it was changed.
        FutureContract: a newer version of the package wrote it.
        LedgerExists: there is something at the path.
    """
    lines = _Lines(file, name, seen)
    head = lines.head()
    if head.contract > CONTRACT:
        raise FutureContract(name, head.contract, CONTRACT)
    identity = Identity(head.ledger, head.organisation, head.contract, head.created_at)
    log = Log.create(path, identity)
    try:
        with log.writing(system_clock) as writer:
            found = lines.rows()
            while rows := list(islice(found, PAGE)):
                writer.restore(rows)
            count = writer.head
    except BaseException:
        log.close()
        path.unlink()
        raise
    log.close()
    return count


class _Lines:
    """The lines of a copy, each checked against its place."""

    def __init__(self, file: BinaryIO, name: str, seen: Seen) -> None:
        self._file, self._name, self._seen = file, name, seen
        self._number = 0

    def head(self) -> Head:
        """Return the first line."""
        return self._parsed(self._line(), Head, "the first line of an export")

    def rows(self) -> Iterator[Row]:
        """Yield entries until the last line, which must say how many there were."""
        position = 0
        while not (line := self._line()).startswith(_TAIL):
            position += 1
            body = self._parsed(line, Body, "an exported entry")
            yield self._row(position, body)
        tail = self._parsed(line, Tail, "the last line of an export")
        if tail.entries != position or self._file.readline():
            self._refuse(f"{position} entries before the last line", str(tail.entries))

    def _row(self, position: int, body: Body) -> Row:
        state = bytes(body.state)
        try:
            found = stored.decode(body.name, state)[0].position
        except StyrledgerError as fault:
            self._refuse(str(fault), "an exported entry")
        if found != position:
            self._refuse(f"entry #{found}", f"#{position}")
        return Row(position, body.stream, body.version, body.name, state)

    def _line(self) -> bytes:
        line = self._file.readline(LONGEST_LINE)
        self._number += 1
        self._seen(len(line))
        if not line.endswith(b"\n"):
            self._refuse("the file ends here", "a last line that tells how many entries")
        return line

    def _parsed(self, line: bytes, kind: type[T], expected: str) -> T:
        try:
            return msgspec.json.decode(line, type=kind)
        except (msgspec.MsgspecError, UnicodeDecodeError) as fault:
            self._refuse(str(fault), expected)

    def _refuse(self, what: str, expected: str) -> Never:
        raise CopyUnreadable(Fault(what, expected, where=f"{self._name}:{self._number}"))


_TAIL = b'{"styrledger":"end"'
