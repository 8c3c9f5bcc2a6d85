"""How fast a ledger answers: one line, all lines, the views built anew, the log checked."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from datetime import date, timedelta
from functools import partial

from benchmarks import answers
from benchmarks.peers import duck
from benchmarks.peers.engine import Engine
from benchmarks.peers.raw import Raw
from benchmarks.stage import Question, Stage, in_turns
from benchmarks.table import Row, Target, number, rate, took
from benchmarks.timing import Apart, NotTheSame, seconds, turns
from benchmarks.workload import LATE_BY, YEARS, adopted
from styrledger.ledger import Ledger

ONE = Target(4, 2.5, at_least=False)
ONE_ENGINE = Target(50, 80)
ALL = Target(0.40, 0.32, at_least=False)
ALL_OF_MANY = Target(0.18, 0.14, at_least=False)
IN_MEMORY = Target(3.5, 4)
WITH_TABLES = Target(1.5, 1.5)
TREE = Target(0.6, 0.8)
VERIFY = Target(100_000, 100_000, unit="/s")
VERIFY_BESIDE = Target(0.15, 0.15)
"""The same on any machine: the bare loop took 660 000 a second where that target was set."""
PROOF = Target(1, 1, at_least=False, unit="ms")

MANY = 10_000_000
HASHLIB = "a bare hashlib loop"
MIDDLE = YEARS[len(YEARS) // 2]

Answers = Callable[[Question], int]


def one_line(stage: Stage, rounds: int) -> tuple[list[Row], float]:
    """Ask for one line on a day as known then; and how many seconds a question took."""
    with ExitStack() as stack:
        asking = _asking_one(stage, stack)
        questions = stage.questions(200)
        _same({name: [ask(q) for q in questions[:few]] for name, (few, ask) in asking.items()})
        found = turns(
            {
                name: partial(_a_question, ask, questions[:few])
                for name, (few, ask) in asking.items()
            },
            rounds,
        )
    ours = found.pop("styrledger")
    rows = [
        Row(
            "one line, on a day, as known then",
            stage.size,
            took(ours),
            peer,
            took(theirs),
            theirs / ours if peer == "eventsourcing get(version)" else ours / theirs,
            {"raw SQLite": ONE, "eventsourcing get(version)": ONE_ENGINE}.get(peer),
        )
        for peer, theirs in found.items()
    ]
    return rows, ours


def _asking_one(stage: Stage, stack: ExitStack) -> dict[str, tuple[int, Answers]]:
    """Return who is asked, how many questions, and how."""
    ledger = stack.enter_context(Ledger.open(stage.ledger, read_only=True))
    raw = Raw(stage.raw)
    stack.callback(raw.close)
    asking: dict[str, tuple[int, Answers]] = {
        "styrledger": (200, partial(answers.one, ledger)),
        "raw SQLite": (200, lambda q: raw.one(q.line, q.on, q.known)),
    }
    if duck.is_installed():
        table = duck.Duck(stage.moves)
        stack.callback(table.close)
        asking["DuckDB"] = (20, lambda q: table.one(q.line, q.on, q.known))
    if stage.has_engine:
        engine = Engine.at(stage.engine)
        stack.callback(engine.close)
        versions = {q: raw.count(q.line, q.known) + 1 for q in stage.questions(20)}
        asking["eventsourcing get(version)"] = (20, lambda q: engine.one(q.line, q.on, versions[q]))
    return asking


def all_lines(stage: Stage, rounds: int) -> list[Row]:
    """Ask for all lines of a year on a day as known then."""
    year, on, known = MIDDLE, adopted(MIDDLE) + timedelta(days=LATE_BY), stage.size * 3 // 4
    with ExitStack() as stack:
        ledger = stack.enter_context(Ledger.open(stage.ledger, read_only=True))
        raw = Raw(stage.raw)
        stack.callback(raw.close)
        asking: dict[str, Callable[[int, date, int], dict[tuple[str, str], int]]] = {
            "styrledger": partial(answers.every, ledger),
            "raw SQLite": raw.all,
        }
        if duck.is_installed():
            table = duck.Duck(stage.moves)
            stack.callback(table.close)
            asking["DuckDB"] = table.all
        _same({name: [ask(year, on, known)] for name, ask in asking.items()})
        found = turns(
            {name: partial(seconds, partial(ask, year, on, known)) for name, ask in asking.items()},
            rounds,
        )
    ours = found.pop("styrledger")
    target = ALL if stage.size < MANY else ALL_OF_MANY
    return [
        Row(
            "all lines of a year, on a day, as known then",
            stage.size,
            took(ours),
            peer,
            took(theirs),
            ours / theirs,
            target if peer == "raw SQLite" else None,
        )
        for peer, theirs in found.items()
    ]


def rebuilds(stage: Stage, rounds: int) -> tuple[list[Row], Apart]:
    """Read all entries as whole typed events, and build all views; and what that took."""
    tasks = ["decode", "rebuild"] + ["engine_events"] * stage.has_engine
    found, last = in_turns(stage, tasks, rounds)
    theirs = found.get("engine_events")
    rows = [
        Row(
            operation,
            stage.size,
            rate(stage.size, found[task]),
            "" if theirs is None else "eventsourcing domain events",
            "" if theirs is None else rate(stage.size, theirs),
            None if theirs is None else theirs / found[task],
            target,
        )
        for operation, task, target in (
            ("all entries as typed events, in memory", "decode", IN_MEMORY),
            ("all views built anew, with their tables", "rebuild", WITH_TABLES),
        )
    ]
    return rows, last["rebuild"]


def checks(stage: Stage, rounds: int) -> tuple[list[Row], Apart]:
    """Make the tree, check the whole ledger, prove an entry; and what the whole check took."""
    summing = ["sum_up", "check_summed"] if stage.has_sums else []
    found, last = in_turns(stage, ["grow_tree", "hash_all", "check_all", "prove", *summing], rounds)
    if last["grow_tree"].answer != last["hash_all"].answer or last["check_all"].answer is not True:
        raise NotTheSame(HASHLIB)
    per_second = stage.size / found["check_all"]
    each = 1000 * found["prove"] / last["prove"].answer
    rows = [
        Row(
            "the tree over the log",
            stage.size,
            rate(stage.size, found["grow_tree"]),
            HASHLIB,
            rate(stage.size, found["hash_all"]),
            found["hash_all"] / found["grow_tree"],
            TREE,
        ),
        Row(
            "verify, with the views",
            stage.size,
            f"{number(per_second)}/s",
            found=per_second,
            target=VERIFY,
        ),
        Row(
            "verify, with the views",
            stage.size,
            f"{number(per_second)}/s",
            HASHLIB,
            rate(stage.size, found["hash_all"]),
            found["hash_all"] / found["check_all"],
            VERIFY_BESIDE,
        ),
        *(
            Row(operation, stage.size, rate(stage.size, found[task]))
            for operation, task in (
                ("running sums of every budget", "sum_up"),
                ("verify, with the running sums of every budget", "check_summed"),
            )
            if task in found
        ),
        Row(
            "a proof of an entry, made and verified",
            stage.size,
            f"{number(each)} ms",
            found=each,
            target=PROOF,
        ),
    ]
    return rows, last["check_all"]


def _a_question(ask: Answers, questions: Sequence[Question]) -> float:
    return seconds(lambda: [ask(asked) for asked in questions]) / len(questions)


def _same(told: Mapping[str, Sequence[object]]) -> None:
    """Stop where a peer tells something else: it would not be measured doing the same."""
    ours = told["styrledger"]
    for name, theirs in told.items():
        if [*theirs] != [*ours[: len(theirs)]]:
            raise NotTheSame(name)
