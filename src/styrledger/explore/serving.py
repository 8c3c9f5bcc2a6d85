"""Running the explorer: on this machine's loopback only, until it is told to stop."""

from __future__ import annotations

import importlib
import signal
import socket
import tempfile
import warnings
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any, NoReturn

from styrledger.errors import MissingExtraError, PortInUse
from styrledger.explore.entries import Entries
from styrledger.explore.questions import Choices, Shared
from styrledger.explore.tables import make
from styrledger.ledger import Ledger

LOOPBACK = "127.0.0.1"


def serve(
    path: str,
    port: int,
    *,
    sql: bool,
    counted: Callable[[int], Callable[[int], object]],
    ready: Callable[[str, str], object],
) -> None:
    """Explore the ledger at a path until Ctrl-C or SIGTERM.

    ``counted`` is told how many entries there are, and gives what is told how many more were
    read; ``ready`` is told the organisation and the address. Port 0 takes a free one.

    Raises:
        MissingExtraError: Datasette is not installed.
        PortInUse: something else answers on the port.
    """
    _need()
    # So that what was made for a while is put away on the way out.
    signal.signal(signal.SIGTERM, _interrupt)
    from styrledger.explore.site import Site  # noqa: PLC0415 - its packages may be missing

    with (
        closing(_bound(port)) as listening,
        ThreadPoolExecutor(1, "ledger") as worker,
        tempfile.TemporaryDirectory(prefix="styrledger-explore-") as folder,
    ):
        opened = worker.submit(Ledger.open, path, read_only=True).result()
        try:
            head = opened.head()
            database = Path(folder) / "ledger.db"
            worker.submit(make, database, opened, head, counted(head)).result()
            database.chmod(0o400)
            port = listening.getsockname()[1]
            shared = worker.submit(_shared, opened, database, head).result()
            site = Site(shared, database, worker)
            app = site.app([f"{LOOPBACK}:{port}", f"localhost:{port}"], sql=sql)
            listening.listen()
            server = _server(app)
            ready(opened.identity.organisation, f"http://{LOOPBACK}:{port}/")
            server.run(sockets=[listening])
        finally:
            worker.submit(opened.close).result()


def _shared(opened: Ledger, database: Path, head: int) -> Shared:
    choices = Choices.of(opened.as_of(known=head))
    return Shared(opened, Entries(database), head, choices)


def _need() -> None:
    for package in ("datasette", "jinja2", "uvicorn"):
        try:
            importlib.import_module(package)
        except ImportError as error:
            raise MissingExtraError(
                extra="explore", package=package, needed_for="the explorer"
            ) from error


def _bound(port: int) -> socket.socket:
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((LOOPBACK, port))
    except OSError as fault:
        listening.close()
        raise PortInUse(port, fault.strerror or str(fault)) from fault
    return listening


def _server(app: Any) -> Any:
    # Where it refuses a question, Datasette leaves others about it unasked.
    unasked = "coroutine .* was never awaited"
    warnings.filterwarnings("ignore", message=unasked, category=RuntimeWarning)
    uvicorn = importlib.import_module("uvicorn")
    settings = uvicorn.Config(
        app,
        ws="none",
        log_level="error",
        access_log=False,
        server_header=False,
        proxy_headers=False,
    )
    server = uvicorn.Server(settings)

    # The server takes the same signals while it runs, and repeats the one that ended it when it
    # is done: to be told to end is no failure here.
    def end(*_: object) -> None:
        server.should_exit = True

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, end)
    return server


def _interrupt(*_: object) -> NoReturn:
    raise KeyboardInterrupt
