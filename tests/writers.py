"""Processes that record and read at the same time; each tells what it was told, line by line.

Run as ``python -m tests.writers``: one process loads all, and splits off the others.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import attrs

from styrledger.codec import read_entry
from styrledger.errors import CommitUnknown, LedgerBusy, ServerUnreachable
from styrledger.events.entry import Entry
from styrledger.ledger import Ledger

OPENING = 3
"""How many entries there are before the first that is recorded here: the units."""

PAUSE = 0.02


@attrs.frozen
class Told:
    """What one process was told: the positions of a batch, or a figure that cannot be."""

    worker: int
    batch: int
    positions: Sequence[int]
    wrong: str = ""


def entries(worker: int, batch: int, size: int) -> list[Entry]:
    """Return a batch that moves as much from SN to KS: a half of it would change their sum."""
    amounts = [("KS", "1 kr")] * (size - 1) + [("SN", f"-{size - 1} kr")]
    made = [
        {
            "type": "budget.revised",
            "unit": unit,
            "year": 2020,
            "amount": amount,
            "effective": "2020-01-01",
            "key": key_of(worker, batch, number),
        }
        for number, (unit, amount) in enumerate(amounts)
    ]
    return [*map(read_entry, made)]


def key_of(worker: int, batch: int, number: int) -> str:
    """Return the key of an entry in a batch."""
    return f"{worker}/{batch}/{number}"


def write(place: str, worker: int, batches: int, size: int) -> None:
    """Record batches, each until it is acknowledged, in a ledger that stays open."""
    with _opened(place) as ledger:
        for batch in range(batches):
            while True:
                with suppress(CommitUnknown, LedgerBusy, ServerUnreachable):
                    done = ledger.record(*entries(worker, batch, size))
                    break
                time.sleep(PAUSE)
            _tell(Told(worker, batch, [one.position for one in done]))


def _opened(place: str) -> Ledger:
    """Open a ledger, whose server may be away just then."""
    while True:
        with suppress(ServerUnreachable):
            return Ledger.open(place)
        time.sleep(PAUSE)


def read(place: str, reader: int, count: int, size: int) -> None:
    """Ask until so many entries are known; every other reader opens the ledger for each time."""
    known = 0
    while known < count:
        with suppress(ServerUnreachable), Ledger.open(place, read_only=True) as ledger:
            while known < count:
                view = ledger.as_of("2020-12-31")
                before, known = known, view.basis.position
                total = sum(amount.ore for amount in view.balances(2020).values())
                listed = sum(1 for _ in ledger.history(known=known))
                folded = sum(one.amount.ore for one in view.budgets(2020) if one.amount is not None)
                if known < before or listed != known or (known - OPENING) % size or total or folded:
                    wrong = f"{before} {known} {listed} {total} {folded}"
                    _tell(Told(reader, -1, [], wrong))
                if reader % 2:
                    break
        time.sleep(PAUSE)


def _tell(told: Told) -> None:
    # One write, so that the lines of several processes do not mix.
    os.write(1, json.dumps(attrs.asdict(told)).encode() + b"\n")


class Writers:
    """So many processes that record batches of so many entries, and some that read meanwhile."""

    def __init__(
        self, place: str, *, workers: int, batches: int, size: int, readers: int = 0
    ) -> None:
        """Start them."""
        self.count = OPENING + workers * batches * size
        self.size = size
        self.told: list[Told] = []
        settings = json.dumps([place, workers, batches, size, readers])
        self._process = subprocess.Popen(  # noqa: S603 - the interpreter that runs the tests
            [sys.executable, "-m", "tests.writers", settings],
            cwd=Path(__file__).parents[1],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def until(self, told: int) -> None:
        """Wait until so many batches were acknowledged in all."""
        while len(self.told) < told and self._next():
            pass

    def end(self) -> None:
        """Wait until all is acknowledged, and hold that nobody failed or saw what cannot be."""
        while self._next():
            pass
        with self._process as process:
            assert process.stderr is not None
            errors = process.stderr.read()
        assert (process.returncode, errors) == (0, "")
        assert [one.wrong for one in self.told if one.wrong] == []

    def _next(self) -> bool:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if line:
            self.told.append(Told(**json.loads(line)))
        return bool(line)


def hold_all_recorded_once(place: str, writers: Writers) -> None:
    """Hold that all is there that was acknowledged, where it was said to be, and nothing else."""
    with Ledger.open(place, read_only=True) as ledger:
        log = [*ledger.history()]
        rows = [*ledger.rows()]
        assert ledger.verify().faults == ()
    assert [one.position for one in log] == [*range(1, writers.count + 1)]
    assert [one.recorded_at for one in log] == sorted(one.recorded_at for one in log)
    keys = {one.position: one.entry.key for one in log}
    told = {
        position: key_of(one.worker, one.batch, number)
        for one in writers.told
        for number, position in enumerate(one.positions)
    }
    assert told == {position: key for position, key in keys.items() if position > OPENING}
    for one in writers.told:
        assert [*one.positions] == [*range(one.positions[0], one.positions[0] + writers.size)]
    versions = Counter[str]()
    for row in rows:
        versions[row.stream] += 1
        assert row.version == versions[row.stream]


def _children(settings: list[Any]) -> Iterator[int]:
    place, workers, batches, size, readers = settings
    count = OPENING + workers * batches * size
    jobs: list[tuple[Callable[[str, int, int, int], None], int, int]]
    jobs = [(write, worker, batches) for worker in range(workers)]
    jobs += [(read, reader, count) for reader in range(readers)]
    for job, number, many in jobs:
        child = os.fork()
        if not child:
            job(place, number, many, size)
            sys.stdout.flush()
            os._exit(0)
        yield child


def main() -> None:
    """Split off all processes and wait for them."""
    children = [*_children(json.loads(sys.argv[1]))]
    codes = [os.waitpid(child, 0)[1] for child in children]
    sys.exit(max(codes) > 0)


if __name__ == "__main__":
    main()
