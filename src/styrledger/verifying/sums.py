"""The running sums against the entries that they are made of, budget by budget."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

from styrledger import subjects
from styrledger.errors import StyrledgerError, quoted
from styrledger.evidence import Database
from styrledger.projections.ruled import Ruled
from styrledger.projections.summing import versions
from styrledger.projections.sums import kept as columns
from styrledger.projections.tables import ViewFile
from styrledger.verifying.faults import Faults, LedgerFault
from styrledger.verifying.kept import unreadable

Values = tuple[Any, ...]


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
    except (sqlite3.Error, StyrledgerError, TypeError, ValueError) as fault:
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
        made: dict[str, dict[Values, Values]] = {}
        for version in versions(view, ruled, subject, (0, summed), {}):
            day, at, *amount = columns(version)
            made.setdefault(version.line, {})[day, at] = tuple(amount)
        lines = view.connection.execute(
            "SELECT id, line FROM lines WHERE year = ? AND kind = ? AND unit = ?",
            (year, kind, unit),
        ).fetchall()
        for number, line in lines:
            known.add(number)
            # Between the two are sums of entries that came after the check began.
            rows = _rows(view, number, summed, max(position, head))
            name = f"{subject} {line}".strip()
            _differ(name, rows, made.pop(line, {}), faults)
        for line, rows in made.items():
            _differ(f"{subject} {line}".strip(), {}, rows, faults)
    for (number,) in view.connection.execute("SELECT DISTINCT line FROM sums"):
        if number not in known:
            what = "the view file holds sums of a line that there is not"
            faults.add(LedgerFault("views", what, "no such rows", f"line {quoted(number)}"))


def _rows(view: ViewFile, line: int, until: int, beyond: int) -> dict[Values, Values]:
    """Return the sums of a line as known up to a position, and those beyond another."""
    rows: Iterable[Values] = view.connection.execute(
        "SELECT day, known, ore, ulp, text FROM sums WHERE line = ? AND (known <= ? OR known > ?)",
        (line, until, beyond),
    )
    return {(day, known): (ore, ulp, text) for day, known, ore, ulp, text in rows}


def _differ(
    name: str, found: dict[Values, Values], made: dict[Values, Values], faults: Faults
) -> None:
    if found == made:
        return
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
