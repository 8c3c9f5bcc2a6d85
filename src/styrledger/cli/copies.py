"""The commands ``export`` and ``restore``: lossless text copies of a ledger."""

from __future__ import annotations

import os
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import click

from styrledger.cli.options import ledger_option, opened
from styrledger.errors import CopyUnreadable, Fault, FileUnreadable
from styrledger.exchange import copies

LONG_WORK = 20_000
"""Entries from which a progress bar is shown."""

LONG_FILE = 6_000_000
"""Bytes of a copy from which a progress bar is shown."""


@click.command()
@click.argument("file", type=click.Path(readable=False))
@ledger_option
def export(file: str, path: str) -> None:
    """Write a lossless text copy of the ledger to FILE (- is standard output).

    An earlier copy at FILE is replaced, anything else there is not.
    """
    # FILE is looked at first: whoever closes a file that is also open as a ledger loses its locks.
    with _written(file) as target, opened(path) as ledger:
        length = ledger.head()
        hidden = length < LONG_WORK or not sys.stderr.isatty()
        with click.progressbar(
            length=length, label="exporting", file=sys.stderr, hidden=hidden
        ) as bar:
            count = copies.write(ledger.identity, ledger.rows(), target, bar.update)
    if file != "-":
        click.echo(f"{file}: {count} entries")


@contextmanager
def _written(file: str) -> Generator[BinaryIO]:
    """Give what to write a copy to: a new file is put in place when it is whole."""
    if file == "-":
        yield sys.stdout.buffer
        return
    place = Path(os.path.realpath(file))
    try:
        if place.exists() and not place.is_file():  # a pipe or a device
            with place.open("wb") as target:
                yield target
            return
        _check_free(place, file)
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


def _check_free(place: Path, file: str) -> None:
    """Refuse to write over anything but an earlier copy, above all over a ledger."""
    if place.exists() and place.stat().st_size and not copies.is_copy(place):
        what, todo = "there is another file", "choose another path"
        raise CopyUnreadable(Fault(what, "a free path or an earlier copy", todo, where=file))


@click.command()
@click.argument("file", type=click.Path(readable=False))
@ledger_option
def restore(file: str, path: str) -> None:
    """Make the ledger anew, at --ledger, from a copy that export wrote (- is standard input)."""
    if file == "-":
        count = copies.restore(sys.stdin.buffer, "<stdin>", Path(path), lambda _: None)
    else:
        count = _restored(file, Path(path))
    click.echo(f"{path}: {count} entries")


def _restored(file: str, path: Path) -> int:
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
                return copies.restore(source, file, path, shown.update)
    except OSError as fault:
        raise FileUnreadable(file, fault.strerror or str(fault)) from fault
