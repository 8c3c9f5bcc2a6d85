"""What a page is before it is printed: a template with its words, and the same as data."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import attrs

from styrledger import swedish
from styrledger.amounts import Amount
from styrledger.events.corrections import Amendment, EntryCorrected
from styrledger.events.entry import Entry
from styrledger.explore.entries import Kept
from styrledger.explore.questions import Asked
from styrledger.history import Fact

PAGE = 50
"""Rows of one page of a long list."""


@attrs.frozen
class Answer:
    """One page: ``shown`` is what its template needs, ``data`` its JSON, ``rows`` its CSV.

    Each is made when it is wanted; the basis is added to the data by whoever sends it.
    """

    template: str
    shown: Callable[[], Mapping[str, Any]]
    data: Callable[[], Mapping[str, Any]]
    rows: Callable[[], Sequence[Mapping[str, Any]]] = tuple
    status: int = 200


@attrs.frozen
class Paged:
    """One page of a long list, with the addresses of its neighbours."""

    items: Sequence[Any]
    number: int
    pages: int
    count: int
    earlier: str | None
    later: str | None


def paged(
    asked: Asked, page: str, items: Sequence[Any], /, *, first: bool = False, **values: Any
) -> Paged:
    """Return the page of a list that the address asks for; by default the last, or the first."""
    pages = max(1, -(-len(items) // PAGE))
    text = asked.text("page") or ""
    default = 1 if first else pages
    number = int(text) if text.isascii() and text.isdecimal() and len(text) < PAGE else default
    number = min(max(number, 1), pages)
    return Paged(
        items=items[(number - 1) * PAGE : number * PAGE],
        number=number,
        pages=pages,
        count=len(items),
        earlier=asked.link(page, **values, page=number - 1) if number > 1 else None,
        later=asked.link(page, **values, page=number + 1) if number < pages else None,
    )


@attrs.frozen
class Said:
    """An entry in words: what it is, the decision it rests on, and links to both."""

    position: int
    entry_link: str
    type: str
    decision: str | None
    decision_link: str | None
    effective: str
    imprecise: bool
    stage: str | None
    note: str | None
    source: str | None
    recorded: str
    by: str | None


def said(asked: Asked, fact: Fact | Kept, entry: Entry | None = None) -> Said:
    """Return what a page says of an entry; ``entry`` is what it wants to hold, if not itself."""
    entry = entry or fact.entry
    effective = entry.counts_from
    return Said(
        position=fact.position,
        entry_link=asked.link("/entry", position=fact.position),
        type=swedish.TYPES[entry.event.type],
        decision=None if entry.decision is None else unbroken(str(entry.decision)),
        decision_link=decision_link(asked, entry),
        effective=swedish.NOTHING if effective is None else str(effective),
        imprecise=effective is not None and not effective.is_exact,
        stage=None if entry.stage == "decided" else swedish.STAGES[entry.stage],
        note=entry.note,
        source=source(entry),
        recorded=swedish.moment(fact.recorded_at),
        by=fact.by,
    )


def unbroken(decision: str) -> str:
    """Return a reference whose paragraph sign stays with its number."""
    return decision.replace("§ ", "§\N{NO-BREAK SPACE}")


def decision_link(asked: Asked, entry: Entry) -> str | None:
    """Return the address of the page of the decision that an entry rests on."""
    if entry.decision is None:
        return None
    return asked.link("/decision", ref=entry.decision.key)


def source(entry: Entry) -> str | None:
    """Return where an entry was read, in words; its address is shown and is no link."""
    if entry.source is None:
        return None
    page = entry.source.page and f"s. {entry.source.page}"
    parts = (entry.source.document, page, entry.source.quote, entry.source.url)
    return ", ".join(part for part in parts if part) or None


def amount_of(entry: Entry) -> Amount | None:
    """Return the amount that an entry is about, or that its replacement is."""
    event = entry.event
    if isinstance(event, EntryCorrected):
        return amount_of(event.replacement)
    amount = getattr(event, "amount", None)
    return amount if isinstance(amount, Amount) else None


def correction(asked: Asked, made: Kept, target: Kept) -> dict[str, Any]:
    """Return what a correction or withdrawal did: both values, who made it, when and why."""
    was, now = target.says, made.says
    event = made.entry.event
    return {
        "was": said(asked, target, was),
        "was_amount": None if was is None else amount_of(was),
        "by": said(asked, made),
        "now": None if now is None else said(asked, made, now),
        "now_amount": None if now is None else amount_of(now),
        "reason": event.reason if isinstance(event, Amendment) else "",
    }
