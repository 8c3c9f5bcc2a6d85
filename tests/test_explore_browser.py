"""The explorer in a real browser: what people see, with keys and without a network."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from .browser import axe, watched
from .commands import adopted, new
from .explorers import Explorer, exploring, haninge

BASIS: dict[str, Any] = {"on": "2020-12-31", "known": "#403"}
BUDGET: dict[str, Any] = {"unit": "KS", "year": 2020, "kind": "operating"}
SUBJECT = "budget/KS/2020/operating"
FIGURE = ".figure [data-figure]"
TKR_229_433 = "229\N{NO-BREAK SPACE}433"
TKR_230_033 = "230\N{NO-BREAK SPACE}033"

PAGES: dict[str, tuple[str, dict[str, Any]]] = {
    "start": ("/", {}),
    "budget": ("/budget", {**BUDGET, **BASIS}),
    "budget before any": ("/budget", {**BUDGET, "on": "2019-06-09", "known": "#403"}),
    "investments": ("/budget", {**BUDGET, "kind": "investment", **BASIS}),
    "all budgets": ("/budget", {"year": 2020, **BASIS}),
    "figure": ("/figure", {"subject": SUBJECT, **BASIS}),
    "line": ("/figure", {"subject": SUBJECT, "line": "KSF", **BASIS}),
    "decision": ("/decision", {"ref": "KF 2020-05-11 § 83", **BASIS}),
    "entry": ("/entry", {"position": 32, **BASIS}),
    "uppdrag": ("/uppdrag", {**BASIS}),
    "one uppdrag": ("/uppdrag", {"id": "2020 KS 1", **BASIS}),
    "controls": ("/controls", {**BASIS}),
    "log": ("/ledger/entries", {"_known": "#403"}),
    "search": ("/ledger/entries", {"_search": "Vega", "type": "budget.revised"}),
    "decisions": ("/ledger/decisions", {}),
    "subjects": ("/ledger/subjects", {}),
    "open data": ("/ledger", {}),
    "query": ("/ledger/about", {"subject": SUBJECT, "known": ""}),
    "own query": ("/ledger", {"sql": "select type, count(*) as n from entries group by type"}),
}


@pytest.fixture(scope="module")
def explorer(tmp_path_factory: pytest.TempPathFactory) -> Generator[Explorer]:
    with exploring(haninge(tmp_path_factory.mktemp("haninge")), "--sql") as running:
        yield running


@pytest.fixture(scope="module")
def page(browser: Browser, explorer: Explorer) -> Generator[Page]:
    """One page for those who only look; whatever goes wrong on it fails the module's end."""
    with watched(browser) as found:
        yield found.page
        found.assert_quiet(explorer.address)


def figure(page: Page) -> str:
    return page.locator(FIGURE).inner_text()


@pytest.mark.parametrize(
    ("on", "shown"), [("2020-06-08", TKR_230_033), ("2020-05-11", TKR_229_433)]
)
def test_form_answers_what_the_budget_was(
    page: Page, explorer: Explorer, on: str, shown: str
) -> None:
    page.goto(explorer.url("/"))
    page.get_by_label("Enhet").select_option("KS")
    page.get_by_label("Budgetår").fill("2020")
    page.get_by_label("Den dag").fill(on)
    page.get_by_role("button", name="Visa budgeten").click()
    expect(page.locator(FIGURE)).to_have_text(shown)
    assert f"on={on}" in page.url


def test_moving_the_slider_changes_figure_chart_and_address(page: Page, explorer: Explorer) -> None:
    page.goto(explorer.url("/budget", **BUDGET, on="2020-06-08", known="#403"))
    before = page.locator("svg .day").get_attribute("d")
    slider = page.get_by_label("Dra till en dag")
    slider.focus()
    for _ in range(28):
        page.keyboard.press("ArrowLeft")
    expect(page.locator(FIGURE)).to_have_text(TKR_229_433)
    expect(slider).to_have_attribute("aria-valuetext", f"2020-05-11: {TKR_229_433} tkr")
    expect(page.locator("#basis")).to_contain_text("2020-05-11")
    assert page.locator("svg .day").get_attribute("d") != before
    assert page.get_by_label("Den dag").input_value() == "2020-05-11"
    assert page.evaluate("document.activeElement.id") == "slider"
    page.reload()
    assert figure(page) == TKR_229_433


