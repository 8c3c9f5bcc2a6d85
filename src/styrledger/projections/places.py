"""How what is filed is found again: by the number of its subject, in the order of its place."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

Values = tuple[Any, ...]

PLACES = 20
"""The bits of a place that number what is filed at one position; the position is above them."""


def subject_id(subject: str) -> int:
    """Return the number that stands for a subject: the first eight octets of its SHA-256.

    Should two subjects share one, what is looked up is still told apart by its text.
    """
    return int.from_bytes(sha256(subject.encode()).digest()[:8], "big", signed=True)


def end_of(known: int | None) -> int:
    """Return the place after all that is filed up to a position."""
    return 2**63 - 1 if known is None else (known + 1) << PLACES
