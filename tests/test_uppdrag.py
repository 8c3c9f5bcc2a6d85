"""Uppdrag: who gave them, who carries them out, what is said of them and who closes them."""

from __future__ import annotations

import json
from collections.abc import Generator, Sequence
from datetime import date
from pathlib import Path
from typing import Any, get_args

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from styrledger import stored
from styrledger.cli.app import main
from styrledger.codec import read_entry, write_entry
from styrledger.errors import EntriesRefused, UnknownName, ValueRefused
from styrledger.events.base import Event
from styrledger.events.decisions import DecisionAnnulled
from styrledger.events.entry import Entry, Recorded, Stage
from styrledger.events.uppdrag import (
    Reporter,
    UppdragClosed,
    UppdragCountStated,
    UppdragGiven,
    UppdragMerged,
    UppdragOutcome,
    UppdragReassigned,
    UppdragReported,
    UppdragStatus,
)
from styrledger.ledger import Ledger
from styrledger.projections.uppdrag import Uppdrag, UppdragProjection
from styrledger.projections.uppdrag_counts import Range, UppdragChoice, tally
from styrledger.references import DecisionRef
from styrledger.view import View

from .ledgers import (
    DAYS,
    DECISIONS,
    EFFECTIVE,
    START,
    TICK,
    SetClock,
    bases,
    corrected,
    ledger_file,
    new_ledger,
    register,
    view_of,
    withdrawn,
)

ONE = "2020 KS 1"
TWO = "2020 KS 2"


@pytest.fixture
def ledger(tmp_path: Path) -> Generator[Ledger]:
    with new_ledger(tmp_path / "prov.db") as made:
        yield made


def give(uppdrag: str = ONE, decision: str | None = "KF 2020-02-10 § 9", **fields: Any) -> Entry:
    effective = fields.pop("effective", None)
    told = {"title": "Se över lokalerna", "responsible": "KS", **fields}
    return Entry(UppdragGiven(uppdrag, **told), decision, effective)


def report(status: UppdragStatus, on: str, uppdrag: str = ONE, **fields: Any) -> Entry:
    event = UppdragReported(uppdrag, status, fields.pop("by", "administration"), **fields)
    return Entry(event, effective=on)


def close(by: str, on: str, outcome: UppdragOutcome = "completed", uppdrag: str = ONE) -> Entry:
    return Entry(UppdragClosed(uppdrag, outcome, by), f"{by} {on} § 1")


def merge(uppdrag: str, into: str, on: str = "2020-06-30") -> Entry:
    return Entry(UppdragMerged(uppdrag, into), effective=on)


def one(ledger: Ledger, on: str = "2020-12-31", uppdrag: str = ONE) -> Uppdrag:
    found = ledger.as_of(on).uppdrag_by_id(uppdrag)
    assert found is not None
    return found


# -- who gave it, who carries it out


def test_the_giver_is_the_body_that_decided(ledger: Ledger) -> None:
    ledger.record(give(responsible=["SN", "KS"], due="2020-12", financing="inom ram"))
    found = one(ledger)
    assert (found.giver, found.responsible, found.open) == ("KF", ("SN", "KS"), True)
    assert (str(found.given), str(found.due)) == ("2020-02-10", "2020-12")
    assert (found.status, found.reported, found.label) == ("unknown", None, None)


def test_nothing_was_given_the_day_before(ledger: Ledger) -> None:
    ledger.record(give())
    assert ledger.as_of("2020-02-09").uppdrag_by_id(ONE) is None
    assert ledger.as_of("2020-02-09").uppdrag() == ()


def test_a_giver_that_the_source_does_not_name_is_unknown(ledger: Ledger) -> None:
    ledger.record(give(decision=None, effective="2020"))
    assert one(ledger).giver is None


def test_reassigning_changes_the_executor_and_never_the_giver(ledger: Ledger) -> None:
    ledger.record(
        give(responsible=["KS", "SN"]), Entry(UppdragReassigned(ONE, "SN"), "KS 2020-06-01 § 4")
    )
    assert one(ledger, "2020-05-31").responsible == ("KS", "SN")
    assert (one(ledger).responsible, one(ledger).giver) == (("SN",), "KF")


