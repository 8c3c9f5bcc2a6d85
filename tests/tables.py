"""Tables for tests: records in the formats that have a header row."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

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
        if isinstance(value, dict):
            columns |= {f"{name}.{inner}": cell for inner, cell in flat(value).items()}
        else:
            columns[name] = ";".join(value) if isinstance(value, list) else value
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
