"""The options that commands share, and the ledger that they open."""

from __future__ import annotations

import json
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

import click
from click.core import ParameterSource

from styrledger.cli.newfiles import NEW_FILE
from styrledger.cli.replaying import RECEIPT, replay
from styrledger.cli.sources import Opened, Source
from styrledger.cli.tables import answer_form_options, write_tables
from styrledger.errors import ValueRefused
from styrledger.ledger import Ledger
from styrledger.times import parse_known, to_day

if TYPE_CHECKING:
    from styrledger.view import View

F = TypeVar("F", bound=Callable[..., Any])

DEFAULT_LEDGER = "styrledger.db"
KEY = "receipt_key"


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
    help="The ledger to use, a file or postgresql://…; also STYRLEDGER_LEDGER.",
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


def _note(context: click.Context, option: click.Parameter, value: str | None) -> None:
    context.meta[RECEIPT if option.name == RECEIPT else KEY] = value


receipt_options = (
    click.option(
        "--receipt",
        metavar="FILE",
        type=NEW_FILE,
        expose_value=False,
        callback=_note,
        help="Write a proof of the answer to a new FILE: see verify-proof.",
    ),
    click.option(
        "--key",
        "key_file",
        envvar="STYRLEDGER_KEY",
        metavar="FILE",
        type=click.Path(),
        expose_value=False,
        callback=_note,
        help="Sign the receipt's checkpoint with the private key in FILE; also STYRLEDGER_KEY.",
    ),
)


def answer_options(command: F) -> F:
    """Add the options of every answer: which ledger is asked, in what form it is, its receipt."""
    for option in reversed((ledger_option, *answer_form_options, *receipt_options)):
        command = option(command)
    return command


def dates_options(command: F) -> F:
    """Add the options that an answer's basis is chosen with: when, and as known when."""
    options = (
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
    )
    for option in reversed(options):
        command = option(command)
    return command


def basis_options(command: F) -> F:
    """Add the options that every question has: where, when, as known when, and how to print."""
    return dates_options(answer_options(command))


@contextmanager
def opened(path: str, *, read_only: bool = True) -> Generator[Ledger]:
    """Open a ledger for one command."""
    with Ledger.open(path, read_only=read_only) as ledger:
        yield ledger


def wanted() -> tuple[str | None, str | None]:
    """Return where the command in progress is to write a receipt, and the key to sign it with."""
    meta = click.get_current_context().meta
    receipt = meta.get(RECEIPT)
    return receipt, None if receipt is None else meta.get(KEY)


@contextmanager
def asking(path: str) -> Generator[Source]:
    """Give a command what it asks: the ledger. Its receipt is written at the end, if asked for."""
    again = replay()
    if again is not None:
        yield again.source
        return
    receipt, key_file = wanted()
    with opened(path, read_only=key_file is None) as ledger:
        source = Opened(ledger)
        yield source
        if receipt is not None:
            from styrledger.cli.receipts import write_receipt

            write_receipt(ledger, source.views, receipt, key_file)


@contextmanager
def asked(path: str, on: str | None, known: str | None, *, void_annulled: bool) -> Generator[View]:
    """Open a ledger and its view on a basis, for one question; see ``asking``."""
    with asking(path) as source:
        yield source.view(on, known, void_annulled=void_annulled)


def print_json(answer: dict[str, Any]) -> None:
    """Print an answer as one JSON object in UTF-8, the same octets for the same answer.

    Where tables of it were asked for, they are written instead.
    """
    again = replay()
    if again is not None:
        again.answer = answer
        return
    if not write_tables(answer):
        click.echo(json.dumps(answer, ensure_ascii=False, indent=2).encode())
