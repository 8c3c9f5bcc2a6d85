"""The one idea: a view is a pure fold over the log, and every faster path gives its answer.

state(on, known) = fold(apply, ordered(log, on, known))
"""

from __future__ import annotations

import json
import shutil
from base64 import b64encode
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
from styrledger.basis import Basis
from styrledger.events.budgets import BudgetTransferred
from styrledger.events.entry import Entry
from styrledger.ledger import Ledger
from styrledger.opened import view_path
from styrledger.projections.base import Step
from styrledger.projections.budgets import Budget
from styrledger.reference import Reference
from styrledger.tree import entry_bytes
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
    as_json,
    bases,
    decided_entries,
    entries_that_move_no_total,
    ledger_file,
    ledgers,
    log_of,
    recorded,
    view_of,
)
from .test_tree import naive_root

Asked = tuple[date, int, bool]

days = st.sampled_from(DAYS)


# -- every path gives the same answer


@given(ledgers(), st.lists(bases(), min_size=2, max_size=2))
def test_the_view_file_answers_as_the_fold_over_the_log(
    commits: Commits, asked: Sequence[Asked]
) -> None:
    log = log_of(commits)
    with recorded(commits) as made:
        assert list(made.history()) == log
        leaves = [entry_bytes(row.stream, row.version, row.name, row.state) for row in made.rows()]
        for on, known, void in asked:
            position = known % (len(log) + 1)
            view = made.as_of(on, known=position, void_annulled=void)
            root = b64encode(naive_root(leaves[:position])).decode()
            recorded_at = log[position - 1].recorded_at if position else None
            assert view.basis == Basis(on, position, recorded_at, root, void)
            fast, plain = answers(view), answers(View(Reference(log), view.basis))
            assert fast == plain
            assert as_json(fast) == as_json(plain)


@given(ledgers(), bases(), st.integers(0, 3))
def test_a_view_file_that_caught_up_answers_as_one_built_anew(
    commits: Commits, asked: Asked, kept: int
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


@given(ledgers(), bases(), st.integers(0, 60))
def test_the_beginning_of_a_log_answers_as_the_whole_known_at_its_end(
    commits: Commits, asked: Asked, more: int
) -> None:
    size = sum(map(len, commits))
    beginning = first(commits, len(OPENING) + more % (size - len(OPENING) + 1))
    on, _, void = asked
    with recorded(commits) as whole, recorded(beginning) as part:
        then = whole.as_of(on, known=part.head(), void_annulled=void)
        now = part.as_of(on, void_annulled=void)
        assert then.basis == now.basis
        assert answers(then) == answers(now)
        assert as_json(answers(then)) == as_json(answers(now))


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
def test_a_transfer_moves_money_and_makes_none(commits: Commits, asked: Asked) -> None:
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
def test_a_trail_adds_up_to_its_figure(commits: Commits, asked: Asked) -> None:
    for budget in all_budgets(basis_of(commits, asked)):
        assert adds_up(budget.trail) == budget.amount
        for line in budget.lines:
            assert adds_up(line.trail) == line.amount


@given(ledgers(), bases())
def test_lines_and_what_is_not_distributed_make_the_whole(commits: Commits, asked: Asked) -> None:
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


def all_answers(path: Path, asked: Asked) -> tuple[Basis, list[object], str]:
    """Open a ledger and return what it answers on a basis."""
    on, known, void = asked
    with Ledger.open(path) as opened:
        view = opened.as_of(on, known=known % (opened.head() + 1), void_annulled=void)
        found = answers(view)
        return view.basis, found, as_json(found)


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


def figures(entries: Sequence[Entry], on: date) -> object:
    """Return every figure of every budget, without the positions of the entries behind it."""
    log = log_of([entries])
    shown = as_json(all_budgets(view_of(log, on, len(log))))
    return json.loads(shown, object_hook=without_positions)


def without_positions(fields: dict[str, Any]) -> dict[str, Any]:
    """Leave out of a JSON object, and of those in it, the field ``position``."""
    return {name: value for name, value in fields.items() if name != "position"}


def basis_of(commits: Commits, asked: Asked) -> View:
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
