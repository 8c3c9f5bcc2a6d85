"""The life of a decision: what rests on it, and how far it has come towards laga kraft."""

from __future__ import annotations

import json
from collections.abc import Generator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from styrledger.cli.app import main
from styrledger.errors import DecisionRefError, EntriesRefused, UnknownName
from styrledger.events.budgets import BudgetRevised
from styrledger.events.decisions import (
    DecisionAnnulled,
    DecisionAppealed,
    DecisionConditionMet,
    DecisionFinal,
    DecisionPosted,
    DecisionReferredBack,
    DecisionTabled,
    MinutesApproved,
)
from styrledger.events.entry import Entry
from styrledger.ledger import Ledger
from styrledger.projections.decisions import Decision, DecisionStatus
from styrledger.view import View

from .ledgers import (
    DECISIONS,
    EFFECTIVE,
    SetClock,
    bases,
    corrected,
    entries,
    ledger_file,
    new_ledger,
    revised,
    view_of,
    withdrawn,
)

REF = "KF 2020-02-10 § 9"
COURT = "2020-10-01, dnr 1234-20"


@pytest.fixture
def ledger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Generator[Ledger]:
    """Give a ledger in which a decision (#4) gives KS two million more; commands use it too."""
    path = tmp_path / "prov.db"
    monkeypatch.setenv("STYRLEDGER_LEDGER", str(path))
    with new_ledger(path) as made:
        made.record(revised("2,0 mnkr", REF))
        yield made


def approved(on: str = "2020-02-24") -> Entry:
    return Entry(MinutesApproved(REF), effective=on)


def posted(on: str = "2020-02-26", last: str | None = None) -> Entry:
    return Entry(DecisionPosted(REF, on, last), effective=on)


def appealed(on: str) -> Entry:
    return Entry(DecisionAppealed(REF), effective=on)


def final(on: str) -> Entry:
    return Entry(DecisionFinal(REF), effective=on)


def annulled(on: str, **fields: Any) -> Entry:
    return Entry(DecisionAnnulled(REF), effective=on, **fields)


def one(ledger: Ledger, on: str = "2020-12-31", **known: Any) -> Decision:
    found = ledger.as_of(on, **known).decision(REF)
    assert found is not None
    return found


def statuses(ledger: Ledger, *days: str) -> list[DecisionStatus]:
    return [one(ledger, on).status for on in days]


# -- what rests on it


def test_a_decision_is_what_rests_on_it(ledger: Ledger) -> None:
    ledger.record(
        revised("1 tkr", REF, effective="2021-01-01"), revised("3 tkr", "KF 2020-03-09 § 1")
    )
    assert [(e.fact.position, e.effect) for e in one(ledger).entries] == [
        (4, "counts"),
        (5, "later"),
    ]
    assert [entry.effect for entry in one(ledger, "2021-01-01").entries] == ["counts", "counts"]


def test_it_is_there_from_its_day(ledger: Ledger) -> None:
    before = ledger.as_of("2020-02-09")
    assert (before.decision(REF), before.decisions()) == (None, ())
    found = one(ledger, "2020-02-10")
    assert (found.status, found.taken) == ("decided", date(2020, 2, 10))
    assert ledger.as_of("2020-02-10").decisions() == (found,)


def test_every_spelling_of_its_reference_finds_it(ledger: Ledger) -> None:
    assert ledger.as_of("2020-12-31").decision("(KF 2020-02-10, §9)") == one(ledger)


def test_what_it_only_proposes_or_makes_conditional_is_told_so(ledger: Ledger) -> None:
    conditional = {"stage": "conditional", "condition": "Om staten betalar."}
    ledger.record(
        revised("1 tkr", REF, stage="proposed"),
        revised("2 tkr", REF, **conditional),
        Entry(DecisionConditionMet(REF), effective="2020-06-01"),
    )
    before, after = one(ledger, "2020-05-31"), one(ledger, "2020-06-01")
    assert [entry.effect for entry in before.entries] == ["counts", "proposed", "conditional"]
    assert [entry.effect for entry in after.entries] == ["counts", "proposed", "counts"]
    assert (before.life.condition_met, after.life.condition_met) == (None, date(2020, 6, 1))


