"""The ledger: record what was decided, ask what was so on a day, as known at a point."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Self

import attrs

from styrledger.basis import Basis
from styrledger.bundles import Bundle
from styrledger.checkpoints import Checkpoint
from styrledger.commit import Commit, Recording, Unreadable
from styrledger.controls.catalogue import Checked, check
from styrledger.controls.policy import read_policy
from styrledger.diff import Difference, diff_views
from styrledger.errors import LedgerClosed, UnknownPosition
from styrledger.events.base import to_line
from styrledger.events.entry import Entry, Recorded
from styrledger.keys import SigningKey
from styrledger.projections.runner import Runner
from styrledger.projections.tables import Choice
from styrledger.proving import bare_checkpoint, prove
from styrledger.sealing import issue
from styrledger.store import Identity, Log, Row, new_identity
from styrledger.times import (
    Clock,
    PartialDate,
    instant,
    parse_known,
    system_clock,
    to_day,
    today,
)
from styrledger.trail import Trailed, trail
from styrledger.verifying.faults import Verification
from styrledger.verifying.run import Held, verify
from styrledger.view import View
from styrledger.watching import Watched

Day = str | date | PartialDate
Known = str | int | date | datetime


class Ledger:
    """One municipality's decisions, in one file.

    Make one with ``create`` or ``open``; it is a context manager and is closed at its end.
    """

    def __init__(self, log: Log, clock: Clock, *, view_path: Path | None) -> None:
        """Take over an open log; use ``create`` or ``open`` instead."""
        self._log = log
        self._clock = clock
        self.identity: Identity = log.identity
        self._view_path = view_path
        self._closed = False

    @classmethod
    def create(
        cls, path: str | os.PathLike[str], *, organisation: str, clock: Clock = system_clock
    ) -> Ledger:
        """Make a new, empty ledger for an organisation.

        Raises:
            LedgerExists: there is something at the path already.
            StorageError: the file cannot be written.
        """
        place = Path(path)
        log = Log.create(place, new_identity(to_line(organisation), clock))
        return cls(log, clock, view_path=view_path(place))

    @classmethod
    def open(
        cls,
        path: str | os.PathLike[str],
        *,
        read_only: bool = False,
        clock: Clock = system_clock,
    ) -> Ledger:
        """Open an existing ledger.

        With ``read_only`` the log is not written to, and where nothing can be written beside
        it the views are kept in memory.

        Raises:
            LedgerNotFound: there is no file at the path.
            NotALedger: the file is something else, or damaged.
            FutureContract: a newer version of the package made it.
        """
        place = Path(path)
        log = Log.open(place, read_only=read_only)
        beside = os.access(place.absolute().parent, os.W_OK)
        return cls(log, clock, view_path=None if read_only and not beside else view_path(place))

    def record(self, *entries: Entry, by: str | None = None) -> tuple[Recorded, ...]:
        """Record entries as one commit: all of them are on the disk on return, or none.

        ``by`` is the role that records. An entry whose key is in the ledger with the same
        content is not recorded again; the one that is there is returned in its place.

        Raises:
            EntriesRefused: with the faults of all entries; nothing was recorded.
            LedgerBusy: another writer held the ledger for a minute.
        """
        placed = [attrs.evolve(e, where=f"entry {n}") for n, e in enumerate(entries, 1)]
        numbered = placed if len(entries) > 1 else entries
        kept: list[Recorded | int] = []
        self._record(numbered, by, kept.append)
        made = {one.position: one for one in kept if isinstance(one, Recorded)}
        return tuple(
            one if isinstance(one, Recorded) else made.get(one) or self._at(one) for one in kept
        )

    def record_all(
        self,
        entries: Iterable[Entry | Unreadable],
        *,
        by: str | None = None,
        dry_run: bool = False,
    ) -> Recording:
        """Record a stream of entries of any length as one commit; see ``record``.

        With ``dry_run`` everything is checked and nothing is kept.
        """
        return self._record(entries, by, lambda _: None, dry_run=dry_run)

    def as_of(
        self, on: Day | None = None, *, known: Known | None = None, void_annulled: bool = False
    ) -> View:
        """Return everything as it was on a day (default: today), that day included.

        ``known`` is what the ledger held: a position (``"#12"``: after the 12th entry), an
        aware instant, or a date (the end of that Swedish day). The default is all of it.

        Raises:
            DateError: ``on`` or ``known`` cannot be read.
            UnknownPosition: the log has not reached ``known``.
        """
        self._catch_up()
        return View(self._runner, self._basis(on, known, void_annulled=void_annulled))

    def history(  # noqa: PLR0913 - a filter each, all by name
        self,
        *,
        type: str | None = None,  # noqa: A002 - the name that record files use
        body: str | None = None,
        unit: str | None = None,
        since: Day | None = None,
        until: Day | None = None,
        text: str | None = None,
        known: Known | None = None,
    ) -> Iterator[Recorded]:
        """Yield the entries of the log in the order of recording, those that meet every filter.

        ``type`` may be a whole family (``budget``). ``since`` and ``until`` are inclusive and
        about the effective date, for corrections the day of recording. ``text`` finds the
        entries that hold words starting with each of its words; å, ä and ö are letters of
        their own.
        """
        self._catch_up()
        position = self._position(known)
        chosen = self._runner.view.chosen(
            Choice(
                position,
                type=_storable(type),
                body=_storable(body),
                unit=_storable(unit),
                first=None if since is None else to_day(since).isoformat(),
                last=None if until is None else to_day(until).isoformat(),
            )
        )
        if text is None or not text.split():
            return chosen
        found = set(self._runner.view.find(_storable(text) or ""))
        return (recorded for recorded in chosen if recorded.position in found)

    def trail(self, subject: str, *, known: Known | None = None) -> tuple[Trailed, ...]:
        """Return all that was ever recorded about a subject, in the order of recording.

        Raises:
            UnknownName: nothing was recorded about it.
        """
        self._catch_up()
        return trail(self._runner.view, _storable(subject) or "", self._position(known))

    def diff(self, first: View, second: View, subject: str | None = None) -> tuple[Difference, ...]:
        """Return what differs between two views, each with every cause; of one subject or all.

        For a budget (``budget/KS/2020/operating``) the changes of the causes add up to the
        difference exactly.
        """
        self._check_open()
        return diff_views(first, second, subject)

    def check(self, view: View, *, policy: Path | None = None) -> Checked:
        """Run every internal control on a view, by the package's rules or those of a file.

        Raises:
            PolicyError: the file holds something that is no rule.
        """
        self._check_open()
        return check(view, policy=read_policy() if policy is None else read_policy(policy))

    def rows(self) -> Iterator[Row]:
        """Yield the stored octets of every entry in order, for copies and for proofs."""
        self._check_open()
        return self._log.all_rows()

    def verify(
        self,
        checkpoints: Sequence[Held] = (),
        progress: Callable[[int], object] = lambda _: None,
    ) -> Verification:
        """Check the whole log from its octets, and hold it to earlier checkpoints of it.

        A ledger too damaged to be opened is checked by ``styrledger.verifying.run.verify``.
        ``progress`` is told how many entries were done, twice for each.

        Raises:
            NoteError: what is given as a checkpoint is none.
        """
        self._check_open()
        return verify(self._log.path, self._view_path, checkpoints, progress)

    def checkpoint(self, *, key: SigningKey | None = None, known: int | None = None) -> str:
        """Issue the checkpoint of the first ``known`` entries, default all; keep it as issued.

        It is three lines of text, each with its newline; with a key it is a signed note.

        Raises:
            CheckpointRefused: the log no longer is what an earlier checkpoint says.
            UnknownPosition: the log has not reached ``known``.
            LedgerReadOnly: the ledger was opened for reading.
        """
        self._check_open()
        return issue(self._log, self._clock, known, key).text

    def watch(self, view: View) -> tuple[View, set[int]]:
        """Return a view that answers the same, and the positions that its answers rest on.

        The set grows with every question that the view is asked.
        """
        self._catch_up()
        watched = Watched(self._runner, view.basis.position)
        return View(watched, view.basis), watched.positions

    def prove(
        self,
        positions: Iterable[int] = (),
        *,
        checkpoint: str | None = None,
        key: SigningKey | None = None,
        known: int | None = None,
        earlier: Iterable[Checkpoint] = (),
    ) -> Bundle:
        """Return proofs of entries in a checkpoint, and that the log only grew from earlier ones.

        The checkpoint is the one given, or that of the first ``known`` entries (default all),
        which a key signs and the ledger then keeps as issued.

        Raises:
            UnknownPosition: the log or the checkpoint does not reach so far.
            CheckpointRefused: the log is not what a checkpoint says.
        """
        self._catch_up()
        node = self._runner.view.node
        size = self._position(known)
        text = checkpoint
        if text is None and key is not None:
            text = self.checkpoint(key=key, known=size)
        if text is None:
            text = bare_checkpoint(self.identity, node, size)
        return prove(self._log, node, text, positions, earlier)

    def head(self) -> int:
        """Return how many entries the log holds."""
        self._check_open()
        return self._log.head()

    def close(self) -> None:
        """Close the ledger; it and its views answer no more."""
        self._closed = True
        if "_runner" in self.__dict__:
            self._runner.close()
        self._log.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @cached_property
    def _runner(self) -> Runner:
        """The views, opened at the first question: checking the log must not touch them."""
        return Runner(self._view_path, self.identity.ledger, self._log)

    def _record(
        self,
        entries: Iterable[Entry | Unreadable],
        by: str | None,
        keep: Callable[[Recorded | int], object],
        *,
        dry_run: bool = False,
    ) -> Recording:
        self._check_open()
        role = None if by is None else to_line(by)
        with self._log.writing(self._clock) as writer:
            self._runner.catch_up(writer.head)
            commit = Commit(writer, self._runner, role, keep)
            done = commit.record(entries)
            if dry_run:
                writer.discard()
        return done

    def _at(self, position: int) -> Recorded:
        return self._runner.view.recorded(position)[0]

    def _basis(self, on: Day | None, known: Known | None, *, void_annulled: bool) -> Basis:
        position = self._position(known)
        recorded_at = self._runner.view.recorded_at(position)
        return Basis(
            on=today(self._clock) if on is None else to_day(on),
            position=position,
            recorded_at=None if recorded_at is None else datetime.fromisoformat(recorded_at),
            void_annulled=void_annulled,
        )

    def _position(self, known: Known | None) -> int:
        head = self._runner.position
        asked = head if known is None else parse_known(known)
        if isinstance(asked, datetime):
            return self._runner.view.known_at(instant(asked))
        if asked > head:
            raise UnknownPosition(asked, head)
        return asked

    def _catch_up(self) -> None:
        self._check_open()
        self._runner.catch_up(self._log.head())

    def _check_open(self) -> None:
        if self._closed:
            raise LedgerClosed(str(self._log.path))


def _storable(text: str | None) -> str | None:
    """Return a text that a database can look for; half characters are in no entry."""
    return None if text is None else text.encode("utf-8", "replace").decode()


def view_path(path: Path) -> Path:
    """Return where the view file of a ledger lies: ``haninge.db`` has ``haninge.views.db``."""
    return path.with_name(f"{path.stem}.views{path.suffix or '.db'}")
