"""The versions within streams: followed part by part, and told apart where they do not follow."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress

from styrledger.errors import quoted
from styrledger.evidence import UNREADABLE, Evidence
from styrledger.rows import Row
from styrledger.verifying.faults import Faults, LedgerFault, fault_at

MOST = 100_000
"""So many streams are followed; of a log with more the database is asked, by its index of them."""


class Versions:
    """The first and last version that each stream has in a part of the log, or in all so far."""

    def __init__(self) -> None:
        self.follow = True
        """False where some version is not one more than that before it, or that is not known."""
        self._first: dict[str, int] = {}
        self._last: dict[str, int] = {}

    def take(self, rows: Iterable[Row]) -> None:
        """Follow the next rows of a part."""
        if self.follow and not self._goes_on(rows):
            self.give_up()

    def join(self, part: Versions) -> None:
        """Follow the next part."""
        if not self.follow:
            return
        last = self._last
        follow = part.follow and all(
            version == last.get(stream, 0) + 1 for stream, version in part._first.items()
        )
        last.update(part._last)
        if not follow or len(last) > MOST:
            self.give_up()

    def give_up(self) -> None:
        """Follow no further."""
        self.follow = False
        self._first.clear()
        self._last.clear()

    def _goes_on(self, rows: Iterable[Row]) -> bool:
        first, last = self._first, self._last
        with suppress(TypeError):  # a row that holds no number
            for _, stream, version, _, _ in rows:
                before = last.get(stream)
                if before is not None and version != before + 1:
                    return False
                first.setdefault(stream, version)
                last[stream] = version
            return True
        return False


def tell(evidence: Evidence, faults: Faults) -> None:
    """Tell every entry whose version is not its place in its stream, in the order of the log."""
    what = "the entry has another version in its stream"
    try:
        for row, place in evidence.misplaced():
            version = quoted(row.version)
            faults.add(fault_at(row, "version", what, expected=str(place), found=version))
    except UNREADABLE as fault:
        what = "the database file is damaged"
        faults.add(LedgerFault("file", what, "a database", str(fault)))
