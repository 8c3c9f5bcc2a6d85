"""Corrections and withdrawals of one entry, and which of all that was said stands in the end."""

from __future__ import annotations

from collections.abc import Sequence

import attrs


@attrs.frozen
class Link:
    """A correction or withdrawal, by position: what it acts on and in which slot."""

    position: int
    target: int
    slot: int
    withdraws: bool


def standing(slot: int, links: Sequence[Link]) -> int | None:
    """Return the position of what stands in a slot, None when it was withdrawn.

    The latest correction stands, or the original. Withdrawing the original empties the slot;
    withdrawing a correction or a withdrawal undoes just that. ``links`` are the slot's own.
    """
    undone: set[int] = set()
    latest_first = sorted(links, key=_position, reverse=True)
    for link in latest_first:
        if link.withdraws and link.target != slot and link.position not in undone:
            undone.add(link.target)
    for link in latest_first:
        if link.position in undone:
            continue
        if not link.withdraws:
            return link.position
        if link.target == slot:
            return None
    return slot


def _position(link: Link) -> int:
    return link.position
