"""The pages about one decision and about one entry: what it changed, and what touched it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

import attrs

from styrledger import subjects, swedish
from styrledger.codec import write_entry
from styrledger.errors import UnknownName
from styrledger.events.budgets import BudgetStated
from styrledger.events.entry import Entry
from styrledger.events.outcomes import ForecastReported, OutcomeReported
from styrledger.explore.answers import Answer, Said, amount_of, correction, said
from styrledger.explore.entries import Kept
from styrledger.explore.places import subject_link
from styrledger.explore.questions import Asked
from styrledger.history import Fact
from styrledger.projections.base import Step
from styrledger.projections.decisions import LIFE, Decision, Effect, Resting
from styrledger.telling import what

DAYS = {
    "approved": "Justerat",
    "posted": "Anslaget",
    "appealable_through": "Kan överklagas till och med",
    "stated_last_appeal_day": "Sista dag för överklagande enligt anslaget",
    "appealed": "Överklagat",
    "final": "Laga kraft",
    "annulled": "Upphävt",
    "referred_back": "Återremitterat",
    "tabled": "Bordlagt",
    "condition_met": "Villkoret uppfyllt",
}
"""What the days of a decision's life are called; those that are only reckoned are left out."""

MOST_LATER = 50
_POSITION = re.compile("[0-9]{1,18}")

TOLD = (BudgetStated, OutcomeReported, ForecastReported)
"""What tells of a budget and changes nothing of it."""


@attrs.frozen
class Changed:
    """One thing that a decision changed: what, and for a budget by how much and to what."""

    said: Said
    what: str
    effect: Effect
    figures: Sequence[tuple[str, str, Step]]
    subjects: Sequence[tuple[str, str]]


def decision(asked: Asked) -> Answer:
    """Return everything that a decision changed, and everything that later touched it."""
    ref = asked.text("ref") or ""
    one = asked.view.decision(ref)
    known = asked.view.basis.position
    key = ref if one is None else one.ref.key
    kept = asked.entries.about(subjects.decision(key), known)
    resting = () if one is None else one.entries
    return Answer(
        template="decision.html",
        shown=lambda: {
            "ref": key if one is None else str(one.ref),
            "one": one,
            "days": [] if one is None else _days(one),
            "changed": [*_changed(asked, resting)],
            "corrections": _corrections(asked, kept),
            "touched": [
                (said(asked, each), what(each.entry)) for each in kept if _is_about(each, key)
            ],
            "later": [*_later(asked, resting)],
        },
        data=lambda: {
            "decisions": [] if one is None else [one.as_dict()],
            "entries": [_as_dict(each) for each in kept],
        },
        rows=lambda: [_flat(each) for each in kept],
        status=404 if one is None else 200,
    )


def entry(asked: Asked) -> Answer:
    """Return one entry as it was recorded, and what has become of it."""
    text = (asked.text("position") or "").removeprefix("#")
    known = asked.view.basis.position
    position = int(text) if _POSITION.fullmatch(text) and int(text) <= known else 0
    kept = asked.entries.at(position)
    if kept is None:
        kind = "entry"
        raise UnknownName(kind, f"#{text}", [f"#{known}"])
    acting = asked.entries.acting_on(position, known)
    target = None if kept.acts_on is None else asked.entries.at(kept.acts_on)
    about = asked.entries.subjects(position)
    return Answer(
        template="entry.html",
        shown=lambda: {
            "kept": kept,
            "said": said(asked, kept),
            "fields": [*_fields(write_entry(kept.entry))],
            "stands": any(fact.position == position for fact in _standing(asked, kept)),
            "subjects": [(name, subject_link(asked, name)) for name in about],
            "corrections": [correction(asked, made, kept) for made in acting],
            "corrects": None if target is None else correction(asked, kept, target),
            "before": asked.link("/entry", position=position - 1) if position > 1 else None,
            "after": asked.link("/entry", position=position + 1) if position < known else None,
        },
        data=lambda: {"entries": [_as_dict(kept)]},
        rows=lambda: [_flat(kept)],
    )


def _standing(asked: Asked, kept: Kept) -> Sequence[Fact]:
    slot = kept
    while slot.acts_on is not None:
        target = asked.entries.at(slot.acts_on)
        if target is None:
            break
        slot = target
    return asked.view.standing_in(slot.position)


