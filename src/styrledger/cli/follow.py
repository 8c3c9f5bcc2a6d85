"""The command ``follow``: keeps the views in step with a ledger that others record in."""

from __future__ import annotations

import json
import signal
import time
from collections.abc import Generator
from contextlib import contextmanager
from types import FrameType
from typing import Never

import click

from styrledger.cli.app import one_line
from styrledger.cli.options import ledger_option, opened
from styrledger.errors import ServerUnreachable
from styrledger.ledger import Ledger

WAIT = 30
"""Seconds after which the ledger is looked at even if nothing was told."""

LONGEST_PAUSE = 30
"""Seconds between two tries to reach a server again."""


class Stopped(BaseException):
    """The process was asked to end."""


@click.command()
@ledger_option
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object a line.")
def follow(path: str, *, as_json: bool) -> None:
    """Print the positions of entries as others record them.

    The views are kept current, so that a question asked beside it has nothing to catch up with.
    It goes on until Ctrl-C or SIGTERM, and comes back after a lost server.
    """
    at: int | None = None
    pause = 1
    with _until_stopped():
        while True:
            try:
                with opened(path) as ledger:
                    while True:
                        head = ledger.wait(WAIT if at is not None else 0)
                        if head != at:
                            _tell(ledger, at, head, as_json=as_json)
                        at, pause = head, 1
            except ServerUnreachable as error:
                click.echo(one_line(f"{error}; trying again in {pause} s"), err=True)
                time.sleep(pause)
                pause = min(2 * pause, LONGEST_PAUSE)


def _tell(ledger: Ledger, at: int | None, head: int, *, as_json: bool) -> None:
    basis = ledger.as_of(known=head).basis
    if as_json:
        first = None if at is None else at + 1
        click.echo(json.dumps({"first": first, "last": head, "known": basis.as_dict()["known"]}))
    elif at is None:
        click.echo(f"#{head}, waiting for more")
    else:
        click.echo(f"#{head}" if head == at + 1 else f"#{at + 1}–#{head}")


@contextmanager
def _until_stopped() -> Generator[None]:
    """Take Ctrl-C and SIGTERM as the end of the work, not as a failure."""

    def stop(_: int, __: FrameType | None) -> Never:
        raise Stopped

    before = {one: signal.signal(one, stop) for one in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    except Stopped:
        pass
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)
