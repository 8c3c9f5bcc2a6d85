"""Figures that are not money: read as they are printed, exact, and never guessed."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from styrledger.errors import ValueRefused
from styrledger.values import Value, to_value


@pytest.mark.parametrize(
    ("printed", "number", "unit", "qualifier"),
    [
        ("80.5", "80.5", None, None),
        ("80,5", "80.5", None, None),
        ("82.0", "82.0", None, None),
        ("-2%", "-2", "%", None),
        ("− 2 %", "-2", "%", None),
        ("– 3 555", "-3555", None, None),
        ("ca 10", "10", None, "ca"),
        ("minst 40", "40", None, "minst"),
        ("1\u00a0167,5", "1167.5", None, None),
        ("16,5 poäng", "16.5", "poäng", None),
        ("-0,0", "0.0", None, None),
        (" 7 ", "7", None, None),
    ],
)
def test_a_printed_value_is_read_exactly_and_kept_as_printed(
    printed: str, number: str, unit: str | None, qualifier: str | None
) -> None:
    value = to_value(printed)
    assert value == Value(printed.strip(), number, unit, qualifier)
    assert (str(value), value.decimal) == (printed.strip(), Decimal(number))
    assert value.as_dict() == {"number": number, "text": printed.strip()}


@pytest.mark.parametrize(
    ("given", "number"), [(936, "936"), (80.5, "80.5"), (-0.1, "-0.1"), (Decimal("1.10"), "1.10")]
)
def test_a_number_is_the_decimals_that_it_was_written_with(
    given: float | Decimal, number: str
) -> None:
    assert to_value(given) == Value(number, number)


def test_a_value_is_itself() -> None:
    value = to_value("1,6")
    assert to_value(value) is value


A_NUMBER = "expected one number such as '80,5', '80.5' or '-2 %'"
NO_VALUE = f"is no value, {A_NUMBER}, leave it out, or say it is missing"


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("-", f"'-' {NO_VALUE}"),
        ("", f"'' {NO_VALUE}"),
        ("–", f"'–' {NO_VALUE}"),
        ("1,6 1,9", f"'1,6 1,9' is not a value, {A_NUMBER}"),
        ("82 701 82 138", f"'82 701 82 138' is not a value, {A_NUMBER}"),
        ("5e3", f"'5e3' is not a value, {A_NUMBER}"),
        ("fastställs årligen", f"'fastställs årligen' is not a value, {A_NUMBER}"),
        ("9" * 19, f"'{'9' * 19}' has too many digits, expected at most 18"),
        ("9" * 201, f"'{'9' * 60}'… (201 characters) is not a value, {A_NUMBER}"),
        (True, f"True is not a value, {A_NUMBER}"),
        (float("nan"), f"nan is not a value, {A_NUMBER}"),
        (1e30, f"1e+30 is not a value, {A_NUMBER}"),
        (None, f"None is not a value, {A_NUMBER}"),
    ],
)
def test_what_is_not_one_number_is_refused(given: object, message: str) -> None:
    with pytest.raises(ValueRefused) as refused:
        to_value(given)
    assert str(refused.value) == message


@given(st.decimals(-(10**9), 10**9, places=3))
def test_what_is_computed_prints_the_swedish_way_and_reads_back(number: Decimal) -> None:
    value = Value.of(number)
    assert value.text == value.number.replace(".", ",")
    assert to_value(value.text).decimal == number


def test_what_is_computed_keeps_the_unit() -> None:
    assert Value.of(Decimal("-1.5"), "%") == Value("-1,5 %", "-1.5", "%")
