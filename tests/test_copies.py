"""Copies are lossless: restored, they hold the same octets, and what was changed is refused."""

from __future__ import annotations

import hashlib
import json
import os
import threading
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from styrledger.exchange import copies
from styrledger.ledger import Ledger

from .commands import add, adopted, answer, new, process, revised, run, told
from .ledgers import TICK, Commits, SetClock, answers, ledgers

ANOTHER = "use another copy"


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    """Make a ledger with five entries, the last of them with letters that JSON may escape."""
    return new(
        tmp_path,
        adopted("227,7 mnkr", key="ram"),
        revised("-1 167 tkr", "KF 2020-05-11 § 83", note='Å\n"citat" \\ \N{EURO SIGN} 👍 </a>'),
    )


@pytest.fixture
def copy(ledger: Path) -> Path:
    """Make a copy of the ledger."""
    file = ledger.with_name("kopia.jsonl")
    assert told("export", file, "--ledger", ledger) == f"{file}: 5 entries\n"
    return file


def content(ledger: Path) -> tuple[object, ...]:
    """Return whose a ledger is, and the octets of all that it holds."""
    with Ledger.open(ledger) as opened:
        return opened.identity, [*opened.rows()]


# -- there and back


def test_a_restored_ledger_holds_the_same_octets(ledger: Path, copy: Path) -> None:
    restored = ledger.with_name("åter.db")
    said = told("restore", copy, "--ledger", restored)
    assert said == f"{restored}: 5 entries\n"
    assert content(restored) == content(ledger)
    question = ("budget", "KS", "--year", "2020", "--on", "2020-12-31")
    assert answer(*question, "--ledger", restored) == answer(*question, "--ledger", ledger)


def test_a_restored_ledger_is_recorded_in_as_before(ledger: Path, copy: Path) -> None:
    restored = ledger.with_name("åter.db")
    told("restore", copy, "--ledger", restored)
    add(restored, adopted("227,7 mnkr", key="ram"), revised("1 tkr", "KF 2020-06-08 § 1"))
    log = answer("log", "--ledger", restored)["entries"]
    assert [entry["position"] for entry in log] == [1, 2, 3, 4, 5, 6]


def test_an_empty_ledger_is_copied_too(tmp_path: Path) -> None:
    ledger, restored = tmp_path / "tom.db", tmp_path / "åter.db"
    told("init", ledger, "--organisation", "Prov")
    told("export", tmp_path / "kopia", "--ledger", ledger)
    told("restore", tmp_path / "kopia", "--ledger", restored)
    assert content(restored) == content(ledger)


def test_a_copy_passes_through_pipes(ledger: Path, copy: Path) -> None:
    exported = process("export", "-", "--ledger", ledger)
    assert (exported.stdout.encode(), exported.stderr) == (copy.read_bytes(), "")
    restored = ledger.with_name("åter.db")
    said = process("restore", "-", "--ledger", restored, input=exported.stdout)
    assert (said.returncode, said.stdout) == (0, f"{restored}: 5 entries\n")
    assert content(restored) == content(ledger)


def test_a_copy_is_one_readable_line_an_entry(copy: Path) -> None:
    head, *entries, tail = map(json.loads, copy.read_text(encoding="utf-8").splitlines())
    assert [*head] == ["styrledger", "contract", "ledger", "organisation", "created_at"]
    assert {tuple(entry) for entry in entries} == {("stream", "version", "name", "state")}
    assert entries[4]["state"]["entry"]["event"]["amount"]["ore"] == -116_700_000
    before = b"".join(copy.read_bytes().splitlines(keepends=True)[:-1])
    digest = hashlib.sha256(before).hexdigest()
    assert tail == {"styrledger": "end", "entries": 5, "sha256": digest}


@settings(max_examples=25)
@given(ledgers(), st.sampled_from([1, 3, 1000]))
def test_any_ledger_is_restored_as_it_was(commits: Commits, page: int) -> None:
    with TemporaryDirectory() as name, pytest.MonkeyPatch.context() as patch:
        patch.setattr(copies, "PAGE", page)
        folder, clock = Path(name), SetClock()
        first, second = folder / "a.db", folder / "b.db"
        with Ledger.create(first, organisation="Prov", clock=clock) as ledger:
            for commit in commits:
                ledger.record(*commit)
                clock.now += TICK
        told("export", folder / "kopia", "--ledger", first)
        told("restore", folder / "kopia", "--ledger", second)
        assert content(second) == content(first)
        with Ledger.open(first) as one, Ledger.open(second) as other:
            assert answers(other.as_of("2020-06-30")) == answers(one.as_of("2020-06-30"))
        told("export", folder / "igen", "--ledger", second)
        assert (folder / "igen").read_bytes() == (folder / "kopia").read_bytes()


def test_other_line_breaks_are_no_change(ledger: Path, copy: Path) -> None:
    restored = ledger.with_name("åter.db")
    given_lines = copy.read_bytes().replace(b"\n", b"\r\n")
    assert run("restore", "-", "--ledger", restored, given=given_lines).exit_code == 0
    assert content(restored) == content(ledger)


