"""ledger, hledger and beancount, where they are installed: the same entries as a journal in text.

They have one clock: what they tell is as known now.
"""

from __future__ import annotations

import importlib.util
import re
import shutil
import sys
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from pathlib import Path
from typing import TextIO

import attrs

from benchmarks.timing import output
from benchmarks.workload import BEGIN, Line, Made, lines_of

BEANCOUNT = """
import sys
from datetime import date
from beancount import loader
entries, errors, _ = loader.load_file(sys.argv[1])
year, on = sys.argv[2], date.fromisoformat(sys.argv[3])
balances = {}
for entry in entries:
    for posting in getattr(entry, "postings", ()):
        if posting.account.startswith(f"Expenses:Y{year}:") and entry.date <= on:
            found = balances.get(posting.account, 0)
            balances[posting.account] = found + posting.units.number
for account in sorted(balances):
    print(f"{account}  {balances[account]} SEK")
"""


@attrs.frozen
class Journal:
    """A program that reads a journal, and how it is asked for the lines of a year on a day."""

    name: str
    suffix: str
    account: Callable[[Line], str]
    command: Callable[[Path, int, date], list[str]]
    is_installed: Callable[[], bool]

    def file(self, folder: Path) -> Path:
        """Return where the journal lies in a folder."""
        return folder / f"journal.{self.suffix}"

    def ask(self, folder: Path, year: int, on: date) -> dict[str, int]:
        """Run the program and return what it tells of each account, in öre."""
        # beancount would answer from what it kept of the last time.
        command = self.command(self.file(folder), year, on)
        told = output(command, BEANCOUNT_DISABLE_LOAD_CACHE="1")
        return {name: ore for line in told.splitlines() for name, ore in _balance(line)}


def write(folder: Path, size: int, entries: Iterable[Made]) -> None:
    """Write the journals of entries into a folder, one for each form."""
    with (
        (folder / "journal.ledger").open("w", encoding="utf-8") as plain,
        (folder / "journal.beancount").open("w", encoding="utf-8") as bean,
    ):
        bean.write(f"{BEGIN} open Equity:Council SEK\n")
        for line in lines_of(size):
            bean.write(f"{BEGIN} open {_bean(line)} SEK\n")
        for made in entries:
            for move in made.moves:
                _post(plain, f"{move.effective} ", made.position, _plain(move.line), move.ore)
                _post(bean, f"{move.effective} * ", made.position, _bean(move.line), move.ore)


def _post(file: TextIO, head: str, position: int, account: str, ore: int) -> None:
    said = f'"decision {position}"' if "*" in head else f"decision {position}"
    kronor = ore // 100
    file.write(f"{head}{said}\n    {account}  {kronor} SEK\n")
    file.write(f"    Equity:Council  {-kronor} SEK\n\n")


def _plain(line: Line) -> str:
    return f"Expenses:Y{line.year}:{line.unit}:{line.line}"


def _bean(line: Line) -> str:
    return _plain(line).replace(" ", "-")


def _balance(line: str) -> Iterable[tuple[str, int]]:
    """Yield the account and balance of a printed line, in either order."""
    amount = re.search(r"(-?\d+) SEK", line)
    account = re.search(r"Expenses:Y\d+:\S+:Verksamhet[ -]\d+", line)
    if amount and account:
        yield account[0], int(amount[1]) * 100


def _bal(program: str) -> Callable[[Path, int, date], list[str]]:
    def command(journal: Path, year: int, on: date) -> list[str]:
        end = (on + timedelta(days=1)).isoformat()
        asked = [f"^Expenses:Y{year}:", "--end", end, "--flat", "--empty"]
        return [program, "-f", str(journal), "bal", *asked]

    return command


def _beancount(journal: Path, year: int, on: date) -> list[str]:
    return [sys.executable, "-c", BEANCOUNT, str(journal), str(year), on.isoformat()]


JOURNALS = (
    Journal("ledger", "ledger", _plain, _bal("ledger"), lambda: shutil.which("ledger") is not None),
    Journal(
        "hledger", "ledger", _plain, _bal("hledger"), lambda: shutil.which("hledger") is not None
    ),
    Journal(
        "beancount",
        "beancount",
        _bean,
        _beancount,
        lambda: importlib.util.find_spec("beancount") is not None,
    ),
)