def test_a_decision_without_a_date_is_there_when_something_of_it_counts(ledger: Ledger) -> None:
    ledger.record(revised("1 tkr", "KF § 7", effective="2020-04-01"))
    assert ledger.as_of("2020-03-31").decision("KF § 7") is None
    found = ledger.as_of("2020-04-01").decision("KF § 7")
    assert found is not None
    assert (found.taken, len(found.entries)) == (None, 1)


def test_one_that_nothing_rests_on_is_there_for_what_became_of_it(ledger: Ledger) -> None:
    ledger.record(Entry(DecisionTabled("KF 2020-03-09 § 1"), effective="2020-03-09"))
    found = ledger.as_of("2020-12-31").decision("KF 2020-03-09 § 1")
    assert found is not None
    assert (found.status, found.entries) == ("tabled", ())


# -- its life


def test_its_life_day_by_day(ledger: Ledger) -> None:
    ledger.record(approved(), posted(), final("2020-03-20"))
    days = ["2020-02-23", "2020-02-24", "2020-02-25", "2020-02-26"]
    assert statuses(ledger, *days) == ["decided", "approved", "approved", "appealable"]
    days = ["2020-03-18", "2020-03-19", "2020-03-20"]
    assert statuses(ledger, *days) == ["appealable", "posted", "final"]


def test_the_last_appeal_day_is_three_weeks_after_the_posting(ledger: Ledger) -> None:
    ledger.record(posted("2020-02-26"))
    life = one(ledger).life
    assert (life.stated_last_appeal_day, life.last_appeal_day) == (None, date(2020, 3, 18))
    assert one(ledger).flags == ()


@pytest.mark.parametrize(
    ("on", "stated", "flags"),
    [
        ("2020-02-26", "2020-03-18", ()),
        ("2020-02-26", "2020-03-19", ("last_appeal_day_differs",)),
        ("2020-02-26", "2020-03-17", ("last_appeal_day_differs",)),
        ("2020-12-03", "2020-12-24", ()),
        ("2020-12-03", "2020-12-28", ()),
        ("2020-12-03", "2020-12-29", ("last_appeal_day_differs",)),
    ],
)
def test_a_stated_last_day_is_kept_and_compared(
    ledger: Ledger, on: str, stated: str, flags: tuple[str, ...]
) -> None:
    ledger.record(posted(on, stated))
    found = one(ledger)
    assert found.life.last_appeal_day == date.fromisoformat(stated)
    assert found.flags == flags


def test_it_is_appealable_through_the_working_day_after_a_last_day_that_is_none(
    ledger: Ledger,
) -> None:
    ledger.record(posted("2020-12-03"))
    assert statuses(ledger, "2020-12-28", "2020-12-29") == ["appealable", "posted"]


def test_an_appeal_stands_until_the_decision_is_final(ledger: Ledger) -> None:
    ledger.record(posted(), appealed("2020-03-10"), appealed("2020-03-12"), final("2020-09-01"))
    days = ["2020-03-09", "2020-03-10", "2020-08-31", "2020-09-01"]
    assert statuses(ledger, *days) == ["appealable", "appealed", "appealed", "final"]
    assert one(ledger).life.appealed == date(2020, 3, 10)


def test_an_annulled_decision_is_shown_with_what_it_changed(ledger: Ledger) -> None:
    ledger.record(posted(), appealed("2020-03-10"), annulled("2020-10-01"))
    assert statuses(ledger, "2020-09-30", "2020-10-01") == ["appealed", "annulled"]
    found = one(ledger)
    assert (found.life.annulled, found.life.posted) == (date(2020, 10, 1), date(2020, 2, 26))
    assert [entry.effect for entry in found.entries] == ["annulled"]
    assert ledger.as_of("2020-12-31").budget("KS", 2020).amount is None


def test_an_annulment_that_is_itself_annulled_does_not_hold(ledger: Ledger) -> None:
    ledger.record(annulled("2020-10-01", decision=COURT))
    ledger.record(Entry(DecisionAnnulled(COURT), effective="2020-12-01"))
    assert statuses(ledger, "2020-11-30", "2020-12-01") == ["annulled", "decided"]
    assert one(ledger, "2020-12-01").life.annulled is None


def test_in_the_legal_view_it_was_annulled_all_along(ledger: Ledger) -> None:
    ledger.record(annulled("2020-10-01"))
    found = one(ledger, "2020-03-01", void_annulled=True)
    assert (found.status, found.life.annulled) == ("annulled", date(2020, 10, 1))


