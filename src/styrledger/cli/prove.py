"""The command ``prove``: proofs of entries, of answers, and of growth, as files."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

import click

from styrledger.bundles import Bundle
from styrledger.cli.newfiles import NEW_FILE, write_new
from styrledger.cli.options import ledger_option, opened
from styrledger.cli.receipts import provable, receipt
from styrledger.cli.replaying import ask, question
from styrledger.cli.signing import key_option, read, signing_key
from styrledger.cli.sources import Opened
from styrledger.ledger import Ledger
from styrledger.proving import proof_file
from styrledger.sealing import read_checkpoint

Format = Literal["bundle", "tlog-proof"]

_POSITION = re.compile(r"#?([1-9][0-9]{0,18})")


@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("what", nargs=-1, type=click.UNPROCESSED, metavar="[POSITION…|QUERY…]")
@click.option(
    "--consistency",
    "earlier",
    multiple=True,
    metavar="OLD",
    type=click.Path(),
    help="Show that the log only grew since the checkpoint in this file.",
)
@click.option(
    "--checkpoint",
    "checkpoint_file",
    metavar="FILE",
    type=click.Path(),
    help="Prove the entries in this checkpoint instead of a new one.",
)
@key_option
@click.option(
    "--format",
    "form",
    type=click.Choice(["bundle", "tlog-proof"]),
    default="bundle",
    show_default=True,
    help="A bundle (JSON), or for one entry a C2SP tlog-proof with its octets.",
)
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    default="-",
    type=NEW_FILE,
    help="A new FILE; default stdout.",
)
@ledger_option
def prove(
    what: tuple[str, ...],
    earlier: tuple[str, ...],
    checkpoint_file: str | None,
    key_file: str | None,
    form: Format,
    output: str,
    path: str,
) -> None:
    """Prove entries, or all entries behind an answer.

    Give the POSITIONs of entries, or a QUERY, which is a command with its options: prove budget KS
    --year 2020 --on 2020-06-30. The proof is one file, which verify-proof checks without the
    ledger.
    """
    positions = [int(found[1]) for found in map(_POSITION.fullmatch, what) if found is not None]
    asks = len(positions) != len(what)
    if not what and not earlier:
        message = "nothing to prove, expected positions, a query or --consistency OLD"
        raise click.UsageError(message)
    if asks and (checkpoint_file is not None or earlier or form != "bundle"):
        message = "an answer is proved in a checkpoint and a bundle of its own"
        raise click.UsageError(message)
    with opened(path, read_only=key_file is None) as ledger:
        if asks:
            bundle = _answer(ledger, what, key_file)
        else:
            bundle = ledger.prove(
                positions,
                checkpoint=None if checkpoint_file is None else _text(checkpoint_file),
                key=signing_key(key_file),
                earlier=[read_checkpoint(read(file)) for file in earlier],
            )
    made = bundle if form == "bundle" else proof_file(bundle)
    write_new(output, made.to_text())


def _text(file: str) -> str:
    read_checkpoint(octets := read(file))
    return octets.decode()


def _answer(ledger: Ledger, query: Sequence[str], key_file: str | None) -> Bundle:
    """Return the receipt of a query."""
    command = provable(query[0])
    context = command.make_context(query[0], [*query[1:], "--json"])
    source = Opened(ledger)
    ask(context, source)
    return receipt(ledger, source.views, command, question(command, context.params), key_file)
