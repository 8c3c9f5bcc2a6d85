"""Record files: any format that holds entries, read piece by piece with every fault placed.

The suffix of the file's name tells its format: ``.csv``, ``.xlsx``, and JSON Lines for any other.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

from styrledger.commit import Piece, Ready, Unreadable
from styrledger.errors import EntriesRefused, Fault, FileUnreadable
from styrledger.events.entry import Entry
from styrledger.exchange import jsonl, pages, separated, xlsx
from styrledger.exchange.lines import Seen, ignore

Reader = Callable[[BinaryIO, str, Seen], Iterator[Piece]]

READERS: dict[str, Reader] = {".csv": separated.read, ".xlsx": xlsx.read}


def read(path: str | os.PathLike[str], seen: Seen = ignore) -> Iterator[Piece]:
    """Yield what a record file holds: entries, and the places where none could be read.

    A long file is read by several processes, and then its entries come with their octets.

    ``seen`` is told how many bytes were read, piece by piece.

    Raises:
        FileUnreadable: the file cannot be opened.
        MissingExtraError: the format needs a package that is not installed.
    """
    place = Path(path)
    try:
        with place.open("rb") as file:
            lined = pages.read if pages.is_long(file) else jsonl.read
            reader: Reader = READERS.get(place.suffix.casefold(), lined)
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
            entries.append(found.entry if isinstance(found, Ready) else found)
    if faults:
        raise EntriesRefused(faults)
    return entries
