"""Running sums: every balance of every budget line, kept for all days and all that was known.

A budget is summed up when somebody first asks for a balance of it; recording does not wait. A
balance on a day, as known at a position, is then one step in an index.
"""

from __future__ import annotations

import sqlite3
from collections.abc import ItemsView, Iterable, Iterator, Mapping
from datetime import date
from typing import TYPE_CHECKING

from styrledger import subjects
from styrledger.amounts import Amount
from styrledger.errors import quoted
from styrledger.projections.places import Values
from styrledger.projections.printed import Print, amount_of
from styrledger.subjects import RULINGS

if TYPE_CHECKING:
    from styrledger.events.base import Kind
    from styrledger.projections.balances import Of, Version
    from styrledger.projections.ruled import Ruled
    from styrledger.projections.summing import Kept

SUMS = """
CREATE TABLE summed (
    year INTEGER, kind TEXT, unit TEXT, position INTEGER, PRIMARY KEY (year, kind, unit)
) WITHOUT ROWID;
CREATE TABLE lines (
    id INTEGER PRIMARY KEY, year INTEGER, kind TEXT, unit TEXT, line TEXT,
    UNIQUE (year, kind, unit, line)
);
CREATE TABLE sums (
    line INTEGER, day INTEGER, known INTEGER, ore INTEGER, ulp INTEGER, text TEXT,
    PRIMARY KEY (line, day, known)
) WITHOUT ROWID;
"""

ONE = """
SELECT ore, ulp, text FROM sums WHERE line = (
    SELECT id FROM lines WHERE year = ? AND kind = ? AND unit = ? AND line = ?
) AND day <= ? AND known <= ? ORDER BY day DESC, known DESC LIMIT 1
"""

USUAL = 100_000
"""The precision of most balances, in öre: thousands of kronor."""

# One look-up a line tells all of it: of most the öre, of others öre, precision and any text.
ALL = """
SELECT unit, line, (
    SELECT CASE WHEN text IS NULL AND ulp = ? THEN ore
        ELSE ore || ' ' || ulp || coalesce(' ' || text, '') END
    FROM sums WHERE line = lines.id AND day <= ? AND known <= ?
    ORDER BY day DESC, known DESC LIMIT 1
) FROM lines WHERE year = ? AND kind = ? ORDER BY unit, line
"""

NEW = """
SELECT EXISTS (SELECT 1 FROM filed WHERE subject IN (?, ?) AND position > ? AND position <= ?)
OR EXISTS (SELECT 1 FROM links WHERE position > ? AND position <= ?)
"""


Balance = tuple[str, str | None]
"""Which balance of a year: the unit, and the line or None for the total."""


class Balanced(Mapping[Balance, Amount]):
    """The balances of a year by unit and line (None: the total), in order of both.

    An amount is made of what is kept when it is looked at.
    """

    def __init__(self, rows: Iterable[Values]) -> None:
        """Take what ``ALL`` tells of them, in order."""
        self._rows: dict[Balance, Print] = {
            (unit, line or None): told
            for unit, line, kept in rows
            if (told := (kept, USUAL, None) if kept.__class__ is int else _told(kept)) is not None
        }

    def __getitem__(self, key: Balance) -> Amount:
        return amount_of(*self._rows[key])

    def __iter__(self) -> Iterator[Balance]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)

    def items(self) -> ItemsView[Balance, Amount]:
        """Return the balances, each with what it is of."""
        return _Items(self, self._rows)


def _told(kept: object) -> Print | None:
    """Return what is kept of a balance, None where there is none.

    Raises:
        sqlite3.DatabaseError: no ledger keeps such a thing; the file is to be made anew.
    """
    if kept is None:
        return None
    try:
        ore, ulp, *text = str(kept).split(" ", 2)
        return int(ore), int(ulp), text[0] if text else None
    except ValueError as fault:
        what = f"{quoted(kept)} is no balance"
        raise sqlite3.DatabaseError(what) from fault


class _Items(ItemsView[Balance, Amount]):
    """The items of balances; the view that every mapping has would look each of them up again."""

    def __init__(self, balanced: Balanced, rows: Mapping[Balance, Print]) -> None:
        super().__init__(balanced)
        self._rows = rows

    def __iter__(self) -> Iterator[tuple[Balance, Amount]]:
        return ((key, amount_of(*kept)) for key, kept in self._rows.items())


