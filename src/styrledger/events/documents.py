"""Governing documents (styrdokument): adopted, revised, repealed."""

from __future__ import annotations

from typing import ClassVar

import attrs
from attrs.converters import optional

from styrledger import subjects
from styrledger.errors import Fault, ValueRefused
from styrledger.events.base import Event, Reference, checked, to_line, to_prose
from styrledger.times import PartialDate, to_partial_date


@attrs.frozen(slots=False, eq=False, repr=False)
class DocumentEvent(Event):
    """An event about one governing document, by its id."""

    document: str = attrs.field(converter=to_line)

    def stream(self) -> str:
        return subjects.document(self.document)

    def refers(self) -> tuple[Reference, ...]:
        return (Reference("document", "document", self.document),)


@attrs.frozen(slots=False, eq=False, repr=False)
class DocumentAdopted(DocumentEvent):
    """A document is adopted by the decision, and is in force from ``valid_from``.

    A document carries several dates that are not the same: ``dated`` is the one printed on
    it, the decision's the one on which it was adopted, ``original_date`` and ``original_dnr``
    those of its first adoption where this is a later one. ``valid_until`` is its last day in
    force. ``review`` is what is said of reviewing it in words (Vid behov), ``review_by`` the
    day by which that shall be done. ``owner`` is a unit's code or a role, ``retention`` what
    shall become of it in the archive (Bevaras).
    """

    type: ClassVar[str] = "document.adopted"
    title: str = attrs.field(converter=to_line)
    category: str = attrs.field(converter=to_line)
    owner: str = attrs.field(converter=to_line)
    valid_from: PartialDate = attrs.field(converter=to_partial_date)
    valid_until: PartialDate | None = attrs.field(default=None, converter=optional(to_partial_date))
    review_by: PartialDate | None = attrs.field(default=None, converter=optional(to_partial_date))
    review: str | None = attrs.field(default=None, converter=optional(to_line))
    retention: str | None = attrs.field(default=None, converter=optional(to_line))
    dnr: str | None = attrs.field(default=None, converter=optional(to_line))
    dated: PartialDate | None = attrs.field(default=None, converter=optional(to_partial_date))
    original_date: PartialDate | None = attrs.field(
        default=None, converter=optional(to_partial_date)
    )
    original_dnr: str | None = attrs.field(default=None, converter=optional(to_line))
    scope: str | None = attrs.field(default=None, converter=optional(to_line))
    publication: str | None = attrs.field(default=None, converter=optional(to_line))

    def defines(self) -> tuple[str, str]:
        return ("document", self.document)

    def refers(self) -> tuple[Reference, ...]:
        return ()


@attrs.frozen(slots=False, eq=False, repr=False)
class DocumentRevised(DocumentEvent):
    """A document has a new version, in force from ``valid_from`` (default: when this counts).

    What is left out is as it was. ``change`` is what the revision is about.
    """

    type: ClassVar[str] = "document.revised"
    valid_from: PartialDate | None = attrs.field(default=None, converter=optional(to_partial_date))
    valid_until: PartialDate | None = attrs.field(default=None, converter=optional(to_partial_date))
    title: str | None = attrs.field(default=None, converter=optional(to_line))
    category: str | None = attrs.field(default=None, converter=optional(to_line))
    owner: str | None = attrs.field(default=None, converter=optional(to_line))
    review_by: PartialDate | None = attrs.field(default=None, converter=optional(to_partial_date))
    review: str | None = attrs.field(default=None, converter=optional(to_line))
    retention: str | None = attrs.field(default=None, converter=optional(to_line))
    dnr: str | None = attrs.field(default=None, converter=optional(to_line))
    dated: PartialDate | None = attrs.field(default=None, converter=optional(to_partial_date))
    scope: str | None = attrs.field(default=None, converter=optional(to_line))
    publication: str | None = attrs.field(default=None, converter=optional(to_line))
    change: str | None = attrs.field(default=None, converter=optional(to_prose))


@checked
@attrs.frozen(slots=False, eq=False, repr=False)
class DocumentRepealed(DocumentEvent):
    """A document is not in force from the effective date on; another may take its place."""

    type: ClassVar[str] = "document.repealed"
    replaced_by: str | None = attrs.field(default=None, converter=optional(to_line))

    def check(self) -> None:
        if self.replaced_by == self.document:
            raise ValueRefused(
                Fault(
                    "the document is its own replacement",
                    "another document, or none",
                    field="replaced_by",
                )
            )

    def refers(self) -> tuple[Reference, ...]:
        by = self.replaced_by
        replaced = () if by is None else (Reference("replaced_by", "document", by),)
        return (*DocumentEvent.refers(self), *replaced)
