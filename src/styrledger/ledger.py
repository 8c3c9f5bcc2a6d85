"""The ledger: record what was decided, ask what was so on a day, as known at a point."""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

import attrs

from styrledger.basis import Basis
from styrledger.errors import LedgerClosed, UnknownPosition
from styrledger.events.base import to_line
from styrledger.events.entry import Entry, Recorded
from styrledger.projections.runner import Runner
from styrledger.projections.searching import history, storable
from styrledger.store import (
    Identity,
    Issued,
    Log,
    Place,
    Row,
    Server,
    create_log,
    new_identity,
    open_log,
    read_place,
)
from styrledger.times import (
    Clock,
    PartialDate,
    instant,
    parse_known,
    system_clock,
    to_day,
    today,
)
from styrledger.view import View

if TYPE_CHECKING:
    from styrledger.bundles import Bundle
    from styrledger.checkpoints import Checkpoint
    from styrledger.commit import Recording, Unreadable
    from styrledger.controls.catalogue import Checked
    from styrledger.diff import Difference
    from styrledger.keys import SigningKey
    from styrledger.trail import Trailed
    from styrledger.verifying.anchors import Held
    from styrledger.verifying.faults import Verification

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

        It is a file at the path, or for ``postgresql://USER@HOST/DATABASE?schema=NAME`` tables
        in a database.

        Raises:
            LedgerExists: there is something at the path already.
            StorageError: the file cannot be written.
        """
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
        return history(
            self._runner.view,
            self._position(known),
            type=type,
            body=body,
            unit=unit,
            since=since,
            until=until,
            text=text,
        )

    def trail(self, subject: str, *, known: Known | None = None) -> tuple[Trailed, ...]:
        """Return all that was ever recorded about a subject, in the order of recording.

        Raises:
            UnknownName: nothing was recorded about it.
        """
        from styrledger.trail import trail

        self._catch_up()
        return trail(self._runner.view, storable(subject) or "", self._position(known))

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
        ``progress`` is told how many entries were done, twice for each.

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
        from styrledger.watching import Watched

        self._catch_up()
        watched = Watched(self._runner, view.basis.position)
        return View(watched, view.basis), watched.positions

    def watch_trail(self, subject: str, known: int) -> tuple[tuple[Trailed, ...], set[int]]:
        """Return the trail of a subject, and the positions of all that it follows from.

        Raises:
            UnknownName: nothing was recorded about it.
        """
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
        node = self._runner.view.node
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
        from styrledger.commit import Commit

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
