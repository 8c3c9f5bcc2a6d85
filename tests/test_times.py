"""Times: dates as precise as their source, Swedish days, and what was known."""

from __future__ import annotations

import copy
import pickle
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from attrs.exceptions import FrozenInstanceError
from hypothesis import given
from hypothesis import strategies as st

from styrledger.errors import ClockError, DateError, StyrledgerError
from styrledger.times import (
    LAST_POSITION,
    STOCKHOLM,
    PartialDate,
    end_of_day,
    instant,
    parse_known,
    partial_date,
    read_clock,
    system_clock,
    to_day,
    to_partial_date,
    today,
)

DAYS = st.dates(date(1800, 1, 1), date(2200, 12, 31))
TEXTS = st.one_of(
    DAYS.map(date.isoformat),
    st.builds("{}-{:02}".format, st.integers(1800, 2200), st.integers(1, 12)),
    st.integers(1800, 2200).map(str),
)
A_DATE = ", expected a date such as 2020-02-10, 2020-02 or 2020"
A_KNOWN = (
    ", expected a position such as #12, an instant such as 2020-02-10T09:30:00+01:00, or a day"
)
CEST = timezone(timedelta(hours=2))


# --- Dates as precise as their source -------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "precision", "first", "last"),
    [
        ("2020-02-10", "day", date(2020, 2, 10), date(2020, 2, 10)),
        ("2020-02", "month", date(2020, 2, 1), date(2020, 2, 29)),
        ("2021-02", "month", date(2021, 2, 1), date(2021, 2, 28)),
        ("2020-12", "month", date(2020, 12, 1), date(2020, 12, 31)),
        ("2020", "year", date(2020, 1, 1), date(2020, 12, 31)),
        ("1800", "year", date(1800, 1, 1), date(1800, 12, 31)),
        ("2200-12-31", "day", date(2200, 12, 31), date(2200, 12, 31)),
    ],
)
def test_a_date_is_as_precise_as_its_text(
    text: str, precision: str, first: date, last: date
) -> None:
    partial = PartialDate(text)
    assert (partial.precision, partial.first, partial.last) == (precision, first, last)
    assert partial.is_exact == (precision == "day")
    assert (partial.text, str(partial), repr(partial)) == (text, text, f"PartialDate({text!r})")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("2020-02-30", f"'2020-02-30' is not a date: 2020-02 has 29 days{A_DATE}"),
        ("2020-02-00", f"'2020-02-00' is not a date: 2020-02 has 29 days{A_DATE}"),
        ("2020-13-01", f"'2020-13-01' is not a date: there is no month 13{A_DATE}"),
        ("2020-00", f"'2020-00' is not a date: there is no month 0{A_DATE}"),
        ("1799", f"'1799' is not a date: the year is outside 1800 to 2200{A_DATE}"),
        ("2201-01-01", f"'2201-01-01' is not a date: the year is outside 1800 to 2200{A_DATE}"),
        ("20200210", f"'20200210' is not a date{A_DATE}"),
        ("10 feb 2020", f"'10 feb 2020' is not a date{A_DATE}"),
        ("2020-2-1", f"'2020-2-1' is not a date{A_DATE}"),
        ("2020-10-201", f"'2020-10-201' is not a date{A_DATE}"),
        (" 2020", f"' 2020' is not a date{A_DATE}"),
        ("2020-02-10\n", f"'2020-02-10\\n' is not a date{A_DATE}"),
        ("2020-02-10T00:00:00Z", f"'2020-02-10T00:00:00Z' is not a date{A_DATE}"),
        (
            "\N{FULLWIDTH DIGIT TWO}020",
            f"'\N{FULLWIDTH DIGIT TWO}020' is not a date{A_DATE}",
        ),
        ("", f"'' is not a date{A_DATE}"),
        ("2" * 70, f"'{'2' * 60}'… (70 characters) is not a date{A_DATE}"),
    ],
)
def test_what_is_no_date_is_refused(text: str, message: str) -> None:
    for make in (PartialDate, PartialDate.parse, partial_date, to_partial_date, to_day):
        with pytest.raises(DateError) as refused:
            make(text)
        assert str(refused.value) == message


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (2020, f"2020 is not a date{A_DATE}, write it as text, in quotes"),
        (None, f"None is not a date{A_DATE}, write it as text, in quotes"),
        (
            datetime(2020, 2, 10, 9, 30, tzinfo=UTC),
            (f"'2020-02-10T09:30:00+00:00' is an instant, not a date{A_DATE}, say which day it is"),
        ),
        (date(1, 1, 1), f"'0001-01-01' is not a date: the year is outside 1800 to 2200{A_DATE}"),
    ],
)
def test_a_date_comes_from_a_text_or_a_date_only(value: object, message: str) -> None:
    with pytest.raises(DateError) as refused:
        to_partial_date(value)
    assert str(refused.value) == message


