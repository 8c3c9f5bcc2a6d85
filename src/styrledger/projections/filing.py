"""What is filed of each entry: a pure function of its octets, a page of the log at a time.

The runner writes what this returns into the view file, and ``verify`` compares what the file
holds with it; there is no third way to know what belongs there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import cast

import attrs

from styrledger import plain, stored
from styrledger.events.corrections import Amendment, EntryWithdrawn, replacement_of
from styrledger.events.entry import Entry, Recorded
from styrledger.history import filed_under
from styrledger.projections.places import PLACES, Values
from styrledger.rows import Row
from styrledger.times import instant


@attrs.frozen
class Amending:
    """A correction or withdrawal that was filed: by position, the text that names its target."""

    position: int
    target: str
    withdraws: bool


@attrs.define
class Page:
    """The rows that follow from some entries in order, for each table of the view file."""

    entries: list[Row] = attrs.Factory(list[Row])
    instants: list[Values] = attrs.Factory(list[Values])
    keys: list[Values] = attrs.Factory(list[Values])
    names: list[Values] = attrs.Factory(list[Values])
    filed: list[Values] = attrs.Factory(list[Values])
    amending: list[Amending] = attrs.Factory(list[Amending])

    def octets(self) -> list[Values]:
        """Return the rows of a view file that holds the octets itself."""
        return [(row.position, row.name, row.state) for row in self.entries]


class Filer:
    """Files entries in order; it remembers the instant of the last.

    It takes an entry as it is, or the plain structure of one, and files the same of both.
    """

    def __init__(self, last: datetime | None = None) -> None:
        """Begin after an entry that was recorded at ``last``, None at the start of the log."""
        self._last = last

    def page(self, rows: Iterable[Row], page: Page | None = None) -> Page:
        """Return what is filed of entries that follow those before, added to a page.

        Raises:
            UnknownStoredName: a newer version of the package recorded one of them.
            UndecodableEntry: the octets of one are not what is written under its name.
        """
        page = Page() if page is None else page
        for row in rows:
            read = plain.read(row.name, row.state)
            self.file(page, row, stored.decode(row.name, row.state) if read is None else (read,))
        return page

    def file(self, page: Page, row: Row, parts: Sequence[Recorded]) -> None:
        """Add to a page what is filed of one entry, given what its octets stand for."""
        position = row.position
        page.entries.append(row)
        recorded = parts[0]
        # Entries of one commit mostly share one object.
        if recorded.recorded_at is not self._last and recorded.recorded_at != self._last:
            self._last = recorded.recorded_at
            page.instants.append((position, instant(self._last)))
        entry = recorded.entry
        if entry.key is not None:
            page.keys.append((position, entry.key))
        if entry.event.amends:
            event = cast("Amendment", entry.event)
            withdraws = event.type == EntryWithdrawn.type
            page.amending.append(Amending(position, event.target, withdraws))
            if withdraws:
                return
        if len(parts) == 1 and not entry.event.amends:
            under: Iterable[str] = filed_under(entry)
            defined = definition(entry)
            if defined is not None:
                page.names.append((position << PLACES, defined))
        else:
            entries = [*standing_for(parts)]
            under = dict.fromkeys(name for entry in entries for name in filed_under(entry))
            names = dict.fromkeys(map(definition, entries))
            some = (name for name in names if name is not None)
            page.names += enumerate(some, position << PLACES)
        for subject in under:
            page.filed.append((subject, position))


def standing_for(parts: Iterable[Recorded]) -> Iterator[Entry]:
    """Yield the entries that would stand, were this recorded last: itself, or its replacement."""
    for part in parts:
        yield replacement_of(part.entry.event) or part.entry


def definition(entry: Entry) -> str | None:
    """Return the name that an entry introduces, as ``kind/name``, or ``kind?/name``.

    A proposal's name can be referred to, but is not taken: it may be decided later.
    """
    defined = entry.event.defines()
    if defined is None:
        return None
    kind, name = defined
    return f"{kind}?/{name}" if entry.stage == "proposed" else f"{kind}/{name}"
