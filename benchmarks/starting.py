"""What a command and a program wait for before anything is asked: imports, and cold files."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from functools import partial

from benchmarks import answers
from benchmarks.peers import raw
from benchmarks.peers.journals import JOURNALS
from benchmarks.reading import MIDDLE
from benchmarks.stage import Stage
from benchmarks.table import Row, Target, took
from benchmarks.timing import NotTheSame, output, seconds, turns
from benchmarks.workload import LATE_BY, adopted
from styrledger.ledger import Ledger

COLD = {"ledger": Target(4, 6), "hledger": Target(20, 30), "beancount": Target(50, 75)}
IMPORT = Target(0.65, 0.5, at_least=False)

FEWEST = 3
"""Short runs are made at least so many times."""

SCRIPT = """
import sqlite3, sys
path, sql, *asked = sys.argv[1:]
for row in sqlite3.connect(path).execute(sql, [*map(int, asked)]):
    print(*row)
"""

COMMAND = "from styrledger.cli import main; main()"
"""What the installed script does."""

LIBRARIES = "import attrs, cattrs, sqlite_utils, eventsourcing.application, eventsourcing.sqlite"

FIRST_ANSWER = """
from styrledger import BudgetAdopted, Entry, Ledger
with Ledger.open({path!r}, read_only=True) as ledger:
    ledger.as_of({on!r}).budget({unit!r}, {year})
"""


def cold_commands(stage: Stage, rounds: int) -> list[Row]:
    """Run the command that tells the budgets of a year on a day, and its peers' commands."""
    on = adopted(MIDDLE) + timedelta(days=LATE_BY)
    command = [sys.executable, "-c", COMMAND, "--ledger", str(stage.ledger), "budget"]
    script = [sys.executable, "-c", SCRIPT, str(stage.raw), raw.ALL, str(MIDDLE)]
    runs: dict[str, Callable[[], float]] = {
        "styrledger": _timed([*command, "--year", str(MIDDLE), "--on", on.isoformat()]),
        "a script with sqlite3": _timed([*script, str(on.toordinal()), str(stage.size)]),
    }
    with Ledger.open(stage.ledger, read_only=True) as ledger:
        total = sum(answers.every(ledger, MIDDLE, on, stage.size).values())
    for journal in JOURNALS:
        if journal.is_installed():
            ask = partial(journal.ask, stage.folder, MIDDLE, on)
            if sum(ask().values()) != total:
                raise NotTheSame(journal.name)
            runs[journal.name] = partial(seconds, ask)
    found = _warm(runs, rounds)
    ours = found.pop("styrledger")
    return [
        Row(
            "cold command, the budgets of a year on a day",
            stage.size,
            took(ours),
            peer,
            took(theirs),
            theirs / ours,
            COLD.get(peer),
        )
        for peer, theirs in found.items()
    ]


def imports(stage: Stage, rounds: int) -> list[Row]:
    """Import the package, and the libraries that it stands on."""
    unit = stage.questions(1)[0].line.unit
    first = FIRST_ANSWER.format(
        path=str(stage.ledger), on=date(MIDDLE, 12, 31).isoformat(), unit=unit, year=MIDDLE
    )
    runs = {
        "libraries": LIBRARIES,
        "import": "import styrledger",
        "names": "from styrledger import BudgetAdopted, Entry, Ledger",
        "answer": first,
    }
    found = _warm({name: partial(_inside, code) for name, code in runs.items()}, rounds)
    return [
        Row(
            operation,
            stage.size if name == "answer" else 0,
            took(found[name]),
            "the libraries it stands on",
            took(found["libraries"]),
            found[name] / found["libraries"],
            target,
        )
        for operation, name, target in (
            ("import of the package", "import", IMPORT),
            ("import of what a program uses", "names", IMPORT),
            ("import, open and the first answer", "answer", None),
        )
    ]


def _warm(runs: Mapping[str, Callable[[], float]], rounds: int) -> dict[str, float]:
    """Let contestants run in turns, after a first run that is not counted.

    Programs are compiled by then, and a ledger has summed up the year that is asked about.
    """
    for run in runs.values():
        run()
    return turns(runs, max(rounds, FEWEST))


def _timed(command: list[str]) -> Callable[[], float]:
    return partial(seconds, partial(output, command))


def _inside(code: str) -> float:
    """Return how long code takes inside a new interpreter, which is running by then."""
    clock = f"import time\nbegan = time.perf_counter()\n{code}\nprint(time.perf_counter() - began)"
    return float(output([sys.executable, "-c", clock]))
