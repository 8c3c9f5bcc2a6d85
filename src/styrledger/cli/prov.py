"""The command ``prov``: a decision's history in the form that other systems read, W3C PROV."""

from __future__ import annotations

import json

import click

from styrledger.cli.newfiles import NEW_FILE, write_new
from styrledger.cli.options import dates_options, ledger_option, opened
from styrledger.errors import UnknownName
from styrledger.exchange.prov import history

NO = 1


@click.command()
@click.argument("decision")
@dates_options
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    default="-",
    type=NEW_FILE,
    help="A new FILE; default stdout.",
)
@ledger_option
@click.pass_context
def prov(
    ctx: click.Context,
    decision: str,
    on: str | None,
    known: str | None,
    output: str,
    path: str,
    *,
    void_annulled: bool,
) -> None:
    """Write the history of DECISION as W3C PROV (PROV-JSON).

    A decision is written "KF 2020-02-10 § 9". What was recorded of it, when and by which role, what
    was corrected or annulled, and the budgets before and after it. Exit code 1 where it was not
    taken by the day.
    """
    with opened(path) as ledger:
        view = ledger.as_of(on, known=known, void_annulled=void_annulled)
        why_none = f"no decision {decision!r} by {view.basis.on}, as known then"
        found = None
        try:
            found = history(ledger, view, decision)
        except UnknownName as unknown:
            why_none = str(unknown)
    if found is None:
        click.echo(why_none, err=True)
        ctx.exit(NO)
    write_new(output, f"{json.dumps(found, ensure_ascii=False, indent=2)}\n")
