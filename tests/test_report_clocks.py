"""The two lines of the report's chart are the plain answers of every single day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise, product
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from styrledger.charts.steps import Level
from styrledger.events.decisions import DecisionAnnulled
from styrledger.events.entry import Entry
from styrledger.events.units import UnitRenamed
from styrledger.ledger import Ledger
from styrledger.report.clocks import Clocks, read
from styrledger.report.diary import Diary
from styrledger.times import STOCKHOLM
from styrledger.view import View

from .ledgers import (
    KINDS,
    UNITS,
    Commits,
    SetClock,
    adopted,
    corrected,
    ledger_file,
    ledgers,
    new_ledger,
    revised,
    withdrawn,
)

FIRST = datetime(2019, 11, 20, 12, tzinfo=UTC)
LAST = date(2021, 1, 31)
EVERY = timedelta(days=11)
"""How far apart the days are that are looked at, beside those on which something happens."""


def level(levels: Sequence[Level], day: date) -> int | None:
    """Return what a line shows on a day."""
    found = [one.ore for one in levels if one.since <= day]
    return found[-1] if found else None


def told_days(ledger: Ledger, known: int) -> list[tuple[date, int]]:
    """Return the day of each entry, and its position."""
    return [
        (recorded.recorded_at.astimezone(STOCKHOLM).date(), recorded.position)
        for recorded in ledger.history(known=known)
    ]


def of(view: View, unit: str, kind: str) -> int | None:
    amount = view.budget(unit, 2020, "operating" if kind == "operating" else "investment").amount
    return None if amount is None else amount.ore


def clocks_of(ledger: Ledger, view: View, unit: str, kind: str) -> Clocks:
    diary = Diary(ledger, view.basis.position, year=2020, unit=None, progress=lambda _: None)
    budget = view.budget(unit, 2020, "operating" if kind == "operating" else "investment")
    return read(ledger, diary, view, budget)


@settings(max_examples=60)  # each asks for some sixty days, twice
@given(
    commits=ledgers(),
    gap=st.integers(1, 120),
    back=st.integers(0, 5),
    on=st.sampled_from([date(2020, 6, 30), date(2020, 12, 31), LAST]),
    void=st.booleans(),
)
def test_both_lines_are_the_answers_of_every_day(
    commits: Commits, gap: int, back: int, on: date, *, void: bool
) -> None:
    clock = SetClock(FIRST)
    with ledger_file() as path, Ledger.create(path, organisation="Prov", clock=clock) as ledger:
        for commit in commits:
            ledger.record(*commit)
            clock.now += timedelta(days=gap)
        view = ledger.as_of(on, known=max(ledger.head() - back, 0), void_annulled=void)
        days = told_days(ledger, view.basis.position)
        looked_at = {date(2019, 11, 1) + n * EVERY for n in range(45)} | {day for day, _ in days}
        for unit, kind in product(UNITS, KINDS):
            clocks = clocks_of(ledger, view, unit, kind)
            looked = looked_at | {one.since for one in clocks.readings}
            for day in sorted(day for day in looked if day <= on):
                position = max([at for told, at in days if told <= day], default=0)
                then = ledger.as_of(day, known=position, void_annulled=void)
                assert level(clocks.decided, day) == of(view.at(day), unit, kind), day
                assert level(clocks.known, day) == of(then, unit, kind), day


def test_stretches_of_difference_do_not_overlap_and_differ(tmp_path: Path) -> None:
    clock = SetClock(FIRST)
    with new_ledger(tmp_path / "prov.db", clock) as ledger:
        for number in range(6):
            clock.now += timedelta(days=40)
            change = revised("1 tkr", f"KF 2020-0{number + 1}-01 § 1", key=f"k{number}")
            ledger.record(change if number else adopted("9 tkr", "KF 2019-12-02 § 1", key="k0"))
            if number % 2:
                again = revised("2 tkr", f"KF 2020-0{number + 1}-01 § 1")
                clock.now += timedelta(days=3)
                ledger.record(corrected(f"k{number}", again))
        stretches = clocks_of(ledger, ledger.as_of(LAST), "KS", "operating").differ
    assert len(stretches) > 4
    assert all(one.decided != one.known for one in stretches)
    for one, following in pairwise(stretches):
        assert one.last is not None
        assert one.first <= one.last < following.first


def test_a_difference_that_is_still_there_has_no_last_day(tmp_path: Path) -> None:
    clock = SetClock(datetime(2020, 2, 1, tzinfo=UTC))
    with new_ledger(tmp_path / "prov.db", clock) as ledger:
        ledger.record(adopted("9 tkr", "KF 2020-02-01 § 1"))
        clock.now = datetime(2020, 9, 1, tzinfo=UTC)
        ledger.record(revised("1 tkr", "KF 2020-06-01 § 1"))
        (still,) = clocks_of(ledger, ledger.as_of("2020-08-01"), "KS", "operating").differ
    assert (still.first, still.last) == (date(2020, 6, 1), None)


def test_an_annulment_ends_the_step_that_it_takes_away(tmp_path: Path) -> None:
    clock = SetClock(datetime(2020, 1, 10, tzinfo=UTC))
    with new_ledger(tmp_path / "prov.db", clock) as ledger:
        ledger.record(adopted("9 tkr", "KF 2020-01-10 § 1"), revised("1 tkr", "KF 2020-02-01 § 2"))
        annulled = Entry(DecisionAnnulled(target="KF 2020-02-01 § 2"), effective="2020-05-01")
        ledger.record(annulled)
        (gone,) = clocks_of(ledger, ledger.as_of(LAST), "KS", "operating").gone
    assert (gone.step.change.ore, gone.until) == (100_000, date(2020, 5, 1))


def test_where_the_annulled_never_counted_it_was_known_to_until_the_annulment(
    tmp_path: Path,
) -> None:
    clock = SetClock(datetime(2020, 1, 10, tzinfo=UTC))
    with new_ledger(tmp_path / "prov.db", clock) as ledger:
        ledger.record(adopted("9 tkr", "KF 2020-01-10 § 1"), revised("1 tkr", "KF 2020-02-01 § 2"))
        clock.now = datetime(2020, 4, 1, tzinfo=UTC)
        annulled = Entry(DecisionAnnulled(target="KF 2020-02-01 § 2"), effective="2020-05-01")
        ledger.record(annulled)
        view = ledger.as_of(LAST, void_annulled=True)
        (stretch,) = clocks_of(ledger, view, "KS", "operating").differ
    assert (stretch.first, stretch.last) == (date(2020, 2, 1), date(2020, 3, 31))


def test_a_corrected_annulment_was_known_as_it_was_first_recorded(tmp_path: Path) -> None:
    clock = SetClock(datetime(2020, 1, 10, tzinfo=UTC))
    with new_ledger(tmp_path / "prov.db", clock) as ledger:
        ledger.record(adopted("9 tkr", "KF 2020-01-10 § 1"), revised("1 tkr", "KF 2020-02-01 § 2"))
        event = DecisionAnnulled(target="KF 2020-02-01 § 2")
        clock.now = datetime(2020, 3, 1, tzinfo=UTC)
        ledger.record(Entry(event, effective="2020-04-01", key="upphävt"))
        clock.now = datetime(2020, 9, 1, tzinfo=UTC)
        ledger.record(corrected("upphävt", Entry(event, effective="2020-06-01")))
        (stretch,) = clocks_of(ledger, ledger.as_of(LAST), "KS", "operating").differ
    assert (stretch.first, stretch.last) == (date(2020, 4, 1), date(2020, 5, 31))


def test_a_corrected_entry_was_known_as_corrected_until_it_was_withdrawn(tmp_path: Path) -> None:
    clock = SetClock(datetime(2020, 1, 10, tzinfo=UTC))
    with new_ledger(tmp_path / "prov.db", clock) as ledger:
        ledger.record(adopted("9 tkr", "KF 2020-01-10 § 1"))
        ledger.record(revised("1 tkr", "KF 2020-06-01 § 2", key="k"))
        ledger.record(corrected("k", revised("5 tkr", "KF 2020-03-01 § 3")))
        clock.now = datetime(2020, 9, 1, tzinfo=UTC)
        ledger.record(withdrawn("k"))
        (stretch,) = clocks_of(ledger, ledger.as_of(LAST), "KS", "operating").differ
    assert (stretch.first, stretch.last) == (date(2020, 3, 1), date(2020, 8, 31))
    assert (str(stretch.decided), str(stretch.known)) == ("9 tkr", "14 tkr")


def test_a_budget_is_folded_for_the_rulings_about_it_and_not_for_every_day(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folded: list[date] = []
    budget = View.budget

    def counted(view: View, *given: Any) -> Any:
        folded.append(view.basis.on)
        return budget(view, *given)

    clock = SetClock(datetime(2020, 12, 1, tzinfo=UTC))
    with new_ledger(tmp_path / "prov.db", clock) as ledger:
        ledger.record(adopted("9 tkr", "KF 2020-01-01 § 1"))
        ledger.record(
            *(revised("1 tkr", f"KF {date(2020, 1, 1) + timedelta(n)} § {n}") for n in range(2, 99))
        )
        for target, day in (("KF 2020-01-03 § 2", "2020-02-01"), ("SN 2020-01-03", "2020-03-01")):
            if target.startswith("SN"):
                ledger.record(Entry(UnitRenamed(unit="SN", name="Nämnden"), decision=target))
            ledger.record(Entry(DecisionAnnulled(target=target), effective=day))
        view = ledger.as_of(LAST)
        monkeypatch.setattr(View, "budget", counted)
        clocks = clocks_of(ledger, view, "KS", "operating")
    assert len(clocks.readings) > 97
    assert [one.until for one in clocks.gone] == [date(2020, 2, 1)]
    # The day asked about, the day of the ruling, and the last one before it.
    assert sorted(folded) == [date(2020, 1, 31), date(2020, 2, 1), LAST]