@given(st.text() | st.text("0123456789-", max_size=11))
def test_no_text_is_refused_with_anything_but_a_date_error(text: str) -> None:
    try:
        partial = PartialDate(text)
    except DateError:
        return
    assert str(partial) == text


@given(TEXTS)
def test_a_date_holds_its_first_and_last_day(text: str) -> None:
    partial = PartialDate(text)
    assert partial.first <= partial.last
    assert partial.is_exact == (partial.first == partial.last)
    assert {partial.first.isoformat()[: len(text)], partial.last.isoformat()[: len(text)]} == {text}
    assert not (partial.last + timedelta(days=1)).isoformat().startswith(text)


def test_dates_are_ordered_by_their_last_day_the_imprecise_first() -> None:
    texts = ["2020-02-10", "2020-02", "2020-02-29", "2020-12-30", "2020", "2020-12", "2020-12-31"]
    dates = [PartialDate(text) for text in texts]
    assert sorted(set(dates)) == dates


@given(TEXTS, TEXTS)
def test_the_order_of_dates_is_total(one: str, other: str) -> None:
    first, second = PartialDate(one), PartialDate(other)
    assert [first < second, first == second, first > second].count(True) == 1
    assert (first <= second, first >= second) == (not first > second, not first < second)
    assert (first == second) == (one == other)
    assert first != second or hash(first) == hash(second)


def test_a_date_is_comparable_to_partial_dates_only() -> None:
    partial: object = PartialDate("2020-02-10")
    assert partial != "2020-02-10"
    for compare in ("__lt__", "__le__", "__gt__", "__ge__"):
        assert getattr(partial, compare)(date(2020, 2, 10)) is NotImplemented


def test_the_same_text_gives_the_same_object() -> None:
    assert partial_date("2020-02-10") is partial_date("2020-02-10")
    assert PartialDate.parse("2020-02") is to_partial_date("2020-02")
    assert to_partial_date(date(2020, 2, 10)) is partial_date("2020-02-10")


def test_a_date_cannot_be_changed_but_copied() -> None:
    partial = PartialDate("2020-02")
    with pytest.raises(FrozenInstanceError):
        setattr(partial, "text", "2021")  # noqa: B010 - the type checkers forbid it already
    with pytest.raises(FrozenInstanceError):
        del partial.text
    assert pickle.loads(pickle.dumps(partial)) == partial  # noqa: S301 - it is our own
    assert copy.deepcopy(partial) == partial


def test_a_day_is_precise() -> None:
    assert to_day("2020-02-10") == date(2020, 2, 10)
    assert to_day(date(2020, 2, 10)) == date(2020, 2, 10)
    assert to_day(PartialDate("2020-02-10")) == date(2020, 2, 10)


@pytest.mark.parametrize(("text", "period"), [("2020-06", "month"), ("2020", "year")])
def test_a_day_is_never_completed_from_less(text: str, period: str) -> None:
    with pytest.raises(DateError) as refused:
        to_day(text)
    assert str(refused.value) == (
        f"'{text}' is a whole {period}, expected a day such as 2020-02-10, say which day"
    )


