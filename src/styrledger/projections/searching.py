"""Asking a view file for entries by what people know of them: type, body, unit, days, words."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from styrledger.events.entry import Recorded
from styrledger.projections.listing import Choice, Tables, chosen, find
from styrledger.times import PartialDate, to_day

Day = str | date | PartialDate


def history(  # noqa: PLR0913 - a filter each, all by name
    view: Tables,
    known: int,
    *,
    type: str | None,  # noqa: A002 - the name that record files use
    body: str | None,
    unit: str | None,
    since: Day | None,
    until: Day | None,
    text: str | None,
) -> Iterator[Recorded]:
    """Yield the entries up to a position that meet every filter; see ``Ledger.history``."""
    entries = chosen(
        view,
        Choice(
            known,
            type=storable(type),
            body=storable(body),
            unit=storable(unit),
            first=None if since is None else to_day(since).isoformat(),
            last=None if until is None else to_day(until).isoformat(),
        ),
    )
    if text is None or not text.split():
        return entries
    found = set(find(view, storable(text) or ""))
    return (recorded for recorded in entries if recorded.position in found)


def storable(text: str | None) -> str | None:
    """Return a text that a database can look for; half characters are in no entry."""
    return None if text is None else text.encode("utf-8", "replace").decode()
