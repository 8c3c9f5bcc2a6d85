"""The command ``uppdrag``: what was given to whom, how far it has come and what is open."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, get_args

import click

from styrledger.cli import show
from styrledger.cli.options import asked, basis_options, print_json
from styrledger.codec import write_entry
from styrledger.errors import UnknownName
from styrledger.events.uppdrag import UppdragStatus
from styrledger.history import Pending
from styrledger.projections.base import described
from styrledger.projections.uppdrag import Uppdrag
from styrledger.projections.uppdrag_counts import (
    UppdragChoice,
    UppdragClaim,
    UppdragCounts,
    tally,
)
from styrledger.view import View

NO = 1
WIDEST_TITLE = 40


@click.command()
@click.argument("uppdrag", required=False, metavar="[ID]")
@click.option("--status", type=click.Choice(get_args(UppdragStatus)), help="Only of this status.")
@click.option("--responsible", metavar="UNIT", help="Only what this unit carries out.")
@click.option("--giver", metavar="BODY", help="Only what this body gave.")
@click.option("--list", "listed", metavar="NAME", help="Only what is counted in this list.")
@basis_options
@click.pass_context
def uppdrag(
    ctx: click.Context,
    uppdrag: str | None,
    status: UppdragStatus | None,
    responsible: str | None,
    giver: str | None,
    listed: str | None,
    path: str,
    on: str | None,
    known: str | None,
    *,
    void_annulled: bool,
    as_json: bool,
) -> None:
    """List and count the uppdrag, or show the one with an ID.

    An uppdrag is open until the body that gave it closes it. Exit code 1 where there was no
    uppdrag of that ID on the day.
    """
    choice = UppdragChoice(status, responsible, giver, listed)
    with asked(path, on, known, void_annulled=void_annulled) as view:
        found, why_none = _found(view, uppdrag, choice)
        pending = _pending(view, uppdrag)
        claims = [] if uppdrag is not None else _claims_of(view, choice)
    if as_json:
        print_json(_answer(view, found, claims, pending))
    else:
        click.echo(f"uppdrag, {show.basis(view.basis)}\n")
        _print(found, claims, pending, whole=uppdrag is not None)
    if why_none:
        click.echo(why_none, err=True)
        ctx.exit(NO)


def _found(view: View, uppdrag: str | None, choice: UppdragChoice) -> tuple[list[Uppdrag], str]:
    """Return what is asked for, and why there is nothing where one was named."""
    if uppdrag is None:
        return [*view.uppdrag(choice)], ""
    try:
        one = view.uppdrag_by_id(uppdrag)
    except UnknownName as unknown:
        return [], str(unknown)
    if one is None:
        return [], f"{uppdrag} was not given by {view.basis.on.isoformat()}"
    if not choice.takes(one):
        return [], f"{uppdrag} is not one of those that the options choose"
    return [one], ""


def _claims_of(view: View, choice: UppdragChoice) -> list[UppdragClaim]:
    if choice.responsible is not None or choice.status is not None:
        return []
    return [
        claim
        for claim in view.uppdrag_claims()
        if choice.list in {None, claim.event.list} and choice.giver in {None, claim.event.giver}
    ]


def _pending(view: View, uppdrag: str | None) -> list[Pending]:
    everything = view.pending_about("uppdrag")
    return [
        one for one in everything if uppdrag in {None, getattr(one.fact.entry.event, "uppdrag", "")}
    ]


def _answer(
    view: View,
    found: Sequence[Uppdrag],
    claims: Sequence[UppdragClaim],
    pending: Sequence[Pending],
) -> dict[str, Any]:
    return {
        "basis": view.basis.as_dict(),
        "uppdrag": [one.as_dict() for one in found],
        "counts": tally(found).as_dict(),
        "stated": [claim.as_dict() for claim in claims],
        "pending": [
            {**write_entry(one.fact.entry), **described(one.fact), "stage": one.fact.entry.stage}
            for one in pending
        ],
    }


def _print(
    found: Sequence[Uppdrag],
    claims: Sequence[UppdragClaim],
    pending: Sequence[Pending],
    *,
    whole: bool,
) -> None:
    if whole:
        for one in found:
            _one(one)
    else:
        _table(found)
        _counts(tally(found))
        _claims(claims)
    if pending:
        show.title("\npending")
        show.table(
            ["position", "stage", "decision", "what"],
            [
                [
                    show.position(one.fact),
                    one.fact.entry.stage,
                    show.decision(one.fact.entry),
                    show.what(one.fact.entry.event),
                ]
                for one in pending
            ],
        )


def _table(found: Sequence[Uppdrag]) -> None:
    headers = ["uppdrag", "title", "giver", "responsible", "status", "state", "due"]
    rows = [
        [
            one.uppdrag,
            _short(one.title),
            one.giver or show.NOTHING,
            ", ".join(one.responsible),
            one.status,
            _state(one),
            _due(one),
        ]
        for one in found
    ]
    show.table(headers, rows)


def _counts(counts: UppdragCounts) -> None:
    click.echo(
        f"\n{counts.given} given: {counts.open} open, {counts.closed} closed by the giver, "
        f"{counts.merged} merged into another; {counts.overdue} overdue"
    )
    said = [f"{number} {status}" for status, number in counts.statuses.items() if number]
    click.echo(f"status: {', '.join(said) or 'none'}; called done: {counts.done}")


def _claims(claims: Sequence[UppdragClaim]) -> None:
    if not claims:
        return
    show.title("\nstated")
    rows = [
        [show.position(claim.fact), claim.on.isoformat(), _about(claim), *_stated(claim, name)]
        for claim in claims
        for name in claim.verdicts
    ]
    show.table(["position", "on", "of", "what", "stated", "counted", "verdict"], rows, ["stated"])


def _about(claim: UppdragClaim) -> str:
    event = claim.event
    parts = (event.giver, event.list, None if event.year is None else str(event.year))
    return " ".join(part for part in parts if part is not None) or "all"


def _stated(claim: UppdragClaim, name: str) -> list[str]:
    return [name, str(getattr(claim.event, name)), str(claim.counted[name]), claim.verdicts[name]]


def _one(uppdrag: Uppdrag) -> None:
    show.title(f"{uppdrag.uppdrag} {uppdrag.title}")
    facts = {
        "given": f"{uppdrag.given} by {uppdrag.giver or 'a body that the source does not name'}",
        "responsible": ", ".join(uppdrag.responsible),
        "list": uppdrag.list,
        "status": _said(uppdrag),
        "state": _state(uppdrag),
        "due": None if uppdrag.due is None else _due(uppdrag),
        "holds also": ", ".join(uppdrag.absorbed),
        "financing": uppdrag.financing,
        "comment": uppdrag.comment,
    }
    for name, value in facts.items():
        if value:
            click.echo(f"{name}: {value}")
    click.echo()
    show.table(
        ["position", "effective", "decision", "type", "what"],
        [
            [
                show.position(fact),
                show.effective(fact.entry),
                show.decision(fact.entry),
                fact.entry.event.type,
                _short(show.what(fact.entry.event)),
            ]
            for fact in uppdrag.trail
        ],
    )


def _said(uppdrag: Uppdrag) -> str:
    if uppdrag.outcome is not None:
        # The giver's word is the last; what was reported before it is in the trail.
        return uppdrag.status
    by = f" by {uppdrag.reported_by}, {uppdrag.reported}" if uppdrag.reported is not None else ""
    word = f" “{uppdrag.label}”" if uppdrag.label else ""
    return f"{uppdrag.status}{word}{by}"


def _state(uppdrag: Uppdrag) -> str:
    if uppdrag.outcome is not None:
        return f"closed {uppdrag.closed}: {uppdrag.outcome}"
    if uppdrag.merged_into is not None:
        return f"merged into {uppdrag.merged_into}"
    flags = ", ".join(flag.replace("_", " ") for flag in uppdrag.flags)
    return f"open ({flags})" if flags else "open"


def _due(uppdrag: Uppdrag) -> str:
    if uppdrag.due is None:
        return ""
    return f"{uppdrag.due} (overdue)" if uppdrag.overdue else str(uppdrag.due)


def _short(text: str) -> str:
    return text if len(text) <= WIDEST_TITLE else text[: WIDEST_TITLE - 1] + "…"
