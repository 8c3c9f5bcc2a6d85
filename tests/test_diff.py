"""Two answers to one question: every cause of what lies between them, summing exactly to it."""

from __future__ import annotations

from collections.abc import Generator
from datetime import date
from itertools import product
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given, settings

from styrledger.amounts import Amount
from styrledger.diff import Cause, CauseKind, Difference, diff_views
from styrledger.events.base import Kind
from styrledger.events.budgets import BudgetAdopted
from styrledger.events.decisions import DecisionAnnulled, DecisionConditionMet
from styrledger.events.entry import Entry
from styrledger.history import Counted
from styrledger.ledger import Ledger
from styrledger.projections.base import fold
from styrledger.projections.budgets import BudgetProjection
from styrledger.subjects import asked_budget, budget
from styrledger.view import View

from . import commands
from .commands import answer, new, run, told
from .ledgers import (
    KINDS,
    OPENING,
    UNITS,
    YEARS,
    Commits,
    SetClock,
    adopted,
    bases,
    corrected,
    ledgers,
    log_of,
    new_ledger,
    revised,
    view_of,
    withdrawn,
)

KS = "budget/KS/2020/operating"
JUNE = "KF 2020-06-08 § 103"


@pytest.fixture
def ledger(tmp_path: Path) -> Generator[Ledger]:
    """A ledger in which KS was given 100 tkr, #4."""
    with new_ledger(tmp_path / "prov.db", SetClock()) as made:
        made.record(adopted("100 tkr", "KF 2019-06-10 § 109"))
        yield made


def difference(
    ledger: Ledger,
    *,
    on: tuple[str, str] = ("2020-12-31", "2020-12-31"),
    known: tuple[str | None, str | None] = (None, None),
    void: tuple[bool, bool] = (False, False),
    subject: str = KS,
) -> Difference:
    first, second = (ledger.as_of(on[n], known=known[n], void_annulled=void[n]) for n in (0, 1))
    (found,) = ledger.diff(first, second, subject)
    return found


def causes(found: Difference) -> list[tuple[str, int, str | None]]:
    """Return each cause with the position of its entry and the change."""
    return [
        (one.kind, one.counted.fact.position, None if one.change is None else str(one.change))
        for one in found.causes
    ]


# -- causes by kind


def test_a_decision_between_the_days_is_a_new_decision(ledger: Ledger) -> None:
    ledger.record(revised("20 tkr", JUNE))
    found = difference(ledger, on=("2020-06-07", "2020-06-08"))
    assert causes(found) == [("new_decision", 5, "20 tkr")]
    assert (found.before, found.after, found.change) == tuple(
        map(Amount, ("100 tkr", "120 tkr", "20 tkr"))
    )


def test_a_decision_recorded_after_the_first_answer_that_took_effect_later_is_new(
    ledger: Ledger,
) -> None:
    ledger.record(revised("20 tkr", JUNE))
    found = difference(ledger, on=("2020-06-07", "2020-06-08"), known=("#4", "#5"))
    assert causes(found) == [("new_decision", 5, "20 tkr")]


def test_an_entry_that_had_taken_effect_but_was_recorded_later_is_late(ledger: Ledger) -> None:
    ledger.record(revised("20 tkr", JUNE))
    found = difference(ledger, on=("2020-06-08", "2020-06-09"), known=("#4", "#5"))
    assert causes(found) == [("late_entry", 5, "20 tkr")]


def test_a_correction_changes_by_the_difference_of_the_two(ledger: Ledger) -> None:
    ledger.record(revised("20 tkr", JUNE))
    ledger.record(corrected("#5", revised("25 tkr", JUNE)))
    assert causes(difference(ledger, known=("#5", "#6"))) == [("correction", 6, "5 tkr")]
    assert causes(difference(ledger, known=("#6", "#5"))) == [("correction", 5, "-5 tkr")]


def test_a_correction_to_an_earlier_day_is_one_where_that_day_counts(ledger: Ledger) -> None:
    ledger.record(revised("20 tkr", JUNE))
    ledger.record(corrected("#5", revised("20 tkr", "KF 2020-02-10 § 9")))
    found = difference(ledger, on=("2020-03-01", "2020-03-01"), known=("#5", "#6"))
    assert causes(found) == [("correction", 6, "20 tkr")]


