"""Amounts of money: exact in öre, and as they are printed.

A document prints rounded figures in kr, tkr (1 000 kr) and mnkr (1 000 000 kr). An amount keeps
the printed text, its unit and its precision beside the exact value, so that a figure can always
be shown as its source has it, and compared with another at the precision of both.
"""

from __future__ import annotations

from styrledger.amounts.money import Amount, parse_amount, to_amount
from styrledger.amounts.printing import MOST_ORE, ORE_PER_UNIT, MoneyUnit
from styrledger.amounts.reading import BLANK, LONGEST_AMOUNT, NO_VALUE, NUMBER, OUTER_BLANKS

__all__ = [
    "BLANK",
    "LONGEST_AMOUNT",
    "MOST_ORE",
    "NO_VALUE",
    "NUMBER",
    "ORE_PER_UNIT",
    "OUTER_BLANKS",
    "Amount",
    "MoneyUnit",
    "parse_amount",
    "to_amount",
]
