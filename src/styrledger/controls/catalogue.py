"""All controls, by name, and the check that runs them."""

from __future__ import annotations

from collections.abc import Iterable

import attrs

from styrledger.controls import calendar, dates, decisions, follow_up, mandates, totals, uppdrag
from styrledger.controls.base import Control, Finding
from styrledger.controls.policy import Policy, read_policy
from styrledger.errors import UnknownName
from styrledger.view import View

CONTROLS: dict[str, Control] = {
    control.name: control
    for module in (totals, uppdrag, mandates, dates, decisions, follow_up, calendar)
    for control in module.CONTROLS
}
"""Every control, in the order in which they are run."""


@attrs.frozen
class Checked:
    """What the controls found: faults, and the stated figures that they could confirm."""

    findings: tuple[Finding, ...]
    confirmed: tuple[Finding, ...]


def check(
    view: View, names: Iterable[str] = tuple(CONTROLS), policy: Policy | None = None
) -> Checked:
    """Run controls on a view, all of them or those that are named, each once.

    Raises:
        UnknownName: there is no control of a name.
    """
    rules = read_policy() if policy is None else policy
    asked = [control(name) for name in dict.fromkeys(names)]
    found = [one for each in asked for one in each.findings(view, rules)]
    return Checked(
        tuple(one for one in found if not one.is_confirmation),
        tuple(one for one in found if one.is_confirmation),
    )


def control(name: str) -> Control:
    """Return a control by its name.

    Raises:
        UnknownName: there is none.
    """
    if name not in CONTROLS:
        kind = "control"
        raise UnknownName(kind, name, CONTROLS)
    return CONTROLS[name]
