"""The command line: what each command answers, in words and in JSON, and its exit code."""

from __future__ import annotations

import json
import os
import pty
import re
import shlex
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from importlib.metadata import PackageNotFoundError, version
from itertools import count
from pathlib import Path

import click
import pytest

from styrledger.cli.app import COMMANDS, main
from styrledger.demo import ORGANISATIONS

from .commands import (
    UNITS,
    add,
    adopted,
    answer,
    environment,
    jsonl,
    new,
    process,
    revised,
    run,
    start,
    told,
)

RAM = adopted("227,7 mnkr", key="ram")
MORE = revised("2,0 mnkr", "KF 2020-02-10 § 9", note="Rivning av skolan.")
NBSP = "\N{NO-BREAK SPACE}"


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    """Make a ledger with the units KF, KS and SN (#1 to #3) and the budget of KS (#4, #5)."""
    return new(tmp_path, RAM, MORE)


def budget(ledger: Path, *options: str) -> str | None:
    """Return the operating budget of KS for 2020 as JSON has it, None where it has none."""
    result = run("budget", "KS", "--year", "2020", "--json", "--ledger", ledger, *options)
    assert result.stderr == ""
    budgets = json.loads(result.stdout)["budgets"]
    assert result.exit_code == (0 if budgets else 1)
    return budgets[0]["amount"]["text"].replace(NBSP, " ") if budgets else None


# -- init and record


def test_init_makes_an_empty_ledger(tmp_path: Path) -> None:
    path = tmp_path / "haninge.db"
    said = told("init", path, "--organisation", "Haninge kommun")
    assert said == f"{path}: a new ledger for Haninge kommun\n"
    found = answer("units", "--ledger", path)
    assert found["basis"]["known"] == {"position": 0, "recorded_at": None}
    assert found["units"] == []


def test_init_leaves_what_is_there(tmp_path: Path) -> None:
    path = tmp_path / "dagbok.db"
    path.write_text("Kära dagbok", encoding="utf-8")
    result = run("init", path, "--organisation", "Haninge kommun")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == (
        f"{path}: there is already a file, expected a free path, choose another or open this one\n"
    )
    assert path.read_text(encoding="utf-8") == "Kära dagbok"


def test_record_tells_the_positions(ledger: Path, tmp_path: Path) -> None:
    one = jsonl(tmp_path / "en.jsonl", [revised("1 tkr", "KF 2020-03-09 § 1")])
    assert told("record", one, "--ledger", ledger) == "recorded 1 entry as #6\n"
    two = jsonl(tmp_path / "flera.jsonl", [revised(f"{n} tkr", "KF 2020-03-09 § 2") for n in "12"])
    assert told("record", one, two, "--ledger", ledger) == "recorded 3 entries as #7–#9\n"


def test_record_tells_the_positions_in_json(ledger: Path, tmp_path: Path) -> None:
    file = jsonl(tmp_path / "en.jsonl", [RAM, revised("1 tkr", "KF 2020-03-09 § 1")])
    done = answer("record", file, "--ledger", ledger)
    assert done.pop("recorded_at").endswith("Z")
    assert done == {"dry_run": False, "recorded": 1, "first": 6, "last": 6, "already": 1}


def test_what_has_a_key_is_recorded_once(ledger: Path, tmp_path: Path) -> None:
    file = jsonl(tmp_path / "ram.jsonl", [RAM])
    said = told("record", file, "--ledger", ledger)
    assert said == "recorded 0 entries, already recorded: 1\n"
    assert budget(ledger) == "229,7 mnkr"


def test_a_dry_run_records_nothing(ledger: Path, tmp_path: Path) -> None:
    file = jsonl(tmp_path / "en.jsonl", [revised("1 tkr", "KF 2020-03-09 § 1")])
    said = told("record", file, "--dry-run", "--ledger", ledger)
    assert said == "would record 1 entry as #6\n"
    assert answer("log", "--ledger", ledger)["basis"]["known"]["position"] == 5


def test_record_reads_standard_input(ledger: Path) -> None:
    line = json.dumps(revised("1 tkr", "KF 2020-03-09 § 1")).encode()
    result = run("record", "-", "--ledger", ledger, given=b"\xef\xbb\xbf# en rad\r\n\r\n" + line)
    assert (result.exit_code, result.stdout) == (0, "recorded 1 entry as #6\n")


