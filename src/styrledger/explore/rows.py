"""Answers for programs: JSON and CSV."""

from __future__ import annotations

import csv
import io
import json

from styrledger.basis import Basis
from styrledger.explore.answers import Answer


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
