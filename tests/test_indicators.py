"""Indicators: values through the years, compared only where they can be, never lost."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from datetime import date
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from styrledger.codec import read_entry, write_entry
from styrledger.errors import EntriesRefused, ValueRefused
from styrledger.events.base import Event
from styrledger.events.decisions import DecisionAnnulled
from styrledger.events.entry import Entry, Stage
from styrledger.events.evaluations import (
    EvaluationNoted,
    EvaluationScored,
    EvaluationTotalStated,
    NoteKind,
)
from styrledger.events.goals import Assessment, GoalAdopted, GoalAssessed
from styrledger.events.indicators import (
    Better,
    IndicatorDefined,
    IndicatorReported,
    Missing,
    TargetSet,
    ValueDisputed,
)
from styrledger.ledger import Ledger
from styrledger.projections.indicators import Indicator, IndicatorProjection, Point
from styrledger.references import DecisionRef
from styrledger.view import View

from .commands import answer, new, run, told
from .ledgers import (
    DECISIONS,
    EFFECTIVE,
    TICK,
    SetClock,
    bases,
    corrected,
    ledger_file,
    new_ledger,
    register,
    view_of,
    withdrawn,
)

ONE = "N00945"


@pytest.fixture
def ledger(tmp_path: Path) -> Generator[Ledger]:
    with new_ledger(tmp_path / "prov.db") as made:
        yield made


def define(on: str = "2018-01-01", indicator: str = ONE, **fields: Any) -> Entry:
    told: dict[str, Any] = {"title": "Trygghet", "measure": "index", "better": "higher", **fields}
    return Entry(IndicatorDefined(indicator, **told), effective=on)


def report(period: str | int, value: object = None, on: str = "2020-12-31", **more: Any) -> Entry:
    event = IndicatorReported(ONE, period, value, **more)
    return Entry(event, effective=on)


def target(year: int, value: object, on: str = "2018-01-01") -> Entry:
    return Entry(TargetSet(ONE, year, value), effective=on)


def dispute(period: str, text: str = "Frågan var oklar.") -> Entry:
    return Entry(ValueDisputed(ONE, period, "Förvaltningen", text), effective="2020-12-31")


def one(ledger: Ledger, on: str = "2021-12-31") -> Indicator:
    found = ledger.as_of(on).indicator(ONE)
    assert found is not None
    return found


def point(ledger: Ledger, period: str, on: str = "2021-12-31") -> Point:
    found = one(ledger, on).point(period)
    assert found is not None
    return found


# -- values and targets


def test_an_indicator_is_there_from_the_day_it_is_defined(ledger: Ledger) -> None:
    ledger.record(define("2020-01-01"), report("2019", "80,5", "2019-12-31"))
    assert ledger.as_of("2019-12-31").indicators() == ()
    assert ledger.as_of("2019-12-31").indicator(ONE) is None
    assert [str(it.value) for it in one(ledger, "2020-01-01").series] == ["80,5"]


def test_values_come_in_order_of_their_periods(ledger: Ledger) -> None:
    ledger.record(define(), *(report(it, 1) for it in ("T2 2019", 2020, "T1 2020", "T1 2019")))
    periods = [it.period for it in one(ledger).series]
    assert periods == ["T1 2019", "T2 2019", "2020", "T1 2020"]


@pytest.mark.parametrize(
    ("better", "courses"), [("higher", ["better", "worse"]), ("lower", ["worse", "better"])]
)
def test_the_direction_says_which_way_is_better(
    ledger: Ledger, better: Better, courses: list[str]
) -> None:
    ledger.record(define(better=better), *map(report, ("2018", "2019", "2020"), ("1,6", "1,9", 0)))
    found = one(ledger)
    assert [str(it.change) for it in found.series[1:]] == ["0,3", "-1,9"]
    assert [it.course for it in found.series] == [None, *courses]
    assert [it.course for it in found.trends] == [courses[1]]


def test_a_value_that_does_not_change_is_the_same(ledger: Ledger) -> None:
    ledger.record(define(), report("2019", "75"), report("2020", "75,0"))
    assert point(ledger, "2020").course == "same"


@pytest.mark.parametrize(
    ("better", "value", "met"),
    [
        ("higher", "76", True),
        ("higher", "76,1", True),
        ("higher", "75,9", False),
        ("lower", "76", True),
        ("lower", "76,1", False),
        ("lower", "75,9", True),
    ],
)
def test_a_target_is_met_at_it_or_beyond_it(
    ledger: Ledger, better: Better, value: str, *, met: bool
) -> None:
    ledger.record(define(better=better), target(2020, "76"), report("2020", value))
    assert point(ledger, "2020").met is met


def test_a_target_holds_from_its_day_and_the_latest_one_counts(ledger: Ledger) -> None:
    ledger.record(
        define(), report("2020", 70, "2020-01-31"), target(2020, 76), target(2020, 60, "2020-06-01")
    )
    assert point(ledger, "2020", "2020-05-31").met is False
    assert point(ledger, "2020", "2020-06-01").met is True


def test_a_years_target_is_not_one_for_a_part_of_the_year(ledger: Ledger) -> None:
    ledger.record(define(), target(2020, 76), report("2020-04", 80), report("T1 2020", 80))
    assert [it.target for it in one(ledger).series] == [None, None]
    assert [it.year for it in one(ledger).targets] == [2020]


# -- what is missing


@pytest.mark.parametrize("missing", get_args(Missing))
def test_each_way_to_be_missing_is_its_own_and_is_no_value(
    ledger: Ledger, missing: Missing
) -> None:
    ledger.record(
        define(),
        target(2019, 1),
        report("2018", 5),
        report("2019", missing=missing),
        report(2020, 7),
    )
    gap = point(ledger, "2019")
    assert (gap.value, gap.missing, gap.change, gap.met) == (None, missing, None, None)
    assert str(point(ledger, "2020").change) == "2"
    assert one(ledger).comparable


def test_zero_is_a_value(ledger: Ledger) -> None:
    ledger.record(define(), report("2020", "0"))
    assert (str(point(ledger, "2020").value), point(ledger, "2020").missing) == ("0", None)


def test_a_value_that_is_published_late_keeps_that_it_was_missing(ledger: Ledger) -> None:
    ledger.record(
        define(), report("2020", missing="not_published"), report("2020", "80,5", "2021-11-30")
    )
    assert point(ledger, "2020", "2021-11-29").missing == "not_published"
    late = point(ledger, "2020")
    assert (str(late.value), [it.missing for it in late.earlier]) == ("80,5", ["not_published"])


def test_a_value_that_is_removed_is_kept_among_the_earlier(ledger: Ledger) -> None:
    ledger.record(define(), report("2018", 936), report("2018", missing="removed", on="2021-06-30"))
    gone = point(ledger, "2018")
    assert (gone.value, gone.missing) == (None, "removed")
    assert [str(it.value) for it in gone.earlier] == ["936"]


# -- corrections and objections


def test_a_corrected_value_keeps_both(ledger: Ledger) -> None:
    _, wrong = ledger.record(define(), report("2019", 300))
    ledger.record(corrected(f"#{wrong.position}", report("2019", 342)))
    before = ledger.as_of("2021-12-31", known=wrong.position).indicator(ONE)
    assert before is not None
    assert [str(it.value) for it in before.series] == ["300"]
    assert [str(it.value) for it in one(ledger).series] == ["342"]
    assert [it.stands for it in ledger.trail(f"indicator/{ONE}")] == [True, False, True]


def test_a_disputed_value_stands_with_every_objection(ledger: Ledger) -> None:
    ledger.record(define(), report("2012", "34%"), dispute("2012"), dispute("2012", "Fel urval."))
    found = point(ledger, "2012")
    assert str(found.value) == "34%"
    assert [(it.by, it.text) for it in found.disputed] == [
        ("Förvaltningen", "Frågan var oklar."),
        ("Förvaltningen", "Fel urval."),
    ]


def test_an_objection_outlives_the_value_that_was_withdrawn(ledger: Ledger) -> None:
    _, value, _ = ledger.record(define(), report("2020", 5), dispute("2020"))
    ledger.record(withdrawn(f"#{value.position}"))
    found = point(ledger, "2020")
    assert (found.report, found.value, found.missing, len(found.disputed)) == (None, None, None, 1)


# -- what can be compared


def test_a_new_measure_or_method_or_direction_breaks_the_trend(ledger: Ledger) -> None:
    ledger.record(
        define(),
        define("2019-01-01", measure="procent"),
        define("2020-01-01", measure="procent", method="Enkät"),
        define("2021-01-01", measure="procent", method="Enkät", better="lower"),
        *(report(year, 50 + year - 2018, f"{year}-12-31") for year in range(2018, 2022)),
    )
    found = one(ledger)
    assert [it.version for it in found.series] == [1, 2, 3, 4]
    assert [it.change for it in found.series] == [None] * 4
    assert [it.course for it in found.trends] == [None] * 4
    assert (found.comparable, found.breaks) == (False, 3)


def test_a_new_title_or_goal_breaks_nothing(ledger: Ledger) -> None:
    ledger.record(
        Entry(GoalAdopted("M", "M", "KS", "council"), effective="2018-01-01"),
        define(),
        define("2020-01-01", title="Upplevd trygghet", goal="M", data_source="SCB"),
        report("2019", 50),
        report("2020", 55),
    )
    found = one(ledger)
    assert (found.definition.title, found.comparable, len(found.trends)) == (
        "Upplevd trygghet",
        True,
        1,
    )
    assert [it.version for it in found.definitions] == [1, 1]


def test_a_period_belongs_to_the_definition_that_held_at_its_end(ledger: Ledger) -> None:
    ledger.record(
        define("2020"),
        define("2021-01-01", measure="procent"),
        report("2018", 168),
        report("2020", 160, "2021-04-30"),
        report("T3 2020", 160, "2021-04-30"),
        report("2021", "-2%", "2021-12-31"),
    )
    versions = {it.period: it.version for it in one(ledger).series}
    assert versions == {"2018": 1, "2020": 1, "T3 2020": 1, "2021": 2}


def test_a_period_without_a_year_belongs_to_when_it_was_reported(ledger: Ledger) -> None:
    ledger.record(define(), define("2020-06-01", measure="procent"), report("Vår", 1, "2020-05-31"))
    assert point(ledger, "Vår").version == 1


def test_another_definition_to_come_is_a_break_before_it_has_a_value(ledger: Ledger) -> None:
    ledger.record(define(), report("2019", 168), define("2021-01-01", measure="procent"))
    assert one(ledger, "2020-12-31").comparable
    found = one(ledger, "2021-01-01")
    assert (found.comparable, found.breaks, len(found.trends)) == (False, 1, 1)


def test_a_target_in_another_measure_is_neither_met_nor_missed(ledger: Ledger) -> None:
    ledger.record(
        define(better="lower"),
        target(2020, 162),
        target(2021, 160),
        define("2021-01-01", better="lower", measure="procent"),
        report("2020", 160),
        report("2021", "-3", "2021-12-31"),
    )
    assert [it.met for it in one(ledger).series] == [True, None]


def test_values_in_other_units_or_periods_are_not_compared(ledger: Ledger) -> None:
    ledger.record(
        define(),
        target(2021, "5 %"),
        report("2019", 163),
        report("2020", "-2%"),
        report("2021", "7"),
        report("2020-12", 9),
    )
    found = one(ledger)
    assert [(it.first, it.last, it.values) for it in found.trends] == [
        ("2019", "2021", 2),
        ("2020", "2020", 1),
        ("2020-12", "2020-12", 1),
    ]
    assert (str(point(ledger, "2021").change), point(ledger, "2021").met) == ("-156", None)


def test_a_fold_without_facts_is_no_indicator() -> None:
    assert IndicatorProjection().answer() is None


# -- bad input


def test_a_value_without_a_definition_is_refused_with_a_suggestion(ledger: Ledger) -> None:
    ledger.record(define())
    head = ledger.head()
    with pytest.raises(EntriesRefused) as refused:
        ledger.record(
            Entry(IndicatorReported("N00946", "2020", "1"), effective="2020-12-31"),
            Entry(TargetSet("n00945", 2020, "1"), effective="2020-12-31"),
            define(indicator="NY", goal="M1"),
            report("2020", 5),
            dispute("2002"),
        )
    assert str(refused.value).splitlines() == [
        "entry 1: indicator: unknown indicator 'N00946', expected 'N00945', record it first",
        "entry 2: indicator: unknown indicator 'n00945', expected 'N00945', record it first",
        (
            "entry 3: goal: unknown goal 'M1', expected one that was recorded, and none was so "
            "far, record it first"
        ),
        (
            "entry 5: period: 'N00945' has no value for '2002', expected '2020', "
            "record the value first"
        ),
    ]
    assert ledger.head() == head


A_NUMBER = "expected one number such as '80,5', '80.5' or '-2 %'"


@pytest.mark.parametrize(
    ("given", "faults"),
    [
        (
            {"type": "indicator.defined", "indicator": "A", "title": "T", "better": "up"},
            [
                "measure: missing, expected a value",
                "better: 'up' is not known here, expected one of 'higher', 'lower'",
            ],
        ),
        (
            {"type": "target.set", "indicator": "A", "year": 20200, "value": "-"},
            [
                "year: 20200 is not a year, expected a number such as 2020",
                f"value: '-' is no value, {A_NUMBER}, leave it out, or say it is missing",
            ],
        ),
        (
            {"type": "indicator.reported", "indicator": "A", "period": "2020"},
            ["value: neither of value and missing, expected either of them"],
        ),
        (
            {"type": "indicator.reported", "indicator": "A", "period": "2020"}
            | {"value": 5, "missing": "removed"},
            ["value: both of value and missing, expected either of them"],
        ),
        (
            {"type": "indicator.reported", "indicator": "A", "period": " ", "missing": "unknown"},
            [
                "period: it is empty, expected some text, leave the field out instead",
                (
                    "missing: 'unknown' is not known here, expected one of "
                    "'not_comparable', 'not_measured', 'not_published', 'removed'"
                ),
            ],
        ),
        (
            {"type": "value.disputed", "indicator": "A", "period": 2020, "by": "X"},
            ["text: missing, expected a value"],
        ),
    ],
)
def test_bad_input_is_told_field_by_field(given: dict[str, Any], faults: list[str]) -> None:
    with pytest.raises(ValueRefused) as refused:
        read_entry({**given, "effective": "2020-12-31"}, "f:1")
    assert str(refused.value).splitlines() == [f"f:1: {fault}" for fault in faults]


# -- who publishes it, and where it was read

DEFINED: dict[str, Any] = {
    "type": "indicator.defined",
    "effective": "2020-01-01",
    "indicator": ONE,
    "title": "T",
    "measure": "procent",
    "better": "higher",
}


def test_a_source_that_is_a_text_is_who_publishes_the_values() -> None:
    entry = read_entry({**DEFINED, "source": "Kolada"})
    assert (entry.source, getattr(entry.event, "data_source", "")) == (None, "Kolada")
    assert write_entry(entry) == {**DEFINED, "data_source": "Kolada"}


def test_a_source_that_is_an_object_is_where_it_was_read() -> None:
    read = {"source": {"page": "10"}, "data_source": "SCB"}
    assert write_entry(read_entry({**DEFINED, **read})) == {**DEFINED, **read}


def test_two_publishers_are_refused() -> None:
    with pytest.raises(ValueRefused) as refused:
        read_entry({**DEFINED, "source": "Kolada", "data_source": "SCB"})
    assert str(refused.value) == "source: 'Kolada' is not an object, expected {…}"


# -- on the command line


@pytest.fixture
def example(tmp_path: Path) -> Path:
    reported = {"type": "indicator.reported", "effective": "2021-12-31", "indicator": ONE}
    return new(
        tmp_path,
        {**DEFINED, "title": "Energi", "measure": "kWh/m2", "better": "lower"},
        {**DEFINED, "title": "Energi", "effective": "2021-01-01", "better": "lower"},
        {**reported, "period": 2019, "value": 168},
        {**reported, "period": 2020, "value": 163.5, "note": "Preliminärt."},
        {**reported, "period": 2021, "value": "-2%"},
        {"type": "target.set", "effective": "2020-01-01", "indicator": ONE}
        | {"year": 2020, "value": 162},
        {"type": "target.set", "effective": "2021-01-01", "indicator": ONE}
        | {"year": 2022, "value": "-4%"},
        {"type": "value.disputed", "effective": "2021-12-31", "indicator": ONE, "period": "2021"}
        | {"by": "Bolaget", "text": "Vintern var mild."},
    )


def test_json_gives_values_targets_and_trends(example: Path) -> None:
    found = answer("indicators", "--on", "2021-12-31", "--ledger", example)
    assert list(found) == ["basis", "indicators", "pending"]
    (it,) = found["indicators"]
    assert (it["indicator"], it["measure"], it["comparable"]) == (ONE, "procent", False)
    assert [(p["period"], p["value"]["text"], p["definition"]) for p in it["series"]] == [
        ("2019", "168", 1),
        ("2020", "163.5", 1),
        ("2021", "-2%", 2),
    ]
    assert it["series"][1]["change"] == {"number": "-4.5", "text": "-4,5"}
    assert (it["series"][1]["course"], it["series"][1]["met"]) == ("better", False)
    assert it["series"][2]["disputed"][0]["text"] == "Vintern var mild."
    assert [(t["definition"], t["first"], t["last"]) for t in it["trends"]] == [
        (1, "2019", "2020"),
        (2, "2021", "2021"),
    ]
    assert [t["value"]["number"] for t in it["targets"]] == ["162", "-4"]
    assert [step["position"] for step in it["trail"]] == [4, 9, 5, 10, 6, 7, 8, 11]


def test_the_tables_show_what_breaks_and_what_is_disputed(example: Path) -> None:
    asked = ("--on", "2021-12-31", "--ledger", example)
    listed = told("indicators", *asked)
    assert "breaks: 1, disputed" in listed
    shown = told("indicators", ONE, *asked)
    assert "definition 2, from 2021-01-01: procent, lower is better" in shown
    assert "Bolaget: Vintern var mild." in shown
    assert "Trends, which cannot be compared" in shown
    assert "Targets of other years" in shown


def test_an_indicator_that_is_not_there_is_exit_code_1(example: Path) -> None:
    unknown = run("indicators", "N0945", "--ledger", example)
    assert (unknown.exit_code, unknown.stderr) == (1, "no indicator 'N0945', expected 'N00945'\n")


def test_those_of_a_goal_may_be_chosen(example: Path) -> None:
    assert answer("indicators", "--goal", "M", "--ledger", example)["indicators"] == []


# -- the view file against the reference, goals and evaluations too

IDS = ("A/1", "B")
_ids = st.sampled_from(IDS)
_goals = st.none() | st.sampled_from(IDS)
_years = st.sampled_from([2019, 2020])
_periods = st.sampled_from(["2019", "2020", "T1 2020"])
_values: st.SearchStrategy[Any] = st.sampled_from(["1,5", "80.5", "-2%", "ca 10", 0])
_reported = st.builds(IndicatorReported, _ids, _periods, _values) | st.builds(
    IndicatorReported, _ids, _periods, missing=st.sampled_from(get_args(Missing))
)
_events: st.SearchStrategy[Event] = st.one_of(
    st.builds(GoalAdopted, _ids, st.sampled_from(["T", "U"]), st.just("KS"), st.just("council")),
    st.builds(GoalAssessed, _ids, _years, st.sampled_from(get_args(Assessment))),
    st.builds(
        IndicatorDefined,
        _ids,
        st.just("T"),
        st.sampled_from(["kWh", "procent"]),
        st.sampled_from(get_args(Better)),
        _goals,
    ),
    st.builds(TargetSet, _ids, _years, _values),
    _reported,
    _reported,
    st.builds(ValueDisputed, _ids, _periods, st.just("X"), st.just("Nej.")),
    st.builds(
        EvaluationScored,
        st.just("E"),
        _years,
        st.sampled_from(["1", "2"]),
        _values,
        st.just("100"),
        st.sampled_from(["v1", "v2"]),
    ),
    st.builds(EvaluationTotalStated, st.just("E"), _years, _values, st.sampled_from(["v1", "v2"])),
    st.builds(
        EvaluationNoted,
        st.just("E"),
        _years,
        st.just("1"),
        st.sampled_from(get_args(NoteKind)),
        st.just("Bra."),
    ),
    st.builds(DecisionAnnulled, target=st.sampled_from(DECISIONS)),
)


@st.composite
def _entries(draw: st.DrawFn) -> Entry:
    decision: DecisionRef | None = draw(st.none() | st.sampled_from(DECISIONS))
    undated = decision is None or decision.date is None
    stages: tuple[Stage, ...] = ("decided",) if decision is None else ("decided", "proposed")
    effective = draw(st.sampled_from(EFFECTIVE) if undated else st.none())
    return Entry(draw(_events), decision, effective, stage=draw(st.sampled_from(stages)))


@st.composite
def _amendments(draw: st.DrawFn) -> Entry:
    target = f"#{draw(st.integers(4, 24))}"
    return withdrawn(target) if draw(st.booleans()) else corrected(target, draw(_entries()))


_commits = st.lists(st.lists(_entries() | _amendments(), min_size=1, max_size=3), max_size=10)
OPENING = (
    *(register(unit) for unit in ("KF", "KS", "SN")),
    *(Entry(GoalAdopted(it, "T", "KS", "council"), effective="2019-01-01") for it in IDS),
    *(define("2019-01-01", it) for it in IDS),
)


def everything(view: View) -> list[object]:
    found = (view.goals(), view.indicators(), view.evaluations())
    pending = [view.pending_about(kind) for kind in ("goal", "indicator", "evaluation")]
    return [found, [it.as_dict() for kind in found for it in kind], pending]


@given(_commits, st.lists(bases(), min_size=2, max_size=2))
def test_the_view_file_answers_as_the_fold_over_the_log(
    commits: Sequence[Sequence[Entry]], asked: Sequence[tuple[date, int, bool]]
) -> None:
    clock = SetClock()
    with ledger_file() as path, Ledger.create(path, organisation="P", clock=clock) as ledger:
        ledger.record(*OPENING)
        for commit in commits:
            clock.now += TICK
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


@given(st.lists(_entries(), max_size=25))
def test_every_value_is_in_exactly_one_trend(entries: Sequence[Entry]) -> None:
    with ledger_file() as path, Ledger.create(path, organisation="P", clock=SetClock()) as ledger:
        ledger.record(*OPENING)
        for entry in entries:
            try:
                ledger.record(entry)
            except EntriesRefused:
                continue
        for it in ledger.as_of("2021-12-31").indicators():
            values = [point for point in it.series if point.value is not None]
            assert sum(trend.values for trend in it.trends) == len(values)
            assert all((point.change is None) == (point.course is None) for point in it.series)
            assert it.comparable or it.breaks > 0
