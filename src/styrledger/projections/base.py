"""The shape that every projection has: a pure fold over what counts, in order.

A projection sees facts and its own state, never the store, the clock or another subject.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import attrs

from styrledger.amounts import Amount

if TYPE_CHECKING:
    from styrledger.history import Counted, Fact
    from styrledger.times import PartialDate

A_co = TypeVar("A_co", covariant=True)
A = TypeVar("A")


class Projection(Protocol[A_co]):
    """Builds the answer about one subject, fact by fact."""

    def apply(self, counted: Counted) -> None:
        """Take the next fact that counts, in order of effect."""
        ...

    def answer(self) -> A_co:
        """Return the immutable state after the facts so far."""
        ...


def fold(projection: Projection[A], counted: Iterable[Counted]) -> A:
    """Return the state that facts add up to."""
    for one in counted:
        projection.apply(one)
    return projection.answer()


@attrs.frozen
class Step:
    """One fact's effect on a figure: the change that it made and what it came to."""

    fact: Fact
    since: date
    change: Amount
    balance: Amount

    def as_dict(self) -> dict[str, Any]:
        """Return the step as JSON answers show it."""
        return {
            **described(self.fact),
            "change": money(self.change),
            "balance": money(self.balance),
            "note": self.fact.entry.note,
        }


def described(fact: Fact) -> dict[str, Any]:
    """Return which entry a fact is, in the words that all JSON answers use."""
    entry = fact.entry
    effective = entry.counts_from
    return {
        "position": fact.position,
        **({"corrects": fact.slot} if fact.slot != fact.position else {}),
        "type": entry.event.type,
        "decision": None if entry.decision is None else str(entry.decision),
        "effective": None if effective is None else str(effective),
        **({"imprecise": True} if effective is not None and not effective.is_exact else {}),
    }


def told(facts: Iterable[Fact]) -> list[dict[str, Any]]:
    """Return a trail as JSON answers show it: which entry each fact is, and its note."""
    return [{**described(fact), "note": fact.entry.note} for fact in facts]


def dated(fact: Fact) -> PartialDate:
    """Return the date from which a fact counts, as precise as its source says it."""
    day = fact.entry.counts_from
    if day is None:
        raise TypeError(fact.entry)
    return day


def money(amount: Amount | None) -> dict[str, Any] | None:
    """Return an amount as JSON answers show it, None where it is unknown."""
    return None if amount is None else {"ore": amount.ore, "text": amount.text}


def plus(amount: Amount | None, change: Amount) -> Amount:
    """Return the sum, where nothing so far leaves the change as it was printed."""
    return change if amount is None else amount + change


def minus(amount: Amount | None, other: Amount | None) -> Amount | None:
    """Return the difference, None where either is unknown."""
    return None if amount is None or other is None else amount - other


def total(amounts: Sequence[Amount | None]) -> Amount | None:
    """Return the sum of the known amounts, None where none is known."""
    known = [amount for amount in amounts if amount is not None]
    return sum(known[1:], known[0]) if known else None
