"""The stored form in plain structures: read in a fraction of the time, and written back.

For every event there is a structure with the names and types of its stored form, and nothing
else, in the order in which they are written. It has the methods of the classes that it stands
for, so that an entry tells its stream and its subjects by the same code whichever way it was
read. What fits no structure, such as what a newer or an older version wrote, is left to
``stored``: None says only that this does not know.
"""

from __future__ import annotations

import types
from collections.abc import Callable
from datetime import date, datetime
from functools import cache, lru_cache
from typing import Any, Generic, Literal, NamedTuple, TypeVar, Union, get_args, get_origin

import attrs
import msgspec

from styrledger import registry
from styrledger.events.base import Event
from styrledger.events.corrections import EntryCorrected
from styrledger.events.entry import Entry, Recorded
from styrledger.stored import date_from
from styrledger.times import PartialDate, instant, is_tellable


class Form(NamedTuple):
    """What reads the octets of an event's entries, what writes them, and if they hold others."""

    reads: Callable[[bytes], Any]
    writes: Callable[[object], bytes]
    corrects: bool


SIMPLE = frozenset({str, int, bool, date, PartialDate})
"""The types of the simple values of an entry."""

UNREADABLE = (msgspec.MsgspecError, ValueError, RecursionError)


class Named(msgspec.Struct, gc=False, forbid_unknown_fields=True):
    """A replacement inside a correction: its octets are read by the form of its own name."""

    entry: msgspec.Raw
    name: str


def read(name: str, state: bytes) -> Recorded | None:
    """Return what stored octets stand for: a structure with the fields and methods of an entry.

    It is no ``Recorded``, and equal to none.
    """
    form = _form(name)
    if form is None:
        return None
    reads, _, corrects = form
    try:
        found = reads(state)
        found.recorded_at = _instant(found.recorded_at)
        return found if not corrects or _replaced(found.entry.event, exact=False) else None
    except UNREADABLE:
        return None


def read_exact(name: str, state: bytes) -> Recorded | None:
    """Return the same for octets that are just what the ledger writes, None for any others."""
    form = _form(name)
    if form is None:
        return None
    reads, writes, corrects = form
    try:
        found = reads(state)
        if writes(found) != state:
            return None
        found.recorded_at = _instant(found.recorded_at)
        return found if not corrects or _replaced(found.entry.event, exact=True) else None
    except UNREADABLE:
        return None


def _replaced(event: Any, *, exact: bool) -> bool:
    """Read the entry inside a correction, which was left as it is written; tell if it could be."""
    octets, form = bytes(event.replacement.entry), _form_within(event.replacement.name)
    if form is None:
        return False
    event.replacement = entry = form.reads(octets)
    return not exact or form.writes(entry) == octets


@lru_cache(4096)  # all entries of a commit have the same
def _instant(text: str) -> datetime:
    """Return the instant that a text says.

    Raises:
        ValueError: the ledger writes it otherwise.
    """
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None or not is_tellable(moment) or instant(moment) != text:
        raise ValueError(text)
    return moment


@cache
def _form(name: str) -> Form | None:
    return _made(Recorded, name)


@cache
def _form_within(name: str) -> Form | None:
    return None if registry.STORED.get(name) is EntryCorrected else _made(Entry, name)


def _made(cls: type[Any], name: str) -> Form | None:
    event = registry.STORED.get(name)
    if event is None or name in registry.UPCASTERS:
        return None
    if event.placed is not Event.placed:  # it makes another of its own class
        return None
    decode = msgspec.json.Decoder(_structure(cls, event), dec_hook=date_from).decode
    return Form(decode, msgspec.json.Encoder(enc_hook=str).encode, event is EntryCorrected)


def _structure(cls: type[Any], event: type[Any]) -> Any:
    """Return the structure of what an attrs class is stored as."""
    attrs.resolve_types(cls)
    fields: list[tuple[str, Any] | tuple[str, Any, Any]] = []
    for field in sorted(attrs.fields(cls), key=lambda one: one.name):
        if field.name == "where":
            continue
        kind = _kind(event if cls is Entry and field.name == "event" else field.type, event)
        optional = field.default is None
        fields.append((field.name, kind, None) if optional else (field.name, kind))
    return msgspec.defstruct(
        f"Plain{cls.__name__}",
        fields,
        namespace=_methods(cls),
        kw_only=True,
        omit_defaults=True,
        forbid_unknown_fields=True,
        gc=False,  # what an entry holds never holds the entry
    )


def _methods(cls: type[Any]) -> dict[str, Any]:
    """Return the methods and constants of a class, those of its bases too."""
    fields = {field.name for field in attrs.fields(cls)}
    return {
        name: value
        for base in reversed(cls.__mro__)
        if base not in {object, Generic}
        for name, value in vars(base).items()
        if not name.startswith("__") and name not in fields
    }


def _kind(kind: Any, event: type[Any]) -> Any:
    """Return how values of a type are read.

    Raises:
        TypeError: it has no plain stored form.
    """
    origin, arguments = get_origin(kind), get_args(kind)
    if kind is type(None) or origin is Literal or kind in SIMPLE:
        return kind
    if kind is datetime:
        return str  # what it says is looked at once for all entries of a commit
    if kind is Entry and event is EntryCorrected:
        return Named
    if origin in {Union, types.UnionType}:
        return Union[tuple(_kind(one, event) for one in arguments)]  # noqa: UP007 - made here
    if origin is tuple:
        return tuple.__class_getitem__(
            tuple(one if one is ... else _kind(one, event) for one in arguments)
        )
    plain = origin or kind
    if isinstance(kind, TypeVar) or not attrs.has(plain):
        raise TypeError(kind)
    return _structure(plain, event)
