"""Amounts: every spelling of money in real documents, and exact arithmetic on it."""

from __future__ import annotations

import copy
import pickle
from decimal import Decimal

import attrs
import msgspec
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from styrledger.amounts import MOST_ORE, Amount, MoneyUnit, parse_amount, to_amount
from styrledger.errors import AmountError, StyrledgerError

NBSP = "\N{NO-BREAK SPACE}"
NARROW = "\N{NARROW NO-BREAK SPACE}"
THIN = "\N{THIN SPACE}"
EN_DASH = "\N{EN DASH}"
EM_DASH = "\N{EM DASH}"
MINUS = "\N{MINUS SIGN}"

ULPS = st.integers(0, 11).map(lambda exponent: 10**exponent)
UNITS = st.sampled_from(["kr", "tkr", "mnkr"])


@st.composite
def exact_amounts(draw: st.DrawFn) -> Amount:
    ulp = draw(ULPS)
    steps = draw(st.integers(-MOST_ORE // ulp // 100, MOST_ORE // ulp // 100))
    return Amount.from_ore(steps * ulp, ulp)


@st.composite
def printed_amounts(draw: st.DrawFn) -> tuple[str, int]:
    """Return a spelling and the öre that it must mean, worked out another way."""
    whole = draw(st.integers(0, 10**7))
    decimals = draw(st.sampled_from(["", "0", "7", "05", "50"]))
    blank = draw(st.sampled_from([" ", NBSP, NARROW, THIN, ""]))
    sign = draw(st.sampled_from(["", "-", f"{EN_DASH} ", f"{EM_DASH}{NBSP}", MINUS, "+"]))
    unit, worth = draw(
        st.sampled_from(
            [
                ("kr", 1),
                ("Kronor", 1),
                ("tkr", 1000),
                ("tusen kronor", 1000),
                ("mnkr", 10**6),
                ("MKR", 10**6),
                ("milj. kr", 10**6),
                ("miljoner kronor", 10**6),
                ("miljarder kronor", 10**9),
            ]
        )
    )
    word = draw(st.sampled_from(["", "ca ", "Drygt ", f"minst{NBSP}", "upp till "]))
    number = f"{whole:,}".replace(",", blank)
    point = draw(st.sampled_from([",", "."]))
    text = f"{word}{sign}{number}{point + decimals if decimals else ''}{blank}{unit}"
    value = Decimal(f"{whole}.{decimals or 0}") * worth * 100
    assume(value <= MOST_ORE)
    return text, int(-value if sign.strip() in {"-", EN_DASH, EM_DASH, MINUS} else value)


# --- Reading --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "ore", "unit", "ulp"),
    [
        ("227,7 mnkr", 22_770_000_000, "mnkr", 10_000_000),
        ("230 033 tkr", 23_003_300_000, "tkr", 100_000),
        ("1 167 tkr", 116_700_000, "tkr", 100_000),
        ("1167 tkr", 116_700_000, "tkr", 100_000),
        (f"1{NBSP}167{NBSP}tkr", 116_700_000, "tkr", 100_000),
        (f"1{NARROW}167 tkr", 116_700_000, "tkr", 100_000),
        (f"1{THIN}167 tkr", 116_700_000, "tkr", 100_000),
        ("1.167 tkr", 116_700, "tkr", 100),
        ("1,167 mnkr", 116_700_000, "mnkr", 100_000),
        ("80.5 tkr", 8_050_000, "tkr", 10_000),
        ("0,4 mnkr", 40_000_000, "mnkr", 10_000_000),
        ("0 tkr", 0, "tkr", 100_000),
        ("2,0mnkr", 200_000_000, "mnkr", 10_000_000),
        ("82 701 821 tkr", 8_270_182_100_000, "tkr", 100_000),
        ("1 000 200 300 tkr", 100_020_030_000_000, "tkr", 100_000),
        ("200 000 kr", 20_000_000, "kr", 100),
        ("123456789 kronor", 12_345_678_900, "kr", 100),
        ("123,45 kr", 12_345, "kr", 1),
        ("1 krona", 100, "kr", 100),
        ("5 SEK", 500, "kr", 100),
        ("5 tusen kronor", 500_000, "tkr", 100_000),
        ("5 ksek", 500_000, "tkr", 100_000),
        ("14,5 mkr", 1_450_000_000, "mnkr", 10_000_000),
        ("14,5 Mkr", 1_450_000_000, "mnkr", 10_000_000),
        ("14,5 MKR", 1_450_000_000, "mnkr", 10_000_000),
        ("14,5 milj kr", 1_450_000_000, "mnkr", 10_000_000),
        ("14,5 milj. kronor", 1_450_000_000, "mnkr", 10_000_000),
        ("1 miljon kronor", 100_000_000, "mnkr", 100_000_000),
        ("2 miljoner kronor", 200_000_000, "mnkr", 100_000_000),
        (f"2 miljoner{NBSP}kronor", 200_000_000, "mnkr", 100_000_000),
        ("1,2 mdkr", 120_000_000_000, "mnkr", 10_000_000_000),
        ("3 miljarder kronor", 300_000_000_000, "mnkr", 100_000_000_000),
        ("0,00000001 mnkr", 1, "mnkr", 1),
        ("10 000 000 mnkr", MOST_ORE, "mnkr", 100_000_000),
        ("5 kr.", 500, "kr", 100),
    ],
)
def test_every_spelling_is_read_exactly(text: str, ore: int, unit: str, ulp: int) -> None:
    amount = Amount(text)
    assert (amount.ore, amount.text, amount.unit, amount.ulp) == (ore, text, unit, ulp)
    assert amount.qualifier is None


@pytest.mark.parametrize(
    "text",
    [
        "-3 555 tkr",
        "- 3 555 tkr",
        f"-{NBSP}3 555 tkr",
        f"{EN_DASH}3 555 tkr",
        f"{EN_DASH}{NBSP}3{NBSP}555{NBSP}tkr",
        f"{EM_DASH} 3 555 tkr",
        f"{MINUS}3 555 tkr",
        f"{MINUS} 3555 tkr",
    ],
)
def test_every_minus_sign_is_a_minus(text: str) -> None:
    assert Amount(text).ore == -355_500_000


def test_a_plus_sign_is_kept_in_the_text() -> None:
    assert Amount("+0,9 mnkr").ore == 90_000_000
    assert str(Amount("+0,9 mnkr")) == "+0,9 mnkr"


@pytest.mark.parametrize(
    ("text", "qualifier"),
    [
        ("cirka 3,5 mnkr", "cirka"),
        ("ca 22,4 mnkr", "ca"),
        ("Ca. 22,4 mnkr", "Ca."),
        ("c:a 22,4 mnkr", "c:a"),
        ("drygt 5 mnkr", "drygt"),
        ("Knappt 5 mnkr", "Knappt"),
        ("minst -5 tkr", "minst"),
        ("högst 5 tkr", "högst"),
        ("OMKRING 5 tkr", "OMKRING"),
        ("nästan 5 tkr", "nästan"),
        ("över 5 tkr", "över"),
        (f"upp{NBSP}till 5 tkr", f"upp{NBSP}till"),
    ],
)
def test_a_qualifier_is_kept_as_printed(text: str, qualifier: str) -> None:
    assert Amount(text).qualifier == qualifier
    assert Amount(text).text == text


def test_outer_blanks_are_no_part_of_the_text() -> None:
    assert Amount(f"{NBSP} 5 tkr\n").text == "5 tkr"


@given(printed_amounts())
def test_any_combination_of_spellings_means_what_it_says(case: tuple[str, int]) -> None:
    text, ore = case
    amount = Amount(text)
    assert amount.ore == ore
    assert amount.text == text


@pytest.mark.parametrize("text", ["", "   ", NBSP, "-", " - ", EN_DASH, EM_DASH, MINUS])
def test_a_blank_or_a_dash_is_no_value(text: str) -> None:
    assert parse_amount(text) is None


def test_zero_is_a_value() -> None:
    assert parse_amount("0 tkr") == Amount("0 kr")


def test_parse_amount_reads_what_is_not_blank() -> None:
    assert parse_amount("- 5 tkr") == Amount("-5 tkr")


# --- Refusing -------------------------------------------------------------------------------

SIDE_BY_SIDE = (
    " holds two numbers side by side, expected one amount, its digits in groups of three such as"
    " '82 701 tkr', enter each amount by itself"
)
NO_UNIT = " has no unit, expected an amount with its unit, such as "
NOT_KNOWN = (
    " is not a known unit, expected one of 'kr', 'kronor', 'mdkr', 'miljoner kronor', 'mkr',"
    " 'mnkr', 'tkr'"
)
NO_VALUE = (
    " is no value, expected an amount with its unit, such as '0 tkr',"
    " leave the field out if there is none"
)
AT_MOST = ", expected at most 10 000 000 mnkr, check that it is not two numbers side by side"
SUCH_AS = ", expected an amount with its unit, such as '227,7 mnkr'"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("82 701 82 138 tkr", f"'82 701 82 138 tkr'{SIDE_BY_SIDE}"),
        ("82 701 8 tkr", f"'82 701 8 tkr'{SIDE_BY_SIDE}"),
        ("82 7012 tkr", f"'82 7012 tkr'{SIDE_BY_SIDE}"),
        ("82  701 tkr", f"'82  701 tkr'{SIDE_BY_SIDE}"),
        ("40 669 37 510", f"'40 669 37 510'{SIDE_BY_SIDE}"),
        ("0 500 tkr", f"'0 500 tkr'{SIDE_BY_SIDE}"),
        ("1,5 300 tkr", f"'1,5 300 tkr'{SIDE_BY_SIDE}"),
        ("5 tkr 3 tkr", f"'5 tkr 3 tkr'{SIDE_BY_SIDE}"),
        ("12345", f"'12345'{NO_UNIT}'12345 tkr', write the unit"),
        ("0", f"'0'{NO_UNIT}'0 tkr', write the unit"),
        ("-12,5", f"'-12,5'{NO_UNIT}'-12,5 tkr', write the unit"),
        ("", f"''{NO_VALUE}"),
        ("-", f"'-'{NO_VALUE}"),
        ("5 tkkr", "'tkkr' is not a known unit, expected 'tkr'"),
        ("5 mnkrr", "'mnkrr' is not a known unit, expected 'mnkr'"),
        ("5 euro", f"'euro'{NOT_KNOWN}"),
        ("5%", f"'%'{NOT_KNOWN}"),
        (
            "1.167.000 tkr",
            (
                "'1.167.000 tkr' has more than one decimal sign, expected a number such as 1 167,5,"
                " separate thousands by a blank"
            ),
        ),
        (
            "200.000 kr",
            (
                "'200.000 kr' is finer than one öre, expected at most 2 decimals in kr,"
                " separate thousands by a blank"
            ),
        ),
        (
            "0,000000001 mnkr",
            "'0,000000001 mnkr' is finer than one öre, expected at most 8 decimals in mnkr",
        ),
        (
            "10 000 001 mnkr",
            f"'10 000 001 mnkr' is too large{AT_MOST}",
        ),
        ("tkr", f"'tkr' has no digits 0 to 9{SUCH_AS}"),
        (
            "\N{ARABIC-INDIC DIGIT ONE} tkr",
            f"'\N{ARABIC-INDIC DIGIT ONE} tkr' has no digits 0 to 9{SUCH_AS}",
        ),
        ("cirkka 5 tkr", "'cirkka' before the number is not known, expected 'cirka'"),
        ("--5 tkr", f"'--5 tkr' is not an amount{SUCH_AS}"),
        (",5 tkr", f"',5 tkr' is not an amount{SUCH_AS}"),
        ("5\x00 tkr", r"'5\x00 tkr' holds the character U+0000, expected printable text"),
        ("5\n tkr", r"'5\n tkr' holds the character U+000A, expected printable text"),
        ("5\u200b tkr", r"'5\u200b tkr' holds the character U+200B, expected printable text"),
        ("9" * 201, f"'{'9' * 60}'… (201 characters) is too long, expected at most 200 characters"),
    ],
)
def test_what_is_not_one_amount_is_refused(text: str, message: str) -> None:
    with pytest.raises(AmountError) as refused:
        Amount(text)
    assert str(refused.value) == message


