"""Lines inside a budget: paths, subtotals and what is not distributed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from styrledger.amounts import Amount
from styrledger.events.budgets import BudgetDistributed, BudgetRevised, BudgetTransferred, Place
from styrledger.events.entry import Entry
from styrledger.events.outcomes import OutcomeReported
from styrledger.ledger import Ledger
from styrledger.projections.budgets import Budget, BudgetLine
from styrledger.projections.lines import ancestors

from .ledgers import adopted, corrected, new_ledger, withdrawn

ADOPTED = adopted("100 tkr", "KF 2019-06-10 § 109")


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    """Give a ledger in which KS has a budget of 100 tkr for 2020, recorded as #4."""
    with new_ledger(tmp_path / "prov.db") as made:
        made.record(ADOPTED)
        yield made


def distributed(line: str, amount: str, effective: str = "2020-01-01") -> Entry:
    event = BudgetDistributed(unit="KS", year=2020, line=line, amount=amount)
    return Entry(event, effective=effective)


def revised(line: str, amount: str) -> Entry:
    event = BudgetRevised(unit="KS", year=2020, line=line, amount=amount)
    return Entry(event, effective="2020-02-01")


def moved(from_: str | None, to: str | None, amount: str) -> Entry:
    event = BudgetTransferred(2020, Place("KS", from_), Place("KS", to), amount)
    return Entry(event, effective="2020-02-01")


def budget(ledger: Ledger, on: str = "2020-12-31") -> Budget:
    return ledger.as_of(on).budget("KS", 2020)


def line(ledger: Ledger, path: str) -> BudgetLine:
    found = budget(ledger).line(path)
    assert found is not None
    return found


def lines(ledger: Ledger) -> dict[str, tuple[str | None, str | None]]:
    """Return each line's amount and what it holds undistributed, as they are printed."""
    return {
        line.line: (text(line.amount), text(line.undistributed)) for line in budget(ledger).lines
    }


def text(amount: Amount | None) -> str | None:
    return None if amount is None else amount.text


# -- distributing


def test_a_distribution_sets_a_line_inside_the_total(ledger: Ledger) -> None:
    ledger.record(distributed("A", "40 tkr"), distributed("B", "25 tkr"))
    assert lines(ledger) == {"A": ("40 tkr", None), "B": ("25 tkr", None)}
    assert budget(ledger).amount == Amount("100 tkr")
    assert budget(ledger).undistributed == Amount("35 tkr")


def test_a_budget_without_lines_is_all_undistributed(ledger: Ledger) -> None:
    assert budget(ledger).undistributed == Amount("100 tkr")


def test_lines_without_a_budget_leave_the_rest_unknown(ledger: Ledger) -> None:
    ledger.record(withdrawn("#4"), distributed("A", "40 tkr"))
    assert budget(ledger).undistributed is None
    assert budget(ledger).is_something


def test_more_may_be_distributed_than_there_is(ledger: Ledger) -> None:
    ledger.record(distributed("A", "101 tkr"))
    assert budget(ledger).undistributed == Amount("-1 tkr")


def test_a_line_that_was_not_set_is_the_sum_of_its_parts(ledger: Ledger) -> None:
    ledger.record(distributed("A/B", "10 tkr"), distributed("A/C/D", "5 tkr"))
    assert lines(ledger) == {
        "A": ("15 tkr", "0 tkr"),
        "A/B": ("10 tkr", None),
        "A/C": ("5 tkr", "0 tkr"),
        "A/C/D": ("5 tkr", None),
    }
    assert budget(ledger).undistributed == Amount("85 tkr")


def test_a_line_that_was_set_holds_its_amount_whatever_its_parts_come_to(ledger: Ledger) -> None:
    ledger.record(distributed("A", "40 tkr"), distributed("A/B", "10 tkr"))
    assert lines(ledger) == {"A": ("40 tkr", "30 tkr"), "A/B": ("10 tkr", None)}
    ledger.record(distributed("A/B", "15 tkr"))
    assert lines(ledger) == {"A": ("40 tkr", "25 tkr"), "A/B": ("15 tkr", None)}
    assert budget(ledger).undistributed == Amount("60 tkr")


def test_a_line_that_was_its_parts_sum_may_be_set(ledger: Ledger) -> None:
    ledger.record(distributed("A/B", "10 tkr"), distributed("A", "40 tkr"))
    assert lines(ledger) == {"A": ("40 tkr", "30 tkr"), "A/B": ("10 tkr", None)}
    trail = [(step.fact.position, str(step.balance)) for step in line(ledger, "A").trail]
    assert trail == [(5, "10 tkr"), (6, "40 tkr")]


def test_a_line_is_set_anew_by_a_later_distribution(ledger: Ledger) -> None:
    ledger.record(
        distributed("A", "40 tkr", "2020-03-01"), distributed("A", "30 tkr", "2020-01-01")
    )
    before, after = (budget(ledger, on).line("A") for on in ("2020-02-29", "2020-03-01"))
    assert before is not None
    assert after is not None
    assert (before.amount, after.amount) == (Amount("30 tkr"), Amount("40 tkr"))


def test_lines_come_in_order_of_first_mention_each_before_its_parts(ledger: Ledger) -> None:
    for path in ("B/C", "A", "B/A", "B", "A/Z"):
        ledger.record(distributed(path, "1 tkr"))
    assert list(lines(ledger)) == ["B", "B/C", "B/A", "A", "A/Z"]


