"""Which entries an answer rests on: a view's facts, watched as they are asked for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from styrledger.events.entry import Recorded
from styrledger.history import Fact
from styrledger.links import Link
from styrledger.projections.runner import Runner


class Watched:
    """The facts of a ledger as known after a position; ``positions`` grows with every question.

    With an entry come all corrections of it by then, so that the same follows from the entries
    alone. The last entry known is always among them: it says when that was.
    """

    def __init__(self, runner: Runner, known: int) -> None:
        self._runner, self._known = runner, known
        self.positions = {known} if known else set[int]()

    def facts(self, subject: str, known: int) -> Sequence[Fact]:
        """Return what stood under a subject as known after a position."""
        return self._noted(self._runner.facts(subject, known))

    def standing_in(self, slot: int, known: int) -> Sequence[Fact]:
        """Return what stood in the place of one entry as known after a position."""
        return self._noted(self._runner.standing_in(slot, known))

    def subjects(self, pattern: str, known: int) -> Sequence[str]:
        """Return the subjects that match a GLOB pattern under which something stood, sorted."""
        return self._runner.subjects(pattern, known)

    def ever(self, pattern: str) -> Sequence[str]:
        """Return the subjects that match a GLOB pattern under which something ever stood."""
        found = self._runner.ever(pattern)
        for subject in found:
            self.touched(subject)
        return found

    @property
    def sums(self) -> None:
        """None: what an answer rests on is seen only where facts are folded."""

    def recorded_at(self, position: int) -> datetime | None:
        """Return when a position was recorded, None before the first."""
        return self._runner.recorded_at(position)

    def root(self, position: int) -> str | None:
        """Return what seals the entries up to a position."""
        return self._runner.root(position)

    def touched(self, subject: str) -> Sequence[int]:
        """Return the positions of all that was ever filed under a subject, sorted."""
        found = self._runner.touched(subject)
        self._add(found)
        return found

    def recorded(self, position: int) -> tuple[Recorded, ...]:
        """Return what is recorded at a position: one entry, or more after an upcast."""
        self._add([position])
        return self._runner.recorded(position)

    def slot_of(self, position: int) -> int:
        """Return the slot that an entry, or a correction of it, belongs to."""
        return self._runner.slot_of(position)

    def links(self, slot: int) -> Sequence[Link]:
        """Return the corrections and withdrawals of a slot."""
        found = self._runner.links(slot)
        self._add(link.position for link in found)
        return found

    def _noted(self, found: Sequence[Fact]) -> Sequence[Fact]:
        for fact in found:
            self._add([fact.slot, fact.position])
            self.links(fact.slot)
        return found

    def _add(self, positions: Iterable[int]) -> None:
        self.positions.update(one for one in positions if one <= self._known)
