"""What the small ledgers are made of that show what each control finds."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import attrs

from styrledger.basis import Basis
from styrledger.codec import read_entry
from styrledger.controls.base import Finding
from styrledger.events.entry import Entry, Recorded
from styrledger.reference import Reference
from styrledger.times import STOCKHOLM
from styrledger.view import View

Record = dict[str, Any]
Decision = str | Record | None

UNITS: tuple[Record, ...] = (
    {"type": "unit.registered", "unit": "KF", "kind": "council", "effective": "2018-01-01"},
    {"type": "unit.registered", "unit": "KS", "kind": "board", "effective": "2018-01-01"},
    {
        "type": "unit.registered",
        "unit": "KS AU",
        "kind": "committee",
        "parent": "KS",
        "effective": "2018-01-01",
    },
)
"""What every ledger here begins with: #1 to #3."""

BEGAN = (date(2020, 1, 14), date(2020, 1, 15), date(2020, 1, 15))
"""The days on which they are recorded, and all else on the last unless a case says otherwise."""


@attrs.frozen
class Case:
    """A ledger that a control looks at.

    ``records`` follow the units, so that the first is #4; ``days`` are the days on which the
    records were made where that matters. ``rules`` are another policy than the default one.
    """

    says: str
    records: tuple[Record, ...]
    on: date = date(2020, 12, 31)
    days: tuple[date, ...] = ()
    rules: str | None = None

    def log(self) -> list[Recorded]:
        """Return what the ledger holds."""
        given = (*UNITS, *self.records)
        days = (*BEGAN, *self.days)
        days = (*days, *(days[-1] for _ in given[len(days) :]))
        return [
            Recorded(n, at_noon(day), entry)
            for n, (day, entry) in enumerate(zip(days, entries(given), strict=True), 1)
        ]

    def view(self) -> View:
        """Return the view of the ledger on the case's day, by the plain definition."""
        log = self.log()
        return View(Reference(log), Basis(self.on, len(log), log[-1].recorded_at))


def case(says: str, *records: Record, **more: Any) -> Case:
    """Return the case that its ledger is like this."""
    return Case(says, records, **more)


def entries(records: Sequence[Record]) -> list[Entry]:
    """Return the entries that records stand for."""
    return [read_entry(record, f"entry {n}") for n, record in enumerate(records, 1)]


def at_noon(day: date) -> datetime:
    """Return the middle of a Swedish day."""
    return datetime.combine(day, time(12), STOCKHOLM)


def shown(finding: Finding) -> str:
    """Return a finding on one line, as the golden file has it."""
    positions = " ".join(f"#{position}" for position in finding.positions)
    marks = (finding.severity, *filter(None, [finding.verdict]))
    said = f"{finding.message} | expected {finding.expected} | found {finding.found}"
    return f"  {' '.join(marks)}: {said} | {positions} | {finding.subject}"


def policy_file(folder: Path, rules: str) -> Path:
    """Write a policy file."""
    path = folder / "policy.toml"
    path.write_text(rules, encoding="utf-8")
    return path


def adopted(amount: str, decision: Decision = "KF 2019-06-10 § 109", **more: Any) -> Record:
    """Return an entry that sets the operating budget of KS for 2020."""
    own = {"type": "budget.adopted", "unit": "KS", "year": 2020, "amount": amount}
    return {**own, **({} if decision is None else {"decision": decision}), **more}


def revised(amount: str, decision: Decision, **more: Any) -> Record:
    """Return an entry that changes the operating budget of KS for 2020."""
    return {**adopted(amount, decision), "type": "budget.revised", **more}


def line(path: str, amount: str) -> Record:
    """Return an entry that sets a line of it."""
    return {
        **adopted(amount, None),
        "type": "budget.distributed",
        "line": path,
        "effective": "2020-01-01",
    }


def used(amount: str, **more: Any) -> Record:
    """Return what KS used in 2020."""
    own = adopted(amount, None, type="outcome.reported", through="2020-12-31")
    return {**own, "effective": "2020-12-31", **more}


def stated(amount: str, **more: Any) -> Record:
    """Return what a document says of it."""
    return {**adopted(amount, None), "type": "budget.stated", "effective": "2020-12-31", **more}


def given(**more: Any) -> Record:
    """Return an uppdrag of the council."""
    own = {"type": "uppdrag.given", "uppdrag": "2020 KS 1", "title": "Utred", "responsible": "KS"}
    return {**own, "decision": "KF 2020-01-01 § 1", **more}


def reported(status: str, effective: str = "2020-06-30", **more: Any) -> Record:
    """Return what the administration says of it."""
    own = {"type": "uppdrag.reported", "uppdrag": "2020 KS 1", "by": "administration"}
    return {**own, "status": status, "effective": effective, **more}


