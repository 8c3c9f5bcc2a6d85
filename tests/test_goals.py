"""Goals: as they are worded and owned on a day, and how each year was assessed."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path
from typing import Any, get_args

import pytest

from styrledger.codec import read_entry
from styrledger.errors import EntriesRefused, UnknownName, ValueRefused
from styrledger.events.entry import Entry
from styrledger.events.goals import Assessment, GoalAdopted, GoalAssessed
from styrledger.events.indicators import IndicatorDefined
from styrledger.ledger import Ledger
from styrledger.projections.goals import Goal, GoalProjection

from .commands import answer, new, run, told
from .ledgers import corrected, new_ledger, withdrawn

ONE = "KF mål 1"


@pytest.fixture
def ledger(tmp_path: Path) -> Generator[Ledger]:
    with new_ledger(tmp_path / "prov.db") as made:
        yield made


def adopt(goal: str = ONE, on: str = "2020-01-01", **fields: Any) -> Entry:
    told = {"title": "Tryggt hela livet", "owner": "KS", "level": "council", **fields}
    return Entry(GoalAdopted(goal, **told), effective=on)


def assess(assessment: Assessment, year: int = 2020, on: str = "2020-12-31") -> Entry:
    return Entry(GoalAssessed(ONE, year, assessment, "egna ord"), effective=on)


def one(ledger: Ledger, on: str = "2021-12-31", goal: str = ONE) -> Goal:
    found = ledger.as_of(on).goal(goal)
    assert found is not None
    return found


def test_a_goal_is_there_from_the_day_it_is_adopted(ledger: Ledger) -> None:
    ledger.record(adopt())
    assert ledger.as_of("2019-12-31").goals() == ()
    assert ledger.as_of("2019-12-31").goal(ONE) is None
    assert [goal.goal for goal in ledger.as_of("2020-01-01").goals()] == [ONE]


def test_a_goal_is_its_id_and_may_be_worded_anew(ledger: Ledger) -> None:
    ledger.record(adopt(), adopt(on="2021-01-01", title="I trygghet", owner="SN"))
    assert (one(ledger, "2020-12-31").title, one(ledger).title) == (
        "Tryggt hela livet",
        "I trygghet",
    )
    assert (one(ledger).owner, len(one(ledger).trail)) == ("SN", 2)


@pytest.mark.parametrize("assessment", get_args(Assessment))
def test_an_assessment_keeps_the_word_of_the_source(ledger: Ledger, assessment: Assessment) -> None:
    ledger.record(adopt(), assess(assessment))
    assessed = one(ledger).assessed(2020)
    assert assessed is not None
    assert (assessed.assessment, assessed.label) == (assessment, "egna ord")


def test_a_goal_that_was_not_assessed_says_so(ledger: Ledger) -> None:
    ledger.record(adopt(), assess("met"))
    assert one(ledger).assessed(2019) is None
    assert one(ledger, "2020-12-30").assessed() is None


def test_a_provisional_assessment_is_kept_beside_the_one_that_replaced_it(ledger: Ledger) -> None:
    ledger.record(adopt(), assess("on_track"), assess("not_met", on="2021-04-12"))
    found = one(ledger)
    assert [it.assessment for it in found.assessments] == ["on_track", "not_met"]
    last = found.assessed(2020)
    assert last is not None
    assert last.assessment == "not_met"


def test_the_last_year_stands_however_late_an_earlier_one_was_assessed(ledger: Ledger) -> None:
    ledger.record(adopt(), assess("met", 2021, "2021-12-31"), assess("not_met", 2020, "2021-12-31"))
    assert [it.year for it in one(ledger).assessments] == [2020, 2021]
    last = one(ledger).assessed()
    assert last is not None
    assert last.year == 2021


def test_a_corrected_assessment_keeps_both(ledger: Ledger) -> None:
    _, wrong = ledger.record(adopt(), assess("met"))
    ledger.record(corrected(f"#{wrong.position}", assess("partly_met")))
    before = ledger.as_of("2020-12-31", known=wrong.position).goal(ONE)
    now = ledger.as_of("2020-12-31").goal(ONE)
    assert before is not None
    assert now is not None
    assert [it.assessment for it in before.assessments] == ["met"]
    assert [it.assessment for it in now.assessments] == ["partly_met"]
    trail = ledger.trail(f"goal/{ONE}")
    assert [it.stands for it in trail] == [True, False, True]


def test_a_goal_whose_adoption_was_withdrawn_is_no_more(ledger: Ledger) -> None:
    wrong, _ = ledger.record(adopt(), assess("met"))
    ledger.record(withdrawn(f"#{wrong.position}"))
    assert ledger.as_of("2020-12-31").goals() == ()


def test_a_goal_names_the_indicators_that_measure_it_now(ledger: Ledger) -> None:
    ledger.record(
        adopt(),
        adopt("KF mål 2"),
        Entry(IndicatorDefined("A", "A", "antal", "higher", ONE), effective="2020-01-01"),
        Entry(IndicatorDefined("B", "B", "antal", "higher", ONE), effective="2020-01-01"),
        Entry(IndicatorDefined("A", "A", "antal", "higher", "KF mål 2"), effective="2021-01-01"),
    )
    assert one(ledger, "2020-12-31").indicators == ("A", "B")
    assert (one(ledger).indicators, one(ledger, goal="KF mål 2").indicators) == (("B",), ("A",))


def test_a_proposed_goal_is_pending_and_no_goal(ledger: Ledger) -> None:
    proposed = Entry(GoalAdopted(ONE, "T", "KS", "council"), "KF 2020-02-10 § 9", stage="proposed")
    ledger.record(proposed)
    view = ledger.as_of("2020-12-31")
    assert view.goals() == ()
    assert [it.fact.entry for it in view.pending_about("goal")] == [proposed]


def test_a_fold_without_facts_is_no_goal() -> None:
    assert GoalProjection().answer() is None


# -- bad input


def test_unknown_names_are_refused_with_a_suggestion(ledger: Ledger) -> None:
    ledger.record(adopt())
    head = ledger.head()
    with pytest.raises(EntriesRefused) as refused:
        ledger.record(
            adopt("KF mål 2", owner="KX", parent="KF mal 1"),
            Entry(GoalAssessed("KF mål1", 2020, "met"), effective="2020-12-31"),
        )
    assert str(refused.value).splitlines() == [
        "entry 1: owner: unknown unit 'KX', expected one of 'KF', 'KS', 'SN', register it first",
        "entry 1: parent: unknown goal 'KF mal 1', expected 'KF mål 1', record it first",
        "entry 2: goal: unknown goal 'KF mål1', expected 'KF mål 1', record it first",
    ]
    assert ledger.head() == head


ASSESSMENTS = "'met', 'not_assessable', 'not_met', 'on_track', 'partly_met', 'will_be_met'"


@pytest.mark.parametrize(
    ("given", "faults"),
    [
        (
            {"type": "goal.adopted", "goal": "A\nB", "title": "", "owner": "KS/AU", "parent": 7},
            [
                (
                    "goal: 'A\\nB' has blanks or line breaks around or in it, "
                    "expected one trimmed line"
                ),
                "title: it is empty, expected some text, leave the field out instead",
                "owner: 'KS/AU' cannot be a code, expected a code without '/', and not '*'",
                "level: missing, expected a value",
                "parent: 7 is not text, expected a text in quotes",
            ],
        ),
        (
            {"type": "goal.adopted", "goal": "A", "title": "T", "owner": "KS", "level": "council"}
            | {"parent": "A"},
            ["parent: the goal is its own parent, expected another goal, or none"],
        ),
        (
            {"type": "goal.assessed", "goal": "A", "year": "2020", "assessment": "uppfyllt"},
            [
                "year: '2020' is not a year, expected a number such as 2020",
                f"assessment: 'uppfyllt' is not known here, expected one of {ASSESSMENTS}",
            ],
        ),
        (
            {"type": "goal.assessed", "goal": "A", "year": 2020, "assessment": "not_meet"},
            ["assessment: 'not_meet' is not known here, expected 'not_met'"],
        ),
    ],
)
def test_bad_input_is_told_field_by_field(given: dict[str, Any], faults: list[str]) -> None:
    with pytest.raises(ValueRefused) as refused:
        read_entry({**given, "effective": "2020-12-31"}, "f:1")
    assert str(refused.value).splitlines() == [f"f:1: {fault}" for fault in faults]


# -- on the command line


@pytest.fixture
def example(tmp_path: Path) -> Path:
    adopted = {"type": "goal.adopted", "effective": "2020-01-01", "level": "council"}
    return new(
        tmp_path,
        {**adopted, "goal": ONE, "title": "Klimat", "owner": "KS"},
        {**adopted, "goal": "KF mål 2", "title": "Trygghet", "owner": "SN", "parent": ONE},
        {"type": "goal.assessed", "effective": "2020-12-31", "goal": ONE, "year": 2020}
        | {"assessment": "on_track", "label": "på väg", "note": "Preliminär."},
        {"type": "indicator.defined", "effective": "2020-01-01", "indicator": "A", "goal": ONE}
        | {"title": "Utsläpp", "measure": "ton", "better": "lower"},
    )


def test_json_gives_each_goal_with_how_it_was_assessed(example: Path) -> None:
    found = answer("goals", "--on", "2020-12-31", "--ledger", example)
    assert list(found) == ["basis", "goals", "pending"]
    first, second = found["goals"]
    assert list(first) == [
        "goal",
        "title",
        "owner",
        "level",
        "parent",
        "year",
        "assessment",
        "label",
        "assessments",
        "indicators",
        "trail",
    ]
    assert (first["year"], first["assessment"], first["label"]) == (2020, "on_track", "på väg")
    assert first["assessments"][0]["note"] == "Preliminär."
    assert first["indicators"] == ["A"]
    assert [step["position"] for step in first["trail"]] == [4, 6]
    assert (second["parent"], second["assessment"]) == (ONE, None)


def test_a_year_and_an_owner_may_be_chosen(example: Path) -> None:
    asked = ("goals", "--on", "2020-12-31", "--ledger", example)
    assert answer(*asked, "--year", "2019")["goals"][0]["assessment"] is None
    assert [goal["goal"] for goal in answer(*asked, "--owner", "SN")["goals"]] == ["KF mål 2"]


def test_the_tables_show_the_goals_and_one_of_them(example: Path) -> None:
    listed = told("goals", "--on", "2020-12-31", "--ledger", example)
    assert "on_track" in listed
    assert "Measured by" not in listed
    shown = told("goals", ONE, "--on", "2020-12-31", "--ledger", example)
    assert "Measured by A" in shown
    assert "Preliminär." in shown


def test_a_goal_that_is_not_there_is_exit_code_1(example: Path) -> None:
    unknown = run("goals", "KF mål 3", "--ledger", example)
    assert (unknown.exit_code, unknown.stderr) == (1, "no goal 'KF mål 3', expected 'KF mål 2'\n")
    early = run("goals", ONE, "--on", "2019-12-31", "--ledger", example)
    assert (early.exit_code, early.stderr) == (1, "'KF mål 1' was not yet there on that day\n")


def test_an_unknown_goal_is_told_with_the_nearest_one(ledger: Ledger) -> None:
    ledger.record(adopt())
    with pytest.raises(UnknownName) as unknown:
        ledger.as_of("2020-12-31").goal("KF mål 11")
    assert str(unknown.value) == "no goal 'KF mål 11', expected 'KF mål 1'"
