"""JSON Lines: one entry a line, UTF-8; blank lines and lines that begin with # are skipped."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import BinaryIO, Never, cast

import msgspec

from styrledger.codec import read_entry
from styrledger.commit import Unreadable
from styrledger.errors import Fault, ValueRefused
from styrledger.events.entry import Entry
from styrledger.exchange.lines import Seen, decoded, ignore, lines

MOST_DIGITS = 1000
"""More digits than this are no number, and are not counted out."""

DEEPEST = 4
"""An amount in öre in the replacement of a correction is three objects deep."""

MOST = 2**63

_COLONS = (b'":', b" :", b"\t:", b"\r:", b"\n:")
"""What the colon after a name can look like; in a text they may stand as well."""


def read(file: BinaryIO, name: str, seen: Seen = ignore) -> Iterator[Entry | Unreadable]:
    """Yield the entry of each line of a file, or why it holds none.

    ``name`` places the faults; ``seen`` is told how many bytes each line had.
    """
    return entries(lines(file, seen), name)


def entries(
    read_lines: Iterable[bytes | Fault], name: str, first: int = 1
) -> Iterator[Entry | Unreadable]:
    """Yield the entry of each line, or why it holds none; the first has a number."""
    for number, line in enumerate(read_lines, first):
        where = f"{name}:{number}"
        if isinstance(line, Fault):
            yield Unreadable((line.at(where),))
        elif line.strip() and not line.startswith(b"#"):
            yield _entry(line, where)


def _entry(line: bytes, where: str) -> Entry | Unreadable:
    try:
        given = _plain(line)
        return read_entry(_value(decoded(line)) if given is None else given, where)
    except ValueRefused as refused:
        return Unreadable(tuple(fault.at(where) for fault in refused.faults))


def _plain(line: bytes) -> object:
    """Return the object in a line in which certainly nothing is wrong, None for any other.

    A field given twice is lost when an object is made, but its colon is still in the line. What
    this takes for colons are at least all of them.
    """
    try:
        found = _decode(line)
        fields = _fields(found, DEEPEST)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, ValueError):
        return None
    return found if fields == sum(map(line.count, _COLONS)) else None


def _fields(given: object, deepest: int) -> int:
    """Return how many fields objects have in all.

    Raises:
        ValueError: there is more in them than entries hold.
    """
    if given.__class__ is not dict or not deepest:
        raise ValueError
    fields = cast("dict[str, object]", given)
    found = len(fields)
    for value in fields.values():
        kind = value.__class__
        if kind is str or (kind is int and -MOST < cast("int", value) < MOST):
            continue
        if kind is list and all(one.__class__ is str for one in cast("list[object]", value)):
            continue
        found += _fields(value, deepest - 1)
    return found


def _value(text: str) -> object:
    try:
        return _JSON.decode(text)
    except ValueRefused:
        raise
    except json.JSONDecodeError as fault:
        # The end of the line is where something is missing, and not the line after it.
        column = min(fault.pos, len(text.rstrip())) + 1
        reason = f"{fault.msg}, column {column}"
    except RecursionError:
        reason = "nested too deeply"
    except ValueError as fault:
        reason = str(fault)
    raise ValueRefused(Fault(f"not JSON ({reason})", '{"type": …}', "write one object a line"))


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """Make an object of its fields, each of which has to be given once."""
    fields = dict(pairs)
    if len(fields) < len(pairs):
        names = [name for name, _ in pairs]
        twice = (name for name in fields if names.count(name) > 1)
        raise ValueRefused(
            *(Fault("given twice", "one value", "leave one out", field=name) for name in twice)
        )
    return fields


def _no_number(text: str) -> Never:
    """Refuse NaN and infinity, which Python reads and JSON does not have."""
    message = f"{text} is no value"
    raise ValueError(message)


def _whole_number(text: str) -> int:
    if len(text) > MOST_DIGITS:
        message = f"a number of {len(text)} digits"
        raise ValueError(message)
    return int(text)


_JSON = json.JSONDecoder(
    object_pairs_hook=_object, parse_int=_whole_number, parse_constant=_no_number
)

_decode = msgspec.json.Decoder().decode
