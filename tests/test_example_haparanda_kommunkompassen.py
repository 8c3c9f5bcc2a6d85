"""Haparanda, KommunKompassen: two years by two versions of the criteria, and their totals."""

from __future__ import annotations

from collections.abc import Generator

import pytest

from styrledger.demo import ORGANISATIONS, record_files
from styrledger.exchange.records import read_entries
from styrledger.ledger import Ledger
from styrledger.projections.evaluations import Evaluation

from .ledgers import ledger_file

EXAMPLE = "haparanda_kommunkompassen"
SCORES = {
    "1 Offentlighet och demokrati": ("60", "66"),
    "2 Tillgänglighet och brukarorientering": ("44", "62"),
    "3 Politisk styrning och kontroll": ("50,5", "67"),
    "4 Ledarskap, ansvar och delegation": ("62,5", "60"),
    "5 Resultat och effektivitet": ("38", "59"),
    "6 Kommunen som arbetsgivare": ("57,5", "53"),
    "7 Verksamhetsutveckling": ("27", "64"),
    "8 Kommunen som samhällsbyggare": ("84", "75"),
}


@pytest.fixture(scope="module")
def haparanda() -> Generator[Ledger]:
    with (
        ledger_file() as path,
        Ledger.create(path, organisation=ORGANISATIONS[EXAMPLE]) as ledger,
    ):
        for file in record_files(EXAMPLE):
            ledger.record(*read_entries(file))
        yield ledger


@pytest.fixture(scope="module")
def compass(haparanda: Ledger) -> Evaluation:
    found = haparanda.as_of("2012-12-31").evaluation("KommunKompassen")
    assert found is not None
    return found


def test_both_years_score_the_eight_areas_as_printed(compass: Evaluation) -> None:
    old, new = compass.rounds
    assert [(old.year, old.criteria_version), (new.year, new.criteria_version)] == [
        (2005, "före 2010"),
        (2012, "2010"),
    ]
    printed = zip(old.areas, new.areas, strict=True)
    assert {a.area: (str(a.score), str(b.score)) for a, b in printed} == SCORES


def test_the_totals_506_and_423_and_a_half_are_confirmed(compass: Evaluation) -> None:
    for year, total in ((2005, "423,5"), (2012, "506")):
        found = compass.round(year)
        assert found is not None
        assert (str(found.total), str(found.scale_max)) == (total, "800")
        assert [(str(it.total), it.confirmed) for it in found.stated] == [(total, True)]


def test_there_is_no_trend_between_the_two(compass: Evaluation) -> None:
    assert not compass.comparable
    assert [it.change for it in compass.rounds] == [None, None]
    assert "82" not in str([it.as_dict()["change"] for it in compass.rounds])


def test_before_the_second_evaluation_there_is_only_the_first(haparanda: Ledger) -> None:
    (found,) = haparanda.as_of("2012-12-30").evaluations()
    assert ([it.year for it in found.rounds], found.notes) == ([2005], ())
    assert haparanda.as_of("2005-12-30").evaluations() == ()


def test_the_seven_areas_whose_lists_are_printed_have_strengths_and_improvements(
    compass: Evaluation,
) -> None:
    noted = {(it.area, it.kind) for it in compass.notes}
    areas = [*SCORES][:7]
    assert noted == {(area, kind) for area in areas for kind in ("strength", "improvement")}


def test_two_of_the_three_survey_values_are_disputed_and_stand(haparanda: Ledger) -> None:
    found = {
        it.indicator: (str(it.series[0].value), len(it.series[0].disputed))
        for it in haparanda.as_of("2012-12-31").indicators()
    }
    assert found == {
        "medarbetarsamtal": ("84%", 0),
        "utvecklingsplan": ("34%", 1),
        "lonesamtal": ("74%", 1),
    }