def test_links_to_the_decisions_before_and_after_need_no_script(
    browser: Browser, explorer: Explorer
) -> None:
    with watched(browser, java_script_enabled=False) as found:
        found.page.goto(explorer.url("/budget", **BUDGET, on="2020-06-08", known="#403"))
        assert found.page.get_by_label("Dra till en dag").is_hidden()
        found.page.get_by_role("link", name="Föregående beslut").click()
        expect(found.page.locator(FIGURE)).to_have_text(TKR_229_433)
        found.page.get_by_role("link", name="Nästa beslut").click()
        expect(found.page.locator(FIGURE)).to_have_text(TKR_230_033)


def test_search_for_vega_finds_the_decision(page: Page, explorer: Explorer) -> None:
    page.goto(explorer.url("/"))
    page.get_by_role("link", name="Händelselogg").click()
    page.get_by_label("Sök ord").fill("Vega")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="KS 2020-04-24 § 36").click()
    expect(page.locator("h1")).to_have_text("KS 2020-04-24 § 36")
    expect(page.locator("main")).to_contain_text("Bussinfrastruktur i Vega")


def test_facet_narrows_the_log_and_is_taken_away_again(page: Page, explorer: Explorer) -> None:
    page.goto(explorer.url("/ledger/entries", _known="#403"))
    page.get_by_role("link", name="Ändrat anslag").first.click()
    expect(page.get_by_role("status")).to_have_text("17 poster.")
    assert {*page.locator("tbody tr td:nth-child(3)").all_inner_texts()} == {"Ändrat anslag"}
    page.locator("[aria-current=true]").click()
    expect(page.get_by_role("status")).to_have_text("403 poster.")


def test_correction_shows_both_values(browser: Browser, tmp_path: Path) -> None:
    replacement = adopted("120 tkr")
    path = new(
        tmp_path,
        adopted("100 tkr", key="a"),
        {"type": "entry.corrected", "target": "a", "reason": "fel", "replacement": replacement},
    )
    with exploring(path) as running, watched(browser) as found:
        page = found.page
        page.goto(running.url("/budget", **BUDGET, on="2020-12-31", known="#5"))
        assert figure(page) == "120"
        assert "Registrerades först som 100 tkr, i post #4." in page.locator("#answer").inner_text()
        row = page.get_by_role("region", name="Rättelser").locator("tbody tr").inner_text()
        assert (row.count("100"), row.count("120")) == (1, 1)
        page.goto(running.url("/budget", **BUDGET, on="2020-12-31", known="#4"))
        assert figure(page) == "100"
        for page_, given in (
            ("/entry", {"position": 4}),
            ("/decision", {"ref": "KF 2019-06-10 § 109"}),
        ):
            page.goto(running.url(page_, **given, on="2020-12-31", known="#5"))
            told = page.locator("main").inner_text()
            assert "100" in told
            assert "120" in told
            assert axe(page) == []
        found.assert_quiet(running.address)


@pytest.mark.parametrize("name", PAGES)
def test_page_is_accessible(page: Page, explorer: Explorer, name: str) -> None:
    address, given = PAGES[name]
    response = page.goto(explorer.url(address, **given))
    assert response is not None
    assert response.status == 200
    assert axe(page) == []
    assert page.locator("html").get_attribute("lang") == "sv"


@pytest.mark.parametrize("name", ["budget", "log", "uppdrag", "figure", "open data"])
def test_page_needs_no_sideways_scrolling_on_a_small_screen(
    browser: Browser, explorer: Explorer, name: str
) -> None:
    address, given = PAGES[name]
    with watched(browser, viewport={"width": 320, "height": 640}) as found:
        found.page.goto(explorer.url(address, **given))
        assert found.page.evaluate("document.documentElement.scrollWidth") == 320


@pytest.mark.parametrize("name", ["start", "budget", "log", "uppdrag", "query"])
def test_keyboard_alone_reaches_everything(page: Page, explorer: Explorer, name: str) -> None:
    address, given = PAGES[name]
    page.goto(explorer.url(address, **given))
    wanted = page.evaluate(
        """() => {
        const wanted = 'a[href], button, input:not([type=hidden]), select, summary, textarea';
        const all = document.querySelectorAll(wanted);
        const seen = [...all].filter(e => e.checkVisibility());
        seen.forEach((e, n) => e.dataset.place = n);
        return seen.length;
    }"""
    )
    reached: list[str] = []
    for _ in range(wanted * 2 + 20):
        page.keyboard.press("Tab")
        place = page.evaluate("document.activeElement.dataset.place ?? null")
        if place is not None:
            if place in reached:
                break
            reached.append(place)
    assert [int(place) for place in reached] == [*range(wanted)]


def test_first_key_leads_past_the_navigation(page: Page, explorer: Explorer) -> None:
    page.goto(explorer.url("/budget", **BUDGET, **BASIS))
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Hoppa till innehållet"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
