"""Bad input: told in one line an error, with exit code 2, and nothing of it is recorded."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Generator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from styrledger.store import CONTRACT

from .commands import adopted, answer, jsonl, new, process, run, told

RAM = adopted("100 tkr", key="ram")
AN_AMOUNT = "expected an amount with its unit, such as '227,7 mnkr'"
A_DATE = "expected a date such as 2020-02-10, 2020-02 or 2020"
NOT_A_LEDGER = (
    "expected a file made by styrledger init or restore, check the path or restore a backup"
)


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    """Make a ledger with the units KF, KS and SN (#1 to #3) and a budget with a key (#4)."""
    return new(tmp_path, RAM)


def head(ledger: Path) -> int:
    """Return how many entries there are."""
    found: int = answer("log", "--ledger", ledger)["basis"]["known"]["position"]
    return found


def refusal(ledger: Path, given: bytes | str) -> str:
    """Record a file that is refused; return why, and hold that nothing was recorded."""
    file = ledger.with_name("rad.jsonl")
    file.write_bytes(given if isinstance(given, bytes) else given.encode())
    before = head(ledger)
    result = run("record", file, "--ledger", ledger)
    assert (result.exit_code, result.stdout) == (2, "")
    assert head(ledger) == before
    return result.stderr.replace(f"{file}:", "FILE:")


# -- one line


def line(**changed: Any) -> str:
    """Return a good line with some fields changed; ``...`` leaves one out."""
    fields = {**adopted("1 tkr"), **changed}
    given = {name: value for name, value in fields.items() if value is not ...}
    return json.dumps(given, ensure_ascii=False)


@pytest.mark.parametrize(
    ("given", "faults"),
    [
        pytest.param(
            line(amount=227),
            "amount: 227 is a bare number, expected an amount with its unit, such as '227 tkr', "
            'write the unit, or {"ore": …}',
            id="a bare number as amount",
        ),
        pytest.param(
            line(amount="227,7"),
            "amount: '227,7' has no unit, expected an amount with its unit, such as '227,7 tkr', "
            "write the unit",
            id="a bare number as text",
        ),
        pytest.param(
            line(amount="82 701 82 138 tkr"),
            "amount: '82 701 82 138 tkr' holds two numbers side by side, expected one amount, its "
            "digits in groups of three such as '82 701 tkr', enter each amount by itself",
            id="two numbers side by side",
        ),
        pytest.param(
            line(amount="-"),
            "amount: '-' is no value, expected an amount with its unit, such as '0 tkr', "
            "leave the field out if there is none",
            id="a dash as amount",
        ),
        pytest.param(
            line(amount={"ore": 10**30}),
            f"amount: {10**30} öre is too large, expected at most 10 000 000 mnkr, "
            "check that it is not two numbers side by side",
            id="an amount that no one has",
        ),
        pytest.param(line(amount=...), "amount: missing, expected a value", id="no amount"),
        pytest.param(
            line(unit="KSS"),
            "unit: unknown unit 'KSS', expected 'KS', register it first",
            id="an unknown unit",
        ),
        pytest.param(
            line(decision="KFF 2019-06-10 § 109"),
            "decision.body: unknown unit 'KFF', expected 'KF', register it first",
            id="an unknown body",
        ),
        pytest.param(
            line(type="budget.adoptd"),
            "type: 'budget.adoptd' is not an event type, expected 'budget.adopted'",
            id="an unknown type",
        ),
        pytest.param(
            line(type=...),
            "type: missing, expected an event type such as 'budget.revised'",
            id="no type",
        ),
        pytest.param(
            line(anount="2 tkr"),
            "anount: unknown field, expected 'amount'",
            id="an unknown field",
        ),
        pytest.param(
            line(source={"pge": 3}),
            "source.pge: unknown field, expected 'page'",
            id="an unknown field within a field",
        ),
        pytest.param(
            line(effective="2020-02-30"),
            f"effective: '2020-02-30' is not a date: 2020-02 has 29 days, {A_DATE}",
            id="a wrong date",
        ),
        pytest.param(
            line(effective="30/2 2020"),
            f"effective: '30/2 2020' is not a date, {A_DATE}",
            id="a date in another form",
        ),
        pytest.param(
            line(effective=20200230),
            f"effective: 20200230 is not a date, {A_DATE}, write it as text, in quotes",
            id="a number as date",
        ),
        pytest.param(
            line(effective="1600-01-01"),
            "effective: '1600-01-01' is not a date: the year is outside 1800 to 2200, " + A_DATE,
            id="a year out of range",
        ),
        pytest.param(
            line(decision=...),
            "effective: missing, and there is no dated decision, expected the day from which it "
            "counts, such as 2020-02-10, add effective, or a decision with its date",
            id="no date at all",
        ),
        pytest.param(
            line(year="2020"),
            "year: '2020' is not a year, expected a number such as 2020",
            id="a text as year",
        ),
        pytest.param(
            line(year=10**999),
            f"year: {10**58}… is not a year, expected a number such as 2020",
            id="a huge number",
        ),
        pytest.param(
            line(year=0).replace("0,", "1" * 5000 + ","),
            'not JSON (a number of 5000 digits), expected {"type": …}, write one object a line',
            id="a number too long to count out",
        ),
        pytest.param(
            line(key="ram", amount="101 tkr"),
            "key: 'ram' was recorded as #4 with other content, expected a new key, or the same "
            "content, record a correction of it instead",
            id="a key used again with other content",
        ),
        pytest.param(
            line(key="#4"),
            "key: '#4' looks like a position, expected a key that begins otherwise",
            id="a position as key",
        ),
        pytest.param(
            line(amount="1 tkr", unit="KSS", year=0, amout=1),
            "amout: unknown field, expected 'amount'\n"
            "FILE:1: year: 0 is not a year, expected a number such as 2020",
            id="all faults of the line at once",
        ),
        pytest.param(
            '{"type": "budget.adopted", "amount": "1 tkr", "amount": "2 tkr"}',
            "amount: given twice, expected one value, leave one out",
            id="a field given twice",
        ),
        pytest.param(
            "NaN",
            'not JSON (NaN is no value), expected {"type": …}, write one object a line',
            id="not a number",
        ),
        pytest.param(
            '{"type": "budget.adopted" "unit": "KS"}',
            "not JSON (Expecting ',' delimiter, column 27), expected {\"type\": …}, "
            "write one object a line",
            id="broken JSON",
        ),
        pytest.param(
            '{"type": "budget.adopted", "unit": "KS"',
            "not JSON (Expecting ',' delimiter, column 40), expected {\"type\": …}, "
            "write one object a line",
            id="JSON that is not ended",
        ),
        pytest.param(
            f'{{"type": {"[" * 100_000}',
            'not JSON (nested too deeply), expected {"type": …}, write one object a line',
            id="deeply nested JSON",
        ),
        pytest.param(
            "[" + line() + "]",
            "[{'type': 'budget.adopted', 'unit': 'KS', 'year': 2020, 'am… is not an object, "
            'expected {"type": …}',
            id="a list of entries",
        ),
        pytest.param(
            b'{"type":\0"budget.adopted"}',
            "a NUL byte in the line, expected text in UTF-8, is this a record file at all?",
            id="a NUL byte",
        ),
        pytest.param(
            '{"type": "Förändring"}'.encode("latin-1"),
            "byte 12 of the line is not UTF-8, expected text in UTF-8, save the file as UTF-8",
            id="invalid UTF-8",
        ),
        pytest.param(
            '{"type": "unit.renamed", "unit": "KS", "effective": "2020", "name": "\\ud800"}',
            "name: '\\ud800' holds the character U+D800, expected printable text",
            id="half a character",
        ),
        pytest.param(
            '{"type": "unit.renamed", "unit": "KS", "effective": "2020", "\\u001b[31m\\nx": 1}',
            "name: missing, expected a value\n"
            "FILE:1: \\x1b[31m\\nx: unknown field, expected one of 'condition', 'decision', "
            "'effective', 'key', 'name', 'note', 'source', 'stage', 'unit'",
            id="commands to the terminal",
        ),
    ],
)
def test_a_bad_line_is_told(ledger: Path, given: bytes | str, faults: str) -> None:
    assert sorted(refusal(ledger, given).splitlines()) == sorted(f"FILE:1: {faults}".splitlines())


# -- whole files


def test_every_fault_of_a_file_is_listed_and_nothing_recorded(ledger: Path) -> None:
    lines = [line(note=f"rad {number}") for number in range(1, 1001)]
    lines[899] = line(unit="KSS")
    assert refusal(ledger, "\n".join(lines)) == (
        "FILE:900: unit: unknown unit 'KSS', expected 'KS', register it first\n"
    )
    lines[9], lines[499] = "{", line(amount=5)
    lines[999] = line(type="entry.withdrawn", target="#2000")
    told_lines = refusal(ledger, "\n".join(lines)).splitlines()
    assert [text.split(": ")[0] for text in told_lines] == [
        "FILE:10",
        "FILE:500",
        "FILE:900",
        *["FILE:1000"] * 4,
    ]


def test_faults_in_several_files_are_told_together(ledger: Path, tmp_path: Path) -> None:
    good = jsonl(tmp_path / "hel.jsonl", [adopted("1 tkr")])
    bad = [jsonl(tmp_path / f"{name}.jsonl", [adopted(name)]) for name in ("a", "b")]
    result = run("record", good, *bad, "--ledger", ledger)
    assert result.exit_code == 2
    assert [text.split(": ")[0] for text in result.stderr.splitlines()] == [f"{f}:1" for f in bad]
    assert head(ledger) == 4


def test_what_a_refused_entry_introduces_refuses_no_other(ledger: Path) -> None:
    unit = {"type": "unit.registered", "unit": "BUN", "kind": "bord", "effective": "2020-01-01"}
    about = [adopted("1 tkr", unit="BUN"), {**unit, "unit": "BUN"}]
    faults = refusal(ledger, "\n".join(json.dumps(entry) for entry in [unit, *about]))
    assert faults.splitlines()[0] == ("FILE:1: kind: 'bord' is not known here, expected 'board'")


@pytest.mark.parametrize("name", ["finns-ej.jsonl", "mapp", "a" * 300 + ".jsonl"])
def test_a_file_that_cannot_be_read(ledger: Path, tmp_path: Path, name: str) -> None:
    (tmp_path / "mapp").mkdir()
    good = jsonl(tmp_path / "hel.jsonl", [adopted("1 tkr")])
    result = run("record", good, tmp_path / name, "--ledger", ledger)
    assert (result.exit_code, result.stdout) == (2, "")
    (fault,) = result.stderr.splitlines()
    assert fault.startswith(f"{tmp_path / name}: ")
    assert head(ledger) == 4


MEASURED = """
import sys
from pathlib import Path
from styrledger.cli import main
try:
    main(prog_name="styrledger")
finally:
    memory = Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0]
    sys.stderr.write(f"{memory} kB")
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="measures as Linux tells it")
def test_a_line_of_100_megabytes_is_not_read_into_memory(ledger: Path, tmp_path: Path) -> None:
    file = tmp_path / "lång.jsonl"
    with file.open("wb") as target:
        for _ in range(100):
            target.write(b"x" * 1_000_000)
        target.write(b"\n" + line(amount=5).encode())
    done = python(MEASURED, "record", file, "--ledger", ledger)
    file.unlink()
    *faults, memory = done.stderr.splitlines()
    assert done.returncode == 2
    assert faults[0] == (
        f"{file}:1: the line is longer than 1 000 000 bytes, expected one entry a line, "
        "check for missing line breaks"
    )
    assert [text.split(": ")[0] for text in faults] == [f"{file}:1", f"{file}:2"]
    assert int(memory.removesuffix(" kB")) < 150_000
    assert head(ledger) == 4


# -- options


@pytest.mark.parametrize(
    ("options", "fault"),
    [
        (
            ("--on", "2020-02-30"),
            f"--on: '2020-02-30' is not a date: 2020-02 has 29 days, {A_DATE}",
        ),
        (("--on", "igår"), f"--on: 'igår' is not a date, {A_DATE}"),
        (("--on", "99999-01-01"), f"--on: '99999-01-01' is not a date, {A_DATE}"),
        (
            ("--on", "2300-01-01"),
            "--on: '2300-01-01' is not a date: the year is outside 1800 to 2200, " + A_DATE,
        ),
        (
            ("--on", "2020-06"),
            "--on: '2020-06' is a whole month, expected a day such as 2020-02-10, say which day",
        ),
        (("--known", "#99999"), "no entry #99999, expected a position from #0 to #4"),
        (
            ("--known", "skräp"),
            (
                "--known: 'skräp' says no point in the log, expected a position such as #12, "
                "an instant such as 2020-02-10T09:30:00+01:00, or a day"
            ),
        ),
        (
            ("--known", f"#{10**30}"),
            (
                f"--known: '#{10**30}' says no point in the log, expected a position such as #12, "
                "an instant such as 2020-02-10T09:30:00+01:00, or a day"
            ),
        ),
        (
            ("--known", "2020-02-10T09:30:00"),
            (
                "--known: '2020-02-10T09:30:00' has no offset from UTC, expected an instant such "
                "as '2020-02-10T09:30:00+01:00', add Z or the offset"
            ),
        ),
    ],
)
def test_a_basis_that_cannot_be_read(ledger: Path, options: tuple[str, ...], fault: str) -> None:
    result = run("budget", "KS", "--year", "2020", *options, "--ledger", ledger)
    assert (result.exit_code, result.stdout, result.stderr) == (2, "", f"{fault}\n")


def test_names_that_cannot_be_read(tmp_path: Path, ledger: Path) -> None:
    result = run("init", tmp_path / "ny.db", "--organisation", " ")
    assert (result.exit_code, result.stderr) == (
        2,
        "--organisation: it is empty, expected some text, leave the field out instead\n",
    )
    assert not (tmp_path / "ny.db").exists()
    result = run("record", "-", "--by", "en\nroll", "--ledger", ledger)
    assert (result.exit_code, result.stderr) == (
        2,
        "--by: 'en\\nroll' has blanks or line breaks around or in it, expected one trimmed line\n",
    )


@pytest.mark.parametrize(
    "question",
    [
        ("trail", "unit/\udcff"),
        ("log", "--text", "\udcff"),
        ("log", "--unit", "\udcff"),
        ("log", "--body", "\udcff"),
        ("budget", "\udcff", "--year", "2020"),
    ],
)
def test_arguments_that_are_no_text(ledger: Path, question: tuple[str, ...]) -> None:
    result = run(*question, "--ledger", ledger)
    assert result.exit_code in {1, 2}
    assert result.stdout == ""
    assert len(result.stderr.splitlines()) == 1


# -- ledgers that are none


def asked(ledger: Path, *, exit_code: int = 2) -> str:
    """Ask, export and record; return the one line that all three tell."""
    copy = ledger.with_name("kopia.jsonl")
    given = jsonl(ledger.with_name("given.jsonl"), [adopted("1 tkr")])
    results = [
        run("budget", "KS", "--year", "2020", "--ledger", ledger),
        run("export", copy, "--ledger", ledger),
        run("record", given, "--ledger", ledger),
    ]
    assert not copy.exists()
    assert {(result.exit_code, result.stdout) for result in results} == {(exit_code, "")}
    (fault,) = {result.stderr for result in results}
    return fault.replace(str(ledger), "LEDGER")


def test_a_ledger_that_is_not_there(tmp_path: Path) -> None:
    assert asked(tmp_path / "finns-ej.db") == (
        "LEDGER: no such file, expected a ledger, make one with: "
        "styrledger init PATH --organisation NAME\n"
    )


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"", "it is empty"),
        (b"En textfil, som inte alls kan tas emot h\xc3\xa4r.\n" * 30, "it is some other file"),
        (b"SQLite format 3\0", "it is some other file"),
        (b"\0" * 8192, "it is some other file"),
    ],
    ids=["empty", "text", "cut off in its header", "zeroes"],
)
def test_a_file_that_is_not_a_ledger(tmp_path: Path, content: bytes, what: str) -> None:
    path = tmp_path / "fil.db"
    path.write_bytes(content)
    assert asked(path) == f"LEDGER: not a ledger ({what}), {NOT_A_LEDGER}\n"
    assert path.read_bytes() == content
    assert not path.with_name("fil.views.db").exists()


def test_a_folder_is_not_a_ledger(tmp_path: Path) -> None:
    (tmp_path / "mapp.db").mkdir()
    assert asked(tmp_path / "mapp.db") == f"LEDGER: not a ledger (it is a folder), {NOT_A_LEDGER}\n"


def test_the_database_of_another_program_is_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "annan.db"
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE ledger (ledger, organisation, contract, created_at)")
        other.commit()
    content = path.read_bytes()
    assert asked(path) == f"LEDGER: not a ledger (it is some other file), {NOT_A_LEDGER}\n"
    assert path.read_bytes() == content
    assert sorted(file.name for file in tmp_path.iterdir()) == ["annan.db", "given.jsonl"]


@pytest.mark.parametrize("kept", [0.1, 0.5, 0.9])
def test_a_ledger_that_was_cut_off(tmp_path: Path, kept: float) -> None:
    ledger = new(tmp_path, *(adopted(f"{n} tkr") for n in range(1, 200)))
    told("log", "--ledger", ledger)
    for beside in tmp_path.glob("prov.db-*"):
        beside.unlink()
    content = ledger.read_bytes()
    ledger.write_bytes(content[: int(len(content) * kept)])
    ledger.with_name("prov.views.db").unlink()
    assert asked(ledger) == (
        f"LEDGER: not a ledger (database disk image is malformed), {NOT_A_LEDGER}\n"
    )


def test_a_ledger_of_a_future_contract(ledger: Path) -> None:
    with closing(sqlite3.connect(ledger)) as log:
        log.execute("DROP TRIGGER ledger_update")
        log.execute("UPDATE ledger SET contract = ?", (CONTRACT + 1,))
        log.commit()
    assert asked(ledger) == (
        f"LEDGER: written under version {CONTRACT + 1} of the contract, expected at most "
        f"{CONTRACT}, upgrade styrledger\n"
    )


def test_an_entry_of_a_future_type(ledger: Path) -> None:
    with closing(sqlite3.connect(ledger)) as log:
        log.execute("INSERT INTO stored_events VALUES ('x', 1, 'robot.decided.v1', x'7b7d')")
        log.commit()
    result = run("budget", "KS", "--year", "2020", "--ledger", ledger)
    assert (result.exit_code, result.stderr) == (
        2,
        (
            "the ledger holds 'robot.decided.v1', which this version of styrledger does not know, "
            "upgrade styrledger to the version that recorded it\n"
        ),
    )


def test_a_copy_of_a_future_contract(ledger: Path, tmp_path: Path) -> None:
    copy = tmp_path / "kopia.jsonl"
    told("export", copy, "--ledger", ledger)
    text = copy.read_text(encoding="utf-8")
    future = text.replace('"contract":1,', '"contract":2,"robots":true,')
    result = run("restore", "-", "--ledger", tmp_path / "ny.db", given=future.encode())
    assert (result.exit_code, result.stderr) == (
        2,
        (
            "<stdin>: written under version 2 of the contract, expected at most 1, "
            "upgrade styrledger\n"
        ),
    )
    assert not (tmp_path / "ny.db").exists()


@pytest.mark.parametrize(
    "name",
    [
        "a?b.db",
        "a#b.db",
        "a%20b.db",
        "a b.db",
        "file:x.db",
        "file:x.db?mode=memory",
        ":memory:",
        "x?mode=memory&cache=shared",
        "a\nb.db",
        "it's.db",
        "åäö.db",
        "utan",
        "a\udcffb.db",
    ],
)
def test_a_ledger_may_have_any_name(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    assert run("init", path, "--organisation", "Prov").exit_code == 0
    file = jsonl(tmp_path / "enheter.jsonl", [])
    file.write_text('{"type":"unit.registered","unit":"KS","kind":"board","effective":"2020"}')
    assert run("record", file, "--ledger", path).exit_code == 0
    assert [unit["unit"] for unit in answer("units", "--ledger", path)["units"]] == ["KS"]
    assert os.fsencode(name) in {os.fsencode(beside.name) for beside in tmp_path.iterdir()}


def test_a_name_that_is_too_long(tmp_path: Path) -> None:
    path = tmp_path / ("a" * 300)
    result = run("init", path, "--organisation", "Prov")
    assert (result.exit_code, result.stderr) == (
        2,
        (
            f"{path}: the storage failed (File name too long), nothing was recorded, "
            "mend it and try again\n"
        ),
    )


# -- disks and rights


def python(code: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run a piece of Python as a process of its own, to its end."""
    return command(sys.executable, "-c", code, *arguments)


def command(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run a program to its end."""
    words = [*map(str, arguments)]
    return subprocess.run(  # noqa: S603 - what the tests themselves say
        words, capture_output=True, text=True, check=False
    )


SMALL = """
import resource, sys
from styrledger.cli import main
limit = int(sys.argv.pop(1))
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
main(prog_name="styrledger")
"""
"""No file can grow past a limit, which is what SQLite sees of a disk without room."""


def many(folder: Path) -> Path:
    """Write a record file of some 2 MB."""
    return jsonl(folder / "många.jsonl", (adopted("1 tkr", note="x" * 8000) for _ in range(250)))


@pytest.mark.parametrize("limit", [1_000, 40_000, 100_000, 400_000, 1_600_000])
def test_a_file_that_may_not_grow_records_nothing(ledger: Path, tmp_path: Path, limit: int) -> None:
    done = python(SMALL, str(limit), "record", many(tmp_path), "--ledger", ledger)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        f"{ledger}: the storage failed (disk I/O error), nothing was recorded, "
        "mend it and try again\n"
    )
    assert head(ledger) == 4


def test_what_is_on_the_disk_is_never_called_lost(ledger: Path, tmp_path: Path) -> None:
    """Whether or not there is room for the views, what was told is what the log holds."""
    file = many(tmp_path)
    told("export", tmp_path / "kopia", "--ledger", ledger)
    found: list[tuple[int, int]] = []
    for limit in range(2_000_000, 7_000_000, 1_100_000):
        copy = tmp_path / f"{limit}.db"
        told("restore", tmp_path / "kopia", "--ledger", copy)
        done = python(SMALL, str(limit), "record", file, "--ledger", copy)
        found.append((done.returncode, head(copy)))
    assert {*found} == {(2, 4), (0, 254)}


@contextmanager
def small_disk(size: int) -> Generator[Path]:
    """Give a file system of its own, in memory, with little room."""
    with tempfile.TemporaryDirectory() as folder:
        mount, umount = shutil.which("mount"), shutil.which("umount")
        if os.geteuid() or mount is None or umount is None:
            pytest.skip("only root may mount a file system")
        made = command(mount, "-t", "tmpfs", "-o", f"size={size}", "tmpfs", folder)
        if made.returncode:
            pytest.skip(f"no file system may be mounted here: {made.stderr}")
        try:
            yield Path(folder)
        finally:
            command(umount, folder)


def test_a_full_disk_records_nothing(tmp_path: Path) -> None:
    file = many(tmp_path)
    with small_disk(600_000) as disk:
        ledger = new(disk, RAM)
        done = process("record", file, "--ledger", ledger)
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr == (
            f"{ledger}: the storage failed (database or disk is full), nothing was recorded, "
            "mend it and try again\n"
        )
        assert head(ledger) == 4
        done = process("export", disk / "kopia", "--ledger", ledger)
        assert done.returncode == 0


def test_an_export_to_a_full_disk_leaves_nothing(ledger: Path) -> None:
    with small_disk(4096) as disk:
        (disk / "fyllnad").write_bytes(b"x" * 4096)
        done = process("export", disk / "kopia", "--ledger", ledger)
        assert done.returncode == 2
        assert done.stderr == (
            f"{disk / 'kopia'}: No space left on device, expected a file, "
            "check the path and its permissions\n"
        )
        assert [file.name for file in disk.iterdir()] == ["fyllnad"]


NOBODY = """
import os, sys
from click.testing import CliRunner
from styrledger.cli import main
folder, *arguments = sys.argv[1:]
# As root: load all that Python loads late, then give up its rights.
CliRunner().invoke(main, ["init", f"{folder}/uppvärmning.db", "--organisation", "Prov"])
CliRunner().invoke(main, ["units", "--ledger", f"{folder}/uppvärmning.db"])
CliRunner().invoke(main, ["record", f"{folder}/finns-ej", "--ledger", f"{folder}/uppvärmning.db"])
if os.geteuid() == 0:
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)
main(arguments, prog_name="styrledger")
"""


@pytest.fixture
def shared() -> Generator[Path]:
    """Give a folder with a ledger that another user may reach."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "liggare"
        folder.mkdir()
        Path(name).chmod(0o755)
        ledger = new(folder, RAM)
        told("budget", "KS", "--year", "2020", "--ledger", ledger)
        for beside in folder.glob("prov.db-*"):
            beside.unlink()
        yield ledger
        folder.chmod(0o755)


def as_nobody(ledger: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run a command without the rights of root, or with those that one has."""
    with tempfile.TemporaryDirectory() as folder:
        return python(NOBODY, folder, *arguments, "--ledger", ledger)


def may_read(ledger: Path, *, folder: int, files: int) -> None:
    """Set the rights to a ledger's folder, and to the files in it."""
    for file in ledger.parent.iterdir():
        file.chmod(files)
    ledger.parent.chmod(folder)


def refused_to_write(ledger: Path) -> str:
    return (
        f"{ledger}: the ledger can only be read here, expected one that can be written, open it "
        "without read_only or check the file's permissions\n"
    )


QUESTION = ("budget", "KS", "--year", "2020", "--json")


@pytest.mark.parametrize("folder", [0o555, 0o777], ids=["folder too", "only the files"])
@pytest.mark.parametrize("views", ["with views", "without views"])
def test_a_ledger_that_may_only_be_read_is_asked(shared: Path, folder: int, views: str) -> None:
    if views == "without views":
        shared.with_name("prov.views.db").unlink()
    file = jsonl(shared.with_name("en.jsonl"), [adopted("1 tkr")])
    may_read(shared, folder=folder, files=0o444)
    done = as_nobody(shared, *QUESTION)
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["total"]["text"] == "100 tkr"
    done = as_nobody(shared, "record", file)
    assert (done.returncode, done.stdout, done.stderr) == (2, "", refused_to_write(shared))
    shared.parent.chmod(0o755)
    shared.chmod(0o644)
    assert head(shared) == 4


def test_views_that_another_user_owns_do_not_stop_anyone(shared: Path) -> None:
    file = jsonl(shared.with_name("en.jsonl"), [adopted("1 tkr")])
    may_read(shared, folder=0o777, files=0o666)
    shared.with_name("prov.views.db").chmod(0o444)
    done = as_nobody(shared, "record", file)
    assert (done.returncode, done.stdout) == (0, "recorded 1 entry as #5\n")
    done = as_nobody(shared, *QUESTION)
    assert json.loads(done.stdout)["total"]["text"] == "1 tkr"


def test_a_ledger_that_may_not_be_read(shared: Path) -> None:
    may_read(shared, folder=0o755, files=0o600)
    if os.geteuid() != 0:
        shared.chmod(0)
    done = as_nobody(shared, *QUESTION)
    assert done.returncode == 2
    assert done.stderr == (
        f"{shared}: the storage failed (Permission denied), nothing was recorded, "
        "mend it and try again\n"
    )


def test_a_new_ledger_where_nothing_may_be_written(shared: Path) -> None:
    shared.parent.chmod(0o555)
    path = shared.with_name("ny.db")
    with tempfile.TemporaryDirectory() as folder:
        done = python(NOBODY, folder, "init", path, "--organisation", "Prov")
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert done.stderr.startswith(f"{path}: ")
    shared.parent.chmod(0o755)
    assert not path.exists()
