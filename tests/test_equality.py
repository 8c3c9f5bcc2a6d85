"""The one idea: a view is a pure fold over the log, and every faster path gives its answer.

    state(on, known) = fold(apply, ordered(log, on, known))
"""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Sequence
from datetime import date
from itertools import product
from pathlib import Path
from random import Random
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from styrledger.amounts import Amount
from styrledger.events.budgets import BudgetTransferred
from styrledger.events.entry import Entry
from styrledger.ledger import Ledger, view_path
from styrledger.projections.base import Step
from styrledger.projections.budgets import Budget
from styrledger.view import View

from .ledgers import (
    DAYS,
    KINDS,
    OPENING,
    START,
    TICK,
    UNITS,
    YEARS,
    Commits,
    SetClock,
    answers,
    bases,
    decided_entries,
    entries_that_move_no_total,
    ledger_file,
    ledgers,
    log_of,
    record,
    shown,
    view_of,
)

Bases = Sequence[tuple[date, int, bool]]

some_bases = st.lists(bases(), min_size=2, max_size=2)
days = st.sampled_from(DAYS)


# -- every path gives the same answer


@given(ledgers(), some_bases)
def test_the_view_file_answers_as_the_fold_over_the_log(commits: Commits, asked: Bases) -> None:
    log = log_of(commits)
    with ledger_file() as path, Ledger.create(path, organisation="Prov", clock=SetClock()) as made:
        record(made, clock, commits)
        assert list(made.history()) == log
        for on, known, void in asked:
            position = known % (len(log) + 1)
            fast = made.as_of(on, known=position, void_annulled=void)
            plain = view_of(log, on, position, void_annulled=void)
            assert answers(fast) == answers(plain)
            assert shown(fast) == shown(plain)


@given(ledgers(), some_bases, st.integers(0, 3))
def test_a_view_file_that_caught_up_answers_as_one_built_anew(
    commits: Commits, asked: Bases, kept: int
) -> None:
    with ledger_file() as path:
        views = view_path(path)
        behind = path.with_name("behind.db")
        Ledger.create(path, organisation="Prov", clock=SetClock()).close()
        for number, commit in enumerate(commits):
            with Ledger.open(path, clock=SetClock(START + number * TICK)) as opened:
                opened.record(*commit)
            if number == kept % len(commits):
                shutil.copy(views, behind)
        followed = all_answers(path, asked)
        behind.replace(views)
        caught_up = all_answers(path, asked)
        views.unlink()
        assert followed == caught_up == all_answers(path, asked)


@given(ledgers(), some_bases, st.integers(0, 60))
def test_the_beginning_of_a_log_answers_as_the_whole_known_at_its_end(
    commits: Commits, asked: Bases, more: int
) -> None:
    size = sum(map(len, commits))
    beginning = first(commits, len(OPENING) + more % (size - len(OPENING) + 1))
    with ledger_file() as path, ledger_file() as other:
        with (
            Ledger.create(path, organisation="Prov", clock=SetClock()) as whole,
            Ledger.create(other, organisation="Prov", clock=SetClock()) as part,
        ):
            record(whole, commits)
            record(part, beginning)
            for on, _, void in asked:
                then = whole.as_of(on, known=part.head(), void_annulled=void)
                now = part.as_of(on, void_annulled=void)
                assert answers(then) == answers(now)
                assert shown(then) == shown(now)


@given(st.lists(decided_entries(), max_size=8), st.randoms(use_true_random=False), days)
def test_the_order_of_recording_decides_only_among_what_is_equal_in_all_else(
    entries: list[Entry], chance: Random, on: date
) -> None:
    shuffled = [*entries]
    chance.shuffle(shuffled)
    in_turn = {key: [e for e in entries if effect(e) == key] for key in map(effect, entries)}
    reordered = [in_turn[effect(entry)].pop(0) for entry in shuffled]
    assert figures([*OPENING, *entries], on) == figures([*OPENING, *reordered], on)


# -- what no ledger breaks


