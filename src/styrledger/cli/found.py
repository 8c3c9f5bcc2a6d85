"""What commands about named things share: finding one, and what is pending."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import click

from styrledger.cli import show
from styrledger.codec import write_entry
from styrledger.errors import UnknownName
from styrledger.history import Pending
from styrledger.projections.base import described

T = TypeVar("T")

WIDEST = 56


def named(
    name: str | None, one: Callable[[str], T | None], every: Callable[[], Sequence[T]]
) -> tuple[list[T], str]:
    """Return what is asked for, and why there is nothing where one was named."""
    if name is None:
        return [*every()], ""
    try:
        found = one(name)
    except UnknownName as unknown:
        return [], str(unknown)
    return ([], f"{name!r} was not yet there on that day") if found is None else ([found], "")


def pending_dicts(pending: Sequence[Pending]) -> list[dict[str, Any]]:
    """Return what does not count yet as JSON answers show it."""
    return [
        {
            **described(one.fact),
            "stage": one.fact.entry.stage,
            "condition": one.fact.entry.condition,
            "note": one.fact.entry.note,
            "entry": write_entry(one.fact.entry),
        }
        for one in pending
    ]


def print_pending(pending: Sequence[Pending]) -> None:
    """Print what does not count yet, nothing where there is none."""
    if not pending:
        return
    show.title("Pending")
    rows = [
        [
            show.position(one.fact),
            show.decision(one.fact.entry),
            show.effective(one.fact.entry),
            one.fact.entry.stage,
            one.fact.entry.event.type,
            show.what(one.fact.entry.event),
        ]
        for one in pending
    ]
    show.table(["entry", "decision", "from", "stage", "type", "what"], rows)
    click.echo()


def short(text: str) -> str:
    """Return a text on one line, cut where a table has no more room."""
    line = " ".join(text.split())
    return line if len(line) <= WIDEST else line[: WIDEST - 1] + "…"