def test_one_with_several_executors_is_one_uppdrag_in_the_list_of_each(ledger: Ledger) -> None:
    ledger.record(give(responsible=["KS", "SN"]), give(TWO, responsible="SN"))
    view = ledger.as_of("2020-12-31")
    each = [view.uppdrag_counts(UppdragChoice(responsible=unit)).given for unit in ("KS", "SN")]
    assert (each, view.uppdrag_counts().given) == ([1, 2], 2)


def test_an_id_may_hold_a_slash(ledger: Ledger) -> None:
    ledger.record(give("SN 2020/8"))
    assert one(ledger, uppdrag="SN 2020/8").uppdrag == "SN 2020/8"
    assert len(ledger.trail("uppdrag/SN 2020/8")) == 1


# -- what is said of it


def test_the_last_report_tells_the_status_in_the_word_of_the_source(ledger: Ledger) -> None:
    ledger.record(
        give(),
        report("delayed", "2020-10-31", label="har försenats"),
        report("ongoing", "2020-04-30", label="pågår", by="board"),
    )
    early, late = one(ledger, "2020-06-01"), one(ledger)
    assert (early.status, early.label, early.reported_by) == ("ongoing", "pågår", "board")
    assert (late.status, late.label, str(late.reported)) == (
        "delayed",
        "har försenats",
        "2020-10-31",
    )


def test_a_report_on_the_very_day_on_which_it_was_given_counts(ledger: Ledger) -> None:
    ledger.record(give(decision="KF 2020 § 9"), report("ongoing", "2020-12-31"))
    assert one(ledger).status == "ongoing"


def test_a_report_before_the_last_day_on_which_it_may_have_been_given_counts(
    ledger: Ledger,
) -> None:
    ledger.record(give(decision="KF 2020 § 9"), report("ongoing", "2020-06-30"))
    assert ledger.as_of("2020-12-30").uppdrag() == ()
    assert one(ledger).status == "ongoing"


def test_a_stated_delay_is_not_overdue_and_what_is_overdue_is_not_stated_delayed(
    ledger: Ledger,
) -> None:
    ledger.record(
        give(due="2021-06"),
        report("delayed", "2020-10-31"),
        give(TWO, due="2020-06"),
        report("ongoing", "2020-10-31", TWO),
    )
    found = {uppdrag.uppdrag: uppdrag for uppdrag in ledger.as_of("2020-12-31").uppdrag()}
    assert (found[ONE].status, found[ONE].overdue) == ("delayed", False)
    assert (found[TWO].status, found[TWO].overdue) == ("ongoing", True)
    counts = ledger.as_of("2020-12-31").uppdrag_counts()
    assert (counts.statuses["delayed"], counts.overdue) == (1, 1)


def test_what_is_due_in_a_month_is_overdue_when_the_month_has_ended(ledger: Ledger) -> None:
    ledger.record(give(due="2020-06"))
    assert not one(ledger, "2020-06-30").overdue
    assert one(ledger, "2020-07-01").overdue


def test_what_is_closed_or_merged_is_never_overdue(ledger: Ledger) -> None:
    ledger.record(
        give(due="2020-03-01"),
        give(TWO, due="2020-03-01"),
        close("KF", "2020-04-01"),
        merge(TWO, ONE),
    )
    assert [uppdrag.overdue for uppdrag in ledger.as_of("2020-12-31").uppdrag()] == [False, False]


# -- only the giver closes it


@pytest.mark.parametrize(
    ("outcome", "status"),
    [("completed", "completed"), ("withdrawn", "withdrawn"), ("rejected", "withdrawn")],
)
def test_the_giver_closes_it(
    ledger: Ledger, outcome: UppdragOutcome, status: UppdragStatus
) -> None:
    ledger.record(
        give(), report("ongoing", "2020-04-30"), close("KF", "2020-06-15", outcome=outcome)
    )
    assert one(ledger, "2020-06-14").open
    found = one(ledger, "2020-06-15")
    assert (found.open, found.outcome, found.status, found.flags) == (False, outcome, status, ())
    assert str(found.closed) == "2020-06-15"


def test_a_close_by_another_body_leaves_it_open_and_is_flagged(ledger: Ledger) -> None:
    ledger.record(give(), close("KS", "2020-06-15"))
    found = one(ledger)
    assert (found.open, found.outcome, found.flags) == (True, None, ("closed_by_other",))
    assert ledger.as_of("2020-12-31").uppdrag_counts().closed == 0


