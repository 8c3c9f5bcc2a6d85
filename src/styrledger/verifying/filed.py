"""What a view file holds under subjects: compared as a whole, and told apart where it differs."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from itertools import islice

import attrs

from styrledger.errors import quoted
from styrledger.evidence import Database, Evidence, Values
from styrledger.projections.filing import Filer
from styrledger.rows import Row
from styrledger.verifying.faults import Faults, LedgerFault, fault_at

PAGE = 1000

# What was filed after the check began is left out; what is beyond the end of the file is not.
HELD = """
SELECT CASE WHEN typeof(subject) = 'text' AND typeof(position) = 'integer'
    THEN subject || ' ' || position END FROM filed
WHERE position <= ? OR position > (SELECT max(position) FROM cursor)
"""

UNDER = """
SELECT subject, position FROM json_each(?) AS one CROSS JOIN filed ON filed.subject = one.value
WHERE position >= ? AND position < ?
"""

ROUND = 1 << 64


@attrs.frozen
class Mixed:
    """Some rows in any order: how many, and a sum of them that no other rows have.

    The sum is of Python's hashes of texts, which rest on a secret of the process (PEP 456): who
    edits a file cannot know which rows would come to the same. Each is hashed as the row that a
    query gives, a tuple of one. Processes with other secrets have other sums.
    """

    rows: int = 0
    total: int = 0

    def plus(self, other: Mixed) -> Mixed:
        """Return the rows of both."""
        return Mixed(self.rows + other.rows, (self.total + other.total) % ROUND)


def made(filed: list[Values]) -> Mixed:
    """Return the rows that follow from entries."""
    return Mixed(len(filed), sum(hash((f"{subject} {at}",)) for subject, at in filed) % ROUND)


def held(kept: Database, end: int) -> Mixed:
    """Return the rows that a view file holds of the entries up to a position."""
    count = total = 0
    hashes = map(hash, kept.select(HELD, end))
    while some := [*islice(hashes, PAGE)]:
        count += len(some)
        total += sum(some)
    return Mixed(count, total % ROUND)


def tell(kept: Database, evidence: Evidence, end: int, faults: Faults) -> None:
    """Tell every row that is missing or too much, in the order of the log."""
    after = 0
    while rows := evidence.rows(after, min(PAGE, end - after)):
        for row, subject in _missing(kept, rows):
            faults.add(_fault(row, subject, filed=False))
        after = rows[-1].position
    for subject, position in kept.select("SELECT subject, position FROM filed"):
        inside = isinstance(position, int) and 0 < position <= end
        entry = next(iter(evidence.rows(position - 1, 1)), None) if inside else None
        if entry is None:
            what = "the view file files under a subject what is no entry"
            faults.add(LedgerFault("views", what, "no such row", quoted(subject), position))
        elif (subject, position) not in Filer().page([entry]).filed:
            faults.add(_fault(entry, subject, filed=True))


def _missing(kept: Database, rows: Iterable[Row]) -> Iterator[tuple[Row, str]]:
    """Yield the entries that are not filed under a subject, and that subject."""
    at = {row.position: row for row in rows}
    filed = {*Filer().page(at.values()).filed}
    asked = json.dumps([*{subject for subject, _ in filed}])
    found = {*kept.select(UNDER, asked, min(at), max(at) + 1)}
    for subject, position in sorted(filed - found, key=lambda one: (one[1], one[0])):
        yield at[position], subject


def _fault(row: Row, subject: object, *, filed: bool) -> LedgerFault:
    """Return the fault of an entry that is filed under a subject and must not be, or the reverse.

    That is one for which there is a row, or none.
    """
    told = (quoted(subject), "no such row")
    found, expected = told if filed else (told[1], told[0])
    what = "the view file differs from the log in a row of filed"
    return fault_at(row, "views", what, expected=expected, found=found)
