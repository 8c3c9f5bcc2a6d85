"""The lines inside a budget: a tree of parts, some of them set, the rest their parts' sum."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Generic, Protocol, Self, TypeVar

from styrledger.amounts import Amount
from styrledger.history import Counted
from styrledger.projections.base import Step


class Added(Protocol):
    """A number that can be added to another of its kind."""

    def __add__(self, other: Self, /) -> Self:
        """Return the sum."""
        ...


M = TypeVar("M", bound=Added)


def ancestors(line: str) -> Iterator[str]:
    """Yield ``A/B/C`` as ``A/B/C``, ``A/B``, ``A``: the line itself first."""
    while line:
        yield line
        line = line.rpartition("/")[0]


class LineTree(Generic[M]):
    """What lines hold, by path, in any kind of number that can be added.

    A line that was set holds its amount whatever its parts come to; one that was not is the
    sum of its parts. A change to a part changes every line above it that was set, so that
    what a line holds undistributed stays the same.
    """

    def __init__(self) -> None:
        self._set: dict[str, M] = {}
        self._parts: dict[str, dict[str, None]] = {}

    def __iter__(self) -> Iterator[str]:
        """Yield every line's path, a line before its parts, in order of first mention."""
        return self._below("")

    def _below(self, line: str) -> Iterator[str]:
        for part in self._parts.get(line, ()):
            yield part
            yield from self._below(part)

    def amount(self, line: str) -> M | None:
        """Return what a line holds, None where nothing was said of it or its parts."""
        return self._set[line] if line in self._set else self.distributed(line)

    def is_set(self, line: str) -> bool:
        """Return whether a line holds an amount of its own, not just what its parts come to."""
        return line in self._set

    def distributed(self, line: str = "") -> M | None:
        """Return the sum of a line's parts, of all lines for the empty path."""
        known = (self.amount(part) for part in self._parts.get(line, ()))
        amounts = [amount for amount in known if amount is not None]
        return sum(amounts[1:], amounts[0]) if amounts else None

    def mention(self, line: str) -> None:
        """Give a line a place among the others, without an amount."""
        for path in ancestors(line):
            self._parts.setdefault(path.rpartition("/")[0], {})[path] = None

    def put(self, line: str, amount: M) -> None:
        """Set a line, which leaves the lines above it that were set as they are."""
        self.mention(line)
        self._set[line] = amount

    def add(self, line: str, amount: M) -> None:
        """Add a signed amount to a line and to the lines above it that were set."""
        before = self.amount(line)
        self.mention(line)
        self._set[line] = amount if before is None else before + amount
        for path in [*ancestors(line)][1:]:
            if path in self._set:
                self._set[path] += amount


class Lines(LineTree[Amount]):
    """The amounts of lines, and the steps that led to each."""

    def __init__(self) -> None:
        super().__init__()
        self.steps: dict[str, list[Step]] = {}

    def set(self, counted: Counted, line: str, amount: Amount) -> None:
        """Set a line by what a fact says."""
        before = self._amounts(line)
        self.put(line, amount)
        self._note(counted, line, before)

    def change(self, counted: Counted, line: str, amount: Amount) -> None:
        """Add what a fact says to a line."""
        before = self._amounts(line)
        self.add(line, amount)
        self._note(counted, line, before)

    def _amounts(self, line: str) -> dict[str, Amount | None]:
        return {path: self.amount(path) for path in ancestors(line)}

    def _note(self, counted: Counted, line: str, before: dict[str, Amount | None]) -> None:
        for path, old in before.items():
            new = self.amount(path)
            if new is None:
                continue
            change = new if old is None else new - old
            if path == line or old is None or change.ore:
                step = Step(counted.fact, counted.since, change, new)
                self.steps.setdefault(path, []).append(step)
