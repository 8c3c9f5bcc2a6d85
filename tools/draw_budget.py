#!/usr/bin/env python3
"""Draw the operating budget of the Haninge example over time, a step for each decision.

    python tools/draw_budget.py [FILE.svg]

The default is docs/images/budget.svg. The figures are those of the ledger: the example is
recorded into a temporary one and asked.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path

from styrledger import Amount, Ledger, read_entries
from styrledger.charts import steps
from styrledger.charts.axes import Days, number
from styrledger.charts.svg import STYLE, Frame, picture, text
from styrledger.demo import ORGANISATIONS, record_files
from styrledger.projections.base import Step

EXAMPLE = "haninge_2020"
DEFAULT = Path(__file__).parents[1] / "docs" / "images" / "budget.svg"

FRAME = Frame(width=860, height=314, left=72, right=500, top=76, bottom=276)
DAYS = Days(date(2019, 5, 1), date(2020, 12, 31))

TITLE = "Operating budget 2020 of Haninge's municipal executive board (KS), tkr"

OWN_STYLE = """
.ground { fill: #ffffff; stroke: #d0d7de }
.chart .head { font-size: 14px; font-weight: 600 }
@media (prefers-color-scheme: dark) {
  .ground { fill: #0d1117; stroke: #3d444d }
  .chart text { fill: #f0f6fc }
  .chart .soft { fill: #9198a1 }
  .chart .grid, .chart .axis { stroke: #3d444d }
  .chart .line { stroke: #79c0ff }
  .chart .dot, .chart .number { fill: #79c0ff }
}
"""


def taken() -> Sequence[Step]:
    """Return the steps of the budget, from the example's own decisions."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "example.db"
        with Ledger.create(path, organisation=ORGANISATIONS[EXAMPLE]) as ledger:
            for file in record_files(EXAMPLE):
                ledger.record(*read_entries(file))
            return ledger.as_of(DAYS.last).budget("KS", 2020).trail


def svg(drawn: Sequence[Step]) -> str:
    """Return the picture: the curve at the left, its decisions at the right."""
    chart = steps.Steps(
        levels=tuple(steps.Level(step.since, step.balance.ore) for step in drawn),
        marks=tuple(
            steps.Mark(step.since, step.balance.ore, place) for place, step in enumerate(drawn, 1)
        ),
        days=DAYS,
    )
    axis = number(chart.scale.lowest)
    parts = [
        f"<style>{STYLE}{OWN_STYLE}</style>",
        ground(),
        text(20, 32, TITLE, "head"),
        text(20, 52, f"A step for each decision. The axis begins at {axis} tkr.", "soft"),
        *steps.drawing(chart, FRAME),
        *table(drawn),
    ]
    return picture(FRAME, TITLE, description(drawn), parts, "budget")


def ground() -> str:
    """Return what the picture stands on."""
    width, height = FRAME.width - 1, FRAME.height - 1
    return f'<rect class="ground" x=".5" y=".5" width="{width}" height="{height}" rx="6"/>'


def description(drawn: Iterable[Step]) -> str:
    """Return in words what the picture shows."""
    said = "; ".join(
        f"{step.since} {step.balance:tkr} ({step.fact.entry.decision}, {signed(step.change)})"
        for step in drawn
    )
    return f"A step chart of the budget in tkr, from each day on: {said}."


def table(drawn: Sequence[Step]) -> Iterable[str]:
    """Yield the decisions with their changes and the budget after each."""
    left, top = FRAME.right, FRAME.top + 22
    change, balance = FRAME.width - 94, FRAME.width - 24
    yield text(left + 58, top, "decision", "soft")
    yield text(change, top, "change", "soft end")
    yield text(balance, top, "budget", "soft end")
    for place, step in enumerate(drawn, 1):
        y = top + 26 * place
        yield text(left + 40, y, str(place), "number middle")
        yield text(left + 58, y, str(step.fact.entry.decision))
        yield text(change, y, signed(step.change), "end")
        yield text(balance, y, f"{step.balance:tkr}", "end")


def signed(change: Amount) -> str:
    """Return a change in tkr with its sign."""
    return f"+{change:tkr}" if change.ore > 0 else f"{change:tkr}"


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else DEFAULT
    target.write_text(svg(taken()), encoding="utf-8")
