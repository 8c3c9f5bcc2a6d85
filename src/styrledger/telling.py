"""What an entry says, in Swedish: each field by its name, each word of a fixed list by its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from functools import lru_cache
from typing import Any, get_args, get_type_hints

import attrs

from styrledger import registry, swedish
from styrledger.amounts import Amount
from styrledger.events.base import Event, Kind
from styrledger.events.budgets import BudgetRevised, Cause, Place, Stated
from styrledger.events.corrections import Amendment, EntryCorrected
from styrledger.events.entry import Entry
from styrledger.events.evaluations import NoteKind
from styrledger.events.goals import Assessment
from styrledger.events.indicators import Better, Missing
from styrledger.events.internal_control import FollowUp, Result
from styrledger.events.meetings import ItemKind, Side
from styrledger.events.units import UnitKind
from styrledger.events.uppdrag import Reporter, UppdragOutcome, UppdragStatus
from styrledger.references import DecisionRef
from styrledger.times import PartialDate
from styrledger.values import Value

FIELDS = {
    "about": "gäller",
    "abstained": "avstod",
    "action": "åtgärd",
    "activity": "aktivitet",
    "amount": "belopp",
    "area": "område",
    "assessment": "bedömning",
    "better": "riktning",
    "body": "organ",
    "by": "av",
    "calendar": "årshjul",
    "casting": "utslagsröst",
    "category": "slag",
    "cause": "orsak",
    "chair_role": "ordförande",
    "change": "ändring",
    "comment": "kommentar",
    "completed": "klara",
    "consequence": "konsekvens",
    "control": "kontrollmoment",
    "cost": "kostnader",
    "criteria_version": "kriterier",
    "data_source": "datakälla",
    "date": "datum",
    "date_printed": "datum som tryckt",
    "dated": "daterat",
    "deadline": "frist",
    "deviation": "avvikelse",
    "dnr": "dnr",
    "document": "dokument",
    "due": "senast",
    "evaluation": "utvärdering",
    "faults": "fel",
    "financing": "finansiering",
    "finding": "iakttagelse",
    "from_": "från",
    "giver": "uppdragsgivare",
    "goal": "mål",
    "income": "intäkter",
    "indicator": "indikator",
    "into": "till",
    "item": "ärende",
    "kind": "slag",
    "label": "källans ord",
    "last_appeal_day": "sista dag att överklaga",
    "level": "nivå",
    "limit": "gräns",
    "line": "rad",
    "list": "lista",
    "mandate": "delegation",
    "may": "får",
    "measure": "mått",
    "method": "metod",
    "missing": "saknas",
    "name": "namn",
    "no": "nej",
    "no_means": "nej betyder",
    "of": "uppgift om",
    "on": "den",
    "ongoing": "pågående",
    "original_date": "ursprungligt datum",
    "original_dnr": "ursprungligt dnr",
    "outcome": "utgång",
    "owner": "ansvarig",
    "parent": "överordnad",
    "period": "period",
    "plan": "plan",
    "posted": "anslaget",
    "present": "närvarande",
    "probability": "sannolikhet",
    "publication": "publicering",
    "purpose": "ändamål",
    "reason": "skäl",
    "recommendation": "rekommendation",
    "refer_back": "återremiss",
    "referred_before": "återremitterat förut",
    "replaced_by": "ersatt av",
    "replacement": "ersättning",
    "responsible": "ansvarig",
    "result": "resultat",
    "retention": "bevarande",
    "review": "översyn",
    "review_by": "översyn senast",
    "roles": "roller",
    "sample": "stickprov",
    "scale_max": "av högst",
    "scope": "omfattning",
    "score": "poäng",
    "status": "status",
    "taken_down": "nedtaget",
    "target": "post",
    "text": "text",
    "through": "till och med",
    "title": "rubrik",
    "to": "till",
    "total": "summa",
    "unit": "enhet",
    "until": "till",
    "uppdrag": "uppdrag",
    "valid_from": "gäller från",
    "valid_until": "gäller till",
    "value": "värde",
    "year": "år",
    "yes": "ja",
    "yes_means": "ja betyder",
}
"""What each field of an event is called."""

WORDS: dict[object, Mapping[str, str]] = {
    Kind: swedish.KINDS,
    UnitKind: swedish.UNIT_KINDS,
    ItemKind: swedish.ITEM_KINDS,
    NoteKind: swedish.NOTE_KINDS,
    Cause: swedish.CAUSES,
    Stated: swedish.STATED,
    UppdragStatus: swedish.UPPDRAG_STATUSES,
    UppdragOutcome: swedish.OUTCOMES,
    Reporter: swedish.REPORTERS,
    Assessment: swedish.ASSESSMENTS,
    Better: swedish.BETTER,
    Missing: swedish.MISSING,
    Result: swedish.RESULTS,
    FollowUp: swedish.FOLLOW_UPS,
    Side: {"yes": "ja", "no": "nej"},
}
"""The words of each fixed list."""


Said = str | int | date | Place | Amount | Value | DecisionRef | PartialDate | tuple[Any, ...]
"""What a field may hold."""


def called(event: Event) -> str:
    """Return what happened, in a word: the event's type, or why a budget was changed."""
    if isinstance(event, BudgetRevised) and event.cause != "other":
        return swedish.CAUSES[event.cause].capitalize()
    return swedish.TYPES[event.type]


