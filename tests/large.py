"""Two hundred random questions at a hundred thousand entries: both stores, and the plain fold.

``python -m tests.large [--entries N] [--questions N] [--seed N]``

The same entries are recorded in a file and moved to a PostgreSQL server of the command's own.
Each question is a budget on a random day, as known at one of a few random positions, whole and
as a kept balance; every answer must be that of the fold over the log in memory.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import attrs

from benchmarks.workload import OPEN, Line, adopted, entries, lines_of
from styrledger.basis import Basis
from styrledger.exchange.copies import restore, write
from styrledger.ledger import Ledger
from styrledger.reference import Reference
from styrledger.store import read_place
from styrledger.view import View

from .postgres import Cluster

POSITIONS = 10
"""At how many positions questions are asked: the plain fold reads the whole log for each."""


@attrs.frozen
class Question:
    """A line and its budget, on a day, as known after a position."""

    line: Line
    basis: Basis


def main() -> None:
    """Ask, and tell whether all answers are the same."""
    parser = argparse.ArgumentParser(prog="python -m tests.large", description=__doc__)
    parser.add_argument("--entries", type=int, default=100_000)
    parser.add_argument("--questions", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    server = Cluster()
    try:
        with TemporaryDirectory() as folder:
            wrong = compared(Path(folder), server.url("large"), options)
    finally:
        server.stop()
    sys.stdout.write(f"{options.questions} questions, {wrong} answered otherwise\n")
    sys.exit(1 if wrong else 0)


def compared(folder: Path, url: str, options: argparse.Namespace) -> int:
    """Return how many questions were not answered alike."""
    path, copy = folder / "large.db", folder / "large.copy"
    with Ledger.create(path, organisation="Prov") as ledger:
        ledger.record_all(entries(options.entries, options.seed))
        with copy.open("wb") as file:
            write(ledger.identity, ledger.rows(), (), file, lambda _: None)
    with copy.open("rb") as file:
        restore(file, copy.name, read_place(url), lambda _: None)
    with Ledger.open(path) as here, Ledger.open(url) as there:
        roots = {ledger.as_of().basis.root for ledger in (here, there)}
        plain = Reference(here.history())
        asked = [*questions(options, here.head())]
        return (len(roots) - 1) + sum(not alike(one, here, there, plain) for one in asked)


def questions(options: argparse.Namespace, head: int) -> Iterator[Question]:
    """Yield random questions, always the same of one seed."""
    random = Random(options.seed)  # noqa: S311 - the same questions each time
    lines = [*lines_of(options.entries)]
    known = [random.randint(head // 4, head) for _ in range(POSITIONS)]
    for number in range(options.questions):
        line = random.choice(lines)
        day = adopted(line.year) + timedelta(days=random.randint(1, OPEN))
        yield Question(line, Basis(day, known[number % POSITIONS], None))


def alike(asked: Question, here: Ledger, there: Ledger, plain: Reference) -> bool:
    """Tell whether both stores answer as the plain fold does, whole and by their sums."""
    line, basis = asked.line, asked.basis
    expected = View(plain, basis).budget(line.unit, line.year)
    found = expected.line(line.line)
    told = None if found is None else found.amount
    for ledger in (here, there):
        view = ledger.as_of(basis.on, known=basis.position)
        if view.budget(line.unit, line.year) != expected:
            return False
        balances = (view.balance(line.unit, line.year, line=name) for name in (None, line.line))
        if [*balances] != [expected.amount, told]:
            return False
    return True


if __name__ == "__main__":
    main()
