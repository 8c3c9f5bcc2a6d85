"""Styrledger: what a Swedish municipality decided, and what that made so, on any date."""

from styrledger.amounts import Amount
from styrledger.basis import Basis
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
from styrledger.events.entry import Entry, Recorded, Source
from styrledger.events.mandates import MandateGranted, MandateRevoked
from styrledger.events.outcomes import ForecastReported, OutcomeReported
from styrledger.events.units import (
    UnitActivated,
    UnitClosed,
    UnitDeactivated,
    UnitMoved,
    UnitRegistered,
    UnitRenamed,
)
from styrledger.exchange.records import read_entries
from styrledger.ledger import Ledger
from styrledger.projections.budgets import Budget, BudgetLine, Earmark
from styrledger.projections.units import Unit
from styrledger.references import DecisionRef
from styrledger.times import Clock, PartialDate
from styrledger.view import View

__all__ = [
    "Amount",
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
    "Clock",
    "DecisionAnnulled",
    "DecisionAppealed",
    "DecisionConditionMet",
    "DecisionFinal",
    "DecisionPosted",
    "DecisionRef",
    "DecisionReferredBack",
    "DecisionTabled",
    "Earmark",
    "EntriesRefused",
    "Entry",
    "EntryCorrected",
    "EntryWithdrawn",
    "Event",
    "Fault",
    "ForecastReported",
    "Ledger",
    "MandateGranted",
    "MandateRevoked",
    "MinutesApproved",
    "OutcomeReported",
    "PartialDate",
    "Place",
    "Recorded",
    "Recording",
    "Source",
    "StyrledgerError",
    "Unit",
    "UnitActivated",
    "UnitClosed",
    "UnitDeactivated",
    "UnitMoved",
    "UnitRegistered",
    "UnitRenamed",
    "ValueRefused",
    "View",
    "read_entries",
]
