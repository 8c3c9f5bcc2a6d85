"""Lists as CSV and XLSX: the same answer as JSON, typed, with its basis, and inert."""

from __future__ import annotations

import csv
import io
import json
import re
import sys
import zipfile
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook
from openpyxl.workbook import Workbook

from styrledger.cli.app import COMMANDS, main
from styrledger.exchange.listings.catalogue import LISTINGS
from styrledger.exchange.listings.inert import no_formula, readable
from styrledger.exchange.listings.shape import Listing

from .commands import TAKEN, add, adopted, answer, jsonl, new, revised, run, told

HANINGE = "haninge_2020.db"

ASKED: dict[str, tuple[str, ...]] = {
    "budget": ("--year", "2020"),
    "trail": ("budget/KS/2020/operating",),
    "diff": ("--from-on", "2020-01-01", "--to-on", "2020-12-31"),
}
"""How a command is asked that wants more than its name."""

DAY = {"effective": "2020-02-10"}

LISTS = [(command, listing) for command, found in LISTINGS.items() for listing in found]


@pytest.fixture(name="examples", scope="module")
def _examples(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("examples")
    told("demo", folder)
    return folder


@pytest.fixture(name="small")
def _small(tmp_path: Path) -> Path:
    """Return a ledger with what no example has: votes, plans, a correction, a clash of clocks."""
    path = new(
        tmp_path,
        adopted("1 000 000,50 kr"),
        revised("5 tkr", "KF 2019-12-09 § 197"),
        {
            "type": "budget.planned",
            "unit": "KS",
            "year": 2021,
            "amount": "2 mnkr",
            "decision": "KF 2019-06-10 § 109",
        },
        {"type": "meeting.held", "body": "KF", "date": "2020-02-10", "present": 3, **DAY},
        {
            "type": "item.minuted",
            "body": "KF",
            "date": "2020-02-10",
            "item": "9",
            "kind": "decision",
            "title": "Rivning",
            **DAY,
        },
        *(
            {
                "type": "vote.counted",
                "body": "KF",
                "date": "2020-02-10",
                "item": item,
                "yes_means": "bifall",
                "yes": 2,
                "no": 1,
                **DAY,
            }
            for item in ("9", None)
        ),
    )
    correction = {
        "type": "entry.corrected",
        "target": "#5",
        "reason": "Felskrivet.",
        "replacement": revised("6 tkr", "KF 2019-12-09 § 197", note="rätt"),
    }
    add(path, correction)
    return path


def rows_of(text: str, *, delimiter: str = ",") -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter))


def asked(command: str, ledger: Path, *more: str | Path) -> tuple[str | Path, ...]:
    return command, *ASKED.get(command, ()), *more, "--ledger", ledger


def book_of(file: Path) -> Workbook:
    return load_workbook(file)


def cells_of(book: Workbook, sheet: str) -> list[dict[str, Any]]:
    rows = book[sheet].iter_rows(values_only=True)
    headings = [str(heading) for heading in next(rows)]
    return [dict(zip(headings, row, strict=True)) for row in rows]


# -- the same answer


def test_every_answer_that_is_a_list_can_be_had_as_tables() -> None:
    context = main.make_context("styrledger", [], resilient_parsing=True)
    having = {
        name
        for name in COMMANDS
        if (command := main.get_command(context, name)) is not None
        and any(one.name == "csv" for one in command.params)
    }
    assert having == set(LISTINGS)


def test_the_names_of_tables_and_columns_are_their_own() -> None:
    for found in LISTINGS.values():
        assert len({listing.name for listing in found}) == len(found)
        assert len({listing.title for listing in found}) == len(found)
        for listing in found:
            names = [column.name for column in listing.columns]
            assert len(set(names)) == len(names)
            assert set(listing.key) <= set(names)
            assert len(listing.title) <= 31  # what Excel allows


@pytest.mark.parametrize("command", LISTINGS)
def test_a_csv_has_a_row_for_each_thing_that_json_has(examples: Path, command: str) -> None:
    for ledger in sorted(examples.glob("*[!s].db")):
        shown = run(*asked(command, ledger, "--json"))
        found: dict[str, Any] = json.loads(shown.stdout)
        for listing in LISTINGS[command]:
            done = run(*asked(command, ledger, "--csv", "-", "--table", listing.name))
            assert (done.exit_code, done.stderr) == (shown.exit_code, shown.stderr)
            table = rows_of(done.stdout)
            assert len(table) == len([*listing.rows(found)])
            if "." not in listing.path and listing.path in found:
                assert len(table) == len(found[listing.path])
            assert all(None not in row and None not in row.values() for row in table)


