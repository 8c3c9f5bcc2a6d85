"""Comparable series: a year's outcome as it compares with the organisation on the day."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from styrledger.amounts import Amount
from styrledger.errors import UnknownName
from styrledger.events.entry import Entry
from styrledger.events.outcomes import OutcomeReported
from styrledger.events.units import UnitClosed, UnitMoved, UnitRegistered
from styrledger.ledger import Ledger
from styrledger.projections.comparable import Comparable

from .commands import answer, new, run, told
from .ledgers import log_of, new_ledger, recorded, view_of

UNITS = ("STAB", "POL", "SEK", "EK")


@pytest.fixture
def ledger(tmp_path: Path) -> Generator[Ledger]:
    with new_ledger(tmp_path / "prov.db") as made:
        made.record(
            unit("STAB", "KS"),
            unit("POL", "STAB"),
            unit("SEK", "POL"),
            unit("EK", "KS"),
            used("STAB", "100 tkr"),
        )
        yield made


def unit(code: str, parent: str | None, on: str = "2019-01-01") -> Entry:
    return Entry(UnitRegistered(code, "department", None, parent), effective=on)


def used(code: str, amount: str, year: int = 2020) -> Entry:
    event = OutcomeReported(code, year, f"{year}-12-31", amount)
    return Entry(event, effective=f"{year}-12-31")


def move(code: str, parent: str, on: str = "2021-01-01") -> Entry:
    return Entry(UnitMoved(code, parent), effective=on)


def move_between(two: list[str], on: str) -> Entry:
    code, parent = two
    return move(code, parent, on)


def series(ledger: Ledger, code: str = "STAB", on: str = "2021-12-31") -> Comparable:
    (found,) = ledger.as_of(on).series(code)
    return found


def test_nothing_moved_leaves_the_figure_as_it_was(ledger: Ledger) -> None:
    found = series(ledger)
    assert (found.outcome, found.amount, found.moved) == (Amount("100 tkr"), Amount("100 tkr"), ())


def test_what_left_is_taken_away_and_what_came_is_added(ledger: Ledger) -> None:
    ledger.record(used("POL", "6 tkr"), used("EK", "20 tkr"), move("POL", "KF"), move("EK", "STAB"))
    found = series(ledger)
    assert [(it.unit, str(it.change)) for it in found.moved] == [
        ("EK", "20 tkr"),
        ("POL", "-6 tkr"),
    ]
    assert (str(found.outcome), str(found.amount), found.unknown) == ("100 tkr", "114 tkr", ())


def test_before_the_move_the_figure_is_as_reported(ledger: Ledger) -> None:
    ledger.record(used("POL", "6 tkr"), move("POL", "KF"))
    assert str(series(ledger, on="2020-12-31").amount) == "100 tkr"
    assert str(series(ledger, on="2021-01-01").amount) == "94 tkr"


def test_a_unit_that_moved_along_with_the_one_above_it_is_taken_away_once(ledger: Ledger) -> None:
    ledger.record(used("POL", "6 tkr"), used("SEK", "2 tkr"), move("POL", "KF"))
    assert [it.unit for it in series(ledger).moved] == ["POL"]
    assert str(series(ledger).amount) == "94 tkr"


def test_a_unit_that_moved_inside_the_other_changes_nothing(ledger: Ledger) -> None:
    ledger.record(used("SEK", "2 tkr"), move("SEK", "STAB"))
    assert series(ledger).moved == ()


def test_a_unit_whose_outcome_is_unknown_is_told(ledger: Ledger) -> None:
    ledger.record(move("POL", "KF"))
    found = series(ledger)
    assert (found.unknown, str(found.amount)) == (("POL",), "100 tkr")


def test_a_unit_that_was_set_up_later_had_used_nothing(ledger: Ledger) -> None:
    ledger.record(unit("NY", "STAB", "2021-03-01"))
    assert series(ledger).moved == ()


def test_a_unit_that_ended_stays_in_the_figure_of_its_year(ledger: Ledger) -> None:
    ledger.record(used("POL", "6 tkr"), Entry(UnitClosed("POL", "KF"), effective="2021-01-01"))
    assert series(ledger).moved == ()


def test_every_year_is_compared_with_the_same_day(ledger: Ledger) -> None:
    ledger.record(used("POL", "6 tkr"), used("POL", "7 tkr", 2021), used("STAB", "110 tkr", 2021))
    ledger.record(move("POL", "KF", "2022-01-01"), used("STAB", "105 tkr", 2022))
    found = ledger.as_of("2022-12-31").series("STAB")
    assert [(one.year, str(one.amount)) for one in found] == [
        (2020, "94 tkr"),
        (2021, "103 tkr"),
        (2022, "105 tkr"),
    ]


def test_units_in_a_ring_are_no_endless_search(ledger: Ledger) -> None:
    ledger.record(move("POL", "SEK"))
    assert series(ledger).unknown == ("POL",)


def test_an_unknown_unit_is_told(ledger: Ledger) -> None:
    with pytest.raises(UnknownName, match="no unit 'STABEN', expected 'STAB'"):
        ledger.as_of("2021-12-31").series("STABEN")


units = st.sampled_from(UNITS)
entries = st.one_of(
    st.builds(
        move_between,
        st.lists(units, min_size=2, max_size=2, unique=True),
        st.sampled_from(["2020-06-30", "2021-01-01"]),
    ),
    st.builds(used, units, st.sampled_from(["1 tkr", "2,5 tkr"]), st.sampled_from([2020, 2021])),
)


@settings(max_examples=50)
@given(st.lists(entries, max_size=8), st.sampled_from(["2020-12-31", "2021-12-31"]), units)
def test_the_view_file_answers_as_the_fold_over_the_log(
    more: list[Entry], on: str, asked: str
) -> None:
    made = [[*(unit(code, None) for code in UNITS), *more]]
    log = log_of(made)
    with recorded(made) as ledger:
        view = ledger.as_of(on)
        plain = view_of(log, view.basis.on, len(log))
        assert view.series(asked) == plain.series(asked)


# -- the command line

RECORDS: tuple[dict[str, Any], ...] = (
    {"type": "unit.registered", "unit": "STAB", "kind": "department", "effective": "2019-01-01"},
    {
        "type": "unit.registered",
        "unit": "POL",
        "kind": "other",
        "parent": "STAB",
        "effective": "2019-01-01",
    },
    {"type": "unit.moved", "unit": "POL", "parent": "KF", "effective": "2021-01-01"},
    *(
        {
            "type": "outcome.reported",
            "effective": "2020-12-31",
            "unit": unit,
            "year": 2020,
            "through": "2020-12-31",
            "amount": amount,
        }
        for unit, amount in (("STAB", "105 570 tkr"), ("POL", "5 718 tkr"))
    ),
)


def test_the_command_tells_both_figures_and_what_moved(tmp_path: Path) -> None:
    path = new(tmp_path, *RECORDS)
    found = answer("units", "STAB", "--ledger", path, "--on", "2021-12-31")
    assert [one["unit"] for one in found["units"]] == ["STAB"]
    (year,) = found["series"]
    assert (year["outcome"]["text"], year["comparable"]["text"]) == ("105 570 tkr", "99 852 tkr")
    assert [(it["unit"], it["was_under"], it["is_under"]) for it in year["moved"]] == [
        ("POL", "STAB", "KF")
    ]
    shown = told("units", "STAB", "--ledger", path, "--on", "2021-12-31")
    assert "POL (STAB to KF) −5\N{NO-BREAK SPACE}718" in shown


def test_without_a_unit_there_is_no_series(tmp_path: Path) -> None:
    assert "series" not in answer("units", "--ledger", new(tmp_path, *RECORDS))


def test_a_unit_that_is_not_there_is_exit_code_1(tmp_path: Path) -> None:
    asked = run("units", "STABEN", "--ledger", new(tmp_path, *RECORDS))
    assert (asked.exit_code, asked.stderr) == (1, "no unit 'STABEN', expected 'STAB'\n")
