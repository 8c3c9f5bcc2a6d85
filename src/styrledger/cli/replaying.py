"""Asking a command's question again, of a view that is given to it: how receipts are made."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout, suppress
from contextvars import ContextVar
from io import StringIO
from typing import Any, cast

import attrs
import click

from styrledger.errors import BundleError, Fault
from styrledger.view import View

RECEIPT = "receipt"
"""The option that a command has whose answers can be proved."""

BASIS = {"path", "on", "known", "void_annulled", "as_json", "money_unit", RECEIPT, "key_file"}
"""What is no part of a question: its basis, which the answer tells, and how it is printed."""


@attrs.define
class Replay:
    """A view that the command in progress must ask, and what it answered."""

    view: View
    answer: dict[str, Any] | None = None


_REPLAY: ContextVar[Replay | None] = ContextVar("replay", default=None)


def replay() -> Replay | None:
    """Return what the command in progress must ask instead of a ledger, if anything."""
    return _REPLAY.get()


def answered(command: click.Command, arguments: Sequence[str], view: View) -> dict[str, Any]:
    """Return the answer of a command in JSON, asked of a view; nothing is printed.

    Raises:
        BundleError: it is no question, or has no answer.
        StyrledgerError: as the command does.
    """
    asked = Replay(view)
    # Exit only tells that the answer is no.
    quiet = redirect_stdout(StringIO()), redirect_stderr(StringIO())
    with _asking(asked), quiet[0], quiet[1], suppress(click.exceptions.Exit):
        try:
            context = command.make_context(command.name, [*arguments, "--json"])
            if question(command, context.params) != tuple(arguments):
                raise BundleError(_no_question(arguments))
            with context:
                command.invoke(context)
        except click.ClickException as error:
            raise BundleError(_no_question(arguments, error.format_message())) from None
    if asked.answer is None:
        raise BundleError(_no_question(arguments))
    return asked.answer


def question(command: click.Command, params: dict[str, Any]) -> tuple[str, ...]:
    """Return the arguments that stand for a question, in one spelling."""
    arguments: list[str] = []
    names: list[str] = []
    for one in command.params:
        value = params.get(one.name or "")
        if one.name in BASIS or value is None or value == one.get_default(_no_context(command)):
            continue
        if isinstance(one.type, click.Path):
            what = f"{one.opts[0]} names a file, which a receipt does not hold"
            raise BundleError(Fault(what, "a question without it"))
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


def _values(value: object) -> tuple[object, ...]:
    return cast("tuple[object, ...]", value) if isinstance(value, tuple) else (value,)


def _no_context(command: click.Command) -> click.Context:
    return click.Context(command, resilient_parsing=True)


def _no_question(arguments: Sequence[str], why: str = "") -> Fault:
    what = f"{' '.join(arguments)!r} is no question that a receipt answers"
    return Fault(f"{what} ({why})" if why else what, "a question with its arguments")


@contextmanager
def _asking(asked: Replay) -> Generator[None]:
    token = _REPLAY.set(asked)
    try:
        yield
    finally:
        _REPLAY.reset(token)
