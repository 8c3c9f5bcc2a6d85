"""The command ``explore``: a web page of the ledger on this machine."""

from __future__ import annotations

import sys
import webbrowser
from collections.abc import Callable
from contextlib import ExitStack
from threading import Thread

import click

from styrledger.cli.options import ledger_option

PORT = 8765
LAST_PORT = 65_535
LONG_WORK = 20_000
"""Entries from which a progress bar is shown."""


@click.command()
@click.option(
    "--port",
    type=click.IntRange(0, LAST_PORT),
    default=PORT,
    show_default=True,
    help="The port to answer on; 0 takes a free one.",
)
@click.option("--no-browser", is_flag=True, help="Do not open the page in a browser.")
@click.option("--sql", is_flag=True, help="Also allow questions in SQL, to read only.")
@ledger_option
def explore(port: int, path: str, *, no_browser: bool, sql: bool) -> None:
    """Explore the ledger in a browser, on this machine only.

    It goes on until Ctrl-C. What is recorded while it runs is seen when it is started again.
    """
    from styrledger.explore.serving import serve  # noqa: PLC0415 - the help does not wait for it

    with ExitStack() as reading:

        def counted(head: int) -> Callable[[int], object]:
            hidden = head < LONG_WORK or not sys.stderr.isatty()
            bar = click.progressbar(length=head, label="reading", file=sys.stderr, hidden=hidden)
            return reading.enter_context(bar).update

        def ready(organisation: str, address: str) -> None:
            reading.close()
            click.echo(f"{organisation}: {address} (end with Ctrl-C)")
            if not no_browser:
                # Not waited for: a browser in the terminal ends when the reader wants.
                Thread(target=webbrowser.open, args=(address,), daemon=True).start()

        serve(path, port, sql=sql, counted=counted, ready=ready)
