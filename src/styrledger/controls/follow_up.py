"""Controls of internal control itself: plans, performed controls, deviations and actions."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from styrledger import subjects
from styrledger.controls.base import Control, Found
from styrledger.controls.policy import Policy
from styrledger.events.internal_control import ControlPlanned
from styrledger.history import Fact
from styrledger.projections import internal_control
from styrledger.projections.budgets import Budget
from styrledger.view import View

PERCENT = 100


def control_plan_late(view: View, policy: Policy) -> Iterator[Found]:
    """Find plans of internal control that were certainly adopted after their year began."""
    first: dict[str, internal_control.Control] = {}
    for one in view.controls():
        # What is added to a plan during its year does not make the plan late.
        if one.plan not in first or one.planned < first[one.plan].planned:
            first[one.plan] = one
    for plan, one in first.items():
        if one.year is None:
            continue
        begins = date(one.year, 1, 1)
        late = one.planned.first > begins or (one.planned.is_exact and one.planned.first == begins)
        if late and policy.rule("control-plan-before-year", begins) is not None:
            yield Found(
                f"the plan {plan} was adopted after its year began",
                subjects.control(plan, one.control),
                tuple(fact for fact in one.trail if isinstance(fact.entry.event, ControlPlanned)),
                expected=f"before {begins.isoformat()}",
                found=str(one.planned),
            )


def control_not_performed(view: View, policy: Policy) -> Iterator[Found]:
    """Find controls that were not made though the year of their plan is over."""
    del policy
    for one in view.controls():
        over = one.year is not None and view.basis.on > date(one.year, 12, 31)
        if one.result == "not_performed" or (over and one.result is None):
            yield Found(
                f"the control {one.plan}/{one.control} ({one.title}) was not performed",
                subjects.control(one.plan, one.control),
                one.trail,
                expected="performed during the year of the plan",
                found=one.result or "nothing reported",
            )


def deviation_without_action(view: View, policy: Policy) -> Iterator[Found]:
    """Find deviations that nobody decided to do anything about."""
    del policy
    for one in view.controls():
        if one.deviates and not one.actions:
            yield Found(
                f"the control {one.plan}/{one.control} ({one.title}) found a deviation, "
                "and no action was decided",
                subjects.control(one.plan, one.control),
                tuple(performed.fact for performed in one.performed[-1:]),
                expected="an action",
                found=one.label or one.result,
            )


def action_overdue(view: View, policy: Policy) -> Iterator[Found]:
    """Find actions that are not completed though their last day has passed."""
    del policy
    for one in view.actions():
        if one.overdue:
            yield Found(
                f"the action {one.action} about {one.about} is overdue",
                subjects.action(one.action),
                one.trail,
                expected=f"completed by {one.due}",
                found=f"open on {view.basis.on.isoformat()}",
            )


def budget_deviation_without_plan(view: View, policy: Policy) -> Iterator[Found]:
    """Find units that used more than their budget allows, without an action about it."""
    about = {action.about for action in view.actions()}
    for budget in view.every_budget():
        subject = subjects.budget(budget.unit, budget.year, budget.kind)
        rule = policy.rule("deviation-threshold", date(budget.year, 12, 31))
        if rule is None or rule.percent is None or subject in about:
            continue
        if _exceeds(budget, rule.percent):
            yield Found(
                f"{budget.unit} used more than its {budget.kind} budget {budget.year}, "
                "and no action was decided",
                subject,
                (*(step.fact for step in budget.trail), *_used(budget)),
                expected=f"at most {budget.amount}",
                found=str(budget.outcome),
            )


def _used(budget: Budget) -> tuple[Fact, ...]:
    return () if budget.used is None else (budget.used.fact,)


def _exceeds(budget: Budget, percent: Decimal) -> bool:
    amount, deviation = budget.amount, budget.deviation
    if amount is None or deviation is None:
        return False
    return -deviation.ore * PERCENT > abs(amount.ore) * percent


CONTROLS = (
    Control(
        "control-plan-late",
        "Internkontrollplaner antas före årets början",
        "KL 6:6; policy control-plan-before-year",
        "warning",
        "A plan of internal control is adopted before the year that it is for begins.",
        control_plan_late,
        rules=("control-plan-before-year",),
    ),
    Control(
        "control-not-performed",
        "Planerade kontroller utförs",
        "KL 6:6",
        "warning",
        "Finds controls that are reported as not performed, or of which nothing is reported "
        "when the year of their plan is over.",
        control_not_performed,
    ),
    Control(
        "deviation-without-action",
        "Avvikelser leder till åtgärder",
        "KL 6:6",
        "warning",
        "Finds controls that last found a deviation, however small, about which no action was "
        "decided.",
        deviation_without_action,
    ),
    Control(
        "action-overdue",
        "Åtgärder är klara i tid",
        "KL 6:6",
        "warning",
        "Finds actions that are not completed though their last day has passed.",
        action_overdue,
    ),
    Control(
        "budget-deviation-without-plan",
        "Underskott möts med åtgärdsplan",
        "Hedemora styrmodell 2024; policy deviation-threshold",
        "warning",
        "Finds units whose outcome is worse than the budget by more than the policy's share of "
        "it, where no action about that budget was decided.",
        budget_deviation_without_plan,
        rules=("deviation-threshold",),
    ),
)
