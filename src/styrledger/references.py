"""References to decisions, as minutes and reports print them: ``KF 2020-02-10 § 9``.

A paragraph number starts again with every body and calendar year, and one diarienummer has many
decisions: what identifies a decision is its body, date and paragraph together.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from functools import cache, lru_cache
from typing import Any, Final, cast

import attrs

from styrledger.errors import DecisionRefError, Fault, ValueRefused, nearest, quoted
from styrledger.times import PartialDate, to_partial_date

LONGEST_REFERENCE: Final = 200
LONGEST_BODY: Final = 100
LONGEST_DNR: Final = 60
LAST_PARAGRAPH: Final = 99_999

_A_REFERENCE = "a reference such as 'KF 2020-02-10 § 9'"
_A_BODY = "a body as it is registered, such as 'KF' or 'KS AU'"
_A_DNR = "a diarienummer such as 'KS 2020/31'"


@attrs.frozen(init=False, slots=False)
class DecisionRef:
    """Which decision: the body, its date, the paragraph (§) of its minutes, the diarienummer.

    Each part is None where the source does not say. ``last_paragraph`` ends a range, inclusive.
    ``dnr`` is kept as it is printed: it names a case, not a body or a decision.

    Raises:
        DecisionRefError: with every fault, where a part cannot be one, or nothing but a body
            is said.
    """

    body: str | None
    date: PartialDate | None
    paragraph: int | None = None
    dnr: str | None = None
    last_paragraph: int | None = None

    def __init__(
        self,
        body: str | None,
        date: PartialDate | dt.date | str | None,
        paragraph: int | None = None,
        dnr: str | None = None,
        last_paragraph: int | None = None,
    ) -> None:
        given = (body, date, paragraph, dnr, last_paragraph)
        self.__dict__.update(_checked(dict(zip(_CHECKS, given, strict=True))))

    @classmethod
    def parse(cls, text: str) -> DecisionRef:
        """Return the reference that a text prints, in any spelling that minutes use.

        The parts may stand in brackets that are never closed, with or without commas, the
        diarienummer first or last, and a date may be broken across a line.

        Raises:
            DecisionRefError: where some of the text is no part of a reference, or a date is
                none: half a reference is never guessed at.
        """
        return to_decision(text)

    @property
    def key(self) -> str:
        """The identity by which decisions are matched: body, date and paragraph.

        The diarienummer stands in where the date is missing, without its blanks.
        """
        date, paragraph = self.date, self.paragraph
        if date is not None and self.body and paragraph and self.last_paragraph is None:
            return f"{self.body} {date.text} § {paragraph}"  # nearly all, and asked for very often
        head = self._head
        return head if date is not None or self.dnr is None else _joined(head, _tight(self.dnr))

    @property
    def order(self) -> tuple[dt.date, str, int]:
        """The order of effect on one day: date (its last day), body, paragraph; missing first."""
        day = dt.date.min if self.date is None else self.date.last
        return day, self.body or "", self.paragraph or 0

    @property
    def _head(self) -> str:
        paragraph = None if self.paragraph is None else f"§ {self.paragraph}"
        if self.last_paragraph is not None:
            paragraph = f"§§ {self.paragraph}\N{EN DASH}{self.last_paragraph}"
        parts = (self.body, None if self.date is None else self.date.text, paragraph)
        return " ".join(part for part in parts if part is not None)

    def __str__(self) -> str:
        return self._head if self.dnr is None else _joined(self._head, self.dnr)


@attrs.frozen(slots=False)
class DnrParts:
    """What a diarienummer says by its shape, each part as printed.

    ``year`` has two digits where no more are printed. ``rest`` is what follows the number, such
    as a document number or a class; it means different things in different municipalities.
    """

    prefix: str | None
    year: str
    number: str
    rest: str | None = None


def to_decision(value: object) -> DecisionRef:
    """Return a reference from a reference, a text or a mapping of its fields.

    Raises:
        DecisionRefError: with every fault; an unknown field is one.
    """
    if isinstance(value, DecisionRef):
        return value
    if isinstance(value, str):
        return _parse(value)
    if isinstance(value, Mapping):
        return _from_mapping(cast("Mapping[object, object]", value))
    raise DecisionRefError(Fault(f"{quoted(value)} is not a decision", _A_REFERENCE))


def dnr_parts(dnr: str) -> DnrParts | None:
    """Return what a diarienummer says by its shape, None where the shape is not a known one."""
    for shape in _shapes():
        if found := shape.fullmatch(dnr.strip()):
            parts = found.groupdict()
            return DnrParts(parts.get("prefix"), found["year"], found["number"], parts.get("rest"))
    return None


def same_dnr(one: str, other: str) -> bool:
    """Return whether two prints name the same case: nothing but blanks may differ."""
    return _tight(one) == _tight(other)


def _tight(dnr: str) -> str:
    return "".join(dnr.split())


def _joined(head: str, dnr: str) -> str:
    return f"{head}, dnr {dnr}" if head else f"dnr {dnr}"


# --- What the parts look like ---------------------------------------------------------------

_YEAR = r"(?P<year>(?:19|20)[0-9]{2})"
_PREFIX = r"(?P<prefix>[^\W\d_]+)"
_NUMBER = r"(?P<number>[0-9]+)"
_SHAPE_TEXTS = (
    rf"(?:{_PREFIX}[\s-]?)?{_YEAR}/{_NUMBER}(?:[-.](?P<rest>[0-9]+))?",  # KS 2020/77, 2020/1-2
    rf"{_PREFIX}[-.]{_YEAR}[-.]{_NUMBER}",  # KSF-2020-00123, KU.2020.1
    rf"{_PREFIX}/{_YEAR}:{_NUMBER}",  # KS/2020:123
    rf"{_YEAR}-(?P<number>[0-9]{{5,}})",  # 2020-00123
    rf"{_YEAR}-{_PREFIX}{_NUMBER}",  # 2020-KLK0123
    rf"{_YEAR}/{_PREFIX}\s(?P<number>[0-9]{{4}})\s(?P<rest>[0-9]{{3}})",  # 2020/KS 0123 012
    rf"{_PREFIX}{_NUMBER}-(?P<year>[0-9]{{2}})(?:\s(?P<rest>[0-9]{{3}}))?",  # KS292-23 012
    r"(?P<number>[0-9]{3,5})/(?P<year>[0-9]{2})",  # 1234/20
)

_DAY = r"[0-9]{4}-\s*[0-9]{2}-\s*[0-9]{2}"  # it may be broken across a line after a hyphen
_PARAGRAPH_WORD = r"par(?:agraf(?:er(?:na)?)?)?"
_DNR_WORD = r"(?:dnr|d\.nr|diarienr|diarienummer)"
_FOOTNOTE_MARK = "[\u00b2\u00b3\u00b9\u2070-\u2079]"
_ANY_SHAPE = "|".join(re.sub(r"\?P<\w+>", "?:", text) for text in _SHAPE_TEXTS)
_SHAPE = rf"(?:{_ANY_SHAPE})(?![\w/:]|[-.][0-9])"
_WORD = (
    rf"(?!{_SHAPE}|{_DNR_WORD}\b|{_PARAGRAPH_WORD}\b|\S*(?:[0-9]{{4}}|{_FOOTNOTE_MARK}))"
    r"[^\W\d_](?:[\w&.'-]*\w)?"
)
_DNR = r"[^\W_](?:[^,;()\[\]§]*?[^\W_])?"
_AFTER_DNR = rf"\s*(?:[,;()\[\]§]|$)|\s+(?:{_DAY}(?![\w-])|{_PARAGRAPH_WORD}\b\.?\s*[0-9])"

# In the order in which they are tried: what is more particular comes first.
_TOKEN_TEXTS = {
    "named dnr": rf"{_DNR_WORD}\b[.:]?\s*(?P<dnr>{_DNR})(?={_AFTER_DNR})",
    "paragraph": (
        rf"(?:§\s?§?|{_PARAGRAPH_WORD}\b\.?)\s*(?P<paragraph>[0-9]{{1,9}})"
        r"(?:\s*[-\u2010-\u2014]\s*(?P<last_paragraph>[0-9]{1,9}))?(?!\w)"
    ),
    "dnr": rf"(?P<dnr>{_SHAPE})",
    "date": rf"(?P<date>{_DAY}|[0-9]{{4}}(?:-\s*[0-9]{{2}})?)(?![\w/:-])",
    "body": rf"(?P<body>{_WORD}(?:\s+{_WORD})*)",
    # "Lu 12": some minutes print no sign before the number
    "bare paragraph": r"(?P<paragraph>[0-9]{1,3})(?=\s*(?:[,;()\[\]]|$))",
}
_EDGES = re.compile(r"^[\s,;:.()\[\]]+|[\s,;:.()\[\]]+$")
_BETWEEN = re.compile(r"[\s,;:.()\[\]]*")
_DIGIT = re.compile("[0-9]")
_GLUED_DAY = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})\w")
_UNREAD = re.compile(r"[^\s,;()\[\]]+|.")
_BODY_MAY_FOLLOW = frozenset({"dnr"})
_NUMBERS = ("paragraph", "last_paragraph")
_MEETING = re.compile(r"(?:[^\W\d_]+ )+[0-9]{4}-[0-9]{2}-[0-9]{2}")  # words of letters, a day
_PARAGRAPH = re.compile(r"[1-9][0-9]{0,4}")
_LINE_BREAK = re.compile(r"\s*[\t\n\v\f\r\x1c-\x1e\x85\u2028\u2029]\s*")


@cache
def _shapes() -> tuple[re.Pattern[str], ...]:
    """Return the shapes of a diarienummer, compiled when the first is read."""
    return tuple(re.compile(text) for text in _SHAPE_TEXTS)


@cache
def _tokens() -> dict[str, re.Pattern[str]]:
    """Return the parts of a reference, compiled when the first is read."""
    return {kind: re.compile(text, re.IGNORECASE) for kind, text in _TOKEN_TEXTS.items()}


# --- Reading a text -------------------------------------------------------------------------


@lru_cache(maxsize=4096)
def _parse(text: str) -> DecisionRef:
    # Nearly all are of one spelling, and many of one meeting, whose body and date are read once.
    head, _, number = text.partition(" § ")
    meeting = _meeting(head) if _PARAGRAPH.fullmatch(number) else None
    if meeting is None:
        return _scanned(text)
    made = DecisionRef.__new__(DecisionRef)
    made.__dict__.update(meeting.__dict__, paragraph=int(number))
    return made


@lru_cache(maxsize=1024)
def _meeting(head: str) -> DecisionRef | None:
    """Return the first paragraph of ``KF 2020-02-10``, None where that is no such head."""
    try:
        first = _scanned(f"{head} § 1") if _MEETING.fullmatch(head) else None
    except DecisionRefError:
        return None
    return first if str(first) == f"{head} § 1" else None


def _scanned(text: str) -> DecisionRef:
    if len(text) > LONGEST_REFERENCE:
        expected = f"at most {LONGEST_REFERENCE} characters"
        raise DecisionRefError(Fault(f"{quoted(text)} is too long", expected))
    line = _EDGES.sub("", _one_line(text))
    if not line:
        raise DecisionRefError(Fault(f"{quoted(text)} is empty", _A_REFERENCE))
    found = _scan(line)
    given: dict[object, object] = {
        name: int(part) if name in _NUMBERS else part for name, part in found.items()
    }
    try:
        return _from_mapping(given)
    except DecisionRefError as refused:  # the text has no named fields to point at
        faults = (attrs.evolve(fault, field="") for fault in refused.faults)
        raise DecisionRefError(*faults) from None


def _scan(line: str) -> dict[str, str]:
    """Return the parts of a line, every character of which must belong to one."""
    found: dict[str, str] = {}
    at, before = 0, ""
    while at < len(line):
        kind, part = _token(line, at, before, found)
        for name, value in part.groupdict().items():
            if value is not None and name in found:
                what = f"{line!r} has more than one {name}"
                todo = "write one reference for each decision"
                raise DecisionRefError(Fault(what, "one decision", todo))
            if value is not None:
                found[name] = "".join(value.split()) if name == "date" else value
        between = _BETWEEN.match(line, part.end())
        at, before = between.end() if between else len(line), kind
    return found


def _token(line: str, at: int, before: str, found: Iterable[str]) -> tuple[str, re.Match[str]]:
    for kind, pattern in _tokens().items():
        if kind == "body" and not _BODY_MAY_FOLLOW.issuperset(found):
            continue
        if kind == "bare paragraph" and before != "body":
            continue
        if part := pattern.match(line, at):
            return kind, part
    raise DecisionRefError(_unread(line, at))


def _unread(line: str, at: int) -> Fault:
    found = _UNREAD.match(line, at)
    word = found[0] if found else line[at:]
    if glued := _GLUED_DAY.match(word):
        todo = "take off what is glued to it, perhaps the mark of a footnote"
        return Fault(f"{word!r} is not a date", f"a date such as {glued[1]}", todo)
    if re.match("[0-9]{4}", word):
        return Fault(f"{word!r} is not a date", "a date such as 2020-02-10, 2020-02 or 2020")
    if word.startswith("§"):
        return Fault(f"{line[at:]!r} is not a paragraph", "a number such as § 9 or §§ 12-14")
    what = f"{word!r} in {line!r} is no part of a reference"
    return Fault(what, _A_REFERENCE, "leave it out, or put it in note")


# --- Checking the parts ---------------------------------------------------------------------


def _from_mapping(given: Mapping[object, object]) -> DecisionRef:
    unknown = [
        Fault("unknown field", nearest(str(name), _CHECKS), field=str(name))
        for name in given
        if name not in _CHECKS
    ]
    known: dict[str, Any] = {name: given.get(name) for name in _CHECKS}
    try:
        ref = DecisionRef(**known)
    except DecisionRefError as refused:
        raise DecisionRefError(*unknown, *refused.faults) from None
    if unknown:
        raise DecisionRefError(*unknown)
    return ref


def _checked(given: Mapping[str, object]) -> dict[str, object]:
    """Return the parts as they are kept, None where they are."""
    faults: list[Fault] = []
    checked: dict[str, object] = {}
    for name, value in given.items():
        try:
            checked[name] = None if value is None else _CHECKS[name](value)
        except ValueRefused as refused:
            faults += (fault.at(field=name) for fault in refused.faults)
    if faults:
        raise DecisionRefError(*faults)
    if all(checked[name] is None for name in ("date", "paragraph", "dnr")):
        what = (
            f"{checked['body']!r} is a body, not a decision" if checked["body"] else "it is empty"
        )
        raise DecisionRefError(Fault(what, "a date, a paragraph or a diarienummer"))
    first, last = given["paragraph"], given["last_paragraph"]
    if isinstance(last, int) and not (isinstance(first, int) and first < last):
        what = f"§ {last} cannot be the last of several"
        expected = "the first of them in paragraph" if first is None else f"one after § {first}"
        raise DecisionRefError(Fault(what, expected, field="last_paragraph"))
    return checked


def _to_body(value: object) -> str:
    body = " ".join(_one_line(value).split())
    if len(body) > LONGEST_BODY or _reads("body", body) != body:
        raise DecisionRefError(Fault(f"{quoted(value)} is not a body", _A_BODY))
    return body


def _to_dnr(value: object) -> str:
    dnr = _one_line(value)
    if len(dnr) > LONGEST_DNR or not _DIGIT.search(dnr) or _reads("dnr", f"dnr {dnr}") != dnr:
        raise DecisionRefError(Fault(f"{quoted(value)} is not a diarienummer", _A_DNR))
    return dnr


def _reads(part: str, text: str) -> str | None:
    """Return what a reference that begins with ``text`` would be read to hold."""
    kind = "named dnr" if part == "dnr" else part
    found = _tokens()[kind].match(text)
    return found[part] if found else None


def _to_paragraph(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value <= LAST_PARAGRAPH:
        expected = f"a whole number from 1 to {LAST_PARAGRAPH}"
        raise DecisionRefError(Fault(f"{quoted(value)} is not a paragraph number", expected))
    return value


def _one_line(value: object) -> str:
    """Return a text without outer blanks, its line breaks made blanks, its letters composed."""
    if not isinstance(value, str):
        raise DecisionRefError(Fault(f"{quoted(value)} is not text", "a text in quotes"))
    line = _LINE_BREAK.sub(" ", unicodedata.normalize("NFC", value)).strip()
    for char in line:
        if not (char.isprintable() or char.isspace()):
            what = f"{quoted(value)} holds the character U+{ord(char):04X}"
            raise DecisionRefError(Fault(what, "printable text"))
    return line


_CHECKS: Final[dict[str, Callable[[object], object]]] = {
    "body": _to_body,
    "date": to_partial_date,
    "paragraph": _to_paragraph,
    "dnr": _to_dnr,
    "last_paragraph": _to_paragraph,
}
"""The fields of a reference, in their order, with what makes a value one."""
