"""Record files: any format that holds entries, read line by line with every fault placed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from styrledger.commit import Unreadable
from styrledger.errors import EntriesRefused, Fault, FileUnreadable
from styrledger.events.entry import Entry
from styrledger.exchange import jsonl


def read(
    path: str | os.PathLike[str], seen: jsonl.Seen = jsonl.ignore
) -> Iterator[Entry | Unreadable]:
    """Yield what a record file holds: entries, and the places where none could be read.

    ``seen`` is told how many bytes were read, piece by piece.

    Raises:
        FileUnreadable: the file cannot be opened.
    """
    place = Path(path)
    try:
        with place.open("rb") as file:
            yield from jsonl.read(file, str(path), seen)
    except OSError as fault:
        raise FileUnreadable(str(path), fault.strerror or str(fault)) from fault


def read_entries(path: str | os.PathLike[str]) -> list[Entry]:
    """Return the entries of a record file, in its order.

    Raises:
        FileUnreadable: the file cannot be opened.
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
