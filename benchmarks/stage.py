"""The stage: one folder, where the same entries lie in every system that is asked."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from functools import partial
from itertools import islice
from pathlib import Path
from random import Random
from typing import TypeVar

import attrs

from benchmarks.peers import journals
from benchmarks.peers.engine import Accounts, Engine
from benchmarks.peers.raw import Raw, rows
from benchmarks.timing import Apart, apart, turns
from benchmarks.workload import OPEN, YEARS, Line, Made, adopted, lines_of, workload
from styrledger.codec import write_entry
from styrledger.exchange import records
from styrledger.ledger import Ledger

T = TypeVar("T")

PAGE = 1000
ENGINE_UP_TO = 1_000_000
JOURNALS_UP_TO = 100_000
"""How many entries a peer is given at most: more take hours, or more memory than there is."""

SUMMED_UP_TO = 1_000_000
"""For how many entries at most all budgets are summed up; a line and a year are at any size."""


@attrs.frozen
class Question:
    """What a line amounted to on a day, as known after a position."""

    line: Line
    on: date
    known: int


@attrs.frozen
class Stage:
    """Where everything lies, and which entries they are."""

    folder: Path
    size: int
    seed: int = 1

    @property
    def record_file(self) -> Path:
        """The entries as JSON Lines."""
        return self.folder / "entries.jsonl"

    @property
    def ledger(self) -> Path:
        """The ledger, with its views beside it."""
        return self.folder / "ledger.db"

    @property
    def raw(self) -> Path:
        """The file of raw SQLite."""
        return self.folder / "raw.db"

    @property
    def engine(self) -> Path:
        """The file of plain eventsourcing, where the size allows it."""
        return self.folder / "engine.db"

    @property
    def moves(self) -> Path:
        """The moves of money as CSV."""
        return self.folder / "moves.csv"

    @property
    def has_engine(self) -> bool:
        """Whether plain eventsourcing has the entries too."""
        return self.size <= ENGINE_UP_TO

    @property
    def has_sums(self) -> bool:
        """Whether the running sums of every budget are made, which takes longest of all."""
        return self.size <= SUMMED_UP_TO

    @property
    def has_journals(self) -> bool:
        """Whether there are journals in text."""
        return self.size <= JOURNALS_UP_TO

    def made(self) -> Iterator[Made]:
        """Yield the entries of the stage."""
        return workload(self.size, self.seed)

    def made_more(self, count: int) -> list[Made]:
        """Return entries that follow those of the stage."""
        return [*islice(workload(self.size, self.seed, count), self.size, None)]

    def set(self) -> None:
        """Give the entries to every system."""
        raw = Raw(self.raw)
        raw.fill(self._written())
        raw.close()
        if self.has_engine:
            self._fill_engine()
        if self.has_journals:
            journals.write(self.folder, self.size, self.made())
        with Ledger.create(self.ledger, organisation="Prov") as ledger:
            ledger.record_all(records.read(self.record_file))
            ready(ledger)

    def questions(self, count: int) -> list[Question]:
        """Return questions about lines, days and positions, always the same."""
        random = Random(self.seed)  # noqa: S311 - the same questions each time
        lines = [*lines_of(self.size)]
        asked: list[Question] = []
        for _ in range(count):
            line = random.choice(lines)
            on = adopted(line.year) + timedelta(days=random.randint(1, OPEN))
            asked.append(Question(line, on, random.randint(self.size // 2, self.size)))
        return asked

    def _written(self) -> Iterator[tuple[Made, bytes]]:
        """Yield the entries and their octets, which are written into the files on the way."""
        with (
            self.record_file.open("w", encoding="utf-8") as file,
            self.moves.open("w", encoding="utf-8") as moves,
        ):
            for made in self.made():
                state = state_of(made)
                file.write(f"{state}\n")
                moves.writelines(f"{','.join(map(str, row))}\n" for row in rows(made))
                yield made, state.encode()

    def _fill_engine(self) -> None:
        engine, accounts = Engine.at(self.engine), Accounts()
        for page in pages(self.made()):
            engine.save(event for made in page for event in accounts.events(made, state_of(made)))
        engine.close()


def ready(ledger: Ledger) -> int:
    """File all entries, and return how many the ledger knows."""
    return ledger.as_of().basis.position


def summed(ledger: Ledger) -> int:
    """Make the running sums of all budgets, and return how many balances there are today."""
    view = ledger.as_of()
    return sum(len(view.balances(year)) for year in YEARS)


def in_turns(
    stage: Stage, tasks: Iterable[str], rounds: int
) -> tuple[dict[str, float], dict[str, Apart]]:
    """Run tasks in turns, each in a process of its own; return the medians, and each last run."""
    last: dict[str, Apart] = {}

    def run(task: str) -> float:
        last[task] = apart(task, stage.folder, stage.size, stage.seed)
        return last[task].seconds

    found = turns({task: partial(run, task) for task in tasks}, rounds)
    return found, {task: attrs.evolve(last[task], seconds=found[task]) for task in last}


def state_of(made: Made) -> str:
    """Return an entry as a line of a record file, which is what every system keeps of it."""
    return json.dumps(write_entry(made.entry), ensure_ascii=False)


def pages(items: Iterable[T]) -> Iterator[list[T]]:
    """Yield items a thousand at a time."""
    rest = iter(items)
    while page := [*islice(rest, PAGE)]:
        yield page


def copied(path: Path, name: str) -> Path:
    """Copy a database file, which nobody has open, beside itself."""
    target = path.with_name(name)
    shutil.copyfile(path, target)
    return target