def test_who_recorded_is_kept(ledger: Path, tmp_path: Path) -> None:
    file = jsonl(tmp_path / "en.jsonl", [revised("1 tkr", "KF 2020-03-09 § 1")])
    told("record", file, "--by", "nämndsekreterare", "--ledger", ledger)
    entries = answer("log", "--from", "2020-03-09", "--ledger", ledger)["entries"]
    assert [entry["by"] for entry in entries] == ["nämndsekreterare"]


# -- budget


def test_budget_json_has_every_field_of_the_contract(ledger: Path) -> None:
    add(
        ledger,
        revised("5 mnkr", "KF 2020-03-09 § 3", stage="proposed"),
        {
            "type": "budget.distributed",
            "unit": "KS",
            "year": 2020,
            "line": "Kansli",
            "amount": "29,7 mnkr",
            "effective": "2020-01-01",
        },
        {
            "type": "budget.earmarked",
            "unit": "KS",
            "year": 2020,
            "purpose": "Trygghet",
            "amount": "1 200 tkr",
            "effective": "2020-01-01",
        },
        {
            "type": "outcome.reported",
            "unit": "KS",
            "year": 2020,
            "through": "2020-12-31",
            "amount": "221 596 tkr",
            "effective": "2020-12-31",
        },
    )
    found = answer("budget", "KS", "--year", "2020", "--on", "2020-12-31", "--ledger", ledger)
    assert next(iter(found)) == "basis"
    assert [*found["basis"]] == ["on", "known", "root"]
    assert [*found["basis"]["known"]] == ["position", "recorded_at"]
    assert found["total"] == {"ore": 22_970_000_000, "text": "229,7 mnkr"}
    assert [one["decision"] for one in found["pending"]] == ["KF 2020-03-09 § 3"]
    (ks,) = found["budgets"]
    assert (ks["unit"], ks["year"], ks["kind"]) == ("KS", 2020, "operating")
    assert ks["amount"] == {"ore": 22_970_000_000, "text": "229,7 mnkr"}
    (line,) = ks["lines"]
    assert (line["line"], line["amount"]["text"]) == ("Kansli", "29,7 mnkr")
    assert ks["undistributed"]["ore"] == 20_000_000_000
    assert [earmark["purpose"] for earmark in ks["earmarks"]] == ["Trygghet"]
    assert ks["outcome"] == {"ore": 22_159_600_000, "text": "221 596 tkr"}
    assert ks["deviation"]["ore"] == 22_970_000_000 - 22_159_600_000
    assert ks["trail"][1] == {
        "position": 5,
        "type": "budget.revised",
        "decision": "KF 2020-02-10 § 9",
        "effective": "2020-02-10",
        "change": {"ore": 200_000_000, "text": "2,0 mnkr"},
        "balance": {"ore": 22_970_000_000, "text": "229,7 mnkr"},
        "note": "Rivning av skolan.",
    }


def test_budget_of_an_unknown_unit_is_bad_input(ledger: Path) -> None:
    result = run("budget", "KSS", "--year", "2020", "--json", "--ledger", ledger)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == "no unit 'KSS', expected 'KS'\n"


def test_a_known_unit_may_have_no_budget(ledger: Path) -> None:
    found = answer("budget", "SN", "--year", "2020", "--ledger", ledger, exit_code=1)
    assert found["budgets"] == []
    assert found["total"] is None
    result = run("budget", "SN", "--year", "2020", "--on", "2020-03-01", "--ledger", ledger)
    assert (result.exit_code, result.stderr) == (
        1,
        "SN has no operating budget 2020 on 2020-03-01, as known then\n",
    )


def test_budget_on_each_day(ledger: Path) -> None:
    assert budget(ledger, "--on", "2019-06-09") is None
    assert budget(ledger, "--on", "2019-06-10") == "227,7 mnkr"
    assert budget(ledger, "--on", "2020-02-09") == "227,7 mnkr"
    assert budget(ledger, "--on", "2020-02-10") == "229,7 mnkr"


