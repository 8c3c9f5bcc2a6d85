"""A PostgreSQL server of the tests' own: private, on a Unix socket, gone when they end.

The programs are Debian's ``postgresql``, or whatever ``pg_config`` or the PATH leads to.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Generator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

DEBIAN = Path("/usr/lib/postgresql")

OWNER = "owner"
"""The superuser of the server; the account that makes ledgers."""

FAST = ("fsync=off", "full_page_writes=off")
"""Settings under which a crash of the machine, but not of the server, loses data."""


PATIENCE = 30
"""Seconds to wait for a server."""


SYNCHRONOUS = ("synchronous_standby_names=*", "synchronous_commit=local")
"""Settings with which a commit waits for the standby, but for those of other accounts."""


class Cluster:
    """A server with its data in a temporary folder, which only this process's user may enter."""

    def __init__(self, *settings: str, follows: Cluster | None = None) -> None:
        """Make the data and start the server, with more settings for ``postgres -c``.

        One that follows another is its standby, until it is promoted.
        """
        self._settings = settings
        self.folder = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))
        self._as: dict[str, Any] = {}
        if os.geteuid() == 0:  # the server refuses to run as root
            from pwd import getpwnam  # noqa: PLC0415 - not on every system

            nobody = getpwnam("nobody")
            self._as = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
            os.chown(self.folder, nobody.pw_uid, nobody.pw_gid)
        if follows is None:
            self._make()
        else:
            self._copy(follows)
        self._process: subprocess.Popen[Any] | None = None
        self.start()

    def _make(self) -> None:
        self._run(
            *("initdb", "--pgdata", self.folder / "data", "--username", OWNER, "--auth", "trust"),
            *("--encoding", "UTF8", "--locale", "C.UTF-8", "--no-sync"),
        )
        rules = ("local replication all trust", f"local all {OWNER} trust", "local all all md5")
        hba = self.folder / "data" / "pg_hba.conf"
        hba.write_text("".join(f"{rule}\n" for rule in rules), encoding="utf-8")

    def _copy(self, primary: Cluster) -> None:
        self._run(
            *("pg_basebackup", "--pgdata", self.folder / "data", "--write-recovery-conf"),
            *("--host", primary.folder, "--username", OWNER, "--checkpoint", "fast", "--no-sync"),
        )

    def url(self, schema: str = "styrledger", user: str = OWNER, **more: str) -> str:
        """Return the address of a ledger on this server; ``user`` may be ``NAME:PASSWORD``."""
        given = {"database": "postgres", "host": str(self.folder), **more}
        return f"postgresql://{user}@/{given['database']}?host={given['host']}&schema={schema}"

    def connect(self, **parameters: Any) -> psycopg.Connection[Any]:
        """Connect with nothing of ours in between."""
        given = {"user": OWNER, "dbname": "postgres", "host": str(self.folder), **parameters}
        return psycopg.connect(make_conninfo("", **given), autocommit=True)

    def sql(self, *statements: str) -> list[Any]:
        """Run statements as the owner; return what the last of them gave."""
        with self.connect() as connection:
            cursor = connection.cursor()
            for statement in statements:
                cursor.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []

    def start(self) -> None:
        """Start the server, and wait until it answers."""
        settings = (f"unix_socket_directories={self.folder}", "listen_addresses=", *self._settings)
        log = (self.folder / "log").open("ab")
        started: subprocess.Popen[Any] = subprocess.Popen(  # noqa: S603 - a program of the server
            [
                program("postgres"),
                *("-D", self.folder / "data"),
                *(part for one in settings for part in ("-c", one)),
            ],
            stdout=log,
            stderr=log,
            start_new_session=True,
            **self._as,
        )
        self._process = started
        log.close()
        end = time.monotonic() + PATIENCE
        while True:
            try:
                self.connect().close()
            except psycopg.OperationalError:
                if started.poll() is not None or time.monotonic() > end:
                    pytest.fail((self.folder / "log").read_text(encoding="utf-8"))
                time.sleep(0.02)
            else:
                return

    def promote(self) -> None:
        """Make a standby the primary."""
        self.sql("SELECT pg_promote()")

    def kill(self) -> None:
        """Kill every process of the server at once, as by ``kill -9`` of all."""
        assert self._process is not None
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def stop(self) -> None:
        """Stop the server and drop its connections."""
        assert self._process is not None
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
            self._process.wait()

    def remove(self) -> None:
        """Stop the server and remove all of it."""
        self.stop()
        shutil.rmtree(self.folder)

    def _run(self, name: str, *arguments: str | Path) -> None:
        done = subprocess.run(  # noqa: S603 - a program of the server
            [program(name), *arguments], capture_output=True, text=True, check=False, **self._as
        )
        if done.returncode:
            pytest.fail(f"{name}: {done.stderr}")


@contextmanager
def primary_and_standby(*settings: str) -> Generator[tuple[Cluster, Cluster]]:
    """Give a server with these settings, and its standby."""
    primary = Cluster(*settings)
    try:
        standby = Cluster(*(one for one in settings if one in FAST), follows=primary)
        try:
            wait_for(primary, "SELECT state FROM pg_stat_replication", [("streaming",)])
            yield primary, standby
        finally:
            standby.remove()
    finally:
        primary.remove()


def wait_for(cluster: Cluster, query: str, answer: list[Any]) -> None:
    """Wait until a server gives an answer."""
    end = time.monotonic() + PATIENCE
    while cluster.sql(query) != answer:
        assert time.monotonic() < end
        time.sleep(0.02)


@cache
def program(name: str) -> str:
    """Return where a program of the server is, the newest where there are several."""
    folders = sorted(DEBIAN.glob("*/bin"), key=lambda folder: float(folder.parent.name))
    for folder in [*reversed(folders), *map(Path, os.get_exec_path())]:
        if os.access(folder / name, os.X_OK) and (folder / "initdb").exists():
            return str(folder / name)
    pytest.fail(
        f"no {name} here: install PostgreSQL, on Debian and Ubuntu: apt-get install postgresql"
    )
