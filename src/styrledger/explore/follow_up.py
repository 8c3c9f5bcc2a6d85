"""The pages that follow up: uppdrag, internal control, and what the controls find."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, get_args

import attrs

from styrledger import subjects, swedish
from styrledger.controls.base import Finding, Severity
from styrledger.controls.catalogue import CONTROLS
from styrledger.events.uppdrag import UppdragStatus
from styrledger.explore.answers import Answer, Paged, paged, said
from styrledger.explore.places import subject_link
from styrledger.explore.questions import Asked
from styrledger.projections.uppdrag import Uppdrag
from styrledger.projections.uppdrag_counts import UppdragChoice, tally
from styrledger.telling import what

SEVEREST_FIRST: tuple[Severity, ...] = ("error", "warning", "note")
MOST_POSITIONS = 20
"""The most entries that are told of one finding."""


def uppdrag(asked: Asked) -> Answer:
    """Return the uppdrag on the day, all or of one status, or one of them by its id."""
    name = asked.text("id")
    if name is not None:
        return _one(asked, name)
    status = _status(asked.text("status"))
    every = asked.view.uppdrag()
    only_open = asked.text("open") == "1"
    chosen = UppdragChoice(status=status)
    found = [one for one in every if chosen.takes(one) and (one.open or not only_open)]
    counts = tally(every)
    choice = {"status": status, "open": "1" if only_open else None}
    return Answer(
        template="uppdrag.html",
        shown=lambda: {
            "list": paged(
                asked, "/uppdrag", [(one, _link(asked, one)) for one in found], first=True, **choice
            ),
            "counts": counts,
            "statuses": get_args(UppdragStatus),
            "status": status,
            "only_open": only_open,
        },
        data=lambda: {"uppdrag": [one.as_dict() for one in found], "counts": counts.as_dict()},
        rows=lambda: [_flat(one) for one in found],
    )


def _one(asked: Asked, name: str) -> Answer:
    one = asked.view.uppdrag_by_id(name)
    facts = () if one is None else one.trail
    return Answer(
        template="uppdrag_one.html",
        shown=lambda: {
            "name": name,
            "one": one,
            "trail": [(said(asked, fact), what(fact.entry)) for fact in facts],
        },
        data=lambda: {"uppdrag": [] if one is None else [one.as_dict()]},
        rows=lambda: [] if one is None else [_flat(one)],
        status=404 if one is None else 200,
    )


def controls(asked: Asked) -> Answer:
    """Return what the internal controls found on the day, and those that the plans hold."""
    checked = asked.checked()
    planned = asked.view.controls()
    return Answer(
        template="controls.html",
        shown=lambda: {
            "findings": findings(asked, "/controls", checked.findings),
            "confirmed": len(checked.confirmed),
            "planned": [
                (one, subject_link(asked, subjects.control(one.plan, one.control)))
                for one in planned
            ],
        },
        data=lambda: {
            "findings": [one.as_dict() for one in checked.findings],
            "controls": [one.as_dict() for one in planned],
        },
        rows=lambda: [_flat_finding(one) for one in checked.findings],
    )


def findings(asked: Asked, page: str, found: Sequence[Finding], **values: object) -> Paged:
    """Return findings, the worst first, with what a page says of each and what proves it."""
    ordered = sorted(found, key=lambda one: SEVEREST_FIRST.index(one.severity))
    listed = paged(asked, page, ordered, first=True, **values)
    shown = [
        {
            "one": one,
            "title": CONTROLS[one.control].title,
            "severity": swedish.SEVERITIES[one.severity],
            "link": subject_link(asked, one.subject),
            "positions": [
                (at, asked.link("/entry", position=at)) for at in one.positions[:MOST_POSITIONS]
            ],
            "more": max(0, len(one.positions) - MOST_POSITIONS),
        }
        for one in listed.items
    ]
    return attrs.evolve(listed, items=shown)


def _status(text: str | None) -> UppdragStatus | None:
    known: tuple[UppdragStatus, ...] = get_args(UppdragStatus)
    return next((status for status in known if status == text), None)


def _link(asked: Asked, one: Uppdrag) -> str:
    return asked.link("/uppdrag", id=one.uppdrag)


def _flat(one: Uppdrag) -> dict[str, Any]:
    return {
        "uppdrag": one.uppdrag,
        "title": one.title,
        "giver": one.giver,
        "responsible": ", ".join(one.responsible),
        "given": str(one.given),
        "due": None if one.due is None else str(one.due),
        "open": one.open,
        "status": one.status,
        "label": one.label,
        "overdue": one.overdue,
    }


def _flat_finding(one: Finding) -> dict[str, Any]:
    return {
        "control": one.control,
        "severity": one.severity,
        "subject": one.subject,
        "message": one.message,
        "expected": one.expected,
        "found": one.found,
        "positions": " ".join(f"#{at}" for at in one.positions),
    }
