"""Files that commands write: always new ones, and refused before anything is done for them."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import click

from styrledger.errors import FileInTheWay, FileUnreadable

STDOUT = "-"


class NewFile(click.Path):
    """An option's file that must not be there yet; ``-`` is standard output.

    It is looked at when the command line is read: a ledger keeps what it signs, so that nothing
    may be signed for a file that then cannot be written.
    """

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the file's name.

        Raises:
            FileInTheWay: there is something of that name.
        FileUnreadable: there is no place to put it.
        """
        file = str(super().convert(value, param, ctx))
        if file != STDOUT:
            check_free(file)
        return file


NEW_FILE = NewFile()


def check_free(file: str) -> None:
    """Check that a file, or a folder, can be made.

    Raises:
        FileInTheWay: there is something of that name.
        FileUnreadable: there is no place to put it.
    """
    try:
        place = Path(file)
        if os.path.lexists(place):
            raise FileInTheWay(file)
        if not place.parent.is_dir():
            raise FileUnreadable(file, os.strerror(errno.ENOENT))
        if not os.access(place.parent, os.W_OK):
            raise FileUnreadable(file, os.strerror(errno.EACCES))
    except ValueError as fault:  # as with a NUL in it
        raise FileUnreadable(file, str(fault)) from fault


@contextmanager
def new_file(file: str) -> Generator[BinaryIO]:
    """Give a file that was not there to write to; where that fails, it is gone again."""
    if file == STDOUT:
        sys.stdout.flush()
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    made = False
    try:
        with Path(file).open("xb") as target:
            made = True
            yield target
            made = False
    except BrokenPipeError:
        raise
    except FileExistsError:
        raise FileInTheWay(file) from None
    except OSError as fault:
        raise FileUnreadable(file, fault.strerror or str(fault)) from fault
    finally:
        if made:
            Path(file).unlink(missing_ok=True)


def write_new(file: str, text: str) -> None:
    """Write a text to a file that was not there; ``-`` is standard output."""
    with new_file(file) as target:
        target.write(text.encode())
