"""How the things that entries are about are written: ``budget/KS/2020/operating``.

The same text names a subject on the command line, in the audit trail and in the view file.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal

WHOLE = "*"
"""Stands for the whole municipality where an entry names no unit."""


def unit(code: str) -> str:
    """Return the subject of an organisational unit."""
    return f"unit/{code}"


def mandate(code: str) -> str:
    """Return the subject of a delegated mandate."""
    return f"mandate/{code}"


def uppdrag(code: str) -> str:
    """Return the subject of an uppdrag; its id may itself hold ``/``."""
    return f"uppdrag/{code}"


UPPDRAG_COUNTS = "uppdrag-counts"
"""The subject of what documents say of how many uppdrag there are."""


RULINGS = "rulings"
"""The subject under which annulments and met conditions are filed, beside their decision."""


def goal(code: str) -> str:
    """Return the subject of a goal; its id may itself hold ``/``."""
    return f"goal/{code}"


def indicator(code: str) -> str:
    """Return the subject of an indicator; its id may itself hold ``/``."""
    return f"indicator/{code}"


def evaluation(name: str) -> str:
    """Return the subject of an evaluation, all its years together."""
    return f"evaluation/{name}"


def control(plan: str, code: str) -> str:
    """Return the subject of an internal control, by its plan and its own id in it.

    The id may be written with its plan (``SN 2024/8``) or without it (``8``).
    """
    return f"control/{plan}/{code.removeprefix(f'{plan}/')}"


def action(code: str) -> str:
    """Return the subject of an action (åtgärd)."""
    return f"action/{code}"


def recommendation(code: str) -> str:
    """Return the subject of a recommendation."""
    return f"recommendation/{code}"


def document(code: str) -> str:
    """Return the subject of a governing document."""
    return f"document/{code}"


def deadline(code: str) -> str:
    """Return the subject of a deadline."""
    return f"deadline/{code}"


@lru_cache(4096)  # few budgets, many entries
def budget(unit_code: str | None, year: int, kind: str) -> str:
    """Return the subject of one unit's budget of one year and kind."""
    return f"budget/{unit_code or WHOLE}/{year}/{kind}"


def meeting(body: str, date: str) -> str:
    """Return the subject of a body's meeting, by the date as precise as it is known."""
    return f"meeting/{body} {date}"


def decision(key: str) -> str:
    """Return the subject of a decision, by the identity of its reference."""
    return f"decision/{key}"


def asked_budget(subject: str) -> tuple[str, int, Literal["operating", "investment"]] | None:
    """Return the unit, year and kind that a budget's subject names, None for any other text."""
    parts = _BUDGET.fullmatch(subject)
    if parts is None:
        return None
    return parts[1], int(parts[2]), "operating" if parts[3] == "operating" else "investment"


_BUDGET = re.compile(r"budget/([^/]+)/([0-9]{4})/(operating|investment)")
