"""Tables for tests: records in the formats that have a header row."""

from __future__ import annotations

import csv
import io
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, cast

import pytest
from openpyxl import Workbook

from styrledger.commit import Unreadable
from styrledger.events.entry import Entry

Record = dict[str, Any]
Rows = Sequence[Sequence[Any]]

DAYS = {"effective", "date", "through", "posted", "on", "due", "until", "valid_from", "decision"}
"""Fields in which a spreadsheet program would have a date."""


def flat(record: Record) -> Record:
    """Return a record with a dotted name for each field of its nested objects."""
    columns: Record = {}
    for name, value in record.items():
        match value:
            case dict():
                inner = flat(cast("Record", value))
                columns |= {f"{name}.{field}": cell for field, cell in inner.items()}
            case list():
                columns[name] = ";".join(cast("list[str]", value))
            case _:
                columns[name] = value
    return columns


def table(found: Sequence[Record]) -> list[list[Any]]:
    """Return the header and the rows of records, None where a row has no such field."""
    rows = [flat(record) for record in found]
    names = list(dict.fromkeys(name for row in rows for name in row))
    return [names, *([row.get(name) for name in names] for row in rows)]


def as_csv(rows: Rows, delimiter: str = ",", newline: str = "\n") -> bytes:
    """Return a table as CSV."""
    file = io.StringIO()
    csv.writer(file, delimiter=delimiter, lineterminator=newline).writerows(rows)
    return file.getvalue().encode()


def as_xlsx(rows: Rows, formats: Mapping[str, str] | None = None) -> bytes:
    """Return a table as a workbook; ``formats`` says how a cell such as B2 shows what it holds.

    Texts are texts, but for formulas (``=SUM(…)``) and errors (``#REF!``).
    """
    book = Workbook()
    sheet = book.worksheets[0]
    for row, cells in enumerate(rows, 1):
        for column, value in enumerate(cells, 1):
            cell = sheet.cell(row, column, value)
            if isinstance(value, str) and not value.startswith("=SUM(") and value != "#REF!":
                cell.data_type = "s"
    for place, shown in (formats or {}).items():
        sheet[place].number_format = shown
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def typed(rows: Rows) -> list[list[Any]]:
    """Return a table in which every whole day is a date, as a spreadsheet program has it."""
    names = [name.rpartition(".")[2] for name in rows[0]]
    return [
        [_typed(cell) if name in DAYS else cell for name, cell in zip(names, row, strict=True)]
        for row in rows
    ]


def _typed(cell: Any) -> Any:
    whole = isinstance(cell, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", cell)
    return date.fromisoformat(cell) if whole else cell


def told(found: Sequence[Entry | Unreadable]) -> list[str]:
    """Return the text of each fault."""
    return [str(fault) for one in found if isinstance(one, Unreadable) for fault in one.faults]


_READING = """
import re, sys
from pathlib import Path
from styrledger.errors import EntriesRefused
from styrledger.exchange.records import read_entries
for path in sys.argv[1:]:
    try:
        read_entries(path)
    except EntriesRefused:
        pass
print(re.search(r"VmHWM:\\s+([0-9]+) kB", Path("/proc/self/status").read_text())[1])
"""


def peak_of_reading(*paths: Path) -> int:
    """Return how many megabytes a program that reads record files comes to occupy."""
    if not Path("/proc/self/status").exists():
        pytest.skip("only Linux tells a process how much it has occupied")
    done = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", _READING, *map(str, paths)],
        check=True,
        capture_output=True,
        text=True,
    )
    return int(done.stdout) // 1024
