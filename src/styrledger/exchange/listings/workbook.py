"""Lists as an XLSX workbook: a sheet for each, typed cells, and the basis on a sheet of its own.

Needs the package ``openpyxl`` (``pip install 'styrledger[xlsx]'``).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import chain, islice
from typing import Any, BinaryIO

from styrledger.errors import MissingExtraError
from styrledger.exchange.listings.inert import no_formula, readable
from styrledger.exchange.listings.shape import Cell, Column, Kind, Listing
from styrledger.times import STOCKHOLM

LONGEST_TEXT = 32_767
"""Characters that a cell can hold."""

CUT = "… (avkortat)"

MOST_ROWS = 1_000_000
"""Rows on one sheet; what is more goes on to another."""

FORMATS: dict[Kind, str] = {
    "amount": "#,##0.00",
    "number": "General",
    "whole": "0",
    "day": "yyyy-mm-dd",
    "date": "yyyy-mm-dd",
    "instant": "yyyy-mm-dd hh:mm:ss",
    "truth": "General",
}
"""How a cell is shown; a column of any other kind holds text."""

AS_TEXT = "@"

WIDTHS: dict[Kind, int] = {"whole": 10, "truth": 10, "day": 12, "date": 12, "instant": 20}
WIDTH, WIDE = 18, 48
WIDE_COLUMNS = {"title", "message", "activity"}

UNDERLAG = (Column("what", "Underlag"), Column("told", "Uppgift", free=True))


def write(
    listings: Iterable[Listing], answer: Mapping[str, Any], question: str, file: BinaryIO
) -> dict[str, int]:
    """Write an answer's lists, and return how many rows each has.

    The first list has its sheet also where it is empty. ``question`` is the command that was
    asked, for the sheet with the basis.

    Raises:
        MissingExtraError: ``openpyxl`` is not installed.
    """
    book = _Book()
    counts: dict[str, int] = {}
    for listing in listings:
        rows = listing.rows(answer)
        head = [*islice(rows, 1)]
        if head or not counts:
            counts[listing.title] = book.add(listing.title, listing.columns, chain(head, rows))
    book.add("Underlag", UNDERLAG, iter(_basis(answer["basis"], question, counts)))
    book.save(file)
    return counts


class _Book:
    """A workbook in the making: rows go to the disk as they come."""

    def __init__(self) -> None:
        try:
            from openpyxl import Workbook  # noqa: PLC0415 - an extra
            from openpyxl.cell import WriteOnlyCell  # noqa: PLC0415 - an extra
        except ImportError as error:
            raise MissingExtraError(
                extra="xlsx", package="openpyxl", needed_for="an XLSX file"
            ) from error
        self._book = Workbook(write_only=True)
        self._new_cell: Any = WriteOnlyCell
        self._looks: dict[tuple[str, bool, bool], Any] = {}

    def add(self, name: str, columns: Sequence[Column], rows: Iterator[list[Cell]]) -> int:
        """Write rows on a sheet, or on as many as it takes, and return how many there were."""
        count, part = 0, 1
        while True:
            found = self._sheet(name if part == 1 else f"{name} ({part})", columns, rows)
            count, part = count + found, part + 1
            if found < MOST_ROWS:
                return count

    def save(self, file: BinaryIO) -> None:
        """Write the workbook."""
        self._book.save(file)

    def _sheet(self, name: str, columns: Sequence[Column], rows: Iterator[list[Cell]]) -> int:
        from openpyxl.utils import get_column_letter  # noqa: PLC0415 - an extra

        sheet: Any = self._book.create_sheet(name)
        for number, column in enumerate(columns, 1):
            sheet.column_dimensions[get_column_letter(number)].width = _width(column)
        sheet.freeze_panes = "A2"
        sheet.append([self._heading(sheet, column.title) for column in columns])
        count = 0
        for row in islice(rows, MOST_ROWS):
            cells = zip(row, columns, strict=True)
            sheet.append([self._cell(sheet, held, column.kind) for held, column in cells])
            count += 1
        sheet.auto_filter.ref = f"A1:{get_column_letter(len(columns))}{count + 1}"
        return count

    def _heading(self, sheet: Any, words: str) -> Any:
        return self._styled(self._new_cell(sheet, words), AS_TEXT, bold=True)

    def _cell(self, sheet: Any, held: Cell, kind: Kind) -> Any:
        if held is None:
            return None
        if isinstance(held, str):
            return self._text(sheet, held)
        if isinstance(held, datetime):
            # A workbook knows no time zones: it is told in Swedish time, as everywhere.
            held = held.astimezone(STOCKHOLM).replace(tzinfo=None)
        return self._styled(self._new_cell(sheet, held), FORMATS.get(kind, "General"))

    def _text(self, sheet: Any, words: str) -> Any:
        told = readable(words)
        if len(told) > LONGEST_TEXT:
            told = told[: LONGEST_TEXT - len(CUT)] + CUT
        cell = self._styled(self._new_cell(sheet, told), AS_TEXT, quoted=no_formula(told) != told)
        # Text, whatever it begins with; with its quote it stays text when somebody edits the cell.
        cell.data_type = "s"
        return cell

    def _styled(self, cell: Any, shown: str, *, bold: bool = False, quoted: bool = False) -> Any:
        """Give a cell its look; each look is made once, which is most of the time it takes."""
        look = (shown, bold, quoted)
        if look not in self._looks:
            from openpyxl.styles import Alignment, Font  # noqa: PLC0415 - an extra

            cell.number_format = shown
            cell.alignment = Alignment(vertical="top", wrap_text=shown == AS_TEXT)
            cell.quotePrefix = quoted
            if bold:
                cell.font = Font(name="Calibri", size=11, bold=True)
            self._looks[look] = cell._style  # noqa: SLF001 - the documented way to copy a look
        cell._style = self._looks[look]  # noqa: SLF001 - as above
        return cell


def _width(column: Column) -> int:
    wide = column.free or column.name in WIDE_COLUMNS
    return WIDE if wide else max(WIDTHS.get(column.kind, WIDTH), min(len(column.title) + 4, WIDE))


def _basis(
    basis: Mapping[str, Any], question: str, counts: Mapping[str, int]
) -> Iterator[list[Cell]]:
    """Yield in words what the answer rests on, and how it is held to it."""
    yield ["Fråga", question]
    both = {"": basis} if "on" in basis else {"Från: ": basis["from"], "Till: ": basis["to"]}
    for which, one in both.items():
        known = one["known"]
        yield [f"{which}Per dag", one["on"]]
        yield [f"{which}Känt till och med post", f"#{known['position']}"]
        yield [f"{which}Registrerad", known["recorded_at"]]
        yield [f"{which}Rot över posterna", one["root"]]
        if one.get("void_annulled"):
            yield [f"{which}Upphävda beslut", "räknas aldrig"]
    for name, count in counts.items():
        yield [f"Rader på bladet {name}", str(count)]
    yield ["Kontrolleras med", "styrledger verify --checkpoint FIL"]