def test_a_year_far_away_is_wrong_use(ledger: Path) -> None:
    result = run("budget", "KS", "--year", "20200", "--ledger", ledger)
    assert result.exit_code == 2
    assert "'--year': 20200 is not in the range 1800<=x<=2200" in result.stderr


def test_one_line_comes_with_its_decisions(ledger: Path) -> None:
    add(ledger, revised("300 tkr", "KF 2020-03-09 § 1", line="Kansli"))
    asked = ("budget", "KS", "--year", "2020", "--line", "Kansli", "--ledger", ledger)
    (line,) = answer(*asked)["budgets"][0]["lines"]
    assert line["amount"]["text"] == "300 tkr"
    assert [step["decision"] for step in line["trail"]] == ["KF 2020-03-09 § 1"]
    assert "Decisions behind KS/Kansli" in told(*asked)


def test_an_unknown_line_is_not_found(ledger: Path) -> None:
    add(ledger, revised("300 tkr", "KF 2020-03-09 § 1", line="Kansli"))
    asked = ("budget", "KS", "--year", "2020", "--line", "Kansliet", "--ledger", ledger)
    assert answer(*asked, exit_code=1)["budgets"] == []
    result = run(*asked)
    assert (result.exit_code, result.stderr) == (1, "no line 'Kansliet', expected 'Kansli'\n")


def test_amounts_are_swedish_and_right_aligned(ledger: Path) -> None:
    add(
        ledger,
        revised("-1 167 tkr", "KF 2020-05-11 § 83", note="En\nnot  med\tbrytningar."),
        {
            "type": "budget.distributed",
            "unit": "KS",
            "year": 2020,
            "line": "Kansli/Arkiv",
            "amount": "250 tkr",
            "effective": "2020-01-01",
        },
    )
    asked = ("budget", "KS", "--year", "2020", "--trail", "--on", "2020-06-01", "--ledger", ledger)
    shown = told(*asked).replace(NBSP, " ")
    known = re.sub(r"\(.*?\)", "(…)", shown, count=1)
    assert known == (
        "operating budget 2020, on 2020-06-01, known #7 (…)\n"
        "\n"
        "unit and line        budget tkr    outcome    deviation\n"
        "-----------------  ------------  ---------  -----------\n"
        "KS                      228 533          –            –\n"
        "  Kansli                    250          –            –\n"
        "    Arkiv                   250          –            –\n"
        "  (undistributed)       228 283\n"
        "\n"
        "Decisions behind KS\n"
        "  entry  effective    decision               change    balance tkr  note\n"
        "-------  -----------  -------------------  --------  -------------  "
        "----------------------\n"
        "     #4  2019-06-10   KF 2019-06-10 § 109   227 700        227 700\n"
        "     #5  2020-02-10   KF 2020-02-10 § 9       2 000        229 700  Rivning av skolan.\n"
        "     #6  2020-05-11   KF 2020-05-11 § 83     −1 167        228 533  "
        "En not med brytningar.\n"
        "\n"
    )


# -- the two clocks


def test_a_late_entry_shows_only_as_known_since(ledger: Path) -> None:
    add(ledger, revised("500 tkr", "KF 2020-03-01 § 20"))
    assert budget(ledger, "--on", "2020-03-01") == "230 200 tkr"
    assert budget(ledger, "--on", "2020-03-01", "--known", "#5") == "229,7 mnkr"
    assert budget(ledger, "--on", "2020-02-29") == "229,7 mnkr"


def test_a_correction_keeps_both_values(ledger: Path) -> None:
    right = adopted("227,9 mnkr")
    add(ledger, {"type": "entry.corrected", "target": "ram", "reason": "Fel", "replacement": right})
    assert budget(ledger, "--on", "2019-07-01") == "227,9 mnkr"
    assert budget(ledger, "--on", "2019-07-01", "--known", "#5") == "227,7 mnkr"


