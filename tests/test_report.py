"""The report says what the ledger says: every figure, decision, clock and correction."""

from __future__ import annotations

import re
import sys
import tracemalloc
from collections.abc import Generator, Iterator
from datetime import UTC, date, datetime, timedelta
from html import unescape
from pathlib import Path
from typing import Any, Literal, get_args, get_origin, get_type_hints

import attrs
import pytest

from styrledger import registry, report, swedish, telling
from styrledger.demo import ORGANISATIONS, record_files
from styrledger.errors import MissingExtraError, UnknownName
from styrledger.events.base import Event
from styrledger.events.budgets import BudgetRevised
from styrledger.events.corrections import EntryWithdrawn
from styrledger.events.decisions import DecisionAnnulled
from styrledger.events.entry import Entry
from styrledger.events.goals import GoalAdopted
from styrledger.events.indicators import IndicatorDefined, IndicatorReported, TargetSet
from styrledger.events.internal_control import ActionDecided, ControlPerformed, ControlPlanned
from styrledger.events.units import UnitRegistered
from styrledger.events.uppdrag import UppdragClosed, UppdragGiven, UppdragReported
from styrledger.exchange.records import read_entries
from styrledger.ledger import Ledger
from styrledger.projections.base import money
from styrledger.report.follow_up import span
from styrledger.report.texts import visible

from .commands import new, run, told
from .ledgers import SetClock, adopted, corrected, new_ledger, register, revised

ON = "2020-12-31"
FIGURE = re.compile(
    r'data-figure="(?P<subject>[^"]*)"(?: data-line="(?P<line>[^"]*)")? '
    r'data-of="(?P<of>\w+)" data-ore="(?P<ore>-?\d+)"'
)


@pytest.fixture(scope="module")
def haninge(tmp_path_factory: pytest.TempPathFactory) -> Generator[Ledger]:
    path = tmp_path_factory.mktemp("report") / "haninge.db"
    with Ledger.create(path, organisation=ORGANISATIONS["haninge_2020"]) as ledger:
        for file in record_files("haninge_2020"):
            ledger.record(*read_entries(file), by="registrator")
        yield ledger


def page(ledger: Ledger, unit: str | None = "KS", **asked: Any) -> str:
    """Return the report of 2020."""
    settings: dict[str, Any] = {"year": 2020, "audit": False, **asked}
    view = ledger.as_of(settings.pop("on", ON), known=settings.pop("known", None))
    return "".join(report.html(ledger, view, unit=unit, **settings))


