"""Receipts: a question, its answer, and the entries from which anyone can compute it again."""

from __future__ import annotations

import importlib
import json
import sqlite3
from collections.abc import Iterable, Mapping
from typing import Any, Never

import attrs
import click

from styrledger.bundles import Bundle
from styrledger.checkpoints import Checkpoint
from styrledger.cli.newfiles import write_new
from styrledger.cli.proved import Proved, Watching
from styrledger.cli.replaying import RECEIPT, answered, question
from styrledger.cli.signing import signing_key
from styrledger.errors import BundleError, Fault, StyrledgerError, quoted
from styrledger.ledger import Ledger
from styrledger.notes import base64_octets
from styrledger.sealing import origin
from styrledger.view import View

IMPOSSIBLE = (
    *(ArithmeticError, AttributeError, LookupError, TypeError, ValueError),
    sqlite3.Error,
)
"""What entries can give that no ledger would have recorded together, but a forger proved."""


def write_receipt(
    ledger: Ledger, views: Mapping[str, View], file: str, key_file: str | None
) -> None:
    """Write the receipt of the question that the command in progress was asked."""
    context = click.get_current_context()
    asked = question(context.command, context.params)
    write_new(file, receipt(ledger, views, context.command, asked, key_file).to_text())


def receipt(
    ledger: Ledger,
    views: Mapping[str, View],
    command: click.Command,
    arguments: Iterable[str],
    key_file: str | None = None,
) -> Bundle:
    """Ask a command's question again and return the answer with all that it follows from.

    Raises:
        BundleError: the answer does not follow from entries alone, so that it has no receipt.
        StyrledgerError: as the command, and ``Ledger.prove``.
    """
    asked = tuple(arguments)
    watching = Watching(ledger, views)
    answer = _plain(answered(command, asked, watching))
    sizes = {view.basis.position: view.basis.root for view in views.values()}
    last = max(sizes)
    bundle = attrs.evolve(
        ledger.prove(
            watching.positions,
            key=signing_key(key_file),
            known=last,
            earlier=[
                Checkpoint(origin(ledger.identity), size, base64_octets(root))
                for size, root in sizes.items()
                if size < last and root is not None
            ],
        ),
        question=(command.name or "", *asked),
        answer=answer,
    )
    recompute(bundle)
    return bundle


def recompute(bundle: Bundle) -> None:
    """Answer a receipt's question again, from its entries alone, and compare.

    Raises:
        BundleError: there is another answer, or none.
    """
    asked, told = bundle.question, bundle.answer
    if asked is None or told is None:
        if (asked, told) != (None, None):
            _refuse("a question and its answer go together", "both or neither")
        return
    command = provable(asked[0] if asked else "")
    try:
        answer = _plain(answered(command, asked[1:], Proved(bundle, told)))
    except BundleError:
        raise
    except (StyrledgerError, *IMPOSSIBLE) as error:
        _refuse(f"the question has no answer ({error})", "the answer in the receipt")
    for name in sorted({*answer, *told}):
        if answer.get(name, _NOTHING) != told.get(name, _NOTHING):
            what = f"the entries give another answer, first in {name!r}"
            _refuse(what, quoted(told.get(name), 500), f"found {quoted(answer.get(name), 500)}")
    if json.dumps(answer) != json.dumps(told):
        _refuse("the answer is not in its own order", "the answer as it is printed")


def provable(name: str) -> click.Command:
    """Return the command whose answers have receipts.

    Raises:
        BundleError: there is none of that name.
    """
    app: Any = importlib.import_module("styrledger.cli.app")
    found: click.Command | None = app.main.get_command(click.Context(app.main), name)
    if found is None or all(one.name != RECEIPT for one in found.params):
        _refuse(f"{quoted(name)} is no command whose answers have receipts", "such as budget")
    return found


def _plain(answer: Mapping[str, Any]) -> dict[str, Any]:
    """Return an answer as it is when it was printed and read again."""
    plain: dict[str, Any] = json.loads(json.dumps(answer, ensure_ascii=False))
    return plain


_NOTHING = object()


def _refuse(what: str, expected: str, todo: str = "") -> Never:
    raise BundleError(Fault(what, expected, todo)) from None
