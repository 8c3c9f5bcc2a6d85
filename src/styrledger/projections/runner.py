"""The views of one ledger, as they are asked: always in step with the log, and always answered."""

from __future__ import annotations

import sqlite3
from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime
from itertools import count, islice
from pathlib import Path
from typing import TYPE_CHECKING, Self, TypeVar

from styrledger.amounts import Amount
from styrledger.links import Link
from styrledger.projections.keeper import Keeper, Source
from styrledger.projections.sums import Balanced, Sums
from styrledger.projections.tables import Emptied, ViewFile
from styrledger.projections.tiles import nodes
from styrledger.tree import NodeReader, root_at

if TYPE_CHECKING:
    from styrledger.events.base import Kind
    from styrledger.events.entry import Recorded
    from styrledger.history import Fact
    from styrledger.projections.balances import Of

T = TypeVar("T")


class Runner(Keeper):
    """The views of one ledger: a question is always answered.

    Only keeping the answer's tables for the next time can fail.
    """

    def __init__(self, path: Path | None, ledger: str, log: Source) -> None:
        """Open the view file at ``path``, or views in memory for None."""
        self._connected = log.connected
        super().__init__(path, ledger, log)

    def catch_up(self, head: int) -> None:
        """File every entry up to the log's head.

        Raises:
            UnknownStoredName: the log holds an event type from a newer version.
        """
        if not self._knows_log():
            connected = self._log.connected
            # A standby that took over may not have all that was filed here.
            self.asked(self._fitting)
            self._connected = connected
            self.position = -1
            self._forget()
        if head != self.position:
            self.asked(lambda view: None if self._is_at(view, head) else self._file_pages())

    def holds(self, position: int) -> bool:
        """Tell whether the views are still of the entries up to a position, and no more."""
        return self.position == position and self._knows_log()

    def _knows_log(self) -> bool:
        return self._log.connected == self._connected

    def head(self) -> int:
        """Return how many entries the log holds, read beside it where it lies there."""
        try:
            beside = self.view.log_head()
        except sqlite3.Error:
            beside = None
        return self._log.head() if beside is None else beside

    def names(self) -> dict[str, set[str]]:
        """Return the names that entries may use, by kind, as known at the last catch-up."""
        if self._names is None:
            self._names = self.asked(lambda view: view.definitions())
        return self._names

    def facts(self, subject: str, known: int) -> list[Fact]:
        """Return what stood under a subject as known after a position."""
        return self.asked(lambda view: view.facts(subject, known))

    def unsummed(self, subject: str, known: int) -> list[Fact]:
        """Return those of the facts about a budget that are not decided moves of its balances."""
        return self.asked(lambda view: view.unsummed(subject, known))

    def recorded(self, position: int) -> tuple[Recorded, ...]:
        """Return what is recorded at a position: one entry, or more after an upcast."""
        return self.asked(lambda view: view.recorded(position))

    def recorded_at(self, position: int) -> datetime | None:
        """Return when a position was recorded, None before the first."""
        found = self.asked(lambda view: view.recorded_at(position))
        return None if found is None else datetime.fromisoformat(found)

    def known_at(self, moment: str) -> int:
        """Return the last position recorded by an instant, that instant included."""
        return self.asked(lambda view: view.known_at(moment))

    def position_of_key(self, key: str) -> int | None:
        """Return where a key was recorded, None for a new one."""
        return self.asked(lambda view: view.position_of_key(key))

    def touched(self, subject: str) -> list[int]:
        """Return the positions of all that was ever filed under a subject, sorted."""
        return self.asked(lambda view: view.touched(subject))

    def slot_of(self, position: int) -> int:
        """Return the slot that an entry, or a correction of it, belongs to."""
        return self.asked(lambda view: view.slot_of(position))

    def links(self, slot: int) -> list[Link]:
        """Return the corrections and withdrawals of a slot, in order of position."""
        return self.asked(lambda view: view.links(slot))

    def nodes(self) -> NodeReader:
        """Return what gives the hashes of complete nodes of the tree, for one piece of work.

        It raises ``KeyError`` where the log has not grown that far.
        """
        return nodes(lambda level, place: self.asked(lambda view: view.tile(level, place)))

    def subjects(self, pattern: str, known: int) -> list[str]:
        """Return the subjects that match a GLOB pattern under which something stood, sorted."""
        return self.asked(lambda view: view.subjects(pattern, known))

    def ever(self, pattern: str) -> list[str]:
        """Return the subjects that match a GLOB pattern under which something ever stood."""
        return self.asked(lambda view: view.ever(pattern))

    def standing_in(self, slot: int, known: int) -> list[Fact]:
        """Return what stood in the place of one entry as known after a position."""
        return self.asked(lambda view: view.standing_in(slot, known))

    @property
    def sums(self) -> Self:
        """The running sums, which are kept here."""
        return self

    @property
    def are_kept(self) -> bool:
        """Whether what is summed up once is there for whoever asks next, in a file."""
        return self.view.path is not None

    def balance(self, budget: Of, line: str, on: date, known: int) -> Amount | None:
        """Return the total (the empty line) or a line of a budget, None where it has none."""
        return self.asked(
            lambda view: self._sums(view).balance(budget, line, on, known, self.position)
        )

    def balances(self, year: int, kind: Kind, on: date, known: int) -> Balanced:
        """Return all totals and lines of a year."""
        return self.asked(
            lambda view: self._sums(view).balances(year, kind, on, known, self.position)
        )

    def _sums(self, view: ViewFile) -> Sums:
        if self._summing is None:
            self._summing = Sums(view)
        return self._summing

    def root(self, position: int) -> str:
        """Return the root of the tree over the entries up to a position, in base64."""
        return b64encode(self.asked(lambda view: root_at(position, view.node))).decode()

    def asked(self, ask: Callable[[ViewFile], T]) -> T:
        """Ask the views; where their file fails, ask again of new ones."""
        for tries in count():
            try:
                if tries:
                    self._file_pages()
                found = ask(self.view)
                if not self.view.is_emptied():
                    return found
                self._begin_again()
            except Emptied:
                self._begin_again()
            except sqlite3.Error as fault:
                self._replace(fault, tries)
        raise AssertionError

    def streamed(self, ask: Callable[[ViewFile], Iterable[T]]) -> Iterator[T]:
        """Yield what the views give; where their file fails, go on with what new ones give."""
        done = 0
        for tries in count():
            try:
                if tries:
                    self._file_pages()
                for one in islice(ask(self.view), done, None):
                    yield one
                    done += 1
                if not self.view.is_emptied():
                    return
                self._begin_again()
            except Emptied:
                self._begin_again()
            except sqlite3.Error as fault:
                self._replace(fault, tries)
