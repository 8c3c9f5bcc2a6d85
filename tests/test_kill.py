"""Killed at any moment: a file is recorded whole or not at all, and nothing needs repair."""

from __future__ import annotations

import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Generator, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from styrledger.ledger import Ledger

from .commands import adopted, answer, jsonl, new, revised, told

ENTRIES = 6_000
"""How many entries the large file holds; recording them takes about half a second."""

OTHERS = 40
"""In how many budgets they are, so that one is soon told."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the folder of ``base``, which is closed, and of ``large``, to be recorded in it."""
    made: Path = tmp_path_factory.mktemp("kill")
    new(made, adopted("1 mnkr", key="ram")).rename(made / "base.db")
    for beside in made.glob("prov.*"):
        beside.unlink()
    jsonl(made / "large.jsonl", large())
    return made


def large() -> Iterator[dict[str, Any]]:
    """Yield entries that add up to 1 kr each in the budget of KS for each of many years."""
    for number in range(ENTRIES):
        month, day = number % 12 + 1, number % 28 + 1
        yield revised(
            "1 kr",
            f"KF 2020-{month:02}-{day:02} § {number % 400 + 1}",
            year=2020 + number % OTHERS,
            key=f"stor {number}",
        )


def moments(tries: int, took: float) -> Iterator[float]:
    """Yield how long after its start to kill each try, from a seed that a failure shows."""
    seed = random.randrange(2**32)  # noqa: S311 - nothing here is secret
    print(f"seed {seed}, a whole run took {took:.2f} s")  # noqa: T201 - shown by a failure
    chance = random.Random(seed)  # noqa: S311 - nothing here is secret
    yield from (chance.uniform(0, 1.05 * took) for _ in range(tries))


class Commands:
    """Runs each command as a process of its own, split off from one that has loaded all."""

    LOADED = """
import os, sys
from styrledger.cli import budget, copies, log, main, recording
for line in sys.stdin:
    child = os.fork()
    if child == 0:
        os.dup2(os.open(os.devnull, os.O_RDWR), 1)
        main(line.rstrip("\\n").split("\\t"), prog_name="styrledger")
    print(child, flush=True)
    sys.stdin.readline()  # until then the child's number is no one else's
    print(os.waitpid(child, 0)[1], flush=True)
"""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def _asked(self, line: str) -> int:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{line}\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())

    def _started(self, *arguments: str | Path) -> int:
        return self._asked("\t".join(map(str, arguments)))

    def _ended(self) -> int:
        return self._asked("")

    def took(self, *arguments: str | Path) -> float:
        """Run a command that must go well; return how many seconds it took."""
        began = time.monotonic()
        self._started(*arguments)
        assert self._ended() == 0
        return time.monotonic() - began

    def kill(self, moment: float, *arguments: str | Path) -> None:
        """Run a command and ``kill -9`` it at a moment; it may have finished by then."""
        child = self._started(*arguments)
        time.sleep(moment)
        os.kill(child, signal.SIGKILL)
        assert self._ended() in {0, signal.SIGKILL}