@given(st.text() | st.text("0123456789 ,.-+ktrmn\u00a0\u2212cadygt", max_size=20))
def test_no_text_is_refused_with_anything_but_an_amount_error(text: str) -> None:
    try:
        amount = Amount(text)
    except AmountError:
        return
    assert Amount(amount.text).same_print(amount)


BARE = " is a bare number, expected an amount with its unit, such as "


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (12345, f"12345{BARE}'12345 tkr', write the unit, or {{\"ore\": …}}"),
        (-1, f"-1{BARE}'227,7 mnkr', write the unit, or {{\"ore\": …}}"),
        (12.5, f"12.5{BARE}'227,7 mnkr', write the unit, or {{\"ore\": …}}"),
        (True, f"True is not an amount{SUCH_AS}"),
        (None, f"None is not an amount{SUCH_AS}"),
        ([5], f"[5] is not an amount{SUCH_AS}"),
        (
            {"öre": 5},
            (
                "öre: unknown field, expected 'ore'\n"
                'ore: missing, expected the amount in öre, such as {"ore": 12345}'
            ),
        ),
        (
            {"ore": "5"},
            "ore: '5' is not a whole number, expected the amount in öre, such as {\"ore\": 12345}",
        ),
        (
            {"ore": True},
            'ore: True is not a whole number, expected the amount in öre, such as {"ore": 12345}',
        ),
        (
            {"ore": 10**19},
            f"10000000000000000000 öre is too large{AT_MOST}",
        ),
        (
            {"ore": 100, "text": "2 kr"},
            "text: '2 kr' is 200 öre, not 100, expected the same amount in both, leave one out",
        ),
        ({"ore": 100, "text": "1"}, f"text: '1'{NO_UNIT}'1 tkr', write the unit"),
        (
            {"ore": 100, "text": 1},
            f"text: 1{BARE}'1 tkr', write the unit, or {{\"ore\": …}}",
        ),
    ],
)
def test_what_has_no_unit_is_refused(value: object, message: str) -> None:
    with pytest.raises(AmountError) as refused:
        to_amount(value)
    assert str(refused.value) == message