def test_the_givers_close_holds_whatever_others_closed_before(ledger: Ledger) -> None:
    ledger.record(give(), close("KS", "2020-06-15"), close("KF", "2020-09-14"))
    assert (one(ledger).open, one(ledger).flags) == (False, ())


def test_a_close_of_what_nobody_is_known_to_have_given_leaves_it_open(ledger: Ledger) -> None:
    ledger.record(give(decision=None, effective="2020-01-01"), close("KF", "2020-06-15"))
    assert (one(ledger).open, one(ledger).flags) == (True, ("closed_giver_unknown",))


@pytest.mark.parametrize("by", get_args(Reporter))
def test_no_assessment_closes_it_whoever_makes_it(ledger: Ledger, by: Reporter) -> None:
    ledger.record(give(), report("assessed_completed", "2020-10-31", by=by))
    assert (one(ledger).open, one(ledger).flags) == (True, ("assessed_not_closed",))


@pytest.mark.parametrize("status", ["completed", "withdrawn"])
def test_a_report_that_it_has_ended_does_not_close_it(
    ledger: Ledger, status: UppdragStatus
) -> None:
    ledger.record(give(), report(status, "2020-10-31"))
    assert (one(ledger).open, one(ledger).flags) == (True, ("reported_not_closed",))


def test_a_report_after_the_close_does_not_open_it(ledger: Ledger) -> None:
    ledger.record(give(), close("KF", "2020-06-15"), report("ongoing", "2020-10-31"))
    assert (one(ledger).open, one(ledger).status) == (False, "completed")


def test_a_close_that_is_annulled_opens_it_again(ledger: Ledger) -> None:
    ledger.record(
        give(),
        close("KF", "2020-06-15"),
        Entry(DecisionAnnulled("KF 2020-06-15 § 1"), effective="2020-10-01"),
    )
    assert [one(ledger, on).open for on in ("2020-09-30", "2020-10-01")] == [False, True]


# -- merged


def test_a_merged_uppdrag_is_not_open_itself_and_is_counted_with_the_other(
    ledger: Ledger,
) -> None:
    ledger.record(give(), give(TWO), report("ongoing", "2020-03-01", TWO), merge(ONE, TWO))
    first, second = one(ledger), one(ledger, uppdrag=TWO)
    assert (first.open, first.merged_into, first.absorbed) == (False, TWO, ())
    assert (second.open, second.merged_into, second.absorbed) == (True, None, (ONE,))
    counts = ledger.as_of("2020-12-31").uppdrag_counts()
    assert (counts.given, counts.open, counts.closed, counts.merged) == (1, 1, 0, 1)
    assert (counts.statuses["ongoing"], counts.statuses["unknown"]) == (1, 0)


def test_one_merged_into_another_list_is_still_counted_in_its_own(ledger: Ledger) -> None:
    ledger.record(give(list="Huvudlistan"), give(TWO, list="Tilläggslistan"), merge(TWO, ONE))
    view = ledger.as_of("2020-12-31")
    added = view.uppdrag_counts(UppdragChoice(list="Tilläggslistan"))
    assert (added.given, added.open, added.merged) == (1, 0, 1)
    assert view.uppdrag_counts().given == 1


def test_a_merge_is_in_the_trail_of_both(ledger: Ledger) -> None:
    ledger.record(give(), give(TWO), merge(ONE, TWO))
    assert len(ledger.trail(f"uppdrag/{ONE}")) == len(ledger.trail(f"uppdrag/{TWO}")) == 2


@pytest.mark.parametrize("apart", [False, True], ids=["in one commit", "in two commits"])
def test_a_ring_of_merges_is_refused(ledger: Ledger, *, apart: bool) -> None:
    before = [give(), give(TWO), give("C"), merge(ONE, TWO), merge(TWO, "C")]
    ring = merge("C", ONE)
    if apart:
        ledger.record(*before)
        before = []
    head = ledger.head()
    with pytest.raises(EntriesRefused) as refused:
        ledger.record(*before, ring)
    assert str(refused.value) == (
        f"{'' if apart else 'entry 6: '}into: a ring of merges: '2020 KS 1' into '2020 KS 2' into "
        "'C' already, expected an uppdrag that is not merged into this one, "
        "withdraw the earlier merge if it was wrong"
    )
    assert ledger.head() == head


