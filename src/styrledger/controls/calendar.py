"""Controls of what was to be done by a day: reviews of documents, and deadlines."""

from __future__ import annotations

from collections.abc import Iterator

from styrledger import subjects
from styrledger.controls.base import Control, Found
from styrledger.controls.policy import Policy
from styrledger.view import View


def document_review_overdue(view: View, policy: Policy) -> Iterator[Found]:
    """Find documents in force that should have been reviewed by now."""
    del policy
    for one in view.documents():
        if one.review_overdue:
            yield Found(
                f"the document {one.document} ({one.current.title}) is past its review",
                subjects.document(one.document),
                (one.current.fact,),
                expected=f"reviewed by {one.current.review_by}",
                found=f"unchanged on {view.basis.on.isoformat()}",
            )


def deadline_missed(view: View, policy: Policy) -> Iterator[Found]:
    """Find deadlines that were met too late, or not at all."""
    del policy
    for one in view.calendar():
        if one.status in {"late", "missed"}:
            yield Found(
                f"the deadline {one.deadline} ({one.activity}) was "
                + ("met too late" if one.status == "late" else "missed"),
                subjects.deadline(one.deadline),
                one.trail,
                expected=f"by {one.date}",
                found="not recorded" if one.met is None else str(one.met),
            )


CONTROLS = (
    Control(
        "document-review-overdue",
        "Styrdokument revideras i tid",
        "the document's own review date",
        "warning",
        "Finds governing documents in force whose day of review has passed.",
        document_review_overdue,
    ),
    Control(
        "deadline-missed",
        "Årshjulets tider hålls",
        "KL 11:8-20; the municipality's own calendar",
        "warning",
        "Finds deadlines that were met after their day, or whose day has passed unmet.",
        deadline_missed,
    ),
)
