"""Tables: a header row of field names, and an entry in each row below it.

A nested object has a column for each of its fields, ``source.page`` or ``from.unit``. What a
column holds is told by the event class of the row, so that what a spreadsheet keeps as text or
as a number is read as what the field is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import cache
from types import NoneType, UnionType
from typing import Any, Literal, Protocol, Union, get_args, get_origin

import attrs

from styrledger.amounts import Amount
from styrledger.codec import COMMON, own_names, read_entry
from styrledger.commit import Unreadable
from styrledger.errors import Fault, ValueRefused, nearest, quoted
from styrledger.events.entry import Entry
from styrledger.references import DecisionRef
from styrledger.registry import TYPES
from styrledger.times import PartialDate
from styrledger.values import Value

Kind = Literal["text", "whole", "amount", "value", "date", "truth", "list"]
Kinds = frozenset[Kind]
"""What a column may hold. A decision counts as a date, since a date alone may name one."""


class Typed(Protocol):
    """A cell that is neither text nor blank."""

    def value(self, kinds: Kinds) -> object:
        """Return what the cell stands for in a column of some kinds.

        Raises:
            ValueRefused: it cannot stand for such a value.
        """
        ...


Cell = str | Typed
Row = tuple[int, Sequence[Cell] | ValueRefused]
"""A row's number in its file, and its cells or why they cannot be read."""

_A_HEADER = "a first row of field names, such as type, decision, unit, year, amount"
_WHOLE = re.compile(r"\s*([+-]?[0-9]{1,18})\s*")
_TRUTHS = {"true": True, "sant": True, "false": False, "falskt": False}
"""As spreadsheet programs write them, in English and in Swedish."""


def read(rows: Iterable[Row], name: str) -> Iterator[Entry | Unreadable]:
    """Yield the entry of each row below the header, or why it holds none.

    Rows that are blank, or whose first cell begins with #, are skipped. Where the header cannot
    be understood nothing below it can, and its faults are all that is told.
    """
    table = None
    for number, cells in rows:
        if not isinstance(cells, ValueRefused) and _is_skipped(cells):
            continue
        where = f"{name}:{number}"
        try:
            if isinstance(cells, ValueRefused):
                raise cells
            if table is None:
                table = Table.of(cells)
            else:
                yield table.entry(cells, where)
        except ValueRefused as refused:
            yield Unreadable(tuple(fault.at(where) for fault in refused.faults))
            if table is None:
                return
    if table is None:
        yield Unreadable((Fault("there is no row in it", _A_HEADER, where=name),))


def _is_skipped(cells: Sequence[Cell]) -> bool:
    first = cells[0] if cells else ""
    return all(map(_is_blank, cells)) or (isinstance(first, str) and first.startswith("#"))


def _is_blank(cell: Cell) -> bool:
    return isinstance(cell, str) and not cell.strip()


@attrs.frozen
class Table:
    """A header: the name of each column, empty where a column has none."""

    names: tuple[str, ...]

    @classmethod
    def of(cls, header: Sequence[Cell]) -> Table:
        """Return the table under a header.

        Raises:
            ValueRefused: with every fault in the header.
        """
        names = tuple(cell.strip() if isinstance(cell, str) else "?" for cell in header)
        named = [name for name in names if name]
        known = known_names()
        if not known.intersection(named):
            raise ValueRefused(Fault("the first row holds no field name", _A_HEADER))
        faults = [
            Fault(f"{quoted(name)} is not a column", nearest(name, known))
            for name in dict.fromkeys(named)
            if name not in known
        ]
        faults += (
            Fault(f"the column {name!r} stands more than once", "each column once")
            for name in dict.fromkeys(named)
            if name in known and named.count(name) > 1
        )
        if "type" not in named:
            faults.append(Fault("no column 'type'", "one with the event type of each row"))
        if names[0] == "target":
            what = "the first column is 'target', and a row that begins with # is skipped"
            faults.append(Fault(what, "another column first, such as type"))
        if faults:
            raise ValueRefused(*faults)
        return cls(names)

    def entry(self, cells: Sequence[Cell], where: str) -> Entry:
        """Return the entry that a row holds.

        Raises:
            ValueRefused: with every fault in the row.
        """
        filled = {at: cell for at, cell in enumerate(cells) if not _is_blank(cell)}
        self._refuse_nameless(filled)
        given = {self.names[at]: cell for at, cell in filled.items()}
        kinds = _kinds(given)
        values: dict[str, object] = {}
        faults: list[Fault] = []
        for name, cell in given.items():
            may_be = kinds.get(name, _TEXT)
            try:
                if isinstance(cell, str):
                    values[name] = from_text(cell, may_be)
                else:
                    values[name] = cell.value(may_be)
            except ValueRefused as refused:
                faults += (fault.at(field=name) for fault in refused.faults)
        if faults:
            raise ValueRefused(*faults)
        return read_entry(_nested(values), where)

    def _refuse_nameless(self, filled: Mapping[int, Cell]) -> None:
        for at, cell in filled.items():
            if at >= len(self.names) or not self.names[at]:
                shown = f" ({quoted(cell)})" if isinstance(cell, str) else ""
                what = f"cell {at + 1}{shown} stands under no field name"
                todo = "put quotes around a cell that holds the delimiter"
                raise ValueRefused(Fault(what, "a cell for each name in the header", todo))