def test_a_merge_may_be_corrected_to_go_the_other_way(ledger: Ledger) -> None:
    ledger.record(give(), give(TWO), merge(ONE, TWO))
    ledger.record(corrected("#6", merge(TWO, ONE)))
    assert (one(ledger).merged_into, one(ledger, uppdrag=TWO).merged_into) == (None, ONE)


def test_a_ring_that_comes_to_stand_again_is_counted_once(ledger: Ledger) -> None:
    ledger.record(give(), give(TWO), merge(ONE, TWO))
    (undone,) = ledger.record(withdrawn("#6"))
    ledger.record(merge(TWO, ONE), withdrawn(f"#{undone.position}"))
    counts = ledger.as_of("2020-12-31").uppdrag_counts()
    assert (counts.given, counts.open, counts.merged) == (1, 0, 2)


# -- counts and claims


def test_an_unknown_status_makes_the_number_that_is_done_a_range(ledger: Ledger) -> None:
    ledger.record(
        *(give(name) for name in "ABCD"),
        report("assessed_completed", "2020-12-31", "A"),
        report("ongoing", "2020-12-31", "B"),
        report("unknown", "2020-12-31", "C"),
    )
    counts = ledger.as_of("2020-12-31").uppdrag_counts()
    assert (counts.done, counts.not_done) == (Range(1, 3), Range(1, 3))
    assert str(counts.done) == "1–3"


@pytest.mark.parametrize(
    ("stated", "verdict"),
    [(0, "refuted"), (1, "undecided"), (2, "undecided"), (3, "refuted")],
)
def test_a_claim_within_the_range_is_neither_confirmed_nor_refuted(
    ledger: Ledger, stated: int, verdict: str
) -> None:
    ledger.record(
        give(),
        give(TWO),
        report("completed", "2020-12-31"),
        Entry(UppdragCountStated(total=2, completed=stated, giver="KF"), effective="2020-12-31"),
    )
    (claim,) = ledger.as_of("2021-06-01").uppdrag_claims()
    assert claim.verdicts == {"total": "confirmed", "completed": verdict}


def test_a_claim_is_counted_on_its_own_day(ledger: Ledger) -> None:
    ledger.record(
        give(),
        Entry(UppdragCountStated(total=1), effective="2020-12-31"),
        give(TWO, "KF 2021-01-10 § 1"),
    )
    (claim,) = ledger.as_of("2021-06-01").uppdrag_claims()
    assert claim.verdicts == {"total": "confirmed"}
    assert ledger.as_of("2020-12-30").uppdrag_claims() == ()


def test_a_claim_is_about_the_giver_the_list_and_the_year_that_it_names(ledger: Ledger) -> None:
    ledger.record(
        give("A", list="L"),
        give("B", "KS 2020-02-10 § 9", list="L"),
        give("C", list="M"),
        give("D", "KF 2019-02-10 § 9", list="L"),
        Entry(UppdragCountStated(total=1, giver="KF", list="L", year=2020), effective="2020-12-31"),
    )
    (claim,) = ledger.as_of("2020-12-31").uppdrag_claims()
    assert claim.verdicts == {"total": "confirmed"}


# -- corrections and what is not decided


def test_a_correction_keeps_both_givers(ledger: Ledger) -> None:
    (wrong,) = ledger.record(give(decision="KS 2020-02-10 § 9"))
    ledger.record(corrected(f"#{wrong.position}", give()))
    assert one(ledger).giver == "KF"
    before = ledger.as_of("2020-12-31", known=wrong.position).uppdrag_by_id(ONE)
    assert before is not None
    assert before.giver == "KS"


def test_an_uppdrag_whose_giving_was_withdrawn_is_no_more(ledger: Ledger) -> None:
    (wrong, _) = ledger.record(give(), report("ongoing", "2020-04-30"))
    ledger.record(withdrawn(f"#{wrong.position}"))
    assert ledger.as_of("2020-12-31").uppdrag() == ()
    assert ledger.as_of("2020-12-31").uppdrag_by_id(ONE) is None


def test_a_proposed_uppdrag_is_pending_and_not_given(ledger: Ledger) -> None:
    proposed = Entry(UppdragGiven(ONE, "Förslag", "KS"), "KF 2020-02-10 § 9", stage="proposed")
    ledger.record(proposed)
    view = ledger.as_of("2020-12-31")
    assert view.uppdrag() == ()
    assert [one.fact.entry for one in view.pending_about("uppdrag")] == [proposed]


