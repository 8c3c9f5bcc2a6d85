"""Everything that one report tells, section by section, each read from the ledger as it is written.

All of it rests on one view and on the order of recording up to its position: there is no clock,
so that the same basis gives the same report.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from functools import cached_property

import attrs

from styrledger import swedish
from styrledger.checkpoints import Checkpoint
from styrledger.events.base import Kind
from styrledger.events.entry import Entry, Recorded
from styrledger.ledger import Ledger
from styrledger.notes import base64_octets
from styrledger.projections.base import total
from styrledger.projections.budgets import Budget
from styrledger.projections.internal_control import Control, Recommendation
from styrledger.projections.units import Unit
from styrledger.projections.uppdrag_counts import UppdragCounts, tally
from styrledger.report import budgets, follow_up
from styrledger.report.diary import Amended, Diary
from styrledger.sealing import origin
from styrledger.tree import EMPTY_ROOT
from styrledger.view import View

KINDS: tuple[Kind, ...] = ("operating", "investment")


@attrs.frozen
class Wanted:
    """What a report is about: a year, one unit or all, and whether the audit trail is in it."""

    year: int
    unit: str | None = None
    audit: bool = False


@attrs.frozen
class Logged:
    """An entry of the audit trail, and what has become of it.

    ``replaced_by`` is the position of what stands in its place, ``withdrawn`` that nothing does.
    """

    recorded: Recorded
    acts_on: int | None
    replaced_by: int | None
    withdrawn: bool

    @property
    def lag(self) -> str | None:
        """How long after it began to count it was recorded, None where it was not late."""
        day = self.recorded.entry.counts_from
        return None if day is None else budgets.late(self.recorded.recorded_at, day.last)


class Report:
    """One report; each section is read when it is asked for."""

    def __init__(
        self,
        ledger: Ledger,
        view: View,
        wanted: Wanted,
        progress: Callable[[int], object] = lambda _: None,
    ) -> None:
        """Begin a report; ``progress`` is told how much more was done.

        Raises:
            UnknownName: the ledger knows no such unit.
        """
        self.view = view
        self.wanted = wanted
        self.basis = view.basis
        self.organisation = ledger.identity.organisation
        self._ledger = ledger
        self._progress = progress
        self.unit: Unit | None = None if wanted.unit is None else view.unit(wanted.unit)

    @property
    def whose(self) -> str:
        """Whom the report is about."""
        if self.wanted.unit is None:
            return self.organisation
        if self.unit is None or self.unit.name is None:
            return self.wanted.unit
        return f"{self.unit.name} ({self.unit.unit})"

    @cached_property
    def checkpoint(self) -> str:
        """The three lines that seal what the report rests on."""
        root = self.basis.root
        octets = EMPTY_ROOT if root is None else base64_octets(root)
        return Checkpoint(origin(self._ledger.identity), self.basis.position, octets).to_text()

    @property
    def command(self) -> str:
        """What gives the same report again."""
        unit = "" if self.wanted.unit is None else f" --unit {quoted(self.wanted.unit)}"
        basis = f"--on {self.basis.on} --known '#{self.basis.position}'"
        void = " --void-annulled" if self.basis.void_annulled else ""
        audit = " --audit" if self.wanted.audit else ""
        return f"styrledger report{unit} --year {self.wanted.year} {basis}{void}{audit}"

    def figures(self, kind: Kind) -> list[Budget]:
        """Return the budgets of the year that are something, without the decisions behind them."""
        codes = budgets.codes(self.view, self.wanted.unit, self.wanted.year)
        found = (self.view.budget(code, self.wanted.year, kind) for code in codes)
        return [attrs.evolve(one, lines=(), trail=()) for one in found if one.is_something]

    def total(self, found: Sequence[Budget]) -> Budget:
        """Return what budgets come to together, unknown ones left out."""
        amount = total([one.amount for one in found])
        return attrs.evolve(found[0], unit="*", amount=amount, used=None)

    def parts(self) -> Iterator[budgets.Part]:
        """Yield each budget of the year."""
        wanted, left = self.wanted, self.basis.position
        codes = budgets.codes(self.view, wanted.unit, wanted.year)
        for code in codes:
            yield from budgets.parts(self._ledger, self._diary, self.view, code, wanted.year)
            share = self.basis.position // len(codes)
            self._progress(share)
            left -= share
        self._progress(left)

    @cached_property
    def tasks(self) -> dict[str, list[follow_up.Task]]:
        """The uppdrag of the year, by status."""
        return follow_up.tasks(self.view, self.wanted.unit, self.wanted.year)

    @property
    def counts(self) -> UppdragCounts:
        """How many uppdrag there are of those that are shown."""
        return tally(task.uppdrag for tasks in self.tasks.values() for task in tasks)

    def aims(self) -> Iterator[follow_up.Aim]:
        """Yield the goals."""
        return follow_up.aims(self.view, self.wanted.unit, self.wanted.year)

    def aimless(self) -> Iterator[follow_up.Measured]:
        """Yield the indicators that measure no goal."""
        return follow_up.aimless(self.view)

    def controls(self) -> Iterator[Control]:
        """Yield the internal controls."""
        return follow_up.controls(self.view, self.wanted.unit, self.wanted.year)

    def recommendations(self) -> Iterator[Recommendation]:
        """Yield what those who reviewed the municipality recommended."""
        return follow_up.recommendations(self.view, self.wanted.year)

    def corrections(self) -> Iterator[Amended]:
        """Yield the corrections and withdrawals of the period, in order of recording.

        The period's are those that were recorded in the year, and those that are about it.
        """
        for one in self._diary.amended:
            entries = [one.old, *([] if one.new is None else [one.new])]
            ours = self._diary.concerns(one.recorded.position)
            in_year = one.recorded.recorded_at.year == self.wanted.year
            if ours and (in_year or any(self._of_year(entry) for entry in entries)):
                yield one

    def fate(self, one: Amended) -> str:
        """Return what has become of a correction or withdrawal."""
        stands = self._diary.fate(one)
        if self._diary.undone(one):
            return "återtagen"
        if one.new is None or stands == one.recorded.position:
            return "gäller"
        return "återtagen" if stands is None else f"ersatt av #{stands}"

    def log(self) -> Iterator[Logged]:
        """Yield every entry that the report's unit, or anyone, has, in order of recording."""
        fates = self._diary.fates()
        amended = {one.recorded.position: one for one in self._diary.amended}
        for recorded in self._ledger.history(known=self.basis.position):
            self._progress(1)
            if not self._diary.concerns(recorded.position):
                continue
            one = amended.get(recorded.position)
            if one is not None:
                undone = self._diary.undone(one)
                yield Logged(recorded, one.before.position, None, withdrawn=undone)
                continue
            stands = fates.get(recorded.position, recorded.position)
            replaced = None if stands in {None, recorded.position} else stands
            yield Logged(recorded, None, replaced, withdrawn=stands is None)

    @cached_property
    def _diary(self) -> Diary:
        return Diary(
            self._ledger,
            self.basis.position,
            year=self.wanted.year,
            unit=self.wanted.unit,
            progress=self._progress,
        )

    def _of_year(self, entry: Entry) -> bool:
        year = getattr(entry.event, "year", None)
        if year is not None:
            return bool(year == self.wanted.year)
        day: date | None = None if entry.counts_from is None else entry.counts_from.last
        return day is not None and day.year == self.wanted.year


def quoted(text: str) -> str:
    """Return a text as one word of a command line."""
    return "'" + text.replace("'", "'\\''") + "'" if not text.isalnum() else text


def basis_words(report: Report) -> str:
    """Return the day of a report, and what was known, in words."""
    known = f"post {report.basis.position}"
    return f"Läget den {swedish.day(report.basis.on)}, som det var känt till och med {known}"