def text(html: str) -> str:
    """Return what a page says, without its tags, on one line."""
    body = re.sub(r"<style>.*?</style>", "", html, flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", body)).replace("\xa0", " ").split())


def section(html: str, name: str) -> str:
    """Return what stands under one of the page's main headings."""
    return text(html.split(f'<h2 id="{name}"')[1].split("<h2 ", maxsplit=1)[0])


def table(html: str, caption: str) -> list[list[str]]:
    """Return the rows of the table with a caption."""
    found = re.search(rf"<caption[^>]*>{re.escape(caption)}.*?</table>", html, re.DOTALL)
    assert found is not None, caption
    rows = re.findall(r"<tr[^>]*>(.*?)</tr>", found[0].split("<tbody>")[1], re.DOTALL)
    return [[text(cell) for cell in re.findall(r"<t[hd]\b.*?</t[hd]>", row)] for row in rows]


def figures(html: str) -> Iterator[tuple[str, str | None, str, int]]:
    """Yield each figure of a page: which, of which line, which of its kinds, in öre."""
    for found in FIGURE.finditer(html):
        line = found["line"]
        yield (
            unescape(found["subject"]),
            None if line is None else unescape(line),
            found["of"],
            int(found["ore"]),
        )


# -- figures


def test_every_figure_is_that_of_the_view(haninge: Ledger) -> None:
    view = haninge.as_of(ON)
    seen = 0
    for subject, line, of, ore in figures(page(haninge, None)):
        _, unit, _, kind = subject.split("/")
        if unit == "*" or of == "balance":
            continue
        budget = view.budget(unit, 2020, "operating" if kind == "operating" else "investment")
        told_of = budget if line is None else budget.line(line)
        figure = money(getattr(told_of, of))
        assert figure is not None
        assert figure["ore"] == ore, (subject, line, of)
        seen += 1
    assert seen > 90


def test_every_line_of_a_budget_is_in_the_report(haninge: Ledger) -> None:
    told_of = {(subject, line) for subject, line, _, _ in figures(page(haninge))}
    for kind in ("operating", "investment"):
        for line in haninge.as_of(ON).budget("KS", 2020, kind).lines:
            if line.amount is not None or line.outcome is not None:
                assert (f"budget/KS/2020/{kind}", line.line) in told_of


def test_the_report_tells_the_figures_of_the_annual_report(haninge: Ledger) -> None:
    html = page(haninge)
    assert ["Totalt KS", "230 033", "221 596", "8 437"] in table(
        html, "Budget, utfall och avvikelse per rad, tkr: driftbudget 2020"
    )
    assert ("budget/KS/2020/operating", None, "amount", 23_003_300_000) in figures(html)
    assert ("budget/KS/2020/investment", None, "amount", 11_330_000_000) in figures(html)


def test_the_decisions_behind_a_figure_add_up_to_it(haninge: Ledger) -> None:
    rows = table(page(haninge), "Besluten bakom totalen, tkr: driftbudget 2020")
    assert [row[:5] for row in rows] == [
        ["1", "KF 2019-06-10 § 109", "2019-06-10", "+227 700", "227 700"],
        ["2", "KF 2019-12-09 § 197", "2019-12-09", "+900", "228 600"],
        ["3", "KF 2020-02-10 § 9", "2020-02-10", "+2 000", "230 600"],
        ["4", "KF 2020-05-11 § 83", "2020-05-11", "−1 167", "229 433"],
        ["5", "KF 2020-06-08 § 103", "2020-06-08", "+500", "229 933"],
        ["6", "KF 2020-06-08 § 104", "2020-06-08", "+100", "230 033"],
    ]
    assert rows[2][5] == "Tilläggsanslag. Utökning för rivning av gamla Fredriks yrkesskola."
    assert "post 12, registrator" in rows[2][6]


def test_a_decision_is_told_with_its_diarienummer_and_what_it_is_paid_with(tmp_path: Path) -> None:
    with new_ledger(tmp_path / "prov.db") as ledger:
        paid = BudgetRevised("KS", 2020, "5 tkr", cause="supplement", financing="eget kapital")
        decision = {"body": "KF", "date": "2020-02-10", "paragraph": 9, "dnr": "KS 2020/31"}
        ledger.record(adopted("100 tkr", "KF 2019-06-10 § 1"), Entry(paid, decision))
        rows = table(page(ledger), "Besluten bakom totalen, tkr: driftbudget 2020")
    assert rows[1][1] == "KF 2020-02-10 § 9 dnr KS 2020/31"
    assert rows[1][5] == "Tilläggsanslag. Finansiering: eget kapital"


def test_a_ledger_on_any_store_has_a_report(place: str) -> None:
    with Ledger.create(place, organisation="Prov") as ledger:
        ledger.record(
            *(register(unit) for unit in ("KF", "KS")),
            adopted("100 tkr", "KF 2019-06-10 § 1"),
        )
    html = told("report", "--year", "2020", "--on", ON, "--audit", "--ledger", place)
    assert ("budget/KS/2020/operating", None, "amount", 10_000_000) in figures(html)
    assert [row[0] for row in table(html, "Registreringar")] == ["1", "2", "3"]


def test_all_units_are_summed_and_unknown_ones_left_out(haninge: Ledger) -> None:
    rows = table(page(haninge, None), "Driftbudget 2020 i sammandrag, tkr")
    assert rows == [
        ["GFN", "–", "–", "–"],
        ["IFN", "–", "–", "–"],
        ["KS", "230 033", "221 596", "8 437"],
        ["SN", "–", "–", "–"],
        ["Summa av kända budgetar", "230 033", "", ""],
    ]


def test_a_unit_that_nobody_has_heard_of_has_no_report(haninge: Ledger) -> None:
    with pytest.raises(UnknownName):
        page(haninge, "KSS")


# -- the basis


def test_the_same_basis_gives_the_same_report_whatever_is_recorded_later(tmp_path: Path) -> None:
    with new_ledger(tmp_path / "prov.db") as ledger:
        ledger.record(adopted("227,7 mnkr", "KF 2019-06-10 § 109"))
        before = page(ledger, audit=True, known="#4")
        ledger.record(revised("2,0 mnkr", "KF 2020-02-10 § 9"), corrected("#4", adopted_again()))
        assert page(ledger, audit=True, known="#4") == before
        assert page(ledger, audit=True) != before


def adopted_again() -> Entry:
    return adopted("1 tkr", "KF 2019-06-10 § 109")


def test_the_last_page_holds_the_checkpoint_that_seals_the_report(tmp_path: Path) -> None:
    with new_ledger(tmp_path / "prov.db") as ledger:
        ledger.record(adopted("227,7 mnkr", "KF 2019-06-10 § 109"))
        html = page(ledger)
        ledger.record(revised("2,0 mnkr", "KF 2020-02-10 § 9"))
        sealed = re.search(r'<pre id="forsegling">(.*?)</pre>', html, re.DOTALL)
        assert sealed is not None
        kept = unescape(sealed[1])
        assert kept == ledger.checkpoint(known=4)
    (tmp_path / "rapport.txt").write_text(kept, encoding="utf-8")
    shown = told(
        "verify", "--checkpoint", tmp_path / "rapport.txt", "--ledger", ledger_at(tmp_path)
    )
    assert "agrees" in shown
    assert "nothing is wrong" in shown


def ledger_at(folder: Path) -> Path:
    return folder / "prov.db"


def test_the_last_page_holds_the_command_that_makes_the_same_report(haninge: Ledger) -> None:
    shown = section(page(haninge, audit=True), "underlag")
    asked = "report --unit KS --year 2020 --on 2020-12-31 --known '#403' --audit"
    assert f"styrledger {asked}" in shown


def test_a_report_of_an_empty_ledger_says_that_nothing_was_known(tmp_path: Path) -> None:
    with Ledger.create(tmp_path / "tom.db", organisation="Prov") as ledger:
        shown = text(page(ledger, None, audit=True))
    for words in (
        "Ingen budget för 2020 var känd.",
        "Inga uppdrag var kända.",
        "Inga mål var kända.",
        "Inga kontrollmoment för 2020 var kända.",
        "Inga rättelser eller återtaganden rör perioden.",
    ):
        assert words in shown


# -- the two clocks


def recorded_on(ledger: Ledger, clock: SetClock, day: str, *entries: Entry) -> None:
    clock.now = datetime.fromisoformat(f"{day}T09:00+00:00")
    ledger.record(*entries, by="nämndsekreterare")


@pytest.fixture
def two_clocks(tmp_path: Path) -> Generator[Ledger]:
    clock = SetClock(datetime(2019, 6, 1, tzinfo=UTC))
    with new_ledger(tmp_path / "prov.db", clock) as ledger:
        for day, entry in (
            ("2019-06-10", adopted("100 tkr", "KF 2019-06-10 § 1")),
            ("2020-03-10", revised("23 tkr", "KF 2020-03-10 § 2", key="felskrivet")),
            ("2020-04-01", corrected("felskrivet", revised("20 tkr", "KF 2020-03-10 § 2"))),
            ("2020-09-15", revised("5 tkr", "KF 2020-06-08 § 3")),
            ("2020-09-16", revised("1 tkr", "KF 2020-09-16 § 4")),
            ("2020-11-20", annulled("KF 2020-09-16 § 4", "2020-11-10")),
        ):
            recorded_on(ledger, clock, day, entry)
        yield ledger


def annulled(decision: str, effective: str) -> Entry:
    return Entry(DecisionAnnulled(target=decision), effective=effective)


def test_where_the_clocks_differ_the_report_tells_both_amounts(two_clocks: Ledger) -> None:
    html = page(two_clocks)
    caption = "När liggaren visade ett annat belopp än det som nu är känt, tkr"
    assert table(html, caption) == [
        ["2020-03-10", "2020-03-31", "120", "123"],
        ["2020-06-08", "2020-09-14", "125", "120"],
        ["2020-11-10", "2020-11-19", "125", "126"],
    ]
    assert 'class="then"' in html


def test_where_the_clocks_agree_there_is_one_line(tmp_path: Path) -> None:
    clock = SetClock(datetime(2019, 6, 1, tzinfo=UTC))
    with new_ledger(tmp_path / "prov.db", clock) as ledger:
        recorded_on(ledger, clock, "2019-06-10", adopted("100 tkr", "KF 2019-06-10 § 1"))
        html = page(ledger)
    assert 'class="then"' not in html
    assert "Under hela tiden visade liggaren samma belopp" in text(html)


def test_what_was_recorded_years_later_was_not_known_then(haninge: Ledger) -> None:
    assert "Inget av detta var registrerat i liggaren under den tid" in text(page(haninge))


def test_an_annulled_decision_is_told_with_the_days_on_which_it_counted(two_clocks: Ledger) -> None:
    (row,) = table(page(two_clocks), "Beslut som gällde tills de upphävdes, tkr")
    assert row[:4] == ["KF 2020-09-16 § 4", "2020-09-16", "2020-11-10", "+1"]


def test_a_late_entry_is_told_how_late_it_is(two_clocks: Ledger) -> None:
    rows = table(page(two_clocks), "Besluten bakom totalen, tkr: driftbudget 2020")
    assert rows[2][6] == "2020-09-15 11:00 post 7, nämndsekreterare 3 mån efteråt"
    assert "efteråt" not in rows[0][6]


# -- pending, uppdrag, goals and control


def test_what_is_pending_is_shown_and_moves_no_balance(tmp_path: Path) -> None:
    with new_ledger(tmp_path / "prov.db") as ledger:
        ledger.record(
            adopted("100 tkr", "KF 2019-06-10 § 1"),
            revised("5 tkr", "KS 2020-02-03 § 7", stage="proposed", note="Till fullmäktige."),
            revised("3 tkr", "KF 2020-02-10 § 8", stage="conditional", condition="Vid överskott."),
        )
        html = page(ledger)
    rows = table(html, "Väntande förslag och villkorade beslut, inte medräknade")
    assert [(row[0], row[1], row[4]) for row in rows] == [
        ("KS 2020-02-03 § 7", "förslag", "Till fullmäktige."),
        ("KF 2020-02-10 § 8", "villkorat", "Vid överskott."),
    ]
    assert ["Totalt KS", "100", "–", "–"] in table(html, "Budget, utfall och avvikelse per rad")


def given(name: str, **fields: Any) -> Entry:
    decision = fields.pop("decision", "KF 2020-02-10 § 1")
    return Entry(UppdragGiven(uppdrag=name, title=f"Utred {name}", **fields), decision)


def test_uppdrag_stand_by_status_with_their_age_and_delay(tmp_path: Path) -> None:
    with new_ledger(tmp_path / "prov.db") as ledger:
        ledger.record(
            given("U1", responsible="KS", due="2020-10-31"),
            given("U2", responsible="SN"),
            given("U3", responsible=["SN", "KS"], decision="KF 2019"),
            Entry(
                UppdragReported("U1", "delayed", "administration", label="släpar"),
                effective="2020-06-30",
            ),
        )
        html = page(ledger)
    (late,) = table(html, "Uppdrag med status försenat")
    assert late[:5] == ["U1 Utred U1", "KF 2020-02-10", "KS", "10 mån", "2020-10-31 2 mån sent"]
    assert late[5] == "öppet ” släpar ”, förvaltningen 2020-06-30"
    (unknown,) = table(html, "Uppdrag med status okänt")
    assert unknown[:4] == ["U3 Utred U3", "KF 2019 (dag okänd)", "SN, KS", "minst 1 år"]
    assert "U2" not in text(html)


def test_uppdrag_that_were_closed_before_the_year_or_given_after_it_are_left_out(
    tmp_path: Path,
) -> None:
    with new_ledger(tmp_path / "prov.db") as ledger:
        before = {"responsible": "KS", "decision": "KF 2018-02-10 § 1"}
        ledger.record(
            *(given(name, **before) for name in ("U1", "U2", "U3")),
            given("U4", responsible="KS", decision="KF 2021-02-10 § 1"),
            Entry(UppdragClosed("U1", "completed", "KF"), effective="2019-12-31"),
            Entry(UppdragClosed("U2", "rejected", "KF"), effective="2020-01-01"),
        )
        shown = section(page(ledger, on="2021-12-31"), "uppdrag")
    assert [name for name in ("U1", "U2", "U3", "U4") if name in shown] == ["U2", "U3"]
    assert "avslaget 2020-01-01" in shown


def test_a_value_that_is_missing_is_shown_as_missing(tmp_path: Path) -> None:
    with new_ledger(tmp_path / "prov.db") as ledger:
        measured = IndicatorDefined("I", "Energi", "kWh", "lower", goal="M")
        ledger.record(
            Entry(GoalAdopted("M", "Klimat", "KS", "council"), effective="2020-01-01"),
            Entry(measured, effective="2020-01-01"),
            Entry(IndicatorReported("I", "2019", value="120"), effective="2020-01-01"),
            Entry(IndicatorReported("I", "2020", missing="not_measured"), effective=ON),
            Entry(TargetSet("I", 2021, "100"), effective="2020-01-01"),
        )
        html = page(ledger)
    assert table(html, "<small><bdi>I</bdi></small>") == [
        ["2019", "120", "–", ""],
        ["2020", "–", "–", "saknas: inte mätt"],
        ["2021", "–", "100", "inte rapporterat"],
    ]


def test_a_control_is_shown_with_what_it_found_and_what_is_done(tmp_path: Path) -> None:
    with new_ledger(tmp_path / "prov.db") as ledger:
        ledger.record(
            Entry(ControlPlanned("KS 2020", "1", "Attest", 2, 3), effective="2020-01-15"),
            Entry(ControlPlanned("SN 2020", "1", "Avgifter"), effective="2020-01-15"),
            Entry(
                ControlPerformed(
                    "KS 2020", "1", "deviation", sample=20, faults=4, finding="Brister."
                ),
                effective="2020-11-01",
            ),
            Entry(
                ActionDecided("Å1", "control/KS 2020/1", "KS", "2020-12-01"), effective="2020-11-02"
            ),
        )
        (row,) = table(page(ledger), "Kontrollmoment med resultat och åtgärder")
    assert row[:3] == ["KS 2020 / 1", "Attest", "6 (2 × 3)"]
    assert row[3] == "avvikelse 2020-11-01 , post 6; stickprov 20 , 4 fel. Brister."
    assert row[4] == "Å1 , KS , senast 2020-12-01 : försenad ."


# -- corrections and the audit trail


def test_a_correction_shows_both_values(two_clocks: Ledger) -> None:
    (row,) = table(page(two_clocks), "Rättelser och återtaganden")
    assert row[0] == "6"
    assert "belopp 23 tkr" in row[2]
    assert "belopp 20 tkr" in row[3]
    assert row[4:] == ["Felskrivet.", "gäller"]


def test_a_withdrawn_correction_is_told_as_undone(tmp_path: Path) -> None:
    with new_ledger(tmp_path / "prov.db") as ledger:
        ledger.record(adopted("100 tkr", "KF 2020-01-10 § 1"))
        ledger.record(corrected("#4", adopted("90 tkr", "KF 2020-01-10 § 1")))
        ledger.record(Entry(EntryWithdrawn("#5", "Rätt från början.")))
        html = page(ledger, audit=True)
    first, second = table(html, "Rättelser och återtaganden")
    assert (first[0], first[5], second[0], second[5]) == ("5", "återtagen", "6", "gäller")
    assert "ingenting: posten återtogs" in second[3]
    assert [row[5] for row in table(html, "Registreringar")[-3:]] == ["står", "återtagen", "står"]


def test_corrections_of_other_years_and_units_are_left_out(tmp_path: Path) -> None:
    clock = SetClock(datetime(2022, 1, 1, tzinfo=UTC))
    with new_ledger(tmp_path / "prov.db", clock) as ledger:
        other = Entry(BudgetRevised("SN", 2020, "1 tkr"), "KF 2020-01-10 § 2")
        ledger.record(adopted("100 tkr", "KF 2020-01-10 § 1"), other)
        ledger.record(corrected("#4", adopted("90 tkr", "KF 2020-01-10 § 1")), withdrawn_as("#5"))
        assert [row[0] for row in corrections(ledger, unit="KS")] == ["6"]
        assert [row[0] for row in corrections(ledger, unit=None)] == ["6", "7"]
        assert [row[0] for row in corrections(ledger, unit=None, year=2022)] == ["6", "7"]
        assert "Inga rättelser" in section(page(ledger, None, year=2021), "rattelser")


def withdrawn_as(target: str) -> Entry:
    return Entry(EntryWithdrawn(target, "Skulle inte ha registrerats."))


def corrections(ledger: Ledger, **asked: Any) -> list[list[str]]:
    return table(page(ledger, **asked), "Rättelser och återtaganden")


def test_the_audit_trail_is_in_the_order_of_recording_and_marks_what_is_late(
    two_clocks: Ledger,
) -> None:
    rows = table(page(two_clocks, audit=True), "Registreringar")
    assert [(row[0], row[5]) for row in rows] == [
        ("2", "står"),
        ("4", "står"),
        ("5", "ersatt av post 6"),
        ("6", "står"),
        ("7", "står"),
        ("8", "står"),
        ("9", "står"),
    ]
    assert rows[4][1] == "2020-09-15 11:00 nämndsekreterare"
    assert rows[4][4] == "2020-06-08 3 mån efteråt"
    assert rows[6][2] == "Upphävande : post KF 2020-09-16 § 4"


def test_the_audit_trail_of_all_holds_every_entry(haninge: Ledger) -> None:
    rows = table(page(haninge, None, audit=True), "Registreringar")
    assert [row[0] for row in rows] == [str(n) for n in range(1, haninge.head() + 1)]


def test_a_units_trail_holds_what_is_about_its_uppdrag_and_goals(tmp_path: Path) -> None:
    with new_ledger(tmp_path / "prov.db") as ledger:
        ledger.record(
            given("U1", responsible="KS"),
            given("U2", responsible="SN"),
            Entry(UppdragReported("U1", "ongoing", "board"), effective="2020-06-30"),
            Entry(UppdragReported("U2", "ongoing", "board"), effective="2020-06-30"),
        )
        rows = table(page(ledger, audit=True), "Registreringar")
    assert [row[0] for row in rows] == ["2", "4", "6"]


# -- words


def test_what_is_printed_without_being_seen_is_shown_by_its_code() -> None:
    assert visible("före \u202eroks 001\u202c") == "före ⟨U+202E⟩roks 001⟨U+202C⟩"
    assert visible("Ö\u2028Ä\u200b") == "Ö⟨U+2028⟩Ä⟨U+200B⟩"
    assert visible("Å – 1\xa0000") == "Å – 1\xa0000"


@pytest.mark.parametrize(
    ("first", "last", "told_as"),
    [
        ("2020-01-01", "2020-01-01", "0 dagar"),
        ("2020-01-01", "2020-01-02", "1 dag"),
        ("2020-01-01", "2020-02-29", "59 dagar"),
        ("2020-01-01", "2020-03-01", "2 mån"),
        ("2019-12-31", "2020-12-30", "11 mån"),
        ("2019-12-31", "2020-12-31", "1 år"),
        ("2018-11-30", "2020-12-30", "2 år 1 mån"),
        ("2020-02-01", "2020-01-01", "0 dagar"),
    ],
)
def test_an_age_is_told_in_days_or_in_whole_months(first: str, last: str, told_as: str) -> None:
    age = span(date.fromisoformat(first), date.fromisoformat(last))
    assert age.replace("\xa0", " ") == told_as


@pytest.mark.parametrize("event", registry.TYPES.values(), ids=registry.TYPES)
def test_every_field_and_every_word_of_a_list_has_its_swedish(event: type[Event]) -> None:
    assert event.type in swedish.TYPES
    for name, hint in get_type_hints(event).items():
        if name not in {field.name for field in attrs.fields(event)}:
            continue
        assert name in telling.FIELDS
        for one in (hint, *get_args(hint)):
            if get_origin(one) is Literal:
                assert {*telling.WORDS[one]} >= {*get_args(one)}


# -- long reports


def test_a_long_report_comes_in_small_pieces(tmp_path: Path) -> None:
    with new_ledger(tmp_path / "prov.db") as ledger:
        days = (date(2020, 1, 1) + timedelta(days=n % 366) for n in range(10_000))
        changes = [revised("1 kr", f"KF {day} § {n + 1}") for n, day in enumerate(days)]
        ledger.record(adopted("100 tkr", "KF 2019-06-10 § 1"), *changes)
        done: list[int] = []
        view = ledger.as_of(ON)
        asked: dict[str, Any] = {"year": 2020, "unit": "KS", "audit": True}
        pieces = list(report.html(ledger, view, **asked, progress=done.append))
    html = "".join(pieces)
    assert max(map(len, pieces)) < len(html) / 20
    assert sum(done) == report.work(view, audit=True)
    assert html.count('data-of="balance"') == 10_001
    chart = re.search(r'<svg.*?class="chart".*?</svg>', html, re.DOTALL)
    assert chart is not None
    assert len(chart[0]) < 300_000


def test_a_longer_trail_takes_no_more_memory(tmp_path: Path) -> None:
    size, peaks = 0, list[int]()
    for number, length in enumerate((10, 500, 5_000)):  # the first fills what is kept anyhow
        with Ledger.create(tmp_path / f"{number}.db", organisation="Prov") as ledger:
            names = (UnitRegistered(unit=f"N{n}", kind="board") for n in range(length))
            ledger.record(*(Entry(name, effective="2019-01-01") for name in names))
            view = ledger.as_of(ON)
            tracemalloc.start()
            size = sum(map(len, report.html(ledger, view, year=2020, audit=True)))
            peaks.append(tracemalloc.get_traced_memory()[1])
            tracemalloc.stop()
    assert size > 1_000_000
    assert peaks[2] < 2 * peaks[1]


# -- the command


@pytest.fixture
def ledger_path(tmp_path: Path) -> Path:
    return new(tmp_path, {"type": "budget.adopted", "unit": "KS", "year": 2020, "amount": "1 tkr"}
               | {"decision": "KF 2019-06-10 § 109"})  # fmt: skip


def test_the_report_is_printed_or_written_to_a_file(ledger_path: Path, tmp_path: Path) -> None:
    asked = ("report", "--unit", "KS", "--year", "2020", "--on", ON, "--ledger", ledger_path)
    printed = told(*asked)
    file = tmp_path / "rapport.html"
    assert told(*asked, "-o", file) == f"{file}: report of 2020\n"
    assert file.read_text(encoding="utf-8") == printed
    assert printed.startswith(report.HEAD)
    assert printed.endswith("</html>")


def test_an_earlier_report_is_replaced_and_nothing_else(ledger_path: Path, tmp_path: Path) -> None:
    asked = ("report", "--year", "2020", "--ledger", ledger_path, "-o")
    file = tmp_path / "rapport.html"
    told(*asked, file)
    told(*asked, file)
    for other in (ledger_path, tmp_path / "brev.html"):
        if not other.exists():
            other.write_text("<!doctype html>Ett brev.", encoding="utf-8")
        before = other.read_bytes()
        result = run(*asked, other)
        expected = "expected a free path or an earlier report, choose another path"
        assert (result.exit_code, result.stderr) == (
            2,
            f"{other}: there is another file, {expected}\n",
        )
        assert other.read_bytes() == before


def test_a_report_that_fails_leaves_no_file(ledger_path: Path, tmp_path: Path) -> None:
    file = tmp_path / "rapport.html"
    result = run("report", "--unit", "KX", "--year", "2020", "--ledger", ledger_path, "-o", file)
    assert (result.exit_code, result.stderr) == (
        2,
        "no unit 'KX', expected one of 'KF', 'KS', 'SN'\n",
    )
    assert [*tmp_path.glob("rapport*")] == []


def test_a_year_that_is_none_is_wrong_use(ledger_path: Path) -> None:
    assert run("report", "--year", "20", "--ledger", ledger_path).exit_code == 2


def test_without_its_package_a_report_is_told_how_to_be_made(
    ledger_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [*sys.modules]:
        if name.startswith("styrledger.report.") or name.partition(".")[0] == "jinja2":
            monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "jinja2", None)
    result = run("report", "--year", "2020", "--ledger", ledger_path)
    missing = MissingExtraError(extra="report", package="jinja2", needed_for="a report")
    assert (result.exit_code, result.stderr) == (2, f"{missing}\n")
