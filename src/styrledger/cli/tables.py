"""Answers as CSV and XLSX: the options that every list has, and what they do with its JSON."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import attrs
import click

from styrledger.cli.newfiles import NEW_FILE, STDOUT, new_file
from styrledger.cli.replaying import spelt
from styrledger.errors import nearest

if TYPE_CHECKING:
    from styrledger.exchange.listings.shape import Listing

TABLES = "tables"


@attrs.define
class Wanted:
    """Where the command in progress is to write its answer as tables, and how."""

    csv: str | None = None
    table: str | None = None
    bom: bool = False
    semicolon: bool = False
    xlsx: str | None = None

    @property
    def anything(self) -> bool:
        """True where a file of tables is to be written."""
        return self.csv is not None or self.xlsx is not None


def _note(context: click.Context, option: click.Parameter, value: Any) -> None:
    setattr(context.meta.setdefault(TABLES, Wanted()), option.name or "", value)


def _as_answer(
    context: click.Context,
    _: click.Parameter,
    value: bool,  # noqa: FBT001 - click's signature
) -> bool:
    """Return whether a command is to answer as JSON: tables are made from the same answer.

    Raises:
        click.UsageError: the answer would have two forms at once, or options lead nowhere.
    """
    wanted: Wanted = context.meta.get(TABLES, Wanted())
    if value and wanted.anything:
        message = "--json and a table are two forms of one answer, expected one of them"
        raise click.UsageError(message)
    if wanted.csv is None and (wanted.table is not None or wanted.bom or wanted.semicolon):
        message = "--table, --bom and --semicolon are about --csv, which is missing"
        raise click.UsageError(message)
    if wanted.table is not None and wanted.table not in (tables := _tables(context)):
        message = f"no table {wanted.table!r}, expected {nearest(wanted.table, tables)}"
        raise click.UsageError(message)
    if wanted.xlsx == STDOUT:
        message = "a workbook is not printed, expected --xlsx FILE"
        raise click.UsageError(message)
    return value or wanted.anything


def _option(name: str, help_: str, **settings: Any) -> Any:
    # Eager: --json is read after them.
    return click.option(
        name, help=help_, is_eager=True, expose_value=False, callback=_note, **settings
    )


answer_form_options = (
    click.option(
        "--json",
        "as_json",
        is_flag=True,
        callback=_as_answer,
        help="Print one JSON object.",
    ),
    _option(
        "--csv",
        "Write the list as CSV to a new FILE; - prints it.",
        metavar="FILE",
        type=NEW_FILE,
    ),
    _option("--table", "Which of the answer's tables the CSV holds.", metavar="NAME"),
    _option("--bom", "Begin the CSV with a byte order mark, as Excel wants.", is_flag=True),
    _option(
        "--semicolon",
        "Semicolons and decimal commas in the CSV, as in Swedish Excel.",
        is_flag=True,
    ),
    _option(
        "--xlsx",
        "Write a workbook to a new FILE, a sheet for each table.",
        metavar="FILE",
        type=NEW_FILE,
    ),
)


def write_tables(answer: Mapping[str, Any]) -> bool:
    """Write the tables that the command in progress was asked for; tell whether it was."""
    context = click.get_current_context()
    wanted: Wanted = context.meta.get(TABLES, Wanted())
    if wanted.csv is not None:
        _write_csv(wanted, wanted.csv, answer, _tables(context))
    if wanted.xlsx is not None:
        _write_xlsx(wanted.xlsx, answer, context)
    return wanted.anything


def _write_csv(
    wanted: Wanted, path: str, answer: Mapping[str, Any], tables: Mapping[str, Listing]
) -> None:
    from styrledger.exchange.listings import separated

    listing = tables[wanted.table or next(iter(tables))]
    dialect = separated.Dialect(semicolon=wanted.semicolon, bom=wanted.bom)
    with new_file(path) as file:
        count = separated.write(listing, answer, file, dialect)
    if path != STDOUT:
        click.echo(f"{path}: {count} {'row' if count == 1 else 'rows'} of {listing.name}")


def _write_xlsx(path: str, answer: Mapping[str, Any], context: click.Context) -> None:
    from styrledger.exchange.listings import workbook

    command = context.command
    asked = shlex.join(["styrledger", command.name or "", *spelt(command, context.params)])
    with new_file(path) as file:
        counts = workbook.write(_tables(context).values(), answer, asked, file)
    told = ", ".join(f"{sheet} {count}" for sheet, count in counts.items())
    click.echo(f"{path}: {told}")


def _tables(context: click.Context) -> dict[str, Listing]:
    """Return the tables of the command in progress, by name."""
    from styrledger.exchange.listings.catalogue import LISTINGS

    return {listing.name: listing for listing in LISTINGS[context.command.name or ""]}
