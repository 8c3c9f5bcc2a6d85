"""Inclusion and consistency proofs: made as RFC 6962 says, and refused when anything is off."""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from styrledger.errors import ProofError
from styrledger.proofs import (
    consistency_path,
    inclusion_path,
    verify_consistency,
    verify_inclusion,
)
from styrledger.tree import EMPTY_ROOT, leaf_hash, root_at

from .test_tree import GOLDEN, LEAVES, naive_root, stored_nodes

VECTORS = Path(__file__).parents[2] / "shared" / "vectors"
KNOWN = stored_nodes(LEAVES)
ROOTS = [naive_root(LEAVES[:size]) for size in range(len(LEAVES) + 1)]
INCLUSIONS = [
    (index, size, path)
    for index, size, path in (tuple(case.values()) for case in GOLDEN["inclusion"])
]
CONSISTENCIES = [
    (old, new, path) for old, new, path in (tuple(case.values()) for case in GOLDEN["consistency"])
]


def known(level: int, index: int) -> bytes:
    return KNOWN[level, index]


def decoded(path: list[str] | None) -> list[bytes]:
    return [b64decode(hashed) for hashed in path or []]


def naive_inclusion(index: int, leaves: list[bytes]) -> list[bytes]:
    """Return PATH(index, leaves) of RFC 6962, section 2.1.1, word for word."""
    if len(leaves) == 1:
        return []
    half = half_of(leaves)
    if index < half:
        return [*naive_inclusion(index, leaves[:half]), naive_root(leaves[half:])]
    return [*naive_inclusion(index - half, leaves[half:]), naive_root(leaves[:half])]


def naive_consistency(old: int, leaves: list[bytes], *, is_whole: bool = True) -> list[bytes]:
    """Return SUBPROOF(old, leaves, is_whole) of RFC 6962, section 2.1.2, word for word."""
    if old == len(leaves):
        return [] if is_whole else [naive_root(leaves)]
    half = half_of(leaves)
    if old <= half:
        return [
            *naive_consistency(old, leaves[:half], is_whole=is_whole),
            naive_root(leaves[half:]),
        ]
    return [
        *naive_consistency(old - half, leaves[half:], is_whole=False),
        naive_root(leaves[:half]),
    ]


def half_of(leaves: list[bytes]) -> int:
    half = 1
    while half * 2 < len(leaves):
        half *= 2
    return half


