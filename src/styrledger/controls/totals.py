"""Controls of figures: what documents state, what lines add up to, and what is overspent."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import reduce

import attrs

from styrledger import subjects
from styrledger.amounts import Amount
from styrledger.controls.base import Control, Found, Verdict
from styrledger.controls.policy import Policy
from styrledger.events.base import Kind
from styrledger.events.budgets import BudgetAdopted, BudgetDistributed, BudgetRevised
from styrledger.history import Fact
from styrledger.projections.base import Step
from styrledger.projections.budgets import Budget, BudgetLine, Statement
from styrledger.view import View

THOUSAND = 1000

Figured = Budget | BudgetLine


@attrs.frozen
class Figure:
    """A recorded figure, the terms it is made of and the facts that hold them."""

    amount: Amount
    terms: tuple[Amount, ...]
    facts: tuple[Fact, ...]

    @property
    def tolerance(self) -> int:
        """How far off its terms' printed precision lets it be, in öre times two."""
        return sum(term.ulp for term in self.terms)


def stated_total(view: View, policy: Policy) -> Iterator[Found]:
    """Compare every stated figure with the recorded ones, and sums with their parts."""
    del policy
    for budget in view.every_budget():
        for statement in budget.stated:
            yield _compared(view, budget, statement)
        yield from _sums(budget)


def over_distributed(view: View, policy: Policy) -> Iterator[Found]:
    """Find budgets and lines whose parts come to more than they hold."""
    del policy
    for budget in view.every_budget():
        subject = subjects.budget(budget.unit, budget.year, budget.kind)
        yield from _overdrawn(subject, budget.unit, budget, _parts(budget, None))
        for line in budget.lines:
            yield from _overdrawn(subject, line.line, line, _parts(budget, line.line))


def negative_reserve(view: View, policy: Policy) -> Iterator[Found]:
    """Find reserves from which more was taken than was in them."""
    del policy
    for budget in view.every_budget():
        for line in budget.lines:
            named = "reserv" in line.line.casefold()
            if named and line.amount is not None and line.amount.ore < 0:
                yield Found(
                    f"the reserve {line.line} of {budget.unit} is overdrawn",
                    subjects.budget(budget.unit, budget.year, budget.kind),
                    tuple(step.fact for step in line.trail),
                    expected="0 or more",
                    found=str(line.amount),
                )


def _overdrawn(
    subject: str, name: str, whole: Figured, parts: Sequence[BudgetLine]
) -> Iterator[Found]:
    if whole.amount is None or whole.undistributed is None or whole.undistributed.ore >= 0:
        return
    terms = [part.amount for part in parts if part.amount is not None]
    excess = -whole.undistributed
    rounding = 2 * excess.ore <= whole.amount.ulp + sum(term.ulp for term in terms)
    yield Found(
        f"the lines of {name} hold more than it has",
        subject,
        tuple(step.fact for line in parts for step in line.trail[-1:]),
        expected=f"at most {whole.amount}",
        found=str(whole.amount + excess),
        verdict="rounding" if rounding else "unexplained",
        severity="note" if rounding else None,
    )


def _compared(view: View, budget: Budget, statement: Statement) -> Found:
    event = statement.event
    subject = subjects.budget(event.unit, event.year, event.kind)
    name = " ".join(word for word in (event.unit, event.line or event.purpose, event.of) if word)
    figure = _figure(view.at(statement.on), budget, statement)
    if figure is None:
        message = f"{name}: stated, but nothing to compare with is recorded"
        return Found(message, subject, (statement.fact,), str(event.amount), "unknown")
    verdict = _verdict(event.amount, figure)
    hint = "" if verdict != "unexplained" else _hint(event.amount, figure)
    return Found(
        f"{name}: stated and recorded figures {_WORDS[verdict]}{hint}",
        subject,
        (statement.fact, *figure.facts),
        expected=str(event.amount),
        found=str(figure.amount),
        verdict=verdict,
        severity="note" if verdict != "unexplained" else None,
    )


_WORDS = {
    "exact": "agree",
    "rounding": "differ by rounding",
    "unexplained": "differ",
}


def _verdict(stated: Amount, figure: Figure) -> Verdict:
    difference = abs(stated.ore - figure.amount.ore)
    if difference == 0:
        return "exact"
    return "rounding" if 2 * difference <= stated.ulp + figure.tolerance else "unexplained"


def _hint(stated: Amount, figure: Figure) -> str:
    """Say which slip would explain a difference: a lost minus, or a unit a thousand off."""
    difference = stated.ore - figure.amount.ore
    allowed = stated.ulp + figure.tolerance
    for term in figure.terms:
        if len(figure.terms) > 1 and 2 * abs(difference + 2 * term.ore) <= allowed:
            return f"; they agree if {abs(term)} lost its minus"
    larger = abs(stated.ore * THOUSAND - figure.amount.ore)
    if 2 * larger <= stated.ulp * THOUSAND + figure.tolerance:
        return "; they agree if the stated unit is a thousand times larger"
    smaller = abs(stated.ore - figure.amount.ore * THOUSAND)
    if 2 * smaller <= stated.ulp + figure.tolerance * THOUSAND:
        return "; they agree if the stated unit is a thousand times smaller"
    cut_off = abs(figure.amount.ore) // stated.ulp * stated.ulp
    return "; the stated figure is cut off, not rounded" if abs(stated.ore) == cut_off else ""