@pytest.mark.parametrize(
    "question",
    [
        ("budget", "KS", "--year", "2020", "--on", "2020-03-01"),
        ("budget", "--year", "2020", "--on", "2020-03-01", "--void-annulled"),
        ("units", "--on", "2020-03-01"),
        ("log",),
        ("trail", "budget/KS/2020/operating"),
    ],
    ids=" ".join,
)
def test_the_same_basis_gives_the_same_octets_for_ever(
    ledger: Path, question: tuple[str, ...]
) -> None:
    moment = answer("units", "--ledger", ledger)["basis"]["known"]["recorded_at"]
    for known in ("#5", moment):
        before = run(*question, "--json", "--known", known, "--ledger", ledger)
        add(
            ledger,
            *(revised("1 tkr", f"KF 2020-02-28 § {n}") for n in range(1, 499)),
            *(adopted(f"{n} mnkr", "KF 2020-01-01 § 1", unit="SN") for n in range(1, 500)),
            {"type": "entry.withdrawn", "target": "#4", "reason": "Fel"},
            {"type": "decision.annulled", "target": MORE["decision"], "effective": "2020-02-11"},
            {"type": "unit.closed", "unit": "SN", "effective": "2020-02-01"},
        )
        after = run(*question, "--json", "--known", known, "--ledger", ledger)
        assert before.exit_code == after.exit_code == 0
        assert after.stdout_bytes == before.stdout_bytes


# -- log, trail and units


@pytest.fixture
def library(tmp_path: Path) -> Path:
    """Make a ledger to search in: #4 of KF, #5 of KS, and #6 without a decision."""
    return new(
        tmp_path,
        adopted("10 tkr", "KF 2020-01-27 § 1", note="Årsta slott."),
        revised("1 tkr", "KS 2020-02-24 § 5", unit="SN", note="Arsta by."),
        {
            "type": "outcome.reported",
            "unit": "KS",
            "year": 2020,
            "through": "2020-12-31",
            "amount": "9 tkr",
            "effective": "2020-12-31",
            "note": "Österäng 100 % klar; kostnad 'enligt' \"plan\".",
        },
    )


@pytest.mark.parametrize(
    ("filters", "positions"),
    [
        ((), [1, 2, 3, 4, 5, 6]),
        (("--type", "budget.revised"), [5]),
        (("--type", "budget"), [4, 5]),
        (("--body", "KF"), [4]),
        (("--unit", "SN"), [3, 5]),
        (("--unit", "S"), []),
        (("--from", "2020-02-24"), [5, 6]),
        (("--to", "2020-02-24", "--type", "budget"), [4, 5]),
        (("--from", "2020-01-28", "--to", "2020-02-23"), []),
        (("--text", "årsta"), [4]),
        (("--text", "ÅRSTA"), [4]),
        (("--text", "arsta"), [5]),
        (("--text", "ars"), [5]),
        (("--text", "osterang"), []),
        (("--text", "öster klar"), [6]),
        (("--text", "rsta"), []),
        (("--text", "2020-02-24"), [5]),
        (("--text", ""), [1, 2, 3, 4, 5, 6]),
        (("--text", "arsta", "--body", "KF"), []),
        (("--known", "#3"), [1, 2, 3]),
    ],
)
def test_log_filters(library: Path, filters: tuple[str, ...], positions: list[int]) -> None:
    found = answer("log", *filters, "--ledger", library, exit_code=0 if positions else 1)
    assert [*found] == ["basis", "entries"]
    assert [entry["position"] for entry in found["entries"]] == positions


def test_log_finds_what_stands_in_a_list(library: Path) -> None:
    given = {
        "type": "uppdrag.given",
        "uppdrag": "1",
        "title": "Utred",
        "decision": "KF 2020-03-02 § 1",
    }
    add(library, given | {"responsible": ["KS", "SN"]})
    found = answer("log", "--text", "utred sn", "--ledger", library)
    assert [entry["position"] for entry in found["entries"]] == [7]


@pytest.mark.parametrize("option", ["--body", "--unit", "--text", "--type", "--known", "--to"])
@pytest.mark.parametrize(
    "value",
    ["'", '"', "'; DROP TABLE entries; --", "%", "_", "*", "[", "Q?", "KS' OR '1'='1", "/", "\\"],
)
def test_no_filter_takes_what_is_typed_for_syntax(library: Path, option: str, value: str) -> None:
    result = run("log", option, value, "--json", "--ledger", library)
    assert result.exit_code in {1, 2}
    assert "Traceback" not in result.stderr
    assert result.exit_code == 2 or json.loads(result.stdout)["entries"] == []


