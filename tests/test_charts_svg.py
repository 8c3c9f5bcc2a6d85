"""Charts are drawn to round numbers, and say no more than what is so."""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import Decimal
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from styrledger.charts import periods, steps
from styrledger.charts.axes import Days, number, scale
from styrledger.charts.steps import FRAME, Level, Mark, Steps, Words

TKR = 100_000
YEAR = Days(date(2020, 1, 1), date(2020, 12, 31))
WORDS = Words('Rubrik <b> & "mer"', "I ord </svg>", "Nu", "Då")

_numbers = st.decimals(-(10**9), 10**9, places=2)


def drawn(chart: Steps) -> ET.Element:
    """Return a chart as a parsed picture: it is well-formed."""
    return ET.fromstring(steps.svg(chart, WORDS, "b"))  # noqa: S314 - our own picture


def paths(picture: ET.Element, style: str) -> list[str]:
    return [one.get("d", "") for one in picture.iter() if one.get("class") == style]


def words(picture: ET.Element, style: str) -> list[str]:
    return [one.text or "" for one in picture.iter() if one.get("class") == style]


# -- axes


@given(st.lists(_numbers, min_size=1, max_size=6))
def test_a_scale_holds_its_values_between_few_round_numbers(values: list[Decimal]) -> None:
    made = scale(values)
    assert all(0 <= made.share(value) <= 1 for value in values)
    assert 2 <= len(made.marks) <= 8
    gaps = {after - before for before, after in zip(made.marks, made.marks[1:], strict=False)}
    (gap,) = gaps
    assert gap.normalize().as_tuple().digits in {(1,), (2,), (5,)}


def test_an_axis_begins_at_zero_unless_all_values_are_far_above_it() -> None:
    assert scale([Decimal(10), Decimal(100)]).lowest == 0
    assert scale([Decimal(227_700), Decimal(230_600)]).lowest == 227_000


@pytest.mark.parametrize(
    ("value", "printed"),
    [("227000", "227\xa0000"), ("-2.5", "−2,5"), ("0", "0"), ("1E+3", "1\xa0000")],
)
def test_marks_are_printed_the_swedish_way(value: str, printed: str) -> None:
    assert number(Decimal(value)) == printed


@given(first=st.dates(date(1801, 1, 1), date(2190, 1, 1)), length=st.integers(0, 40_000))
def test_days_are_marked_by_few_first_days_of_months(first: date, length: int) -> None:
    days = Days(first, min(first + timedelta(days=length), date(2200, 12, 31)))
    marks = [*days.marks()]
    assert len(marks) <= 10
    assert all(day.day == 1 and days.first <= day <= days.last for day, _ in marks)


# -- steps


def test_a_line_holds_until_the_next_step_and_to_the_end() -> None:
    levels = (Level(date(2020, 1, 1), 0), Level(date(2020, 7, 1), 100 * TKR))
    (line,) = paths(drawn(Steps(levels, (), YEAR)), "line")[1:]  # the first is the legend's
    at = FRAME.share(YEAR.share(date(2020, 7, 1)), 0)[0]
    left, right, top, bottom = FRAME.left, FRAME.right, FRAME.top, FRAME.bottom
    assert line == f"M{left:g} {bottom:g}H{at:g}V{top:g}H{right:g}"


def test_days_without_an_amount_are_a_gap_and_not_zero() -> None:
    levels = (
        Level(date(2020, 1, 1), 5 * TKR),
        Level(date(2020, 3, 1), None),
        Level(date(2020, 9, 1), 7 * TKR),
    )
    (line,) = paths(drawn(Steps(levels, (), YEAR)), "line")[1:]
    assert line.count("M") == 2


def test_nothing_is_drawn_after_the_last_day() -> None:
    levels = (Level(date(2020, 1, 1), TKR), Level(date(2021, 6, 1), 9 * TKR))
    (line,) = paths(drawn(Steps(levels, (), YEAR)), "line")[1:]
    assert max(float(x) for x in re.findall(r"H([\d.]+)", line)) <= FRAME.right
    assert "V" not in line


def test_the_second_clock_has_a_dashed_line_of_its_own_only_where_it_differs() -> None:
    levels = (Level(date(2020, 1, 1), TKR),)
    alone = drawn(Steps(levels, (), YEAR))
    both = drawn(Steps(levels, (), YEAR, then=(Level(date(2020, 2, 1), TKR),)))
    assert paths(alone, "then") == []
    assert len(paths(both, "then")) == 2


def test_decisions_of_one_day_that_lie_close_share_a_number() -> None:
    day = date(2020, 6, 8)
    levels = (Level(date(2020, 1, 1), 100 * TKR), Level(day, 200 * TKR))
    close = (Mark(day, 199 * TKR, 1), Mark(day, 200 * TKR, 2), Mark(day, 120 * TKR, 3))
    assert sorted(words(drawn(Steps(levels, close, YEAR)), "number middle")) == ["1–2", "3"]


def test_no_two_numbers_lie_on_each_other() -> None:
    days = [YEAR.first + timedelta(days=9 * n) for n in range(40)]
    levels = tuple(Level(day, n % 3 * TKR) for n, day in enumerate(days))
    marks = tuple(Mark(day, n % 3 * TKR, n + 1) for n, day in enumerate(days))
    picture = drawn(Steps(levels, marks, YEAR))
    at = [
        (float(one.get("x", "")), float(one.get("y", "")))
        for one in picture.iter()
        if one.get("class") == "number middle"
    ]
    assert len(at) > 10
    for number_, (x, y) in enumerate(at):
        assert all(abs(x - u) > 4 or abs(y - v) > 10 for u, v in at[:number_])


def test_thousands_of_decisions_are_a_line_without_dots() -> None:
    marks = tuple(Mark(YEAR.first, TKR, n) for n in range(10_000))
    picture = drawn(Steps((Level(YEAR.first, TKR),), marks, YEAR))
    assert paths(picture, "dot") == []


def test_what_a_chart_is_called_is_escaped() -> None:
    picture = drawn(Steps((Level(YEAR.first, TKR),), (), YEAR))
    title, description = (one.text for one in [*picture][:2])
    assert (title, description) == (WORDS.title, WORDS.description)
    assert picture.get("aria-labelledby") == "b-title b-desc"


# -- periods


def small(*shown: periods.Period) -> ET.Element:
    return ET.fromstring(periods.svg(shown, "T", "D", "i"))  # noqa: S314 - our own picture


def test_only_comparable_values_are_joined() -> None:
    one, two, three = (
        periods.Period(str(year), Decimal(year - 2010), None, run)
        for year, run in ((2018, 1), (2019, 1), (2020, 2))
    )
    assert len(paths(small(one, two, three), "line")) == 1
    assert len(paths(small(one, two, three), "dot")) == 3


def test_a_missing_value_is_marked_and_a_target_is_a_bar() -> None:
    picture = small(
        periods.Period("2019", Decimal(3), None, 1),
        periods.Period("2020", None, Decimal(4), 1),
    )
    assert words(picture, "soft middle").count(periods.MISSING) == 1
    assert len(paths(picture, "target")) == 1


def test_an_indicator_without_any_value_is_drawn_without_an_axis() -> None:
    picture = small(periods.Period("2020", None, None, 1))
    assert paths(picture, "grid") == []
    assert words(picture, "soft middle") == ["2020", periods.MISSING]
