"""Workbooks as record files: what cells stand for, and files that are damaged or hostile."""

from __future__ import annotations

import io
import sys
import zipfile
from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from styrledger.codec import read_entry
from styrledger.commit import Unreadable
from styrledger.errors import MissingExtraError
from styrledger.events.entry import Entry
from styrledger.exchange import xlsx
from styrledger.exchange.records import read_entries

from .commands import run
from .tables import as_xlsx, peak_of_reading, told

HEADER = ["type", "unit", "year", "amount", "effective", "note"]
KS = ["budget.adopted", "KS", 2020, "1 tkr", "2020-01-01", None]
GOOD = {
    "type": "budget.adopted",
    "unit": "KS",
    "year": 2020,
    "amount": "1 tkr",
    "effective": "2020-01-01",
}


def read(content: bytes) -> list[Entry | Unreadable]:
    return list(xlsx.read(io.BytesIO(content), "year.xlsx"))


def row(cells: Mapping[str, Any], formats: Mapping[str, str] | None = None) -> bytes:
    """Return a workbook with one row: a good one but for some cells, shown in some formats."""
    record = {**GOOD, **cells}
    places = {name: f"{chr(ord('A') + at)}2" for at, name in enumerate(record)}
    shown = {places[name]: form for name, form in (formats or {}).items()}
    return as_xlsx([[*record], [*record.values()]], shown)


# -- cells


@pytest.mark.parametrize(
    ("cells", "formats", "meant"),
    [
        pytest.param({"year": 2020.0}, {}, {}, id="a whole number as a decimal one"),
        pytest.param({"year": "2020"}, {}, {}, id="a number as text"),
        pytest.param({"unit": 312}, {}, {"unit": "312"}, id="a code of digits"),
        pytest.param({"unit": 312}, {"unit": "@"}, {"unit": "312"}, id="and formatted as text"),
        pytest.param({"effective": date(2020, 1, 1)}, {}, {}, id="a date"),
        pytest.param({"effective": datetime(2020, 1, 1)}, {}, {}, id="midnight"),  # noqa: DTZ001
        pytest.param(
            {"effective": date(2020, 1, 1)},
            {"effective": '[$-41D]"den" d mmmm yyyy;@'},
            {},
            id="a date in words",
        ),
        pytest.param({"effective": 2020}, {}, {"effective": "2020"}, id="a year alone"),
        pytest.param({"effective": "2020-06"}, {}, {"effective": "2020-06"}, id="a month as text"),
        pytest.param(
            {"decision": date(2020, 1, 1), "effective": None},
            {},
            {"decision": "2020-01-01", "effective": None},
            id="a decision known by its date",
        ),
    ],
)
def test_a_cell_stands_for_what_it_shows(
    cells: dict[str, Any], formats: dict[str, str], meant: dict[str, Any]
) -> None:
    assert read(row(cells, formats)) == [read_entry(GOOD | meant)]


def test_a_figure_may_be_a_number() -> None:
    given = {"type": "target.set", "indicator": "N1", "year": 2020, "effective": "2020"}
    rows: list[list[Any]] = [
        [*given, "value"],
        [*given.values(), 71.5],
        [*given.values(), "71,5 %"],
    ]
    assert read(as_xlsx(rows)) == [read_entry(given | {"value": v}) for v in (71.5, "71,5 %")]


def test_a_truth_is_read_as_cell_and_as_text() -> None:
    given = {
        "type": "vote.counted",
        "decision": "KS 2020-05-25 § 4",
        "yes_means": "bifall",
        "yes": 6,
        "no": 5,
    }
    texts = (True, "TRUE", "sant", "true")
    rows: list[list[Any]] = [
        [*given, "referred_before"],
        *([*given.values(), text] for text in texts),
    ]
    assert read(as_xlsx(rows)) == [read_entry(given | {"referred_before": True})] * len(texts)


A_DATE = "expected a date such as 2020-02-10"
AS_TEXT = "format it as text and write it again"


