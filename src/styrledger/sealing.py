"""Checkpoints of a ledger: its origin line, the roots over its octets, and issuing.

A checkpoint is computed from the stored octets themselves, never from the tree that the views
keep: what is given out must be true of the log.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable
from hashlib import sha256
from itertools import islice

from styrledger.checkpoints import Checkpoint
from styrledger.errors import CheckpointRefused, NoteError, UnknownPosition, quoted
from styrledger.keys import SigningKey, sign
from styrledger.notes import Note, refuse
from styrledger.rows import Row
from styrledger.store import (
    Identity,
    Issued,
    Log,
)
from styrledger.times import Clock, instant
from styrledger.tree import CompactRange, Octets, leaves_of

IDENTITY_FRAME = b"styrledger-identity/1\n"
ORIGIN_OCTETS = 16


def origin_of(ledger: str, organisation: str, contract: int, created_at: str) -> str:
    """Return the first line of a ledger's checkpoints: ``styrledger/`` and 32 hex digits.

    They are the first 16 octets of a SHA-256 over the whole identity of the ledger, each part
    as UTF-8 after its length in 8 octets, so that no part of it can be exchanged.
    """
    parts = [part.encode() for part in (ledger, organisation, str(contract), created_at)]
    framed = b"".join(len(part).to_bytes(8, "big") + part for part in parts)
    return f"styrledger/{sha256(IDENTITY_FRAME + framed).digest()[:ORIGIN_OCTETS].hex()}"


def origin(identity: Identity) -> str:
    """Return the first line of a ledger's checkpoints."""
    made = instant(identity.created_at)
    return origin_of(identity.ledger, identity.organisation, identity.contract, made)


def roots(rows: Iterable[Octets], sizes: Iterable[int]) -> dict[int, bytes]:
    """Return the roots over the first so many rows, of the sizes that the rows reach."""
    edge = CompactRange()
    wanted = sorted({*sizes})
    found: dict[int, bytes] = {}
    following = iter(rows)
    for size in wanted:
        edge.grow(leaves_of(islice(following, size - edge.size)))
        if edge.size == size:
            found[size] = edge.root()
    return found


def issue(log: Log, clock: Clock, size: int | None = None, key: SigningKey | None = None) -> Issued:
    """Compute the checkpoint of the first ``size`` entries, keep it as issued and return it.

    The default is all entries. With a key it is signed. One that was issued before is returned
    as it was.

    Raises:
        CheckpointRefused: the log no longer is what an earlier checkpoint says.
        UnknownPosition: the log has not reached ``size``.
        StorageError: the ledger cannot be written.
    """
    with log.writing(clock) as writer:
        earlier = writer.issued()
        if size is not None and not 0 <= size <= writer.head:
            raise UnknownPosition(size, writer.head)
        made = _consistent(log, earlier, writer.head if size is None else size)
        text = made.to_text()
        line = None if key is None else key.verifier_key.to_text()
        for one in earlier:
            if (body(one.text), one.key) == (text, line):
                return one
        issued = Issued(text if key is None else sign(text, key).to_text(), line)
        writer.issue(issued)
    return issued


def body(text: str) -> str:
    """Return the lines that a checkpoint says, without signatures.

    Raises:
        NoteError: a signed one cannot be read.
    """
    return Note.from_text(text).text if is_signed(text) else text


def is_signed(text: str | bytes) -> bool:
    """Tell whether a checkpoint is a note with signatures under it, rather than bare."""
    return b"\n\n" in text if isinstance(text, bytes) else "\n\n" in text


def read_checkpoint(text: str | bytes) -> Checkpoint:
    """Read a checkpoint, bare or signed; signatures are not verified.

    Raises:
        NoteError: it is neither.
    """
    read = Checkpoint.from_text(Note.from_text(text).text if is_signed(text) else text)
    if read.extensions:
        refuse(f"{quoted(read.extensions[0])} follows the root", "three lines, as ledgers write")
    return read


def _consistent(log: Log, earlier: Iterable[Issued], size: int) -> Checkpoint:
    """Return the checkpoint at a size, which must agree with those issued before."""
    line = origin(log.identity)
    try:
        before = [read_checkpoint(one.text) for one in earlier]
    except NoteError as error:
        raise CheckpointRefused(
            str(log.place), f"an issued checkpoint was changed ({error})"
        ) from (error)
    rows: Iterable[Row] = log.all_rows()
    found = roots(rows, [size, *(one.size for one in before)])
    for one in before:
        if one.origin != line:
            what = f"checkpoints were issued as {one.origin}, and it is now {line}"
            raise CheckpointRefused(str(log.place), what)
        if one.size not in found:
            what = f"a checkpoint was issued over {one.size} entries, which it no longer holds"
            raise CheckpointRefused(str(log.place), what)
        if found[one.size] != one.root:
            now, then = (b64encode(root).decode() for root in (found[one.size], one.root))
            what = f"the root of the first {one.size} entries is {now} and was issued as {then}"
            raise CheckpointRefused(str(log.place), what)
    return Checkpoint(line, size, found[size])
