"""Evaluations: scores by year and version of the criteria, never one trend of two versions."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

from styrledger.codec import read_entry
from styrledger.errors import ValueRefused
from styrledger.events.entry import Entry
from styrledger.events.evaluations import EvaluationNoted, EvaluationScored, EvaluationTotalStated
from styrledger.ledger import Ledger
from styrledger.projections.evaluations import Evaluation, EvaluationProjection, Round

from .commands import answer, new, run, told
from .ledgers import corrected, new_ledger

NAME = "KommunKompassen"


@pytest.fixture
def ledger(tmp_path: Path) -> Generator[Ledger]:
    with new_ledger(tmp_path / "prov.db") as made:
        yield made


def score(area: str, points: Any, year: int = 2012, version: str = "2010", **more: Any) -> Entry:
    most = more.get("scale_max", 100)
    event = EvaluationScored(NAME, year, area, points, most, version)
    return Entry(event, effective=str(year))


def total(points: Any, year: int = 2012, version: str = "2010") -> Entry:
    return Entry(EvaluationTotalStated(NAME, year, points, version), effective=str(year))


def one(ledger: Ledger, on: str = "2020-12-31") -> Evaluation:
    found = ledger.as_of(on).evaluation(NAME)
    assert found is not None
    return found


def only(ledger: Ledger) -> Round:
    (found,) = one(ledger).rounds
    return found


def test_a_round_counts_from_its_date_and_sums_its_areas_exactly(ledger: Ledger) -> None:
    ledger.record(score("1", "50,5"), score("2", "62.5"), score("3", 0))
    assert ledger.as_of("2012-12-30").evaluations() == ()
    assert ledger.as_of("2012-12-30").evaluation(NAME) is None
    found = only(ledger)
    assert [it.area for it in found.areas] == ["1", "2", "3"]
    assert (str(found.total), str(found.scale_max), found.change) == ("113,0", "300", None)


@pytest.mark.parametrize(
    ("stated", "confirmed", "difference"),
    [("113", True, "0,0"), ("113,0", True, "0,0"), ("112", False, "-1,0"), (113.5, False, "0,5")],
)
def test_a_stated_total_is_checked_and_never_added(
    ledger: Ledger, stated: Any, difference: str, *, confirmed: bool
) -> None:
    ledger.record(score("1", "50,5"), score("2", "62,5"), total(stated))
    found = only(ledger)
    (claim,) = found.stated
    assert (claim.confirmed, str(claim.difference)) == (confirmed, difference)
    assert str(found.total) == "113,0"


def test_a_total_without_scores_is_neither_confirmed_nor_wrong(ledger: Ledger) -> None:
    ledger.record(total(506))
    found = only(ledger)
    assert (found.total, found.scale_max, found.areas) == (None, None, ())
    assert (found.stated[0].confirmed, found.stated[0].difference) == (None, None)


def test_versions_of_the_criteria_are_never_one_trend(ledger: Ledger) -> None:
    ledger.record(
        score("1", 44, 2005, "före 2010"), score("1", 60), score("1", 66, 2015), total(60)
    )
    found = one(ledger)
    told = [(it.year, it.criteria_version, str(it.total), it.change) for it in found.rounds]
    assert told[:2] == [(2005, "före 2010", "44", None), (2012, "2010", "60", None)]
    assert (told[2][:3], str(told[2][3])) == ((2015, "2010", "66"), "6")
    assert not found.comparable


def test_one_year_by_two_versions_is_two_rounds_with_totals_of_their_own(ledger: Ledger) -> None:
    ledger.record(score("1", 44, version="A"), score("1", 60, version="B"), total(44, version="A"))
    found = one(ledger)
    assert [(it.criteria_version, str(it.total)) for it in found.rounds] == [
        ("A", "44"),
        ("B", "60"),
    ]
    assert [len(it.stated) for it in found.rounds] == [1, 0]
    assert [found.round(2012), found.round(2012, "A")] == [found.rounds[1], found.rounds[0]]
    assert found.round(2013) is None


@pytest.mark.parametrize(
    "other", [score("2", 5), score("1", 5, scale_max=10), score("1", 5, version="B")]
)
def test_years_that_scored_something_else_have_no_change(ledger: Ledger, other: Entry) -> None:
    ledger.record(score("1", 44, 2005), other)
    assert [it.change for it in one(ledger).rounds] == [None, None]


def test_an_area_that_is_scored_again_counts_once(ledger: Ledger) -> None:
    ledger.record(score("1", 44), score("1", 46))
    assert str(only(ledger).total) == "46"
    assert len(one(ledger).trail) == 2


def test_a_corrected_score_keeps_both(ledger: Ledger) -> None:
    (wrong,) = ledger.record(score("1", 44))
    ledger.record(corrected(f"#{wrong.position}", score("1", 46)))
    before = ledger.as_of("2020-12-31", known=wrong.position).evaluation(NAME)
    assert before is not None
    assert (str(before.rounds[0].total), str(only(ledger).total)) == ("44", "46")


def test_strengths_and_improvements_are_listed_by_year(ledger: Ledger) -> None:
    noted = [
        Entry(EvaluationNoted(NAME, 2012, "1", "improvement", "Mer."), effective="2012"),
        Entry(EvaluationNoted(NAME, 2005, "1", "strength", "Bra."), effective="2012"),
    ]
    ledger.record(*noted)
    found = one(ledger)
    assert [(it.year, it.kind, it.text) for it in found.notes] == [
        (2005, "strength", "Bra."),
        (2012, "improvement", "Mer."),
    ]
    assert (found.rounds, found.comparable) == ((), True)


def test_a_fold_without_facts_is_no_evaluation() -> None:
    assert EvaluationProjection().answer() is None


# -- bad input

A_NUMBER = "expected one number such as '80,5', '80.5' or '-2 %'"


@pytest.mark.parametrize(
    ("given", "faults"),
    [
        (
            {"type": "evaluation.scored", "area": "1", "score": 101, "scale_max": 100}
            | {"criteria_version": "2010"},
            ["score: 101 is more than the scale's 100, expected at most 100"],
        ),
        (
            {"type": "evaluation.scored", "area": "1", "score": "–", "scale_max": "hundra"},
            [
                f"score: '–' is no value, {A_NUMBER}, leave it out, or say it is missing",
                f"scale_max: 'hundra' is not a value, {A_NUMBER}",
                "criteria_version: missing, expected a value",
            ],
        ),
        (
            {"type": "evaluation.noted", "area": "1", "kind": "styrka", "text": ""},
            [
                "kind: 'styrka' is not known here, expected one of 'improvement', 'strength'",
                "text: it is empty, expected some text, leave the field out instead",
            ],
        ),
        (
            {"type": "evaluation.total_stated", "totl": 506, "criteria_version": "2010"},
            ["total: missing, expected a value", "totl: unknown field, expected 'total'"],
        ),
    ],
)
def test_bad_input_is_told_field_by_field(given: dict[str, Any], faults: list[str]) -> None:
    with pytest.raises(ValueRefused) as refused:
        read_entry({**given, "evaluation": NAME, "year": 2012, "effective": "2012"}, "f:1")
    assert str(refused.value).splitlines() == [f"f:1: {fault}" for fault in faults]


# -- on the command line


@pytest.fixture
def example(tmp_path: Path) -> Path:
    common = {"evaluation": NAME, "effective": "2012-12-31"}
    scored = {**common, "type": "evaluation.scored", "area": "1 Ledning", "scale_max": 100}
    return new(
        tmp_path,
        {**scored, "year": 2005, "score": "62,5", "criteria_version": "äldre"},
        {**scored, "year": 2012, "score": 60, "criteria_version": "2010"},
        {**scored, "year": 2012, "score": 64, "criteria_version": "2010", "area": "2 Utveckling"},
        {**common, "type": "evaluation.total_stated", "year": 2012, "total": 506}
        | {"criteria_version": "2010"},
        {**common, "type": "evaluation.noted", "year": 2012, "area": "1 Ledning"}
        | {"kind": "strength", "text": "Chefsavtal finns."},
    )


def test_json_gives_rounds_and_notes(example: Path) -> None:
    found = answer("evaluations", "--on", "2012-12-31", "--ledger", example)
    assert list(found) == ["basis", "evaluations", "pending"]
    (it,) = found["evaluations"]
    assert (it["evaluation"], it["comparable"], len(it["trail"])) == (NAME, False, 5)
    first, second = it["rounds"]
    assert (first["year"], first["total"]) == (2005, {"number": "62.5", "text": "62,5"})
    assert first["areas"][0]["score"] == {"number": "62.5", "text": "62,5"}
    assert (second["criteria_version"], second["change"]) == ("2010", None)
    assert second["stated"][0]["confirmed"] is False
    assert second["stated"][0]["difference"] == {"number": "382", "text": "382"}
    assert it["notes"][0]["kind"] == "strength"


def test_a_year_may_be_chosen(example: Path) -> None:
    asked = ("evaluations", "--year", "2005", "--on", "2012-12-31", "--ledger", example)
    (it,) = answer(*asked)["evaluations"]
    assert ([one["year"] for one in it["rounds"]], it["notes"]) == ([2005], [])
    assert "cannot be compared" not in told(*asked)


def test_the_tables_show_totals_and_that_versions_differ(example: Path) -> None:
    asked = ("--on", "2012-12-31", "--ledger", example)
    listed = told("evaluations", *asked)
    assert "Stated total 506: off by 382" in listed
    assert "The years were scored by different criteria and cannot be compared." in listed
    assert "Chefsavtal" not in listed
    assert "Chefsavtal finns." in told("evaluations", NAME, *asked)


def test_an_evaluation_that_is_not_there_is_exit_code_1(example: Path) -> None:
    unknown = run("evaluations", "Kompassen", "--ledger", example)
    assert unknown.exit_code == 1
    assert unknown.stderr == "no evaluation 'Kompassen', expected 'KommunKompassen'\n"
