"""CSV that Datasette or we wrote, so rewritten that no spreadsheet program runs any of it."""

from __future__ import annotations

import csv
import io
import re
from typing import Final

from styrledger.exchange.listings.inert import no_formula

LONGEST_CELL: Final = 2**24
NUMBER: Final = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?")


class HarmlessCells:
    """Rewrites CSV so that no spreadsheet takes a text for a formula, chunk by chunk."""

    def __init__(self) -> None:
        csv.field_size_limit(LONGEST_CELL)
        self._rest = b""

    def feed(self, chunk: bytes, *, last: bool) -> bytes:
        """Return the whole rows of what came so far, and all that is left at the end."""
        held = self._rest + chunk
        whole = len(held) if last else _whole_rows(held)
        done, self._rest = held[:whole], held[whole:]
        out = io.StringIO(newline="")
        writer = csv.writer(out)
        for row in csv.reader(io.StringIO(done.decode("utf-8"), newline="")):
            writer.writerow([_harmless(cell) for cell in row])
        return out.getvalue().encode()


def _whole_rows(held: bytes) -> int:
    """Return where the last whole row ends: after a line break outside quotes."""
    at = held.rfind(b"\n")
    while at >= 0 and held.count(b'"', 0, at) % 2:
        at = held.rfind(b"\n", 0, at)
    return at + 1


def _harmless(cell: str) -> str:
    """Return a cell that is no formula; a negative number is none."""
    return cell if NUMBER.fullmatch(cell) else no_formula(cell)
