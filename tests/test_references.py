"""References: every way that minutes and reports point at a decision."""

from __future__ import annotations

import copy
import datetime as dt
import pickle
import string
from collections.abc import Callable

import attrs
import msgspec
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from styrledger.errors import DecisionRefError
from styrledger.references import (
    DecisionRef,
    DnrParts,
    _scanned,  # pyright: ignore[reportPrivateUsage]
    dnr_parts,
    same_dnr,
    to_decision,
)
from styrledger.times import PartialDate, partial_date

NBSP = "\N{NO-BREAK SPACE}"
EN_DASH = "\N{EN DASH}"

LETTERS = string.ascii_letters + "åäöÅÄÖ"
WORDS = st.tuples(
    st.sampled_from(LETTERS), st.text(LETTERS + string.digits + "&.'-", max_size=12)
).map("".join)
BODIES = st.one_of(
    st.sampled_from(["KF", "KS", "KSAU", "KS AU", "ÄN", "Kf", "Haparanda ledningsgrupp", "par"]),
    st.lists(WORDS, min_size=1, max_size=3).map(" ".join),
)
DATES = st.one_of(
    st.dates(dt.date(1800, 1, 1), dt.date(2200, 12, 31)).map(dt.date.isoformat),
    st.builds("{}-{:02}".format, st.integers(1800, 2200), st.integers(1, 12)),
    st.integers(1800, 2200).map(str),
)
DNRS = st.one_of(
    st.sampled_from(["KS 2020/77", "KS292-23 012", "2020/KS 0123 012", "1234/20", "2020-02-10"]),
    st.text(LETTERS + string.digits + f" /.:-_{NBSP}", min_size=1, max_size=30),
)


@st.composite
def references(draw: st.DrawFn) -> DecisionRef:
    """Return any reference that can be made."""
    paragraph = draw(st.none() | st.integers(1, 9000))
    last = None if paragraph is None else draw(st.none() | st.integers(paragraph + 1, 99_999))
    try:
        return DecisionRef(
            body=draw(st.none() | BODIES),
            date=draw(st.none() | DATES),
            paragraph=paragraph,
            dnr=draw(st.none() | DNRS),
            last_paragraph=last,
        )
    except DecisionRefError:
        assume(condition=False)
        raise


