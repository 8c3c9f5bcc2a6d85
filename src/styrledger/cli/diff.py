"""The command ``diff``: why an answer differs between two bases."""

from __future__ import annotations

import click

from styrledger import subjects
from styrledger.cli import show
from styrledger.cli.options import (
    json_option,
    ledger_option,
    opened,
    print_json,
    sealed,
    unit_of_money_option,
)
from styrledger.diff import Cause
from styrledger.events.base import Kind


@click.command()
@click.argument("query", nargs=-1, required=True)
@click.option("--year", type=int, help="The budget year, where the query is about a budget.")
@click.option(
    "--kind",
    type=click.Choice(["operating", "investment"]),
    default="operating",
    show_default=True,
    help="Driftbudget or investeringsbudget.",
)
@click.option("--from-on", metavar="DATE", help="The first answer's day; default today.")
@click.option("--to-on", metavar="DATE", help="The second answer's day; default today.")
@click.option("--from-known", metavar="#N|INSTANT|DATE", help="What the first answer knew.")
@click.option("--to-known", metavar="#N|INSTANT|DATE", help="What the second answer knew.")
@ledger_option
@unit_of_money_option
@json_option
def diff(
    query: tuple[str, ...],
    year: int | None,
    kind: Kind,
    from_on: str | None,
    to_on: str | None,
    from_known: str | None,
    to_known: str | None,
    path: str,
    money_unit: str,
    *,
    as_json: bool,
) -> None:
    """Tell every cause of the difference between two answers to QUERY.

    QUERY is budget UNIT with --year, or a subject: budget/KS/2020/operating, unit/KS. For a
    budget the changes add up to the difference exactly.
    """
    with opened(path) as ledger:
        first = sealed(ledger.as_of(from_on, known=from_known))
        second = sealed(ledger.as_of(to_on, known=to_known))
        (found,) = ledger.diff(first, second, _subject(query, year, kind))
    if as_json:
        basis = {"from": first.basis.as_dict(), "to": second.basis.as_dict()}
        print_json({"basis": basis, **found.as_dict()})
        return
    click.echo(
        f"{found.subject}\nfrom {show.basis(first.basis)}\nto   {show.basis(second.basis)}\n"
    )
    figure = found.before is not None or found.after is not None
    rows = [_row(cause, money_unit) for cause in found.causes]
    if figure:
        rows = [
            ["before", "", "", "", show.number(found.before, money_unit), ""],
            *rows,
            ["after", "", "", "", show.number(found.after, money_unit), ""],
        ]
    headers = ["cause", "entry", "effective", "decision", money_unit, "note"]
    show.table(headers, rows, right=["entry", money_unit])


def _subject(query: tuple[str, ...], year: int | None, kind: Kind) -> str:
    subject = "/".join([query[0], " ".join(query[1:])]) if len(query) > 1 else query[0]
    unit = subject.removeprefix("budget/")
    if unit == subject and "/" in subject:
        return subject
    if unit != subject and "/" not in unit and year is not None:
        return subjects.budget(unit, year, kind)
    if subjects.asked_budget(subject) is None:
        message = "QUERY is budget UNIT with --year, or a subject such as budget/KS/2020/operating"
        raise click.UsageError(message)
    return subject


def _row(cause: Cause, money_unit: str) -> list[str]:
    fact = cause.counted.fact
    return [
        cause.kind.replace("_", " "),
        show.position(fact),
        show.effective(fact.entry),
        show.decision(fact.entry),
        "" if cause.change is None else show.number(cause.change, money_unit),
        show.note(fact.entry),
    ]
