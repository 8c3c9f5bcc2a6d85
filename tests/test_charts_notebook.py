"""Budgets and views in a notebook: a table, a small chart, and nothing that runs or loads."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from styrledger import Entry, Ledger, UnitRegistered
from styrledger.events.budgets import BudgetAdopted, BudgetDistributed, BudgetRevised
from styrledger.projections.budgets import Budget

HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(1)>&\"'\N{RIGHT-TO-LEFT OVERRIDE}"


def html(shown: Any) -> str:
    """Return what a notebook shows of a thing."""
    return str(shown._repr_html_())


class Page(HTMLParser):
    """What a piece of HTML holds: its tags with their attributes, and its text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.open: list[str] = []
        self.text = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag."""
        self.tags.append(tag)
        self.attributes += attrs
        if tag not in {"path", "circle", "rect"}:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Check that tags end in order."""
        if tag not in {"path", "circle", "rect"}:
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        """Note a text that is shown."""
        if not self.open or self.open[-1] != "style":
            self.text += f"{data} "


def entries(count: int, note: str = "", line: str = "A") -> Iterator[Entry]:
    yield Entry(UnitRegistered(unit="KF", kind="council"), effective="2019-01-01")
    yield Entry(UnitRegistered(unit="KS", kind="board"), effective="2019-01-01")
    yield Entry(BudgetAdopted(unit="KS", year=2020, amount="100 tkr"), decision="KF 2019-06-10 § 1")
    yield Entry(
        BudgetDistributed(unit="KS", year=2020, line=line, amount="40 tkr"),
        decision="KF 2019-06-10 § 1",
    )
    for number in range(count):
        yield Entry(
            BudgetRevised(unit="KS", year=2020, amount="1 tkr"),
            decision=f"KF 2020-01-{1 + number % 28:02} § {1 + number}",
            note=note or None,
        )


@pytest.fixture(name="make")
def _make(tmp_path: Path) -> Any:
    def make(*given: Any, **named: Any) -> Budget:
        with Ledger.create(tmp_path / "prov.db", organisation="Prov") as ledger:
            ledger.record(*entries(*given, **named))
            return ledger.as_of("2020-12-31").budget("KS", 2020)

    return make


def test_a_budget_shows_its_lines_its_chart_and_its_decisions(make: Any) -> None:
    page = Page(html(make(2, "Rivning.")))
    assert page.open == []
    assert page.tags.count("table") == 2
    assert page.tags.count("svg") == 1
    said = " ".join(page.text.split())
    assert "KS operating budget 2020, tkr" in said
    assert "KS 102 – – A 40 – – (undistributed) 62 – –" in said
    assert "2 2020-01-01 KF 2020-01-01 § 1 1 101 Rivning." in said
    assert "3 decisions: 100 from 2019-06-10, 102 from 2020-01-02." in said


def test_a_budget_that_was_never_decided_shows_no_chart(tmp_path: Path) -> None:
    with Ledger.create(tmp_path / "prov.db", organisation="Prov") as ledger:
        ledger.record(*entries(0))
        shown = Page(html(ledger.as_of("2019-01-01").budget("KS", 2020)))
    assert ("svg" in shown.tags, shown.tags.count("table")) == (False, 1)
    assert "KS – – –" in " ".join(shown.text.split())


def test_hostile_texts_are_inert_and_readable(make: Any) -> None:
    shown = html(make(1, HOSTILE, line="<b>" + "lång" * 40))
    page = Page(shown)
    assert set(page.tags) <= {
        *("div", "style", "table", "caption", "thead", "tbody", "tr", "th", "td", "bdi", "p"),
        *("svg", "title", "desc", "path", "text", "circle"),
    }
    names = {name for name, _ in page.attributes}
    assert not any(name.startswith("on") or name in {"src", "href", "style"} for name in names)
    assert HOSTILE in page.text
    # A text that turns the direction of writing turns it within its own cell.
    assert f"<bdi>{shown.partition('&lt;script&gt;')[0][-5:]}" in "<bdi><bdi>"
    assert "overflow-wrap: anywhere" in shown


def test_nothing_is_loaded_from_outside(make: Any) -> None:
    shown = html(make(3))
    assert re.findall(r"https?://[^\"]+", shown) == ["http://www.w3.org/2000/svg"]
    assert "url(" not in shown
    assert "@import" not in shown


def test_ten_thousand_decisions_are_readable(make: Any) -> None:
    shown = html(make(10_000))
    page = Page(shown)
    assert len(shown) < 200_000
    assert "… and 9971 earlier decisions" in page.text
    assert "10001 decisions: 100 from 2019-06-10" in page.text
    assert page.tags.count("tr") == 1 + 3 + 1 + 30


def test_two_charts_on_a_page_have_ids_of_their_own(tmp_path: Path) -> None:
    with Ledger.create(tmp_path / "prov.db", organisation="Prov") as ledger:
        ledger.record(*entries(2))
        shown = "".join(
            html(ledger.as_of(on).budget("KS", 2020)) for on in ("2020-01-01", "2020-12-31")
        )
    found = re.findall(r'\bid="([^"]+)"', shown)
    assert len(found) == len(set(found)) == 4


def test_a_view_shows_what_it_rests_on(tmp_path: Path) -> None:
    with Ledger.create(tmp_path / "prov.db", organisation="Prov") as ledger:
        ledger.record(*entries(2))
        view = ledger.as_of("2020-06-30", void_annulled=True)
        page = Page(html(view))
        root = view.basis.root
    said = " ".join(page.text.split())
    assert "on 2020-06-30 known #6" in said
    assert f"root {root} annulled decisions never counted" in said
