"""What is printed for officials: Swedish words for the identifiers, and Swedish moments.

The words are those of the glossary.
"""

from __future__ import annotations

from datetime import date, datetime

from styrledger.amounts import Amount, MoneyUnit
from styrledger.times import STOCKHOLM, PartialDate

NOTHING = "–"
"""Printed where a value is unknown, which is not zero."""

MONTHS = (
    "januari",
    "februari",
    "mars",
    "april",
    "maj",
    "juni",
    "juli",
    "augusti",
    "september",
    "oktober",
    "november",
    "december",
)

TYPES = {
    "unit.registered": "Enhet registrerad",
    "unit.moved": "Omorganisation",
    "unit.renamed": "Namnbyte",
    "unit.composed": "Sammansättning",
    "unit.activated": "Aktivering",
    "unit.deactivated": "Avveckling av stab",
    "unit.closed": "Upphörande",
    "mandate.granted": "Delegation",
    "mandate.revoked": "Återkallad delegation",
    "budget.adopted": "Anslag",
    "budget.planned": "Plan för senare år",
    "budget.revised": "Ändrat anslag",
    "budget.transferred": "Omfördelning",
    "budget.distributed": "Detaljbudget",
    "budget.earmarked": "Öronmärkning",
    "budget.stated": "Avstämning",
    "outcome.reported": "Utfall",
    "forecast.reported": "Prognos",
    "uppdrag.given": "Uppdrag givet",
    "uppdrag.reported": "Återrapportering",
    "uppdrag.reassigned": "Omfördelat uppdrag",
    "uppdrag.merged": "Uppdrag ingår i annat",
    "uppdrag.closed": "Uppdrag avslutat",
    "uppdrag.count_stated": "Uppgivet antal uppdrag",
    "goal.adopted": "Mål antaget",
    "goal.assessed": "Måluppfyllelse",
    "indicator.defined": "Indikator",
    "target.set": "Målvärde",
    "indicator.reported": "Utfall (mått)",
    "value.disputed": "Invändning",
    "evaluation.scored": "Poäng",
    "evaluation.total_stated": "Uppgiven summa",
    "evaluation.noted": "Styrka eller förbättringsmöjlighet",
    "meeting.held": "Sammanträde",
    "item.minuted": "Ärende i protokoll",
    "vote.counted": "Votering",
    "minutes.approved": "Justering",
    "decision.posted": "Anslag på anslagstavlan",
    "decision.appealed": "Överklagande (laglighetsprövning)",
    "decision.final": "Laga kraft",
    "decision.annulled": "Upphävande",
    "decision.referred_back": "Återremiss",
    "decision.tabled": "Bordläggning",
    "decision.condition_met": "Villkor uppfyllt",
    "control.planned": "Kontrollmoment",
    "control.rescored": "Omvärderad risk",
    "control.performed": "Utförd kontroll",
    "action.decided": "Åtgärd",
    "action.completed": "Genomförd åtgärd",
    "recommendation.received": "Rekommendation",
    "recommendation.followed_up": "Uppföljd rekommendation",
    "document.adopted": "Styrdokument antaget",
    "document.revised": "Styrdokument reviderat",
    "document.repealed": "Styrdokument upphävt",
    "deadline.set": "Frist satt",
    "deadline.met": "Frist hållen",
    "entry.corrected": "Rättelse",
    "entry.withdrawn": "Återtagande",
}
"""What each event type is called."""

FAMILIES = {
    "unit": "Organisation",
    "mandate": "Delegation",
    "budget": "Budget",
    "outcome": "Utfall",
    "forecast": "Prognos",
    "uppdrag": "Uppdrag",
    "goal": "Mål",
    "indicator": "Indikatorer",
    "target": "Målvärden",
    "value": "Invändningar",
    "evaluation": "Utvärdering",
    "meeting": "Sammanträden",
    "item": "Ärenden i protokoll",
    "vote": "Voteringar",
    "minutes": "Justering",
    "decision": "Beslutens gång",
    "control": "Intern kontroll",
    "action": "Åtgärder",
    "recommendation": "Rekommendationer",
    "document": "Styrdokument",
    "deadline": "Årshjul",
    "entry": "Rättelser och återtaganden",
}
"""What the types that begin alike are called together."""

KINDS = {"operating": "driftbudget", "investment": "investeringsbudget"}

STAGES = {"decided": "beslutat", "proposed": "förslag", "conditional": "villkorat"}