def from_text(cell: str, kinds: Kinds) -> object:
    """Return what a cell of text stands for; what it cannot be is left for its field to refuse."""
    if "whole" in kinds and (found := _WHOLE.fullmatch(cell)):
        return int(found[1])
    if "truth" in kinds:
        return _TRUTHS.get(cell.strip().casefold(), cell)
    if "list" in kinds:
        return [part.strip() for part in cell.split(";")]
    return cell


def _nested(values: Mapping[str, object]) -> dict[str, Any]:
    nested: dict[str, Any] = {}
    for name, value in values.items():
        *outer, last = name.split(".")
        inner = nested
        for depth, part in enumerate(outer, 1):
            whole = ".".join(outer[:depth])
            if whole in values:
                what = f"both {whole!r} and {name!r} are filled"
                raise ValueRefused(Fault(what, "one of them", field=whole))
            inner = inner.setdefault(part, {})
        inner[last] = value
    return nested


# --- Which columns there are ----------------------------------------------------------------


@cache
def known_names() -> frozenset[str]:
    """Return every name that a column may have."""
    names = {name for event_type in TYPES for name in columns(event_type)}
    return frozenset(names | {f"replacement.{name}" for name in names})


def _kinds(given: Mapping[str, Cell]) -> dict[str, Kinds]:
    """Return the kind of each column for a row, as far as the row's types are known."""
    kinds: dict[str, Kinds] = {}
    for prefix in ("", "replacement."):
        said = given.get(f"{prefix}type")
        if isinstance(said, str) and said in TYPES:
            kinds |= {f"{prefix}{name}": kind for name, kind in columns(said).items()}
    return kinds


@cache
def columns(event_type: str) -> dict[str, Kinds]:
    """Return the columns that an event may have, but those of a replacement."""
    found = {"type": _TEXT}
    for name, field in COMMON.items():
        found |= _columns(name, field)
    return found | _fields(TYPES[event_type])


def _fields(cls: type[Any], prefix: str = "") -> dict[str, Kinds]:
    attrs.resolve_types(cls)
    found: dict[str, Kinds] = {}
    for name, field in zip(own_names(cls), attrs.fields(cls), strict=True):
        found |= _columns(f"{prefix}{name}", field)
    return found


def _columns(name: str, field: attrs.Attribute[Any]) -> dict[str, Kinds]:
    nested = field.metadata.get("nested")
    if nested is not None:
        return _fields(nested, f"{name}.")
    said: Any = field.type
    holds = set(get_args(said)) if get_origin(said) in {Union, UnionType} else {said}
    if Entry in holds:
        return {}
    if DecisionRef in holds:
        return {name: _DATE, **_fields(DecisionRef, f"{name}.")}
    if Amount in holds:
        return {name: frozenset({"amount"}), f"{name}.ore": _WHOLE_NUMBER, f"{name}.text": _TEXT}
    return {name: frozenset(_KINDS[get_origin(one) or one] for one in holds - {NoneType})}


_TEXT: Kinds = frozenset({"text"})
_DATE: Kinds = frozenset({"date"})
_WHOLE_NUMBER: Kinds = frozenset({"whole"})

_KINDS: Mapping[Any, Kind] = {
    str: "text",
    Literal: "text",
    int: "whole",
    bool: "truth",
    Value: "value",
    PartialDate: "date",
    date: "date",
    tuple: "list",
}
