"""What every request passes before Datasette sees it: who asks, for what, and how.

The explorer answers this machine only, offers few pages, and changes nothing.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any, Final

from styrledger.explore.cells import HarmlessCells

Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

POLICY: Final = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS: Final = {
    "content-security-policy": POLICY,
    "cache-control": "no-store",  # tomorrow another ledger may be explored at the same address
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
}
"""What every answer carries, so that no page loads, runs or gives away anything."""

METHODS: Final = frozenset({"GET", "HEAD"})


class Gate:
    """Lets reading requests for offered pages through, when they name this very server."""

    def __init__(self, app: App, hosts: Iterable[str], offered: re.Pattern[str]) -> None:
        """Guard ``app``: ``hosts`` are its names with port, ``offered`` matches its paths."""
        self._app = app
        self._hosts = frozenset(hosts)
        self._offered = offered

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        guarded = _Answer(send, is_csv=scope["path"].endswith(".csv"))
        refused = self._refused(scope)
        if refused is None:
            await self._app(scope, receive, guarded.send)
        else:
            await say(guarded.send, *refused)

    def _refused(self, scope: Scope) -> tuple[int, str] | None:
        """Return the status and the reason where a request is not let through."""
        # A page elsewhere can make its own name point here (DNS rebinding), but not ours.
        hosts = [value.decode("latin-1") for name, value in scope["headers"] if name == b"host"]
        if len(hosts) != 1 or hosts[0].lower() not in self._hosts:
            return 421, "Utforskaren svarar bara på sin egen adress på den här datorn."
        if scope["method"] not in METHODS:
            return 405, "Utforskaren kan bara läsas."
        if not self._offered.fullmatch(scope["path"]):
            return 404, "Den sidan finns inte."
        return None


class _Answer:
    """One answer on its way out: given the headers, and harmless where it is CSV."""

    def __init__(self, send: Send, *, is_csv: bool) -> None:
        self._send = send
        self._is_csv = is_csv
        self._cells: HarmlessCells | None = None

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = [one for one in message["headers"] if one[0].lower() not in _OURS]
            headers += [(name.encode(), value.encode()) for name, value in HEADERS.items()]
            kind = {name.lower(): value for name, value in headers}.get(b"content-type", b"")
            if self._is_csv and not kind.startswith((b"text/html", b"application/json")):
                self._cells = HarmlessCells()
                headers = [one for one in headers if one[0].lower() != b"content-length"]
            await self._send({**message, "headers": headers})
        elif self._cells is not None and message["type"] == "http.response.body":
            more = bool(message.get("more_body"))
            body = self._cells.feed(message.get("body", b""), last=not more)
            await self._send({**message, "body": body})
        else:
            await self._send(message)


_OURS = frozenset(name.encode() for name in HEADERS)


async def say(send: Send, status: int, words: str) -> None:
    """Answer in plain words."""
    headers = [(b"content-type", b"text/plain; charset=utf-8")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": f"{words}\n".encode()})
