"""Controls of uppdrag: those that are late, silent, wrongly closed or wrongly counted."""

from __future__ import annotations

from collections.abc import Iterator

from styrledger import subjects
from styrledger.controls.base import Control, Found, Verdict
from styrledger.controls.policy import Policy
from styrledger.projections.uppdrag import Uppdrag
from styrledger.projections.uppdrag_counts import UppdragChoice
from styrledger.view import View

VERDICTS: dict[str, Verdict] = {
    "confirmed": "exact",
    "refuted": "unexplained",
    "undecided": "undecided",
}


def stated_count(view: View, policy: Policy) -> Iterator[Found]:
    """Compare every stated number of uppdrag with how many there were, as a range if unsure."""
    del policy
    for claim in view.uppdrag_claims():
        counted = view.at(claim.on).uppdrag(UppdragChoice.of(claim.event))
        whose = claim.event.list or claim.event.giver or "all uppdrag"
        for what, verdict in claim.verdicts.items():
            unsure = verdict == "undecided"
            because = ": the status of some is unknown" if unsure else ""
            proof = [one for one in counted if one.status == "unknown"] if unsure else counted
            yield Found(
                f"{whose}: the stated number ({what}) is {verdict}{because}",
                subjects.UPPDRAG_COUNTS,
                (claim.fact, *(fact for one in proof for fact in one.trail)),
                expected=str(getattr(claim.event, what)),
                found=str(claim.counted[what]),
                verdict=VERDICTS[verdict],
            )


def overdue(view: View, policy: Policy) -> Iterator[Found]:
    """Find open uppdrag whose last day has passed."""
    del policy
    for one in view.uppdrag():
        if one.overdue:
            yield _about(one, "is overdue", f"closed by {one.due}", f"open on {view.basis.on}")


def silent(view: View, policy: Policy) -> Iterator[Found]:
    """Find open uppdrag of which nothing has been reported for too long."""
    for one in view.uppdrag():
        since = one.given if one.reported is None else one.reported
        allowed = policy.days("uppdrag-silent-after", view.basis.on)
        days = (view.basis.on - since.last).days
        if one.open and allowed is not None and days > allowed:
            yield _about(
                one,
                f"has not been reported on for {days} days",
                f"a report within {allowed} days",
                "none so far" if one.reported is None else f"the last one {one.reported}",
            )


def closed_by_other(view: View, policy: Policy) -> Iterator[Found]:
    """Find uppdrag that someone else than the giver closed, or only assessed as completed."""
    del policy
    for one in view.uppdrag():
        for flag in one.flags:
            yield _about(one, f"is still open: {_FLAGS[flag]}", f"closed by {_giver(one)}", flag)


_FLAGS = {
    "assessed_not_closed": "it was assessed as completed, which does not close it",
    "reported_not_closed": "it was reported as completed, which does not close it",
    "closed_by_other": "it was closed by another than its giver",
    "closed_giver_unknown": "it was closed, but who gave it is unknown",
}


def _giver(one: Uppdrag) -> str:
    return "its giver" if one.giver is None else one.giver


def _about(one: Uppdrag, message: str, expected: str, found: str) -> Found:
    text = f"uppdrag {one.uppdrag} {message}"
    return Found(text, subjects.uppdrag(one.uppdrag), one.trail, expected, found)


CONTROLS = (
    Control(
        "stated-count",
        "Angivna antal uppdrag stämmer",
        "KL 6:5",
        "warning",
        "Compares the numbers of uppdrag that documents state with those in the ledger. Where a "
        "status is unknown the number is a range, and a claim within it is undecided.",
        stated_count,
    ),
    Control(
        "uppdrag-overdue",
        "Uppdrag är klara i tid",
        "KL 6:5",
        "warning",
        "Finds uppdrag that are open though their last day has passed. That someone says it is "
        "delayed is another fact.",
        overdue,
    ),
    Control(
        "uppdrag-silent",
        "Uppdrag återrapporteras",
        "KL 6:5; policy uppdrag-silent-after",
        "warning",
        "Finds open uppdrag of which nothing was reported for longer than the policy allows.",
        silent,
        rules=("uppdrag-silent-after",),
    ),
    Control(
        "uppdrag-closed-by-other",
        "Uppdrag avslutas av den som gav dem",
        "KL 5:1, 6:5",
        "warning",
        "Only the body that gave an uppdrag can close it. An administration's or a board's "
        "judgement that it is completed leaves it open.",
        closed_by_other,
    ),
)
