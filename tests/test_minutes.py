"""Minutes: what meetings took up, and how their votes fell."""

from __future__ import annotations

import json
from collections.abc import Generator, Sequence
from datetime import date
from pathlib import Path
from typing import Any, get_args

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from styrledger.cli.app import main
from styrledger.codec import read_entry, write_entry
from styrledger.errors import EntriesRefused, UnknownName, ValueRefused
from styrledger.events.decisions import DecisionAnnulled
from styrledger.events.entry import Entry, Stage
from styrledger.events.meetings import ItemKind, ItemMinuted, MeetingHeld, VoteCounted
from styrledger.events.units import UnitComposed, UnitRegistered
from styrledger.ledger import Ledger
from styrledger.projections.minutes import Meeting, names_one_month
from styrledger.projections.votes import Vote
from styrledger.references import DecisionRef
from styrledger.view import View

from .ledgers import (
    DAYS,
    SetClock,
    bases,
    corrected,
    ledger_file,
    new_ledger,
    view_of,
    withdrawn,
)

DAY = "2020-05-25"
END = "2020-12-31"


@pytest.fixture
def ledger(tmp_path: Path) -> Generator[Ledger]:
    """Give a ledger with boards, as everywhere, and the council FM (#4)."""
    with new_ledger(tmp_path / "prov.db") as made:
        council = UnitRegistered(unit="FM", kind="council")
        made.record(Entry(council, effective="2019-01-01"))
        yield made


def held(body: str = "KS", on: str = DAY, **fields: Any) -> Entry:
    return Entry(MeetingHeld(body, on, **fields), effective=on)


def item(number: str | int, kind: ItemKind = "information", **fields: Any) -> Entry:
    body, on = fields.pop("body", "KS"), fields.pop("on", DAY)
    decision = fields.pop("decision", None)
    event = ItemMinuted(body, on, number, kind, fields.pop("title", "Ärendet"), **fields)
    return Entry(event, decision, None if decision else on)


def vote(yes: int, no: int, abstained: int = 0, **fields: Any) -> Entry:
    decision = fields.pop("decision", "FM 2020-05-25 § 4")
    return Entry(VoteCounted("bifall", yes, no, abstained, **fields), decision)


def meeting(ledger: Ledger, body: str = "KS", day: str = DAY, on: str = END) -> Meeting:
    found = ledger.as_of(on).meeting(body, day)
    assert found is not None
    return found


def voted(ledger: Ledger, entry: Entry, present: int | None = None) -> Vote:
    """Return what came of a vote in the council, with so many present."""
    ledger.record(held("FM", present=present), entry)
    (found,) = meeting(ledger, "FM").votes
    return found


def referred(ledger: Ledger, entry: Entry, present: int | None = None) -> tuple[int, int, bool]:
    """Return how many asked for referring back, how many it took and whether it was reached."""
    back = voted(ledger, entry, present).referring_back
    assert back is not None
    return back.asking, back.needed, back.reached


# -- meetings and their items


def test_a_meeting_lists_its_items_and_counts_them_by_kind(ledger: Ledger) -> None:
    ledger.record(
        held(chair_role="ordförande", present=13),
        item(1),
        item(2, "discussion", title="Budget", text="Genomgång."),
        item(10, "decision", decision="KS 2020-05-25 § 120"),
        item(3),
    )
    found = meeting(ledger)
    assert (found.chair_role, found.present, found.roles) == ("ordförande", 13, ())
    assert [one.item for one in found.items] == ["1", "2", "3", "10"]
    assert found.counts == {"information": 2, "discussion": 1, "decision": 1, "proposal": 0}
    assert found.flags == ()


def test_who_was_present_may_be_said_by_role(ledger: Ledger) -> None:
    ledger.record(held(present=["ekonomichef", "HR-chef"]))
    found = meeting(ledger)
    assert (found.present, found.roles) == (2, ("ekonomichef", "HR-chef"))


