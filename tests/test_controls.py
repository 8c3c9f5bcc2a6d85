"""Controls as code: each has a ledger that it finds something in, and one that it does not."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from styrledger.amounts import Amount
from styrledger.controls.base import Finding, Verdict
from styrledger.controls.catalogue import CONTROLS, check, control
from styrledger.controls.figures import Figure, Term, verdict_of
from styrledger.controls.policy import DEFAULT, RULES, Policy, Rule, read_policy
from styrledger.errors import FileUnreadable, PolicyError, UnknownName
from styrledger.events.budgets import BudgetAdopted
from styrledger.events.entry import Entry
from styrledger.history import Fact
from styrledger.ledger import Ledger

from . import control_cases
from .control_cases import UNITS, Case, case, policy_file, shown
from .control_tables import CASES
from .ledgers import START, SetClock, ledger_file
from .samples import GOLDEN

ALL = [(name, one) for name in CASES for one in CASES[name]]
EVERY = [pytest.param(name, one, id=f"{name}: {one.says}") for name, one in ALL]


def read_golden() -> dict[str, list[str]]:
    text = (GOLDEN / "findings.txt").read_text("utf-8").rstrip("\n")
    sections = (section.splitlines() for section in text.split("\n\n"))
    return {title: lines for title, *lines in sections}


EXPECTED = read_golden()


def policy_of(one: Case, folder: Path) -> Policy:
    return read_policy() if one.rules is None else read_policy(policy_file(folder, one.rules))


def findings(name: str, one: Case, folder: Path) -> list[Finding]:
    return [*control(name).findings(one.view(), policy_of(one, folder))]


# -- what each control finds


@pytest.mark.parametrize(("name", "one"), EVERY)
def test_a_control_finds_exactly_this(name: str, one: Case, tmp_path: Path) -> None:
    found = findings(name, one, tmp_path)
    assert [shown(each) for each in found] == EXPECTED[f"{name}: {one.says}"]


def test_every_expected_finding_is_of_a_case() -> None:
    assert [*EXPECTED] == [f"{name}: {one.says}" for name, one in ALL]


@pytest.mark.parametrize("name", CONTROLS)
def test_every_control_has_a_ledger_that_triggers_it_and_one_that_does_not(name: str) -> None:
    severity = f"  {CONTROLS[name].severity}"
    faults = [
        any(line.startswith(severity) for line in EXPECTED[f"{name}: {one.says}"])
        for one in CASES.get(name, ())
    ]
    assert {*faults} == {True, False}


def test_the_controls_are_those_that_the_contract_names() -> None:
    assert " · ".join(CONTROLS) == (
        "stated-total · over-distributed · negative-reserve · stated-count · uppdrag-overdue"
        " · uppdrag-silent · uppdrag-closed-by-other · mandate · financing-named"
        " · paragraph-order · weekday · effective-before-decided · recorded-late"
        " · minutes-approved-late · posted-late · notice-down-early · control-plan-late"
        " · control-not-performed · deviation-without-action · action-overdue"
        " · budget-deviation-without-plan · document-review-overdue · deadline-missed"
    )


def test_every_ledger_can_be_recorded(tmp_path: Path) -> None:
    with Ledger.create(tmp_path / "prov.db", organisation="Prov") as ledger:
        for _, one in ALL:
            recorded = [each.entry for each in one.log()]
            assert ledger.record_all(recorded, dry_run=True).recorded == len(recorded)


@pytest.mark.parametrize("name", CONTROLS)
def test_a_ledger_in_a_file_has_the_same_findings(name: str, tmp_path: Path) -> None:
    one = next(each for each in CASES[name] if EXPECTED[f"{name}: {each.says}"])
    clock = SetClock()
    with Ledger.create(tmp_path / "prov.db", organisation="Prov", clock=clock) as ledger:
        for recorded in one.log():
            clock.now = recorded.recorded_at
            ledger.record(recorded.entry)
        done = ledger.check(ledger.as_of(one.on))
    found = [each for each in done.findings + done.confirmed if each.control == name]
    assert [shown(each) for each in found] == EXPECTED[f"{name}: {one.says}"]


@pytest.mark.parametrize("name", CONTROLS)
def test_a_control_tells_what_it_is(name: str) -> None:
    one = CONTROLS[name]
    assert one.name == name
    assert all((one.title, one.rests_on, one.explains.endswith(".")))
    assert all(rule in one.rests_on for rule in one.rules)
    assert {*one.rules} <= {*RULES}


def test_every_rule_is_asked_for_by_a_control() -> None:
    assert {rule for one in CONTROLS.values() for rule in one.rules} == {*RULES}


# -- the check


def test_a_check_tells_faults_from_confirmations(tmp_path: Path) -> None:
    both = case(
        "", control_cases.adopted("100 tkr"), *map(control_cases.stated, ("1 kr", "100 tkr"))
    )
    done = check(both.view(), ["stated-total", "stated-total"], policy_of(both, tmp_path))
    assert [one.verdict for one in done.findings] == ["unexplained"]
    assert [one.verdict for one in done.confirmed] == ["exact"]


def test_a_check_of_an_unknown_control_suggests_the_nearest() -> None:
    with pytest.raises(UnknownName) as refused:
        check(case("").view(), ["stated-totals"])
    assert str(refused.value) == "no control 'stated-totals', expected 'stated-total'"


def test_nothing_is_found_in_a_ledger_without_entries() -> None:
    with ledger_file() as path, Ledger.create(path, organisation="Prov") as ledger:
        done = ledger.check(ledger.as_of())
    assert (done.findings, done.confirmed) == ((), ())


def test_a_finding_as_json_has_the_fields_of_the_contract() -> None:
    done = check(case("", control_cases.adopted("1 tkr", "KS 2020-02-10 § 9")).view(), ["mandate"])
    assert [one.as_dict() for one in done.findings] == [
        {
            "control": "mandate",
            "severity": "warning",
            "message": "KS 2020-02-10 § 9 (budget.adopted 1 tkr) was not for KS to decide",
            "subject": "budget/KS/2020/operating",
            "positions": [4],
            "expected": "council",
            "found": "KS",
        }
    ]


def test_an_annulled_decision_has_no_findings() -> None:
    annulled = {
        "type": "decision.annulled",
        "target": "KS 2020-02-10 § 9",
        "effective": "2020-06-01",
    }
    view = case("", control_cases.adopted("1 tkr", "KS 2020-02-10 § 9"), annulled).view()
    assert check(view, ["mandate"]).findings == ()


# -- exact, rounding, unexplained

FACT = Fact(
    1,
    1,
    START,
    None,
    Entry(BudgetAdopted(unit="KS", year=2020, amount="1 kr"), "KF 2019-06-10 § 1"),
)
STEPS = (1, 10, 100, 10**4, 10**5, 10**7, 10**8, 10**11)
"""The worth of a last printed digit, in öre: from one öre to a milliard."""


def printed(ore: int, step: int) -> Amount:
    """Return a true value as it is printed: rounded to a step, halves to the even one."""
    whole, rest = divmod(ore, step)
    up = 2 * rest > step or (2 * rest == step and whole % 2 == 1)
    return Amount.from_ore((whole + up) * step, step)


def figure(terms: list[Amount], taken_off: list[bool]) -> Figure:
    return Figure(tuple(Term(one, FACT, off) for one, off in zip(terms, taken_off, strict=True)))


_true = st.tuples(st.integers(-(10**13), 10**13), st.sampled_from(STEPS), st.booleans())


@given(st.lists(_true, min_size=1, max_size=12), st.sampled_from(STEPS))
def test_what_is_printed_of_true_values_is_exact_or_rounding(
    true: list[tuple[int, int, bool]], step: int
) -> None:
    terms = [printed(ore, worth) for ore, worth, _ in true]
    stated = printed(sum(-ore if off else ore for ore, _, off in true), step)
    assert verdict_of(stated, figure(terms, [off for *_, off in true])) in {"exact", "rounding"}


@given(
    st.lists(_true, min_size=1, max_size=12), st.sampled_from(STEPS), st.integers(-(10**9), 10**9)
)
def test_the_verdict_is_that_of_half_a_step_of_every_printed_number(
    true: list[tuple[int, int, bool]], step: int, steps: int
) -> None:
    terms = [printed(ore, worth) for ore, worth, _ in true]
    recorded = figure(terms, [off for *_, off in true])
    stated = Amount.from_ore((recorded.amount.ore // step + steps % 41 - 20) * step, step)
    difference = abs(stated.ore - recorded.amount.ore)
    halves = step + sum(worth for _, worth, _ in true)
    expected: Verdict = "unexplained"
    if 2 * difference <= halves:
        expected = "rounding" if difference else "exact"
    assert verdict_of(stated, recorded) == expected


# -- the policy: the law in force on the day


def test_the_default_policy_holds_every_rule_from_the_day_of_the_act() -> None:
    assert [str(rule) for rule in read_policy().rules] == [
        "minutes-approved-within: 14 days from 2018-01-01 (KL 5:69, 6:35)",
        "posted-within: 2 days from 2018-01-01 (KL 8:10)",
        "appeal-period: 21 days from 2018-01-01 (KL 13:5)",
        "recorded-within: 30 days from 2018-01-01 (good practice of internal control (KL 6:6))",
        "frame-decided-by: council from 2018-01-01 (KL 5:1)",
        "move-between-units-decided-by: council from 2018-01-01 (KL 5:1; Hedemora styrmodell 2024)",
        "financing-named: from 2018-01-01 (KL 11:15; Hedemora styrmodell 2024)",
        "uppdrag-silent-after: 365 days from 2018-01-01 (KL 6:5)",
        "control-plan-before-year: from 2018-01-01 (KL 6:6)",
        (
            "deviation-threshold: 0 % from 2018-01-01 (Hedemora styrmodell 2024: negative "
            "deviations are met with a plan of action)"
        ),
    ]


TWO_LAWS = control_cases.rule(
    "minutes-approved-within", days="14", to="2020-02-29"
) + control_cases.rule("minutes-approved-within", "2020-03-01", days="7")


@pytest.mark.parametrize(
    ("decided", "approved", "found"),
    [
        ("2020-02-29", "2020-03-14", ""),
        ("2020-02-29", "2020-03-15", "within 14 days of 2020-02-29"),
        ("2020-03-01", "2020-03-08", ""),
        ("2020-03-01", "2020-03-09", "within 7 days of 2020-03-01"),
        ("2017-12-31", "2019-01-01", ""),
    ],
)
def test_a_decision_is_held_against_the_law_of_its_day(
    decided: str, approved: str, found: str, tmp_path: Path
) -> None:
    target = f"KF {decided} § 9"
    minutes = {"type": "minutes.approved", "target": target, "effective": approved}
    one = case("", minutes, rules=TWO_LAWS)
    expected = [each.expected for each in findings("minutes-approved-late", one, tmp_path)]
    assert expected == ([found] if found else [])


def test_without_a_rule_nothing_is_tested(tmp_path: Path) -> None:
    minutes = {**control_cases.APPROVED, "effective": "2020-12-31"}
    assert findings("minutes-approved-late", case("", minutes, rules=""), tmp_path) == []


CHANGES: dict[str | None, Callable[[Rule], list[str]]] = {
    "days": lambda rule: [f"days = {(rule.days or 0) + more}" for more in (-1, 1)],
    "kinds": lambda _: ['kinds = ["board"]', 'kinds = ["council", "board"]'],
    "percent": lambda _: ["percent = 1"],
    None: lambda _: [],
}


def changed_policies() -> Iterator[tuple[Rule, str, str]]:
    """Yield each rule of the default policy, how it is changed, and the policy that gives."""
    head, *tables = DEFAULT.read_text("utf-8").split("[[rule]]")
    for n, one in enumerate(read_policy().rules):
        gives = RULES[one.name]
        yield one, "gone", "[[rule]]".join([head, *tables[:n], *tables[n + 1 :]])
        for change in CHANGES[gives](one):
            table = re.sub(rf"^{gives} = .*$", change, tables[n], flags=re.MULTILINE)
            yield one, change, "[[rule]]".join([head, *tables[:n], table, *tables[n + 1 :]])


@pytest.mark.parametrize(
    ("rule", "change", "rules"),
    [pytest.param(*one, id=f"{one[0].name} {one[1]}") for one in changed_policies()],
)
def test_no_rule_can_be_changed_unseen(rule: Rule, change: str, rules: str, tmp_path: Path) -> None:
    del change
    policy = read_policy(policy_file(tmp_path, rules))
    asking = [one.name for one in CONTROLS.values() if rule.name in one.rules]
    differs = [
        one.says
        for name in asking
        for one in CASES[name]
        if one.rules is None
        and [*map(shown, control(name).findings(one.view(), policy))]
        != EXPECTED[f"{name}: {one.says}"]
    ]
    assert differs


# -- bad policy files


@pytest.mark.parametrize(
    ("rules", "faults"),
    [
        ("rule", ["not TOML (Expected '=' after a key in a key/value pair (at end of document))"]),
        ("[rule]\nname = 'weekday'", ["'rule' is not a list, expected [[rule]]"]),
        ("rule = [1]", ["rule 1: 1 is not a table, expected [[rule]]"]),
        ("[rules]", ["unknown name 'rules', expected [[rule]] tables alone"]),
        (
            "[[rule]]",
            [
                "rule 1: name: missing, expected the name of a rule that a control asks for",
                "rule 1: rests_on: missing, expected the statute or the decision behind it",
                "rule 1: from: missing, expected its first day, such as 2018-01-01",
            ],
        ),
        (
            control_cases.rule("posted-in", days="2"),
            ["rule 1: name: 'posted-in' will not do, expected 'posted-within'"],
        ),
        (
            control_cases.rule("posted-within"),
            ["rule 1: days: missing, expected a whole number, 0 or more"],
        ),
        (
            control_cases.rule("posted-within", days="'2'", dagar="2"),
            [
                "rule 1: days: '2' will not do, expected a whole number, 0 or more",
                (
                    "rule 1: dagar: unknown field, expected one of 'days', 'from', 'kinds', "
                    "'name', 'percent', 'rests_on', 'to'"
                ),
            ],
        ),
        (
            control_cases.rule("posted-within", days="-1"),
            ["rule 1: days: -1 will not do, expected a whole number, 0 or more"],
        ),
        (
            control_cases.rule("posted-within", days="true"),
            ["rule 1: days: True will not do, expected a whole number, 0 or more"],
        ),
        (
            control_cases.rule("posted-within", days="2.0"),
            ["rule 1: days: Decimal('2.0') will not do, expected a whole number, 0 or more"],
        ),
        (
            control_cases.rule("posted-within", days="2", percent="1"),
            ["rule 1: percent: posted-within does not ask for it, expected days"],
        ),
        (
            control_cases.rule("financing-named", days="2"),
            ["rule 1: days: financing-named does not ask for it, expected no value of its own"],
        ),
        (
            control_cases.rule("deviation-threshold", percent="nan"),
            ["rule 1: percent: Decimal('NaN') will not do, expected a number, 0 or more"],
        ),
        (
            control_cases.rule("deviation-threshold", percent="-0.1"),
            ["rule 1: percent: Decimal('-0.1') will not do, expected a number, 0 or more"],
        ),
        (
            control_cases.rule("frame-decided-by", kinds="['concil']"),
            [
                (
                    "rule 1: kinds: ['concil'] will not do, expected a list of kinds of unit: "
                    "municipality, council, board, committee, department, management_group, "
                    "company, auditor, state_authority, other"
                )
            ],
        ),
        (
            control_cases.rule("frame-decided-by", kinds="[]").replace("Prov", " "),
            [
                (
                    "rule 1: rests_on: ' ' will not do, "
                    "expected the statute or the decision behind it"
                ),
                (
                    "rule 1: kinds: [] will not do, expected a list of kinds of unit: "
                    "municipality, council, board, committee, department, management_group, "
                    "company, auditor, state_authority, other"
                ),
            ],
        ),
        (
            control_cases.rule("posted-within", "2018-01-01T00:00:00", days="2"),
            [
                (
                    "rule 1: from: datetime.datetime(2018, 1, 1, 0, 0) will not do, "
                    "expected its first day, such as 2018-01-01"
                )
            ],
        ),
        (
            control_cases.rule("posted-within", days="2", to="2017-12-31"),
            ["rule 1: to: 2017-12-31 is before 2018-01-01, expected a day no earlier than from"],
        ),
        (
            control_cases.rule("posted-within", days="2")
            + control_cases.rule("posted-within", days="3"),
            [
                (
                    "rule 2: from: another posted-within holds from 2018-01-01 too, "
                    "expected one rule a day"
                )
            ],
        ),
    ],
)
def test_a_bad_policy_is_refused_with_all_its_faults(
    rules: str, faults: list[str], tmp_path: Path
) -> None:
    path = policy_file(tmp_path, rules)
    with pytest.raises(PolicyError) as refused:
        read_policy(path)
    assert [str(fault).removeprefix(f"{path}: ") for fault in refused.value.faults] == faults
    assert str(refused.value) == "\n".join(f"{path}: {fault}" for fault in faults)


def test_a_rule_of_one_day_is_none_too_short(tmp_path: Path) -> None:
    rules = control_cases.rule("posted-within", "2020-02-10", days="0", to="2020-02-10")
    (rule,) = read_policy(policy_file(tmp_path, rules)).rules
    assert str(rule) == "posted-within: 0 days from 2020-02-10 through 2020-02-10 (Prov)"


def test_a_policy_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(FileUnreadable) as refused:
        read_policy(tmp_path / "saknas.toml")
    assert str(refused.value) == (
        f"{tmp_path / 'saknas.toml'}: No such file or directory, expected a file, "
        "check the path and its permissions"
    )


def test_a_policy_file_that_is_not_text(tmp_path: Path) -> None:
    path = tmp_path / "policy.toml"
    path.write_bytes(b"\xff")
    with pytest.raises(PolicyError, match=r"not TOML .'utf-8' codec can't decode byte 0xff"):
        read_policy(path)


def test_the_units_of_every_case_are_the_first_three_entries() -> None:
    assert [one.entry.event.type for one in case("").log()] == [one["type"] for one in UNITS]
