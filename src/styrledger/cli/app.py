"""The command ``styrledger``: its subcommands, and how errors become exit codes.

Exit codes: 0 fine, 1 the answer is no (nothing found), 2 wrong use or bad input.
"""

from __future__ import annotations

import importlib
import os
import sys
from typing import Any

import click

from styrledger.errors import StyrledgerError

COMMANDS = {
    "init": "recording",
    "record": "recording",
    "budget": "budget",
    "units": "units",
    "log": "log",
    "trail": "log",
    "export": "copies",
    "restore": "copies",
    "demo": "demo",
}
"""Every command and the module that holds it, in the order of the help."""

BAD_INPUT = 2


class Commands(click.Group):
    """Loads a command's module when it is called, and tells errors as single lines."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Return the names of the commands, in the order of the help."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Return a command by its name, None for an unknown one."""
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"styrledger.cli.{COMMANDS[cmd_name]}")
        command: click.Command = getattr(module, cmd_name)
        return command

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; an error of ours is its lines on stderr and exit code 2."""
        try:
            return super().invoke(ctx)
        except StyrledgerError as error:
            click.echo(str(error), err=True)
            ctx.exit(BAD_INPUT)
        except BrokenPipeError:
            # Whoever read the output has enough; Python must not complain at exit either.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            ctx.exit(0)


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(package_name="styrledger", message="%(prog)s %(version)s")
@click.pass_context
def main(ctx: click.Context) -> None:
    """Tell what a municipality decided, and what that made so, on any date.

    Every answer rests on two dates: --on, the day asked about (default: today), and --known,
    what the ledger then held (default: everything). The ledger is --ledger, or the environment
    variable STYRLEDGER_LEDGER, or ./styrledger.db.

    Shell completion: eval "$(_STYRLEDGER_COMPLETE=bash_source styrledger)"; likewise zsh_source
    and fish_source.
    """
    if os.environ.get("NO_COLOR"):
        ctx.color = False
