"""Writing a report as HTML, piece by piece: what is long is never held as a whole."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from styrledger import swedish, telling
from styrledger.amounts import Amount
from styrledger.charts import axes
from styrledger.charts.svg import STYLE
from styrledger.report import budgets, follow_up, texts
from styrledger.report.contents import Report, basis_words

PIECES = 100
"""How many pieces of a template are joined before they are written."""


def printed(report: Report, head: str) -> Iterator[str]:
    """Yield the page of a report in pieces, in order."""
    stream = (
        _environment()
        .get_template("report.html")
        .stream(
            head=Markup(head),  # noqa: S704 - a constant
            report=report,
            title=f"Budget och uppföljning {report.wanted.year}",
            chart_style=Markup(STYLE),  # noqa: S704 - a constant
        )
    )
    stream.enable_buffering(PIECES)
    yield from stream


def figure(
    amount: Amount | None, subject: str, of: str = "amount", line: str | None = None
) -> Markup:
    """Return a figure in tkr, marked with which it is and its exact value in öre."""
    where = Markup(' data-line="{}"').format(line) if line is not None else ""
    marks = Markup('data-figure="{}"{} data-of="{}"').format(subject, where, of)
    if amount is None:
        return Markup("<span {}>{}</span>").format(marks, swedish.NOTHING)
    return Markup('<data {} data-ore="{}" value="{}">{}</data>').format(
        marks, amount.ore, amount.ore, texts.number(amount)
    )


def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("styrledger.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(SHARED)
    environment.filters.update(FILTERS)
    return environment


SHARED: dict[str, Any] = {
    "words": swedish,
    "figure": figure,
    "basis_words": basis_words,
    "reason": budgets.reason,
    "financing": budgets.financing,
    "lag": budgets.lag,
    "axis_number": axes.number,
    "span": follow_up.span,
    "called": telling.called,
    "said": telling.said,
    "whole": telling.whole,
}
"""What templates may call."""

FILTERS: dict[str, Any] = {
    "shown": texts.shown,
    "visible": texts.visible,
    "path": texts.path,
    "dated": texts.day,
    "decision": texts.decision,
    "number": texts.number,
    "change": texts.change,
    "moment": swedish.moment,
    "in_words": swedish.day,
}
"""How templates may print what they have."""
