"""The record form: how entries are written in record files, and read back with every fault.

One flat object an entry: the event's own fields beside the common ones.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from functools import cache
from typing import Any, TypeVar, cast

import attrs
import cattrs
from cattrs.gen import make_dict_structure_fn, make_dict_unstructure_fn, override

from styrledger import registry
from styrledger.amounts import Amount
from styrledger.errors import Fault, ValueRefused, nearest, quoted
from styrledger.events.base import Event
from styrledger.events.corrections import Amendment, nested_amendment
from styrledger.events.entry import Entry
from styrledger.references import DecisionRef
from styrledger.times import PartialDate
from styrledger.values import Value

Object = Mapping[str, Any]

T = TypeVar("T")

COMMON = {
    field.name: field for field in attrs.fields(Entry) if field.name not in {"event", "where"}
}
"""The fields that every entry may have, whatever its type."""

LONGEST_KNOWN = 40
MOST_KNOWN = 4000
"""So many texts of each field are remembered, none longer than this many characters."""


def read_entry(given: object, where: str = "") -> Entry:
    """Return the entry that an object of a record file stands for.

    Raises:
        ValueRefused: with every fault in it, each placed at ``where`` and its field.
    """
    made = _made(given, where)
    if made is not None:
        return made
    try:
        return _explained(given, where)
    except ValueRefused as refused:
        raise ValueRefused(*(fault.at(where) for fault in refused.faults)) from None


def write_entry(entry: Entry) -> dict[str, Any]:
    """Return the object that stands for an entry in a record file; absent values are left out."""
    common: dict[str, Any] = _WRITE_COMMON(entry)
    own: dict[str, Any] = _WRITE.unstructure(entry.event)
    return {"type": entry.event.type, **common, **own}


def _made(given: Any, where: str) -> Entry | None:
    """Return an entry of what its fields accept; None where something is to be explained.

    The fields check themselves. What is wrong with all of them at once is told by ``_explained``,
    which reads the same again and slower.
    """
    try:
        return _maker(given["type"])(given, where)
    except (ValueRefused, TypeError, KeyError):
        return None


def _explained(given: object, where: str) -> Entry:
    fields = _object(given, '{"type": …}')
    cls = _event_class(fields)
    common = {name: value for name, value in fields.items() if name in COMMON}
    own = {name: value for name, value in fields.items() if name not in COMMON and name != "type"}
    for name, shared in _texts_of(cls.type):
        # A text where an object is common is the event's own: who publishes an indicator.
        if isinstance(common.get(shared), str) and name not in own:
            own[name] = common.pop(shared)
    event, faults = _structured(own, cls, known=lambda: [*own_names(cls), *COMMON])
    standing = event or (Amendment("?", "?") if cls.amends else Event())
    entry, more = _structured(
        {**common, "event": standing, "where": where}, Entry, known=lambda: COMMON
    )
    if entry is None or faults:
        raise ValueRefused(*faults, *more)
    return entry


class _Texts(dict[str, Any]):
    """What texts are converted to; one that comes again and again is looked at once."""

    def __init__(self, convert: Callable[[Any], Any]) -> None:
        super().__init__()
        self._convert = convert

    def __missing__(self, text: str) -> Any:
        made = self._convert(text)
        if len(text) <= LONGEST_KNOWN:
            if len(self) >= MOST_KNOWN:
                self.clear()
            self[text] = made
        return made


@cache
def _maker(event: str) -> Callable[[Object, str], Entry]:
    """Return what makes the entries of a type, as their classes do, with a call a field at most.

    A field's converter is asked only for what is given: what stands for a field that is left out
    is known before.
    """
    cls = registry.TYPES[event]
    own = {field.name: field for field in attrs.fields(cls)}
    shared = {field.name: field for field in COMMON.values()}
    defaults, common_defaults = _defaults(own), _defaults(shared)
    places = {
        _written_name(field): (mine, name, convert, _Texts(convert))
        for mine, named in ((False, shared), (True, own))
        for name, field in named.items()
        for convert in [_converter(field)]
    }
    check = getattr(cls, "check", None)

    def make(given: Object, where: str) -> Entry:
        mine, common = {**defaults}, {**common_defaults}
        for written, value in given.items():
            if written == "type":
                continue
            is_own, name, convert, texts = places[written]
            into = mine if is_own else common
            into[name] = texts[value] if value.__class__ is str else convert(value)
        if len(mine) < len(own):
            raise KeyError
        happened = cls.__new__(cls)
        happened.__dict__.update(mine)
        if check is not None:
            check(happened)
        entry: Entry = Entry.__new__(Entry)
        entry.__dict__.update(common, event=happened, where=where)
        entry.check()
        return entry

    return make


def _defaults(fields: Mapping[str, attrs.Attribute[Any]]) -> dict[str, Any]:
    """Return what stands for fields that are left out."""
    return {
        name: _converter(field)(field.default)
        for name, field in fields.items()
        if field.default is not attrs.NOTHING
    }


def _converter(field: attrs.Attribute[Any]) -> Callable[[Any], Any]:
    """Return what checks a value of a field, as its class does."""
    if field.name == "replacement":
        return _replacement
    return cast("Callable[[Any], Any] | None", field.converter) or (lambda value: value)


@cache
def _texts_of(event: str) -> tuple[tuple[str, str], ...]:
    """Return an event's fields that take the text of a common field, each with that one's name."""
    return tuple(
        (_written_name(field), field.metadata["text_of"])
        for field in attrs.fields(registry.TYPES[event])
        if "text_of" in field.metadata
    )


def _object(given: object, expected: str) -> Object:
    if not isinstance(given, Mapping):
        raise ValueRefused(Fault(f"{quoted(given)} is not an object", expected))
    return cast("Object", given)


def _event_class(fields: Object) -> type[Event]:
    given = fields.get("type")
    if given is None:
        raise ValueRefused(Fault("missing", "an event type such as 'budget.revised'", field="type"))
    if not isinstance(given, str) or given not in registry.TYPES:
        expected = nearest(str(given), registry.TYPES)
        raise ValueRefused(Fault(f"{quoted(given)} is not an event type", expected, field="type"))
    return registry.TYPES[given]


def own_names(cls: type[Any]) -> list[str]:
    """Return the field names of a class as record files write them."""
    return [_written_name(field) for field in attrs.fields(cls)]


def _written_name(field: attrs.Attribute[Any]) -> str:
    written: str = field.metadata.get("name", field.name)
    return written


def _structured(
    given: Object, cls: type[T], known: Callable[[], Iterable[str]]
) -> tuple[T | None, tuple[Fault, ...]]:
    try:
        return _READ.structure(given, cls), ()
    except cattrs.ClassValidationError as group:
        return None, tuple(_faults(group, cls, [*known()]))


def _faults(group: cattrs.ClassValidationError, cls: type, known: list[str]) -> Iterator[Fault]:
    """Flatten cattrs' nested group into faults, each with the path of its field."""
    for problem in group.exceptions:
        field = _field_of(problem, cls)
        if isinstance(problem, cattrs.ClassValidationError):
            inner = [*_faults(problem, problem.cl, own_names(problem.cl))]
        elif isinstance(problem, ValueRefused):
            inner = [*problem.faults]
        elif isinstance(problem, cattrs.ForbiddenExtraKeysError):
            inner = [
                Fault("unknown field", nearest(str(extra), known), field=str(extra))
                for extra in sorted(problem.extra_fields, key=str)
            ]
        elif isinstance(problem, KeyError):
            inner = [Fault("missing", "a value")]
        else:
            inner = [Fault(str(problem))]
        yield from (fault.at(field=field) for fault in inner)


