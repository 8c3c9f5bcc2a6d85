"""The minutes of one meeting: what it took up, by kind, and how its votes fell."""

from __future__ import annotations

import datetime as dt
import re
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, Final, get_args

import attrs

from styrledger.events.meetings import ItemKind, ItemMinuted, MeetingHeld, VoteCounted
from styrledger.history import Counted, Fact
from styrledger.projections.base import described, told
from styrledger.projections.votes import Vote, vote_of
from styrledger.times import PartialDate


@attrs.frozen
class Item:
    """A matter in the minutes, with the votes on it.

    ``flags``: ``decided_by_unknown`` for a decision of which the source does not say who took
    it, ``item_twice`` where another item of the meeting has the same number.
    """

    item: str
    kind: ItemKind
    title: str
    text: str | None
    about: tuple[str, ...]
    votes: tuple[Vote, ...]
    flags: tuple[str, ...]
    fact: Fact

    def as_dict(self) -> dict[str, Any]:
        """Return the item as JSON answers show it."""
        return {
            "item": self.item,
            "kind": self.kind,
            "title": self.title,
            "text": self.text,
            "about": list(self.about),
            "votes": [vote.as_dict() for vote in self.votes],
            "flags": list(self.flags),
            **{key: value for key, value in described(self.fact).items() if key != "type"},
            "note": self.fact.entry.note,
        }


@attrs.frozen
class Meeting:
    """A body's meeting, named by its subject without ``meeting/``.

    ``items`` come in order of their numbers; ``votes`` are those on none of them.
    ``present`` is how many took part and ``roles`` which, each where the source says it.
    ``flags``: ``not_recorded`` where only its items or votes are, ``date_imprecise`` where not
    even the day is known, ``month_unclear`` and ``year_inferred`` where the printed date names
    no single month or no year, ``votes_exceed_present`` for more votes than were present.
    """

    meeting: str
    body: str
    date: PartialDate
    date_printed: str | None
    chair_role: str | None
    present: int | None
    roles: tuple[str, ...]
    items: tuple[Item, ...]
    votes: tuple[Vote, ...]
    flags: tuple[str, ...]
    trail: tuple[Fact, ...]

    @property
    def order(self) -> tuple[dt.date, str, str]:
        """The order of meetings: by day, the last that it can be, then by body."""
        return self.date.last, self.body, self.date.text

    @property
    def year(self) -> int:
        """The year of the meeting."""
        return self.date.last.year

    @property
    def counts(self) -> dict[str, int]:
        """How many items there are of each kind."""
        found = Counter(item.kind for item in self.items)
        return {kind: found[kind] for kind in get_args(ItemKind)}

    def as_dict(self) -> dict[str, Any]:
        """Return the meeting as JSON answers show it."""
        return {
            "meeting": self.meeting,
            "body": self.body,
            "date": str(self.date),
            "date_printed": self.date_printed,
            "chair_role": self.chair_role,
            "present": self.present,
            "roles": list(self.roles),
            "counts": self.counts,
            "items": [item.as_dict() for item in self.items],
            "votes": [vote.as_dict() for vote in self.votes],
            "flags": list(self.flags),
            "trail": told(self.trail),
        }


