"""Which lists the answer of each command holds; the first is the one that a CSV file gets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from styrledger.exchange.listings import budgets, follow_up, governance, recorded
from styrledger.exchange.listings.shape import Listing

LISTINGS: Final[Mapping[str, tuple[Listing, ...]]] = {
    "budget": budgets.BUDGET,
    "uppdrag": follow_up.UPPDRAG,
    "goals": follow_up.GOALS,
    "indicators": follow_up.INDICATORS,
    "evaluations": governance.EVALUATIONS,
    "controls": follow_up.CONTROLS,
    "documents": governance.DOCUMENTS,
    "calendar": governance.CALENDAR,
    "units": governance.UNITS,
    "minutes": governance.MINUTES,
    "decisions": governance.DECISIONS,
    "log": recorded.LOG,
    "trail": recorded.TRAIL,
    "diff": recorded.DIFF,
    "check": recorded.CHECK,
}
"""The lists of each command."""
