"""Fifty questions to the library, the command line, the report and the explorer: one answer."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import attrs
import pytest

from styrledger import Ledger

from .commands import answer, told
from .explorers import Explorer, exploring, haninge

DAYS = (
    "2019-06-09",
    "2019-06-10",
    "2019-12-31",
    "2020-02-10",
    "2020-04-24",
    "2020-05-11",
    "2020-05-25",
    "2020-06-08",
    "2020-06-10",
    "2020-12-31",
)
FIGURES = (
    ("operating", None),
    ("operating", "KSF"),
    ("operating", "Förtroendemannaorganisation"),
    ("investment", None),
    ("investment", "KS investeringsreserv"),
)
QUESTIONS = [(day, kind, line) for day in DAYS for kind, line in FIGURES]
KNOWN = "#403"

Answers = dict[tuple[str, str | None], int | None]
"""What each figure is in öre, by its subject and its line."""


@attrs.frozen
class Asked:
    """The example, and the explorer that shows it."""

    path: Path
    explorer: Explorer


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Generator[Asked]:
    path = haninge(tmp_path_factory.mktemp("haninge"))
    with exploring(path) as explorer:
        yield Asked(path, explorer)


FigureOf = tuple[str, str | None, str]
"""Which figure: its subject, its line, and which of its kinds (amount, outcome, deviation)."""


class Figures(HTMLParser):
    """Finds the figures that a page marks, with their exact values, None for unknown ones."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: dict[FigureOf, int | None] = {}
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a figure; one that is told twice on a page is told the same."""
        del tag
        marks = dict(attrs)
        subject, of, ore = marks.get("data-figure"), marks.get("data-of"), marks.get("data-ore")
        # A balance is told once for each decision.
        if subject is None or of is None or of == "balance":
            return
        value = None if ore is None else int(ore)
        assert self.found.setdefault((subject, marks.get("data-line"), of), value) == value


def figures_of(page: str) -> dict[FigureOf, int]:
    """Return the known figures of a page."""
    return {which: ore for which, ore in Figures(page).found.items() if ore is not None}


def amounts_of(page: str) -> Answers:
    """Return the budgets that a page tells, unknown ones too."""
    found = Figures(page).found
    return {(subject, line): ore for (subject, line, of), ore in found.items() if of == "amount"}


def by_library(path: Path, day: str) -> Answers:
    with Ledger.open(path, read_only=True) as ledger:
        view = ledger.as_of(day, known=KNOWN)
        return {
            (f"budget/KS/2020/{kind}", line): found
            for kind in ("operating", "investment")
            for line, found in lines_of(view.budget("KS", 2020, kind))
        }


def lines_of(budget: Any) -> Iterator[tuple[str | None, int | None]]:
    for name, amount in [(None, budget.amount), *((one.line, one.amount) for one in budget.lines)]:
        yield name, None if amount is None else amount.ore


def by_command_line(path: Path, day: str) -> Answers:
    found: Answers = {}
    for kind in ("operating", "investment"):
        options = ["--year", "2020", "--kind", kind, "--on", day, "--known", KNOWN]
        code = 1 if day < "2019-06-10" else 0
        told_of = answer("budget", "KS", *options, "--ledger", path, exit_code=code)["budgets"]
        for budget in told_of:
            figures = [(None, budget["amount"])]
            figures += [(one["line"], one["amount"]) for one in budget["lines"]]
            for line, amount in figures:
                found[f"budget/KS/2020/{kind}", line] = amount and amount["ore"]
    return found


def by_report(path: Path, day: str) -> Answers:
    options = ["--unit", "KS", "--year", "2020", "--on", day, "--known", KNOWN, "-o", "-"]
    return amounts_of(told("report", *options, "--ledger", path))


def by_explorer(explorer: Explorer, day: str) -> Answers:
    found: Answers = {}
    for kind in ("operating", "investment"):
        given: dict[str, Any] = {"unit": "KS", "year": 2020, "kind": kind}
        given |= {"on": day, "known": KNOWN}
        found |= amounts_of(explorer.ask("/budget", **given).text)
    return found


@pytest.mark.parametrize("day", DAYS)
def test_all_four_give_the_same_answers(asked: Asked, day: str) -> None:
    keys = [(f"budget/KS/2020/{kind}", line) for kind, line in FIGURES]
    library = by_library(asked.path, day)
    expected = {key: library.get(key) for key in keys}
    for found in (
        by_command_line(asked.path, day),
        by_report(asked.path, day),
        by_explorer(asked.explorer, day),
    ):
        assert {key: found.get(key) for key in keys} == expected


def test_the_questions_are_fifty_and_have_many_answers(asked: Asked) -> None:
    answers = [
        by_library(asked.path, day).get((f"budget/KS/2020/{kind}", line))
        for day, kind, line in QUESTIONS
    ]
    assert len(answers) == 50
    assert len({*answers}) == 17