class MinutesProjection:
    """Folds the facts about one meeting; there is none where they are only about it."""

    def __init__(self, meeting: str, *, council: bool) -> None:
        """Begin with a meeting's name; ``council`` tells whether KL 5:50 is for its body."""
        self._name = meeting
        self._council = council
        self._held: MeetingHeld | None = None
        self._place: tuple[str, PartialDate] | None = None
        self._items: list[tuple[ItemMinuted, Fact]] = []
        self._votes: list[tuple[VoteCounted, Fact]] = []
        self._trail: list[Fact] = []

    def apply(self, counted: Counted) -> None:
        """Take the next fact that counts, in order of effect."""
        fact = counted.fact
        self._trail.append(fact)
        event = fact.entry.event.placed(fact.entry.decision)
        if not isinstance(event, (MeetingHeld, ItemMinuted, VoteCounted)):
            return
        if event.body is None or event.date is None or self._name != f"{event.body} {event.date}":
            return
        self._place = (event.body, event.date)
        if isinstance(event, MeetingHeld):
            self._held = event
        elif isinstance(event, ItemMinuted):
            self._items.append((event, fact))
        else:
            self._votes.append((event, fact))

    def answer(self) -> Meeting | None:
        """Return the meeting after the facts so far, None where there was none."""
        if self._place is None:
            return None
        body, day = self._place
        held = self._held
        present = None if held is None else held.number_present
        votes = [vote_of(*vote, present=present, council=self._council) for vote in self._votes]
        items, loose = self._with_votes(votes)
        return Meeting(
            meeting=self._name,
            body=body,
            date=day,
            date_printed=None if held is None else held.date_printed,
            chair_role=None if held is None else held.chair_role,
            present=present,
            roles=held.present if held is not None and isinstance(held.present, tuple) else (),
            items=items,
            votes=loose,
            flags=tuple(_meeting_flags(held, day, votes)),
            trail=tuple(self._trail),
        )

    def _with_votes(self, votes: Sequence[Vote]) -> tuple[tuple[Item, ...], tuple[Vote, ...]]:
        """Return the items, each with its votes, and the votes that are on no item."""
        numbers = Counter(event.item for event, _ in self._items)
        items = [
            Item(
                item=event.item,
                kind=event.kind,
                title=event.title,
                text=event.text,
                about=event.about or (),
                votes=tuple(vote for vote in votes if _is_on(vote, event, fact)),
                flags=tuple(_item_flags(event, fact, twice=numbers[event.item] > 1)),
                fact=fact,
            )
            for event, fact in sorted(self._items, key=_in_order)
        ]
        placed = [vote for item in items for vote in item.votes]
        return tuple(items), tuple(vote for vote in votes if vote not in placed)


def _in_order(item: tuple[ItemMinuted, Fact]) -> tuple[int, str, int, int]:
    """Return what sorts items as the minutes do: by number, those without one last."""
    event, fact = item
    number = _NUMBER.search(event.item)
    return int(number[0]) if number else sys.maxsize, event.item, fact.slot, fact.part


def _is_on(vote: Vote, item: ItemMinuted, fact: Fact) -> bool:
    if vote.item is not None:
        return vote.item == item.item
    on, rests = vote.fact.entry.decision, fact.entry.decision
    return on is not None and rests is not None and on.key == rests.key


def _item_flags(event: ItemMinuted, fact: Fact, *, twice: bool) -> Iterator[str]:
    decision = fact.entry.decision
    if event.kind == "decision" and (decision is None or decision.body is None):
        yield "decided_by_unknown"
    if twice:
        yield "item_twice"


def _meeting_flags(
    held: MeetingHeld | None, day: PartialDate, votes: Sequence[Vote]
) -> Iterator[str]:
    if held is None:
        yield "not_recorded"
    if not day.is_exact:
        yield "date_imprecise"
    printed = None if held is None else held.date_printed
    if printed is not None:
        if not names_one_month(printed):
            yield "month_unclear"
        if not _YEAR.search(printed):
            yield "year_inferred"
    if any(vote.present is not None and vote.counted > vote.present for vote in votes):
        yield "votes_exceed_present"


def names_one_month(printed: str) -> bool:
    """Return whether a printed date says which month: in one word, or in numbers."""
    months = _MONTH.findall(printed)
    return len(months) == 1 or (not months and bool(_NUMBERS.search(printed)))


_MONTH: Final = re.compile(
    r"\b(?:jan|feb|mars?|apr|maj|jun|jul|aug|sep|okt|nov|dec)"
    r"(?:uari|ruari|il|i|usti|t(?:ember)?|ober|ember)?\b",
    re.IGNORECASE,
)
_NUMBERS: Final = re.compile(r"\b(?:\d{4}-\d{1,2}|\d{1,2}[/.]\s?\d{1,2})\b")
_NUMBER: Final = re.compile("[0-9]+")
_YEAR: Final = re.compile(r"\b(?:18|19|20|21)\d{2}\b")
