"""What is filed about a budget beside what its running sums hold, told without decoding it.

The sums hold decided moves of balances. Which entries are such moves is told by their stored
names, and by the octets that say the stage: quotes within a text are never written bare.
"""

from __future__ import annotations

import sqlite3
from typing import Any

from styrledger import registry
from styrledger.projections.places import Values

MOVES = (
    "budget.adopted.v1",
    "budget.distributed.v1",
    "budget.revised.v1",
    "budget.transferred.v1",
)
"""The stored names of the events that the running sums are made of."""

UNSUMMED = """
SELECT o.name, o.state FROM filed JOIN octets AS o USING (position)
WHERE subject = :subject AND position <= :known
AND CASE WHEN o.name = 'entry.corrected.v1' AND json_valid(CAST(o.state AS TEXT))
THEN json_extract(CAST(o.state AS TEXT), '$.entry.event.replacement.name')
        IN (:m0, :m1, :m2, :m3)
    AND json_extract(CAST(o.state AS TEXT), '$.entry.event.replacement.entry.stage') = 'decided'
ELSE o.name IN (:m0, :m1, :m2, :m3)
    AND instr(o.state, CAST('"stage":"decided"' AS BLOB)) > 0
END IS NOT 1 ORDER BY position
"""


def unsummed(connection: sqlite3.Connection, subject: str, known: int) -> list[Values]:
    """Return the stored names and octets of all that is no decided move, up to a position."""
    # What is turned into events of today may have become anything.
    moves = (None if name in registry.UPCASTERS else name for name in MOVES)
    asked: dict[str, Any] = {f"m{number}": name for number, name in enumerate(moves)}
    asked |= {"subject": subject, "known": known}
    return connection.execute(UNSUMMED, asked).fetchall()
