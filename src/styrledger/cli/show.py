"""Tables for people: amounts in one unit and right-aligned, dates and amounts the Swedish way."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

import attrs
import click

from styrledger.amounts import Amount
from styrledger.basis import Basis
from styrledger.times import STOCKHOLM

if TYPE_CHECKING:
    from styrledger.events.base import Event
    from styrledger.events.budgets import Place
    from styrledger.events.entry import Entry
    from styrledger.history import Fact

NOTHING = "–"
"""Printed where a value is unknown, which is not zero."""

WIDEST_NOTE = 60


def title(text: str) -> None:
    """Print a heading, bold on a terminal."""
    click.echo(click.style(text, bold=True))


def table(headers: Sequence[str], rows: Iterable[Sequence[str]], right: Sequence[str] = ()) -> None:
    """Print a table whose columns named in ``right`` are right-aligned; cells may have lines."""
    body = [line for row in rows for line in _lines(row)]
    widths = [
        max(len(header) + 2, *(len(row[column]) for row in body), 0)
        for column, header in enumerate(headers)
    ]
    for cells in (headers, ["-" * width for width in widths], *body):
        padded = (
            cell.rjust(width) if header in right else cell.ljust(width)
            for cell, width, header in zip(cells, widths, headers, strict=True)
        )
        click.echo("  ".join(padded).rstrip())


def _lines(row: Sequence[str]) -> Iterable[Sequence[str]]:
    return zip_longest(*(cell.splitlines() or [""] for cell in row), fillvalue="")


def number(amount: Amount | None, unit: str) -> str:
    """Return an amount as a bare number in a unit, a dash where it is unknown."""
    return NOTHING if amount is None else format(amount, unit)


def basis(given: Basis) -> str:
    """Return the two dates of an answer in words."""
    if given.recorded_at is None:
        known = f"#{given.position}"
    else:
        known = f"#{given.position} ({moment(given.recorded_at)})"
    void = ", annulled decisions void" if given.void_annulled else ""
    return f"on {given.on.isoformat()}, known {known}{void}"


def position(fact: Fact) -> str:
    """Return where a fact is recorded, and which entry it corrects."""
    return f"#{fact.position}" + ("" if fact.slot == fact.position else f" for #{fact.slot}")


def effective(entry: Entry) -> str:
    """Return from when an entry counts, marked where its source does not say the day."""
    date = entry.counts_from
    if date is None:
        return NOTHING
    return str(date) if date.is_exact else f"{date} (imprecise)"


def decision(entry: Entry) -> str:
    """Return the decision that an entry rests on."""
    return NOTHING if entry.decision is None else str(entry.decision)


def note(entry: Entry) -> str:
    """Return an entry's note on one short line."""
    text = " ".join((entry.note or "").split())
    return text if len(text) <= WIDEST_NOTE else text[: WIDEST_NOTE - 1] + "…"


def moment(instant: datetime) -> str:
    """Return an instant in Swedish time, to the second."""
    return f"{instant.astimezone(STOCKHOLM):%Y-%m-%d %H:%M:%S}"


def what(event: Event) -> str:
    """Return what an event says, its values in the order of its fields."""
    return " ".join(_value(value) for value in _values(event) if value is not None)


def _values(event: Event) -> Iterable[Any]:
    return (getattr(event, field.name) for field in attrs.fields(type(event)))


def _value(value: Place | tuple[Any, ...] | Amount | date | str | int) -> str:
    from styrledger.events.budgets import Place

    if isinstance(value, Place):
        return value.unit if value.line is None else f"{value.unit}/{value.line}"
    return ", ".join(map(_value, value)) if isinstance(value, tuple) else str(value)
