"""A decision's history as W3C PROV: what was recorded of it, by whom, and what it changed.

The form is PROV-JSON (W3C member submission, 24 April 2013). What is named is named the same in
every document of the same ledger, so that documents about several decisions can be joined.
"""

from __future__ import annotations

import json
import uuid
from datetime import date
from typing import Any, Final
from urllib.parse import quote

from styrledger import subjects
from styrledger.amounts import Amount
from styrledger.basis import Basis
from styrledger.codec import write_entry
from styrledger.events.corrections import EntryCorrected, EntryWithdrawn
from styrledger.events.decisions import DecisionAnnulled
from styrledger.events.entry import Recorded
from styrledger.history import filed_under
from styrledger.ledger import Ledger
from styrledger.projections.base import Step
from styrledger.projections.decisions import Decision
from styrledger.references import DecisionRef
from styrledger.times import instant
from styrledger.trail import Trailed
from styrledger.view import View

VOCABULARY: Final = f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, 'styrledger/prov/1')}#"
"""The namespace of our own types and attributes."""

PREFIXES: Final = {
    "prov": "http://www.w3.org/ns/prov#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "styrledger": VOCABULARY,
}

Json = dict[str, Any]


def history(ledger: Ledger, view: View, decision: DecisionRef | str) -> Json | None:
    """Return all that was recorded of a decision, and the figures before and after it.

    None where the decision was not taken by the day.

    Raises:
        DecisionRefError: the text is no reference.
        UnknownName: the ledger has never heard of the decision.
    """
    found = view.decision(decision)
    if found is None:
        return None
    document = _Document(ledger, view, found)
    for step in ledger.trail(subjects.decision(found.ref.key), known=view.basis.position):
        document.add_entry(step)
    for subject in _budgets(found):
        document.add_figures(subject)
    return document.as_dict()


def _budgets(decision: Decision) -> list[str]:
    """Return the budgets that a decision is about, sorted."""
    under = {name for one in decision.entries for name in filed_under(one.fact.entry)}
    return sorted(name for name in under if name.startswith("budget/"))


