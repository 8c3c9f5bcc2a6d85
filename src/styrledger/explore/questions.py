"""What the address of a page asks: the basis and the rest, read from its query string."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import date
from typing import Literal, TypeVar
from urllib.parse import urlencode

import attrs

from styrledger import subjects
from styrledger.basis import Basis
from styrledger.controls.catalogue import Checked
from styrledger.errors import ValueRefused
from styrledger.events.base import YEARS, Kind
from styrledger.explore.entries import Entries
from styrledger.ledger import Ledger
from styrledger.times import parse_known, to_day
from styrledger.view import View

T = TypeVar("T")

MOST_CHECKS = 8

Field = Literal["unit", "year", "kind", "on", "known"]

EXPECTED: Mapping[Field, str] = {
    "unit": "välj en enhet",
    "year": "skriv ett årtal, till exempel 2020",
    "kind": "välj driftbudget eller investeringsbudget",
    "on": "skriv en dag, till exempel 2020-06-08",
    "known": "skriv en post som finns, till exempel #12, eller en dag, till exempel 2020-06-08",
}
"""What a field of a form wants, in words for people."""


@attrs.frozen
class Choices:
    """What a form about budgets lets people choose from, whatever the basis of a question."""

    units: Mapping[str, str | None]
    years: tuple[int, ...]
    usual: int | None
    """The year that most budgets are about, the latest of several."""

    @classmethod
    def of(cls, view: View) -> Choices:
        """Return the units and the years that any budget known to the view is about."""
        found = [subjects.asked_budget(subject) for subject in view.subjects("budget/*")]
        about = [one for one in found if one is not None]
        names = {unit.unit: unit.name for unit in view.units()}
        codes = sorted({unit for unit, _, _ in about} - {subjects.WHOLE})
        years = Counter(year for _, year, _ in about)
        usual = max(years, key=lambda year: (years[year], year), default=None)
        return cls({code: names.get(code) for code in codes}, tuple(sorted(years)), usual)


class Checks:
    """What the controls found on the last few bases: it is the slowest question of all."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._found: dict[Basis, Checked] = {}

    def of(self, ledger: Ledger, view: View) -> Checked:
        """Return what the controls find in a view."""
        if view.basis not in self._found:
            while len(self._found) >= MOST_CHECKS:
                del self._found[next(iter(self._found))]
            self._found[view.basis] = ledger.check(view)
        return self._found[view.basis]


@attrs.frozen
class Shared:
    """What all questions share: the first ``head`` entries are explored, and no others."""

    ledger: Ledger
    entries: Entries
    head: int
    choices: Choices
    checks: Checks = attrs.Factory(Checks)


@attrs.frozen
class Asked:
    """A question with its basis; ``faults`` says of each field that cannot be read why."""

    view: View
    given: Mapping[str, str]
    faults: Mapping[Field, str]
    shared: Shared

    @property
    def ledger(self) -> Ledger:
        """The ledger that is explored."""
        return self.shared.ledger

    @property
    def entries(self) -> Entries:
        """The entries of the ledger, one by one."""
        return self.shared.entries

    @property
    def choices(self) -> Choices:
        """What forms let people choose from."""
        return self.shared.choices

    def checked(self) -> Checked:
        """Return what the controls find on the basis."""
        return self.shared.checks.of(self.ledger, self.view)

    @property
    def basis(self) -> dict[str, str]:
        """The basis as links carry it, so that a kept link never gives another answer."""
        found = {"on": self.view.basis.on.isoformat(), "known": f"#{self.view.basis.position}"}
        return found | ({"void_annulled": "1"} if self.view.basis.void_annulled else {})

    @property
    def is_pinned(self) -> bool:
        """True where the address itself says the whole basis, as links do."""
        return all(self.given.get(name) == value for name, value in self.basis.items())

    @property
    def pinned(self) -> str:
        """The query string that asks the same, and says the whole basis."""
        return f"?{urlencode({**self.given, **self.basis})}"

    def link(self, page: str, /, **values: object) -> str:
        """Return the address of a page on the same basis."""
        given = {name: str(value) for name, value in values.items() if value is not None}
        return f"{page}?{urlencode({**self.basis, **given})}"

    def at(self, day: date) -> Asked:
        """Return the same question on another day."""
        return attrs.evolve(self, view=self.view.at(day))

    def text(self, name: str) -> str | None:
        """Return a value of the address, None for none."""
        return self.given.get(name, "").strip() or None


def read(shared: Shared, given: Mapping[str, str]) -> Asked:
    """Return what an address asks; where its basis cannot be read, of today and all entries."""
    ledger, head = shared.ledger, shared.head
    faults: dict[Field, str] = {}
    on = _read("on", given, to_day, faults)
    known = _read("known", given, parse_known, faults)
    void = given.get("void_annulled") == "1"
    if isinstance(known, int) and known > head:
        faults["known"] = EXPECTED["known"]
        known = head
    view = ledger.as_of(on, known=head if known is None else known, void_annulled=void)
    if view.basis.position > head:
        # On a day or at an instant after the start, more may be known than is explored.
        view = ledger.as_of(on, known=head, void_annulled=void)
    return Asked(view, given, faults, shared)


def _read(
    name: Field, given: Mapping[str, str], reader: Callable[[str], T], faults: dict[Field, str]
) -> T | None:
    text = given.get(name, "").strip()
    try:
        return reader(text) if text else None
    except ValueRefused:
        faults[name] = EXPECTED[name]
        return None


_YEAR = re.compile("[0-9]{4}")


@attrs.frozen
class OfBudget:
    """Which budget is asked about; all units' where ``unit`` is None."""

    unit: str | None
    year: int
    kind: Kind


def of_budget(asked: Asked) -> tuple[OfBudget | None, dict[Field, str]]:
    """Return which budget an address asks for, and why not where that cannot be read."""
    faults: dict[Field, str] = {}
    unit, year, kind = asked.text("unit"), asked.text("year"), asked.text("kind") or "operating"
    if unit is not None and unit not in asked.choices.units:
        faults["unit"] = EXPECTED["unit"]
    if year is None or not _YEAR.fullmatch(year) or int(year) not in YEARS:
        faults["year"] = EXPECTED["year"]
    if kind not in {"operating", "investment"}:
        faults["kind"] = EXPECTED["kind"]
    if faults or year is None:
        return None, faults
    chosen: Kind = "operating" if kind == "operating" else "investment"
    return OfBudget(unit, int(year), chosen), {}
