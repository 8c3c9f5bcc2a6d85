"""What the ledger refuses, in which words, and what it records although it looks wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from styrledger.deciding import Decisions
from styrledger.errors import DecisionRefError, EntriesRefused
from styrledger.events.budgets import BudgetAdopted, BudgetTransferred, Place
from styrledger.events.decisions import DecisionAnnulled, DecisionConditionMet
from styrledger.events.entry import Entry
from styrledger.events.indicators import IndicatorDefined, IndicatorReported, ValueDisputed
from styrledger.events.mandates import MandateGranted, MandateRevoked
from styrledger.events.units import UnitMoved, UnitRegistered
from styrledger.ledger import Ledger
from styrledger.references import DecisionRef

from .ledgers import (
    adopted,
    corrected,
    ledger_file,
    new_ledger,
    register,
    revised,
    withdrawn,
)

ADOPTED = adopted("100 tkr", "KF 2019-06-10 § 109", key="ram")
NO_TARGET = "is not in the ledger, expected the key of an entry, or a position from #1 to"
NO_DECISION = "expected a decision that is in the ledger, record the decision first"


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    """Give a ledger whose first three entries register the units KF, KS and SN."""
    with new_ledger(tmp_path / "prov.db") as made:
        yield made


def refused(ledger: Ledger, *entries: Entry) -> list[str]:
    """Return why nothing of a commit was recorded, fault by fault."""
    before = ledger.head()
    with pytest.raises(EntriesRefused) as fault:
        ledger.record(*entries)
    assert ledger.head() == before
    assert str(fault.value) == "\n".join(map(str, fault.value.faults))
    return str(fault.value).splitlines()


# -- names


@pytest.mark.parametrize(
    ("entry", "fault"),
    [
        pytest.param(
            Entry(BudgetAdopted(unit="KSS", year=2020, amount="1 tkr"), effective="2020"),
            "unit: unknown unit 'KSS', expected 'KS', register it first",
            id="near a known one",
        ),
        pytest.param(
            Entry(BudgetAdopted(unit="Xyz", year=2020, amount="1 tkr"), effective="2020"),
            "unit: unknown unit 'Xyz', expected one of 'KF', 'KS', 'SN', register it first",
            id="near none",
        ),
        pytest.param(
            Entry(BudgetTransferred(2020, Place("KS"), Place("SSN"), "1 tkr"), effective="2020"),
            "to.unit: unknown unit 'SSN', expected 'SN', register it first",
            id="the end of a transfer",
        ),
        pytest.param(
            Entry(UnitMoved(unit="SN", parent="ks"), effective="2020"),
            "parent: unknown unit 'ks', expected 'KS', register it first",
            id="small letters",
        ),
        pytest.param(
            adopted("1 tkr", "KFF 2019-06-10 § 109"),
            "decision.body: unknown unit 'KFF', expected 'KF', register it first",
            id="the deciding body",
        ),
        pytest.param(
            Entry(MandateRevoked(mandate="M1"), effective="2020"),
            "mandate: unknown mandate 'M1', expected one that was recorded, and none was so far, "
            "record it first",
            id="a mandate where there is none",
        ),
        pytest.param(
            corrected("#3", Entry(UnitMoved(unit="SNN", parent="KS"), "KFF 2020-06-08")),
            "replacement.unit: unknown unit 'SNN', expected 'SN', register it first",
            id="in a replacement",
        ),
    ],
)
def test_an_unknown_name_is_refused_with_the_nearest_one(
    ledger: Ledger, entry: Entry, fault: str
) -> None:
    assert refused(ledger, entry)[0] == fault


def test_a_name_may_be_used_in_the_commit_that_registers_it_but_not_before(
    ledger: Ledger,
) -> None:
    use = Entry(UnitMoved(unit="KSF", parent="KS"), effective="2020")
    assert refused(ledger, use, register("KSF")) == [
        "entry 1: unit: unknown unit 'KSF', expected 'KS', register it first"
    ]
    assert len(ledger.record(register("KSF"), use)) == 2


def test_a_name_may_be_used_for_days_before_it_was_registered(ledger: Ledger) -> None:
    ledger.record(adopted("1 tkr", "KF 2010-06-10 § 1"))
    assert ledger.as_of("2018-12-31").budget("KS", 2020).amount is not None


def test_a_name_is_unknown_again_once_its_registration_is_withdrawn(ledger: Ledger) -> None:
    ledger.record(withdrawn("#3"))
    assert refused(ledger, Entry(UnitMoved(unit="SN", parent="KS"), effective="2020")) == [
        "unit: unknown unit 'SN', expected one of 'KF', 'KS', register it first"
    ]


def test_a_unit_is_registered_once(ledger: Ledger) -> None:
    again = "unit: 'KS' is registered already, expected a new unit, "
    assert refused(ledger, register("KS")) == [again + "correct the earlier entry if it was wrong"]
    replacement = corrected("#3", register("KS"))
    assert refused(ledger, replacement) == [
        "replacement.unit: 'KS' is registered already, expected a new unit"
    ]


def test_a_refused_registration_does_not_refuse_what_names_it(ledger: Ledger) -> None:
    wrong = Entry(UnitRegistered(unit="KSF", kind="department", parent="KSS"), effective="2020")
    use = Entry(UnitMoved(unit="KSF", parent="KS"), effective="2020")
    assert refused(ledger, wrong, use) == [
        "entry 1: parent: unknown unit 'KSS', expected 'KS', register it first"
    ]


def test_all_faults_of_all_entries_are_listed(ledger: Ledger) -> None:
    faults = refused(
        ledger,
        ADOPTED,
        adopted("1 tkr", "KFF 2019-06-10 § 109"),
        Entry(MandateGranted(mandate="M1", body="KSS", may="köpa"), "KFF 2020-06-08 § 1"),
    )
    assert faults == [
        "entry 2: decision.body: unknown unit 'KFF', expected 'KF', register it first",
        "entry 3: body: unknown unit 'KSS', expected 'KS', register it first",
        "entry 3: decision.body: unknown unit 'KFF', expected 'KF', register it first",
    ]


# -- keys


def test_the_same_key_with_the_same_content_is_recorded_once(ledger: Ledger) -> None:
    (first,) = ledger.record(ADOPTED)
    assert ledger.record(ADOPTED, revised("5 tkr", "KF 2020-02-10 § 9"), ADOPTED)[::2] == (
        first,
        first,
    )
    assert ledger.head() == 5


def test_the_same_key_twice_in_one_commit_is_recorded_once(ledger: Ledger) -> None:
    first, second = ledger.record(ADOPTED, ADOPTED)
    assert first == second
    assert ledger.head() == 4


def test_a_repeat_is_told_from_what_is_new(ledger: Ledger) -> None:
    ledger.record(ADOPTED)
    done = ledger.record_all([ADOPTED, revised("5 tkr", "KF 2020-02-10 § 9")])
    assert (done.recorded, done.already, done.first, done.last) == (1, 1, 5, 5)
    nothing = ledger.record_all([ADOPTED])
    assert (nothing.recorded, nothing.already, nothing.first, nothing.last) == (0, 1, None, None)


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(adopted("101 tkr", "KF 2019-06-10 § 109", key="ram"), id="another amount"),
        pytest.param(adopted("0,1 mnkr", "KF 2019-06-10 § 109", key="ram"), id="another print"),
        pytest.param(adopted("100 tkr", "KF 2019-06-10 § 109", key="ram", note="x"), id="a note"),
    ],
)
def test_the_same_key_with_other_content_is_refused(ledger: Ledger, other: Entry) -> None:
    fault = (
        "key: 'ram' was recorded as #4 with other content, expected a new key, or the same "
        "content, record a correction of it instead"
    )
    assert refused(ledger, ADOPTED, other) == [f"entry 2: {fault}"]
    ledger.record(ADOPTED)
    assert refused(ledger, other) == [fault]


def test_a_corrected_entry_still_has_its_key(ledger: Ledger) -> None:
    ledger.record(ADOPTED, corrected("ram", adopted("1 tkr", "KF 2019-06-10 § 109")))
    (again,) = ledger.record(ADOPTED)
    assert again.position == 4


# -- corrections and withdrawals


@pytest.mark.parametrize("target", ["ramen", "#4", "#0", "4", "#", "#-1", "#" + "9" * 40, "#٣"])
def test_a_correction_of_nothing_is_refused(ledger: Ledger, target: str) -> None:
    fault = f"target: {target!r} {NO_TARGET} #3"
    assert refused(ledger, withdrawn(target)) == [fault]
    assert refused(ledger, corrected(target, register("KS"))) == [fault]


def test_a_correction_is_of_an_earlier_entry(ledger: Ledger) -> None:
    assert refused(ledger, withdrawn("ram"), ADOPTED) == [f"entry 1: target: 'ram' {NO_TARGET} #3"]
    assert refused(ledger, withdrawn("#4")) == [f"target: '#4' {NO_TARGET} #3"]


def test_a_replacement_has_its_targets_key_or_none(ledger: Ledger) -> None:
    ledger.record(ADOPTED)
    assert refused(ledger, corrected("ram", adopted("1 tkr", "KF 2020-01-01 § 1", key="ny"))) == [
        (
            "replacement.key: 'ny' is not the target's key, expected no key, or the same one, "
            "leave it out"
        )
    ]


def test_a_correction_of_a_refused_entry_is_not_a_fault_of_its_own(ledger: Ledger) -> None:
    wrong = adopted("1 tkr", "KFF 2019-06-10 § 109", key="ram")
    assert refused(ledger, wrong, withdrawn("ram")) == [
        "entry 1: decision.body: unknown unit 'KFF', expected 'KF', register it first"
    ]


# -- decisions


@pytest.mark.parametrize("event", [DecisionAnnulled, DecisionConditionMet])
def test_a_ruling_is_on_a_decision_that_an_entry_rests_on(
    ledger: Ledger, event: type[DecisionAnnulled | DecisionConditionMet]
) -> None:
    ruling = Entry(event(target="KF 2019-06-10 § 109"), effective="2020-09-01")
    fault = f"target: no entry rests on 'KF 2019-06-10 § 109', {NO_DECISION}"
    assert refused(ledger, ruling) == [fault]
    assert refused(ledger, ruling, ADOPTED) == [f"entry 1: {fault}"]
    assert len(ledger.record(ADOPTED, ruling)) == 2
    assert len(ledger.record(ruling)) == 1


def test_a_withdrawal_makes_no_decision_known(ledger: Ledger) -> None:
    ledger.record(ADOPTED)
    withdrawal = Entry(withdrawn("ram").event, "KS 2020-06-08 § 1")
    ruling = Entry(DecisionAnnulled(target="KS 2020-06-08 § 1"), effective="2020-09-01")
    fault = f"target: no entry rests on 'KS 2020-06-08 § 1', {NO_DECISION}"
    assert refused(ledger, withdrawal, ruling) == [f"entry 2: {fault}"]
    ledger.record(withdrawal)
    assert refused(ledger, ruling) == [fault]


def test_a_replacement_with_a_ruling_is_checked_as_a_ruling(ledger: Ledger) -> None:
    ledger.record(ADOPTED)
    ruling = Entry(DecisionAnnulled(target="KF 2020-06-08 § 1"), effective="2020-09-01")
    assert refused(ledger, corrected("ram", ruling)) == [
        f"replacement.target: no entry rests on 'KF 2020-06-08 § 1', {NO_DECISION}"
    ]


# -- what is recorded


def test_what_was_wrong_in_law_or_form_is_recorded(ledger: Ledger) -> None:
    ledger.record(
        adopted("100 tkr", "KS 2020-06-08 § 9"),  # a board that sets its own frame
        revised("-900 tkr", "KF 2020-06-07 § 10"),  # below zero, on a Sunday
        revised("5 tkr", "KF 2020-06-08 § 1", effective="1850"),
        revised("5 tkr", None, effective="2199-12-31"),
    )
    assert ledger.head() == 7


def test_a_rehearsal_checks_everything_and_keeps_nothing(ledger: Ledger) -> None:
    done = ledger.record_all([ADOPTED, register("KSF")], dry_run=True)
    assert (done.recorded, done.first, done.last) == (2, 4, 5)
    assert ledger.head() == 3
    with pytest.raises(EntriesRefused):
        ledger.record_all([register("KS")], dry_run=True)
    assert [entry.position for entry in ledger.record(ADOPTED)] == [4]
    assert ledger.as_of("2020-12-31").budget("KS", 2020).amount is not None


def possible(ref: Callable[[], DecisionRef]) -> DecisionRef | None:
    try:
        return ref()
    except DecisionRefError:
        return None


some_refs = st.lists(
    st.tuples(
        st.sampled_from(["KF", "KS", "KS AU", None]),
        st.sampled_from(["2020-02-10", "2020-02", "2020", None]),
        st.none() | st.integers(1, 3) | st.sampled_from([999, 1000, 99_998]),
        st.sampled_from([None, "KS 2020/31"]),
        st.sampled_from([None, 99_999]),
    ).map(lambda parts: possible(lambda: DecisionRef(*parts)))
)


@given(some_refs, some_refs)
def test_decisions_are_known_by_their_keys(
    added: list[DecisionRef | None], asked: list[DecisionRef | None]
) -> None:
    decisions, plain = Decisions(), {one.key for one in added if one is not None}
    for one in added:
        if one is not None:
            decisions.add(one)
    for one in (*added, *asked):
        assert one is None or (one in decisions) == (one.key in plain)


_plain = st.one_of(
    st.builds(
        revised,
        st.sampled_from(["1 tkr", "2 tkr"]),
        st.sampled_from(["KF 2020-02-10 § 1", "KF 2020-02-10 § 2", "XN 2020-02-10 § 1"]),
    ),
    st.sampled_from(
        [
            register("XN"),
            Entry(
                IndicatorDefined("I", title="I", measure="andel", better="higher"), effective="2020"
            ),
            Entry(IndicatorReported("I", period="2020", value="1 %"), effective="2020"),
        ]
    ),
)
_about = st.integers(1, 12).map("#{}".format)
_steps = st.one_of(
    _plain,
    _plain,
    st.builds(corrected, _about, _plain),
    st.builds(withdrawn, _about),
    st.sampled_from(
        [
            Entry(DecisionAnnulled(f"{body} 2020-02-10 § {number}"), effective="2020-03-01")
            for body, number in (("KF", 1), ("KF", 2), ("XN", 1))
        ]
        + [Entry(ValueDisputed("I", period="2020", by="X", text="Nej."), effective="2020-03-01")]
    ),
)


def told(ledger: Ledger, entry: Entry) -> str:
    """Record an entry, and return where it is, or why it is refused."""
    try:
        return str([one.position for one in ledger.record(entry)])
    except EntriesRefused as fault:
        return str(fault)


@given(st.lists(_steps, min_size=2, max_size=12))
def test_a_writer_that_goes_on_decides_as_one_that_begins_anew(steps: list[Entry]) -> None:
    with (
        ledger_file() as path,
        new_ledger(path) as goes_on,
        new_ledger(path.with_name("anew.db")) as begins,
    ):
        for step in steps:
            begins.as_of()  # what is filed is asked of the views again
            assert told(goes_on, step) == told(begins, step)
