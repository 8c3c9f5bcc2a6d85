"""Answers for programs: JSON and CSV."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

from styrledger.basis import Basis
from styrledger.explore.answers import Answer
from styrledger.projections.base import Step


def as_json(basis: Basis, answer: Answer) -> str:
    """Return an answer as JSON, with its basis first."""
    told = {"basis": basis.as_dict(), **answer.data()}
    return json.dumps(told, ensure_ascii=False, indent=2) + "\n"


def as_csv(answer: Answer) -> str:
    """Return the rows of an answer as CSV with a header; nothing where there are none."""
    out = io.StringIO(newline="")
    rows = answer.rows()
    if rows:
        writer = csv.DictWriter(out, [*rows[0]])
        writer.writeheader()
        writer.writerows(rows)
    return out.getvalue()


def flat_step(step: Step) -> dict[str, Any]:
    """Return one step of a budget as a row: the decision, its change and the balance after it."""
    entry = step.fact.entry
    return {
        "effective": step.since.isoformat(),
        "position": step.fact.position,
        "type": entry.event.type,
        "decision": None if entry.decision is None else str(entry.decision),
        "change_ore": step.change.ore,
        "balance_ore": step.balance.ore,
        "note": entry.note,
    }