def test_an_unknown_uppdrag_is_told_with_the_nearest_one(ledger: Ledger) -> None:
    ledger.record(give())
    with pytest.raises(UnknownName) as unknown:
        ledger.as_of("2020-12-31").uppdrag_by_id("2020 KS 11")
    assert str(unknown.value) == "no uppdrag '2020 KS 11', expected '2020 KS 1'"


# -- bad input


def test_an_unknown_uppdrag_is_refused_with_a_suggestion(ledger: Ledger) -> None:
    ledger.record(give())
    head = ledger.head()
    late = [
        report("ongoing", "2020-12-31", "2020 KS 11"),
        Entry(UppdragReassigned("2020 KS 11", "KX"), effective="2020-12-31"),
        merge(ONE, "2020 KS 3"),
        close("KX", "2020-12-31", uppdrag="2020-KS-1"),
    ]
    with pytest.raises(EntriesRefused) as refused:
        ledger.record(*late)
    ours = "expected '2020 KS 1', record it first"
    units = "expected one of 'KF', 'KS', 'SN', register it first"
    assert str(refused.value).splitlines() == [
        f"entry 1: uppdrag: unknown uppdrag '2020 KS 11', {ours}",
        f"entry 2: uppdrag: unknown uppdrag '2020 KS 11', {ours}",
        f"entry 2: responsible: unknown unit 'KX', {units}",
        f"entry 3: into: unknown uppdrag '2020 KS 3', {ours}",
        f"entry 4: uppdrag: unknown uppdrag '2020-KS-1', {ours}",
        f"entry 4: by: unknown unit 'KX', {units}",
        f"entry 4: decision.body: unknown unit 'KX', {units}",
    ]
    assert ledger.head() == head


def test_the_same_uppdrag_is_not_given_twice(ledger: Ledger) -> None:
    ledger.record(give())
    with pytest.raises(EntriesRefused) as refused:
        ledger.record(give(decision="KF 2020-06-15 § 1"))
    assert str(refused.value) == (
        "uppdrag: '2020 KS 1' is registered already, expected a new uppdrag, "
        "correct the earlier entry if it was wrong"
    )


A_STATUS = (
    "one of 'assessed_completed', 'completed', 'delayed', 'not_started', 'ongoing', 'reported', "
    "'unknown', 'withdrawn'"
)
A_REPORTER = "one of 'administration', 'board', 'council'"


@pytest.mark.parametrize(
    ("given", "faults"),
    [
        (
            {"type": "uppdrag.given", "title": "T", "responsible": 7, "due": "snart"},
            [
                "uppdrag: missing, expected a value",
                "responsible: 7 is not a list, expected a unit's code, or a list of them",
                "due: 'snart' is not a date, expected a date such as 2020-02-10, 2020-02 or 2020",
            ],
        ),
        (
            {"type": "uppdrag.given", "uppdrag": "A", "title": "T", "responsible": []},
            ["responsible: it is empty, expected a unit's code, or a list of them"],
        ),
        (
            {"type": "uppdrag.given", "uppdrag": "A", "title": "T", "responsible": ["SN", "SN"]},
            ["responsible: 'SN' is named twice, expected each unit once"],
        ),
        (
            {"type": "uppdrag.reported", "uppdrag": "A", "status": "klar", "by": "nämnd"},
            [
                f"status: 'klar' is not known here, expected {A_STATUS}",
                f"by: 'nämnd' is not known here, expected {A_REPORTER}",
            ],
        ),
        (
            {"type": "uppdrag.reassigned", "uppdrag": "A"},
            ["responsible: missing, expected a value"],
        ),
        (
            {"type": "uppdrag.merged", "uppdrag": "A", "into": "A"},
            ["into: 'A' is the uppdrag itself, expected another uppdrag"],
        ),
        (
            {"type": "uppdrag.closed", "uppdrag": "A", "outcome": "complete", "by": "K/S"},
            [
                "outcome: 'complete' is not known here, expected 'completed'",
                "by: 'K/S' cannot be a code, expected a code without '/', and not '*'",
            ],
        ),
        (
            {"type": "uppdrag.count_stated", "list": "L"},
            ["total: nothing is counted, expected total, completed or ongoing"],
        ),
        (
            {"type": "uppdrag.count_stated", "total": -1, "ongoing": "tio"},
            [
                "total: -1 is not a count, expected a whole number such as 17",
                "ongoing: 'tio' is not a count, expected a whole number such as 17",
            ],
        ),
    ],
)
def test_bad_input_is_told_field_by_field(given: dict[str, Any], faults: list[str]) -> None:
    with pytest.raises(ValueRefused) as refused:
        read_entry({"effective": "2020-12-31", **given}, "f:1")
    assert str(refused.value).splitlines() == [f"f:1: {fault}" for fault in faults]


