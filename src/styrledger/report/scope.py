"""Which entries concern a unit: those that name it, and those about what they introduce."""

from __future__ import annotations

from styrledger.events.decisions import DecisionEvent
from styrledger.events.entry import Entry
from styrledger.events.internal_control import ControlPlanned


class Scope:
    """Told of entries in the order of recording, tells which of them concern a unit, or all."""

    def __init__(self, unit: str | None) -> None:
        self._unit = unit
        self._names: set[tuple[str, str]] = set() if unit is None else {("unit", unit)}
        self._decisions: set[str] = set()

    def takes(self, entry: Entry) -> bool:
        """Return whether an entry concerns the unit, and remember what it introduces."""
        if self._unit is None:
            return True
        event, decision = entry.event, entry.decision
        named = {(one.kind, one.name) for one in event.refers()}
        defined = event.defines()
        if not (
            named & self._names
            or defined in self._names
            or (decision is not None and decision.body == self._unit)
            or (isinstance(event, DecisionEvent) and event.target.key in self._decisions)
            or (isinstance(event, ControlPlanned) and is_plan_of(event.plan, self._unit))
        ):
            return False
        if decision is not None:
            self._decisions.add(decision.key)
        if defined is not None and defined[0] != "unit":
            self._names.add(defined)
        return True


def is_plan_of(plan: str, unit: str) -> bool:
    """Return whether a plan of internal control is a unit's: its name begins with the code."""
    return plan == unit or plan.startswith(f"{unit} ")