def said(event: Event) -> Iterator[tuple[str, str]]:
    """Yield what each field says, with the field's name; nothing for fields left out."""
    if isinstance(event, EntryCorrected):
        yield from said(event.replacement.event)
        return
    for name, text in _told(event):
        if not (isinstance(event, Amendment) and name == "reason"):
            yield FIELDS[name], text


def whole(entry: Entry) -> str:
    """Return an entry on one line, for setting it beside another."""
    parts = [f"{name} {value}" for name, value in said(entry.event)]
    if entry.decision is not None:
        parts.append(f"beslut {entry.decision}")
    if entry.effective is not None:
        parts.append(f"gäller från {entry.effective}")
    if entry.stage != "decided":
        parts.append(swedish.STAGES[entry.stage])
    return f"{called(entry.event)}: {', '.join(parts)}"


def what(entry: Entry) -> str:
    """Return what an entry says in few words: its values alone, in the order of its fields."""
    event = entry.event
    if isinstance(event, EntryCorrected):
        return f"{event.target} → {what(event.replacement)} ({event.reason})"
    if isinstance(event, Amendment):
        return f"{event.target} ({event.reason})"
    return " · ".join(text for _, text in _told(event))


def _told(event: Event) -> Iterator[tuple[str, str]]:
    """Yield the text of each field that says anything, with the field's name."""
    words = _words(event.type)
    for field in attrs.fields(type(event)):
        value = getattr(event, field.name)
        if value is not None and value != ():
            yield field.name, _text(value, words[field.name])


@lru_cache
def _words(event_type: str) -> dict[str, Mapping[str, str]]:
    """Return the words that each field of an event chooses from, none where it is free."""
    nothing: Mapping[str, str] = {}
    found: dict[str, Mapping[str, str]] = {}
    for name, hint in get_type_hints(registry.TYPES[event_type]).items():
        chosen = [WORDS[one] for one in (hint, *get_args(hint)) if one in WORDS]
        found[name] = chosen[0] if chosen else nothing
    return found


def _text(value: Said, words: Mapping[str, str]) -> str:
    match value:
        case bool():
            return "ja" if value else "nej"
        case str():
            return words.get(value, value)
        case Place(unit=unit, line=line):
            return unit if line is None else f"{unit}/{line}"
        case tuple():
            return ", ".join(_text(part, words) for part in value)
        case Amount():
            about = "" if value.qualifier is None else f"{value.qualifier} "
            return f"{about}{value:{value.unit}} {value.unit}"
        case _:
            return str(value)