class Sums:
    """The running sums in a view file, brought up to date budget by budget as they are asked."""

    def __init__(self, view: Kept) -> None:
        self._view = view
        self._at: dict[Of, int] = {}
        self._years: dict[tuple[int, Kind], int] = {}
        self._ruled: tuple[Values, Ruled] | None = None

    def balance(self, budget: Of, line: str, on: date, known: int, head: int) -> Amount | None:
        """Return one balance on a day, as known at a position; all is filed up to ``head``."""
        if self._at.get(budget, -1) < known:
            self._bring(budget, known, head)
        unit, year, kind = budget
        asked = (year, kind, unit, line, on.toordinal(), known)
        row = self._view.connection.execute(ONE, asked).fetchone()
        return None if row is None or row[0] is None else amount_of(*row)

    def balances(self, year: int, kind: Kind, on: date, known: int, head: int) -> Balanced:
        """Return all balances of a year on a day, as known at a position."""
        if self._years.get((year, kind), -1) < known:
            for subject in self._view.ever(subjects.budget("*", year, kind)):
                budget = subjects.asked_budget(subject)
                if budget is not None and self._at.get(budget, -1) < head:
                    self._bring(budget, head, head)
            self._years[year, kind] = head
        asked = (USUAL, on.toordinal(), known, year, kind)
        return Balanced(self._view.connection.execute(ALL, asked).fetchall())

    def _bring(self, budget: Of, known: int, head: int) -> None:
        """Sum a budget up to the last position, where it is not as far as is asked."""
        since = self._position(budget)
        if since < known and self._is_new(budget, since, head):
            with self._view.writing():
                # Another process may have done so meanwhile.
                since = self._position(budget)
                if since < head:
                    self._sum(budget, since, head)
            since = head
        # What was known by a position never changes; what is not new up to the last needs no sum.
        self._at[budget] = head if since < known else since

    def _sum(self, budget: Of, since: int, head: int) -> None:
        from styrledger.projections.summing import versions

        unit, year, kind = budget
        days = _days(self._view, budget)
        ruled, subject = self._rulings(head), subjects.budget(unit, year, kind)
        new = versions(self._view, ruled, subject, (since, head), days)
        _keep(self._view, budget, new)
        self._view.connection.execute(
            "INSERT OR REPLACE INTO summed VALUES (?, ?, ?, ?)", (year, kind, unit, head)
        )

    def _position(self, budget: Of) -> int:
        unit, year, kind = budget
        row = self._view.connection.execute(
            "SELECT position FROM summed WHERE year = ? AND kind = ? AND unit = ?",
            (year, kind, unit),
        ).fetchone()
        return 0 if row is None else int(row[0])

    def _is_new(self, budget: Of, since: int, head: int) -> bool:
        """Tell whether a stretch of the log may have changed a budget."""
        unit, year, kind = budget
        asked = (subjects.budget(unit, year, kind), RULINGS, since, head, since, head)
        row = self._view.connection.execute(NEW, asked).fetchone()
        return bool(row[0])

    def _rulings(self, head: int) -> Ruled:
        """Return all rulings, read anew only where there are more of them or of corrections."""
        last: Values = self._view.connection.execute(
            "SELECT (SELECT max(position) FROM filed WHERE subject = ?), "
            "(SELECT max(position) FROM links)",
            (RULINGS,),
        ).fetchone()
        if self._ruled is None or self._ruled[0] != last:
            from styrledger.projections.ruled import Ruled

            self._ruled = (last, Ruled(self._view, head))
        return self._ruled[1]


def _days(view: Kept, budget: Of) -> dict[str, list[date]]:
    """Return the days for which there are sums of a budget, by line."""
    unit, year, kind = budget
    days: dict[str, list[date]] = {}
    for line, day in view.connection.execute(
        "SELECT DISTINCT lines.line, day FROM lines JOIN sums ON sums.line = lines.id "
        "WHERE year = ? AND kind = ? AND unit = ?",
        (year, kind, unit),
    ):
        days.setdefault(line, []).append(date.fromordinal(day))
    return days


def _keep(view: Kept, budget: Of, new: Iterable[Version]) -> None:
    view.connection.executemany(
        "INSERT OR REPLACE INTO sums VALUES (?, ?, ?, ?, ?, ?)", _rows(view, budget, new)
    )


def _rows(view: Kept, budget: Of, new: Iterable[Version]) -> Iterator[Values]:
    unit, year, kind = budget
    ids: dict[str, int] = {}
    for version in new:
        line = ids.get(version.line)
        if line is None:
            line = ids[version.line] = _line(view, (year, kind, unit, version.line))
        yield line, *kept(version)


def kept(version: Version) -> Values:
    """Return the columns of ``sums`` for a balance, all but the line."""
    return version.day.toordinal(), version.known, *(version.amount or (None, None, None))


def _line(view: Kept, line: Values) -> int:
    view.connection.execute(
        "INSERT OR IGNORE INTO lines (year, kind, unit, line) VALUES (?, ?, ?, ?)", line
    )
    found = view.connection.execute(
        "SELECT id FROM lines WHERE year = ? AND kind = ? AND unit = ? AND line = ?", line
    )
    return int(found.fetchone()[0])
