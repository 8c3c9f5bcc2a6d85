"""The options that commands share, and the ledger that they open."""

from __future__ import annotations

import json
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any, TypeVar

import click
from click.core import ParameterSource

from styrledger.cli.receipts import receipt_options, wanted, write_receipt
from styrledger.cli.replaying import replay
from styrledger.errors import ValueRefused
from styrledger.ledger import Ledger
from styrledger.times import parse_known, to_day
from styrledger.view import View

F = TypeVar("F", bound=Callable[..., Any])

DEFAULT_LEDGER = "styrledger.db"


def checked(read: Callable[[str], object]) -> Callable[..., str | None]:
    """Return an option's callback that refuses what cannot be read, and names the option."""

    def check(_: click.Context, option: click.Parameter, value: str | None) -> str | None:
        try:
            if value is not None:
                read(value)
        except ValueRefused as refused:
            named = (fault.at(field=option.opts[0]) for fault in refused.faults)
            raise ValueRefused(*named) from None
        return value

    return check


def chosen_ledger(ctx: click.Context, option: click.Parameter, value: str) -> str:
    """Return the ledger named after the command, before it, or by the environment."""
    before = None if ctx.parent is None else ctx.parent.params.get("ledger")
    named_here = ctx.get_parameter_source(option.name or "") is ParameterSource.COMMANDLINE
    return value if named_here or before is None else before


ledger_option = click.option(
    "--ledger",
    "path",
    callback=chosen_ledger,
    envvar="STYRLEDGER_LEDGER",
    default=DEFAULT_LEDGER,
    show_default=True,
    metavar="PATH",
    type=click.Path(readable=False),
    help="The ledger to use; also STYRLEDGER_LEDGER.",
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
known_option = click.option(
    "--known",
    metavar="#N|INSTANT|DATE",
    callback=checked(parse_known),
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
        click.option(
            "--on",
            metavar="DATE",
            callback=checked(to_day),
            help="The day asked about, inclusive; default today.",
        ),
        known_option,
        click.option(
            "--void-annulled",
            is_flag=True,
            help="Show the legal view in which an annulled decision never counted.",
        ),
        json_option,
        *receipt_options,
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
    """Open a ledger and its view on a basis, for one question; write its receipt if asked to."""
    again = replay()
    if again is not None:
        yield again.view
        return
    receipt, key_file = wanted()
    with opened(path, read_only=key_file is None) as ledger:
        view = sealed(ledger.as_of(on, known=known, void_annulled=void_annulled))
        yield view
        if receipt is not None:
            write_receipt(ledger, view, receipt, key_file)


def sealed(view: View) -> View:
    """Let a view tell its basis after the ledger is closed too: look it up once."""
    _ = view.basis
    return view


def print_json(answer: dict[str, Any]) -> None:
    """Print an answer as one JSON object in UTF-8, the same octets for the same answer."""
    again = replay()
    if again is not None:
        again.answer = answer
        return
    click.echo(json.dumps(answer, ensure_ascii=False, indent=2).encode())
