"""Explorers for tests: the real command as a process, and what can be asked of it."""

from __future__ import annotations

import json
import signal
import subprocess
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlencode, urlsplit

import attrs

from styrledger import Ledger, read_entries
from styrledger.demo import ORGANISATIONS, record_files

from .commands import environment, start


@attrs.frozen
class Reply:
    """What came back of one request."""

    status: int
    headers: Mapping[str, str]
    text: str

    @property
    def data(self) -> Any:
        """The reply read as JSON."""
        return json.loads(self.text)


@attrs.frozen
class Explorer:
    """A running explorer, by its address without a final slash."""

    address: str
    process: subprocess.Popen[str]

    def url(self, address: str, /, **values: object) -> str:
        """Return the whole address of a page."""
        query = urlencode({name.removesuffix("_"): value for name, value in values.items()})
        return f"{self.address}{address}?{query}" if query else f"{self.address}{address}"

    def ask(
        self, address: str, /, *, method: str = "GET", host: str | None = None, **values: object
    ) -> Reply:
        """Send one request, and follow no redirect."""
        target = urlsplit(self.url(address, **values))
        connection = HTTPConnection(target.hostname or "", target.port, timeout=30)
        try:
            path = f"{target.path}?{target.query}" if target.query else target.path
            connection.request(method, path, headers={"Host": host or target.netloc})
            reply = connection.getresponse()
            text = reply.read().decode()
            return Reply(reply.status, {k.lower(): v for k, v in reply.getheaders()}, text)
        finally:
            connection.close()

    def stop(self, number: int) -> tuple[int, str]:
        """End the explorer; return its exit code and what it said was wrong."""
        self.process.send_signal(number)
        _, said = self.process.communicate(timeout=20)
        return self.process.returncode, said


@contextmanager
def exploring(
    ledger: Path | str, *options: str, ended_by: int = signal.SIGINT
) -> Generator[Explorer]:
    """Run the command on a free port; it must end quietly, and leave nothing behind."""
    with TemporaryDirectory() as scratch:
        place = environment(TMPDIR=scratch)
        arguments = ["explore", "--no-browser", "--port", "0", *options, "--ledger", ledger]
        yield from _running(start(*arguments, env=place), ended_by)
        left = [one.name for one in Path(scratch).iterdir()]
        if left:
            message = f"left behind: {left}"
            raise AssertionError(message)


def _running(process: subprocess.Popen[str], ended_by: int) -> Generator[Explorer]:
    assert process.stdout is not None
    said = process.stdout.readline()
    if "http://" not in said:
        _, wrong = process.communicate(timeout=20)
        raise AssertionError(said + wrong)
    address = said[said.index("http://") :].split("/ ", 1)[0]
    explorer = Explorer(address, process)
    try:
        yield explorer
    finally:
        code, said = explorer.stop(ended_by)
        if (code, said) != (0, ""):
            message = f"exit code {code}: {said}"
            raise AssertionError(message)


def haninge(folder: Path) -> Path:
    """Record the example of Haninge; return the ledger."""
    path = folder / "haninge.db"
    with Ledger.create(path, organisation=ORGANISATIONS["haninge_2020"]) as ledger:
        for file in record_files("haninge_2020"):
            ledger.record(*read_entries(file), by="prov")
    return path
