"""What counts on a day, as known at a point: the two clocks and all that moves an entry."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from styrledger.amounts import Amount
from styrledger.errors import DateError, UnknownPosition
from styrledger.events.budgets import BudgetRevised
from styrledger.events.decisions import DecisionAnnulled, DecisionConditionMet
from styrledger.events.entry import Entry
from styrledger.ledger import Ledger
from styrledger.opened import view_path
from styrledger.tree import entry_bytes

from .ledgers import SetClock, adopted, corrected, new_ledger, revised, withdrawn
from .test_tree import naive_root

ADOPTED = adopted("100 tkr", "KF 2019-06-10 § 109", key="ram")


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def ledger(tmp_path: Path, clock: SetClock) -> Iterator[Ledger]:
    """Give a ledger whose first three entries register the units KF, KS and SN."""
    with new_ledger(tmp_path / "prov.db", clock) as made:
        yield made


def amount(ledger: Ledger, on: str = "2020-12-31", **known: Any) -> str | None:
    """Return the operating budget of KS for 2020, as it is printed."""
    found = ledger.as_of(on, **known).budget("KS", 2020).amount
    return None if found is None else found.text


def steps(ledger: Ledger, on: str = "2020-12-31", **known: Any) -> list[tuple[int, str, str]]:
    """Return the steps of that budget: position, change and balance."""
    trail = ledger.as_of(on, **known).budget("KS", 2020).trail
    return [(step.fact.position, step.change.text, step.balance.text) for step in trail]


def waiting(ledger: Ledger, on: str = "2020-12-31", **known: Any) -> list[int]:
    """Return the positions of what is pending for the budgets of 2020."""
    return [one.fact.position for one in ledger.as_of(on, **known).pending(2020)]


# -- the effective date


def test_an_entry_counts_from_its_decisions_date_that_day_included(ledger: Ledger) -> None:
    ledger.record(ADOPTED)
    assert amount(ledger, "2019-06-09") is None
    assert amount(ledger, "2019-06-10") == "100 tkr"


def test_an_effective_date_comes_before_the_decisions_date(ledger: Ledger) -> None:
    ledger.record(adopted("100 tkr", "KF 2019-06-10 § 109", effective="2020-01-01"))
    assert amount(ledger, "2019-12-31") is None
    assert amount(ledger, "2020-01-01") == "100 tkr"


def test_a_late_entry_shows_on_its_day_but_not_as_known_before(ledger: Ledger) -> None:
    ledger.record(ADOPTED)
    before = ledger.head()
    ledger.record(revised("5 tkr", "KF 2020-02-10 § 9", effective="2020-03-01"))
    assert amount(ledger, "2020-02-29") == "100 tkr"
    assert amount(ledger, "2020-03-01") == "105 tkr"
    assert amount(ledger, "2020-03-01", known=before) == "100 tkr"


@pytest.mark.parametrize(
    ("said", "day_before", "counts_from"),
    [
        pytest.param("2020-06", "2020-06-29", "2020-06-30", id="a month"),
        pytest.param("2020", "2020-12-30", "2020-12-31", id="a year"),
    ],
)
def test_an_imprecise_date_counts_from_its_last_day_and_is_marked(
    ledger: Ledger, said: str, day_before: str, counts_from: str
) -> None:
    ledger.record(ADOPTED, revised("5 tkr", None, effective=said))
    assert amount(ledger, day_before) == "100 tkr"
    assert amount(ledger, counts_from) == "105 tkr"
    exact, imprecise = ledger.as_of(counts_from).budget("KS", 2020).trail
    assert imprecise.since == date.fromisoformat(counts_from)
    assert imprecise.as_dict() | {"note": None} == {
        "position": 5,
        "type": "budget.revised",
        "decision": None,
        "effective": said,
        "imprecise": True,
        "change": {"ore": 500_000, "text": "5 tkr"},
        "balance": {"ore": 10_500_000, "text": "105 tkr"},
        "note": None,
    }
    assert "imprecise" not in exact.as_dict()


def test_an_imprecise_decision_date_counts_from_its_last_day_too(ledger: Ledger) -> None:
    ledger.record(adopted("100 tkr", "KF 2020-06 § 4"))
    assert amount(ledger, "2020-06-29") is None
    assert amount(ledger, "2020-06-30") == "100 tkr"
    assert ledger.as_of("2020-06-30").budget("KS", 2020).trail[0].as_dict()["imprecise"] is True


# -- the order of effect


def test_decisions_of_one_day_take_effect_in_order_of_their_paragraphs(ledger: Ledger) -> None:
    ledger.record(
        revised("-1 tkr", "KF 2020-06-08 § 104"), revised("5 tkr", "KF 2020-06-08 § 103"), ADOPTED
    )
    assert steps(ledger) == [
        (6, "100 tkr", "100 tkr"),
        (5, "5 tkr", "105 tkr"),
        (4, "-1 tkr", "104 tkr"),
    ]


@pytest.mark.parametrize(
    ("first", "then"),
    [
        pytest.param("SN 2020-06-07 § 9", "KF 2020-06-08 § 1", id="the decision's day"),
        pytest.param("KF 2020-06-08 § 9", "KS 2020-06-08 § 1", id="then the body"),
        pytest.param("2020-06-08 § 9", "KF 2020-06-08 § 1", id="no body before any"),
        pytest.param("KF 2020-06-08 § 9", "KF 2020-06-08 § 10", id="then the paragraph, a number"),
        pytest.param("KF 2020-06-08", "KF 2020-06-08 § 1", id="no paragraph before any"),
        pytest.param(None, "KF 2020-06-08", id="no decision before any"),
    ],
)
def test_what_takes_effect_on_one_day_does_so_in_the_order_of_the_decisions(
    ledger: Ledger, first: str | None, then: str
) -> None:
    ledger.record(
        adopted("200 tkr", then, effective="2020-07-01"),
        revised("5 tkr", first, effective="2020-07-01"),
    )
    assert steps(ledger) == [(5, "5 tkr", "5 tkr"), (4, "195 tkr", "200 tkr")]


def test_what_is_equal_in_all_else_takes_effect_in_order_of_recording(ledger: Ledger) -> None:
    ledger.record(adopted("2 tkr", "KF 2020-06-08 § 1"), adopted("1 tkr", "KF 2020-06-08 § 1"))
    assert steps(ledger) == [(4, "2 tkr", "2 tkr"), (5, "-1 tkr", "1 tkr")]


def test_the_day_of_effect_comes_before_the_day_of_the_decision(ledger: Ledger) -> None:
    ledger.record(
        adopted("1 tkr", "KF 2020-01-10 § 1", effective="2020-07-02"),
        adopted("2 tkr", "KF 2020-06-08 § 1", effective="2020-07-01"),
    )
    assert amount(ledger) == "1 tkr"


# -- corrections and withdrawals


def test_a_correction_keeps_both_values_each_at_its_own_known(ledger: Ledger) -> None:
    ledger.record(ADOPTED)
    ledger.record(corrected("ram", adopted("120 tkr", "KF 2019-06-10 § 109")))
    assert amount(ledger, known="#4") == "100 tkr"
    assert amount(ledger, known="#5") == "120 tkr"
    assert amount(ledger) == "120 tkr"


def test_a_correction_keeps_its_targets_place_among_equals(ledger: Ledger) -> None:
    ledger.record(adopted("1 tkr", "KF 2020-06-08 § 1"), adopted("2 tkr", "KF 2020-06-08 § 1"))
    ledger.record(corrected("#4", adopted("3 tkr", "KF 2020-06-08 § 1")))
    assert steps(ledger) == [(6, "3 tkr", "3 tkr"), (5, "-1 tkr", "2 tkr")]
    assert ledger.as_of("2020-12-31").budget("KS", 2020).trail[0].as_dict()["corrects"] == 4


def test_a_correction_may_change_the_day_the_subject_and_the_type(ledger: Ledger) -> None:
    ledger.record(ADOPTED, revised("5 tkr", "KF 2020-02-10 § 9"))
    ledger.record(corrected("#5", revised("5 tkr", "KF 2020-03-10 § 9")))
    ledger.record(
        corrected(
            "#4", Entry(BudgetRevised(unit="SN", year=2020, amount="7 tkr"), effective="2020")
        )
    )
    assert amount(ledger, "2020-02-29", known="#5") == "105 tkr"
    assert amount(ledger, "2020-02-29", known="#6") == "100 tkr"
    assert amount(ledger, "2020-03-10", known="#6") == "105 tkr"
    assert amount(ledger, "2020-12-31", known="#7") == "5 tkr"
    assert ledger.as_of("2020-12-31").budget("SN", 2020).amount == Amount("7 tkr")
    assert ledger.as_of("2020-12-31", known="#6").budget("SN", 2020).amount is None


def test_the_latest_correction_stands_whether_of_the_original_or_of_a_correction(
    ledger: Ledger,
) -> None:
    ledger.record(ADOPTED)
    ledger.record(corrected("#4", adopted("101 tkr", "KF 2019-06-10 § 109")))
    ledger.record(corrected("#5", adopted("102 tkr", "KF 2019-06-10 § 109")))
    ledger.record(corrected("#4", adopted("103 tkr", "KF 2019-06-10 § 109")))
    then = [amount(ledger, known=position) for position in (4, 5, 6, 7)]
    assert then == ["100 tkr", "101 tkr", "102 tkr", "103 tkr"]


def test_a_withdrawn_correction_brings_back_what_it_replaced(ledger: Ledger) -> None:
    ledger.record(ADOPTED)
    ledger.record(corrected("#4", adopted("101 tkr", "KF 2019-06-10 § 109")))
    ledger.record(corrected("#4", adopted("102 tkr", "KF 2019-06-10 § 109")))
    ledger.record(withdrawn("#6"))
    ledger.record(withdrawn("#5"))
    then = [amount(ledger, known=position) for position in (4, 5, 6, 7, 8)]
    assert then == ["100 tkr", "101 tkr", "102 tkr", "101 tkr", "100 tkr"]


def test_withdrawing_an_earlier_correction_leaves_the_later_one(ledger: Ledger) -> None:
    ledger.record(revised("1 tkr", "KF 2020-02-10 § 9"))
    ledger.record(corrected("#4", revised("2 tkr", "KF 2020-02-10 § 9")))
    ledger.record(corrected("#5", revised("3 tkr", "KF 2020-02-10 § 9")))
    ledger.record(withdrawn("#5"))
    assert steps(ledger) == [(6, "3 tkr", "3 tkr")]


def test_a_withdrawn_entry_counts_only_as_known_before(ledger: Ledger) -> None:
    ledger.record(ADOPTED, revised("5 tkr", "KF 2020-02-10 § 9"))
    ledger.record(withdrawn("#5"))
    assert amount(ledger, known="#5") == "105 tkr"
    assert amount(ledger, known="#6") == "100 tkr"


def test_withdrawing_the_original_empties_its_place_even_after_a_correction(
    ledger: Ledger,
) -> None:
    ledger.record(ADOPTED)
    ledger.record(corrected("ram", adopted("120 tkr", "KF 2019-06-10 § 109")))
    ledger.record(withdrawn("ram"))
    assert amount(ledger, known="#5") == "120 tkr"
    assert amount(ledger) is None


def test_withdrawing_a_withdrawal_undoes_it(ledger: Ledger) -> None:
    ledger.record(ADOPTED)
    ledger.record(corrected("#4", adopted("120 tkr", "KF 2019-06-10 § 109")))
    for target in ("#4", "#6", "#7"):
        ledger.record(withdrawn(target))
    then = [amount(ledger, known=position) for position in (5, 6, 7, 8)]
    assert then == ["120 tkr", None, "120 tkr", None]


def test_a_correction_after_a_withdrawal_stands(ledger: Ledger) -> None:
    ledger.record(ADOPTED)
    ledger.record(withdrawn("#4"))
    ledger.record(corrected("#4", adopted("120 tkr", "KF 2019-06-10 § 109")))
    assert amount(ledger) == "120 tkr"


def test_entries_of_one_commit_may_correct_each_other(ledger: Ledger) -> None:
    ledger.record(
        ADOPTED,
        corrected("ram", adopted("1 tkr", "KF 2019-06-10 § 109", key="ram")),
        withdrawn("#5"),
    )
    then = [amount(ledger, known=position) for position in (3, 4, 5, 6)]
    assert then == [None, "100 tkr", "1 tkr", "100 tkr"]


def test_a_corrected_correction_of_a_registration_names_the_same_unit(ledger: Ledger) -> None:
    registration = next(recorded.entry for recorded in ledger.history() if recorded.position == 2)
    ledger.record(corrected("#2", registration))
    ledger.record(corrected("#4", registration))
    assert [unit.unit for unit in ledger.as_of("2020-01-01").units()] == ["KF", "KS", "SN"]


def test_a_correction_of_a_correction_may_repeat_the_originals_key(ledger: Ledger) -> None:
    ledger.record(ADOPTED)
    ledger.record(corrected("ram", ADOPTED))
    ledger.record(corrected("#5", adopted("120 tkr", "KF 2019-06-10 § 109", key="ram")))
    assert amount(ledger) == "120 tkr"


# -- annulment


def annulled(target: str, decision: str | None = None, **fields: Any) -> Entry:
    return Entry(DecisionAnnulled(target=target), decision, **fields)


def test_an_annulled_decision_stops_counting_on_the_day_of_effect(ledger: Ledger) -> None:
    ledger.record(ADOPTED, revised("5 tkr", "KF 2020-02-10 § 9"))
    ledger.record(annulled("KF 2020-02-10 § 9", effective="2020-09-01"))
    assert amount(ledger, "2020-08-31") == "105 tkr"
    assert amount(ledger, "2020-09-01") == "100 tkr"
    assert amount(ledger, "2020-09-01", known="#5") == "105 tkr"


def test_an_annulled_decision_never_counted_in_the_other_legal_view(ledger: Ledger) -> None:
    ledger.record(ADOPTED, revised("5 tkr", "KF 2020-02-10 § 9"))
    ledger.record(annulled("KF 2020-02-10 § 9", effective="2020-09-01"))
    assert amount(ledger, "2020-08-31", void_annulled=True) == "100 tkr"
    assert amount(ledger, "2020-08-31", void_annulled=True, known="#5") == "105 tkr"


def test_an_annulment_takes_everything_that_rests_on_the_decision(ledger: Ledger) -> None:
    ledger.record(
        ADOPTED,
        revised("5 tkr", "KF 2020-02-10 § 9, dnr KS 2020/31"),
        revised("7 tkr", "KF 2020-02-10 § 9"),
        revised("9 tkr", "KF 2020-02-10 § 10"),
        annulled("KF 2020-02-10 § 9", effective="2020-09-01"),
    )
    assert amount(ledger, "2020-08-31") == "121 tkr"
    assert amount(ledger, "2020-09-01") == "109 tkr"


def test_an_annulment_that_is_itself_annulled_does_not_hold(ledger: Ledger) -> None:
    ledger.record(ADOPTED, revised("5 tkr", "KF 2020-02-10 § 9"))
    ledger.record(annulled("KF 2020-02-10 § 9", "KS 2020-05-01 § 1"))
    ledger.record(annulled("KS 2020-05-01 § 1", "KF 2020-09-01 § 2"))
    assert amount(ledger, "2020-04-30") == "105 tkr"
    assert amount(ledger, "2020-05-01") == "100 tkr"
    assert amount(ledger, "2020-09-01") == "105 tkr"
    assert amount(ledger, "2020-05-01", void_annulled=True) == "105 tkr"
    assert amount(ledger, "2020-05-01", void_annulled=True, known="#6") == "100 tkr"


def test_a_withdrawn_annulment_never_was(ledger: Ledger) -> None:
    ledger.record(ADOPTED, revised("5 tkr", "KF 2020-02-10 § 9"))
    ledger.record(annulled("KF 2020-02-10 § 9", effective="2020-05-01"))
    ledger.record(withdrawn("#6"))
    assert amount(ledger) == "105 tkr"
    assert amount(ledger, known="#6") == "100 tkr"


def test_a_proposal_to_annul_annuls_nothing(ledger: Ledger) -> None:
    ledger.record(ADOPTED)
    ledger.record(annulled("KF 2019-06-10 § 109", effective="2020-01-01", stage="proposed"))
    assert amount(ledger) == amount(ledger, void_annulled=True) == "100 tkr"


# -- proposals and conditions


def test_a_proposal_is_pending_from_the_day_it_was_made_and_never_counts(ledger: Ledger) -> None:
    ledger.record(
        ADOPTED, revised("5 tkr", "KS 2020-02-10 § 9", effective="2020-04-01", stage="proposed")
    )
    assert amount(ledger, "2020-12-31") == "100 tkr"
    assert waiting(ledger, "2020-02-09") == []
    assert waiting(ledger, "2020-02-10") == [5]
    assert waiting(ledger, "2020-12-31") == [5]
    assert waiting(ledger, "2020-12-31", known="#4") == []


def conditional(amount: str, decision: str, **fields: Any) -> Entry:
    return revised(amount, decision, stage="conditional", condition="Om staten betalar.", **fields)


def met(target: str, **fields: Any) -> Entry:
    return Entry(DecisionConditionMet(target=target), **fields)


@pytest.mark.parametrize(
    ("effective", "met_on", "day_before", "counts_from"),
    [
        pytest.param("2020-03-01", "2020-05-01", "2020-04-30", "2020-05-01", id="met later"),
        pytest.param("2020-06-01", "2020-05-01", "2020-05-31", "2020-06-01", id="met before"),
    ],
)
def test_a_condition_is_pending_until_it_is_met_and_the_day_of_effect_has_come(
    ledger: Ledger, effective: str, met_on: str, day_before: str, counts_from: str
) -> None:
    ledger.record(ADOPTED, conditional("5 tkr", "KF 2020-02-10 § 9", effective=effective))
    ledger.record(met("KF 2020-02-10 § 9", effective=met_on))
    assert (amount(ledger, day_before), waiting(ledger, day_before)) == ("100 tkr", [5])
    assert (amount(ledger, counts_from), waiting(ledger, counts_from)) == ("105 tkr", [])
    assert waiting(ledger, "2020-02-09") == []
    assert amount(ledger, known="#5") == "100 tkr"
    assert waiting(ledger, known="#5") == [5]


def test_a_condition_that_is_met_twice_was_met_the_first_time(ledger: Ledger) -> None:
    ledger.record(ADOPTED, conditional("5 tkr", "KF 2020-02-10 § 9"))
    for day in ("2020-05-01", "2020-04-01", "2020-06-01"):
        ledger.record(met("KF 2020-02-10 § 9", effective=day))
    assert amount(ledger, "2020-03-31") == "100 tkr"
    assert amount(ledger, "2020-04-01") == "105 tkr"


def test_a_condition_takes_its_place_among_the_decisions_on_the_day_it_was_met(
    ledger: Ledger,
) -> None:
    ledger.record(
        conditional("5 tkr", "KF 2020-02-10 § 9"), adopted("100 tkr", "KF 2020-04-01 § 1")
    )
    ledger.record(met("KF 2020-02-10 § 9", effective="2020-05-01"))
    assert steps(ledger) == [(5, "100 tkr", "100 tkr"), (4, "5 tkr", "105 tkr")]


def test_a_conditional_decision_that_is_annulled_is_neither_counted_nor_pending(
    ledger: Ledger,
) -> None:
    ledger.record(ADOPTED, conditional("5 tkr", "KF 2020-02-10 § 9"))
    ledger.record(annulled("KF 2020-02-10 § 9", effective="2020-03-01"))
    ledger.record(met("KF 2020-02-10 § 9", effective="2020-04-01"))
    assert waiting(ledger, "2020-02-29") == [5]
    assert waiting(ledger, "2020-03-01") == []
    assert amount(ledger, "2020-12-31") == "100 tkr"


def test_a_met_condition_does_not_make_a_proposal_count(ledger: Ledger) -> None:
    ledger.record(ADOPTED, revised("5 tkr", "KS 2020-02-10 § 9", stage="proposed"))
    ledger.record(met("KS 2020-02-10 § 9", effective="2020-03-01"))
    assert amount(ledger) == "100 tkr"


def test_what_is_pending_comes_in_the_order_in_which_it_was_proposed(ledger: Ledger) -> None:
    ledger.record(
        revised("5 tkr", "KS 2020-03-10 § 9", stage="proposed"),
        Entry(
            BudgetRevised(unit="SN", year=2020, amount="1 tkr"),
            "KS 2020-02-10 § 9",
            stage="proposed",
        ),
        revised("7 tkr", "KS 2020-01-10 § 9", stage="proposed"),
    )
    assert waiting(ledger) == [6, 5, 4]
    found = ledger.as_of("2020-12-31").pending(2020, unit="KS")
    assert [one.fact.position for one in found] == [6, 4]


# -- what was known


def test_known_is_a_position_an_instant_or_a_swedish_day(ledger: Ledger, clock: SetClock) -> None:
    clock.now = datetime(2020, 6, 8, 21, 59, 59, tzinfo=UTC)  # 23:59:59 in Sweden
    ledger.record(ADOPTED)
    clock.now += timedelta(seconds=1)
    ledger.record(revised("5 tkr", "KF 2020-02-10 § 9"))
    for first in (4, "#4", "2020-06-08", date(2020, 6, 8), "2020-06-08T23:59:59+02:00"):
        assert amount(ledger, known=first) == "100 tkr"
    for both in (5, "#5", None, "2020-06-09", "2020-06-08T22:00:00Z", clock.now):
        assert amount(ledger, known=both) == "105 tkr"
    assert amount(ledger, known="#0") is None
    assert amount(ledger, known="2020-01-14") is None


def test_a_basis_says_the_day_the_position_and_when_that_was_recorded(
    ledger: Ledger, clock: SetClock
) -> None:
    ledger.record(ADOPTED)
    clock.now += timedelta(days=1)
    leaves = [entry_bytes(row.stream, row.version, row.name, row.state) for row in ledger.rows()]
    assert ledger.as_of("2020-03-01").basis.as_dict() == {
        "on": "2020-03-01",
        "known": {"position": 4, "recorded_at": "2020-01-15T12:00:00.000000Z"},
        "root": b64encode(naive_root(leaves)).decode(),
    }
    assert ledger.as_of("2020-03-01", known="#0", void_annulled=True).basis.as_dict() == {
        "on": "2020-03-01",
        "known": {"position": 0, "recorded_at": None},
        "root": b64encode(naive_root([])).decode(),
        "void_annulled": True,
    }


def test_the_default_day_is_today_in_sweden(ledger: Ledger, clock: SetClock) -> None:
    clock.now = datetime(2020, 6, 8, 22, tzinfo=UTC)
    assert ledger.as_of().basis.on == date(2020, 6, 9)


def test_a_clock_that_goes_backwards_is_held_at_the_last_value(
    ledger: Ledger, clock: SetClock
) -> None:
    latest = clock.now
    clock.now -= timedelta(days=365)
    (held,) = ledger.record(ADOPTED)
    assert held.recorded_at == latest
    assert amount(ledger, known=latest) == "100 tkr"
    assert amount(ledger, known=latest - timedelta(microseconds=1)) is None
    clock.now = latest + timedelta(microseconds=1)
    (moved,) = ledger.record(revised("5 tkr", "KF 2020-02-10 § 9"))
    assert moved.recorded_at == clock.now


def test_a_day_that_is_not_exact_is_refused_as_on_and_as_known(ledger: Ledger) -> None:
    message = "'2020-06' is a whole month, expected a day such as 2020-02-10, say which day"
    with pytest.raises(DateError) as on:
        ledger.as_of("2020-06")
    with pytest.raises(DateError) as known:
        ledger.as_of("2020-06-08", known="2020-06")
    assert str(on.value) == str(known.value) == message


def test_a_position_that_the_log_has_not_reached_is_refused(ledger: Ledger) -> None:
    with pytest.raises(UnknownPosition) as refused:
        ledger.as_of("2020-06-08", known="#4")
    assert str(refused.value) == "no entry #4, expected a position from #0 to #3"
    assert (refused.value.position, refused.value.head) == (4, 3)


def test_the_same_basis_gives_byte_equal_json_before_and_after_a_thousand_entries(
    ledger: Ledger,
) -> None:
    ledger.record(ADOPTED, revised("5 tkr", "KF 2020-02-10 § 9"))
    view = ledger.as_of("2020-12-31")
    before = as_json(ledger, 5)
    ledger.record(*(revised("1 tkr", "KF 2020-01-10 § 1") for _ in range(998)))
    ledger.record(withdrawn("#4"), annulled("KF 2020-02-10 § 9", effective="2020-03-01"))
    assert ledger.head() == 1005
    assert as_json(ledger, 5) == before
    assert view.budget("KS", 2020).amount == Amount("105 tkr")
    assert amount(ledger) == "998 tkr"


def test_a_log_of_any_length_is_read_to_its_end(tmp_path: Path) -> None:
    path = tmp_path / "lang.db"
    with new_ledger(path) as ledger:
        ledger.record(*(revised("1 tkr", "KF 2020-01-10 § 1") for _ in range(2500)))
    view_path(path).unlink()
    with Ledger.open(path) as ledger:
        assert amount(ledger) == "2 500 tkr"


def as_json(ledger: Ledger, known: int) -> bytes:
    """Return an answer as it is printed, its basis first."""
    view = ledger.as_of("2020-12-31", known=known)
    shown = {
        "basis": view.basis.as_dict(),
        "budgets": [budget.as_dict() for budget in view.budgets(2020)],
        "units": [unit.as_dict() for unit in view.units()],
    }
    return json.dumps(shown, ensure_ascii=False).encode()
