"""Governance facts that came hard: tried by someone who wanted them to be told wrong."""

from __future__ import annotations

import json
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

from styrledger.codec import read_entry
from styrledger.errors import EntriesRefused, ValueRefused
from styrledger.events.budgets import BudgetAdopted
from styrledger.events.decisions import DecisionAnnulled, MinutesApproved
from styrledger.events.documents import DocumentAdopted, DocumentRevised
from styrledger.events.entry import Entry
from styrledger.events.meetings import MeetingHeld, VoteCounted
from styrledger.events.units import UnitMoved, UnitRegistered
from styrledger.ledger import Ledger
from styrledger.projections.documents import Document
from styrledger.projections.votes import Vote

from .commands import answer, new, run, told
from .ledgers import new_ledger

DAY = "2020-05-25"
END = "2020-12-31"


@pytest.fixture
def ledger(tmp_path: Path) -> Generator[Ledger]:
    with new_ledger(tmp_path / "prov.db") as made:
        yield made


# -- votes on referring back


def voted(ledger: Ledger, yes: int, no: int, present: int, **fields: Any) -> Vote:
    """Return what came of a vote in the council in which no stood for referring back."""
    event = VoteCounted("avgörs i dag", yes, no, no_means="återremiss", refer_back="no", **fields)
    ledger.record(
        Entry(UnitRegistered("FM", "council"), effective="2019-01-01"),
        Entry(MeetingHeld("FM", DAY, present=present), effective=DAY),
        Entry(event, f"FM {DAY} § 4"),
    )
    meeting = ledger.as_of(END).meeting("FM", DAY)
    assert meeting is not None
    return meeting.votes[0]


def test_a_majority_refers_back_though_it_is_no_third_of_those_present(ledger: Ledger) -> None:
    found = voted(ledger, 10, 15, present=65, abstained=40)
    back = found.referring_back
    assert back is not None
    assert (back.asking, back.needed, back.by_minority, back.reached) == (15, 13, False, True)
    assert (found.winner, found.outcome, found.referred_back) == ("no", "återremiss", True)


def test_a_casting_vote_refers_back_though_it_is_no_third(ledger: Ledger) -> None:
    found = voted(ledger, 10, 10, present=65, abstained=45, casting="no")
    assert (found.winner, found.referred_back) == ("no", True)


@pytest.mark.parametrize("votes", [0, 10])
def test_a_tie_that_is_no_third_and_nobody_broke_has_no_winner(ledger: Ledger, votes: int) -> None:
    found = voted(ledger, votes, votes, present=65)
    assert (found.winner, found.outcome, found.referred_back) == (None, None, False)
    assert "tie_undecided" in found.flags


# -- what counts on the day that its subject begins, or before it where that is imprecise


def document(ledger: Ledger, on: str) -> Document:
    found = ledger.as_of(on).document("Policy")
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("adopted", "revised"),
    [
        ({"decision": "KF 2020"}, {"decision": "KF 2020-10-01 § 1"}),
        ({"decision": "KF 2020-10-01 § 1"}, {"effective": "2020-10-01"}),
    ],
)
def test_a_revision_is_not_lost_where_the_adoption_is_ordered_after_it(
    ledger: Ledger, adopted: dict[str, Any], revised: dict[str, Any]
) -> None:
    ledger.record(
        Entry(DocumentAdopted("Policy", "Ett", "Policy", "KS", "2020-03-01"), **adopted),
        Entry(DocumentRevised("Policy", title="Två"), **revised),
    )
    assert [version.title for version in document(ledger, END).versions] == ["Ett", "Två"]
    assert document(ledger, END).current.title == "Två"


@pytest.mark.parametrize(
    ("registered", "moved"),
    [
        ({"effective": "2020"}, "2020-06-01"),
        ({"decision": "KF 2020-06-01 § 3"}, "2020-06-01"),
    ],
)
def test_a_move_is_not_lost_where_the_registration_is_ordered_after_it(
    ledger: Ledger, registered: dict[str, Any], moved: str
) -> None:
    ledger.record(
        Entry(UnitRegistered("X", "department", parent="KS"), **registered),
        Entry(UnitMoved("X", "SN"), effective=moved),
    )
    found = ledger.as_of(END).unit("X")
    assert found is not None
    assert found.parent == "SN"
    assert len(found.trail) == 2


def test_a_move_that_is_surely_before_the_registration_changes_nothing(ledger: Ledger) -> None:
    ledger.record(
        Entry(UnitRegistered("X", "department", parent="KS"), effective="2020"),
        Entry(UnitMoved("X", "SN"), effective="2019-12-31"),
    )
    found = ledger.as_of(END).unit("X")
    assert found is not None
    assert found.parent == "KS"


