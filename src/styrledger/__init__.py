"""Styrledger: what a Swedish municipality decided, and what that made so, on any date.

A module is imported when a name of it is first used: a program waits for what it uses alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from styrledger.later import later

if TYPE_CHECKING:
    from styrledger.amounts import Amount
    from styrledger.basis import Basis
    from styrledger.bundles import Bundle
    from styrledger.checkpoints import Checkpoint
    from styrledger.commit import Recording
    from styrledger.errors import EntriesRefused, Fault, StyrledgerError, ValueRefused
    from styrledger.events.base import Event
    from styrledger.events.budgets import (
        BudgetAdopted,
        BudgetDistributed,
        BudgetEarmarked,
        BudgetPlanned,
        BudgetRevised,
        BudgetStated,
        BudgetTransferred,
        Place,
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
    from styrledger.events.entry import Entry, Recorded, Source
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
    from styrledger.exchange.records import read_entries
    from styrledger.keys import SigningKey, VerifierKey
    from styrledger.ledger import Ledger
    from styrledger.projections.budgets import Budget, BudgetLine, Earmark
    from styrledger.projections.calendar import Deadline
    from styrledger.projections.decisions import Decision
    from styrledger.projections.documents import Document
    from styrledger.projections.evaluations import Evaluation
    from styrledger.projections.goals import Goal
    from styrledger.projections.indicators import Indicator
    from styrledger.projections.internal_control import Action, Control, Recommendation
    from styrledger.projections.minutes import Item, Meeting
    from styrledger.projections.units import Unit
    from styrledger.projections.uppdrag import Uppdrag
    from styrledger.projections.uppdrag_counts import UppdragChoice, UppdragClaim, UppdragCounts
    from styrledger.projections.votes import Vote
    from styrledger.references import DecisionRef
    from styrledger.times import Clock, PartialDate
    from styrledger.values import Value
    from styrledger.verifying.anchors import Held
    from styrledger.verifying.faults import Anchor, LedgerFault, Verification
    from styrledger.view import View

__all__ = [
    "Action",
    "ActionCompleted",
    "ActionDecided",
    "Amount",
    "Anchor",
    "Basis",
    "Budget",
    "BudgetAdopted",
    "BudgetDistributed",
    "BudgetEarmarked",
    "BudgetLine",
    "BudgetPlanned",
    "BudgetRevised",
    "BudgetStated",
    "BudgetTransferred",
    "Bundle",
    "Checkpoint",
    "Clock",
    "Control",
    "ControlPerformed",
    "ControlPlanned",
    "ControlRescored",
    "Deadline",
    "DeadlineMet",
    "DeadlineSet",
    "Decision",
    "DecisionAnnulled",
    "DecisionAppealed",
    "DecisionConditionMet",
    "DecisionFinal",
    "DecisionPosted",
    "DecisionRef",
    "DecisionReferredBack",
    "DecisionTabled",
    "Document",
    "DocumentAdopted",
    "DocumentRepealed",
    "DocumentRevised",
    "Earmark",
    "EntriesRefused",
    "Entry",
    "EntryCorrected",
    "EntryWithdrawn",
    "Evaluation",
    "EvaluationNoted",
    "EvaluationScored",
    "EvaluationTotalStated",
    "Event",
    "Fault",
    "ForecastReported",
    "Goal",
    "GoalAdopted",
    "GoalAssessed",
    "Held",
    "Indicator",
    "IndicatorDefined",
    "IndicatorReported",
    "Item",
    "ItemMinuted",
    "Ledger",
    "LedgerFault",
    "MandateGranted",
    "MandateRevoked",
    "Meeting",
    "MeetingHeld",
    "MinutesApproved",
    "OutcomeReported",
    "PartialDate",
    "Place",
    "Recommendation",
    "RecommendationFollowedUp",
    "RecommendationReceived",
    "Recorded",
    "Recording",
    "SigningKey",
    "Source",
    "StyrledgerError",
    "TargetSet",
    "Unit",
    "UnitActivated",
    "UnitClosed",
    "UnitComposed",
    "UnitDeactivated",
    "UnitMoved",
    "UnitRegistered",
    "UnitRenamed",
    "Uppdrag",
    "UppdragChoice",
    "UppdragClaim",
    "UppdragClosed",
    "UppdragCountStated",
    "UppdragCounts",
    "UppdragGiven",
    "UppdragMerged",
    "UppdragReassigned",
    "UppdragReported",
    "Value",
    "ValueDisputed",
    "ValueRefused",
    "Verification",
    "VerifierKey",
    "View",
    "Vote",
    "VoteCounted",
    "read_entries",
]

_HOMES = {
    "amounts": "Amount",
    "basis": "Basis",
    "bundles": "Bundle",
    "checkpoints": "Checkpoint",
    "commit": "Recording",
    "errors": "EntriesRefused Fault StyrledgerError ValueRefused",
    "events.base": "Event",
    "events.budgets": (
        "BudgetAdopted BudgetDistributed BudgetEarmarked BudgetPlanned BudgetRevised "
        "BudgetStated BudgetTransferred Place"
    ),
    "events.calendar": "DeadlineMet DeadlineSet",
    "events.corrections": "EntryCorrected EntryWithdrawn",
    "events.decisions": (
        "DecisionAnnulled DecisionAppealed DecisionConditionMet DecisionFinal DecisionPosted "
        "DecisionReferredBack DecisionTabled MinutesApproved"
    ),
    "events.documents": "DocumentAdopted DocumentRepealed DocumentRevised",
    "events.entry": "Entry Recorded Source",
    "events.evaluations": "EvaluationNoted EvaluationScored EvaluationTotalStated",
    "events.goals": "GoalAdopted GoalAssessed",
    "events.indicators": "IndicatorDefined IndicatorReported TargetSet ValueDisputed",
    "events.internal_control": (
        "ActionCompleted ActionDecided ControlPerformed ControlPlanned ControlRescored "
        "RecommendationFollowedUp RecommendationReceived"
    ),
    "events.mandates": "MandateGranted MandateRevoked",
    "events.meetings": "ItemMinuted MeetingHeld VoteCounted",
    "events.outcomes": "ForecastReported OutcomeReported",
    "events.units": (
        "UnitActivated UnitClosed UnitComposed UnitDeactivated UnitMoved UnitRegistered UnitRenamed"
    ),
    "events.uppdrag": (
        "UppdragClosed UppdragCountStated UppdragGiven UppdragMerged UppdragReassigned "
        "UppdragReported"
    ),
    "exchange.records": "read_entries",
    "keys": "SigningKey VerifierKey",
    "ledger": "Ledger",
    "projections.budgets": "Budget BudgetLine Earmark",
    "projections.calendar": "Deadline",
    "projections.decisions": "Decision",
    "projections.documents": "Document",
    "projections.evaluations": "Evaluation",
    "projections.goals": "Goal",
    "projections.indicators": "Indicator",
    "projections.internal_control": "Action Control Recommendation",
    "projections.minutes": "Item Meeting",
    "projections.units": "Unit",
    "projections.uppdrag": "Uppdrag",
    "projections.uppdrag_counts": "UppdragChoice UppdragClaim UppdragCounts",
    "projections.votes": "Vote",
    "references": "DecisionRef",
    "times": "Clock PartialDate",
    "values": "Value",
    "verifying.faults": "Anchor LedgerFault Verification",
    "verifying.anchors": "Held",
    "view": "View",
}
"""The modules that define the names above; type checkers are told of them by the imports."""

if not TYPE_CHECKING:  # to a checker, a module with a __getattr__ would have every name
    __getattr__ = later(__name__, _HOMES)


def __dir__() -> list[str]:
    return __all__