# --- Clocks ---------------------------------------------------------------------------------


def test_the_system_clock_knows_its_offset() -> None:
    before = datetime.now(UTC)
    assert before <= read_clock(system_clock) <= datetime.now(UTC)
    assert system_clock().tzinfo is UTC


def test_a_clock_is_read_in_utc_to_the_microsecond() -> None:
    moment = datetime(2020, 6, 8, 1, 0, 0, 123456, tzinfo=STOCKHOLM)
    now = read_clock(lambda: moment)
    assert (now, now.tzinfo) == (moment, UTC)
    assert instant(now) == "2020-06-07T23:00:00.123456Z"


def test_a_clock_without_an_offset_is_refused() -> None:
    naive = datetime(2020, 6, 8)  # noqa: DTZ001 - that is the fault
    with pytest.raises(ClockError) as refused:
        read_clock(lambda: naive)
    assert str(refused.value) == (
        "the clock gave datetime.datetime(2020, 6, 8, 0, 0), expected a datetime with its offset,"
        " use a clock such as `lambda: datetime.now(UTC)`"
    )
    assert refused.value.given == naive
    assert isinstance(refused.value, StyrledgerError)


def test_a_clock_that_gives_no_datetime_is_refused() -> None:
    with pytest.raises(ClockError, match="the clock gave 1591570800, expected a datetime"):
        read_clock(lambda: 1591570800)  # type: ignore[arg-type,return-value]


def test_today_is_the_swedish_day() -> None:
    assert today(lambda: datetime(2020, 6, 7, 21, 59, tzinfo=UTC)) == date(2020, 6, 7)
    assert today(lambda: datetime(2020, 6, 7, 22, 0, tzinfo=UTC)) == date(2020, 6, 8)
    assert today(lambda: datetime(2020, 12, 7, 22, 59, tzinfo=UTC)) == date(2020, 12, 7)


@pytest.mark.parametrize(
    ("day", "end"),
    [
        (date(2020, 1, 15), "2020-01-15T22:59:59.999999Z"),
        (date(2020, 6, 8), "2020-06-08T21:59:59.999999Z"),
        (date(2020, 3, 28), "2020-03-28T22:59:59.999999Z"),
        (date(2020, 3, 29), "2020-03-29T21:59:59.999999Z"),
        (date(2020, 10, 25), "2020-10-25T22:59:59.999999Z"),
    ],
)
def test_a_day_ends_at_swedish_midnight(day: date, end: str) -> None:
    assert instant(end_of_day(day)) == end


@given(DAYS)
def test_days_end_on_that_day_and_leave_no_gap(day: date) -> None:
    end = end_of_day(day)
    assert end.astimezone(STOCKHOLM).date() == day
    assert (end + datetime.resolution).astimezone(STOCKHOLM).date() == day + timedelta(days=1)


def test_an_instant_is_written_in_utc_with_six_decimals() -> None:
    assert instant(datetime(2020, 6, 8, 2, 0, tzinfo=CEST)) == "2020-06-08T00:00:00.000000Z"


def test_an_instant_without_its_offset_is_refused() -> None:
    with pytest.raises(DateError) as refused:
        instant(datetime(2020, 6, 8))  # noqa: DTZ001 - that is the fault
    assert str(refused.value) == (
        "'2020-06-08T00:00:00' has no offset from UTC, expected an instant such as"
        " '2020-06-08T00:00:00+01:00', add Z or the offset"
    )


# --- What was known -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "position"),
    [("#12", 12), ("#0", 0), (12, 12), (0, 0), (LAST_POSITION, LAST_POSITION)],
)
def test_a_position_is_known_by_its_number(value: str | int, position: int) -> None:
    assert parse_known(value) == position


