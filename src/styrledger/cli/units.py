"""The command ``units``: the organisation on a day."""

from __future__ import annotations

from collections.abc import Sequence

import click

from styrledger.cli import show
from styrledger.cli.found import named, pending_dicts, print_pending
from styrledger.cli.options import asked, basis_options, print_json, unit_of_money_option
from styrledger.events.base import Kind
from styrledger.projections.comparable import Comparable
from styrledger.projections.units import Unit
from styrledger.view import View

NO = 1
KINDS: tuple[Kind, ...] = ("operating", "investment")


@click.command()
@click.argument("unit", required=False, metavar="[UNIT]")
@basis_options
@unit_of_money_option
@click.pass_context
def units(
    ctx: click.Context,
    unit: str | None,
    path: str,
    on: str | None,
    known: str | None,
    money_unit: str,
    *,
    void_annulled: bool,
    as_json: bool,
) -> None:
    """List the units of the organisation.

    Each with whom it answers to and whether it is active. With a UNIT, also what has become of
    it, and its outcomes by year as they compare with the organisation on the day: without what
    has left it, and with what has come to it. Exit code 1 where the unit was not registered by
    the day.
    """
    with asked(path, on, known, void_annulled=void_annulled) as view:
        found, why_none = named(unit, view.unit, view.units)
        series = _series(view, unit) if unit is not None and found else ()
        pending = view.pending_about("unit")
    if as_json:
        answer = {
            "basis": view.basis.as_dict(),
            "units": [one.as_dict() for one in found],
            "pending": pending_dicts(pending),
        }
        told = {} if unit is None else {"series": [one.as_dict() for one in series]}
        print_json({**answer, **told})
    else:
        click.echo(f"units, {show.basis(view.basis)}\n")
        _table(found)
        for one in found if unit is not None else ():
            _trail(one)
        _outcomes(series, money_unit)
        print_pending(pending)
    if why_none:
        click.echo(why_none, err=True)
        ctx.exit(NO)


def _series(view: View, unit: str) -> Sequence[Comparable]:
    return [one for kind in KINDS for one in view.series(unit, kind)]


def _table(found: Sequence[Unit]) -> None:
    rows = [[one.unit, one.kind, one.name or "", one.parent or "", _state(one)] for one in found]
    show.table(["unit", "kind", "name", "parent", "state"], rows)


def _trail(one: Unit) -> None:
    rows = [
        [
            show.effective(fact.entry),
            fact.entry.event.type,
            show.decision(fact.entry),
            show.what(fact.entry.event),
            show.position(fact),
        ]
        for fact in one.trail
    ]
    click.echo()
    show.table(["from", "type", "decision", "what", "entry"], rows)


def _outcomes(series: Sequence[Comparable], unit: str) -> None:
    if not series:
        return
    show.title("\nOutcome by year, compared with the organisation on the day")
    rows = [
        [
            str(one.year),
            one.kind,
            show.number(one.outcome, unit),
            show.number(one.amount, unit),
            "; ".join(
                f"{moved.unit} ({moved.was_under or show.NOTHING} to "
                f"{moved.is_under or show.NOTHING}) {show.number(moved.change, unit)}"
                for moved in one.moved
            ),
        ]
        for one in series
    ]
    headers = ["year", "kind", f"outcome {unit}", "comparable", "moved"]
    show.table(headers, rows, right=[f"outcome {unit}", "comparable"])


def _state(unit: Unit) -> str:
    if unit.closed:
        return "closed" if unit.into is None else f"closed into {unit.into}"
    if unit.active is None:
        return ""
    return f"active {unit.level or ''}".strip() if unit.active else "not active"