def test_a_log_in_which_nothing_is_found_says_so(library: Path) -> None:
    result = run("log", "--text", "finns inte", "--ledger", library)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == "no entry meets every filter\n"


def test_a_type_that_does_not_exist_is_bad_input(library: Path) -> None:
    result = run("log", "--type", "budget.adoptd", "--ledger", library)
    assert (result.exit_code, result.stderr) == (
        2,
        "no event type 'budget.adoptd', expected 'budget.adopted'\n",
    )


def test_log_entries_can_be_recorded_again(library: Path, tmp_path: Path) -> None:
    entries = answer("log", "--ledger", library)["entries"]
    assert [*entries[3]] == ["position", "recorded_at", "by", "entry"]
    (tmp_path / "kopia").mkdir()
    other = tmp_path / "kopia" / "annan.db"
    told("init", other, "--organisation", "Kopia")
    add(other, *(one["entry"] for one in entries))
    again = answer("log", "--ledger", other)["entries"]
    assert [one["entry"] for one in again] == [one["entry"] for one in entries]


def test_trail_tells_what_became_of_each_entry(ledger: Path) -> None:
    right = adopted("227,9 mnkr", "KF 2019-06-10 § 109")
    add(
        ledger,
        {"type": "entry.corrected", "target": "ram", "reason": "Fel", "replacement": right},
        {"type": "entry.withdrawn", "target": "#5", "reason": "Dubbelt"},
    )
    found = answer("trail", "budget/KS/2020/operating", "--ledger", ledger)
    assert [*found] == ["basis", "subject", "trail"]
    fates = {
        one["position"]: (one["acts_on"], one["replaced_by"], one["withdrawn"])
        for one in found["trail"]
    }
    assert fates == {
        4: (None, 6, False),
        5: (None, None, True),
        6: (4, None, False),
        7: (5, None, False),
    }
    shown = told("trail", "budget/KS/2020/operating", "--ledger", ledger)
    assert [line.rpartition("  ")[2] for line in shown.splitlines()[2:]] == [
        "replaced by #6",
        "withdrawn",
        "stands",
        "stands",
    ]


def test_trail_of_a_decision(ledger: Path) -> None:
    found = answer("trail", "decision/KF 2020-02-10 § 9", "--ledger", ledger)
    assert [one["position"] for one in found["trail"]] == [5]


def test_a_subject_that_nothing_was_recorded_about_is_not_found(ledger: Path) -> None:
    found = run("trail", "unit/KX", "--json", "--ledger", ledger)
    assert found.exit_code == 1
    assert found.stderr == "no subject 'unit/KX', expected 'unit/KS'\n"
    assert json.loads(found.stdout)["trail"] == []


def test_units_on_a_day(ledger: Path) -> None:
    add(ledger, {"type": "unit.closed", "unit": "SN", "into": "KS", "effective": "2020-06-01"})
    found = answer("units", "--on", "2020-06-01", "--ledger", ledger)
    assert [*found][:2] == ["basis", "units"]
    assert [(one["unit"], one["closed"], one["into"]) for one in found["units"]] == [
        ("KF", False, None),
        ("KS", False, None),
        ("SN", True, "KS"),
    ]
    assert answer("units", "--on", "2018-12-31", "--ledger", ledger)["units"] == []
    assert "closed into KS" in told("units", "--ledger", ledger)


# -- the program


@pytest.mark.parametrize("command", [(), *((name,) for name in COMMANDS)])
def test_every_command_tells_how_it_is_used(command: tuple[str, ...]) -> None:
    for option in ("--help", "-h"):
        shown = told(*command, option)
        assert shown.startswith("Usage: styrledger " + "".join(f"{name} " for name in command))
        assert all(len(line) <= 100 for line in shown.splitlines())


def test_every_option_tells_what_it_does() -> None:
    context = click.Context(main)
    silent = [
        f"{name} {option.opts[0]}"
        for name in COMMANDS
        if (command := main.get_command(context, name)) is not None
        for option in command.params
        if isinstance(option, click.Option) and not option.help
    ]
    assert silent == []


