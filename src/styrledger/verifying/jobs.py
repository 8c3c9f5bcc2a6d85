"""The jobs of a check, done one after the other, or in several processes where there are many."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path

from styrledger import workers
from styrledger.evidence import UNREADABLE, Database, evidence_of
from styrledger.verifying.faults import Faults, LedgerFault
from styrledger.verifying.filed import Mixed, held
from styrledger.verifying.found import Found, Job, Kept, Task, Whole
from styrledger.verifying.kept import unreadable
from styrledger.verifying.part import check_part
from styrledger.verifying.sums import compare_sums
from styrledger.verifying.views import integrity
from styrledger.workers import Progress

FEW = 4
"""As many jobs as these are done before other processes are ready."""

Done = Found | Faults | Mixed


def results(jobs: Sequence[Job], progress: Progress) -> Iterator[tuple[Job, Done]]:
    """Do jobs and yield each with what it found, the parts of the log in their order."""
    processes = min(workers.cores(), len(jobs) - FEW)
    long = sum(isinstance(job, Whole) for job in jobs)  # they come first
    return workers.results(jobs, do, processes=processes, progress=progress, long=long)


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
            for one in evidence.integrity():
                found.add(LedgerFault("file", "the database file is damaged", "ok", one))
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
