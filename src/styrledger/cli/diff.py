"""The command ``diff``: why an answer differs between two bases."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import click

from styrledger import subjects
from styrledger.cli import show
from styrledger.cli.options import (
    F,
    answer_options,
    asking,
    checked,
    print_json,
    unit_of_money_option,
)
from styrledger.cli.sources import Source
from styrledger.diff import Cause, Difference, diff_views
from styrledger.errors import UnknownName, nearest
from styrledger.events.base import NAMED, UNNAMED, Kind
from styrledger.times import parse_known, to_day
from styrledger.view import View

NO = 1

FAMILIES = sorted((NAMED | UNNAMED) - {"decision"})
"""The kinds of subject of which all may be asked about at once."""


def _day(name: str, which: str) -> Callable[[F], F]:
    said = f"The {which} answer's day; default today."
    return click.option(name, metavar="DATE", callback=checked(to_day), help=said)


def _known(name: str, which: str) -> Callable[[F], F]:
    said = f"What the {which} answer knew; default everything."
    form = "#N|INSTANT|DATE"
    return click.option(name, metavar=form, callback=checked(parse_known), help=said)


@click.command()
@click.argument("query", nargs=-1)
@click.option("--year", type=int, help="The budget year, where the query is about budgets.")
@click.option(
    "--kind",
    type=click.Choice(["operating", "investment"]),
    help="Driftbudget or investeringsbudget; of one budget the default is operating.",
)
@_day("--from-on", "first")
@_day("--to-on", "second")
@_known("--from-known", "first")
@_known("--to-known", "second")
@answer_options
@unit_of_money_option
@click.pass_context
def diff(
    ctx: click.Context,
    query: tuple[str, ...],
    year: int | None,
    kind: Kind | None,
    from_on: str | None,
    to_on: str | None,
    from_known: str | None,
    to_known: str | None,
    path: str,
    money_unit: str,
    *,
    as_json: bool,
) -> None:
    """Tell every cause of the difference between two answers.

    QUERY is budget UNIT with --year, or a subject (budget/KS/2020/operating, unit/KS), or a kind
    of subject or its command (budget, goals) for all that differ of it; without it, everything
    that differs.
    For a budget the changes add up to the difference exactly. Exit code 1 where nothing was ever
    recorded about a subject.
    """
    if query:
        query = (COMMANDS.get(query[0], query[0]), *query[1:])
    subject = _subject(query, year, kind or "operating")
    with asking(path) as source:
        first = source.view(from_on, from_known, which="from")
        second = source.view(to_on, to_known, which="to")
        try:
            if subject is not None:
                _check_known(source, second, subject)
        except UnknownName as unknown:
            if unknown.kind != "subject":
                raise
            click.echo(str(unknown), err=True)
            ctx.exit(NO)
        found = diff_views(first, second, subject)
    chosen = [one for one in found if subject is not None or _asked(one.subject, query, year, kind)]
    basis = {"from": first.basis.as_dict(), "to": second.basis.as_dict()}
    if as_json and subject is not None:
        print_json({"basis": basis, **chosen[0].as_dict()})
    elif as_json:
        print_json({"basis": basis, "differences": [one.as_dict() for one in chosen]})
    else:
        click.echo(f"from {show.basis(first.basis)}\nto   {show.basis(second.basis)}")
        _print(chosen, money_unit)


COMMANDS = {
    "units": "unit",
    "goals": "goal",
    "indicators": "indicator",
    "controls": "control",
    "documents": "document",
    "evaluations": "evaluation",
    "minutes": "meeting",
    "calendar": "deadline",
}
"""The kind of subject that each command is about, where it is not called the same."""


def _subject(query: tuple[str, ...], year: int | None, kind: Kind) -> str | None:
    """Return the one subject that a query names, None where it is about many."""
    if not query or query == ("budget",) or (len(query) == 1 and query[0] in FAMILIES):
        return None
    family, slash, name = "/".join([query[0], " ".join(query[1:])]).rstrip("/").partition("/")
    if family not in {*FAMILIES, "decision"} or not slash:
        message = f"{query[0]!r} is no kind of subject, expected {nearest(family, FAMILIES)}"
        raise click.UsageError(message)
    subject = f"{family}/{name}"
    if family != "budget" or subjects.asked_budget(subject) is not None:
        return subject
    if year is None or "/" in name:
        message = "a budget is budget UNIT with --year, or budget/KS/2020/operating"
        raise click.UsageError(message)
    return subjects.budget(name, year, kind)


def _check_known(source: Source, view: View, subject: str) -> None:
    """Check that a subject is one, as a question about it alone would.

    Raises:
        UnknownName: there is no such unit, or nothing was recorded about the subject.
    """
    asked = subjects.asked_budget(subject)
    if asked is None or asked[0] == subjects.WHOLE:
        source.trail(subject)
    else:
        view.budget(*asked)


def _asked(subject: str, query: Sequence[str], year: int | None, kind: Kind | None) -> bool:
    """Return whether a subject is one of those that a query about many asks for."""
    family, _, _ = subject.partition("/")
    if query and family != query[0]:
        return False
    budget = subjects.asked_budget(subject)
    if year is None and kind is None:
        return True
    return budget is not None and year in {None, budget[1]} and kind in {None, budget[2]}


def _print(found: Sequence[Difference], money_unit: str) -> None:
    for one in found:
        click.echo()
        show.title(one.subject)
        if not one.causes:
            click.echo("no difference")
            continue
        rows = [_row(cause, money_unit) for cause in one.causes]
        if one.before is not None or one.after is not None:
            before, after = (show.number(figure, money_unit) for figure in (one.before, one.after))
            rows = [["before", "", "", "", before, ""], *rows, ["after", "", "", "", after, ""]]
        headers = ["cause", "entry", "effective", "decision", money_unit, "note"]
        show.table(headers, rows, right=["entry", money_unit])
    if not found:
        click.echo("\nno difference")


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
