"""The whole check: what it finds in the example ledgers, and what becomes of it when corrected."""

from __future__ import annotations

import re
from collections.abc import Generator, Iterable
from functools import cache
from pathlib import Path

import pytest

from styrledger.codec import read_entry, write_entry
from styrledger.controls.base import Finding
from styrledger.controls.catalogue import CONTROLS, Checked
from styrledger.controls.policy import read_policy
from styrledger.demo import ORGANISATIONS, record_files
from styrledger.events.corrections import EntryCorrected
from styrledger.exchange.records import read_entries
from styrledger.ledger import Ledger

from . import commands
from .commands import answer, new, run, told
from .control_cases import rule
from .ledgers import ledger_file

YEAR_END = "2020-12-31"
KS = "haninge/ks/2020/operating"
INVESTMENT = "haninge/ks/2020/investment"
PLANNING = "KS 2020 operating, KSF/Samhällsplanering och ledning"


def example(name: str, path: Path) -> Ledger:
    ledger = Ledger.create(path, organisation=ORGANISATIONS[name])
    for file in record_files(name):
        ledger.record(*read_entries(file))
    return ledger


@pytest.fixture(scope="module")
def haninge() -> Generator[Ledger]:
    with ledger_file() as path, example("haninge_2020", path) as ledger:
        yield ledger


@pytest.fixture(scope="module")
def positions(haninge: Ledger) -> dict[str, int]:
    """Where each of the example's entries is, by its key."""
    return {one.entry.key: one.position for one in haninge.history() if one.entry.key is not None}


@pytest.fixture(scope="module")
def checked(haninge: Ledger) -> Checked:
    return haninge.check(haninge.as_of("2021-01-01"))


def saying(findings: Iterable[Finding], text: str) -> list[Finding]:
    return [one for one in findings if text in one.message]


# -- Haninge: what it finds


def test_the_lost_minus_is_found_in_the_sum_of_the_departments(
    checked: Checked, positions: dict[str, int]
) -> None:
    (found,) = saying(checked.findings, "KSF: outcome differs from the sum of its parts")
    assert (found.expected, found.found) == ("91 168 tkr", "117 269 tkr")
    assert (found.severity, found.verdict) == ("warning", "unexplained")
    assert found.message.endswith("; they agree if 13 050 tkr lost its minus")
    departments = (
        "",
        "-kommundirektor",
        "-samhallsplanering-och-ledning",
        "-personalavdelningen",
        "-ekonomiavdelningen",
        "-omvarld-och-utveckling",
    )
    assert {*found.positions} == {positions[f"{KS}/outcome/ksf{one}"] for one in departments}


def test_the_lost_minus_is_found_in_both_stated_deviations(
    checked: Checked, positions: dict[str, int]
) -> None:
    found = saying(checked.findings, f"{PLANNING}: stated deviation")
    assert [(one.expected, one.found, one.message.partition("; ")[2]) for one in found] == [
        ("62 613 tkr", "36 513 tkr", "they agree if 13 050 tkr lost its minus"),
        ("62,6 mnkr", "36 513 tkr", "they agree if 13 050 tkr lost its minus"),
    ]
    assert {*found[0].positions} == {
        positions[f"{KS}/line/ksf-samhallsplanering-och-ledning"],
        positions[f"{KS}/outcome/ksf-samhallsplanering-och-ledning"],
        positions[f"{KS}/stated/deviation-ksf-samhallsplanering-och-ledning"],
    }


def test_the_unit_that_is_a_thousand_times_too_small_is_found(
    checked: Checked, positions: dict[str, int]
) -> None:
    (found,) = (one for one in checked.findings if one.expected == "-3,2 tkr")
    assert (found.message, found.found) == (
        (
            "KS 2020 operating, Förtroendemannaorganisation: stated deviation differs from the "
            "recorded one; they agree if the stated unit is a thousand times larger"
        ),
        "-3 159 tkr",
    )
    assert {*found.positions} == {
        positions[f"{KS}/line/fortroendemannaorganisation"],
        positions[f"{KS}/outcome/fortroendemannaorganisation"],
        positions[f"{KS}/stated/deviation-fortroendemannaorganisation-text"],
    }


def test_the_two_figures_of_it_are_found_to_differ(
    checked: Checked, positions: dict[str, int]
) -> None:
    (found,) = (one for one in checked.findings if one.expected == "21,3 mnkr")
    assert (found.message, found.found, found.verdict) == (
        (
            "KS 2020 investment, Projekt/IT investeringar: stated outcome differs from the "
            "recorded one"
        ),
        "24 416 tkr",
        "unexplained",
    )
    assert {*found.positions} == {
        positions[f"{INVESTMENT}/outcome/it-investeringar"],
        positions[f"{INVESTMENT}/stated/outcome-it"],
    }


