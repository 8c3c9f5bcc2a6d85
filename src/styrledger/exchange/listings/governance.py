"""The columns of how it is governed: organisation, meetings, decisions, documents, the year."""

from __future__ import annotations

from styrledger.exchange.listings.columns import (
    ENTRY,
    NOTE,
    figure,
    inherited,
    money,
    pending,
    trail,
)
from styrledger.exchange.listings.shape import Column, Listing

_YEAR = Column("year", "År", "whole")

_DOCUMENT = Column("document", "Styrdokument")
_VALID = (
    Column("title", "Rubrik"),
    Column("category", "Kategori"),
    Column("owner", "Ansvarig"),
    Column("dated", "Daterat", "date"),
    Column("adopted", "Antaget", "date"),
    Column("decision", "Beslut"),
    Column("valid_from", "Gäller från", "date"),
    Column("valid_until", "Gäller till och med", "date"),
    Column("review_by", "Ska ses över senast", "date"),
    Column("review", "Översyn"),
    Column("retention", "Bevarande"),
    Column("dnr", "Diarienummer"),
    Column("scope", "Gäller för"),
    Column("publication", "Utgivet i"),
)

DOCUMENTS = (
    Listing(
        "documents",
        "Styrdokument",
        "documents",
        (
            _DOCUMENT,
            *_VALID,
            Column("status", "Status"),
            Column("in_force", "Gäller", "truth"),
            Column("review_overdue", "Översyn försenad", "truth"),
            Column("original_date", "Först antaget", "date"),
            Column("original_dnr", "Första diarienummer"),
            Column("repealed", "Upphävt", "date"),
            Column("replaced_by", "Ersatt av"),
        ),
        key=("document",),
    ),
    Listing(
        "document_versions",
        "Versioner",
        "documents.versions",
        (
            *inherited(_DOCUMENT),
            *_VALID,
            Column("change", "Ändring", free=True),
            Column("position", "Post", "whole"),
        ),
        part_of="documents",
    ),
    pending(),
)

_EVALUATION = Column("evaluation", "Utvärdering")
_ROUND = (_YEAR, Column("criteria_version", "Kriterier"))

EVALUATIONS = (
    Listing(
        "scores",
        "Poäng",
        "evaluations.rounds.areas",
        (
            *inherited(_EVALUATION, levels=2),
            *inherited(*_ROUND),
            Column("area", "Område"),
            *figure("score", "Poäng"),
            *figure("scale_max", "Av högst"),
            *ENTRY,
            NOTE,
        ),
        key=("evaluation", "year", "criteria_version", "area"),
        part_of="rounds",
    ),
    Listing(
        "rounds",
        "Omgångar",
        "evaluations.rounds",
        (
            *inherited(_EVALUATION),
            *_ROUND,
            *figure("total", "Summa"),
            *figure("scale_max", "Av högst"),
            *figure("change", "Förändring"),
        ),
        key=("evaluation", "year", "criteria_version"),
    ),
    Listing(
        "evaluation_notes",
        "Noterat",
        "evaluations.notes",
        (
            *inherited(_EVALUATION),
            _YEAR,
            Column("area", "Område"),
            Column("kind", "Slag"),
            Column("text", "Text", free=True),
            *ENTRY,
        ),
    ),
    pending(),
)

_DEADLINE = Column("deadline", "Frist")

CALENDAR = (
    Listing(
        "calendar",
        "Årshjul",
        "calendar",
        (
            _DEADLINE,
            Column("date", "Datum", "date"),
            Column("first_date", "Första datum", "date"),
            Column("activity", "Aktivitet"),
            Column("responsible", "Ansvarig"),
            Column("calendar", "Årshjul"),
            Column("period", "Avser"),
            Column("status", "Status"),
            Column("met", "Hållen", "date"),
        ),
        key=("deadline",),
    ),
    trail("deadline", _DEADLINE, "calendar"),
    pending(),
)

_UNIT = Column("unit", "Enhet")

