"""Which stored name stands for which class.

Stored names are written by hand and never change: the log outlives the code. A class whose
fields change in a way that old entries do not fit gets a new version here, and an upcaster
turns what was stored under the old name into one or more events of today.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from styrledger.events.base import Event
from styrledger.events.budgets import (
    BudgetAdopted,
    BudgetDistributed,
    BudgetEarmarked,
    BudgetPlanned,
    BudgetRevised,
    BudgetStated,
    BudgetTransferred,
)
from styrledger.events.calendar import DeadlineMet, DeadlineSet
from styrledger.events.corrections import EntryCorrected, EntryWithdrawn
from styrledger.events.decisions import (
    DecisionAnnulled,
    DecisionAppealed,
    DecisionConditionMet,
    DecisionFinal,
    DecisionPosted,
    DecisionReferredBack,
    DecisionTabled,
    MinutesApproved,
)
from styrledger.events.documents import DocumentAdopted, DocumentRepealed, DocumentRevised
from styrledger.events.evaluations import (
    EvaluationNoted,
    EvaluationScored,
    EvaluationTotalStated,
)
from styrledger.events.goals import GoalAdopted, GoalAssessed
from styrledger.events.indicators import (
    IndicatorDefined,
    IndicatorReported,
    TargetSet,
    ValueDisputed,
)
from styrledger.events.internal_control import (
    ActionCompleted,
    ActionDecided,
    ControlPerformed,
    ControlPlanned,
    ControlRescored,
    RecommendationFollowedUp,
    RecommendationReceived,
)
from styrledger.events.mandates import MandateGranted, MandateRevoked
from styrledger.events.meetings import ItemMinuted, MeetingHeld, VoteCounted
from styrledger.events.outcomes import ForecastReported, OutcomeReported
from styrledger.events.units import (
    UnitActivated,
    UnitClosed,
    UnitComposed,
    UnitDeactivated,
    UnitMoved,
    UnitRegistered,
    UnitRenamed,
)
from styrledger.events.uppdrag import (
    UppdragClosed,
    UppdragCountStated,
    UppdragGiven,
    UppdragMerged,
    UppdragReassigned,
    UppdragReported,
)

Payload = dict[str, Any]
Upcaster = Callable[[Payload], list[tuple[str, Payload]]]
"""Turns one stored event of an old version into (stored name, event fields), one or more."""

STORED: dict[str, type[Event]] = {
    "unit.registered.v1": UnitRegistered,
    "unit.moved.v1": UnitMoved,
    "unit.renamed.v1": UnitRenamed,
    "unit.composed.v1": UnitComposed,
    "unit.activated.v1": UnitActivated,
    "unit.deactivated.v1": UnitDeactivated,
    "unit.closed.v1": UnitClosed,
    "mandate.granted.v1": MandateGranted,
    "mandate.revoked.v1": MandateRevoked,
    "budget.adopted.v1": BudgetAdopted,
    "budget.planned.v1": BudgetPlanned,
    "budget.revised.v1": BudgetRevised,
    "budget.transferred.v1": BudgetTransferred,
    "budget.distributed.v1": BudgetDistributed,
    "budget.earmarked.v1": BudgetEarmarked,
    "budget.stated.v1": BudgetStated,
    "outcome.reported.v1": OutcomeReported,
    "forecast.reported.v1": ForecastReported,
    "uppdrag.given.v1": UppdragGiven,
    "uppdrag.reported.v1": UppdragReported,
    "uppdrag.reassigned.v1": UppdragReassigned,
    "uppdrag.merged.v1": UppdragMerged,
    "uppdrag.closed.v1": UppdragClosed,
    "uppdrag.count_stated.v1": UppdragCountStated,
    "goal.adopted.v1": GoalAdopted,
    "goal.assessed.v1": GoalAssessed,
    "indicator.defined.v1": IndicatorDefined,
    "target.set.v1": TargetSet,
    "indicator.reported.v1": IndicatorReported,
    "value.disputed.v1": ValueDisputed,
    "evaluation.scored.v1": EvaluationScored,
    "evaluation.total_stated.v1": EvaluationTotalStated,
    "evaluation.noted.v1": EvaluationNoted,
    "meeting.held.v1": MeetingHeld,
    "item.minuted.v1": ItemMinuted,
    "vote.counted.v1": VoteCounted,
    "minutes.approved.v1": MinutesApproved,
    "decision.posted.v1": DecisionPosted,
    "decision.appealed.v1": DecisionAppealed,
    "decision.final.v1": DecisionFinal,
    "decision.annulled.v1": DecisionAnnulled,
    "decision.referred_back.v1": DecisionReferredBack,
    "decision.tabled.v1": DecisionTabled,
    "decision.condition_met.v1": DecisionConditionMet,
    "control.planned.v1": ControlPlanned,
    "control.rescored.v1": ControlRescored,
    "control.performed.v1": ControlPerformed,
    "action.decided.v1": ActionDecided,
    "action.completed.v1": ActionCompleted,
    "recommendation.received.v1": RecommendationReceived,
    "recommendation.followed_up.v1": RecommendationFollowedUp,
    "document.adopted.v1": DocumentAdopted,
    "document.revised.v1": DocumentRevised,
    "document.repealed.v1": DocumentRepealed,
    "deadline.set.v1": DeadlineSet,
    "deadline.met.v1": DeadlineMet,
    "entry.corrected.v1": EntryCorrected,
    "entry.withdrawn.v1": EntryWithdrawn,
}

UPCASTERS: dict[str, Upcaster] = {}

TYPES: dict[str, type[Event]] = {cls.type: cls for cls in STORED.values()}
"""The event types by the name that record files use."""

STORED_NAMES: dict[type[Event], str] = {cls: name for name, cls in STORED.items()}


def upcast(name: str, payload: Payload) -> list[tuple[str, Payload]]:
    """Return today's events for a stored one, applying upcasters until none is left."""
    if name not in UPCASTERS:
        return [(name, payload)]
    return [
        current for newer, fields in UPCASTERS[name](payload) for current in upcast(newer, fields)
    ]
