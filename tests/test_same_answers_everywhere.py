"""Every figure of every budget of the examples: the library, the command, CSV, explorer, report."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Generator, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import attrs
import pytest

from styrledger import Ledger, read_entries
from styrledger.demo import ORGANISATIONS, record_files
from styrledger.events.base import Kind

from .commands import run, told
from .explorers import Explorer, exploring
from .test_same_answers import FigureOf, figures_of

KINDS: tuple[Kind, ...] = ("operating", "investment")
FIGURES = ("amount", "outcome", "deviation")
DAYS = ("2020-06-08", "2021-12-31")
HAVE_BUDGETS = {"haninge_2020": 90, "nordanstig_2021": 20}
"""The examples that have budgets, and how many figures those have at least."""


@attrs.frozen
class Asked:
    """An example, its ledger, and the explorer that shows it."""

    example: str
    path: Path
    explorer: Explorer


@pytest.fixture(scope="module", params=[*ORGANISATIONS])
def asked(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Generator[Asked]:
    example: str = request.param
    path = recorded(example, tmp_path_factory.mktemp(example))
    with exploring(path) as explorer:
        yield Asked(example, path, explorer)


def test_every_figure_is_the_same_wherever_it_is_asked(asked: Asked) -> None:
    seen = 0
    with Ledger.open(asked.path, read_only=True) as ledger:
        for day in DAYS:
            view = ledger.as_of(day)
            years = {int(subject.split("/")[2]) for subject in view.subjects("budget/*")}
            for year in sorted(years):
                expected = flat(one.as_dict() for kind in KINDS for one in view.budgets(year, kind))
                basis = {"year": year, "on": day, "known": f"#{view.basis.position}"}
                assert by_command(asked.path, basis) == expected
                assert by_csv(asked.path, basis) == expected
                assert by_explorer(asked.explorer, basis) == expected
                page = told("report", *options(basis), "--ledger", asked.path)
                assert of_units(figures_of(page)) == expected
                seen += len(expected)
    assert seen > HAVE_BUDGETS.get(asked.example, -1)


def test_everything_else_is_as_many_wherever_it_is_asked(asked: Asked) -> None:
    with Ledger.open(asked.path, read_only=True) as ledger:
        view = ledger.as_of(DAYS[-1])
        basis = {"on": DAYS[-1], "known": f"#{view.basis.position}"}
        expected = {
            "uppdrag": len(view.uppdrag()),
            "controls": len(view.controls()),
            "goals": len(view.goals()),
            "indicators": len(view.indicators()),
        }
        findings = len(ledger.check(view).findings)
    assert {name: listed(name, asked.path, basis) for name in expected} == expected
    found = asked.explorer.ask("/controls.json", **basis).data
    assert (len(found["findings"]), len(found["controls"])) == (findings, expected["controls"])
    uppdrag = asked.explorer.ask("/uppdrag.json", **basis).data["uppdrag"]
    assert len(uppdrag) == expected["uppdrag"]
    entries = asked.explorer.ask("/ledger/entries.csv", _stream="on").text
    assert len([*csv.DictReader(io.StringIO(entries))]) == view.basis.position


def recorded(example: str, folder: Path) -> Path:
    path = folder / "prov.db"
    with Ledger.create(path, organisation=ORGANISATIONS[example]) as ledger:
        for file in record_files(example):
            ledger.record(*read_entries(file))
    return path


def options(asked: Mapping[str, Any]) -> list[str]:
    return [word for name, value in asked.items() for word in (f"--{name}", str(value))]


def flat(budgets: Iterable[Mapping[str, Any]]) -> dict[FigureOf, int]:
    """Return the known figures of budgets as JSON tells them."""
    found: dict[FigureOf, int] = {}
    for budget in budgets:
        subject = f"budget/{budget['unit']}/{budget['year']}/{budget['kind']}"
        for one in (budget, *budget["lines"]):
            for of in FIGURES:
                if one[of] is not None:
                    found[subject, one.get("line"), of] = one[of]["ore"]
    return found


def of_units(figures: Mapping[FigureOf, int]) -> dict[FigureOf, int]:
    """Leave out what a report alone tells: the sum of all units, and what is not distributed."""
    return {
        (subject, line, of): ore
        for (subject, line, of), ore in figures.items()
        if of in FIGURES and not subject.startswith("budget/*/")
    }


def by_explorer(explorer: Explorer, basis: Mapping[str, Any]) -> dict[FigureOf, int]:
    found: dict[FigureOf, int] = {}
    for kind in KINDS:
        found |= flat(explorer.ask("/budget.json", kind=kind, **basis).data["budgets"])
    return found


def by_command(path: Path, asked: Mapping[str, Any]) -> dict[FigureOf, int]:
    found: dict[FigureOf, int] = {}
    for kind in KINDS:
        found |= flat(json.loads(printed(path, asked, kind, "--json"))["budgets"])
    return found


def by_csv(path: Path, asked: Mapping[str, Any]) -> dict[FigureOf, int]:
    return dict(_by_csv(path, asked))


def _by_csv(path: Path, asked: Mapping[str, Any]) -> Iterator[tuple[FigureOf, int]]:
    for kind in KINDS:
        for table in ("budgets", "budget_lines"):
            text = printed(path, asked, kind, "--csv", "-", "--table", table)
            for row in csv.DictReader(io.StringIO(text)):
                subject = f"budget/{row['unit']}/{row['year']}/{row['kind']}"
                for of in FIGURES:
                    if row[of]:
                        yield (subject, row.get("line"), of), int(row[of].replace(".", ""))


def printed(path: Path, asked: Mapping[str, Any], kind: Kind, *form: str) -> str:
    """Return what the command says of a kind of budget; that there is none is its answer too."""
    result = run("budget", *options(asked), "--kind", kind, *form, "--ledger", path)
    assert (result.exit_code in {0, 1}, result.stderr) == (True, "")
    return result.stdout


def listed(command: str, path: Path, asked: Mapping[str, Any]) -> int:
    text = told(command, *options(asked), "--csv", "-", "--ledger", path)
    return len([*csv.DictReader(io.StringIO(text))])
