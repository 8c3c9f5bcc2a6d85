"""The days by which minutes are approved, announced and appealed."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from styrledger.deadlines import (
    approve_by,
    easter,
    is_working_day,
    last_appeal_day,
    last_appeal_day_moved,
    post_by,
    take_down_from,
)


def day(text: str) -> date:
    return date.fromisoformat(text)


def test_minutes_are_approved_within_fourteen_days() -> None:
    assert approve_by(day("2020-02-10")) == day("2020-02-24")


def test_the_approval_is_announced_within_two_days() -> None:
    assert post_by(day("2020-02-24")) == day("2020-02-26")


def test_the_last_day_to_appeal_is_three_weeks_after_the_announcement() -> None:
    assert last_appeal_day(day("2020-02-26")) == day("2020-03-18")


def test_a_notice_may_come_down_the_day_after_the_last_day_to_appeal() -> None:
    assert take_down_from(last_appeal_day(day("2020-02-26"))) == day("2020-03-19")


@pytest.mark.parametrize(
    ("posted", "last"),
    [
        ("2020-02-26", "2020-03-18"),
        ("2020-02-29", "2020-03-23"),  # a Saturday
        ("2020-03-20", "2020-04-14"),  # Good Friday, and on to after Easter Monday
        ("2020-04-30", "2020-05-22"),  # Ascension Day
        ("2020-05-29", "2020-06-22"),  # Midsummer Eve
        ("2020-12-03", "2020-12-28"),  # Christmas Eve to Boxing Day, and a Sunday
        ("2020-12-10", "2021-01-04"),  # New Year's Eve, New Year's Day and a weekend
    ],
)
def test_a_last_day_that_is_no_working_day_is_put_off_to_the_next(posted: str, last: str) -> None:
    assert last_appeal_day_moved(day(posted)) == day(last)


@pytest.mark.parametrize(
    ("year", "sunday"),
    [
        (1818, "1818-03-22"),
        (1943, "1943-04-25"),
        (2000, "2000-04-23"),
        (2019, "2019-04-21"),
        (2020, "2020-04-12"),
        (2024, "2024-03-31"),
    ],
)
def test_easter_falls_on_the_sunday_of_the_almanac(year: int, sunday: str) -> None:
    assert easter(year) == day(sunday)


@pytest.mark.parametrize(
    "feast",
    [
        "2020-01-01",
        "2020-01-06",
        "2020-04-10",
        "2020-04-13",
        "2020-05-01",
        "2020-05-21",
        "2020-06-19",
        "2020-06-20",
        "2020-10-31",
        "2020-12-24",
        "2020-12-25",
        "2020-12-31",
        "2022-06-06",
        "2019-12-26",
    ],
)
def test_no_deadline_falls_on_a_holiday_nor_its_eve(feast: str) -> None:
    assert not is_working_day(day(feast))


@pytest.mark.parametrize("ordinary", ["2020-04-09", "2020-06-18", "2020-12-23", "2020-12-30"])
def test_the_day_before_is_a_working_day(ordinary: str) -> None:
    assert is_working_day(day(ordinary))


@given(st.dates(date(1900, 1, 1), date(2199, 12, 31)))
def test_a_last_day_is_never_before_its_three_weeks_nor_a_week_after(posted: date) -> None:
    moved = last_appeal_day_moved(posted)
    assert is_working_day(moved)
    assert timedelta(21) <= moved - posted <= timedelta(27)
