"""Evaluations by criteria: scores by area, totals as stated, strengths and improvements.

The criteria have versions; scores by different versions are never comparable.
"""

from __future__ import annotations

from typing import ClassVar, Literal

import attrs

from styrledger import subjects
from styrledger.errors import Fault, ValueRefused
from styrledger.events.base import (
    Event,
    checked,
    chosen,
    to_line,
    to_prose,
    to_year,
)
from styrledger.values import Value, to_value

NoteKind = Literal["strength", "improvement"]
"""Styrka eller förbättringsmöjlighet."""


def to_note_kind(value: NoteKind) -> NoteKind:
    """Check what kind of note it is."""
    return chosen(value, NoteKind)


@attrs.frozen(slots=False, eq=False, repr=False)
class EvaluationEvent(Event):
    """An event about one year's round of an evaluation, such as KommunKompassen."""

    evaluation: str = attrs.field(converter=to_line)
    year: int = attrs.field(converter=to_year)

    def stream(self) -> str:
        return subjects.evaluation(self.evaluation)


@checked
@attrs.frozen(slots=False, eq=False, repr=False)
class EvaluationScored(EvaluationEvent):
    """The score of one area, out of ``scale_max``, by one version of the criteria."""

    type: ClassVar[str] = "evaluation.scored"
    area: str = attrs.field(converter=to_line)
    score: Value = attrs.field(converter=to_value)
    scale_max: Value = attrs.field(converter=to_value)
    criteria_version: str = attrs.field(converter=to_line)

    def check(self) -> None:
        if self.scale_max.decimal <= 0:
            raise ValueRefused(
                Fault(f"{self.scale_max} is no scale", "more than 0", field="scale_max")
            )
        if self.score.decimal > self.scale_max.decimal:
            raise ValueRefused(
                Fault(
                    f"{self.score} is more than the scale's {self.scale_max}",
                    f"at most {self.scale_max}",
                    field="score",
                )
            )


@attrs.frozen(slots=False, eq=False, repr=False)
class EvaluationTotalStated(EvaluationEvent):
    """What a document says that the scores of a year come to; it is checked, never added."""

    type: ClassVar[str] = "evaluation.total_stated"
    total: Value = attrs.field(converter=to_value)
    criteria_version: str = attrs.field(converter=to_line)


@attrs.frozen(slots=False, eq=False, repr=False)
class EvaluationNoted(EvaluationEvent):
    """A strength, or something to improve, that the evaluation found in an area."""

    type: ClassVar[str] = "evaluation.noted"
    area: str = attrs.field(converter=to_line)
    kind: NoteKind = attrs.field(converter=to_note_kind)
    text: str = attrs.field(converter=to_prose)
