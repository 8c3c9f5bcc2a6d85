"""The running sums against the entries that they are made of, budget by budget."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from datetime import date
from itertools import groupby
from pathlib import Path
from typing import Any

import attrs

from styrledger import subjects
from styrledger.errors import StyrledgerError, quoted
from styrledger.evidence import Database
from styrledger.projections.balances import Version
from styrledger.projections.ruled import Ruled
from styrledger.projections.summing import versions
from styrledger.projections.sums import kept as columns
from styrledger.projections.tables import ViewFile
from styrledger.verifying.faults import Faults, LedgerFault
from styrledger.verifying.kept import unreadable

Values = tuple[Any, ...]

UNFIT = (
    sqlite3.Error, StyrledgerError, TypeError, ValueError, OverflowError, RecursionError
)  # fmt: skip
"""What comes of a view file, or of entries that it files, that no ledger wrote."""

ONE = "SELECT ore, ulp, text FROM sums WHERE line = ? AND day = ? AND known = ?"


@attrs.frozen
class _Budget:
    """A budget's sums: its lines with their ids, and which rows are looked at."""

    subject: str
    lines: dict[str, int]
    until: int
    beyond: int
    """Rows are looked at that are known up to the one, or after the other: there are none such."""


def compare_sums(views: Path, log: str | None, head: int) -> Faults:
    """Return where the sums that a view file holds are not those of the entries it files.

    ``head`` is where the view file ended when the check began; sums of later entries are not
    looked at.
    """
    faults = Faults()
    try:
        kept = Database(views)
        kept.close()
        view = ViewFile(views, log, read_by=kept.uri)
    except sqlite3.Error as fault:
        faults.add(unreadable(fault))
        return faults
    try:
        # One moment of the file, to which others may be adding.
        view.connection.execute("BEGIN")
        _compare(view, head, faults)
    except UNFIT as fault:
        faults.add(unreadable(fault))
    finally:
        view.close()
    return faults


def _compare(view: ViewFile, head: int, faults: Faults) -> None:
    known: set[int] = set()
    ruled = Ruled(view, head)
    cursor = view.cursor()
    end = head if cursor is None else cursor.position
    budgets = view.connection.execute("SELECT unit, year, kind, position FROM summed").fetchall()
    for unit, year, kind, position in budgets:
        subject, summed = subjects.budget(unit, year, kind), min(position, head)
        if position > end:
            what = f"the view file has summed up {subject} further than it has come"
            faults.add(LedgerFault("views", what, f"#{end} or less", quoted(position)))
        lines = view.connection.execute(
            "SELECT line, id FROM lines WHERE year = ? AND kind = ? AND unit = ?",
            (year, kind, unit),
        ).fetchall()
        # Between the two are sums of entries that came after the check began, if any.
        budget = _Budget(subject, dict(lines), summed, position)
        known |= {*budget.lines.values()}
        if not _are(view, budget, versions(view, ruled, subject, (0, summed), {})):
            _tell(view, budget, versions(view, ruled, subject, (0, summed), {}), faults)
    for (number,) in view.connection.execute("SELECT DISTINCT line FROM sums"):
        if number not in known:
            what = "the view file holds sums of a line that there is not"
            faults.add(LedgerFault("views", what, "no such rows", f"line {quoted(number)}"))


def _are(view: ViewFile, budget: _Budget, made: Iterable[Version]) -> bool:
    """Tell whether a budget's sums are those made; memory does not grow with them."""
    count = 0
    for _, some in groupby(made, key=_position):
        # What differs twice after one entry is as it was the last time.
        for version in {(one.line, one.day): one for one in some}.values():
            day, known, *amount = columns(version)
            key = budget.lines.get(version.line), day, known
            if view.connection.execute(ONE, key).fetchone() != tuple(amount):
                return False
            count += 1
    held = (_rows(view, "count(*)", number, budget) for number in budget.lines.values())
    return count == sum(int(rows.fetchone()[0]) for rows in held)


def _tell(view: ViewFile, budget: _Budget, made: Iterable[Version], faults: Faults) -> None:
    """Tell where a budget's sums are not those made."""
    expected: dict[str, dict[Values, Values]] = {}
    for version in made:
        day, at, *amount = columns(version)
        expected.setdefault(version.line, {})[day, at] = tuple(amount)
    for line in sorted(budget.lines.keys() | expected.keys(), key=str):
        rows: Iterable[Values] = ()
        if line in budget.lines:
            rows = _rows(view, "day, known, ore, ulp, text", budget.lines[line], budget)
        found = {(day, known): tuple(amount) for day, known, *amount in rows}
        _differ(f"{budget.subject} {line}".strip(), found, expected.get(line, {}), faults)


def _rows(view: ViewFile, what: str, line: int, budget: _Budget) -> sqlite3.Cursor:
    return view.connection.execute(
        f"SELECT {what} FROM sums WHERE line = ? AND (known <= ? OR known > ?)",  # noqa: S608 - ours
        (line, budget.until, budget.beyond),
    )


def _position(version: Version) -> int:
    return version.known


def _differ(
    name: str, found: dict[Values, Values], made: dict[Values, Values], faults: Faults
) -> None:
    for key in sorted(found.keys() | made.keys(), key=repr):
        before, now = found.get(key), made.get(key)
        if before != now:
            day, position = key
            what = f"the view file differs from the log in the sum of {name} on {_day(day)}"
            expected, told = (
                "no such row" if row is None else ", ".join(map(quoted, row))
                for row in (now, before)
            )
            at = position if isinstance(position, int) else None
            faults.add(LedgerFault("views", what, expected, told, at))


def _day(ordinal: object) -> str:
    try:
        return date.fromordinal(int(str(ordinal))).isoformat()
    except (ValueError, OverflowError):
        return quoted(ordinal)
