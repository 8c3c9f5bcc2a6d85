"""How many uppdrag there are, and what documents say of it.

A status may be unknown: how many are done is then a range, and a document's claim within it
is neither confirmed nor refuted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Literal, get_args

import attrs

from styrledger.events.uppdrag import UppdragCountStated, UppdragStatus
from styrledger.history import Fact
from styrledger.projections.base import described
from styrledger.projections.uppdrag import DONE, Uppdrag

Verdict = Literal["confirmed", "refuted", "undecided"]
"""What a count says of a claim: exactly so, outside the range, or within it."""

NOT_DONE: tuple[UppdragStatus, ...] = ("not_started", "ongoing", "delayed", "reported")
"""The statuses of an uppdrag that somebody still works on."""


@attrs.frozen
class Range:
    """How many there are at least and at most; the same where nothing is unknown."""

    min: int
    max: int

    def __str__(self) -> str:
        return str(self.min) if self.min == self.max else f"{self.min}–{self.max}"

    def verdict(self, stated: int) -> Verdict:
        """Return what the range says of a stated number."""
        if not self.min <= stated <= self.max:
            return "refuted"
        return "confirmed" if self.min == self.max else "undecided"


@attrs.frozen
class UppdragCounts:
    """How many there are of some uppdrag; each is a fact of its own, counted apart.

    ``given`` counts each once: one that lives on in another of them is counted with it, and
    by that one's status. ``open``, ``closed`` and ``merged`` divide the uppdrag themselves, so
    that two made one are one open and one merged. ``overdue`` is derived, ``flagged`` are open
    though they may seem closed. ``statuses`` add up to ``given``.
    """

    given: int
    open: int
    closed: int
    merged: int
    overdue: int
    flagged: int
    statuses: Mapping[UppdragStatus, int]

    @property
    def done(self) -> Range:
        """How many are called done, by whomever: with and without those of unknown status."""
        return self._range(DONE)

    @property
    def not_done(self) -> Range:
        """How many somebody still works on: with and without those of unknown status."""
        return self._range(NOT_DONE)

    def _range(self, statuses: Iterable[UppdragStatus]) -> Range:
        sure = sum(self.statuses[status] for status in statuses)
        return Range(sure, sure + self.statuses["unknown"])

    def as_dict(self) -> dict[str, Any]:
        """Return the counts as JSON answers show them."""
        return {
            "given": self.given,
            "open": self.open,
            "closed": self.closed,
            "merged": self.merged,
            "overdue": self.overdue,
            "flagged": self.flagged,
            **dict[str, int](self.statuses.items()),
            "done": attrs.asdict(self.done),
            "not_done": attrs.asdict(self.not_done),
        }


@attrs.frozen
class UppdragClaim:
    """What a document says that the numbers were on a day, and what they were."""

    event: UppdragCountStated
    on: date
    counts: UppdragCounts
    fact: Fact

    @property
    def counted(self) -> dict[str, Range]:
        """What there were of each number that a document may state."""
        given = self.counts.given
        return {
            "total": Range(given, given),
            "completed": self.counts.done,
            "ongoing": self.counts.not_done,
        }

    @property
    def verdicts(self) -> dict[str, Verdict]:
        """What the counts say of each number that is stated."""
        return {
            name: counted.verdict(stated)
            for name, counted in self.counted.items()
            if (stated := getattr(self.event, name)) is not None
        }

    def as_dict(self) -> dict[str, Any]:
        """Return the claim as JSON answers show it."""
        return {
            **attrs.asdict(self.event),
            "on": self.on.isoformat(),
            "counted": {name: attrs.asdict(counted) for name, counted in self.counted.items()},
            "verdicts": self.verdicts,
            **described(self.fact),
            "note": self.fact.entry.note,
        }


@attrs.frozen
class UppdragChoice:
    """Which uppdrag are meant; None leaves a condition out.

    ``year`` is that in which it was given, ``list`` the list that it is counted in.
    """

    status: UppdragStatus | None = None
    responsible: str | None = None
    giver: str | None = None
    list: str | None = None
    year: int | None = None

    @classmethod
    def of(cls, claim: UppdragCountStated) -> UppdragChoice:
        """Return those that a document's claim is about."""
        return cls(giver=claim.giver, list=claim.list, year=claim.year)

    def takes(self, uppdrag: Uppdrag) -> bool:
        """Return whether an uppdrag meets every condition."""
        return (
            self.status in {None, uppdrag.status}
            and (self.responsible is None or self.responsible in uppdrag.responsible)
            and self.giver in {None, uppdrag.giver}
            and self.list in {None, uppdrag.list}
            and self.year in {None, uppdrag.given.last.year}
        )


def tally(uppdrag: Iterable[Uppdrag]) -> UppdragCounts:
    """Return how many there are of some uppdrag."""
    found = {one.uppdrag: one for one in uppdrag}
    distinct = [found[name] for name in dict.fromkeys(_lives_on(name, found) for name in found)]
    statuses = Counter(one.status for one in distinct)
    known: tuple[UppdragStatus, ...] = get_args(UppdragStatus)
    return UppdragCounts(
        given=len(distinct),
        open=sum(one.open for one in found.values()),
        closed=sum(one.outcome is not None for one in found.values()),
        merged=sum(one.outcome is None and not one.open for one in found.values()),
        overdue=sum(one.overdue for one in found.values()),
        flagged=sum(bool(one.flags) for one in found.values()),
        statuses={status: statuses[status] for status in known},
    )


def _lives_on(name: str, found: Mapping[str, Uppdrag]) -> str:
    """Return the uppdrag that one is counted as: the last it was merged into, of those found.

    Merges that make a ring are refused, but withdrawn ones may come to stand again: all in a
    ring are then counted as the first of them.
    """
    way = [name]
    while (into := found[way[-1]].merged_into) is not None and into in found:
        if into in way:
            return min(way[way.index(into) :])
        way.append(into)
    return way[-1]