@pytest.mark.parametrize(
    ("cells", "formats", "fault"),
    [
        pytest.param(
            {"amount": 227.7},
            {"amount": '# ##0,0 "mnkr"'},
            "amount: 227.7 is a bare number, expected an amount with its unit, such as "
            "'227,7 mnkr', write the unit, or {\"ore\": …}",
            id="an amount without its unit",
        ),
        pytest.param(
            {"amount": 227_700},
            {},
            "amount: 227700 is a bare number, expected an amount with its unit, such as "
            "'227700 tkr', write the unit, or {\"ore\": …}",
            id="a whole amount without its unit",
        ),
        pytest.param(
            {"amount": date(2020, 1, 2)},
            {},
            "amount: the cell holds the date 2020-01-02, expected an amount with its unit, such "
            f"as '227,7 mnkr', {AS_TEXT}",
            id="an amount that became a date",
        ),
        pytest.param(
            {"unit": 312},
            {"unit": "0000"},
            f"unit: the cell holds the number 312, expected text, {AS_TEXT}",
            id="digits that are not what is shown",
        ),
        pytest.param(
            {"unit": 3.5},
            {},
            f"unit: the cell holds the number 3.5, expected text, {AS_TEXT}",
            id="a number for text",
        ),
        pytest.param(
            {"note": True},
            {},
            f"note: the cell holds TRUE, expected text, {AS_TEXT}",
            id="a truth for text",
        ),
        pytest.param(
            {"note": date(2020, 3, 1)},
            {},
            f"note: the cell holds the date 2020-03-01, expected text, {AS_TEXT}",
            id="a date for text",
        ),
        pytest.param(
            {"unit": "#REF!"},
            {},
            "unit: the cell holds #REF!, expected a value, mend its formula",
            id="an error",
        ),
        pytest.param(
            {"type": "#REF!"},
            {},
            "type: the cell holds #REF!, expected a value, mend its formula",
            id="an error in the first column, which is no comment",
        ),
        pytest.param(
            {"year": 2020.5},
            {},
            "year: 2020.5 is not a year, expected a number such as 2020",
            id="half a year",
        ),
        pytest.param(
            {"year": date(2020, 1, 1)},
            {},
            "year: the cell holds the date 2020-01-01, expected a whole number, " + AS_TEXT,
            id="a year that became a date",
        ),
        pytest.param(
            {"effective": date(2020, 6, 1)},
            {"effective": "mmm\\-yy"},
            "effective: the cell holds 2020-06-01 but does not show the day, "
            f"{A_DATE}, write 2020-06 or 2020 as text, if that is what the source says",
            id="a month that was completed",
        ),
        pytest.param(
            {"effective": datetime(2020, 6, 1, 13, 30)},  # noqa: DTZ001 - a cell has no zone
            {},
            f"effective: the cell holds 2020-06-01 13:30:00 with a time of day, {A_DATE}, "
            + AS_TEXT,
            id="an instant",
        ),
        pytest.param(
            {"effective": time(13, 30)},
            {},
            f"effective: the cell holds the time 13:30:00, {A_DATE}, {AS_TEXT}",
            id="a time",
        ),
        pytest.param(
            {"effective": 9_999_999_999},
            {"effective": "yyyy-mm-dd"},
            "effective: the cell holds #VALUE!, expected a value, mend its formula",
            id="a date that does not exist",
        ),
        pytest.param(
            {"effective": 43_871.5},
            {},
            f"effective: the cell holds the number 43871.5, {A_DATE}, {AS_TEXT}",
            id="a number for a date",
        ),
    ],
)
def test_a_cell_that_stands_for_nothing_is_refused(
    cells: dict[str, Any], formats: dict[str, str], fault: str
) -> None:
    assert told(read(row(cells, formats))) == [f"year.xlsx:2: {fault}"]


def test_a_share_shown_in_per_cent_is_not_taken_for_its_fraction() -> None:
    rows: list[list[Any]] = [
        ["type", "indicator", "year", "value", "effective"],
        ["target.set", "N1", 2020, 0.8, "2020"],
    ]
    assert told(read(as_xlsx(rows, {"D2": "0%"}))) == [
        (
            "year.xlsx:2: value: the cell holds 0.8 shown in per cent, expected a figure, "
            "write it as text, such as '80 %'"
        )
    ]


