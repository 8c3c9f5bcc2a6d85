"""Internal control: planned, scored, performed, acted upon, and followed up."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from datetime import date
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from styrledger.codec import read_entry
from styrledger.errors import EntriesRefused, UnknownName, ValueRefused
from styrledger.events.base import Event
from styrledger.events.entry import Entry
from styrledger.events.internal_control import (
    ActionCompleted,
    ActionDecided,
    ControlPerformed,
    ControlPlanned,
    ControlRescored,
    RecommendationFollowedUp,
    RecommendationReceived,
    Result,
)
from styrledger.ledger import Ledger
from styrledger.projections.internal_control import (
    Action,
    ActionProjection,
    Control,
    ControlProjection,
    RecommendationProjection,
    plan_year,
)
from styrledger.view import View

from .commands import answer, new, run, told
from .ledgers import bases, corrected, log_of, new_ledger, recorded, register, view_of, withdrawn

SN8 = "SN 2024/8"


@pytest.fixture
def ledger(tmp_path: Path) -> Generator[Ledger]:
    with new_ledger(tmp_path / "prov.db") as made:
        yield made


def plan(control: str = "8", on: str = "2023-12-11", **fields: Any) -> Entry:
    said = {"title": "Attest av fakturor", **fields}
    return Entry(ControlPlanned(plan="SN 2024", control=control, **said), effective=on)


def rescore(probability: int, consequence: int, on: str) -> Entry:
    return Entry(ControlRescored("SN 2024", "8", probability, consequence), effective=on)


def perform(result: Result, on: str = "2024-09-30", **fields: Any) -> Entry:
    return Entry(ControlPerformed("SN 2024", "8", result, **fields), effective=on)


def decide(
    action: str = "Å2", on: str = "2024-10-15", about: str = f"control/{SN8}", **fields: Any
) -> Entry:
    return Entry(ActionDecided(action, about, **fields), effective=on)


def complete(on: str, action: str = "Å2") -> Entry:
    return Entry(ActionCompleted(action), effective=on)


def receive(recommendation: str = "EY 1") -> Entry:
    event = RecommendationReceived(recommendation, "EY", "Planer antas i tid")
    return Entry(event, effective="2024-03-01")


def follow_up(status: Any, on: str, recommendation: str = "EY 1") -> Entry:
    return Entry(RecommendationFollowedUp(recommendation, status), effective=on)


def control(ledger: Ledger, on: str = "2024-12-31") -> Control:
    found = ledger.as_of(on).control(SN8)
    assert found is not None
    return found


def action(ledger: Ledger, on: str = "2024-12-31") -> Action:
    (found,) = ledger.as_of(on).actions()
    return found


# -- plan and risk


@pytest.mark.parametrize("name", ["8", SN8])
def test_a_control_may_be_named_with_its_plan_or_without(ledger: Ledger, name: str) -> None:
    ledger.record(plan(name), perform("deviation"), decide())
    assert (control(ledger).result, len(control(ledger).actions)) == ("deviation", 1)
    assert len(ledger.trail(f"control/{SN8}")) == 3


def test_a_control_is_there_from_the_day_it_is_planned(ledger: Ledger) -> None:
    ledger.record(plan())
    assert ledger.as_of("2023-12-10").controls() == ()
    assert ledger.as_of("2023-12-10").control(SN8) is None
    found = control(ledger, "2023-12-11")
    assert (found.plan, found.control, found.title) == ("SN 2024", "8", "Attest av fakturor")
    assert (found.result, found.label, found.performed, found.deviates) == (None, None, (), False)


def test_the_risk_is_probability_times_consequence_on_any_scale(ledger: Ledger) -> None:
    ledger.record(plan(probability=3, consequence=4), plan("9", probability=10, consequence=25))
    assert [one.risk for one in ledger.as_of("2024-01-01").controls()] == [12, 250]


@pytest.mark.parametrize("scores", [{}, {"probability": 3}, {"consequence": 3}])
def test_a_risk_that_was_not_scored_is_unknown(ledger: Ledger, scores: dict[str, Any]) -> None:
    ledger.record(plan(**scores))
    found = control(ledger)
    assert found.risk is None
    assert (found.probability, found.consequence) == (
        scores.get("probability"),
        scores.get("consequence"),
    )


def test_a_rescored_risk_holds_from_its_day_and_the_first_is_kept(ledger: Ledger) -> None:
    ledger.record(plan(probability=3, consequence=4), rescore(2, 4, "2024-06-01"))
    assert (control(ledger, "2024-05-31").risk, control(ledger, "2024-06-01").risk) == (12, 8)
    assert [score.risk for score in control(ledger).scores] == [12, 8]


@pytest.mark.parametrize(
    ("name", "year"),
    [
        ("SN 2024", 2024),
        ("2024", 2024),
        ("Plan 2024 för SN", 2024),
        ("SN 2024-2026", None),
        ("SN", None),
        ("SN 12024", None),
    ],
)
def test_the_year_of_a_plan_is_read_from_its_name(name: str, year: int | None) -> None:
    assert plan_year(name) == year


def test_a_year_that_is_stated_goes_before_the_name(ledger: Ledger) -> None:
    ledger.record(plan(year=2025), plan("9"))
    assert [one.year for one in ledger.as_of("2024-01-01").controls()] == [2025, 2024]


def test_controls_are_listed_by_the_size_of_the_numbers_in_their_ids(ledger: Ledger) -> None:
    ledger.record(*(plan(name) for name in ("10", "2", "2b", "B1", "1.10", "1.9")))
    found = [one.control for one in ledger.as_of("2024-01-01").controls()]
    assert found == ["1.9", "1.10", "2", "2b", "10", "B1"]


# -- performed


@pytest.mark.parametrize("result", get_args(Result))
def test_a_result_has_a_severity_and_keeps_the_sources_own_word(
    ledger: Ledger, result: Result
) -> None:
    ledger.record(plan(), perform(result, label="egna ord", sample=25, faults=3, finding="Fel."))
    found = control(ledger)
    assert (found.result, found.label) == (result, "egna ord")
    assert found.deviates == (result not in {"no_deviation", "not_performed"})
    assert (found.performed[0].event.sample, found.performed[0].event.faults) == (25, 3)
    assert control(ledger, "2024-09-29").result is None


def test_the_last_result_holds_and_the_earlier_are_kept(ledger: Ledger) -> None:
    ledger.record(plan(), perform("deviation", "2024-04-30"), perform("no_deviation"))
    found = control(ledger)
    assert (found.result, [it.event.result for it in found.performed]) == (
        "no_deviation",
        ["deviation", "no_deviation"],
    )


def test_a_control_may_be_performed_before_its_plan_was_adopted(ledger: Ledger) -> None:
    ledger.record(plan(on="2024-02-12"), perform("deviation", "2024-01-31"))
    assert ledger.as_of("2024-02-11").controls() == ()
    assert control(ledger, "2024-02-12").result == "deviation"


def test_a_sample_may_be_told_in_words(ledger: Ledger) -> None:
    ledger.record(plan(), perform("no_deviation", sample="fakturor i mars"))
    assert control(ledger).performed[0].event.sample == "fakturor i mars"


# -- actions


def test_an_action_is_overdue_the_day_after_it_was_due_until_it_is_done(ledger: Ledger) -> None:
    ledger.record(plan(), decide(due="2024-11-30", responsible="Ekonomichef"))
    assert not action(ledger, "2024-11-30").overdue
    assert action(ledger, "2024-12-01").overdue
    ledger.record(complete("2024-12-10"))
    assert action(ledger, "2024-12-09").overdue
    done = action(ledger, "2024-12-10")
    assert (done.overdue, done.late, str(done.completed)) == (False, True, "2024-12-10")


def test_an_action_done_on_its_last_day_is_not_late(ledger: Ledger) -> None:
    ledger.record(plan(), decide(due="2024-11"), complete("2024-11-30"))
    assert (action(ledger).overdue, action(ledger).late) == (False, False)


def test_an_action_done_in_the_month_in_which_it_was_due_may_be_in_time(ledger: Ledger) -> None:
    ledger.record(plan(), decide(due="2024-11-15"), complete("2024-11"))
    assert not action(ledger).late


def test_an_action_without_a_day_is_never_overdue(ledger: Ledger) -> None:
    ledger.record(plan(), decide())
    assert not action(ledger, "2030-01-01").overdue


def test_an_action_decided_again_is_moved_and_the_first_day_is_remembered(ledger: Ledger) -> None:
    ledger.record(plan(), decide(due="2024-11-30"), decide(on="2024-12-01", due="2025-03-31"))
    found = action(ledger)
    assert (str(found.due), str(found.first_due), found.overdue) == (
        "2025-03-31",
        "2024-11-30",
        False,
    )
    assert (str(found.decided), len(found.trail)) == ("2024-10-15", 2)


def test_an_action_belongs_to_what_it_is_about(ledger: Ledger) -> None:
    ledger.record(plan(), plan("9"), receive(), decide(), decide("Å3", about="recommendation/EY 1"))
    view = ledger.as_of("2024-12-31")
    assert [[it.action for it in one.actions] for one in view.controls()] == [["Å2"], []]
    assert [it.action for it in control(ledger).actions] == ["Å2"]
    assert [[it.action for it in one.actions] for one in view.recommendations()] == [["Å3"]]


def test_a_decided_action_is_in_the_trail_of_its_control(ledger: Ledger) -> None:
    ledger.record(plan(), decide())
    assert [it.recorded.entry.event.type for it in ledger.trail(f"control/{SN8}")] == [
        "control.planned",
        "action.decided",
    ]
    assert len(ledger.trail("action/Å2")) == 1


@pytest.mark.parametrize("about", ["budget/KS/2020/operating", "decision/KF 2020-02-10 § 9"])
def test_an_action_may_be_about_what_no_entry_introduces(ledger: Ledger, about: str) -> None:
    ledger.record(decide(about=about))
    assert action(ledger).about == about
    assert ledger.as_of("2024-12-31").budgets(2020) == ()


@pytest.mark.parametrize("apart", [False, True], ids=["in one commit", "in two commits"])
def test_an_action_has_one_subject(ledger: Ledger, *, apart: bool) -> None:
    before = [plan(), plan("9"), decide()]
    if apart:
        ledger.record(*before)
        before = []
    head = ledger.head()
    with pytest.raises(EntriesRefused) as refused:
        ledger.record(*before, decide(about="control/SN 2024/9"))
    assert str(refused.value) == (
        f"{'' if apart else 'entry 4: '}about: 'Å2' is about 'control/SN 2024/8' already, "
        "expected the same subject, or another action"
    )
    assert ledger.head() == head


def test_the_subject_of_an_action_may_be_corrected(ledger: Ledger) -> None:
    *_, wrong = ledger.record(plan(), plan("9"), decide())
    ledger.record(corrected(f"#{wrong.position}", decide(about="control/SN 2024/9")))
    view = ledger.as_of("2024-12-31")
    assert [len(one.actions) for one in view.controls()] == [0, 1]
    before = ledger.as_of("2024-12-31", known=wrong.position)
    assert [len(one.actions) for one in before.controls()] == [1, 0]


# -- recommendations


def test_a_recommendation_remains_until_it_is_followed_up_as_done(ledger: Ledger) -> None:
    ledger.record(receive(), follow_up("remaining", "2024-06-30"), follow_up("done", "2024-12-31"))
    found = [
        ledger.as_of(on).recommendations()[0].status
        for on in ("2024-06-29", "2024-06-30", "2024-12-31")
    ]
    assert found == [None, "remaining", "done"]
    assert ledger.as_of("2024-02-29").recommendations() == ()


def test_who_recommended_need_not_be_a_unit_of_the_organisation(ledger: Ledger) -> None:
    ledger.record(receive())
    assert ledger.as_of("2024-12-31").recommendations()[0].received_from == "EY"


# -- corrections and what is not decided


def test_a_corrected_result_keeps_both(ledger: Ledger) -> None:
    _, wrong = ledger.record(plan(), perform("no_deviation"))
    ledger.record(corrected(f"#{wrong.position}", perform("serious_deviation")))
    before = ledger.as_of("2024-12-31", known=wrong.position).control(SN8)
    assert before is not None
    assert (before.result, control(ledger).result) == ("no_deviation", "serious_deviation")


def test_a_withdrawn_plan_takes_its_control_away(ledger: Ledger) -> None:
    first, _ = ledger.record(plan(), perform("deviation"))
    ledger.record(withdrawn(f"#{first.position}"))
    assert ledger.as_of("2024-12-31").controls() == ()
    assert ledger.as_of("2024-12-31").control(SN8) is None


def test_a_proposed_control_is_pending_and_not_planned(ledger: Ledger) -> None:
    event = ControlPlanned("SN 2024", "8", "Attest")
    proposed = Entry(event, "SN 2023-11-20 § 4", stage="proposed")
    ledger.record(proposed)
    view = ledger.as_of("2024-12-31")
    assert view.controls() == ()
    assert [one.fact.entry for one in view.pending_about("control")] == [proposed]


def test_folds_without_facts_are_nothing() -> None:
    assert ActionProjection(date(2024, 1, 1)).answer() is None
    assert ControlProjection().answer() is None
    assert RecommendationProjection().answer() is None


# -- bad input


def test_unknown_names_are_refused_with_a_suggestion(ledger: Ledger) -> None:
    ledger.record(plan(), decide(), receive())
    head = ledger.head()
    with pytest.raises(EntriesRefused) as refused:
        ledger.record(
            Entry(ControlPerformed("SN 2024", "7", "deviation"), effective="2024-01-01"),
            decide("Å3", about="control/SN 2024/88"),
            complete("2024-12-01", "Å22"),
            follow_up("done", "2024-12-01", "EY1"),
            plan(),
        )
    assert str(refused.value).splitlines() == [
        "entry 1: control: unknown control 'SN 2024/7', expected 'SN 2024/8', record it first",
        "entry 2: about: unknown control 'SN 2024/88', expected 'SN 2024/8', record it first",
        "entry 3: action: unknown action 'Å22', expected 'Å2', record it first",
        "entry 4: recommendation: unknown recommendation 'EY1', expected 'EY 1', record it first",
        (
            "entry 5: control: 'SN 2024/8' is registered already, expected a new control, "
            "correct the earlier entry if it was wrong"
        ),
    ]
    assert ledger.head() == head


PLANNED = {"type": "control.planned", "effective": "2024-01-01", "plan": "SN 2024", "control": "8"}
PERFORMED = {**PLANNED, "type": "control.performed"}
DECIDED = {"type": "action.decided", "effective": "2024-01-01", "action": "Å2"}
SUBJECT = "expected one such as 'control/SN 2024/8' or 'budget/KS/2020/operating'"


@pytest.mark.parametrize(
    ("given", "faults"),
    [
        (PLANNED, ["title: missing, expected a value"]),
        (
            {**PLANNED, "title": "T", "probability": 0, "consequence": "4", "year": 24},
            [
                "probability: 0 is out of range, expected a whole number from 1 to 1000000",
                "consequence: '4' is out of range, expected a whole number from 1 to 1000000",
                "year: 24 is not a year, expected a number such as 2020",
            ],
        ),
        (
            {**PLANNED, "plan": "SN/2024", "title": "T", "probabilty": 3},
            [
                "plan: 'SN/2024' cannot be a code, expected a code without '/', and not '*'",
                "probabilty: unknown field, expected 'probability'",
            ],
        ),
        (
            {**PERFORMED, "result": "deviaton", "sample": -1, "faults": True},
            [
                "result: 'deviaton' is not known here, expected 'deviation'",
                "sample: -1 is out of range, expected a whole number from 0 to 1000000",
                "faults: True is out of range, expected a whole number from 0 to 1000000",
            ],
        ),
        (
            {**PLANNED, "type": "control.rescored", "probability": 2.5},
            [
                "probability: 2.5 is out of range, expected a whole number from 1 to 1000000",
                "consequence: missing, expected a value",
            ],
        ),
        (
            {**DECIDED, "about": "SN 2024/8", "due": "31 mars"},
            [
                f"about: 'SN 2024/8' is not a subject, {SUBJECT}",
                "due: '31 mars' is not a date, expected a date such as 2020-02-10, 2020-02 or 2020",
            ],
        ),
        ({**DECIDED, "about": "control/"}, [f"about: 'control/' is not a subject, {SUBJECT}"]),
        (
            {"type": "action.completed", "effective": "2024-01-01"},
            ["action: missing, expected a value"],
        ),
        (
            {"type": "recommendation.received", "effective": "2024-01-01", "from": ""},
            [
                "from: it is empty, expected some text, leave the field out instead",
                "recommendation: missing, expected a value",
                "title: missing, expected a value",
            ],
        ),
        (
            {
                "type": "recommendation.followed_up",
                "effective": "2024-01-01",
                "recommendation": "EY 1",
                "status": "klar",
            },
            ["status: 'klar' is not known here, expected one of 'done', 'remaining'"],
        ),
    ],
)
def test_each_fault_is_told_with_its_field(given: dict[str, Any], faults: list[str]) -> None:
    with pytest.raises(ValueRefused) as refused:
        read_entry(given)
    assert sorted(str(refused.value).splitlines()) == sorted(faults)


# -- every path gives the same answer

ON = st.sampled_from(["2019-12-01", "2020-03-10", "2020-06-30", "2020-06", "2020"])
ABOUT = {"A": "control/P 2020/1", "B": "recommendation/R", "C": "budget/KS/2020/operating"}
SCORE = st.integers(1, 4)

events: st.SearchStrategy[Event] = st.one_of(
    st.builds(ControlRescored, st.just("P 2020"), st.just("1"), SCORE, SCORE),
    st.builds(ControlPerformed, st.just("P 2020"), st.just("1"), st.sampled_from(get_args(Result))),
    st.sampled_from("ABC").flatmap(
        lambda name: st.builds(
            ActionDecided, st.just(name), st.just(ABOUT[name]), st.none(), st.none() | ON
        )
    ),
    st.builds(ActionCompleted, st.sampled_from("ABC")),
    st.builds(RecommendationFollowedUp, st.just("R"), st.sampled_from(["done", "remaining"])),
)
entries = st.builds(Entry, events, st.none(), ON)
OPENING = (
    register("KS"),
    Entry(ControlPlanned("P 2020", "1", "Attest", 2, 3), effective="2020-03-10"),
    Entry(RecommendationReceived("R", "EY", "T"), effective="2020-03-10"),
    *(Entry(ActionDecided(name, about), effective="2020-06-30") for name, about in ABOUT.items()),
)


@st.composite
def commits(draw: st.DrawFn) -> Sequence[Sequence[Entry]]:
    """Draw commits after the opening, the last of which may undo a part of the opening."""
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
    undone = draw(st.none() | st.integers(2, len(OPENING)))
    return found if undone is None else [*found, [withdrawn(f"#{undone}")]]


def answers(view: View) -> list[object]:
    """Return all that a view answers of internal control, as it stands and as JSON."""
    found = [*view.controls(), *view.actions(), *view.recommendations()]
    shown: Callable[[Any], object] = lambda one: one.as_dict()  # noqa: E731
    return [found, [shown(one) for one in found]]


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


def test_the_command_tells_all_in_the_fields_of_the_contract(tmp_path: Path) -> None:
    path = new(
        tmp_path,
        {**PLANNED, "title": "Attest", "probability": 3, "consequence": 4},
        {**PERFORMED, "result": "deviation", "label": "avvikelse", "note": "Anm."},
        {**DECIDED, "about": f"control/{SN8}", "due": "2024-06-30", "responsible": "SN"},
    )
    found = answer("controls", "--ledger", path, "--on", "2024-07-01")
    assert next(iter(found)) == "basis"
    (one,) = found["controls"]
    assert {
        key: one[key] for key in ("plan", "control", "title", "probability", "consequence")
    } == {
        "plan": "SN 2024",
        "control": "8",
        "title": "Attest",
        "probability": 3,
        "consequence": 4,
    }
    assert (one["risk"], one["result"], one["label"]) == (12, "deviation", "avvikelse")
    assert [(it["action"], it["due"], it["overdue"]) for it in one["actions"]] == [
        ("Å2", "2024-06-30", True)
    ]
    assert [(it["position"], it["type"], it["note"]) for it in one["trail"]] == [
        (4, "control.planned", None),
        (5, "control.performed", "Anm."),
        (6, "action.decided", None),
    ]
    assert answer("controls", SN8, "--ledger", path, "--on", "2024-07-01")["controls"] == [one]


def test_the_table_shows_risk_result_and_actions(tmp_path: Path) -> None:
    path = new(
        tmp_path,
        {**PLANNED, "title": "Attest", "probability": 3, "consequence": 4, "method": "Stickprov"},
        {**PERFORMED, "result": "deviation", "finding": "Två saknas.", "sample": 25, "faults": 2},
        {**DECIDED, "about": f"control/{SN8}", "due": "2024-06-30"},
    )
    shown = told("controls", SN8, "--ledger", path, "--on", "2024-07-01")
    for text in ("3 × 4 = 12", "Method: Stickprov", "sample: 25", "Två saknas.", "overdue"):
        assert text in shown


def test_a_control_that_is_not_there_is_exit_code_1(tmp_path: Path) -> None:
    path = new(tmp_path, {**PLANNED, "title": "Attest"})
    asked = run("controls", "SN 2024/9", "--ledger", path)
    assert (asked.exit_code, asked.stderr) == (
        1,
        "no control 'SN 2024/9', expected 'SN 2024/8'\n",
    )
    early = run("controls", SN8, "--ledger", path, "--on", "2023-12-31")
    assert (early.exit_code, early.stderr) == (1, f"'{SN8}' was not yet there on that day\n")


def test_a_plan_may_be_asked_for_alone(tmp_path: Path) -> None:
    other = {**PLANNED, "plan": "KS 2024", "title": "T"}
    path = new(tmp_path, {**PLANNED, "title": "T"}, other)
    found = answer("controls", "--plan", "KS 2024", "--ledger", path)
    assert [one["plan"] for one in found["controls"]] == ["KS 2024"]


def test_an_unknown_control_is_told_with_a_suggestion(ledger: Ledger) -> None:
    ledger.record(plan())
    with pytest.raises(UnknownName, match="no control 'SN 2024/9', expected 'SN 2024/8'"):
        ledger.as_of("2024-12-31").control("SN 2024/9")
