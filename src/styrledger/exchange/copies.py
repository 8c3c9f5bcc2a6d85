"""Lossless text copies of a ledger: the stored octets of every entry, one JSON object a line.

The first line says which ledger it is. The last says how many entries there are and what the
lines before it hash to, so that a copy that was cut off or changed is never taken for a whole
one. Line breaks that a mail program turned into others are no change.
"""

from __future__ import annotations

import hashlib
import os
from collections import Counter
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
    LedgerExists,
    StyrledgerError,
    UndecodableEntry,
)
from styrledger.store import CONTRACT, Identity, Log, Row

PAGE = 1000
LONGEST_LINE = 10_000_000
Seen = Callable[[int], object]
T = TypeVar("T")


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


class Tail(msgspec.Struct, forbid_unknown_fields=True, tag="end", tag_field="styrledger"):
    """The last line: how many entries came before it, and the SHA-256 of all those lines."""

    entries: int
    sha256: str


def write(identity: Identity, rows: Iterable[Row], file: BinaryIO, seen: Seen) -> int:
    """Write a copy and return how many entries it holds; ``seen`` is told of each page.

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


def restore(file: BinaryIO, name: str, path: Path, seen: Seen) -> int:
    """Make a ledger of a copy at ``path`` and return how many entries it holds.

    ``name`` places faults in the copy; ``seen`` is told how many bytes each line had. Nothing
    is left at ``path`` unless all of the copy was good.

    Raises:
        CopyUnreadable: the file is no copy, is cut off, or a line of it was changed.
        FutureContract: a newer version of the package wrote it.
        LedgerExists: there is something at the path.
    """
    if os.path.lexists(path):
        raise LedgerExists(str(path))
    lines = _Lines(file, name, seen)
    identity, found = lines.identity(), lines.rows()
    log = Log.create(path, identity, iter(lambda: list(islice(found, PAGE)), []))
    count = log.head()
    log.close()
    return count


class _Lines:
    """The lines of a copy, each checked against its place."""

    def __init__(self, file: BinaryIO, name: str, seen: Seen) -> None:
        self._file, self._name, self._seen = file, name, seen
        self._number = 0
        self._versions = Counter[str]()
        self._digest = hashlib.sha256()

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
        while not (line := self._line()).startswith(_TAIL):
            position += 1
            row = self._row(position, self._parsed(line, Body, "an exported entry"))
            self._digest.update(_line(row))
            yield row
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
_TAIL = b'{"styrledger":"end"'
_ANOTHER = "use another copy"
