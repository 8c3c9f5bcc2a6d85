"""The reference: every answer by the plain definition, from the whole log in memory.

It is slow and easy to believe. The view file must agree with it, on every basis.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from fnmatch import fnmatchcase

from styrledger.events.entry import Recorded
from styrledger.history import Fact, facts, facts_at, filed_under


class Reference:
    """Finds what stands by folding the log from its first entry."""

    def __init__(self, log: Iterable[Recorded]) -> None:
        self._log = tuple(log)
        self._folded: dict[int, tuple[Fact, ...]] = {}

    def facts(self, subject: str, known: int) -> list[Fact]:
        """Return what stood under a subject as known after a position."""
        return [fact for fact in self._stand(known) if subject in filed_under(fact.entry)]

    def subjects(self, pattern: str, known: int) -> list[str]:
        """Return the subjects that match a GLOB pattern under which something stood, sorted."""
        found = {under for fact in self._stand(known) for under in filed_under(fact.entry)}
        return sorted(subject for subject in found if fnmatchcase(subject, pattern))

    def standing_in(self, slot: int, known: int) -> list[Fact]:
        """Return what stood in the place of one entry as known after a position."""
        return [fact for fact in self._stand(known) if fact.slot == slot]

    @property
    def sums(self) -> None:
        """None: here every balance is what its facts fold to."""

    def recorded_at(self, position: int) -> datetime | None:
        """Return when a position was recorded, None before the first."""
        known = (one.recorded_at for one in self._log if one.position <= position)
        return max(known, default=None)

    def root(self, position: int) -> None:
        """Return None: the plain reference has entries, not the octets that are sealed."""
        del position

    def ever(self, pattern: str) -> list[str]:
        """Return the subjects that match a GLOB pattern under which something ever stood."""
        # Whatever was recorded stood at its own position, if not for longer.
        found = {
            under
            for recorded in self._log
            for fact in facts_at(recorded.position, [recorded])
            if not fact.entry.event.amends
            for under in filed_under(fact.entry)
            if fnmatchcase(under, pattern)
        }
        return sorted(found)

    def _stand(self, known: int) -> tuple[Fact, ...]:
        if known not in self._folded:
            self._folded[known] = tuple(facts(self._log, known))
        return self._folded[known]