# --- Reading --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("KF 2020-02-10 § 9", "KF 2020-02-10 § 9"),
        ("KF 2019-06-10, § 109", "KF 2019-06-10 § 109"),
        ("(KF 2020-02-10 § 9)", "KF 2020-02-10 § 9"),
        ("KF 2019-06-10, §109", "KF 2019-06-10 § 109"),
        ("KF 2019-06-10,§109", "KF 2019-06-10 § 109"),
        ("(2020-06-10 § 129)", "2020-06-10 § 129"),
        ("KS 2024-09-17 § 123", "KS 2024-09-17 § 123"),
        ("Kommunstyrelse, 2024-09-17 § 123", "Kommunstyrelse 2024-09-17 § 123"),
        ("Kommunstyrelsen (2024-09-17 § 123)", "Kommunstyrelsen 2024-09-17 § 123"),
        ("KS 2020-05-25 § 120.", "KS 2020-05-25 § 120"),
        ("(KS 2020-05-25 § 120.", "KS 2020-05-25 § 120"),
        ("KF 2020-06-\n08 § 104", "KF 2020-06-08 § 104"),
        ("KF 2020-\n06-08 § 104", "KF 2020-06-08 § 104"),
        ("KF 2020-06-08 § \n103", "KF 2020-06-08 § 103"),
        (f"KF{NBSP}2020-06-08{NBSP}§{NBSP}103", "KF 2020-06-08 § 103"),
        ("  KF\t2020-06-08 § 103\r\n", "KF 2020-06-08 § 103"),
        ("KF 2019-06-10", "KF 2019-06-10"),
        ("KF 2019-06 § 109", "KF 2019-06 § 109"),
        ("KF 2019", "KF 2019"),
        ("KF § 109", "KF § 109"),
        ("Kf § 9", "Kf § 9"),
        ("AU § 5", "AU § 5"),
        ("KFN § 12", "KFN § 12"),
        ("Lu 12", "Lu § 12"),
        ("KSAU2 § 3", "KSAU2 § 3"),
        ("Haparanda ledningsgrupp 2020-03-16", "Haparanda ledningsgrupp 2020-03-16"),
        ("KS  AU 2020-03-16 § 1", "KS AU 2020-03-16 § 1"),
        ("A\N{COMBINING DIAERESIS}N 2020-03-16", "ÄN 2020-03-16"),
        ("§ 9", "§ 9"),
        ("§§ 12-14", f"§§ 12{EN_DASH}14"),
        (f"KF 2020-02-10 §§ 12{EN_DASH}14", f"KF 2020-02-10 §§ 12{EN_DASH}14"),
        (f"KF 2020-02-10 § 12 {EN_DASH} 14", f"KF 2020-02-10 §§ 12{EN_DASH}14"),
        ("KF 2020-02-10 par 9", "KF 2020-02-10 § 9"),
        ("KF 2020-02-10 par. 9", "KF 2020-02-10 § 9"),
        ("KF 2020-02-10 Paragraf 9", "KF 2020-02-10 § 9"),
        ("KF § 9, 2020-02-10", "KF 2020-02-10 § 9"),
        ("(KS 2020/77, §227)", "§ 227, dnr KS 2020/77"),
        ("Dnr SN 2020/253, §123", "§ 123, dnr SN 2020/253"),
        ("dnr. SN 2020/253", "dnr SN 2020/253"),
        ("Diarienr: SN 2020/253, KF 2020-02-10 § 1", "KF 2020-02-10 § 1, dnr SN 2020/253"),
        ("KF 2020-02-10 § 9, dnr KS 2020/31", "KF 2020-02-10 § 9, dnr KS 2020/31"),
        ("KF 2020-02-10 § 9 (dnr KS 2020/31)", "KF 2020-02-10 § 9, dnr KS 2020/31"),
        ("KF 2020-02-10 § 9 KS 2020/31", "KF 2020-02-10 § 9, dnr KS 2020/31"),
        ("dnr KS 2020/31 2020-02-10 § 9", "2020-02-10 § 9, dnr KS 2020/31"),
        ("dnr KS 2020/31 par 9", "§ 9, dnr KS 2020/31"),
        ("KS 2023-11-21, KS292-23 012", "KS 2023-11-21, dnr KS292-23 012"),
    ],
)
def test_every_spelling_is_read_and_printed_one_way(text: str, canonical: str) -> None:
    ref = DecisionRef.parse(text)
    assert str(ref) == canonical
    assert DecisionRef.parse(canonical) == ref


def test_the_parts_are_what_the_text_says() -> None:
    assert DecisionRef.parse("KF 2020-02-10 § 9, dnr KS 2020/31") == DecisionRef(
        body="KF", date="2020-02-10", paragraph=9, dnr="KS 2020/31"
    )
    assert DecisionRef.parse("§§ 12-14") == DecisionRef(None, None, 12, last_paragraph=14)


def test_the_prefix_of_a_diarienummer_is_not_the_body() -> None:
    ref = DecisionRef.parse("(KS 2020/77, §227)")
    assert (ref.body, ref.date, ref.paragraph, ref.dnr) == (None, None, 227, "KS 2020/77")


def test_a_diarienummer_is_kept_as_printed() -> None:
    text = f"KF 2020-02-10 § 9, dnr KS{NBSP}2020/31"
    assert DecisionRef.parse(text).dnr == f"KS{NBSP}2020/31"
    assert DecisionRef.parse("dnr KS\n2020/31").dnr == "KS 2020/31"


@given(
    st.lists(
        st.sampled_from(["KF", "KS AU", "par", "dnr", "diarienr KS", "N\N{ANGSTROM SIGN}M", ""])
        | st.text(LETTERS, min_size=1, max_size=60)
        | BODIES,
        max_size=3,
    ).map(" ".join),
    DATES | st.just("2020-02-30"),
    st.integers(0, 200_000).map(str) | st.sampled_from(["09", "9a", "9-12", "\u0669", ""]),
)
def test_the_usual_spelling_is_read_as_any_other(body: str, date: str, number: str) -> None:
    text = f"{body} {date} § {number}"
    assert told(to_decision, text) == told(_scanned, text)


