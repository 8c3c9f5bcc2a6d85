"""What a command asks: a ledger, or for a receipt the entries that its answer follows from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

import attrs

if TYPE_CHECKING:
    from styrledger.events.entry import Recorded
    from styrledger.ledger import Ledger
    from styrledger.trail import Trailed
    from styrledger.view import View


@attrs.frozen
class Filters:
    """Which entries a log lists; None leaves a condition out. Days are inclusive."""

    type: str | None = None
    body: str | None = None
    unit: str | None = None
    since: str | None = None
    until: str | None = None
    text: str | None = None


class Source(Protocol):
    """What can be asked. A command that compares two views asks for each by its own name."""

    def view(
        self,
        on: str | None = None,
        known: str | None = None,
        *,
        void_annulled: bool = False,
        which: str = "",
    ) -> View:
        """Return everything on a basis; what is asked next is as known then."""
        ...

    def history(self, filters: Filters) -> Sequence[Recorded]:
        """Return the entries that meet every filter, in the order of recording."""
        ...

    def trail(self, subject: str) -> tuple[Trailed, ...]:
        """Return all that was ever recorded about a subject.

        Raises:
            UnknownName: nothing was.
        """
        ...


class Opened:
    """A ledger that is asked; ``views`` are those that the answer rests on, by name."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self.views: dict[str, View] = {}

    @property
    def position(self) -> int:
        """How many entries the last of the views knows."""
        return max(view.basis.position for view in self.views.values())

    def view(
        self,
        on: str | None = None,
        known: str | None = None,
        *,
        void_annulled: bool = False,
        which: str = "",
    ) -> View:
        """Return everything on a basis, and keep it for a receipt."""
        view = self._ledger.as_of(on, known=known, void_annulled=void_annulled)
        # It tells its basis after the ledger is closed too: it is looked up here.
        _ = view.basis
        self.views[which] = view
        return view

    def history(self, filters: Filters) -> Sequence[Recorded]:
        """Return the entries that meet every filter, in the order of recording."""
        return [*self._ledger.history(known=self.position, **attrs.asdict(filters))]

    def trail(self, subject: str) -> tuple[Trailed, ...]:
        """Return all that was ever recorded about a subject."""
        return self._ledger.trail(subject, known=self.position)
