"""The command ``check``: internal control as code."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path
from typing import get_args

import click

from styrledger.cli import show
from styrledger.cli.options import asked, basis_options, print_json
from styrledger.controls.base import Severity
from styrledger.controls.catalogue import CONTROLS, Checked, control
from styrledger.controls.catalogue import check as run
from styrledger.controls.policy import DEFAULT, Policy, read_policy

NO = 1
WIDEST = 60
NARROW = 20
LINE = 80

SEVERITIES = get_args(Severity)
"""From the worst, which tables show first."""

GROUPS = re.compile(r"(?<=[0-9]) (?=[0-9]{3}\b)")
"""The blanks inside numbers, at which no line is broken."""


@click.command()
@click.option("--control", "names", multiple=True, metavar="NAME", help="Only this control.")
@click.option("--explain", metavar="CONTROL", help="Tell what a control tests, and why.")
@click.option("--list", "listing", is_flag=True, help="List the controls.")
@click.option("--confirmed", is_flag=True, help="Also the stated figures that agree.")
@click.option(
    "--policy",
    "policy_file",
    type=click.Path(path_type=Path),
    default=DEFAULT,
    help="Rules with dates of validity (TOML); default: the package's own.",
)
@basis_options
@click.pass_context
def check(
    ctx: click.Context,
    names: tuple[str, ...],
    explain: str | None,
    policy_file: Path,
    path: str,
    on: str | None,
    known: str | None,
    *,
    listing: bool,
    confirmed: bool,
    void_annulled: bool,
    as_json: bool,
) -> None:
    """Run the internal controls and list what they find.

    The worst come first. Exit code 1 where they find anything, be it a note: a figure that is off
    by rounding, or one that cannot be checked.
    """
    if as_json and (explain is not None or listing):
        message = "--explain and --list are for reading, expected them without --json and tables"
        raise click.UsageError(message)
    policy = read_policy(policy_file)
    if explain is not None:
        _explain(explain, policy)
        return
    if listing:
        rows = [[one.name, one.severity, one.title] for one in CONTROLS.values()]
        show.table(["control", "severity", "title"], rows)
        return
    chosen = [control(name).name for name in names]
    with asked(path, on, known, void_annulled=void_annulled) as view:
        done = run(view, chosen or CONTROLS, policy)
    if as_json:
        print_json(
            {
                "basis": view.basis.as_dict(),
                "findings": [one.as_dict() for one in done.findings],
                "confirmed": [one.as_dict() for one in done.confirmed],
            }
        )
    else:
        click.echo(f"controls, {show.basis(view.basis)}\n")
        _print(done, confirmed=confirmed)
    if done.findings:
        ctx.exit(NO)


def _print(done: Checked, *, confirmed: bool) -> None:
    shown = done.findings + (done.confirmed if confirmed else ())
    rows = [
        [
            one.severity,
            one.control,
            textwrap.fill(GROUPS.sub("\N{NO-BREAK SPACE}", one.message), WIDEST),
            one.expected or "",
            one.found or "",
            one.verdict or "",
            textwrap.fill(" ".join(f"#{position}" for position in one.positions), NARROW),
        ]
        for one in sorted(shown, key=lambda one: SEVERITIES.index(one.severity))
    ]
    if rows:
        show.table(["", "control", "finding", "expected", "found", "verdict", "entries"], rows)
        click.echo()
    findings, figures = len(done.findings), len(done.confirmed)
    click.echo(
        f"{findings} finding{'' if findings == 1 else 's'}, "
        f"{figures} figure{'' if figures == 1 else 's'} confirmed"
    )


def _explain(name: str, policy: Policy) -> None:
    one = control(name)
    show.title(f"{one.name}: {one.title}")
    click.echo(f"rests on: {one.rests_on}\nseverity: {one.severity}")
    for rule in policy.rules:
        if rule.name in one.rules:
            click.echo(f"rule: {rule}")
    click.echo(f"\n{textwrap.fill(one.explains, LINE)}")
