"""Figures of a year: those of the budgets, though what the running sums hold is not decoded."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import product
from pathlib import Path

import attrs
from hypothesis import given

from styrledger import registry
from styrledger.amounts import Amount
from styrledger.events.base import Kind
from styrledger.ledger import Ledger
from styrledger.projections.budgets import Budget
from styrledger.projections.figures import Figures
from styrledger.projections.moves import MOVING
from styrledger.projections.unsummed import MOVES
from styrledger.view import View

from .ledgers import (
    DAYS,
    KINDS,
    TICK,
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
)


def shown(found: Iterable[Budget | Figures]) -> list[object]:
    """Return figures with all that tells amounts apart, not just what they are worth."""
    return [
        (
            one.unit,
            one.is_something,
            *map(printed, (one.amount, one.outcome, one.deviation)),
            one.planned,
        )
        for one in found
    ]


def printed(amount: Amount | None) -> object:
    """Return all the fields of an amount."""
    return None if amount is None else (amount.text, amount.unit, amount.ore, amount.ulp)


def whole(view: View, year: int, kind: Kind) -> Sequence[Budget]:
    """Return the budgets and plans of a year in full."""
    found = {one.unit: one for one in (*view.budgets(year, kind), *view.planned(year, kind))}
    return [found[unit] for unit in sorted(found)]


def only_told(found: Sequence[Figures]) -> list[Figures]:
    """Return the figures of those that have a budget or a plan."""
    return [one for one in found if one.is_something or one.planned is not None]


@given(ledgers())
def test_figures_are_those_of_the_fold_over_the_log(commits: Commits) -> None:
    log, clock = log_of(commits), SetClock()
    with ledger_file() as path, Ledger.create(path, organisation="Prov", clock=clock) as ledger:
        for commit in commits:
            ledger.record(*commit)
            clock.now += TICK
        for on, known, void in product(DAYS, {len(log) // 2, len(log)}, (False, True)):
            view = ledger.as_of(on, known=known, void_annulled=void)
            plain = view_of(log, on, known, void_annulled=void)
            for year, kind in product(YEARS, KINDS):
                assert shown(only_told(view.figures(year, kind))) == shown(whole(plain, year, kind))
                assert view.pending(year, kind) == plain.pending(year, kind)
                assert view.pending(year, kind, "KS") == plain.pending(year, kind, "KS")


def test_what_the_sums_are_made_of_is_told_by_its_stored_name() -> None:
    assert {registry.STORED[name] for name in MOVES} == {*MOVING}


def test_a_correction_of_a_proposal_is_told_beside_the_sums(tmp_path: Path) -> None:
    proposal = attrs.evolve(revised("5 tkr", "KF 2020-03-10 § 7"), stage="proposed")
    with new_ledger(tmp_path / "prov.db") as ledger:
        ledger.record(adopted("100 tkr", "KF 2019-06-10 § 109"), proposal)
        last = ledger.head()
        ledger.record(corrected(f"#{last}", attrs.evolve(proposal, note="Beredning")))
        ledger.record(corrected(f"#{last - 1}", adopted("90 tkr", "KF 2019-06-10 § 109")))
        view = ledger.as_of("2020-12-31")
        assert [str(one.amount) for one in view.figures(2020)] == ["90 tkr"]
        assert [one.fact.entry.note for one in view.pending(2020)] == ["Beredning"]


def test_views_in_memory_are_folded_for_their_figures(tmp_path: Path) -> None:
    path = tmp_path / "prov.db"
    with new_ledger(path) as ledger:
        ledger.record(adopted("100 tkr", "KF 2019-06-10 § 109"))
    # What lies where the view file would is nothing of ours, and is left alone.
    tmp_path.joinpath("prov.views.db").write_text("Något annat.", encoding="utf-8")
    with Ledger.open(path, read_only=True) as ledger:
        view = ledger.as_of("2020-12-31")
        assert shown(view.figures(2020)) == shown(view.budgets(2020))
        assert view.balances(2020)["KS", None] == Amount("100 tkr")
