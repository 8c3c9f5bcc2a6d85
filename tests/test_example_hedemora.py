"""Hedemora: the steering model, who may decide what, its calendar and its indicators."""

from __future__ import annotations

from collections.abc import Generator
from datetime import date

import pytest

from styrledger.demo import ORGANISATIONS, record_files
from styrledger.events.mandates import MandateGranted
from styrledger.exchange.records import read_entries
from styrledger.ledger import Ledger
from styrledger.projections.calendar import Deadline
from styrledger.projections.documents import Document

from .ledgers import ledger_file

EXAMPLE = "hedemora_styrmodell"


@pytest.fixture(scope="module")
def hedemora() -> Generator[Ledger]:
    organisation = ORGANISATIONS[EXAMPLE]
    with ledger_file() as path, Ledger.create(path, organisation=organisation) as ledger:
        for file in record_files(EXAMPLE):
            ledger.record(*read_entries(file))
        yield ledger


def model(ledger: Ledger, on: str) -> Document:
    found = ledger.as_of(on).document("Styrmodell")
    assert found is not None
    return found


def reports(ledger: Ledger) -> list[Deadline]:
    calendar = ledger.as_of("2025-01-01").calendar()
    return [one for one in calendar if one.calendar == "Rapportering 2025"]


def test_the_model_is_in_force_from_10_october_2024_and_not_the_day_before(
    hedemora: Ledger,
) -> None:
    assert hedemora.as_of("2024-09-16").documents() == ()
    assert [model(hedemora, on).status for on in ("2024-09-17", "2024-10-09", "2024-10-10")] == [
        "adopted",
        "adopted",
        "in_force",
    ]


def test_the_model_carries_four_dates(hedemora: Ledger) -> None:
    found = model(hedemora, "2024-10-10")
    current = found.current
    dates = (current.dated, current.adopted, current.valid_from, found.original_date)
    assert [*map(str, dates)] == ["2024-07-19", "2024-09-17", "2024-10-10", "2023-11-21"]
    assert (date(2024, 10, 10) - date(2024, 9, 17)).days == 23


def test_the_head_of_the_model_is_kept_as_printed(hedemora: Ledger) -> None:
    found = model(hedemora, "2024-10-10")
    current = found.current
    assert str(current.fact.entry.decision) == "KS 2024-09-17 § 123"
    assert (current.category, current.retention, current.review, found.original_dnr) == (
        "Riktlinje",
        "Bevaras",
        "Vid behov",
        "KS292-23 012",
    )
    assert len(found.versions) == 1


def test_there_are_eight_reports_a_year_and_three_with_a_forecast(hedemora: Ledger) -> None:
    found = {str(one.period): one.activity for one in reports(hedemora)}
    assert [period.removeprefix("2025-") for period in sorted(found)] == [
        *("02", "03", "04", "05", "08", "09", "10", "12")
    ]
    forecasts = sorted(period for period, activity in found.items() if "prognos" in activity)
    assert forecasts == ["2025-03", "2025-08", "2025-10"]


def test_a_report_is_due_after_the_period_that_it_is_about(hedemora: Ledger) -> None:
    for report in reports(hedemora):
        assert report.period is not None
        assert report.period.last < report.date.first


def test_who_may_move_money_is_the_council_between_boards_and_the_board_inside(
    hedemora: Ledger,
) -> None:
    events = [one.entry.event for one in hedemora.history(type="mandate.granted")]
    granted = {one.mandate: one.body for one in events if isinstance(one, MandateGranted)}
    assert granted["omfördelning-mellan-nämnder"] == "KF"
    assert granted["omfördelning-inom-förvaltning"] == "Nämnderna"


@pytest.mark.parametrize(
    ("plan", "body"),
    [
        ("mål-och-budget", "KF"),
        ("ägardirektiv", "KF"),
        ("affärsplan", "Bolagsstyrelserna"),
        ("verksamhetsplan-ks", "KS"),
        ("verksamhetsplan-nämnd", "Nämnderna"),
        ("förvaltningsplan-ksf", "Kommundirektör"),
        ("förvaltningsplan", "Förvaltningschef"),
        ("bolagsplan", "VD"),
        ("aktivitetsplan", "Närmaste chef"),
    ],
)
def test_each_plan_has_its_decider(hedemora: Ledger, plan: str, body: str) -> None:
    (trailed,) = hedemora.trail(f"mandate/{plan}")
    event = trailed.recorded.entry.event
    assert isinstance(event, MandateGranted)
    assert event.body == body


@pytest.mark.parametrize(
    ("indicator", "base", "value", "target"),
    [
        ("livskvalitet", "2022", "51", "55"),
        ("hme", "2022", "80", "85"),
        ("trygghet", "2022", "54", "60"),
        ("inflytande", "2020", "34", "minst 40"),
    ],
)
def test_each_index_has_a_base_and_a_target(
    hedemora: Ledger, indicator: str, base: str, value: str, target: str
) -> None:
    texts = [
        (str(getattr(event, "period", "")), str(getattr(event, "value", "")))
        for event in (one.recorded.entry.event for one in hedemora.trail(f"indicator/{indicator}"))
    ]
    assert (base, value) in texts
    assert ("", target) in texts


def test_five_goals_are_adopted_and_each_has_an_indicator(hedemora: Ledger) -> None:
    goals = hedemora.as_of("2024-10-10").goals()
    assert [len(goal.indicators) for goal in goals] == [1] * 5
    assert hedemora.as_of("2024-10-09").goals() == ()