def test_all_cells_of_a_row_that_stand_for_nothing_are_told() -> None:
    found = told(read(row({"unit": True, "effective": time(13, 30)})))
    assert [fault.split(": ")[1] for fault in found] == ["unit", "effective"]


# -- sheets


def test_the_first_sheet_is_read() -> None:
    book = Workbook()
    for number in (1, 2):
        sheet = book.worksheets[0] if number == 1 else book.create_sheet()
        sheet.append(HEADER)
        sheet.append([*KS[:1], f"S{number}", *KS[2:]])
    book.active = 1
    file = io.BytesIO()
    book.save(file)
    assert read(file.getvalue()) == [read_entry(GOOD | {"unit": "S1"})]


def text(value: str, place: str = "") -> str:
    """Return the XML of a cell that holds a text."""
    where = f' r="{place}"' if place else ""
    return f'<c{where} t="inlineStr"><is><t>{value}</t></is></c>'


MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
SHEET = "xl/worksheets/sheet1.xml"
HEAD = "".join(map(text, ["type", "unit", "kind", "effective"]))
UNIT = "".join(map(text, ["unit.registered", "KS", "board", "2020-01-01"]))


def sheet(rows: str, before: str = "") -> str:
    """Return the XML of a sheet."""
    return f"<worksheet {MAIN}>{before}<sheetData>{rows}</sheetData></worksheet>"


@cache
def plain() -> bytes:
    """Return a good workbook."""
    return as_xlsx([HEADER, KS])


def changed(parts: Mapping[str, str | bytes | None]) -> bytes:
    """Return a good workbook with some of its parts replaced, added or, by None, left out."""
    file = io.BytesIO()
    contents: dict[str, str | bytes | None] = {}
    with zipfile.ZipFile(io.BytesIO(plain())) as old:
        contents |= {name: old.read(name) for name in old.namelist()}
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        for name, content in {**contents, **parts}.items():
            if content is not None:
                new.writestr(name, content)
    return file.getvalue()


def with_sheet(rows: str, before: str = "") -> bytes:
    return changed({SHEET: sheet(rows, before)})


@pytest.mark.parametrize(
    ("rows", "before", "place"),
    [
        pytest.param(f"<row>{HEAD}</row><row>{UNIT}</row>", "", 2, id="no cell says its place"),
        pytest.param(
            f"<row>{HEAD}</row><row>{UNIT}</row>",
            '<dimension ref="A1:B1"/>',
            2,
            id="the sheet says that it is smaller",
        ),
        pytest.param(
            f'<row r="3">{HEAD}</row><row r="4"/><row r="1048576">{UNIT}</row>',
            "",
            1_048_576,
            id="far between rows",
        ),
        pytest.param(
            f'<row>{HEAD}<c r="XFD1" s="0"/></row><row>{UNIT}</row>', "", 2, id="blank but styled"
        ),
    ],
)
def test_every_row_is_read_and_knows_its_number(rows: str, before: str, place: int) -> None:
    found = read(with_sheet(rows, before))
    assert [one.where for one in found if isinstance(one, Entry)] == [f"year.xlsx:{place}"]


def test_what_a_formula_last_gave_is_read() -> None:
    formula = '<c t="str"><f>"K"&amp;"S"</f><v>KS</v></c>'
    blank = '<c t="str"><f>""</f><v></v></c>'
    rows = f"<row>{HEAD}</row><row>{UNIT.replace(text('KS'), formula)}{blank}</row>"
    assert [one for one in read(with_sheet(rows)) if isinstance(one, Unreadable)] == []


# -- damaged and hostile files

ANEW = "save it anew as .xlsx"
A_WORKBOOK = "a workbook as a spreadsheet program saves it"
SMALLER = (
    "expected a smaller one, keep the entries in a workbook of their own, or save the sheet as CSV"
)
DAMAGED = "expected an XLSX workbook, open it in a spreadsheet program and save it"
LAUGHS = '<!DOCTYPE lolz [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;">]>'


