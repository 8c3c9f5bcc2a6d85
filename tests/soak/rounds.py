"""One round: random operations on one ledger, each held to the model."""

from __future__ import annotations

import sqlite3
import sys
import time
from contextlib import closing, suppress
from multiprocessing.context import ForkServerContext
from multiprocessing.process import BaseProcess
from pathlib import Path
from random import Random

import attrs

from styrledger.codec import read_entry
from styrledger.errors import CommitUnknown, LedgerBusy, ServerUnreachable
from styrledger.exchange import copies
from styrledger.ledger import Ledger
from styrledger.store import read_place
from styrledger.verifying.anchors import Held
from tests.ledgers import view_of
from tests.postgres import Cluster

from .model import DAYS, OPENING, UNITS, YEARS, Maker, Model, Record

PAGE = 4096

STORES = ("sqlite", "postgresql")

STEPS = 40
"""How many operations a round has."""

LOST = (CommitUnknown, LedgerBusy, ServerUnreachable)


def record(place: str, batch: list[Record]) -> list[int]:
    """Record a batch until it is acknowledged; return its positions."""
    while True:
        with suppress(*LOST), Ledger.open(place) as ledger:
            return [one.position for one in ledger.record(*map(read_entry, batch))]
        time.sleep(0.05)


def record_or_be_killed(place: str, batch: list[Record]) -> None:
    """Record a batch in a process of its own, unless something is lost."""
    with suppress(*LOST), Ledger.open(place) as ledger:
        ledger.record(*map(read_entry, batch))


