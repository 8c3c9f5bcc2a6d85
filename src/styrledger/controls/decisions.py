"""Controls of what happens to a decision after it was taken: approval, posting, notice."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from styrledger import subjects
from styrledger.controls.base import Control, Found
from styrledger.controls.policy import Policy
from styrledger.events.decisions import DecisionEvent, DecisionPosted, MinutesApproved
from styrledger.history import Counted
from styrledger.view import View


def minutes_approved_late(view: View, policy: Policy) -> Iterator[Found]:
    """Find minutes that were approved later after the meeting than the law allows."""
    for counted in view.counted_under("decision/*"):
        event = counted.fact.entry.event
        if isinstance(event, MinutesApproved) and event.target.date is not None:
            decided = event.target.date.last
            allowed = policy.days("minutes-approved-within", decided)
            if allowed is not None and counted.since > decided + timedelta(days=allowed):
                yield _late(counted, event, decided, counted.since, allowed)


def posted_late(view: View, policy: Policy) -> Iterator[Found]:
    """Find approvals that were announced later than the law allows."""
    found = view.counted_under("decision/*")
    approved = {
        event.target.key: counted.since
        for counted in found
        if isinstance(event := counted.fact.entry.event, MinutesApproved)
    }
    for counted in found:
        event = counted.fact.entry.event
        if isinstance(event, DecisionPosted) and event.target.key in approved:
            since = approved[event.target.key]
            allowed = policy.days("posted-within", since)
            if allowed is not None and event.posted > since + timedelta(days=allowed):
                yield _late(counted, event, since, event.posted, allowed)


def notice_down_early(view: View, policy: Policy) -> Iterator[Found]:
    """Find notices that came down, or named a last day, before the appeal period was over."""
    for counted in view.counted_under("decision/*"):
        event = counted.fact.entry.event
        if not isinstance(event, DecisionPosted):
            continue
        days = policy.days("appeal-period", event.posted)
        if days is None:
            continue
        last = event.posted + timedelta(days=days)
        if event.last_appeal_day is not None and event.last_appeal_day < last:
            yield _early(counted, event, last, event.last_appeal_day, "names too early a last day")
        if event.taken_down is not None and event.taken_down <= last:
            yield _early(counted, event, last, event.taken_down, "came down too early")


def _late(counted: Counted, event: DecisionEvent, since: date, done: date, allowed: int) -> Found:
    what = "the minutes" if isinstance(event, MinutesApproved) else "the notice"
    return Found(
        f"{what} of {event.target.key} came after {(done - since).days} days",
        subjects.decision(event.target.key),
        (counted.fact,),
        expected=f"within {allowed} days of {since.isoformat()}",
        found=done.isoformat(),
    )


def _early(counted: Counted, event: DecisionPosted, last: date, found: date, what: str) -> Found:
    return Found(
        f"the notice of {event.target.key} {what}",
        subjects.decision(event.target.key),
        (counted.fact,),
        expected=f"through {last.isoformat()}",
        found=found.isoformat(),
    )


CONTROLS = (
    Control(
        "minutes-approved-late",
        "Protokoll justeras i tid",
        "KL 5:69, 6:35; policy minutes-approved-within",
        "warning",
        "Finds minutes that were approved more days after the meeting than the policy allows: "
        "by the law no later than on the 14th day. They prove what was decided only once they "
        "are approved.",
        minutes_approved_late,
        rules=("minutes-approved-within",),
    ),
    Control(
        "posted-late",
        "Justeringen tillkännages i tid",
        "KL 8:10; policy posted-within",
        "warning",
        "Finds approvals that were announced more days later than the policy allows: by the law "
        "no later than on the second day. The appeal period begins with the announcement.",
        posted_late,
        rules=("posted-within",),
    ),
    Control(
        "notice-down-early",
        "Anslaget sitter uppe hela överklagandetiden",
        "KL 8:9-12, 13:5; policy appeal-period",
        "error",
        "The notice stays up through the last day of appeal, by the law three weeks after it was "
        "posted; it comes down the day after at the earliest. Otherwise the appeal period never "
        "ends.",
        notice_down_early,
        rules=("appeal-period",),
    ),
)
