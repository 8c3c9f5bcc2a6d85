"""What every test stands on: Hypothesis's profiles and a clean environment."""

from __future__ import annotations

import os
from collections.abc import Generator
from itertools import count
from pathlib import Path

import pytest
from hypothesis import settings
from playwright.sync_api import Browser

from .browser import chromium
from .postgres import FAST, Cluster

# No deadline: how long an example takes says more about the machine than about the law under
# test. Every run searches new ground and prints the blob that repeats a failure; but for CI,
# which says of one commit the same each time.
settings.register_profile(
    "styrledger", deadline=None, print_blob=True, derandomize=bool(os.environ.get("CI"))
)
# pytest --hypothesis-profile=thorough: ten times as many examples, for a change to the fold.
settings.register_profile("thorough", settings.get_profile("styrledger"), max_examples=1000)
settings.load_profile("styrledger")


def pytest_configure() -> None:
    """Forget the ledger of whoever runs the tests; a test names its own."""
    os.environ.pop("STYRLEDGER_LEDGER", None)


@pytest.fixture(autouse=True)
def _cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the view files of ledgers on servers away from the user's own."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.getbasetemp() / "cache"))


@pytest.fixture(scope="session")
def cluster() -> Generator[Cluster]:
    """Start a PostgreSQL server for the tests of this process that ask for one."""
    started = Cluster(*FAST)
    yield started
    started.remove()


@pytest.fixture(scope="session")
def browser() -> Generator[Browser]:
    """Start a browser for the tests of this process that ask for one."""
    with chromium() as started:
        yield started


_schemas = count(1)


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Give a free place for a ledger: a path, and then an address on a server."""
    if request.param == "sqlite":
        return str(tmp_path / "prov.db")
    started: Cluster = request.getfixturevalue("cluster")
    return started.url(f"prov_{next(_schemas)}")
