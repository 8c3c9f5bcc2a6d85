"""Proofs about the Merkle tree: made from stored nodes, verified from nothing but the proof.

An inclusion proof shows that an entry stands at its place in a tree, a consistency proof that a
larger tree begins with all of a smaller one (RFC 6962, sections 2.1.1 and 2.1.2). The verifiers
compute both roots anew and refuse whatever is not exactly right. Leaves are counted from 0.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence

from styrledger.errors import Fault, ProofError, quoted
from styrledger.tree import HASH_SIZE, LEAVES_END, NodeReader, node_hash, split, subtree_hash


def inclusion_path(index: int, size: int, node: NodeReader) -> tuple[bytes, ...]:
    """Return the hashes that lead from a leaf to the root at ``size``, the leaf's sibling first.

    Reads O(log n) nodes.

    Raises:
        ProofError: there is no such leaf in a tree of that size.
    """
    _require_leaf(index, size)
    path: list[bytes] = []
    start, end = 0, size
    while end - start > 1:
        middle = split(start, end)
        if index < middle:
            path.append(subtree_hash(middle, end, node))
            end = middle
        else:
            path.append(subtree_hash(start, middle, node))
            start = middle
    return tuple(reversed(path))


def consistency_path(old: int, new: int, node: NodeReader) -> tuple[bytes, ...]:
    """Return the hashes which show that the tree at ``new`` leaves only adds to that at ``old``.

    Empty when the sizes are equal. Reads O(log n) nodes.

    Raises:
        ProofError: nothing can be proved about such sizes: ``old`` is 0, or above ``new``.
    """
    _require_growth(old, new)
    path: list[bytes] = []
    start, end = 0, new
    while old != end:
        middle = split(start, end)
        if old <= middle:
            path.append(subtree_hash(middle, end, node))
            end = middle
        else:
            path.append(subtree_hash(start, middle, node))
            start = middle
    if start > 0:
        path.append(subtree_hash(start, end, node))
    return tuple(reversed(path))


def verify_inclusion(
    leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes
) -> None:
    """Check that the leaf with hash ``leaf`` stands at ``index`` in the tree of ``size`` leaves.

    Raises:
        ProofError: something is not exactly as it must be; the text says what.
    """
    _require_leaf(index, size)
    _require_hash(leaf, "leaf")
    _require_hash(root, "root")
    sides = _sides(index, size)
    _require_path(path, len(sides), f"leaf {index} of {size}")
    computed = leaf
    for is_left, sibling in zip(sides, path, strict=True):
        computed = node_hash(sibling, computed) if is_left else node_hash(computed, sibling)
    _require_root(computed, root, size)


def verify_consistency(
    old: int, new: int, path: Sequence[bytes], old_root: bytes, new_root: bytes
) -> None:
    """Check that the tree of ``new`` leaves begins with all leaves of the tree of ``old``.

    Nothing follows from an empty tree, so ``old`` of 0 is refused. Between equal sizes there is
    nothing to compute: the path must be empty and the roots the same octets.

    Raises:
        ProofError: something is not exactly as it must be; the text says what.
    """
    _require_growth(old, new)
    if old == new:
        _require_path(path, 0, f"{old} to {new} leaves")
        _require_root(old_root, new_root, new)
        return
    _require_hash(old_root, "old root")
    _require_hash(new_root, "new root")
    # The path climbs from the node that ends the old tree, the last complete one at its level.
    # That node is the first hash of the path, unless it is the whole old tree.
    level = (old & -old).bit_length() - 1
    sides = _sides((old >> level) - 1, ((new - 1) >> level) + 1)
    is_whole = old == 1 << level
    _require_path(path, len(sides) + (0 if is_whole else 1), f"{old} to {new} leaves")
    first, *siblings = (old_root, *path) if is_whole else path
    computed_old = computed_new = first
    for is_left, sibling in zip(sides, siblings, strict=True):
        if is_left:
            computed_old = node_hash(sibling, computed_old)
            computed_new = node_hash(sibling, computed_new)
        else:
            computed_new = node_hash(computed_new, sibling)
    _require_root(computed_old, old_root, old)
    _require_root(computed_new, new_root, new)


def _sides(index: int, size: int) -> list[bool]:
    """Say for every sibling on the way from a leaf to the root whether it stands to the left.

    The last node of a level, when it has no sibling, rises to the next level as it is.
    """
    sides: list[bool] = []
    last = size - 1
    while last > 0:
        if index & 1:
            sides.append(True)
        elif index < last:
            sides.append(False)
        index >>= 1
        last >>= 1
    return sides


def _require_leaf(index: int, size: int) -> None:
    if not 0 <= index < size < LEAVES_END:
        what = f"a tree of {quoted(size)} leaves has no leaf {quoted(index)}"
        raise ProofError(
            Fault(
                what,
                expected="an index from 0 up to but not including the size, which 8 octets hold",
            )
        )


def _require_growth(old: int, new: int) -> None:
    if not 0 < old <= new < LEAVES_END:
        what = f"a tree of {quoted(old)} leaves cannot have grown into one of {quoted(new)}"
        raise ProofError(
            Fault(
                what, expected="an old size from 1 up to and including the new, which 8 octets hold"
            )
        )


def _require_hash(hashed: bytes, name: str) -> None:
    if len(hashed) != HASH_SIZE:
        what = f"the {name} is {len(hashed)} octets long"
        raise ProofError(Fault(what, expected=f"a SHA-256 hash of {HASH_SIZE}"))


def _require_path(path: Sequence[bytes], length: int, whose: str) -> None:
    if len(path) != length:
        raise ProofError(
            Fault(f"the path has {len(path)} hashes", expected=f"{length} for {whose}")
        )
    for place, hashed in enumerate(path, start=1):
        _require_hash(hashed, f"path's hash {place}")


def _require_root(computed: bytes, root: bytes, size: int) -> None:
    if computed != root:
        raise ProofError(
            Fault(
                f"the proof leads to the root {b64encode(computed).decode()}",
                expected=f"{b64encode(root).decode()} at {size} leaves",
                todo="what was recorded, the proof or the root has been changed",
            )
        )
