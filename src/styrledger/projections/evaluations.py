"""Evaluations on a day: each year's scores by area, and whether stated totals are right.

A round is one year by one version of the criteria. Rounds by different versions are shown
beside each other, never as one development.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import attrs

from styrledger.events.evaluations import (
    EvaluationNoted,
    EvaluationScored,
    EvaluationTotalStated,
    NoteKind,
)
from styrledger.history import Counted, Fact
from styrledger.projections.base import described
from styrledger.values import Value


@attrs.frozen
class Score:
    """The score of an area, out of ``scale_max``."""

    area: str
    score: Value
    scale_max: Value
    fact: Fact

    def as_dict(self) -> dict[str, Any]:
        """Return the score as JSON answers show it."""
        return {
            "area": self.area,
            "score": self.score.as_dict(),
            "scale_max": self.scale_max.as_dict(),
            "note": self.fact.entry.note,
            **described(self.fact),
        }


@attrs.frozen
class StatedTotal:
    """What a document says that a round comes to.

    ``difference`` is stated less summed, None where there are no scores to sum.
    """

    total: Value
    difference: Value | None
    fact: Fact

    @property
    def confirmed(self) -> bool | None:
        """Whether the scores come to exactly that, None where there are none."""
        return None if self.difference is None else self.difference.decimal == 0

    def as_dict(self) -> dict[str, Any]:
        """Return the statement as JSON answers show it."""
        return {
            "total": self.total.as_dict(),
            "difference": None if self.difference is None else self.difference.as_dict(),
            "confirmed": self.confirmed,
            "note": self.fact.entry.note,
            **described(self.fact),
        }


@attrs.frozen
class Round:
    """One year's evaluation by one version of the criteria; areas in order of first score.

    ``total`` and ``scale_max`` are sums, None where no area is scored. ``change`` is the total
    less that of the round before by the same version, None where there is none to compare
    with or other areas were scored.
    """

    year: int
    criteria_version: str
    areas: tuple[Score, ...]
    total: Value | None
    scale_max: Value | None
    change: Value | None
    stated: tuple[StatedTotal, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return the round as JSON answers show it."""
        return {
            "year": self.year,
            "criteria_version": self.criteria_version,
            "areas": [score.as_dict() for score in self.areas],
            "total": None if self.total is None else self.total.as_dict(),
            "scale_max": None if self.scale_max is None else self.scale_max.as_dict(),
            "change": None if self.change is None else self.change.as_dict(),
            "stated": [stated.as_dict() for stated in self.stated],
        }


@attrs.frozen
class Note:
    """A strength, or something to improve, in an area and year."""

    year: int
    area: str
    kind: NoteKind
    text: str
    fact: Fact

    def as_dict(self) -> dict[str, Any]:
        """Return the note as JSON answers show it."""
        return {
            "year": self.year,
            "area": self.area,
            "kind": self.kind,
            "text": self.text,
            **described(self.fact),
        }


@attrs.frozen
class Evaluation:
    """An evaluation with all its rounds, by year and version, and its notes by year."""

    evaluation: str
    rounds: tuple[Round, ...]
    notes: tuple[Note, ...]
    trail: tuple[Fact, ...]

    @property
    def comparable(self) -> bool:
        """Whether all rounds were made by one version of the criteria."""
        return len({one.criteria_version for one in self.rounds}) <= 1

    def round(self, year: int, criteria_version: str | None = None) -> Round | None:
        """Return a year's round, of the version named or of the last one; None without any."""
        found = [
            one
            for one in self.rounds
            if one.year == year and criteria_version in {None, one.criteria_version}
        ]
        return found[-1] if found else None

    def as_dict(self, year: int | None = None) -> dict[str, Any]:
        """Return the evaluation as JSON answers show it, of one year or of all."""
        return {
            "evaluation": self.evaluation,
            "comparable": self.comparable,
            "rounds": [one.as_dict() for one in self.rounds if year in {None, one.year}],
            "notes": [note.as_dict() for note in self.notes if year in {None, note.year}],
            "trail": [{**described(fact), "note": fact.entry.note} for fact in self.trail],
        }


class EvaluationProjection:
    """Folds the facts about one evaluation."""

    def __init__(self) -> None:
        self._scores: dict[tuple[int, str], dict[str, Score]] = {}
        self._stated: dict[tuple[int, str], list[tuple[Value, Fact]]] = {}
        self._notes: list[Note] = []
        self._trail: list[Fact] = []

    def apply(self, counted: Counted) -> None:
        """Take the next fact that counts, in order of effect."""
        fact = counted.fact
        self._trail.append(fact)
        match fact.entry.event:
            case EvaluationScored(area=area, score=score, scale_max=most) as scored:
                areas = self._scores.setdefault((scored.year, scored.criteria_version), {})
                areas[area] = Score(area, score, most, fact)
            case EvaluationTotalStated(total=total) as stated:
                found = self._stated.setdefault((stated.year, stated.criteria_version), [])
                found.append((total, fact))
            case EvaluationNoted(year=year, area=area, kind=kind, text=text):
                self._notes.append(Note(year, area, kind, text, fact))
            case _:
                pass

    def answer(self) -> Evaluation | None:
        """Return the evaluation after the facts so far, None before there are any."""
        if not self._trail:
            return None
        rounds: list[Round] = []
        for year, version in sorted({*self._scores, *self._stated}):
            before = [one for one in rounds if one.criteria_version == version]
            rounds.append(self._round(year, version, before))
        event: Any = self._trail[0].entry.event
        return Evaluation(
            evaluation=event.evaluation,
            rounds=tuple(rounds),
            notes=tuple(sorted(self._notes, key=lambda note: note.year)),
            trail=tuple(self._trail),
        )

    def _round(self, year: int, version: str, before: Sequence[Round]) -> Round:
        areas = tuple(self._scores.get((year, version), {}).values())
        total = _sum([score.score for score in areas])
        comparable = before and _scored(before[-1].areas) == _scored(areas)
        return Round(
            year=year,
            criteria_version=version,
            areas=areas,
            total=total,
            scale_max=_sum([score.scale_max for score in areas]),
            change=_less(total, before[-1].total) if comparable else None,
            stated=tuple(
                StatedTotal(stated, _less(stated, total), fact)
                for stated, fact in self._stated.get((year, version), ())
            ),
        )


def _scored(areas: Sequence[Score]) -> set[tuple[str, Decimal]]:
    return {(score.area, score.scale_max.decimal) for score in areas}


def _sum(values: Sequence[Value]) -> Value | None:
    return Value.of(sum((one.decimal for one in values), Decimal())) if values else None


def _less(value: Value | None, other: Value | None) -> Value | None:
    return None if value is None or other is None else Value.of(value.decimal - other.decimal)
