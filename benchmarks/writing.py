"""How fast entries are recorded: one decision a commit, and a whole file in one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from functools import partial
from itertools import islice

import attrs

from benchmarks.peers.engine import Accounts, Engine
from benchmarks.peers.postgres import RawPostgres, database, settings
from benchmarks.peers.raw import Raw
from benchmarks.stage import Stage, copied, in_turns, state_of
from benchmarks.table import Row, Target, rate
from benchmarks.timing import Apart, seconds, turns
from benchmarks.workload import Made, workload
from styrledger.events.entry import Entry
from styrledger.ledger import Ledger
from styrledger.opened import view_path

APPEND = Target(0.50, 0.65)
APPEND_POSTGRES = Target(0.30, 0.42)
IMPORT = Target(1.0, 1.7)

OPERATION = "durable append, one decision a commit"


def appends(stage: Stage, count: int, rounds: int) -> list[Row]:
    """Append to copies of the stage's files, one entry a commit."""
    more = stage.made_more(count * rounds + 1)
    states = [state_of(made) for made in more]
    with ExitStack() as stack:
        copied(view_path(stage.ledger), "appended.views.db")
        ledger = stack.enter_context(Ledger.open(copied(stage.ledger, "appended.db")))
        raw = Raw(copied(stage.raw, "raw_appended.db"))
        stack.callback(raw.close)
        octets = [state.encode() for state in states]
        runs: dict[str, Callable[[], float]] = {
            "styrledger": _each(count, [partial(_record, ledger, one.entry) for one in more]),
            "raw SQLite": _each(
                count, [partial(raw.append, *pair) for pair in zip(more, octets, strict=True)]
            ),
        }
        if stage.has_engine:
            runs |= {
                f"eventsourcing {name}": run
                for name, run in _engine(stage, stack, count, more, states).items()
            }
        found = turns(runs, rounds)
    return _compared(OPERATION, stage.size, count, found, {"raw SQLite": APPEND})


def appends_to_postgres(server: str, size: int, count: int, rounds: int) -> list[Row]:
    """Append to new databases on a server, one entry a commit."""
    made = [*workload(size, more=count * rounds + 1)]
    more = made[size:]
    states = [state_of(one) for one in more]
    with ExitStack() as stack:
        raw = RawPostgres(stack.enter_context(database(server)))
        stack.callback(raw.close)
        engine = Engine(**settings(stack.enter_context(database(server))))
        stack.callback(engine.close)
        url = stack.enter_context(database(server))
        ledger = stack.enter_context(Ledger.create(url, organisation="Prov"))
        ledger.record_all(one.entry for one in made[:size])
        accounts = Accounts()
        events = [accounts.events(one, state) for one, state in zip(more, states, strict=True)]
        octets = [state.encode() for state in states]
        found = turns(
            {
                "styrledger": _each(count, [partial(_record, ledger, one.entry) for one in more]),
                "raw PostgreSQL": _each(
                    count, [partial(raw.append, *pair) for pair in zip(more, octets, strict=True)]
                ),
                "eventsourcing save": _each(count, [partial(engine.save, one) for one in events]),
            },
            rounds,
        )
    operation = f"{OPERATION}, on PostgreSQL"
    return _compared(operation, size, count, found, {"raw PostgreSQL": APPEND_POSTGRES})


def imports(stage: Stage, rounds: int) -> tuple[list[Row], Apart]:
    """Record a whole record file in one commit; and how much time and memory it took."""
    tasks = ["record_file", "record_file_and_ask"] + ["engine_save"] * stage.has_engine
    found, last = in_turns(stage, tasks, rounds)
    saved = found.get("engine_save")
    peer = (
        {} if saved is None else {"peer": "eventsourcing save", "theirs": rate(stage.size, saved)}
    )
    rows = [
        Row(
            operation,
            stage.size,
            rate(stage.size, found[task]),
            **peer,
            found=None if saved is None else saved / found[task],
            target=target,
        )
        for operation, task, target in (
            ("import of a JSON Lines file", "record_file", IMPORT),
            ("import, until it can be asked", "record_file_and_ask", None),
        )
    ]
    return rows, last["record_file"]


def _record(ledger: Ledger, entry: Entry) -> None:
    """Record an entry that is made on the spot, as programs do, with all its checks."""
    ledger.record(attrs.evolve(entry, event=attrs.evolve(entry.event)))


def _engine(
    stage: Stage, stack: ExitStack, count: int, more: Sequence[Made], states: Sequence[str]
) -> dict[str, Callable[[], float]]:
    runs: dict[str, Callable[[], float]] = {}
    for name in ("recorder", "save"):
        engine = Engine.at(copied(stage.engine, f"engine_{name}.db"))
        stack.callback(engine.close)
        accounts = Accounts("more ")
        events = [accounts.events(made, state) for made, state in zip(more, states, strict=True)]
        if name == "save":
            runs[name] = _each(count, [partial(engine.save, one) for one in events])
        else:
            kept = [engine.stored(one) for one in events]
            runs[name] = _each(count, [partial(engine.insert, one) for one in kept])
    return runs


def _each(count: int, steps: Sequence[Callable[[], object]]) -> Callable[[], float]:
    """Return what takes the next so many steps and tells the seconds.

    The first step of all is not counted: a program loads what it writes with when it first does.
    """
    rest = iter(steps)
    next(rest)()

    def run() -> float:
        page = [*islice(rest, count)]
        return seconds(lambda: [step() for step in page])

    return run


def _compared(
    operation: str, size: int, count: int, found: dict[str, float], targets: dict[str, Target]
) -> list[Row]:
    ours = found.pop("styrledger")
    return [
        Row(
            operation,
            size,
            rate(count, ours),
            peer,
            rate(count, theirs),
            theirs / ours,
            targets.get(peer),
        )
        for peer, theirs in found.items()
    ]
