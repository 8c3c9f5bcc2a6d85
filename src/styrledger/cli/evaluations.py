"""The command ``evaluations``: scores by year and version, and what was noted."""

from __future__ import annotations

import click

from styrledger.cli import show
from styrledger.cli.found import named, pending_dicts, print_pending
from styrledger.cli.options import asked, basis_options, print_json
from styrledger.projections.evaluations import Evaluation, Round, StatedTotal
from styrledger.values import Value

NO = 1


@click.command()
@click.argument("evaluation", required=False, metavar="[NAME]")
@click.option("--year", type=int, help="Only this year.")
@basis_options
@click.pass_context
def evaluations(
    ctx: click.Context,
    evaluation: str | None,
    year: int | None,
    path: str,
    on: str | None,
    known: str | None,
    *,
    void_annulled: bool,
    as_json: bool,
) -> None:
    """Show the scores of evaluations.

    With a NAME, also what that one noted. Years that were scored by different criteria are
    never one trend. Exit code 1 where there was no evaluation of that NAME on the day.
    """
    with asked(path, on, known, void_annulled=void_annulled) as view:
        found, why_none = named(evaluation, view.evaluation, view.evaluations)
        pending = view.pending_about("evaluation")
    if as_json:
        print_json(
            {
                "basis": view.basis.as_dict(),
                "evaluations": [one.as_dict(year) for one in found],
                "pending": pending_dicts(pending),
            }
        )
    else:
        click.echo(f"evaluations, {show.basis(view.basis)}\n")
        for one in found:
            _scores(one, year)
            if evaluation is not None:
                _notes(one, year)
        print_pending(pending)
    if why_none:
        click.echo(why_none, err=True)
        ctx.exit(NO)


def _scores(one: Evaluation, year: int | None) -> None:
    rounds = [found for found in one.rounds if year in {None, found.year}]
    for found in rounds:
        show.title(f"{one.evaluation} {found.year}, criteria {found.criteria_version}")
        rows = [[score.area, str(score.score), str(score.scale_max)] for score in found.areas]
        rows.append(["Total", _number(found.total), _number(found.scale_max)])
        show.table(["area", "score", "of"], rows, right=["score", "of"])
        click.echo()
        for line in _below(found):
            click.echo(line)
    if len(rounds) > 1 and not one.comparable:
        click.echo("The years were scored by different criteria and cannot be compared.\n")


def _below(found: Round) -> list[str]:
    lines = [_stated(stated) for stated in found.stated]
    if found.change is not None:
        lines.append(f"Change from the time before, by the same criteria: {found.change}")
    return [*lines, ""] if lines else []


def _stated(stated: StatedTotal) -> str:
    if stated.confirmed is None:
        return f"Stated total {stated.total}: no scores to check it by"
    off = "confirmed" if stated.confirmed else f"off by {stated.difference}"
    return f"Stated total {stated.total}: {off}"


def _notes(one: Evaluation, year: int | None) -> None:
    rows = [
        [str(note.year), note.area, note.kind, note.text]
        for note in one.notes
        if year in {None, note.year}
    ]
    if rows:
        show.title("Strengths and improvements")
        show.table(["year", "area", "kind", "text"], rows)
        click.echo()


def _number(value: Value | None) -> str:
    return show.NOTHING if value is None else str(value)
