"""The law of stored octets, checked fast: decoded and encoded again, they come out the same.

For every event there is a structure with the names and types of its stored form, and nothing
else, in the order in which they are written. Octets that come back through it unchanged are
what the ledger writes; of any others the slower encoder of ``stored`` is the judge.
"""

from __future__ import annotations

import types
from collections.abc import Callable
from datetime import date, datetime
from functools import cache
from typing import Any, Literal, TypeVar, Union, get_args, get_origin

import attrs
import msgspec

from styrledger import registry
from styrledger.events.corrections import EntryCorrected
from styrledger.events.entry import Entry, Recorded
from styrledger.times import PartialDate

PLAIN = {str: str, int: int, bool: bool, date: date, PartialDate: str, datetime: str}
"""How the simple values of an entry are stored; of an instant the text itself is looked at."""


def recorded_at(name: str, state: bytes) -> str | None:
    """Return the instant in octets that are as the ledger writes them, None for any others.

    What is returned is the text as it is stored. None says only that this does not know.
    """
    through = _through(name)
    return None if through is None else through(state)


@cache
def _through(name: str) -> Callable[[bytes], str | None] | None:
    cls = registry.STORED.get(name)
    if cls is None or cls is EntryCorrected or name in registry.UPCASTERS:
        return None
    try:
        decode = msgspec.json.Decoder(_mirror(Recorded, cls)).decode
    except TypeError:
        return None
    encode = msgspec.json.Encoder().encode

    def through(state: bytes) -> str | None:
        try:
            mirrored: Any = decode(state)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            return None
        return mirrored.recorded_at if encode(mirrored) == state else None

    return through


def _mirror(cls: type[Any], event: type[Any]) -> Any:
    """Return the structure of what an attrs class is stored as.

    Raises:
        TypeError: a field is of a type that has no plain stored form.
    """
    attrs.resolve_types(cls)
    fields: list[tuple[str, Any] | tuple[str, Any, Any]] = []
    for field in sorted(attrs.fields(cls), key=lambda one: one.name):
        if field.name == "where":
            continue
        kind = _stored(event if cls is Entry and field.name == "event" else field.type, event)
        optional = field.default is None
        fields.append((field.name, kind, None) if optional else (field.name, kind))
    return msgspec.defstruct(
        f"Stored{cls.__name__}",
        fields,
        kw_only=True,
        omit_defaults=True,
        forbid_unknown_fields=True,
    )


def _stored(kind: Any, event: type[Any]) -> Any:
    origin, arguments = get_origin(kind), get_args(kind)
    if isinstance(kind, TypeVar):
        raise TypeError(kind)
    if kind is type(None) or origin is Literal:
        return kind
    if kind in PLAIN:
        return PLAIN[kind]
    if origin in {Union, types.UnionType}:
        return Union[tuple(_stored(one, event) for one in arguments)]  # noqa: UP007 - made here
    if origin is tuple:
        return tuple.__class_getitem__(
            tuple(one if one is ... else _stored(one, event) for one in arguments)
        )
    plain = origin or kind
    if plain is Entry or attrs.has(plain):
        return _mirror(plain, event)
    raise TypeError(kind)