def test_a_corrected_entry_that_took_effect_between_the_days_is_a_new_decision(
    ledger: Ledger,
) -> None:
    ledger.record(revised("20 tkr", JUNE))
    ledger.record(corrected("#5", revised("25 tkr", JUNE)))
    found = difference(ledger, on=("2020-03-01", "2020-12-31"), known=("#5", "#6"))
    assert causes(found) == [("new_decision", 6, "25 tkr")]


def test_a_correction_that_moves_an_entry_to_another_unit_is_one_for_both(ledger: Ledger) -> None:
    ledger.record(revised("20 tkr", JUNE))
    moved = Entry(BudgetAdopted(unit="SN", year=2020, amount="20 tkr"), JUNE)
    ledger.record(corrected("#5", moved))
    first, second = (ledger.as_of("2020-12-31", known=known) for known in ("#5", "#6"))
    found = ledger.diff(first, second)
    assert [(one.subject, causes(one)) for one in found] == [
        (KS, [("correction", 5, "-20 tkr")]),
        ("budget/SN/2020/operating", [("correction", 6, "20 tkr")]),
    ]


def test_a_withdrawal_takes_the_entry_away(ledger: Ledger) -> None:
    ledger.record(revised("20 tkr", JUNE))
    ledger.record(withdrawn("#5"))
    assert causes(difference(ledger, known=("#5", "#6"))) == [("withdrawal", 5, "-20 tkr")]
    assert causes(difference(ledger, known=("#6", "#5"))) == [("withdrawal", 5, "20 tkr")]


def test_an_undone_withdrawal_gives_it_back(ledger: Ledger) -> None:
    ledger.record(revised("20 tkr", JUNE))
    ledger.record(withdrawn("#5"))
    ledger.record(withdrawn("#6"))
    assert causes(difference(ledger, known=("#6", "#7"))) == [("withdrawal", 5, "20 tkr")]


def test_an_annulled_decision_stops_counting_on_the_day_of_the_annulment(ledger: Ledger) -> None:
    ledger.record(revised("20 tkr", JUNE))
    ledger.record(Entry(DecisionAnnulled(target=JUNE), effective="2020-10-01"))
    found = difference(ledger, on=("2020-09-30", "2020-10-01"))
    assert causes(found) == [("annulment", 5, "-20 tkr")]
    back = difference(ledger, on=("2020-10-01", "2020-09-30"))
    assert causes(back) == [("annulment", 5, "20 tkr")]


def test_the_legal_view_in_which_it_never_counted_differs_by_the_annulment(ledger: Ledger) -> None:
    ledger.record(revised("20 tkr", JUNE))
    ledger.record(Entry(DecisionAnnulled(target=JUNE), effective="2020-10-01"))
    days = ("2020-06-08", "2020-06-08")
    found = difference(ledger, on=days, void=(False, True))
    assert causes(found) == [("annulment", 5, "-20 tkr")]


def test_a_condition_that_is_met_changes_the_stage(ledger: Ledger) -> None:
    ledger.record(revised("20 tkr", JUNE, stage="conditional", condition="Om staten betalar."))
    ledger.record(Entry(DecisionConditionMet(target=JUNE), effective="2020-10-01"))
    found = difference(ledger, on=("2020-09-30", "2020-10-01"))
    assert causes(found) == [("changed_stage", 5, "20 tkr")]
    back = difference(ledger, known=("#6", "#5"))
    assert causes(back) == [("changed_stage", 5, "-20 tkr")]


def test_a_condition_met_before_the_decision_counts_leaves_a_new_decision(ledger: Ledger) -> None:
    conditional = revised(
        "20 tkr", JUNE, effective="2020-11-01", stage="conditional", condition="Om staten betalar."
    )
    ledger.record(conditional)
    ledger.record(Entry(DecisionConditionMet(target=JUNE), effective="2020-10-01"))
    found = difference(ledger, on=("2020-10-31", "2020-11-01"))
    assert causes(found) == [("new_decision", 5, "20 tkr")]


def test_a_condition_met_on_another_day_changes_the_stage_but_not_the_figure(
    ledger: Ledger,
) -> None:
    ledger.record(revised("20 tkr", JUNE, stage="conditional", condition="Om staten betalar."))
    ledger.record(Entry(DecisionConditionMet(target=JUNE), effective="2020-10-01"))
    ledger.record(corrected("#6", Entry(DecisionConditionMet(target=JUNE), effective="2020-09-01")))
    assert causes(difference(ledger, known=("#6", "#7"))) == []
    found = difference(ledger, on=("2020-09-15", "2020-09-15"), known=("#6", "#7"))
    assert causes(found) == [("changed_stage", 5, "20 tkr")]


