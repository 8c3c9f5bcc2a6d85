"""Running sums: every balance of every budget line, kept for all days and all that was known.

They are brought up to date when somebody first asks for a balance; recording does not wait. A
balance on a day, as known at a position, is then one step in an index.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from datetime import date
from typing import Protocol

from styrledger import stored, subjects
from styrledger.amounts import Amount
from styrledger.events.base import Kind
from styrledger.history import Fact, facts_at, filed_under
from styrledger.projections.balances import Balances, Of, Version
from styrledger.projections.filing import PLACES, Values, subject_id
from styrledger.projections.printed import Print, amount_of
from styrledger.projections.ruled import Filed, Ruled

SUMS = """
CREATE TABLE summed (position INTEGER);
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

ALL = """
SELECT lines.unit, lines.line, sums.ore, sums.ulp, sums.text
FROM lines JOIN sums ON sums.line = lines.id AND (sums.day, sums.known) = (
    SELECT day, known FROM sums WHERE line = lines.id AND day <= ? AND known <= ?
    ORDER BY day DESC, known DESC LIMIT 1
) WHERE lines.year = ? AND lines.kind = ? AND sums.ore IS NOT NULL
"""

ABOUT = f"""
SELECT o.name, o.state FROM filed JOIN octets AS o ON o.position = filed.place >> {PLACES}
WHERE filed.subject = ? AND filed.place >= ? AND filed.place < ?
"""  # noqa: S608 - a number of ours

FEW = 1000
"""Up to how many new entries the budgets that they are about are looked up one by one."""


Between = tuple[int, int]
"""A stretch of the log: after the first position, up to and with the second."""


class Kept(Filed, Protocol):
    """The view file, as far as the sums need it."""

    connection: sqlite3.Connection

    def writing(self) -> AbstractContextManager[None]:
        """Group writes: all of them are kept, or none."""
        ...

    def facts(self, subject: str, known: int) -> list[Fact]:
        """Return what stood under a subject as known after a position."""
        ...

    def ever(self, pattern: str) -> list[str]:
        """Return the subjects that match a GLOB pattern under which something ever stood."""
        ...


def balance(view: Kept, budget: Of, line: str, on: date, known: int) -> Amount | None:
    """Return one balance on a day, as known at a position that is summed already."""
    unit, year, kind = budget
    asked = (year, kind, unit, line, on.toordinal(), known)
    row = view.connection.execute(ONE, asked).fetchone()
    return None if row is None or row[0] is None else amount_of(*row)


class Balanced(Mapping[tuple[str, str | None], Amount]):
    """The balances of a year by unit and line (None: the total), in order of both."""

    def __init__(self, rows: Iterable[Values]) -> None:
        self._rows: dict[tuple[str, str | None], Print] = {
            (unit, line or None): (ore, ulp, text) for unit, line, ore, ulp, text in rows
        }

    def __getitem__(self, key: tuple[str, str | None]) -> Amount:
        return amount_of(*self._rows[key])

    def __iter__(self) -> Iterator[tuple[str, str | None]]:
        return iter(sorted(self._rows, key=lambda key: (key[0], key[1] or "")))

    def __len__(self) -> int:
        return len(self._rows)


def balances(view: Kept, year: int, kind: Kind, on: date, known: int) -> Balanced:
    """Return all balances of a year on a day, as known at a position that is summed already."""
    asked = (on.toordinal(), known, year, kind)
    return Balanced(view.connection.execute(ALL, asked).fetchall())


def sum_up(view: Kept, head: int) -> None:
    """Bring the sums up to date with what is filed up to a position."""
    with view.writing():
        row = view.connection.execute("SELECT position FROM summed").fetchone()
        since = 0 if row is None else int(row[0])
        if since >= head:
            return
        ruled, between = Ruled(view, head), (since, head)
        for subject in _touched(view, ruled, between):
            budget = subjects.asked_budget(subject)
            if budget is not None:
                days = _days(view, budget)
                _keep(view, budget, versions(view, ruled, subject, between, days))
        view.connection.execute("DELETE FROM summed")
        view.connection.execute("INSERT INTO summed VALUES (?)", (head,))