def test_an_unknown_command_is_wrong_use() -> None:
    result = run("bugdet")
    assert result.exit_code == 2
    assert "no command 'bugdet', expected 'budget'" in result.stderr


def test_version_of_the_package() -> None:
    try:
        number = version("styrledger")
    except PackageNotFoundError:
        pytest.skip("the package is not installed here")
    assert told("--version") == f"styrledger {number}\n"


def test_the_ledger_of_the_environment_is_used(ledger: Path, tmp_path: Path) -> None:
    result = run("units", "--json", env={"STYRLEDGER_LEDGER": str(ledger)})
    assert len(json.loads(result.stdout)["units"]) == 3
    other = tmp_path / "annan.db"
    result = run("units", "--ledger", other, env={"STYRLEDGER_LEDGER": str(ledger)})
    assert result.exit_code == 2
    assert result.stderr.startswith(f"{other}: no such file")


def test_the_ledger_may_be_named_before_the_command(ledger: Path, tmp_path: Path) -> None:
    env = {"STYRLEDGER_LEDGER": str(tmp_path / "annan.db")}
    result = run("--ledger", ledger, "units", "--json", env=env)
    assert len(json.loads(result.stdout)["units"]) == 3
    result = run("--ledger", tmp_path / "annan.db", "units", "--json", "--ledger", ledger)
    assert len(json.loads(result.stdout)["units"]) == 3


def test_without_a_ledger_the_one_in_the_folder_is_used(tmp_path: Path) -> None:
    new(tmp_path).rename(tmp_path / "styrledger.db")
    result = process("units", "--json", cwd=tmp_path)
    assert len(json.loads(result.stdout)["units"]) == 3


