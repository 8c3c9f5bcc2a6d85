"""What entries add up to, one module a subject, and the view file that finds them fast.

What makes answers is imported here when a view is first asked about its subject. Only classes are:
a function could have the name of a module.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from styrledger.later import later

if TYPE_CHECKING:
    from styrledger.projections.calendar import DeadlineProjection
    from styrledger.projections.documents import DocumentProjection
    from styrledger.projections.evaluations import EvaluationProjection
    from styrledger.projections.goals import GoalProjection
    from styrledger.projections.indicators import IndicatorProjection
    from styrledger.projections.internal_control import (
        ActionProjection,
        ControlProjection,
        RecommendationProjection,
    )
    from styrledger.projections.minutes import MinutesProjection
    from styrledger.projections.units import UnitProjection
    from styrledger.projections.uppdrag import UppdragProjection
    from styrledger.projections.uppdrag_counts import UppdragChoice, UppdragClaim

__all__ = [
    "ActionProjection",
    "ControlProjection",
    "DeadlineProjection",
    "DocumentProjection",
    "EvaluationProjection",
    "GoalProjection",
    "IndicatorProjection",
    "MinutesProjection",
    "RecommendationProjection",
    "UnitProjection",
    "UppdragChoice",
    "UppdragClaim",
    "UppdragProjection",
]

_HOMES = {
    "calendar": "DeadlineProjection",
    "documents": "DocumentProjection",
    "evaluations": "EvaluationProjection",
    "goals": "GoalProjection",
    "indicators": "IndicatorProjection",
    "internal_control": "ActionProjection ControlProjection RecommendationProjection",
    "minutes": "MinutesProjection",
    "units": "UnitProjection",
    "uppdrag": "UppdragProjection",
    "uppdrag_counts": "UppdragChoice UppdragClaim",
}
"""The modules that define the names above; type checkers are told of them by the imports."""

if not TYPE_CHECKING:  # to a checker, a module with a __getattr__ would have every name
    __getattr__ = later(__name__, _HOMES)
