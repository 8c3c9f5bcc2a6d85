"""The list of entries and the search in it: filed when somebody first lists or searches.

Recording and rebuilding do not wait for it, and most ledgers are asked for figures first.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol, cast

import attrs

from styrledger import stored
from styrledger.events.base import Event
from styrledger.events.corrections import replacement_of
from styrledger.events.entry import Recorded
from styrledger.projections.places import Values
from styrledger.times import STOCKHOLM, instant

CHOOSE = """
SELECT octets.name, octets.state FROM entries JOIN octets USING (position)
WHERE position <= :known
AND (:type IS NULL OR type = :type OR substr(type, 1, length(:type) + 1) = :type || '.')
AND (:body IS NULL OR body = :body)
AND (:unit IS NULL OR instr(units, '/' || :unit || '/'))
AND (:first IS NULL OR day >= :first)
AND (:last IS NULL OR day <= :last)
ORDER BY position
"""

UNFILED = """
SELECT position, name, state FROM octets
WHERE position > ? AND position <= (SELECT position FROM cursor) ORDER BY position
"""


@attrs.frozen
class Choice:
    """Which entries to list; None leaves a condition out, ``first`` and ``last`` are inclusive."""

    known: int
    type: str | None = None
    body: str | None = None
    unit: str | None = None
    first: str | None = None
    last: str | None = None


class Tables(Protocol):
    """The view file, as far as a list needs it."""

    connection: sqlite3.Connection

    def writing(self) -> AbstractContextManager[None]:
        """Group writes: all of them are kept, or none."""
        ...


def chosen(view: Tables, choice: Choice) -> Iterator[Recorded]:
    """Yield the entries that meet every condition, in order of position."""
    list_entries(view)
    for name, state in view.connection.execute(CHOOSE, attrs.asdict(choice)):
        yield from stored.decode(name, state)


def find(view: Tables, words: str) -> Iterator[int]:
    """Yield the positions of the entries that hold every word, or one that starts with it."""
    with view.writing():
        rows = _unfiled(view, "SELECT max(rowid) FROM search")
        view.connection.executemany(
            "INSERT INTO search (rowid, text) VALUES (?, ?)",
            ((position, text_of(parts)) for position, parts in rows),
        )
    # Each word quoted: what people type is never taken for query syntax.
    query = " ".join('"{}"*'.format(word.replace('"', '""')) for word in words.split())
    for row in view.connection.execute(
        "SELECT rowid FROM search WHERE search MATCH ? ORDER BY rowid", (query,)
    ):
        yield row[0]


def list_entries(view: Tables) -> None:
    """File in the list what is in the view file and was not listed yet."""
    with view.writing():
        rows = _unfiled(view, "SELECT max(position) FROM entries")
        view.connection.executemany(
            "INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (listed(position, parts) for position, parts in rows),
        )


def listed(position: int, parts: Sequence[Recorded]) -> Values:
    """Return the columns of ``entries`` for one entry."""
    recorded = parts[0]
    entry, decision = recorded.entry, recorded.entry.decision
    effective = entry.counts_from
    recorded_on = recorded.recorded_at.astimezone(STOCKHOLM).date()
    units = dict.fromkeys(
        name for part in parts for kind, name in _names(part.entry.event) if kind == "unit"
    )
    return (
        position,
        instant(recorded.recorded_at),
        recorded.by,
        entry.key,
        entry.event.type,
        None if decision is None else decision.body,
        None if decision is None else decision.key,
        (recorded_on if effective is None else effective.last).isoformat(),
        entry.stage,
        "".join(f"/{unit}" for unit in units) + "/",
    )


def text_of(parts: Iterable[Recorded]) -> str:
    """Return all that entries say in words, for searching; not those in plain structures."""
    from styrledger.codec import write_entry  # noqa: PLC0415 - only a search waits for it

    return "\n".join(text for part in parts for text in texts(write_entry(part.entry)))


def _unfiled(view: Tables, last: str) -> Iterator[tuple[int, tuple[Recorded, ...]]]:
    """Yield the entries after the last that was filed, as a query tells it."""
    after = view.connection.execute(last).fetchone()[0] or 0
    for position, name, state in view.connection.execute(UNFILED, (after,)):
        yield position, stored.decode(name, state)


def _names(event: Event) -> Iterator[tuple[str, str]]:
    """Yield the kind and name of all that an event introduces or uses."""
    replacement = replacement_of(event)
    if replacement is not None:
        yield from _names(replacement.event)
    defined = event.defines()
    if defined is not None:
        yield defined
    for reference in event.refers():
        yield reference.kind, reference.name


def texts(written: Any) -> Iterator[str]:
    """Yield every text in an entry in record form, those in lists too."""
    if isinstance(written, str):
        yield written
    elif isinstance(written, dict):
        for inner in cast("dict[str, Any]", written).values():
            yield from texts(inner)
    elif isinstance(written, list):
        for inner in cast("Sequence[Any]", written):
            yield from texts(inner)
