"""Where the names of an entry stand among those of all entries: in the order of their places."""

from __future__ import annotations

from typing import Any

Values = tuple[Any, ...]

PLACES = 20
"""The bits of a place that number the names of one position; the position is above them."""