def test_a_number_too_long_to_print_is_refused_too() -> None:
    with pytest.raises(AmountError, match="a number of thousands of digits is a bare number"):
        to_amount(10**5000)


def test_an_amount_error_is_a_value_error_of_this_package() -> None:
    assert issubclass(AmountError, StyrledgerError)
    assert issubclass(AmountError, ValueError)


def test_to_amount_accepts_what_says_its_unit() -> None:
    amount = Amount("123,45 kr")
    assert to_amount(amount) is amount
    assert to_amount("123,45 kr").same_print(amount)
    assert to_amount({"ore": 12345}).same_print(amount)
    assert to_amount({"ore": 12345, "text": None}).same_print(amount)
    assert to_amount({"ore": 22_770_000_000, "text": "227,7 mnkr"}).text == "227,7 mnkr"


# --- Printing -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ore", "ulp", "text"),
    [
        (22_970_000_000, 10_000_000, "229,7 mnkr"),
        (22_900_000_000, 100_000_000, "229 mnkr"),
        (300_000_000_000, 100_000_000_000, "3 000 mnkr"),
        (23_003_300_000, 100_000, "230 033 tkr"),
        (23_003_000_000, 1_000_000, "230 030 tkr"),
        (23_003_350_000, 10_000, "230 033,5 tkr"),
        (1_234_500, 100, "12 345 kr"),
        (1_234_000, 1_000, "12 340 kr"),
        (1_234_560, 10, "12 345,6 kr"),
        (12_345, 1, "123,45 kr"),
        (-116_700_000, 100_000, "-1 167 tkr"),
        (-5, 1, "-0,05 kr"),
        (0, 10_000_000, "0,0 mnkr"),
        (0, 100_000, "0 tkr"),
        (0, 1, "0,00 kr"),
    ],
)
def test_an_amount_prints_itself_at_its_precision(ore: int, ulp: int, text: str) -> None:
    amount = Amount.from_ore(ore, ulp)
    assert (amount.ore, amount.text, amount.ulp) == (ore, text, ulp)


