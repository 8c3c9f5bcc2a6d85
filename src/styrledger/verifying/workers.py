"""The jobs of a check, done one after the other, or in several processes where there are many."""

from __future__ import annotations

import gc
import os
import pickle
import secrets
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread
from typing import IO, Any, cast

from styrledger.errors import StyrledgerError, quoted
from styrledger.evidence import UNREADABLE, Database, evidence_of
from styrledger.verifying.faults import Faults, LedgerFault, fault_at
from styrledger.verifying.filed import Mixed, held
from styrledger.verifying.found import Found, Job, Kept, Task, Whole
from styrledger.verifying.kept import unreadable
from styrledger.verifying.part import check_part
from styrledger.verifying.sums import compare_sums
from styrledger.verifying.views import integrity

FEW = 5
"""As many jobs as these are done before other processes are ready."""

Progress = Callable[[int], object]
Done = Found | Faults | Mixed


def results(jobs: Sequence[Job], progress: Progress) -> Iterator[tuple[Job, Done]]:
    """Do jobs and yield each with what it found, in their order."""
    many = len(jobs) - FEW
    processes = min(os.cpu_count() or 1, many)
    started = _started(processes) if processes > 1 and sys.executable else []
    if started:
        yield from _in_processes(jobs, progress, started)
    else:
        for job in jobs:
            yield job, do(job, progress)


def do(job: Job, progress: Progress) -> Done:
    """Do one job."""
    found = Faults()
    if isinstance(job, Whole) and job.what == "views" and job.kept is not None:
        for fault in integrity(Path(job.kept.path)):
            found.add(fault)
        return found
    if isinstance(job, Whole) and job.what == "filed" and job.kept is not None:
        return _held(job.kept, found)
    evidence = evidence_of(job.log if isinstance(job, Task) else job.place)
    try:
        if isinstance(job, Task):
            return check_part(evidence, job, progress)
        if job.kept is not None:
            return compare_sums(Path(job.kept.path), evidence.uri, job.kept.position)
        try:
            if job.what == "log":
                for one in evidence.integrity():
                    found.add(LedgerFault("file", "the database file is damaged", "ok", one))
            else:
                for row, place in evidence.misplaced():
                    what, version = (
                        "the entry has another version in its stream",
                        quoted(row.version),
                    )
                    found.add(fault_at(row, "version", what, expected=str(place), found=version))
        except UNREADABLE as fault:
            what = "the database file is damaged"
            found.add(LedgerFault("file", what, "a database", str(fault)))
        return found
    finally:
        evidence.close()


def _held(kept: Kept, found: Faults) -> Mixed | Faults:
    try:
        database = Database(Path(kept.path))
    except sqlite3.Error as fault:
        found.add(unreadable(fault))
        return found
    try:
        return held(database, kept.position)
    except sqlite3.Error as fault:
        found.add(unreadable(fault))
        return found
    finally:
        database.close()


def serve() -> None:
    """Do the jobs that come by standard input; tell progress and results by standard output."""
    gc.set_threshold(100_000)  # what is read goes as it came: there are hardly any cycles to find
    jobs, told = sys.stdin.buffer, sys.stdout.buffer

    def tell(what: object) -> None:
        pickle.dump(what, told)
        told.flush()

    while True:
        try:
            number, job = pickle.load(jobs)  # noqa: S301 - from the process that began this one
        except EOFError:
            return
        try:
            tell((number, do(job, tell)))
        except StyrledgerError as error:
            tell((number, str(error)))


def _in_processes(
    jobs: Sequence[Job], progress: Progress, processes: Sequence[subprocess.Popen[bytes]]
) -> Iterator[tuple[Job, Done]]:
    waiting: SimpleQueue[tuple[int, Job]] = SimpleQueue()
    told: SimpleQueue[Any] = SimpleQueue()
    for numbered in enumerate(jobs):
        waiting.put(numbered)
    threads = [Thread(target=_drive, args=(one, waiting, told), daemon=True) for one in processes]
    try:
        for thread in threads:
            thread.start()
        ready: dict[int, Done] = {}
        for number, job in enumerate(jobs):
            while number not in ready:
                said = told.get()
                if isinstance(said, int):
                    progress(said)
                else:
                    # A process that failed leaves its job to this one, which tells why.
                    done: tuple[int, Done | None] = said
                    at, result = done
                    ready[at] = do(jobs[at], progress) if result is None else result
            yield job, ready.pop(number)
    finally:
        for process in processes:
            process.kill()
            process.wait()
            for stream in (process.stdin, process.stdout):
                with suppress(OSError):
                    cast("IO[bytes]", stream).close()


def _started(count: int) -> list[subprocess.Popen[bytes]]:
    """Start so many processes, or as many as this machine lets us have."""
    program = "from styrledger.verifying.workers import serve; serve()"
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
        # Of what several of them mix, the sums are put together.
        "PYTHONHASHSEED": str(secrets.randbelow(1 << 32)),
    }
    started: list[subprocess.Popen[bytes]] = []
    with suppress(OSError):
        for _ in range(count):
            one = subprocess.Popen(  # noqa: S603 - this program itself
                [sys.executable, "-c", program],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=environment,
            )
            started.append(one)
    return started


def _drive(
    process: subprocess.Popen[bytes],
    waiting: SimpleQueue[tuple[int, Job]],
    told: SimpleQueue[Any],
) -> None:
    """Give a process one job after the other, and pass on what it tells."""
    given, said = cast("IO[bytes]", process.stdin), cast("IO[bytes]", process.stdout)
    while True:
        try:
            number, job = waiting.get_nowait()
        except Empty:
            return
        try:
            pickle.dump((number, job), given)
            given.flush()
            while isinstance(what := pickle.load(said), int):  # noqa: S301 - from our own process
                told.put(what)
            told.put(what if not isinstance(what[1], str) else (number, None))
        except (OSError, EOFError, pickle.UnpicklingError, ValueError):
            told.put((number, None))
            # What is left to this process is told as not done at once.