# -- what contradicts itself


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        (
            {"type": "unit.moved", "unit": "KS", "parent": "KS"},
            "parent: 'KS' is the unit itself, expected another unit",
        ),
        (
            {"type": "unit.closed", "unit": "KS", "into": "KS"},
            "into: 'KS' is the unit itself, expected another unit",
        ),
        (
            {"type": "document.repealed", "document": "D", "replaced_by": "D"},
            "replaced_by: the document is its own replacement, expected another document, or none",
        ),
        (
            {
                "type": "control.performed",
                "plan": "SN 2020",
                "control": "8",
                "result": "deviation",
                "sample": 2,
                "faults": 3,
            },
            "faults: 3 wrong, of 2 looked at, expected at most 2",
        ),
        (
            {
                "type": "evaluation.scored",
                "evaluation": "E",
                "year": 2020,
                "area": "1",
                "score": "-1",
                "scale_max": "0",
                "criteria_version": "1",
            },
            "scale_max: 0 is no scale, expected more than 0",
        ),
    ],
)
def test_what_contradicts_itself_is_refused(given: dict[str, Any], fault: str) -> None:
    with pytest.raises(ValueRefused) as refused:
        read_entry({**given, "effective": DAY}, "f:1")
    assert str(refused.value) == f"f:1: {fault}"


def test_as_many_wrong_as_were_looked_at_is_no_contradiction() -> None:
    given = {"type": "control.performed", "plan": "P", "control": "8", "result": "deviation"}
    read_entry({**given, "sample": 2, "faults": 2, "effective": DAY})
    read_entry({**given, "sample": "alla", "faults": 2, "effective": DAY})


# -- names


@pytest.mark.parametrize("event", [MinutesApproved, DecisionAnnulled])
def test_the_body_of_a_target_is_known_or_suggested(
    ledger: Ledger, event: type[MinutesApproved | DecisionAnnulled]
) -> None:
    with pytest.raises(EntriesRefused) as refused:
        ledger.record(Entry(event("KFF 2020-02-10 § 9"), effective=DAY))
    assert str(refused.value) == (
        "target.body: unknown unit 'KFF', expected 'KF', register it first"
    )
    assert ledger.head() == 3


def test_a_target_without_a_body_is_taken_as_it_is(ledger: Ledger) -> None:
    ledger.record(Entry(MinutesApproved("2020-02-10 § 9"), effective=DAY))
    assert ledger.head() == 4


# -- what is pending


def test_a_proposed_unit_is_pending(tmp_path: Path) -> None:
    proposal = {"type": "unit.registered", "unit": "NY", "kind": "board", "stage": "proposed"}
    ledger = new(tmp_path, {**proposal, "decision": "KS 2020-01-10 § 1"})
    asked = ("units", "--on", END, "--ledger", ledger)
    found = answer(*asked)
    assert [*found] == ["basis", "units", "pending"]
    assert [unit["unit"] for unit in found["units"]] == ["KF", "KS", "SN"]
    assert [(one["position"], one["stage"]) for one in found["pending"]] == [(4, "proposed")]
    assert "Pending" in told(*asked)


# -- what is answered where there is nothing


def test_a_decision_that_is_unknown_is_an_empty_answer_in_json(tmp_path: Path) -> None:
    result = run("decisions", "KF 2020-01-01 § 1", "--json", "--ledger", new(tmp_path))
    found = json.loads(result.stdout)
    assert ([*found], found["decisions"], result.exit_code) == (["basis", "decisions"], [], 1)
    assert (
        result.stderr
        == "no decision 'KF 2020-01-01 § 1', expected one that was recorded, and none was so far\n"
    )


def test_goals_of_an_unknown_unit_are_wrong_use(tmp_path: Path) -> None:
    result = run("goals", "--owner", "KFF", "--ledger", new(tmp_path))
    assert (result.exit_code, result.stderr) == (2, "no unit 'KFF', expected 'KF'\n")


def test_a_name_is_the_same_however_its_letters_are_spelt(tmp_path: Path) -> None:
    with Ledger.create(tmp_path / "l.db", organisation="Å kommun") as ledger:
        ledger.record(Entry(UnitRegistered("SÄN", "board"), effective="2020-01-01"))
        decomposed = "SA\N{COMBINING DIAERESIS}N"
        ledger.record(Entry(BudgetAdopted(decomposed, 2020, "1 tkr"), effective="2020-01-01"))
        assert [one.unit for one in ledger.as_of("2020-01-01").budgets(2020)] == ["SÄN"]
