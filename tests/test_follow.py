"""Following a ledger: what others record is told and filed as it comes."""

from __future__ import annotations

import json
import queue
import signal
import subprocess
import time
from collections.abc import Generator
from contextlib import contextmanager
from threading import Thread
from typing import IO

import pytest

from styrledger.ledger import Ledger

from .commands import start
from .ledgers import new_ledger, revised
from .postgres import Cluster

PATIENCE = 20


class Following:
    """``styrledger follow`` as a process of its own."""

    def __init__(self, *arguments: str) -> None:
        self.process = start("follow", *arguments)
        self._lines: queue.SimpleQueue[str] = queue.SimpleQueue()
        for stream in (self.process.stdout, self.process.stderr):
            Thread(target=self._read, args=(stream,), daemon=True).start()

    def line(self) -> str:
        """Return the next line that it prints, on either stream."""
        return self._lines.get(timeout=PATIENCE)

    def _read(self, stream: IO[str]) -> None:
        for line in stream:
            self._lines.put(line.rstrip("\n"))


@contextmanager
def following(*arguments: str, end: signal.Signals = signal.SIGTERM) -> Generator[Following]:
    """Follow a ledger, and end that as asked; it must end well."""
    followed = Following(*arguments)
    with followed.process:
        try:
            yield followed
            followed.process.send_signal(end)
            assert followed.process.wait(PATIENCE) == 0
        finally:
            followed.process.kill()


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGINT])
def test_new_entries_are_told_as_they_come(place: str, end: signal.Signals) -> None:
    with new_ledger(place) as ledger, following("--ledger", place, end=end) as followed:
        assert followed.line() == "#3, waiting for more"
        ledger.record(revised("1 kr", "KF 2020-02-10 § 9"))
        assert followed.line() == "#4"
        ledger.record(*(revised("1 kr", "KF 2020-02-10 § 9") for _ in range(3)))
        assert followed.line() == "#5–#7"


def test_for_programs_each_line_is_an_object(place: str) -> None:
    with new_ledger(place) as ledger, following("--ledger", place, "--json") as followed:
        first = json.loads(followed.line())
        assert (first["first"], first["last"]) == (None, 3)
        ledger.record(revised("1 kr", "KF 2020-02-10 § 9"))
        then = json.loads(followed.line())
        assert (then["first"], then["last"], then["known"]["position"]) == (4, 4, 4)


def test_the_views_are_current_when_the_line_is_told(place: str) -> None:
    with new_ledger(place) as ledger, following("--ledger", place) as followed:
        followed.line()
        ledger.record(revised("1 kr", "KF 2020-02-10 § 9"))
        followed.line()
        kept = ledger.view_path
        assert kept is not None
        assert kept.exists()


def test_waiting_ends_when_the_time_is_over(place: str) -> None:
    with new_ledger(place) as ledger, Ledger.open(place, read_only=True) as other:
        assert other.wait(0) == 3
        began = time.monotonic()
        assert other.wait(0.3) == 3
        assert 0.25 < time.monotonic() - began < PATIENCE
        ledger.record(revised("1 kr", "KF 2020-02-10 § 9"))
        assert other.wait(PATIENCE) == 4
        assert other.as_of().basis.position == 4


def test_a_lost_server_is_waited_for() -> None:
    cluster = Cluster()
    try:
        url = cluster.url()
        with new_ledger(url) as ledger, following("--ledger", url) as followed:
            assert followed.line() == "#3, waiting for more"
            cluster.kill()
            assert "the server cannot be reached" in followed.line()
            cluster.start()
            ledger.record(revised("1 kr", "KF 2020-02-10 § 9"))
            while "trying again" in (line := followed.line()):
                pass
            assert line == "#4"
    finally:
        cluster.remove()


def test_what_cannot_be_followed_is_told(tmp_path: object) -> None:
    done = start("follow", "--ledger", f"{tmp_path}/finns-ej.db", stdin=subprocess.DEVNULL)
    said = done.communicate(timeout=PATIENCE)
    assert (done.returncode, "no such file" in said[1]) == (2, True)