def test_a_surplus_that_is_cut_off_is_found(checked: Checked) -> None:
    (found,) = (one for one in checked.findings if one.expected == "4,4 mnkr")
    assert found.found == "4 499 tkr"
    assert found.message.endswith("; the stated figure is cut off, not rounded")


def test_nothing_else_that_is_stated_is_unexplained(checked: Checked) -> None:
    faults = [one for one in checked.findings if one.verdict == "unexplained"]
    assert [(one.expected, one.found) for one in faults] == [
        ("21,3 mnkr", "24 416 tkr"),
        ("62 613 tkr", "36 513 tkr"),
        ("-3,2 tkr", "-3 159 tkr"),
        ("62,6 mnkr", "36 513 tkr"),
        ("4,4 mnkr", "4 499 tkr"),
        ("91 168 tkr", "117 269 tkr"),
    ]


@pytest.mark.parametrize(
    ("expected", "found"),
    [
        ("at most 230 033 tkr", "230 034 tkr"),
        ("221 596 tkr", "221 595 tkr"),
        ("15 467 tkr", "15 468 tkr"),
        ("-3 871 tkr", "-3 870 tkr"),
        ("at most 113,3 mnkr", "113 349 tkr"),
        ("230,0 mnkr", "230 033 tkr"),
        ("220,1 mnkr", "220,2 mnkr"),
    ],
)
def test_what_is_off_by_one_is_rounding(checked: Checked, expected: str, found: str) -> None:
    (one,) = (each for each in checked.findings if (each.expected, each.found) == (expected, found))
    assert (one.verdict, one.severity) == ("rounding", "note")


@pytest.mark.parametrize(
    ("total", "message"),
    [
        ("230 033 tkr", "KS 2020 operating: stated budget agrees with the recorded one"),
        ("113 349 tkr", "KS 2020 investment: stated budget agrees with its lines"),
        ("62 143 tkr", "KS 2020 investment: stated outcome agrees with the recorded one"),
        ("62 143 tkr", "KS 2020 investment, Projekt: stated outcome agrees with the recorded one"),
        ("62 143 tkr", "KS 2020 investment: outcome agrees with the sum of its parts"),
        ("81 349 tkr", "KS 2020 investment, Projekt: stated budget agrees with the recorded one"),
        ("51 206 tkr", "KS 2020 investment: stated rest agrees with its lines"),
        ("33 005 tkr", "KS 2021 investment: stated carry-over agrees with the recorded one"),
        (
            "17 000 tkr",
            (
                "the municipality 2020 operating, Trygghetssatsningen: stated sum of earmarks "
                "agrees with the recorded one"
            ),
        ),
        (
            "10 012 tkr",
            (
                "the municipality 2020 operating, Trygghetssatsningen: stated outcome of earmarks "
                "agrees with the recorded one"
            ),
        ),
        ("106 636 tkr", "KS 2020 operating, KSF: stated budget agrees with the recorded one"),
        ("8 437 tkr", "KS 2020 operating: stated deviation agrees with the recorded one"),
    ],
)
def test_a_total_of_the_report_is_confirmed(checked: Checked, total: str, message: str) -> None:
    (found,) = (one for one in checked.confirmed if (one.expected, one.message) == (total, message))
    assert (found.found, found.verdict, found.severity) == (total, "exact", "note")


def test_113_349_is_the_sum_of_the_lines_and_the_decisions_but_for_rounding(
    checked: Checked, positions: dict[str, int]
) -> None:
    of_decisions = [one for one in checked.findings if one.expected == "113 349 tkr"]
    assert [(one.found, one.verdict) for one in of_decisions] == [("113,3 mnkr", "rounding")]
    (of_lines,) = (one for one in checked.confirmed if one.expected == "113 349 tkr")
    lines = {at for key, at in positions.items() if key.startswith(f"{INVESTMENT}/line/")}
    assert {*of_lines.positions} == lines | {positions[f"{INVESTMENT}/stated/budget-table"]}


def test_the_stated_six_are_neither_confirmed_nor_refuted(
    checked: Checked, positions: dict[str, int]
) -> None:
    (found,) = saying(checked.findings, "the stated number (completed) is undecided")
    assert (found.expected, found.found, found.severity) == ("6", "5–6", "note")
    unknown = "haninge/uppdrag/revised/2020-rmb-9"
    proof = (unknown, f"{unknown}/reported-2020", "haninge/uppdrag/stated/revised")
    assert {*found.positions} == {positions[key] for key in proof}


