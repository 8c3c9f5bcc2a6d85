"""The command ``indicators``: values, targets, trends and what breaks them."""

from __future__ import annotations

from collections.abc import Sequence

import click

from styrledger.cli import show
from styrledger.cli.found import named, pending_dicts, print_pending, short
from styrledger.cli.options import asked, basis_options, print_json
from styrledger.projections.indicators import Indicator, Point, Report, Trend

NO = 1
MET = {True: "met", False: "not met", None: ""}


@click.command()
@click.argument("indicator", required=False, metavar="[ID]")
@click.option("--goal", metavar="ID", help="Only those that measure this goal.")
@basis_options
@click.pass_context
def indicators(
    ctx: click.Context,
    indicator: str | None,
    goal: str | None,
    path: str,
    on: str | None,
    known: str | None,
    *,
    void_annulled: bool,
    as_json: bool,
) -> None:
    """List the indicators with their latest values.

    With an ID, all values of that one. Values by different definitions are never shown as one
    trend. Exit code 1 where there was no indicator of that ID on the day.
    """
    with asked(path, on, known, void_annulled=void_annulled) as view:
        found, why_none = named(indicator, view.indicator, view.indicators)
        pending = view.pending_about("indicator")
    found = [one for one in found if goal in {None, one.definition.goal}]
    if as_json:
        print_json(
            {
                "basis": view.basis.as_dict(),
                "indicators": [one.as_dict() for one in found],
                "pending": pending_dicts(pending),
            }
        )
    else:
        click.echo(f"indicators, {show.basis(view.basis)}\n")
        if indicator is None:
            _summary(found)
        else:
            for one in found:
                _whole(one)
        print_pending(pending)
    if why_none:
        click.echo(why_none, err=True)
        ctx.exit(NO)


def _summary(found: Sequence[Indicator]) -> None:
    rows: list[list[str]] = []
    for one in found:
        latest = one.latest
        period, value = show.NOTHING, show.NOTHING
        if latest is not None:
            period, value = latest.period, str(latest.value)
        notes = [] if one.comparable else [f"breaks: {one.breaks}"]
        notes += ["disputed"] if latest is not None and latest.disputed else []
        titled = [one.indicator, short(one.definition.title), one.definition.better]
        rows.append([*titled, period, value, *_target(one, latest), ", ".join(notes)])
    headers = ["indicator", "title", "better", "period", "value", "target", "", "note"]
    show.table(headers, rows, right=["value", "target"])
    click.echo()


def _target(one: Indicator, latest: Point | None) -> tuple[str, str]:
    """Return the target of the latest value and whether it is met, or else the next target."""
    if latest is not None and latest.target is not None:
        return str(latest.target.value), MET[latest.met]
    after = "" if latest is None else latest.period
    coming = [target for target in one.targets if str(target.year) > after]
    return (f"{coming[0].value} ({coming[0].year})", "") if coming else (show.NOTHING, "")


def _whole(one: Indicator) -> None:
    now = one.definition
    click.echo(f"{one.indicator}: {now.title}")
    for definition in one.definitions:
        event = definition.event
        method = f"; {event.method}" if event.method else ""
        since = show.effective(definition.fact.entry)
        click.echo(
            f"  definition {definition.version}, from {since}: {event.measure}, "
            f"{event.better} is better{method}"
        )
    click.echo()
    rows = [row for point in one.series for row in _rows(point)]
    headers = ["period", "value", "target", "", "change", "course", "definition", "note"]
    show.table(headers, rows, right=["value", "target", "change"])
    click.echo()
    later = [target for target in one.targets if one.point(str(target.year)) is None]
    if later:
        show.title("Targets of other years")
        show.table(["year", "target"], [[str(t.year), str(t.value)] for t in later], ["target"])
        click.echo()
    if one.trends:
        show.title("Trends" if one.comparable else "Trends, which cannot be compared")
        show.table(["from", "to", "measure", "change", "course"], map(_trend, one.trends))
        click.echo()


def _rows(point: Point) -> list[list[str]]:
    note = "" if point.report is None else show.note(point.report.fact.entry)
    row = [
        point.period,
        _told(point.report),
        "" if point.target is None else str(point.target.value),
        MET[point.met],
        "" if point.change is None else str(point.change),
        point.course or "",
        str(point.version),
        note,
    ]
    blank = [""] * (len(row) - 2)
    before = [
        ["", _told(report), *blank[1:], f"reported before, {show.position(report.fact)}"]
        for report in point.earlier
    ]
    disputed = [["", *blank, f"{one.by}: {short(one.text)}"] for one in point.disputed]
    return [row, *before, *disputed]


def _told(report: Report | None) -> str:
    if report is None:
        return show.NOTHING
    return str(report.missing if report.value is None else report.value)


def _trend(trend: Trend) -> list[str]:
    change = "" if trend.change is None else str(trend.change)
    return [trend.first, trend.last, trend.definition.event.measure, change, trend.course or ""]
