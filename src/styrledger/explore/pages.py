"""Every page of our own, by its address."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from styrledger.explore import budgets, decisions, figures, follow_up
from styrledger.explore.answers import Answer
from styrledger.explore.questions import Asked

PAGES: Final[Mapping[str, Callable[[Asked], Answer]]] = {
    "/": budgets.start,
    "/budget": budgets.budget,
    "/figure": figures.figure,
    "/decision": decisions.decision,
    "/entry": decisions.entry,
    "/uppdrag": follow_up.uppdrag,
    "/controls": follow_up.controls,
}
"""What answers each address; all but the start page are also JSON and CSV."""
