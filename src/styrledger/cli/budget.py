"""The command ``budget``: what a budget was on a day, and the decisions that made it so."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import click

from styrledger.amounts import Amount, MoneyUnit
from styrledger.cli import show
from styrledger.cli.options import asked, basis_options, print_json, unit_of_money_option
from styrledger.errors import nearest
from styrledger.projections.base import described, money, total
from styrledger.times import YEARS

if TYPE_CHECKING:
    from styrledger.events.base import Kind
    from styrledger.history import Pending
    from styrledger.projections.base import Step
    from styrledger.projections.budgets import Budget
    from styrledger.projections.figures import Figures
    from styrledger.view import View

NO = 1
YEAR = click.IntRange(YEARS.start, YEARS.stop - 1)


@click.command()
@click.argument("unit", required=False)
@click.option("--year", type=YEAR, required=True, help="The budget year.")
@click.option(
    "--kind",
    type=click.Choice(["operating", "investment"]),
    default="operating",
    show_default=True,
    help="Driftbudget or investeringsbudget.",
)
@click.option("--line", metavar="PATH", help="Only this line, with the decisions that made it.")
@click.option("--trail", is_flag=True, help="Also the decisions that make up each total.")
@click.option("--chart", is_flag=True, help="Also each budget over time, as a step chart.")
@basis_options
@unit_of_money_option
@click.pass_context
def budget(
    ctx: click.Context,
    unit: str | None,
    year: int,
    kind: Kind,
    line: str | None,
    path: str,
    on: str | None,
    known: str | None,
    money_unit: MoneyUnit,
    *,
    trail: bool,
    chart: bool,
    void_annulled: bool,
    as_json: bool,
) -> None:
    """Show the budget of UNIT, or of every unit, for a year.

    Exit code 1 where there was none on that day.
    """
    if unit is None and line is None and not (as_json or trail or chart):
        with asked(path, on, known, void_annulled=void_annulled) as view:
            figures, pending = view.figures(year, kind), view.pending(year, kind)
        if not _Printer(money_unit).all(view, year, kind, figures, pending):
            click.echo(_none_found(unit, year, kind, view), err=True)
            ctx.exit(NO)
        return
    with asked(path, on, known, void_annulled=void_annulled) as view:
        found = _found(view, unit, year, kind)
        pending = view.pending(year, kind, unit)
        planned = _planned(view, unit, year, kind)
    having = [one for one in found if line is None or one.line(line) is not None]
    if as_json:
        print_json(_answer(view, having, line, planned, pending))
    else:
        printer = _Printer(money_unit)
        printer.begin(view, year, kind)
        if line is not None:
            printer.only_line(having, line)
        elif unit is None:
            printer.summary(found)
        for one in found if line is None and (unit is not None or trail) else ():
            printer.whole(one, trail=trail)
        for one in having if chart else ():
            from styrledger.cli.charting import print_chart

            print_chart(one, line, view.basis.on, money_unit)
        printer.planned(planned)
        printer.pending(pending)
    if not having:
        if not as_json:
            none = _none_found(unit, year, kind, view) if not found else _no_line(found, line or "")
            click.echo(none, err=True)
        ctx.exit(NO)


def _found(view: View, unit: str | None, year: int, kind: Kind) -> Sequence[Budget]:
    if unit is None:
        return view.budgets(year, kind)
    one = view.budget(unit, year, kind)
    return [one] if one.is_something else []


def _planned(view: View, unit: str | None, year: int, kind: Kind) -> Sequence[Budget]:
    if unit is None:
        return view.planned(year, kind)
    one = view.budget(unit, year, kind)
    return [] if one.planned is None else [one]


def _answer(
    view: View,
    found: Sequence[Budget],
    line: str | None,
    planned: Iterable[Budget],
    pending: Iterable[Pending],
) -> dict[str, Any]:
    from styrledger.codec import write_entry

    return {
        "basis": view.basis.as_dict(),
        "budgets": [_only(line, one) for one in found],
        "total": money(total([one.amount for one in found])),
        "planned": [
            {"unit": one.unit, "year": one.year, "kind": one.kind, **one.planned.as_dict()}
            for one in planned
            if one.planned is not None
        ],
        "pending": [
            {
                **described(one.fact),
                "stage": one.fact.entry.stage,
                "condition": one.fact.entry.condition,
                "note": one.fact.entry.note,
                "entry": write_entry(one.fact.entry),
            }
            for one in pending
        ],
    }


def _only(path: str | None, one: Budget) -> dict[str, Any]:
    line = None if path is None else one.line(path)
    if line is None:
        return one.as_dict()
    trail = [step.as_dict() for step in line.trail]
    return {**one.as_dict(), "lines": [{**line.as_dict(), "trail": trail}]}


def _no_line(found: Iterable[Budget], path: str) -> str:
    lines = {line.line for one in found for line in one.lines}
    return f"no line {path!r}, expected {nearest(path, lines)}"


def _none_found(unit: str | None, year: int, kind: str, view: View) -> str:
    whose = "no unit" if unit is None else unit
    had = "has" if unit is None else "has no"
    return f"{whose} {had} {kind} budget {year} on {view.basis.on}, as known then"


class _Printer:
    """Prints budgets as tables, all amounts in one unit."""

    def __init__(self, money_unit: str) -> None:
        self._unit = money_unit

    def begin(self, view: View, year: int, kind: Kind) -> None:
        """Print what is asked, and the basis of the answer."""
        click.echo(f"{kind} budget {year}, {show.basis(view.basis)}\n")

    def all(
        self,
        view: View,
        year: int,
        kind: Kind,
        figures: Sequence[Figures],
        pending: Iterable[Pending],
    ) -> bool:
        """Print the figures of all units and nothing else; tell whether there are any budgets."""
        self.begin(view, year, kind)
        found = [one for one in figures if one.is_something]
        self.summary(found)
        self.planned(figures)
        self.pending(pending)
        return bool(found)

    def summary(self, budgets: Sequence[Budget | Figures]) -> None:
        """Print a line a unit, and the total."""
        if not budgets:
            return
        rows = [[one.unit, *self._figures(one)] for one in budgets]
        if len(budgets) > 1:
            rows.append(["Total", self._number(total([one.amount for one in budgets])), "", ""])
        self._table("unit", rows)
        click.echo()

    def whole(self, one: Budget, *, trail: bool) -> None:
        """Print one budget with its lines and earmarks, and with ``trail`` its decisions."""
        rows = [[one.unit, *self._figures(one)]]
        for line in one.lines:
            depth = line.line.count("/") + 1
            rows.append(["  " * depth + line.line.rpartition("/")[2], *self._figures(line)])
        if one.lines and one.undistributed is not None:
            rows.append(["  (undistributed)", self._number(one.undistributed), "", ""])
        self._table("unit and line", rows)
        click.echo()
        if one.earmarks:
            show.title("Earmarked, inside the budget")
            self._table("purpose", [self._earmark(one) for one in one.earmarks], deviation=False)
            click.echo()
        if trail:
            show.title(f"Decisions behind {one.unit}")
            self._steps(one.trail)

    def only_line(self, having: Iterable[Budget], path: str) -> None:
        """Print one line of each budget, with its steps."""
        for one, line in ((one, one.line(path)) for one in having):
            if line is None:
                continue
            self._table("unit and line", [[f"{one.unit}/{path}", *self._figures(line)]])
            click.echo()
            show.title(f"Decisions behind {one.unit}/{path}")
            self._steps(line.trail)

    def planned(self, planned: Iterable[Budget | Figures]) -> None:
        """Print plans, which are not budgets."""
        rows = [
            [one.unit, self._number(plan.amount), show.decision(plan.fact.entry)]
            for one in planned
            if (plan := one.planned) is not None
        ]
        if rows:
            show.title("Planned, not a budget")
            show.table(["unit", self._unit, "decision"], rows, right=[self._unit])
            click.echo()

    def pending(self, pending: Iterable[Pending]) -> None:
        """Print what is proposed or conditional, which does not count."""
        rows = [
            [
                show.position(one.fact),
                entry.stage,
                entry.event.type,
                self._amount_of(entry.event),
                show.decision(entry),
                show.effective(entry),
                entry.condition or show.note(entry),
            ]
            for one in pending
            for entry in [one.fact.entry]
        ]
        if rows:
            show.title("Pending, not counted")
            headers = ["entry", "stage", "type", self._unit, "decision", "effective", "note"]
            show.table(headers, rows, right=["entry", self._unit])
            click.echo()

    def _amount_of(self, event: object) -> str:
        amount = getattr(event, "amount", None)
        return self._number(amount if isinstance(amount, Amount) else None)

    def _figures(self, one: Any) -> list[str]:
        return [self._number(figure) for figure in (one.amount, one.outcome, one.deviation)]

    def _earmark(self, one: Any) -> list[str]:
        return [one.purpose, self._number(one.amount), self._number(one.outcome)]

    def _table(self, first: str, rows: Iterable[Sequence[str]], *, deviation: bool = True) -> None:
        figures = [f"budget {self._unit}", "outcome", "deviation"][: 3 if deviation else 2]
        show.table([first, *figures], rows, right=figures)

    def _steps(self, steps: Iterable[Step]) -> None:
        headers = ["entry", "effective", "decision", "change", f"balance {self._unit}", "note"]
        rows = [
            [
                show.position(step.fact),
                show.effective(step.fact.entry),
                show.decision(step.fact.entry),
                self._number(step.change),
                self._number(step.balance),
                show.note(step.fact.entry),
            ]
            for step in steps
        ]
        show.table(headers, rows, right=["entry", "change", f"balance {self._unit}"])
        click.echo()

    def _number(self, amount: Amount | None) -> str:
        return show.number(amount, self._unit)
