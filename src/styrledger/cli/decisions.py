"""The command ``decisions``: how far decisions have come, and what rests on them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import get_args

import click

from styrledger.cli import show
from styrledger.cli.options import asked, basis_options, print_json
from styrledger.errors import UnknownName
from styrledger.projections.decisions import LIFE, Decision, DecisionStatus

NO = 1


@click.command()
@click.argument("ref", required=False)
@click.option("--body", metavar="UNIT", help="Only the decisions of this body.")
@click.option("--year", type=int, help="Only the decisions of this year.")
@click.option(
    "--status",
    type=click.Choice(get_args(DecisionStatus)),
    help="Only the decisions that have come this far on the day.",
)
@basis_options
@click.pass_context
def decisions(
    ctx: click.Context,
    ref: str | None,
    body: str | None,
    year: int | None,
    status: DecisionStatus | None,
    path: str,
    on: str | None,
    known: str | None,
    *,
    void_annulled: bool,
    as_json: bool,
) -> None:
    """List the decisions and how far they have come.

    With a REF ("KF 2020-02-10 § 9"), show that one. Exit code 1 where there was none by that day.
    """
    unknown = ""
    asked_for: Sequence[Decision | None] = ()
    with asked(path, on, known, void_annulled=void_annulled) as view:
        try:
            asked_for = view.decisions() if ref is None else [view.decision(ref)]
        except UnknownName as error:
            unknown = str(error)
    found = [
        one
        for one in asked_for
        if one is not None
        and body in {None, one.ref.body}
        and year in {None, None if one.taken is None else one.taken.year}
        and status in {None, one.status}
    ]
    if as_json:
        answer = [decision.as_dict() for decision in found]
        print_json({"basis": view.basis.as_dict(), "decisions": answer})
    else:
        click.echo(f"decisions, {show.basis(view.basis)}\n")
        if ref is None:
            _list(found)
        for one in found if ref is not None else ():
            _print(one)
    if not found:
        what = "no such decision" if ref is None else f"no decision {ref!r}"
        there_was_none = f"{what} by {view.basis.on}, as known then"
        click.echo(unknown or there_was_none, err=True)
        ctx.exit(NO)


def _list(found: Sequence[Decision]) -> None:
    if not found:
        return
    rows = [
        [
            str(one.ref),
            one.status,
            str(len(one.entries)),
            _day(one.life.last_appeal_day),
            ", ".join(one.flags),
        ]
        for one in found
    ]
    headers = ["decision", "status", "entries", "last appeal day", "flags"]
    show.table(headers, rows, right=["entries"])


def _print(one: Decision) -> None:
    show.title(f"{one.ref}: {one.status}")
    days = [[name.replace("_", " "), _day(getattr(one.life, name))] for name in LIFE]
    told = [row for row in days if row[1] != show.NOTHING]
    if told:
        show.table(["", "day"], told)
    if one.flags:
        click.echo(f"flags: {', '.join(one.flags)}")
    click.echo()
    show.title("Rests on it")
    rows = [
        [
            show.position(entry.fact),
            entry.fact.entry.event.type,
            entry.effect,
            show.effective(entry.fact.entry),
            show.what(entry.fact.entry.event),
        ]
        for entry in one.entries
    ]
    show.table(["entry", "type", "effect", "effective", "what"], rows)


def _day(day: date | None) -> str:
    return show.NOTHING if day is None else day.isoformat()
