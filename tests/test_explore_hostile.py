"""The explorer on ledgers that mean harm: scripts, formulas, turned text, and too much of it."""

from __future__ import annotations

import csv
import io
from collections.abc import Generator, Iterable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from styrledger import Ledger, read_entries

from .browser import Watched, axe, watched
from .commands import jsonl
from .explorers import Explorer, exploring

SCRIPT = "<script>window.pwned=1</script><img src=x onerror='window.pwned=1'>\"'><b>"
FORMULA = '=HYPERLINK("https://evil.example";"klicka")'
TURNED = "avslag\N{RIGHT-TO-LEFT OVERRIDE}txet dnav"
LONG = "Å" * 190
LINK = "javascript:window.pwned=1"
MANY = 10_000

ALL: dict[str, Any] = {"on": "2021-12-31", "known": "#14"}
BUDGET: dict[str, Any] = {"unit": "KS", "year": 2020, "kind": "operating"}
SUBJECT = "budget/KS/2020/operating"
TEMPLATE_CODE = "{{ 7 * 191 }}{% raw %}"

PAGES: tuple[tuple[str, dict[str, Any]], ...] = (
    ("/", {}),
    ("/budget", {**BUDGET, **ALL}),
    ("/budget", {"unit": SCRIPT, "year": SCRIPT, "on": SCRIPT, "known": TURNED}),
    ("/figure", {"subject": SUBJECT, "line": LONG, **ALL}),
    ("/figure", {"subject": SCRIPT, **ALL}),
    ("/decision", {"ref": "KF 2019-06-10 § 109", **ALL}),
    ("/decision", {"ref": SCRIPT, **ALL}),
    ("/entry", {"position": 5, **ALL}),
    ("/uppdrag", {**ALL}),
    ("/uppdrag", {"id": SCRIPT, **ALL}),
    ("/controls", {**ALL}),
    ("/ledger/entries", {}),
    ("/ledger/entries", {"_search": SCRIPT}),
    ("/ledger/entries", {"body": TURNED}),
    ("/ledger/decisions", {}),
    ("/ledger/subjects", {"subject": SUBJECT}),
    ("/ledger/about", {"subject": SUBJECT, "known": ""}),
    ("/ledger", {"sql": f"select '{SCRIPT.replace(chr(39), chr(39) * 2)}' as \"{LINK}\""}),
    ("/ledger", {"sql": SCRIPT}),
)

SOURCE: dict[str, Any] = {
    "document": SCRIPT,
    "page": TURNED,
    "quote": FORMULA,
    "url": LINK,
    "sha256": LONG,
}
DECISION: dict[str, Any] = {
    "body": "KF",
    "date": "2019-06-10",
    "paragraph": 109,
    "dnr": "KS 2020/31",
}


def hostile() -> Generator[dict[str, Any]]:
    """Yield entries with harm in every field that holds free text."""
    day = {"effective": "2019-01-01"}
    yield {"type": "unit.registered", "unit": "KF", "kind": "council", "name": SCRIPT, **day}
    yield {"type": "unit.registered", "unit": "KS", "kind": "board", "name": TURNED, **day}
    yield {"type": "unit.registered", "unit": "=1+1", "kind": "board", "name": FORMULA, **day}
    own = {"unit": "KS", "year": 2020}
    told = {"decision": DECISION, "note": f"{FORMULA} {SCRIPT}", "source": SOURCE, "key": SCRIPT}
    yield {"type": "budget.adopted", **own, "amount": "100 mnkr", **told}
    yield {"type": "budget.adopted", "unit": "=1+1", "year": 2020, "amount": "1 tkr", **told} | {
        "key": FORMULA
    }
    for number, line in enumerate((SCRIPT.replace("/", ""), LONG, FORMULA.replace("/", ""))):
        entry = {"type": "budget.distributed", **own, "line": line, "amount": f"{number + 1} tkr"}
        yield {**entry, "decision": DECISION}
    title = {"title": SCRIPT, "responsible": ["=1+1"], "financing": LINK}
    yield {"type": "uppdrag.given", "uppdrag": SCRIPT, "decision": DECISION, **title}
    said = {"status": "ongoing", "label": TURNED, "comment": FORMULA, "by": "board"}
    yield {"type": "uppdrag.reported", "uppdrag": SCRIPT, "effective": "2020-01-01", **said}
    yield {
        "type": "entry.corrected",
        "target": FORMULA,
        "reason": f"{SCRIPT} {TURNED}",
        "replacement": {
            "type": "budget.adopted",
            "unit": "=1+1",
            "year": 2020,
            "amount": "2 tkr",
            "decision": DECISION,
            "note": TEMPLATE_CODE,
        },
    }
    held = {"type": "item.minuted", "body": "KF", "date": "2019-06-10", "item": FORMULA}
    yield {**held, "kind": "decision", "title": SCRIPT, "text": TURNED, "decision": DECISION}
    plan = {"plan": FORMULA.replace("/", ""), "control": LONG, "title": SCRIPT}
    yield {"type": "control.planned", **plan, "effective": "2020-01-01", "method": LINK}
    yield {
        "type": "action.decided",
        "action": SCRIPT,
        "about": SUBJECT,
        "responsible": TURNED,
        "decision": DECISION,
    }


