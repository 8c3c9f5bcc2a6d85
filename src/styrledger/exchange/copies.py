"""Lossless text copies of a ledger: the stored octets of every entry, one JSON object a line.

The first line says which ledger it is. The last says how many entries there are and what the
lines before it hash to, so that a copy that was cut off or changed is never taken for a whole
one. Line breaks that a mail program turned into others are no change.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import BinaryIO, Never, Protocol, TypeVar

import msgspec

from styrledger import stored
from styrledger.errors import (
    CopyUnreadable,
    Fault,
    FutureContract,
    StyrledgerError,
    UndecodableEntry,
)
from styrledger.rows import Row
from styrledger.store import (
    CONTRACT,
    Identity,
    Issued,
    Place,
    restoring,
)

PAGE = 1000
LONGEST_LINE = 10_000_000
Seen = Callable[[int], object]
T = TypeVar("T")


class Sink(Protocol):
    """What a copy is written to."""

    def write(self, octets: bytes, /) -> object:
        """Write octets after those before."""
        ...


class Version(msgspec.Struct, tag="copy", tag_field="styrledger"):
    """What the first line says in every version of the contract."""

    contract: int


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


class Given(msgspec.Struct, forbid_unknown_fields=True, tag="checkpoint", tag_field="styrledger"):
    """A line, after the entries, for a checkpoint that the ledger has issued."""

    text: str
    key: str | None


class Tail(msgspec.Struct, forbid_unknown_fields=True, tag="end", tag_field="styrledger"):
    """The last line: how many entries came before it, and the SHA-256 of all those lines."""

    entries: int
    sha256: str


def write(
    identity: Identity,
    rows: Iterable[Row],
    issued: Iterable[Issued],
    file: Sink,
    seen: Seen,
) -> int:
    """Write a copy and return how many entries it holds; ``seen`` is told of each page.

    ``issued`` are the checkpoints as they were before the rows were read.

    Raises:
        UndecodableEntry: an entry's octets are not one line of JSON: the log was tampered with.
    """
    first = _head_line(identity)
    file.write(first)
    digest = hashlib.sha256(first)
    count = 0
    for row in rows:
        stored.decode(row.name, row.state)
        line = _line(row)
        file.write(line)
        digest.update(line)
        count += 1
        if count % PAGE == 0:
            seen(PAGE)
    seen(count % PAGE)
    for one in issued:
        line = msgspec.json.encode(Given(one.text, one.key)) + b"\n"
        file.write(line)
        digest.update(line)
    file.write(msgspec.json.encode(Tail(count, digest.hexdigest())) + b"\n")
    return count


def _head_line(identity: Identity) -> bytes:
    head = Head(identity.contract, identity.ledger, identity.organisation, identity.created_at)
    return msgspec.json.encode(head) + b"\n"


def _line(row: Row) -> bytes:
    if b"\n" in row.state:
        raise UndecodableEntry(row.name, "a line break in it")
    body = Body(row.stream, row.version, row.name, msgspec.Raw(row.state))
    return msgspec.json.encode(body) + b"\n"


def is_copy(path: Path) -> bool:
    """Tell whether a file begins as a copy does."""
    with path.open("rb") as file:
        return file.read(len(_HEAD)) == _HEAD


def restore(file: BinaryIO, name: str, place: Place, seen: Seen) -> int:
    """Make a ledger of a copy at ``place`` and return how many entries it holds.

    ``name`` places faults in the copy; ``seen`` is told how many bytes each line had. There is
    no ledger at ``place`` unless all of the copy was good. Where restoring was cut off before,
    what is there is compared with the copy, and only what is missing is added.

    Raises:
        CopyUnreadable: the file is no copy, is cut off, or a line of it was changed.
        FutureContract: a newer version of the package wrote it.
        LedgerExists: there is something at the place.
        LedgerUnfinished: the beginning of another copy is there.
    """
    with restoring(place) as target:
        lines = _Lines(file, name, seen)
        identity, found = lines.identity(), lines.rows()
        after = 0
        while page := list(islice(found, PAGE)):
            there = target.rows(after, PAGE)
            if there != page[: len(there)]:
                target.begin_anew(after)
                there = []
            if len(there) < len(page):
                target.add(page[len(there) :])
            after += len(page)
        if target.rows(after, 1):
            target.begin_anew(after)
        target.finish(identity, lines.issued)
    return after


class _Lines:
    """The lines of a copy, each checked against its place."""

    def __init__(self, file: BinaryIO, name: str, seen: Seen) -> None:
        self._file, self._name, self._seen = file, name, seen
        self._number = 0
        self._versions = Counter[str]()
        self._digest = hashlib.sha256()
        self.issued: list[Issued] = []
        """The checkpoints in it, when all rows were read."""

    def identity(self) -> Identity:
        """Return what the first line says."""
        line, expected = self._line(), "the first line of an export"
        if not line.startswith(_HEAD):
            self._refuse("this is no copy of a ledger", expected)
        contract = self._parsed(line, Version, expected).contract
        if contract > CONTRACT:
            raise FutureContract(self._name, contract, CONTRACT)
        head = self._parsed(line, Head, expected)
        identity = Identity(head.ledger, head.organisation, head.contract, head.created_at)
        self._digest.update(_head_line(identity))
        return identity

    def rows(self) -> Iterator[Row]:
        """Yield entries until the last line, which must fit those before it."""
        position = 0
        while not (line := self._line()).startswith((_GIVEN, _TAIL)):
            position += 1
            row = self._row(position, self._parsed(line, Body, "an exported entry"))
            self._digest.update(_line(row))
            yield row
        while line.startswith(_GIVEN):
            given = self._parsed(line, Given, "an issued checkpoint")
            self._digest.update(msgspec.json.encode(given) + b"\n")
            self.issued.append(Issued(given.text, given.key))
            line = self._line()
        tail = self._parsed(line, Tail, "the last line of an export")
        if tail.entries != position:
            self._refuse(f"{position} entries before the last line", str(tail.entries))
        if tail.sha256 != self._digest.hexdigest():
            self._refuse("a line above was changed", "the lines that were exported", _ANOTHER)
        if self._file.read(1):
            self._refuse("more after the last line", "the end of the file", _ANOTHER)

    def _row(self, position: int, body: Body) -> Row:
        state = bytes(body.state)
        try:
            found = stored.decode(body.name, state)[0].position
        except StyrledgerError as fault:
            self._refuse(str(fault), "an exported entry")
        if found != position:
            self._refuse(f"entry #{found}", f"#{position}", _ANOTHER)
        self._versions[body.stream] += 1
        version = self._versions[body.stream]
        if body.version != version:
            self._refuse(f"version {body.version} of {body.stream!r}", str(version), _ANOTHER)
        return Row(position, body.stream, body.version, body.name, state)

    def _line(self) -> bytes:
        line = self._file.readline(LONGEST_LINE)
        self._number += 1
        self._seen(len(line))
        if len(line) == LONGEST_LINE:
            self._refuse("the line is too long", "an exported entry")
        if not line.endswith(b"\n"):
            expected = "a last line that tells how many entries"
            self._refuse("the file ends here", expected, _ANOTHER)
        return line

    def _parsed(self, line: bytes, kind: type[T], expected: str) -> T:
        try:
            return msgspec.json.decode(line, type=kind)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as fault:
            self._refuse(str(fault), expected)

    def _refuse(self, what: str, expected: str, todo: str = "") -> Never:
        raise CopyUnreadable(Fault(what, expected, todo, where=f"{self._name}:{self._number}"))


_HEAD = b'{"styrledger":"copy"'
_GIVEN = b'{"styrledger":"checkpoint"'
_TAIL = b'{"styrledger":"end"'
_ANOTHER = "use another copy"