def test_a_meeting_is_not_there_the_day_before(ledger: Ledger) -> None:
    ledger.record(held())
    before = ledger.as_of("2020-05-24")
    assert (before.minutes(), before.meeting("KS", DAY)) == ((), None)


def test_meetings_come_in_order_of_date_and_are_chosen_by_body_and_year(ledger: Ledger) -> None:
    ledger.record(held(on="2021-01-11"), held("SN", "2020-03-01"), held("KS", "2020-02-01"))
    view = ledger.as_of("2021-12-31")
    names = ["KS 2020-02-01", "SN 2020-03-01", "KS 2021-01-11"]
    assert [one.meeting for one in view.minutes()] == names
    assert [one.meeting for one in view.minutes("KS")] == [names[0], names[2]]
    assert [one.meeting for one in view.minutes(year=2020)] == names[:2]


def test_an_item_is_in_the_trail_of_what_it_is_about(ledger: Ledger) -> None:
    ledger.record(held(), item(1, about=["budget/KS/2020/operating", "meeting/SN 2020-05-20"]))
    assert len(ledger.trail("budget/KS/2020/operating")) == 1
    assert len(ledger.trail(f"meeting/KS {DAY}")) == 2
    assert [one.meeting for one in ledger.as_of(END).minutes()] == [f"KS {DAY}"]


def test_items_of_a_meeting_that_is_not_recorded_are_kept_and_flagged(ledger: Ledger) -> None:
    ledger.record(item(1))
    assert (meeting(ledger).flags, len(meeting(ledger).items)) == (("not_recorded",), 1)


def test_a_decision_of_which_nobody_says_who_took_it_is_flagged(ledger: Ledger) -> None:
    ledger.record(
        item(1, "decision"),
        item(2, "decision", decision={"body": None, "date": DAY, "paragraph": 2}),
        item(3, "decision", decision="KS 2020-05-25 § 3"),
    )
    assert [one.flags for one in meeting(ledger).items] == [
        ("decided_by_unknown",),
        ("decided_by_unknown",),
        (),
    ]


def test_the_same_number_twice_is_kept_and_flagged(ledger: Ledger) -> None:
    ledger.record(item(1), item(1))
    assert [one.flags for one in meeting(ledger).items] == [("item_twice",)] * 2


def test_a_corrected_item_takes_the_place_of_the_wrong_one(ledger: Ledger) -> None:
    ledger.record(held(), item(1))
    ledger.record(corrected("#6", item(1, "proposal")))
    assert [one.kind for one in meeting(ledger).items] == ["proposal"]
    before = ledger.as_of(END, known=6).meeting("KS", DAY)
    assert before is not None
    assert [one.kind for one in before.items] == ["information"]


# -- dates


def test_an_imprecise_date_is_legal_and_flagged(ledger: Ledger) -> None:
    ledger.record(held(on="2020-05"))
    assert ledger.as_of("2020-05-30").minutes() == ()
    assert meeting(ledger, day="2020-05").flags == ("date_imprecise",)


@pytest.mark.parametrize(
    ("printed", "flags"),
    [
        ("10 februari december", ("month_unclear", "year_inferred")),
        ("den 10:e", ("month_unclear", "year_inferred")),
        ("25 oktober", ("year_inferred",)),
        ("25 maj 2020", ()),
        ("2020-05-25", ()),
        ("25/5", ("year_inferred",)),
    ],
)
def test_a_printed_date_without_a_clear_month_or_year_is_flagged(
    ledger: Ledger, printed: str, flags: tuple[str, ...]
) -> None:
    ledger.record(held(date_printed=printed))
    assert (meeting(ledger).date_printed, meeting(ledger).flags) == (printed, flags)


@pytest.mark.parametrize(
    "month",
    [
        "januari",
        "februari",
        "mars",
        "april",
        "maj",
        "juni",
        "juli",
        "augusti",
        "september",
        "oktober",
        "november",
        "december",
    ],
)
def test_every_month_is_one_in_full_and_cut_to_three_letters(month: str) -> None:
    assert names_one_month(f"den 3 {month}")
    assert names_one_month(f"3 {month[:3].title()}.")
    assert not names_one_month(f"3 {month} eller maj")


