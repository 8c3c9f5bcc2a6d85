"""Lines of text files: bounded in length, and refused where they are not text."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import BinaryIO

from styrledger.errors import Fault, ValueRefused

Seen = Callable[[int], object]
"""Is told how much of a file has been read, for a progress bar."""

LONGEST_LINE = 1_000_000
"""Bytes; a longer line is no entry, and is not read into memory."""

_BOM = b"\xef\xbb\xbf"


def ignore(_: int) -> None:
    """Take no notice of progress."""


def lines(file: BinaryIO, seen: Seen) -> Iterator[bytes | Fault]:
    """Yield each line of a file with its line break, or that it is too long.

    ``seen`` is told how many bytes each line had. A byte order mark is left out.
    """
    first = True
    while line := file.readline(LONGEST_LINE + 1):
        seen(len(line))
        if len(line) > LONGEST_LINE:
            while not line.endswith(b"\n") and (line := file.readline(LONGEST_LINE)):
                seen(len(line))
            yield Fault(
                f"the line is longer than {LONGEST_LINE:,} bytes".replace(",", " "),
                "one entry a line",
                "check for missing line breaks",
            )
        else:
            yield line.removeprefix(_BOM) if first else line
        first = False


def decoded(line: bytes) -> str:
    """Return the text of a line.

    Raises:
        ValueRefused: it holds a NUL byte, or is not UTF-8.
    """
    if b"\0" in line:
        raise ValueRefused(
            Fault("a NUL byte in the line", "text in UTF-8", "is this a record file at all?")
        )
    try:
        return line.decode()
    except UnicodeDecodeError as fault:
        what = f"byte {fault.start + 1} of the line is not UTF-8"
        raise ValueRefused(Fault(what, "text in UTF-8", "save the file as UTF-8")) from None
