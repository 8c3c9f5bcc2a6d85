"""The life of a decision after it was taken (kommunallagen 5:65-69, 8:9-12, 13:1-8)."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

import attrs
from attrs.converters import optional

from styrledger import subjects
from styrledger.events.base import Event
from styrledger.references import DecisionRef, to_decision
from styrledger.times import to_day


@attrs.frozen(slots=False, eq=False, repr=False)
class DecisionEvent(Event):
    """An event about one decision, the target."""

    target: DecisionRef = attrs.field(converter=to_decision)

    def stream(self) -> str:
        return subjects.decision(self.target.key)


@attrs.frozen(slots=False, eq=False, repr=False)
class MinutesApproved(DecisionEvent):
    """The minutes that hold the decision were approved (justerat) on the effective date."""

    type: ClassVar[str] = "minutes.approved"


@attrs.frozen(slots=False, eq=False, repr=False)
class DecisionPosted(DecisionEvent):
    """The approval was announced (anslaget) on ``posted``; the appeal period runs from it.

    ``last_appeal_day`` is as the notice prints it, ``taken_down`` the day it came down.
    """

    type: ClassVar[str] = "decision.posted"
    posted: date = attrs.field(converter=to_day)
    last_appeal_day: date | None = attrs.field(default=None, converter=optional(to_day))
    taken_down: date | None = attrs.field(default=None, converter=optional(to_day))


@attrs.frozen(slots=False, eq=False, repr=False)
class DecisionAppealed(DecisionEvent):
    """Someone appealed the decision (laglighetsprövning); it counts until annulled."""

    type: ClassVar[str] = "decision.appealed"


@attrs.frozen(slots=False, eq=False, repr=False)
class DecisionFinal(DecisionEvent):
    """The decision can no longer be appealed (laga kraft)."""

    type: ClassVar[str] = "decision.final"


@attrs.frozen(slots=False, eq=False, repr=False)
class DecisionAnnulled(DecisionEvent):
    """A court annulled the decision; it stops counting on the effective date."""

    type: ClassVar[str] = "decision.annulled"
    rules: ClassVar[bool] = True


@attrs.frozen(slots=False, eq=False, repr=False)
class DecisionReferredBack(DecisionEvent):
    """The matter was sent back for more preparation (återremiss); nothing was decided."""

    type: ClassVar[str] = "decision.referred_back"


@attrs.frozen(slots=False, eq=False, repr=False)
class DecisionTabled(DecisionEvent):
    """The matter was put off to a later meeting (bordläggning); nothing was decided."""

    type: ClassVar[str] = "decision.tabled"


@attrs.frozen(slots=False, eq=False, repr=False)
class DecisionConditionMet(DecisionEvent):
    """What the decision was conditional on has happened; it counts from the effective date."""

    type: ClassVar[str] = "decision.condition_met"
    rules: ClassVar[bool] = True
