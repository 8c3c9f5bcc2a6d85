"""The command ``calendar``: the year wheel, what is due and what was met, late or missed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import get_args

import click

from styrledger.cli import show
from styrledger.cli.found import named, pending_dicts, print_pending, short
from styrledger.cli.options import asked, basis_options, print_json
from styrledger.projections.calendar import Deadline, Status

NO = 1


@click.command()
@click.argument("deadline", required=False, metavar="[ID]")
@click.option("--year", type=int, help="Only deadlines of this year.")
@click.option("--calendar", "within", metavar="NAME", help="Only deadlines of this calendar.")
@click.option("--status", type=click.Choice(get_args(Status)), help="Only of this status.")
@basis_options
@click.pass_context
def calendar(
    ctx: click.Context,
    deadline: str | None,
    year: int | None,
    within: str | None,
    status: Status | None,
    path: str,
    on: str | None,
    known: str | None,
    *,
    void_annulled: bool,
    as_json: bool,
) -> None:
    """List the deadlines in order of date.

    With an ID, only that one. On its last day a deadline is still due; a date that is only a
    month or a year is due through the end of it. Exit code 1 where there was no deadline of that
    ID on the day.
    """
    with asked(path, on, known, void_annulled=void_annulled) as view:
        found, why_none = named(deadline, view.deadline, view.calendar)
        pending = view.pending_about("deadline")
    found = [
        one
        for one in found
        if year in {None, one.date.last.year}
        and within in {None, one.calendar}
        and status in {None, one.status}
    ]
    if as_json:
        print_json(
            {
                "basis": view.basis.as_dict(),
                "calendar": [one.as_dict() for one in found],
                "pending": pending_dicts(pending),
            }
        )
    else:
        click.echo(f"calendar, {show.basis(view.basis)}\n")
        _table(found)
        print_pending(pending)
    if why_none:
        click.echo(why_none, err=True)
        ctx.exit(NO)


def _table(found: Sequence[Deadline]) -> None:
    headers = ["date", "deadline", "activity", "responsible", "status", "met"]
    rows = [
        [
            _date(one),
            one.deadline,
            short(one.activity),
            one.responsible,
            one.status,
            "" if one.met is None else str(one.met),
        ]
        for one in found
    ]
    show.table(headers, rows)
    statuses = Counter(one.status for one in found)
    said = ", ".join(f"{number} {status}" for status, number in statuses.items())
    click.echo(f"\ndeadlines: {len(found)}" + (f", {said}" if said else "") + "\n")


def _date(one: Deadline) -> str:
    return f"{one.date} (first {one.first_date})" if one.moved else str(one.date)