@attrs.define
class Round:
    """One ledger, its model, and what may be done to them."""

    random: Random
    name: str
    store: str
    folder: Path
    cluster: Cluster
    processes: ForkServerContext
    model: Model = attrs.field(factory=Model)
    held: list[Held] = attrs.field(factory=list[Held])
    moves: int = 0
    place: str = attrs.field(init=False)
    ledger: Ledger = attrs.field(init=False)
    maker: Maker = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        """Make the ledger."""
        self.maker = Maker(self.random)
        self.place = self.new_place(self.store)
        self.ledger = Ledger.create(self.place, organisation="Prov")
        self.ledger.record(*map(read_entry, OPENING))

    # -- operations

    def record(self) -> None:
        """Record a batch here, in the ledger that stays open."""
        (batch,) = self.maker.batches(self.model, 1)
        done = self.ledger.record(*map(read_entry, batch))
        self.model.add([one.position for one in done], batch)

    def record_at_once(self) -> None:
        """Record from several processes, kill some, perhaps the server; then make sure of all."""
        batches = self.maker.batches(self.model, self.random.randint(2, 4))
        started = [self._start(batch) for batch in batches]
        kills = [one for one in started if self.random.random() < 0.4]
        kills_server = self._is_on_server() and self.random.random() < 0.3
        for one in kills:
            time.sleep(self.random.uniform(0, 0.04))
            one.kill()
        if kills_server:
            time.sleep(self.random.uniform(0, 0.03))
            self.cluster.kill()
            self.cluster.start()
        for one in started:
            one.join()
            assert one.exitcode == 0 or one in kills, f"a process ended with {one.exitcode}"
        for batch in batches:
            self.model.add(record(self.place, batch), batch)

    def _start(self, batch: list[Record]) -> BaseProcess:
        made = self.processes.Process(target=record_or_be_killed, args=(self.place, batch))
        made.start()
        return made

    def record_again(self) -> None:
        """Record again what is there: nothing is new."""
        if self.model.log:
            position = self.random.choice(sorted(self.model.log))
            (again,) = self.ledger.record(read_entry(self.model.log[position]))
            assert again.position == position
            assert self.ledger.head() == self.model.head

    def ask(self) -> None:
        """Ask on random days, as known at random positions."""
        for _ in range(4):
            on, known = self.random.choice(DAYS), self.random.randint(0, self.model.head)
            year = self.random.choice(YEARS)
            view = self.ledger.as_of(on, known=known)
            summed = view.balances(year)
            for unit in UNITS[: max(known, 0)]:
                right = self.model.balance(unit, year, on, known)
                amounts = {
                    "balance": view.balance(unit, year),
                    "balances": summed.get((unit, None)),
                    "budget": view.budget(unit, year).amount,
                }
                for name, amount in amounts.items():
                    found = 0 if amount is None else amount.ore
                    told = f"{name} of {unit} {year} on {on}, known #{known}"
                    assert found == right, f"{told}: {found}, by the model {right}"

    def ask_the_reference(self) -> None:
        """Compare whole answers with the plain fold over the log."""
        log = [*self.ledger.history()]
        assert [one.entry.key for one in log[len(OPENING) :]] == [
            self.model.log[position]["key"] for position in sorted(self.model.log)
        ]
        known, year = self.random.randint(len(OPENING), self.model.head), self.random.choice(YEARS)
        view = self.ledger.as_of(self.random.choice(DAYS), known=known)
        plain = view_of(log, view.basis.on, known)
        assert view.budgets(year) == plain.budgets(year)
        assert view.balances(year) == plain.balances(year)

    def check(self) -> None:
        """Issue a checkpoint and hold the ledger to it and to all before."""
        self.held.append(Held(f"round, #{self.model.head}", self.ledger.checkpoint()))
        assert self.ledger.verify(self.held).faults == ()

    def reopen(self) -> None:
        """Close the ledger and open it again."""
        self.ledger.close()
        self.ledger = Ledger.open(self.place)

    def kill_the_server(self) -> None:
        """Kill the server and start it, while the ledger is open."""
        if self._is_on_server():
            self.cluster.kill()
            self.cluster.start()

    def damage_views(self) -> None:
        """Overwrite some of the view file, or remove it, while it is open."""
        self.ledger.as_of()
        views = self.ledger.view_path
        if views is None or not views.exists():
            return
        if self.random.random() < 0.5:
            for suffix in ("", "-wal", "-shm"):
                Path(f"{views}{suffix}").unlink(missing_ok=True)
            return
        # Where it is damaged already, and no question has met that yet, it stays as it is.
        with closing(sqlite3.connect(views)) as file, suppress(sqlite3.DatabaseError):
            file.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        # Whole pages, among them such as every question reads: no less is sure to be noticed.
        start, end = (0, PAGE) if self.random.random() < 0.5 else (PAGE, views.stat().st_size)
        with views.open("r+b") as damaged:
            damaged.seek(start + 100)
            damaged.write(b"\xa5" * (end - start - 100))
        # A page that is read already may go on being used; but whoever opens the file notices.
        self.ask()
        self.reopen()
        self.ask_the_reference()

    def move(self) -> None:
        """Export the ledger, restore it at a new place on either store, and go on there."""
        copy = self.folder / "copy"
        root = self.ledger.as_of().basis.root
        with copy.open("wb") as file:
            source = self.ledger
            copies.write(source.identity, source.rows(), source.issued(), file, lambda _: None)
        self.ledger.close()
        self.moves += 1
        self.place = self.new_place(self.random.choice(STORES))
        with copy.open("rb") as file:
            copies.restore(file, "copy", read_place(self.place), lambda _: None)
        self.ledger = Ledger.open(self.place)
        assert self.ledger.as_of().basis.root == root

    def new_place(self, store: str) -> str:
        """Return a free place on a store."""
        name = f"{self.name}_{self.moves}"
        return str(self.folder / f"{name}.db") if store == "sqlite" else self.cluster.url(name)

    def _is_on_server(self) -> bool:
        return self.place.startswith("postgresql")

    # -- the round

    def run(self) -> None:
        """Do operations one after the other, and check all at the end."""
        operations = {
            self.record: 10,
            self.record_at_once: 6,
            self.record_again: 2,
            self.ask: 10,
            self.ask_the_reference: 2,
            self.check: 2,
            self.reopen: 2,
            self.kill_the_server: 1,
            self.damage_views: 1,
            self.move: 1,
        }
        chosen = self.random.choices([*operations], [*operations.values()], k=STEPS)
        for number, operation in enumerate(chosen, 1):
            try:
                operation()
            except BaseException:
                done = " ".join(one.__name__ for one in chosen[:number])
                sys.stdout.write(f"failed at step {number}: {done}\n")
                raise
        self.ask()
        self.ask_the_reference()
        self.check()
