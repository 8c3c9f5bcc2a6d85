"""Indicators: what is measured and how, its targets, its values and objections to them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, Literal

import attrs
from attrs.converters import optional

from styrledger import subjects
from styrledger.errors import Fault, ValueRefused, nearest
from styrledger.events.base import (
    Earlier,
    Event,
    Reference,
    checked,
    chosen,
    to_line,
    to_prose,
    to_year,
)
from styrledger.values import Value, to_value

Better = Literal["higher", "lower"]
"""Which way is better: a higher value, or a lower one."""

Missing = Literal["not_measured", "not_published", "removed", "not_comparable"]
"""Why there is no value: four different things, none of which is zero."""


def to_better(value: Better) -> Better:
    """Check a direction."""
    return chosen(value, Better)


def to_missing(value: Missing) -> Missing:
    """Check why a value is missing."""
    return chosen(value, Missing)


def to_period(value: str | int) -> str:
    """Accept a period as it is written (2020, 2020-06, "T1 2020"), or the number of a year."""
    return to_line(str(to_year(value)) if isinstance(value, int) else value)


@attrs.frozen(slots=False, eq=False, repr=False)
class IndicatorEvent(Event):
    """An event about one indicator, by its id."""

    indicator: str = attrs.field(converter=to_line)

    def stream(self) -> str:
        return subjects.indicator(self.indicator)

    def refers(self) -> tuple[Reference, ...]:
        return (Reference("indicator", "indicator", self.indicator),)


@attrs.frozen(slots=False, eq=False, repr=False)
class IndicatorDefined(IndicatorEvent):
    """What an indicator measures from the effective date, and which way is better.

    Defined again with another measure, method or direction it is a new version: values from
    then on cannot be compared with those before. ``data_source`` is who publishes the values;
    record files may also give it as a text in ``source``.
    """

    type: ClassVar[str] = "indicator.defined"
    renewable: ClassVar[bool] = True
    title: str = attrs.field(converter=to_line)
    measure: str = attrs.field(converter=to_line)
    better: Better = attrs.field(converter=to_better)
    goal: str | None = attrs.field(default=None, converter=optional(to_line))
    data_source: str | None = attrs.field(
        default=None, converter=optional(to_line), metadata={"text_of": "source"}
    )
    method: str | None = attrs.field(default=None, converter=optional(to_prose))

    def defines(self) -> tuple[str, str]:
        return ("indicator", self.indicator)

    def refers(self) -> tuple[Reference, ...]:
        return () if self.goal is None else (Reference("goal", "goal", self.goal),)


@attrs.frozen(slots=False, eq=False, repr=False)
class TargetSet(IndicatorEvent):
    """The value to reach in a year (målvärde); set again, it replaces what it was."""

    type: ClassVar[str] = "target.set"
    year: int = attrs.field(converter=to_year)
    value: Value = attrs.field(converter=to_value)


@checked
@attrs.frozen(slots=False, eq=False, repr=False)
class IndicatorReported(IndicatorEvent):
    """The value of a period, or why it has none; reported again, both are kept."""

    type: ClassVar[str] = "indicator.reported"
    remembered: ClassVar[bool] = True
    period: str = attrs.field(converter=to_period)
    value: Value | None = attrs.field(default=None, converter=optional(to_value))
    missing: Missing | None = attrs.field(default=None, converter=optional(to_missing))

    def check(self) -> None:
        if (self.value is None) == (self.missing is None):
            given = "neither" if self.value is None else "both"
            raise ValueRefused(
                Fault(f"{given} of value and missing", "either of them", field="value")
            )


@attrs.frozen(slots=False, eq=False, repr=False)
class ValueDisputed(IndicatorEvent):
    """Someone objects to a value, which stays as it is; ``by`` is a role or an organisation."""

    type: ClassVar[str] = "value.disputed"
    period: str = attrs.field(converter=to_period)
    by: str = attrs.field(converter=to_line)
    text: str = attrs.field(converter=to_prose)

    def contradictions(self, earlier: Earlier) -> Iterable[Fault]:
        periods = {
            event.period for event in earlier(self.stream()) if isinstance(event, IndicatorReported)
        }
        if self.period not in periods:
            yield Fault(
                f"{self.indicator!r} has no value for {self.period!r}",
                nearest(self.period, periods),
                "record the value first",
                field="period",
            )
