"""What an answer rests on: the day it is about, and what the ledger then held."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import attrs

from styrledger.times import instant


@attrs.frozen
class Basis:
    """The two clocks of an answer; the same basis gives the same answer for ever.

    ``on`` is the day asked about, that day included. ``position`` is how many entries were
    known (0: none) and ``recorded_at`` when the last of them was recorded. ``root`` seals
    those entries. With ``void_annulled`` annulled decisions never counted.
    """

    on: date
    position: int
    recorded_at: datetime | None
    root: str | None = None
    void_annulled: bool = False

    def as_dict(self) -> dict[str, Any]:
        """Return the basis as every JSON answer carries it."""
        recorded_at = None if self.recorded_at is None else instant(self.recorded_at)
        shown: dict[str, Any] = {
            "on": self.on.isoformat(),
            "known": {"position": self.position, "recorded_at": recorded_at},
            "root": self.root,
        }
        return {**shown, "void_annulled": True} if self.void_annulled else shown
