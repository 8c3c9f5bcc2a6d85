"""The Merkle tree over the log: its hashes, its growth, and its root at any size.

The tree of RFC 6962, section 2.1 (kept unchanged in RFC 9162), over SHA-256: a leaf is
``SHA-256(0x00 || entry bytes)``, a node ``SHA-256(0x01 || left || right)``, the empty tree
``SHA-256("")``, and a tree of n leaves is split at the largest power of two below n.

Leaves are counted from 0, in the order of the log: the entry at position p is leaf p - 1.
A node is named by ``(level, index)``: it covers the leaves from ``index * 2**level`` up to but
not including ``(index + 1) * 2**level``. Only such *complete* nodes never change and are worth
keeping; the others, on the right edge, are computed from them when they are needed.

Pure: octets in, octets out, and nothing but the standard library.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from hashlib import sha256
from typing import Protocol, TypeAlias

from styrledger.errors import EntryBytesError, Fault

HASH_SIZE = 32
EMPTY_ROOT = sha256(b"").digest()
LEAVES_END = 1 << 64  # the first count of leaves that 8 octets cannot hold
ENTRY_FRAME = b"styrledger-entry/1\n"
MOST_HEADS = 4096
"""How many streams are remembered by what their entries' octets begin with."""

UNFIT = (AttributeError, TypeError, UnicodeEncodeError, OverflowError)
"""What comes of a row that no ledger wrote."""

NodeReader: TypeAlias = Callable[[int, int], bytes]
"""Gives the hash of a complete node from its level and index."""


class Octets(Protocol):
    """What of a stored entry is hashed."""

    @property
    def stream(self) -> str:
        """The stream that it is in."""
        ...

    @property
    def version(self) -> int:
        """Its place in its stream."""
        ...

    @property
    def name(self) -> str:
        """The stored name of its event."""
        ...

    @property
    def state(self) -> bytes:
        """Its octets."""
        ...


def entry_bytes(stream: str, version: int, name: str, state: bytes) -> bytes:
    """Return the octets that a stored entry is hashed as, the same on every store.

    ``styrledger-entry/1`` and a newline, then stream, version, name and state. The version is 8
    octets, big-endian; the others are preceded by their length in octets, written likewise, and
    text is UTF-8. So no two entries share their octets.

    Raises:
        EntryBytesError: a value that no ledger writes but a row edited by hand can hold: a
            version below 0 or past 8 octets, text that is not Unicode, another type.
    """
    try:
        parts = (
            ENTRY_FRAME,
            _sized(stream),
            version.to_bytes(8, "big"),
            _sized(name),
            len(state).to_bytes(8, "big"),
            state,
        )
        return b"".join(parts)
    except UNFIT as wrong:
        raise _unfit() from wrong


@lru_cache(4096)  # few streams and names, many entries
def _sized(text: str) -> bytes:
    octets = text.encode()
    return len(octets).to_bytes(8, "big") + octets


def _unfit() -> EntryBytesError:
    return EntryBytesError(
        Fault(
            "the stored entry cannot be hashed",
            expected="stream and name in text, version from 0 to 2**64 - 1, state in octets",
            todo="its row was not written by a ledger",
        )
    )


def leaf_hash(data: bytes) -> bytes:
    """Return the hash of a leaf that holds ``data``."""
    return sha256(b"\x00" + data).digest()


def leaf_of(row: Octets) -> bytes:
    """Return the hash of a stored entry in the tree.

    Raises:
        EntryBytesError: the row holds what no ledger writes.
    """
    return leaf_hash(entry_bytes(row.stream, row.version, row.name, row.state))


