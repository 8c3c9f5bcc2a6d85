"""Running sums: kept balances are what the fold over the log gives, on every day and as known."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given

from styrledger.amounts import Amount
from styrledger.errors import UnknownName
from styrledger.events.base import Kind
from styrledger.events.budgets import BudgetDistributed, BudgetRevised
from styrledger.events.decisions import DecisionAnnulled, DecisionConditionMet
from styrledger.events.entry import Entry
from styrledger.ledger import Ledger
from styrledger.view import View

from .ledgers import (
    DAYS,
    KINDS,
    TICK,
    UNITS,
    YEARS,
    Commits,
    SetClock,
    adopted,
    corrected,
    ledger_file,
    ledgers,
    log_of,
    new_ledger,
    revised,
    view_of,
    withdrawn,
)

Printed = dict[tuple[str, str | None], tuple[str, int, int]]


def printed(balances: Mapping[tuple[str, str | None], Amount]) -> Printed:
    """Return balances with all that tells amounts apart, not just what they are worth."""
    return {key: (amount.text, amount.ore, amount.ulp) for key, amount in balances.items()}


def folded(view: View, year: int, kind: Kind) -> Printed:
    """Return the balances of a year by folding the facts of every budget."""
    found: dict[tuple[str, str | None], Amount | None] = {}
    for budget in view.budgets(year, kind):
        found[budget.unit, None] = budget.amount
        found |= {(budget.unit, line.line): line.amount for line in budget.lines}
    return printed({key: amount for key, amount in found.items() if amount is not None})


@given(ledgers())
def test_kept_balances_are_those_of_the_fold_over_the_log(commits: Commits) -> None:
    log, clock = log_of(commits), SetClock()
    with ledger_file() as path, Ledger.create(path, organisation="Prov", clock=clock) as ledger:
        for commit in commits:
            ledger.record(*commit)
            clock.now += TICK
            # Asked after each commit, so that the sums grow on what they were.
            ledger.as_of().balances(YEARS[0])
        for on, known in product(DAYS, range(len(log) + 1)):
            view, plain = ledger.as_of(on, known=known), view_of(log, on, known)
            for year, kind in product(YEARS, KINDS):
                assert printed(view.balances(year, kind)) == folded(plain, year, kind)
        # Checking makes the sums at once, and compares them row by row.
        assert ledger.verify().faults == ()


@given(ledgers())
def test_sums_made_at_once_are_those_that_grew(commits: Commits) -> None:
    log, clock = log_of(commits), SetClock()
    with ledger_file() as path, Ledger.create(path, organisation="Prov", clock=clock) as ledger:
        for commit in commits:
            ledger.record(*commit)
            clock.now += TICK
        for on in DAYS:
            view, plain = ledger.as_of(on), view_of(log, on, len(log))
            for year, kind in product(YEARS, KINDS):
                assert printed(view.balances(year, kind)) == folded(plain, year, kind)
                for unit in UNITS:
                    assert view.balance(unit, year, kind) == plain.balance(unit, year, kind)


def test_a_balance_is_that_of_the_budget_and_of_each_line(tmp_path: Path) -> None:
    line = Entry(
        BudgetDistributed(unit="KS", year=2020, line="Skola/Lärare", amount="40 tkr"),
        effective="2020-01-01",
    )
    moved = Entry(
        BudgetRevised(unit="KS", year=2020, line="Skola/Lärare", amount="2 tkr"),
        effective="2020-02-01",
    )
    with new_ledger(tmp_path / "prov.db") as ledger:
        ledger.record(adopted("100 tkr", "KF 2019-06-10 § 109"), line, moved)
        view = ledger.as_of("2020-12-31")
        assert view.balance("KS", 2020) == view.budget("KS", 2020).amount == Amount("102 tkr")
        assert view.balance("KS", 2020, line="Skola/Lärare") == Amount("42 tkr")
        assert view.balance("KS", 2020, line="Skola") == Amount("42 tkr")
        assert view.balance("KS", 2020, line="Vård") is None
        assert [*view.balances(2020)] == [
            ("KS", None),
            ("KS", "Skola"),
            ("KS", "Skola/Lärare"),
        ]


def test_a_late_entry_moves_what_comes_after_it_only_as_known_from_then(tmp_path: Path) -> None:
    clock = SetClock()
    with new_ledger(tmp_path / "prov.db", clock) as ledger:
        ledger.record(adopted("100 tkr", "KF 2019-06-10 § 109"))
        ledger.record(revised("5 tkr", "KF 2020-05-11 § 83"))
        before = ledger.head()
        ledger.as_of().balance("KS", 2020)
        clock.now += timedelta(days=1)
        ledger.record(revised("1 tkr", "KF 2020-02-10 § 9"))
        asked = [
            (ledger.as_of(on, known=known).balance("KS", 2020))
            for on in ("2020-03-01", "2020-06-01")
            for known in (before, None)
        ]
    assert list(map(str, asked)) == ["100 tkr", "101 tkr", "105 tkr", "106 tkr"]


def test_a_balance_of_a_unit_that_was_never_heard_of_is_refused(tmp_path: Path) -> None:
    with new_ledger(tmp_path / "prov.db") as ledger:
        assert ledger.as_of().balance("KS", 1999) is None
        with pytest.raises(UnknownName, match="unit 'KX'"):
            ledger.as_of().balance("KX", 2020)


def test_the_other_legal_view_of_annulments_is_folded(tmp_path: Path) -> None:
    with new_ledger(tmp_path / "prov.db") as ledger:
        ledger.record(adopted("100 tkr", "KF 2019-06-10 § 109"))
        view = ledger.as_of(date(2020, 12, 31), void_annulled=True)
        assert view.balance("KS", 2020) == Amount("100 tkr")
        assert view.balances(2020) == {("KS", None): Amount("100 tkr")}


def test_a_condition_met_and_an_annulment_bound_a_balance_on_both_sides(tmp_path: Path) -> None:
    ruled = "KF 2020-02-10 § 9"
    conditional = Entry(
        BudgetRevised(unit="KS", year=2020, amount="10 tkr"),
        ruled,
        stage="conditional",
        condition="Att staten betalar.",
    )
    annulled = Entry(DecisionAnnulled(target=ruled), effective="2020-09-01")
    met = Entry(DecisionConditionMet(target=ruled), effective="2020-05-01")
    days = ("2020-03-01", "2020-06-01", "2020-10-01")
    for asks_between in (False, True):
        with new_ledger(tmp_path / f"{asks_between}.db") as ledger:
            for entry in (adopted("100 tkr", "KF 2019-06-10 § 109"), conditional, annulled, met):
                ledger.record(entry)
                if asks_between:
                    ledger.as_of().balances(2020)
            found = [ledger.as_of(day).balance("KS", 2020) for day in days]
            known = ledger.head() - 1
            before = [ledger.as_of(day, known=known).balance("KS", 2020) for day in days]
        assert list(map(str, found)) == ["100 tkr", "110 tkr", "100 tkr"]
        assert list(map(str, before)) == ["100 tkr", "100 tkr", "100 tkr"]


def test_a_total_set_on_a_condition_replaces_what_came_before_the_condition_was_met(
    tmp_path: Path,
) -> None:
    on_condition = adopted(
        "100 tkr", "KF 2019-12-09 § 1", stage="conditional", condition="Att staten betalar."
    )
    met = Entry(DecisionConditionMet(target="KF 2019-12-09 § 1"), effective="2020-06-01")
    with new_ledger(tmp_path / "prov.db") as ledger:
        for entry in (on_condition, met, revised("7 tkr", "KF 2020-02-10 § 9")):
            ledger.record(entry)
            ledger.as_of().balances(2020)
        days = ("2020-03-01", "2020-06-01")
        found = [ledger.as_of(day).balance("KS", 2020) for day in days]
        folded_ones = [ledger.as_of(day).budget("KS", 2020).amount for day in days]
    assert list(map(str, found)) == list(map(str, folded_ones)) == ["7 tkr", "100 tkr"]


def test_what_stands_again_is_annulled_by_a_ruling_that_was_summed_without_it(
    tmp_path: Path,
) -> None:
    annulled = Entry(DecisionAnnulled(target="KF 2020-02-10 § 9"), effective="2020-05-01")
    elsewhere = Entry(
        BudgetRevised(unit="SN", year=2021, amount="7 tkr"), decision="KF 2020-02-10 § 9"
    )
    with new_ledger(tmp_path / "prov.db") as ledger:
        ledger.record(adopted("100 tkr", "KF 2019-06-10 § 109"))
        (moved,) = ledger.record(revised("7 tkr", "KF 2020-02-10 § 9"))
        ledger.record(annulled)
        (correction,) = ledger.record(corrected(f"#{moved.position}", elsewhere))
        ledger.as_of().balances(2020)
        ledger.record(withdrawn(f"#{correction.position}"))
        found = [ledger.as_of(day).balance("KS", 2020) for day in ("2020-03-01", "2020-06-01")]
    assert list(map(str, found)) == ["107 tkr", "100 tkr"]