def truncated() -> bytes:
    return plain()[: len(plain()) // 2]


def with_password() -> bytes:
    """Return a zip file that says of its first part that it is encrypted."""
    content = bytearray(plain())
    content[6] |= 1
    content[content.index(b"PK\x01\x02") + 8] |= 1
    return bytes(content)


BROKEN: dict[str, tuple[Callable[[], bytes], str]] = {
    "no zip file": (
        lambda: b"type;unit\n",
        f"it is no XLSX workbook, or a damaged one, expected {A_WORKBOOK}, {ANEW}",
    ),
    "an empty file": (
        lambda: b"",
        f"it is no XLSX workbook, or a damaged one, expected {A_WORKBOOK}, {ANEW}",
    ),
    "a file that was cut off": (
        truncated,
        f"it is no XLSX workbook, or a damaged one, expected {A_WORKBOOK}, {ANEW}",
    ),
    "an encrypted part": (
        with_password,
        f"it is no XLSX workbook, or a damaged one, expected {A_WORKBOOK}, {ANEW}",
    ),
    "an old workbook": (
        lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500),
        (
            "an old workbook, or one with a password, expected an XLSX workbook, "
            "save it as .xlsx without a password"
        ),
    ),
    "no workbook in it": (
        lambda: changed({"[Content_Types].xml": None}),
        (
            "the workbook is damaged "
            "(\"There is no item named '[Content_Types].xml' in the archive\")"
            f", {DAMAGED}"
        ),
    ),
    "a text that is not there": (
        lambda: with_sheet(f'<row>{HEAD}</row><row>{UNIT}<c t="s"><v>9</v></c></row>'),
        f"2: the workbook is damaged ('list index out of range'), {DAMAGED}",
    ),
    "a number that is none": (
        lambda: with_sheet(f"<row>{HEAD}</row><row>{UNIT}<c><v>x</v></c></row>"),
        f"2: the workbook is damaged (\"invalid literal for int() with base 10: 'x'\"), {DAMAGED}",
    ),
    "broken XML": (
        lambda: changed({SHEET: "<worksheet>"}),
        f"'{SHEET}' in it is not XML, expected {A_WORKBOOK}, {ANEW}",
    ),
    "a formula that was never calculated": (
        lambda: as_xlsx([HEADER, [*KS[:2], "=SUM(2000,20)", *KS[3:]]]),
        (
            f"the formula in cell C2 of '{SHEET}' has no stored value, expected one that was "
            "calculated, open it in a spreadsheet program and save it"
        ),
    ),
    "a row out of order": (
        lambda: with_sheet(f'<row r="2">{HEAD}</row><row r="1">{UNIT}</row>'),
        f"row '1' follows row 2 in '{SHEET}', expected rows in order up to 1048576, {ANEW}",
    ),
    "a row that cannot be": (
        lambda: with_sheet('<row r="99999999999999"/>'),
        f"row '99999999999999' follows row 0 in '{SHEET}', expected rows in order up to 1048576, "
        + ANEW,
    ),
    "a cell that cannot be": (
        lambda: with_sheet(f"<row>{text('type', 'AAAAA1')}</row>"),
        f"'AAAAA1' is no cell, expected a cell such as 'A1', {ANEW}",
    ),
    "a cell far away": (
        lambda: with_sheet(f"<row>{text('type', 'ZZZ1')}</row>"),
        (
            f"cell ZZZ1 of '{SHEET}' is far to the right, expected at most 500 columns, "
            "remove what it holds"
        ),
    ),
    "entities that multiply": (
        lambda: changed({"xl/sharedStrings.xml": f"{LAUGHS}<sst {MAIN}>&b;</sst>"}),
        f"'xl/sharedStrings.xml' in it declares a document type, expected {A_WORKBOOK}, {ANEW}",
    ),
    "entities in another encoding": (
        lambda: changed({"xl/styles.bin": f"{LAUGHS}<styleSheet/>".encode("utf-16")}),
        f"'xl/styles.bin' in it declares a document type, expected {A_WORKBOOK}, {ANEW}",
    ),
}