def test_what_was_referred_back_or_tabled_was_not_decided(ledger: Ledger) -> None:
    ledger.record(
        approved(),
        Entry(DecisionReferredBack(REF), effective="2020-02-10"),
        Entry(DecisionTabled("KF 2020-02-10 § 10"), effective="2020-02-10"),
    )
    found = [(str(one.ref), one.status) for one in ledger.as_of("2020-12-31").decisions()]
    assert found == [(REF, "referred_back"), ("KF 2020-02-10 § 10", "tabled")]


@pytest.mark.parametrize(
    ("later", "flag"),
    [
        ([posted("2020-02-20")], "posted_before_approved"),
        ([posted(), appealed("2020-03-19")], "appealed_late"),
        ([posted(), final("2020-03-18")], "final_too_early"),
    ],
)
def test_what_does_not_fit_together_is_flagged(
    ledger: Ledger, later: Sequence[Entry], flag: str
) -> None:
    ledger.record(approved(), *later)
    assert one(ledger).flags == (flag,)


def test_a_correction_keeps_both_days_of_posting(ledger: Ledger) -> None:
    wrong = ledger.record(posted("2020-02-26"))[0].position
    ledger.record(corrected(f"#{wrong}", posted("2020-02-27")))
    assert one(ledger).life.posted == date(2020, 2, 27)
    assert one(ledger, known=wrong).life.posted == date(2020, 2, 26)


def test_decisions_come_in_order_of_date_body_and_paragraph(ledger: Ledger) -> None:
    refs = ["KS 2020-02-10 § 1", "KF 2020-02-10 § 10", "KF 2019-06-10 § 109", "KF § 7"]
    ledger.record(*(revised("1 tkr", ref, effective="2020-02-10") for ref in refs))
    found = [str(one.ref) for one in ledger.as_of("2020-12-31").decisions()]
    assert found == ["KF § 7", "KF 2019-06-10 § 109", REF, "KF 2020-02-10 § 10", refs[0]]


def test_an_unknown_decision_is_told_with_the_nearest_one(ledger: Ledger) -> None:
    view = ledger.as_of("2020-12-31")
    with pytest.raises(UnknownName, match=r"no decision 'KF 2020-02-10 § 8', expected 'KF 2020"):
        view.decision("KF 2020-02-10 § 8")
    with pytest.raises(DecisionRefError):
        view.decision("nionde paragrafen")


# -- on the command line


def run(*arguments: str, on: str = "2020-12-31") -> tuple[int, str, str]:
    result = CliRunner().invoke(main, ["decisions", *arguments, "--on", on])
    return result.exit_code, result.stdout, result.stderr


def test_json_gives_the_days_of_its_life_and_what_rests_on_it(ledger: Ledger) -> None:
    ledger.record(approved(), posted(last="2020-03-19"))
    code, out, _ = run(REF, "--json", on="2020-03-01")
    answer = json.loads(out)
    assert (code, list(answer)) == (0, ["basis", "decisions"])
    (found,) = answer["decisions"]
    trail = found.pop("trail")
    assert [step["type"] for step in trail] == [
        "budget.revised",
        "minutes.approved",
        "decision.posted",
    ]
    assert found == {
        "decision": REF,
        "body": "KF",
        "date": "2020-02-10",
        "paragraph": 9,
        "dnr": None,
        "status": "appealable",
        "approved": "2020-02-24",
        "posted": "2020-02-26",
        "last_appeal_day": "2020-03-19",
        "stated_last_appeal_day": "2020-03-19",
        "computed_last_appeal_day": "2020-03-18",
        "appealable_through": "2020-03-19",
        "appealed": None,
        "final": None,
        "annulled": None,
        "referred_back": None,
        "tabled": None,
        "condition_met": None,
        "entries": [
            {
                "position": 4,
                "type": "budget.revised",
                "decision": REF,
                "effective": "2020-02-10",
                "effect": "counts",
                "subjects": ["budget/KS/2020/operating"],
                "condition": None,
                "note": None,
            }
        ],
        "flags": ["last_appeal_day_differs"],
    }


def test_the_table_lists_decisions_and_how_far_they_have_come(ledger: Ledger) -> None:
    ledger.record(approved(), posted(), revised("1 tkr", "KS 2020-03-02 § 3"))
    code, out, err = run(on="2020-03-02")
    assert (code, err) == (0, "")
    assert "KF 2020-02-10 § 9  appealable          1  2020-03-18\n" in out
    assert "KS 2020-03-02 § 3" not in run("--body", "KF")[1]
    assert REF not in run("--status", "decided")[1]
    assert run("--year", "2021")[0] == 1


