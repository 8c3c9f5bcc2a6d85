"""Recorded figures, term by term, and how a stated figure fares against them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import reduce

import attrs

from styrledger import subjects
from styrledger.amounts import Amount
from styrledger.controls.base import Found, Verdict
from styrledger.events.base import Kind
from styrledger.events.budgets import (
    BudgetAdopted,
    BudgetDistributed,
    BudgetRevised,
    BudgetTransferred,
)
from styrledger.history import Fact
from styrledger.projections.base import Step
from styrledger.projections.budgets import Budget, BudgetLine, Statement
from styrledger.view import View

THOUSAND = 1000
MOST_NAMED = 3


@attrs.frozen
class Term:
    """One recorded amount of a figure, as recorded, and whether it is taken off."""

    amount: Amount
    fact: Fact
    taken_off: bool = False

    @property
    def signed(self) -> Amount:
        """What the term adds to the figure."""
        return -self.amount if self.taken_off else self.amount


@attrs.frozen
class Figure:
    """A recorded figure: its terms, and the names of parts of which nothing is recorded."""

    terms: tuple[Term, ...]
    unknown: tuple[str, ...] = ()

    @property
    def amount(self) -> Amount:
        """What the terms come to."""
        return reduce(Amount.__add__, (term.signed for term in self.terms))

    @property
    def tolerance(self) -> int:
        """How far off its terms' printed precision lets it be, in öre times two."""
        return sum(term.amount.ulp for term in self.terms)

    @property
    def facts(self) -> tuple[Fact, ...]:
        """The facts that hold its terms."""
        return tuple(term.fact for term in self.terms)


# -- comparing


def verdict_of(stated: Amount, figure: Figure) -> Verdict:
    """Return exact, rounding or unexplained.

    Each printed number may be off by half a step of its last digit, the stated one too: a
    difference within all of that together, the limit included, is rounding.
    """
    difference = abs(stated.ore - figure.amount.ore)
    if difference == 0:
        return "exact"
    return "rounding" if 2 * difference <= stated.ulp + figure.tolerance else "unexplained"


def compared(
    what: str, subject: str, stated: Amount, figure: Figure, *facts: Fact, other: str
) -> Found:
    """Return how a stated figure fares; ``what`` and ``other`` name the two in the message."""
    verdict = verdict_of(stated, figure)
    hint = hint_of(stated, figure) if verdict == "unexplained" else ""
    return Found(
        f"{what} {_WORDS[verdict].format(other)}{hint}",
        subject,
        (*facts, *figure.facts),
        expected=str(stated),
        found=str(figure.amount),
        verdict=verdict,
    )


_WORDS: dict[Verdict, str] = {
    "exact": "agrees with {}",
    "rounding": "differs from {} by rounding",
    "unexplained": "differs from {}",
}


def hint_of(stated: Amount, figure: Figure) -> str:
    """Return the slip that would explain a difference, nothing where none would."""
    return next(_slips(stated, figure), "")


def _slips(stated: Amount, figure: Figure) -> Iterator[str]:
    """Yield the slips that would explain a difference, the likeliest first."""
    recorded = figure.amount
    allowed = stated.ulp + figure.tolerance
    if 2 * abs(stated.ore + recorded.ore) <= allowed:
        yield "; they agree but for the sign"
    for term in figure.terms:
        if 2 * abs(stated.ore - recorded.ore + 2 * term.signed.ore) <= allowed:
            lost = "lost its minus" if term.amount.ore > 0 else "has a minus too many"
            yield f"; they agree if {term.amount} {lost}"
    # Nothing is a thousand times zero.
    if stated.ore and recorded.ore:
        larger = 2 * abs(stated.ore * THOUSAND - recorded.ore)
        if larger <= stated.ulp * THOUSAND + figure.tolerance:
            yield "; they agree if the stated unit is a thousand times larger"
        smaller = 2 * abs(stated.ore - recorded.ore * THOUSAND)
        if smaller <= stated.ulp + figure.tolerance * THOUSAND:
            yield "; they agree if the stated unit is a thousand times smaller"
    cut_off = abs(recorded.ore) // stated.ulp * stated.ulp
    if abs(stated.ore) == cut_off and stated.ore * recorded.ore >= 0:
        yield "; the stated figure is cut off, not rounded"
    if figure.unknown:
        named = ", ".join(figure.unknown[:MOST_NAMED])
        more = len(figure.unknown) - MOST_NAMED
        yield f"; nothing is recorded of {named}" + (f" and {more} more" if more > 0 else "")


# -- what is recorded


def recorded(view: View, budget: Budget, statement: Statement) -> Figure | None:
    """Return what the ledger holds of the figure that a statement is about, None for nothing."""
    event = statement.event
    if event.of == "carry_over":
        return _carried_over(view, event.unit, event.year, event.kind)
    if budget.unit != subjects.WHOLE:
        return _of(view.budget(budget.unit, event.year, event.kind), statement)
    budgets = view.budgets(event.year, event.kind)
    return total((one.unit, _of(one, statement)) for one in budgets)