@pytest.mark.parametrize(
    ("value", "known"),
    [
        ("2020-02-15", "2020-02-15T22:59:59.999999Z"),
        (date(2020, 2, 15), "2020-02-15T22:59:59.999999Z"),
        (PartialDate("2020-02-15"), "2020-02-15T22:59:59.999999Z"),
        ("2020-02-15T09:30:00+01:00", "2020-02-15T08:30:00.000000Z"),
        ("2020-02-15T09:30+01:00", "2020-02-15T08:30:00.000000Z"),
        ("2020-02-15 09:30:00.123Z", "2020-02-15T09:30:00.123000Z"),
        ("2020-02-15t09:30:00.123456z", "2020-02-15T09:30:00.123456Z"),
        (datetime(2020, 6, 8, 2, 0, tzinfo=CEST), "2020-06-08T00:00:00.000000Z"),
    ],
)
def test_an_instant_or_the_end_of_a_day_is_known_in_utc(value: object, known: str) -> None:
    moment = parse_known(value)
    assert isinstance(moment, datetime)
    assert (moment.tzinfo, instant(moment)) == (UTC, known)


@given(st.datetimes(datetime(1801, 1, 1), datetime(2199, 12, 31), timezones=st.just(UTC)))  # noqa: DTZ001 - the bounds are naive by the strategy's rule
def test_what_instant_writes_parse_known_reads(moment: datetime) -> None:
    assert parse_known(instant(moment)) == moment


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (
            "2020-02-15T09:30:00",
            (
                "'2020-02-15T09:30:00' has no offset from UTC, expected an instant such as"
                " '2020-02-15T09:30:00+01:00', add Z or the offset"
            ),
        ),
        (
            datetime(2020, 2, 15),  # noqa: DTZ001 - that is the fault
            (
                "'2020-02-15T00:00:00' has no offset from UTC, expected an instant such as"
                " '2020-02-15T00:00:00+01:00', add Z or the offset"
            ),
        ),
        (
            "2020-02-30T09:30:00Z",
            f"'2020-02-30T09:30:00Z' is not an instant: there is no such day or time{A_KNOWN}",
        ),
        (
            "0001-01-01T00:00:00+14:00",
            "the year of 0001-01-01T00:00:00+14:00 is out of range, expected 1800 to 2200",
        ),
        ("2020-02", "'2020-02' is a whole month, expected a day such as 2020-02-10, say which day"),
        ("2020-02-30", f"'2020-02-30' is not a date: 2020-02 has 29 days{A_DATE}"),
        (-1, "-1 is no position, expected #0 for the empty ledger, or more"),
        (
            LAST_POSITION + 1,
            "9223372036854775808 is no position, expected #0 for the empty ledger, or more",
        ),
        (
            10**5000,
            (
                "a number of thousands of digits is no position,"
                " expected #0 for the empty ledger, or more"
            ),
        ),
        ("#-1", f"'#-1' says no point in the log{A_KNOWN}"),
        ("12", f"'12' says no point in the log{A_KNOWN}"),
        ("now", f"'now' says no point in the log{A_KNOWN}"),
        ("", f"'' says no point in the log{A_KNOWN}"),
        (True, f"True says no point in the log{A_KNOWN}"),
        (1.5, f"1.5 says no point in the log{A_KNOWN}"),
        (None, f"None says no point in the log{A_KNOWN}"),
    ],
    ids=lambda value: None if isinstance(value, str) else type(value).__name__,
)
def test_what_says_no_point_in_the_log_is_refused(value: object, message: str) -> None:
    with pytest.raises(DateError) as refused:
        parse_known(value)
    assert str(refused.value) == message


@given(st.text() | st.text("#0123456789-T:Z+", max_size=30))
def test_what_was_known_is_refused_with_nothing_but_a_date_error(text: str) -> None:
    try:
        known = parse_known(text)
    except DateError:
        return
    assert isinstance(known, int | datetime)
