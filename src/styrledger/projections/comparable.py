"""Comparable series: what a unit used in a year, had it held what it holds on the day.

Units move, and the figures of a year are those of the organisation of that year.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import attrs

from styrledger.amounts import Amount
from styrledger.events.base import Kind
from styrledger.projections.base import money
from styrledger.projections.units import Unit

Parents = Mapping[str, str | None]
"""Whom each unit answers to."""


@attrs.frozen
class Moved:
    """A unit that another held at the end of a year and does not hold now, or the reverse.

    ``change`` is what that does to the figure of the year: what a unit that left had used,
    with a minus, or what one that came had used. It is None where that is not known.
    """

    unit: str
    was_under: str | None
    is_under: str | None
    change: Amount | None

    def as_dict(self) -> dict[str, Any]:
        """Return the move as JSON answers show it."""
        return {
            "unit": self.unit,
            "was_under": self.was_under,
            "is_under": self.is_under,
            "change": money(self.change),
        }


@attrs.frozen
class Comparable:
    """A unit's outcome of a year, as reported and as it compares with the organisation now."""

    unit: str
    year: int
    kind: Kind
    outcome: Amount
    moved: tuple[Moved, ...]

    @property
    def amount(self) -> Amount:
        """The outcome with all known changes; beware of ``unknown``."""
        changes = (one.change for one in self.moved)
        return sum((change for change in changes if change is not None), self.outcome)

    @property
    def unknown(self) -> tuple[str, ...]:
        """The units that moved and whose outcome of the year is not known."""
        return tuple(one.unit for one in self.moved if one.change is None)

    def as_dict(self) -> dict[str, Any]:
        """Return the figures as JSON answers show them."""
        return {
            "year": self.year,
            "kind": self.kind,
            "outcome": money(self.outcome),
            "moved": [one.as_dict() for one in self.moved],
            "unknown": list(self.unknown),
            "comparable": money(self.amount),
        }


def moves(
    unit: str,
    then: Iterable[Unit],
    now: Iterable[Unit],
    used: Callable[[str], Amount | None],
) -> tuple[Moved, ...]:
    """Return what left a unit and what came to it, each with what it had used.

    A unit that moved along with the one above it is part of that one's move.
    """
    was: Parents = {one.unit: one.parent for one in then}
    is_: Parents = {one.unit: one.parent for one in now}
    left = {code for code in was.keys() & is_.keys() if _under(code, unit, was)}
    left -= {code for code in left if _under(code, unit, is_)}
    came = {code for code in was.keys() & is_.keys() if _under(code, unit, is_)}
    came -= {code for code in came if _under(code, unit, was)}
    return tuple(
        Moved(code, was[code], is_[code], _change(used(code), leaves=code in left))
        for code in sorted(left | came)
        if (was[code] not in left if code in left else is_[code] not in came)
    )


def _change(used: Amount | None, *, leaves: bool) -> Amount | None:
    return -used if used is not None and leaves else used


def _under(code: str, unit: str, parents: Parents) -> bool:
    """Tell whether a unit answers to another, at whatever distance."""
    seen: set[str] = set()
    above = parents.get(code)
    while above is not None and above not in seen:
        if above == unit:
            return True
        seen.add(above)
        above = parents.get(above)
    return False
