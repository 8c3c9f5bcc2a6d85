"""The command ``goals``: what is to be reached, who answers for it and how it went."""

from __future__ import annotations

from collections.abc import Sequence

import click

from styrledger.cli import show
from styrledger.cli.found import named, pending_dicts, print_pending, short
from styrledger.cli.options import asked, basis_options, print_json
from styrledger.projections.goals import Goal

NO = 1


@click.command()
@click.argument("goal", required=False, metavar="[ID]")
@click.option("--year", type=int, help="How this year was assessed; default the last one.")
@click.option("--owner", metavar="UNIT", help="Only those that this unit answers for.")
@basis_options
@click.pass_context
def goals(
    ctx: click.Context,
    goal: str | None,
    year: int | None,
    owner: str | None,
    path: str,
    on: str | None,
    known: str | None,
    *,
    void_annulled: bool,
    as_json: bool,
) -> None:
    """List the goals and how they were assessed.

    With an ID, only that one. Exit code 1 where there was no goal of that ID on the day.
    """
    with asked(path, on, known, void_annulled=void_annulled) as view:
        if owner is not None:
            view.unit(owner)  # an unknown one is wrong use, as for every other unit asked about
        found, why_none = named(goal, view.goal, view.goals)
        pending = view.pending_about("goal")
    found = [one for one in found if owner in {None, one.owner}]
    if as_json:
        print_json(
            {
                "basis": view.basis.as_dict(),
                "goals": [one.as_dict(year) for one in found],
                "pending": pending_dicts(pending),
            }
        )
    else:
        click.echo(f"goals, {show.basis(view.basis)}\n")
        _summary(found, year)
        for one in found if goal is not None else ():
            _assessments(one)
        print_pending(pending)
    if why_none:
        click.echo(why_none, err=True)
        ctx.exit(NO)


def _summary(found: Sequence[Goal], year: int | None) -> None:
    rows: list[list[str]] = []
    for one in found:
        assessed = one.assessed(year)
        told = [show.NOTHING, show.NOTHING, ""]
        if assessed is not None:
            told = [str(assessed.year), assessed.assessment, assessed.label or ""]
        rows.append([one.goal, short(one.title), one.owner, one.level, *told])
    show.table(["goal", "title", "owner", "level", "year", "assessment", "label"], rows)
    click.echo()


def _assessments(one: Goal) -> None:
    if one.assessments:
        show.title(f"How {one.goal} was assessed")
        rows = [
            [
                str(assessed.year),
                assessed.assessment,
                assessed.label or "",
                show.effective(assessed.fact.entry),
                show.position(assessed.fact),
                show.note(assessed.fact.entry),
            ]
            for assessed in one.assessments
        ]
        show.table(["year", "assessment", "label", "from", "entry", "note"], rows)
        click.echo()
    if one.indicators:
        click.echo(f"Measured by {', '.join(one.indicators)}\n")
