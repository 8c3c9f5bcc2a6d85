"""The columns of what is followed up: uppdrag, goals, indicators and internal control."""

from __future__ import annotations

from styrledger.exchange.listings.columns import ENTRY, NOTE, figure, inherited, pending, trail
from styrledger.exchange.listings.shape import Column, Listing

_YEAR = Column("year", "År", "whole")

_UPPDRAG = Column("uppdrag", "Uppdrag")

UPPDRAG = (
    Listing(
        "uppdrag",
        "Uppdrag",
        "uppdrag",
        (
            _UPPDRAG,
            Column("title", "Rubrik"),
            Column("giver", "Uppdragsgivare"),
            Column("list", "Lista"),
            Column("responsible", "Ansvarig", "list"),
            Column("open", "Öppet", "truth"),
            Column("status", "Status"),
            Column("label", "Källans ord"),
            Column("given", "Givet", "date"),
            Column("due", "Ska vara klart", "date"),
            Column("overdue", "Försenat", "truth"),
            Column("reported", "Senast rapporterat", "date"),
            Column("reported_by", "Rapporterat av"),
            Column("outcome", "Avslutat som"),
            Column("closed", "Avslutat", "date"),
            Column("merged_into", "Ingår i"),
            Column("absorbed", "Omfattar även", "list"),
            Column("financing", "Finansiering"),
            Column("flags", "Anmärkningar", "list"),
            Column("comment", "Kommentar", free=True),
        ),
        key=("uppdrag",),
    ),
    trail("uppdrag", _UPPDRAG, "uppdrag"),
    Listing(
        "stated_counts",
        "Uppgivna antal",
        "stated",
        (
            _YEAR,
            Column("giver", "Uppdragsgivare"),
            Column("list", "Lista"),
            Column("on", "Den dag", "day"),
            Column("total", "Totalt", "whole"),
            Column("completed", "Avslutade", "whole"),
            Column("ongoing", "Pågående", "whole"),
            Column("total_verdict", "Totalt stämmer", path="verdicts.total"),
            Column("completed_verdict", "Avslutade stämmer", path="verdicts.completed"),
            Column("ongoing_verdict", "Pågående stämmer", path="verdicts.ongoing"),
            *ENTRY,
            NOTE,
        ),
    ),
    pending(),
)

_GOAL = Column("goal", "Mål")

GOALS = (
    Listing(
        "goals",
        "Mål",
        "goals",
        (
            _GOAL,
            Column("title", "Rubrik"),
            Column("owner", "Ansvarig"),
            Column("level", "Nivå"),
            Column("parent", "Överordnat mål"),
            _YEAR,
            Column("assessment", "Bedömning"),
            Column("label", "Källans ord"),
            Column("indicators", "Indikatorer", "list"),
        ),
        key=("goal",),
    ),
    Listing(
        "goal_assessments",
        "Bedömningar",
        "goals.assessments",
        (
            *inherited(_GOAL),
            _YEAR,
            Column("assessment", "Bedömning"),
            Column("label", "Källans ord"),
            *ENTRY,
            NOTE,
        ),
        part_of="goals",
    ),
    pending(),
)

_INDICATOR = Column("indicator", "Indikator")
_DEFINITION = Column("definition", "Definition", "whole")

INDICATORS = (
    Listing(
        "indicators",
        "Indikatorer",
        "indicators",
        (
            _INDICATOR,
            Column("title", "Rubrik"),
            _GOAL,
            Column("measure", "Mått"),
            Column("better", "Bättre är"),
            Column("method", "Metod"),
            Column("data_source", "Datakälla"),
            Column("comparable", "Jämförbar serie", "truth"),
        ),
        key=("indicator",),
    ),
    Listing(
        "indicator_values",
        "Värden",
        "indicators.series",
        (
            *inherited(_INDICATOR),
            Column("period", "Period"),
            _DEFINITION,
            *figure("value", "Värde"),
            Column("missing", "Saknas därför att"),
            *figure("target", "Målvärde"),
            Column("met", "Uppnått", "truth"),
            *figure("change", "Förändring"),
            Column("course", "Riktning"),
            *ENTRY,
            NOTE,
        ),
        part_of="indicators",
    ),
    Listing(
        "targets",
        "Målvärden",
        "indicators.targets",
        (*inherited(_INDICATOR), _YEAR, _DEFINITION, *figure("value", "Målvärde"), *ENTRY, NOTE),
        part_of="indicators",
    ),
    pending(),
)

_CONTROL = (Column("plan", "Plan"), Column("control", "Kontrollmoment"))

CONTROLS = (
    Listing(
        "controls",
        "Intern kontroll",
        "controls",
        (
            *_CONTROL,
            Column("title", "Rubrik"),
            _YEAR,
            Column("planned", "Planerat", "date"),
            Column("probability", "Sannolikhet", "whole"),
            Column("consequence", "Konsekvens", "whole"),
            Column("risk", "Risk", "whole"),
            Column("method", "Metod"),
            Column("result", "Resultat"),
            Column("label", "Källans ord"),
        ),
        key=("plan", "control"),
    ),
    Listing(
        "controls_performed",
        "Utförda kontroller",
        "controls.performed",
        (
            *inherited(*_CONTROL),
            Column("result", "Resultat"),
            Column("label", "Källans ord"),
            Column("method", "Metod"),
            Column("sample", "Stickprov", "whole"),
            Column("faults", "Fel", "whole"),
            Column("finding", "Iakttagelse", free=True),
            *ENTRY,
        ),
        part_of="controls",
    ),
    Listing(
        "actions",
        "Åtgärder",
        "actions",
        (
            Column("action", "Åtgärd"),
            Column("about", "Gäller"),
            Column("responsible", "Ansvarig"),
            Column("decided", "Beslutad", "date"),
            Column("due", "Ska vara klar", "date"),
            Column("first_due", "Skulle först vara klar", "date"),
            Column("completed", "Genomförd", "date"),
            Column("overdue", "Försenad", "truth"),
            Column("late", "Genomförd för sent", "truth"),
        ),
        key=("action",),
    ),
    Listing(
        "recommendations",
        "Rekommendationer",
        "recommendations",
        (
            Column("recommendation", "Rekommendation"),
            Column("from", "Från"),
            Column("title", "Rubrik"),
            Column("received", "Mottagen", "date"),
            Column("status", "Status"),
            Column("followed_up", "Uppföljd", "date"),
        ),
        key=("recommendation",),
    ),
    pending(),
)
