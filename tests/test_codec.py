"""The record form: what record files say, read with every fault at once and written back."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given

from styrledger import registry, stored
from styrledger.amounts import Amount
from styrledger.codec import read_entry, write_entry
from styrledger.errors import ValueRefused
from styrledger.events.budgets import BudgetRevised, BudgetTransferred, Place
from styrledger.events.entry import Entry, Source
from styrledger.references import DecisionRef

from .ledgers import corrected, entries, revised
from .samples import RECORDS

REVISED: dict[str, Any] = {
    "type": "budget.revised",
    "decision": "KF 2020-02-10 § 9",
    "unit": "KS",
    "year": 2020,
    "amount": "2,0 mnkr",
}

MISSING_DAY = (
    "effective: missing, and there is no dated decision, expected the day from which it counts, "
    "such as 2020-02-10, add effective, or a decision with its date"
)
COMMON_12 = (
    "'amount', 'cause', 'condition', 'decision', 'effective', 'financing', 'key', 'kind', 'line', "
    "'note', 'source', 'stage' and 2 more"
)


def faults(record: object) -> list[str]:
    """Return the faults found in a record, each as it is printed."""
    with pytest.raises(ValueRefused) as refused:
        read_entry(record, "fil.jsonl:3")
    assert str(refused.value) == "\n".join(map(str, refused.value.faults))
    return [str(fault).removeprefix("fil.jsonl:3: ") for fault in refused.value.faults]


# -- reading and writing


def test_every_event_type_has_a_record() -> None:
    assert {record["type"] for record in RECORDS} == registry.TYPES.keys()


@pytest.mark.parametrize("record", RECORDS, ids=[record["type"] for record in RECORDS])
def test_a_record_is_read_and_written_back_the_same(record: dict[str, Any]) -> None:
    assert write_entry(read_entry(record)) == record


@pytest.mark.parametrize("record", RECORDS, ids=[record["type"] for record in RECORDS])
def test_an_entry_is_written_and_read_back_the_same(record: dict[str, Any]) -> None:
    entry = read_entry(record)
    again = read_entry(write_entry(entry))
    assert again == entry
    assert stored.content(again) == stored.content(entry)


@given(entries())
def test_any_entry_is_written_and_read_back_the_same(entry: Entry) -> None:
    for one in (entry, corrected("#1", entry)):
        again = read_entry(write_entry(one))
        assert again == one
        assert stored.content(again) == stored.content(one)


def test_a_record_is_flat_its_type_first_and_nothing_absent_in_it() -> None:
    written = write_entry(revised("2,0 mnkr", "KF 2020-02-10 § 9", note="Tillägg."))
    assert list(written.items()) == [
        ("type", "budget.revised"),
        ("decision", "KF 2020-02-10 § 9"),
        ("note", "Tillägg."),
        ("unit", "KS"),
        ("year", 2020),
        ("amount", "2,0 mnkr"),
        ("kind", "operating"),
        ("cause", "other"),
    ]


@pytest.mark.parametrize(
    "given",
    [
        pytest.param(
            {"decision": {"body": "KF", "date": "2020-02-10", "paragraph": 9}}, id="parts"
        ),
        pytest.param({"decision": "Kf 2020-02-10, §9"}, id="another spelling"),
        pytest.param({"stage": "decided", "kind": "operating", "cause": "other"}, id="defaults"),
        pytest.param(dict.fromkeys(["note", "source", "line", "key", "effective"]), id="nulls"),
        pytest.param({"amount": {"ore": 200_000_000, "text": "2,0 mnkr"}}, id="amount and text"),
    ],
)
def test_other_ways_to_say_the_same_are_read_as_the_same(given: dict[str, Any]) -> None:
    plain = revised("2,0 mnkr", given.get("decision", "KF 2020-02-10 § 9"))
    assert read_entry({**REVISED, **given}) == plain


def test_an_amount_in_ore_prints_itself() -> None:
    entry = read_entry({**REVISED, "amount": {"ore": 12_345}})
    assert isinstance(entry.event, BudgetRevised)
    assert entry.event.amount.same_print(Amount("123,45 kr"))


def test_body_and_paragraph_may_be_null() -> None:
    given = {"body": None, "date": "2020-04-24", "paragraph": None, "dnr": "KS 2020/31"}
    entry = read_entry({**REVISED, "decision": given})
    assert entry.decision == DecisionRef(None, "2020-04-24", None, "KS 2020/31")


def test_a_page_may_be_a_number() -> None:
    assert read_entry({**REVISED, "source": {"page": 7}}).source == Source(page="7")


def test_the_ends_of_a_transfer_are_objects_named_from_and_to() -> None:
    entry = read_entry(
        {
            "type": "budget.transferred",
            "effective": "2020-01-27",
            "year": 2020,
            "from": {"unit": "KS", "line": "Reserv"},
            "to": {"unit": "SN"},
            "amount": "1 tkr",
        }
    )
    ends = Place("KS", "Reserv"), Place("SN")
    assert entry.event == BudgetTransferred(2020, *ends, "1 tkr")


def test_the_place_in_the_file_is_kept_but_is_not_content() -> None:
    entry = read_entry(REVISED, "fil.jsonl:3")
    assert entry.where == "fil.jsonl:3"
    assert entry == read_entry(REVISED)
    assert "where" not in write_entry(entry)


# -- faults


@pytest.mark.parametrize(
    ("record", "fault"),
    [
        pytest.param(5, '5 is not an object, expected {"type": …}', id="a number"),
        pytest.param([], '[] is not an object, expected {"type": …}', id="a list"),
        pytest.param(
            {}, "type: missing, expected an event type such as 'budget.revised'", id="no type"
        ),
        pytest.param(
            {"type": "budget.revise"},
            "type: 'budget.revise' is not an event type, expected 'budget.revised'",
            id="an unknown type",
        ),
        pytest.param(
            {"type": ["budget.revised"]},
            "type: ['budget.revised'] is not an event type, expected 'budget.revised'",
            id="a type that is no text",
        ),
    ],
)
def test_what_is_no_event_is_refused(record: object, fault: str) -> None:
    assert faults(record) == [fault]


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        pytest.param(
            {"amount": 5},
            "amount: 5 is a bare number, expected an amount with its unit, such as '5 tkr', "
            'write the unit, or {"ore": …}',
            id="a bare number",
        ),
        pytest.param(
            {"amount": "1 167 tkr 200 tkr"},
            "amount: '1 167 tkr 200 tkr' holds two numbers side by side, expected one amount, its "
            "digits in groups of three such as '82 701 tkr', enter each amount by itself",
            id="two numbers side by side",
        ),
        pytest.param(
            {"amount": {"ore": 5, "txt": "5 kr"}},
            "amount.txt: unknown field, expected 'text'",
            id="an unknown field of an amount",
        ),
        pytest.param(
            {"unit": 5}, "unit: 5 is not text, expected a text in quotes", id="a unit of no text"
        ),
        pytest.param(
            {"unit": "K/S"},
            "unit: 'K/S' cannot be a code, expected a code without '/', and not '*'",
            id="a code with a slash",
        ),
        pytest.param(
            {"unit": " KS"},
            "unit: ' KS' has blanks or line breaks around or in it, expected one trimmed line",
            id="a code with blanks around it",
        ),
        pytest.param(
            {"unit": ""},
            "unit: it is empty, expected some text, leave the field out instead",
            id="an empty text",
        ),
        pytest.param(
            {"unit": "K" * 201},
            f"unit: '{'K' * 30}'… has 201 characters, expected at most 200, put the long text in "
            "note",
            id="a long name",
        ),
        pytest.param(
            {"note": "x" * 20_001},
            "note: a text of 20001 characters, expected at most 20000, shorten it",
            id="a long text",
        ),
        pytest.param(
            {"note": "a\0b"},
            "note: 'a\\x00b' holds the character U+0000, expected printable text",
            id="a control character",
        ),
        pytest.param(
            {"year": "2020"},
            "year: '2020' is not a year, expected a number such as 2020",
            id="a year in quotes",
        ),
        pytest.param(
            {"year": True}, "year: True is not a year, expected a number such as 2020", id="true"
        ),
        pytest.param(
            {"kind": "invest"},
            "kind: 'invest' is not known here, expected 'investment'",
            id="an unknown choice",
        ),
        pytest.param(
            {"kind": "drift"},
            "kind: 'drift' is not known here, expected one of 'investment', 'operating'",
            id="a choice that is nothing like one",
        ),
        pytest.param(
            {"line": "A//B"},
            "line: 'A//B' has an empty part, expected a line such as 'Personal' or 'KSF/Personal'",
            id="a path with an empty part",
        ),
        pytest.param(
            {"effective": "2020-02-30"},
            "effective: '2020-02-30' is not a date: 2020-02 has 29 days, expected a date such as "
            "2020-02-10, 2020-02 or 2020",
            id="a day that does not exist",
        ),
        pytest.param(
            {"effective": 2020},
            "effective: 2020 is not a date, expected a date such as 2020-02-10, 2020-02 or 2020, "
            "write it as text, in quotes",
            id="a date that is no text",
        ),
        pytest.param(
            {"decision": {"bdy": "KF", "date": "2020-02-10"}},
            "decision.bdy: unknown field, expected 'body'",
            id="an unknown field of a decision",
        ),
        pytest.param(
            {"decision": "KF"},
            "decision: 'KF' is a body, not a decision, expected a date, a paragraph or a "
            "diarienummer",
            id="no decision",
        ),
        pytest.param({"decision": None}, MISSING_DAY, id="no day"),
        pytest.param({"decision": "KF § 9"}, MISSING_DAY, id="a decision without a day"),
        pytest.param(
            {"stage": "decide"}, "stage: 'decide' is not known here, expected 'decided'", id="stage"
        ),
        pytest.param(
            {"stage": "conditional"},
            "condition: missing, expected the condition of a conditional entry",
            id="no condition",
        ),
        pytest.param(
            {"condition": "Om staten betalar."},
            "condition: a condition on an entry that is decided, expected stage 'conditional', "
            "set the stage, or put the text in note",
            id="a condition for nothing",
        ),
        pytest.param(
            {"source": "sidan 7"},
            "source: 'sidan 7' is not an object, expected {…}",
            id="a source that is no object",
        ),
        pytest.param(
            {"source": {"pag": 7}},
            "source.pag: unknown field, expected 'page'",
            id="an unknown field of a source",
        ),
        pytest.param(
            {"key": "#5"},
            "key: '#5' looks like a position, expected a key that begins otherwise",
            id="a key like a position",
        ),
        pytest.param(
            {"lines": "A"}, "lines: unknown field, expected 'line'", id="an unknown field of it"
        ),
        pytest.param(
            {"effektiv": "2020"},
            "effektiv: unknown field, expected 'effective'",
            id="an unknown field of any entry",
        ),
        pytest.param(
            {"xyz": 1},
            f"xyz: unknown field, expected one of {COMMON_12}",
            id="an unknown field like none",
        ),
        pytest.param(
            {"where": "x"},
            f"where: unknown field, expected one of {COMMON_12}",
            id="the place in the file",
        ),
    ],
)
def test_a_fault_says_the_field_what_was_expected_and_what_to_do(
    given: dict[str, Any], fault: str
) -> None:
    assert faults({**REVISED, **given}) == [fault]


@pytest.mark.parametrize(
    ("record", "fault"),
    [
        pytest.param(
            {"type": "forecast.reported", "unit": "KS", "year": 2020, "effective": "2020-05"},
            "amount: a forecast needs one figure, expected either amount or deviation",
            id="a forecast of nothing",
        ),
        pytest.param(
            {
                "type": "budget.transferred",
                "effective": "2020-01-27",
                "year": 2020,
                "from": {"unit": "KS"},
                "to": {"unit": "KS"},
                "amount": "1 tkr",
            },
            "to: both ends are the same, expected two different places",
            id="a transfer to where it came from",
        ),
        pytest.param(
            {
                "type": "budget.transferred",
                "effective": "2020-01-27",
                "year": 2020,
                "from": {"unit": "KS"},
                "to": {"unit": "SN"},
                "amount": "-1 tkr",
            },
            "amount: '-1 tkr' is not above zero, expected a positive amount, swap from and to",
            id="a transfer backwards",
        ),
        pytest.param(
            {
                "type": "outcome.reported",
                "effective": "2020-08",
                "unit": "KS",
                "year": 2020,
                "through": "2020-06",
                "amount": "1 tkr",
            },
            "through: '2020-06' is a whole month, expected a day such as 2020-02-10, say which day",
            id="an outcome through no day",
        ),
        pytest.param(
            {"type": "unit.registered", "effective": "2019", "unit": "KS", "kind": "nämnd"},
            "kind: 'nämnd' is not known here, expected one of 'auditor', 'board', 'committee', "
            "'company', 'council', 'department', 'management_group', 'municipality', 'other', "
            "'state_authority'",
            id="an unknown kind of unit",
        ),
        pytest.param(
            {
                "type": "entry.corrected",
                "target": "#1",
                "reason": "Fel.",
                "replacement": {"type": "entry.withdrawn", "target": "#1", "reason": "Fel."},
            },
            "replacement: the replacement is itself an entry.withdrawn, expected the entry that "
            "should have been recorded, correct the original target instead",
            id="a correction that withdraws",
        ),
        pytest.param(
            {"type": "entry.corrected", "target": "#1", "reason": "Fel.", "replacement": "KS"},
            "replacement: 'KS' is not an object, expected {\"type\": …}",
            id="a replacement that is no entry",
        ),
    ],
)
def test_an_event_that_contradicts_itself_is_refused(record: dict[str, Any], fault: str) -> None:
    assert faults(record) == [fault]


def test_every_fault_is_reported_at_once_each_with_the_path_of_its_field() -> None:
    record = {
        "type": "entry.corrected",
        "target": 7,
        "reson": "Fel.",
        "key": "#5",
        "source": {"pag": 1, "page": 1.5},
        "replacement": {
            "type": "budget.transferred",
            "decision": {"body": "KF", "date": "2020-13", "paragraph": "9"},
            "stage": "proposd",
            "from": {"unt": "KS", "line": "A//"},
            "to": {"unit": "K/S"},
            "amount": 5,
        },
    }
    assert sorted(faults(record)) == [
        "key: '#5' looks like a position, expected a key that begins otherwise",
        "reason: missing, expected a value",
        (
            "replacement.amount: 5 is a bare number, expected an amount with its unit, such as "
            "'5 tkr', write the unit, or {\"ore\": …}"
        ),
        (
            "replacement.decision.date: '2020-13' is not a date: there is no month 13, expected a "
            "date such as 2020-02-10, 2020-02 or 2020"
        ),
        (
            "replacement.decision.paragraph: '9' is not a paragraph number, expected a whole "
            "number from 1 to 99999"
        ),
        (
            "replacement.from.line: 'A//' has an empty part, expected a line such as 'Personal' or "
            "'KSF/Personal'"
        ),
        "replacement.from.unit: missing, expected a value",
        "replacement.from.unt: unknown field, expected 'unit'",
        "replacement.stage: 'proposd' is not known here, expected 'proposed'",
        "replacement.to.unit: 'K/S' cannot be a code, expected a code without '/', and not '*'",
        "replacement.year: missing, expected a value",
        "reson: unknown field, expected 'reason'",
        "source.pag: unknown field, expected 'page'",
        "source.page: 1.5 is not text, expected a text in quotes",
        "target: 7 is not text, expected a text in quotes",
    ]


def test_a_fault_carries_the_same_as_data() -> None:
    with pytest.raises(ValueRefused) as refused:
        read_entry({**REVISED, "source": {"pag": 7}}, "fil.jsonl:3")
    fault = refused.value.fault
    assert (fault.where, fault.field) == ("fil.jsonl:3", "source.pag")
    assert (fault.what, fault.expected, fault.todo) == ("unknown field", "'page'", "")


def test_a_correction_within_a_correction_is_not_read_to_the_bottom() -> None:
    record: dict[str, Any] = REVISED
    for _ in range(5000):
        record = {"type": "entry.corrected", "target": "#1", "reason": "x", "replacement": record}
    assert faults(record) == [
        (
            "replacement: the replacement is itself an entry.corrected, expected the entry that "
            "should have been recorded, correct the original target instead"
        )
    ]


def test_a_program_gets_the_same_faults_as_a_record_file() -> None:
    with pytest.raises(ValueRefused) as bare:
        BudgetRevised(unit="KS", year=2020, amount=5)
    assert str(bare.value) == (
        "5 is a bare number, expected an amount with its unit, such as '5 tkr', write the unit, "
        'or {"ore": …}'
    )
    with pytest.raises(ValueRefused) as unknown:
        BudgetTransferred(2020, {"unt": "KS"}, "SN", "1 tkr")
    assert str(unknown.value) == "unt: unknown field, expected 'unit'"