# -- votes


def test_the_side_with_most_votes_has_its_way(ledger: Ledger) -> None:
    found = voted(ledger, vote(7, 5, 1, no_means="avslag"), present=13)
    assert (found.carried, found.winner, found.outcome) == ("yes", "yes", "bifall")
    assert (found.tie, found.flags, found.counted, found.present) == (False, (), 13, 13)


def test_what_a_no_meant_is_what_came_of_it_where_the_nays_were_more(ledger: Ledger) -> None:
    assert voted(ledger, vote(5, 7, no_means="avslag")).outcome == "avslag"


def test_a_tie_goes_to_the_casting_vote(ledger: Ledger) -> None:
    found = voted(ledger, vote(6, 6, casting="no"))
    assert (found.tie, found.carried, found.outcome, found.flags) == (True, "no", None, ())


def test_a_tie_without_a_casting_vote_is_undecided_and_flagged(ledger: Ledger) -> None:
    found = voted(ledger, vote(6, 6))
    assert (found.carried, found.winner, found.outcome) == (None, None, None)
    assert found.flags == ("tie_undecided",)


def test_a_casting_vote_where_there_was_no_tie_changes_nothing_and_is_flagged(
    ledger: Ledger,
) -> None:
    found = voted(ledger, vote(7, 6, casting="no"))
    assert (found.carried, found.flags) == ("yes", ("casting_without_tie",))


def test_a_vote_belongs_to_the_items_that_rest_on_its_decision(ledger: Ledger) -> None:
    rest = {"body": "FM", "decision": "FM 2020-05-25 § 4"}
    ledger.record(held("FM"), item(4, "decision", **rest), vote(7, 5), item(5, body="FM"))
    found = meeting(ledger, "FM")
    assert [len(one.votes) for one in found.items] == [1, 0]
    assert found.votes == ()


def test_a_vote_belongs_to_the_item_that_it_names(ledger: Ledger) -> None:
    placed = VoteCounted("bifall", 7, 5, body="KS", date=DAY, item=2)
    ledger.record(held(), item(1), item(2), Entry(placed, effective=DAY))
    assert [len(one.votes) for one in meeting(ledger).items] == [0, 1]


def test_a_vote_may_leave_only_its_date_to_the_decision(ledger: Ledger) -> None:
    ledger.record(held(), vote(7, 5, body="KS", decision="2020-05-25 § 4"))
    assert len(meeting(ledger).votes) == 1


# -- referring back


@pytest.mark.parametrize(
    ("votes", "present", "judged"),
    [
        ((20, 10, 0), None, (10, 10, True)),
        ((20, 10, 1), None, (10, 11, False)),
        ((21, 10, 0), None, (10, 11, False)),
        ((18, 10, 2), 30, (10, 10, True)),
        ((18, 10, 0), 31, (10, 11, False)),
        ((10, 20, 0), None, (20, 10, True)),
        ((15, 0, 0), None, (0, 5, False)),
        ((0, 0, 0), None, (0, 0, False)),
    ],
)
def test_a_third_of_those_present_refers_back_those_included_who_abstain(
    ledger: Ledger, votes: tuple[int, int, int], present: int | None, judged: tuple[int, int, bool]
) -> None:
    assert referred(ledger, vote(*votes, refer_back="no"), present) == judged


def test_a_losing_no_wins_where_it_is_a_third(ledger: Ledger) -> None:
    found = voted(ledger, vote(20, 10, refer_back="no", no_means="återremiss"))
    assert (found.carried, found.winner, found.outcome) == ("yes", "no", "återremiss")
    assert found.referred_back


