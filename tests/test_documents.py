"""Governing documents: adopted, in force, revised, reviewed and repealed."""

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
from styrledger.events.decisions import DecisionAnnulled
from styrledger.events.documents import DocumentAdopted, DocumentRepealed, DocumentRevised
from styrledger.events.entry import Entry
from styrledger.ledger import Ledger
from styrledger.projections.documents import Document, DocumentProjection
from styrledger.view import View

from .commands import answer, new, run, told
from .ledgers import bases, corrected, log_of, new_ledger, recorded, register, view_of, withdrawn

MODEL = "Styrmodell"


@pytest.fixture
def ledger(tmp_path: Path) -> Generator[Ledger]:
    with new_ledger(tmp_path / "prov.db") as made:
        yield made


def adopt(
    valid_from: str = "2024-10-10",
    decision: str | None = "KS 2024-09-17 § 123",
    document: str = MODEL,
    **fields: Any,
) -> Entry:
    said = {"title": "Styrmodell", "category": "Riktlinje", "owner": "Stabschef", **fields}
    event = DocumentAdopted(document, valid_from=valid_from, **said)
    return Entry(event, decision, None if decision else valid_from)


def revise(decision: str, **fields: Any) -> Entry:
    return Entry(DocumentRevised(MODEL, **fields), decision)


def repeal(on: str, **fields: Any) -> Entry:
    return Entry(DocumentRepealed(MODEL, **fields), effective=on)


def one(ledger: Ledger, on: str) -> Document:
    found = ledger.as_of(on).document(MODEL)
    assert found is not None
    return found


# -- in force


def test_a_document_is_in_force_from_its_first_day_and_not_from_its_decision(
    ledger: Ledger,
) -> None:
    ledger.record(adopt())
    assert ledger.as_of("2024-09-16").documents() == ()
    days = ("2024-09-17", "2024-10-09", "2024-10-10", "2030-01-01")
    assert [one(ledger, on).status for on in days] == ["adopted", "adopted", "in_force", "in_force"]
    assert [one(ledger, on).in_force for on in days] == [False, False, True, True]


def test_a_document_carries_four_dates_that_are_not_the_same(ledger: Ledger) -> None:
    ledger.record(
        adopt(dated="2024-07-19", original_date="2023-11-21", original_dnr="KS292-23 012")
    )
    found = one(ledger, "2024-12-31")
    current = found.current
    dates = (current.dated, current.adopted, current.valid_from, found.original_date)
    assert [*map(str, dates)] == ["2024-07-19", "2024-09-17", "2024-10-10", "2023-11-21"]
    assert (found.original_dnr, current.dnr) == ("KS292-23 012", None)


def test_a_day_that_is_only_a_year_is_in_force_from_the_end_of_it(ledger: Ledger) -> None:
    ledger.record(adopt("2021", None))
    assert ledger.as_of("2021-12-30").documents() == ()
    assert one(ledger, "2021-12-31").in_force


def test_a_document_expires_after_its_last_day(ledger: Ledger) -> None:
    ledger.record(adopt(valid_until="2030"))
    assert (one(ledger, "2030-12-31").status, one(ledger, "2031-01-01").status) == (
        "in_force",
        "expired",
    )


def test_a_document_is_not_in_force_from_the_day_on_which_it_is_repealed(ledger: Ledger) -> None:
    ledger.record(
        adopt(), adopt("2026-01-01", document="Ny"), repeal("2026-01-01", replaced_by="Ny")
    )
    assert one(ledger, "2025-12-31").in_force
    found = one(ledger, "2026-01-01")
    assert (found.status, str(found.repealed), found.replaced_by) == (
        "repealed",
        "2026-01-01",
        "Ny",
    )


def test_a_document_whose_decision_is_annulled_is_none(ledger: Ledger) -> None:
    ledger.record(adopt(), Entry(DecisionAnnulled("KS 2024-09-17 § 123"), effective="2025-02-01"))
    assert one(ledger, "2025-01-31").in_force
    assert ledger.as_of("2025-02-01").documents() == ()


# -- versions


def test_a_revision_is_in_force_from_its_own_first_day(ledger: Ledger) -> None:
    ledger.record(
        adopt(title="Gammal", dnr="KS 2024/1", dated="2024-07-19"),
        revise("KS 2025-03-11 § 40", valid_from="2025-05-01", title="Ny", change="Namnet"),
    )
    before, between, after = (one(ledger, on) for on in ("2025-03-10", "2025-04-30", "2025-05-01"))
    assert [len(it.versions) for it in (before, between, after)] == [1, 2, 2]
    assert [it.current.title for it in (before, between, after)] == ["Gammal", "Gammal", "Ny"]
    assert (after.current.owner, after.current.change) == ("Stabschef", "Namnet")
    # Its date and its diarienummer are its own, not those of the version before.
    assert (after.current.dnr, after.current.dated) == (None, None)
    assert [str(version.adopted) for version in after.versions] == ["2024-09-17", "2025-03-11"]


