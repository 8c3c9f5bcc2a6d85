"""Haninge 2020: the eighteen uppdrag of the main list and the nine of the revised budget."""

from __future__ import annotations

from collections.abc import Generator

import pytest

from styrledger.demo import record_files
from styrledger.exchange.records import read_entries
from styrledger.ledger import Ledger
from styrledger.projections.uppdrag_counts import Range, UppdragChoice
from styrledger.view import View

from .ledgers import ledger_file

MAIN = UppdragChoice(list="Strategiska politiska uppdrag")
REVISED = UppdragChoice(list="Reviderad Mål och budget 2020-2021")
DAYS = ("2020-12-30", "2020-12-31")
FILES = ("01-", "02-", "03-", "04-", "05-", "07-")


@pytest.fixture(scope="module")
def haninge() -> Generator[Ledger]:
    with ledger_file() as path, Ledger.create(path, organisation="Haninge kommun") as ledger:
        for file in record_files("haninge_2020"):
            if file.name.startswith(FILES):
                ledger.record(*read_entries(file))
        yield ledger


@pytest.fixture(scope="module")
def view(haninge: Ledger) -> View:
    return haninge.as_of("2020-12-31")


def test_the_main_list_holds_eighteen_eight_assessed_completed_and_ten_not(view: View) -> None:
    counts = view.uppdrag_counts(MAIN)
    assert (counts.given, counts.open, counts.closed, counts.merged) == (18, 18, 0, 0)
    assert (counts.statuses["assessed_completed"], counts.flagged) == (8, 8)
    assert (counts.done, counts.not_done) == (Range(8, 8), Range(10, 10))


def test_seventeen_are_the_councils_and_one_the_boards(view: View) -> None:
    givers = [one.giver for one in view.uppdrag(MAIN)]
    assert (givers.count("KF"), givers.count("KS")) == (17, 1)


def test_the_eight_are_those_that_the_report_calls_done(view: View) -> None:
    done = [one.uppdrag for one in view.uppdrag(MAIN) if one.status == "assessed_completed"]
    assert done == [
        "2018 KS 3",
        "2018 KS 6",
        "2019 KS 1",
        "2019 KS 3",
        "2019 KS 4",
        "2019 KS 6",
        "2019 SN 3",
        "2020 KS 2",
    ]


def test_of_the_nine_of_the_revised_budget_five_or_six_are_done(view: View) -> None:
    counts = view.uppdrag_counts(REVISED)
    assert (counts.given, counts.done, counts.not_done) == (9, Range(5, 6), Range(3, 4))
    unknown = [one.uppdrag for one in view.uppdrag(REVISED) if one.status == "unknown"]
    assert unknown == ["2020 RMB 9"]


def test_three_of_the_nine_are_in_both_lists_which_makes_24_in_all(view: View) -> None:
    counts = view.uppdrag_counts()
    assert (len(view.uppdrag()), counts.given, counts.merged) == (27, 24, 3)
    assert {one.uppdrag: one.merged_into for one in view.uppdrag() if one.merged_into} == {
        "2020 RMB 6": "2020 KS 2",
        "2020 RMB 7": "2020 KS 3",
        "2020 RMB 8": "2020 KS 4",
    }
    assert sum(counts.statuses.values()) == 24


def test_no_giver_has_closed_any(view: View) -> None:
    counts = view.uppdrag_counts()
    assert (counts.open, counts.closed) == (24, 0)


def test_what_the_report_states_is_confirmed_but_for_six_done_of_nine(view: View) -> None:
    told = [
        (claim.event.list, claim.event.giver, claim.verdicts) for claim in view.uppdrag_claims()
    ]
    assert told == [
        (MAIN.list, "KF", {"total": "confirmed"}),
        (MAIN.list, "KS", {"total": "confirmed"}),
        (MAIN.list, None, {"completed": "confirmed", "ongoing": "confirmed"}),
        (
            REVISED.list,
            "KF",
            {"total": "confirmed", "completed": "undecided", "ongoing": "undecided"},
        ),
    ]


def test_another_department_carries_on_and_the_council_stays_the_giver(haninge: Ledger) -> None:
    (before, after) = (haninge.as_of(on).uppdrag_by_id("2017 KS 6") for on in DAYS)
    assert before is not None
    assert after is not None
    assert (before.responsible, after.responsible) == (
        ("KS", "KSF"),
        ("KS", "Stadsbyggnadsförvaltningen"),
    )
    assert (after.giver, after.open) == ("KF", True)


def test_a_stated_delay_is_one_and_none_is_overdue(view: View) -> None:
    counts = view.uppdrag_counts()
    assert (counts.statuses["delayed"], counts.overdue) == (1, 0)


def test_a_number_that_the_source_lacks_is_no_uppdrag(view: View) -> None:
    assert not [one for one in view.uppdrag() if one.uppdrag == "2019 KS 2"]
