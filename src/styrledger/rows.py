"""A row of the log: one entry, as it lies there."""

from __future__ import annotations

from typing import NamedTuple


class Row(NamedTuple):
    """One entry's stored octets, as they lie in the log."""

    position: int
    stream: str
    version: int
    name: str
    state: bytes
