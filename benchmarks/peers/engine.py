"""Plain ``eventsourcing``: an aggregate for each budget line, its default mapper and recorder."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event
from eventsourcing.persistence import StoredEvent
from eventsourcing.utils import get_topic

from benchmarks.workload import Line, Made

PAGE = 1000


class Account(Aggregate):
    """A budget line, or what is about none."""

    def __init__(self, path: str) -> None:
        """Begin with nothing."""
        self.path = path
        self.balances: list[tuple[int, int]] = []

    @staticmethod
    def create_id(path: str) -> UUID:
        """Return the id that a path always has."""
        return uuid5(NAMESPACE_URL, path)

    @event("Moved")
    def move(self, effective: int, ore: int, state: str) -> None:
        """Take or give money from a day on."""
        del state
        self.balances.append((effective, ore))

    def on(self, day: date) -> int:
        """Return the balance on a day."""
        return sum(ore for effective, ore in self.balances if effective <= day.toordinal())


class Engine:
    """An application with the engine's SQLite recorder, or its PostgreSQL recorder."""

    def __init__(self, **environment: str) -> None:
        """Open the store that the engine's own settings name."""
        self._application: Application[UUID] = Application(env=environment)

    @classmethod
    def at(cls, path: Path) -> Engine:
        """Open or make an SQLite file."""
        return cls(PERSISTENCE_MODULE="eventsourcing.sqlite", SQLITE_DBNAME=str(path))

    def save(self, events: Iterable[Any]) -> None:
        """Keep domain events in one commit, the way applications do."""
        self._application.save(*events)

    def stored(self, events: Iterable[Any]) -> list[StoredEvent]:
        """Return what the engine's mapper makes of domain events."""
        return [*map(self._application.mapper.to_stored_event, events)]

    def insert(self, events: list[StoredEvent]) -> None:
        """Keep stored events in one commit, with the recorder alone."""
        self._application.recorder.insert_events(events)

    def one(self, line: Line, on: date, version: int) -> int:
        """Return what a line amounted to on a day, at a version of its aggregate, in öre."""
        account: Account = self._application.repository.get(
            Account.create_id(line.path), version=version
        )
        return account.on(on)

    def events(self) -> Iterator[Any]:
        """Yield every domain event, in the order of recording."""
        mapper, recorder = self._application.mapper, self._application.recorder
        start: int | None = None
        while True:
            page = recorder.select_notifications(start, PAGE, inclusive_of_start=False)
            yield from map(mapper.to_domain_event, page)
            if len(page) < PAGE:
                return
            start = page[-1].id

    def close(self) -> None:
        """Close the store."""
        self._application.close()


class Accounts:
    """Makes the domain events of entries, in the order of recording."""

    def __init__(self, prefix: str = "") -> None:
        """Begin with no aggregate; a prefix tells them from those of another."""
        self._prefix = prefix
        self._versions: dict[str, int] = {}

    def events(self, made: Made, state: str) -> list[Any]:
        """Return the domain events of one entry: one for each move, one at least."""
        moves = [(m.line.path, m.effective.toordinal(), m.ore) for m in made.moves]
        return [
            event for move in moves or [("other", 0, 0)] for event in self._events(*move, state)
        ]

    def _events(self, path: str, effective: int, ore: int, state: str) -> Iterator[Any]:
        path = self._prefix + path
        version = self._versions.get(path, 0)
        fields: dict[str, Any] = {"originator_id": Account.create_id(path), "timestamp": NOW}
        if not version:
            version = 1
            yield CREATED(originator_version=1, originator_topic=TOPIC, path=path, **fields)
        self._versions[path] = version + 1
        moved = {"effective": effective, "ore": ore, "state": state}
        yield MOVED(originator_version=version + 1, **moved, **fields)


NOW = datetime.now(UTC)
TOPIC = get_topic(Account)
CREATED: Any = getattr(Account, "Created")  # noqa: B009 - made when the program runs
MOVED: Any = getattr(Account, "Moved")  # noqa: B009
