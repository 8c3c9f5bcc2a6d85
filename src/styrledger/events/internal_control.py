"""Internal control (kommunallagen 6:6): controls, actions and recommendations."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, Literal

import attrs
from attrs.converters import optional

from styrledger import subjects
from styrledger.errors import Fault, ValueRefused, quoted
from styrledger.events.base import (
    Earlier,
    Event,
    Reference,
    checked,
    chosen,
    reference,
    to_code,
    to_line,
    to_prose,
    to_subject,
    to_year,
)
from styrledger.times import PartialDate, to_partial_date

MOST = 1_000_000

Result = Literal[
    "no_deviation", "minor_deviation", "deviation", "serious_deviation", "not_performed"
]
"""What a control found (ingen, mindre, allvarlig avvikelse), or that it was not performed."""

FollowUp = Literal["done", "remaining"]
"""Whether a recommendation has been dealt with (åtgärdad) or remains (återstår)."""


def to_result(value: Result) -> Result:
    """Check the result of a control."""
    return chosen(value, Result)


def to_follow_up(value: FollowUp) -> FollowUp:
    """Check how far a recommendation has come."""
    return chosen(value, FollowUp)


def to_score(value: int) -> int:
    """Check a risk score: a whole number above zero, on whatever scale the plan uses."""
    return _whole(value, 1)


def to_count(value: int) -> int:
    """Check how many there were of something: a whole number, zero or more."""
    return _whole(value, 0)


def to_sample(value: int | str) -> int | str:
    """Check a sample (stickprov): how many were looked at, or in words which."""
    return to_prose(value) if isinstance(value, str) else _whole(value, 0)


def _whole(value: object, least: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= MOST:
        raise ValueRefused(
            Fault(f"{quoted(value)} is out of range", f"a whole number from {least} to {MOST}")
        )
    return value


@attrs.frozen(slots=False, eq=False, repr=False)
class ControlEvent(Event):
    """An event about one control (kontrollmoment) of a plan, such as 8 of ``SN 2024``.

    The control may also be written with its plan, as ``SN 2024/8``.
    """

    plan: str = attrs.field(converter=to_code)
    control: str = attrs.field(converter=to_line)

    def stream(self) -> str:
        return subjects.control(self.plan, self.control)

    def refers(self) -> tuple[Reference, ...]:
        return reference("control", self.stream())


@attrs.frozen(slots=False, eq=False, repr=False)
class ControlPlanned(ControlEvent):
    """A control is in a plan, with the risk that it is there for.

    ``year`` is the year that the plan is for; it may be left out where the plan's name says
    it. ``method`` is how the control is to be made.
    """

    type: ClassVar[str] = "control.planned"
    title: str = attrs.field(converter=to_line)
    probability: int | None = attrs.field(default=None, converter=optional(to_score))
    consequence: int | None = attrs.field(default=None, converter=optional(to_score))
    method: str | None = attrs.field(default=None, converter=optional(to_prose))
    year: int | None = attrs.field(default=None, converter=optional(to_year))

    def defines(self) -> tuple[str, str]:
        _, _, name = self.stream().partition("/")
        return ("control", name)

    def refers(self) -> tuple[Reference, ...]:
        return ()


@attrs.frozen(slots=False, eq=False, repr=False)
class ControlRescored(ControlEvent):
    """The risk of a control is judged anew from the effective date."""

    type: ClassVar[str] = "control.rescored"
    probability: int = attrs.field(converter=to_score)
    consequence: int = attrs.field(converter=to_score)


@checked
@attrs.frozen(slots=False, eq=False, repr=False)
class ControlPerformed(ControlEvent):
    """A control was made, or was not when it should have been; what it found.

    ``label`` keeps the source's own word for the result, ``sample`` how many were looked at
    and ``faults`` how many of them were wrong.
    """

    type: ClassVar[str] = "control.performed"
    result: Result = attrs.field(converter=to_result)
    label: str | None = attrs.field(default=None, converter=optional(to_line))
    method: str | None = attrs.field(default=None, converter=optional(to_prose))
    sample: int | str | None = attrs.field(default=None, converter=optional(to_sample))
    faults: int | None = attrs.field(default=None, converter=optional(to_count))
    finding: str | None = attrs.field(default=None, converter=optional(to_prose))

    def check(self) -> None:
        if isinstance(self.sample, int) and self.faults is not None and self.faults > self.sample:
            raise ValueRefused(
                Fault(
                    f"{self.faults} wrong, of {self.sample} looked at",
                    f"at most {self.sample}",
                    field="faults",
                )
            )


@attrs.frozen(slots=False, eq=False, repr=False)
class ActionDecided(Event):
    """Something shall be done (åtgärd) about a control, a recommendation or another subject.

    ``responsible`` is a unit's code or a role. Decided again, about the same subject, an
    action has a new day or somebody else to do it; the day first set is remembered.
    """

    type: ClassVar[str] = "action.decided"
    renewable: ClassVar[bool] = True
    remembered: ClassVar[bool] = True
    action: str = attrs.field(converter=to_line)
    about: str = attrs.field(converter=to_subject)
    responsible: str | None = attrs.field(default=None, converter=optional(to_line))
    due: PartialDate | None = attrs.field(default=None, converter=optional(to_partial_date))

    def stream(self) -> str:
        return subjects.action(self.action)

    def subjects(self) -> tuple[str, ...]:
        return (self.stream(), self.about)

    def defines(self) -> tuple[str, str]:
        return ("action", self.action)

    def refers(self) -> tuple[Reference, ...]:
        return reference("about", self.about)

    def contradictions(self, earlier: Earlier) -> Iterable[Fault]:
        for event in earlier(self.stream()):
            if isinstance(event, ActionDecided) and event.about != self.about:
                yield Fault(
                    f"{self.action!r} is about {event.about!r} already",
                    "the same subject, or another action",
                    field="about",
                )
                return


@attrs.frozen(slots=False, eq=False, repr=False)
class ActionCompleted(Event):
    """An action was done on the effective date."""

    type: ClassVar[str] = "action.completed"
    action: str = attrs.field(converter=to_line)

    def stream(self) -> str:
        return subjects.action(self.action)

    def refers(self) -> tuple[Reference, ...]:
        return (Reference("action", "action", self.action),)


@attrs.frozen(slots=False, eq=False, repr=False)
class RecommendationReceived(Event):
    """Someone who reviewed the municipality, often from outside, recommends something."""

    type: ClassVar[str] = "recommendation.received"
    recommendation: str = attrs.field(converter=to_line)
    from_: str = attrs.field(converter=to_line, metadata={"name": "from"})
    title: str = attrs.field(converter=to_line)

    def stream(self) -> str:
        return subjects.recommendation(self.recommendation)

    def defines(self) -> tuple[str, str]:
        return ("recommendation", self.recommendation)


@attrs.frozen(slots=False, eq=False, repr=False)
class RecommendationFollowedUp(Event):
    """How far a recommendation has come, as judged on the effective date."""

    type: ClassVar[str] = "recommendation.followed_up"
    recommendation: str = attrs.field(converter=to_line)
    status: FollowUp = attrs.field(converter=to_follow_up)

    def stream(self) -> str:
        return subjects.recommendation(self.recommendation)

    def refers(self) -> tuple[Reference, ...]:
        return (Reference("recommendation", "recommendation", self.recommendation),)
