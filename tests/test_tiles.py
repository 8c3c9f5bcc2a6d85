"""The tree as it is kept: sixteen hashes to a tile, and every node to be had from them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from styrledger.projections.tiles import WIDTH, Tiles, node_in
from styrledger.tree import CompactRange, leaf_hash, root_at

sizes = st.lists(st.integers(1, 300), max_size=6)


class Kept:
    """Tiles as a view file keeps them: the last of a level is replaced as it fills."""

    def __init__(self) -> None:
        self.tiles: dict[tuple[int, int], bytes] = {}

    def read(self, level: int, place: int) -> bytes:
        """Return the hashes of a tile."""
        return self.tiles.get((level, place), b"")

    def node(self, level: int, index: int) -> bytes:
        """Return the hash of a node."""
        return node_in(self.read, level, index)

    def add(self, tree: Tiles, leaves: list[bytes]) -> None:
        """Let a tree grow, and keep what it tells."""
        for level, place, hashes in (*tree.grow(leaves), *tree.begun()):
            self.tiles[level, place] = hashes


def leaves_of(start: int, count: int) -> list[bytes]:
    return [leaf_hash(b"%d" % number) for number in range(start, start + count)]


@given(sizes, st.booleans())
def test_a_tree_that_grows_by_tiles_is_the_tree_that_grows_by_leaves(
    counts: list[int],
    reopened: bool,  # noqa: FBT001 - drawn
) -> None:
    kept, plain = Kept(), CompactRange()
    tree = Tiles(0, kept.read)
    for count in counts:
        if reopened:
            tree = Tiles(plain.size, kept.read)
        leaves = leaves_of(plain.size, count)
        kept.add(tree, leaves)
        for leaf in leaves:
            plain.grow([leaf])
        assert tree.edge() == plain.edge
    for size in range(0, plain.size + 1, 1 + plain.size // 20):
        before = CompactRange()
        before.grow(leaves_of(0, size))
        assert root_at(size, kept.node) == before.root()


def test_a_full_tile_holds_sixteen_hashes_and_is_told_once() -> None:
    tree = Tiles(0, Kept().read)
    full = tree.grow(leaves_of(0, WIDTH * WIDTH + 3))
    assert [(level, place) for level, place, _ in full] == [
        *((0, place) for place in range(WIDTH)),
        (1, 0),
    ]
    assert [(level, place, len(hashes)) for level, place, hashes in tree.begun()] == [
        (0, WIDTH, 3 * 32),
        (2, 0, 32),
    ]


def test_a_node_that_the_tree_has_not_grown_to_is_not_made_up() -> None:
    kept = Kept()
    kept.add(Tiles(0, kept.read), leaves_of(0, 20))
    assert kept.node(2, 4) == root_of(16, 4)
    for level, index in ((0, 20), (2, 5), (4, 1), (5, 0)):
        with pytest.raises(KeyError):
            kept.node(level, index)


def test_a_tree_is_not_taken_up_where_a_tile_is_missing() -> None:
    kept = Kept()
    kept.add(Tiles(0, kept.read), leaves_of(0, 20))
    del kept.tiles[0, 1]
    with pytest.raises(KeyError):
        Tiles(20, kept.read)


def root_of(start: int, count: int) -> bytes:
    tree = CompactRange()
    tree.grow(leaves_of(start, count))
    return tree.root()


@given(st.integers(0, 200), st.integers(0, 64))
def test_ranges_made_apart_join_to_the_tree_over_both(whole: int, more: int) -> None:
    joined, plain, right = CompactRange(), CompactRange(), CompactRange()
    for leaf in leaves_of(0, 64 * whole // 16):
        joined.grow([leaf])
        plain.grow([leaf])
    aligned = more == 0 or joined.size % (1 << (more - 1).bit_length()) == 0
    for leaf in leaves_of(joined.size, more):
        right.grow([leaf])
        plain.grow([leaf])
    if aligned:
        joined.join(right.size, right.edge)
        assert (joined.size, joined.edge) == (plain.size, plain.edge)
    else:
        with pytest.raises(ValueError, match="cannot be joined"):
            joined.join(right.size, right.edge)
