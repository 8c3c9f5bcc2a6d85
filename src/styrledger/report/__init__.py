"""The printed report: one page of HTML in Swedish for a year and a basis, for officials."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from styrledger.errors import MissingExtraError
from styrledger.ledger import Ledger
from styrledger.view import View

HEAD = '<!doctype html>\n<html lang="sv" data-styrledger="report">'
"""How every report begins, so that a file can be told to be one."""


def html(  # noqa: PLR0913 - what a report is about, all by name
    ledger: Ledger,
    view: View,
    *,
    year: int,
    unit: str | None = None,
    audit: bool = False,
    progress: Callable[[int], object] = lambda _: None,
) -> Iterator[str]:
    """Return the report of a year in pieces, of one unit or of all, on the basis of a view.

    With ``audit`` every entry comes too, in the order of recording. ``progress`` is told how
    much more was done, all in all ``work``.

    Raises:
        MissingExtraError: Jinja2 is not installed.
        UnknownName: the ledger knows no such unit.
    """
    try:
        from styrledger.report.contents import Report, Wanted  # noqa: PLC0415 - an extra
        from styrledger.report.printing import printed  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise MissingExtraError(extra="report", package="jinja2", needed_for="a report") from error
    return printed(Report(ledger, view, Wanted(year, unit, audit), progress), HEAD)


def work(view: View, *, audit: bool) -> int:
    """Return how much there is to do for a report, as its progress is told."""
    return view.basis.position * (3 if audit else 2)