def test_less_than_a_third_loses(ledger: Ledger) -> None:
    found = voted(ledger, vote(21, 10, refer_back="no", no_means="återremiss"))
    assert (found.winner, found.outcome, found.referred_back) == ("yes", "bifall", False)


def test_the_vote_may_say_itself_how_many_were_present(ledger: Ledger) -> None:
    entry = vote(20, 10, refer_back="no", present=31)
    assert referred(ledger, entry, present=30) == (10, 11, False)


def test_who_was_present_and_neither_voted_nor_abstained_is_flagged(ledger: Ledger) -> None:
    assert voted(ledger, vote(7, 5), present=13).flags == ("present_differs",)


def test_the_second_time_it_takes_a_majority(ledger: Ledger) -> None:
    entry = vote(20, 10, refer_back="no", referred_before=True)
    assert referred(ledger, entry) == (10, 16, False)


def test_in_a_board_it_takes_a_majority(ledger: Ledger) -> None:
    ledger.record(held(), vote(8, 5, refer_back="no", decision="KS 2020-05-25 § 4"))
    back = meeting(ledger).votes[0].referring_back
    assert back is not None
    assert (back.needed, back.by_minority, back.reached) == (7, False, False)


def test_with_a_majority_the_casting_vote_may_refer_back(ledger: Ledger) -> None:
    entry = vote(6, 6, casting="no", refer_back="no", referred_before=True)
    assert voted(ledger, entry).referred_back


# -- refused


def refused(ledger: Ledger, *entries: Entry) -> list[str]:
    """Return the faults of entries, nothing of which is recorded."""
    head = ledger.head()
    with pytest.raises(EntriesRefused) as told:
        ledger.record(*entries)
    assert ledger.head() == head
    return str(told.value).splitlines()


TOO_MANY = (
    "yes: 8 yes, 5 no and 1 abstained are 14 votes of 13 present, expected at most 13,"
    " correct the vote, or who was present"
)


def test_more_votes_than_were_present_are_refused(ledger: Ledger) -> None:
    ledger.record(held("FM", present=13))
    assert refused(ledger, vote(8, 5, 1)) == [TOO_MANY]
    assert len(ledger.record(vote(8, 5))) == 1


def test_more_votes_than_were_present_are_refused_within_one_commit(ledger: Ledger) -> None:
    roles = [f"ledamot {number}" for number in range(13)]
    entries = held("FM", present=roles), vote(8, 5, 1)
    assert refused(ledger, *entries) == [f"entry 2: {TOO_MANY}"]


def test_fewer_present_than_voted_already_are_refused(ledger: Ledger) -> None:
    ledger.record(vote(8, 5, 1))
    (fault,) = refused(ledger, held("FM", present=13))
    assert fault == (
        "present: 14 voted, of 13 present, expected at least 14,"
        " correct the vote first if it was wrong"
    )


def test_a_wrong_number_present_is_corrected_before_the_vote(ledger: Ledger) -> None:
    wrong = ledger.record(held("FM", present=13))[0]
    fixed = corrected(f"#{wrong.position}", held("FM", present=14))
    assert len(ledger.record(fixed, vote(8, 5, 1))) == 2


def test_a_correction_to_more_votes_than_were_present_is_refused(ledger: Ledger) -> None:
    ledger.record(held("FM", present=13))
    counted = ledger.record(vote(8, 5))[0]
    fixed = corrected(f"#{counted.position}", vote(8, 5, 1))
    assert refused(ledger, fixed) == [f"replacement.{TOO_MANY}"]


def test_a_vote_at_no_known_meeting_is_refused(ledger: Ledger) -> None:
    nowhere = Entry(VoteCounted("bifall", 7, 5), effective=DAY)
    missing = "missing, and the entry has no decision that says it, expected"
    assert refused(ledger, nowhere) == [
        f"body: {missing} the body of the meeting, add body, or the decision that was voted on",
        f"date: {missing} the date of the meeting, add date, or the decision that was voted on",
    ]