def many() -> Generator[dict[str, Any]]:
    """Yield ten thousand decisions about one budget."""
    day = {"effective": "2019-01-01"}
    yield {"type": "unit.registered", "unit": "KF", "kind": "council", **day}
    yield {"type": "unit.registered", "unit": "KS", "kind": "board", **day}
    own = {"unit": "KS", "year": 2020}
    yield {"type": "budget.adopted", **own, "amount": "100 mnkr", "decision": DECISION}
    for number in range(MANY):
        day_of = f"2020-{number % 12 + 1:02}-{number % 28 + 1:02}"
        decision = {"body": "KF", "date": day_of, "paragraph": number + 1}
        yield {"type": "budget.revised", **own, "amount": "1 tkr", "decision": decision}


def recorded(folder: Path, entries: Iterable[dict[str, Any]]) -> Path:
    path = folder / "prov.db"
    with Ledger.create(path, organisation=SCRIPT) as ledger:
        ledger.record(*read_entries(jsonl(folder / "a.jsonl", entries)), by=SCRIPT)
    return path


@pytest.fixture(scope="module")
def explorer(tmp_path_factory: pytest.TempPathFactory) -> Generator[Explorer]:
    with exploring(recorded(tmp_path_factory.mktemp("hostile"), hostile()), "--sql") as running:
        yield running


@pytest.fixture(scope="module")
def found(browser: Browser, explorer: Explorer) -> Generator[Watched]:
    with watched(browser) as page:
        yield page
        assert [url for url in page.asked if not url.startswith(explorer.address)] == []


@pytest.mark.parametrize(
    ("page", "given"), PAGES, ids=[f"{n} {one[0]}" for n, one in enumerate(PAGES)]
)
def test_what_is_hostile_is_text(
    found: Watched, explorer: Explorer, page: str, given: dict[str, Any]
) -> None:
    found.page.on("dialog", lambda dialog: pytest.fail(dialog.message))
    response = found.page.goto(explorer.url(page, **given))
    assert response is not None
    assert response.status in {200, 400, 404}
    assert "window.pwned" not in found.page.evaluate(
        "[...document.scripts].map(s => s.text).join()"
    )
    assert found.page.evaluate("window.pwned") is None
    assert found.page.locator("img, b, iframe, object, [onerror], [style]").count() == 0
    assert found.page.locator("a[href^='javascript' i]").count() == 0
    text = found.page.locator("body").inner_text()
    assert "\N{RIGHT-TO-LEFT OVERRIDE}" not in text
    assert "1337" not in text
    assert found.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_text_is_shown_whole_and_a_mark_that_turns_it_by_its_code(
    found: Watched, explorer: Explorer
) -> None:
    found.page.goto(explorer.url("/entry", position=4, **ALL))
    text = found.page.locator("main").inner_text()
    for said in (SCRIPT, FORMULA, LINK, LONG, "avslag⟨U+202E⟩txet dnav"):
        assert said in text
    assert axe(found.page) == []


def test_ten_thousand_decisions_are_shown_page_by_page_and_told_as_one_csv(
    browser: Browser, tmp_path: Path
) -> None:
    known = f"#{MANY + 3}"
    with exploring(recorded(tmp_path, many())) as running, watched(browser) as found:
        page = found.page
        page.goto(running.url("/budget", **BUDGET, on="2021-12-31", known=known))
        assert page.locator(".figure [data-figure]").inner_text() == "110\N{NO-BREAK SPACE}000"
        steps = page.get_by_role("region", name="Besluten bakom budgeten").locator("tbody tr")
        expect(steps).to_have_count(1)
        page.get_by_role("link", name="Föregående sida").click()
        expect(steps).to_have_count(50)
        assert axe(page) == []
        page.goto(running.url("/ledger/decisions"))
        expect(page.locator("tbody tr")).to_have_count(50)
        page.get_by_role("link", name="Nästa sida").click()
        expect(page.locator("tbody tr")).to_have_count(50)
        found.assert_quiet(running.address)
        told = running.ask("/ledger/entries.csv", _stream="on").text
        assert len([*csv.DictReader(io.StringIO(told))]) == MANY + 3


@pytest.mark.parametrize(
    ("page", "given"),
    [
        ("/ledger/entries.csv", {"_size": "max"}),
        ("/ledger/subjects.csv", {}),
        ("/ledger/corrections.csv", {"since": "", "until": "", "known": ""}),
        (
            "/ledger.csv",
            {"sql": "select what, note, '-1+1' as a, '\t=1' as b from entries limit 9"},
        ),
        ("/decision.csv", {"ref": "KF 2019-06-10 § 109", **ALL}),
        ("/budget.csv", {"year": 2020, **ALL}),
        ("/uppdrag.csv", {**ALL}),
        ("/controls.csv", {**ALL}),
    ],
)
def test_no_cell_is_a_formula(explorer: Explorer, page: str, given: dict[str, Any]) -> None:
    reply = explorer.ask(page, **given)
    assert reply.status == 200
    rows = [*csv.reader(io.StringIO(reply.text))]
    cells = [cell for row in rows for cell in row]
    assert len(rows) > 1
    assert {len(row) for row in rows} == {len(rows[0])}
    assert [c for c in cells if c[:1] in "=+-@\t\r" and c and not c.lstrip("-").isdecimal()] == []


def test_csv_holds_what_was_recorded_and_a_formula_after_an_apostrophe(explorer: Explorer) -> None:
    rows = [*csv.DictReader(io.StringIO(explorer.ask("/ledger/entries.csv").text))]
    assert [row["position"] for row in rows] == [str(position) for position in range(1, 15)]
    assert rows[3]["key"] == SCRIPT
    assert rows[4]["key"] == f"'{FORMULA}"
