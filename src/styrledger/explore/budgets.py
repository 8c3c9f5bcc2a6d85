"""The pages about budgets: the question, its answer, and what one figure rests on."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import attrs

from styrledger import subjects, swedish
from styrledger.explore.answers import Answer, Said, amount_of, correction, paged, said
from styrledger.explore.course import course_of
from styrledger.explore.questions import Asked, Field, OfBudget, of_budget
from styrledger.explore.rows import flat_step
from styrledger.projections.base import Step, described, money, total
from styrledger.projections.budgets import Budget


def start(asked: Asked) -> Answer:
    """Return the start page: what can be asked, and of what."""
    choices = asked.choices
    usual = {} if choices.usual is None else {"year": str(choices.usual)}
    return Answer(
        template="start.html",
        shown=lambda: {
            "form": _form(asked, usual, {}),
            "years": [(year, asked.link("/budget", year=year)) for year in choices.years],
        },
        data=lambda: {"units": [*choices.units], "years": [*choices.years]},
    )


def budget(asked: Asked) -> Answer:
    """Return what a budget was on a day: of one unit, or of all."""
    of, unread = of_budget(asked)
    faults: dict[Field, str] = {**asked.faults, **unread}
    form = _form(asked, asked.given, faults)
    if of is None or faults:
        return Answer(
            template="budget_refused.html",
            shown=lambda: {"form": form},
            data=lambda: {"faults": faults},
            status=400,
        )
    return _every(asked, of, form) if of.unit is None else _one(asked, of.unit, of, form)


def _form(asked: Asked, given: Mapping[str, str], faults: Mapping[Field, str]) -> dict[str, Any]:
    return {
        "units": asked.choices.units,
        "years": asked.choices.years,
        "unit": given.get("unit", ""),
        "year": given.get("year", ""),
        "kind": given.get("kind", "operating"),
        "on": given.get("on") or asked.basis["on"],
        "known": given.get("known") or asked.basis["known"],
        "void_annulled": asked.view.basis.void_annulled,
        "faults": faults,
    }


def _every(asked: Asked, of: OfBudget, form: Mapping[str, Any]) -> Answer:
    found = asked.view.budgets(of.year, of.kind)
    whole = total([one.amount for one in found])
    return Answer(
        template="budgets.html",
        shown=lambda: {
            "form": form,
            "of": of,
            "rows": [(one, _subject(one), asked.link("/budget", **_address(one))) for one in found],
            "total": whole,
        },
        data=lambda: {"budgets": [one.as_dict() for one in found], "total": money(whole)},
        rows=lambda: [_flat(one) for one in found],
    )


def _one(asked: Asked, unit: str, of: OfBudget, form: Mapping[str, Any]) -> Answer:
    one = asked.view.budget(unit, of.year, of.kind)
    pending = asked.view.pending(of.year, of.kind, unit)
    return Answer(
        template="budget.html",
        shown=lambda: {
            **_over_time(asked, one),
            "form": form,
            "unit_name": form["units"].get(unit),
            "one": one,
            "subject": _subject(one),
            "figure_link": asked.link("/figure", subject=_subject(one)),
            "corrections": _corrections(asked, one),
            "lines": [
                (line, asked.link("/figure", subject=_subject(one), line=line.line))
                for line in one.lines
            ],
            "pending": [(said(asked, p.fact), amount_of(p.fact.entry)) for p in pending],
        },
        data=lambda: {
            "budgets": [one.as_dict()] if one.is_something else [],
            "pending": [{**described(p.fact), "stage": p.fact.entry.stage} for p in pending],
        },
        rows=lambda: [_flat_step(one, step) for step in one.trail],
    )


def _over_time(asked: Asked, one: Budget) -> Mapping[str, Any]:
    """Return what of a page tells of the days: the chart, the slider, the steps."""
    course = course_of(asked, one)
    steps = paged(asked, "/budget", [*enumerate(one.trail, 1)], **_address(one))
    return {
        "chart": course.chart(one),
        "slider": course.slider,
        "before": _to(asked, one, course.before),
        "after": _to(asked, one, course.after),
        "steps": attrs.evolve(steps, items=[_shown_step(asked, *step) for step in steps.items]),
    }


def _to(asked: Asked, one: Budget, day: date | None) -> Mapping[str, str] | None:
    """Return a day with the address of the budget on it."""
    if day is None:
        return None
    return {"day": day.isoformat(), "link": asked.at(day).link("/budget", **_address(one))}


def _address(one: Budget) -> Mapping[str, Any]:
    return {"unit": one.unit, "year": one.year, "kind": one.kind}


@attrs.frozen
class _ShownStep:
    """A step with its number on the chart, and what its entry said before it was corrected."""

    number: int
    step: Step
    said: Said
    was: str | None


def _shown_step(asked: Asked, number: int, step: Step) -> _ShownStep:
    fact = step.fact
    was = None
    if fact.slot != fact.position:
        first = next(iter(asked.view.original(fact.slot)), None)
        amount = None if first is None else amount_of(first.entry)
        was = f"Registrerades först som {swedish.number(amount)} tkr, i post #{fact.slot}."
    return _ShownStep(number, step, said(asked, fact), was)


def _corrections(asked: Asked, one: Budget) -> list[dict[str, Any]]:
    """Return what was put right about a budget: what it said, and what stands instead."""
    found: list[dict[str, Any]] = []
    for made in asked.entries.amendments(_subject(one), asked.view.basis.position):
        target = None if made.acts_on is None else asked.entries.at(made.acts_on)
        if target is not None:
            found.append(correction(asked, made, target))
    return found


def _subject(one: Budget) -> str:
    return subjects.budget(one.unit, one.year, one.kind)


def _flat(one: Budget) -> dict[str, Any]:
    return {
        "unit": one.unit,
        "year": one.year,
        "kind": one.kind,
        "amount_ore": None if one.amount is None else one.amount.ore,
        "outcome_ore": None if one.outcome is None else one.outcome.ore,
        "deviation_ore": None if one.deviation is None else one.deviation.ore,
    }


def _flat_step(one: Budget, step: Step) -> dict[str, Any]:
    return {
        "unit": one.unit,
        "year": one.year,
        "kind": one.kind,
        **flat_step(step),
    }