def test_a_meeting_of_an_unknown_body_is_refused_with_a_suggestion(ledger: Ledger) -> None:
    assert refused(ledger, held("KSS"), item(1, body="SNN")) == [
        "entry 1: body: unknown unit 'KSS', expected 'KS', register it first",
        "entry 2: body: unknown unit 'SNN', expected 'SN', register it first",
    ]


HELD = {"type": "meeting.held", "body": "KS", "date": DAY, "effective": DAY}
ITEM = {**HELD, "type": "item.minuted", "item": 1, "kind": "decision", "title": "T"}
VOTE = {**HELD, "type": "vote.counted", "yes_means": "bifall", "yes": 7, "no": 5}


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        (HELD | {"date": "25 maj"}, "date: '25 maj' is not a date, expected a date such as"),
        (HELD | {"present": -1}, "present: -1 is not a number of persons, expected 0 or more"),
        (HELD | {"present": "13"}, "present: '13' is not a number of persons, expected 0 or more"),
        (HELD | {"present": [13]}, "present: 13 is not text, expected a text in quotes"),
        (HELD | {"chair": "ordf"}, "chair: unknown field, expected 'chair_role'"),
        (ITEM | {"kind": "beslut"}, "kind: 'beslut' is not known here, expected one of"),
        (ITEM | {"item": 1.5}, "item: 1.5 is not text, expected a text in quotes"),
        (ITEM | {"about": "unit/KS"}, "about: 'unit/KS' is not a list, expected a list such as"),
        (ITEM | {"about": ["units/KS"]}, "about: 'units/KS' is not a subject, expected one such"),
        (VOTE | {"yes": "7"}, "yes: '7' is not a number of persons, expected 0 or more"),
        (VOTE | {"no": True}, "no: True is not a number of persons, expected 0 or more"),
        (VOTE | {"casting": "ja"}, "casting: 'ja' is not known here, expected one of 'no', 'yes'"),
        (
            VOTE | {"referred_before": "ja"},
            "referred_before: 'ja' is neither true nor false, expected true or false",
        ),
        (
            VOTE | {"present": 11},
            "7 yes, 5 no and 0 abstained are 12 votes of 11 present, expected at most 11",
        ),
        (
            {"type": "unit.composed", "unit": "KS", "roles": "chef", "effective": DAY},
            "roles: 'chef' is not a list, expected a list of roles",
        ),
    ],
)
def test_bad_input_is_told_with_its_field(given: dict[str, Any], fault: str) -> None:
    with pytest.raises(ValueRefused) as told:
        read_entry(given, "f:1")
    (line,) = str(told.value).splitlines()
    assert fault in line


@pytest.mark.parametrize(
    "given",
    [
        HELD | {"present": ["chef", "chef"], "date": "2020-05"},
        HELD | {"present": 0},
        ITEM | {"item": "§ 7", "about": ["unit/KS"]},
        VOTE | {"casting": "no", "referred_before": True, "item": "1", "abstained": 1},
    ],
)
def test_what_is_written_is_read_back_the_same(given: dict[str, Any]) -> None:
    entry = read_entry(given)
    assert write_entry(entry) == given
    assert read_entry(json.loads(json.dumps(write_entry(entry)))) == entry


def test_an_unknown_body_is_told_with_the_nearest_one(ledger: Ledger) -> None:
    with pytest.raises(UnknownName, match=r"no unit 'KSS', expected 'KS'"):
        ledger.as_of(END).minutes("KSS")


# -- composition


def test_a_unit_consists_of_the_roles_that_were_last_told(ledger: Ledger) -> None:
    ledger.record(
        Entry(UnitComposed("KS", ["ordförande", "ledamot"]), effective="2020-01-01"),
        Entry(UnitComposed("KS", ["ordförande"]), effective="2020-06-01"),
    )
    roles = [ledger.as_of(on).unit("KS") for on in ("2019-12-31", "2020-01-01", "2020-06-01")]
    assert [one.roles for one in roles if one is not None] == [
        (),
        ("ordförande", "ledamot"),
        ("ordförande",),
    ]