# -- the stored form


STORED = {
    "uppdrag.given.v1": (
        UppdragGiven("2020 KS 1", "Se över", ["KS", "SN"], "2020-12", "inom ram", "Huvudlistan"),
        (
            '{"due":"2020-12","financing":"inom ram","list":"Huvudlistan",'
            '"responsible":["KS","SN"],"title":"Se över","uppdrag":"2020 KS 1"}'
        ),
    ),
    "uppdrag.reported.v1": (
        UppdragReported("A", "delayed", "board", "försenat", "Väntar."),
        '{"by":"board","comment":"Väntar.","label":"försenat","status":"delayed","uppdrag":"A"}',
    ),
    "uppdrag.reassigned.v1": (
        UppdragReassigned("A", "SN"),
        '{"responsible":["SN"],"uppdrag":"A"}',
    ),
    "uppdrag.merged.v1": (UppdragMerged("A", "B"), '{"into":"B","uppdrag":"A"}'),
    "uppdrag.closed.v1": (
        UppdragClosed("A", "rejected", "KF"),
        '{"by":"KF","outcome":"rejected","uppdrag":"A"}',
    ),
    "uppdrag.count_stated.v1": (
        UppdragCountStated(2020, "KF", "L", 18, 8, 10),
        '{"completed":8,"giver":"KF","list":"L","ongoing":10,"total":18,"year":2020}',
    ),
}


@pytest.mark.parametrize("name", STORED)
def test_the_stored_form_never_changes(name: str) -> None:
    event, octets = STORED[name]
    recorded = Recorded(7, START, Entry(event, effective="2020-02-10"))
    state = (
        f'{{"entry":{{"effective":"2020-02-10","event":{octets},"stage":"decided"}},'
        '"position":7,"recorded_at":"2020-01-15T12:00:00.000000Z"}'
    )
    assert stored.encode(recorded) == (name, state.encode())
    assert stored.decode(name, state.encode()) == (recorded,)
    assert read_entry(write_entry(recorded.entry)) == recorded.entry


# -- on the command line


@pytest.fixture
def example(tmp_path: Path) -> Path:
    path = tmp_path / "prov.db"
    with new_ledger(path) as ledger:
        ledger.record(
            give(due="2020-06"),
            give(TWO, responsible=["KS", "SN"], list="Huvudlistan"),
            give("2020 KS 3"),
            give("2020 KS 4", list="Huvudlistan"),
            report("assessed_completed", "2020-10-31", label="färdigt", comment="Klart i år."),
            merge("2020 KS 3", TWO),
            close("KF", "2020-11-30", uppdrag="2020 KS 4"),
            Entry(UppdragCountStated(list="Huvudlistan", total=3), effective="2020-12-31"),
            Entry(UppdragReassigned(ONE, "SN"), "KS 2020-12-01 § 3", stage="proposed"),
        )
    return path


def run(path: Path, *arguments: str, on: str = "2020-12-31") -> tuple[int, str, str]:
    asked = ["uppdrag", *arguments, "--ledger", str(path), "--on", on]
    result = CliRunner().invoke(main, asked)
    return result.exit_code, result.stdout, result.stderr