def test_amounts_are_exact_in_kronor_and_as_printed(examples: Path) -> None:
    ledger = examples / HANINGE
    line = ("--csv", "-", "--table", "budget_decisions", "--on", "2020-12-31")
    table = rows_of(told(*asked("budget", ledger, *line)))
    trail = answer(*asked("budget", ledger, "--on", "2020-12-31"))["budgets"][-2]["trail"]
    assert [Decimal(row["change"]) * 100 for row in table] == [
        step["change"]["ore"] for step in trail
    ]
    assert table[-1]["balance"] == "230033000.00"
    assert [row["change_text"].removeprefix("'") for row in table] == [
        step["change"]["text"] for step in trail
    ]


def test_a_blank_is_not_zero(examples: Path) -> None:
    table = rows_of(told(*asked("budget", examples / HANINGE, "--csv", "-")))
    assert [(row["unit"], row["amount"]) for row in table[:3]] == [
        ("GFN", ""),
        ("IFN", ""),
        ("KS", "230033000.00"),
    ]


def test_every_row_of_a_csv_tells_its_basis(examples: Path) -> None:
    ledger = examples / HANINGE
    more = ("--on", "2020-06-30", "--known", "#400", "--csv", "-")
    for row in rows_of(told(*asked("uppdrag", ledger, *more))):
        assert (row["basis_on"], row["basis_known"]) == ("2020-06-30", "400")
    (*_, last) = rows_of(told(*asked("diff", ledger, "--csv", "-")))
    assert (last["from_basis_on"], last["to_basis_on"]) == ("2020-01-01", "2020-12-31")
    assert last["from_basis_known"] == last["to_basis_known"] == "403"


def test_swedish_excel_gets_semicolons_decimal_commas_and_a_mark(small: Path) -> None:
    plain = run(*asked("budget", small, "--csv", "-")).stdout
    assert plain.splitlines()[1].startswith('"KS",2020,"operating",1006000.50,')
    excel = run(*asked("budget", small, "--csv", "-", "--semicolon", "--bom")).stdout
    assert excel.startswith("\ufeffunit;year;kind;amount;amount_text;")
    assert excel.splitlines()[1].startswith('"KS";2020;"operating";1006000,50;')
    assert excel.splitlines()[1].count("\r") == 0
    assert run(*asked("budget", small, "--csv", "-")).stdout_bytes.endswith(b"\r\n")


def test_votes_plans_and_corrections_have_rows(small: Path) -> None:
    votes = rows_of(told(*asked("minutes", small, "--csv", "-", "--table", "votes")))
    assert [(v["meeting"], v["item"], v["yes"], v["outcome"]) for v in votes] == [
        ("KF 2020-02-10", "9", "2", "bifall")
    ]
    others = rows_of(told(*asked("minutes", small, "--csv", "-", "--table", "other_votes")))
    assert [(v["meeting"], v["item"], v["no"]) for v in others] == [("KF 2020-02-10", "", "1")]
    plan = run("budget", "--year", "2021", "--ledger", small, "--csv", "-", "--table", "plans")
    (planned,) = rows_of(plan.stdout)
    assert (planned["unit"], planned["amount"], plan.exit_code) == ("KS", "2000000.00", 1)
    (_, corrected) = rows_of(
        told(*asked("budget", small, "--csv", "-", "--table", "budget_decisions"))
    )
    assert (corrected["position"], corrected["corrects"], corrected["note"]) == ("11", "5", "rätt")
    trail = rows_of(told(*asked("trail", small, "--csv", "-")))
    assert [(row["position"], row["replaced_by"]) for row in trail] == [
        ("4", ""),
        ("5", "11"),
        ("11", ""),
    ]
    assert (trail[-1]["target"], trail[-1]["reason"]) == ("#5", "Felskrivet.")


def test_a_difference_of_one_budget_is_a_table_too(small: Path) -> None:
    one = ("diff", "budget", "KS", "--year", "2020", "--from-on", "2019-07-01", "--ledger", small)
    assert [(row["cause"], row["change"]) for row in rows_of(told(*one, "--csv", "-"))] == [
        ("new_decision", "6000.00")
    ]
    (whole,) = rows_of(told(*one, "--csv", "-", "--table", "differences"))
    assert (whole["before"], whole["after"], whole["difference"]) == (
        "1000000.50",
        "1006000.50",
        "6000.00",
    )


