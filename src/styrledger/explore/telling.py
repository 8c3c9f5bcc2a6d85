"""What an entry says, in Swedish and in few words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

import attrs

from styrledger import swedish
from styrledger.events.base import Event
from styrledger.events.budgets import Place
from styrledger.events.corrections import Amendment, EntryCorrected
from styrledger.events.entry import Entry

WORDS = {
    **swedish.KINDS,
    **swedish.UNIT_KINDS,
    **swedish.CAUSES,
    **swedish.STATED,
    **swedish.UPPDRAG_STATUSES,
    **swedish.OUTCOMES,
    **swedish.REPORTERS,
    **swedish.ITEM_KINDS,
    **swedish.RESULTS,
    **swedish.ASSESSMENTS,
    **swedish.MISSING,
    **swedish.BETTER,
    **swedish.FOLLOW_UPS,
    **swedish.NOTE_KINDS,
}
"""The values that entries choose from, in Swedish."""


def what(entry: Entry) -> str:
    """Return what an entry says, its values in the order of its fields."""
    event = entry.event
    if isinstance(event, EntryCorrected):
        return f"{event.target} → {what(event.replacement)} ({event.reason})"
    if isinstance(event, Amendment):
        return f"{event.target} ({event.reason})"
    return " · ".join(_values(event))


def words(written: Mapping[str, Any]) -> str:
    """Return all that an entry in record form says in words, for searching."""
    return "\n".join(_texts(written))


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in cast("dict[str, Any]", value).values():
            yield from _texts(inner)
    elif isinstance(value, list):
        for inner in cast("Sequence[Any]", value):
            yield from _texts(inner)


def _values(event: Event) -> Iterator[str]:
    for field in attrs.fields(type(event)):
        value = getattr(event, field.name)
        if value is not None and value != ():
            yield _value(value)


def _value(value: Any) -> str:
    if isinstance(value, Place):
        return value.unit if value.line is None else f"{value.unit}/{value.line}"
    if isinstance(value, tuple):
        return ", ".join(_value(one) for one in cast("Sequence[Any]", value))
    return WORDS.get(str(value), str(value))
