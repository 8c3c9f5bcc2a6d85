"""The options that commands share, and the ledger that they open."""

from __future__ import annotations

import json
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any, TypeVar

import click

from styrledger.ledger import Ledger
from styrledger.view import View

F = TypeVar("F", bound=Callable[..., Any])

DEFAULT_LEDGER = "styrledger.db"

ledger_option = click.option(
    "--ledger",
    "path",
    envvar="STYRLEDGER_LEDGER",
    default=DEFAULT_LEDGER,
    show_default=True,
    metavar="PATH",
    type=click.Path(),
    help="The ledger to use; also STYRLEDGER_LEDGER.",
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
known_option = click.option(
    "--known",
    metavar="#N|INSTANT|DATE",
    help="What the ledger held: after entry #N, at an instant, or at the end of a day.",
)
unit_of_money_option = click.option(
    "--in",
    "money_unit",
    type=click.Choice(["kr", "tkr", "mnkr"]),
    default="tkr",
    show_default=True,
    help="The unit that tables print amounts in.",
)


def basis_options(command: F) -> F:
    """Add the options that every question has: where, when, as known when, and how to print."""
    options = (
        ledger_option,
        click.option("--on", metavar="DATE", help="The day asked about, inclusive; default today."),
        known_option,
        click.option(
            "--void-annulled",
            is_flag=True,
            help="Show the legal view in which an annulled decision never counted.",
        ),
        json_option,
    )
    for option in reversed(options):
        command = option(command)
    return command


@contextmanager
def opened(path: str, *, read_only: bool = True) -> Generator[Ledger]:
    """Open a ledger for one command."""
    with Ledger.open(path, read_only=read_only) as ledger:
        yield ledger


@contextmanager
def asked(path: str, on: str | None, known: str | None, *, void_annulled: bool) -> Generator[View]:
    """Open a ledger and its view on a basis, for one question."""
    with opened(path) as ledger:
        yield ledger.as_of(on, known=known, void_annulled=void_annulled)


def print_json(answer: dict[str, Any]) -> None:
    """Print an answer as one JSON object, the same octets for the same answer."""
    click.echo(json.dumps(answer, ensure_ascii=False, indent=2))