def test_an_answer_of_nothing_is_a_header_and_the_same_exit_code(small: Path) -> None:
    done = run("budget", "SN", "--year", "2020", "--ledger", small, "--csv", "-")
    assert (done.exit_code, len(done.stdout.splitlines())) == (1, 1)
    file = small.with_name("tom.xlsx")
    done = run("budget", "SN", "--year", "2020", "--ledger", small, "--xlsx", file)
    assert (done.exit_code, done.stdout) == (1, f"{file}: Budget 0\n")
    assert book_of(file).sheetnames == ["Budget", "Underlag"]


def test_a_table_and_a_receipt_come_of_one_question(small: Path) -> None:
    file, receipt = small.with_name("b.csv"), small.with_name("r.json")
    asking = asked("budget", small, "--csv", file, "--receipt", receipt)
    assert told(*asking) == f"{file}: 1 row of budgets\n"
    assert "follows from the entries" in told("verify-proof", receipt)


# -- workbooks


def test_a_workbook_has_a_sheet_for_each_table_and_one_for_the_basis(examples: Path) -> None:
    file = examples / "b.xlsx"
    told(*asked("budget", examples / HANINGE, "--xlsx", file, "--on", "2020-12-31"))
    book = book_of(file)
    assert book.sheetnames == [
        "Budget",
        "Budgetrader",
        "Beslut bakom budgeten",
        "Öronmärkt",
        "Prognoser",
        "Avstämningar",
        "Underlag",
    ]
    told_of = {row["Underlag"]: row["Uppgift"] for row in cells_of(book, "Underlag")}
    assert told_of["Fråga"] == "styrledger budget --year 2020"
    assert told_of["Per dag"] == "2020-12-31"
    assert told_of["Känt till och med post"] == "#403"
    root = answer(*asked("budget", examples / HANINGE))["basis"]["root"]
    assert told_of["Rot över posterna"] == root
    for sheet in book.worksheets:
        dimensions: Any = sheet.column_dimensions
        heading: list[Any] = [*sheet[1]]
        assert sheet.freeze_panes == "A2"
        assert sheet.auto_filter.ref == sheet.dimensions
        assert all(cell.font.bold for cell in heading)
        assert all(column.width >= 10 for column in dimensions.values())


def test_a_workbook_has_typed_amounts_dates_and_instants(examples: Path) -> None:
    ledger = examples / HANINGE
    for command in ("budget", "uppdrag", "log"):
        told(*asked(command, ledger, "--xlsx", examples / f"typed_{command}.xlsx"))
    budgets = book_of(examples / "typed_budget.xlsx")["Beslut bakom budgeten"]
    headings = [cell.value for cell in budgets[1]]
    last = dict(zip(headings, budgets[budgets.max_row], strict=True))
    assert last["Budget därefter, kr"].value == 230033000
    assert last["Budget därefter, kr"].number_format == "#,##0.00"
    assert last["Gäller från"].value == datetime(2020, 6, 8)  # noqa: DTZ001 - a day, as Excel has it
    assert last["Gäller från"].number_format == "yyyy-mm-dd"
    assert (last["Beslut"].value, last["Beslut"].number_format) == ("KF 2020-06-08 § 104", "@")
    uppdrag = cells_of(book_of(examples / "typed_uppdrag.xlsx"), "Uppdrag")[0]
    # A year alone is no day, and is not made one.
    assert (uppdrag["Givet"], uppdrag["Öppet"]) == ("2017", True)
    recorded = cells_of(book_of(examples / "typed_log.xlsx"), "Logg")[0]["Registrerad"]
    assert isinstance(recorded, datetime)
    assert abs(recorded.date() - date.today()).days <= 1  # noqa: DTZ011 - recorded just now


