"""The command ``demo``: builds the example ledgers and shows the main answers."""

from __future__ import annotations

import tempfile
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
    """Build the example ledgers in DIR (default: a new temporary folder) and ask them.

    What is in DIR from an earlier demo is used again.
    """
    folder = Path(tempfile.mkdtemp(prefix="styrledger-demo-") if directory is None else directory)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as fault:
        raise FileUnreadable(str(folder), fault.strerror or str(fault)) from fault
    for example, organisation in examples.ORGANISATIONS.items():
        path = folder / f"{example}.db"
        with _opened(path, organisation) as ledger:
            for file in examples.record_files(example):
                ledger.record_all(records.read(file), by="demo")
            click.echo(f"{path}: {ledger.head()} entries of {organisation}\n")
            _operating(ledger)
            _investment(ledger)
            _earmarks(ledger)
        _go_on(path)


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
        if earmark.amount is not None
    ]
    amount = sum((one.amount for one in earmarks if one.amount is not None), Amount("0 tkr"))
    show.title("What is earmarked for the safety programme, inside the boards' budgets?")
    click.echo(
        f"{show.number(amount, 'tkr')} tkr for {len(earmarks)} activities; no total changes\n"
    )


def _go_on(path: Path) -> None:
    show.title("Go on asking")
    for question in (
        "budget KS --year 2020 --on 2020-03-01 --trail",
        "budget KS --year 2020 --kind investment --line 'KS investeringsreserv'",
        "trail 'decision/KF 2020-05-11 § 83'",
        "log --text Vega",
    ):
        click.echo(f"styrledger {question} --ledger {path}")