def told(read: Callable[[str], DecisionRef], text: str) -> str:
    """Return what a text is read as, with the type of each part, or why it is not."""
    try:
        return repr(read(text))
    except DecisionRefError as refused:
        return str(refused)


@given(references())
def test_what_is_printed_reads_back_as_the_same_reference(ref: DecisionRef) -> None:
    assert DecisionRef.parse(str(ref)) == ref
    assert DecisionRef.parse(f"({ref}.") == ref


@given(
    st.text()
    | st.text("KFSks §0123456789-/.,()\n dnrpa\u00a0", max_size=40)
    | st.lists(
        st.sampled_from(["KF", "§", "9", "2020-02-10", "dnr", "KS 2020/3", ",", "(", "par", "-"])
    ).map(" ".join)
)
def test_no_text_is_refused_with_anything_but_a_reference_error(text: str) -> None:
    try:
        ref = DecisionRef.parse(text)
    except DecisionRefError:
        return
    assert DecisionRef.parse(str(ref)) == ref


# --- Refusing -------------------------------------------------------------------------------

SUCH_AS = ", expected a reference such as 'KF 2020-02-10 § 9'"
NO_PART = f" is no part of a reference{SUCH_AS}, leave it out, or put it in note"
A_DATE = ", expected a date such as 2020-02-10, 2020-02 or 2020"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", f"'' is empty{SUCH_AS}"),
        ("( . )", f"'( . )' is empty{SUCH_AS}"),
        ("KF", "'KF' is a body, not a decision, expected a date, a paragraph or a diarienummer"),
        (
            "SN 2020-10-201, §123",
            (
                "'2020-10-201' is not a date, expected a date such as 2020-10-20,"
                " take off what is glued to it, perhaps the mark of a footnote"
            ),
        ),
        (
            "SN 2020-10-20¹ § 123",
            (
                "'2020-10-20¹' is not a date, expected a date such as 2020-10-20,"
                " take off what is glued to it, perhaps the mark of a footnote"
            ),
        ),
        ("KF 2020-02-30 § 9", f"'2020-02-30' is not a date: 2020-02 has 29 days{A_DATE}"),
        ("KF 2020-13 § 9", f"'2020-13' is not a date: there is no month 13{A_DATE}"),
        ("KF 20200210 § 9", f"'20200210' is not a date{A_DATE}"),
        ("KF 2020-2-1 § 9", f"'2020-2-1' is not a date{A_DATE}"),
        ("KF 10 feb 2020 § 9", f"'10' in 'KF 10 feb 2020 § 9'{NO_PART}"),
        ("KF 2020-02-10 § 9 bifall", f"'bifall' in 'KF 2020-02-10 § 9 bifall'{NO_PART}"),
        ("Distrikt 2 § 5", f"'2' in 'Distrikt 2 § 5'{NO_PART}"),
        ("KF² § 9", f"'KF²' in 'KF² § 9'{NO_PART}"),
        (
            "KS § 12 § 5",
            (
                "'KS § 12 § 5' has more than one paragraph, expected one decision,"
                " write one reference for each decision"
            ),
        ),
        (
            "KS 2020-01-01 § 9 2020-01-02",
            (
                "'KS 2020-01-01 § 9 2020-01-02' has more than one date, expected one decision,"
                " write one reference for each decision"
            ),
        ),
        ("KF § 9a", "'§ 9a' is not a paragraph, expected a number such as § 9 or §§ 12-14"),
        ("KF §", "'§' is not a paragraph, expected a number such as § 9 or §§ 12-14"),
        ("KF § 0", "0 is not a paragraph number, expected a whole number from 1 to 99999"),
        (
            "KF § 100000",
            "100000 is not a paragraph number, expected a whole number from 1 to 99999",
        ),
        ("KF §§ 14-12", "§ 12 cannot be the last of several, expected one after § 14"),
        (
            "KF 2020-02-10 § 9\x00",
            r"'KF 2020-02-10 § 9\x00' holds the character U+0000, expected printable text",
        ),
        (
            "KF " * 100,
            f"'{'KF ' * 20}'… (300 characters) is too long, expected at most 200 characters",
        ),
    ],
)
def test_what_is_no_reference_is_refused(text: str, message: str) -> None:
    with pytest.raises(DecisionRefError) as refused:
        DecisionRef.parse(text)
    assert str(refused.value) == message


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (12, f"12 is not a decision{SUCH_AS}"),
        (None, f"None is not a decision{SUCH_AS}"),
        ({}, "it is empty, expected a date, a paragraph or a diarienummer"),
        (
            {"body": "KF", "paragraph": 9, "pararaph": 9},
            "pararaph: unknown field, expected 'paragraph'",
        ),
        (
            {"paragraph": "9"},
            "paragraph: '9' is not a paragraph number, expected a whole number from 1 to 99999",
        ),
        (
            {"paragraph": True},
            "paragraph: True is not a paragraph number, expected a whole number from 1 to 99999",
        ),
        (
            {"body": "KF", "last_paragraph": 14},
            "'KF' is a body, not a decision, expected a date, a paragraph or a diarienummer",
        ),
        (
            {"date": "2020-02-10", "last_paragraph": 14},
            (
                "last_paragraph: § 14 cannot be the last of several,"
                " expected the first of them in paragraph"
            ),
        ),
        (
            {"body": "KF § 9", "date": "2020-02-30", "paragraph": 0, "dnr": "§", "dn": 1},
            (
                "dn: unknown field, expected 'dnr'\n"
                "body: 'KF § 9' is not a body, expected a body as it is registered,"
                " such as 'KF' or 'KS AU'\n"
                f"date: '2020-02-30' is not a date: 2020-02 has 29 days{A_DATE}\n"
                "paragraph: 0 is not a paragraph number,"
                " expected a whole number from 1 to 99999\n"
                "dnr: '§' is not a diarienummer,"
                " expected a diarienummer such as 'KS 2020/31'"
            ),
        ),
        ({"body": 5, "paragraph": 9}, "body: 5 is not text, expected a text in quotes"),
    ],
)
def test_every_fault_of_a_mapping_is_listed(value: object, message: str) -> None:
    with pytest.raises(DecisionRefError) as refused:
        to_decision(value)
    assert str(refused.value) == message


