"""The year wheel: deadlines that are due, met, late, missed or moved."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from styrledger.codec import read_entry
from styrledger.errors import EntriesRefused, UnknownName, ValueRefused
from styrledger.events.base import Event
from styrledger.events.calendar import DeadlineMet, DeadlineSet
from styrledger.events.entry import Entry
from styrledger.ledger import Ledger
from styrledger.projections.calendar import Deadline, DeadlineProjection
from styrledger.view import View

from .commands import answer, new, run, told
from .ledgers import bases, corrected, log_of, new_ledger, recorded, register, view_of, withdrawn

REPORT = "Delårsrapport 2025"


@pytest.fixture
def ledger(tmp_path: Path) -> Generator[Ledger]:
    with new_ledger(tmp_path / "prov.db") as made:
        yield made


def put(
    day: str = "2025-10-31", on: str = "2025-01-01", deadline: str = REPORT, **fields: Any
) -> Entry:
    event = DeadlineSet(deadline, day, "KS", "Delårsrapport till fullmäktige", **fields)
    return Entry(event, effective=on)


def meet(day: str, on: str | None = None) -> Entry:
    return Entry(DeadlineMet(REPORT, day), effective=on or day)


def one(ledger: Ledger, on: str) -> Deadline:
    found = ledger.as_of(on).deadline(REPORT)
    assert found is not None
    return found


def test_a_deadline_is_due_through_its_day_and_missed_the_day_after(ledger: Ledger) -> None:
    ledger.record(put())
    assert ledger.as_of("2024-12-31").calendar() == ()
    days = ("2025-01-01", "2025-10-31", "2025-11-01")
    assert [one(ledger, on).status for on in days] == ["due", "due", "missed"]


def test_a_deadline_that_is_a_month_is_due_through_the_end_of_it(ledger: Ledger) -> None:
    ledger.record(put("2025-10"))
    assert [one(ledger, on).status for on in ("2025-10-31", "2025-11-01")] == ["due", "missed"]


@pytest.mark.parametrize(
    ("due", "met", "status"),
    [
        ("2025-10-31", "2025-10-30", "met"),
        ("2025-10-31", "2025-10-31", "met"),
        ("2025-10-31", "2025-11-01", "late"),
        ("2025-10", "2025-10-31", "met"),
        ("2025-10", "2025-11-01", "late"),
        # Some time in October may be in time: it is not called late.
        ("2025-10-15", "2025-10", "met"),
        ("2025-10-15", "2025-11", "late"),
    ],
)
def test_what_was_done_is_met_or_late(ledger: Ledger, due: str, met: str, status: str) -> None:
    ledger.record(put(due), meet(met))
    found = one(ledger, "2025-12-31")
    assert (found.status, str(found.met)) == (status, met)


def test_a_deadline_is_missed_until_it_is_met_late(ledger: Ledger) -> None:
    ledger.record(put(), meet("2025-11-20"))
    assert one(ledger, "2025-11-19").status == "missed"
    assert one(ledger, "2025-11-20").status == "late"


def test_a_deadline_set_again_is_moved_and_the_first_date_is_remembered(ledger: Ledger) -> None:
    ledger.record(put(), put("2025-12", "2025-10-20"))
    before, after = one(ledger, "2025-10-19"), one(ledger, "2025-10-20")
    assert (str(before.date), before.moved) == ("2025-10-31", False)
    assert (str(after.date), str(after.first_date), after.moved) == ("2025-12", "2025-10-31", True)
    assert one(ledger, "2025-12-31").status == "due"


def test_the_calendar_is_in_order_of_date_whatever_its_precision(ledger: Ledger) -> None:
    days = {"A": "2025-04-15", "B": "2025-02", "C": "2025", "D": "2025-02-28"}
    ledger.record(*(put(day, deadline=name) for name, day in days.items()))
    assert [one.deadline for one in ledger.as_of("2025-01-01").calendar()] == ["B", "D", "A", "C"]


def test_a_deadline_may_belong_to_a_calendar_and_be_about_a_period(ledger: Ledger) -> None:
    ledger.record(put(calendar="Rapportering 2025", period="2025-08"))
    found = one(ledger, "2025-01-01")
    assert (found.calendar, str(found.period)) == ("Rapportering 2025", "2025-08")


def test_a_corrected_day_of_meeting_keeps_both(ledger: Ledger) -> None:
    _, wrong = ledger.record(put(), meet("2025-10-30"))
    ledger.record(corrected(f"#{wrong.position}", meet("2025-11-30")))
    before = ledger.as_of("2025-12-31", known=wrong.position).deadline(REPORT)
    assert before is not None
    assert (before.status, one(ledger, "2025-12-31").status) == ("met", "late")


def test_a_withdrawn_deadline_is_none(ledger: Ledger) -> None:
    wrong, _ = ledger.record(put(), meet("2025-10-30"))
    ledger.record(withdrawn(f"#{wrong.position}"))
    assert ledger.as_of("2025-12-31").calendar() == ()


def test_a_fold_without_facts_is_no_deadline() -> None:
    assert DeadlineProjection(date(2025, 1, 1)).answer() is None


# -- bad input


def test_an_unknown_deadline_is_refused_with_a_suggestion(ledger: Ledger) -> None:
    ledger.record(put())
    head = ledger.head()
    with pytest.raises(EntriesRefused) as refused:
        ledger.record(Entry(DeadlineMet("Delårsrapport", "2025-10-30"), effective="2025-10-30"))
    assert str(refused.value) == (
        "deadline: unknown deadline 'Delårsrapport', expected 'Delårsrapport 2025', record it first"
    )
    assert ledger.head() == head


@pytest.mark.parametrize(
    ("given", "faults"),
    [
        (
            {"type": "deadline.set", "effective": "2025-01-01", "deadline": "D", "date": "okt"},
            [
                "date: 'okt' is not a date, expected a date such as 2020-02-10, 2020-02 or 2020",
                "responsible: missing, expected a value",
                "activity: missing, expected a value",
            ],
        ),
        (
            {"type": "deadline.met", "deadline": "D", "date": "2025-10-30", "activty": "X"},
            [
                (
                    "activty: unknown field, expected one of 'condition', 'date', 'deadline', "
                    "'decision', 'effective', 'key', 'note', 'source', 'stage'"
                ),
                (
                    "effective: missing, and there is no dated decision, expected the day from "
                    "which it counts, such as 2020-02-10, add effective, or a decision with its "
                    "date"
                ),
            ],
        ),
    ],
)
def test_each_fault_is_told_with_its_field(given: dict[str, Any], faults: list[str]) -> None:
    with pytest.raises(ValueRefused) as refused:
        read_entry(given)
    assert sorted(str(refused.value).splitlines()) == sorted(faults)


# -- every path gives the same answer

ON = st.sampled_from(["2019-12-01", "2020-03-10", "2020-06-30", "2020-06", "2020"])
NAMES = st.sampled_from("DE")
events: st.SearchStrategy[Event] = st.one_of(
    st.builds(DeadlineSet, NAMES, ON, st.just("KS"), st.sampled_from("AB")),
    st.builds(DeadlineMet, NAMES, ON),
)
entries = st.builds(Entry, events, st.none(), ON)
OPENING = (
    register("KS"),
    Entry(DeadlineSet("D", "2020-06-29", "KS", "A"), effective="2019-12-01"),
    Entry(DeadlineSet("E", "2020", "KS", "B"), effective="2020-03-10"),
)


@st.composite
def commits(draw: st.DrawFn) -> Sequence[Sequence[Entry]]:
    """Draw commits after the opening: entries, corrections and withdrawals of later ones."""
    found: list[list[Entry]] = [[*OPENING]]
    for size in draw(st.lists(st.integers(1, 4), max_size=4)):
        found.append([])
        for _ in range(size):
            head = sum(map(len, found))
            entry = draw(entries)
            if head > len(OPENING) and draw(st.booleans()):
                target = f"#{draw(st.integers(len(OPENING) + 1, head))}"
                entry = draw(st.sampled_from([corrected(target, entry), withdrawn(target)]))
            found[-1].append(entry)
    return [*found, [withdrawn("#2")]] if draw(st.booleans()) else found


def answers(view: View) -> list[object]:
    """Return all that a view answers of the calendar, as it stands and as JSON."""
    found = view.calendar()
    return [found, [one.as_dict() for one in found]]


@settings(max_examples=50)
@given(commits(), bases())
def test_the_view_file_answers_as_the_fold_over_the_log(
    made: Sequence[Sequence[Entry]], asked: tuple[date, int, bool]
) -> None:
    log = log_of(made)
    on, known, void = asked
    position = known % (len(log) + 1)
    with recorded(made) as ledger:
        fast = answers(ledger.as_of(on, known=position, void_annulled=void))
        assert fast == answers(view_of(log, on, position, void_annulled=void))


# -- the command line


def record(deadline: str, day: str, **fields: Any) -> dict[str, Any]:
    own = {"deadline": deadline, "date": day, "responsible": "KS", "activity": "Rapport"}
    return {"type": "deadline.set", "effective": "2025-01-01", **own, **fields}


def test_the_command_tells_what_is_due_met_late_and_missed(tmp_path: Path) -> None:
    met = [
        {"type": "deadline.met", "effective": day, "deadline": name, "date": day}
        for name, day in (("B", "2025-02-28"), ("C", "2025-03-02"))
    ]
    days = {"A": "2025-01-31", "B": "2025-02-28", "C": "2025-03-01", "D": "2025-12"}
    path = new(tmp_path, *(record(name, day) for name, day in days.items()), *met)
    found = answer("calendar", "--ledger", path, "--on", "2025-06-30")
    assert next(iter(found)) == "basis"
    told_ = [(it["deadline"], it["date"], it["met"], it["status"]) for it in found["calendar"]]
    assert told_ == [
        ("A", "2025-01-31", None, "missed"),
        ("B", "2025-02-28", "2025-02-28", "met"),
        ("C", "2025-03-01", "2025-03-02", "late"),
        ("D", "2025-12", None, "due"),
    ]
    trail = [(it["position"], it["type"]) for it in found["calendar"][1]["trail"]]
    assert trail == [(5, "deadline.set"), (8, "deadline.met")]
    shown = told("calendar", "--ledger", path, "--on", "2025-06-30")
    assert "deadlines: 4, 1 missed, 1 met, 1 late, 1 due" in shown


def test_the_calendar_may_be_narrowed(tmp_path: Path) -> None:
    path = new(
        tmp_path,
        record("A", "2025-01-31", calendar="Rapporter"),
        record("B", "2025-12", calendar="Rapporter"),
        record("C", "2026-01", calendar="Budget"),
    )
    asked = ("calendar", "--ledger", path, "--on", "2025-06-30")
    chosen = [
        [it["deadline"] for it in answer(*asked, *options)["calendar"]]
        for options in (
            ("--year", "2026"),
            ("--calendar", "Rapporter"),
            ("--status", "missed"),
            ("--calendar", "Rapporter", "--status", "due"),
            ("B",),
        )
    ]
    assert chosen == [["C"], ["A", "B"], ["A"], ["B"], ["B"]]


def test_a_moved_deadline_shows_its_first_date(tmp_path: Path) -> None:
    moved = record("A", "2026-06", effective="2025-12-01")
    path = new(tmp_path, record("A", "2025-12"), moved)
    assert "2026-06 (first 2025-12)" in told("calendar", "--ledger", path, "--on", "2026-01-01")


def test_a_deadline_that_is_not_there_is_exit_code_1(tmp_path: Path) -> None:
    path = new(tmp_path, record("A1", "2025-12"))
    asked = run("calendar", "A2", "--ledger", path)
    assert (asked.exit_code, asked.stderr) == (1, "no deadline 'A2', expected one of 'A1'\n")


def test_an_unknown_deadline_is_told_with_a_suggestion(ledger: Ledger) -> None:
    ledger.record(put())
    with pytest.raises(UnknownName, match="no deadline 'Delårsrapport', expected 'Delårsr"):
        ledger.as_of("2025-12-31").deadline("Delårsrapport")
