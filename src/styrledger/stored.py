"""The stored form: the octets that the log keeps of each entry, for ever.

One JSON object with sorted keys and without blanks or absent values, so that the same entry
always gives the same octets. What it says is explicit (an amount holds its öre as well as its
text), so that a later parser cannot change what was recorded. It is decoded straight into the
classes, without the checks that it passed on the way in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime
from functools import cache
from typing import TYPE_CHECKING, Any, Protocol, TypeVar, get_origin

import attrs
import msgspec

from styrledger import registry
from styrledger.errors import UndecodableEntry, UnknownStoredName
from styrledger.events.corrections import Amendment, EntryCorrected
from styrledger.events.entry import Entry, Recorded
from styrledger.times import PartialDate, instant, is_tellable, partial_date

if TYPE_CHECKING:
    from cattrs import Converter

T = TypeVar("T")

UNREADABLE = (msgspec.MsgspecError, KeyError, TypeError, ValueError, RecursionError)
"""What comes of octets that are not what is written under their name."""

Decoder = Callable[[bytes], tuple[Recorded, ...]]


class Encoder(Protocol):
    """Gives the stored name and octets of an entry at a position."""

    def __call__(
        self, position: int, entry: Entry, octets: bytes | None = None
    ) -> tuple[str, bytes]:
        """Return both, given the octets of the entry alone where they are known."""
        ...


def encode(recorded: Recorded) -> tuple[str, bytes]:
    """Return the stored name and the octets of a recorded entry."""
    return encoder(recorded.recorded_at, recorded.by)(recorded.position, recorded.entry)


def encoder(recorded_at: datetime, by: str | None) -> Encoder:
    """Return what gives the stored name and octets of each entry of one commit.

    It is given the octets of the entry alone where they are known.
    """
    role = b"" if by is None else b'"by":%b,' % msgspec.json.encode(by)
    moment = instant(recorded_at).encode()

    def encoded(position: int, entry: Entry, octets: bytes | None = None) -> tuple[str, bytes]:
        name = registry.STORED_NAMES[type(entry.event)]
        state = b'{%b"entry":%b,"position":%d,"recorded_at":"%b"}'
        return name, state % (role, octets or content(entry), position, moment)

    return encoded


def content(entry: Entry) -> bytes:
    """Return the octets of the entry alone, equal for equal content."""
    return msgspec.json.encode(_store().unstructure(entry, Entry), order="sorted")


def named(entry: Entry) -> tuple[str, bytes]:
    """Return the stored name and the octets of an entry that has no position yet."""
    return registry.STORED_NAMES[type(entry.event)], content(entry)


def read(name: str, octets: bytes) -> Entry:
    """Return the entry that ``named`` gave these octets of."""
    return _reader(name)(octets)


@cache
def _reader(name: str) -> Callable[[bytes], Entry]:
    cls: Any = registry.STORED[name]
    if cls is EntryCorrected:
        return lambda octets: next(_entries(name, msgspec.json.decode(octets)))
    generic: Any = Entry
    reads: Callable[[bytes], Entry] = msgspec.json.Decoder(generic[cls], dec_hook=date_from).decode
    return reads


def decode(name: str, state: bytes) -> tuple[Recorded, ...]:
    """Return the entries that stored octets stand for: one, or more after an upcast.

    Raises:
        UnknownStoredName: a newer version of the package recorded it.
        UndecodableEntry: the octets are not what this package writes under that name.
    """
    try:
        parts = _decoder(name)(state)
    except UNREADABLE as fault:
        raise UndecodableEntry(name, str(fault)) from fault
    if not is_tellable(parts[0].recorded_at):
        raise UndecodableEntry(name, f"no clock says {parts[0].recorded_at.isoformat()}")
    return parts


@cache
def _decoder(name: str) -> Decoder:
    if name in registry.UPCASTERS:
        return lambda state: _decode_slowly(name, state)
    cls = registry.STORED.get(name)
    if cls is None:
        raise UnknownStoredName(name)
    if cls is EntryCorrected:
        return lambda state: _decode_slowly(name, state)
    recorded: Any = Recorded
    fast = msgspec.json.Decoder(recorded[cls], dec_hook=date_from)
    return lambda state: (fast.decode(state),)


def _decode_slowly(name: str, state: bytes) -> tuple[Recorded, ...]:
    """Decode through plain objects, as upcasters and entries within entries need."""
    fields = msgspec.json.decode(state)
    position = msgspec.convert(fields["position"], int)
    recorded_at = msgspec.convert(fields["recorded_at"], datetime)
    by = msgspec.convert(fields.get("by"), str | None)
    return tuple(
        Recorded(position, recorded_at, entry, by) for entry in _entries(name, fields["entry"])
    )


def _entries(name: str, fields: registry.Payload) -> Iterator[Entry]:
    for current, event in registry.upcast(name, fields["event"]):
        cls = registry.STORED.get(current)
        if cls is None:
            raise UnknownStoredName(current)
        if cls is EntryCorrected:
            yield from _corrections(fields, event)
        else:
            generic: Any = Entry
            yield msgspec.convert({**fields, "event": event}, generic[cls], dec_hook=date_from)


def _corrections(fields: registry.Payload, event: registry.Payload) -> Iterator[Entry]:
    """Yield one correction for each entry that the replacement stands for today."""
    amends = {"target": event["target"], "reason": event["reason"]}
    bare = msgspec.convert({**fields, "event": amends}, Entry[Amendment], dec_hook=date_from)
    inner = event["replacement"]
    for replacement in _entries(inner["name"], inner["entry"]):
        corrected = _unchecked(
            EntryCorrected,
            target=bare.event.target,
            reason=bare.event.reason,
            replacement=replacement,
        )
        fields_of = {field.name: getattr(bare, field.name) for field in attrs.fields(Entry)}
        yield _unchecked(Entry, **{**fields_of, "event": corrected})


def _unchecked(cls: type[T], **fields: object) -> T:
    """Make an instance as the fast decoder does: of what was checked when it was recorded."""
    made = cls.__new__(cls)
    for name, value in fields.items():
        object.__setattr__(made, name, value)
    return made


def date_from(kind: type, value: Any) -> Any:
    """Return the date of a text, for a decoder; the same text gives the same object."""
    if kind is PartialDate:
        return partial_date(value)
    raise NotImplementedError(kind)


def _unstructurer(cls: type[Any]) -> Callable[[Any], dict[str, Any]]:
    from cattrs.gen import make_dict_unstructure_fn, override  # noqa: PLC0415 - see _store

    plain = get_origin(cls) or cls
    attrs.resolve_types(plain)
    overrides: dict[str, Any] = {
        field.name: override(
            omit=field.name == "where",
            omit_if_default=field.default is None,
            # By the class that it is, not by the one that the field is declared with.
            unstruct_hook=_store().unstructure if field.name == "event" else None,
        )
        for field in attrs.fields(plain)
    }
    made: Callable[[Any], dict[str, Any]] = make_dict_unstructure_fn(cls, _store(), **overrides)
    return made


def _correction(event: EntryCorrected) -> dict[str, Any]:
    replacement = event.replacement
    return {
        "target": event.target,
        "reason": event.reason,
        "replacement": {
            "name": registry.STORED_NAMES[type(replacement.event)],
            "entry": _store().unstructure(replacement, Entry),
        },
    }


@cache
def _store() -> Converter:
    """Return what makes plain objects of entries; only those who record wait for it."""
    from cattrs import Converter  # noqa: PLC0415

    store = Converter()
    store.register_unstructure_hook_factory(attrs.has, _unstructurer)
    store.register_unstructure_hook(EntryCorrected, _correction)
    store.register_unstructure_hook(PartialDate, str)
    store.register_unstructure_hook(date, date.isoformat)
    store.register_unstructure_hook(datetime, instant)
    return store
