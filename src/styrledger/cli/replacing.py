"""Writing a file that takes the place of an earlier one of its own kind, and of nothing else."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from styrledger.errors import FileUnreadable, StyrledgerError

LONG_WORK = 20_000
"""Entries from which a progress bar is shown."""


@contextmanager
def written(
    file: str, is_ours: Callable[[Path], bool], in_the_way: Callable[[str], StyrledgerError]
) -> Generator[BinaryIO]:
    """Give what to write to: a new file is put in place when it is whole; ``-`` is the output.

    What lies there already must be empty or ``is_ours``.

    Raises:
        StyrledgerError: what ``in_the_way`` makes of the path, where something else lies there.
        FileUnreadable: it cannot be written.
    """
    if file == "-":
        yield sys.stdout.buffer
        return
    place = Path(os.path.realpath(file))
    try:
        if place.exists() and not place.is_file():  # a pipe or a device
            with place.open("wb") as target:
                yield target
            return
        if place.exists() and place.stat().st_size and not is_ours(place):
            raise in_the_way(file)
        beside = Path(f"{place}.{os.getpid()}.part")
        try:
            with beside.open("wb") as target:
                yield target
                target.flush()
                os.fsync(target.fileno())
            beside.replace(place)
        finally:
            beside.unlink(missing_ok=True)
    except BrokenPipeError:
        raise
    except OSError as fault:
        raise FileUnreadable(file, fault.strerror or str(fault)) from fault
