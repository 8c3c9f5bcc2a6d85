"""The life of one decision: what rests on it, and how far it has come towards laga kraft."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any, Final, Literal

import attrs

from styrledger import deadlines
from styrledger.events.decisions import (
    DecisionAppealed,
    DecisionConditionMet,
    DecisionEvent,
    DecisionFinal,
    DecisionPosted,
    DecisionReferredBack,
    DecisionTabled,
    MinutesApproved,
)
from styrledger.history import Counted, Fact, Rulings, counting
from styrledger.projections.base import described, fold, told
from styrledger.references import DecisionRef

DecisionStatus = Literal[
    "decided",
    "approved",
    "posted",
    "appealable",
    "appealed",
    "final",
    "annulled",
    "referred_back",
    "tabled",
]
"""How far a decision has come on a day.

Decided, in approved minutes, announced and so ``appealable``, ``posted`` once the appeal period
is over and nothing more is recorded, appealed, final, annulled. Or the matter was referred back
or tabled, so that nothing was decided.
"""

Effect = Literal["counts", "later", "proposed", "conditional", "annulled"]
"""Whether an entry that rests on a decision counts on a day, and if not, why."""


@attrs.frozen
class Resting:
    """An entry that rests on a decision: what the decision changed, or would have."""

    effect: Effect
    fact: Fact

    def as_dict(self) -> dict[str, Any]:
        """Return the entry as JSON answers show it."""
        entry = self.fact.entry
        return {
            **described(self.fact),
            "effect": self.effect,
            "subjects": list(entry.event.placed(entry.decision).subjects()),
            "condition": entry.condition,
            "note": entry.note,
        }


@attrs.frozen
class Life:
    """The days of a decision's life, each None while it has not come.

    ``stated_last_appeal_day`` is what the notice says, ``computed_last_appeal_day`` three weeks
    after ``posted`` (KL 13:5), and ``appealable_through`` the stated one, or else the computed
    one put off to a working day.
    """

    approved: date | None = None
    posted: date | None = None
    stated_last_appeal_day: date | None = None
    appealed: date | None = None
    final: date | None = None
    annulled: date | None = None
    referred_back: date | None = None
    tabled: date | None = None
    condition_met: date | None = None

    @property
    def computed_last_appeal_day(self) -> date | None:
        """Three weeks after the posting."""
        return None if self.posted is None else deadlines.last_appeal_day(self.posted)

    @property
    def last_appeal_day(self) -> date | None:
        """The stated last day to appeal, or else the computed one."""
        return self.stated_last_appeal_day or self.computed_last_appeal_day

    @property
    def appealable_through(self) -> date | None:
        """The last day on which an appeal is in time."""
        if self.posted is None or self.stated_last_appeal_day is not None:
            return self.stated_last_appeal_day
        return deadlines.last_appeal_day_moved(self.posted)

    @property
    def flags(self) -> tuple[str, ...]:
        """What does not fit together, of the flags of ``Decision``."""
        return tuple(self._flags())

    def status(self, on: date) -> DecisionStatus:
        """Return how far the decision has come on a day, which is not before it was taken."""
        for status in ("annulled", "referred_back", "tabled"):
            if getattr(self, status) is not None:
                return status
        if self.final is not None and (self.appealed is None or self.final >= self.appealed):
            return "final"
        if self.appealed is not None:
            return "appealed"
        if self.appealable_through is not None:
            return "appealable" if on <= self.appealable_through else "posted"
        return "decided" if self.approved is None else "approved"

    def _flags(self) -> Iterator[str]:
        stated, through = self.stated_last_appeal_day, self.appealable_through
        if self.posted is not None and stated is not None:
            allowed = deadlines.last_appeal_day, deadlines.last_appeal_day_moved
            if stated not in {days(self.posted) for days in allowed}:
                yield "last_appeal_day_differs"
        if self.posted is not None and self.approved is not None and self.posted < self.approved:
            yield "posted_before_approved"
        if through is not None and self.appealed is not None and self.appealed > through:
            yield "appealed_late"
        if through is not None and self.final is not None and self.final <= through:
            yield "final_too_early"


LIFE: Final = (
    "approved",
    "posted",
    "last_appeal_day",
    "stated_last_appeal_day",
    "computed_last_appeal_day",
    "appealable_through",
    "appealed",
    "final",
    "annulled",
    "referred_back",
    "tabled",
    "condition_met",
)
"""The days of a life that JSON answers show, in order."""


@attrs.frozen
class Decision:
    """A decision as it was on a day, by its reference.

    ``taken`` is the day of the reference, None where the source does not say it. ``entries``
    are those that rest on it, in order of recording, whether they count or not. ``flags``:
    ``last_appeal_day_differs`` where the stated one is neither three weeks after the posting
    nor the next working day, ``posted_before_approved``, ``appealed_late``, ``final_too_early``.
    """

    ref: DecisionRef
    taken: date | None
    status: DecisionStatus
    life: Life
    entries: tuple[Resting, ...]
    trail: tuple[Fact, ...]

    @property
    def order(self) -> tuple[date, str, int, str]:
        """The order of decisions: date, body, paragraph; what has no date comes first."""
        return *self.ref.order, self.ref.key

    @property
    def flags(self) -> tuple[str, ...]:
        """What does not fit together in its life."""
        return self.life.flags

    def as_dict(self) -> dict[str, Any]:
        """Return the decision as JSON answers show it."""
        life = {name: getattr(self.life, name) for name in LIFE}
        return {
            "decision": self.ref.key,
            "body": self.ref.body,
            "date": None if self.ref.date is None else str(self.ref.date),
            "paragraph": self.ref.paragraph,
            "dnr": self.ref.dnr,
            "status": self.status,
            **{name: None if day is None else day.isoformat() for name, day in life.items()},
            "entries": [entry.as_dict() for entry in self.entries],
            "flags": list(self.flags),
            "trail": told(self.trail),
        }


class LifeProjection:
    """Folds what happened to one decision, by the identity of its reference.

    Whether it is annulled is for ``history.rulings`` to say: annulments may be annulled.
    """

    def __init__(self, key: str) -> None:
        self._key = key
        self._life = Life()

    def apply(self, counted: Counted) -> None:
        """Take the next fact that counts, in order of effect."""
        event = counted.fact.entry.event
        if not isinstance(event, DecisionEvent) or event.target.key != self._key:
            return
        if isinstance(event, DecisionPosted):
            stated = event.last_appeal_day
            self._life = attrs.evolve(
                self._life, posted=event.posted, stated_last_appeal_day=stated
            )
            return
        name = _DAYS.get(type(event))
        # The first appeal is the one that keeps the decision from being final.
        if name is not None and (name != "appealed" or self._life.appealed is None):
            self._life = attrs.evolve(self._life, **{name: counted.since})

    def answer(self) -> Life:
        """Return the life after the facts so far."""
        return self._life


_DAYS: Final[dict[type[DecisionEvent], str]] = {
    MinutesApproved: "approved",
    DecisionAppealed: "appealed",
    DecisionFinal: "final",
    DecisionReferredBack: "referred_back",
    DecisionTabled: "tabled",
    DecisionConditionMet: "condition_met",
}


def decision_of(key: str, standing: Sequence[Fact], on: date, ruled: Rulings) -> Decision | None:
    """Return a decision as it was on a day, of all that stands about it.

    None where it was not taken by the day, or where nothing rests on it nor became of it.
    """
    resting = [fact for fact in standing if _rests(fact, key)]
    about = [fact for fact in standing if _target(fact, key) is not None]
    refs = [fact.entry.decision for fact in sorted(resting, key=_place)]
    refs += [_target(fact, key) for fact in sorted(about, key=_place)]
    ref = next((ref for ref in refs if ref is not None), None)
    if ref is None:
        return None
    # What rests on an annulled decision no longer counts; here it is shown all the same.
    others = {other: day for other, day in ruled.annulled.items() if other != key}
    lifted = attrs.evolve(ruled, annulled=others)
    counted = counting(standing, on, lifted)
    taken = None if ref.date is None else ref.date.last
    if taken is None and not counted:
        return None
    if taken is not None and taken > on:
        return None
    life = fold(LifeProjection(key), counted)
    life = attrs.evolve(life, annulled=ruled.annulled.get(key))
    counts = {_place(one.fact) for one in counting(standing, on, ruled)}
    return Decision(
        ref=ref,
        taken=taken,
        status=life.status(on),
        life=life,
        entries=tuple(
            Resting(_effect(fact, key, ruled, counts=_place(fact) in counts), fact)
            for fact in sorted(resting, key=_place)
        ),
        trail=tuple(one.fact for one in counted),
    )


def _rests(fact: Fact, key: str) -> bool:
    decision = fact.entry.decision
    return decision is not None and decision.key == key


def _target(fact: Fact, key: str) -> DecisionRef | None:
    event = fact.entry.event
    return event.target if isinstance(event, DecisionEvent) and event.target.key == key else None


def _place(fact: Fact) -> tuple[int, int]:
    return fact.slot, fact.part


def _effect(fact: Fact, key: str, ruled: Rulings, *, counts: bool) -> Effect:
    stage = fact.entry.stage
    if counts:
        return "counts"
    if stage == "proposed":
        return "proposed"
    if key in ruled.annulled:
        return "annulled"
    return "conditional" if stage == "conditional" and key not in ruled.met else "later"
