"""Which tables a year's open data has, and what is in them: no prose, in which people are named."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from styrledger.events.base import Kind
from styrledger.exchange.listings.budgets import BUDGET
from styrledger.exchange.listings.follow_up import CONTROLS, GOALS, INDICATORS, UPPDRAG
from styrledger.exchange.listings.governance import (
    CALENDAR,
    DECISIONS,
    DOCUMENTS,
    EVALUATIONS,
    MINUTES,
    UNITS,
)
from styrledger.exchange.listings.shape import Listing, without_prose
from styrledger.projections.budgets import Budget
from styrledger.view import View

KINDS: Final[tuple[Kind, ...]] = ("operating", "investment")

LEFT_OUT: Final = {
    "pending",
    "forecasts",
    "stated",
    "stated_counts",
    "uppdrag_entries",
    "unit_entries",
    "deadline_entries",
    "decision_entries",
    "outcomes",
    "evaluation_notes",
    "items",
    "votes",
    "other_votes",
}
"""Lists that are working papers, or whose rows are prose: what was taken up, and what was noted."""

TABLES: Final[tuple[Listing, ...]] = tuple(
    without_prose(listing)
    for listing in (
        *UNITS,
        *BUDGET,
        *DECISIONS,
        *UPPDRAG,
        *GOALS,
        *INDICATORS,
        *CONTROLS,
        *DOCUMENTS,
        *EVALUATIONS,
        *CALENDAR,
        *MINUTES,
    )
    if listing.name not in LEFT_OUT
)
"""The tables of every package; one that is empty is there too, so that all years are alike."""


def content(view: View, year: int) -> dict[str, Any]:
    """Return what a view tells of a year, in the shape of the JSON answers.

    What has no year of its own, such as units, documents and uppdrag, is there as on the day.
    """
    budgets = [one for kind in KINDS for one in view.budgets(year, kind)]
    behind = {key for one in budgets for key in _decided(one)}
    decisions = [
        one
        for one in view.decisions()
        if one.ref.key in behind or (one.taken is not None and one.taken.year == year)
    ]
    return {
        "basis": view.basis.as_dict(),
        "units": _dicts(view.units()),
        "budgets": _dicts(budgets),
        "planned": [
            {"unit": one.unit, "year": one.year, "kind": one.kind, **one.planned.as_dict()}
            for kind in KINDS
            for one in view.planned(year, kind)
            if one.planned is not None
        ],
        "decisions": _dicts(decisions),
        "uppdrag": _dicts(view.uppdrag()),
        "goals": [one.as_dict(year) for one in view.goals()],
        "indicators": _dicts(view.indicators()),
        "controls": _dicts([one for one in view.controls() if one.year in {None, year}]),
        "actions": _dicts(view.actions()),
        "recommendations": _dicts(view.recommendations()),
        "documents": _dicts(view.documents()),
        "evaluations": [one.as_dict(year) for one in view.evaluations()],
        "calendar": _dicts([one for one in view.calendar() if one.date.last.year == year]),
        "minutes": _dicts(view.minutes(year=year)),
    }


def _dicts(found: Sequence[Any]) -> list[Mapping[str, Any]]:
    return [one.as_dict() for one in found]


def _decided(budget: Budget) -> Iterator[str]:
    """Yield the decisions behind a budget, which may be of the year before."""
    for step in budget.trail:
        if step.fact.entry.decision is not None:
            yield step.fact.entry.decision.key
