"""Budgets as step charts in the terminal: readable at any width, in any encoding."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from styrledger.charts.axes import Days
from styrledger.charts.steps import Level
from styrledger.charts.terminal import ASCII, DRAWN, NARROWEST, draw

from .commands import adopted, answer, environment, new, process, revised, run, told

ASK = ("budget", "KS", "--year", "2020", "--chart")


@pytest.fixture(name="ledger")
def _ledger(tmp_path: Path) -> Path:
    return new(
        tmp_path,
        adopted("227,7 mnkr"),
        revised("2 mnkr", "KF 2020-02-10 § 9"),
        revised("-1 mnkr", "KF 2020-05-11 § 83"),
    )


def drawing(*, width: int = 50, ascii_only: bool = False) -> list[str]:
    days = (date(2020, 1, 1), date(2020, 2, 20), date(2020, 4, 10))
    levels = [Level(day, ore) for day, ore in zip(days, (100_000, 300_000, 200_000), strict=True)]
    pen = ASCII if ascii_only else DRAWN
    stretch = Days(days[0], date(2020, 6, 30))
    return [line.axis + line.curve for line in draw(levels, stretch, "kr", width, pen)]


def test_a_chart_goes_up_and_down_in_steps() -> None:
    assert drawing() == [
        "3\N{NO-BREAK SPACE}000 ┤           ●───────────┐",
        "      │           │           │",
        "2\N{NO-BREAK SPACE}000 ┤           │           ●───────────────────",
        "      │           │",
        "1\N{NO-BREAK SPACE}000 ┤●──────────┘",
        "      │",
        "    0 ┤",
        "      └┴──────┴──────┴──────┴──────┴──────┴───────",
        "       2020-01    2020-03       2020-05",
    ]


def test_a_chart_without_line_characters_says_the_same() -> None:
    plain = "\n".join(drawing(ascii_only=True))
    assert plain.isascii()
    drawn = "\n".join(drawing())
    pairs = dict(zip(drawn, plain, strict=True))
    assert pairs["●"] == "*"
    assert [line.count("*") for line in plain.splitlines()] == [
        line.count("●") for line in drawn.splitlines()
    ]


@given(
    st.lists(
        st.tuples(st.dates(date(2019, 1, 1), date(2020, 12, 31)), st.integers(-(10**12), 10**12)),
        min_size=1,
        max_size=30,
    ),
    st.integers(0, 200),
)
def test_a_chart_is_never_wider_than_there_is_room(
    steps: list[tuple[date, int]], width: int
) -> None:
    steps.sort(key=lambda step: step[0])
    levels = [Level(day, ore) for day, ore in steps]
    lines = list(draw(levels, Days(steps[0][0], date(2020, 12, 31)), "tkr", width))
    margin = len(lines[0].axis)
    assert all(len(line.axis + line.curve) <= max(width, margin + NARROWEST) for line in lines)
    curve = [line.curve for line in lines]
    # It is one line from the first day on: each column has a character.
    columns = max(map(len, curve))
    assert all(any(row[column : column + 1].strip() for row in curve) for column in range(columns))
    dots = sum(row.count("●") for row in curve)
    assert 1 <= dots <= len({day for day, _ in steps})
    # The last step is where the line ends.
    assert [row for row in curve if len(row) == columns and row[-1] in "─●"]


def test_the_chart_ends_with_the_day_asked_about_or_the_year(ledger: Path) -> None:
    short = told(*ASK, "--on", "2020-02-29", "--ledger", ledger)
    assert ("2020-01" in short, "2020-04" in short) == (True, False)
    assert short.count("●") == 2
    long = told(*ASK, "--ledger", ledger)
    assert ("2020-10" in long, "2021" in long.partition("KS operating budget 2020, tkr")[2]) == (
        True,
        False,
    )


def test_a_line_of_a_budget_has_its_own_chart(tmp_path: Path) -> None:
    distributed = {
        "type": "budget.distributed",
        "unit": "KS",
        "year": 2020,
        "line": "A/B",
        "amount": "40 tkr",
        "decision": "KS 2019-12-01 § 1",
    }
    ledger = new(tmp_path, adopted("100 tkr"), distributed)
    shown = told(*ASK, "--line", "A/B", "--ledger", ledger)
    assert "KS/A/B operating budget 2020, tkr" in shown
    assert shown.count("●") == 1


def test_json_is_the_same_with_a_chart(ledger: Path) -> None:
    assert answer(*ASK, "--ledger", ledger) == answer(*ASK[:-1], "--ledger", ledger)


def test_a_receipt_is_of_the_answer_and_not_of_its_chart(ledger: Path) -> None:
    file = ledger.with_name("r.json")
    told(*ASK, "--ledger", ledger, "--receipt", file)
    assert "the answer to `budget KS --year 2020` follows" in told("verify-proof", file)


def test_a_budget_that_was_never_decided_has_no_chart(ledger: Path) -> None:
    done = run("budget", "SN", "--year", "2020", "--chart", "--ledger", ledger)
    assert (done.exit_code, "●" in done.stdout) == (1, False)


def test_a_chart_keeps_to_the_width_of_the_terminal(ledger: Path) -> None:
    for columns in (30, 60, 300):
        done = process(
            *ASK, "--ledger", ledger, env=environment(COLUMNS=str(columns), PYTHONUTF8="1")
        )
        chart = done.stdout.partition("2020, tkr\n")[2].splitlines()
        widest = max(map(len, chart))
        assert (done.returncode, widest <= columns, widest >= min(columns, 110) - 20) == (
            0,
            True,
            True,
        )


def test_a_terminal_without_line_characters_gets_ascii(ledger: Path) -> None:
    done = process(*ASK, "--ledger", ledger, env=environment(PYTHONIOENCODING="ascii"))
    chart = done.stdout.partition("2020, tkr\n")[2]
    assert (done.returncode, "*" in chart, "\\u" in chart, "\\x" in chart) == (
        0,
        True,
        False,
        False,
    )


def test_a_chart_has_colour_on_a_terminal_alone(ledger: Path) -> None:
    plain = process(*ASK, "--ledger", ledger, env=environment(PYTHONUTF8="1")).stdout
    assert "\x1b" not in plain
    coloured = run_coloured(ledger)
    assert "\x1b[34m" in coloured
    assert re.sub("\x1b\\[[0-9]*m", "", coloured) == told(*ASK, "--ledger", ledger)


def run_coloured(ledger: Path) -> str:
    from click.testing import CliRunner  # noqa: PLC0415 - only here is colour wanted

    from styrledger.cli import main  # noqa: PLC0415 - as above

    return CliRunner().invoke(main, [*ASK, "--ledger", str(ledger)], color=True).stdout
