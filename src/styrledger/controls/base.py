"""The shape that every control has: a named rule, and a function from a view to findings."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Literal

import attrs

from styrledger.controls.policy import Policy
from styrledger.history import Counted, Fact
from styrledger.view import View

Severity = Literal["error", "warning", "note"]
"""Error: it cannot be right as recorded. Warning: look at it. Note: explained, for the record."""

Verdict = Literal["exact", "rounding", "unexplained", "undecided"]
"""How a stated figure fares against the recorded ones.

Exact: they agree. Rounding: the difference lies within the printed precision of the terms.
Unexplained: it does not. Undecided: what it would be compared with is not known.
"""

EXPLAINED: frozenset[Verdict | None] = frozenset({"exact", "rounding", "undecided"})
"""The verdicts that say that nothing is wrong, or nothing that is known."""


@attrs.frozen
class Finding:
    """One thing that a control found, with the positions of the entries that prove it.

    ``expected`` and ``found`` are as shown to people. ``verdict`` is set where a figure was
    compared; a finding that is ``exact`` is a confirmation, not a fault.
    """

    control: str
    severity: Severity
    message: str
    subject: str
    positions: tuple[int, ...]
    expected: str | None = None
    found: str | None = None
    verdict: Verdict | None = None

    @property
    def is_confirmation(self) -> bool:
        """True where a stated figure agrees exactly."""
        return self.verdict == "exact"

    def as_dict(self) -> dict[str, Any]:
        """Return the finding as JSON answers show it."""
        shown = attrs.asdict(self)
        shown["positions"] = list(self.positions)
        if self.verdict is None:
            del shown["verdict"]
        return shown


Evaluate = Callable[[View, Policy], Iterable["Found"]]


@attrs.frozen
class Found:
    """What a control's function yields; the control adds its name and severity."""

    message: str
    subject: str
    facts: tuple[Fact, ...]
    expected: str | None = None
    found: str | None = None
    verdict: Verdict | None = None


@attrs.frozen
class Control:
    """A rule of internal control as code.

    ``title`` is Swedish, as officials read it; ``rests_on`` is the statute or rule behind it
    and ``explains`` tells in plain words what is tested and why it matters. ``rules`` are
    those of the policy that it asks for. What a verdict explains is a note, whatever the
    ``severity``.
    """

    name: str
    title: str
    rests_on: str
    severity: Severity
    explains: str
    evaluate: Evaluate
    rules: tuple[str, ...] = ()

    def findings(self, view: View, policy: Policy) -> Iterator[Finding]:
        """Yield what the control finds in a view, in the order in which it looks."""
        for one in self.evaluate(view, policy):
            yield Finding(
                self.name,
                "note" if one.verdict in EXPLAINED else self.severity,
                one.message,
                one.subject,
                tuple(sorted({fact.position for fact in one.facts})),
                one.expected,
                one.found,
                one.verdict,
            )


def decision_of(counted: Counted) -> str:
    """Return the decision that a fact rests on, as messages name it."""
    decision = counted.fact.entry.decision
    return f"entry #{counted.fact.position}" if decision is None else str(decision)
