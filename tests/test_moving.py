"""Copies between stores: the same ledger on either, and what was cut off is taken up again."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from styrledger import files
from styrledger.errors import LedgerExists, LedgerNotFound, LedgerUnfinished, StorageError
from styrledger.exchange import copies
from styrledger.ledger import Ledger
from styrledger.store import read_place

from .commands import environment, python, run, told
from .ledgers import new_ledger, revised
from .postgres import Cluster

MANY = 2300
"""More than two pages."""


def filled(place: str, more: int = MANY, amount: str = "1 kr") -> None:
    """Make a ledger of three units and so many other entries, with two checkpoints."""
    with new_ledger(place) as ledger:
        ledger.checkpoint()
        ledger.record(*(revised(amount, "KF 2020-02-10 § 9", key=str(n)) for n in range(more)))
        ledger.checkpoint()


def content(place: str) -> tuple[object, ...]:
    """Return all that a ledger holds."""
    with Ledger.open(place, read_only=True) as ledger:
        return ledger.identity, [*ledger.rows()], ledger.issued(), ledger.as_of("2020-12-31").basis


@pytest.fixture(name="source", scope="module")
def _source(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    """Give a ledger in a file that no test changes, and its copy."""
    folder: Path = tmp_path_factory.mktemp("source")
    ledger = str(folder / "prov.db")
    filled(ledger)
    told("export", folder / "kopia", "--ledger", ledger)
    return ledger, folder / "kopia"


# -- there and back


def test_a_ledger_moves_to_either_store_and_back_and_stays_the_same(
    source: tuple[str, Path], place: str, tmp_path: Path
) -> None:
    told("restore", source[1], "--ledger", place)
    assert content(place) == content(source[0])
    told("export", tmp_path / "igen", "--ledger", place)
    assert (tmp_path / "igen").read_bytes() == source[1].read_bytes()
    verified = run("verify", "--ledger", place)
    assert (verified.exit_code, "issued checkpoint 2" in verified.stdout) == (0, True)
    with Ledger.open(place) as ledger:
        assert len(ledger.record(revised("1 kr", "KF 2020-02-10 § 9"))) == 1


def test_a_copy_from_before_checkpoints_were_carried_is_restored(
    tmp_path: Path, place: str
) -> None:
    with new_ledger(tmp_path / "äldre.db"):
        pass
    told("export", tmp_path / "kopia", "--ledger", tmp_path / "äldre.db")
    assert b"checkpoint" not in (tmp_path / "kopia").read_bytes()
    told("restore", tmp_path / "kopia", "--ledger", place)
    assert content(place) == content(str(tmp_path / "äldre.db"))


# -- restoring that was cut off


class Cut(Exception):
    """Stands for a kill: no code of ours runs after it."""


class CutOff:
    """A copy whose reading ends in the middle of a line, as by a kill of the process."""

    def __init__(self, path: Path, line: int) -> None:
        self._file, self._left = BytesIO(path.read_bytes()), line

    def readline(self, limit: int) -> bytes:
        """Return a line, or be cut off."""
        self._left -= 1
        if not self._left:
            raise Cut
        return self._file.readline(limit)

    def read(self, size: int) -> bytes:
        """Return what is left."""
        return self._file.read(size)


def cut_off(copy: Path, place: str, line: int) -> None:
    """Begin to restore a copy, and be cut off at a line of it."""
    file: Any = CutOff(copy, line)
    with pytest.raises(Cut):
        copies.restore(file, "kopia", read_place(place), lambda _: None)


def test_a_restore_goes_on_where_it_was_cut_off(source: tuple[str, Path], place: str) -> None:
    for line in (5, 1500, 2200):
        cut_off(source[1], place, line)
        assert run("units", "--ledger", place).exit_code == 2
        with pytest.raises((LedgerUnfinished, LedgerNotFound)):
            Ledger.open(place)
    told("restore", source[1], "--ledger", place)
    assert content(place) == content(source[0])


def test_what_was_restored_already_is_not_written_again(
    source: tuple[str, Path], place: str, cluster: Cluster
) -> None:
    cut_off(source[1], place, 2200)
    if place.startswith("postgresql"):
        schema = place.rpartition("=")[2]
        query = f"SELECT notification_id, xmin::text FROM {schema}.stored_events ORDER BY 1"  # noqa: S608
        before = cluster.sql(query)
        assert len(before) == 2000
        told("restore", source[1], "--ledger", place)
        assert cluster.sql(query)[:2000] == before
    else:
        part = Path(f"{place}.part")
        assert files.look(part, files.LEDGER) == "ours"
        with closing(sqlite3.connect(part)) as opened:
            assert opened.execute("SELECT count(*) FROM stored_events").fetchone() == (2000,)
        inode = part.stat().st_ino
        told("restore", source[1], "--ledger", place)
        assert Path(place).stat().st_ino == inode
        assert not part.exists()


def test_the_beginning_of_another_copy_is_never_part_of_a_ledger(
    source: tuple[str, Path], tmp_path: Path, place: str
) -> None:
    filled(str(tmp_path / "annan.db"), amount="2 kr")
    told("export", tmp_path / "annan", "--ledger", tmp_path / "annan.db")
    cut_off(tmp_path / "annan", place, 1500)
    result = run("restore", source[1], "--ledger", place)
    if place.startswith("postgresql"):
        assert (result.exit_code, "holds the beginning of another copy" in result.stderr) == (
            2,
            True,
        )
        told("restore", tmp_path / "annan", "--ledger", place)
        assert content(place) == content(str(tmp_path / "annan.db"))
    else:
        assert (result.exit_code, result.stderr) == (0, "")
        assert content(place) == content(source[0])


def test_more_than_the_copy_holds_is_never_part_of_a_ledger(tmp_path: Path, place: str) -> None:
    long, short = tmp_path / "lång.db", tmp_path / "kort"
    with new_ledger(long) as ledger:
        told("export", short, "--ledger", long)
        ledger.record(*(revised("1 kr", "KF 2020-02-10 § 9") for _ in range(1500)))
    told("export", tmp_path / "lång", "--ledger", long)
    cut_off(tmp_path / "lång", place, 1400)
    begun = run("restore", short, "--ledger", place).exit_code
    if place.startswith("postgresql"):
        assert begun == 2
        assert run("units", "--ledger", place).exit_code == 2
        told("restore", tmp_path / "lång", "--ledger", place)
        assert content(place) == content(str(long))
    else:
        assert begun == 0
        with Ledger.open(place) as ledger:
            assert ledger.head() == 3


def test_a_copy_that_is_refused_leaves_no_ledger(source: tuple[str, Path], place: str) -> None:
    lines = source[1].read_bytes().splitlines(keepends=True)
    changed = b"".join(lines).replace(b'"key":"2200"', b'"key":"XXXX"')
    result = run("restore", "-", "--ledger", place, given=changed)
    assert (result.exit_code, "a line above was changed" in result.stderr) == (2, True)
    assert run("units", "--ledger", place).exit_code == 2
    if not place.startswith("postgresql"):
        assert [*Path(place).parent.iterdir()] == []


def test_two_restores_at_once_into_one_place_do_not_mix(
    source: tuple[str, Path], place: str
) -> None:
    cut_off(source[1], place, 5)

    class Interrupting(CutOff):
        def readline(self, limit: int) -> bytes:
            line = super().readline(limit)
            if self._left == 8500:
                told_so = run("restore", source[1], "--ledger", place)
                codes.append(told_so.exit_code)
            return line

    codes: list[int] = []
    file: Any = Interrupting(source[1], 10_000)
    try:
        copies.restore(file, "kopia", read_place(place), lambda _: None)
    except (LedgerExists, LedgerUnfinished, StorageError):
        codes.append(2)
    else:
        codes.append(0)
    assert sorted(codes) == [0, 2]
    assert content(place) == content(source[0])


def test_a_part_that_is_a_ledger_already_is_left_alone(
    source: tuple[str, Path], tmp_path: Path
) -> None:
    """As where a restore was killed after it gave the ledger its name, and before it ended."""
    place, moved = tmp_path / "prov.db", tmp_path / "flyttad.db"
    told("restore", source[1], "--ledger", moved)
    Path(f"{place}.part").hardlink_to(moved)
    filled(str(tmp_path / "annan.db"), 5)
    told("export", tmp_path / "annan", "--ledger", tmp_path / "annan.db")
    told("restore", tmp_path / "annan", "--ledger", place)
    assert content(str(moved)) == content(source[0])
    assert content(str(place)) == content(str(tmp_path / "annan.db"))


def test_a_file_that_is_no_part_is_left_alone(source: tuple[str, Path], tmp_path: Path) -> None:
    part = tmp_path / "prov.db.part"
    part.write_text("viktigt", encoding="utf-8")
    result = run("restore", source[1], "--ledger", tmp_path / "prov.db")
    assert (result.exit_code, f"there is another file at {part}" in result.stderr) == (2, True)
    assert part.read_text(encoding="utf-8") == "viktigt"


# -- exporting that was cut off


@pytest.mark.parametrize("left", [0, 1, 7, 100_000, 10**9])
def test_an_export_goes_on_where_it_was_cut_off(
    source: tuple[str, Path], tmp_path: Path, left: int
) -> None:
    whole = source[1].read_bytes()
    file, part = tmp_path / "kopia", tmp_path / "kopia.part"
    part.write_bytes(whole[:left] if left < len(whole) else whole + b"more\n" * 9)
    inode = part.stat().st_ino
    told("export", file, "--ledger", source[0])
    assert (file.read_bytes(), file.stat().st_ino) == (whole, inode)
    assert not part.exists()


def test_nothing_in_a_part_of_an_export_is_believed(
    source: tuple[str, Path], tmp_path: Path
) -> None:
    whole = source[1].read_bytes()
    part = tmp_path / "kopia.part"
    part.write_bytes(whole.replace(b'"key":"7"', b'"key":"8"')[:100_000])
    told("export", tmp_path / "kopia", "--ledger", source[0])
    assert (tmp_path / "kopia").read_bytes() == whole


def test_two_exports_at_once_into_one_file_do_not_mix(
    source: tuple[str, Path], tmp_path: Path
) -> None:
    code = (
        "import sys\nfrom pathlib import Path\nfrom styrledger.cli.resuming import resumed\n"
        "with resumed(Path(sys.argv[1]), 'kopia') as sink:\n"
        "    sink.write(b'x'); print('has it', flush=True); sys.stdin.read()\n"
    )
    other = python(code, tmp_path / "kopia")
    assert other.stdout is not None
    assert other.stdout.readline() == "has it\n"
    result = run("export", tmp_path / "kopia", "--ledger", source[0])
    assert (result.exit_code, "another process is writing this file" in result.stderr) == (2, True)
    other.communicate()
    assert (tmp_path / "kopia").read_bytes() == b"x"


def test_an_export_that_cannot_begin_leaves_nothing(tmp_path: Path) -> None:
    assert run("export", tmp_path / "k", "--ledger", tmp_path / "finns-ej.db").exit_code == 2
    assert [*tmp_path.iterdir()] == []


# -- killed for real


def killed(*arguments: str | Path, after: float) -> None:
    """Run a command and ``kill -9`` it after so many seconds, if it still runs."""
    started = subprocess.Popen(  # noqa: S603 - the interpreter that runs the tests
        [sys.executable, "-m", "styrledger", *map(str, arguments)], env=environment()
    )
    time.sleep(after)
    os.kill(started.pid, signal.SIGKILL)
    started.wait()


def test_a_killed_restore_and_export_end_as_if_they_had_not_been(
    source: tuple[str, Path], place: str, tmp_path: Path
) -> None:
    for moment in (0.3, 0.45):
        killed("restore", source[1], "--ledger", place, after=moment)
    again = run("restore", source[1], "--ledger", place)
    assert again.exit_code == 0 or "there is already" in again.stderr
    assert content(place) == content(source[0])
    killed("export", tmp_path / "igen", "--ledger", place, after=0.35)
    told("export", tmp_path / "igen", "--ledger", place)
    assert (tmp_path / "igen").read_bytes() == source[1].read_bytes()
