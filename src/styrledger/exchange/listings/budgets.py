"""The columns of budgets: totals, lines, the decisions behind them, and what is beside them."""

from __future__ import annotations

from styrledger.exchange.listings.columns import ENTRY, NOTE, inherited, money, pending
from styrledger.exchange.listings.shape import Column, Listing

_UNIT = Column("unit", "Enhet")
_YEAR = Column("year", "År", "whole")
_KIND = Column("kind", "Slag")
_LINE = Column("line", "Rad")
_BUDGET = (_UNIT, _YEAR, _KIND)
_BUDGET_KEY = ("unit", "year", "kind")

_FIGURES = (
    *money("amount", "Budget"),
    Column("undistributed", "Ofördelat, kr", "amount"),
    Column("outcome", "Utfall, kr", "amount"),
    Column("deviation", "Avvikelse, kr", "amount"),
)

BUDGET = (
    Listing("budgets", "Budget", "budgets", (*_BUDGET, *_FIGURES), key=_BUDGET_KEY),
    Listing(
        "budget_lines",
        "Budgetrader",
        "budgets.lines",
        (*inherited(*_BUDGET), _LINE, *_FIGURES),
        key=(*_BUDGET_KEY, "line"),
        part_of="budgets",
    ),
    Listing(
        "budget_decisions",
        "Beslut bakom budgeten",
        "budgets.trail",
        (
            *inherited(*_BUDGET),
            *ENTRY,
            *money("change", "Ändring"),
            Column("balance", "Budget därefter, kr", "amount"),
            NOTE,
        ),
        part_of="budgets",
    ),
    Listing(
        "earmarks",
        "Öronmärkt",
        "budgets.earmarks",
        (
            *inherited(*_BUDGET),
            Column("purpose", "Ändamål"),
            *money("amount", "Belopp"),
            Column("outcome", "Utfall, kr", "amount"),
            *ENTRY,
        ),
        key=(*_BUDGET_KEY, "purpose"),
        part_of="budgets",
    ),
    Listing(
        "forecasts",
        "Prognoser",
        "budgets.forecasts",
        (
            *inherited(*_BUDGET),
            _LINE,
            *money("amount", "Prognos"),
            Column("deviation", "Avvikelse, kr", "amount"),
            *ENTRY,
        ),
        part_of="budgets",
    ),
    Listing(
        "stated",
        "Avstämningar",
        "budgets.stated",
        (
            *inherited(*_BUDGET),
            Column("of", "Vad som uppges"),
            _LINE,
            Column("purpose", "Ändamål"),
            *money("amount", "Uppgivet"),
            Column("on", "Den dag", "day"),
            *ENTRY,
        ),
        part_of="budgets",
    ),
    Listing(
        "plans",
        "Planer",
        "planned",
        (*_BUDGET, *money("amount", "Plan"), *ENTRY),
        key=_BUDGET_KEY,
    ),
    pending(),
)