@pytest.mark.parametrize(
    ("ore", "ulp", "message"),
    [
        (5, 7, "7 is no precision, expected a power of ten, in öre"),
        (5, 0, "0 is no precision, expected a power of ten, in öre"),
        (
            123,
            100,
            (
                "123 öre cannot be printed in steps of 100 öre,"
                " expected a multiple of the precision, give a finer one"
            ),
        ),
    ],
)
def test_a_precision_that_would_lose_money_is_refused(ore: int, ulp: int, message: str) -> None:
    with pytest.raises(AmountError) as refused:
        Amount.from_ore(ore, ulp)
    assert str(refused.value) == message


@given(exact_amounts())
def test_what_prints_itself_reads_back_as_the_same_money(amount: Amount) -> None:
    assert Amount(amount.text) == amount
    assert Amount(amount.text).unit == amount.unit


@given(st.integers(-MOST_ORE, MOST_ORE))
def test_any_ore_reads_back_with_all_it_holds(ore: int) -> None:
    amount = Amount.from_ore(ore)
    assert Amount(amount.text).same_print(amount)


@given(exact_amounts(), UNITS)
def test_another_unit_is_the_same_money(amount: Amount, unit: MoneyUnit) -> None:
    other = amount.in_unit(unit)
    assert other == amount == Amount(other.text)
    assert (other.unit, other.ulp) == (unit, amount.ulp)


