"""The command line for tests: run inside this process, or as a process that can be killed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from styrledger.cli import main

TAKEN = "there is something already, expected a free path, choose another path"
NO_PLACE = "No such file or directory, expected a file, check the path and its permissions"
UNITS = (
    {"type": "unit.registered", "unit": "KF", "kind": "council", "effective": "2019-01-01"},
    {"type": "unit.registered", "unit": "KS", "kind": "board", "effective": "2019-01-01"},
    {"type": "unit.registered", "unit": "SN", "kind": "board", "effective": "2019-01-01"},
)
"""What ``new`` records: #1 to #3."""


def run(*arguments: str | Path, given: bytes = b"", env: Mapping[str, str] | None = None) -> Result:
    """Run a command; ``given`` is what it finds on its standard input."""
    runner = CliRunner(env=env)
    return runner.invoke(main, [*map(str, arguments)], input=given, prog_name="styrledger")


def told(*arguments: str | Path) -> str:
    """Run a command that must go well; return what it prints."""
    result = run(*arguments)
    assert (result.exit_code, result.stderr) == (0, "")
    return result.stdout


def answer(*arguments: str | Path, exit_code: int = 0) -> dict[str, Any]:
    """Ask a question with ``--json``; return its answer."""
    result = run(*arguments, "--json")
    assert (result.exit_code, result.stderr) == (exit_code, "")
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def start(*arguments: str | Path, **settings: Any) -> subprocess.Popen[str]:
    """Start a command as a process of its own."""
    command = [sys.executable, "-m", "styrledger", *map(str, arguments)]
    pipes: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    return subprocess.Popen(  # noqa: S603 - the interpreter that runs the tests
        command, **{**pipes, **settings}
    )


def process(*arguments: str | Path, **settings: Any) -> subprocess.CompletedProcess[str]:
    """Run a command as a process of its own, to its end."""
    command = [sys.executable, "-m", "styrledger", *map(str, arguments)]
    return subprocess.run(  # noqa: S603 - the interpreter that runs the tests
        command, capture_output=True, text=True, check=False, **settings
    )


def jsonl(path: Path, entries: Iterable[Mapping[str, Any]]) -> Path:
    """Write a record file."""
    lines = (json.dumps(entry, ensure_ascii=False) for entry in entries)
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path


def new(folder: Path, *entries: Mapping[str, Any]) -> Path:
    """Make a ledger with the units KF, KS and SN, and more entries in a commit of their own."""
    ledger = folder / "prov.db"
    told("init", ledger, "--organisation", "Prov")
    add(ledger, *UNITS)
    if entries:
        add(ledger, *entries)
    return ledger


def add(ledger: Path, *entries: Mapping[str, Any]) -> None:
    """Record entries in one commit."""
    file = jsonl(ledger.with_name("tillagda.jsonl"), entries)
    told("record", file, "--ledger", ledger)
    file.unlink()


def adopted(amount: str, decision: str = "KF 2019-06-10 § 109", **more: Any) -> dict[str, Any]:
    """Return an entry that sets the operating budget of KS for 2020."""
    own = {"type": "budget.adopted", "unit": "KS", "year": 2020, "amount": amount}
    return {**own, "decision": decision, **more}


def revised(amount: str, decision: str, **more: Any) -> dict[str, Any]:
    """Return an entry that changes the operating budget of KS for 2020."""
    return {**adopted(amount, decision, **more), "type": "budget.revised"}


def environment(**changed: str) -> dict[str, str]:
    """Return this process's environment with changes."""
    return {**os.environ, **changed}


def one_krona(worker: int, number: int) -> dict[str, Any]:
    """Return an entry with a key of its own that adds 1 kr."""
    return revised("1 kr", "KF 2020-02-10 § 9", key=f"{worker}/{number}")


def python(code: str, *arguments: str | Path) -> subprocess.Popen[str]:
    """Start a piece of Python as a process of its own."""
    return subprocess.Popen(  # noqa: S603 - the interpreter that runs the tests
        [sys.executable, "-c", code, *map(str, arguments)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
