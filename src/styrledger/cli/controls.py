"""The command ``controls``: internal control, what it found and what is done about it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

import click

from styrledger.cli import show
from styrledger.cli.found import named, pending_dicts, print_pending, short
from styrledger.cli.options import asked, basis_options, print_json
from styrledger.projections.internal_control import Action, Control, Recommendation
from styrledger.times import PartialDate

NO = 1


@click.command()
@click.argument("control", required=False, metavar="[ID]")
@click.option("--plan", metavar="PLAN", help="Only the controls of this plan.")
@basis_options
@click.pass_context
def controls(
    ctx: click.Context,
    control: str | None,
    plan: str | None,
    path: str,
    on: str | None,
    known: str | None,
    *,
    void_annulled: bool,
    as_json: bool,
) -> None:
    """List the internal controls with risk and result.

    With an ID, only that one: the plan and the control in it, such as 'SN 2024/8'. Without one, the
    actions and the recommendations of reviewers are listed too. Exit code 1 where there was no
    control of that ID on the day.
    """
    with asked(path, on, known, void_annulled=void_annulled) as view:
        found, why_none = named(control, view.control, view.controls)
        actions = view.actions() if control is None else ()
        recommendations = view.recommendations() if control is None else ()
        pending = view.pending_about("control")
    found = [one for one in found if plan in {None, one.plan}]
    if as_json:
        print_json(
            {
                "basis": view.basis.as_dict(),
                "controls": [one.as_dict() for one in found],
                "actions": [one.as_dict() for one in actions],
                "recommendations": [one.as_dict() for one in recommendations],
                "pending": pending_dicts(pending),
            }
        )
    else:
        click.echo(f"controls, {show.basis(view.basis)}\n")
        _summary(found)
        for one in found if control is not None else ():
            _whole(one)
        _actions(actions)
        _recommendations(recommendations)
        print_pending(pending)
    if why_none:
        click.echo(why_none, err=True)
        ctx.exit(NO)


def _summary(found: Sequence[Control]) -> None:
    headers = ["plan", "control", "title", "risk", "result", "label", "actions"]
    rows = [
        [
            one.plan,
            one.control,
            short(one.title),
            _risk(one),
            one.result or show.NOTHING,
            one.label or "",
            ", ".join(action.action for action in one.actions),
        ]
        for one in found
    ]
    show.table(headers, rows, right=["risk"])
    results = Counter(one.result or "not yet performed" for one in found)
    said = ", ".join(f"{number} {result}" for result, number in results.items())
    click.echo(f"\ncontrols: {len(found)}" + (f", {said}" if said else "") + "\n")


def _risk(one: Control) -> str:
    if one.risk is None:
        return show.NOTHING
    return f"{one.probability} × {one.consequence} = {one.risk}"


def _whole(one: Control) -> None:
    if one.method is not None:
        click.echo(f"Method: {one.method}\n")
    if one.scores:
        show.title("Risk")
        rows = [
            [
                show.effective(score.fact.entry),
                _number(score.probability),
                _number(score.consequence),
                _number(score.risk),
                show.decision(score.fact.entry),
                show.position(score.fact),
            ]
            for score in one.scores
        ]
        headers = ["from", "probability", "consequence", "risk", "decision", "entry"]
        show.table(headers, rows, right=["probability", "consequence", "risk"])
        click.echo()
    for performed in one.performed:
        event = performed.event
        show.title(f"Performed {show.effective(performed.fact.entry)}: {event.result}")
        said = {
            "label": event.label,
            "method": event.method,
            "sample": event.sample,
            "faults": event.faults,
            "finding": event.finding,
            "note": performed.fact.entry.note,
            "entry": show.position(performed.fact),
        }
        for name, value in said.items():
            if value is not None:
                click.echo(f"{name}: {value}")
        click.echo()
    _actions(one.actions)


def _actions(actions: Iterable[Action]) -> None:
    rows = [
        [
            one.action,
            one.about,
            one.responsible or show.NOTHING,
            _day(one.due),
            _state(one),
            show.note(one.trail[0].entry),
        ]
        for one in actions
    ]
    if rows:
        show.title("Actions")
        show.table(["action", "about", "responsible", "due", "state", "note"], rows)
        click.echo()


def _state(one: Action) -> str:
    if one.completed is not None:
        return f"done {one.completed}" + (", late" if one.late else "")
    return "overdue" if one.overdue else "open"


def _recommendations(found: Sequence[Recommendation]) -> None:
    if not found:
        return
    show.title("Recommendations")
    rows = [
        [
            one.recommendation,
            one.received_from,
            short(one.title),
            _day(one.received),
            one.status or show.NOTHING,
            _day(one.followed_up),
        ]
        for one in found
    ]
    show.table(["id", "from", "title", "received", "status", "followed up"], rows)
    remaining = sum(one.status == "remaining" for one in found)
    click.echo(f"\n{remaining} of {len(found)} remaining\n")


def _number(value: int | None) -> str:
    return show.NOTHING if value is None else str(value)


def _day(day: PartialDate | None) -> str:
    return show.NOTHING if day is None else str(day)
