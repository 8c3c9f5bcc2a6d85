"""The commands ``log`` and ``trail``: what was recorded, in the order of recording."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable

import click

from styrledger import registry
from styrledger.cli import show
from styrledger.cli.options import answer_options, asking, checked, known_option, print_json
from styrledger.cli.sources import Filters
from styrledger.errors import UnknownName
from styrledger.events.corrections import Amendment, EntryCorrected
from styrledger.events.entry import Entry, Recorded
from styrledger.times import to_day
from styrledger.trail import Trailed, recorded_dict

NO = 1
WIDEST = 60
"""Characters of what an entry says that stand on one line of a table."""

HEADERS = ("entry", "recorded", "type", "decision", "effective", "what")


@click.command()
@click.option("--type", "event_type", metavar="T", help="An event type, or a family: budget.")
@click.option("--body", metavar="B", help="The body that decided.")
@click.option("--unit", metavar="U", help="A unit that the entry is about.")
@click.option(
    "--from",
    "since",
    metavar="D",
    callback=checked(to_day),
    help="Effective on this day or later.",
)
@click.option(
    "--to",
    "until",
    metavar="D",
    callback=checked(to_day),
    help="Effective on this day or earlier.",
)
@click.option("--text", metavar="WORDS", help="Entries that hold words starting with these.")
@known_option
@answer_options
@click.pass_context
def log(
    ctx: click.Context,
    event_type: str | None,
    body: str | None,
    unit: str | None,
    since: str | None,
    until: str | None,
    text: str | None,
    known: str | None,
    path: str,
    *,
    as_json: bool,
) -> None:
    """List the entries of the log that meet every filter.

    Exit code 1 where none does.
    """
    if event_type is not None:
        _check_type(event_type)
    with asking(path) as source:
        view = source.view(known=known)
        entries = source.history(Filters(event_type, body, unit, since, until, text))
    if as_json:
        shown = [recorded_dict(recorded) for recorded in entries]
        print_json({"basis": view.basis.as_dict(), "entries": shown})
    elif entries:
        show.table(HEADERS, [_row(recorded) for recorded in entries], right=["entry"])
    if not entries:
        if not as_json:
            click.echo("no entry meets every filter", err=True)
        ctx.exit(NO)


@click.command()
@click.argument("subject")
@known_option
@answer_options
@click.pass_context
def trail(ctx: click.Context, subject: str, known: str | None, path: str, *, as_json: bool) -> None:
    """Tell all that was ever recorded about SUBJECT.

    By whom, when, and what replaced it. A subject is written budget/KS/2020/operating, unit/KS,
    mandate/M1 or decision/KF 2020-02-10 § 9. Exit code 1 where nothing was recorded about it.
    """
    with asking(path) as source:
        view = source.view(known=known)
        try:
            steps = source.trail(subject)
        except UnknownName as unknown:
            click.echo(str(unknown), err=True)
            steps = ()
    if as_json:
        shown = [step.as_dict() for step in steps]
        print_json({"basis": view.basis.as_dict(), "subject": subject, "trail": shown})
    elif steps:
        _print_trail(steps)
    if not steps:
        ctx.exit(NO)


def _check_type(event_type: str) -> None:
    families = {name.partition(".")[0] for name in registry.TYPES}
    if event_type not in {*registry.TYPES, *families}:
        kind = "event type"
        raise UnknownName(kind, event_type, {*registry.TYPES, *families})


def _print_trail(steps: Iterable[Trailed]) -> None:
    rows = [
        [*_row(step.recorded, step.acts_on), step.recorded.by or "", _fate(step)] for step in steps
    ]
    show.table([*HEADERS, "by", "fate"], rows, right=["entry"])


def _row(recorded: Recorded, acts_on: int | None = None) -> list[str]:
    entry = recorded.entry
    return [
        f"#{recorded.position}",
        show.moment(recorded.recorded_at),
        entry.event.type if entry.stage == "decided" else f"{entry.event.type} ({entry.stage})",
        show.decision(entry),
        show.effective(entry),
        textwrap.fill(_what(entry, acts_on), WIDEST),
    ]


def _what(entry: Entry, acts_on: int | None = None) -> str:
    event = entry.event
    if isinstance(event, Amendment):
        target = event.target if acts_on is None else f"#{acts_on}"
        if isinstance(event, EntryCorrected):
            return f"{target} → {_what(event.replacement)} ({event.reason})"
        return f"{target} ({event.reason})"
    parts = [show.what(event)]
    if entry.note:
        parts.append(f"({show.note(entry)})")
    return " ".join(parts)


def _fate(step: Trailed) -> str:
    if step.replaced_by is not None:
        return f"replaced by #{step.replaced_by}"
    return "withdrawn" if step.withdrawn else "stands"
