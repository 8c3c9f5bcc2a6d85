"""Datasette as the explorer runs it: which of its parts, with which limits, and no others.

It is imported when it is wanted, since it is an extra. Its own types say little, so that what
comes from it is ``Any``.
"""

from __future__ import annotations

import importlib
import json
import logging
import re
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode

from styrledger.explore import queries, tables
from styrledger.explore.gate import App, Receive, Scope, Send, say

HERE: Final = Path(__file__).parent
DATABASE: Final = "ledger"
REFUSED: Final = 400
FORBIDDEN: Final = 403
UNEXPECTED: Final = 500

SETTINGS: Final = {
    "default_page_size": 50,
    "max_returned_rows": 1_000,
    "sql_time_limit_ms": 1_000,
    "facet_time_limit_ms": 1_000,
    "suggest_facets": False,
    "allow_download": False,
    "max_csv_mb": 50,
    "default_cache_ttl": 0,
    "num_sql_threads": 2,
}
"""Limits that no question in SQL goes beyond, and what of Datasette is not offered."""

OFFERED: Final = frozenset(
    {
        *("_search", "_known", "_on", "_void_annulled"),
        *("_size", "_next", "_sort", "_sort_desc", "_col", "_nocol"),
        *("_facet", "_facet_array", "_facet_size", "_nofacet", "_nocount"),
        *("_shape", "_stream", "_dl", "_header", "_nl"),
    }
)
"""What a table may be asked beside conditions on its columns."""

NOT_OURS: Final = frozenset({"datasette.handle_exception", "datasette.forbidden"})
"""Datasette's own ways of telling what went wrong: tracebacks, and pages in English."""


class Engine:
    """One Datasette over the tables in a file, opened as one that nobody writes to."""

    def __init__(self, database: Path, *, sql: bool) -> None:
        """Set it up; with ``sql`` people may ask in SQL of their own."""
        self._plugins: Any = importlib.import_module("datasette.plugins")
        self._hooks: Any = importlib.import_module("datasette")
        self._base: Any = importlib.import_module("datasette.views.base")
        self._filters: Any = importlib.import_module("datasette.filters")
        for name, plugin in self._plugins.pm.list_name_plugin():
            # What others installed beside us has no business in these pages.
            if name in NOT_OURS or name not in self._plugins.DEFAULT_PLUGINS:
                self._plugins.pm.unregister(plugin)
        self.datasette: Any = importlib.import_module("datasette.app").Datasette(
            immutables=[str(database)],
            metadata=_metadata(),
            settings={**SETTINGS, "default_allow_sql": sql},
            template_dir=str(HERE / "templates"),
            static_mounts=[("static", str(HERE / "static"))],
        )
        # What is wrong with somebody's SQL is told to them, and not to the terminal.
        for asked in (self.datasette, self.datasette.databases[DATABASE]):
            asked.execute = partial(asked.execute, log_sql_errors=False)

    def app(self, routes: list[tuple[str, Callable[..., Any]]]) -> App:
        """Return the application with routes of our own, which come before Datasette's."""

        # Functions: Datasette's mark cannot be put on a method, and it looks at their arguments.
        def register_routes() -> list[tuple[str, Callable[..., Any]]]:
            return routes

        def filters_from_request(request: Any, table: str) -> Any:
            return self._conditions(request, table)

        def handle_exception(request: Any, exception: Exception) -> Any:
            return self._failed(request, exception)

        def forbidden(request: Any, message: str) -> Any:
            return self._refusal(request, FORBIDDEN, message)

        plugin = ModuleType("styrledger_explorer")
        for hook in (register_routes, filters_from_request, handle_exception, forbidden):
            setattr(plugin, hook.__name__, self._hooks.hookimpl(hook))
        self._plugins.pm.register(plugin)
        return _in_order(self.datasette.app())

    def response(self, body: str, status: int, kind: str) -> Any:
        """Return a response of a media type, in UTF-8."""
        return self._hooks.Response(body, status, content_type=f"{kind}; charset=utf-8")

    def redirect(self, address: str) -> Any:
        """Return a response that leads to another address."""
        return self._hooks.Response.redirect(address)

    async def page(self, template: str, shown: Mapping[str, Any], status: int, request: Any) -> Any:
        """Return a response with a page."""
        html = await self.datasette.render_template(template, shown, request=request)
        return self.response(html, status, "text/html")

    def _conditions(self, request: Any, table: str) -> Any:
        """Return the conditions on entries that are no columns: words, and the basis."""
        if table != "entries":
            return None
        clauses: list[str] = []
        params: dict[str, Any] = {}
        words = (request.args.get("_search") or "").split()
        if words:
            clauses.append("position in (select rowid from words where words match :_words)")
            # Each word quoted: what people type is never taken for query syntax.
            params["_words"] = " ".join('"{}"*'.format(one.replace('"', '""')) for one in words)
        known = (request.args.get("_known") or "").removeprefix("#")
        if known.isascii() and known.isdecimal():
            clauses.append("position <= :_known")
            params["_known"] = int(known[:18])
        shown = {"searched": " ".join(words)}
        return self._filters.FilterArguments(clauses, params, [], shown)

    def _failed(self, request: Any, exception: Exception) -> Any:
        status = getattr(exception, "status", UNEXPECTED)
        if isinstance(exception, self._base.DatasetteError):
            # It says 500 of some questions that are wrongly put, such as an unknown column.
            status = min(status, REFUSED)
        if status == UNEXPECTED:
            what = f"{type(exception).__name__}: {exception}"
            logging.getLogger(__name__).error("%s: %s", request.path, what)
        return self._refusal(request, status, str(getattr(exception, "message", exception)))

    async def _refusal(self, request: Any, status: int, why: str) -> Any:
        if request.path.endswith(".json"):
            told = json.dumps({"ok": False, "error": why, "status": status})
            return self.response(told, status, "application/json")
        return await self.page("error.html", {"status": status, "error": why}, status, request)


