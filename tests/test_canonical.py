"""The fast judge of stored octets never lets through what the slow one refuses."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from styrledger import canonical, registry, stored
from styrledger.errors import UndecodableEntry

GOLDEN = Path(__file__).parent / "golden" / "stored.txt"


def golden() -> list[tuple[str, bytes]]:
    lines = GOLDEN.read_text(encoding="utf-8").splitlines()
    pairs = (line.partition(" ") for line in lines if line and not line.startswith("#"))
    return [(name, state.encode()) for name, _, state in pairs]


PLAIN = [(name, state) for name, state in golden() if name != "entry.corrected.v1"]


def said(state: bytes) -> str:
    found: dict[str, Any] = json.loads(state)
    return str(found["recorded_at"])


def test_every_event_that_holds_no_other_entry_has_a_structure() -> None:
    assert {name for name, _ in golden()} == {*registry.STORED}
    assert [state for name, state in PLAIN if canonical.recorded_at(name, state) is None] == []


@pytest.mark.parametrize(("name", "state"), PLAIN)
def test_what_the_ledger_writes_is_known_at_once(name: str, state: bytes) -> None:
    assert canonical.recorded_at(name, state) == said(state)


def test_a_correction_and_an_unknown_name_are_left_to_the_slow_judge() -> None:
    correction = next(state for name, state in golden() if name == "entry.corrected.v1")
    assert canonical.recorded_at("entry.corrected.v1", correction) is None
    assert canonical.recorded_at("budget.guessed.v1", PLAIN[0][1]) is None


def changed(value: Any, path: list[int], to: Any) -> Any:
    """Return a JSON value with one of the values inside it changed, left out or added to."""
    if not path or not isinstance(value, (dict, list)) or not value:
        return to
    if isinstance(value, list):
        items = [*cast("Sequence[Any]", value)]
        at = path[0] % len(items)
        return [changed(one, path[1:], to) if n == at else one for n, one in enumerate(items)]
    fields = cast("dict[str, Any]", value)
    name = [*fields][path[0] % len(fields)]
    if to == "LEAVE OUT" and len(path) == 1:
        return {key: one for key, one in fields.items() if key != name}
    if to == "ADD" and len(path) == 1:
        return dict(sorted({**fields, "zz": 1}.items()))
    return {key: changed(one, path[1:], to) if key == name else one for key, one in fields.items()}


others: st.SearchStrategy[Any] = st.sampled_from(
    [None, 0, 1, True, "", "x", "2020-02-30", "2020-02-10", [], {}, 1.5, "LEAVE OUT", "ADD"]
)


@given(st.sampled_from(PLAIN), st.lists(st.integers(0, 9), min_size=1, max_size=4), others)
def test_changed_octets_pass_only_where_the_encoder_gives_them_back(
    pair: tuple[str, bytes], path: list[int], to: Any
) -> None:
    name, state = pair
    made = json.dumps(
        changed(json.loads(state), path, to), ensure_ascii=False, separators=(",", ":")
    ).encode()
    if canonical.recorded_at(name, made) is None:
        return
    try:
        again = stored.encode(stored.decode(name, made)[0])
    except UndecodableEntry:
        return  # the check of a log decodes before it asks
    same_but_for_time = again[1].replace(said(again[1]).encode(), b"") == made.replace(
        said(made).encode(), b""
    )
    assert same_but_for_time


SPOILS: dict[str, Callable[[bytes], bytes]] = {
    "a blank": lambda state: state.replace(b'":', b'": ', 1),
    "a blank at the end": lambda state: state + b" ",
    "an escape": lambda state: state.replace(b"o", b"\\u006f", 1),
    "an absent value": lambda state: state[:-1] + b',"by":null}',
    "a field twice": lambda state: state[:-1] + b',"position":7}',
    "no text": lambda state: b"\xff" + state,
}


@pytest.mark.parametrize("spoil", SPOILS.values(), ids=SPOILS.keys())
def test_other_octets_for_the_same_entry_are_not_let_through(
    spoil: Callable[[bytes], bytes],
) -> None:
    for name, state in PLAIN:
        assert canonical.recorded_at(name, spoil(state)) is None