@pytest.mark.parametrize(
    ("control", "message"),
    [
        ("weekday", "KS 2020-04-24 § 36 is dated on a Friday"),
        (
            "mandate",
            (
                "2020-06-10 § 129 (budget.revised, reserve_drawn -1,7 mnkr) does not say which "
                "body decided"
            ),
        ),
        (
            "financing-named",
            "KF 2020-02-10 § 9 adds 2,0 mnkr to KS without naming its financing",
        ),
        (
            "uppdrag-closed-by-other",
            (
                "uppdrag 2019 KS 1 is still open: it was assessed as completed, "
                "which does not close it"
            ),
        ),
        (
            "deviation-without-action",
            (
                "the control KS 2020/6 (Följs förvaltningsmodellen) found a deviation, "
                "and no action was decided"
            ),
        ),
    ],
)
def test_other_controls_find_this(checked: Checked, control: str, message: str) -> None:
    assert (
        len([one for one in checked.findings if (one.control, one.message) == (control, message)])
        == 1
    )


# -- Haninge: corrected, each finding is gone, and why can be told

FAULTS = {
    "the lost minus": (
        f"{KS}/outcome/ksf-samhallsplanering-och-ledning",
        {"amount": "-13 050 tkr"},
        "Minustecknet har fallit bort i tabellen.",
        "13 050 tkr lost its minus",
    ),
    "the unit": (
        f"{KS}/stated/deviation-fortroendemannaorganisation-text",
        {"amount": "-3,2 mnkr"},
        "Ska vara mnkr.",
        "a thousand times larger",
    ),
    "IT": (
        f"{INVESTMENT}/stated/outcome-it",
        {"amount": "24,4 mnkr"},
        "Texten är äldre än tabellen.",
        "Projekt/IT investeringar: stated outcome differs from the recorded one",
    ),
    "the surplus that is cut off": (
        f"{KS}/stated/deviation-omvarld-text",
        {"amount": "4,5 mnkr"},
        "4 499 avrundas till 4,5.",
        "cut off, not rounded",
    ),
    "the Friday": (
        f"{INVESTMENT}/KS-2020-04-24-36",
        {"decision": "KS 2020-02-24 § 36"},
        "Paragrafen ligger mellan § 22 i januari och § 120 i maj.",
        "KS 2020-04-24 § 36 is dated on a Friday",
    ),
    "the decision without a body": (
        f"{INVESTMENT}/2020-06-10-129",
        {"decision": "KS 2020-06-10 § 129"},
        "Organet framgår av protokollet.",
        "does not say which body decided",
    ),
    "the financing": (
        f"{KS}/KF-2020-02-10-9",
        {"financing": "Eget kapital"},
        "Finansieringen står i beslutet.",
        "KF 2020-02-10 § 9 adds 2,0 mnkr to KS without naming its financing",
    ),
}
"""What is wrong: the entry's key, what it should have been, the reason, and what is found."""


@pytest.fixture(scope="module")
def corrected() -> Generator[tuple[Ledger, int]]:
    """The example with every fault corrected, and what it held before."""
    with ledger_file() as path, example("haninge_2020", path) as ledger:
        before = ledger.head()
        entries = {one.entry.key: one.entry for one in ledger.history()}
        for key, change, reason, _ in FAULTS.values():
            record = {**write_entry(entries[key]), **change}
            ledger.record(
                read_entry(
                    {
                        "type": "entry.corrected",
                        "target": key,
                        "reason": reason,
                        "replacement": record,
                    }
                )
            )
        yield ledger, before


@pytest.mark.parametrize("fault", FAULTS)
def test_a_finding_is_there_as_known_before_and_gone_after_the_correction(
    corrected: tuple[Ledger, int], fault: str
) -> None:
    ledger, before = corrected
    key, _, reason, text = FAULTS[fault]
    found = saying(_checked(ledger, before).findings, text)
    assert {one.severity for one in found} == {"warning"}
    left = saying(_checked(ledger, ledger.head()).findings, text)
    assert [one for one in left if one.severity != "note"] == []
    assert {(*_reasons(ledger, one.subject, key),) for one in found} == {(reason,)}


def _reasons(ledger: Ledger, subject: str, key: str) -> list[str]:
    """Return why an entry was corrected, as the trail of a finding's subject tells it."""
    return [
        one.recorded.entry.event.reason
        for one in ledger.trail(subject)
        if isinstance(one.recorded.entry.event, EntryCorrected)
        and one.recorded.entry.event.target == key
    ]


