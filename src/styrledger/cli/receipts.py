"""Receipts: a question, its answer, and the entries from which anyone can compute it again."""

from __future__ import annotations

import importlib
import json
from base64 import b64encode
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Never

import attrs
import click

from styrledger import stored
from styrledger.basis import Basis
from styrledger.bundles import Bundle, ProvedEntry
from styrledger.cli.replaying import RECEIPT, answered, question
from styrledger.cli.signing import signing_key, write_new
from styrledger.errors import BundleError, Fault, StyrledgerError, quoted
from styrledger.events.entry import Recorded
from styrledger.ledger import Ledger
from styrledger.reference import Reference
from styrledger.times import instant
from styrledger.view import View

KEY = "receipt_key"


def _note(context: click.Context, option: click.Parameter, value: str | None) -> None:
    context.meta[RECEIPT if option.name == RECEIPT else KEY] = value


receipt_options = (
    click.option(
        "--receipt",
        metavar="FILE",
        type=click.Path(),
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


def wanted() -> tuple[str | None, str | None]:
    """Return where the command in progress is to write a receipt, and the key to sign it with."""
    meta = click.get_current_context().meta
    receipt = meta.get(RECEIPT)
    return receipt, None if receipt is None else meta.get(KEY)


def write_receipt(ledger: Ledger, view: View, file: str, key_file: str | None) -> None:
    """Write the receipt of the question that the command in progress was asked."""
    context = click.get_current_context()
    made = receipt(
        ledger, view, context.command, question(context.command, context.params), key_file
    )
    write_new(file, made.to_text())


def receipt(
    ledger: Ledger,
    view: View,
    command: click.Command,
    arguments: Iterable[str],
    key_file: str | None = None,
) -> Bundle:
    """Ask a command's question of a view and return the answer with all that it follows from.

    Raises:
        BundleError: the answer does not follow from entries alone, so that it has no receipt.
        StyrledgerError: as the command, and ``Ledger.prove``.
    """
    asked = tuple(arguments)
    watched, positions = ledger.watch(view)
    answer = _plain(answered(command, asked, watched))
    bundle = attrs.evolve(
        ledger.prove(positions, key=signing_key(key_file), known=view.basis.position),
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
    log = [recorded for entry in bundle.entries for recorded in _recorded(entry)]
    view = View(_Proved(bundle, log), _basis(bundle, told, log))
    try:
        answer = _plain(answered(command, asked[1:], view))
    except BundleError:
        raise
    except StyrledgerError as error:
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


class _Proved(Reference):
    """The entries of a bundle as a log, sealed by the root of its checkpoint."""

    def __init__(self, bundle: Bundle, log: Iterable[Recorded]) -> None:
        super().__init__(log)
        self._sealed = bundle.sealed

    def root(self, position: int) -> Any:
        """Return the root of the checkpoint, where the position is its size."""
        return b64encode(self._sealed.root).decode() if position == self._sealed.size else None


def _recorded(entry: ProvedEntry) -> tuple[Recorded, ...]:
    recorded = stored.decode(entry.name, entry.state)
    if recorded[0].position != entry.position:
        _refuse(f"#{entry.position} says that it is #{recorded[0].position}", "its own position")
    return recorded


def _basis(bundle: Bundle, told: Mapping[str, Any], log: Iterable[Recorded]) -> Basis:
    """Return the basis that an answer tells, as far as it follows from the entries."""
    size = bundle.sealed.size
    last = next((one.recorded_at for one in log if one.position == size), None)
    try:
        on = date.fromisoformat(told["basis"]["on"])
        void = bool(told["basis"].get("void_annulled", False))
        known = told["basis"]["known"]
        as_known = (known["position"], known["recorded_at"])
    except (LookupError, TypeError, ValueError, AttributeError):
        _refuse("the answer tells no basis", "on, known and root")
    if as_known != (size, None if last is None else instant(last)):
        _refuse(f"the answer is as known at {as_known}", f"the checkpoint's {size} entries")
    return Basis(on, size, last, void_annulled=void)


def _plain(answer: Mapping[str, Any]) -> dict[str, Any]:
    """Return an answer as it is when it was printed and read again."""
    plain: dict[str, Any] = json.loads(json.dumps(answer, ensure_ascii=False))
    return plain


_NOTHING = object()


def _refuse(what: str, expected: str, todo: str = "") -> Never:
    raise BundleError(Fault(what, expected, todo)) from None
