"""Haparanda 2019-2020: nine meetings of a management group, and the three decisions in them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Generator

import pytest

from styrledger.demo import ORGANISATIONS, record_files
from styrledger.exchange.records import read_entries
from styrledger.ledger import Ledger
from styrledger.projections.minutes import Meeting

from .ledgers import ledger_file

EXAMPLE = "haparanda_ledningsgrupp"
LAST_UPDATE = "2020-09-30"


@pytest.fixture(scope="module")
def haparanda() -> Generator[Ledger]:
    whose = ORGANISATIONS[EXAMPLE]
    with ledger_file() as path, Ledger.create(path, organisation=whose) as ledger:
        for file in record_files(EXAMPLE):
            ledger.record(*read_entries(file))
        yield ledger


@pytest.fixture(scope="module")
def meetings(haparanda: Ledger) -> tuple[Meeting, ...]:
    return haparanda.as_of(LAST_UPDATE).minutes("LG")


def test_nine_meetings_were_held(meetings: tuple[Meeting, ...]) -> None:
    assert [str(meeting.date) for meeting in meetings] == [
        "2019-10-25",
        "2019-12-05",
        "2020-01-22",
        "2020-02-10",
        "2020-04-24",
        "2020-05-08",
        "2020-05-28",
        "2020-06-10",
        "2020-09-25",
    ]


def test_exactly_three_decisions_are_among_all_items(meetings: tuple[Meeting, ...]) -> None:
    counts = sum((Counter(meeting.counts) for meeting in meetings), Counter[str]())
    assert counts == {"decision": 3, "discussion": 18, "information": 13}
    decisions = [
        (str(meeting.date), item.title)
        for meeting in meetings
        for item in meeting.items
        if item.kind == "decision"
    ]
    assert decisions == [
        ("2019-10-25", "Alla chefer ska vara UL-utbildade"),
        ("2019-10-25", "HR tar fram en utvecklingsplan för ledare och framtida ledare"),
        ("2020-04-24", "Skyddsvallen vid golfbanan höjs med 40 cm"),
    ]


def test_nobody_says_who_decided_on_the_embankment(meetings: tuple[Meeting, ...]) -> None:
    flagged = [item.title for meeting in meetings for item in meeting.items if item.flags]
    assert flagged == ["Skyddsvallen vid golfbanan höjs med 40 cm"]


def test_the_meeting_without_a_clear_month_is_flagged(meetings: tuple[Meeting, ...]) -> None:
    unclear = [meeting.date_printed for meeting in meetings if "month_unclear" in meeting.flags]
    assert unclear == ["10 februari december"]
    assert all("year_inferred" in meeting.flags for meeting in meetings)


@pytest.mark.parametrize(
    ("on", "date", "status"),
    [
        ("2019-11-01", "2019-12", "due"),
        ("2019-12-31", "2019-12", "due"),
        ("2020-03-01", "2019-12", "missed"),
        ("2020-06-15", "2020-06", "due"),
    ],
)
def test_the_plan_for_the_vision_was_superseded(
    haparanda: Ledger, on: str, date: str, status: str
) -> None:
    (deadline,) = haparanda.as_of(on).calendar()
    shown = deadline.as_dict()
    assert (shown["date"], shown["first_date"], shown["status"]) == (date, "2019-12", status)


def test_the_trail_of_the_vision_names_the_meetings_that_took_it_up(haparanda: Ledger) -> None:
    told = haparanda.trail("deadline/Vision 2035")
    days = [str(one.recorded.entry.counts_from) for one in told]
    assert sorted(days) == ["2019-10-25", "2019-10-25", "2020-01-22", "2020-06-10", "2020-06-10"]


def test_the_group_consists_of_nine_roles(haparanda: Ledger) -> None:
    group = haparanda.as_of(LAST_UPDATE).unit("LG")
    assert group is not None
    assert (group.kind, len(group.roles), group.roles[0]) == (
        "management_group",
        9,
        "kommundirektör",
    )


def test_no_name_of_a_person_is_in_the_record_files() -> None:
    # Two capitalised words in a row are a name here, but for these.
    allowed = {"Vision Q3", "Svenskt Näringslivs", "Nya Ledningsgruppen", "Kommunens Kvalitet"}
    for file in record_files(EXAMPLE):
        found = set(re.findall(r"[A-ZÅÄÖ][a-zåäö]+ [A-ZÅÄÖ][a-zåäö]+", file.read_text("utf-8")))
        assert found <= allowed, file.name


def test_what_hr_was_to_draw_up_is_an_open_uppdrag(haparanda: Ledger) -> None:
    (uppdrag,) = haparanda.as_of(LAST_UPDATE).uppdrag()
    assert (uppdrag.giver, uppdrag.responsible, uppdrag.open) == ("LG", ("HR",), True)


def test_the_printed_figures_are_in_the_texts(meetings: tuple[Meeting, ...]) -> None:
    texts = " ".join(item.text or "" for meeting in meetings for item in meeting.items)
    for figure in ("45 av 47", "96 %", "+33,4", "5,1 %", "86 %", "8 888", "78", "131", "198"):
        assert figure in texts