class _Document:
    """A PROV document in the making: things by name, and how they are related."""

    def __init__(self, ledger: Ledger, view: View, decision: Decision) -> None:
        self._view = view
        self._parts: dict[str, Json] = {}
        self._told: set[str] = set()
        self._namespace = f"urn:uuid:{ledger.identity.ledger}#"
        self._key = decision.ref.key
        self._organisation = _name("organisation", ledger.identity.ledger)
        self._thing(
            "agent",
            self._organisation,
            "Organisation",
            {"prov:label": ledger.identity.organisation},
            also="Organization",
        )
        self._basis = self._add_basis(view.basis)
        self._taken = self._decision(decision.ref)
        self._add_status(decision)

    def as_dict(self) -> Json:
        """Return the document as PROV-JSON."""
        return {"prefix": {**PREFIXES, "ledger": self._namespace}, **self._parts}

    def add_entry(self, step: Trailed) -> None:
        """Add an entry, its recording, and what it corrects, withdraws or annuls."""
        recorded = step.recorded
        entity = self._entry(recorded)
        kind = _activity(recorded)
        activity = _name(kind, recorded.position)
        at = instant(recorded.recorded_at)
        self._thing("activity", activity, kind, {"prov:startTime": at, "prov:endTime": at})
        self._related("wasGeneratedBy", entity=entity, activity=activity, time=at)
        self._related("hadMember", collection=self._basis, entity=entity)
        if recorded.by is not None:
            role = _name("role", recorded.by)
            self._thing("agent", role, "Role", {"prov:label": recorded.by})
            self._related("wasAssociatedWith", activity=activity, agent=role)
        ref, event = recorded.entry.decision, recorded.entry.event
        if ref is not None:
            source = self._decision(ref)
            self._related("used", activity=activity, entity=source)
            self._derived(entity, source, "PrimarySource")
        if isinstance(event, DecisionAnnulled) and event.target.key == self._key:
            self._related("used", activity=activity, entity=self._taken)
            self._related("wasInvalidatedBy", entity=self._taken, activity=activity, time=at)
        if step.acts_on is not None:
            self._acted_on(recorded, step.acts_on, entity, activity)

    def add_figures(self, subject: str) -> None:
        """Add what a budget was before and after each step that rests on the decision."""
        asked = subjects.asked_budget(subject)
        if asked is None or asked[0] == subjects.WHOLE:
            return
        before: Step | None = None
        for step in self._view.budget(*asked).trail:
            decision = step.fact.entry.decision
            if decision is not None and decision.key == self._key:
                self._add_step(subject, before, step)
            before = step

    def _add_step(self, subject: str, before: Step | None, step: Step) -> None:
        after = self._figure(subject, step)
        self._derived(after, self._mentioned(step.fact.position))
        self._derived(after, self._taken)
        if before is not None:
            self._related(
                "wasDerivedFrom",
                generatedEntity=after,
                usedEntity=self._figure(subject, before),
                **{"styrledger:change": _ore(step.change)},
            )

    def _figure(self, subject: str, step: Step) -> str:
        """Add what a budget was after a step; its name tells the basis that it was so on."""
        basis = self._view.basis
        place = f"{subject}/after/{step.fact.slot}.{step.fact.part}"
        name = _name("figure", f"{place}/{_on(basis)}")
        told = {
            "prov:label": f"{subject} {step.balance.text}",
            "prov:value": _ore(step.balance),
            "styrledger:text": step.balance.text,
            "styrledger:since": _date(step.since),
            "styrledger:on": _date(basis.on),
        }
        self._thing("entity", name, "Figure", told)
        self._derived(name, self._basis)
        return name

    def _add_basis(self, basis: Basis) -> str:
        name = _name("known", basis.position)
        told: Json = {
            "prov:label": f"the first {basis.position} entries",
            "styrledger:position": basis.position,
        }
        if basis.root is not None:
            told["styrledger:root"] = basis.root
        if basis.recorded_at is not None:
            at = instant(basis.recorded_at)
            told["styrledger:recordedAt"] = {"$": at, "type": "xsd:dateTime"}
        self._thing("entity", name, "Basis", told, also="Collection")
        return name

    def _add_status(self, decision: Decision) -> None:
        """Add how far the decision had come on the basis: the decision itself never changes."""
        basis = self._view.basis
        name = _name("status", f"{self._key}/{_on(basis)}")
        told = {"prov:value": decision.status, "styrledger:on": _date(basis.on)}
        self._thing("entity", name, "Status", told)
        self._related("specializationOf", specificEntity=name, generalEntity=self._taken)
        self._derived(name, self._basis)

    def _decision(self, ref: DecisionRef) -> str:
        """Add a decision and the body that took it."""
        name = _name("decision", ref.key)
        told = {
            "prov:label": ref.key,
            **({} if ref.date is None else {"styrledger:date": str(ref.date)}),
            **({} if ref.paragraph is None else {"styrledger:paragraph": ref.paragraph}),
        }
        self._thing("entity", name, "Decision", told)
        if ref.body is not None:
            body = _name("unit", ref.body)
            self._thing("agent", body, "Body", {"prov:label": ref.body}, also="Organization")
            self._related("wasAttributedTo", entity=name, agent=body)
            self._related("actedOnBehalfOf", delegate=body, responsible=self._organisation)
        return name

    def _entry(self, recorded: Recorded) -> str:
        """Add an entry with all that it says; named by its position, it never changes."""
        name = self._mentioned(recorded.position)
        self._parts["entity"][name].update(
            {
                "prov:label": f"#{recorded.position} {recorded.entry.event.type}",
                "styrledger:event": recorded.entry.event.type,
                "styrledger:stage": recorded.entry.stage,
                "styrledger:record": json.dumps(write_entry(recorded.entry), ensure_ascii=False),
            }
        )
        return name

    def _mentioned(self, position: int) -> str:
        """Add an entry by its position alone, unless it is told of already."""
        name = _name("entry", position)
        if name not in self._parts.get("entity", {}):
            told = {"prov:label": f"#{position}", "styrledger:position": position}
            self._thing("entity", name, "Entry", told)
        return name

    def _acted_on(self, recorded: Recorded, target: int, entity: str, activity: str) -> None:
        """Tell what a correction revised, or a withdrawal ended."""
        acted_on = self._mentioned(target)
        at = instant(recorded.recorded_at)
        self._related("used", activity=activity, entity=acted_on)
        self._related("wasInvalidatedBy", entity=acted_on, activity=activity, time=at)
        if isinstance(recorded.entry.event, EntryCorrected):
            self._derived(entity, acted_on, "Revision")

    def _derived(self, generated: str, used: str, how: str | None = None) -> None:
        type_ = {} if how is None else {"prov:type": _qname("prov", how)}
        self._related("wasDerivedFrom", generatedEntity=generated, usedEntity=used, **type_)

    def _thing(self, part: str, name: str, own: str, told: Json, *, also: str = "") -> None:
        types: Any = _qname("styrledger", own)
        if also:
            types = [types, _qname("prov", also)]
        self._parts.setdefault(part, {})[name] = {"prov:type": types, **told}

    def _related(self, relation: str, **ends: Any) -> None:
        """Tell how things are related, once."""
        told = {name if ":" in name else f"prov:{name}": end for name, end in ends.items()}
        said = f"{relation} {json.dumps(told)}"
        if said not in self._told:
            self._told.add(said)
            held = self._parts.setdefault(relation, {})
            held[f"_:{relation}{len(held) + 1}"] = told


def _activity(recorded: Recorded) -> str:
    match recorded.entry.event:
        case EntryCorrected():
            return "Correction"
        case EntryWithdrawn():
            return "Withdrawal"
        case DecisionAnnulled():
            return "Annulment"
        case _:
            return "Recording"


def _name(kind: str, what: str | int) -> str:
    """Return the qualified name of a thing in the ledger, all but letters and digits escaped."""
    return f"ledger:{kind.lower()}/{quote(str(what), safe='/')}"


def _on(basis: Basis) -> str:
    void = "/void" if basis.void_annulled else ""
    return f"on/{basis.on}/known/{basis.position}{void}"


def _qname(prefix: str, name: str) -> Json:
    return {"$": f"{prefix}:{name}", "type": "xsd:QName"}


def _ore(amount: Amount) -> Json:
    return {"$": str(amount.ore), "type": "xsd:integer"}


def _date(day: date) -> Json:
    return {"$": day.isoformat(), "type": "xsd:date"}
