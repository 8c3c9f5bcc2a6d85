"""The commands ``export`` and ``restore``: lossless text copies of a ledger."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from styrledger.cli.options import ledger_option, opened
from styrledger.errors import FileUnreadable
from styrledger.exchange import copies

LONG_WORK = 20_000
"""Entries from which a progress bar is shown."""

LONG_FILE = 6_000_000
"""Bytes of a copy from which a progress bar is shown."""


@click.command()
@click.argument("file", type=click.Path())
@ledger_option
def export(file: str, path: str) -> None:
    """Write a lossless text copy of the ledger to FILE (- is standard output)."""
    with opened(path) as ledger:
        count = ledger.head()
        hidden = count < LONG_WORK
        with click.progressbar(
            length=count, label="exporting", file=sys.stderr, hidden=hidden
        ) as bar:
            if file == "-":
                copies.write(ledger.identity, ledger.rows(), sys.stdout.buffer, bar.update)
                return
            # Written beside and then put in place: a copy is whole or not there.
            beside = Path(f"{file}.part")
            try:
                with beside.open("wb") as target:
                    copies.write(ledger.identity, ledger.rows(), target, bar.update)
                    target.flush()
                    os.fsync(target.fileno())
                beside.replace(file)
            except OSError as fault:
                raise FileUnreadable(file, fault.strerror or str(fault)) from fault
            finally:
                beside.unlink(missing_ok=True)
    click.echo(f"{file}: {count} entries")


@click.command()
@click.argument("file", type=click.Path())
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
                length=size, label="restoring", file=sys.stderr, hidden=size < LONG_FILE
            )
            with bar as shown:
                return copies.restore(source, file, path, shown.update)
    except OSError as fault:
        raise FileUnreadable(file, fault.strerror or str(fault)) from fault