def test_corrected_the_departments_are_off_by_rounding_alone(
    corrected: tuple[Ledger, int],
) -> None:
    ledger, _ = corrected
    done = _checked(ledger, ledger.head())
    assert [one for one in done.findings if one.verdict == "unexplained"] == []
    (departments,) = saying(done.findings, "KSF: outcome differs from the sum of its parts")
    assert (departments.expected, departments.found) == ("91 168 tkr", "91 169 tkr")
    assert departments.verdict == "rounding"


def test_what_was_found_before_is_found_for_ever_as_known_then(
    corrected: tuple[Ledger, int], haninge: Ledger
) -> None:
    ledger, before = corrected
    assert _checked(ledger, before) == haninge.check(haninge.as_of("2021-01-01"))


@cache
def _checked(ledger: Ledger, known: int) -> Checked:
    return ledger.check(ledger.as_of("2021-01-01", known=known))


# -- the other examples


@pytest.mark.parametrize(
    ("name", "totals", "unexplained"),
    [
        ("haparanda_kommunkompassen", {"506", "423,5"}, []),
        (
            "nordanstig_2021",
            {"100 759 tkr", "101 977 tkr", "– 1 218 tkr", "105 570 tkr"},
            ["cirka -3,5 mnkr"],
        ),
    ],
)
def test_the_totals_of_an_example_are_confirmed(
    name: str, totals: set[str], unexplained: list[str], tmp_path: Path
) -> None:
    with example(name, tmp_path / "prov.db") as ledger:
        done = ledger.check(ledger.as_of("2022-01-01"))
    confirmed = {(one.expected or "").replace("\N{NO-BREAK SPACE}", " ") for one in done.confirmed}
    assert totals <= confirmed
    assert [one.expected for one in done.findings if one.verdict == "unexplained"] == unexplained


# -- the command


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A ledger with a budget, #4, and two statements of it: one right, #5, one wrong, #6."""
    stated = {
        "type": "budget.stated",
        "unit": "KS",
        "year": 2020,
        "effective": "2020-12-31",
    }
    return new(
        tmp_path,
        commands.adopted("100 tkr"),
        {**stated, "amount": "100 tkr"},
        {**stated, "amount": "90 tkr"},
    )


def test_findings_are_a_table_and_exit_code_1(path: Path) -> None:
    result = run("check", "--on", YEAR_END, "--ledger", path)
    assert (result.exit_code, result.stderr) == (1, "")
    basis, *table = result.stdout.splitlines()
    assert basis.startswith(f"controls, on {YEAR_END}, known #6 (")
    cells = [re.split(" {2,}", line.strip()) for line in table if "---" not in line]
    assert cells == [
        [""],
        ["control", "finding", "expected", "found", "verdict", "entries"],
        [
            "warning",
            "stated-total",
            "KS 2020 operating: stated budget differs from the recorded",
            "90 tkr",
            "100 tkr",
            "unexplained",
            "#4 #6",
        ],
        ["one"],
        [""],
        ["1 finding, 1 figure confirmed"],
    ]


def test_nothing_found_is_exit_code_0(path: Path) -> None:
    printed = told("check", "--on", "2020-12-30", "--ledger", path)
    assert printed.splitlines()[1:] == ["", "0 findings, 0 figures confirmed"]


def test_as_known_before_there_was_nothing_to_find(path: Path) -> None:
    printed = told("check", "--on", YEAR_END, "--known", "#5", "--confirmed", "--ledger", path)
    assert printed.splitlines()[-1] == "0 findings, 1 figure confirmed"
    assert "stated budget agrees with the" in printed


def test_check_as_json(path: Path) -> None:
    shown = answer("check", "--on", YEAR_END, "--ledger", path, exit_code=1)
    assert [*shown] == ["basis", "findings", "confirmed"]
    assert shown["basis"]["on"] == YEAR_END
    assert shown["findings"] == [
        {
            "control": "stated-total",
            "severity": "warning",
            "message": "KS 2020 operating: stated budget differs from the recorded one",
            "subject": "budget/KS/2020/operating",
            "positions": [4, 6],
            "expected": "90 tkr",
            "found": "100 tkr",
            "verdict": "unexplained",
        }
    ]
    assert [one["positions"] for one in shown["confirmed"]] == [[4, 5]]
    assert answer("check", "--on", "2020-12-30", "--ledger", path)["findings"] == []