def test_a_revision_without_a_first_day_is_in_force_when_it_counts(ledger: Ledger) -> None:
    ledger.record(adopt(), revise("KS 2025-03-11 § 40", owner="Kommundirektör"))
    assert one(ledger, "2025-03-10").current.owner == "Stabschef"
    assert one(ledger, "2025-03-11").current.owner == "Kommundirektör"


def test_of_two_revisions_in_force_from_one_day_the_last_decided_holds(ledger: Ledger) -> None:
    ledger.record(
        adopt(),
        revise("KS 2025-03-12 § 50", valid_from="2025-05-01", title="Andra"),
        revise("KS 2025-03-11 § 40", valid_from="2025-05-01", title="Första"),
    )
    assert one(ledger, "2025-05-01").current.title == "Andra"


def test_a_revision_of_what_is_not_yet_in_force_waits_with_it(ledger: Ledger) -> None:
    ledger.record(adopt("2025-01-01"), revise("KS 2024-10-15 § 1", valid_from="2025-02-01"))
    found = one(ledger, "2024-12-31")
    assert (found.status, str(found.current.valid_from)) == ("adopted", "2025-01-01")


# -- review


def test_a_review_is_overdue_the_day_after_it_was_due(ledger: Ledger) -> None:
    ledger.record(adopt(review_by="2026-03"))
    assert not one(ledger, "2026-03-31").review_overdue
    assert one(ledger, "2026-04-01").review_overdue


def test_a_revision_after_the_day_of_review_is_the_review(ledger: Ledger) -> None:
    ledger.record(adopt(review_by="2026-03-31"), revise("KS 2026-06-01 § 9"))
    assert one(ledger, "2026-05-31").review_overdue
    found = one(ledger, "2026-06-01")
    assert (found.review_overdue, found.current.review_by) == (False, None)


def test_a_revision_before_the_day_of_review_leaves_it_as_it_was(ledger: Ledger) -> None:
    ledger.record(adopt(review_by="2026-03-31"), revise("KS 2025-06-01 § 9"))
    assert one(ledger, "2026-04-01").review_overdue


def test_a_revision_may_set_a_new_day_of_review(ledger: Ledger) -> None:
    ledger.record(adopt(review_by="2026-03-31"), revise("KS 2025-06-01 § 9", review_by="2028-06"))
    assert not one(ledger, "2028-06-30").review_overdue
    assert one(ledger, "2028-07-01").review_overdue


@pytest.mark.parametrize(
    "ended", [repeal("2026-01-01"), revise("KS 2025-01-01", valid_until="2025")]
)
def test_what_is_not_in_force_needs_no_review(ledger: Ledger, ended: Entry) -> None:
    ledger.record(adopt(review_by="2026-03-31"), ended)
    assert not one(ledger, "2026-06-01").review_overdue


def test_a_review_when_needed_is_never_overdue(ledger: Ledger) -> None:
    ledger.record(adopt(review="Vid behov"))
    found = one(ledger, "2090-01-01")
    assert (found.current.review, found.review_overdue) == ("Vid behov", False)


# -- corrections and what is not decided


def test_a_corrected_first_day_keeps_both(ledger: Ledger) -> None:
    (wrong,) = ledger.record(adopt("2024-10-01"))
    ledger.record(corrected(f"#{wrong.position}", adopt()))
    before = ledger.as_of("2024-10-05", known=wrong.position).document(MODEL)
    assert before is not None
    assert (before.in_force, one(ledger, "2024-10-05").in_force) == (True, False)


def test_a_revision_of_a_document_whose_adoption_was_withdrawn_is_nothing(ledger: Ledger) -> None:
    wrong, _ = ledger.record(adopt(), revise("KS 2025-03-11 § 40"))
    ledger.record(withdrawn(f"#{wrong.position}"))
    assert ledger.as_of("2025-12-31").documents() == ()


def test_a_proposed_document_is_pending_and_not_adopted(ledger: Ledger) -> None:
    event = DocumentAdopted("P", "Policy", "Policy", "KS", "2024-01-01")
    proposed = Entry(event, "KS 2023-11-20 § 4", stage="proposed")
    ledger.record(proposed)
    view = ledger.as_of("2024-12-31")
    assert view.documents() == ()
    assert [one.fact.entry for one in view.pending_about("document")] == [proposed]


def test_a_fold_without_facts_is_no_document() -> None:
    assert DocumentProjection(date(2024, 1, 1)).answer() is None


# -- bad input


def test_unknown_names_are_refused_with_a_suggestion(ledger: Ledger) -> None:
    ledger.record(adopt())
    head = ledger.head()
    with pytest.raises(EntriesRefused) as refused:
        ledger.record(
            Entry(DocumentRevised("Styrmodel"), "KS 2025-03-11 § 40"),
            repeal("2026-01-01", replaced_by="Styrmodellen"),
            adopt(),
        )
    assert str(refused.value).splitlines() == [
        "entry 1: document: unknown document 'Styrmodel', expected 'Styrmodell', record it first",
        (
            "entry 2: replaced_by: unknown document 'Styrmodellen', expected 'Styrmodell', "
            "record it first"
        ),
        (
            "entry 3: document: 'Styrmodell' is registered already, expected a new document, "
            "correct the earlier entry if it was wrong"
        ),
    ]
    assert ledger.head() == head