def test_no_setting_of_the_engine_can_move_the_ledger(tmp_path: Path) -> None:
    ledger = new(tmp_path)
    elsewhere = tmp_path / "annanstans.db"
    settings = {
        "PERSISTENCE_MODULE": "eventsourcing.popo",
        "SQLITE_DBNAME": str(elsewhere),
        "SQLITE_LOCK_TIMEOUT": "0",
        "POSTGRES_DBNAME": "annanstans",
        "CREATE_TABLE": "no",
        "ORIGINATOR_ID_TYPE": "uuid",
        "COMPRESSOR_TOPIC": "zlib",
        "CIPHER_TOPIC": "eventsourcing.cipher:AESCipher",
        "CIPHER_KEY": "x",
        "MAPPER_TOPIC": "eventsourcing.persistence:Mapper",
        "IS_SNAPSHOTTING_ENABLED": "yes",
        "STYRLEDGER_PERSISTENCE_MODULE": "eventsourcing.popo",
        "LEDGER_SQLITE_DBNAME": str(elsewhere),
    }
    file = jsonl(tmp_path / "en.jsonl", [RAM])
    done = process("record", file, "--ledger", ledger, env=environment(**settings), cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert not elsewhere.exists()
    with closing(sqlite3.connect(ledger)) as log:
        assert log.execute("SELECT count(*) FROM stored_events").fetchone() == (4,)
    assert budget(ledger) == "227,7 mnkr"


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_shells_can_complete_commands(shell: str) -> None:
    env = environment(_STYRLEDGER_COMPLETE=f"{shell}_source")
    done = process("budget", env=env)
    assert done.returncode == 0
    assert "_STYRLEDGER_COMPLETE=" in done.stdout
    word = {"bash": "1", "zsh": "1", "fish": "bu"}[shell]
    words = {"COMP_WORDS": "styrledger bu", "COMP_CWORD": word}
    env = environment(_STYRLEDGER_COMPLETE=f"{shell}_complete", **words)
    assert "budget" in process(env=env).stdout


def on_a_terminal(ledger: Path, **changed: str) -> str:
    """Return what a terminal is sent for a question."""
    ours, theirs = pty.openpty()
    env = {**environment(TERM="xterm-256color"), **changed}
    asked = start(
        *("budget", "KS", "--year", "2020", "--trail", "--ledger", ledger), stdout=theirs, env=env
    )
    os.close(theirs)
    sent = b""
    try:
        while piece := os.read(ours, 65536):
            sent += piece
    except OSError:  # how Linux says that nobody writes to the terminal any more
        pass
    asked.communicate()
    os.close(ours)
    assert asked.returncode == 0
    return sent.decode()


def test_colours_are_for_terminals(ledger: Path) -> None:
    escape = "\x1b["
    assert escape in on_a_terminal(ledger)
    assert escape not in on_a_terminal(ledger, NO_COLOR="1")
    piped = process("budget", "KS", "--year", "2020", "--trail", "--ledger", ledger)
    assert "Decisions behind KS" in piped.stdout
    assert escape not in piped.stdout


def test_a_reader_who_has_enough_is_no_error(ledger: Path) -> None:
    add(ledger, *(revised("1 tkr", f"KF 2020-03-09 § {n}") for n in range(1, 2000)))
    asked = start("log", "--ledger", ledger)
    assert asked.stdout is not None
    assert asked.stderr is not None
    assert asked.stdout.readline().split()[0] == "entry"
    asked.stdout.close()
    assert asked.stderr.read() == ""
    asked.stderr.close()
    assert asked.wait() == 0


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no /dev/full")
def test_an_output_without_room_is_an_error(ledger: Path) -> None:
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        asked = start("units", "--ledger", ledger, stdout=full)
        _, errors = asked.communicate()
    assert (asked.returncode, errors) == (2, "the output: No space left on device\n")


def test_an_output_without_a_minus_sign_never_loses_it(ledger: Path) -> None:
    add(ledger, revised("-1 167 tkr", "KF 2020-05-11 § 83", note="Åter"))
    env = environment(PYTHONIOENCODING="latin-1")
    question = ("budget", "KS", "--year", "2020", "--ledger", ledger)
    done = process(*question, "--trail", env=env, encoding="latin-1")
    assert done.returncode == 0
    assert f"\\u22121{NBSP}167" in done.stdout
    assert json.loads(process(*question, "--json", env=env, encoding="utf-8").stdout)["budgets"]


def test_an_interrupted_command_has_recorded_nothing(ledger: Path) -> None:
    recording = start("record", "-", "--ledger", ledger, stdin=subprocess.PIPE)
    assert recording.stdin is not None
    recording.stdin.write(json.dumps(revised("1 tkr", "KF 2020-03-09 § 1")) + "\n")
    recording.stdin.flush()
    for _ in wait_until_locked(ledger):
        assert recording.poll() is None
    recording.send_signal(signal.SIGINT)
    output, errors = recording.communicate()
    assert (recording.returncode, output, errors) == (130, "", "interrupted\n")
    assert answer("log", "--ledger", ledger)["basis"]["known"]["position"] == 5


def wait_until_locked(ledger: Path) -> Iterator[int]:
    """Come back when another process is writing to the log."""
    for attempt in count():
        with closing(sqlite3.connect(ledger, timeout=0, isolation_level=None)) as log:
            try:
                log.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError:
                return
        time.sleep(0.01)
        yield attempt


def test_demo_builds_the_examples_and_answers(tmp_path: Path) -> None:
    began = time.monotonic()
    first = told("demo", tmp_path / "demo")
    assert time.monotonic() - began < 10
    assert "KF 2020-06-08 § 103" in first
    assert told("demo", tmp_path / "demo") == first
    questions = [line for line in first.splitlines() if line.startswith("styrledger ")]
    assert questions
    for question in questions:
        asked = run(*shlex.split(question)[1:])
        assert (question, asked.exit_code, asked.stderr) == (question, 0, "")


def test_demo_builds_every_example_before_it_answers(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "styrledger", "demo", str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as demo:  # noqa: S603 - our own command
        assert demo.stdout is not None
        assert demo.stdout.readline().startswith(str(tmp_path).encode())
        built = {path.stem for path in tmp_path.glob("*.db") if ".views" not in path.name}
    assert built == {*ORGANISATIONS}


def test_demo_needs_a_folder(tmp_path: Path) -> None:
    jsonl(tmp_path / "fil", UNITS)
    folder = tmp_path / "fil" / "under"
    result = run("demo", folder)
    assert result.exit_code == 2
    assert result.stderr.startswith(f"{folder}: Not a directory")
