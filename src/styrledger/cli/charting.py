"""A budget over time in the terminal: a step for each decision."""

from __future__ import annotations

import shutil
import sys
from datetime import date

import click

from styrledger.amounts import MoneyUnit
from styrledger.charts.axes import Days
from styrledger.charts.steps import Level
from styrledger.charts.terminal import ASCII, DRAWN, Pen, draw
from styrledger.cli import show
from styrledger.projections.budgets import Budget

LEAST = 80
"""Characters that a line has where nobody says how many."""


def print_chart(one: Budget, path: str | None, on: date, unit: MoneyUnit) -> None:
    """Print a budget, or the line in it with a path, through the days until ``on``.

    The chart ends with the budget year. A budget that was never decided has none.
    """
    line = None if path is None else one.line(path)
    trail = one.trail if line is None else line.trail
    if not trail:
        return
    last = max(min(on, date(one.year, 12, 31)), trail[-1].since)
    levels = [Level(step.since, step.balance.ore) for step in trail]
    whose = one.unit if path is None else f"{one.unit}/{path}"
    show.title(f"{whose} {one.kind} budget {one.year}, {unit}")
    width = shutil.get_terminal_size((LEAST, 0)).columns
    for drawn in draw(levels, Days(trail[0].since, last), unit, width, _pen()):
        click.echo(drawn.axis + (click.style(drawn.curve, fg="blue") if drawn.curve else ""))
    click.echo()


def _pen() -> Pen:
    """Return the characters that the output can print."""
    try:
        f"{DRAWN.flat}{DRAWN.up}{DRAWN.dot}".encode(sys.stdout.encoding or "ascii")
    except UnicodeEncodeError:
        return ASCII
    return DRAWN
