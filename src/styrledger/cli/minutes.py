"""The command ``minutes``: meetings, what they took up and how their votes fell."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import click

from styrledger.cli import show
from styrledger.cli.options import asked, basis_options, print_json
from styrledger.projections.minutes import Item, Meeting
from styrledger.projections.votes import Vote

NO = 1


@click.command()
@click.argument("body", required=False)
@click.option("--year", type=int, help="Only the meetings of this year.")
@click.option("--text", "texts", is_flag=True, help="Also what the minutes say of each item.")
@basis_options
@click.pass_context
def minutes(
    ctx: click.Context,
    body: str | None,
    year: int | None,
    path: str,
    on: str | None,
    known: str | None,
    *,
    texts: bool,
    void_annulled: bool,
    as_json: bool,
) -> None:
    """List the meetings with their items and votes.

    With a BODY, only its own. Exit code 1 where there were none by that day.
    """
    with asked(path, on, known, void_annulled=void_annulled) as view:
        found = view.minutes(body, year)
    if as_json:
        answer = [meeting.as_dict() for meeting in found]
        print_json({"basis": view.basis.as_dict(), "minutes": answer})
    else:
        click.echo(f"minutes, {show.basis(view.basis)}\n")
        for meeting in found:
            _print(meeting, texts=texts)
    if not found:
        if not as_json:
            whose = "no meeting" if body is None else f"no meeting of {body}"
            which = "" if year is None else f" in {year}"
            click.echo(f"{whose}{which} by {view.basis.on}, as known then", err=True)
        ctx.exit(NO)


def _print(meeting: Meeting, *, texts: bool) -> None:
    show.title(f"{meeting.body} {meeting.date}{_flagged(meeting.flags)}")
    counts = ", ".join(f"{number} {kind}" for kind, number in meeting.counts.items() if number)
    if counts:
        click.echo(counts)
    if meeting.items:
        rows = [
            [
                item.item,
                item.kind,
                item.title,
                show.decision(item.fact.entry),
                ", ".join(item.flags),
            ]
            for item in meeting.items
        ]
        show.table(["item", "kind", "title", "decision", "flags"], rows)
    if texts:
        for line in _texts(meeting.items):
            click.echo(line)
    for item in meeting.items:
        _votes(item.votes, f"item {item.item}")
    _votes(meeting.votes, "no item")
    click.echo()


def _texts(items: Iterable[Item]) -> Iterator[str]:
    for item in items:
        if item.text is not None:
            yield f"{item.item}: {item.text}"


def _votes(votes: Iterable[Vote], what: str) -> None:
    for vote in votes:
        figures = f"{vote.yes} yes, {vote.no} no, {vote.abstained} abstained"
        came_of_it = vote.outcome or vote.winner or "undecided"
        click.echo(f"vote on {what} (yes: {vote.yes_means}): {figures}: {came_of_it}" + _back(vote))


def _back(vote: Vote) -> str:
    back = vote.referring_back
    if back is None:
        return _flagged(vote.flags)
    of = "one third of those present" if back.by_minority else "a majority"
    took = "referred back" if back.reached else "not referred back"
    return f"; {took}: {back.asking} of the {back.needed} that are {of}{_flagged(vote.flags)}"


def _flagged(flags: Iterable[str]) -> str:
    joined = ", ".join(flags)
    return f" ({joined})" if joined else ""
