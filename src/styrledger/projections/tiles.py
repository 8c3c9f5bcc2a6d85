"""The tree's hashes as they are kept: sixteen to a tile, so that a log of n entries has n / 16.

A tile of level 0 holds the hashes of sixteen leaves, one of level 1 the roots of sixteen full
tiles of level 0, and so on; the last tile of a level holds what there is so far. The nodes
between are computed when they are asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache, partial
from hashlib import sha256

from styrledger.tree import EMPTY_ROOT, HASH_SIZE, NodeReader

HEIGHT = 4
"""How many levels of the tree one level of tiles stands for."""

WIDTH = 1 << HEIGHT

TIERS = 3
"""So many tiers of tiles lie inside a stretch of the log that is worked out apart."""

STRETCH = 1 << (HEIGHT * TIERS)
"""How many entries such a stretch has: the leaves below one hash of the tier above."""

REMEMBERED = 4096
"""So many nodes and tiles are remembered at most."""

TileReader = Callable[[int, int], bytes]
"""Gives the hashes of a tile, by its level and place; none where there is no such tile."""

Tile = tuple[int, int, bytes]
"""Level, place and hashes."""


class Tiles:
    """The tiles on the right edge of a growing tree."""

    def __init__(self, size: int, read: TileReader) -> None:
        """Take up where the tree has ``size`` leaves."""
        self.size = size
        self._open: list[list[bytes]] = []
        level = 0
        while count := size >> (HEIGHT * level):
            hashes = read(level, count // WIDTH) if count % WIDTH else b""
            self._open.append(_parted(hashes)[: count % WIDTH])
            if len(self._open[-1]) != count % WIDTH:
                raise KeyError((level, count // WIDTH))
            level += 1

    def grow(self, leaves: Iterable[bytes]) -> list[Tile]:
        """Add leaves, given their hashes; return the tiles that this filled."""
        made: list[Tile] = []
        hashes = self._at(0)
        for leaf in leaves:
            self.size += 1
            hashes.append(leaf)
            if len(hashes) == WIDTH:
                self._close(0, made)
                hashes = self._open[0]
        return made

    def graft(self, root: bytes) -> list[Tile]:
        """Add a stretch whose tiles were made apart, given its root; return the tiles it filled.

        The tree must end where a stretch does.
        """
        self.size += STRETCH
        made: list[Tile] = []
        for level in range(TIERS):
            self._at(level)
        above = self._at(TIERS)
        above.append(root)
        if len(above) == WIDTH:
            self._close(TIERS, made)
        return made

    def begun(self) -> list[Tile]:
        """Return the tiles that are not full yet, as far as there is something in them."""
        return [
            (level, self.size >> (HEIGHT * (level + 1)), b"".join(hashes))
            for level, hashes in enumerate(self._open)
            if hashes
        ]

    def at(self, level: int) -> list[bytes]:
        """Return the hashes of the tile of a level that is not full yet."""
        return [*self._open[level]] if level < len(self._open) else []

    def edge(self) -> list[bytes]:
        """Return the hashes of the largest complete subtrees, the leftmost and largest first."""
        return [
            joined(hashes[at - (at & -at) : at])
            for hashes in reversed(self._open)
            for at in _ends(len(hashes))
        ]

    def copy(self) -> Tiles:
        """Return an equal edge that grows on its own."""
        twin = Tiles(0, _nothing)
        twin.size, twin._open = self.size, [[*hashes] for hashes in self._open]
        return twin

    def _at(self, level: int) -> list[bytes]:
        if level == len(self._open):
            self._open.append([])
        return self._open[level]

    def _close(self, level: int, made: list[Tile]) -> None:
        """Take a full tile, and put its root in the one above, which may be full then too."""
        hashes, self._open[level] = self._open[level], []
        made.append((level, (self.size >> (HEIGHT * (level + 1))) - 1, b"".join(hashes)))
        above = self._at(level + 1)
        above.append(joined(hashes))
        if len(above) == WIDTH:
            self._close(level + 1, made)


def placed(tile: Tile, after: int) -> Tile:
    """Return a tile over a part of the log with its place in the whole tree."""
    level, place, hashes = tile
    return level, place + (after >> (HEIGHT * (level + 1))), hashes


def node_in(read: TileReader, level: int, index: int) -> bytes:
    """Return the hash of a complete node of the tree, from the tile that it lies in or above.

    Raises:
        KeyError: the tree has not grown that far.
    """
    tiled, above = divmod(level, HEIGHT)
    place, first = divmod(index << above, WIDTH)
    hashes = _parted(read(tiled, place))[first : first + (1 << above)]
    if len(hashes) != 1 << above:
        raise KeyError((level, index))
    return joined(hashes)


def nodes(read: TileReader) -> NodeReader:
    """Return what gives complete nodes for one piece of work, which asks for some of them often."""
    remember = lru_cache(REMEMBERED)
    return remember(partial(node_in, remember(read)))


def joined(hashes: list[bytes]) -> bytes:
    """Return the node above a power of two of neighbouring hashes."""
    while len(hashes) > 1:
        pairs = zip(hashes[::2], hashes[1::2], strict=True)
        # As node_hash does: there is one for every entry of a log.
        hashes = [sha256(b"\x01" + left + right).digest() for left, right in pairs]
    return hashes[0] if hashes else EMPTY_ROOT


def _parted(hashes: bytes) -> list[bytes]:
    return [hashes[at : at + HASH_SIZE] for at in range(0, len(hashes), HASH_SIZE)]


def _ends(count: int) -> list[int]:
    """Return where the powers of two end that make up a count, the largest first."""
    ends: list[int] = []
    for bit in reversed(range(HEIGHT)):
        if count >> bit & 1:
            ends.append((ends[-1] if ends else 0) + (1 << bit))
    return ends


def _nothing(level: int, place: int) -> bytes:
    del level, place
    return b""
