"""What a notebook shows of a budget: a table, its decisions and a small chart, all inert HTML."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from hashlib import sha256
from html import escape
from typing import TYPE_CHECKING

from styrledger.amounts import Amount, MoneyUnit
from styrledger.charts import steps
from styrledger.charts.axes import Days
from styrledger.charts.svg import STYLE, Frame

if TYPE_CHECKING:
    from styrledger.basis import Basis
    from styrledger.projections.base import Step
    from styrledger.projections.budgets import Budget

Held = str | int | date | Amount | None

UNIT: MoneyUnit = "tkr"
AMOUNTS = {"budget", "outcome", "deviation", "change"}
NOTHING = "–"
MOST_STEPS = 30
MOST_LINES = 200
FRAME = Frame(width=560, height=220, left=78, right=544, top=14, bottom=186)

# Colours are left to the notebook, which may be dark; the chart has a ground of its own.
LOOK = """
.styrledger { overflow-wrap: anywhere; max-width: 60em }
.styrledger table { border-collapse: collapse; margin: .5em 0 }
.styrledger caption { text-align: left; font-weight: 600 }
.styrledger th, .styrledger td { padding: .15em .7em .15em 0; vertical-align: top }
.styrledger th, .styrledger td { text-align: left }
.styrledger .amount { text-align: right; white-space: nowrap }
.styrledger .day + td { min-width: 13em }
.styrledger .day { white-space: nowrap }
.styrledger svg { background: #ffffff; max-width: 100%; height: auto }
"""


def budget_html(budget: Budget) -> str:
    """Return a budget as HTML: its lines, its decisions and how it changed, amounts in tkr."""
    named = f"{budget.unit} {budget.kind} budget {budget.year}, {UNIT}"
    parts = [
        f'<div class="styrledger"><style>{LOOK}{STYLE}</style>',
        *_table(named, ("unit and line", "budget", "outcome", "deviation"), _figures(budget)),
        *_left_out(len(budget.lines) - MOST_LINES, "more lines"),
        *_chart(named, budget.trail, budget.year),
        *_decisions(budget.trail),
        "</div>",
    ]
    return "\n".join(parts)


def basis_html(basis: Basis) -> str:
    """Return what a view rests on as HTML."""
    rows: list[Sequence[Held]] = [
        ("on", basis.on.isoformat()),
        ("known", f"#{basis.position}"),
        ("recorded", NOTHING if basis.recorded_at is None else basis.recorded_at.isoformat()),
        ("root", basis.root or NOTHING),
    ]
    if basis.void_annulled:
        rows.append(("annulled decisions", "never counted"))
    table = _table("The ledger as it was", ("", "basis"), rows)
    return "\n".join([f'<div class="styrledger"><style>{LOOK}</style>', *table, "</div>"])


def _figures(budget: Budget) -> Iterator[Sequence[Held]]:
    yield budget.unit, budget.amount, budget.outcome, budget.deviation
    for line in budget.lines[:MOST_LINES]:
        yield line.line, line.amount, line.outcome, line.deviation
    if budget.lines and budget.undistributed is not None:
        yield "(undistributed)", budget.undistributed, None, None


def _decisions(trail: Sequence[Step]) -> Iterator[str]:
    """Yield the table of the last decisions, with the numbers that they have in the chart."""
    if not trail:
        return
    numbered = [*enumerate(trail, 1)][-MOST_STEPS:]
    rows = [
        (
            number,
            step.since,
            str(step.fact.entry.decision or NOTHING),
            step.change,
            step.balance,
            step.fact.entry.note or "",
        )
        for number, step in numbered
    ]
    yield from _left_out(len(trail) - MOST_STEPS, "earlier decisions")
    yield from _table("Decisions", ("", "from", "decision", "change", "budget", "note"), rows)


def _left_out(count: int, what: str) -> Iterator[str]:
    if count > 0:
        yield f"<p>… and {count} {what}</p>"


def _chart(named: str, trail: Sequence[Step], year: int) -> Iterator[str]:
    """Yield the chart of a budget that was decided, through its year.

    A budget does not tell on which day it was asked about.
    """
    if not trail:
        return
    first, last = trail[0].since, max(trail[-1].since, date(year, 12, 31))
    chart = steps.Steps(
        tuple(steps.Level(step.since, step.balance.ore) for step in trail),
        tuple(
            steps.Mark(step.since, step.balance.ore, number) for number, step in enumerate(trail, 1)
        ),
        # A little room before the first dot, for its number.
        Days(first - min((last - first) / 20, first - date.min), last),
        UNIT,
    )
    begun = f"{trail[0].balance:{UNIT}} from {first}"
    told = f"{len(trail)} decisions: {begun}, {trail[-1].balance:{UNIT}} from {trail[-1].since}."
    name = f"budget-{sha256((named + told).encode()).hexdigest()[:12]}"
    yield steps.svg(chart, steps.Words(named, told), name, FRAME)


def _table(caption: str, headings: Iterable[str], rows: Iterable[Sequence[Held]]) -> Iterator[str]:
    yield f"<table><caption>{_inert(caption)}</caption>"
    yield f"<thead><tr>{''.join(map(_heading, headings))}</tr></thead><tbody>"
    for row in rows:
        yield f"<tr>{''.join(map(_cell, row))}</tr>"
    yield "</tbody></table>"


def _heading(heading: str) -> str:
    amount = ' class="amount"' if heading in AMOUNTS else ""
    return f'<th scope="col"{amount}>{heading}</th>'


def _cell(held: Held) -> str:
    if isinstance(held, str):
        return f"<td>{_inert(held)}</td>"
    if isinstance(held, date):
        return f'<td class="day">{held}</td>'
    if isinstance(held, int):
        return f'<td class="amount">{held}</td>'
    return f'<td class="amount">{NOTHING if held is None else format(held, UNIT)}</td>'


def _inert(text: str) -> str:
    """Escape a text, and let its direction of writing turn nothing around it."""
    return f"<bdi>{escape(text)}</bdi>"
