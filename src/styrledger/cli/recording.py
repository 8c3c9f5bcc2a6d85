"""Commands that write: ``init`` and ``record``."""

from __future__ import annotations

import sys
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import attrs
import click

from styrledger.cli.options import checked, json_option, ledger_option, opened, print_json
from styrledger.commit import Piece, Recording
from styrledger.events.base import to_line
from styrledger.exchange import jsonl, records
from styrledger.exchange.lines import Seen, ignore
from styrledger.store import Server, create_log, new_identity, read_place
from styrledger.store.postgres.schema import script
from styrledger.times import instant, system_clock

LONG_WORK = 2_000_000
"""Bytes of record files from which a progress bar is shown."""


@click.command()
@click.argument("path", type=click.Path(readable=False))
@click.option(
    "--organisation",
    required=True,
    metavar="NAME",
    callback=checked(to_line),
    help="Whose ledger it is.",
)
@click.option(
    "--role",
    metavar="ROLE",
    callback=checked(to_line),
    help="On a server: an account that may then record and read, and nothing else.",
)
@click.option("--sql", is_flag=True, help="On a server: only print what would be run there.")
def init(path: str, organisation: str, role: str | None, *, sql: bool) -> None:
    """Make a new, empty ledger at PATH.

    It is a file, or postgresql://USER@HOST/DATABASE?schema=NAME. With --sql nothing is made and
    no server is asked: the SQL that makes the ledger is printed, for whoever may run it. It makes
    the --role where there is none, without a password.
    """
    place = read_place(path)
    if not isinstance(place, Server):
        for given, option in ((role, "--role"), (sql, "--sql")):
            if given:
                raise click.BadOptionUsage(option, f"{option} needs a postgresql:// address")
    identity = new_identity(organisation, system_clock)
    if sql and isinstance(place, Server):
        click.echo(script(place, identity, role), nl=False)
        return
    create_log(place, identity, role=role).close()
    click.echo(f"{place}: a new ledger for {organisation}")


@click.command()
@click.argument(
    "files", nargs=-1, required=True, metavar="FILE...", type=click.Path(readable=False)
)
@click.option("--dry-run", is_flag=True, help="Check everything, record nothing.")
@click.option(
    "--by",
    metavar="WHO",
    callback=checked(to_line),
    help="The role that records, not a person's name.",
)
@ledger_option
@json_option
def record(
    files: tuple[str, ...], path: str, by: str | None, *, dry_run: bool, as_json: bool
) -> None:
    """Record the entries of each FILE.

    - is standard input. All files are one commit: everything in them is recorded, or, where
    anything is wrong, nothing is, and every fault is listed.
    """
    with opened(path, read_only=False) as ledger, _progress(files) as entries:
        done = ledger.record_all(entries, by=by, dry_run=dry_run)
    if as_json:
        print_json({"dry_run": dry_run, **_as_dict(done)})
    else:
        click.echo(_told(done, dry_run=dry_run))


@contextmanager
def _progress(files: tuple[str, ...]) -> Generator[Iterable[Piece]]:
    """Give the entries of all files; on a terminal a long read shows how far it has come."""
    sizes = [Path(file).stat().st_size for file in files if Path(file).is_file()]
    if sum(sizes) < LONG_WORK:
        yield _entries(files, ignore)
        return
    hidden = not sys.stderr.isatty()
    with click.progressbar(
        length=sum(sizes), label="recording", file=sys.stderr, hidden=hidden
    ) as bar:
        yield _entries(files, bar.update)


def _entries(files: tuple[str, ...], seen: Seen) -> Iterator[Piece]:
    for file in files:
        if file == "-":
            yield from jsonl.read(sys.stdin.buffer, "<stdin>", seen)
        else:
            yield from records.read(file, seen)


def _as_dict(done: Recording) -> dict[str, object]:
    shown = attrs.asdict(done)
    shown["recorded_at"] = None if done.recorded_at is None else instant(done.recorded_at)
    return shown


def _told(done: Recording, *, dry_run: bool) -> str:
    verb = "would record" if dry_run else "recorded"
    parts = [f"{verb} {_entries_in_words(done.recorded)}"]
    if done.first is not None:
        parts[0] += f" as #{done.first}" + ("" if done.first == done.last else f"–#{done.last}")
    if done.already:
        parts.append(f"already recorded: {done.already}")
    return ", ".join(parts)


def _entries_in_words(count: int) -> str:
    return "1 entry" if count == 1 else f"{count} entries"