def test_one_decision_is_shown_with_its_days(ledger: Ledger) -> None:
    ledger.record(posted())
    code, out, err = run(REF, on="2020-03-01")
    assert (code, err) == (0, "")
    assert f"{REF}: appealable\n" in out
    assert "posted                    2020-02-26\n" in out
    assert "#4       budget.revised  counts    2020-02-10   KS 2020 2,0 mnkr" in out


@pytest.mark.parametrize(
    ("ref", "message"),
    [
        ("KF 2020-02-10 § 8", "no decision 'KF 2020-02-10 § 8', expected 'KF 2020-02-10 § 9'\n"),
        (REF, f"no decision {REF!r} by 2020-02-09, as known then\n"),
    ],
)
@pytest.mark.usefixtures("ledger")
def test_a_decision_that_is_not_there_is_exit_code_1(ref: str, message: str) -> None:
    code, _, err = run(ref, on="2020-02-09")
    assert (code, err) == (1, message)


@pytest.mark.usefixtures("ledger")
def test_a_text_that_is_no_reference_is_exit_code_2() -> None:
    assert run("paragraf nio")[0] == 2


# -- the view file and the plain fold

_days = st.sampled_from(["2020-03-10", "2020-03-31", "2020-06-30"])
_targets = st.sampled_from(DECISIONS)
_lives = st.one_of(
    *(
        st.builds(kind, target=_targets)
        for kind in (
            MinutesApproved,
            DecisionAppealed,
            DecisionFinal,
            DecisionAnnulled,
            DecisionReferredBack,
            DecisionTabled,
            DecisionConditionMet,
        )
    ),
    st.builds(DecisionPosted, target=_targets, posted=_days, last_appeal_day=st.none() | _days),
)


@st.composite
def _entries(draw: st.DrawFn) -> Entry:
    if draw(st.booleans()):
        return draw(entries())
    return Entry(draw(_lives), draw(st.none() | _targets), draw(st.sampled_from(EFFECTIVE)))


@st.composite
def _amendments(draw: st.DrawFn) -> Entry:
    target = f"#{draw(st.integers(4, 18))}"
    return withdrawn(target) if draw(st.booleans()) else corrected(target, draw(_entries()))


_commits = st.lists(st.lists(_entries() | _amendments(), min_size=1, max_size=3), max_size=8)


def filled(ledger: Ledger, commits: Sequence[Sequence[Entry]]) -> None:
    """Record a decision on each reference, and of the commits those that are not refused."""
    event = BudgetRevised(unit="KS", year=2020, amount="1 tkr")
    ledger.record(*(Entry(event, ref, "2019-12-01") for ref in DECISIONS))
    for commit in commits:
        try:
            ledger.record(*commit)
        except EntriesRefused:
            continue


def everything(view: View) -> list[object]:
    found = view.decisions()
    return [found, [one.as_dict() for one in found]]


@given(_commits, st.lists(bases(), min_size=2, max_size=2))
def test_the_view_file_answers_as_the_fold_over_the_log(
    commits: Sequence[Sequence[Entry]], asked: Sequence[tuple[date, int, bool]]
) -> None:
    with ledger_file() as path, new_ledger(path, SetClock()) as ledger:
        filled(ledger, commits)
        log = list(ledger.history())
        for on, known, void in asked:
            position = known % (len(log) + 1)
            fast = ledger.as_of(on, known=position, void_annulled=void)
            plain = view_of(log, on, position, void_annulled=void)
            assert everything(fast) == everything(plain)


@given(_commits, bases())
def test_a_decision_is_annulled_exactly_when_nothing_of_it_counts_for_that_reason(
    commits: Sequence[Sequence[Entry]], asked: tuple[date, int, bool]
) -> None:
    on, _, void = asked
    with ledger_file() as path, new_ledger(path) as ledger:
        filled(ledger, commits)
        view = ledger.as_of(on, void_annulled=void)
        for found in view.decisions():
            annulled = found.status == "annulled"
            assert annulled == (found.life.annulled is not None)
            for entry in found.entries:
                if entry.fact.entry.stage != "proposed":
                    assert view.is_annulled(entry.fact.entry) == annulled
                    assert (entry.effect == "annulled") == annulled