# -- on the command line


def run(path: Path, *arguments: str) -> tuple[int, str, str]:
    asked = ["minutes", *arguments, "--ledger", str(path), "--on", END]
    result = CliRunner().invoke(main, asked)
    return result.exit_code, result.stdout, result.stderr


@pytest.fixture
def example(tmp_path: Path) -> Path:
    path = tmp_path / "exempel.db"
    with new_ledger(path) as made:
        made.record(
            held("KS", present=13, date_printed="25 maj"),
            item(1, text="Läget."),
            item(2, "decision", title="Omfördelning", decision="KS 2020-05-25 § 4"),
            vote(8, 5, decision="KS 2020-05-25 § 4", refer_back="no"),
        )
    return path


def test_json_gives_the_meetings_with_items_and_votes(example: Path) -> None:
    code, out, _ = run(example, "KS", "--json")
    answer = json.loads(out)
    assert (code, list(answer)) == (0, ["basis", "minutes"])
    (found,) = answer["minutes"]
    assert {key: found[key] for key in ("meeting", "body", "date", "present", "flags")} == {
        "meeting": "KS 2020-05-25",
        "body": "KS",
        "date": "2020-05-25",
        "present": 13,
        "flags": ["year_inferred"],
    }
    assert found["counts"] == {"information": 1, "discussion": 0, "decision": 1, "proposal": 0}
    assert found["items"][1] == {
        "item": "2",
        "kind": "decision",
        "title": "Omfördelning",
        "text": None,
        "about": [],
        "votes": [
            {
                "yes_means": "bifall",
                "no_means": None,
                "yes": 8,
                "no": 5,
                "abstained": 0,
                "present": 13,
                "casting": None,
                "carried": "yes",
                "referring_back": {
                    "asking": 5,
                    "needed": 7,
                    "by_minority": False,
                    "reached": False,
                },
                "winner": "yes",
                "item": None,
                "flags": [],
                "tie": False,
                "referred_back": False,
                "outcome": "bifall",
                "position": 7,
                "decision": "KS 2020-05-25 § 4",
                "effective": "2020-05-25",
                "note": None,
            }
        ],
        "flags": [],
        "position": 6,
        "decision": "KS 2020-05-25 § 4",
        "effective": "2020-05-25",
        "note": None,
    }


def test_the_table_shows_items_votes_and_flags(example: Path) -> None:
    code, out, err = run(example, "--text")
    assert (code, err) == (0, "")
    assert "KS 2020-05-25 (year_inferred)\n1 information, 1 decision\n" in out
    assert "2       decision     Omfördelning  KS 2020-05-25 § 4\n" in out
    assert "1: Läget.\n" in out
    assert (
        "vote on item 2 (yes: bifall): 8 yes, 5 no, 0 abstained: bifall; not referred back:"
        " 5 of the 7 that are a majority\n"
    ) in out


def test_no_meeting_is_exit_code_1_and_an_unknown_body_2(example: Path) -> None:
    assert run(example, "SN", "--year", "2020")[0::2] == (
        1,
        f"no meeting of SN in 2020 by {END}, as known then\n",
    )
    assert run(example, "KSS")[0::2] == (2, "no unit 'KSS', expected 'KS'\n")


# -- the view file and the plain fold