def _field_of(problem: BaseException, cls: type) -> str:
    for note in getattr(problem, "__notes__", ()):
        if isinstance(note, cattrs.AttributeValidationNote):
            return _written_name(getattr(attrs.fields(cls), note.name))
    return ""


def _reader(cls: type[Any]) -> Callable[[Any, Any], Any]:
    attrs.resolve_types(cls)
    overrides: dict[str, Any] = {
        field.name: override(rename=_written_name(field), struct_hook=_field_reader(field))
        for field in attrs.fields(cls)
    }
    made: Callable[[Any, Any], Any] = make_dict_structure_fn(
        cls, _READ, _cattrs_forbid_extra_keys=True, **overrides
    )

    def read(given: Any, _: Any) -> Any:
        return made(_object(given, "{…}"), _)

    return read


def _field_reader(field: attrs.Attribute[Any]) -> Callable[[Any, Any], Any]:
    nested = field.metadata.get("nested")
    default = field.default
    if field.name == "replacement":
        return lambda given, _: _replacement(given)
    check = cast("Callable[[Any], Any] | None", field.converter)
    if nested is not None:
        return lambda given, _: given if given is default else _READ.structure(given, nested)
    if check is None:
        return lambda given, _: given
    return lambda given, _: check(given)


def _replacement(given: Any) -> Entry:
    # Refused by its type alone: a correction within a correction is not read to the bottom.
    cls = _event_class(_object(given, '{"type": …}'))
    if cls.amends:
        raise nested_amendment(cls)
    return read_entry(given)


def _writer(cls: type[Any]) -> Callable[[Any], dict[str, Any]]:
    attrs.resolve_types(cls)
    overrides: dict[str, Any] = {
        field.name: override(
            rename=_written_name(field),
            omit=field.name in {"event", "where"},
            omit_if_default=field.default is None or field.name == "stage",
        )
        for field in attrs.fields(cls)
    }
    made: Callable[[Any], dict[str, Any]] = make_dict_unstructure_fn(cls, _WRITE, **overrides)
    return made


_READ = cattrs.Converter(detailed_validation=True)
_READ.register_structure_hook_factory(attrs.has, _reader)
_READ.register_structure_hook(Entry, _reader(Entry))

_WRITE = cattrs.Converter()
_WRITE.register_unstructure_hook_factory(attrs.has, _writer)
_WRITE.register_unstructure_hook(Amount, lambda amount: amount.text)
_WRITE.register_unstructure_hook(Value, str)
_WRITE.register_unstructure_hook(PartialDate, str)
_WRITE.register_unstructure_hook(date, date.isoformat)
_WRITE.register_unstructure_hook(DecisionRef, str)
_WRITE.register_unstructure_hook(Entry, write_entry)
_WRITE_COMMON = _writer(Entry)
