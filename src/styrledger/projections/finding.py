"""Finding in the view file what was filed there: entries, what stands as known, the tree."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from styrledger.links import Link, standing
from styrledger.projections.places import PLACES, Values
from styrledger.projections.tiles import node_in
from styrledger.projections.unsummed import unsummed

if TYPE_CHECKING:
    from styrledger.events.entry import Recorded
    from styrledger.history import Fact

FACTS = """
SELECT o.name, o.state FROM filed JOIN octets AS o USING (position)
WHERE subject = ? AND position <= ? ORDER BY position
"""

# From one subject to the next, however much is filed under each.
EVER = """
WITH RECURSIVE each (subject) AS (
    SELECT min(subject) FROM filed WHERE subject >= :begin
    UNION ALL
    SELECT (SELECT min(subject) FROM filed WHERE subject > each.subject) FROM each
    WHERE substr(each.subject, 1, length(:begin)) = :begin
)
SELECT subject FROM each WHERE subject GLOB :pattern
"""

STANDING = f"""
{EVER} AND EXISTS (
    SELECT 1 FROM filed WHERE filed.subject = each.subject AND position <= :known
    AND position NOT IN (SELECT value FROM json_each(:fallen))
)
"""  # noqa: S608 - a query of ours

MOST_KEPT = 8
"""For how many positions a view file remembers what did not stand then."""


class Finding:
    """What is found in the tables, by a connection to them."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Ask by a connection."""
        self.connection = connection
        self._fallen: dict[int, frozenset[int]] = {}

    # -- entries

    def recorded(self, position: int) -> tuple[Recorded, ...]:
        """Return what is recorded at a position: one entry, or more after an upcast."""
        from styrledger import stored

        row = self._one("SELECT name, state FROM octets WHERE position = ?", position)
        return () if row is None else stored.decode(row[0], row[1])

    def position_of_key(self, key: str) -> int | None:
        """Return where a key was recorded, None for a new one."""
        row = self._one("SELECT position FROM keys WHERE key = ?", key)
        return None if row is None else int(row[0])

    def recorded_at(self, position: int) -> str | None:
        """Return the instant at which a position was recorded, None before the first."""
        row = self._one(
            "SELECT recorded_at FROM instants WHERE position <= ? ORDER BY position DESC LIMIT 1",
            position,
        )
        return None if row is None else str(row[0])

    def known_at(self, moment: str) -> int:
        """Return the last position recorded by an instant, that instant included."""
        row = self._one(
            "SELECT position - 1 FROM instants WHERE recorded_at > ? "
            "ORDER BY recorded_at, position LIMIT 1",
            moment,
        )
        return self._head() if row is None else int(row[0])

    def definitions(self) -> dict[str, set[str]]:
        """Return the names that entries may use now, by kind."""
        fallen = self._fallen_by(self._head())
        names: dict[str, set[str]] = {}
        for place, defines in self.connection.execute("SELECT place, name FROM names"):
            if place >> PLACES not in fallen:
                kind, _, name = defines.partition("/")
                names.setdefault(kind, set()).add(name)
        return names

    # -- the tree over the log

    def tile(self, level: int, place: int) -> bytes:
        """Return the hashes of a tile of the tree, none where it has not grown that far."""
        row = self._one("SELECT hashes FROM tiles WHERE level = ? AND place = ?", level, place)
        return b"" if row is None else bytes(row[0])

    def node(self, level: int, index: int) -> bytes:
        """Return the hash of a complete node.

        Raises:
            KeyError: the log has not grown that far.
        """
        return node_in(self.tile, level, index)

    # -- facts

    def facts(self, subject: str, known: int) -> list[Fact]:
        """Return what stood under a subject as known after a position, in order of position."""
        rows = self.connection.execute(FACTS, (subject, known)).fetchall()
        return self._facts(rows, subject, known)

    def unsummed(self, subject: str, known: int) -> list[Fact]:
        """Return those of the facts about a budget that are not decided moves of its balances.

        Told by their stored names, so that what running sums hold is not decoded.
        """
        return self._facts(unsummed(self.connection, subject, known), subject, known)

    def _facts(self, rows: Sequence[Values], subject: str, known: int) -> list[Fact]:
        if not rows:
            return []
        from styrledger import stored
        from styrledger.events.corrections import EntryCorrected
        from styrledger.history import facts_under

        fallen = self._fallen_by(known)
        found: list[Fact] = []
        for name, state in rows:
            parts = stored.decode(name, state)
            position = parts[0].position
            if position in fallen:
                continue
            amended = isinstance(parts[0].entry.event, EntryCorrected)
            slot = self.slot_of(position) if amended else position
            found += facts_under(subject, slot, parts)
        return found

    def standing_in(self, slot: int, known: int) -> list[Fact]:
        """Return what stood in the place of one entry as known after a position."""
        from styrledger.history import facts_at

        at = standing(slot, [link for link in self.links(slot) if link.position <= known])
        return [] if at is None else [*facts_at(slot, self.recorded(at))]

    def subjects(self, pattern: str, known: int) -> list[str]:
        """Return the subjects that match a GLOB pattern under which something stood, sorted."""
        fallen = json.dumps(sorted(self._fallen_by(known)))
        asked = {**_asked(pattern), "known": known, "fallen": fallen}
        return [row[0] for row in self.connection.execute(STANDING, asked)]

    def ever(self, pattern: str) -> list[str]:
        """Return the subjects that match a GLOB pattern under which something ever stood."""
        return [row[0] for row in self.connection.execute(EVER, _asked(pattern))]

    def touched(self, subject: str) -> list[int]:
        """Return the positions of all that was ever filed under a subject, sorted.

        With each come what it stands in the place of, and all corrections of that.
        """
        rows = self.connection.execute("SELECT position FROM filed WHERE subject = ?", (subject,))
        slots = {self.slot_of(position) for (position,) in rows.fetchall()}
        return sorted(slots.union(*([one.position for one in self.links(at)] for at in slots)))

    # -- corrections

    def slot_of(self, position: int) -> int:
        """Return the slot that an entry, or a correction of it, belongs to."""
        row = self._one("SELECT slot FROM links WHERE position = ?", position)
        return position if row is None else int(row[0])

    def links(self, slot: int) -> list[Link]:
        """Return the corrections and withdrawals of a slot, in order of position."""
        return _links(
            self.connection.execute(
                "SELECT position, target, slot, withdraws FROM links WHERE slot = ? ORDER BY 1",
                (slot,),
            )
        )

    def forget(self) -> None:
        """Forget what was worked out of a file that another process may have made anew."""
        self._fallen.clear()

    def _fallen_by(self, known: int) -> frozenset[int]:
        """Return the positions of what does not stand as known after a position."""
        found = self._fallen.get(known)
        if found is None:
            # What was known at a position never changes, and the next question is near it.
            since = max((one for one in self._fallen if one < known), default=0)
            found = self._fallen_after(self._fallen.get(since, frozenset()), since, known)
            if len(self._fallen) >= MOST_KEPT:
                del self._fallen[next(iter(self._fallen))]
            self._fallen[known] = found
        return found

    def _fallen_after(self, before: frozenset[int], since: int, known: int) -> frozenset[int]:
        rows = self.connection.execute(
            "SELECT position, target, slot, withdraws FROM links WHERE position <= ? AND (? = 0 OR "
            "slot IN (SELECT slot FROM links WHERE position > ? AND position <= ?))",
            (known, since, since, known),
        ).fetchall()
        if not rows:
            return before
        fallen = set(before)
        slots: dict[int, list[Link]] = {}
        for link in _links(rows):
            slots.setdefault(link.slot, []).append(link)
        for slot, links in slots.items():
            fallen |= {slot, *(link.position for link in links)}
            fallen.discard(standing(slot, links) or 0)
        return frozenset(fallen)

    def _head(self) -> int:
        row = self._one("SELECT position FROM cursor")
        return 0 if row is None else int(row[0])

    def _one(self, query: str, *values: Any) -> Values | None:
        row: Values | None = self.connection.execute(query, values).fetchone()
        return row


def _asked(pattern: str) -> dict[str, str]:
    """Return a GLOB pattern, and what every text begins with that matches it."""
    return {"pattern": pattern, "begin": re.split(r"[*?[]", pattern, maxsplit=1)[0]}


def _links(rows: Iterable[Sequence[Any]]) -> list[Link]:
    return [Link(position, target, slot, bool(takes)) for position, target, slot, takes in rows]
