"""The columns of what was recorded, and of answers about answers: log, trail, diff and check."""

from __future__ import annotations

from styrledger.exchange.listings.columns import ENTRY, NOTE, inherited
from styrledger.exchange.listings.shape import Column, Listing

_RECORDED = (
    Column("position", "Post", "whole"),
    Column("recorded_at", "Registrerad", "instant"),
    Column("by", "Registrerad av"),
    Column("type", "Händelse", path="entry.type"),
    Column("stage", "Stadium", path="entry.stage"),
    Column("decision", "Beslut", path="entry.decision"),
    Column("effective", "Gäller från", "date", "entry.effective"),
    Column("unit", "Enhet", path="entry.unit"),
    Column("year", "År", "whole", "entry.year"),
    Column("title", "Rubrik", path="entry.title"),
    Column("amount", "Belopp, som tryckt", path="entry.amount"),
    Column("target", "Rättar eller gäller", path="entry.target"),
    Column("reason", "Skäl", path="entry.reason", free=True),
    Column("note", "Anteckning", path="entry.note", free=True),
    Column("document", "Källa", path="entry.source.document"),
    Column("page", "Sida", path="entry.source.page"),
    Column("url", "Adress", path="entry.source.url"),
    Column("key", "Nyckel", path="entry.key"),
    Column("entry", "Hela posten", "record", free=True),
)

LOG = (Listing("log", "Logg", "entries", _RECORDED),)

TRAIL = (
    Listing(
        "trail",
        "Granskningsspår",
        "trail",
        (
            *_RECORDED,
            Column("acts_on", "Gäller post", "whole"),
            Column("replaced_by", "Ersatt av post", "whole"),
            Column("withdrawn", "Återtagen", "truth"),
        ),
    ),
)

_SUBJECT = Column("subject", "Vad det gäller")

DIFF = (
    Listing(
        "causes",
        "Orsaker",
        "differences.causes",
        (
            *inherited(_SUBJECT),
            Column("cause", "Orsak"),
            *ENTRY,
            Column("change", "Ändring, kr", "amount"),
            NOTE,
        ),
        alone=True,
    ),
    Listing(
        "differences",
        "Skillnader",
        "differences",
        (
            _SUBJECT,
            Column("before", "Före, kr", "amount"),
            Column("after", "Efter, kr", "amount"),
            Column("difference", "Skillnad, kr", "amount"),
        ),
        key=("subject",),
        alone=True,
    ),
)

_FINDING = (
    Column("control", "Kontroll"),
    Column("severity", "Allvar"),
    Column("message", "Iakttagelse"),
    _SUBJECT,
    Column("expected", "Väntat"),
    Column("found", "Funnet"),
    Column("verdict", "Utslag"),
    Column("positions", "Poster", "list"),
)

CHECK = (
    Listing("findings", "Iakttagelser", "findings", _FINDING),
    Listing("confirmed", "Bekräftade uppgifter", "confirmed", _FINDING),
)
