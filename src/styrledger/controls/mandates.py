"""Controls of who may decide what, and of what an increase is paid with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

import attrs

from styrledger import subjects
from styrledger.amounts import Amount
from styrledger.controls.base import Control, Found
from styrledger.controls.policy import Policy
from styrledger.events.budgets import BudgetAdopted, BudgetRevised, BudgetTransferred
from styrledger.events.mandates import MandateGranted, MandateRevoked
from styrledger.history import Counted
from styrledger.projections.units import Unit
from styrledger.references import DecisionRef
from styrledger.view import View


@attrs.frozen
class Act:
    """What a decision did with a budget, in the words that mandates and policies use."""

    counted: Counted
    decision: DecisionRef
    day: date
    subject: str
    does: tuple[str, ...]
    lines: tuple[str, ...]
    amount: Amount
    kinds: tuple[str, ...]
    own: str | None
    """The unit that may decide it for itself, where that is enough."""


def mandate(view: View, policy: Policy) -> Iterator[Found]:
    """Find frames and moves that were decided by a body that may not decide them."""
    units = {unit.unit: unit for unit in view.units()}
    granted = view.counted_under("mandate/*")
    for act in _acts(view, policy):
        body = act.decision.body
        if body is None:
            yield _found(act, None)
        elif not _may_by_kind(act, body, units) and not _may_by_mandate(act, body, granted):
            yield _found(act, body)


def financing_named(view: View, policy: Policy) -> Iterator[Found]:
    """Find increases during the year that do not say where the money is taken from."""
    for counted in view.counted_under("budget/*"):
        event, decision = counted.fact.entry.event, counted.fact.entry.decision
        if not isinstance(event, BudgetRevised) or event.amount.ore <= 0 or event.financing:
            continue
        day = counted.since if decision is None or decision.date is None else decision.date.last
        during_the_year = day.year == event.year
        if during_the_year and policy.rule("financing-named", day) is not None:
            yield Found(
                f"{decision or 'an entry without a decision'} adds {event.amount} to "
                f"{event.unit} without naming its financing",
                subjects.budget(event.unit, event.year, event.kind),
                (counted.fact,),
                expected="financing",
                found="none named",
            )


def _acts(view: View, policy: Policy) -> Iterator[Act]:
    for counted in view.counted_under("budget/*"):
        decision = counted.fact.entry.decision
        if decision is None or decision.date is None:
            continue
        act = _act(counted, decision, decision.date.last, policy)
        if act is not None:
            yield act


def _act(counted: Counted, decision: DecisionRef, day: date, policy: Policy) -> Act | None:
    """Return what a fact did that the policy has a rule for on the day of the decision."""
    event = counted.fact.entry.event
    if isinstance(event, BudgetTransferred):
        rule = policy.rule("move-between-units-decided-by", day)
        ends = (event.from_, event.to)
        lines = tuple(end.line for end in ends if end.line is not None)
        own = event.from_.unit if event.from_.unit == event.to.unit else None
        does: tuple[str, ...] = (event.type,)
        subject = subjects.budget(event.from_.unit, event.year, event.kind)
    elif isinstance(event, (BudgetAdopted, BudgetRevised)):
        rule = policy.rule("frame-decided-by", day)
        lines, own, does = (), None, (event.type,)
        if isinstance(event, BudgetRevised):
            lines = () if event.line is None else (event.line,)
            does = (event.type, event.cause)
        subject = subjects.budget(event.unit, event.year, event.kind)
    else:
        return None
    if rule is None:
        return None
    return Act(counted, decision, day, subject, does, lines, event.amount, rule.kinds, own)


def _may_by_kind(act: Act, body: str, units: Mapping[str, Unit]) -> bool:
    """Return whether the body is of a kind that may decide it, or decides inside itself."""
    unit = units.get(body)
    if unit is not None and unit.kind in act.kinds:
        return True
    at = act.own
    seen: set[str] = set()
    while at is not None and at not in seen:
        if at == body:
            return True
        seen.add(at)
        at = units[at].parent if at in units else None
    return False


def _may_by_mandate(act: Act, body: str, granted: Sequence[Counted]) -> bool:
    """Return whether a mandate that held on the day of the decision covers it."""
    revoked = {
        one.fact.entry.event.mandate
        for one in granted
        if isinstance(one.fact.entry.event, MandateRevoked) and one.since <= act.day
    }
    return any(
        isinstance(event := one.fact.entry.event, MandateGranted)
        and event.body == body
        and event.mandate not in revoked
        and one.since <= act.day
        and (event.until is None or act.day <= event.until.last)
        and event.may in act.does
        and (event.scope is None or event.scope in act.lines)
        and (event.limit is None or abs(act.amount) <= event.limit)
        for one in granted
    )


def _found(act: Act, body: str | None) -> Found:
    kinds = " or ".join(act.kinds)
    did = f"{act.decision} ({', '.join(act.does)} {act.amount})"
    unsaid = "does not say which body decided"
    return Found(
        f"{did} {unsaid if body is None else f'was not for {body} to decide'}",
        act.subject,
        (act.counted.fact,),
        expected=kinds if act.own is None else f"{act.own} or {kinds}",
        found="unknown" if body is None else body,
    )


CONTROLS = (
    Control(
        "mandate",
        "Rätt organ har beslutat",
        "KL 5:1, 6:37-40; policy frame-decided-by, move-between-units-decided-by",
        "warning",
        "Frames and moves between units are for the council, moves inside a unit for the unit "
        "itself. A mandate covers a decision when its may names what was done (an event type "
        "such as budget.revised, or a cause such as reserve_drawn), its scope the line, its "
        "limit is not exceeded and it held on the day of the decision.",
        mandate,
        rules=("frame-decided-by", "move-between-units-decided-by"),
    ),
    Control(
        "financing-named",
        "Beslut om ökade utgifter anger finansiering",
        "KL 11:15; policy financing-named",
        "warning",
        "A decision that adds to a budget during its year says how it is financed.",
        financing_named,
        rules=("financing-named",),
    ),
)