def test_json_gives_the_uppdrag_their_counts_and_what_is_stated(example: Path) -> None:
    code, out, _ = run(example, "--json")
    answer = json.loads(out)
    assert (code, [*answer]) == (0, ["basis", "uppdrag", "counts", "stated", "pending"])
    first = answer["uppdrag"][0]
    trail = first.pop("trail")
    assert first == {
        "uppdrag": ONE,
        "title": "Se över lokalerna",
        "giver": "KF",
        "list": None,
        "responsible": ["KS"],
        "open": True,
        "status": "assessed_completed",
        "label": "färdigt",
        "comment": "Klart i år.",
        "reported": "2020-10-31",
        "reported_by": "administration",
        "given": "2020-02-10",
        "due": "2020-06",
        "overdue": True,
        "outcome": None,
        "closed": None,
        "merged_into": None,
        "absorbed": [],
        "financing": None,
        "flags": ["assessed_not_closed"],
    }
    assert trail[0] == {
        "position": 4,
        "type": "uppdrag.given",
        "decision": "KF 2020-02-10 § 9",
        "effective": "2020-02-10",
        "uppdrag": ONE,
        "title": "Se över lokalerna",
        "responsible": ["KS"],
        "due": "2020-06",
        "note": None,
    }
    assert answer["counts"] == {
        "given": 3,
        "open": 2,
        "closed": 1,
        "merged": 1,
        "overdue": 1,
        "flagged": 1,
        "not_started": 0,
        "ongoing": 0,
        "delayed": 0,
        "reported": 0,
        "assessed_completed": 1,
        "completed": 1,
        "withdrawn": 0,
        "unknown": 1,
        "done": {"min": 2, "max": 3},
        "not_done": {"min": 0, "max": 1},
    }
    (stated,) = answer["stated"]
    assert (stated["total"], stated["counted"]["total"], stated["verdicts"]) == (
        3,
        {"min": 2, "max": 2},
        {"total": "refuted"},
    )
    (pending,) = answer["pending"]
    assert (pending["type"], pending["responsible"]) == ("uppdrag.reassigned", ["SN"])


def test_the_table_shows_state_and_counts(example: Path) -> None:
    code, out, _ = run(example)
    assert code == 0
    assert "open (assessed not closed)" in out
    assert "merged into 2020 KS 2" in out
    assert "closed 2020-11-30: completed" in out
    assert "2020-06 (overdue)" in out
    assert "3 given: 2 open, 1 closed by the giver, 1 merged into another; 1 overdue" in out
    assert "status: 1 assessed_completed, 1 completed, 1 unknown; called done: 2–3" in out
    assert "refuted" in out
    assert "proposed" in out


def test_one_uppdrag_is_shown_with_its_trail(example: Path) -> None:
    code, out, _ = run(example, ONE)
    assert code == 0
    assert "given: 2020-02-10 by KF" in out
    assert "status: assessed_completed “färdigt” by administration, 2020-10-31" in out
    assert "uppdrag.reported" in out


@pytest.mark.parametrize(
    ("options", "found"),
    [
        (["--status", "completed"], ["2020 KS 4"]),
        (["--responsible", "SN"], [TWO]),
        (["--giver", "KS"], []),
        (["--list", "Huvudlistan"], [TWO, "2020 KS 4"]),
        (["--list", "Huvudlistan", "--responsible", "SN"], [TWO]),
    ],
    ids=str,
)
def test_options_choose_among_them(example: Path, options: list[str], found: list[str]) -> None:
    code, out, _ = run(example, *options, "--json")
    assert (code, [one["uppdrag"] for one in json.loads(out)["uppdrag"]]) == (0, found)


@pytest.mark.parametrize(
    ("asked", "on", "message"),
    [
        (["2020 KS 11"], "2020-12-31", "no uppdrag '2020 KS 11', expected '2020 KS 1'"),
        ([ONE], "2020-02-09", "2020 KS 1 was not given by 2020-02-09"),
        ([ONE, "--giver", "KS"], "2020-12-31", "2020 KS 1 is not one of those that the options"),
    ],
)
def test_an_uppdrag_that_is_not_there_is_exit_code_1(
    example: Path, asked: list[str], on: str, message: str
) -> None:
    code, out, error = run(example, *asked, "--json", on=on)
    assert (code, json.loads(out)["uppdrag"]) == (1, [])
    assert error.startswith(message)


def test_an_unknown_unit_is_exit_code_2(example: Path) -> None:
    assert run(example, "--giver", "KX") == (
        2,
        "",
        "no unit 'KX', expected one of 'KF', 'KS', 'SN'\n",
    )


# -- the law: every path gives the same answer

IDS = ("A/1", "B", "C")
_ids = st.sampled_from(IDS)
_bodies = st.sampled_from(["KF", "KS"])
_units = st.lists(st.sampled_from(["KS", "SN"]), min_size=1, max_size=2, unique=True)
_dates = st.none() | st.sampled_from(EFFECTIVE)


@st.composite
def _merges(draw: st.DrawFn) -> UppdragMerged:
    uppdrag, into = draw(st.permutations(IDS))[:2]
    return UppdragMerged(uppdrag, into)


