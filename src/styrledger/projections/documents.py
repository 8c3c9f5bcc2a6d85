"""Governing documents on a day: which version is in force, and what is said of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Literal

import attrs

from styrledger.events.documents import DocumentAdopted, DocumentRepealed, DocumentRevised
from styrledger.history import Counted, Fact
from styrledger.projections.base import dated, described, told
from styrledger.times import PartialDate

Status = Literal["adopted", "in_force", "expired", "repealed"]
"""Adopted and not yet in force; in force; past its last day; repealed."""


@attrs.frozen
class Version:
    """A document as it was adopted or revised at one time.

    ``valid_from`` and ``valid_until`` are its first and last day in force, both included.
    ``change`` is what a revision was about, None for the document as first recorded.
    """

    title: str
    category: str
    owner: str
    valid_from: PartialDate
    valid_until: PartialDate | None
    review_by: PartialDate | None
    review: str | None
    retention: str | None
    dnr: str | None
    dated: PartialDate | None
    scope: str | None
    publication: str | None
    change: str | None
    fact: Fact

    @property
    def adopted(self) -> PartialDate | None:
        """The day of the decision, None where the source names none."""
        decision = self.fact.entry.decision
        return None if decision is None else decision.date

    def as_dict(self) -> dict[str, Any]:
        """Return the version as JSON answers show it."""
        shown = {
            field.name: _shown(getattr(self, field.name))
            for field in attrs.fields(Version)
            if field.name != "fact"
        }
        return {**shown, "adopted": _shown(self.adopted), **described(self.fact)}


@attrs.frozen
class Document:
    """A governing document (styrdokument), by its id.

    ``current`` is the version in force, or else the next one to be, or the last one that was.
    ``review_overdue`` tells that a document in force was to be reviewed by a day that has
    passed. ``repealed`` is the first day on which it was no longer in force.
    """

    document: str
    status: Status
    current: Version
    original_date: PartialDate | None
    original_dnr: str | None
    review_overdue: bool
    repealed: PartialDate | None
    replaced_by: str | None
    versions: tuple[Version, ...]
    trail: tuple[Fact, ...]

    @property
    def in_force(self) -> bool:
        """True where the document applies on the day."""
        return self.status == "in_force"

    def as_dict(self) -> dict[str, Any]:
        """Return the document as JSON answers show it."""
        current = self.current
        decision = current.fact.entry.decision
        return {
            "document": self.document,
            "title": current.title,
            "category": current.category,
            "owner": current.owner,
            "status": self.status,
            "in_force": self.in_force,
            "dated": _shown(current.dated),
            "adopted": _shown(current.adopted),
            "decision": None if decision is None else str(decision),
            "valid_from": str(current.valid_from),
            "valid_until": _shown(current.valid_until),
            "original_date": _shown(self.original_date),
            "original_dnr": self.original_dnr,
            "review_by": _shown(current.review_by),
            "review": current.review,
            "review_overdue": self.review_overdue,
            "retention": current.retention,
            "dnr": current.dnr,
            "scope": current.scope,
            "publication": current.publication,
            "repealed": _shown(self.repealed),
            "replaced_by": self.replaced_by,
            "versions": [version.as_dict() for version in self.versions],
            "trail": told(self.trail),
        }


class DocumentProjection:
    """Folds the facts about one document; there is none before it was adopted.

    A revision may count from the same day, or from an earlier one where the day of the adoption
    is imprecise: all are kept until the answer.
    """

    def __init__(self, on: date) -> None:
        self._on = on
        self._adopted: tuple[DocumentAdopted, Fact] | None = None
        self._revised: list[tuple[DocumentRevised, Fact]] = []
        self._repealed: tuple[DocumentRepealed, PartialDate] | None = None
        self._trail: list[Fact] = []

    def apply(self, counted: Counted) -> None:
        """Take the next fact that counts, in order of effect."""
        fact = counted.fact
        self._trail.append(fact)
        match fact.entry.event:
            case DocumentAdopted() as adopted:
                self._adopted = (adopted, fact)
            case DocumentRevised() as revised:
                self._revised.append((revised, fact))
            case DocumentRepealed() as repealed:
                self._repealed = (repealed, dated(fact))
            case _:
                pass

    def answer(self) -> Document | None:
        """Return the document after the facts so far, None before it was adopted."""
        if self._adopted is None:
            return None
        adopted, fact = self._adopted
        versions = [_adopted(adopted, fact)]
        for revision in self._revised:
            versions.append(_revised(versions[-1], *revision))
        current = self._current(versions)
        status = self._status(current)
        repealed, since = self._repealed or (None, None)
        due = current.review_by
        return Document(
            document=adopted.document,
            status=status,
            current=current,
            original_date=adopted.original_date,
            original_dnr=adopted.original_dnr,
            review_overdue=status == "in_force" and due is not None and due.last < self._on,
            repealed=since,
            replaced_by=None if repealed is None else repealed.replaced_by,
            versions=tuple(versions),
            trail=tuple(self._trail),
        )

    def _current(self, versions: Sequence[Version]) -> Version:
        begun = [version for version in versions if version.valid_from.last <= self._on]
        # Of versions with the same first day the one that took effect last.
        return max(reversed(begun), key=_begins, default=None) or min(versions, key=_begins)

    def _status(self, current: Version) -> Status:
        if self._repealed is not None:
            return "repealed"
        if current.valid_from.last > self._on:
            return "adopted"
        until = current.valid_until
        return "expired" if until is not None and until.last < self._on else "in_force"


def _begins(version: Version) -> date:
    return version.valid_from.last


def _adopted(event: DocumentAdopted, fact: Fact) -> Version:
    return Version(
        title=event.title,
        category=event.category,
        owner=event.owner,
        valid_from=event.valid_from,
        valid_until=event.valid_until,
        review_by=event.review_by,
        review=event.review,
        retention=event.retention,
        dnr=event.dnr,
        dated=event.dated,
        scope=event.scope,
        publication=event.publication,
        change=None,
        fact=fact,
    )


def _revised(before: Version, event: DocumentRevised, fact: Fact) -> Version:
    """Return the next version: what the revision leaves out is as it was.

    Its date, its diarienummer and what it changed are its own. A review that was due by the
    time of the revision has been made by it.
    """
    since = dated(fact)
    due = before.review_by
    own = {"change", "dated", "dnr", "document"}
    stated = {
        field.name: getattr(event, field.name)
        for field in attrs.fields(DocumentRevised)
        if field.name not in own and getattr(event, field.name) is not None
    }
    return attrs.evolve(
        before,
        **{
            "valid_from": since,
            "review_by": None if due is not None and due.last <= since.last else due,
            **stated,
        },
        change=event.change,
        dated=event.dated,
        dnr=event.dnr,
        fact=fact,
    )


def _shown(value: object) -> object:
    return str(value) if isinstance(value, PartialDate) else value
