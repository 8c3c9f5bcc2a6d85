"""Columns that many lists have, so that the same thing has the same name and heading in all."""

from __future__ import annotations

from styrledger.exchange.listings.shape import Column, Listing

NOTE = Column("note", "Anteckning", free=True)

ENTRY = (
    Column("position", "Post", "whole"),
    Column("corrects", "Rättar post", "whole"),
    Column("type", "Händelse"),
    Column("decision", "Beslut"),
    Column("effective", "Gäller från", "date"),
    Column("imprecise", "Ungefärligt datum", "truth"),
)
"""Which entry of the log a row rests on."""


def money(name: str, title: str) -> tuple[Column, ...]:
    """Return an amount in kronor, to count with, and as its source prints it."""
    printed = Column(f"{name}_text", f"{title}, som tryckt", "printed", name)
    return Column(name, f"{title}, kr", "amount"), printed


def figure(name: str, title: str) -> tuple[Column, ...]:
    """Return a figure that is no money, to count with, and as its source prints it."""
    printed = Column(f"{name}_text", f"{title}, som tryckt", "printed", name)
    return Column(name, title, "number"), printed


def inherited(*columns: Column, levels: int = 1) -> tuple[Column, ...]:
    """Return columns of what a row is a part of, so many levels above it."""
    up = "../" * levels
    return tuple(Column(one.name, one.title, one.kind, up + one.path) for one in columns)


def pending(title: str = "Väntande") -> Listing:
    """Return the table of what is proposed or conditional, which does not count."""
    return Listing(
        "pending",
        title,
        "pending",
        (
            *ENTRY,
            Column("stage", "Stadium"),
            Column("condition", "Villkor"),
            Column("unit", "Enhet", path="entry.unit"),
            Column("title", "Rubrik", path="entry.title"),
            Column("amount", "Belopp, som tryckt", path="entry.amount"),
            NOTE,
            Column("entry", "Hela posten", "record", free=True),
        ),
    )


def trail(name: str, of: Column, path: str) -> Listing:
    """Return the table of all entries behind each of the things that a list holds."""
    return Listing(f"{name}_entries", "Poster", f"{path}.trail", (*inherited(of), *ENTRY, NOTE))
