"""The ledger: record what was decided, ask what was so on a day, as known at a point."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

import attrs

from styrledger.opened import Day, Known, OpenLedger, kept_views
from styrledger.store import (
    Issued,
    create_log,
    new_identity,
    open_log,
    read_place,
)
from styrledger.times import Clock, system_clock, to_day

if TYPE_CHECKING:
    from styrledger.bundles import Bundle
    from styrledger.checkpoints import Checkpoint
    from styrledger.commit import Deciders, Piece, Recording
    from styrledger.controls.catalogue import Checked
    from styrledger.diff import Difference
    from styrledger.events.entry import Entry, Recorded
    from styrledger.keys import SigningKey
    from styrledger.rows import Row
    from styrledger.trail import Trailed
    from styrledger.verifying.anchors import Held
    from styrledger.verifying.faults import Verification
    from styrledger.view import View


class Ledger(OpenLedger):
    """One municipality's decisions, in one file or on a server.

    Make one with ``create`` or ``open``; it is a context manager and is closed at its end.
    """

    @classmethod
    def create(
        cls, path: str | os.PathLike[str], *, organisation: str, clock: Clock = system_clock
    ) -> Ledger:
        """Make a new, empty ledger for an organisation.

        It is a file at the path, or for ``postgresql://USER@HOST/DATABASE?schema=NAME`` tables
        in a database.

        Raises:
            LedgerExists: there is something at the path already.
            StorageError: the file cannot be written.
        """
        from styrledger.events.base import to_line

        identity = new_identity(to_line(organisation), clock)
        log = create_log(read_place(path), identity)
        return cls(log, clock, view_path=kept_views(log.place, identity.ledger))

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
        log = open_log(read_place(path), read_only=read_only)
        views = kept_views(log.place, log.identity.ledger)
        beside = views is not None and os.access(views.absolute().parent, os.W_OK)
        return cls(log, clock, view_path=None if read_only and not beside else views)

    def record(self, *entries: Entry, by: str | None = None) -> tuple[Recorded, ...]:
        """Record entries as one commit: all of them are on the disk on return, or none.

        ``by`` is the role that records. An entry whose key is in the ledger with the same
        content is not recorded again; the one that is there is returned in its place.

        Raises:
            EntriesRefused: with the faults of all entries; nothing was recorded.
            LedgerBusy: another writer held the ledger for a minute.
        """
        from styrledger.events.entry import Recorded

        numbered: Sequence[Entry] = entries
        if len(entries) > 1:
            numbered = [attrs.evolve(e, where=f"entry {n}") for n, e in enumerate(entries, 1)]
        kept: list[Recorded | int] = []
        self._record(numbered, by, kept.append)
        made = {one.position: one for one in kept if isinstance(one, Recorded)}
        return tuple(
            one if isinstance(one, Recorded) else made.get(one) or self._at(one) for one in kept
        )

    def record_all(
        self,
        entries: Iterable[Piece],
        *,
        by: str | None = None,
        dry_run: bool = False,
    ) -> Recording:
        """Record a stream of entries of any length as one commit; see ``record``.

        With ``dry_run`` everything is checked and nothing is kept.
        """
        return self._record(entries, by, dry_run=dry_run)

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
        from styrledger.view import View

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
        from styrledger.projections.searching import history

        self._catch_up()
        position = self._position(known)
        first = None if since is None else to_day(since)
        last = None if until is None else to_day(until)
        return self._runner.streamed(
            lambda view: history(
                view,
                position,
                type=type,
                body=body,
                unit=unit,
                since=first,
                until=last,
                text=text,
            )
        )

    def trail(self, subject: str, *, known: Known | None = None) -> tuple[Trailed, ...]:
        """Return all that was ever recorded about a subject, in the order of recording.

        Raises:
            UnknownName: nothing was recorded about it.
        """
        from styrledger.projections.searching import storable
        from styrledger.trail import trail

        self._catch_up()
        return trail(self._runner, storable(subject) or "", self._position(known))

    def diff(self, first: View, second: View, subject: str | None = None) -> tuple[Difference, ...]:
        """Return what differs between two views, each with every cause; of one subject or all.

        For a budget (``budget/KS/2020/operating``) the changes of the causes add up to the
        difference exactly.
        """
        from styrledger.diff import diff_views

        self._check_open()
        return diff_views(first, second, subject)

    def check(self, view: View, *, policy: Path | None = None) -> Checked:
        """Run every internal control on a view, by the package's rules or those of a file.

        Raises:
            PolicyError: the file holds something that is no rule.
        """
        from styrledger.controls.catalogue import check
        from styrledger.controls.policy import read_policy

        self._check_open()
        return check(view, policy=read_policy() if policy is None else read_policy(policy))

    def rows(self) -> Iterator[Row]:
        """Yield the stored octets of every entry in order, for copies and for proofs."""
        self._check_open()
        return self._log.all_rows()

    def issued(self) -> tuple[Issued, ...]:
        """Return the checkpoints that this ledger has issued, the oldest first."""
        self._check_open()
        return tuple(self._log.issued())

    def verify(
        self,
        checkpoints: Sequence[Held] = (),
        progress: Callable[[int], object] = lambda _: None,
    ) -> Verification:
        """Check the whole log from its octets, and hold it to earlier checkpoints of it.

        A ledger too damaged to be opened is checked by ``styrledger.verifying.run.verify``.
        ``progress`` is told how many entries were done.

        Raises:
            NoteError: what is given as a checkpoint is none.
        """
        from styrledger.verifying.run import verify

        self._check_open()
        return verify(self._log.place, self._view_path, checkpoints, progress)

    def checkpoint(self, *, key: SigningKey | None = None, known: int | None = None) -> str:
        """Issue the checkpoint of the first ``known`` entries, default all; keep it as issued.

        It is three lines of text, each with its newline; with a key it is a signed note.

        Raises:
            CheckpointRefused: the log no longer is what an earlier checkpoint says.
            UnknownPosition: the log has not reached ``known``.
            LedgerReadOnly: the ledger was opened for reading.
        """
        from styrledger.sealing import issue

        self._check_open()
        return issue(self._log, self._clock, known, key).text

    def watch(self, view: View) -> tuple[View, set[int]]:
        """Return a view that answers the same, and the positions that its answers rest on.

        The set grows with every question that the view is asked.
        """
        from styrledger.view import View
        from styrledger.watching import Watched

        self._catch_up()
        watched = Watched(self._runner, view.basis.position)
        return View(watched, view.basis), watched.positions

    def watch_trail(self, subject: str, known: int) -> tuple[tuple[Trailed, ...], set[int]]:
        """Return the trail of a subject, and the positions of all that it follows from.

        Raises:
            UnknownName: nothing was recorded about it.
        """
        from styrledger.projections.searching import storable
        from styrledger.trail import trail
        from styrledger.watching import Watched

        self._catch_up()
        watched = Watched(self._runner, known)
        return trail(watched, storable(subject) or "", known), watched.positions

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
        from styrledger.proving import bare_checkpoint, prove

        self._catch_up()
        node = self._runner.nodes()
        size = self._position(known)
        text = checkpoint
        if text is None and key is not None:
            text = self.checkpoint(key=key, known=size)
        if text is None:
            text = bare_checkpoint(self.identity, node, size)
        return prove(self._log, node, text, positions, earlier)

    @property
    def view_path(self) -> Path | None:
        """Where the view file lies, None where the views are kept in memory.

        It can be deleted when nobody has the ledger open, and is built again.
        """
        return self._view_path

    def head(self) -> int:
        """Return how many entries the log holds."""
        self._check_open()
        return self._log.head()

    def wait(self, seconds: float) -> int:
        """Wait for entries that others record, catch up and return how many there are.

        It returns at once where there are more than the views had filed, and at the latest
        after so many seconds.

        Raises:
            ServerUnreachable: the server was lost; wait again when it is back.
        """
        self._check_open()
        head = self._log.wait(self._runner.position, seconds)
        self._runner.catch_up(head)
        return head

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
    def _deciders(self) -> Deciders:
        from styrledger.commit import Deciders

        return Deciders(self._runner)

    def _record(
        self,
        entries: Iterable[Piece],
        by: str | None,
        keep: Callable[[Recorded | int], object] | None = None,
        *,
        dry_run: bool = False,
    ) -> Recording:
        from styrledger.commit import Commit
        from styrledger.events.base import to_line

        self._check_open()
        role = None if by is None else to_line(by)
        with self._log.writing(self._clock) as writer:
            deciding = self._deciders.at(writer.head)
            done = Commit(writer, deciding, role, keep).record(entries)
            if dry_run:
                writer.discard()
        if not dry_run:
            self._deciders.keep(deciding)
        return done

    def _at(self, position: int) -> Recorded:
        self._catch_up()
        return self._runner.recorded(position)[0]
