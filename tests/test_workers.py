"""Work in several processes comes out as if it was done in one, whatever becomes of them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from time import sleep

import pytest

from styrledger.errors import LogDamaged
from styrledger.workers import AHEAD, Progress, results

HERE = os.getpid()


def square(number: int, progress: Progress) -> tuple[int, int]:
    progress(number)
    return number * number, os.getpid()


def dying(number: int, progress: Progress) -> int:
    """End the process that does it, but where the jobs came from."""
    del progress
    if number % 2 and os.getpid() != number:
        os._exit(1)
    return number


def waiting(path: Path, progress: Progress) -> bool:
    """Do a job, the first of them only when all others were told."""
    del progress
    while path.name == "0" and not path.with_name("end").exists():
        sleep(0.01)
    path.touch()
    return True


def refusing(number: int, progress: Progress) -> int:
    del progress
    if number == 3:
        raise LogDamaged(3, 4)
    return number


def test_jobs_are_done_elsewhere_and_told_in_their_order() -> None:
    progress: list[int] = []
    found = [*results(range(1, 20), square, processes=2, progress=progress.append)]
    assert [(job, done) for job, (done, _) in found] == [(n, n * n) for n in range(1, 20)]
    assert sorted(progress) == [*range(1, 20)]
    assert HERE not in {process for _, (_, process) in found}


def test_long_jobs_are_told_last_and_hold_up_no_other() -> None:
    found = [job for job, _ in results(range(30), square, processes=2, long=2)]
    assert found == [*range(2, 30), 0, 1]


def test_no_more_is_done_ahead_than_there_is_memory_for_while_a_long_job_lasts(
    tmp_path: Path,
) -> None:
    done = results([tmp_path / str(n) for n in range(60)], waiting, processes=2, long=1)
    for _ in range(20):
        next(done)
    assert len([*tmp_path.iterdir()]) <= 21 + 2 * AHEAD
    (tmp_path / "end").touch()
    assert sum(1 for _ in done) == 40


def test_where_one_process_is_enough_there_is_no_other() -> None:
    found = [*results(range(1, 4), square, processes=1)]
    assert found == [(n, (n * n, HERE)) for n in range(1, 4)]


def test_a_job_whose_process_died_is_done_here() -> None:
    jobs = [HERE if n % 2 else n for n in range(8)]
    assert [*results(jobs, dying, processes=2)] == [(job, job) for job in jobs]


def test_what_a_job_refuses_is_told_here_in_its_turn() -> None:
    found = results(range(6), refusing, processes=2)
    assert [next(found) for _ in range(3)] == [(0, 0), (1, 1), (2, 2)]
    with pytest.raises(LogDamaged):
        next(found)


def printing(number: int, progress: Progress) -> int:
    """Print what is no answer, as some library might."""
    del progress
    os.write(1, b"cnot an answer\n")
    return number


def test_what_else_a_process_prints_is_no_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "sitecustomize.py").write_text("print('hello')\nprint('cxyz')\n")
    monkeypatch.syspath_prepend(tmp_path)
    assert [*results(range(20), printing, processes=2)] == [(n, n) for n in range(20)]


def test_nothing_is_taken_from_the_folder_that_the_program_is_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("pickle", "styrledger"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit\n")
    monkeypatch.chdir(tmp_path)
    found = [*results(range(4), square, processes=2)]
    assert HERE not in {process for _, (_, process) in found}


def test_few_jobs_are_made_before_the_first_is_asked_for() -> None:
    made: list[int] = []

    def jobs() -> Iterator[int]:
        for number in range(100):
            made.append(number)
            yield number

    found = results(jobs(), square, processes=2)
    assert next(found)[0] == 0
    assert len(made) == 2 * AHEAD + 1
    found.close()


def test_processes_end_with_whoever_asked_for_them() -> None:
    found = results(range(100), square, processes=2)
    process = next(found)[1][1]
    found.close()
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)