def test_a_proposal_that_is_corrected_to_a_decision_changes_the_stage(ledger: Ledger) -> None:
    ledger.record(revised("20 tkr", JUNE, stage="proposed"))
    ledger.record(corrected("#5", revised("20 tkr", JUNE)))
    assert causes(difference(ledger, known=("#5", "#6"))) == [("changed_stage", 6, "20 tkr")]
    assert causes(difference(ledger, known=("#6", "#5"))) == [("changed_stage", 6, "-20 tkr")]


def test_an_earlier_day_has_not_yet_what_took_effect_since(ledger: Ledger) -> None:
    ledger.record(revised("20 tkr", JUNE))
    found = difference(ledger, on=("2020-06-08", "2020-06-07"))
    assert causes(found) == [("not_yet", 5, "-20 tkr")]


def test_who_knows_less_does_not_yet_know_it(ledger: Ledger) -> None:
    ledger.record(revised("20 tkr", JUNE))
    found = difference(ledger, known=("#5", "#4"))
    assert causes(found) == [("not_yet_known", 5, "-20 tkr")]


def test_every_kind_of_cause_has_an_example_here() -> None:
    text = Path(__file__).read_text("utf-8")
    assert [kind for kind in get_args(CauseKind) if f'[("{kind}", ' not in text] == []


# -- sums


def test_what_a_later_decision_sets_anew_makes_no_difference(ledger: Ledger) -> None:
    ledger.record(revised("20 tkr", "KF 2020-02-10 § 9"), adopted("300 tkr", JUNE))
    found = difference(ledger, on=("2020-01-01", "2020-12-31"))
    assert causes(found) == [("new_decision", 5, "20 tkr"), ("new_decision", 6, "180 tkr")]
    late = difference(ledger, on=("2020-12-31", "2020-12-31"), known=("#4", "#6"))
    assert causes(late) == [("late_entry", 5, "20 tkr"), ("late_entry", 6, "180 tkr")]
    ledger.record(revised("7 tkr", "KF 2020-03-10 § 20"))
    assert causes(difference(ledger, known=("#6", "#7"))) == []


def test_a_budget_that_was_not_there_differs_by_all_of_it(ledger: Ledger) -> None:
    found = difference(ledger, on=("2019-06-09", "2019-06-10"))
    assert causes(found) == [("new_decision", 4, "100 tkr")]
    assert (found.before, found.change) == (None, Amount("100 tkr"))
    back = difference(ledger, on=("2019-06-10", "2019-06-09"))
    assert causes(back) == [("not_yet", 4, "-100 tkr")]
    assert (back.after, back.change) == (None, Amount("-100 tkr"))


def test_a_budget_of_nothing_is_something_else_than_none(ledger: Ledger) -> None:
    ledger.record(Entry(BudgetAdopted(unit="SN", year=2020, amount="0 tkr"), JUNE))
    found = difference(ledger, on=("2020-06-07", "2020-06-08"), subject="budget/SN/2020/operating")
    assert causes(found) == [("new_decision", 5, "0 tkr")]
    assert (found.before, found.after) == (None, Amount("0 tkr"))


def test_no_difference_has_no_causes(ledger: Ledger) -> None:
    found = difference(ledger)
    assert (found.causes, found.change) == ((), Amount("0 kr"))
    nothing = difference(ledger, subject="budget/SN/2020/operating")
    assert (nothing.causes, nothing.change) == ((), None)
    assert ledger.diff(ledger.as_of("2020-01-01"), ledger.as_of("2020-01-01")) == ()


def test_of_another_subject_every_fact_that_differs_is_a_cause(ledger: Ledger) -> None:
    (found,) = ledger.diff(ledger.as_of("2018-12-31"), ledger.as_of("2019-01-01"), "unit/KS")
    assert causes(found) == [("new_decision", 2, None)]
    assert (found.before, found.after, found.change) == (None, None, None)


def test_a_cause_is_of_one_answer_or_of_both() -> None:
    with pytest.raises(TypeError):
        _ = Cause("correction", None, None, None).counted


