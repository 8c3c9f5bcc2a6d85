"""Tasks that run in a process of their own, so that their memory is theirs alone.

``python -m benchmarks.tasks NAME FOLDER SIZE SEED`` prints seconds, peak memory and an answer.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any

import attrs

from benchmarks.stage import Stage, pages, ready, state_of, summed
from benchmarks.timing import peak_memory
from styrledger import stored
from styrledger.events.budgets import BudgetDistributed, BudgetRevised
from styrledger.exchange import records
from styrledger.ledger import Ledger
from styrledger.opened import view_path
from styrledger.tree import CompactRange, entry_bytes, leaves_of


@attrs.define
class Watch:
    """Measures the part of a task that counts."""

    seconds: float = 0.0

    def __call__(self, run: Callable[[], Any]) -> Any:
        """Run a part, and add what it took."""
        began = time.perf_counter()
        found = run()
        self.seconds += time.perf_counter() - began
        return found


def record_file(stage: Stage, watch: Watch) -> object:
    """Record the file in a new ledger: read, checked, decided and stored."""
    path = _none(stage.folder / "recorded.db")

    def run() -> int | None:
        with Ledger.create(path, organisation="Prov") as ledger:
            return ledger.record_all(records.read(stage.record_file)).last

    return watch(run)


def record_file_and_ask(stage: Stage, watch: Watch) -> object:
    """Record the file in a new ledger, and make all that it keeps for questions."""
    path = _none(stage.folder / "recorded.db")

    def run() -> int:
        with Ledger.create(path, organisation="Prov") as ledger:
            ledger.record_all(records.read(stage.record_file))
            return ready(ledger)

    return watch(run)


def engine_save(stage: Stage, watch: Watch) -> object:
    """Save domain events, which are at hand and are not checked, a thousand a commit."""
    from benchmarks.peers.engine import Accounts, Engine  # noqa: PLC0415 - no memory of others

    engine, accounts = Engine.at(_none(stage.folder / "saved.db")), Accounts()
    kept = 0
    for page in pages(stage.made()):
        events = [event for made in page for event in accounts.events(made, state_of(made))]
        watch(partial(engine.save, events))
        kept += len(page)
    engine.close()
    return kept


def rebuild(stage: Stage, watch: Watch) -> object:
    """Build all that is kept for questions again, from nothing."""
    _none(view_path(stage.ledger))

    def run() -> int:
        with Ledger.open(stage.ledger) as ledger:
            return ready(ledger)

    return watch(run)


def decode(stage: Stage, watch: Watch) -> object:
    """Read the log as whole typed events, and add up what the lines' budgets change by."""

    def run() -> int:
        ore = 0
        with Ledger.open(stage.ledger, read_only=True) as ledger:
            for row in ledger.rows():
                for recorded in stored.decode(row.name, row.state):
                    event = recorded.entry.event
                    if isinstance(event, BudgetRevised | BudgetDistributed):
                        ore += event.amount.ore
        return ore

    return watch(run)


def engine_events(stage: Stage, watch: Watch) -> object:
    """Read all domain events, and add up what the lines' budgets change by."""
    from benchmarks.peers.engine import Account, Engine  # noqa: PLC0415 - no memory of others

    def run() -> int:
        engine, ore = Engine.at(stage.engine), 0
        for event in engine.events():
            if isinstance(event, Account.Event):
                ore += getattr(event, "ore", 0)
        engine.close()
        return ore

    return watch(run)


def sum_up(stage: Stage, watch: Watch) -> object:
    """Make the running sums of every budget, which else are made when they are asked for."""
    with Ledger.open(stage.ledger) as ledger:
        ready(ledger)
        return watch(partial(summed, ledger))


def check_summed(stage: Stage, watch: Watch) -> object:
    """Check the whole ledger, with its views and with the running sums of every budget."""
    with Ledger.open(stage.ledger) as ledger:
        summed(ledger)
        return watch(ledger.verify).ok


def check_all(stage: Stage, watch: Watch) -> object:
    """Check the whole ledger, with its views as a rebuild leaves them."""
    _none(view_path(stage.ledger))
    with Ledger.open(stage.ledger) as ledger:
        ready(ledger)
        return watch(ledger.verify).ok


def hash_all(stage: Stage, watch: Watch) -> object:
    """Hash each entry and each node: what no tree can do without."""
    rows = _rows(stage)
    entries = [entry_bytes(row.stream, row.version, row.name, row.state) for row in rows]

    def run() -> str:
        edge: list[bytes] = []
        for size, entry in enumerate(entries):
            leaf, at = sha256(b"\x00" + entry).digest(), size
            while at & 1:
                leaf, at = sha256(b"\x01" + edge.pop() + leaf).digest(), at >> 1
            edge.append(leaf)
        root = edge.pop()
        while edge:
            root = sha256(b"\x01" + edge.pop() + root).digest()
        return root.hex()

    return watch(run)


def grow_tree(stage: Stage, watch: Watch) -> object:
    """Make the tree over all entries, as the ledger does."""
    rows = _rows(stage)

    def run() -> str:
        edge = CompactRange()
        edge.grow(leaves_of(rows))
        return edge.root().hex()

    return watch(run)


def prove(stage: Stage, watch: Watch) -> object:
    """Prove entries one by one, from the tree that is kept; the time is of all."""
    count = 100
    with Ledger.open(stage.ledger) as ledger:
        ledger.prove([1])
        for place in range(count):
            watch(partial(ledger.prove, [1 + place * stage.size // count]))
    return count


TASKS: dict[str, Callable[[Stage, Watch], object]] = {
    task.__name__: task
    for task in (
        record_file,
        record_file_and_ask,
        engine_save,
        rebuild,
        decode,
        engine_events,
        sum_up,
        check_all,
        check_summed,
        hash_all,
        grow_tree,
        prove,
    )
}


def _rows(stage: Stage) -> list[Any]:
    with Ledger.open(stage.ledger, read_only=True) as ledger:
        return [*ledger.rows()]


def _none(path: Path) -> Path:
    """Make sure that there is no database at a path."""
    for suffix in ("", "-wal", "-shm"):
        Path(f"{path}{suffix}").unlink(missing_ok=True)
    if not path.stem.endswith(".views"):
        _none(view_path(path))
    return path


def main(name: str, folder: str, size: str, seed: str) -> None:
    """Run a task, and print what it took and found."""
    watch = Watch()
    answer = TASKS[name](Stage(Path(folder), int(size), int(seed)), watch)
    told = {"seconds": watch.seconds, "peak": peak_memory(), "answer": answer}
    sys.stdout.write(json.dumps(told))


if __name__ == "__main__":
    main(*sys.argv[1:])