_bodies = st.sampled_from(["KF", "KS"])
_dates = st.sampled_from(["2020-03-10", "2020-06-30", "2020-06"])
_numbers = st.integers(0, 3)
_sides = st.none() | st.sampled_from(["yes", "no"])
_decisions = st.sampled_from(
    [
        DecisionRef("KF", "2020-03-10", 1),
        DecisionRef("KS", "2020-06-30", 2),
        DecisionRef("KF", None, 7),
    ]
)
_place: dict[str, st.SearchStrategy[Any]] = {"body": _bodies, "date": _dates}
_stages: tuple[Stage, ...] = ("decided", "decided", "proposed")
_events = st.one_of(
    st.builds(MeetingHeld, **_place, present=st.none() | st.integers(3, 9)),
    st.builds(
        ItemMinuted,
        **_place,
        item=_numbers,
        kind=st.sampled_from(get_args(ItemKind)),
        title=st.just("T"),
        about=st.none() | st.just(["meeting/KS 2020-06-30", "unit/KF"]),
    ),
    st.builds(
        VoteCounted,
        yes_means=st.just("bifall"),
        yes=_numbers,
        no=_numbers,
        abstained=_numbers,
        casting=_sides,
        refer_back=_sides,
        body=st.none() | _bodies,
        date=st.none() | _dates,
        item=st.none() | _numbers,
    ),
    st.builds(DecisionAnnulled, target=_decisions),
)


@st.composite
def _entries(draw: st.DrawFn) -> Entry:
    decision = draw(st.none() | _decisions)
    undated = decision is None or decision.date is None
    stage = draw(st.sampled_from(_stages))
    return Entry(draw(_events), decision, draw(_dates if undated else st.none()), stage=stage)


@st.composite
def _amendments(draw: st.DrawFn) -> Entry:
    target = f"#{draw(st.integers(4, 16))}"
    return withdrawn(target) if draw(st.booleans()) else corrected(target, draw(_entries()))


_commits = st.lists(st.lists(_entries() | _amendments(), min_size=1, max_size=3), max_size=8)


def everything(view: View) -> list[object]:
    found = view.minutes()
    return [found, [one.as_dict() for one in found], view.decisions(), view.units()]


@given(_commits, st.lists(bases(), min_size=2, max_size=2))
def test_the_view_file_answers_as_the_fold_over_the_log(
    commits: Sequence[Sequence[Entry]], asked: Sequence[tuple[date, int, bool]]
) -> None:
    with ledger_file() as path, new_ledger(path, SetClock()) as ledger:
        for commit in commits:
            try:
                ledger.record(*commit)
            except EntriesRefused:
                continue
        log = list(ledger.history())
        for on, known, void in asked:
            position = known % (len(log) + 1)
            fast = ledger.as_of(on, known=position, void_annulled=void)
            plain = view_of(log, on, position, void_annulled=void)
            assert everything(fast) == everything(plain)


@given(_commits, st.sampled_from(DAYS))
def test_every_item_and_vote_that_counts_is_in_the_minutes_once(
    commits: Sequence[Sequence[Entry]], on: date
) -> None:
    with ledger_file() as path, new_ledger(path) as ledger:
        for commit in commits:
            try:
                ledger.record(*commit)
            except EntriesRefused:
                continue
        view = ledger.as_of(on)
        for found in view.minutes():
            told = [one.fact for one in view.counted(f"meeting/{found.meeting}")]
            items = [fact for fact in told if isinstance(fact.entry.event, ItemMinuted)]
            own = [
                fact for fact in items if fact.entry.event.stream() == f"meeting/{found.meeting}"
            ]
            assert sorted(one.fact.slot for one in found.items) == sorted(one.slot for one in own)
            votes = {fact.slot for fact in told if isinstance(fact.entry.event, VoteCounted)}
            shown = [*found.votes, *(vote for one in found.items for vote in one.votes)]
            assert {vote.fact.slot for vote in shown} == votes
            assert sum(found.counts.values()) == len(found.items)


def test_an_annulled_decision_leaves_the_minutes_as_they_were(ledger: Ledger) -> None:
    ledger.record(
        Entry(ItemMinuted("KF", "2020-02-10", "1", "decision", "Budget"), "KF 2020-02-10 § 9"),
        Entry(DecisionAnnulled("KF 2020-02-10 § 9"), effective="2020-10-01"),
    )
    for void in (False, True):
        (meeting,) = ledger.as_of("2020-12-31", void_annulled=void).minutes("KF", 2020)
        assert [item.title for item in meeting.items] == ["Budget"]