def by_lines(view: View, budget: Budget, statement: Statement) -> Figure | None:
    """Return the same from the lines below instead of the decided amount, None without any.

    Lines may leave a part of the budget undistributed, so only where they agree exactly with
    what is stated do they tell something.
    """
    event = statement.event
    if event.of not in {"budget", "deviation", "remaining"} or event.purpose is not None:
        return None
    if budget.unit == subjects.WHOLE:
        return None
    whole = view.budget(budget.unit, event.year, event.kind)
    lines = total((part.line, amount(whole, part.line)) for part in parts(whole, event.line))
    return lines if event.of == "budget" else _less(lines, outcome(whole, event.line))


def _of(budget: Budget, statement: Statement) -> Figure | None:
    event = statement.event
    match event.of:
        case "budget":
            return amount(budget, event.line)
        case "outcome":
            return outcome(budget, event.line)
        case "remaining" if event.purpose is not None:
            return _less(
                _earmarked(budget, event.purpose), _earmarked(budget, event.purpose, used=True)
            )
        case "deviation" | "remaining":
            return _less(amount(budget, event.line), outcome(budget, event.line))
        case _:
            return _earmarked(budget, event.purpose, used=event.of == "earmark_outcome")


def amount(budget: Budget, path: str | None) -> Figure | None:
    """Return what was decided for a budget or a line of it: one term for each decision."""
    whole = budget if path is None else budget.line(path)
    if whole is None or whole.amount is None:
        return None
    if isinstance(whole, BudgetLine) and whole.is_sum:
        return total((part.line, amount(budget, part.line)) for part in parts(budget, path))
    since = max((n for n, step in enumerate(whole.trail) if _sets(step)), default=0)
    first, *later = whole.trail[since:]
    changes = (Term(step.change, step.fact) for step in later if not _moves_inside(step))
    return Figure((Term(first.balance, first.fact), *changes))


def _sets(step: Step) -> bool:
    return isinstance(step.fact.entry.event, (BudgetAdopted, BudgetDistributed))


def _moves_inside(step: Step) -> bool:
    """Return whether a step moved money between lines: that changes nothing, to the öre."""
    return step.change.ore == 0 and isinstance(step.fact.entry.event, BudgetTransferred)


def outcome(budget: Budget, path: str | None) -> Figure | None:
    """Return what was used, of a budget or a line of it: as reported, or by its parts."""
    whole = budget if path is None else budget.line(path)
    if whole is None:
        return None
    if whole.used is not None:
        return Figure((Term(whole.used.amount, whole.used.fact),))
    return outcomes(budget, path)


def outcomes(budget: Budget, path: str | None) -> Figure | None:
    """Return what the parts of a budget or a line used, by what is reported of them."""
    return total((part.line, outcome(budget, part.line)) for part in parts(budget, path))


def parts(budget: Budget, path: str | None) -> list[BudgetLine]:
    """Return the lines just below a line, or the top ones."""
    above = "" if path is None else path
    return [line for line in budget.lines if line.line.rpartition("/")[0] == above]


def _earmarked(budget: Budget, purpose: str | None, *, used: bool = False) -> Figure | None:
    inside = [
        one
        for one in budget.earmarks
        if purpose is None or f"{one.purpose}/".startswith(f"{purpose}/")
    ]
    if not used:
        return total((one.purpose, Figure((Term(one.amount, one.fact),))) for one in inside)
    return total(
        (one.purpose, None if one.used is None else Figure((Term(one.used.amount, one.used.fact),)))
        for one in inside
    )


def _carried_over(view: View, unit: str | None, year: int, kind: Kind) -> Figure | None:
    """Return what is proposed to be carried over, or where nothing is, what was decided."""
    proposed = [one.fact for one in view.pending(year, kind, unit)]
    whose = subjects.budget(unit, year, kind)
    counted = view.counted_under(whose) if unit is None else view.counted(whose)
    decided = [one.fact for one in counted]
    for facts in (proposed, decided):
        terms = tuple(
            Term(event.amount, fact)
            for fact in facts
            if isinstance(event := fact.entry.event, BudgetRevised) and event.cause == "carry_over"
        )
        if terms:
            return Figure(terms)
    return None


def _less(whole: Figure | None, used: Figure | None) -> Figure | None:
    if whole is None or used is None:
        return None
    taken = (attrs.evolve(term, taken_off=not term.taken_off) for term in used.terms)
    return Figure((*whole.terms, *taken), (*whole.unknown, *used.unknown))


def total(figures: Iterable[tuple[str, Figure | None]]) -> Figure | None:
    """Return the sum of the known ones of named figures, None where none is known."""
    named = list(figures)
    known = [figure for _, figure in named if figure is not None]
    if not known:
        return None
    return Figure(
        tuple(term for figure in known for term in figure.terms),
        (
            *(name for name, figure in named if figure is None),
            *(name for figure in known for name in figure.unknown),
        ),
    )