def _metadata() -> Mapping[str, Any]:
    described = {name: {"columns": columns} for name, columns in tables.COLUMNS.items()}
    facets: Mapping[str, Any] = {"facets": ["type", "body", "stage", {"array": "units"}]}
    return {
        "databases": {
            DATABASE: {
                "tables": {**described, "entries": {**described["entries"], **facets}},
                "queries": {query.name: query.as_metadata() for query in queries.ALL},
            }
        },
    }


def offered(pages: list[str]) -> re.Pattern[str]:
    """Return what matches the addresses that are offered, with these pages; there is no other."""
    names = "|".join([*tables.COLUMNS, *(query.name for query in queries.ALL)])
    own = "|".join(map(re.escape, pages))
    return re.compile(
        rf"/|(?:{own})(?:\.json|\.csv)?|/charts\.css|/static/[a-z]+\.(?:css|js|svg)"
        rf"|/{DATABASE}(?:\.json|\.csv)?|/{DATABASE}/(?:{names})(?:\.json|\.csv)?"
    )


def _in_order(app: App) -> App:
    """Let through what tables are asked, in parameters that are offered and were filled in."""
    names = "|".join(tables.COLUMNS)
    of_tables = re.compile(rf"/{DATABASE}/(?:{names})(?:\.json|\.csv)?")

    async def checked(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            path = scope["path"]
            given = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
            if of_tables.fullmatch(path):
                unknown = [name for name, _ in given if name[:1] == "_" and name not in OFFERED]
                if unknown:
                    await say(send, 400, f"Parametern {unknown[0]!r} finns inte.")
                    return
                # The fields that a form leaves empty are no conditions.
                filled = [(name, value) for name, value in given if value]
                scope = {**scope, "query_string": urlencode(filled).encode()}
            elif path == f"/{DATABASE}.csv" and "sql" not in dict(given):
                await say(send, 404, "Den sidan finns inte som CSV.")
                return
        await app(scope, receive, send)

    return checked