def leaves_of(rows: Iterable[Octets]) -> Iterator[bytes]:
    """Yield the hashes of stored entries, the same as ``leaf_of`` gives.

    Raises:
        EntryBytesError: a row holds what no ledger writes.
    """
    heads: dict[str, bytes] = {}
    try:
        for row in rows:
            stream, state = row.stream, row.state
            head = heads.get(stream)
            if head is None:
                if len(heads) == MOST_HEADS:
                    heads.clear()
                head = heads[stream] = b"\x00" + ENTRY_FRAME + _sized(stream)
            octets = (
                head,
                row.version.to_bytes(8, "big"),
                _sized(row.name),
                len(state).to_bytes(8, "big"),
                state,
            )
            yield sha256(b"".join(octets)).digest()
    except UNFIT as wrong:
        raise _unfit() from wrong


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of the node above two nodes."""
    return sha256(b"\x01" + left + right).digest()


class CompactRange:
    """The right edge of a growing tree: all that is needed to append and to know the root.

    ``edge`` holds the hashes of the largest complete subtrees, the leftmost and largest first:
    one for each bit that is set in ``size``.
    """

    __slots__ = ("edge", "size")

    def __init__(self, size: int = 0, edge: Sequence[bytes] = ()) -> None:
        if size < 0 or len(edge) != size.bit_count():
            message = f"{len(edge)} hashes are not the right edge of a tree of {size} leaves"
            raise ValueError(message)
        self.size = size
        self.edge = list(edge)

    @classmethod
    def read(cls, size: int, node: NodeReader) -> CompactRange:
        """Return the right edge of the tree at ``size`` leaves, from its stored nodes."""
        return cls(size, [node(level, index) for level, index in complete_nodes(0, size)])

    def grow(self, leaves: Iterable[bytes]) -> None:
        """Add leaves, given their hashes."""
        edge, size = self.edge, self.size
        for leaf in leaves:
            hashed, index = leaf, size
            while index & 1:
                # As node_hash does; a call for every entry of a log is worth sparing.
                hashed = sha256(b"\x01" + edge.pop() + hashed).digest()
                index >>= 1
            edge.append(hashed)
            size += 1
            self.size = size

    def join(self, size: int, edge: Sequence[bytes]) -> None:
        """Add the leaves of another range, whose edge was made apart from this one.

        This range must be made of whole subtrees at least as large as what is added.
        """
        if size and self.size % (1 << (size - 1).bit_length()):
            message = f"{size} leaves cannot be joined to {self.size} as a subtree"
            raise ValueError(message)
        if size.bit_count() != 1:
            self.edge += edge
        else:
            hashed, place = edge[0], self.size // size
            while place & 1:
                hashed = node_hash(self.edge.pop(), hashed)
                place >>= 1
            self.edge.append(hashed)
        self.size += size

    def root(self) -> bytes:
        """Return the root of the tree as it is now."""
        return _joined(self.edge)

    def copy(self) -> CompactRange:
        """Return an equal range that grows on its own."""
        return CompactRange(self.size, self.edge)


def root_at(size: int, node: NodeReader) -> bytes:
    """Return the root of the tree when it had ``size`` leaves; reads O(log n) nodes."""
    return subtree_hash(0, size, node)


def subtree_hash(start: int, end: int, node: NodeReader) -> bytes:
    """Return the hash of the subtree over the leaves from ``start`` up to but not ``end``."""
    return _joined([node(level, index) for level, index in complete_nodes(start, end)])


def complete_nodes(start: int, end: int) -> Iterator[tuple[int, int]]:
    """Give (level, index) of the largest complete nodes that make up a subtree, left to right."""
    while start < end:
        level = (end - start).bit_length() - 1
        yield level, start >> level
        start += 1 << level


def split(start: int, end: int) -> int:
    """Return the first leaf of the right half of a subtree of two leaves or more."""
    return start + (1 << ((end - start - 1).bit_length() - 1))


def _joined(hashes: Sequence[bytes]) -> bytes:
    """Return the root above complete subtrees, given left to right."""
    if not hashes:
        return EMPTY_ROOT
    *others, root = hashes
    for left in reversed(others):
        root = node_hash(left, root)
    return root