ADOPTED = {"type": "document.adopted", "decision": "KS 2024-09-17 § 123", "document": MODEL}
DAY = "expected a date such as 2020-02-10, 2020-02 or 2020"


@pytest.mark.parametrize(
    ("given", "faults"),
    [
        (
            {**ADOPTED, "title": "T", "owner": " ", "valid_from": "10 okt 2024"},
            [
                "category: missing, expected a value",
                "owner: it is empty, expected some text, leave the field out instead",
                f"valid_from: '10 okt 2024' is not a date, {DAY}",
            ],
        ),
        (
            {"type": "document.revised", "document": MODEL, "review_by": "Vid behov"},
            [
                f"review_by: 'Vid behov' is not a date, {DAY}",
                (
                    "effective: missing, and there is no dated decision, expected the day "
                    "from which it counts, such as 2020-02-10, add effective, or a decision "
                    "with its date"
                ),
            ],
        ),
        (
            {"type": "document.repealed", "effective": "2026-01-01", "replaced": "Ny"},
            [
                "document: missing, expected a value",
                "replaced: unknown field, expected 'replaced_by'",
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
events: st.SearchStrategy[Event] = st.one_of(
    st.builds(
        DocumentRevised,
        st.just("D"),
        st.none() | ON,
        st.none() | ON,
        title=st.none() | st.just("Ny"),
        review_by=st.none() | ON,
    ),
    st.builds(DocumentRepealed, st.just("D"), st.none() | st.just("E")),
)
entries = st.builds(Entry, events, st.none() | st.just("KS 2020-03-10 § 1"), ON)
OPENING = (
    register("KS"),
    Entry(
        DocumentAdopted("D", "T", "Policy", "KS", "2020-03-10", review_by="2020-06"),
        effective="2019-12-01",
    ),
    Entry(DocumentAdopted("E", "T", "Policy", "KS", "2020"), effective="2020-03-10"),
)


@st.composite
def commits(draw: st.DrawFn) -> Sequence[Sequence[Entry]]:
    """Draw commits after the opening, the last of which may undo an adoption."""
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
    """Return all that a view answers of documents, as it stands and as JSON."""
    found = view.documents()
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

RECORD = {
    **ADOPTED,
    "title": "Styrmodell för kommunen",
    "category": "Riktlinje",
    "owner": "Stabschef",
    "valid_from": "2024-10-10",
    "retention": "Bevaras",
}


def test_the_command_tells_whether_a_document_applies(tmp_path: Path) -> None:
    path = new(tmp_path, RECORD)
    found = answer("documents", "--ledger", path, "--on", "2024-10-10")
    assert next(iter(found)) == "basis"
    (shown,) = found["documents"]
    assert (shown["document"], shown["valid_from"], shown["in_force"]) == (
        MODEL,
        "2024-10-10",
        True,
    )
    assert (shown["adopted"], shown["decision"]) == ("2024-09-17", "KS 2024-09-17 § 123")
    assert [(step["position"], step["type"]) for step in shown["trail"]] == [
        (4, "document.adopted")
    ]
    assert answer("documents", MODEL, "--ledger", path, "--on", "2024-10-09")["documents"] == [
        {**shown, "status": "adopted", "in_force": False}
    ]
    early = answer("documents", "--in-force", "--ledger", path, "--on", "2024-10-09")
    assert early["documents"] == []


def test_the_table_shows_state_review_and_versions(tmp_path: Path) -> None:
    revised = {
        "type": "document.revised",
        "decision": "KS 2025-03-11 § 40",
        "document": MODEL,
        "review_by": "2026-03-31",
        "change": "Nytt årshjul",
    }
    path = new(tmp_path, RECORD, revised)
    shown = told("documents", MODEL, "--ledger", path, "--on", "2026-04-01")
    for text in ("in force", "2026-03-31 (overdue)", "Nytt årshjul", "retention: Bevaras"):
        assert text in shown


def test_a_document_that_is_not_there_is_exit_code_1(tmp_path: Path) -> None:
    path = new(tmp_path, RECORD)
    asked = run("documents", "Styrmodel", "--ledger", path)
    assert (asked.exit_code, asked.stderr) == (
        1,
        "no document 'Styrmodel', expected 'Styrmodell'\n",
    )


def test_an_unknown_document_is_told_with_a_suggestion(ledger: Ledger) -> None:
    ledger.record(adopt())
    with pytest.raises(UnknownName, match="no document 'Modell', expected 'Styrmodell'"):
        ledger.as_of("2024-12-31").document("Modell")
