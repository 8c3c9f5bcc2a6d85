"""JSON Lines: one entry a line, UTF-8; blank lines and lines that begin with # are skipped."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import BinaryIO

import msgspec

from styrledger.codec import read_entry
from styrledger.commit import Unreadable
from styrledger.errors import Fault, ValueRefused
from styrledger.events.entry import Entry

Seen = Callable[[int], object]
"""Is told how much of a file has been read, for a progress bar."""

LONGEST_LINE = 1_000_000
"""Bytes; a longer line is no entry, and is not read into memory."""


def ignore(_: int) -> None:
    """Take no notice of progress."""


def read(file: BinaryIO, name: str, seen: Seen = ignore) -> Iterator[Entry | Unreadable]:
    """Yield the entry of each line of a file, or why it holds none.

    ``name`` places the faults; ``seen`` is told how many bytes each line had.
    """
    number = 0
    while line := file.readline(LONGEST_LINE + 1):
        number += 1
        seen(len(line))
        where = f"{name}:{number}"
        if len(line) > LONGEST_LINE:
            while not line.endswith(b"\n") and (line := file.readline(LONGEST_LINE)):
                seen(len(line))
            yield _refused(
                where,
                f"the line is longer than {LONGEST_LINE:,} bytes".replace(",", " "),
                "one entry a line",
                "check for missing line breaks",
            )
            continue
        text = line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line
        if text.strip() and not text.startswith(b"#"):
            yield _entry(text, where)


def _entry(line: bytes, where: str) -> Entry | Unreadable:
    if b"\0" in line:
        return _refused(
            where, "a NUL byte in the line", "text in UTF-8", "is this a record file at all?"
        )
    try:
        text = line.decode()
    except UnicodeDecodeError as fault:
        return _refused(
            where,
            f"byte {fault.start + 1} of the line is not UTF-8",
            "text in UTF-8",
            "save the file as UTF-8",
        )
    try:
        given = msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError) as fault:
        return _refused(where, f"not JSON ({fault})", '{"type": …}', "write one object a line")
    try:
        return read_entry(given, where)
    except ValueRefused as refused:
        return Unreadable(refused.faults)


def _refused(where: str, what: str, expected: str, todo: str) -> Unreadable:
    return Unreadable((Fault(what, expected, todo, where=where),))
