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
from datetime import date, timedelta
from pathlib import Path
from xml.sax.saxutils import escape

from styrledger import Amount, Ledger, read_entries
from styrledger.demo import ORGANISATIONS, record_files
from styrledger.projections.base import Step

EXAMPLE = "haninge_2020"
DEFAULT = Path(__file__).parents[1] / "docs" / "images" / "budget.svg"

WIDTH, HEIGHT = 860, 314
LEFT, RIGHT, TOP, BOTTOM = 72, 500, 76, 276
FIRST, LAST = date(2019, 5, 1), date(2020, 12, 31)
LOWEST, HIGHEST, EVERY = 227_000, 231_000, 1_000  # tkr
ORE_PER_TKR = 100_000

TITLE = "Operating budget 2020 of Haninge's municipal executive board (KS), tkr"

STYLE = """
  .ground { fill: #ffffff; stroke: #d0d7de }
  text { font: 12px system-ui, sans-serif; fill: #1f2328 }
  .head { font-size: 14px; font-weight: 600 }
  .soft { fill: #59636e }
  .end { text-anchor: end }
  .middle { text-anchor: middle }
  .grid { stroke: #d0d7de; stroke-width: 1 }
  .line { stroke: #0550ae; stroke-width: 2.5; fill: none }
  .dot { fill: #0550ae }
  .number { fill: #0550ae; font-weight: 600 }
  @media (prefers-color-scheme: dark) {
    .ground { fill: #0d1117; stroke: #3d444d }
    text { fill: #f0f6fc }
    .soft { fill: #9198a1 }
    .grid { stroke: #3d444d }
    .line { stroke: #79c0ff }
    .dot, .number { fill: #79c0ff }
  }
"""


def steps() -> Sequence[Step]:
    """Return the steps of the budget, from the example's own decisions."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "example.db"
        with Ledger.create(path, organisation=ORGANISATIONS[EXAMPLE]) as ledger:
            for file in record_files(EXAMPLE):
                ledger.record(*read_entries(file))
            return ledger.as_of(LAST).budget("KS", 2020).trail


def svg(drawn: Sequence[Step]) -> str:
    """Return the picture: the curve at the left, its decisions at the right."""
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}"',
        f'width="{WIDTH}" height="{HEIGHT}" role="img" aria-labelledby="title desc">',
        f'<title id="title">{escape(TITLE)}</title>',
        f'<desc id="desc">{escape(description(drawn))}</desc>',
        f"<style>{STYLE}</style>",
        f'<rect class="ground" x=".5" y=".5" width="{WIDTH - 1}" height="{HEIGHT - 1}" rx="6"/>',
        text(20, 32, TITLE, "head"),
        text(20, 52, "A step for each decision. The axis begins at 227 000 tkr.", "soft"),
        *grid(),
        *curve(drawn),
        *table(drawn),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def description(drawn: Iterable[Step]) -> str:
    """Return in words what the picture shows."""
    said = "; ".join(
        f"{step.since} {step.balance:tkr} ({step.fact.entry.decision}, {signed(step.change)})"
        for step in drawn
    )
    return f"A step chart of the budget in tkr, from each day on: {said}."


def grid() -> Iterable[str]:
    """Yield the axes: a line every thousand tkr, and a label every quarter."""
    for tkr in range(LOWEST, HIGHEST + 1, EVERY):
        y = height(tkr * ORE_PER_TKR)
        yield f'<path class="grid" d="M{LEFT} {y:g}H{RIGHT}"/>'
        yield text(LEFT - 8, y + 4, f"{tkr:,}".replace(",", "\N{NO-BREAK SPACE}"), "soft end")
    for day in (date(2019, 7, 1), date(2019, 10, 1), *(date(2020, m, 1) for m in (1, 4, 7, 10))):
        yield f'<path class="grid" d="M{across(day):g} {BOTTOM}v5"/>'
        yield text(across(day), BOTTOM + 20, f"{day:%Y-%m}", "soft middle")


def curve(drawn: Sequence[Step]) -> Iterable[str]:
    """Yield the line, and a numbered dot where each decision took effect."""
    path = "".join(
        f"{'M' if number == 1 else 'H'}{across(step.since):g}"
        f"{' ' if number == 1 else 'V'}{height(step.balance.ore):g}"
        for number, step in enumerate(drawn, 1)
    )
    yield f'<path class="line" d="{path}H{across(LAST):g}"/>'
    for number, step in enumerate(drawn, 1):
        x, y = across(step.since), height(step.balance.ore)
        # Above the dot, but below it where the line comes from above or goes on upwards.
        followed = number < len(drawn) and drawn[number].since == step.since
        below = followed or step.change.ore < 0
        yield f'<circle class="dot" cx="{x:g}" cy="{y:g}" r="4"/>'
        yield text(x - 10, y + (16 if below else -8), str(number), "number middle")


def table(drawn: Sequence[Step]) -> Iterable[str]:
    """Yield the decisions with their changes and the budget after each."""
    yield text(RIGHT + 58, TOP + 22, "decision", "soft")
    yield text(WIDTH - 94, TOP + 22, "change", "soft end")
    yield text(WIDTH - 24, TOP + 22, "budget", "soft end")
    for number, step in enumerate(drawn, 1):
        y = TOP + 22 + 26 * number
        yield text(RIGHT + 40, y, str(number), "number middle")
        yield text(RIGHT + 58, y, str(step.fact.entry.decision))
        yield text(WIDTH - 94, y, signed(step.change), "end")
        yield text(WIDTH - 24, y, f"{step.balance:tkr}", "end")


def text(x: float, y: float, words: str, style: str = "") -> str:
    """Return a line of text."""
    kind = f' class="{style}"' if style else ""
    return f'<text x="{x:g}" y="{y:g}"{kind}>{escape(words)}</text>'


def signed(change: Amount) -> str:
    """Return a change in tkr with its sign."""
    return f"+{change:tkr}" if change.ore > 0 else f"{change:tkr}"


def across(day: date) -> float:
    """Return the place of a day on the horizontal axis."""
    days = (LAST - FIRST + timedelta(days=1)).days
    return round(LEFT + (RIGHT - LEFT) * (day - FIRST).days / days, 1)


def height(ore: int) -> float:
    """Return the place of an amount on the vertical axis."""
    share = (ore / ORE_PER_TKR - LOWEST) / (HIGHEST - LOWEST)
    return round(BOTTOM - (BOTTOM - TOP) * share, 1)


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else DEFAULT
    target.write_text(svg(steps()), encoding="utf-8")
