#!/usr/bin/env python3
"""Take the pictures of pages that the documentation shows, of the Haninge example.

    python tools/screenshots.py [NAME...] [--to FOLDER]

The default is every picture, into docs/images. Needs the project's test dependencies and
Chromium (CHROMIUM names another than the one on the path). The clock of the ledger stands
still, so that a picture changes only with the page.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from styrledger import Ledger, read_entries, report
from styrledger.demo import ORGANISATIONS, record_files

EXAMPLE = "haninge_2020"
FOLDER = Path(__file__).parents[1] / "docs" / "images"
RECORDED = datetime(2021, 1, 29, 12, tzinfo=UTC)

A4 = {"width": 794, "height": 1123}
SHOWN = 1086
"""How much of the page is shown: up to the next table."""

MARGINS = "18mm 15mm 20mm"
"""Those of the report's own print rules, which only a printer adds."""


def example(folder: Path) -> Path:
    """Return a ledger of the example, as if it had been recorded after the year."""
    path = folder / f"{EXAMPLE}.db"
    with Ledger.create(path, organisation=ORGANISATIONS[EXAMPLE], clock=lambda: RECORDED) as ledger:
        for file in record_files(EXAMPLE):
            ledger.record(*read_entries(file), by="registrator")
    return path


def report_page(browser: Browser, ledger: Path) -> bytes:
    """Return the first printed page of the report of the executive board."""
    file = ledger.with_suffix(".html")
    with Ledger.open(ledger, read_only=True) as opened:
        pieces = report.html(opened, opened.as_of("2020-12-31"), year=2020, unit="KS")
        file.write_text("".join(pieces), encoding="utf-8")
    page = browser.new_page(viewport={"width": A4["width"], "height": A4["height"]})
    page.emulate_media(media="print")
    page.goto(file.as_uri())
    page.evaluate("margins => { document.body.style.padding = margins }", MARGINS)
    return page.screenshot(clip={"x": 0, "y": 0, "width": A4["width"], "height": SHOWN})


def explorer_page(browser: Browser, ledger: Path) -> bytes:
    """Return the explorer's page of the executive board's budget on the day of a decision."""
    command = [sys.executable, "-m", "styrledger", "explore", "--no-browser", "--port", "0"]
    with subprocess.Popen(  # noqa: S603 - our own program
        [*command, "--ledger", str(ledger)], stdout=subprocess.PIPE, text=True
    ) as explorer:
        told = explorer.stdout.readline() if explorer.stdout else ""
        address = told[told.index("http://") :].split(" ", 1)[0]
        page = browser.new_page(viewport={"width": 1000, "height": 600})
        page.goto(f"{address}budget?unit=KS&year=2020&kind=operating&on=2020-05-11&known=%23403")
        picture = page.screenshot(full_page=True)
        explorer.terminate()
    return picture


PICTURES: dict[str, Callable[[Browser, Path], bytes]] = {
    "report": report_page,
    "explore": explorer_page,
}
"""Each picture, and what takes it of a ledger."""


def main() -> None:
    """Take the pictures that are asked for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("names", nargs="*", choices=[*PICTURES, []], metavar="NAME")
    parser.add_argument("--to", type=Path, default=FOLDER, metavar="FOLDER")
    asked = parser.parse_args()
    program = os.environ.get("CHROMIUM") or shutil.which("chromium")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        ledger = example(Path(folder))
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        for name in asked.names or PICTURES:
            asked.to.joinpath(f"{name}.png").write_bytes(PICTURES[name](browser, ledger))
        browser.close()


if __name__ == "__main__":
    main()
