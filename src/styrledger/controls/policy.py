"""The rules that controls apply: data with dates of validity.

The law that was in force on the day of a decision is the one that it is held against.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import attrs

from styrledger.errors import Fault, FileUnreadable, PolicyError, nearest

DEFAULT = Path(__file__).with_name("policy.toml")
"""Built from kommunallagen (KL 2017:725) and Hedemora's steering model."""


@attrs.frozen
class Rule:
    """One rule while it is in force; ``first`` and ``last`` are inclusive, None without end."""

    name: str
    rests_on: str
    first: date
    last: date | None
    days: int | None = None
    percent: float | None = None
    kinds: tuple[str, ...] = ()

    def holds_on(self, day: date) -> bool:
        """Return whether the rule is in force on a day."""
        return self.first <= day and (self.last is None or day <= self.last)


@attrs.frozen
class Policy:
    """All rules; ask for one by its name and the day it is applied to."""

    rules: tuple[Rule, ...]

    def rule(self, name: str, day: date) -> Rule | None:
        """Return the rule in force on a day, None where there is none: nothing is tested then."""
        return next((rule for rule in self.rules if rule.name == name and rule.holds_on(day)), None)

    def days(self, name: str, day: date) -> int | None:
        """Return the number of days that a rule allows on a day, None where it does not hold."""
        rule = self.rule(name, day)
        return None if rule is None else rule.days


NAMES = (
    "minutes-approved-within",
    "posted-within",
    "appeal-period",
    "recorded-within",
    "frame-decided-by",
    "move-between-units-decided-by",
    "financing-named",
    "uppdrag-silent-after",
    "control-plan-before-year",
    "deviation-threshold",
)
"""The rules that controls ask for."""


def read_policy(path: Path = DEFAULT) -> Policy:
    """Return the rules of a policy file (TOML, a ``[[rule]]`` table each).

    Raises:
        FileUnreadable: it cannot be opened.
        PolicyError: with every fault in it.
    """
    try:
        given = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as fault:
        raise FileUnreadable(str(path), fault.strerror or str(fault)) from fault
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        raise PolicyError([Fault(f"not TOML ({fault})", where=str(path))]) from fault
    faults: list[Fault] = []
    rules: list[Rule] = []
    for number, table in enumerate(given.get("rule", []), 1):
        found = _faults(table)
        faults += [fault.at(where=f"{path}: rule {number}") for fault in found]
        if not found:
            rules.append(_rule(table))
    unknown = [name for name in given if name != "rule"]
    faults += [Fault(f"unknown table {name!r}", "[[rule]]", where=str(path)) for name in unknown]
    if faults:
        raise PolicyError(faults)
    return Policy(tuple(sorted(rules, key=lambda rule: (rule.name, rule.first), reverse=True)))


_FIELDS: Mapping[str, tuple[type, ...]] = {
    "name": (str,),
    "rests_on": (str,),
    "from": (date,),
    "to": (date,),
    "days": (int,),
    "percent": (int, float),
    "kinds": (list,),
}
_REQUIRED = ("name", "rests_on", "from")


def _faults(table: Mapping[str, Any]) -> Sequence[Fault]:
    faults = [Fault("missing", "a value", field=name) for name in _REQUIRED if name not in table]
    for name, value in table.items():
        if name not in _FIELDS:
            faults.append(Fault("unknown field", nearest(name, _FIELDS), field=name))
        elif not isinstance(value, _FIELDS[name]) or isinstance(value, bool):
            faults.append(Fault(f"{value!r} is not {_FIELDS[name][0].__name__}", field=name))
    given = table.get("name")
    if isinstance(given, str) and given not in NAMES:
        faults.append(Fault(f"no control asks for {given!r}", nearest(given, NAMES), field="name"))
    return faults


def _rule(table: Mapping[str, Any]) -> Rule:
    return Rule(
        name=table["name"],
        rests_on=table["rests_on"],
        first=table["from"],
        last=table.get("to"),
        days=table.get("days"),
        percent=table.get("percent"),
        kinds=tuple(table.get("kinds", ())),
    )
