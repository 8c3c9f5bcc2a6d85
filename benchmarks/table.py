"""The table: what was measured, what it is held to, and whether it was met."""

from __future__ import annotations

import os
import platform
import sqlite3
import subprocess
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from importlib.metadata import PackageNotFoundError, version
from math import log
from pathlib import Path

import attrs

PACKAGES = ("attrs", "cattrs", "click", "eventsourcing", "msgspec", "sqlite-utils", "psycopg")
PEERS = ("duckdb", "beancount")
PROGRAMS = ("ledger", "hledger")


@attrs.frozen
class Target:
    """What a figure must reach, and what it aims at."""

    must: float
    aim: float
    at_least: bool = True
    unit: str = "×"

    def verdict(self, found: float) -> str:
        """Return how a figure stands to the target."""
        for bound, said in ((self.aim, "met, and the aim"), (self.must, "met")):
            if found >= bound if self.at_least else found <= bound:
                return said
        return "**missed**"

    def shown(self, bound: float) -> str:
        """Return a bound in words."""
        return f"{'≥' if self.at_least else '≤'} {number(bound)} {self.unit}".strip()


@attrs.frozen
class Row:
    """One line of the table; ``found`` is the figure that the target is about.

    ``size`` is how many entries the ledger has, 0 where there is none.
    """

    operation: str
    size: int
    ours: str
    peer: str = ""
    theirs: str = ""
    found: float | None = None
    target: Target | None = None

    def cells(self) -> list[str]:
        """Return the row as the table prints it."""
        found = "" if self.found is None else number(self.found)
        if self.found is not None and (self.target is None or self.target.unit):
            found += f" {'×' if self.target is None else self.target.unit}"
        held = ["", "", ""]
        if self.target is not None and self.found is not None:
            bounds = (self.target.must, self.target.aim)
            held = [*map(self.target.shown, bounds), self.target.verdict(self.found)]
        peer = f"{self.peer} {self.theirs}".strip()
        size = f"{self.size:,}".replace(",", " ") if self.size else ""
        return [self.operation, size, self.ours, peer, found, *held]


HEADERS = ["operation", "entries", "styrledger", "beside", "figure", "must", "aim", "verdict"]


def number(value: float) -> str:
    """Return a number with as many digits as say something."""
    if value >= 100:  # noqa: PLR2004
        return f"{value:,.0f}".replace(",", " ")
    return f"{value:.3g}"


def rate(entries: int, seconds: float) -> str:
    """Return entries a second."""
    return f"{number(entries / seconds)}/s"


def took(seconds: float) -> str:
    """Return a time in the unit that suits it."""
    for unit, size in (("s", 1.0), ("ms", 1e-3)):
        if seconds >= size:
            return f"{number(seconds / size)} {unit}"
    return f"{number(seconds / 1e-6)} µs"


def exponent(sizes: Sequence[int], seconds: Sequence[float]) -> float:
    """Return with which power of the number of entries a time grows, first to last."""
    return log(seconds[-1] / seconds[0]) / log(sizes[-1] / sizes[0])


def markdown(rows: Iterable[Row]) -> Iterator[str]:
    """Yield the lines of the table."""
    for cells in (HEADERS, ["---"] * len(HEADERS), *(row.cells() for row in rows)):
        yield f"| {' | '.join(cells)} |"


def page(rows: Iterable[Row], command: str, missing: Sequence[str]) -> str:
    """Return the page of the reference that shows the table and where it was made."""
    lines = [
        "# Performance",
        "",
        "What a ledger takes, beside other systems that hold the same entries and give the same",
        "answers, in one run and in turns. Only the ratios count: absolutes show the order of size",
        "on one machine.",
        "",
        "A ratio (×) is of two rates or two times, that of styrledger over that of the other. For",
        "the commands and for `get(version)` it is how many times as fast styrledger is.",
        "",
        *markdown(rows),
        "",
        "## How it was made",
        "",
        f"`{command}`, on {date.today().isoformat()}.",  # noqa: DTZ011 - the day where it ran
        "",
        *(f"- {line}" for line in machine()),
    ]
    if missing:
        lines.append(f"- not measured, for they are not here: {', '.join(missing)}")
    return "\n".join([*lines, ""])


def machine() -> Iterator[str]:
    """Yield what ran the benchmark."""
    yield f"{platform.system()} {platform.release()}, {_processor()}"
    yield f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}"
    found = ((name, _version(name)) for name in (*PACKAGES, *PEERS))
    yield ", ".join(f"{name} {one}" for name, one in found if one)
    for program in PROGRAMS:
        told = _told(program)
        if told:
            yield told


def _processor() -> str:
    cores = f"{os.cpu_count()} cores"
    info = Path("/proc/cpuinfo")
    if not info.exists():
        return cores
    lines = info.read_text(encoding="utf-8").splitlines()
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return f"{cores} of {models[0]}" if models else cores


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _told(program: str) -> str | None:
    try:
        done = subprocess.run(  # noqa: S603 - a fixed program and option
            [program, "--version"], capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        return None
    return done.stdout.splitlines()[0].partition(",")[0]
