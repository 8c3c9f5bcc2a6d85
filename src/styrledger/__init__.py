"""Styrledger: what a Swedish municipality decided, and what that made so, on any date."""

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
from styrledger.verifying.faults import Anchor, LedgerFault, Verification
from styrledger.verifying.run import Held
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