def test_another_unit_is_printed_exactly_and_keeps_the_qualifier() -> None:
    assert Amount("113,3 mnkr").in_unit("tkr").text == "113 300 tkr"
    assert Amount("-1 167 tkr").in_unit("mnkr").text == "-1,167 mnkr"
    assert Amount("ca 2,0 mnkr").in_unit("mnkr").text == "ca 2,0 mnkr"
    assert Amount("1,2 mdkr").in_unit("mnkr").text == "1 200 mnkr"


@pytest.mark.parametrize(
    ("text", "spec", "shown"),
    [
        ("113,3 mnkr", "tkr", f"113{NBSP}300"),
        ("113,3 mnkr", "mnkr", "113,3"),
        ("-1 167 tkr", "tkr", f"{MINUS}1{NBSP}167"),
        ("-1 167 tkr", "mnkr", f"{MINUS}1,167"),
        ("1 kr", "tkr", "0,001"),
        ("0,0 mnkr", "tkr", "0"),
        ("115,0 mnkr", "mnkr", "115,0"),
        ("32 000 tkr", "mnkr", "32,000"),
        ("ca 5 tkr", "kr", f"5{NBSP}000"),
        ("ca 5,0 tkr", "", "ca 5,0 tkr"),
    ],
)
def test_columns_for_people_hold_bare_exact_numbers(text: str, spec: str, shown: str) -> None:
    assert format(Amount(text), spec) == shown


def test_columns_are_in_a_unit_or_none() -> None:
    with pytest.raises(AmountError) as refused:
        format(Amount("1 kr"), "tkkr")
    assert str(refused.value) == "'tkkr' is no unit to print in, expected 'tkr'"


@given(exact_amounts(), UNITS)
def test_a_column_reads_back_as_the_same_money(amount: Amount, unit: str) -> None:
    assert Amount(f"{amount:{unit}} {unit}") == amount


def test_repr_is_how_to_make_it_again() -> None:
    assert repr(Amount("229,7 mnkr")) == "Amount('229,7 mnkr')"
    assert str(Amount("229,7 mnkr")) == "229,7 mnkr"


# --- Arithmetic -----------------------------------------------------------------------------


def test_a_sum_is_printed_at_the_finest_precision_of_its_terms() -> None:
    total = Amount("227,7 mnkr") + Amount("2,0 mnkr")
    assert (total.text, total.ulp) == ("229,7 mnkr", 10_000_000)
    assert (total + Amount("-1 167 tkr")).text == "228 533 tkr"
    assert (total - Amount("1 167 tkr")).text == "228 533 tkr"
    assert (Amount("1 kr") - Amount("0,5 kr")).text == "0,5 kr"
    assert (Amount("1,5 mnkr") - Amount("1,5 mnkr")).text == "0,0 mnkr"


def test_the_sign_of_a_carried_deficit_is_proven_by_the_control_total() -> None:
    changes = ["227,7 mnkr", "0,9 mnkr", "2,0 mnkr", "-1,167 mnkr", "0,5 mnkr", "0,1 mnkr"]
    assert sum(map(Amount, changes)) == Amount("230 033 tkr")
    assert str(sum(map(Amount, changes))) == "230 033 tkr"