@pytest.fixture(scope="module")
def commands() -> Generator[Commands]:
    """Give what runs commands and kills them."""
    loaded = subprocess.Popen(  # noqa: S603 - the interpreter that runs the tests
        [sys.executable, "-c", Commands.LOADED],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with loaded:
        yield Commands(loaded)


def copied(ledger: Path, name: str) -> Path:
    """Copy a closed ledger, and its views where it has some, to another name in its folder."""
    copy = ledger.with_name(f"{name}.db")
    for suffix in ("", "-wal", "-shm"):
        for stem in (copy.stem, f"{copy.stem}.views"):
            copy.with_name(f"{stem}.db{suffix}").unlink(missing_ok=True)
    return Path(shutil.copy(ledger, copy))


def without_views(ledger: Path) -> None:
    for file in ledger.parent.glob(f"{ledger.stem}.views.db*"):
        file.unlink()


def heard(ledger: Path) -> list[object]:
    """Return what a ledger answers about all that the large file touches."""
    with Ledger.open(ledger, read_only=True) as opened:
        view = opened.as_of("2020-12-31")
        return [
            view.basis,
            view.units(),
            *(view.budget("KS", 2020 + year) for year in range(0, OTHERS, 8)),
            [recorded.position for recorded in opened.history(type="unit")],
        ]


def sound(ledger: Path) -> None:
    """Hold that SQLite finds nothing to repair."""
    with closing(sqlite3.connect(ledger)) as log:
        assert log.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def head(ledger: Path) -> int:
    with Ledger.open(ledger) as opened:
        return opened.head()


def test_a_killed_record_leaves_none_or_all_of_the_file(folder: Path, commands: Commands) -> None:
    base, large_file = folder / "base.db", folder / "large.jsonl"
    before = head(base)
    whole = copied(base, "whole")
    took = commands.took("record", large_file, "--ledger", whole)
    expected = {before: heard(base), before + ENTRIES: heard(whole)}
    for moment in moments(50, took):
        ledger = copied(base, "try")
        commands.kill(moment, "record", large_file, "--ledger", ledger)
        position = head(ledger)
        assert position in expected
        kept = heard(ledger)
        without_views(ledger)
        assert heard(ledger) == kept
        assert position != before or kept == expected[before]
        sound(ledger)


def test_what_a_kill_left_answers_as_a_clean_rebuild_does(folder: Path, commands: Commands) -> None:
    base, large_file = folder / "base.db", folder / "large.jsonl"
    ledger = copied(base, "resumed")
    took = commands.took("record", large_file, "--ledger", copied(base, "timed"))
    for moment in moments(4, took):
        commands.kill(moment, "record", large_file, "--ledger", ledger)
    sound(ledger)
    told("record", large_file, "--ledger", ledger)
    assert head(ledger) == head(base) + ENTRIES
    for moment in moments(6, 1):
        commands.kill(moment, "log", "--text", "stor", "--ledger", ledger)
    kept = heard(ledger)
    without_views(ledger)
    assert heard(ledger) == kept
    assert answer("budget", "KS", "--year", "2021", "--ledger", ledger)["total"]["text"] == (
        f"{ENTRIES // OTHERS} kr"
    )


def test_a_killed_catch_up_is_taken_up_again(folder: Path, commands: Commands) -> None:
    ledger = copied(folder / "base.db", "views")
    told("record", folder / "large.jsonl", "--ledger", ledger)
    question = (
        "budget",
        "KS",
        "--year",
        "2030",
        "--on",
        "2030-12-31",
        "--json",
        "--ledger",
        ledger,
    )
    right = told(*question)
    without_views(ledger)
    took = commands.took(*question)
    for number, moment in enumerate(moments(12, took)):
        if number % 3 == 0:
            without_views(ledger)
        commands.kill(moment, *question)
    assert told(*question) == right
    without_views(ledger)
    assert told(*question) == right


def test_a_killed_init_leaves_a_ledger_or_a_free_path(folder: Path, commands: Commands) -> None:
    options = ("--organisation", "Prov")
    took = commands.took("init", folder / "timed-init.db", *options)
    for number, moment in enumerate(moments(12, took)):
        path = folder / f"init {number}.db"
        commands.kill(moment, "init", path, *options)
        if not path.exists():
            told("init", path, *options)
        assert answer("units", "--ledger", path)["units"] == []
        sound(path)


def test_a_killed_restore_leaves_the_whole_ledger_or_none(folder: Path, commands: Commands) -> None:
    ledger = copied(folder / "base.db", "copied")
    told("record", folder / "large.jsonl", "--ledger", ledger)
    copy = folder / "copy.jsonl"
    told("export", copy, "--ledger", ledger)
    took = commands.took("restore", copy, "--ledger", folder / "timed-restore.db")
    for number, moment in enumerate(moments(10, took)):
        path = folder / f"restored {number}.db"
        commands.kill(moment, "restore", copy, "--ledger", path)
        if path.exists():
            assert head(path) == head(ledger)
            sound(path)
    told("restore", copy, "--ledger", folder / "last.db")


def test_a_killed_export_leaves_the_copy_that_was_there(folder: Path, commands: Commands) -> None:
    ledger = copied(folder / "base.db", "exported")
    copy = folder / "kept.jsonl"
    told("export", copy, "--ledger", ledger)
    earlier = copy.read_bytes()
    told("record", folder / "large.jsonl", "--ledger", ledger)
    whole = folder / "whole.jsonl"
    took = commands.took("export", whole, "--ledger", ledger)
    for moment in moments(10, took):
        commands.kill(moment, "export", copy, "--ledger", ledger)
        assert copy.read_bytes() in {earlier, whole.read_bytes()}
    assert told("export", copy, "--ledger", ledger)
    assert copy.read_bytes() == whole.read_bytes()
