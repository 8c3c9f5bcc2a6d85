"""What is filed of each entry: a pure function of its octets, a page of the log at a time.

The runner writes what this returns into the view file, and ``verify`` compares what the file
holds with it; there is no third way to know what belongs there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

import attrs

from styrledger import stored
from styrledger.events.corrections import Amendment, EntryCorrected, EntryWithdrawn
from styrledger.events.entry import Entry, Recorded
from styrledger.history import filed_under
from styrledger.projections.places import PLACES, Values, subject_id
from styrledger.rows import Row
from styrledger.times import instant

MOST_REMEMBERED = 50_000
"""How many subjects a filer remembers, so that its memory does not grow with the log."""


@attrs.frozen
class Amending:
    """A correction or withdrawal that was filed: by position, the text that names its target."""

    position: int
    target: str
    withdraws: bool


@attrs.define
class Page:
    """The rows that follow from some entries in order, for each table of the view file."""

    octets: list[Values] = attrs.Factory(list[Values])
    instants: list[Values] = attrs.Factory(list[Values])
    keys: list[Values] = attrs.Factory(list[Values])
    names: list[Values] = attrs.Factory(list[Values])
    filed: list[Values] = attrs.Factory(list[Values])
    subjects: list[Values] = attrs.Factory(list[Values])
    """Subjects with their ids; only those that the filer has not met lately."""
    amending: list[Amending] = attrs.Factory(list[Amending])


class Filer:
    """Files entries in order; it remembers the last instant and the subjects met lately."""

    def __init__(self, last: datetime | None = None) -> None:
        """Begin after an entry that was recorded at ``last``, None at the start of the log."""
        self._last = last
        self._ids: dict[str, int] = {}

    def page(self, rows: Iterable[Row]) -> Page:
        """Return what is filed of entries that follow those before.

        Raises:
            UnknownStoredName: a newer version of the package recorded one of them.
            UndecodableEntry: the octets of one are not what is written under its name.
        """
        page = Page()
        for row in rows:
            self.file(page, row, stored.decode(row.name, row.state))
        return page

    def file(self, page: Page, row: Row, parts: Sequence[Recorded]) -> None:
        """Add to a page what is filed of one entry, given what its octets stand for."""
        position = row.position
        page.octets.append((position, row.name, row.state))
        recorded = parts[0]
        if recorded.recorded_at != self._last:
            self._last = recorded.recorded_at
            page.instants.append((position, instant(self._last)))
        if recorded.entry.key is not None:
            page.keys.append((position, recorded.entry.key))
        event = recorded.entry.event
        if isinstance(event, Amendment):
            withdraws = isinstance(event, EntryWithdrawn)
            page.amending.append(Amending(position, event.target, withdraws))
            if withdraws:
                return
        place = position << PLACES
        if len(parts) == 1 and not event.amends:
            under: Iterable[str] = filed_under(recorded.entry)
            defined = definition(recorded.entry)
            if defined is not None:
                page.names.append((place, defined))
        else:
            entries = [*standing_for(parts)]
            under = dict.fromkeys(name for entry in entries for name in filed_under(entry))
            names = dict.fromkeys(map(definition, entries))
            page.names += enumerate((name for name in names if name is not None), place)
        ids = self._ids
        for subject in under:
            known = ids.get(subject)
            if known is None:
                known = self._meet(subject)
                page.subjects.append((subject, known))
            page.filed.append((place, known))
            place += 1

    def _meet(self, subject: str) -> int:
        if len(self._ids) >= MOST_REMEMBERED:
            self._ids.clear()
        known = self._ids[subject] = subject_id(subject)
        return known


def standing_for(parts: Iterable[Recorded]) -> Iterator[Entry]:
    """Yield the entries that would stand, were this recorded last: itself, or its replacement."""
    for part in parts:
        event = part.entry.event
        yield event.replacement if isinstance(event, EntryCorrected) else part.entry


def definition(entry: Entry) -> str | None:
    """Return the name that an entry introduces, as ``kind/name``, or ``kind?/name``.

    A proposal's name can be referred to, but is not taken: it may be decided later.
    """
    defined = entry.event.defines()
    if defined is None:
        return None
    kind, name = defined
    return f"{kind}?/{name}" if entry.stage == "proposed" else f"{kind}/{name}"