def test_a_sum_with_a_qualified_term_is_itself_qualified() -> None:
    total = Amount("drygt 5 mnkr") + Amount("1 mnkr")
    assert (total.text, total.qualifier) == ("ca 6 mnkr", "ca")
    assert Amount(total.text).same_print(total)
    assert (-Amount("minst 5 mnkr")).text == "ca -5 mnkr"


def test_a_sum_of_one_is_that_one() -> None:
    amount = Amount("drygt 5 mnkr")
    assert sum([amount]) is amount


def test_the_sign_changes_and_goes_away() -> None:
    assert (-Amount("1 167 tkr")).text == "-1 167 tkr"
    assert abs(Amount("-1 167 tkr")).text == "1 167 tkr"
    assert abs(Amount("+5 kr")).text == "+5 kr"


def test_a_sum_may_be_larger_than_any_amount_that_can_be_entered() -> None:
    most = Amount.from_ore(MOST_ORE, 10**8)
    assert str(sum([most, most])) == "20 000 000 mnkr"
    assert str(-most - most) == "-20 000 000 mnkr"


@pytest.mark.parametrize("other", [1, 1.5, "1 kr", None])
def test_an_amount_adds_to_nothing_but_amounts(other: object) -> None:
    amount = Amount("1 kr")
    with pytest.raises(TypeError):
        amount + other  # type: ignore[operator]
    with pytest.raises(TypeError):
        other + amount  # type: ignore[operator]
    with pytest.raises(TypeError):
        amount - other  # type: ignore[operator]


@given(st.lists(exact_amounts(), min_size=1, max_size=50))
def test_sums_are_exact(amounts: list[Amount]) -> None:
    total = sum(amounts)
    assert isinstance(total, Amount)
    assert total.ore == sum(amount.ore for amount in amounts)
    assert total.ulp == min(amount.ulp for amount in amounts)
    assert Amount(total.text) == total


@given(exact_amounts(), exact_amounts())
def test_what_is_added_can_be_taken_away(one: Amount, other: Amount) -> None:
    assert one + other - other == one
    assert one - other == -(other - one)
    assert one + other == other + one


# --- Comparing ------------------------------------------------------------------------------


def test_the_same_money_is_equal_however_it_is_printed() -> None:
    printed, exact = Amount("230,033 mnkr"), Amount("ca 230 033 tkr")
    assert printed == exact
    assert hash(printed) == hash(exact)
    assert not printed.same_print(exact)
    assert printed.same_print(Amount("230,033 mnkr"))


def test_an_amount_is_equal_to_nothing_but_an_amount() -> None:
    assert Amount("1 kr") != 100
    assert Amount("1 kr") != "1 kr"


@given(exact_amounts(), exact_amounts())
def test_amounts_are_ordered_by_money(one: Amount, other: Amount) -> None:
    assert (one < other, one <= other) == (one.ore < other.ore, one.ore <= other.ore)
    assert (one > other, one >= other) == (one.ore > other.ore, one.ore >= other.ore)
    assert (one == other) == (one.ore == other.ore)


def test_an_amount_is_ordered_among_amounts_only() -> None:
    amount: object = Amount("1 kr")
    for compare in ("__lt__", "__le__", "__gt__", "__ge__"):
        assert getattr(amount, compare)(1) is NotImplemented


def test_an_amount_cannot_be_changed() -> None:
    amount = Amount("1 kr")
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        amount.ore = 2  # type: ignore[misc]


# --- Storing --------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["227,7 mnkr", "-1 167 tkr", "cirka 3,5 mnkr", "1,2 mdkr"])
def test_a_stored_amount_is_decoded_whole(text: str) -> None:
    amount = Amount(text)
    stored = msgspec.json.encode(amount)
    assert msgspec.json.Decoder(Amount).decode(stored).same_print(amount)
    assert pickle.loads(pickle.dumps(amount)).same_print(amount)  # noqa: S301 - it is our own
    assert copy.deepcopy(amount).same_print(amount)


def test_the_stored_fields_are_plain_and_in_order() -> None:
    names = ("ore", "text", "unit", "ulp", "qualifier")
    assert tuple(field.name for field in attrs.fields(Amount)) == names
    stored = msgspec.json.encode(Amount("ca 5 tkr"))
    plain = dict(zip(names, (500_000, "ca 5 tkr", "tkr", 100_000, "ca"), strict=True))
    assert msgspec.json.decode(stored) == plain
