"""The report in a real browser: inert, readable by everybody, printable, and asking for nothing."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from styrledger.demo import ORGANISATIONS, record_files
from styrledger.events.base import LONGEST_NAME
from styrledger.exchange.records import read_entries
from styrledger.ledger import Ledger

from .browser import axe, watched
from .commands import jsonl, new, told

ON = "2020-12-31"
A4 = {"width": 680, "height": 960}
"""What a page leaves for text, in CSS pixels: 180 × 254 mm."""

SCRIPT = "<script>alert(1)</script><img src=x onerror=alert(1)>"
LINK = "javascript:alert(1)"
LONG = "Ö" * (LONGEST_NAME - 10)
TURNED = "före \N{RIGHT-TO-LEFT OVERRIDE}roks 001\N{POP DIRECTIONAL FORMATTING} efter"
ARABIC = "بلدية"
HOSTILE = (SCRIPT, LINK, LONG, TURNED, ARABIC, "</style></svg>&quot;'\"{{ 7*7 }}{% raw %}")


@pytest.fixture(scope="module")
def haninge(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of the example."""
    folder = tmp_path_factory.mktemp("report")
    ledger = folder / "haninge.db"
    with Ledger.create(ledger, organisation=ORGANISATIONS["haninge_2020"]) as made:
        for file in record_files("haninge_2020"):
            made.record(*read_entries(file))
    return report(ledger, "--unit", "KS")


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of a ledger that holds the worst in every field that takes text."""
    ledger = new(tmp_path_factory.mktemp("hostile"))
    told("record", jsonl(ledger.with_name("onda.jsonl"), entries()), "--ledger", ledger)
    return report(ledger, "--audit")


def report(ledger: Path, *asked: str) -> Path:
    file = ledger.with_suffix(".html")
    basis = ("--year", "2020", "--on", ON)
    told("report", *basis, *asked, "--ledger", ledger, "-o", file)
    return file


def entries() -> Iterator[dict[str, Any]]:
    """Yield entries whose every text is hostile, a set for each text."""
    for number, bad in enumerate(HOSTILE, 1):
        common = {"effective": "2020-01-01", "note": bad, "source": {"url": LINK, "quote": bad}}
        code = bad.replace("/", "|")
        unit, year = {"unit": code}, {"year": 2020}
        decided = {"decision": {"body": "KF", "date": "2020-02-10", "paragraph": number}}
        money = {"amount": "1 tkr", **unit, **year}
        for entry in (
            {"type": "unit.registered", **unit, "kind": "board", "name": bad},
            {"type": "budget.adopted", **money, **decided},
            {"type": "budget.revised", **money, **decided, "financing": bad, "key": f"k{number}"},
            {"type": "budget.distributed", **money, "line": f"{code}/{code}"[:LONGEST_NAME]},
            {"type": "budget.earmarked", **money, "purpose": bad},
            {"type": "forecast.reported", **unit, **year, "amount": "9 mdkr", "effective": "2020"},
            {"type": "budget.revised", **money, **decided, "stage": "conditional"}
            | {"condition": bad},
            {"type": "uppdrag.given", "uppdrag": bad, "title": bad, "responsible": code}
            | {"financing": bad, "list": bad},
            {"type": "uppdrag.reported", "uppdrag": bad, "status": "ongoing", "by": "board"}
            | {"label": bad, "comment": bad},
            {"type": "goal.adopted", "goal": bad, "title": bad, "owner": code, "level": bad},
            {"type": "goal.assessed", "goal": bad, **year, "assessment": "met", "label": bad},
            {"type": "indicator.defined", "indicator": bad, "title": bad, "goal": bad}
            | {"measure": bad, "better": "higher"},
            {"type": "indicator.reported", "indicator": bad, "period": "2020", "value": "ca 2"},
            {"type": "value.disputed", "indicator": bad, "period": "2020", "by": bad, "text": bad},
            {"type": "control.planned", "plan": code[:90], "control": code[:90], "title": bad}
            | {"method": bad, **year},
            {"type": "control.performed", "plan": code[:90], "control": code[:90]}
            | {"result": "deviation", "label": bad, "finding": bad, "sample": bad},
            {"type": "action.decided", "action": bad, "about": f"control/{code[:90]}/{code[:90]}"},
            {"type": "recommendation.received", "recommendation": bad, "from": bad, "title": bad},
        ):
            yield {**common, **entry}
        again = {"type": "budget.revised", **money, "amount": "2 tkr", **decided, "note": bad}
        yield {"type": "entry.corrected", "target": f"k{number}", "reason": bad} | {
            "replacement": again
        }


@pytest.mark.parametrize("which", ["haninge", "hostile"])
def test_the_report_asks_for_nothing_and_breaks_no_rule_of_accessibility(
    browser: Browser, request: pytest.FixtureRequest, which: str
) -> None:
    file: Path = request.getfixturevalue(which)
    with watched(browser, viewport={"width": 1280, "height": 900}) as found:
        found.page.goto(file.as_uri())
        assert axe(found.page) == []
        found.assert_quiet(file.as_uri())
        assert found.asked == [file.as_uri()]


@pytest.mark.parametrize("which", ["haninge", "hostile"])
@pytest.mark.parametrize("width", [1280, 320])
def test_no_text_makes_the_page_scroll_sideways(
    browser: Browser, request: pytest.FixtureRequest, which: str, width: int
) -> None:
    file: Path = request.getfixturevalue(which)
    with watched(browser, viewport={"width": width, "height": 900}) as found:
        found.page.goto(file.as_uri())
        assert beyond(found.page) == []


@pytest.mark.parametrize("which", ["haninge", "hostile"])
def test_nothing_is_cut_off_on_paper(
    browser: Browser, request: pytest.FixtureRequest, which: str
) -> None:
    file: Path = request.getfixturevalue(which)
    with watched(browser, viewport=A4) as found:
        found.page.emulate_media(media="print")
        found.page.goto(file.as_uri())
        assert beyond(found.page, "main *") == []
        pdf = found.page.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) > 4
    sizes = re.findall(rb"/MediaBox \[0 0 (\d+)[.\d]* (\d+)[.\d]*\]", pdf)
    assert {*sizes} <= {(b"594", b"841"), (b"595", b"842")}


def broken(page: Page) -> list[str]:
    """Return the amounts that are broken over two lines, or run into another cell."""
    found: list[str] = page.evaluate(
        """[...document.querySelectorAll('td.num')].filter(one => {
            const range = document.createRange();
            range.selectNodeContents(one);
            const tops = [...range.getClientRects()].map(box => Math.round(box.top / 9));
            return new Set(tops).size > 1 || one.scrollWidth > one.clientWidth;
        }).map(one => one.innerText)"""
    )
    return found


@pytest.mark.parametrize("width", [1280, 400, 320])
def test_no_amount_is_broken_over_two_lines(browser: Browser, haninge: Path, width: int) -> None:
    with watched(browser, viewport={"width": width, "height": 900}) as found:
        found.page.goto(haninge.as_uri())
        assert found.page.locator("td.num").count() > 100
        # A value of an indicator may be words: "minst 40".
        amounts = [one for one in broken(found.page) if not one[0].isalpha()]
        assert amounts == []


def beyond(page: Page, chosen: str = "body > *, main > *") -> list[str]:
    """Return what reaches further to the right than the window does."""
    found: list[str] = page.evaluate(
        """chosen => [...document.querySelectorAll(chosen)]
            .filter(one => one.getClientRects().length)
            .filter(one => one.getBoundingClientRect().right > window.innerWidth + 1)
            .map(one => one.outerHTML.slice(0, 120))""",
        chosen,
    )
    wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    return found + ([f"the page is {wide} px too wide"] if wide > 0 else [])


def test_no_text_of_the_ledger_becomes_part_of_the_page(browser: Browser, hostile: Path) -> None:
    with watched(browser) as found:
        page = found.page
        page.on("dialog", lambda dialog: found.said.append(dialog.message))
        page.goto(hostile.as_uri())
        assert page.evaluate("document.scripts.length") == 0
        assert page.locator("img, iframe, object, embed, form, link, base").count() == 0
        links = page.evaluate("[...document.links].map(one => one.getAttribute('href'))")
        assert [link for link in links if not link.startswith("#")] == []
        assert "{{ 7*7 }}" in page.inner_text("main")
        assert SCRIPT in page.inner_text("main")
        found.assert_quiet(hostile.as_uri())


def test_what_turns_the_direction_of_text_is_shown_and_does_not(
    browser: Browser, hostile: Path
) -> None:
    with watched(browser) as found:
        found.page.goto(hostile.as_uri())
        words = found.page.inner_text("main")
        assert "före ⟨U+202E⟩roks 001⟨U+202C⟩ efter" in words
        assert "\N{RIGHT-TO-LEFT OVERRIDE}" not in found.page.evaluate("document.body.textContent")
        cell = found.page.locator(f"bdi:text-is('{ARABIC}')").first
        assert cell.evaluate("one => getComputedStyle(one).unicodeBidi") == "isolate"


def test_the_keyboard_reaches_the_contents_and_every_table(browser: Browser, haninge: Path) -> None:
    with watched(browser) as found:
        page = found.page
        page.goto(haninge.as_uri())
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.textContent") == "Till innehållet"
        page.keyboard.press("Enter")
        assert page.url.endswith("#innehall")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.getAttribute('role')") == "region"
        loose = "table:not(figure table)"
        held = page.evaluate(
            "s => [...document.querySelectorAll(s)].every(t => t.parentElement.tabIndex === 0)",
            loose,
        )
        assert held


def test_the_page_is_in_swedish_and_may_load_nothing(browser: Browser, haninge: Path) -> None:
    with watched(browser) as found:
        page = found.page
        page.goto(haninge.as_uri())
        assert page.evaluate("document.documentElement.lang") == "sv"
        assert page.title() == "Budget och uppföljning 2020 – Kommunstyrelsen (KS)"
        assert page.evaluate("getComputedStyle(document.body).hyphens") == "auto"
        page.evaluate("document.body.append(new Image())")
        page.evaluate("document.querySelector('body > img').src = 'http://127.0.0.1:9/x.png'")
        page.wait_for_timeout(200)
        assert any("Content Security Policy" in said for said in found.said)


def test_every_chart_says_in_words_what_it_shows(browser: Browser, haninge: Path) -> None:
    with watched(browser) as found:
        found.page.goto(haninge.as_uri())
        named = found.page.evaluate(
            """[...document.querySelectorAll('svg')].map(one => one
                .getAttribute('aria-labelledby').split(' ')
                .map(id => document.getElementById(id).textContent.replaceAll('\\u00a0', ' ')))"""
        )
    assert len(named) > 10
    title, description = named[0]
    assert title == "Driftbudget 2020 för Kommunstyrelsen (KS), tkr"
    assert description == (
        "Trappdiagram i tkr. Från varje dag: 2019-06-10 227 700 (+227 700); "
        "2019-12-09 228 600 (+900); 2020-02-10 230 600 (+2 000); 2020-05-11 229 433 (−1 167); "
        "2020-06-08 229 933 (+500); 2020-06-08 230 033 (+100)."
    )


def test_the_picture_of_the_documentation_is_taken_by_its_tool(tmp_path: Path) -> None:
    program = Path(__file__).parents[1] / "tools" / "screenshots.py"
    command = [sys.executable, str(program), "report", "--to", str(tmp_path)]
    subprocess.run(command, check=True)  # noqa: S603 - our own program
    taken = (tmp_path / "report.png").read_bytes()
    shown = (program.parents[1] / "docs" / "images" / "report.png").read_bytes()
    assert [size(picture) for picture in (taken, shown)] == [(794, 1086)] * 2
    assert len(shown) < 150_000


def size(png: bytes) -> tuple[int, int]:
    """Return how wide and high a picture is, as its header says."""
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    return int.from_bytes(png[16:20], "big"), int.from_bytes(png[20:24], "big")
