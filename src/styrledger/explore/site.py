"""The site: our own pages, answered by the library, on Datasette, behind the gate."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import Any

import attrs

from styrledger import swedish
from styrledger.charts.svg import STYLE
from styrledger.errors import StyrledgerError, UnknownName
from styrledger.explore import queries, rows, tables
from styrledger.explore.answers import Answer, unbroken
from styrledger.explore.engine import Engine, offered
from styrledger.explore.gate import App, Gate
from styrledger.explore.links import navigation
from styrledger.explore.pages import PAGES
from styrledger.explore.questions import Shared, read
from styrledger.report.printing import figure
from styrledger.report.texts import visible

START = "/"
OK = 200


@attrs.frozen
class Sent:
    """What goes out: a page with what its template shows, text of a kind, or a way elsewhere."""

    status: int
    template: str | None = None
    shown: Mapping[str, Any] = attrs.Factory(dict[str, Any])
    text: str = ""
    kind: str = "text/plain"
    elsewhere: str | None = None


@attrs.frozen
class Site:
    """Answers every address of the explorer, from one ledger up to one position of it.

    The ledger is asked by the one thread of ``worker`` only.
    """

    shared: Shared
    tables: Path
    worker: ThreadPoolExecutor

    def app(self, hosts: list[str], *, sql: bool) -> App:
        """Return the application, which answers requests to these hosts only."""
        engine = Engine(self.tables, sql=sql)
        env = engine.datasette.jinja_env
        # Whatever is printed: a mark that turns the direction of writing is shown by its code.
        env.finalize = _printed
        env.filters.update(FILTERS)
        env.globals.update(
            organisation=self.shared.ledger.identity.organisation,
            head=self.shared.head,
            figure=figure,
            navigation=navigation,
            sql_allowed=sql,
            offered=queries.ALL,
            columns=tables.COLUMNS,
            swedish=swedish,
        )

        async def charts() -> Any:
            return engine.response(STYLE, 200, "text/css")

        routes: list[tuple[str, Callable[..., Any]]] = [
            (r"^/charts\.css$", charts),
            (r"^/$", self._view(engine, START)),
        ]
        for address in PAGES:
            if address != START:
                form = r"(?:\.(?P<form>json|csv))?"
                routes.append((f"^{address}{form}$", self._view(engine, address)))
        own = [address for address in PAGES if address != START]
        return Gate(engine.app(routes), hosts, offered(own))

    def _view(self, engine: Engine, address: str) -> Callable[[Any], Awaitable[Any]]:
        async def view(request: Any) -> Any:
            given = {name: request.args.get(name) for name in request.args}
            form = request.url_vars.get("form") or "html"
            loop = asyncio.get_running_loop()
            sent = await loop.run_in_executor(self.worker, self._sent, address, given, form)
            if sent.elsewhere is not None:
                return engine.redirect(sent.elsewhere)
            if sent.template is not None:
                return await engine.page(sent.template, sent.shown, sent.status, request)
            return engine.response(sent.text, sent.status, sent.kind)

        return view

    def _sent(self, address: str, given: Mapping[str, str], form: str) -> Sent:
        """Return what answers a request; one that leaves its basis open is led to one."""
        asked = read(self.shared, given)
        if form == "html" and address != START and not asked.faults and not asked.is_pinned:
            return Sent(302, elsewhere=address + asked.pinned)
        try:
            answer = PAGES[address](asked)
            if form == "html":
                shown = {**answer.shown(), "asked": asked}
                return Sent(answer.status, template=answer.template, shown=shown)
        except UnknownName as unknown:
            answer = _refused(404, f"Liggaren känner inte till ”{unknown.name}”.", str(unknown))
        except StyrledgerError as error:
            answer = _refused(400, f"Det går inte att läsa: {error}", str(error))
        if form == "html":
            return Sent(answer.status, template=answer.template, shown=answer.shown())
        if form == "csv" and answer.status == OK:
            return Sent(answer.status, text=rows.as_csv(answer), kind="text/csv")
        told = rows.as_json(asked.view.basis, answer)
        return Sent(answer.status, text=told, kind="application/json")


def _refused(status: int, why: str, error: str) -> Answer:
    return Answer("refused.html", lambda: {"why": why}, lambda: {"error": error}, status=status)


def _printed(value: Any) -> Any:
    return visible(value) if type(value) is str else value


def _instant(text: str) -> str:
    return swedish.moment(datetime.fromisoformat(text))


def _type_name(name: str) -> str:
    return swedish.TYPES.get(name, name)


FILTERS: Mapping[str, Callable[..., Any]] = {
    "tkr": swedish.number,
    "change": swedish.change,
    "day": swedish.day,
    "moment": swedish.moment,
    "instant": _instant,
    "decision": unbroken,
    "type_name": _type_name,
}
"""How templates print what they have."""
