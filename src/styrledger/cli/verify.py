"""The command ``verify``: whether the ledger still is what was recorded."""

from __future__ import annotations

import sys

import click

from styrledger.cli import show
from styrledger.cli.options import json_option, ledger_option, print_json
from styrledger.cli.signing import read, vkey_option, vkeys
from styrledger.evidence import evidence_of
from styrledger.opened import kept_views
from styrledger.store import read_place
from styrledger.verifying.anchors import Held
from styrledger.verifying.faults import Anchor, Verification
from styrledger.verifying.run import verify as check

NO = 1
LONG_WORK = 20_000
"""Entries from which a progress bar is shown."""


@click.command()
@click.option(
    "--checkpoint",
    "files",
    multiple=True,
    metavar="FILE",
    type=click.Path(),
    help="A checkpoint that the ledger must still agree with: three lines, or a signed note.",
)
@vkey_option
@ledger_option
@json_option
@click.pass_context
def verify(
    ctx: click.Context, files: tuple[str, ...], keys: tuple[str, ...], path: str, *, as_json: bool
) -> None:
    """Check the whole ledger, and list everything that is wrong.

    All is read from the stored octets. Only a --checkpoint that was kept elsewhere can show that
    the log was not exchanged as a whole; what was recorded after the last one is told as not
    anchored. Works on a ledger that other commands refuse. Exit code 1 where anything is wrong.
    """
    trusted = vkeys(keys)
    held = [Held(file, read(file), trusted) for file in files]
    place = read_place(path)
    evidence = evidence_of(place)
    length, ledger = evidence.count(), evidence.ledger()
    evidence.close()
    hidden = length < LONG_WORK or not sys.stderr.isatty()
    with click.progressbar(length=length, label="verifying", file=sys.stderr, hidden=hidden) as bar:
        done = check(place, kept_views(place, ledger), held, bar.update)
    if as_json:
        print_json(done.as_dict())
    else:
        _print(done)
    if not done.ok:
        ctx.exit(NO)


def _print(done: Verification) -> None:
    for fault in done.faults:
        click.echo(f"{fault.kind}: {fault}")
    if done.count > len(done.faults):
        click.echo(f"… and {done.count - len(done.faults)} more")
    if done.faults:
        click.echo()
    if done.anchors:
        rows = [
            [
                anchor.source,
                f"#{anchor.first}–#{anchor.size}" if anchor.first <= anchor.size else "no more",
                "agrees" if anchor.holds else "DOES NOT AGREE",
                _signed(anchor),
            ]
            for anchor in done.anchors
        ]
        show.table(["checkpoint", "entries", "verdict", "signature"], rows)
        click.echo()
    click.echo(f"ledger  {done.ledger}\norigin  {done.origin}")
    click.echo(f"entries {done.entries}\nroot    {done.root}\nviews   {done.views}")
    if done.unanchored is not None:
        click.echo(
            f"not anchored: #{done.unanchored}–#{done.entries}; no checkpoint from outside says "
            "what they were"
        )
    many = "1 fault" if done.count == 1 else f"{done.count} faults"
    click.echo("nothing is wrong" if done.ok else many)


def _signed(anchor: Anchor) -> str:
    kept = "" if anchor.outside else "kept in the ledger itself; "
    if anchor.signers is None:
        return kept + ("not checked, give --vkey" if anchor.signed else "none")
    return kept + (", ".join(f"by {key.partition('+')[0]}" for key in anchor.signers) or "WRONG")