# -- copies that are refused


def cut(lines: list[bytes]) -> list[bytes]:
    return lines[:-1]


def cut_within_a_line(lines: list[bytes]) -> list[bytes]:
    return [*lines[:3], lines[3][:40]]


def nothing(_: list[bytes]) -> list[bytes]:
    return []


def without_an_entry(lines: list[bytes]) -> list[bytes]:
    return [*lines[:3], *lines[4:]]


def without_the_last_entry(lines: list[bytes]) -> list[bytes]:
    return [*lines[:5], lines[6]]


def two_changed_places(lines: list[bytes]) -> list[bytes]:
    return [lines[0], lines[2], lines[1], *lines[3:]]


def an_entry_twice(lines: list[bytes]) -> list[bytes]:
    return [*lines[:6], *lines[5:]]


def more_after_the_end(lines: list[bytes]) -> list[bytes]:
    return [*lines, lines[5]]


def two_copies(lines: list[bytes]) -> list[bytes]:
    return [*lines, *lines]


def another_amount(lines: list[bytes]) -> list[bytes]:
    return [line.replace(b"22770000000", b"22770000001") for line in lines]


def another_organisation(lines: list[bytes]) -> list[bytes]:
    return [line.replace(b'"Prov"', b'"Annan"') for line in lines]


def another_moment(lines: list[bytes]) -> list[bytes]:
    return [*lines[:1], lines[1].replace(b'"recorded_at":"2', b'"recorded_at":"1'), *lines[2:]]


def another_stream(lines: list[bytes]) -> list[bytes]:
    return [*lines[:1], lines[1].replace(b'"unit/KF"', b'"unit/KX"'), *lines[2:]]


def another_version(lines: list[bytes]) -> list[bytes]:
    return [*lines[:4], lines[4].replace(b'"version":1', b'"version":3'), *lines[5:]]


def more_room(lines: list[bytes]) -> list[bytes]:
    return [*lines[:1], lines[1].replace(b'"entry":', b'"entry": '), *lines[2:]]


def not_a_copy(_: list[bytes]) -> list[bytes]:
    return [b'{"type":"unit.registered"}\n']


def not_text(lines: list[bytes]) -> list[bytes]:
    return [*lines[:2], b"\0\xff\n", *lines[3:]]


def deep(lines: list[bytes]) -> list[bytes]:
    return [*lines[:2], b'{"state":' + b"[" * 100_000 + b"\n", *lines[3:]]


def unknown_type(lines: list[bytes]) -> list[bytes]:
    return [*lines[:1], lines[1].replace(b"unit.registered.v1", b"robot.made.v1"), *lines[2:]]


def no_entry(lines: list[bytes]) -> list[bytes]:
    return [*lines[:1], lines[1].replace(b'"effective":"2019', b'"effective":"9999'), *lines[2:]]


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (
            cut,
            f"7: the file ends here, expected a last line that tells how many entries, {ANOTHER}",
        ),
        (
            cut_within_a_line,
            f"4: the file ends here, expected a last line that tells how many entries, {ANOTHER}",
        ),
        (
            nothing,
            f"1: the file ends here, expected a last line that tells how many entries, {ANOTHER}",
        ),
        (without_an_entry, f"4: entry #4, expected #3, {ANOTHER}"),
        (without_the_last_entry, "6: 4 entries before the last line, expected 5"),
        (two_changed_places, f"2: entry #2, expected #1, {ANOTHER}"),
        (an_entry_twice, f"7: entry #5, expected #6, {ANOTHER}"),
        (
            more_after_the_end,
            f"7: more after the last line, expected the end of the file, {ANOTHER}",
        ),
        (two_copies, f"7: more after the last line, expected the end of the file, {ANOTHER}"),
        (
            another_amount,
            f"7: a line above was changed, expected the lines that were exported, {ANOTHER}",
        ),
        (
            another_organisation,
            f"7: a line above was changed, expected the lines that were exported, {ANOTHER}",
        ),
        (
            another_moment,
            f"7: a line above was changed, expected the lines that were exported, {ANOTHER}",
        ),
        (
            another_stream,
            f"7: a line above was changed, expected the lines that were exported, {ANOTHER}",
        ),
        (
            more_room,
            f"7: a line above was changed, expected the lines that were exported, {ANOTHER}",
        ),
        (another_version, f"5: version 3 of 'budget/2020', expected 1, {ANOTHER}"),
        (
            unknown_type,
            (
                "2: the ledger holds 'robot.made.v1', which this version of styrledger does "
                "not know, upgrade styrledger to the version that recorded it, "
                "expected an exported entry"
            ),
        ),
        (
            not_a_copy,
            "1: this is no copy of a ledger, expected the first line of an export",
        ),
    ],
)
def test_a_copy_that_was_changed_is_refused(
    ledger: Path, copy: Path, change: Callable[[list[bytes]], list[bytes]], fault: str
) -> None:
    assert refused(ledger, b"".join(change(copy.read_bytes().splitlines(keepends=True)))) == fault


