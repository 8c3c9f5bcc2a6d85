"""Asking a command's question again, of a source that is given to it: how receipts are made."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout, suppress
from contextvars import ContextVar
from io import StringIO
from typing import Any, cast

import attrs
import click

from styrledger.cli.sources import Source
from styrledger.errors import BundleError, Fault

RECEIPT = "receipt"
"""The option that a command has whose answers can be proved."""

BASIS = {
    *("path", "on", "known", "void_annulled", "from_on", "from_known", "to_on", "to_known"),
    *("as_json", "money_unit", "chart", RECEIPT, "key_file"),
}
"""What is no part of a question: its basis, which the answer tells, and how it is printed."""


@attrs.define
class Replay:
    """What the command in progress must ask, and what it answered."""

    source: Source
    answer: dict[str, Any] | None = None


_REPLAY: ContextVar[Replay | None] = ContextVar("replay", default=None)


def replay() -> Replay | None:
    """Return what the command in progress must ask instead of a ledger, if anything."""
    return _REPLAY.get()


def answered(command: click.Command, arguments: Sequence[str], source: Source) -> dict[str, Any]:
    """Return the answer of a command in JSON, asked of a source; nothing is printed.

    Raises:
        BundleError: it is no question, or has no answer.
        StyrledgerError: as the command does.
    """
    try:
        with _quiet():
            context = command.make_context(command.name, [*arguments, "--json"])
    except (click.exceptions.Exit, click.ClickException) as error:
        why = error.format_message() if isinstance(error, click.ClickException) else ""
        raise BundleError(_no_question(arguments, why)) from None
    if question(command, context.params) != tuple(arguments):
        raise BundleError(_no_question(arguments))
    return ask(context, source)


def ask(context: click.Context, source: Source) -> dict[str, Any]:
    """Return the answer of a command that was given its arguments, asked of a source.

    Raises:
        BundleError: it has no answer.
        StyrledgerError: as the command does.
    """
    asked = Replay(source)
    # Exit only tells that the answer is no.
    with _asking(asked), _quiet(), suppress(click.exceptions.Exit), context:
        try:
            context.command.invoke(context)
        except click.ClickException as error:
            raise BundleError(_no_question([], error.format_message())) from None
    if asked.answer is None:
        raise BundleError(_no_question(question(context.command, context.params)))
    return asked.answer


def question(command: click.Command, params: dict[str, Any]) -> tuple[str, ...]:
    """Return the arguments that stand for a question, in one spelling.

    Raises:
        BundleError: it is about a file, which a receipt does not hold.
    """
    for one, _ in _said(command, params):
        if isinstance(one.type, click.Path):
            what = f"{one.opts[0]} names a file, which a receipt does not hold"
            raise BundleError(Fault(what, "a question without it"))
    return spelt(command, params)


def spelt(command: click.Command, params: dict[str, Any]) -> tuple[str, ...]:
    """Return the arguments of a command without its basis, in one spelling."""
    arguments: list[str] = []
    names: list[str] = []
    for one, value in _said(command, params):
        for part in _values(value):
            if isinstance(one, click.Argument):
                names.append(str(part))
            elif isinstance(one, click.Option) and one.is_flag:
                arguments.append(one.opts[0])
            else:
                arguments += [one.opts[0], str(part)]
    if any(name.startswith("-") for name in names):
        return (*arguments, "--", *names)
    return (*names, *arguments)


def _said(
    command: click.Command, params: dict[str, Any]
) -> Generator[tuple[click.Parameter, object]]:
    """Yield the parameters that are part of a question, with what they were given."""
    for one in command.params:
        value = params.get(one.name or "")
        if one.name in BASIS or value is None or value == one.get_default(_no_context(command)):
            continue
        yield one, value


def _values(value: object) -> tuple[object, ...]:
    return cast("tuple[object, ...]", value) if isinstance(value, tuple) else (value,)


def _no_context(command: click.Command) -> click.Context:
    return click.Context(command, resilient_parsing=True)


def _no_question(arguments: Sequence[str], why: str = "") -> Fault:
    what = f"{' '.join(arguments)!r} is no question that a receipt answers"
    return Fault(f"{what} ({why})" if why else what, "a question with its arguments")


@contextmanager
def _quiet() -> Generator[None]:
    with redirect_stdout(StringIO()), redirect_stderr(StringIO()):
        yield


@contextmanager
def _asking(asked: Replay) -> Generator[None]:
    token = _REPLAY.set(asked)
    try:
        yield
    finally:
        _REPLAY.reset(token)
