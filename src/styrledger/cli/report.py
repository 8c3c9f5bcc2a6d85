"""The command ``report``: a year's budget and follow-up as one page, for people."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from styrledger import report as reports
from styrledger.cli.budget import YEAR
from styrledger.cli.options import dates_options, ledger_option, opened
from styrledger.cli.replacing import LONG_WORK, written
from styrledger.errors import FileInTheWay

STEPS = 200
"""How many times a progress bar is drawn."""


@click.command()
@click.option("--unit", metavar="U", help="Only this unit; default all.")
@click.option("--year", type=YEAR, required=True, help="The budget year.")
@dates_options
@click.option("--audit", is_flag=True, help="Also every entry, in the order of recording.")
@click.option(
    "-o",
    "--output",
    "file",
    metavar="FILE",
    default="-",
    type=click.Path(readable=False),
    help="Write it to FILE; default standard output.",
)
@ledger_option
def report(
    unit: str | None,
    year: int,
    on: str | None,
    known: str | None,
    file: str,
    path: str,
    *,
    void_annulled: bool,
    audit: bool,
) -> None:
    """Write a year's report as one HTML page in Swedish.

    It is to be read, printed and archived: the budget with the decisions behind every figure,
    uppdrag, goals, internal control and corrections; last, what seals it. An earlier report at FILE
    is replaced, anything else there is not.
    """
    with written(file, is_report, _in_the_way) as target, opened(path) as ledger:
        view = ledger.as_of(on, known=known, void_annulled=void_annulled)
        length = reports.work(view, audit=audit)
        hidden = view.basis.position < LONG_WORK or not sys.stderr.isatty()
        with click.progressbar(
            length=length,
            label="reporting",
            file=sys.stderr,
            hidden=hidden,
            update_min_steps=max(length // STEPS, 1),
        ) as bar:
            pieces = reports.html(
                ledger, view, year=year, unit=unit, audit=audit, progress=bar.update
            )
            for piece in pieces:
                target.write(piece.encode())
    if file != "-":
        click.echo(f"{file}: report of {year}")


def _in_the_way(file: str) -> FileInTheWay:
    return FileInTheWay(file, "an earlier report")


def is_report(file: Path) -> bool:
    """Return whether a file is a report that was written before."""
    head = reports.HEAD.encode()
    with file.open("rb") as source:
        return source.read(len(head)) == head