BOMBS: dict[str, tuple[Callable[[], bytes], str]] = {
    "a small file that unpacks to a large one": (
        lambda: changed({SHEET: sheet("") + " " * 200_000_000}),
        "200 000 000 bytes unpacked",
    ),
    "rows": (lambda: with_sheet("<row/>" * 200_001), "200 000 rows"),
    "cells": (
        lambda: with_sheet(f"<row>{'<c/>' * 100_001}</row>"),
        "100 000 cells, values and pieces of text in a row",
    ),
    "texts": (
        lambda: changed({"xl/sharedStrings.xml": f"<sst {MAIN}>{'<si/>' * 1_000_001}</sst>"}),
        "1 000 000 texts",
    ),
    "styles": (
        lambda: changed(
            {"xl/styles.xml": f"<styleSheet {MAIN}>{'<font/>' * 200_001}</styleSheet>"}
        ),
        "200 000 styles and other elements",
    ),
    "cells in many rows": (
        lambda: with_sheet(f"<row>{'<c/>' * 50_000}</row>" * 61),
        "3 000 000 cells, values and pieces of text",
    ),
    "attributes": (
        lambda: with_sheet("<row " + "".join(f'a{n}="" ' for n in range(300_000)) + "/>"),
        "1 000 000 bytes in a tag",
    ),
    "octets": (lambda: b"PK" + bytes(50_000_000), "50 000 000 bytes"),
}


@pytest.mark.parametrize(("content", "fault"), BROKEN.values(), ids=BROKEN)
def test_a_workbook_that_cannot_be_read_is_one_fault(
    content: Callable[[], bytes], fault: str
) -> None:
    separator = "" if fault[:1].isdigit() else " "
    assert told(read(content())) == [f"year.xlsx:{separator}{fault}"]


@pytest.mark.parametrize(("content", "most"), BOMBS.values(), ids=BOMBS)
def test_a_workbook_that_would_fill_the_memory_is_one_fault(
    content: Callable[[], bytes], most: str
) -> None:
    assert told(read(content())) == [f"year.xlsx: the workbook has more than {most}, {SMALLER}"]


def test_memory_is_bounded_whatever_a_workbook_holds(tmp_path: Path) -> None:
    for name, (content, _) in BOMBS.items():
        if name != "cells in many rows":  # refused late, but no larger than the rest
            (tmp_path / f"{name}.xlsx").write_bytes(content())
    assert peak_of_reading(*tmp_path.iterdir()) < 150


@given(st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 255)), min_size=1, max_size=8))
def test_no_damage_gives_anything_but_entries_and_faults(damage: list[tuple[int, int]]) -> None:
    content = bytearray(plain())
    for at, octet in damage:
        content[at % len(content)] = octet
    assert all(isinstance(one, Entry | Unreadable) for one in read(bytes(content)))


_pieces = st.sampled_from(
    [
        *("<row>", "</row>", '<row r="2">', "<c>", '<c t="s">', '<c t="d">', '<c r="B1">'),
        *("</c>", "<v>", "</v>", "<is><t>", "</t></is>", "<f/>", "0", "2020-01-01", "1e999"),
        *("type", "&#65;"),
    ]
)


@given(st.lists(_pieces, max_size=12))
def test_no_sheet_gives_anything_but_entries_and_faults(pieces: list[str]) -> None:
    found = read(with_sheet(f"<row>{HEAD}</row>{''.join(pieces)}"))
    assert all(isinstance(one, Entry | Unreadable) for one in found)


# -- without openpyxl


def test_without_its_package_a_workbook_is_told_how_to_be_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "year.xlsx"
    path.write_bytes(plain())
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    with pytest.raises(MissingExtraError) as missing:
        read_entries(path)
    assert str(missing.value) == (
        "an XLSX file needs the package 'openpyxl', which is not installed: "
        "run `pip install 'styrledger[xlsx]'`"
    )
    assert (missing.value.extra, missing.value.package) == ("xlsx", "openpyxl")
    assert run("init", tmp_path / "a.db", "--organisation", "Prov").exit_code == 0
    result = run("record", path, "--ledger", tmp_path / "a.db")
    assert (result.exit_code, result.stderr) == (2, f"{missing.value}\n")