@pytest.mark.parametrize("body", ["", "KF,", "KF 2", "KF 2020-02-10", "par 9", "dnr", "K" * 101])
def test_what_would_not_read_back_is_no_body(body: str) -> None:
    with pytest.raises(DecisionRefError, match="is not a body"):
        DecisionRef(body=body, date="2020-02-10")


@pytest.mark.parametrize("dnr", ["", "KS", "KS 2020/31, 5", "KS 2020/31 § 5", "5.", "5" * 61])
def test_what_would_not_read_back_is_no_diarienummer(dnr: str) -> None:
    with pytest.raises(DecisionRefError, match="is not a diarienummer"):
        DecisionRef(body="KF", date="2020-02-10", dnr=dnr)


# --- Making, matching and ordering ----------------------------------------------------------


def test_to_decision_accepts_references_texts_and_mappings() -> None:
    ref = DecisionRef(body="KF", date=dt.date(2020, 2, 10), paragraph=9, dnr="KS 2020/31")
    assert to_decision(ref) is ref
    assert to_decision("KF 2020-02-10 § 9, dnr KS 2020/31") == ref
    given_fields = {"body": "KF", "date": "2020-02-10", "paragraph": 9, "dnr": "KS 2020/31"}
    assert to_decision(given_fields) == ref
    no_body = {"body": None, "date": "2020-06-10", "paragraph": 129}
    assert to_decision(no_body) == DecisionRef.parse("2020-06-10 § 129")


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("KF 2020-02-10, § 9, dnr KS 2020/31", "KF 2020-02-10 § 9"),
        ("2020-06-10 § 129", "2020-06-10 § 129"),
        ("§§ 12-14", f"§§ 12{EN_DASH}14"),
        ("(KS 2020/77, §227)", "§ 227, dnr KS2020/77"),
        ("(KS2020/77, §227)", "§ 227, dnr KS2020/77"),
        ("dnr KS 2020/77", "dnr KS2020/77"),
    ],
)
def test_the_key_is_body_date_and_paragraph_and_dnr_only_without_a_date(
    text: str, key: str
) -> None:
    assert DecisionRef.parse(text).key == key