@given(ledgers(), bases())
def test_a_transfer_moves_money_and_makes_none(
    commits: Commits, asked: tuple[date, int, bool]
) -> None:
    view = basis_of(commits, asked)
    moved: Counter[int] = Counter()
    other = 0
    for step in (step for budget in all_budgets(view) for step in budget.trail):
        if isinstance(step.fact.entry.event, BudgetTransferred):
            moved[step.fact.slot] += step.change.ore
        else:
            other += step.change.ore
    assert set(moved.values()) <= {0}
    assert other == sum(budget.amount.ore for budget in all_budgets(view) if budget.amount)


@given(ledgers(), st.lists(entries_that_move_no_total(), min_size=1, max_size=6), days)
def test_nothing_but_what_is_adopted_revised_or_transferred_moves_a_total(
    commits: Commits, more: list[Entry], on: date
) -> None:
    before, after = log_of(commits), log_of([*commits, more])
    totals, same = (
        [(budget.amount, budget.trail) for budget in all_budgets(view_of(log, on, len(log)))]
        for log in (before, after)
    )
    assert totals == same


@given(ledgers(), bases())
def test_a_trail_adds_up_to_its_figure(commits: Commits, asked: tuple[date, int, bool]) -> None:
    for budget in all_budgets(basis_of(commits, asked)):
        assert adds_up(budget.trail) == budget.amount
        for line in budget.lines:
            assert adds_up(line.trail) == line.amount


@given(ledgers(), bases())
def test_lines_and_what_is_not_distributed_make_the_whole(
    commits: Commits, asked: tuple[date, int, bool]
) -> None:
    for budget in all_budgets(basis_of(commits, asked)):
        wholes = {"": (budget.amount, budget.undistributed)}
        wholes |= {line.line: (line.amount, line.undistributed) for line in budget.lines}
        for path, (amount, undistributed) in wholes.items():
            parts = [
                line.amount
                for line in budget.lines
                if line.line.rpartition("/")[0] == path and line.amount is not None
            ]
            if amount is not None and undistributed is not None:
                assert sum(parts, undistributed) == amount
            elif path:
                assert not parts


# -- helpers


def all_answers(path: Path, asked: Bases) -> list[object]:
    """Open a ledger and return what it answers on each basis."""
    with Ledger.open(path) as opened:
        head = opened.head()
        asked_views = [
            opened.as_of(on, known=known % (head + 1), void_annulled=void)
            for on, known, void in asked
        ]
        return [found for view in asked_views for found in (answers(view), shown(view))]


def first(commits: Commits, count: int) -> Commits:
    """Return the commits cut off after a number of entries."""
    found: list[Sequence[Entry]] = []
    for commit in commits:
        found.append(commit[:count])
        count -= len(found[-1])
    return [commit for commit in found if commit]


def effect(entry: Entry) -> tuple[object, ...]:
    """Return what orders effects before position: day, decision date, body and paragraph."""
    since, decision = entry.counts_from, entry.decision
    assert since is not None
    if decision is None:
        return (since.last, date.min, "", 0)
    decided = date.min if decision.date is None else decision.date.last
    return (since.last, decided, decision.body or "", decision.paragraph or 0)


def figures(entries: Sequence[Entry], on: date) -> list[object]:
    """Return every figure of every budget, without the positions of the entries behind it."""
    log = log_of([entries])
    return [without_positions(b.as_dict()) for b in all_budgets(view_of(log, on, len(log)))]


def without_positions(value: Any) -> Any:
    """Return a JSON answer without the positions in it."""
    if isinstance(value, dict):
        return {key: without_positions(of) for key, of in value.items() if key != "position"}
    return [without_positions(of) for of in value] if isinstance(value, list) else value


def basis_of(commits: Commits, asked: tuple[date, int, bool]) -> View:
    """Return the view on a random basis."""
    on, known, void = asked
    log = log_of(commits)
    return view_of(log, on, known % (len(log) + 1), void_annulled=void)


def all_budgets(view: View) -> list[Budget]:
    """Return every unit's budget of every year and kind, the empty ones too."""
    asked = product(UNITS, YEARS, KINDS)
    return [view.budget(unit, year, kind) for unit, year, kind in asked]


def adds_up(trail: Sequence[Step]) -> Amount | None:
    """Return the last balance of a trail, every step of which leads from the one before."""
    balance: Amount | None = None
    for step in trail:
        assert step.balance == (step.change if balance is None else balance + step.change)
        balance = step.balance
    return balance
