"""Texts from the ledger as a page may show them: whole, in their own direction, and inert."""

from __future__ import annotations

import unicodedata
from datetime import date

from markupsafe import Markup, escape

from styrledger import swedish
from styrledger.amounts import Amount
from styrledger.events.entry import Entry
from styrledger.times import PartialDate

IMPRECISE = "dag okänd"
NOTHING = escape(swedish.NOTHING)


def visible(text: object) -> str:
    """Return a text in which what steers print without being seen is shown by its code.

    Such as the marks that turn the direction of writing (U+202E), which could make a text read
    as another.
    """
    plain = str(text)
    if plain.isascii():
        return plain
    return "".join(f"⟨U+{ord(c):04X}⟩" if _steers(c) else c for c in plain)


def shown(text: object) -> Markup:
    """Return a text set apart from the direction of what stands around it; a dash for none."""
    if text is None:
        return NOTHING
    return Markup("<bdi>{}</bdi>").format(visible(text))


def path(text: str) -> Markup:
    """Return the path of a budget line, which may be broken after each of its parts."""
    return Markup("<bdi>{}</bdi>").format(Markup("/<wbr>").join(visible(text).split("/")))


def day(given: PartialDate | date | None) -> Markup:
    """Return a date in one piece, marked where its source does not say the day."""
    if given is None:
        return NOTHING
    whole = Markup('<span class="day">{}</span>').format(given)
    exact = not isinstance(given, PartialDate) or given.is_exact
    return whole if exact else whole + Markup(" <small>({})</small>").format(IMPRECISE)


def decision(entry: Entry) -> Markup:
    """Return the decision that an entry rests on, its diarienummer on a line of its own."""
    ref = entry.decision
    if ref is None:
        return NOTHING
    body, said, paragraph = ref.key.partition(" " if ref.date is None else str(ref.date))
    whole = paragraph.replace("§ ", "§\N{NO-BREAK SPACE}")
    told = Markup('<bdi>{}<span class="day">{}</span>{}</bdi>').format(
        visible(body), visible(said), visible(whole)
    )
    if ref.dnr is None or ref.date is None:
        return told
    return told + Markup("<br><small>dnr {}</small>").format(shown(ref.dnr))


def number(amount: Amount | None) -> str:
    """Return an amount in tkr, a dash where it is unknown."""
    return swedish.number(amount, "tkr")


def change(amount: Amount | None) -> str:
    """Return a change in tkr with its sign."""
    return swedish.change(amount, "tkr")


def _steers(char: str) -> bool:
    return unicodedata.category(char) in {"Cf", "Zl", "Zp"} and char != "\N{SOFT HYPHEN}"
