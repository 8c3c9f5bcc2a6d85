"""Controls of figures: what documents state, what lines add up to, and what is overspent."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from styrledger import subjects
from styrledger.controls import figures
from styrledger.controls.base import Control, Found, Verdict
from styrledger.controls.figures import Figure, Term
from styrledger.controls.policy import Policy
from styrledger.events.outcomes import OutcomeReported
from styrledger.projections.budgets import Budget, BudgetLine, Outcome, Statement
from styrledger.projections.evaluations import Evaluation, Round, StatedTotal
from styrledger.values import Value
from styrledger.view import View

RESERVE = re.compile(r"reserv(?:en|er|erna)?\b")
"""A reserve by its name (investeringsreserv), which reserve power (reservkraft) is not."""


def stated_total(view: View, policy: Policy) -> Iterator[Found]:
    """Compare every stated figure with the recorded ones, and sums with their parts."""
    del policy
    for budget in view.every_budget():
        for statement in budget.stated:
            yield from _stated(view, budget, statement)
        yield from _sums(budget)
        yield from _nets(budget)
    for evaluation in view.evaluations():
        yield from _scores(evaluation)


def over_distributed(view: View, policy: Policy) -> Iterator[Found]:
    """Find budgets and lines whose parts come to more than they hold."""
    del policy
    for budget in view.every_budget():
        for path in (None, *(line.line for line in budget.lines)):
            whole = figures.amount(budget, path)
            below = figures.total(
                (part.line, figures.amount(budget, part.line))
                for part in figures.parts(budget, path)
            )
            if whole is None or below is None or below.amount <= whole.amount:
                continue
            # The whole has a tolerance of its own terms, not only of what is printed of it.
            excess = below.amount.ore - whole.amount.ore
            rounding = 2 * excess <= whole.tolerance + below.tolerance
            yield Found(
                f"the lines of {_named(budget, path)} hold more than it has",
                _subject(budget),
                (*whole.facts, *below.facts),
                expected=f"at most {whole.amount}",
                found=str(below.amount),
                verdict="rounding" if rounding else "unexplained",
            )


def negative_reserve(view: View, policy: Policy) -> Iterator[Found]:
    """Find reserves from which more was taken than was in them."""
    del policy
    for budget in view.every_budget():
        for line in budget.lines:
            named = RESERVE.search(line.line.casefold()) is not None
            if named and line.amount is not None and line.amount.ore < 0:
                yield Found(
                    f"the reserve {_named(budget, line.line)} is overdrawn",
                    _subject(budget),
                    tuple(step.fact for step in line.trail),
                    expected="0 or more",
                    found=str(line.amount),
                )


def _subject(budget: Budget) -> str:
    return subjects.budget(budget.unit, budget.year, budget.kind)


def _named(budget: Budget, *parts: str | None) -> str:
    """Return which budget is meant, as messages name it, and what of it."""
    unit = "the municipality" if budget.unit == subjects.WHOLE else budget.unit
    whose = f"{unit} {budget.year} {budget.kind}"
    return ", ".join([whose, *(part for part in parts if part is not None)])


OF = {
    "carry_over": "carry-over",
    "earmarked": "sum of earmarks",
    "earmark_outcome": "outcome of earmarks",
    "remaining": "rest",
}


def _stated(view: View, budget: Budget, statement: Statement) -> Iterator[Found]:
    event = statement.event
    then = view.at(statement.on)
    stated = f"{_named(budget, event.line, event.purpose)}: stated {OF.get(event.of, event.of)}"
    figure = figures.recorded(then, budget, statement)
    if figure is None:
        yield Found(
            f"{stated}, and nothing is recorded to compare it with",
            _subject(budget),
            (statement.fact,),
            expected=str(event.amount),
            found="unknown",
            verdict="undecided",
        )
        return
    found = figures.compared(
        stated, _subject(budget), event.amount, figure, statement.fact, other="the recorded one"
    )
    yield found
    lines = figures.by_lines(then, budget, statement)
    if found.verdict != "exact" and lines is not None and lines.amount == event.amount:
        yield figures.compared(
            stated, _subject(budget), event.amount, lines, statement.fact, other="its lines"
        )


def _sums(budget: Budget) -> Iterator[Found]:
    """Compare reported outcomes with what is reported of their parts."""
    for path, used in _outcomes(budget):
        figure = figures.outcomes(budget, path)
        if figure is not None:
            yield figures.compared(
                f"{_named(budget, path)}: outcome",
                _subject(budget),
                used.amount,
                figure,
                used.fact,
                other="the sum of its parts",
            )


def _nets(budget: Budget) -> Iterator[Found]:
    """Compare reported outcomes with the costs less the income that are reported with them."""
    for path, used in _outcomes(budget):
        event = used.fact.entry.event
        if not isinstance(event, OutcomeReported) or event.cost is None or event.income is None:
            continue
        net = Figure((Term(event.cost, used.fact), Term(event.income, used.fact, taken_off=True)))
        yield figures.compared(
            f"{_named(budget, path)}: outcome",
            _subject(budget),
            used.amount,
            net,
            other="its costs less its income",
        )


def _outcomes(budget: Budget) -> Iterator[tuple[str | None, Outcome]]:
    wholes: tuple[Budget | BudgetLine, ...] = (budget, *budget.lines)
    for whole in wholes:
        if whole.used is not None:
            yield whole.line if isinstance(whole, BudgetLine) else None, whole.used


def _scores(evaluation: Evaluation) -> Iterator[Found]:
    """Compare stated totals of an evaluation with the sums of its scores."""
    subject = subjects.evaluation(evaluation.evaluation)
    for one in evaluation.rounds:
        stated = f"{evaluation.evaluation} {one.year} ({one.criteria_version}): stated total"
        for total in one.stated:
            verdict = _verdict(total, one)
            words = {
                "exact": " agrees with the sum of the scores",
                "rounding": " differs from the sum of the scores by rounding",
                "unexplained": " differs from the sum of the scores",
                "undecided": ", and no scores are recorded to compare it with",
            }
            yield Found(
                stated + words[verdict],
                subject,
                (total.fact, *(area.fact for area in one.areas)),
                expected=str(total.total),
                found="unknown" if one.total is None else str(one.total),
                verdict=verdict,
            )


def _verdict(stated: StatedTotal, one: Round) -> Verdict:
    if stated.difference is None:
        return "undecided"
    difference = abs(stated.difference.decimal)
    allowed = _step(stated.total) + sum(_step(area.score) for area in one.areas)
    if difference == 0:
        return "exact"
    return "rounding" if 2 * difference <= allowed else "unexplained"


def _step(value: Value) -> Decimal:
    """Return what one step of the last printed digit is worth."""
    exponent = value.decimal.as_tuple().exponent
    return Decimal(1).scaleb(exponent) if isinstance(exponent, int) else Decimal()


CONTROLS = (
    Control(
        "stated-total",
        "Summor i dokument stämmer med beslutade och redovisade belopp",
        "LKBR 3:2; god redovisningssed",
        "warning",
        "Compares every figure that a document states with what the recorded entries add up to, "
        "reported outcomes with their parts and with costs less income, and stated totals of "
        "evaluations with the scores. A difference within half a step of the last printed digit "
        "of each term, the stated one included, is rounding; any other is unexplained, with the "
        "slip that would explain it where there is one: a lost minus, a unit a thousand times "
        "off, a figure cut off and not rounded. A stated total that is not exactly the decided "
        "one is confirmed by the lines below it where they come to exactly that.",
        stated_total,
    ),
    Control(
        "over-distributed",
        "Fördelade rader ryms i budgeten",
        "KL 5:1, 11:6",
        "error",
        "Finds budgets and lines whose parts hold more than the whole. Within the printed "
        "precision of the terms it is rounding.",
        over_distributed,
    ),
    Control(
        "negative-reserve",
        "Reserver är inte övertrasserade",
        "KL 11:15",
        "error",
        "Finds lines named as reserves (reserv) that hold less than nothing.",
        negative_reserve,
    ),
)
