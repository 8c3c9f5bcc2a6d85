"""XLSX: a header row and an entry a row, in the first sheet of a workbook.

What a formula last gave is read, never the formula. A number has no unit, so that an amount is
written as text, as in every other format. Needs the package ``openpyxl``
(``pip install 'styrledger[xlsx]'``).
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import date, datetime, time
from itertools import islice
from typing import TYPE_CHECKING, Any, BinaryIO

import attrs

from styrledger.commit import Unreadable
from styrledger.errors import Fault, MissingExtraError, StyrledgerError, ValueRefused, quoted
from styrledger.events.entry import Entry
from styrledger.exchange import parts, tables
from styrledger.exchange.lines import Seen, ignore

if TYPE_CHECKING:
    from openpyxl.workbook import Workbook

PAGE = 1000
"""Rows that are read at a time."""


def read(file: BinaryIO, name: str, seen: Seen = ignore) -> Iterator[Entry | Unreadable]:
    """Yield the entry of each row of the first sheet, or why it holds none.

    ``name`` places the faults, with the number of the row; ``seen`` is told how many bytes the
    file has when all of it was read.

    Raises:
        MissingExtraError: ``openpyxl`` is not installed.
    """
    load = _loader()
    try:
        width = parts.check(file)
        with _understood():
            book = load(file, read_only=True, data_only=True, keep_links=False)
    except ValueRefused as refused:
        yield Unreadable(tuple(fault.at(name) for fault in refused.faults))
        return
    with closing(book):
        yield from tables.read(_rows(book, width), name)
    seen(file.seek(0, 2))


def _loader() -> Callable[..., Workbook]:
    try:
        from openpyxl import load_workbook  # noqa: PLC0415 -- an extra
    except ImportError as error:
        raise MissingExtraError(
            extra="xlsx", package="openpyxl", needed_for="an XLSX file"
        ) from error
    return load_workbook


@contextmanager
def _understood() -> Generator[None]:
    """Make one error of the many that a damaged workbook gives, and no warnings of its looks."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except StyrledgerError:
        raise
    except Exception as fault:
        said = quoted(str(fault.args[0] if fault.args else fault), 100)
        what = f"the workbook is damaged ({said})"
        todo = "open it in a spreadsheet program and save it"
        raise ValueRefused(Fault(what, "an XLSX workbook", todo)) from fault


def _rows(book: Workbook, width: int) -> Iterator[tables.Row]:
    if not book.worksheets:
        return
    # What the sheet says of its own size is not trusted: it cuts off what is outside it.
    rows = book.worksheets[0].iter_rows(max_col=width, max_row=parts.LAST_ROW)
    number = 0
    while True:
        page, refused = _page(rows)
        for cells in page:
            number += 1
            yield number, cells
        if refused is not None:
            yield number + 1, refused
        if len(page) < PAGE:
            return


def _page(rows: Iterator[Sequence[Any]]) -> tuple[list[list[tables.Cell]], ValueRefused | None]:
    """Return the next rows, and why there are no more if that is not their end."""
    page: list[list[tables.Cell]] = []
    try:
        with _understood():
            for row in islice(rows, PAGE):
                page.append([_cell(cell) for cell in row])  # noqa: PERF401 - keeps those before a fault
    except ValueRefused as refused:
        return page, refused
    return page, None


def _cell(cell: Any) -> tables.Cell:
    held = cell.value
    if held is None:
        return ""
    if isinstance(held, str) and cell.data_type != "e":
        return held
    if isinstance(held, float) and held.is_integer():
        held = int(held)
    return _Typed(held, cell.number_format)


_ALL_DIGITS = {"General", "0", "@"}
"""The formats that show a whole number as its digits."""

_LITERALS = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]')
"""What stands in a number format beside the codes of what it shows."""

_EXPECTED: dict[tables.Kind, str] = {
    "text": "text",
    "whole": "a whole number",
    "amount": "an amount with its unit, such as '227,7 mnkr'",
    "value": "a figure",
    "date": "a date such as 2020-02-10",
    "truth": "TRUE or FALSE",
    "list": "text with ';' between several",
}

_AS_TEXT = "format it as text and write it again"


@attrs.frozen
class _Typed:
    """A cell that holds no text, and the format in which it is shown."""

    held: object
    format: str

    def value(self, kinds: tables.Kinds) -> object:
        """Return what it stands for in a column of some kinds."""
        found: object
        match self.held:
            case str():
                found = Fault(f"the cell holds {self.held}", "a value", "mend its formula")
            case bool() if "truth" in kinds:
                found = self.held
            case bool():
                found = _fault(str(self.held).upper(), kinds)
            case int() | float():
                found = self._number(self.held, kinds)
            case date():
                found = self._date(self.held, kinds)
            case _:
                found = _fault(f"the time {self.held}", kinds)
        if isinstance(found, Fault):
            raise ValueRefused(found)
        return found

    def _number(self, held: float, kinds: tables.Kinds) -> object:
        if "value" in kinds and "%" in self.format:
            todo = "write it as text, such as '80 %'"
            return _fault(f"{held} shown in per cent", kinds, todo)
        if kinds & {"amount", "value", "whole"}:
            return held
        if isinstance(held, int) and self.format in _ALL_DIGITS:
            return tables.from_text(str(held), kinds)
        return _fault(f"the number {quoted(held)}", kinds)

    def _date(self, held: date, kinds: tables.Kinds) -> object:
        if "date" not in kinds:
            return _fault(f"the date {held:%Y-%m-%d}", kinds)
        if isinstance(held, datetime):
            if held.time() != time():
                return _fault(f"{held} with a time of day", kinds)
            held = held.date()
        # A spreadsheet program completes "2020-06" to its first day, and shows the month alone.
        shown = _LITERALS.sub("", self.format).casefold()
        if "d" not in shown and {"y", "m"}.intersection(shown):
            todo = f"write {held:%Y-%m} or {held:%Y} as text, if that is what the source says"
            return _fault(f"{held} but does not show the day", kinds, todo)
        return held.isoformat()


def _fault(held: str, kinds: tables.Kinds, todo: str = _AS_TEXT) -> Fault:
    expected = " or ".join(text for kind, text in _EXPECTED.items() if kind in kinds)
    return Fault(f"the cell holds {held}", expected, todo)
