"""The command ``check``: internal control as code."""

from __future__ import annotations

import textwrap
from pathlib import Path

import click

from styrledger.cli import show
from styrledger.cli.options import asked, basis_options, print_json
from styrledger.controls.catalogue import CONTROLS, control
from styrledger.controls.catalogue import check as run
from styrledger.controls.policy import DEFAULT, read_policy

NO = 1


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
    """Run the internal controls and list what they find. Exit code 1 where they find anything."""
    if explain is not None:
        _explain(explain)
        return
    if listing:
        rows = [[one.name, one.severity, one.title] for one in CONTROLS.values()]
        show.table(["control", "severity", "title"], rows)
        return
    policy = read_policy(policy_file)
    with asked(path, on, known, void_annulled=void_annulled) as view:
        done = run(view, names or tuple(CONTROLS), policy)
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
        shown = done.findings + (done.confirmed if confirmed else ())
        rows = [
            [
                one.severity,
                one.control,
                textwrap.fill(one.message, WIDEST),
                one.expected or "",
                one.found or "",
                one.verdict or "",
                textwrap.fill(" ".join(f"#{position}" for position in one.positions), NARROW),
            ]
            for one in shown
        ]
        show.table(["", "control", "finding", "expected", "found", "verdict", "entries"], rows)
        click.echo(f"\n{len(done.findings)} findings, {len(done.confirmed)} figures confirmed")
    if done.findings:
        ctx.exit(NO)


WIDEST = 60
NARROW = 20


def _explain(name: str) -> None:
    one = control(name)
    show.title(f"{one.name}: {one.title}")
    click.echo(f"rests on: {one.rests_on}\nseverity: {one.severity}\n")
    click.echo(textwrap.fill(one.explains, 80))