_given = st.builds(
    UppdragGiven,
    uppdrag=_ids,
    title=st.just("T"),
    responsible=_units,
    due=_dates,
    list=st.none() | st.just("L"),
)
_later: st.SearchStrategy[Event] = st.one_of(
    st.builds(
        UppdragReported,
        uppdrag=_ids,
        status=st.sampled_from(get_args(UppdragStatus)),
        by=st.sampled_from(get_args(Reporter)),
        label=st.none() | st.just("pågår"),
    ),
    st.builds(UppdragReassigned, uppdrag=_ids, responsible=_units),
    _merges(),
    st.builds(
        UppdragClosed,
        uppdrag=_ids,
        outcome=st.sampled_from(get_args(UppdragOutcome)),
        by=_bodies,
    ),
    st.builds(
        UppdragCountStated,
        giver=st.none() | _bodies,
        list=st.none() | st.just("L"),
        total=st.integers(0, 3),
        completed=st.none() | st.integers(0, 3),
    ),
    st.builds(DecisionAnnulled, target=st.sampled_from(DECISIONS)),
)


@st.composite
def _entries(draw: st.DrawFn) -> Entry:
    decision: DecisionRef | None = draw(st.none() | st.sampled_from(DECISIONS))
    undated = decision is None or decision.date is None
    stages: tuple[Stage, ...] = ("decided",) if decision is None else ("decided", "proposed")
    effective = draw(st.sampled_from(EFFECTIVE) if undated else _dates)
    return Entry(draw(_given | _later), decision, effective, stage=draw(st.sampled_from(stages)))


@st.composite
def _amendments(draw: st.DrawFn) -> Entry:
    target = f"#{draw(st.integers(4, 20))}"
    return withdrawn(target) if draw(st.booleans()) else corrected(target, draw(_entries()))


_commits = st.lists(st.lists(_entries() | _amendments(), min_size=1, max_size=3), max_size=8)


def everything(view: View) -> list[object]:
    choice = UppdragChoice(list="L")
    return [
        view.uppdrag(),
        view.uppdrag_counts(),
        view.uppdrag_counts(choice),
        view.uppdrag_claims(),
        view.pending_about("uppdrag"),
        [one.as_dict() for one in view.uppdrag()],
    ]


@given(_commits, st.lists(bases(), min_size=2, max_size=2))
def test_the_view_file_answers_as_the_fold_over_the_log(
    commits: Sequence[Sequence[Entry]], asked: Sequence[tuple[date, int, bool]]
) -> None:
    clock = SetClock()
    with ledger_file() as path, Ledger.create(path, organisation="P", clock=clock) as ledger:
        ledger.record(*(register(unit) for unit in ("KF", "KS", "SN")))
        ledger.record(*(give(name, decision=None, effective="2019-12-01") for name in IDS))
        for commit in commits:
            clock.now += TICK
            try:
                ledger.record(*commit)
            except EntriesRefused:
                continue
        log = list(ledger.history())
        for on, known, void in asked:
            position = known % (len(log) + 1)
            fast = ledger.as_of(on, known=position, void_annulled=void)
            plain = view_of(log, on, position, void_annulled=void)
            assert everything(fast) == everything(plain)


@given(_commits, st.sampled_from(DAYS))
def test_each_is_open_closed_or_merged_and_each_distinct_one_has_a_status(
    commits: Sequence[Sequence[Entry]], on: date
) -> None:
    with ledger_file() as path, Ledger.create(path, organisation="P", clock=SetClock()) as ledger:
        ledger.record(*(register(unit) for unit in ("KF", "KS", "SN")))
        ledger.record(*(give(name, decision=None, effective="2019-11-01") for name in IDS))
        for commit in commits:
            try:
                ledger.record(*commit)
            except EntriesRefused:
                continue
        found = ledger.as_of(on).uppdrag()
        counts = tally(found)
        assert counts.open + counts.closed + counts.merged == len(found)
        assert sum(counts.statuses.values()) == counts.given <= len(found)
        assert counts.done.max + counts.not_done.min + counts.statuses["withdrawn"] == counts.given
        assert all(one.open for one in found if one.overdue or one.flags)


def test_a_fold_without_facts_is_no_uppdrag() -> None:
    assert UppdragProjection(ONE, date(2020, 12, 31)).answer() is None
