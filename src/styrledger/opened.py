"""A ledger while it is open: its log, its clock and its views, and what a question's dates mean."""

from __future__ import annotations

import os
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from styrledger.basis import Basis
from styrledger.errors import LedgerClosed, UnknownPosition
from styrledger.store import Identity, Log, Place, Server
from styrledger.times import Clock, PartialDate, instant, parse_known, to_day, today

if TYPE_CHECKING:
    from styrledger.projections.runner import Runner

Day = str | date | PartialDate
Known = str | int | date | datetime


class OpenLedger:
    """What every method of a ledger rests on."""

    def __init__(self, log: Log, clock: Clock, *, view_path: Path | None) -> None:
        """Take over an open log; use ``create`` or ``open`` instead."""
        self._log = log
        self._clock = clock
        self.identity: Identity = log.identity
        self._view_path = view_path
        self._closed = False

    @cached_property
    def _runner(self) -> Runner:
        """The views, opened at the first question: checking the log must not touch them."""
        from styrledger.projections.runner import Runner  # noqa: PLC0415 - at the first question

        return Runner(self._view_path, self.identity.ledger, self._log)

    def _basis(self, on: Day | None, known: Known | None, *, void_annulled: bool) -> Basis:
        """Return what a view is asked on; it looks up the rest when somebody asks for it."""
        position = self._position(known)
        day = today(self._clock) if on is None else to_day(on)
        return Basis(day, position, None, void_annulled=void_annulled)

    def _position(self, known: Known | None) -> int:
        head = self._runner.position
        asked = head if known is None else parse_known(known)
        if isinstance(asked, datetime):
            return self._runner.known_at(instant(asked))
        if asked > head:
            raise UnknownPosition(asked, head)
        return asked

    def _catch_up(self) -> None:
        self._check_open()
        self._runner.catch_up(self._runner.head())

    def _check_open(self) -> None:
        if self._closed:
            raise LedgerClosed(str(self._log.place))


def view_path(path: Path) -> Path:
    """Return where the view file of a ledger lies: ``haninge.db`` has ``haninge.views.db``."""
    return path.with_name(f"{path.stem}.views{path.suffix or '.db'}")


def kept_views(place: Place, ledger: str) -> Path | None:
    """Return where the view file of a ledger lies, None where there is no place for it.

    That is beside the ledger's own file, and for one on a server in the user's cache: in
    ``$XDG_CACHE_HOME/styrledger``, or ``~/.cache/styrledger``, under its id.
    """
    if not isinstance(place, Server):
        return view_path(place)
    import uuid  # noqa: PLC0415 - for a server's only

    given = Path(os.environ.get("XDG_CACHE_HOME", ""))
    try:
        cache = given if given.is_absolute() else Path.home() / ".cache"
        folder = cache / "styrledger"
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        name = uuid.UUID(ledger)
    except (OSError, RuntimeError, ValueError):
        return None
    # A standby may lag behind the server that it follows: each has its own.
    return folder / f"{name}-{place.digest}.views.db"
