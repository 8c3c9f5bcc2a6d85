"""Events are equal, hashed and shown by their fields, as the classes that attrs makes are."""

from __future__ import annotations

from typing import Any

import attrs
import pytest

from styrledger.codec import read_entry
from styrledger.events.base import Event
from styrledger.events.entry import Entry

from .samples import RECORDS, recorded

EVENTS = [read_entry(record) for record in RECORDS]


def made_by_attrs(event: Event) -> Any:
    """Return an object of the same fields whose methods attrs has made."""
    fields = attrs.fields(type(event))
    plain = attrs.make_class(type(event).__name__, [one.name for one in fields], frozen=True)
    return plain(**{one.name: getattr(event, one.name) for one in fields})


@pytest.mark.parametrize("entry", EVENTS, ids=lambda entry: entry.event.type)
def test_an_event_is_shown_as_attrs_shows_it(entry: Entry) -> None:
    assert repr(entry.event) == repr(made_by_attrs(entry.event))


@pytest.mark.parametrize(
    ("entry", "again"),
    [*zip(EVENTS, map(read_entry, RECORDS), strict=True)],
    ids=lambda entry: entry.event.type,
)
def test_events_of_the_same_fields_are_equal(entry: Entry, again: Entry) -> None:
    assert recorded(entry) == recorded(again)
    assert hash(recorded(entry)) == hash(recorded(again))
    assert entry.event != made_by_attrs(entry.event)
    assert entry != attrs.evolve(again, note="Annan.")


def test_events_of_another_class_are_never_equal() -> None:
    events = [*{type(entry.event): entry.event for entry in EVENTS}.values()]
    assert len({*events}) == len(events)


def test_the_place_in_a_file_is_no_part_of_an_entry() -> None:
    placed = attrs.evolve(EVENTS[0], where="entries.jsonl:1")
    assert placed == EVENTS[0]
    assert repr(placed) == repr(EVENTS[0])
