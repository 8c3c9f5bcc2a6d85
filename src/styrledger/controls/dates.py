"""Controls of when things were decided and recorded."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date
from itertools import pairwise

from styrledger import subjects
from styrledger.controls.base import Control, Found, decision_of
from styrledger.controls.policy import Policy
from styrledger.history import Counted, Fact
from styrledger.references import DecisionRef
from styrledger.times import STOCKHOLM, PartialDate
from styrledger.view import View

WEEKEND = (5, 6)
ENOUGH = 2
"""Decisions of a body from which its usual day can be told."""

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def paragraph_order(view: View, policy: Policy) -> Iterator[Found]:
    """Find paragraphs that are numbered against their dates or twice, by body and year."""
    del policy
    series: dict[tuple[str, int], list[tuple[int, PartialDate, DecisionRef, Fact]]] = {}
    for ref, counted in _decisions(view).values():
        if ref.body is not None and ref.date is not None and ref.paragraph is not None:
            numbered = series.setdefault((ref.body, ref.date.last.year), [])
            numbered.append((ref.paragraph, ref.date, ref, counted.fact))
    for found in series.values():
        in_order = sorted(found, key=lambda one: one[0])
        for (number, day, earlier, first), (next_number, next_day, later, second) in pairwise(
            in_order
        ):
            if number == next_number:
                message = f"{earlier} has the number of {later}"
                expected = f"one § {number} in the year"
            elif day > next_day:
                message = f"{earlier} is dated after {later}, whose number is higher"
                expected = f"§ {number} no later than § {next_number}"
            else:
                continue
            yield Found(
                message,
                subjects.decision(earlier.key),
                (first, second),
                expected=expected,
                found=f"{day} and {next_day}",
            )


def weekday(view: View, policy: Policy) -> Iterator[Found]:
    """Find decisions dated on a day when the body has never met otherwise, or a weekend."""
    del policy
    met: dict[str, list[tuple[int, DecisionRef, Fact]]] = {}
    for ref, counted in _decisions(view).values():
        if ref.body is not None and ref.date is not None and ref.date.is_exact:
            day = ref.date.last.weekday()
            met.setdefault(ref.body, []).append((day, ref, counted.fact))
    for found in met.values():
        ((usual, times),) = Counter(day for day, *_ in found).most_common(1)
        one_is_alone = len(found) > ENOUGH and times == len(found) - 1
        for day, ref, fact in found:
            if day in WEEKEND or (one_is_alone and day != usual):
                yield Found(
                    f"{ref} is dated on a {DAYS[day]}",
                    subjects.decision(ref.key),
                    (fact,),
                    expected="a day on which the body meets",
                    found=DAYS[day],
                )


def effective_before_decided(view: View, policy: Policy) -> Iterator[Found]:
    """Find entries that count from a day before their decision was taken."""
    del policy
    for counted in view.counted_under("decision/*"):
        decision = counted.fact.entry.decision
        if decision is None or decision.date is None or counted.since >= decision.date.first:
            continue
        yield Found(
            f"{decision_of(counted)} counts from before it was taken",
            subjects.decision(decision.key),
            (counted.fact,),
            expected=f"{decision.date} or later",
            found=counted.since.isoformat(),
        )


def recorded_late(view: View, policy: Policy) -> Iterator[Found]:
    """Find decisions that were recorded long after they were taken.

    What was decided before the ledger's first entry was recorded is history, not late. A
    correction is not late: what it corrects was recorded in its time.
    """
    recorded: dict[tuple[str, date], list[Fact]] = {}
    decisions: dict[str, tuple[DecisionRef, date]] = {}
    for counted in view.counted_under("decision/*"):
        ref = counted.fact.entry.decision
        if ref is not None and ref.date is not None:
            decisions[ref.key] = ref, ref.date.last
            on = _recorded_on(view, counted.fact)
            recorded.setdefault((ref.key, on), []).append(counted.fact)
    began = min((_recorded_on(view, fact) for fact in view.original(1)), default=date.max)
    for (key, on), facts in recorded.items():
        ref, decided = decisions[key]
        allowed = policy.days("recorded-within", decided)
        late = (on - decided).days
        if decided >= began and allowed is not None and late > allowed:
            yield Found(
                f"{ref} was recorded {late} days after it was taken",
                subjects.decision(key),
                tuple(facts),
                expected=f"within {allowed} days",
                found=on.isoformat(),
            )


def _recorded_on(view: View, fact: Fact) -> date:
    """Return the Swedish day on which a fact, or what it corrects, was recorded."""
    first = fact if fact.slot == fact.position else view.original(fact.slot)[0]
    return first.recorded_at.astimezone(STOCKHOLM).date()


def _decisions(view: View) -> dict[str, tuple[DecisionRef, Counted]]:
    """Return each decision once, with the first entry that rests on it."""
    decisions: dict[str, tuple[DecisionRef, Counted]] = {}
    for counted in view.counted_under("decision/*"):
        ref = counted.fact.entry.decision
        if ref is not None:
            decisions.setdefault(ref.key, (ref, counted))
    return decisions


CONTROLS = (
    Control(
        "paragraph-order",
        "Paragraferna följer datumen i varje organ och år",
        "KL 5:65; paragraphs are numbered through the year",
        "warning",
        "Within one body and calendar year a higher paragraph number is never dated earlier, and "
        "no number is used on two days. Where it is, a date or a number is wrong; the entry is "
        "kept as printed.",
        paragraph_order,
    ),
    Control(
        "weekday",
        "Beslutsdagen är en rimlig sammanträdesdag",
        "practice: bodies meet on working days, mostly the same one",
        "warning",
        "Finds decisions dated on a Saturday or Sunday, and the only decision of a body that "
        "is not on the weekday on which all its others are.",
        weekday,
    ),
    Control(
        "effective-before-decided",
        "Inget beslut gäller innan det fattades",
        "KL 5:1; a decision is not retroactive",
        "warning",
        "Finds entries that count from a day before the date of the decision they rest on.",
        effective_before_decided,
    ),
    Control(
        "recorded-late",
        "Beslut registreras utan dröjsmål",
        "KL 6:6; policy recorded-within",
        "warning",
        "Finds decisions that were recorded more days after they were taken than the policy "
        "allows. Decisions from before the ledger's first entry are history, not late; nor is a "
        "correction.",
        recorded_late,
        rules=("recorded-within",),
    ),
)
