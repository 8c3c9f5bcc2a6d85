"""One entry or more of every event type, in record form, and the octets they are stored as.

``golden/records.jsonl`` is written by hand. Line by line, ``golden/stored.txt`` holds what the
log keeps of it: what is there must be read for ever, and may never change.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from styrledger.events.entry import Entry, Recorded

GOLDEN = Path(__file__).parent / "golden"

RECORDS: list[dict[str, Any]] = [
    json.loads(line) for line in (GOLDEN / "records.jsonl").read_text("utf-8").splitlines()
]
STORED: list[tuple[str, bytes]] = [
    (name, octets)
    for line in (GOLDEN / "stored.txt").read_bytes().splitlines()
    for name, octets in [(line.partition(b" ")[0].decode(), line.partition(b" ")[2])]
]
RECORDED_AT = datetime(2020, 1, 15, 12, 30, 0, 250_000, tzinfo=UTC)


def recorded(entry: Entry) -> Recorded:
    """Return an entry as the golden file has it recorded."""
    return Recorded(7, RECORDED_AT, entry, "sekreterare")
