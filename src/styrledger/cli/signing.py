"""Keys and files of proofs on the command line: reading them."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path

import click

from styrledger.errors import FileUnreadable
from styrledger.keys import SigningKey, VerifierKey

vkey_option = click.option(
    "--vkey",
    "keys",
    multiple=True,
    metavar="LINE|FILE",
    help="A public key line that must have signed, or a file that holds it.",
)
key_option = click.option(
    "--key",
    "key_file",
    envvar="STYRLEDGER_KEY",
    metavar="FILE",
    type=click.Path(),
    help="Sign with the private key in FILE; also STYRLEDGER_KEY.",
)


def vkeys(given: Iterable[str]) -> tuple[VerifierKey, ...]:
    """Return the public keys of lines, or of files that hold one line each."""
    lines = (one if "+" in one else read(one).decode(errors="replace") for one in given)
    return tuple(map(VerifierKey.from_text, lines))


def signing_key(file: str | None) -> SigningKey | None:
    """Return the private key in a file, None for no file."""
    return None if file is None else SigningKey.load(file)


def read(file: str) -> bytes:
    """Return what a file holds; ``-`` is standard input."""
    try:
        return sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    except OSError as fault:
        raise FileUnreadable(file, fault.strerror or str(fault)) from fault
