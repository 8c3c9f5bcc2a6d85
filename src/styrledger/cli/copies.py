"""The commands ``export`` and ``restore``: lossless text copies of a ledger."""

from __future__ import annotations

import os
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import click

from styrledger.cli.options import ledger_option, opened
from styrledger.cli.replacing import LONG_WORK, written
from styrledger.cli.resuming import resumed
from styrledger.errors import CopyUnreadable, Fault, FileUnreadable
from styrledger.exchange import copies
from styrledger.store import Place, read_place

LONG_FILE = 6_000_000
"""Bytes of a copy from which a progress bar is shown."""


@click.command()
@click.argument("file", type=click.Path(readable=False))
@ledger_option
def export(file: str, path: str) -> None:
    """Write a lossless text copy of the ledger to FILE.

    - is standard output. An earlier copy at FILE is replaced, anything else there is not. Where it
    was cut off, what is in FILE.part and agrees with the ledger is not written again.
    """
    # FILE is looked at first: whoever closes a file that is also open as a ledger loses its locks.
    with _written(file) as target, opened(path) as ledger:
        length = ledger.head()
        hidden = length < LONG_WORK or not sys.stderr.isatty()
        with click.progressbar(
            length=length, label="exporting", file=sys.stderr, hidden=hidden
        ) as bar:
            count = copies.write(
                ledger.identity, ledger.rows(), ledger.issued(), target, bar.update
            )
    if file != "-":
        click.echo(f"{file}: {count} entries")


@contextmanager
def _written(file: str) -> Generator[copies.Sink]:
    """Give what to write a copy to: a new file is put in place when it is whole."""
    place = Path(os.path.realpath(file))
    if file == "-" or (place.exists() and not place.is_file()):  # a pipe or a device
        with written(file, copies.is_copy, _in_the_way) as target:
            yield target
        return
    try:
        if place.exists() and place.stat().st_size and not copies.is_copy(place):
            raise _in_the_way(file)
        with resumed(place, file) as sink:
            yield sink
    except OSError as fault:
        raise FileUnreadable(file, fault.strerror or str(fault)) from fault


def _in_the_way(file: str) -> CopyUnreadable:
    what, todo = "there is another file", "choose another path"
    return CopyUnreadable(Fault(what, "a free path or an earlier copy", todo, where=file))


@click.command()
@click.argument("file", type=click.Path(readable=False))
@ledger_option
def restore(file: str, path: str) -> None:
    """Make the ledger anew from a copy that export wrote.

    It is made at --ledger; a FILE of - is standard input. There is no ledger until all of the copy
    was found good. Where it was cut off, the same again goes on with what is there.
    """
    if file == "-":
        count = copies.restore(sys.stdin.buffer, "<stdin>", read_place(path), lambda _: None)
    else:
        count = _restored(file, read_place(path))
    click.echo(f"{read_place(path)}: {count} entries")


def _restored(file: str, place: Place) -> int:
    try:
        with Path(file).open("rb") as source:
            size = Path(file).stat().st_size
            bar = click.progressbar(
                length=size,
                label="restoring",
                file=sys.stderr,
                hidden=size < LONG_FILE or not sys.stderr.isatty(),
            )
            with bar as shown:
                return copies.restore(source, file, place, shown.update)
    except OSError as fault:
        raise FileUnreadable(file, fault.strerror or str(fault)) from fault