def _changed(asked: Asked, entries: Sequence[Resting]) -> Iterator[Changed]:
    trails: dict[str, Sequence[Step]] = {}
    for resting in entries:
        fact = resting.fact
        under = fact.entry.event.placed(fact.entry.decision).subjects()
        counts = resting.effect == "counts"
        yield Changed(
            said=said(asked, fact),
            what=what(fact.entry),
            effect=resting.effect,
            figures=[*_figures(asked, fact, under, trails)] if counts else [],
            subjects=[(name, subject_link(asked, name)) for name in under],
        )


def _figures(
    asked: Asked, fact: Fact, under: Sequence[str], trails: dict[str, Sequence[Step]]
) -> Iterator[tuple[str, str, Step]]:
    """Yield each total that a fact moved: what it is, where it is shown, and the step.

    ``trails`` keeps what was asked for, since the entries of a decision are often about one budget.
    """
    for subject in under:
        of = subjects.asked_budget(subject)
        if of is None:
            continue
        if subject not in trails:
            trails[subject] = asked.view.budget(*of).trail
        for step in trails[subject]:
            if (step.fact.slot, step.fact.part) == (fact.slot, fact.part):
                yield f"{of[0]}, {swedish.KINDS[of[2]]} {of[1]}", subject_link(asked, subject), step


def _days(one: Decision) -> list[tuple[str, str]]:
    found = [(DAYS[name], getattr(one.life, name)) for name in LIFE if name in DAYS]
    return [(name, swedish.day(day)) for name, day in found if day is not None]


def _is_about(kept: Kept, key: str) -> bool:
    """Return whether an entry is about a decision without resting on it, nor correcting it."""
    rests = kept.entry.decision is not None and kept.entry.decision.key == key
    return kept.acts_on is None and not rests


def _corrections(asked: Asked, kept: Sequence[Kept]) -> list[dict[str, Any]]:
    found = ((made, asked.entries.at(made.acts_on)) for made in kept if made.acts_on is not None)
    return [correction(asked, made, target) for made, target in found if target is not None]


def _later(asked: Asked, entries: Sequence[Resting]) -> Iterator[tuple[Said, str]]:
    """Yield what was later decided about the same things, in order of effect."""
    own = {resting.fact.slot for resting in entries}
    about = dict.fromkeys(
        subject
        for resting in entries
        for subject in resting.fact.entry.event.placed(resting.fact.entry.decision).subjects()
    )
    found = {
        (counted.fact.slot, counted.fact.part): counted
        for subject in about
        if not subject.startswith(("unit/", "meeting/"))
        for counted in asked.view.counted(subject)
        if not isinstance(counted.fact.entry.event, TOLD)
    }
    ordered = sorted(found.values(), key=lambda counted: counted.order)
    last = max(
        (place for place, counted in enumerate(ordered) if counted.fact.slot in own), default=None
    )
    if last is not None:
        for counted in ordered[last + 1 :][:MOST_LATER]:
            yield said(asked, counted.fact), what(counted.fact.entry)


def _fields(given: Any, name: str = "") -> Iterator[tuple[str, str]]:
    """Yield the fields of a record with their values, inner ones by their path."""
    if isinstance(given, dict):
        for key, value in given.items():  # pyright: ignore[reportUnknownVariableType]
            yield from _fields(value, f"{name}.{key}" if name else str(key))  # pyright: ignore[reportUnknownArgumentType]
    elif isinstance(given, list):
        yield name, ", ".join(str(one) for one in given)  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    else:
        yield name, str(given)


def _as_dict(kept: Kept) -> dict[str, Any]:
    return {
        "position": kept.position,
        "recorded_at": kept.recorded_at.isoformat(),
        "by": kept.by,
        "acts_on": kept.acts_on,
        "entry": write_entry(kept.entry),
    }


def _flat(kept: Kept) -> dict[str, Any]:
    entry: Entry = kept.entry
    amount = amount_of(entry)
    return {
        "position": kept.position,
        "recorded_at": kept.recorded_at.isoformat(),
        "by": kept.by,
        "type": entry.event.type,
        "stage": entry.stage,
        "decision": None if entry.decision is None else str(entry.decision),
        "effective": None if entry.counts_from is None else str(entry.counts_from),
        "acts_on": kept.acts_on,
        "amount_ore": None if amount is None else amount.ore,
        "what": what(entry),
        "note": entry.note,
    }
