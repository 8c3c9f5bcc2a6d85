"""What a vote came to: the majority, the casting vote, and the third that may refer back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import attrs

from styrledger.events.meetings import Side, VoteCounted
from styrledger.history import Fact
from styrledger.projections.base import described

THIRD: Final = 3
"""One in so many of those present may have a matter referred back (KL 5:50)."""


@attrs.frozen
class ReferringBack:
    """How a vote on referring a matter back (återremiss), or tabling it, is judged.

    ``asking`` is how many stood for it, ``needed`` how many it takes: one third of those
    present, those included who abstained. Where not ``by_minority`` it takes a majority, or
    the casting vote: a minority had its way once already, the body is not the council, or so
    many abstained that the majority is no third.
    """

    asking: int
    needed: int
    by_minority: bool
    reached: bool


@attrs.frozen
class Vote:
    """A vote as it was counted, and what came of it.

    ``carried`` is the side that had the most votes, or the chair's casting vote in a tie; None
    for a tie without one. ``winner`` is the side that had its way, which is the same but where
    a third of those present suffice. ``present`` is as stated for the vote or else for the
    meeting, None where neither is: then those who voted or abstained were all who were there.
    ``flags``: ``tie_undecided``, ``casting_without_tie``, and ``present_differs`` where some
    who were present neither voted nor abstained.
    """

    yes_means: str
    no_means: str | None
    yes: int
    no: int
    abstained: int
    present: int | None
    casting: Side | None
    carried: Side | None
    referring_back: ReferringBack | None
    winner: Side | None
    item: str | None
    flags: tuple[str, ...]
    fact: Fact

    @property
    def counted(self) -> int:
        """How many votes there are, those of who abstained included."""
        return self.yes + self.no + self.abstained

    @property
    def tie(self) -> bool:
        """True where both sides had as many votes."""
        return self.yes == self.no

    @property
    def referred_back(self) -> bool:
        """True where the vote sent the matter back, or put it off."""
        return self.referring_back is not None and self.referring_back.reached

    @property
    def outcome(self) -> str | None:
        """What the winner stood for, None where there is none, or it is not said."""
        return {"yes": self.yes_means, "no": self.no_means, None: None}[self.winner]

    def as_dict(self) -> dict[str, Any]:
        """Return the vote as JSON answers show it."""
        shown = attrs.asdict(self, filter=lambda field, _: field.name != "fact")
        which = {key: value for key, value in described(self.fact).items() if key != "type"}
        return {
            **shown,
            "tie": self.tie,
            "referred_back": self.referred_back,
            "outcome": self.outcome,
            **which,
            "note": self.fact.entry.note,
        }


def vote_of(event: VoteCounted, fact: Fact, *, present: int | None, council: bool) -> Vote:
    """Return what a vote came to at a meeting where so many were present, if that is known."""
    there = present if event.present is None else event.present
    carried = event.casting
    if event.yes != event.no:
        carried = "yes" if event.yes > event.no else "no"
    back = _judged(event, carried, there, council=council)
    winner = event.refer_back if back is not None and back.reached else carried
    return Vote(
        yes_means=event.yes_means,
        no_means=event.no_means,
        yes=event.yes,
        no=event.no,
        abstained=event.abstained,
        present=there,
        casting=event.casting,
        carried=carried,
        referring_back=back,
        winner=winner,
        item=event.item,
        flags=tuple(_flags(event, there)),
        fact=fact,
    )


def _judged(
    event: VoteCounted, carried: Side | None, present: int | None, *, council: bool
) -> ReferringBack | None:
    side = event.refer_back
    if side is None:
        return None
    asking = event.yes if side == "yes" else event.no
    if council and not event.referred_before:
        needed = -(-(event.counted if present is None else present) // THIRD)
        third = 0 < needed <= asking
        # A third is the right of a minority; a majority of those who vote needs no third.
        if third or carried != side:
            return ReferringBack(asking, needed, by_minority=True, reached=third)
    majority = (event.yes + event.no) // 2 + 1
    return ReferringBack(asking, majority, by_minority=False, reached=carried == side)


def _flags(event: VoteCounted, present: int | None) -> Iterator[str]:
    if event.yes == event.no and event.casting is None:
        yield "tie_undecided"
    if event.yes != event.no and event.casting is not None:
        yield "casting_without_tie"
    if present is not None and event.counted < present:
        yield "present_differs"
