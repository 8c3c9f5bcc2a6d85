"""Reading a record at once, and reading it to explain it, come to the same."""

from __future__ import annotations

import json
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from styrledger import codec, registry
from styrledger.codec import read_entry
from styrledger.errors import ValueRefused
from styrledger.events.entry import Entry

RECORDS: list[dict[str, Any]] = [
    json.loads(line)
    for line in (Path(__file__).parent / "golden" / "records.jsonl").read_text("utf-8").splitlines()
    if line and not line.startswith("#")
]

others: st.SearchStrategy[Any] = st.one_of(
    st.none(),
    st.integers(-1, 3000),
    st.booleans(),
    st.text(max_size=5),
    st.sampled_from(
        ["2 mnkr", "KS", "2020-02-10", "KF 2020-02-10 § 9", "operating", [], ["KS"], {}, 1.5]
    ),
    st.dictionaries(st.sampled_from(["unit", "line", "page", "ore", "x"]), st.just("KS")),
)


@contextmanager
def _no_fast_reading() -> Generator[None]:
    """Let every record be read by the path that explains faults."""
    patched = pytest.MonkeyPatch()
    patched.setattr(codec, "_made", _nothing)
    try:
        yield
    finally:
        patched.undo()


def _nothing(*_: object) -> None:
    return None


def explained(given_: dict[str, Any]) -> Entry | None:
    """Read a record by the path that explains faults, None where there are some."""
    with _no_fast_reading():
        return read(given_)


def read(given_: dict[str, Any]) -> Entry | None:
    """Read a record as everybody does."""
    try:
        return read_entry(given_)
    except ValueRefused:
        return None


def test_every_event_type_is_among_the_records() -> None:
    assert {record["type"] for record in RECORDS} == {*registry.TYPES}


def test_what_is_right_is_read_the_same_both_ways() -> None:
    for record in RECORDS:
        found = read(record)
        assert found is not None
        assert repr(found) == repr(explained(record))


@given(st.sampled_from(RECORDS), st.data())
def test_what_is_changed_is_taken_or_refused_the_same_both_ways(
    record: dict[str, Any], data: st.DataObject
) -> None:
    changed = {**record}
    for _ in range(data.draw(st.integers(1, 3))):
        name = data.draw(st.sampled_from([*changed, "line", "unit", "stage", "condition", "x"]))
        way = data.draw(st.sampled_from(["change", "leave out", "inside"]))
        inside = changed.get(name)
        if name == "type":
            continue
        if way == "leave out":
            changed.pop(name, None)
        elif way == "inside" and isinstance(inside, dict) and inside:
            fields = cast("dict[str, Any]", inside)
            field = data.draw(st.sampled_from([*fields, "x"]))
            changed[name] = {**fields, field: data.draw(others)}
        else:
            changed[name] = data.draw(others)
    assert repr(read(changed)) == repr(explained(changed))
