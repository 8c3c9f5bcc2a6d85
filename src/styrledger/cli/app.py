"""The command ``styrledger``: its subcommands, and how errors become exit codes.

Exit codes: 0 fine, 1 the answer is no (nothing found), 2 wrong use or bad input.
"""

from __future__ import annotations

import gc
import importlib
import io
import os
import sys
from typing import Any

import click

from styrledger.errors import Fault, StyrledgerError, nearest, quoted

COMMANDS = {
    "init": "recording",
    "record": "recording",
    "budget": "budget",
    "uppdrag": "uppdrag",
    "goals": "goals",
    "indicators": "indicators",
    "evaluations": "evaluations",
    "controls": "controls",
    "documents": "documents",
    "calendar": "calendar",
    "units": "units",
    "minutes": "minutes",
    "decisions": "decisions",
    "log": "log",
    "trail": "log",
    "diff": "diff",
    "check": "check",
    "verify": "verify",
    "checkpoint": "checkpoint",
    "prove": "prove",
    "verify-proof": "verify_proof",
    "keygen": "checkpoint",
    "follow": "follow",
    "export": "copies",
    "restore": "copies",
    "package": "package",
    "prov": "prov",
    "report": "report",
    "explore": "explore",
    "demo": "demo",
}
"""Every command and the module that holds it, in the order of the help."""

HELP = ["-h", "--help"]
YOUNG = 50_000
"""So many new objects are looked through for cycles at a time: there are hardly any."""

BAD_INPUT = 2
INTERRUPTED = 130
"""What a shell gives a command that Ctrl-C stopped."""


class Commands(click.Group):
    """Loads a command's module when it is called, and tells errors as single lines."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Return the names of the commands, in the order of the help."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Return a command by its name, None for an unknown one."""
        if cmd_name not in COMMANDS:
            return None
        # Nothing that an import makes is garbage, so looking for some is a waste.
        gc.disable()
        module = importlib.import_module(f"styrledger.cli.{COMMANDS[cmd_name]}")
        gc.freeze()
        gc.set_threshold(YOUNG)
        gc.enable()
        command: click.Command = getattr(module, cmd_name.replace("-", "_"))
        # It is also asked without this program above it, for a proof: its help is the same there.
        command.context_settings = {**command.context_settings, "help_option_names": HELP}
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command that the words begin with; of an unknown one, tell the nearest."""
        if args[0] not in COMMANDS and not ctx.resilient_parsing:
            ctx.fail(f"no command {quoted(args[0])}, expected {nearest(args[0], COMMANDS)}")
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; whatever goes wrong is a line on stderr and an exit code."""
        try:
            return super().invoke(ctx)
        except StyrledgerError as error:
            for line in lines(error):
                click.echo(line, err=True)
            ctx.exit(BAD_INPUT)
        except BrokenPipeError:
            # Whoever read the output has enough.
            _forget_output()
            ctx.exit(0)
        except OSError as fault:
            if fault.filename is None:
                _forget_output()
            place = "the output" if fault.filename is None else os.fsdecode(fault.filename)
            click.echo(one_line(f"{place}: {fault.strerror or fault}"), err=True)
            ctx.exit(BAD_INPUT)
        except UnicodeEncodeError as fault:
            click.echo(f"{fault.object!r} is not UTF-8, expected text in UTF-8", err=True)
            ctx.exit(BAD_INPUT)
        except KeyboardInterrupt:
            click.echo("interrupted", err=True)
            ctx.exit(INTERRUPTED)


def lines(error: StyrledgerError) -> list[str]:
    """Return an error as the lines that tell it: one for each fault."""
    faults: tuple[Fault, ...] = getattr(error, "faults", ())
    return [one_line(str(fault)) for fault in faults or (error,)]


def one_line(text: str) -> str:
    """Escape what would break a line, or be a command to the terminal."""
    return "".join(char if char.isprintable() else repr(char)[1:-1] for char in text)


def _forget_output() -> None:
    """Let Python not try at its exit to write what could not be written."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


@click.group(
    cls=Commands,
    context_settings={"help_option_names": HELP, "max_content_width": 100},
)
@click.version_option(package_name="styrledger", message="%(prog)s %(version)s")
@click.option(
    "--ledger",
    metavar="PATH",
    type=click.Path(readable=False),
    help="As --ledger of the command.",
)
@click.pass_context
def main(ctx: click.Context, ledger: str | None) -> None:
    """Tell what a municipality decided, and what that made so, on any date.

    Every answer rests on two dates: --on, the day asked about (default: today), and --known,
    what the ledger then held (default: everything). The ledger is --ledger, or the environment
    variable STYRLEDGER_LEDGER, or ./styrledger.db.

    Shell completion: eval "$(_STYRLEDGER_COMPLETE=bash_source styrledger)"; likewise zsh_source
    and fish_source.
    """
    del ledger  # the command's own option looks it up
    if os.environ.get("NO_COLOR"):
        ctx.color = False
    for stream in (sys.stdout, sys.stderr):
        # A terminal that has no minus sign (U+2212) is shown its code: a sign is never lost.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
