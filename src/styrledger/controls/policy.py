"""The rules that controls apply: data with dates of validity.

The law that was in force on the day of a decision is the one that it is held against.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal, cast, get_args

import attrs

from styrledger.errors import Fault, FileUnreadable, PolicyError, nearest, quoted
from styrledger.events.units import UnitKind

DEFAULT = Path(__file__).with_name("policy.toml")
"""Built from kommunallagen (KL 2017:725) and Hedemora's steering model."""

Gives = Literal["days", "percent", "kinds"]

RULES: Mapping[str, Gives | None] = {
    "minutes-approved-within": "days",
    "posted-within": "days",
    "appeal-period": "days",
    "recorded-within": "days",
    "frame-decided-by": "kinds",
    "move-between-units-decided-by": "kinds",
    "financing-named": None,
    "uppdrag-silent-after": "days",
    "control-plan-before-year": None,
    "deviation-threshold": "percent",
}
"""The rules that controls ask for, and what each must give; None where it is in force or not."""


@attrs.frozen
class Rule:
    """One rule while it is in force; ``first`` and ``last`` are inclusive, None without end."""

    name: str
    rests_on: str
    first: date
    last: date | None
    days: int | None = None
    percent: Decimal | None = None
    kinds: tuple[str, ...] = ()

    def holds_on(self, day: date) -> bool:
        """Return whether the rule is in force on a day."""
        return self.first <= day and (self.last is None or day <= self.last)

    def __str__(self) -> str:
        given = {
            "days": f" {self.days} days",
            "percent": f" {self.percent} %",
            "kinds": f" {' or '.join(self.kinds)}",
            None: "",
        }
        until = "" if self.last is None else f" through {self.last.isoformat()}"
        since = f"from {self.first.isoformat()}{until}"
        return f"{self.name}:{given[RULES.get(self.name)]} {since} ({self.rests_on})"


@attrs.frozen
class Policy:
    """All rules; ask for one by its name and the day it is applied to."""

    rules: tuple[Rule, ...]

    def rule(self, name: str, day: date) -> Rule | None:
        """Return the newest rule in force on a day, None without one: nothing is tested then."""
        holding = [rule for rule in self.rules if rule.name == name and rule.holds_on(day)]
        return max(holding, key=lambda rule: rule.first, default=None)

    def days(self, name: str, day: date) -> int | None:
        """Return the number of days that a rule allows on a day, None where it does not hold."""
        rule = self.rule(name, day)
        return None if rule is None else rule.days


def read_policy(path: Path = DEFAULT) -> Policy:
    """Return the rules of a policy file (TOML, a ``[[rule]]`` table each).

    Raises:
        FileUnreadable: it cannot be opened.
        PolicyError: with every fault in it.
    """
    try:
        # Decimals, so that a share is the one that is written.
        given = tomllib.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
    except OSError as fault:
        raise FileUnreadable(str(path), fault.strerror or str(fault)) from fault
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        raise PolicyError([Fault(f"not TOML ({fault})", where=str(path))]) from fault
    faults = [
        Fault(f"unknown name {name!r}", "[[rule]] tables alone", where=str(path))
        for name in given
        if name != "rule"
    ]
    tables = given.get("rule", [])
    if not isinstance(tables, list):
        raise PolicyError([*faults, Fault("'rule' is not a list", "[[rule]]", where=str(path))])
    rules: list[Rule] = []
    for number, table in enumerate(cast("list[object]", tables), 1):
        found = [*_faults(table, rules)]
        faults += [fault.at(where=f"{path}: rule {number}") for fault in found]
        if not found:
            rules.append(_rule(cast("Mapping[str, Any]", table)))
    if faults:
        raise PolicyError(faults)
    return Policy(tuple(rules))


KINDS: tuple[str, ...] = get_args(UnitKind)


@attrs.frozen
class _Field:
    """What a field of a rule may be: a test, and the same in words."""

    takes: Callable[[Any], bool]
    expected: str


def _is_number(value: object) -> bool:
    number = Decimal(value) if type(value) is int else value
    return isinstance(number, Decimal) and number.is_finite() and number >= 0


def _is_kinds(value: object) -> bool:
    kinds = cast("list[object]", value) if isinstance(value, list) else []
    return bool(kinds) and all(kind in KINDS for kind in kinds)


_FIELDS: Mapping[str, _Field] = {
    "name": _Field(
        lambda value: isinstance(value, str) and value in RULES,
        "the name of a rule that a control asks for",
    ),
    "rests_on": _Field(
        lambda value: isinstance(value, str) and bool(value.strip()),
        "the statute or the decision behind it",
    ),
    # A date of TOML; its moments are dates to Python, but no days.
    "from": _Field(lambda value: type(value) is date, "its first day, such as 2018-01-01"),
    "to": _Field(lambda value: type(value) is date, "its last day, such as 2024-12-31"),
    "days": _Field(lambda value: type(value) is int and value >= 0, "a whole number, 0 or more"),
    "percent": _Field(_is_number, "a number, 0 or more"),
    "kinds": _Field(_is_kinds, f"a list of kinds of unit: {', '.join(KINDS)}"),
}
_REQUIRED = ("name", "rests_on", "from")
_GIVEN: tuple[str, ...] = get_args(Gives)


def _faults(table: object, before: list[Rule]) -> Iterator[Fault]:
    if not isinstance(table, dict):
        yield Fault(f"{quoted(table)} is not a table", "[[rule]]")
        return
    given = cast("dict[str, object]", table)
    name = given.get("name")
    gives = RULES[name] if isinstance(name, str) and name in RULES else None
    for required in (*_REQUIRED, *filter(None, [gives])):
        if required not in given:
            yield Fault("missing", _FIELDS[required].expected, field=required)
    for field, value in given.items():
        yield from _faults_of(field, value, name)
    first, last = given.get("from"), given.get("to")
    if type(first) is date and type(last) is date and last < first:
        yield Fault(f"{last} is before {first}", "a day no earlier than from", field="to")
    if any((rule.name, rule.first) == (name, first) for rule in before):
        yield Fault(f"another {name} holds from {first} too", "one rule a day", field="from")


def _faults_of(field: str, value: object, name: object) -> Iterator[Fault]:
    """Yield what is wrong with one field of the rule of a name."""
    if field not in _FIELDS:
        yield Fault("unknown field", nearest(field, _FIELDS), field=field)
    elif not _FIELDS[field].takes(value):
        unknown = field == "name" and isinstance(value, str)
        expected = nearest(str(value), RULES) if unknown else _FIELDS[field].expected
        yield Fault(f"{quoted(value)} will not do", expected, field=field)
    elif field in _GIVEN and isinstance(name, str) and RULES.get(name, field) != field:
        expected = RULES[name] or "no value of its own"
        yield Fault(f"{name} does not ask for it", expected, field=field)


def _rule(table: Mapping[str, Any]) -> Rule:
    percent = table.get("percent")
    return Rule(
        name=table["name"],
        rests_on=table["rests_on"],
        first=table["from"],
        last=table.get("to"),
        days=table.get("days"),
        percent=None if percent is None else Decimal(percent),
        kinds=tuple(table.get("kinds", ())),
    )
