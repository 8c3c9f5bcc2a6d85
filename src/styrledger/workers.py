"""Work done in several processes: jobs given out in their order, and what came of them told in it.

What does a job is a function of a module, which the other processes import by its name.
"""

from __future__ import annotations

import gc
import os
import pickle
import secrets
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import suppress
from itertools import islice
from queue import SimpleQueue
from threading import Thread
from typing import IO, Any, TypeVar, cast

from styrledger.errors import StyrledgerError

READY = b"this process takes jobs\n"
"""What a process says when all that follows are answers."""

AHEAD = 3
"""So many jobs for each process are given out, or done, before the first of them is asked for."""

J = TypeVar("J")
D = TypeVar("D")

Progress = Callable[[int], object]
Do = Callable[[J, Progress], D]
"""Does a job; it may tell how far it has come."""


def cores() -> int:
    """Return how many processes this machine can run at once."""
    return os.cpu_count() or 1


def ignore(count: int) -> None:
    """Take note of no progress."""
    del count


def results(
    jobs: Iterable[J],
    do: Do[J, D],
    *,
    processes: int,
    progress: Progress = ignore,
    long: int = 0,
) -> Generator[tuple[J, D]]:
    """Do jobs and yield each with what came of it, in their order; that must not be None.

    The first ``long`` jobs are told after all others, where there are several processes: nobody
    waits for them, and nothing that is done meanwhile is kept for longer.
    With fewer than two processes, or where none can be had, they are done here. A job whose
    process failed is done here too, and so tells why.
    """
    started = _started(processes) if processes > 1 and sys.executable else []
    if not started:
        for job in jobs:
            yield job, do(job, progress)
        return
    pool = _Pool(started, do, progress)
    try:
        following = iter(jobs)
        later = [(pool.give(job), job) for job in islice(following, long)]
        given = deque((pool.give(job), job) for job in islice(following, AHEAD * len(started)))
        while given or later:
            number, job = given.popleft() if given else later.pop(0)
            done: D | None = pool.take(number)
            given += [(pool.give(more), more) for more in islice(following, 1)]
            yield job, do(job, progress) if done is None else done
    finally:
        pool.close()


class _Pool:
    """Processes that are at work: what they are given, and what they tell, in the same order."""

    def __init__(
        self, started: Sequence[subprocess.Popen[bytes]], do: Do[Any, Any], progress: Progress
    ) -> None:
        self._started, self._do, self._progress = started, do, progress
        self._waiting: SimpleQueue[tuple[int, Do[Any, Any], Any] | None] = SimpleQueue()
        self._told: SimpleQueue[Any] = SimpleQueue()
        self._ready: dict[int, Any] = {}
        self._given = 0
        for process in started:
            Thread(target=_drive, args=(process, self._waiting, self._told), daemon=True).start()

    def give(self, job: object) -> int:
        """Give out one more job; return its number."""
        self._given += 1
        self._waiting.put((self._given, self._do, job))
        return self._given

    def take(self, number: int) -> Any:
        """Wait for what came of a job, None where its process failed."""
        while number not in self._ready:
            said = self._told.get()
            if isinstance(said, int):
                self._progress(said)
            else:
                told, done = said
                self._ready[told] = done
        return self._ready.pop(number)

    def close(self) -> None:
        """End the processes, whatever they are at."""
        for process in self._started:
            self._waiting.put(None)
            process.kill()
            process.wait()
            for stream in (process.stdin, process.stdout):
                with suppress(OSError):
                    cast("IO[bytes]", stream).close()


def serve() -> None:
    """Do the jobs that come by standard input; tell progress and results by standard output."""
    gc.set_threshold(100_000)  # what is read goes as it came: there are hardly any cycles to find
    # Whatever else this process prints, before or later, is no answer.
    jobs, told = sys.stdin.buffer, os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    told.write(READY)
    told.flush()

    def tell(what: object) -> None:
        pickle.dump(what, told, pickle.HIGHEST_PROTOCOL)
        told.flush()

    while True:
        try:
            number, do, job = pickle.load(jobs)  # noqa: S301 - from the process that began this one
        except EOFError:
            return
        try:
            tell((number, do(job, tell)))
        except StyrledgerError:
            tell((number, None))


def _started(count: int) -> list[subprocess.Popen[bytes]]:
    """Start so many processes, or as many as this machine lets us have."""
    program = "from styrledger.workers import serve; serve()"
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
        # Where they hash texts, what several of them found can be put together.
        "PYTHONHASHSEED": str(secrets.randbelow(1 << 32)),
    }
    started: list[subprocess.Popen[bytes]] = []
    with suppress(OSError):
        for _ in range(count):
            one = subprocess.Popen(  # noqa: S603 - this program itself
                # -P: not from the folder that it happens to begin in.
                [sys.executable, "-P", "-c", program],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=environment,
            )
            started.append(one)
    return started


def _drive(
    process: subprocess.Popen[bytes],
    waiting: SimpleQueue[tuple[int, Do[Any, Any], Any] | None],
    told: SimpleQueue[Any],
) -> None:
    """Give a process one job after the other, and pass on what it tells."""
    given, said = cast("IO[bytes]", process.stdin), cast("IO[bytes]", process.stdout)
    begun = False
    while numbered := waiting.get():
        try:
            while not begun:
                begun = _line(said).endswith(READY)
            pickle.dump(numbered, given, pickle.HIGHEST_PROTOCOL)
            given.flush()
            while isinstance(what := pickle.load(said), int):  # noqa: S301 - from our own process
                told.put(what)
            told.put(what)
        except Exception:  # noqa: BLE001 - whatever went wrong, who gave the job will do it
            # An answer that was not understood may have another behind it.
            process.kill()
            told.put((numbered[0], None))


def _line(said: IO[bytes]) -> bytes:
    """Return the next line of what a process tells.

    Raises:
        EOFError: it has ended.
    """
    line = said.readline()
    if not line:
        raise EOFError
    return line
