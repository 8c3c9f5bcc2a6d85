"""The command ``demo``: builds the example ledgers and shows the main answers."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path

import click

from styrledger import demo as examples
from styrledger.amounts import Amount
from styrledger.cli import show
from styrledger.errors import FileUnreadable
from styrledger.exchange import records
from styrledger.ledger import Ledger

OPERATING_DAYS = (
    "2019-06-09",
    "2019-06-10",
    "2019-12-09",
    "2020-02-10",
    "2020-05-11",
    "2020-06-08",
)
INVESTMENT_DAYS = (
    "2019-06-10",
    "2020-01-27",
    "2020-04-14",
    "2020-04-24",
    "2020-05-25",
    "2020-06-10",
)
RESERVE = "KS investeringsreserv"


@click.command()
@click.argument("directory", required=False, metavar="[DIR]", type=click.Path(file_okay=False))
def demo(directory: str | None) -> None:
    """Build the example ledgers in DIR and ask them.

    Without a DIR it is a new temporary folder. What is in DIR from an earlier demo is used again.
    """
    folder = Path(tempfile.mkdtemp(prefix="styrledger-demo-") if directory is None else directory)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as fault:
        raise FileUnreadable(str(folder), fault.strerror or str(fault)) from fault
    paths = {example: folder / f"{example}.db" for example in examples.ORGANISATIONS}
    # All of them first: who reads the answers may stop after some of them.
    for example, path in paths.items():
        with _opened(path, examples.ORGANISATIONS[example]) as ledger:
            for file in examples.record_files(example):
                ledger.record_all(records.read(file), by="demo")
    for example, path in paths.items():
        organisation = examples.ORGANISATIONS[example]
        with Ledger.open(path) as ledger:
            click.echo(f"{path}: {ledger.head()} entries of {organisation}\n")
            for answer in ANSWERS.get(example, ()):
                answer(ledger)
        _go_on(path, QUESTIONS.get(example, ()))


def _opened(path: Path, organisation: str) -> Ledger:
    return Ledger.open(path) if path.exists() else Ledger.create(path, organisation=organisation)


def _operating(ledger: Ledger) -> None:
    show.title("What was the operating budget 2020 of the municipal executive board (KS)?")
    rows: list[list[str]] = []
    for day in OPERATING_DAYS:
        amount = ledger.as_of(day).budget("KS", 2020).amount
        rows.append([day, show.number(amount, "tkr"), "" if amount else "no decision yet"])
    show.table(["on", "tkr", ""], rows, right=["tkr"])
    click.echo()
    show.title("Which decisions made it so?")
    rows = [
        [
            show.decision(step.fact.entry),
            show.number(step.change, "tkr"),
            show.number(step.balance, "tkr"),
            show.note(step.fact.entry),
        ]
        for step in ledger.as_of(OPERATING_DAYS[-1]).budget("KS", 2020).trail
    ]
    show.table(["decision", "change", "balance tkr", "note"], rows, right=["change", "balance tkr"])
    click.echo()


def _investment(ledger: Ledger) -> None:
    show.title("What was the investment budget 2020, and what was left of its reserve?")
    rows: list[list[str]] = []
    for day in INVESTMENT_DAYS:
        budget = ledger.as_of(day).budget("KS", 2020, "investment")
        reserve = budget.line(RESERVE)
        figures = (budget.amount, None if reserve is None else reserve.amount)
        rows.append([day, *(show.number(figure, "mnkr") for figure in figures)])
    show.table(["on", "budget mnkr", "reserve mnkr"], rows, right=["budget mnkr", "reserve mnkr"])
    click.echo()


def _earmarks(ledger: Ledger) -> None:
    earmarks = [
        earmark
        for budget in ledger.as_of("2020-12-31").budgets(2020)
        for earmark in budget.earmarks
    ]
    amount = sum((one.amount for one in earmarks), Amount("0 tkr"))
    show.title("What is earmarked for the safety programme, inside the boards' budgets?")
    click.echo(
        f"{show.number(amount, 'tkr')} tkr for {len(earmarks)} activities; no total changes\n"
    )


def _goals(ledger: Ledger) -> None:
    show.title("How were the council's goals assessed for 2020?")
    rows: list[list[str]] = []
    for goal in ledger.as_of("2020-12-31").goals():
        assessed = goal.assessed(2020)
        if assessed is not None:
            rows.append([goal.goal, assessed.assessment, assessed.label or "", goal.title])
    show.table(["goal", "assessment", "label", "title"], rows)
    click.echo()


def _evaluation(ledger: Ledger) -> None:
    show.title("What were the evaluation's totals, and are those that the report states right?")
    rows = [
        [
            str(one.year),
            one.criteria_version,
            str(one.total),
            ", ".join(f"{s.total} {'confirmed' if s.confirmed else 'wrong'}" for s in one.stated),
        ]
        for evaluation in ledger.as_of("2012-12-31").evaluations()
        for one in evaluation.rounds
    ]
    show.table(["year", "criteria", "total", "stated"], rows, right=["total"])
    click.echo("Scored by different criteria: no trend.\n")


def _decided(ledger: Ledger) -> None:
    show.title("What did the management group decide, among all that it took up?")
    meetings = ledger.as_of("2020-12-31").minutes("LG")
    rows = [
        [str(meeting.date), item.title, ", ".join(item.flags)]
        for meeting in meetings
        for item in meeting.items
        if item.kind == "decision"
    ]
    show.table(["meeting", "decision", "flags"], rows)
    items = sum(len(meeting.items) for meeting in meetings)
    unclear = [str(m.date_printed) for m in meetings if "month_unclear" in m.flags]
    click.echo(
        f"{len(rows)} decisions among {items} items of {len(meetings)} meetings; "
        f"printed without a clear month: {', '.join(unclear)}\n"
    )


def _in_force(ledger: Ledger) -> None:
    show.title("When did the steering model come into force?")
    rows = [
        [day, document.status.replace("_", " "), str(document.current.fact.entry.decision)]
        for day in ("2024-10-09", "2024-10-10")
        for document in ledger.as_of(day).documents()
    ]
    show.table(["on", "state", "decision"], rows)
    reports = [
        one for one in ledger.as_of("2025-01-01").calendar() if one.calendar == "Rapportering 2025"
    ]
    forecasts = sum("prognos" in one.activity for one in reports)
    click.echo(f"\n{len(reports)} reports a year, {forecasts} of them with a forecast\n")


def _comparable(ledger: Ledger) -> None:
    show.title("What did the staff use, and what compares with the organisation of 2021?")
    rows = [
        [
            str(one.year),
            show.number(one.outcome, "tkr"),
            show.number(one.amount, "tkr"),
            ", ".join(moved.unit for moved in one.moved),
        ]
        for one in ledger.as_of("2021-12-31").series("STAB")
    ]
    headers = ["year", "outcome tkr", "comparable", "moved out"]
    show.table(headers, rows, right=["outcome tkr", "comparable"])
    click.echo()


def _go_on(path: Path, questions: Iterable[str]) -> None:
    show.title("Go on asking")
    for question in questions:
        click.echo(f"{_called()} {question} --ledger {path}")
    click.echo()


def _called() -> str:
    """Return what to type for the program: its name, or its place where it is not on the path."""
    place = sys.argv[0]
    named = shutil.which("styrledger") is not None or Path(place).name != "styrledger"
    return "styrledger" if named else place


ANSWERS: dict[str, tuple[Callable[[Ledger], None], ...]] = {
    "haninge_2020": (_operating, _investment, _earmarks, _goals),
    "haparanda_kommunkompassen": (_evaluation,),
    "haparanda_ledningsgrupp": (_decided,),
    "hedemora_styrmodell": (_in_force,),
    "nordanstig_2021": (_comparable,),
}
"""What is asked of each example."""

QUESTIONS = {
    "haninge_2020": (
        "budget KS --year 2020 --on 2020-03-01 --trail",
        "budget KS --year 2020 --kind investment --line 'KS investeringsreserv'",
        "indicators energi-lokaler --on 2021-01-01",
        "controls --on 2020-12-31",
        "trail 'decision/KF 2020-05-11 § 83'",
        "log --text Vega",
    ),
    "haparanda_kommunkompassen": (
        "evaluations KommunKompassen --year 2012",
        "indicators lonesamtal",
    ),
    "haparanda_ledningsgrupp": (
        "minutes LG --year 2019 --text",
        "calendar --on 2019-11-01",
        "trail 'deadline/Vision 2035'",
    ),
    "hedemora_styrmodell": (
        "documents Styrmodell --on 2024-10-10",
        "calendar --calendar 'Rapportering 2025' --on 2025-06-01",
    ),
    "nordanstig_2021": (
        "budget STAB --year 2021 --on 2021-12-31",
        "units STAB --on 2021-12-31",
    ),
}
"""What to go on asking of each example."""
