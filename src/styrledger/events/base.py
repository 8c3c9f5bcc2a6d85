"""What every event is, and the checks that its fields share.

The checks sit in attrs converters: they run when a program or a record file makes an event,
and not again when the ledger reads back what it wrote itself.

What is stored is made without slots: the decoder asks each object for the fields that were left
out, and a slot that is empty answers with an exception, which takes longer than all the rest.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache, lru_cache, wraps
from typing import Any, ClassVar, Literal, NamedTuple, Self, TypeVar, cast, get_args

import attrs

from styrledger.errors import Fault, ValueRefused, nearest, quoted
from styrledger.references import DecisionRef

YEARS = range(1800, 2201)
LONGEST_NAME = 200
LONGEST_TEXT = 20_000

Kind = Literal["operating", "investment"]
"""Driftbudget or investeringsbudget."""

NAMED = frozenset(
    {
        "action",
        "control",
        "deadline",
        "document",
        "goal",
        "indicator",
        "mandate",
        "recommendation",
        "unit",
        "uppdrag",
    }
)
"""The kinds of subject that an entry introduces, so that their names can be known or not."""

UNNAMED = frozenset({"budget", "decision", "evaluation", "meeting"})
"""The kinds of subject that are there without having been introduced."""

T = TypeVar("T")

Earlier = Callable[[str], Iterable["Event"]]
"""Finds the events that stand under a subject, in the ledger and earlier in the commit."""


def checked(cls: type[T]) -> type[T]:
    """Let a class run its ``check`` when a program makes one, as its converters do.

    Not ``__attrs_post_init__``: the fast decoder calls that for what was stored too, and a
    check that is stricter than it was then must not make an old ledger unreadable.
    """
    made = cast("Callable[..., None]", cls.__init__)

    @wraps(made)
    def init(self: Any, *values: Any, **named: Any) -> None:
        made(self, *values, **named)
        self.check()

    type.__setattr__(cls, "__init__", init)
    return cls


@cache
def _compared(cls: type[attrs.AttrsInstance]) -> Sequence[str]:
    return tuple(field.name for field in attrs.fields(cls) if field.eq)


class Fields:
    """What is equal, hashed and shown by its fields.

    It is what attrs would make for each class; but it compiles that when the class is imported,
    and a question that reads of one kind of event would wait for what none of them is asked.
    """

    def __eq__(self, other: object) -> bool:
        same = other.__class__ is self.__class__
        return self._values() == cast("Fields", other)._values() if same else NotImplemented

    def __hash__(self) -> int:
        return hash((self.__class__, *self._values()))

    def __repr__(self) -> str:
        shown = (field.name for field in attrs.fields(self._attrs()) if field.repr)
        fields = ", ".join(f"{name}={getattr(self, name)!r}" for name in shown)
        return f"{type(self).__qualname__.rpartition('>.')[2]}({fields})"

    def _values(self) -> tuple[Any, ...]:
        return tuple(getattr(self, name) for name in _compared(self._attrs()))

    def _attrs(self) -> type[attrs.AttrsInstance]:
        return cast("type[attrs.AttrsInstance]", type(self))


class Reference(NamedTuple):
    """A name that an event uses: it must have been introduced by an earlier entry."""

    field: str
    kind: str
    name: str


@attrs.frozen(slots=False, eq=False, repr=False)
class Event(Fields):
    """Something that happened or was decided; the fields of a subclass say what."""

    type: ClassVar[str]
    amends: ClassVar[bool] = False
    """True for corrections and withdrawals, which act on another entry."""
    rules: ClassVar[bool] = False
    """True for annulments and met conditions: what they say of a decision moves what it did."""
    proceedings: ClassVar[bool] = False
    """True for what happened at a meeting: an annulled decision leaves it as it was."""
    remembered: ClassVar[bool] = False
    """True where ``contradictions`` of a later event in the same commit asks for this one."""
    renewable: ClassVar[bool] = False
    """True where what the event introduces may be introduced again, which changes it."""

    def stream(self) -> str:
        """Return the stream in which writers about the same thing meet."""
        raise TypeError(type(self))

    def subjects(self) -> tuple[str, ...]:
        """Return the subjects that this event is about, as written in the audit trail."""
        return (self.stream(),)

    def placed(self, decision: DecisionRef | None) -> Self:
        """Return the event with what it leaves to its entry's decision to say; few leave any."""
        del decision
        return self

    def defines(self) -> tuple[str, str] | None:
        """Return the kind and name that this event introduces, None for most events."""
        return None

    def contradictions(self, earlier: Earlier) -> Iterable[Fault]:
        """Yield what makes this event impossible after what stands; most are always possible."""
        del earlier
        return ()

    def refers(self) -> tuple[Reference, ...]:
        """Return the names that must be known before this event can be understood."""
        return ()


