"""A list as CSV (RFC 4180), for programs, or as the Swedish Excel opens it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, BinaryIO

import attrs

from styrledger.exchange.listings.inert import no_formula, readable
from styrledger.exchange.listings.shape import Cell, Column, Listing
from styrledger.times import instant

BOM = "\ufeff"


@attrs.frozen
class Dialect:
    """How a file is spelt: ``semicolon`` also means a decimal comma, as in Sweden.

    Without ``bom`` (a byte order mark) Excel takes UTF-8 for something else.
    """

    semicolon: bool = False
    bom: bool = False


PLAIN = Dialect()


def write(
    listing: Listing, answer: Mapping[str, Any], file: BinaryIO, dialect: Dialect = PLAIN
) -> int:
    """Write a list of an answer, its basis in every row, and return how many rows it has.

    A CSV file has no other place for the basis, and rows are copied from file to file.
    """
    columns, held = _basis(answer.get("basis", {}))
    rows = ([*row, *held] for row in listing.rows(answer))
    return write_rows((*listing.columns, *columns), rows, file, dialect)


def write_rows(
    columns: Iterable[Column],
    rows: Iterable[Iterable[Cell]],
    file: BinaryIO,
    dialect: Dialect = PLAIN,
) -> int:
    """Write a header and rows, and return how many rows there were."""
    between = ";" if dialect.semicolon else ","
    header = between.join(column.name for column in columns)
    file.write(f"{BOM if dialect.bom else ''}{header}\r\n".encode())
    count = 0
    for row in rows:
        file.write(f"{between.join(_cell(cell, dialect) for cell in row)}\r\n".encode())
        count += 1
    return count


def _basis(basis: Mapping[str, Any]) -> tuple[list[Column], list[Cell]]:
    """Return the columns that tell the basis, and what they hold; of a difference, both."""
    both = {"": basis} if "on" in basis else basis
    columns: list[Column] = []
    held: list[Cell] = []
    for which, one in both.items():
        prefix = f"{which}_" if which else ""
        columns += [
            Column(f"{prefix}basis_on", "Per dag", "day"),
            Column(f"{prefix}basis_known", "Känt till och med post", "whole"),
        ]
        held += [date.fromisoformat(one["on"]), one["known"]["position"]]
    return columns, held


def _cell(cell: Cell, dialect: Dialect) -> str:
    if cell is None:
        return ""
    if isinstance(cell, str):
        # Quoted always, so that what looks like a number or a date stays text for most.
        return '"{}"'.format(no_formula(readable(cell)).replace('"', '""'))
    if isinstance(cell, Decimal):
        return f"{cell:f}".replace(".", "," if dialect.semicolon else ".")
    if isinstance(cell, datetime):
        return instant(cell)
    return cell.isoformat() if isinstance(cell, date) else str(cell).lower()
