"""A figure over time as steps: it holds from one decision to the next, and slopes nowhere.

Two lines, for the two clocks: what was so by all that is known now, and, dashed, what somebody
who asked on the day would have been told.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from itertools import groupby, pairwise

import attrs

from styrledger.amounts import ORE_PER_UNIT, MoneyUnit
from styrledger.charts.axes import Days, Scale, number, scale
from styrledger.charts.svg import Frame, dot, path, picture, text

FRAME = Frame(width=720, height=300, left=78, right=700, top=52, bottom=262)
MOST_NUMBERED = 60
MOST_DOTS = 400
NEAR = 14
"""Places closer than this, in pixels, share one number."""


Box = tuple[float, float, float, float]
"""The left, upper, right and lower edge of something on a picture."""


@attrs.frozen
class Level:
    """What a figure is from a day on; ``ore`` is None while it is nothing that is known."""

    since: date
    ore: int | None


@attrs.frozen
class Mark:
    """A decision on the line, by its number in the table beside the chart."""

    since: date
    ore: int
    number: int


@attrs.frozen
class Words:
    """What a chart says of itself, in the language of its page."""

    title: str
    description: str
    line: str = ""
    then: str = ""


@attrs.frozen
class Steps:
    """A figure through a stretch of days; ``then`` is empty where the clocks do not differ."""

    levels: tuple[Level, ...]
    marks: tuple[Mark, ...]
    days: Days
    unit: MoneyUnit = "tkr"
    then: tuple[Level, ...] = ()

    @property
    def scale(self) -> Scale:
        """The axis of amounts, in the chart's unit."""
        known = [one.ore for one in (*self.levels, *self.then) if one.ore is not None]
        return scale(Decimal(ore) / ORE_PER_UNIT[self.unit] for ore in known)


def svg(chart: Steps, words: Words, name: str, frame: Frame = FRAME) -> str:
    """Return the chart as a picture; ``name`` is unique on its page."""
    parts = [*legend(words, frame, dashed=bool(chart.then)), *drawing(chart, frame)]
    return picture(frame, words.title, words.description, parts, name)


def legend(words: Words, frame: Frame, *, dashed: bool) -> Iterator[str]:
    """Yield what the lines are, above the chart."""
    if words.line:
        yield path(f"M{frame.left:g} 16h28", "line")
        yield text(frame.left + 36, 20, words.line)
    if dashed:
        yield path(f"M{frame.left:g} 36h28", "then")
        yield text(frame.left + 36, 40, words.then)


def drawing(chart: Steps, frame: Frame) -> Iterator[str]:
    """Yield the axes, the lines and the numbered dots."""
    placed = _Placed(chart, chart.scale, frame)
    yield from placed.axes()
    # The dashed line first: where the clocks agree, the other one covers it.
    yield from placed.line(chart.then, "then")
    yield from placed.line(chart.levels, "line")
    yield from placed.dots()


class _Placed:
    """Knows where on the picture a day and an amount are."""

    def __init__(self, chart: Steps, amounts: Scale, frame: Frame) -> None:
        self._chart = chart
        self._amounts = amounts
        self._frame = frame

    def axes(self) -> Iterator[str]:
        frame, days = self._frame, self._chart.days
        for value in self._amounts.marks:
            _, y = frame.share(0, self._amounts.share(value))
            yield path(f"M{frame.left:g} {y:g}H{frame.right:g}", "grid")
            yield text(frame.left - 8, y + 4, number(value), "soft end")
        for day, label in days.marks():
            x, _ = frame.share(days.share(day), 0)
            yield path(f"M{x:g} {frame.bottom:g}v5", "axis")
            yield text(x, frame.bottom + 20, label, "soft middle")

    def line(self, levels: Sequence[Level], style: str) -> Iterator[str]:
        drawn: list[str] = []
        pen_down = False
        for level, following in pairwise((*levels, None)):
            if level is None or level.since > self._chart.days.last:
                break
            if level.ore is None:
                pen_down = False
                continue
            x, y = self._at(level.since, level.ore)
            drawn.append(f"V{y:g}" if pen_down else f"M{x:g} {y:g}")
            end = self._frame.right if following is None else self._at(following.since, 0)[0]
            drawn.append(f"H{min(end, self._frame.right):g}")
            pen_down = True
        if drawn:
            yield path("".join(drawn), style)

    def dots(self) -> Iterator[str]:
        marks = self._chart.marks
        if len(marks) > MOST_DOTS:
            return
        for mark in marks:
            yield dot(*self._at(mark.since, mark.ore), 4 if len(marks) <= MOST_NUMBERED else 2.5)
        if len(marks) <= MOST_NUMBERED:
            yield from self._numbers(marks)

    def _numbers(self, marks: Iterable[Mark]) -> Iterator[str]:
        taken = [*self._segments()]
        for group in self._groups(marks):
            label = str(group[0].number) + (f"–{group[-1].number}" if len(group) > 1 else "")
            x, y = self._at(group[-1].since, group[-1].ore)
            half = 4.2 * len(label)
            for u, v in ((x - half - 7, y - 8), (x, y - 10), (x - half - 7, y + 18),
                         (x + half + 7, y - 8), (x + half + 7, y + 18)):  # fmt: skip
                box = (u - half, v - 10, u + half, v + 2)
                if not any(_meet(box, other) for other in taken):
                    taken.append(box)
                    yield text(round(u, 1), v, label, "number middle")
                    break

    def _segments(self) -> Iterator[Box]:
        """Yield the pieces of the line, which no number is to lie on."""
        before: tuple[float, float] | None = None
        for level in self._chart.levels:
            if level.ore is None:
                before = None
                continue
            x, y = self._at(level.since, level.ore)
            if before is not None:
                yield (before[0], before[1], x, before[1])
                yield (x, min(y, before[1]), x, max(y, before[1]))
            before = x, y
        if before is not None:
            yield (*before, self._frame.right, before[1])

    def _groups(self, marks: Iterable[Mark]) -> Iterator[list[Mark]]:
        """Yield the marks that share a number: of one day, and almost in one place."""
        for _, same_day in groupby(marks, lambda mark: mark.since):
            group: list[Mark] = []
            for mark in same_day:
                y = self._at(mark.since, mark.ore)[1]
                if group and abs(y - self._at(group[-1].since, group[-1].ore)[1]) >= NEAR:
                    yield group
                    group = []
                group.append(mark)
            yield group

    def _at(self, day: date, ore: int) -> tuple[float, float]:
        amount = Decimal(ore) / ORE_PER_UNIT[self._chart.unit]
        across = min(max(self._chart.days.share(day), 0), 1)
        return self._frame.share(across, self._amounts.share(amount))


def _meet(one: Box, other: Box) -> bool:
    across = one[0] <= other[2] and other[0] <= one[2]
    return across and one[1] <= other[3] and other[1] <= one[3]