def test_decisions_of_one_day_are_ordered_by_body_then_paragraph() -> None:
    texts = [
        "§ 1",
        "KF § 2",
        "2020-06-08 § 200",
        "KF 2020-06-08",
        "KF 2020-06-08 § 103",
        "KF 2020-06-08 § 104",
        "KS 2020-06-08 § 1",
        "KF 2020-06-30 § 1",
        "KF 2020-06 § 2",
        "KF 2020-12-31 § 1",
        "KF 2020 § 2",
    ]
    refs = [DecisionRef.parse(text) for text in texts]
    assert sorted(set(refs), key=lambda ref: ref.order) == refs


@given(st.lists(references()))
def test_all_references_can_be_ordered(refs: list[DecisionRef]) -> None:
    assert len(sorted(ref.order for ref in refs)) == len(refs)


def test_a_reference_cannot_be_changed() -> None:
    ref = DecisionRef.parse("KF § 9")
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        ref.paragraph = 10  # type: ignore[misc]
    assert attrs.evolve(ref, paragraph=10) == DecisionRef.parse("KF § 10")


@given(references())
def test_a_stored_reference_is_decoded_whole(ref: DecisionRef) -> None:
    def decode(kind: type, value: str) -> PartialDate:
        assert kind is PartialDate
        return partial_date(value)

    stored = msgspec.json.encode(ref, enc_hook=str)
    assert msgspec.json.Decoder(DecisionRef, dec_hook=decode).decode(stored) == ref
    assert pickle.loads(pickle.dumps(ref)) == ref  # noqa: S301 - it is our own
    assert copy.deepcopy(ref) == ref


# --- Diarienummer ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("dnr", "parts"),
    [
        ("KS 2020/77", ("KS", "2020", "77", None)),
        ("KS2020/12-34", ("KS", "2020", "12", "34")),
        ("KS 2020/12-34", ("KS", "2020", "12", "34")),
        ("KS-2020/123.456", ("KS", "2020", "123", "456")),
        ("2020/123-45", (None, "2020", "123", "45")),
        ("2020/123.456", (None, "2020", "123", "456")),
        ("KSF-2020-00123", ("KSF", "2020", "00123", None)),
        ("STK-2020-12", ("STK", "2020", "12", None)),
        ("KU.2020.1", ("KU", "2020", "1", None)),
        ("KS/2020:123", ("KS", "2020", "123", None)),
        ("2020-00123", (None, "2020", "00123", None)),
        ("2020-KLK0123", ("KLK", "2020", "0123", None)),
        ("2020/KS 0123 012", ("KS", "2020", "0123", "012")),
        ("KS292-23 012", ("KS", "23", "292", "012")),
        ("1234/20", (None, "20", "1234", None)),
    ],
)
def test_a_diarienummer_of_a_known_shape_has_parts(
    dnr: str, parts: tuple[str | None, str, str, str | None]
) -> None:
    assert dnr_parts(dnr) == DnrParts(*parts)
    assert DecisionRef.parse(f"{dnr}, § 5") == DecisionRef(None, None, 5, dnr=dnr)


@pytest.mark.parametrize("dnr", ["", "KS", "77", "KS 77", "2020-02-10"])
def test_a_diarienummer_of_another_shape_has_none(dnr: str) -> None:
    assert dnr_parts(dnr) is None


def test_the_same_diarienummer_may_differ_in_blanks_only() -> None:
    assert same_dnr("KS 2020/77", "KS2020/77")
    assert same_dnr("KS 2020/77", f" KS{NBSP}2020/77")
    assert not same_dnr("KS 2020/77", "ks 2020/77")
    assert not same_dnr("KS 2020/77", "KS 2020-77")