UNITS = (
    Listing(
        "units",
        "Enheter",
        "units",
        (
            _UNIT,
            Column("kind", "Slag"),
            Column("name", "Namn"),
            Column("parent", "Lyder under"),
            Column("active", "Aktiv", "truth"),
            Column("level", "Nivå"),
            Column("closed", "Har upphört", "truth"),
            Column("into", "Uppgick i"),
            Column("roles", "Roller", "list"),
        ),
        key=("unit",),
    ),
    trail("unit", _UNIT, "units"),
    Listing(
        "outcomes",
        "Utfall per år",
        "series",
        (
            _YEAR,
            Column("kind", "Slag"),
            *money("outcome", "Utfall"),
            Column("comparable", "Jämförbart utfall, kr", "amount"),
            Column("unknown", "Okänt för", "list"),
        ),
    ),
    pending(),
)

_MEETING = Column("meeting", "Sammanträde")
_VOTE = (
    Column("item", "Ärende"),
    Column("yes_means", "Ja betyder"),
    Column("no_means", "Nej betyder"),
    Column("yes", "Ja", "whole"),
    Column("no", "Nej", "whole"),
    Column("abstained", "Avstår", "whole"),
    Column("present", "Närvarande", "whole"),
    Column("casting", "Utslagsröst"),
    Column("winner", "Segrande sida"),
    Column("outcome", "Utgång"),
    Column("referred_back", "Återremitterat", "truth"),
    Column("flags", "Anmärkningar", "list"),
    Column("decision", "Beslut"),
    Column("position", "Post", "whole"),
    NOTE,
)

MINUTES = (
    Listing(
        "meetings",
        "Sammanträden",
        "minutes",
        (
            _MEETING,
            Column("body", "Organ"),
            Column("date", "Datum", "date"),
            Column("date_printed", "Datum, som tryckt"),
            Column("present", "Närvarande", "whole"),
            Column("chair_role", "Ordförande (roll)", free=True),
            Column("roles", "Roller", "list", free=True),
            Column("information", "Informationer", "whole", "counts.information"),
            Column("discussion", "Diskussioner", "whole", "counts.discussion"),
            Column("decisions", "Beslut", "whole", "counts.decision"),
            Column("proposal", "Förslag", "whole", "counts.proposal"),
            Column("flags", "Anmärkningar", "list"),
        ),
        key=("meeting",),
    ),
    Listing(
        "items",
        "Ärenden",
        "minutes.items",
        (
            *inherited(_MEETING),
            Column("item", "Ärende"),
            Column("kind", "Slag"),
            Column("title", "Rubrik", free=True),
            Column("text", "Text", free=True),
            Column("about", "Gäller", "list"),
            Column("flags", "Anmärkningar", "list"),
            Column("decision", "Beslut"),
            Column("position", "Post", "whole"),
            NOTE,
        ),
    ),
    Listing(
        "votes",
        "Voteringar",
        "minutes.items.votes",
        (*inherited(_MEETING, levels=2), *_VOTE),
    ),
    Listing("other_votes", "Andra voteringar", "minutes.votes", (*inherited(_MEETING), *_VOTE)),
)

_DECISION = Column("decision", "Beslut")

DECISIONS = (
    Listing(
        "decisions",
        "Beslut",
        "decisions",
        (
            _DECISION,
            Column("body", "Organ"),
            Column("date", "Datum", "date"),
            Column("paragraph", "Paragraf", "whole"),
            Column("dnr", "Diarienummer"),
            Column("status", "Status"),
            Column("approved", "Justerat", "day"),
            Column("posted", "Anslaget", "day"),
            Column("last_appeal_day", "Sista dag att överklaga", "day"),
            Column("appealed", "Överklagat", "day"),
            Column("final", "Laga kraft", "day"),
            Column("annulled", "Upphävt", "day"),
            Column("referred_back", "Återremitterat", "day"),
            Column("tabled", "Bordlagt", "day"),
            Column("condition_met", "Villkor uppfyllt", "day"),
            Column("flags", "Anmärkningar", "list"),
        ),
        key=("decision",),
    ),
    Listing(
        "decision_entries",
        "Vilar på beslutet",
        "decisions.entries",
        (
            *inherited(_DECISION),
            Column("position", "Post", "whole"),
            Column("type", "Händelse"),
            Column("effective", "Gäller från", "date"),
            Column("imprecise", "Ungefärligt datum", "truth"),
            Column("effect", "Verkan"),
            Column("subjects", "Gäller", "list"),
            Column("condition", "Villkor"),
            NOTE,
        ),
        part_of="decisions",
    ),
)