def test_a_line_that_was_never_mentioned_is_none(ledger: Ledger) -> None:
    assert budget(ledger).line("A") is None


def test_a_line_with_an_outcome_only_has_a_place_but_no_amount(ledger: Ledger) -> None:
    event = OutcomeReported(unit="KS", year=2020, through="2020-12-31", amount="1 tkr", line="A/B")
    ledger.record(Entry(event, effective="2020-12-31"))
    assert lines(ledger) == {"A": (None, None), "A/B": (None, None)}
    found = line(ledger, "A/B")
    assert (found.outcome, found.deviation, found.trail) == (Amount("1 tkr"), None, ())
    assert budget(ledger).undistributed == Amount("100 tkr")


# -- changing


def test_a_revision_of_a_line_changes_the_total_and_the_line(ledger: Ledger) -> None:
    ledger.record(distributed("A", "40 tkr"), revised("A", "-5 tkr"))
    assert lines(ledger) == {"A": ("35 tkr", None)}
    assert budget(ledger).amount == Amount("95 tkr")
    assert budget(ledger).undistributed == Amount("60 tkr")


def test_a_change_to_a_part_changes_every_line_above_it(ledger: Ledger) -> None:
    ledger.record(distributed("A", "40 tkr"), distributed("A/B/C", "10 tkr"))
    ledger.record(revised("A/B/C", "3 tkr"))
    assert lines(ledger) == {
        "A": ("43 tkr", "30 tkr"),
        "A/B": ("13 tkr", "0 tkr"),
        "A/B/C": ("13 tkr", None),
    }
    trail = [(step.fact.position, str(step.balance)) for step in line(ledger, "A").trail]
    assert trail == [(5, "40 tkr"), (7, "43 tkr")]


def test_a_change_to_a_line_that_was_its_parts_sum_is_kept_beside_them(ledger: Ledger) -> None:
    ledger.record(distributed("A/B", "10 tkr"), revised("A", "3 tkr"))
    assert lines(ledger) == {"A": ("13 tkr", "3 tkr"), "A/B": ("10 tkr", None)}


def test_a_revision_of_a_line_that_is_not_there_makes_it(ledger: Ledger) -> None:
    ledger.record(revised("A", "3 tkr"))
    assert lines(ledger) == {"A": ("3 tkr", None)}
    assert budget(ledger).undistributed == Amount("100 tkr")


def test_a_transfer_between_lines_leaves_the_total_and_the_rest(ledger: Ledger) -> None:
    ledger.record(distributed("A", "40 tkr"), distributed("B", "10 tkr"), moved("A", "B", "3 tkr"))
    assert lines(ledger) == {"A": ("37 tkr", None), "B": ("13 tkr", None)}
    assert budget(ledger).undistributed == Amount("50 tkr")


def test_a_transfer_from_what_is_not_distributed_fills_a_line(ledger: Ledger) -> None:
    ledger.record(distributed("A", "40 tkr"), moved(None, "A", "3 tkr"))
    assert lines(ledger) == {"A": ("43 tkr", None)}
    assert budget(ledger).undistributed == Amount("57 tkr")


def test_a_transfer_from_a_line_to_its_part_leaves_the_line(ledger: Ledger) -> None:
    ledger.record(distributed("A", "40 tkr"), moved("A", "A/B", "3 tkr"))
    assert lines(ledger) == {"A": ("40 tkr", "37 tkr"), "A/B": ("3 tkr", None)}


def test_a_transfer_between_parts_leaves_the_line_above_them(ledger: Ledger) -> None:
    ledger.record(distributed("A/B", "10 tkr"), distributed("A/C", "1 tkr"))
    ledger.record(moved("A/B", "A/C", "3 tkr"))
    assert lines(ledger) == {
        "A": ("11 tkr", "0 tkr"),
        "A/B": ("7 tkr", None),
        "A/C": ("4 tkr", None),
    }


def test_a_line_may_go_below_zero(ledger: Ledger) -> None:
    ledger.record(distributed("Reserv", "1 tkr"), moved("Reserv", "A", "3 tkr"))
    assert lines(ledger) == {"Reserv": ("-2 tkr", None), "A": ("3 tkr", None)}


# -- with all the rest


def test_a_corrected_line_leaves_its_old_place(ledger: Ledger) -> None:
    ledger.record(distributed("A", "40 tkr"))
    ledger.record(corrected("#5", distributed("B", "40 tkr")))
    assert lines(ledger) == {"B": ("40 tkr", None)}


def test_a_line_as_json_tells_what_it_holds_undistributed(ledger: Ledger) -> None:
    ledger.record(distributed("A", "40 tkr"), distributed("A/B", "10 tkr"))
    assert line(ledger, "A").as_dict() == {
        "line": "A",
        "amount": {"ore": 4_000_000, "text": "40 tkr"},
        "undistributed": {"ore": 3_000_000, "text": "30 tkr"},
        "outcome": None,
        "deviation": None,
    }


def test_the_ancestors_of_a_line_begin_with_itself() -> None:
    assert list(ancestors("A/B/C")) == ["A/B/C", "A/B", "A"]
    assert list(ancestors("")) == []


def test_a_sum_that_is_zero_tells_which_part_made_it_so(ledger: Ledger) -> None:
    ledger.record(distributed("A/B", "0 tkr"))
    whole = line(ledger, "A")
    assert whole.amount == Amount("0 tkr")
    assert [(step.change, step.balance) for step in whole.trail] == [
        (Amount("0 tkr"), Amount("0 tkr"))
    ]
