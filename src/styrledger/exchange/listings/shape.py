"""The one shape of every list: rows with typed columns, taken from the answer that JSON shows."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal, cast

import attrs

Kind = Literal[
    "text",
    "list",
    "record",
    "whole",
    "number",
    "amount",
    "printed",
    "day",
    "date",
    "instant",
    "truth",
]
"""What a column holds.

``amount`` is money in kronor, ``printed`` a figure as its source prints it, ``date`` one that
may be only a month or a year, ``list`` several texts, ``record`` a whole entry as JSON.
"""

Cell = str | int | Decimal | date | datetime | bool | None
Level = Mapping[str, Any]

FULL_DATE = len("2020-02-10")


@attrs.frozen
class Column:
    """A column: its name in JSON, its heading in Swedish, and what it holds.

    ``path`` tells where the answer holds it: ``entry.type`` is further in, ``../unit`` belongs
    to what the row is a part of. ``free`` is prose, in which somebody may be named.
    """

    name: str
    title: str
    kind: Kind = "text"
    path: str = attrs.field(default=attrs.Factory(lambda self: self.name, takes_self=True))
    free: bool = False

    def cell(self, levels: Sequence[Level]) -> Cell:
        """Return what a row holds here; ``levels`` ends with the row, after what it is part of."""
        ups = self.path.count("../")
        found: Any = levels[-1 - ups]
        for part in self.path[3 * ups :].split("."):
            found = cast("Level", found).get(part) if isinstance(found, Mapping) else None
        return None if found is None else _cell(found, self.kind)


@attrs.frozen
class Listing:
    """A table: which part of an answer its rows are, and the columns they have.

    ``path`` names lists within lists. With ``alone`` an answer about one thing only, which is
    not in a list, is taken as a list of one. No two rows have the same ``key``; ``part_of``
    names the table in which the first columns of the key are a key.
    """

    name: str
    title: str
    path: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()
    part_of: str | None = None
    alone: bool = False

    def rows(self, answer: Level) -> Iterator[list[Cell]]:
        """Yield the cells of each row, in the order of the answer."""
        first, *inner = self.path.split(".")
        whole = [answer] if self.alone and first not in answer else answer.get(first, ())
        for levels in _descend(((one,) for one in whole), inner):
            yield [column.cell(levels) for column in self.columns]


def without_prose(listing: Listing) -> Listing:
    """Return a table without the columns in which somebody may be named."""
    kept = tuple(column for column in listing.columns if not column.free)
    return attrs.evolve(listing, columns=kept)


def _descend(
    rows: Iterable[tuple[Level, ...]], inner: Sequence[str]
) -> Iterator[tuple[Level, ...]]:
    if not inner:
        yield from rows
        return
    part, *further = inner
    deeper = ((*levels, one) for levels in rows for one in levels[-1].get(part, ()))
    yield from _descend(deeper, further)


def _cell(found: Any, kind: Kind) -> Cell:  # noqa: PLR0911 - a line for each kind
    match kind:
        case "amount":
            return Decimal(found["ore"]).scaleb(-2)
        case "number":
            return Decimal(str(found["number"]))
        case "printed":
            return str(found["text"])
        case "day" | "date":
            return date.fromisoformat(found) if len(found) == FULL_DATE else str(found)
        case "instant":
            return datetime.fromisoformat(found)
        case "list":
            return "; ".join(map(str, found))
        case "record":
            return json.dumps(found, ensure_ascii=False)
        case "whole" | "truth":
            return cast("int | bool", found)
        case "text":
            return found if isinstance(found, str) else json.dumps(found, ensure_ascii=False)
