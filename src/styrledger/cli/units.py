"""The command ``units``: the organisation on a day."""

from __future__ import annotations

import click

from styrledger.cli import show
from styrledger.cli.options import asked, basis_options, print_json
from styrledger.projections.units import Unit


@click.command()
@basis_options
def units(
    path: str, on: str | None, known: str | None, *, void_annulled: bool, as_json: bool
) -> None:
    """List the units of the organisation, whom they answer to and whether they are active."""
    with asked(path, on, known, void_annulled=void_annulled) as view:
        found = view.units()
    if as_json:
        print_json({"basis": view.basis.as_dict(), "units": [unit.as_dict() for unit in found]})
        return
    click.echo(f"units, {show.basis(view.basis)}\n")
    rows = [[one.unit, one.kind, one.name or "", one.parent or "", _state(one)] for one in found]
    show.table(["unit", "kind", "name", "parent", "state"], rows)


def _state(unit: Unit) -> str:
    if unit.closed:
        return "closed" if unit.into is None else f"closed into {unit.into}"
    if unit.active is None:
        return ""
    return f"active {unit.level or ''}".strip() if unit.active else "not active"
