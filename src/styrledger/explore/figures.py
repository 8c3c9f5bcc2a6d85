"""The page about one figure: its decisions, and what else each of them leads to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import attrs

from styrledger import subjects
from styrledger.controls.base import Finding
from styrledger.errors import UnknownName
from styrledger.events.internal_control import ActionDecided
from styrledger.events.meetings import ItemMinuted
from styrledger.events.uppdrag import UppdragGiven
from styrledger.explore.answers import Answer, Paged, Said, paged, said
from styrledger.explore.follow_up import findings
from styrledger.explore.questions import Asked
from styrledger.explore.rows import flat_step
from styrledger.history import Fact
from styrledger.projections.base import Step, money
from styrledger.projections.budgets import Statement
from styrledger.projections.uppdrag import Uppdrag
from styrledger.telling import what


@attrs.frozen
class _Behind:
    """One decision behind a figure, with what it also gave: minutes, uppdrag, other entries."""

    step: Step
    said: Said
    what: str
    items: Sequence[tuple[Said, ItemMinuted]]
    uppdrag: Sequence[tuple[Uppdrag, str]]
    others: Sequence[tuple[Said, str]]


def figure(asked: Asked) -> Answer:
    """Return a figure with what it rests on: decisions, minutes, uppdrag, results of controls."""
    subject, path = asked.text("subject") or "", asked.text("line")
    named = subjects.asked_budget(subject)
    if named is None:
        kind = "budget"
        raise UnknownName(kind, subject, asked.view.subjects("budget/*"))
    one = asked.view.budget(*named)
    line = None if path is None else one.line(path)
    if path is not None and line is None:
        kind = "line"
        raise UnknownName(kind, path, [known.line for known in one.lines])
    of = one if line is None else line
    stated = [each for each in one.stated if _is_of(each, path)]
    values: dict[str, Any] = {"subject": subject, "line": path}
    return Answer(
        template="figure.html",
        shown=lambda: {
            "subject": subject,
            "one": one,
            "line": line,
            "of": of,
            "budget_link": asked.link("/budget", unit=one.unit, year=one.year, kind=one.kind),
            "whole_link": asked.link("/figure", subject=subject),
            "steps": _steps(asked, of.trail, **values),
            "stated": [(each, said(asked, each.fact)) for each in stated],
            "about": [*_about(asked, subject)],
            "findings": findings(
                asked, "/figure", _found(asked, subject, path, of.trail, stated), **values
            ),
        },
        data=lambda: {
            "subject": subject,
            "line": path,
            "amount": money(of.amount),
            "trail": [step.as_dict() for step in of.trail],
        },
        rows=lambda: [_flat(subject, path, step) for step in of.trail],
    )


def _steps(asked: Asked, trail: Sequence[Step], **values: Any) -> Paged:
    steps = paged(asked, "/figure", trail, **values)
    return attrs.evolve(steps, items=[_behind(asked, step) for step in steps.items])


def _is_of(stated: Statement, path: str | None) -> bool:
    return stated.event.line == path and stated.event.purpose is None


def _behind(asked: Asked, step: Step) -> _Behind:
    entry = step.fact.entry
    key = None if entry.decision is None else entry.decision.key
    resting = (
        []
        if key is None
        else [
            counted.fact
            for counted in asked.view.counted(subjects.decision(key))
            if counted.fact.slot != step.fact.slot
        ]
    )
    given = [fact.entry.event for fact in resting]
    ids = [event.uppdrag for event in given if isinstance(event, UppdragGiven)]
    uppdrag = [(name, asked.view.uppdrag_by_id(name)) for name in dict.fromkeys(ids)]
    return _Behind(
        step=step,
        said=said(asked, step.fact),
        what=what(entry),
        items=[*_items(asked, resting)],
        uppdrag=[
            (one, asked.link("/uppdrag", id=name)) for name, one in uppdrag if one is not None
        ],
        others=[
            (said(asked, fact), what(fact.entry))
            for fact in resting
            if not isinstance(fact.entry.event, (ItemMinuted, UppdragGiven))
        ],
    )


def _items(asked: Asked, facts: Sequence[Fact]) -> Iterator[tuple[Said, ItemMinuted]]:
    for fact in facts:
        event = fact.entry.event
        if isinstance(event, ItemMinuted):
            yield said(asked, fact), event


def _about(asked: Asked, subject: str) -> Iterator[tuple[Said, str]]:
    """Yield what minutes and actions say to be about the figure itself."""
    for counted in asked.view.counted(subject):
        if isinstance(counted.fact.entry.event, (ItemMinuted, ActionDecided)):
            yield said(asked, counted.fact), what(counted.fact.entry)


def _found(
    asked: Asked,
    subject: str,
    path: str | None,
    trail: Sequence[Step],
    stated: Sequence[Statement],
) -> list[Finding]:
    """Return what the controls found about a figure, or about the entries that it rests on."""
    own = {step.fact.position for step in trail} | {one.fact.position for one in stated}
    return [
        found
        for found in asked.checked().findings
        if own.intersection(found.positions) or (path is None and found.subject == subject)
    ]


def _flat(subject: str, path: str | None, step: Step) -> dict[str, Any]:
    return {
        "subject": subject,
        "line": path,
        **flat_step(step),
    }
