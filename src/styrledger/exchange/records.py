"""Record files: any format that holds entries, read piece by piece with every fault placed.

The suffix of the file's name tells its format: ``.csv``, ``.xlsx``, and JSON Lines for any other.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from styrledger.commit import Unreadable
from styrledger.errors import EntriesRefused, Fault, FileUnreadable
from styrledger.events.entry import Entry
from styrledger.exchange import jsonl, separated, xlsx
from styrledger.exchange.lines import Seen, ignore

READERS = {".csv": separated.read, ".xlsx": xlsx.read}


def read(path: str | os.PathLike[str], seen: Seen = ignore) -> Iterator[Entry | Unreadable]:
    """Yield what a record file holds: entries, and the places where none could be read.

    ``seen`` is told how many bytes were read, piece by piece.

    Raises:
        FileUnreadable: the file cannot be opened.
        MissingExtraError: the format needs a package that is not installed.
    """
    place = Path(path)
    try:
        with place.open("rb") as file:
            reader = READERS.get(place.suffix.casefold(), jsonl.read)
            yield from reader(file, str(path), seen)
    except OSError as fault:
        raise FileUnreadable(str(path), fault.strerror or str(fault)) from fault


def read_entries(path: str | os.PathLike[str]) -> list[Entry]:
    """Return the entries of a record file, in its order.

    Raises:
        FileUnreadable: the file cannot be opened.
        MissingExtraError: the format needs a package that is not installed.
        EntriesRefused: with every fault in the file, each as ``FILE:LINE: field: …``.
    """
    entries: list[Entry] = []
    faults: list[Fault] = []
    for found in read(path):
        if isinstance(found, Unreadable):
            faults += found.faults
        else:
            entries.append(found)
    if faults:
        raise EntriesRefused(faults)
    return entries
