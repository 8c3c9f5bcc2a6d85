"""Record files: the same entries in every format, and every fault told with its place."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from styrledger.codec import read_entry, write_entry
from styrledger.commit import Unreadable
from styrledger.errors import EntriesRefused
from styrledger.events.entry import Entry
from styrledger.exchange import records, separated, xlsx
from styrledger.exchange.records import read_entries

from .ledgers import entries
from .samples import GOLDEN, RECORDS
from .tables import Record, as_csv, as_xlsx, peak_of_reading, table, told, typed


def read_csv(content: bytes) -> list[Entry | Unreadable]:
    return list(separated.read(io.BytesIO(content), "year.csv"))


def read_xlsx(content: bytes) -> list[Entry | Unreadable]:
    return list(xlsx.read(io.BytesIO(content), "year.xlsx"))


# -- the same entries


SAMPLES = [read_entry(record) for record in RECORDS]


def test_every_event_is_the_same_in_every_format(tmp_path: Path) -> None:
    rows = table(RECORDS)
    (tmp_path / "year.csv").write_bytes(as_csv(rows))
    (tmp_path / "year.xlsx").write_bytes(as_xlsx(typed(rows)))
    assert read_entries(GOLDEN / "records.jsonl") == SAMPLES
    assert read_entries(tmp_path / "year.csv") == SAMPLES
    assert read_entries(tmp_path / "year.xlsx") == SAMPLES


def test_an_entry_as_text_and_as_typed_cells_is_the_same() -> None:
    as_text = [[None if cell is None else str(cell) for cell in row] for row in table(RECORDS)]
    assert read_xlsx(as_xlsx(as_text)) == SAMPLES


# No U+FFFE and U+FFFF: XML, and so a workbook, cannot hold them.
_prose = st.text(
    st.characters(exclude_categories=["Cc", "Cs"], exclude_characters="\ufffe\uffff")
    | st.sampled_from(';,"\n\t#='),
    min_size=1,
    max_size=30,
).filter(lambda text: text.strip() != "")
_newlines = st.sampled_from(["\n", "\r\n"])


@st.composite
def noted(draw: st.DrawFn) -> Record:
    """Draw a record with a note of any characters, whole or as the replacement of another."""
    record = write_entry(draw(entries())) | {"note": draw(_prose)}
    if draw(st.booleans()):
        return record
    return {"type": "entry.corrected", "target": "#1", "reason": "Fel.", "replacement": record}


@given(st.lists(noted(), min_size=1, max_size=5), st.sampled_from(",;"), _newlines)
def test_any_entries_are_the_same_in_every_format(
    found: list[Record], delimiter: str, newline: str
) -> None:
    rows = table(found)
    same = [read_entry(record) for record in found]
    assert read_csv(as_csv(rows, delimiter, newline)) == same
    assert read_xlsx(as_xlsx(typed(rows))) == same


def test_a_semicolon_file_from_swedish_excel_is_read() -> None:
    content = (
        "\ufefftype;decision;unit;year;amount;source.page;note\r\n"
        "budget.adopted;KF 2019-06-10 § 109;KS;2020;227,7 mnkr;;\r\n"
        ";;;;;;\r\n"
        "# Ändringar under året;;;;;;\r\n"
        'budget.revised;KF 2020-02-10 § 9;KS;2020;"-1 167,5 tkr";29;"Rad ett\nRad ""två"""\r\n'
    )
    adopted = {
        "type": "budget.adopted",
        "decision": "KF 2019-06-10 § 109",
        "unit": "KS",
        "year": 2020,
        "amount": "227,7 mnkr",
    }
    revised = adopted | {
        "type": "budget.revised",
        "decision": "KF 2020-02-10 § 9",
        "amount": "-1 167,5 tkr",
        "source": {"page": "29"},
        "note": 'Rad ett\nRad "två"',
    }
    found = read_csv(content.encode())
    assert found == [read_entry(adopted), read_entry(revised)]
    assert [entry.where for entry in found if isinstance(entry, Entry)] == [
        "year.csv:2",
        "year.csv:5",
    ]