def to_code(value: str) -> str:
    """Check a code or id: one line, no ``/``, no outer blanks, at most 200 characters."""
    text = to_line(value)
    if "/" in text or text == "*":
        raise ValueRefused(Fault(f"{text!r} cannot be a code", "a code without '/', and not '*'"))
    return text


def to_line(value: str) -> str:
    """Check a title or id: one line, no outer blanks, at most 200 characters.

    It is composed (NFC): the same letters are the same name, whichever way a file spells them.
    """
    # What comes again and again, such as a unit's code, is looked at once.
    return _line(value) if value.__class__ is str else _checked_line(value)


def _checked_line(value: str) -> str:
    text = unicodedata.normalize("NFC", to_prose(value))
    if text != text.strip() or "\n" in text or "\t" in text:
        raise ValueRefused(
            Fault(f"{text!r} has blanks or line breaks around or in it", "one trimmed line")
        )
    if len(text) > LONGEST_NAME:
        raise ValueRefused(
            Fault(
                f"{text[:30]!r}… has {len(text)} characters",
                f"at most {LONGEST_NAME}",
                "put the long text in note",
            )
        )
    return text


def to_prose(value: str) -> str:
    """Check free text: not empty, no control characters, at most 20 000 characters."""
    return _prose(value)


_line = lru_cache(4096)(_checked_line)


def _prose(value: object) -> str:
    if not isinstance(value, str):
        raise ValueRefused(Fault(f"{quoted(value)} is not text", "a text in quotes"))
    if not value.strip():
        raise ValueRefused(Fault("it is empty", "some text", "leave the field out instead"))
    if len(value) > LONGEST_TEXT:
        raise ValueRefused(
            Fault(f"a text of {len(value)} characters", f"at most {LONGEST_TEXT}", "shorten it")
        )
    if value.isprintable():
        return value
    bad = next((c for c in value if _unprintable(c)), None)
    if bad is not None:
        raise ValueRefused(
            Fault(f"{value[:60]!r} holds the character U+{ord(bad):04X}", "printable text")
        )
    return value


def _unprintable(char: str) -> bool:
    # Control characters (Cc) but line breaks and tabs, and halves of surrogate pairs (Cs).
    return unicodedata.category(char) in {"Cc", "Cs"} and char not in "\n\t"


def to_roles(value: Sequence[str]) -> tuple[str, ...]:
    """Check a list of roles, one a person; never the names of persons."""
    return tuple(to_line(role) for role in listed(value, "a list of roles"))


def listed(value: object, expected: str) -> Sequence[Any]:
    """Check that a value is a list, whatever it holds."""
    if not isinstance(value, (list, tuple)):
        raise ValueRefused(Fault(f"{quoted(value)} is not a list", expected))
    return cast("Sequence[Any]", value)


def to_subject(value: str) -> str:
    """Check the subject that something is about, written as audit trails name it."""
    text = to_line(value)
    kind, _, name = text.partition("/")
    if kind not in NAMED | UNNAMED or not name:
        raise ValueRefused(
            Fault(
                f"{text!r} is not a subject",
                "one such as 'control/SN 2024/8' or 'budget/KS/2020/operating'",
            )
        )
    return text


def reference(field: str, subject: str) -> tuple[Reference, ...]:
    """Return the name that a subject uses, nothing for those that no entry introduces."""
    kind, _, name = subject.partition("/")
    return (Reference(field, kind, name),) if kind in NAMED else ()


def to_year(value: int) -> int:
    """Check a budget year: a whole number."""
    return _year(value)


def _year(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value not in YEARS:
        raise ValueRefused(Fault(f"{quoted(value)} is not a year", "a number such as 2020"))
    return value


def to_path(value: str) -> str:
    """Check a budget line: a name, or a path of names such as ``A/B``."""
    text = to_line(value)
    if any(not part or part != part.strip() for part in text.split("/")):
        raise ValueRefused(
            Fault(f"{text!r} has an empty part", "a line such as 'Personal' or 'KSF/Personal'")
        )
    return text


def to_kind(value: Kind) -> Kind:
    """Check a kind of budget."""
    return chosen(value, Kind)


def chosen(value: T, choice: object) -> T:
    """Check that a value is one of a Literal's, with the nearest one suggested."""
    known: tuple[str, ...] = get_args(choice)
    if value in known:
        return value
    raise ValueRefused(Fault(f"{quoted(value)} is not known here", nearest(str(value), known)))


def from_mapping(cls: Callable[..., T], given: Mapping[str, object], known: Iterable[str]) -> T:
    """Make a small value of a mapping of its fields, refusing those that it does not have."""
    names = [*known]
    unknown = [field for field in given if field not in names]
    if unknown:
        raise ValueRefused(
            *(
                Fault("unknown field", nearest(name, names), field=name)
                for name in map(str, unknown)  # of a list in a mapping's place they can be anything
            )
        )
    try:
        return cls(**given)
    except TypeError:
        missing = next(name for name in names if name not in given)
        raise ValueRefused(Fault("missing", "a value", field=missing)) from None