Base = tuple[date, int, bool]


@settings(max_examples=150)
@given(ledgers(), bases(), bases())
def test_the_causes_sum_exactly_to_the_difference(commits: Commits, a: Base, b: Base) -> None:
    first, second = views(commits, a, b)
    for found in diff_views(first, second):
        asked = asked_budget(found.subject)
        if asked is None:
            assert {one.change for one in found.causes} == {None}
            assert after(found, first) == {*second.counted(found.subject)}
            continue
        assert found.before == amount(first, *asked)
        assert found.after == amount(second, *asked)
        assert sum(ore(one.change) for one in found.causes) == ore(found.change)
        assert ore(found.change) == ore(found.after) - ore(found.before)


@settings(max_examples=150)
@given(ledgers(), bases(), bases())
def test_what_is_not_told_of_did_not_change(commits: Commits, a: Base, b: Base) -> None:
    first, second = views(commits, a, b)
    told_of = {one.subject for one in diff_views(first, second)}
    for year, kind in product(YEARS, KINDS):
        for unit in UNITS:
            subject = budget(unit, year, kind)
            if subject not in told_of:
                assert amount(first, unit, year, kind) == amount(second, unit, year, kind)


@settings(max_examples=150)
@given(ledgers(), bases(), bases())
def test_there_and_back_is_the_same_difference_the_other_way(
    commits: Commits, a: Base, b: Base
) -> None:
    first, second = views(commits, a, b)
    there = {one.subject: ore(one.change) for one in diff_views(first, second)}
    back = {one.subject: -ore(one.change) for one in diff_views(second, first)}
    assert there == back
    assert diff_views(first, first) == ()


def views(commits: Commits, *given_bases: Base) -> list[View]:
    """Return a ledger's views; each knows the opening entries at least, in which all is alike."""
    log = log_of(commits)
    drawn = len(log) - len(OPENING) + 1
    return [
        view_of(log, on, len(OPENING) + known % drawn, void_annulled=void)
        for on, known, void in given_bases
    ]


def ore(amount: Amount | None) -> int:
    return 0 if amount is None else amount.ore


def amount(view: View, unit: str, year: int, kind: Kind) -> Amount | None:
    return fold(BudgetProjection(unit, year, kind), view.counted(budget(unit, year, kind))).amount


def after(found: Difference, first: View) -> set[Counted]:
    """Return what counts when every cause has worked."""
    gone = {one.before for one in found.causes}
    come = {one.after for one in found.causes if one.after is not None}
    return {one for one in first.counted(found.subject) if one not in gone} | come


# -- the command

BASES = ("--from-on", "2020-02-09", "--to-on", "2020-12-31")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A ledger file in which KS was given 100 tkr, #4, then 20 tkr more, #5."""
    made = new(tmp_path, commands.adopted("100 tkr"))
    commands.add(made, commands.revised("20 tkr", "KF 2020-02-10 § 9", note="Rivning."))
    return made


def test_diff_prints_a_budget_with_its_causes(path: Path) -> None:
    printed = told("diff", "budget", "KS", "--year", "2020", *BASES, "--ledger", path)
    first, second, *table = printed.splitlines()
    assert first.startswith("from on 2020-02-09, known #5 (")
    assert second.startswith("to   on 2020-12-31, known #5 (")
    assert [line.rstrip() for line in table] == [
        "",
        KS,
        "cause           entry  effective    decision             tkr  note",
        "------------  -------  -----------  -----------------  -----  --------",
        "before                                                   100",
        "new decision       #5  2020-02-10   KF 2020-02-10 § 9     20  Rivning.",
        "after                                                    120",
    ]


def test_diff_as_json(path: Path) -> None:
    shown = answer("diff", "budget", "KS", "--year", "2020", *BASES, "--ledger", path)
    first, second = shown["basis"].pop("from"), shown["basis"].pop("to")
    assert (first.pop("on"), second.pop("on")) == ("2020-02-09", "2020-12-31")
    assert first == second
    assert {name: shown[name] for name in shown if name != "basis"} == {
        "subject": KS,
        "before": {"ore": 10_000_000, "text": "100 tkr"},
        "after": {"ore": 12_000_000, "text": "120 tkr"},
        "difference": {"ore": 2_000_000, "text": "20 tkr"},
        "causes": [
            {
                "cause": "new_decision",
                "position": 5,
                "type": "budget.revised",
                "decision": "KF 2020-02-10 § 9",
                "effective": "2020-02-10",
                "change": {"ore": 2_000_000, "text": "20 tkr"},
                "note": "Rivning.",
            }
        ],
    }
    assert [*shown] == ["basis", "subject", "before", "after", "difference", "causes"]


