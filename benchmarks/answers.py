"""The questions that are timed, as they are asked of a ledger through its public names."""

from __future__ import annotations

from datetime import date

from benchmarks.stage import Question
from styrledger.ledger import Ledger


def one(ledger: Ledger, asked: Question) -> int:
    """Return what a line amounted to on a day, as known after a position, in öre."""
    view = ledger.as_of(asked.on, known=asked.known)
    found = view.balance(asked.line.unit, asked.line.year, line=asked.line.line)
    return 0 if found is None else found.ore


def every(ledger: Ledger, year: int, on: date, known: int) -> dict[tuple[str, str], int]:
    """Return what every line of a year amounted to on a day, as known after a position."""
    found = ledger.as_of(on, known=known).balances(year)
    return {(unit, line): amount.ore for (unit, line), amount in found.items() if line is not None}