def flipped(octets: bytes) -> Iterator[bytes]:
    """Give every text that differs from this one in a single bit."""
    for bit in range(len(octets) * 8):
        changed = bytearray(octets)
        changed[bit // 8] ^= 1 << bit % 8
        yield bytes(changed)


def vectors(name: str) -> list[dict[str, Any]]:
    file = VECTORS / name
    if not file.exists():
        pytest.skip(f"{name} of transparency-dev/merkle is not beside this repository")
    cases: list[dict[str, Any]] = json.loads(file.read_text(encoding="utf-8"))["cases"]
    return cases


def outcome(case: dict[str, Any], verify: Any, *arguments: Any) -> tuple[str, bool]:
    try:
        verify(*arguments)
    except ProofError:
        return case["case"], True
    return case["case"], False


def test_all_98_public_inclusion_vectors_come_out_as_they_must() -> None:
    cases = vectors("merkle-inclusion.json")
    found = [
        outcome(
            case,
            verify_inclusion,
            b64decode(case["leafHash"]),
            case["leafIdx"],
            case["treeSize"],
            decoded(case["proof"]),
            b64decode(case["root"]),
        )
        for case in cases
    ]
    assert found == [(case["case"], case["wantErr"]) for case in cases]
    assert (len(found), sum(is_refused for _, is_refused in found)) == (98, 92)


def test_all_98_public_consistency_vectors_come_out_as_they_must() -> None:
    cases = vectors("merkle-consistency.json")
    found = [
        outcome(
            case,
            verify_consistency,
            case["size1"],
            case["size2"],
            decoded(case["proof"]),
            b64decode(case["root1"]),
            b64decode(case["root2"]),
        )
        for case in cases
    ]
    assert found == [(case["case"], case["wantErr"]) for case in cases]
    assert (len(found), sum(is_refused for _, is_refused in found)) == (98, 92)


@pytest.mark.parametrize(("index", "size", "path"), INCLUSIONS)
def test_inclusion_is_proved_as_it_once_was(index: int, size: int, path: list[str]) -> None:
    assert inclusion_path(index, size, known) == tuple(decoded(path))
    verify_inclusion(leaf_hash(LEAVES[index]), index, size, decoded(path), ROOTS[size])


@pytest.mark.parametrize(("old", "new", "path"), CONSISTENCIES)
def test_consistency_is_proved_as_it_once_was(old: int, new: int, path: list[str]) -> None:
    assert consistency_path(old, new, known) == tuple(decoded(path))
    verify_consistency(old, new, decoded(path), ROOTS[old], ROOTS[new])


@given(st.integers(1, 600), st.data())
def test_proofs_equal_the_naive_definition_and_verify(size: int, data: st.DataObject) -> None:
    leaves = [str(number).encode() for number in range(size)]
    nodes = stored_nodes(leaves)
    index = data.draw(st.integers(0, size - 1))
    old = data.draw(st.integers(1, size))
    root = naive_root(leaves)

    path = inclusion_path(index, size, lambda level, at: nodes[level, at])
    assert list(path) == naive_inclusion(index, leaves)
    verify_inclusion(leaf_hash(leaves[index]), index, size, path, root)

    path = consistency_path(old, size, lambda level, at: nodes[level, at])
    assert list(path) == naive_consistency(old, leaves)
    verify_consistency(old, size, path, naive_root(leaves[:old]), root)


@settings(max_examples=30)
@given(st.lists(st.binary(max_size=8), min_size=1, max_size=200), st.data())
def test_a_second_implementation_agrees(leaves: list[bytes], data: st.DataObject) -> None:
    pymerkle = pytest.importorskip("pymerkle")
    other = pymerkle.InmemoryTree(algorithm="sha256")
    other.append_entries(leaves)
    nodes = stored_nodes(leaves)
    size = data.draw(st.integers(1, len(leaves)))
    index = data.draw(st.integers(0, size - 1))

    root = root_at(size, lambda level, at: nodes[level, at])
    assert root == other.get_root(size)
    path = inclusion_path(index, size, lambda level, at: nodes[level, at])
    theirs = other.prove_inclusion(index + 1, size)  # which counts leaves from 1
    assert theirs.path == [leaf_hash(leaves[index]), *path]
    theirs.verify(leaf_hash(leaves[index]), root)


@given(st.integers(1, 2**40), st.data())
def test_proofs_read_few_nodes(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    old = data.draw(st.integers(1, size))
    read: list[tuple[int, int]] = []

    def node(level: int, at: int) -> bytes:
        read.append((level, at))
        return EMPTY_ROOT

    inclusion_path(index, size, node)
    consistency_path(old, size, node)
    assert len(read) <= 4 * size.bit_length()
    assert all((at + 1) << level <= size for level, at in read)


@pytest.mark.parametrize(("index", "size", "path"), INCLUSIONS)
def test_every_flipped_bit_of_an_inclusion_proof_is_refused(
    index: int, size: int, path: list[str]
) -> None:
    leaf, root = leaf_hash(LEAVES[index]), ROOTS[size]
    hashes = decoded(path)
    for place, hashed in enumerate(hashes):
        for changed in flipped(hashed):
            with pytest.raises(ProofError):
                verify_inclusion(
                    leaf, index, size, [*hashes[:place], changed, *hashes[place + 1 :]], root
                )
    for changed in flipped(leaf):
        with pytest.raises(ProofError):
            verify_inclusion(changed, index, size, hashes, root)
    for changed in flipped(root):
        with pytest.raises(ProofError):
            verify_inclusion(leaf, index, size, hashes, changed)


@pytest.mark.parametrize(("old", "new", "path"), CONSISTENCIES)
def test_every_flipped_bit_of_a_consistency_proof_is_refused(
    old: int, new: int, path: list[str]
) -> None:
    hashes = decoded(path)
    for place, hashed in enumerate(hashes):
        for changed in flipped(hashed):
            with pytest.raises(ProofError):
                verify_consistency(
                    old,
                    new,
                    [*hashes[:place], changed, *hashes[place + 1 :]],
                    ROOTS[old],
                    ROOTS[new],
                )
    for changed in flipped(ROOTS[old]):
        with pytest.raises(ProofError):
            verify_consistency(old, new, hashes, changed, ROOTS[new])
    for changed in flipped(ROOTS[new]):
        with pytest.raises(ProofError):
            verify_consistency(old, new, hashes, ROOTS[old], changed)


@pytest.mark.parametrize(("index", "size", "path"), INCLUSIONS)
def test_an_inclusion_proof_holds_for_no_other_place(
    index: int, size: int, path: list[str]
) -> None:
    leaf = leaf_hash(LEAVES[index])
    for other in range(-1, size + 2):
        if other != index:
            with pytest.raises(ProofError):
                verify_inclusion(leaf, other, size, decoded(path), ROOTS[size])


@pytest.mark.parametrize(("old", "new", "path"), CONSISTENCIES)
def test_a_consistency_proof_holds_for_no_other_old_size(
    old: int, new: int, path: list[str]
) -> None:
    for other in range(-1, new + 2):
        if other != old:
            with pytest.raises(ProofError):
                verify_consistency(other, new, decoded(path), ROOTS[old], ROOTS[new])


@pytest.mark.parametrize("short", [b"", bytes(31), bytes(33)])
def test_a_hash_of_another_length_is_refused(short: bytes) -> None:
    leaf, path, root = leaf_hash(LEAVES[0]), inclusion_path(0, 2, known), ROOTS[2]
    for proof in [
        (short, 0, 2, path, root),
        (leaf, 0, 2, [short], root),
        (leaf, 0, 2, path, short),
    ]:
        with pytest.raises(ProofError):
            verify_inclusion(*proof)
    path = consistency_path(1, 2, known)
    for growth in [
        (1, 2, path, short, root),
        (1, 2, path, leaf, short),
        (1, 2, [short], leaf, root),
    ]:
        with pytest.raises(ProofError):
            verify_consistency(*growth)


@pytest.mark.parametrize(
    ("index", "size", "text"),
    [
        (8, 8, "a tree of 8 leaves has no leaf 8"),
        (-1, 8, "a tree of 8 leaves has no leaf -1"),
        (0, 0, "a tree of 0 leaves has no leaf 0"),
        (0, 2**64, "a tree of 18446744073709551616 leaves has no leaf 0"),
    ],
)
def test_a_leaf_outside_the_tree_has_no_proof(index: int, size: int, text: str) -> None:
    with pytest.raises(ProofError) as refused:
        inclusion_path(index, size, known)
    assert str(refused.value) == (
        f"{text}, expected an index from 0 up to but not including the size, which 8 octets hold"
    )


@pytest.mark.parametrize(("old", "new"), [(0, 0), (0, 3), (4, 3), (-1, 3), (1, 2**64)])
def test_nothing_is_proved_from_an_empty_tree_or_backwards(old: int, new: int) -> None:
    text = (
        f"a tree of {old} leaves cannot have grown into one of {new}, "
        "expected an old size from 1 up to and including the new, which 8 octets hold"
    )
    with pytest.raises(ProofError) as refused:
        consistency_path(old, new, known)
    assert str(refused.value) == text
    with pytest.raises(ProofError) as refused:
        verify_consistency(old, new, [], EMPTY_ROOT, EMPTY_ROOT)
    assert str(refused.value) == text


def test_a_size_too_long_to_print_is_refused_like_any_other() -> None:
    with pytest.raises(ProofError, match=r"^a tree of a number of thousands of digits leaves"):
        verify_inclusion(leaf_hash(b""), 0, 10**5000, [], EMPTY_ROOT)
    with pytest.raises(ProofError, match=r"into one of a number of thousands of digits"):
        verify_consistency(1, 10**5000, [], EMPTY_ROOT, EMPTY_ROOT)


def test_errors_say_what_is_wrong() -> None:
    leaf, path = leaf_hash(LEAVES[5]), inclusion_path(5, 8, known)
    with pytest.raises(
        ProofError, match=r"^the leaf is 3 octets long, expected a SHA-256 hash of 32$"
    ):
        verify_inclusion(b"abc", 5, 8, path, ROOTS[8])
    with pytest.raises(ProofError, match=r"^the path has 2 hashes, expected 3 for leaf 5 of 8$"):
        verify_inclusion(leaf, 5, 8, path[:2], ROOTS[8])
    with pytest.raises(ProofError, match=r"^the path has 1 hashes, expected 3 for 6 to 8 leaves$"):
        verify_consistency(6, 8, path[:1], ROOTS[6], ROOTS[8])
    with pytest.raises(ProofError) as refused:
        verify_inclusion(leaf, 5, 8, path, ROOTS[7])
    assert str(refused.value) == (
        "the proof leads to the root XcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=, "
        "expected 3bib5AOAnjJXUNPSY814kpwpQreUKjS3fhIslZSnTIw= at 8 leaves, "
        "what was recorded, the proof or the root has been changed"
    )
