"""A real browser for tests: headless Chromium, which may load nothing from elsewhere.

The machine's own Chromium is driven by Playwright; CHROMIUM names another. axe-core lies where
tools/fetch_axe.py puts it, or where AXE says. Neither is ever skipped: what is missing fails.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import attrs
import pytest
from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).parents[1]
AXE_TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice")
LONGEST = 8_000
"""Milliseconds that anything on a page may take."""

QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@attrs.define
class Watched:
    """A page, and all that went wrong on it or left the machine."""

    page: Page
    said: list[str] = attrs.Factory(list[str])
    asked: list[str] = attrs.Factory(list[str])

    def assert_quiet(self, *origins: str) -> None:
        """Nothing was logged as wrong, and nothing asked for but from these origins."""
        assert self.said == []
        assert [url for url in self.asked if not url.startswith((*origins, "data:"))] == []


@contextmanager
def chromium() -> Generator[Browser]:
    """Run a browser; tests take it as the fixture ``browser``."""
    named = os.environ.get("CHROMIUM")
    program = named or shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        pytest.fail("no Chromium here; on Debian: apt-get install chromium, or set CHROMIUM")
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=program, args=[*QUIET])
        yield launched
        launched.close()


@contextmanager
def watched(browser: Browser, **settings: Any) -> Generator[Watched]:
    """Give a new page of its own, watched from its first request on."""
    context = browser.new_context(locale="sv-SE", **settings)
    context.set_default_timeout(LONGEST)
    try:
        found = Watched(context.new_page())
        found.page.on("console", lambda message: _note(found, message))
        found.page.on("pageerror", lambda error: found.said.append(str(error)))
        found.page.on("request", lambda request: found.asked.append(request.url))
        yield found
    finally:
        context.close()


def axe(page: Page) -> list[str]:
    """Return what axe-core has against a page: the rule, what it means, and where, a line each."""
    # Evaluated and not added as a script: a page may allow no script of others.
    page.evaluate(_axe_script())
    found = cast("dict[str, Any]", page.evaluate(_RUN, [*AXE_TAGS]))
    return [
        f"{one['id']}: {one['help']}: {node['html']}"
        for one in found["violations"]
        for node in one["nodes"]
    ]


_RUN = "tags => axe.run(document, { runOnly: tags, resultTypes: ['violations'] })"


def _note(found: Watched, message: Any) -> None:
    if message.type in {"error", "warning"}:
        found.said.append(f"{message.type}: {message.text}")


def _axe_script() -> str:
    named = os.environ.get("AXE")
    places = [Path(named)] if named else sorted((ROOT / ".venv-test").glob("axe-*.min.js"))
    if not places or not places[-1].exists():
        pytest.fail(
            "no axe-core here; run tools/test, or "
            "`.venv-test/env/bin/python tools/fetch_axe.py .venv-test`, or set AXE to axe.min.js"
        )
    return places[-1].read_text(encoding="utf-8")
