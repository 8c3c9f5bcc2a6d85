"""A way to a PostgreSQL server that is cut: around a commit, or after any message."""

from __future__ import annotations

import select
import socket
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import Literal

SOCKET = ".s.PGSQL.5432"
COMMIT = b"COMMIT\0"
READY = b"Z\0\0\0\5I"
"""What the server says when it is in no transaction."""

GOODBYE = b"X\0\0\0\4"

Moment = Literal["never", "before", "after"]


class Cutting:
    """Passes octets on between a client and a server, and cuts off when it is told to."""

    def __init__(self, folder: Path, server: Path) -> None:
        """Listen in a folder for clients of the server whose socket is in another."""
        self.moment: Moment = "never"
        """When to cut: before a commit comes to the server, or after it was done."""
        self.cuts = 0
        """How often it was cut since ``cut_after``."""
        self._left: int | None = None
        self._once = False
        self._server = server
        self._listening = socket.socket(socket.AF_UNIX)
        self._listening.bind(str(folder / SOCKET))
        self._listening.listen()
        Thread(target=self._accept, daemon=True).start()

    def cut_after(self, messages: int | None, *, once: bool = False) -> None:
        """Cut after so many more messages of either side, and again and again unless ``once``."""
        self._left, self._once, self.cuts = messages, once, 0

    def close(self) -> None:
        """Listen no more."""
        self._listening.close()

    def _is_cut(self) -> bool:
        if self._left:
            self._left -= 1
        elif self._left == 0:
            self.cuts += 1
            if self._once:
                self._left = None
            return True
        return False

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listening.accept()
            except OSError:
                return
            Thread(target=self._pass_on, args=(client,), daemon=True).start()

    def _pass_on(self, client: socket.socket) -> None:
        with client, socket.socket(socket.AF_UNIX) as server:
            server.connect(str(self._server / SOCKET))
            committing = False
            while True:
                for ready in select.select([client, server], [], [])[0]:
                    octets = ready.recv(1 << 16)
                    if octets not in {b"", GOODBYE} and self._is_cut():
                        return
                    committing |= ready is client and COMMIT in octets
                    done = committing and ready is server and READY in octets
                    if (
                        not octets
                        or (committing and self.moment == "before")
                        or (done and self.moment == "after")
                    ):
                        return
                    (server if ready is client else client).sendall(octets)
                    committing &= not done


@contextmanager
def cutting(server: Path) -> Generator[tuple[Cutting, Path]]:
    """Give such a way, and the folder of its socket."""
    with tempfile.TemporaryDirectory(prefix="cut-", dir="/tmp") as name:
        way = Cutting(Path(name), server)
        yield way, Path(name)
        way.close()