@pytest.mark.parametrize("change", [not_text, deep, no_entry])
def test_a_copy_that_cannot_be_read_is_refused(
    ledger: Path, copy: Path, change: Callable[[list[bytes]], list[bytes]]
) -> None:
    fault = refused(ledger, b"".join(change(copy.read_bytes().splitlines(keepends=True))))
    assert fault.endswith(", expected an exported entry")


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, bytes]:
    """Make a ledger that no test changes, and its copy."""
    folder: Path = tmp_path_factory.mktemp("copied")
    ledger = new(folder, adopted("1 tkr"))
    told("export", folder / "kopia", "--ledger", ledger)
    return ledger, (folder / "kopia").read_bytes()


@settings(max_examples=150)
@given(data=st.data())
def test_a_copy_with_any_octet_changed_is_refused_or_says_the_same(
    copied: tuple[Path, bytes], data: st.DataObject
) -> None:
    ledger, octets = copied[0], bytearray(copied[1])
    at = data.draw(st.integers(0, len(octets) - 1))
    octets[at] = data.draw(st.integers(0, 255).filter(lambda octet: octet != octets[at]))
    with TemporaryDirectory() as name:
        restored = Path(name) / "åter.db"
        result = run("restore", "-", "--ledger", restored, given=bytes(octets))
        if result.exit_code == 0:
            assert content(restored) == content(ledger)
        else:
            assert (result.exit_code, len(result.stderr.splitlines())) == (2, 1)
            assert not restored.exists()


def refused(ledger: Path, octets: bytes) -> str:
    """Restore a copy that is refused; return why, and hold that nothing is left of it."""
    path = ledger.with_name("åter.db")
    before = sorted(ledger.parent.iterdir())
    result = run("restore", "-", "--ledger", path, given=octets)
    assert (result.exit_code, result.stdout) == (2, "")
    assert sorted(ledger.parent.iterdir()) == before
    (fault,) = result.stderr.splitlines()
    return fault.removeprefix("<stdin>:")


# -- what lies in the way


def test_restore_leaves_what_is_there(ledger: Path, copy: Path) -> None:
    before = content(ledger)
    result = run("restore", copy, "--ledger", ledger)
    assert (result.exit_code, result.stderr) == (
        2,
        (
            f"{ledger}: there is already a file, expected a free path, "
            "choose another or open this one\n"
        ),
    )
    assert content(ledger) == before


def test_a_copy_that_cannot_be_opened(tmp_path: Path) -> None:
    missing = tmp_path / "finns-ej.jsonl"
    result = run("restore", missing, "--ledger", tmp_path / "åter.db")
    assert (result.exit_code, result.stderr) == (
        2,
        (
            f"{missing}: No such file or directory, expected a file, "
            "check the path and its permissions\n"
        ),
    )


def test_export_replaces_an_earlier_copy(ledger: Path, copy: Path) -> None:
    add(ledger, revised("1 tkr", "KF 2020-06-08 § 1"))
    assert told("export", copy, "--ledger", ledger) == f"{copy}: 6 entries\n"


def test_export_replaces_what_a_link_leads_to(ledger: Path, copy: Path) -> None:
    link = ledger.with_name("senaste")
    link.symlink_to(copy)
    add(ledger, revised("1 tkr", "KF 2020-06-08 § 1"))
    told("export", link, "--ledger", ledger)
    assert link.is_symlink()
    assert len(copy.read_text(encoding="utf-8").splitlines()) == 8


@pytest.mark.parametrize("name", ["prov.db", "prov.views.db", "dagbok.txt"])
def test_export_replaces_nothing_else(ledger: Path, name: str) -> None:
    file = ledger.with_name(name)
    told("units", "--ledger", ledger)
    if not file.exists():
        file.write_text("Kära dagbok", encoding="utf-8")
    before = file.read_bytes()
    result = run("export", file, "--ledger", ledger)
    assert (result.exit_code, result.stderr) == (
        2,
        (
            f"{file}: there is another file, expected a free path or an earlier copy, "
            "choose another path\n"
        ),
    )
    assert file.read_bytes() == before


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the system has no named pipes")
def test_export_writes_into_a_pipe(ledger: Path, copy: Path) -> None:
    pipe = ledger.with_name("rör")
    os.mkfifo(pipe)
    came: list[bytes] = []
    reader = threading.Thread(target=lambda: came.append(pipe.read_bytes()))
    reader.start()
    told("export", pipe, "--ledger", ledger)
    reader.join()
    assert came == [copy.read_bytes()]
    assert pipe.is_fifo()


def test_export_to_a_folder_that_is_not_there(ledger: Path) -> None:
    file = ledger.parent / "finns ej" / "kopia"
    result = run("export", file, "--ledger", ledger)
    assert (result.exit_code, result.stderr) == (
        2,
        f"{file}: No such file or directory, expected a file, check the path and its permissions\n",
    )