def test_a_note_is_a_finding_too(path: Path) -> None:
    commands.add(
        path,
        {
            "type": "entry.corrected",
            "target": "#6",
            "reason": "Avrundat",
            "replacement": {
                "type": "budget.stated",
                "unit": "KS",
                "year": 2020,
                "effective": "2020-12-31",
                "amount": "0,1 mnkr",
            },
        },
    )
    assert answer("check", "--on", YEAR_END, "--ledger", path)["findings"] == []
    commands.add(
        path,
        {
            "type": "budget.stated",
            "unit": "SN",
            "year": 2020,
            "effective": "2020-12-31",
            "amount": "7 tkr",
        },
    )
    shown = answer("check", "--on", YEAR_END, "--ledger", path, exit_code=1)
    assert [(one["severity"], one["verdict"]) for one in shown["findings"]] == [
        ("note", "undecided")
    ]


def test_only_the_controls_that_are_named_are_run(path: Path) -> None:
    commands.add(path, commands.adopted("1 tkr", "KS 2019-06-11 § 1"))
    named = ("--control", "mandate", "--control", "weekday", "--control", "mandate")
    shown = answer("check", *named, "--on", YEAR_END, "--ledger", path, exit_code=1)
    assert [one["control"] for one in shown["findings"]] == ["mandate"]
    assert shown["confirmed"] == []


def test_another_policy_is_another_law(path: Path, tmp_path: Path) -> None:
    commands.add(path, commands.adopted("1 tkr", "KS 2019-06-11 § 1"))
    policy = tmp_path / "policy.toml"
    policy.write_text(rule("frame-decided-by", kinds='["board"]'), encoding="utf-8")
    asked = ("--policy", policy, "--control", "mandate", "--on", YEAR_END, "--ledger", path)
    shown = answer("check", *asked, exit_code=1)
    assert [one["message"] for one in shown["findings"]] == [
        "KF 2019-06-10 § 109 (budget.adopted 100 tkr) was not for KF to decide"
    ]


def test_the_list_has_every_control() -> None:
    _, _, *rows = told("check", "--list").splitlines()
    assert [row.split()[:2] for row in rows] == [
        [one.name, one.severity] for one in CONTROLS.values()
    ]


@pytest.mark.parametrize("name", CONTROLS)
def test_every_control_is_explained(name: str) -> None:
    one = CONTROLS[name]
    rules = [f"rule: {each}" for each in read_policy().rules if each.name in one.rules]
    title, rests_on, severity, *rest = told("check", "--explain", name).splitlines()
    assert title == f"{name}: {one.title}"
    assert rests_on == f"rests on: {one.rests_on}"
    assert severity == f"severity: {one.severity}"
    assert rest[: len(rules) + 1] == [*rules, ""]
    assert " ".join(rest[len(rules) + 1 :]) == one.explains


def test_an_explanation_names_the_rule_that_is_used(tmp_path: Path) -> None:
    policy = tmp_path / "policy.toml"
    policy.write_text(rule("posted-within", "2020-01-01", days="3", to="2020-12-31"), "utf-8")
    assert told("check", "--explain", "posted-late", "--policy", policy) == (
        "posted-late: Justeringen tillkännages i tid\n"
        "rests on: KL 8:10; policy posted-within\n"
        "severity: warning\n"
        "rule: posted-within: 3 days from 2020-01-01 through 2020-12-31 (Prov)\n"
        "\n"
        "Finds approvals that were announced more days later than the policy allows: by\n"
        "the law no later than on the second day. The appeal period begins with the\n"
        "announcement.\n"
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--explain", "weekdays"], "no control 'weekdays', expected 'weekday'"),
        (["--control", "mandat"], "no control 'mandat', expected 'mandate'"),
        (
            ["--policy", "saknas.toml"],
            (
                "saknas.toml: No such file or directory, expected a file, "
                "check the path and its permissions"
            ),
        ),
        (["--on", "igår"], None),
        (["--ledger", "saknas.db"], None),
    ],
)
def test_wrong_use_is_one_line_and_exit_code_2(
    path: Path, arguments: list[str], message: str | None
) -> None:
    result = run("check", "--ledger", path, *arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert len(result.stderr.splitlines()) == 1
    assert message is None or result.stderr == f"{message}\n"


def test_every_fault_of_a_policy_is_a_line(path: Path, tmp_path: Path) -> None:
    policy = tmp_path / "policy.toml"
    policy.write_text(rule("posted-within", days="-1") + rule("posted-in"), "utf-8")
    result = run("check", "--policy", policy, "--ledger", path)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.splitlines() == [
        f"{policy}: rule 1: days: -1 will not do, expected a whole number, 0 or more",
        f"{policy}: rule 2: name: 'posted-in' will not do, expected 'posted-within'",
    ]
