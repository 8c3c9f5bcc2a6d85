"""The questions in SQL that are offered by name, as a page, JSON and CSV.

None of them reckons a figure: figures are asked for at /budget, which the library answers.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs


@attrs.frozen
class Parameter:
    """A value that a query takes; left empty, it leaves nothing out."""

    name: str
    meaning: str
    example: str


@attrs.frozen
class Query:
    """A question in SQL, with what it means in words."""

    name: str
    title: str
    meaning: str
    parameters: tuple[Parameter, ...]
    sql: str

    def as_metadata(self) -> Mapping[str, Any]:
        """Return the query as Datasette wants to be told of it."""
        return {
            "title": self.title,
            "description": self.meaning,
            "sql": self.sql.strip(),
            "params": [parameter.name for parameter in self.parameters],
            "hide_sql": True,
            "parameters": [attrs.asdict(parameter) for parameter in self.parameters],
        }


KNOWN = Parameter("known", "Bara poster till och med den här positionen; tomt är alla.", "403")
SINCE = Parameter("since", "Från och med den här dagen; tomt är alla dagar.", "2020-01-01")
UNTIL = Parameter("until", "Till och med den här dagen; tomt är alla dagar.", "2020-12-31")

ALL = (
    Query(
        "about",
        "Allt om en sak",
        "Varje post som handlar om en sak, med rättelserna, i den ordning de registrerades.",
        (
            Parameter("subject", "Saken, så som spår skriver den.", "budget/KS/2020/operating"),
            KNOWN,
        ),
        """
select position, recorded_at, recorded_by, type, stage, decision, effective, acts_on, what, note
from entries join subjects using (position)
where subject = :subject and (:known = '' or position <= cast(:known as integer))
order by position
""",
    ),
    Query(
        "by_decision",
        "Beslut och vad som vilar på dem",
        "Varje beslut av ett organ under en tid, med hur många poster av varje typ.",
        (Parameter("body", "Organet; tomt är alla.", "KF"), SINCE, UNTIL, KNOWN),
        """
select decisions.decision, decisions.date, decisions.paragraph, decisions.dnr, entries.type,
    count(*) as entries, min(entries.position) as first_position
from decisions join entries on entries.decision = decisions.decision
where (:body = '' or decisions.body = :body)
    and (:since = '' or decisions.date >= :since) and (:until = '' or decisions.date <= :until)
    and (:known = '' or entries.position <= cast(:known as integer))
group by decisions.decision, entries.type
order by decisions.date, decisions.body, decisions.paragraph, entries.type
""",
    ),
    Query(
        "corrections",
        "Rättelser och återtaganden",
        "Vad som rättades eller återtogs, när, av vilken roll och varför.",
        (SINCE, UNTIL, KNOWN),
        """
select position, recorded_at, recorded_by, type, acts_on, what
from entries
where acts_on is not null
    and (:since = '' or recorded_at >= :since)
    and (:until = '' or recorded_at < date(:until, '+1 day'))
    and (:known = '' or position <= cast(:known as integer))
order by position
""",
    ),
    Query(
        "late",
        "Sent registrerat",
        "Poster som registrerades ett antal dagar eller mer efter dagen de gäller från.",
        (Parameter("days", "Antalet dagar; tomt är 1.", "30"), KNOWN),
        """
select position, recorded_at, effective, type, decision, what,
    cast(julianday(date(recorded_at)) - julianday(effective) as integer) as days_late
from entries
where length(effective) = 10
    and julianday(date(recorded_at)) - julianday(effective)
        >= cast(coalesce(nullif(:days, ''), '1') as integer)
    and (:known = '' or position <= cast(:known as integer))
order by days_late desc, position
""",
    ),
    Query(
        "recorded",
        "Vem registrerade när",
        "Hur många poster varje roll registrerade, dag för dag.",
        (SINCE, UNTIL, KNOWN),
        """
select date(recorded_at) as day, recorded_by, count(*) as entries,
    min(position) as first_position, max(position) as last_position
from entries
where (:since = '' or recorded_at >= :since)
    and (:until = '' or recorded_at < date(:until, '+1 day'))
    and (:known = '' or position <= cast(:known as integer))
group by day, recorded_by
order by day, recorded_by
""",
    ),
)
"""Every query, in the order in which they are listed."""
