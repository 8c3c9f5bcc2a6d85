"""An indicator through its periods, small enough to stand beside many others.

A line joins only values that can be compared; a target is a bar across its own period; a period
without a value is marked as one.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import attrs

from styrledger.charts.axes import Scale, number, scale
from styrledger.charts.svg import Frame, dot, path, picture, text

FRAME = Frame(width=360, height=120, left=48, right=352, top=12, bottom=94)
MISSING = "–"
MOST_LABELS = 8


@attrs.frozen
class Period:
    """One period: its value and target, each None where there is none.

    Values with the same ``run`` can be compared, and are joined.
    """

    name: str
    value: Decimal | None
    target: Decimal | None
    run: int


def svg(periods: tuple[Period, ...], title: str, description: str, name: str) -> str:
    """Return the chart as a picture; ``name`` is unique on its page."""
    return picture(FRAME, title, description, drawing(periods), name)


def drawing(periods: tuple[Period, ...]) -> Iterator[str]:
    """Yield the axes, the targets, the lines between comparable values, and the dots."""
    shown = [one for period in periods for one in (period.value, period.target) if one is not None]
    values = scale(shown)
    yield from _axes(periods, values if shown else None)
    width = (FRAME.right - FRAME.left) / max(len(periods), 1)
    before: dict[int, tuple[float, float]] = {}
    for place, period in enumerate(periods):
        across = (place + 0.5) / len(periods)
        x, _ = FRAME.share(across, 0)
        if period.target is not None:
            _, y = FRAME.share(across, values.share(period.target))
            half = min(width * 0.35, 16)
            yield path(f"M{x - half:g} {y:g}h{2 * half:g}", "target")
        if period.value is None:
            yield text(x, FRAME.bottom - 6, MISSING, "soft middle")
            continue
        at = FRAME.share(across, values.share(period.value))
        if period.run in before:
            (u, v), (x, y) = before[period.run], at
            yield path(f"M{u:g} {v:g}L{x:g} {y:g}", "line")
        before[period.run] = at
        yield dot(*at, 3.5)


def _axes(periods: tuple[Period, ...], values: Scale | None) -> Iterator[str]:
    for value in () if values is None else (values.marks[0], values.marks[-1]):
        _, y = FRAME.share(0, values.share(value) if values else 0)
        yield path(f"M{FRAME.left:g} {y:g}H{FRAME.right:g}", "grid")
        yield text(FRAME.left - 6, y + 4, number(value), "soft end")
    every = -(-len(periods) // MOST_LABELS)
    for place, period in enumerate(periods):
        if place % every == 0:
            x, _ = FRAME.share((place + 0.5) / len(periods), 0)
            yield text(x, FRAME.bottom + 18, period.name, "soft middle")