CONTENTS = {
    "csv": as_csv(table(RECORDS)),
    "xlsx": as_xlsx(table(RECORDS)),
    "jsonl": (GOLDEN / "records.jsonl").read_bytes(),
}


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("year.csv", "csv"),
        ("YEAR.CSV", "csv"),
        ("year.Xlsx", "xlsx"),
        ("year.jsonl", "jsonl"),
        ("year.ndjson", "jsonl"),
        ("year.csv.bak", "jsonl"),
        ("year", "jsonl"),
    ],
)
def test_the_suffix_tells_the_format(tmp_path: Path, name: str, form: str) -> None:
    (tmp_path / name).write_bytes(CONTENTS[form])
    assert read_entries(tmp_path / name) == SAMPLES


@pytest.mark.parametrize("suffix", CONTENTS)
def test_all_bytes_of_a_file_are_counted_as_read(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"year.{suffix}"
    path.write_bytes(CONTENTS[suffix])
    read: list[int] = []
    assert list(records.read(path, read.append)) == SAMPLES
    assert sum(read) == len(CONTENTS[suffix])


# -- faults in any table

HEADER: list[Any] = [
    "type",
    "unit",
    "year",
    "amount",
    "amount.ore",
    "effective",
    "source.page",
    "line",
]
GOOD: list[Any] = ["budget.adopted", "KS", 2020, "1 tkr", None, "2020-01-01", 7, None]
A_HEADER = "a first row of field names, such as type, decision, unit, year, amount"

HEADERS = {
    "a misspelt column": (
        ["type", "unit", "amuont", "sorce.page", ""],
        [
            "1: 'amuont' is not a column, expected 'amount'",
            "1: 'sorce.page' is not a column, expected 'source.page'",
        ],
    ),
    "a column twice": (
        ["type", "unit", "unit", "unit"],
        ["1: the column 'unit' stands more than once, expected each column once"],
    ),
    "no type": (
        ["unit", "year"],
        ["1: no column 'type', expected one with the event type of each row"],
    ),
    "no header": (
        ["budget.adopted", "KS", "2020"],
        [f"1: the first row holds no field name, expected {A_HEADER}"],
    ),
    "targets that look like comments": (
        ["target", "type", "reason"],
        [
            (
                "1: the first column is 'target', and a row that begins with # is skipped, "
                "expected another column first, such as type"
            )
        ],
    ),
    "an object as one column": (
        ["type", "year", "source", "to"],
        [
            "1: 'source' is not a column, expected 'source.url'",
            "1: 'to' is not a column, expected 'into'",
        ],
    ),
}

ROWS = {
    "an unknown type": (
        ["budget.adoptd", "KS", 2020, "1 tkr"],
        ["3: type: 'budget.adoptd' is not an event type, expected 'budget.adopted'"],
    ),
    "all faults of its fields": (
        ["budget.adopted", "K/S", "tjugo", "1", None, "2020-02-30"],
        [
            "3: unit: 'K/S' cannot be a code, expected a code without '/', and not '*'",
            "3: year: 'tjugo' is not a year, expected a number such as 2020",
            (
                "3: amount: '1' has no unit, expected an amount with its unit, such as '1 tkr', "
                "write the unit"
            ),
            (
                "3: effective: '2020-02-30' is not a date: 2020-02 has 29 days, expected a date "
                "such as 2020-02-10, 2020-02 or 2020"
            ),
        ],
    ),
    "a field of another event": (
        ["budget.adopted", "KS", 2020, "1 tkr", None, "2020-01-01", None, "Personal"],
        [
            (
                "3: line: unknown field, expected one of 'amount', 'condition', 'decision', "
                "'effective', 'key', 'kind', 'note', 'source', 'stage', 'unit', 'year'"
            )
        ],
    ),
    "blank cells": (
        ["budget.adopted", "KS", None, " "],
        [
            "3: year: missing, expected a value",
            "3: amount: missing, expected a value",
            (
                "3: effective: missing, and there is no dated decision, expected the day from "
                "which it counts, such as 2020-02-10, add effective, or a decision with its date"
            ),
        ],
    ),
    "a field filled twice": (
        ["budget.adopted", "KS", 2020, "1 tkr", 100_000, "2020-01-01"],
        ["3: amount: both 'amount' and 'amount.ore' are filled, expected one of them"],
    ),
    "a cell too many": (
        [*GOOD, "x"],
        [
            (
                "3: cell 9 ('x') stands under no field name, expected a cell for each name in the "
                "header, put quotes around a cell that holds the delimiter"
            )
        ],
    ),
}


@pytest.mark.parametrize(("header", "faults"), HEADERS.values(), ids=HEADERS)
@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_a_header_fault_is_told_once_and_alone(
    suffix: str, header: list[str], faults: list[str]
) -> None:
    rows = [header, ["x", "y", "z"], ["x", "y", "z"]]
    found = read_csv(as_csv(rows)) if suffix == "csv" else read_xlsx(as_xlsx(rows))
    assert told(found) == [f"year.{suffix}:{fault}" for fault in faults]


@pytest.mark.parametrize(("row", "faults"), ROWS.values(), ids=ROWS)
@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_a_row_fault_has_its_place_and_column(
    suffix: str, row: list[Any], faults: list[str]
) -> None:
    rows = [HEADER, GOOD, row, GOOD]
    found = read_csv(as_csv(rows)) if suffix == "csv" else read_xlsx(as_xlsx(rows))
    assert told(found) == [f"year.{suffix}:{fault}" for fault in faults]
    assert [type(one) for one in found] == [Entry, Unreadable, Entry]


def test_an_amount_in_ore_needs_no_unit() -> None:
    rows = [HEADER, ["budget.adopted", "KS", 2020, None, 100_000, "2020-01-01"]]
    same = {"type": "budget.adopted", "unit": "KS", "year": 2020, "effective": "2020-01-01"}
    expected = [read_entry(same | {"amount": {"ore": 100_000}})]
    assert read_csv(as_csv(rows)) == expected
    assert read_xlsx(as_xlsx(rows)) == expected


def test_several_units_stand_in_one_cell() -> None:
    rows: list[list[Any]] = [
        ["type", "uppdrag", "title", "responsible", "effective"],
        ["uppdrag.given", "1", "Ett", "KS; SN", "2020-01-01"],
        ["uppdrag.given", "2", "Två", "KS", "2020-01-01"],
    ]
    for found in (read_csv(as_csv(rows)), read_xlsx(as_xlsx(rows))):
        assert [write_entry(one)["responsible"] for one in found if isinstance(one, Entry)] == [
            ["KS", "SN"],
            ["KS"],
        ]


@pytest.mark.parametrize("content", [b"", b"\n\n", b"# only a comment\n", b"\xef\xbb\xbf", b";;\n"])
def test_a_file_without_rows_is_a_fault(content: bytes) -> None:
    assert told(read_csv(content)) == [f"year.csv: there is no row in it, expected {A_HEADER}"]
    assert told(read_xlsx(as_xlsx([]))) == [
        f"year.xlsx: there is no row in it, expected {A_HEADER}"
    ]


def test_a_file_with_a_header_alone_holds_no_entry() -> None:
    assert read_csv(as_csv([HEADER])) == []
    assert read_xlsx(as_xlsx([HEADER])) == []


def test_faults_of_all_rows_are_told_at_once(tmp_path: Path) -> None:
    bad = ["budget.adopted", "KS", 2020, "1 tkr", None, "igår"]
    (tmp_path / "year.csv").write_bytes(as_csv([HEADER, *([GOOD] * 3 + [bad]) * 2]))
    with pytest.raises(EntriesRefused) as refused:
        read_entries(tmp_path / "year.csv")
    assert [fault.where for fault in refused.value.faults] == [
        f"{tmp_path}/year.csv:5",
        f"{tmp_path}/year.csv:9",
    ]


# -- CSV

START = "type,unit,kind,effective\n"
KS = "unit.registered,KS,board,2020-01-01\n"
SN = "unit.registered,SN,board,2020-01-01\n"
QUOTES = (
    "a quote is never closed, or does not end its cell, expected quotes around the whole cell, "
    'and "" for a quote inside it'
)

CSV = {
    "a quote within a cell": (
        f'{START}unit.registered,"K"S,board,2020-01-01\n{SN}',
        f"2: {QUOTES}",
    ),
    "a quote that is never closed": (f'{START}{KS}unit.registered,"SN\n{KS}', f"3: {QUOTES}"),
    "a long stretch within quotes": (
        f'{START}unit.registered,"KS\n{KS * 4000}{SN}',
        f"2: {QUOTES}",
    ),
    "a carriage return": (
        f"{START}unit.registered,K\rS,board,2020-01-01\n{SN}",
        (
            "2: a carriage return within the line, expected line breaks that are LF or CRLF, "
            "save it anew"
        ),
    ),
    "a NUL byte": (
        f"{START}unit.registered,K\0S,board,2020-01-01\n{SN}",
        "2: a NUL byte in the line, expected text in UTF-8, is this a record file at all?",
    ),
    "not UTF-8": (
        f"{START}unit.registered,K\udcd6,board,2020-01-01\n{SN}",
        "2: byte 18 of the line is not UTF-8, expected text in UTF-8, save the file as UTF-8",
    ),
    "not UTF-8 on the second line of a row": (
        f'{START}unit.registered,"K\n\udcd6",board,2020-01-01\n{SN}',
        "2: byte 1 of the line is not UTF-8, expected text in UTF-8, save the file as UTF-8",
    ),
    "a long line": (
        f"{START}unit.registered,{'K' * 1_000_000},board,2020-01-01\n{SN}",
        (
            "2: the line is longer than 1 000 000 bytes, expected one entry a line, "
            "check for missing line breaks"
        ),
    ),
    "a long cell": (
        f"{START}unit.registered,{'K' * 999_000},board,2020-01-01\n{SN}",
        f"2: {QUOTES}",
    ),
    "an amount with a comma": (
        "type,unit,year,amount,effective\nbudget.adopted,KS,2020,227,7 mnkr,2020-01-01\n",
        (
            "2: cell 6 ('2020-01-01') stands under no field name, expected a cell for each name in "
            "the header, put quotes around a cell that holds the delimiter"
        ),
    ),
}


@pytest.mark.parametrize(("text", "fault"), CSV.values(), ids=CSV)
def test_a_fault_of_csv_is_told_with_its_line(text: str, fault: str) -> None:
    found = read_csv(text.encode(errors="surrogateescape"))
    assert told(found) == [f"year.csv:{fault}"]
    assert all(isinstance(one, Entry) for one in found[1:] if text.endswith(SN))


def test_a_long_cell_is_refused_whatever_the_parser_takes() -> None:
    limit = csv.field_size_limit(10**9)
    try:
        test_a_fault_of_csv_is_told_with_its_line(*CSV["a long cell"])
    finally:
        csv.field_size_limit(limit)


def test_a_row_after_a_bad_quote_is_read() -> None:
    found = read_csv(f'{START}unit.registered,"K"S,board,2020-01-01\n{SN}'.encode())
    assert [type(one) for one in found] == [Unreadable, Entry]


def test_a_comment_with_a_quote_does_not_swallow_rows() -> None:
    found = read_csv(f'# first\n{START}# so,"called\n{KS}"# so",,,\n\n,,,\n{SN}'.encode())
    assert [one.where for one in found if isinstance(one, Entry)] == ["year.csv:4", "year.csv:8"]
    assert len(found) == 2


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        pytest.param(
            START.encode("utf-16"),
            "1: a NUL byte in the line, expected text in UTF-8, is this a record file at all?",
            id="UTF-16",
        ),
        pytest.param(
            b"type,\xe5r\n" + KS.encode() * 3,
            "1: byte 6 of the line is not UTF-8, expected text in UTF-8, save the file as UTF-8",
            id="Windows-1252",
        ),
        pytest.param(f'"{START}{KS}'.encode(), f"1: {QUOTES}", id="a quote in the header"),
        pytest.param((GOLDEN / "records.jsonl").read_bytes(), f"1: {QUOTES}", id="JSON Lines"),
        pytest.param(
            as_xlsx([HEADER]),
            "1: a NUL byte in the line, expected text in UTF-8, is this a record file at all?",
            id="XLSX",
        ),
    ],
)
def test_nothing_is_told_of_the_rows_under_a_header_that_cannot_be_read(
    content: bytes, fault: str
) -> None:
    assert told(read_csv(content)) == [f"year.csv:{fault}"]


@given(st.binary(max_size=300) | st.text(alphabet=';,"\n\r# type', max_size=60).map(str.encode))
def test_no_csv_gives_anything_but_entries_and_faults(content: bytes) -> None:
    for prefix in (b"", START.encode()):
        assert all(isinstance(one, Entry | Unreadable) for one in read_csv(prefix + content))


@pytest.mark.parametrize(
    ("filling", "megabytes"), [("KS,", 100), ('x"', 100), ("K\udce5,", 100), ("\n", 5)]
)
def test_memory_is_bounded_whatever_csv_holds(tmp_path: Path, filling: str, megabytes: int) -> None:
    path = tmp_path / "year.csv"
    piece = (filling * (1_000_000 // len(filling))).encode(errors="surrogateescape")
    with path.open("wb") as file:
        file.write(f'{START}unit.registered,"'.encode())
        for _ in range(megabytes):
            file.write(piece)
    assert peak_of_reading(path) < 150
