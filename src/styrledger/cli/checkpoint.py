"""The commands ``checkpoint`` and ``keygen``: what an auditor keeps, and who vouches for it."""

from __future__ import annotations

import click

from styrledger.cli.newfiles import NEW_FILE, write_new
from styrledger.cli.options import ledger_option, opened
from styrledger.cli.signing import key_option, signing_key
from styrledger.keys import SigningKey


@click.command()
@key_option
@click.option("-o", "--output", metavar="FILE", type=NEW_FILE, help="Write it to a new FILE.")
@ledger_option
def checkpoint(key_file: str | None, output: str | None, path: str) -> None:
    """Issue a checkpoint, which the ledger can be held to.

    Its three lines say which ledger, how many entries, and the root of the tree over them. Give
    them to somebody who does not run the ledger, or print them in minutes. The ledger keeps what it
    issued and refuses to issue anything that does not agree with it.
    """
    key = signing_key(key_file)
    with opened(path, read_only=False) as ledger:
        text = ledger.checkpoint(key=key)
    if output is None:
        click.echo(text, nl=False)
    else:
        write_new(output, text)


@click.command()
@click.argument("name")
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    required=True,
    type=click.Path(),
    help="Where to keep the private key; nobody else may read the file.",
)
def keygen(name: str, output: str) -> None:
    """Make a key that signs checkpoints.

    NAME says who signs, without blanks: haninge.se/styrledger. The public line, which others
    verify with, is printed. It is no secret: publish it where it cannot be exchanged unnoticed.
    """
    key = SigningKey.generate(name)
    key.save(output)
    click.echo(key.verifier_key.to_text())
