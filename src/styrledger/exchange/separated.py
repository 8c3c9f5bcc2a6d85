"""CSV: a header row and an entry a row; UTF-8, separated by commas or semicolons.

Semicolons are what a spreadsheet program with Swedish settings writes. Blank rows and rows that
begin with # are skipped.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from itertools import chain
from typing import BinaryIO

from styrledger.commit import Unreadable
from styrledger.errors import Fault, ValueRefused
from styrledger.events.entry import Entry
from styrledger.exchange import tables
from styrledger.exchange.lines import LONGEST_LINE, Seen, decoded, ignore, lines

LONGEST_CELL = 131_072
"""Characters; what is longer is a quote that was never closed."""


def read(file: BinaryIO, name: str, seen: Seen = ignore) -> Iterator[Entry | Unreadable]:
    """Yield the entry of each row of a file, or why it holds none.

    ``name`` places the faults, with the number of the line on which a row begins; ``seen`` is
    told how many bytes each line had.
    """
    return tables.read(_rows(_Lines(file, seen)), name)


def _rows(source: _Lines) -> Iterator[tables.Row]:
    try:
        header = next(source, "")
    except ValueRefused as refused:
        yield source.start, refused
        return
    delimiter = ";" if header.count(";") > header.count(",") else ","
    rows = csv.reader(chain([header], source), delimiter=delimiter, strict=True)
    while True:
        try:
            cells = next(rows)
        except StopIteration:
            return
        except ValueRefused as refused:
            yield source.start, refused
        except csv.Error:
            yield source.start, ValueRefused(_QUOTES)
        else:
            # The parser's own limit is the whole program's, and other libraries lift it.
            too_long = any(len(cell) > LONGEST_CELL for cell in cells)
            yield source.start, ValueRefused(_QUOTES) if too_long else cells
        source.begin_row()


_QUOTES = Fault(
    "a quote is never closed, or does not end its cell",
    'quotes around the whole cell, and "" for a quote inside it',
)


class _Lines(Iterator[str]):
    """The lines of a file, as a parser asks for them: one a row, or more inside quotes."""

    def __init__(self, file: BinaryIO, seen: Seen) -> None:
        self._lines = enumerate(lines(file, seen), 1)
        self._size = 0
        self.start = 0
        """The number of the line on which the row begins."""

    def begin_row(self) -> None:
        """Pass over blank lines and comments, and take the next line as the first of a row."""
        self._size = 0

    def __next__(self) -> str:
        for number, line in self._lines:
            begins = not self._size
            if begins:
                self.start = number
            if isinstance(line, Fault):
                raise ValueRefused(line)
            if not begins or (line.strip() and not line.startswith(b"#")):
                return self._text(line)
        raise StopIteration

    def _text(self, line: bytes) -> str:
        self._size += len(line)
        if self._size > LONGEST_LINE:
            raise ValueRefused(_QUOTES)
        text = decoded(line).removesuffix("\n").removesuffix("\r")
        if "\r" in text:
            what = "a carriage return within the line"
            raise ValueRefused(Fault(what, "line breaks that are LF or CRLF", "save it anew"))
        return text + "\n"
