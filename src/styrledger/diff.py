"""Why two answers differ: every cause, and for a figure the change that each one made.

The facts of one answer are turned into those of the other, one cause after another in order of
effect, and the figure is what the facts come to after each. The changes therefore add up to the
difference exactly, also where one decision sets what another had changed.
"""

from __future__ import annotations

from typing import Any, Literal

import attrs

from styrledger.amounts import Amount
from styrledger.history import Counted
from styrledger.projections.base import described, money
from styrledger.projections.totals import Totals
from styrledger.subjects import RULINGS, asked_budget
from styrledger.view import View

CauseKind = Literal[
    "new_decision",
    "late_entry",
    "correction",
    "withdrawal",
    "annulment",
    "changed_stage",
    "not_yet",
    "not_yet_known",
]
"""Why a fact counts in one answer and not in the other.

``new_decision``: it took effect between the two days. ``late_entry``: it had taken effect, but
was recorded after what the first answer knew. ``correction``: another entry stands in its
place. ``withdrawal``, ``annulment``: it stopped counting. ``changed_stage``: it was proposed or
conditional and counts now, or from another day. ``not_yet``, ``not_yet_known``: the second
answer is about an earlier day, or knows less. What the second answer takes back, by an earlier
day or by knowing less, has the same name: a correction that it does not know of is one.
"""


@attrs.frozen
class Cause:
    """One fact that makes a difference; ``change`` is None where there is no figure.

    ``before`` is what counted in the first answer, ``after`` what counts in the second; at
    most one of them is None.
    """

    kind: CauseKind
    before: Counted | None
    after: Counted | None
    change: Amount | None

    @property
    def counted(self) -> Counted:
        """The fact that the cause is about: the later one, where one replaced another."""
        found = self.after or self.before
        if found is None:
            raise TypeError(self)
        return found

    def as_dict(self) -> dict[str, Any]:
        """Return the cause as JSON answers show it."""
        fact = self.counted.fact
        return {
            "cause": self.kind,
            **described(fact),
            "change": money(self.change),
            "note": fact.entry.note,
        }


@attrs.frozen
class Difference:
    """Two answers to one question, and every cause of what lies between them."""

    subject: str
    before: Amount | None
    after: Amount | None
    causes: tuple[Cause, ...]

    @property
    def change(self) -> Amount | None:
        """What the causes add up to, None where neither answer has a figure."""
        return _change(self.before, self.after)

    def as_dict(self) -> dict[str, Any]:
        """Return the difference as JSON answers show it."""
        return {
            "subject": self.subject,
            "before": money(self.before),
            "after": money(self.after),
            "difference": money(self.change),
            "causes": [cause.as_dict() for cause in self.causes],
        }


def diff_views(first: View, second: View, subject: str | None = None) -> tuple[Difference, ...]:
    """Return what differs between two views, of one subject or of all, in order of subjects."""
    found = [subject] if subject is not None else _subjects(first, second)
    differences = (_diff(first, second, one) for one in found)
    return tuple(one for one in differences if one.causes or subject is not None)


def _subjects(first: View, second: View) -> list[str]:
    both = {*first.subjects("*"), *second.subjects("*")}
    return sorted(one for one in both if one != RULINGS and not one.startswith("decision/"))


def _diff(first: View, second: View, subject: str) -> Difference:
    asked = asked_budget(subject)
    if asked is None:
        return diff(first, second, subject)
    return diff(first, second, subject, unit=asked[0])


def diff(first: View, second: View, subject: str, *, unit: str | None = None) -> Difference:
    """Return which facts about a subject count in one view and not in the other, and why.

    With the unit whose budget it is, the facts that leave its total as it was are left out.
    """
    before, after = first.counted(subject), second.counted(subject)
    standing = {_place(one): one for one in before}
    wanted = {_place(one): one for one in after}
    causes: list[Cause] = []
    totals = None if unit is None else Totals(unit, (*before, *after))
    if totals is not None:
        for one in before:
            totals.put(one)
    start = value = None if totals is None else totals.total()
    places = [place for place in {**standing, **wanted} if standing.get(place) != wanted.get(place)]
    for place in sorted(places, key=lambda place: (wanted.get(place) or standing[place]).order):
        old, new = standing.get(place), wanted.get(place)
        if totals is not None and old is not None:
            totals.take(old)
        if totals is not None and new is not None:
            totals.put(new)
        now = None if totals is None else totals.total()
        change = _change(value, now)
        if totals is None or (value is None) != (now is None) or (change and change.ore):
            causes.append(Cause(_kind(old, new, first, second), old, new, change))
        value = now
    return Difference(subject, start, value, tuple(causes))


def _place(counted: Counted) -> tuple[int, int]:
    return counted.fact.slot, counted.fact.part


def _change(before: Amount | None, after: Amount | None) -> Amount | None:
    if before is None:
        return after
    return -before if after is None else after - before


def _kind(old: Counted | None, new: Counted | None, first: View, second: View) -> CauseKind:
    """Return why a fact counts in one view and not, or not the same, in the other."""
    if old is not None and new is not None:
        same = old.fact.position == new.fact.position
        return "changed_stage" if same else "correction"
    if new is not None:
        late = new.since <= first.basis.on
        return _absent(
            new, first, unknown="late_entry" if late else "new_decision", not_yet="new_decision"
        )
    if old is not None:
        return _absent(old, second, unknown="not_yet_known", not_yet="not_yet")
    raise TypeError(first)


def _absent(one: Counted, view: View, *, unknown: CauseKind, not_yet: CauseKind) -> CauseKind:
    """Return why a view does not count a fact that another one counts."""
    slot, part = _place(one)
    if slot > view.basis.position:
        return unknown
    there = [fact for fact in view.standing_in(slot) if fact.part == part]
    if not there:
        return "withdrawal"
    (fact,) = there
    if view.is_annulled(fact.entry):
        return "annulment"
    counts_from = one.fact.entry.counts_from
    if counts_from is not None and counts_from.last > view.basis.on:
        return not_yet
    if fact.entry.stage != "decided":
        return "changed_stage"
    return not_yet if fact.position == one.fact.position else "correction"