def test_a_workbook_needs_its_package(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    file = small.with_name("b.xlsx")
    done = run(*asked("budget", small, "--xlsx", file))
    assert (done.exit_code, done.stderr) == (
        2,
        (
            "an XLSX file needs the package 'openpyxl', which is not installed: "
            "run `pip install 'styrledger[xlsx]'`\n"
        ),
    )
    assert not file.exists()


# -- wrong use


def test_an_answer_has_one_form(small: Path) -> None:
    for more, message in (
        (("--csv", "-", "--json"), "--json and a table are two forms of one answer"),
        (("--bom",), "--table, --bom and --semicolon are about --csv, which is missing"),
        (("--table", "plans"), "--table, --bom and --semicolon are about --csv"),
        (("--csv", "-", "--table", "plan"), "no table 'plan', expected 'plans'"),
        (("--xlsx", "-"), "a workbook is not printed, expected --xlsx FILE"),
    ):
        done = run(*asked("budget", small, *more))
        assert (done.exit_code, done.stdout) == (2, "")
        assert message in done.stderr


def test_what_is_no_answer_is_no_table(small: Path) -> None:
    for more in (("--list",), ("--explain", "weekday")):
        file = small.with_name("c.csv")
        done = run(*asked("check", small, *more, "--csv", file))
        assert (done.exit_code, done.stdout, file.exists()) == (2, "", False)
        assert "--explain and --list are for reading" in done.stderr


def test_nothing_is_overwritten(small: Path) -> None:
    file = small.with_name("mine.csv")
    file.write_text("mine", encoding="utf-8")
    for option in ("--csv", "--xlsx"):
        done = run(*asked("budget", small, option, file))
        assert (done.exit_code, done.stdout, done.stderr) == (
            2,
            "",
            f"{file}: {TAKEN}\n",
        )
    assert file.read_text(encoding="utf-8") == "mine"


# -- hostile content

HOSTILE = (
    '=HYPERLINK("http://x.example","klicka")',
    "+1+1",
    "-1-1",
    "@SUM(A1)",
    "a;=1+1",
    'a,"=1+1"',
    "\N{FULLWIDTH EQUALS SIGN}1",
    "<script>alert(1)</script>",
    "ord" * 60,
    "\N{RIGHT-TO-LEFT OVERRIDE}omvänd",
    "\N{RIGHT-TO-LEFT MARK}märkt",
    "a\"b'c",
)
FORMULA = re.compile("[=+\\-@\t\r\n＝＋－＠]")  # noqa: RUF001 - what programs take for one


@pytest.fixture(name="hostile", scope="module")
def _hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a ledger with 10 000 decisions, and hostile texts wherever a text may be."""
    path = new(tmp_path_factory.mktemp("hostile"), adopted("1 tkr"))
    file = path.with_name("many.jsonl")
    jsonl(
        file,
        [
            *(
                revised("1 kr", f"KF 2020-01-{day:02} § {number}", note=HOSTILE[number % 12])
                for day in range(1, 11)
                for number in range(1, 1001)
            ),
            *(
                {
                    "type": "uppdrag.given",
                    "uppdrag": f"U{number} {text[:20]}",
                    "title": text,
                    "responsible": "KS",
                    "decision": "KF 2020-02-10 § 9",
                    "note": text * 100,
                    "source": {"document": text, "quote": text * 100, "url": "javascript:a(1)"},
                }
                for number, text in enumerate(HOSTILE)
            ),
        ],
    )
    told("record", file, "--ledger", path)
    return path


@pytest.mark.parametrize(("command", "rows"), [("uppdrag", 12), ("log", 10_016)])
def test_hostile_texts_are_inert_in_csv_whatever_splits_it(
    hostile: Path, command: str, rows: int
) -> None:
    csv.field_size_limit(1_000_000)
    text = told(*asked(command, hostile, "--csv", "-"))
    for delimiter in (",", ";", "\t"):
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            assert [cell for cell in row if FORMULA.match(cell)] == []
    assert len(rows_of(text)) == rows


def test_hostile_texts_are_readable_in_csv(hostile: Path) -> None:
    table = rows_of(told(*asked("uppdrag", hostile, "--csv", "-")))
    titles = {row["uppdrag"].partition(" ")[0]: row["title"] for row in table}
    assert titles["U0"] == "'" + HOSTILE[0]
    assert titles["U4"] == "a;'=1+1"
    assert titles["U7"] == HOSTILE[7]
    assert titles["U8"] == HOSTILE[8]
    # What turns the direction of writing ends with its own cell.
    assert titles["U9"] == HOSTILE[9] + "\N{POP DIRECTIONAL FORMATTING}"
    assert titles["U10"] == HOSTILE[10]


def test_hostile_texts_are_plain_strings_in_a_workbook(hostile: Path) -> None:
    file = hostile.with_name("u.xlsx")
    told(*asked("uppdrag", hostile, "--xlsx", file))
    with zipfile.ZipFile(file) as archive:
        sheets = [archive.read(name) for name in archive.namelist() if "/sheet" in name]
        assert not any(b"<f>" in sheet or b"<f " in sheet for sheet in sheets)
        assert not any(
            "externalLink" in name or "rels/sheet" in name for name in archive.namelist()
        )
    sheet = book_of(file)["Uppdrag"]
    titles = {str(row[0].value).partition(" ")[0]: row[1] for row in sheet.iter_rows(min_row=2)}
    assert {cell.data_type for cell in titles.values()} == {"s"}
    assert (titles["U0"].value, titles["U0"].quotePrefix) == (HOSTILE[0], True)
    assert (titles["U7"].value, titles["U7"].quotePrefix) == (HOSTILE[7], False)
    assert titles["U8"].value == HOSTILE[8]
    assert not any(cell.hyperlink for row in sheet.iter_rows() for cell in row)


def test_ten_thousand_decisions_are_all_there(hostile: Path) -> None:
    table, book = hostile.with_name("b.csv"), hostile.with_name("b.xlsx")
    done = told(
        *asked("budget", hostile, "--csv", table, "--table", "budget_decisions", "--xlsx", book)
    )
    assert done.splitlines() == [
        f"{table}: 10001 rows of budget_decisions",
        f"{book}: Budget 1, Beslut bakom budgeten 10001",
    ]
    assert rows_of(table.read_text(encoding="utf-8"))[-1]["balance"] == "11000.00"


SPLITS = st.text(alphabet="=+-@\t\r\n;,\"' a1", max_size=12)


@given(SPLITS)
def test_no_text_begins_a_formula_after_any_separator(text: str) -> None:
    inert = no_formula(text)
    assert inert.replace("'", "") == text.replace("'", "")
    assert not FORMULA.match(inert)
    for separator in ";,\t\r\n":
        for _, cell in enumerate(inert.split(separator)):
            assert not re.match(r'"*[=+\-@]\S', cell)


@given(st.text(max_size=40))
def test_a_readable_text_is_balanced_and_keeps_its_letters(text: str) -> None:
    shown = readable(text)
    assert readable(shown) == shown
    assert [one for one in shown if one.isalnum()] == [one for one in text if one.isalnum()]
    assert not any(ord(one) < 32 and one not in "\t\r\n" for one in shown)
    for opening, closing in (
        ("\u202a\u202b\u202d\u202e", "\u202c"),
        ("\u2066\u2067\u2068", "\u2069"),
    ):
        assert sum(shown.count(one) for one in opening) <= shown.count(closing)


def test_what_no_cell_can_hold_is_cut_visibly(hostile: Path) -> None:
    file = hostile.with_name("l.xlsx")
    told("log", "--type", "uppdrag", "--ledger", hostile, "--xlsx", file)
    longest = max((row["Hela posten"] for row in cells_of(book_of(file), "Logg")), key=len)
    assert (len(longest), longest[-12:]) == (32_767, "… (avkortat)")


class Strict(dict[str, Any]):
    """An answer in which a column that is misspelt is no blank, but a fault."""

    OPTIONAL = ("corrects", "imprecise", "completed", "ongoing", "total", "condition", "verdict")

    def get(self, name: str, *default: Any) -> Any:
        """Return what there is of a name, which must be one."""
        is_record = "position" not in self and ("type" in self or "document" in self)
        if default or name in self.OPTIONAL or is_record:
            return super().get(name, *default)
        return self[name]


@pytest.mark.parametrize(("command", "listing"), LISTS, ids=lambda one: getattr(one, "name", one))
def test_every_column_is_about_what_the_answer_has(
    examples: Path, small: Path, command: str, listing: Listing
) -> None:
    rows: list[Any] = []
    for ledger in (*sorted(examples.glob("*[!s].db")), small):
        for more in ((), ("STAB",) if command == "units" else ("--year", "2021")):
            if command not in {"budget", "units"} and more:
                continue
            found = run(*asked(command, ledger, *more, "--json")).stdout
            rows += listing.rows(json.loads(found, object_hook=Strict) if found else {})
    assert rows or listing.name == "pending"