def versions(
    view: Kept, ruled: Ruled, subject: str, between: Between, days: Mapping[str, Iterable[date]]
) -> Iterator[Version]:
    """Yield how the balances of a budget came to differ after each entry of a stretch of the log.

    ``days`` are those, by line, for which there were versions before it.
    """
    budget = subjects.asked_budget(subject)
    if budget is None:
        return
    since, head = between
    slots: dict[int, list[Fact]] = {}
    for fact in view.facts(subject, since):
        slots.setdefault(fact.slot, []).append(fact)
    new: dict[int, list[Fact]] = {}
    for fact in _filed(view, subject, between):
        new.setdefault(fact.position, []).append(fact)
    decisions = (
        fact.entry.decision.key
        for facts in (*slots.values(), *new.values())
        for fact in facts
        if fact.entry.decision is not None
    )
    rulings = ruled.on({*decisions})
    known = Balances(*budget)
    known.resume(slots, ruled.standing(rulings, since), days)
    amended = _amending(view, [*slots, *new], between)
    ruling = {position for position in ruled.moments(rulings) if since < position <= head}
    for position in sorted(new.keys() | amended | ruling):
        if position in ruling:
            yield from known.rule(position, ruled.standing(rulings, position))
        if position in amended:
            slot = view.slot_of(position)
            standing = view.standing_in(slot, position)
            about = [fact for fact in standing if subject in filed_under(fact.entry)]
            yield from known.learn(position, slot, about)
        elif position in new:
            yield from known.learn(position, position, new[position])


def _filed(view: Kept, subject: str, between: Between) -> Iterator[Fact]:
    """Yield the facts about a subject that were recorded in a stretch of the log."""
    since, head = between
    places = (since + 1) << PLACES, (head + 1) << PLACES
    for name, state in view.connection.execute(ABOUT, (subject_id(subject), *places)).fetchall():
        parts = stored.decode(name, state)
        for fact in facts_at(parts[0].position, parts):
            if subject in filed_under(fact.entry):
                yield fact


def _amending(view: Kept, positions: Iterable[int], between: Between) -> set[int]:
    """Return where entries at positions, or others in their slots, were corrected or withdrawn."""
    since, head = between
    (some,) = view.connection.execute(
        "SELECT EXISTS (SELECT 1 FROM links WHERE position > ? AND position <= ?)", (since, head)
    ).fetchone()
    if not some:
        return set()
    return {
        link.position
        for slot in {view.slot_of(position) for position in positions}
        for link in view.links(slot)
        if since < link.position <= head
    }


def _touched(view: Kept, ruled: Ruled, between: Between) -> list[str]:
    """Return the budgets whose balances a stretch of the log can have changed."""
    since, head = between
    if head - since > FEW:
        return view.ever("budget/*")
    found: set[str] = set()
    positions = range(since + 1, head + 1)
    for slot in {view.slot_of(position) for position in positions}:
        for moment in (slot, *(link.position for link in view.links(slot))):
            for fact in view.standing_in(slot, moment):
                found.update(filed_under(fact.entry))
    for key in ruled.reached(positions):
        for fact in _filed(view, subjects.decision(key), (0, head)):
            found.update(filed_under(fact.entry))
    return sorted(subject for subject in found if subject.startswith("budget/"))


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
    unit, year, kind = budget
    ids: dict[str, int] = {}
    rows: list[Values] = []
    for version in new:
        line = ids.get(version.line)
        if line is None:
            line = ids[version.line] = _line(view, (year, kind, unit, version.line))
        rows.append((line, *kept(version)))
    view.connection.executemany("INSERT OR REPLACE INTO sums VALUES (?, ?, ?, ?, ?, ?)", rows)


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
