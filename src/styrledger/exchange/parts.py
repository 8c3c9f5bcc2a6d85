"""The parts of an XLSX file, looked through before a workbook is built of them in memory.

A small file may unpack to a large one, XML may declare entities that multiply, and a few bytes
of markup may become a large object: what is refused here no spreadsheet program writes. It also
refuses what would be left out in silence when the workbook is read.
"""

from __future__ import annotations

import re
import zlib
from collections import Counter
from collections.abc import Mapping
from typing import IO, BinaryIO, Final, Never
from xml.parsers import expat
from zipfile import BadZipFile, ZipFile

from styrledger.errors import Fault, ValueRefused, quoted

_IN_ROWS: Final = "cells, values and pieces of text"
_IN_ONE_ROW: Final = f"{_IN_ROWS} in a row"
_OTHERS: Final = "styles and other elements"

MOST: Final[Mapping[str, int]] = {
    "bytes": 50_000_000,
    "bytes unpacked": 200_000_000,
    "bytes in a tag": 1_000_000,
    "rows": 200_000,
    "texts": 1_000_000,
    _IN_ROWS: 3_000_000,
    _IN_ONE_ROW: 100_000,
    _OTHERS: 200_000,
}
"""How much there may be of something, of all parts together; other formats have no such limits."""

LAST_ROW: Final = 1_048_576
LAST_COLUMN: Final = 500

_CHUNK: Final = 65_536
_MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main "
_ROW, _TEXT, _CELL, _FORMULA, _VALUE, _INLINE = (
    _MAIN + tag for tag in ("row", "si", "c", "f", "v", "is")
)
_COUNTED: Final[Mapping[str, str]] = {
    _ROW: "rows",
    _TEXT: "texts",
    **dict.fromkeys((_CELL, _FORMULA, _VALUE, _INLINE, _MAIN + "t", _MAIN + "r"), _IN_ROWS),
}
_REFERENCE = re.compile("([A-Z]{1,3})[1-9][0-9]{0,6}")
_OLE: Final = b"\xd0\xcf\x11\xe0"


def check(file: BinaryIO) -> int:
    """Look through a file, and return the number of the last column in which a cell has a value.

    Raises:
        ValueRefused: it is no XLSX file, would take too much memory, or would not be read whole.
    """
    if file.read(len(_OLE)) == _OLE:
        what = "an old workbook, or one with a password"
        _refuse(what, "an XLSX workbook", "save it as .xlsx without a password")
    scan = _Scan()
    scan.count("bytes", file.seek(0, 2))
    file.seek(0)
    try:
        with ZipFile(file) as archive:
            for part in archive.infolist():
                with archive.open(part) as source:
                    scan.part(source, part.filename)
    except (BadZipFile, NotImplementedError, RuntimeError, EOFError, zlib.error):
        _refuse("it is no XLSX workbook, or a damaged one", _A_WORKBOOK, _ANEW)
    return scan.last_column


_A_WORKBOOK: Final = "a workbook as a spreadsheet program saves it"
_ANEW: Final = "save it anew as .xlsx"


def _refuse(what: str, expected: str, todo: str) -> Never:
    raise ValueRefused(Fault(what, expected, todo))


class _Scan:
    """What there has been so far, over all parts."""

    def __init__(self) -> None:
        self.last_column = 1
        self._counts: Counter[str] = Counter()
        self._part = ""
        self._row = self._column = 0
        self._cell = ""
        self._has_formula = self._has_value = self._in_value = self._calculated = False

    def count(self, what: str, by: int = 1) -> None:
        """Count something, up to the most there may be of it."""
        self._counts[what] += by
        if self._counts[what] > MOST[what]:
            most = f"{MOST[what]:,}".replace(",", " ")
            todo = "keep the entries in a workbook of their own, or save the sheet as CSV"
            _refuse(f"the workbook has more than {most} {what}", "a smaller one", todo)

    def part(self, source: IO[bytes], name: str) -> None:
        """Look through one part, as far as it is XML."""
        self._part, self._row = name, 0
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.StartDoctypeDeclHandler = self._doctype
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        fed = 0
        try:
            while chunk := source.read(_CHUNK):
                self.count("bytes unpacked", len(chunk))
                parser.Parse(chunk, False)  # noqa: FBT003 - it takes no keyword
                fed += len(chunk)
                self._counts["bytes in a tag"] = 0
                self.count("bytes in a tag", fed - max(parser.CurrentByteIndex, 0))
            parser.Parse(b"", True)  # noqa: FBT003
        except expat.ExpatError:
            # A picture or a macro is no XML, and is not read as such.
            if name.endswith((".xml", ".rels")):
                _refuse(f"{quoted(name)} in it is not XML", _A_WORKBOOK, _ANEW)

    def _doctype(self, *_: object) -> None:
        _refuse(f"{quoted(self._part)} in it declares a document type", _A_WORKBOOK, _ANEW)

    def _start(self, tag: str, attributes: Mapping[str, str]) -> None:
        self.count(_COUNTED.get(tag, _OTHERS))
        if tag in {_ROW, _TEXT}:
            self._counts[_IN_ONE_ROW] = 0
        elif tag in _COUNTED:
            self.count(_IN_ONE_ROW)
        if tag == _CELL:
            self._begin_cell(attributes.get("r"))
            # A text may be empty; a number that is, was not calculated.
            self._calculated = attributes.get("t") == "str"
        elif tag == _FORMULA:
            self._has_formula = True
        elif tag in {_VALUE, _INLINE}:
            self._in_value = True
        elif tag == _ROW:
            self._begin_row(attributes.get("r"))

    def _begin_row(self, said: str | None) -> None:
        before, self._column = self._row, 0
        self._row = before + 1 if said is None else _number(said)
        if not before < self._row <= LAST_ROW:
            shown = self._row if said is None else quoted(said)
            what = f"row {shown} follows row {before} in {quoted(self._part)}"
            _refuse(what, f"rows in order up to {LAST_ROW}", _ANEW)

    def _begin_cell(self, said: str | None) -> None:
        self._has_formula = self._has_value = self._in_value = False
        self._cell = said or f"number {self._column + 1} of row {self._row}"
        if said is None:
            self._column += 1
            return
        found = _REFERENCE.fullmatch(said)
        if found is None:
            _refuse(f"{quoted(said)} is no cell", "a cell such as 'A1'", _ANEW)
        self._column = 0
        for letter in found[1]:
            self._column = 26 * self._column + ord(letter) - ord("A") + 1

    def _text(self, _: str) -> None:
        self._has_value = self._has_value or self._in_value

    def _end(self, tag: str) -> None:
        if tag in {_VALUE, _INLINE}:
            self._in_value = False
        if tag != _CELL:
            return
        if self._has_formula and not (self._has_value or self._calculated):
            what = f"the formula in cell {self._cell} of {quoted(self._part)} has no stored value"
            _refuse(what, "one that was calculated", "open it in a spreadsheet program and save it")
        if self._has_value:
            self.last_column = max(self.last_column, self._column)
            if self._column > LAST_COLUMN:
                what = f"cell {self._cell} of {quoted(self._part)} is far to the right"
                _refuse(what, f"at most {LAST_COLUMN} columns", "remove what it holds")


def _number(said: str) -> int:
    return int(said) if said.isascii() and said.isdigit() and len(said) <= len(str(LAST_ROW)) else 0
