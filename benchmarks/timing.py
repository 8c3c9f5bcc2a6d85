"""Measuring: contestants in turns, medians, and tasks in processes of their own."""

from __future__ import annotations

import json
import os
import resource
import shlex
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any

import attrs

ROOT = Path(__file__).parent.parent
MIB = 1024


COMPILED = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
"""The environment in which programs run as installed ones do, compiled once."""


class NotTheSame(SystemExit):
    """A peer gives another answer, so that its time says nothing."""

    def __init__(self, peer: str) -> None:
        """Name the peer."""
        super().__init__(f"{peer} and styrledger do not give the same answer")


class CommandFailed(SystemExit):
    """What is to be measured does not run."""

    def __init__(self, command: Sequence[str], said: str) -> None:
        """Tell the command, and what it said."""
        super().__init__(f"{shlex.join(command)} failed:\n{said}")


def seconds(run: Callable[[], object]) -> float:
    """Return how long something takes."""
    began = time.perf_counter()
    run()
    return time.perf_counter() - began


def turns(runs: Mapping[str, Callable[[], float]], rounds: int) -> dict[str, float]:
    """Let contestants run in turns and return the median of what each measured.

    Each round begins with another, so that none always runs on a machine that another warmed.
    """
    names = [*runs]
    measured: dict[str, list[float]] = {name: [] for name in names}
    for turn in range(rounds):
        first = turn % len(names)
        for name in (*names[first:], *names[:first]):
            measured[name].append(runs[name]())
    return {name: median(found) for name, found in measured.items()}


@attrs.frozen
class Apart:
    """What a process of its own took: seconds of its task alone, its peak memory, its answer."""

    seconds: float
    peak: float
    answer: Any


def apart(task: str, *arguments: object) -> Apart:
    """Run a task of ``benchmarks.tasks`` in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.tasks", task, *map(str, arguments)]
    told = json.loads(output(command))
    return Apart(told["seconds"], told["peak"], told["answer"])


def output(command: Sequence[str], **environment: str) -> str:
    """Return what a command prints; it must succeed."""
    done = subprocess.run(  # noqa: S603 - the commands are this package's own
        command,
        check=False,
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={**COMPILED, **environment},
    )
    if done.returncode:
        raise CommandFailed(command, done.stderr)
    return done.stdout


def peak_memory() -> float:
    """Return the most memory that this process held, in MiB."""
    status = Path("/proc/self/status")
    if status.exists():
        # What getrusage tells includes the memory of the process that started this one.
        lines = (line.split() for line in status.read_text(encoding="utf-8").splitlines())
        return next(float(line[1]) for line in lines if line[0] == "VmHWM:") / MIB
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / MIB
