"""The command ``package``: a year's open data, to be published."""

from __future__ import annotations

from pathlib import Path

import click

from styrledger.cli.budget import YEAR
from styrledger.cli.newfiles import NEW_FILE, STDOUT
from styrledger.cli.options import dates_options, ledger_option, opened
from styrledger.cli.signing import key_option, signing_key
from styrledger.errors import FileUnreadable
from styrledger.exchange.opendata import package as packages


@click.command()
@click.option("--year", type=YEAR, required=True, help="The year whose data it is.")
@click.option(
    "-o",
    "--output",
    metavar="FOLDER|FILE.zip",
    type=NEW_FILE,
    required=True,
    help="A new folder, or with a name in .zip a new archive.",
)
@dates_options
@key_option
@ledger_option
def package(
    year: int,
    output: str,
    on: str | None,
    known: str | None,
    key_file: str | None,
    path: str,
    *,
    void_annulled: bool,
) -> None:
    """Write the open data of a year as a data package.

    A Frictionless data package: budgets, decisions, uppdrag, goals, internal control and documents
    as CSV tables, with a schema, titles in Swedish and English, sources, the basis and its
    checkpoint. Prose, in which people may be named, is left out.
    """
    if output == STDOUT:
        message = "a package is no stream, expected -o FOLDER or -o FILE.zip"
        raise click.UsageError(message)
    key = signing_key(key_file)
    with opened(path, read_only=key is None) as ledger:
        view = ledger.as_of(on, known=known, void_annulled=void_annulled)
        try:
            rows = packages.write(ledger, view, year, Path(output), key)
        except OSError as fault:
            raise FileUnreadable(output, fault.strerror or str(fault)) from fault
    click.echo(f"{output}: {len(rows)} tables, {sum(rows.values())} rows")
