"""Eight processes on one ledger, on either store: each entry once, in one order, never by halves.

``STYRLEDGER_WRITES`` says how many entries each process records, here a few.
"""

from __future__ import annotations

import os

from .ledgers import new_ledger
from .writers import Writers, hold_all_recorded_once

WORKERS = 8
SIZE = 4
EACH = int(os.environ.get("STYRLEDGER_WRITES", "32"))


def test_batches_of_many_processes_are_recorded_once_and_never_seen_by_halves(place: str) -> None:
    with new_ledger(place):
        pass
    writers = Writers(place, workers=WORKERS, batches=EACH // SIZE, size=SIZE, readers=2)
    writers.end()
    hold_all_recorded_once(place, writers)
