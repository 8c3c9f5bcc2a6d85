"""How a view asks: what stands and counts about a subject, and what that adds up to."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Protocol, TypeVar

import attrs

from styrledger.amounts import Amount
from styrledger.basis import Basis
from styrledger.errors import UnknownName
from styrledger.projections.base import Projection, fold
from styrledger.subjects import RULINGS

if TYPE_CHECKING:
    from styrledger.events.base import Kind
    from styrledger.events.entry import Entry
    from styrledger.history import Counted, Fact, Pending, Rulings
    from styrledger.projections.balances import Of

A = TypeVar("A")

MOST_FOUND = 20_000
"""About how many facts a view remembers, so that it need not grow with the ledger."""


class Sums(Protocol):
    """Where balances are kept for every day and all that was known."""

    def balance(self, budget: Of, line: str, on: date, known: int) -> Amount | None:
        """Return the total (the empty line) or a line of a budget, None where it has none."""
        ...

    def balances(
        self, year: int, kind: Kind, on: date, known: int
    ) -> Mapping[tuple[str, str | None], Amount]:
        """Return all totals and lines of a year."""
        ...

    @property
    def are_kept(self) -> bool:
        """Whether what is summed up once is there for whoever asks next, in a file."""
        ...

    def unsummed(self, subject: str, known: int) -> Sequence[Fact]:
        """Return those of the facts about a budget that are not decided moves of its balances."""
        ...


class Facts(Protocol):
    """Where a view finds what stands: the view file, or the plain reference over the log."""

    def facts(self, subject: str, known: int) -> Sequence[Fact]:
        """Return what stood under a subject as known after a position."""
        ...

    def subjects(self, pattern: str, known: int) -> Sequence[str]:
        """Return the subjects that match a GLOB pattern under which something stood."""
        ...

    def ever(self, pattern: str) -> Sequence[str]:
        """Return the subjects that match a GLOB pattern under which something ever stood."""
        ...

    def standing_in(self, slot: int, known: int) -> Sequence[Fact]:
        """Return what stood in the place of one entry as known after a position."""
        ...

    @property
    def sums(self) -> Sums | None:
        """The running sums, None where there are none and facts must be folded."""
        ...

    def recorded_at(self, position: int) -> datetime | None:
        """Return when a position was recorded, None before the first."""
        ...

    def root(self, position: int) -> str | None:
        """Return what seals the entries up to a position, None where nothing does."""
        ...


class Asking:
    """What every subject of a view is answered by: facts, in order, folded."""

    def __init__(self, facts: Facts, basis: Basis) -> None:
        self._facts = facts
        self._basis = basis
        self._found: dict[str, Sequence[Fact]] = {}
        self._room = MOST_FOUND
        self._under: tuple[str, Sequence[Counted]] = ("", ())

    @cached_property
    def basis(self) -> Basis:
        """What every answer of the view rests on, sealed by the root of the tree."""
        given, position = self._basis, self._basis.position
        recorded_at = given.recorded_at or self._facts.recorded_at(position)
        return attrs.evolve(given, recorded_at=recorded_at, root=self._facts.root(position))

    def subjects(self, pattern: str) -> Sequence[str]:
        """Return the subjects that match a GLOB pattern under which something stands."""
        return self._facts.subjects(pattern, self._basis.position)

    def counted(self, subject: str) -> list[Counted]:
        """Return the facts about a subject that have taken effect, in order of effect."""
        from styrledger.history import counting

        return counting(self._standing(subject), self._basis.on, self._rulings)

    def counted_under(self, pattern: str) -> Sequence[Counted]:
        """Return the facts under all subjects that match a GLOB pattern, each once, in order."""
        # Several controls ask the same one after the other.
        if self._under[0] != pattern:
            found = {
                (one.fact.slot, one.fact.part): one
                for subject in self.subjects(pattern)
                for one in self.counted(subject)
            }
            self._under = pattern, sorted(found.values(), key=lambda one: one.order)
        return self._under[1]

    def standing_in(self, slot: int) -> Sequence[Fact]:
        """Return what stands in the place of the entry at a position, nothing if withdrawn."""
        return self._facts.standing_in(slot, self._basis.position)

    def is_annulled(self, entry: Entry) -> bool:
        """Return whether the decision that an entry rests on is annulled on the day."""
        from styrledger.history import is_annulled

        return is_annulled(entry, self._rulings)

    def pending_about(self, kind: str) -> tuple[Pending, ...]:
        """Return what is proposed or conditional about a kind of subject, such as ``goal``."""
        from styrledger.history import pending

        found = {
            (fact.slot, fact.part): fact
            for subject in self.subjects(f"{kind}/*")
            for fact in self._standing(subject)
        }
        return tuple(pending(found.values(), self._basis.on, self._rulings))

    def _heard_of(self, kind: str, name: str) -> str:
        """Return the subject with a name, which must have been one at some time."""
        subject = f"{kind}/{name}"
        # All names are looked up only for the message, or where the name holds a * or [ of GLOB.
        if subject not in self._facts.ever(subject):
            names = [one.partition("/")[2] for one in self._facts.ever(f"{kind}/*")]
            if name not in names:
                raise UnknownName(kind, name, names)
        return subject

    def _each(self, kind: str, make: Callable[[str], Projection[A | None]]) -> tuple[A, ...]:
        """Return what each subject of a kind adds up to, in order of their names."""
        found = [subject.partition("/")[2] for subject in self.subjects(f"{kind}/*")]
        answers = (self._fold(make(name), f"{kind}/{name}") for name in sorted(found))
        return tuple(answer for answer in answers if answer is not None)

    def _known(self, code: str) -> str:
        """Check a unit's code by all that was ever recorded: it is wrong, or not yet used."""
        return self._heard_of("unit", code).partition("/")[2]

    def _standing(self, subject: str) -> Sequence[Fact]:
        found = self._found.get(subject)
        if found is None:
            found = self._facts.facts(subject, self._basis.position)
            self._room -= len(found) + 1
            if self._room < 0:
                self._found.clear()
                self._room = MOST_FOUND - len(found)
            self._found[subject] = found
        return found

    @cached_property
    def _rulings(self) -> Rulings:
        from styrledger.history import rulings

        standing = self._standing(RULINGS)
        return rulings(standing, self._basis.on, void_annulled=self._basis.void_annulled)

    def _fold(self, projection: Projection[A], subject: str) -> A:
        return fold(projection, self.counted(subject))
