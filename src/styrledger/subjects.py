"""How the things that entries are about are written: ``budget/KS/2020/operating``.

The same text names a subject on the command line, in the audit trail and in the view file.
"""

from __future__ import annotations

WHOLE = "*"
"""Stands for the whole municipality where an entry names no unit."""


def unit(code: str) -> str:
    """Return the subject of an organisational unit."""
    return f"unit/{code}"


def mandate(code: str) -> str:
    """Return the subject of a delegated mandate."""
    return f"mandate/{code}"


def budget(unit_code: str | None, year: int, kind: str) -> str:
    """Return the subject of one unit's budget of one year and kind."""
    return f"budget/{unit_code or WHOLE}/{year}/{kind}"


def decision(key: str) -> str:
    """Return the subject of a decision, by the identity of its reference."""
    return f"decision/{key}"