@pytest.mark.parametrize(
    "query",
    [
        ["budget", "KS", "--year", "2020"],
        ["budget/KS", "--year", "2020"],
        ["budget", "KS", "--year", "2020", "--kind", "operating"],
        ["budget/KS/2020/operating"],
        ["budget", "KS/2020/operating"],
    ],
)
def test_a_budget_is_asked_about_in_several_ways(path: Path, query: list[str]) -> None:
    shown = answer("diff", *query, *BASES, "--ledger", path)
    assert (shown["subject"], shown["difference"]["text"]) == (KS, "20 tkr")


def test_a_name_with_blanks_needs_no_quotes(path: Path) -> None:
    commands.add(
        path,
        {
            "type": "uppdrag.given",
            "uppdrag": "2020 KS 1",
            "title": "Utred",
            "responsible": "KS",
            "decision": "KF 2020-02-10 § 10",
        },
    )
    for query in (["uppdrag", "2020", "KS", "1"], ["uppdrag/2020 KS 1"], ["uppdrag", "2020 KS 1"]):
        shown = answer("diff", *query, *BASES, "--ledger", path)
        assert shown["subject"] == "uppdrag/2020 KS 1"
        assert [(one["cause"], one["position"], one["change"]) for one in shown["causes"]] == [
            ("new_decision", 6, None)
        ]


def test_everything_that_differs_or_all_of_a_kind(path: Path) -> None:
    known = ("--from-known", "#2", "--to-known", "#5", "--ledger", path)
    everything = answer("diff", *known)
    assert [*everything] == ["basis", "differences"]
    assert [one["subject"] for one in everything["differences"]] == [KS, "unit/SN"]
    assert _subjects("budget", *known) == [KS]
    assert _subjects("unit", *known) == ["unit/SN"]
    assert _subjects("budget", "--year", "2020", *known) == [KS]
    assert _subjects("--year", "2021", *known) == []
    assert _subjects("--kind", "investment", *known) == []
    printed = told("diff", "goal", *known)
    assert printed.splitlines()[-2:] == ["", "no difference"]


def _subjects(*arguments: str | Path) -> list[str]:
    return [one["subject"] for one in answer("diff", *arguments)["differences"]]


def test_no_difference_says_so(path: Path) -> None:
    printed = told("diff", "budget", "KS", "--year", "2020", "--ledger", path)
    assert printed.splitlines()[-3:] == ["", KS, "no difference"]


@pytest.mark.parametrize(
    ("query", "message"),
    [
        (["budget", "KX", "--year", "2020"], "no unit 'KX', expected one of 'KF', 'KS', 'SN'"),
        (
            ["budget", "KS"],
            "a budget is budget UNIT with --year, or budget/KS/2020/operating",
        ),
        (["bugdet", "KS"], "'bugdet' is no kind of subject, expected 'budget'"),
        (
            ["KS"],
            (
                "'KS' is no kind of subject, expected one of 'action', 'budget', 'control', "
                "'deadline', 'document', 'evaluation', 'goal', 'indicator', 'mandate', "
                "'meeting', 'recommendation', 'unit' and 1 more"
            ),
        ),
        (
            ["budget", "KS", "--year", "2020", "--from-on", "2020-02-30"],
            (
                "--from-on: '2020-02-30' is not a date: 2020-02 has 29 days, "
                "expected a date such as 2020-02-10, 2020-02 or 2020"
            ),
        ),
        (
            ["budget", "KS", "--year", "2020", "--to-known", "#9"],
            "no entry #9, expected a position from #0 to #5",
        ),
    ],
)
def test_a_wrong_query_is_one_line_and_exit_code_2(
    path: Path, query: list[str], message: str
) -> None:
    result = run("diff", *query, "--ledger", path)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.splitlines()[-1].removeprefix("Error: ") == message


def test_a_subject_of_which_nothing_was_recorded_is_exit_code_1(path: Path) -> None:
    result = run("diff", "unit", "SX", "--ledger", path)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == "no subject 'unit/SX', expected 'unit/SN'\n"