def minuted(decision: Decision, **more: Any) -> Record:
    """Return an entry that just rests on a decision."""
    return {"type": "unit.renamed", "unit": "KS", "name": "KS", "decision": decision, **more}


def mandated(**more: Any) -> Record:
    """Return a mandate of the board to draw on its reserve."""
    own = {"type": "mandate.granted", "mandate": "M1", "body": "KS", "may": "reserve_drawn"}
    return {**own, "effective": "2020-01-01", **more}


def drawn(amount: str = "-1,0 mnkr", decision: str = "KS 2020-03-02 § 9", **more: Any) -> Record:
    """Return what the board took out of its reserve."""
    return revised(amount, decision, cause="reserve_drawn", line="Reserv", **more)


def planned(effective: str = "2019-12-01", **more: Any) -> Record:
    """Return a control of a plan of internal control for 2020."""
    own = {"type": "control.planned", "plan": "KS 2020", "control": "1", "title": "Attester"}
    return {**own, "effective": effective, **more}


def performed(result: str, effective: str = "2020-11-30", **more: Any) -> Record:
    """Return what it found."""
    own = {"type": "control.performed", "plan": "KS 2020", "control": "1", "result": result}
    return {**own, "effective": effective, **more}


def act(about: str = "control/KS 2020/1", **more: Any) -> Record:
    """Return an action."""
    return {
        "type": "action.decided",
        "action": "Å1",
        "about": about,
        "effective": "2020-12-01",
        **more,
    }


def document(**more: Any) -> Record:
    """Return a governing document."""
    return {
        "type": "document.adopted",
        "document": "Policy",
        "title": "Inköpspolicy",
        "category": "Policy",
        "owner": "KS",
        "valid_from": "2019-01-01",
        "decision": "KF 2018-12-10 § 200",
        **more,
    }


def deadline(**more: Any) -> Record:
    """Return a deadline of the year wheel."""
    return {
        "type": "deadline.set",
        "deadline": "Budget 2021",
        "date": "2020-11-30",
        "responsible": "KF",
        "activity": "Budgeten antas",
        "effective": "2020-01-01",
        **more,
    }


def met(day: str) -> Record:
    """Return that it was met."""
    return {
        "type": "deadline.met",
        "deadline": "Budget 2021",
        "date": day,
        "effective": "2020-12-31",
    }


def scored(area: str, score: str) -> Record:
    """Return a score of an evaluation."""
    return {
        "type": "evaluation.scored",
        "evaluation": "Kompass",
        "year": 2020,
        "area": area,
        "score": score,
        "scale_max": "100",
        "criteria_version": "1",
        "effective": "2020-12-01",
    }


def total(stated_total: str) -> Record:
    """Return what the evaluation says that its scores come to."""
    return {
        "type": "evaluation.total_stated",
        "evaluation": "Kompass",
        "year": 2020,
        "total": stated_total,
        "criteria_version": "1",
        "effective": "2020-12-01",
    }


def earmarked(purpose: str, amount: str, unit: str = "KS") -> Record:
    """Return money that is set aside."""
    return {
        **adopted(amount, None, unit=unit),
        "type": "budget.earmarked",
        "purpose": purpose,
        "effective": "2020-01-01",
    }


def moved(decision: str, from_: Record, to: Record) -> Record:
    """Return a transfer of 1,0 mnkr."""
    return {
        "type": "budget.transferred",
        "year": 2020,
        "from": from_,
        "to": to,
        "amount": "1,0 mnkr",
        "decision": decision,
    }


def rule(name: str, since: str = "2018-01-01", **values: str) -> str:
    """Return a rule of a policy file; values are as TOML writes them."""
    fields = {"name": f'"{name}"', "rests_on": '"Prov"', "from": since, **values}
    return "[[rule]]\n" + "".join(f"{field} = {value}\n" for field, value in fields.items())


FEBRUARY = date(2020, 2, 10)
DECISION = "KF 2020-02-10 § 9"
APPROVED: Record = {"type": "minutes.approved", "target": DECISION}
POSTED: Record = {"type": "decision.posted", "target": DECISION, "effective": "2020-02-21"}
COUNT: Record = {"type": "uppdrag.count_stated", "giver": "KF", "effective": "2020-12-31"}
CLOSED: Record = {
    "type": "uppdrag.closed",
    "uppdrag": "2020 KS 1",
    "outcome": "completed",
    "effective": "2020-12-01",
}
SN: Record = {
    "type": "unit.registered",
    "unit": "SN",
    "kind": "board",
    "effective": "2018-01-01",
}
