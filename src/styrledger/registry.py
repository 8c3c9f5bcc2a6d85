"""Which stored name stands for which class.

Stored names are written by hand and never change: the log outlives the code. A class whose
fields change in a way that old entries do not fit gets a new version here, and an upcaster
turns what was stored under the old name into one or more events of today.
"""

from __future__ import annotations

import importlib
from collections import UserDict
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from styrledger.events.base import Event

Payload = dict[str, Any]
Upcaster = Callable[[Payload], list[tuple[str, Payload]]]
"""Turns one stored event of an old version into (stored name, event fields), one or more."""


class Classes(UserDict[str, "type[Event]"]):
    """Classes by a name, each imported when it is first looked up."""

    def __init__(self, homes: Mapping[str, str]) -> None:
        """Take the module and class of each name, such as ``units.UnitMoved``."""
        self.data: dict[str, Any] = dict(homes)

    def __getitem__(self, name: str) -> type[Event]:
        """Return the class of a name."""
        found = self.data[name]
        if isinstance(found, str):
            module, _, cls = found.partition(".")
            found = getattr(importlib.import_module(f"styrledger.events.{module}"), cls)
            self.data[name] = found
        made: type[Event] = found
        return made


class Names(dict["type[Event]", str]):
    """The stored names of classes that are in use, and none of the others has to be."""

    def __missing__(self, cls: type[Event]) -> str:
        """Find the stored name of a class by where the class is defined."""
        home = f"{cls.__module__.rpartition('.')[2]}.{cls.__qualname__}"
        name = next((name for name, one in _HOMES.items() if one == home), None)
        if name is None:
            raise KeyError(cls)
        self[cls] = name
        return name


_HOMES = {
    "unit.registered.v1": "units.UnitRegistered",
    "unit.moved.v1": "units.UnitMoved",
    "unit.renamed.v1": "units.UnitRenamed",
    "unit.composed.v1": "units.UnitComposed",
    "unit.activated.v1": "units.UnitActivated",
    "unit.deactivated.v1": "units.UnitDeactivated",
    "unit.closed.v1": "units.UnitClosed",
    "mandate.granted.v1": "mandates.MandateGranted",
    "mandate.revoked.v1": "mandates.MandateRevoked",
    "budget.adopted.v1": "budgets.BudgetAdopted",
    "budget.planned.v1": "budgets.BudgetPlanned",
    "budget.revised.v1": "budgets.BudgetRevised",
    "budget.transferred.v1": "budgets.BudgetTransferred",
    "budget.distributed.v1": "budgets.BudgetDistributed",
    "budget.earmarked.v1": "budgets.BudgetEarmarked",
    "budget.stated.v1": "budgets.BudgetStated",
    "outcome.reported.v1": "outcomes.OutcomeReported",
    "forecast.reported.v1": "outcomes.ForecastReported",
    "uppdrag.given.v1": "uppdrag.UppdragGiven",
    "uppdrag.reported.v1": "uppdrag.UppdragReported",
    "uppdrag.reassigned.v1": "uppdrag.UppdragReassigned",
    "uppdrag.merged.v1": "uppdrag.UppdragMerged",
    "uppdrag.closed.v1": "uppdrag.UppdragClosed",
    "uppdrag.count_stated.v1": "uppdrag.UppdragCountStated",
    "goal.adopted.v1": "goals.GoalAdopted",
    "goal.assessed.v1": "goals.GoalAssessed",
    "indicator.defined.v1": "indicators.IndicatorDefined",
    "target.set.v1": "indicators.TargetSet",
    "indicator.reported.v1": "indicators.IndicatorReported",
    "value.disputed.v1": "indicators.ValueDisputed",
    "evaluation.scored.v1": "evaluations.EvaluationScored",
    "evaluation.total_stated.v1": "evaluations.EvaluationTotalStated",
    "evaluation.noted.v1": "evaluations.EvaluationNoted",
    "meeting.held.v1": "meetings.MeetingHeld",
    "item.minuted.v1": "meetings.ItemMinuted",
    "vote.counted.v1": "meetings.VoteCounted",
    "minutes.approved.v1": "decisions.MinutesApproved",
    "decision.posted.v1": "decisions.DecisionPosted",
    "decision.appealed.v1": "decisions.DecisionAppealed",
    "decision.final.v1": "decisions.DecisionFinal",
    "decision.annulled.v1": "decisions.DecisionAnnulled",
    "decision.referred_back.v1": "decisions.DecisionReferredBack",
    "decision.tabled.v1": "decisions.DecisionTabled",
    "decision.condition_met.v1": "decisions.DecisionConditionMet",
    "control.planned.v1": "internal_control.ControlPlanned",
    "control.rescored.v1": "internal_control.ControlRescored",
    "control.performed.v1": "internal_control.ControlPerformed",
    "action.decided.v1": "internal_control.ActionDecided",
    "action.completed.v1": "internal_control.ActionCompleted",
    "recommendation.received.v1": "internal_control.RecommendationReceived",
    "recommendation.followed_up.v1": "internal_control.RecommendationFollowedUp",
    "document.adopted.v1": "documents.DocumentAdopted",
    "document.revised.v1": "documents.DocumentRevised",
    "document.repealed.v1": "documents.DocumentRepealed",
    "deadline.set.v1": "calendar.DeadlineSet",
    "deadline.met.v1": "calendar.DeadlineMet",
    "entry.corrected.v1": "corrections.EntryCorrected",
    "entry.withdrawn.v1": "corrections.EntryWithdrawn",
}

STORED = Classes(_HOMES)

UPCASTERS: dict[str, Upcaster] = {}

TYPES = Classes({name.rpartition(".v")[0]: home for name, home in _HOMES.items()})
"""The event types by the name that record files use."""

STORED_NAMES = Names()


def upcast(name: str, payload: Payload) -> list[tuple[str, Payload]]:
    """Return today's events for a stored one, applying upcasters until none is left."""
    if name not in UPCASTERS:
        return [(name, payload)]
    return [
        current for newer, fields in UPCASTERS[name](payload) for current in upcast(newer, fields)
    ]
