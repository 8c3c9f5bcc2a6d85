"""The Merkle tree: entry bytes, hashes, roots, growth."""

from __future__ import annotations

import json
from base64 import b64decode
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from styrledger.errors import EntryBytesError
from styrledger.rows import Row
from styrledger.tree import (
    EMPTY_ROOT,
    CompactRange,
    entry_bytes,
    leaf_hash,
    leaf_of,
    leaves_of,
    node_hash,
    root_at,
)

GOLDEN: dict[str, Any] = json.loads(
    (Path(__file__).parent / "golden" / "tree.json").read_text(encoding="utf-8")
)
LEAVES = [bytes.fromhex(leaf) for leaf in GOLDEN["leaves"]]
FIELDS = st.tuples(st.text(), st.integers(0, 2**64 - 1), st.text(), st.binary())


def naive_root(leaves: list[bytes]) -> bytes:
    """Return the root as RFC 6962, section 2.1, defines it, word for word."""
    if not leaves:
        return EMPTY_ROOT
    if len(leaves) == 1:
        return leaf_hash(leaves[0])
    half = 1
    while half * 2 < len(leaves):
        half *= 2
    return node_hash(naive_root(leaves[:half]), naive_root(leaves[half:]))


def stored_nodes(leaves: list[bytes]) -> dict[tuple[int, int], bytes]:
    """Return what a store keeps after these leaves."""
    nodes: dict[tuple[int, int], bytes] = {}
    hashes, level = [leaf_hash(leaf) for leaf in leaves], 0
    while hashes:
        nodes.update({(level, index): hashed for index, hashed in enumerate(hashes)})
        pairs = zip(hashes[::2], hashes[1::2], strict=False)
        hashes, level = [node_hash(left, right) for left, right in pairs], level + 1
    return nodes


@pytest.mark.parametrize("entry", GOLDEN["entries"])
def test_entry_bytes_are_those_once_pinned(entry: dict[str, Any]) -> None:
    octets = entry_bytes(
        entry["stream"], entry["version"], entry["name"], bytes.fromhex(entry["state"])
    )
    assert octets.hex() == entry["octets"]
    assert leaf_hash(octets) == b64decode(entry["leaf"])


@given(FIELDS, FIELDS)
def test_no_two_entries_share_their_bytes(
    one: tuple[str, int, str, bytes], other: tuple[str, int, str, bytes]
) -> None:
    assert (entry_bytes(*one) == entry_bytes(*other)) == (one == other)


def test_a_text_moved_between_fields_is_another_entry() -> None:
    assert entry_bytes("ab", 1, "c", b"d") != entry_bytes("a", 1, "bc", b"d")
    assert entry_bytes("a", 1, "bc", b"d") != entry_bytes("a", 1, "b", b"cd")


@pytest.mark.parametrize(
    ("stream", "version", "name", "state"),
    [
        ("s", -1, "n", b""),
        ("s", 2**64, "n", b""),
        ("s", "1", "n", b""),
        ("s", 1.0, "n", b""),
        ("s", None, "n", b""),
        ("\ud800", 1, "n", b""),
        ("s", 1, "\ud800", b""),
        (None, 1, "n", b""),
        ("s", 1, b"n", b""),
        ("s", 1, "n", "text"),
        ("s", 1, "n", None),
    ],
)
def test_what_no_ledger_writes_is_refused(stream: Any, version: Any, name: Any, state: Any) -> None:
    with pytest.raises(EntryBytesError) as refused:
        entry_bytes(stream, version, name, state)
    assert str(refused.value) == (
        "the stored entry cannot be hashed, expected stream and name in text, version from 0 to "
        "2**64 - 1, state in octets, its row was not written by a ledger"
    )


def test_the_empty_tree_has_the_hash_of_nothing() -> None:
    assert EMPTY_ROOT.hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert CompactRange().root() == EMPTY_ROOT
    assert root_at(0, lambda level, index: pytest.fail(f"read {level} {index}")) == EMPTY_ROOT


def test_roots_are_those_that_certificate_transparency_publishes() -> None:
    tree = CompactRange()
    roots = [tree.root()]
    for leaf in LEAVES:
        tree.grow([leaf_hash(leaf)])
        roots.append(tree.root())
    assert roots == [b64decode(root) for root in GOLDEN["roots"]]
    assert roots[8].hex() == "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"


def test_stored_entries_are_hashed_at_once_as_one_by_one() -> None:
    rows = [
        Row(n, f"stream/{n % 3}", n, name, state)
        for n, (name, state) in enumerate([("budget.adopted.v1", b"{}"), ("x", b"")] * 4, 1)
    ]
    assert [*leaves_of(rows)] == [leaf_of(row) for row in rows]
    with pytest.raises(EntryBytesError) as refused:
        list(leaves_of([Row(1, "x", -1, "x", b"")]))
    assert str(refused.value) == str(refusal(Row(1, "x", -1, "x", b"")))


def refusal(row: Row) -> EntryBytesError:
    with pytest.raises(EntryBytesError) as refused:
        leaf_of(row)
    return refused.value


@given(st.integers(0, 600), st.data())
def test_the_tree_equals_the_naive_definition(size: int, data: st.DataObject) -> None:
    leaves = [str(number).encode() for number in range(size)]
    nodes = stored_nodes(leaves)
    earlier = data.draw(st.integers(0, size))

    def node(level: int, index: int) -> bytes:
        return nodes[level, index]

    assert CompactRange.read(size, node).root() == naive_root(leaves)
    assert root_at(earlier, node) == naive_root(leaves[:earlier])
    for (level, index), hashed in nodes.items():
        if level >= 6:
            assert hashed == naive_root(leaves[index << level : (index + 1) << level])


@given(st.lists(st.binary(max_size=4), max_size=40), st.lists(st.binary(max_size=4), max_size=40))
def test_a_range_read_back_from_stored_nodes_grows_as_the_first_one(
    before: list[bytes], after: list[bytes]
) -> None:
    first = CompactRange()
    nodes = stored_nodes(before)
    first.grow(map(leaf_hash, before))
    resumed = CompactRange.read(len(before), lambda level, index: nodes[level, index])
    for leaf in after:
        resumed.grow([leaf_hash(leaf)])
        first.grow([leaf_hash(leaf)])
    assert (resumed.size, resumed.edge) == (first.size, first.edge)


def test_a_copy_grows_on_its_own() -> None:
    tree = CompactRange()
    tree.grow([leaf_hash(b"a")])
    copy = tree.copy()
    copy.grow([leaf_hash(b"b")])
    assert (tree.size, tree.root()) == (1, leaf_hash(b"a"))
    assert (copy.size, copy.root()) == (2, node_hash(leaf_hash(b"a"), leaf_hash(b"b")))


@pytest.mark.parametrize(("size", "hashes"), [(-1, 1), (0, 1), (1, 0), (3, 1), (4, 3)])
def test_a_right_edge_must_fit_its_size(size: int, hashes: int) -> None:
    with pytest.raises(ValueError, match=f"^{hashes} hashes are not the right edge of a tree of"):
        CompactRange(size, [EMPTY_ROOT] * hashes)


@given(st.integers(0, 2**40))
def test_a_root_reads_one_node_for_each_bit_of_the_size(size: int) -> None:
    read: list[tuple[int, int]] = []

    def node(level: int, index: int) -> bytes:
        read.append((level, index))
        return EMPTY_ROOT

    root_at(size, node)
    assert len(read) == size.bit_count()
    assert sum(1 << level for level, _ in read) == size
