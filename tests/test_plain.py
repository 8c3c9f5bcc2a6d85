"""Plain structures: they say what the entries say, and let through no octets but those written."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from styrledger import plain, registry, stored
from styrledger.events.corrections import Amendment
from styrledger.events.entry import Entry, Recorded
from styrledger.history import filed_under
from styrledger.projections.filing import definition, standing_for
from styrledger.projections.listing import listed

GOLDEN = Path(__file__).parent / "golden" / "stored.txt"


def golden() -> list[tuple[str, bytes]]:
    lines = GOLDEN.read_text(encoding="utf-8").splitlines()
    pairs = (line.partition(" ") for line in lines if line and not line.startswith("#"))
    return [(name, state.encode()) for name, _, state in pairs]


SLOW = {"vote.counted.v1"}
"""What makes another of its own class."""


def correcting(name: str, state: bytes) -> tuple[str, bytes]:
    """Return a correction that holds an entry as its replacement."""
    replacement = {"entry": json.loads(state)["entry"], "name": name}
    event = {"reason": "Fel.", "replacement": replacement, "target": "#1"}
    moment = "2020-02-10T09:00:00.000000Z"
    written = {
        "entry": {"event": event, "stage": "decided"},
        "position": 2,
        "recorded_at": moment,
    }
    octets = json.dumps(written, ensure_ascii=False, separators=(",", ":")).encode()
    return "entry.corrected.v1", octets


BARE = [(name, state) for name, state in golden() if name not in SLOW]
PLAIN = [
    *BARE,
    *(correcting(*pair) for pair in BARE if not registry.STORED[pair[0]].amends),
]


def told(recorded: Recorded) -> dict[str, object]:
    """Return all that is asked of an entry when it is filed and checked."""
    event = recorded.entry.event
    return {
        "place": (recorded.position, recorded.recorded_at, recorded.by),
        "amends": cast("Amendment", event).target if event.amends else None,
        "placed": event.placed(recorded.entry.decision).stream(),
        "entries": [about(one) for one in (recorded.entry, *standing_for([recorded]))],
        "listed": listed(recorded.position, [recorded]),
    }


def about(entry: Entry) -> dict[str, object]:
    """Return what is asked of one entry, or of a replacement."""
    event = entry.event
    return {
        "entry": (entry.key, entry.stage, entry.counts_from),
        "event": (event.type, event.amends, event.rules, event.defines(), definition(entry)),
        "stream": event.placed(entry.decision).stream(),
        "subjects": filed_under(entry),
        "decision": None if entry.decision is None else (entry.decision.key, entry.decision.order),
    }


def test_every_event_but_one_has_a_structure() -> None:
    assert {name for name, _ in golden()} == {*registry.STORED}
    assert {name for name, state in golden() if plain.read(name, state) is None} == SLOW


@pytest.mark.parametrize(("name", "state"), PLAIN)
def test_a_structure_tells_the_same_as_the_entry(name: str, state: bytes) -> None:
    found = plain.read_exact(name, state)
    assert found is not None
    (recorded,) = stored.decode(name, state)
    assert told(found) == told(recorded)


def test_an_instant_at_a_whole_second_is_read_as_any_other() -> None:
    name, state = PLAIN[0]
    at = state.index(b'"recorded_at":') + len(b'"recorded_at":')
    for moment in (b"2020-02-10T09:00:00.000000Z", b"2020-02-10T09:00:00.000001Z"):
        found = plain.read_exact(name, state[:at] + b'"%b"}' % moment)
        assert found is not None
        assert found.recorded_at == datetime.fromisoformat(moment.decode())
    for other in (b"2020-02-10T09:00:00Z", b"2020-02-10T09:00:00.000000+00:00", b"2020-02-10"):
        assert plain.read(name, state[:at] + b'"%b"}' % other) is None


def test_an_unknown_name_and_nested_corrections_are_left_to_the_slow_reading() -> None:
    correction = next(pair for pair in golden() if pair[0] == "entry.corrected.v1")
    assert plain.read(*correcting(*correction)) is None
    assert plain.read(*correcting("budget.guessed.v1", PLAIN[0][1])) is None
    assert plain.read_exact("budget.guessed.v1", PLAIN[0][1]) is None


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
    found = plain.read_exact(name, made)
    if found is None:
        return
    (recorded,) = stored.decode(name, made)
    assert stored.encode(recorded) == (name, made)
    assert told(found) == told(recorded)


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
        assert plain.read_exact(name, spoil(state)) is None
