"""A figure over time as steps in plain characters, for a terminal of any width and encoding."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

import attrs

from styrledger.amounts import ORE_PER_UNIT, MoneyUnit
from styrledger.charts.axes import Days, Scale, number, scale
from styrledger.charts.steps import Level

ROWS_A_MARK = 2
"""Lines from one round number to the next."""

NARROWEST, WIDEST = 12, 100
"""Characters that the curve may be wide."""

LABEL = len("2020-02")


@attrs.frozen
class Pen:
    """The characters that a chart is drawn with."""

    flat: str
    upright: str
    dot: str
    up: str
    down: str
    axis: str
    tick: str
    corner: str
    foot: str


DRAWN = Pen("─", "│", "●", "┘", "┐", "│", "┤", "└", "┴")
ASCII = Pen("-", "|", "*", "+", "+", "|", "+", "+", "+")


@attrs.frozen
class Line:
    """A line of the chart: what stands at the axis, and the curve right of it."""

    axis: str
    curve: str = ""


def draw(
    levels: Sequence[Level], days: Days, unit: MoneyUnit, width: int, pen: Pen = DRAWN
) -> Iterator[Line]:
    """Yield the lines of a chart that is no wider than ``width``, where that is enough for any.

    A dot is a decision; where several fall on one column it is the last of them.
    """
    known = [
        (one.since, Decimal(one.ore) / ORE_PER_UNIT[unit]) for one in levels if one.ore is not None
    ]
    amounts = scale(value for _, value in known)
    labels = [_label(mark, pen) for mark in amounts.marks]
    margin = max(map(len, labels))
    columns = min(max(width - margin - 2, NARROWEST), WIDEST)
    steps = {min(int(days.share(day) * columns), columns - 1): value for day, value in known}
    curve = _curve({column: _row(value, amounts) for column, value in steps.items()}, columns, pen)
    for row in range(_row(amounts.highest, amounts), -1, -1):
        mark, between = divmod(row, ROWS_A_MARK)
        told = "" if between else labels[mark]
        line = "".join(curve.get((row, column), " ") for column in range(columns))
        yield Line(f"{told:>{margin}} {pen.axis if between else pen.tick}", line.rstrip())
    yield from _foot(days, columns, margin, pen)


def _label(mark: Decimal, pen: Pen) -> str:
    printed = number(mark)
    if pen is not ASCII:
        return printed
    return printed.replace("\N{NO-BREAK SPACE}", " ").replace("\N{MINUS SIGN}", "-")


def _row(value: Decimal, amounts: Scale) -> int:
    return round(amounts.share(value) * (len(amounts.marks) - 1) * ROWS_A_MARK)


def _curve(rows: dict[int, int], columns: int, pen: Pen) -> dict[tuple[int, int], str]:
    """Return the characters of the curve by row and column, given its rows where it steps."""
    drawn: dict[tuple[int, int], str] = {}
    before: int | None = None
    for column in range(min(rows, default=columns), columns):
        row = rows.get(column, before)
        if row is None:
            continue
        if column in rows:
            if before is not None and row != before:
                low, high = sorted((before, row))
                drawn.update({(between, column): pen.upright for between in range(low, high)})
                drawn[before, column] = pen.up if row > before else pen.down
            drawn[row, column] = pen.dot
        else:
            drawn[row, column] = pen.flat
        before = row
    return drawn


def _foot(days: Days, columns: int, margin: int, pen: Pen) -> Iterator[Line]:
    """Yield the axis of time, and its labels where they have room."""
    line, words = [pen.flat] * columns, [" "] * (columns + LABEL)
    free = 0
    for day, label in days.marks():
        column = min(int(days.share(day) * columns), columns - 1)
        line[column] = pen.foot
        begin = max(column - len(label) // 2, 0)
        if begin >= free and begin + len(label) <= columns:
            words[begin : begin + len(label)] = label
            free = begin + len(label) + 1
    yield Line(" " * margin + f" {pen.corner}{''.join(line)}")
    yield Line((" " * (margin + 2) + "".join(words)).rstrip())