UNIT_KINDS = {
    "municipality": "kommun",
    "council": "fullmäktige",
    "board": "nämnd",
    "committee": "utskott",
    "department": "förvaltning",
    "management_group": "ledningsgrupp",
    "company": "bolag",
    "auditor": "revisor",
    "state_authority": "statlig myndighet",
    "other": "annan enhet",
}

CAUSES = {
    "supplement": "tilläggsanslag",
    "reduction": "sänkning",
    "carry_over": "ombudgetering",
    "result_carry_over": "resultatöverföring",
    "compensation": "kompensation",
    "reserve_drawn": "reserv tas i anspråk",
    "returned": "återlämnas",
    "other": "annan ändring",
}

UPPDRAG_STATUSES = {
    "not_started": "ej påbörjat",
    "ongoing": "pågår",
    "delayed": "försenat",
    "reported": "återrapporterat",
    "assessed_completed": "bedöms färdigt",
    "completed": "avslutat",
    "withdrawn": "återtaget",
    "unknown": "okänt",
}

UPPDRAG_FLAGS = {
    "assessed_not_closed": "bedöms färdigt, men uppdragsgivaren har inte avslutat det",
    "reported_not_closed": "uppges avslutat, men uppdragsgivaren har inte avslutat det",
    "closed_by_other": "avslutat av annan än uppdragsgivaren",
    "closed_giver_unknown": "avslutat, men uppdragsgivaren är okänd",
}

REPORTERS = {"administration": "förvaltningen", "board": "nämnden", "council": "fullmäktige"}

DECISION_STATUSES = {
    "decided": "beslutat",
    "approved": "justerat",
    "posted": "anslaget, överklagandetiden är ute",
    "appealable": "kan överklagas",
    "appealed": "överklagat",
    "final": "laga kraft",
    "annulled": "upphävt",
    "referred_back": "återremitterat",
    "tabled": "bordlagt",
}

EFFECTS = {
    "counts": "gäller",
    "later": "gäller senare",
    "proposed": "förslag, räknas inte",
    "conditional": "villkorat, räknas inte ännu",
    "annulled": "upphävt, räknas inte",
}

ITEM_KINDS = {
    "information": "information",
    "discussion": "diskussion",
    "decision": "beslut",
    "proposal": "förslag",
}

RESULTS = {
    "no_deviation": "ingen avvikelse",
    "minor_deviation": "mindre avvikelse",
    "deviation": "avvikelse",
    "serious_deviation": "allvarlig avvikelse",
    "not_performed": "ej utförd",
}

ASSESSMENTS = {
    "met": "uppfyllt",
    "will_be_met": "kommer att uppfyllas",
    "on_track": "på väg att uppfyllas",
    "partly_met": "delvis uppfyllt",
    "not_met": "inte uppfyllt",
    "not_assessable": "kan inte bedömas",
}

MISSING = {
    "not_measured": "inte mätt",
    "not_published": "inte publicerat",
    "removed": "utgått",
    "not_comparable": "inte jämförbart",
}

BETTER = {"higher": "högre är bättre", "lower": "lägre är bättre"}

FOLLOW_UPS = {"done": "åtgärdad", "remaining": "återstår"}

OUTCOMES = {"completed": "fullgjort", "withdrawn": "återtaget", "rejected": "avslaget"}

STATED = {
    "budget": "budget",
    "outcome": "utfall",
    "deviation": "avvikelse",
    "remaining": "återstår",
    "carry_over": "överförs",
    "earmarked": "öronmärkt",
    "earmark_outcome": "utfall av öronmärkt",
}

NOTE_KINDS = {"strength": "styrka", "improvement": "förbättringsmöjlighet"}

SEVERITIES = {"error": "fel", "warning": "varning", "note": "förklarat"}


def number(amount: Amount | None, unit: MoneyUnit = "tkr") -> str:
    """Return an amount as a bare number in a unit, a dash where it is unknown."""
    return NOTHING if amount is None else format(amount, unit)


def change(amount: Amount | None, unit: MoneyUnit = "tkr") -> str:
    """Return a change as a bare number in a unit, an increase with its plus."""
    sign = "+" if amount is not None and amount.ore > 0 else ""
    return sign + number(amount, unit)


def day(given: date | PartialDate | None) -> str:
    """Return a day in words (8 juni 2020); what is no exact day is printed as it is known."""
    if given is None:
        return NOTHING
    if isinstance(given, PartialDate):
        return day(given.last) if given.is_exact else str(given)
    return f"{given.day} {MONTHS[given.month - 1]} {given.year}"


def moment(given: datetime | None) -> str:
    """Return an instant in Swedish time, to the minute."""
    return NOTHING if given is None else f"{given.astimezone(STOCKHOLM):%Y-%m-%d %H:%M}"
