"""Haninge 2020: three goals and their indicators, with what is missing, changed and corrected."""

from __future__ import annotations

from collections.abc import Generator

import pytest

from styrledger.codec import read_entry, write_entry
from styrledger.demo import record_files
from styrledger.events.corrections import EntryCorrected
from styrledger.events.entry import Entry
from styrledger.exchange.records import read_entries
from styrledger.ledger import Ledger
from styrledger.projections.indicators import Indicator
from styrledger.view import View

from .ledgers import ledger_file

FILES = ("01-", "06-")
HOUSES_2019 = "haninge/indicator/nya-bostader/2019"


@pytest.fixture
def haninge() -> Generator[Ledger]:
    with ledger_file() as path, Ledger.create(path, organisation="Haninge kommun") as ledger:
        for file in record_files("haninge_2020"):
            if file.name.startswith(FILES):
                ledger.record(*read_entries(file))
        yield ledger


@pytest.fixture
def view(haninge: Ledger) -> View:
    return haninge.as_of("2020-12-31")


def indicator(view: View, name: str) -> Indicator:
    found = view.indicator(name)
    assert found is not None
    return found


def values(view: View, name: str) -> list[str]:
    return [str(it.missing or it.value) for it in indicator(view, name).series]


def test_the_goals_are_on_track_not_assessable_and_not_met(view: View) -> None:
    assessed = [goal.assessed(2020) for goal in view.goals()]
    assert [(it.assessment, it.label) for it in assessed if it is not None] == [
        ("on_track", "på väg att uppfyllas"),
        ("not_assessable", "kan inte bedömas"),
        ("not_met", "har inte uppfyllts"),
    ]
    assert {(goal.owner, goal.level) for goal in view.goals()} == {("KS", "council")}


def test_nothing_is_assessed_the_day_before_the_year_ends(haninge: Ledger) -> None:
    assert haninge.as_of("2020-12-30").goals() == ()


def test_each_goal_is_measured_by_its_indicators(view: View) -> None:
    assert [goal.indicators for goal in view.goals()] == [
        ("energi-bostader", "energi-lokaler", "utslapp-transporter"),
        ("foretagsklimat-nki", "forvarvsarbetande", "nya-bostader"),
        ("skadegorelse", "trygghetsindex"),
    ]


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("utslapp-transporter", ["removed", "936", "not_published"]),
        ("energi-lokaler", ["168", "163", "not_published"]),
        ("energi-bostader", ["124", "117", "114", "not_published"]),
        ("nya-bostader", ["778", "541", "342", "not_published"]),
        ("foretagsklimat-nki", ["66", "75", "75", "not_published"]),
        ("forvarvsarbetande", ["80.5", "80.9", "80.5", "not_published"]),
        ("trygghetsindex", ["not_measured", "1,6", "not_measured", "1,9"]),
        ("skadegorelse", ["25,6", "25,5", "28,4", "not_published"]),
        ("sjukfranvaro", ["3,7", "3,3"]),
        ("personalomsattning", ["ca 10"]),
    ],
)
def test_values_are_as_printed_and_a_gap_says_which_it_is(
    view: View, name: str, found: list[str]
) -> None:
    assert values(view, name) == found


def test_a_higher_safety_index_is_worse_and_misses_its_target(view: View) -> None:
    last = indicator(view, "trygghetsindex").series[-1]
    assert (str(last.change), last.course, last.met) == ("0,3", "worse", False)


def test_emissions_fall_by_156_a_year(haninge: Ledger) -> None:
    targets = indicator(haninge.as_of("2020-12-31"), "utslapp-transporter").targets
    numbers = [target.value.decimal for target in targets]
    assert numbers == [936 - 156 * year for year in range(1, 5)]


@pytest.mark.parametrize("name", ["energi-lokaler", "energi-bostader"])
def test_energy_is_measured_anew_from_2021_and_no_longer_comparable(
    haninge: Ledger, name: str
) -> None:
    before = indicator(haninge.as_of("2020-12-31"), name)
    after = indicator(haninge.as_of("2021-01-01"), name)
    assert (before.definition.measure, before.comparable) == ("kWh/m2", True)
    assert (after.definition.measure, after.comparable) == ("procentuell förändring", False)
    assert [target.version for target in after.targets] == [1, 2, 2, 2]
    assert [point.version for point in after.series] == [1] * len(after.series)


def test_a_value_by_the_new_measure_starts_a_trend_of_its_own(haninge: Ledger) -> None:
    new = {"type": "indicator.reported", "indicator": "energi-lokaler", "period": "2021"}
    haninge.record(read_entry({**new, "value": "-3%", "effective": "2021-12-31"}))
    found = indicator(haninge.as_of("2021-12-31"), "energi-lokaler")
    assert [(it.first, it.last, str(it.change)) for it in found.trends] == [
        ("2018", "2019", "-5"),
        ("2021", "2021", "None"),
    ]
    last = found.series[-1]
    assert (last.change, last.met) == (None, True)


def test_a_corrected_housing_figure_keeps_both_values(haninge: Ledger) -> None:
    believed = haninge.head()
    (printed,) = [it for it in haninge.history() if it.entry.key == HOUSES_2019]
    right = read_entry({**write_entry(printed.entry), "value": "351"})
    reason = "Fel siffra rapporterad."
    haninge.record(Entry(EntryCorrected(HOUSES_2019, reason, right)))
    assert values(haninge.as_of("2020-12-31"), "nya-bostader")[2] == "351"
    then = haninge.as_of("2020-12-31", known=believed)
    assert values(then, "nya-bostader")[2] == "342"
    told = haninge.trail("indicator/nya-bostader")
    assert [it.recorded.position for it in told if it.replaced_by] == [printed.position]
    assert told[-1].acts_on == printed.position


def test_indicators_of_staff_serve_no_goal(view: View) -> None:
    free = [it.indicator for it in view.indicators() if it.definition.goal is None]
    assert len(free) == len(view.indicators()) - 8
    assert "enps" in free