def _figure(view: View, budget: Budget, statement: Statement) -> Figure | None:
    """Return what the ledger holds of the figure that a statement is about."""
    event = statement.event
    if event.of == "carry_over":
        return _carried_over(view, event.unit, event.year, event.kind)
    if budget.unit == subjects.WHOLE:
        budgets = view.budgets(event.year, event.kind)
    else:
        budgets = (view.budget(budget.unit, event.year, event.kind),)
    return _total(_of(one, statement) for one in budgets)


def _of(budget: Budget, statement: Statement) -> Figure | None:
    event = statement.event
    match event.of:
        case "budget":
            return _amount(budget, event.line)
        case "outcome":
            return _outcome(budget, event.line)
        case "remaining" if event.purpose is not None:
            return _less(
                _earmarked(budget, event.purpose, used=False),
                _earmarked(budget, event.purpose, used=True),
            )
        case "deviation" | "remaining":
            return _less(_amount(budget, event.line), _outcome(budget, event.line))
        case _:
            return _earmarked(budget, event.purpose, used=event.of == "earmark_outcome")


def _less(amount: Figure | None, used: Figure | None) -> Figure | None:
    if amount is None or used is None:
        return None
    return Figure(
        amount.amount - used.amount,
        (*amount.terms, *(-term for term in used.terms)),
        (*amount.facts, *used.facts),
    )


def _amount(budget: Budget, path: str | None) -> Figure | None:
    whole = budget if path is None else budget.line(path)
    if whole is None or whole.amount is None:
        return None
    if isinstance(whole, BudgetLine) and whole.is_sum:
        return _total(_amount(budget, part.line) for part in _parts(budget, whole.line))
    since = max((n for n, step in enumerate(whole.trail) if _sets(step)), default=0)
    first, *later = whole.trail[since:]
    return Figure(
        whole.amount,
        (first.balance, *(step.change for step in later)),
        tuple(step.fact for step in (first, *later)),
    )


def _sets(step: Step) -> bool:
    return isinstance(step.fact.entry.event, (BudgetAdopted, BudgetDistributed))


def _outcome(budget: Budget, path: str | None) -> Figure | None:
    whole = budget if path is None else budget.line(path)
    if whole is None:
        return None
    if whole.used is not None:
        return Figure(whole.used.amount, (whole.used.amount,), (whole.used.fact,))
    return _total(_outcome(budget, part.line) for part in _parts(budget, path))


def _earmarked(budget: Budget, purpose: str | None, *, used: bool) -> Figure | None:
    inside = [
        one
        for one in budget.earmarks
        if purpose is None or f"{one.purpose}/".startswith(f"{purpose}/")
    ]
    if used:
        outcomes = [one.used for one in inside if one.used is not None]
        return _total(Figure(one.amount, (one.amount,), (one.fact,)) for one in outcomes)
    return _total(Figure(one.amount, (one.amount,), (one.fact,)) for one in inside)


def _carried_over(view: View, unit: str | None, year: int, kind: Kind) -> Figure | None:
    return _total(
        Figure(event.amount, (event.amount,), (one.fact,))
        for one in view.pending(year, kind, unit)
        if isinstance(event := one.fact.entry.event, BudgetRevised) and event.cause == "carry_over"
    )


def _sums(budget: Budget) -> Iterator[Found]:
    """Compare reported outcomes with the sum of those of their parts, where all are known."""
    subject = subjects.budget(budget.unit, budget.year, budget.kind)
    wholes: tuple[Figured, ...] = (budget, *budget.lines)
    for whole in wholes:
        path = whole.line if isinstance(whole, BudgetLine) else None
        parts = _parts(budget, path)
        figure = _total(_outcome(budget, part.line) for part in parts)
        if whole.used is None or figure is None:
            continue
        verdict = _verdict(whole.used.amount, figure)
        hint = "" if verdict != "unexplained" else _hint(whole.used.amount, figure)
        name = f"{budget.unit} {path or 'as a whole'}"
        yield Found(
            f"{name}: outcome and the sum of its parts {_WORDS[verdict]}{hint}",
            subject,
            (whole.used.fact, *figure.facts),
            expected=str(whole.used.amount),
            found=str(figure.amount),
            verdict=verdict,
            severity="note" if verdict != "unexplained" else None,
        )


def _parts(budget: Budget, path: str | None) -> list[BudgetLine]:
    """Return the lines just below a line, or the top ones."""
    above = "" if path is None else path
    return [line for line in budget.lines if line.line.rpartition("/")[0] == above]


def _total(figures: Iterable[Figure | None]) -> Figure | None:
    known = [figure for figure in figures if figure is not None]
    if not known:
        return None
    return Figure(
        reduce(Amount.__add__, (figure.amount for figure in known)),
        tuple(term for figure in known for term in figure.terms),
        tuple(fact for figure in known for fact in figure.facts),
    )


CONTROLS = (
    Control(
        "stated-total",
        "Summor i dokument stämmer med beslutade och redovisade belopp",
        "LKBR 3:2; god redovisningssed",
        "warning",
        "Compares every figure that a document states with what the recorded entries add up to. "
        "A difference within half a step of the last printed digit of each term is rounding; "
        "any other is unexplained, with the slip that would explain it where there is one.",
        stated_total,
    ),
    Control(
        "over-distributed",
        "Fördelade rader ryms i budgeten",
        "KL 5:1, 11:6",
        "error",
        "Finds budgets and lines whose parts hold more than the whole. Within the printed "
        "precision of the parts it is rounding.",
        over_distributed,
    ),
    Control(
        "negative-reserve",
        "Reserver är inte övertrasserade",
        "KL 11:15",
        "error",
        "Finds lines named as reserves that hold less than nothing.",
        negative_reserve,
    ),
)
