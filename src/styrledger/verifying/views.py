"""The view file against a fresh one: every row that it keeps must follow from the log."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from itertools import chain, islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import attrs

from styrledger import files
from styrledger.errors import StyrledgerError, quoted
from styrledger.evidence import Database, Evidence, Values
from styrledger.projections.runner import PAGE, Runner, digest
from styrledger.projections.tables import FOR_EVER, VERSION, ViewFile, text_of
from styrledger.store import Row
from styrledger.verifying.faults import Faults, Kind, LedgerFault, fault_at

Progress = Callable[[int], object]


@attrs.frozen
class _Table:
    """A table of the view file: its columns, and how many of the first tell its rows apart."""

    name: str
    columns: tuple[str, ...]
    keys: int

    @property
    def query(self) -> str:
        """What reads the table in the order of its keys."""
        order = ", ".join(self.columns[: self.keys])
        return f"SELECT {', '.join(self.columns)} FROM {self.name} ORDER BY {order}"  # noqa: S608


ENTRIES = _Table(
    "entries",
    (
        "position",
        "recorded_at",
        "recorded_by",
        "key",
        "type",
        "body",
        "decision",
        "day",
        "stage",
        "units",
        "name",
        "state",
    ),
    1,
)
FACTS = _Table(
    "facts", ("subject", "slot", "known_from", "part", "position", "known_to", "defines"), 4
)
LINKS = _Table("links", ("position", "target", "slot", "withdraws"), 1)
NODES = _Table("nodes", ("level", "place", "hash"), 2)


class KeptViews:
    """The view file as it lies beside the log, at the moment when the check began."""

    def __init__(self, path: Path | None, ledger: str, faults: Faults) -> None:
        """Open the file, before the log, so that it cannot know more than that."""
        self._ledger, self._faults = ledger, faults
        self.said = "there is no view file"
        self.position = 0
        """How far it has come; 0 where it is not to be compared."""
        self._digest = b""
        self._kept: Database | None = None
        self._evidence: Evidence | None = None
        try:
            if path is not None and files.look(path, files.VIEWS) == "ours":
                self._kept = Database(path)
                self._look()
            elif path is not None and files.look(path, files.VIEWS) == "foreign":
                self.said = f"{path.name} is no view file"
        except (sqlite3.Error, OSError, ValueError, OverflowError) as fault:
            self._unreadable(fault)

    def close(self) -> None:
        """Close the file."""
        if self._kept is not None:
            self._kept.close()

    def compare(self, evidence: Evidence, *, whole: bool, progress: Progress) -> None:
        """Make the views anew from the log, and tell every row in which the file differs.

        ``whole`` is False where entries of the log cannot be read or are out of their places:
        then no views follow from it, and nothing is compared.
        """
        self._evidence = evidence
        head = evidence.head()
        if self.position > head:
            self._add(
                f"the view file knows entries that the log does not hold: #{head + 1} to "
                f"#{self.position}",
                "a log that was only added to",
                f"a log that ends at #{head}",
                head + 1,
            )
        if not whole:
            self.said = "not compared, because entries of the log cannot be read or are missing"
            return
        with TemporaryDirectory(prefix="styrledger-") as folder:
            fresh = Path(folder) / "fresh.views.db"
            log = _Until(evidence, min(self.position, head), progress)
            runner: Runner | None = None
            try:
                runner = Runner(fresh, self._ledger, log)
                if log.limit:
                    runner.catch_up(log.limit)
                    self._compare(runner.view, evidence)
                log.limit = head
                runner.catch_up(head)
                self._placed(runner.view, evidence)
            except (StyrledgerError, sqlite3.Error, ValueError, KeyError, TypeError) as fault:
                self._add("no views follow from the log", "entries that fit each other", str(fault))
            finally:
                if runner is not None:
                    runner.close()

    def _look(self) -> None:
        kept = self._kept
        if kept is None:
            return
        for found in kept.integrity():
            self._add("the view file is damaged", "ok", found)
        rows = [*kept.select("SELECT ledger, version, position, digest FROM cursor")]
        if not rows:
            self.said = "the view file is empty"
            return
        ledger, version, position, self._digest = rows[0]
        if ledger != self._ledger:
            self._add("the view file is of another ledger", self._ledger, quoted(ledger))
        elif version != VERSION:
            self.said = f"not compared: the view file is of version {version}, made anew when asked"
        elif not isinstance(position, int) or not 0 <= position < 2**63:
            self._add("the view file tells no position", "a position", quoted(position))
        else:
            self.position = position
            self.said = f"compared up to #{position}"

    def _unreadable(self, fault: Exception) -> None:
        self.position = 0
        self.said = "the view file cannot be read"
        self._add("the view file cannot be read", "a view file", str(fault))

    def _compare(self, fresh: ViewFile, evidence: Evidence) -> None:
        kept = self._kept
        if kept is None:
            return
        if fresh.path is None:
            self.said = "not compared: there is no room for a temporary file"
            return
        made = Database(fresh.path)
        try:
            if kept.parts() != made.parts():
                self._add(
                    "the view file has other tables", _listed(made.parts()), _listed(kept.parts())
                )
            last = evidence.rows(self.position - 1, 1)
            if self.position and [digest(row) for row in last[:1]] != [self._digest]:
                self._add(
                    "the view file was made of another log",
                    "the digest of the last entry that it filed",
                    quoted(self._digest),
                    self.position,
                )
            changed = self._entries(kept, made)
            self._facts(kept, made)
            self._nodes(kept, made, changed)
            self._words(kept, fresh)
        except sqlite3.Error as fault:
            self._unreadable(fault)
        finally:
            made.close()

    def _entries(self, kept: Database, made: Database) -> set[tuple[int, int]]:
        """Compare the entries; return the leaves, as nodes, of those that differ."""
        changed: set[tuple[int, int]] = set()
        for (position,), before, now in _differing(ENTRIES, kept, made):
            self._differs(ENTRIES, before, now, position, "views")
            changed.add((0, position - 1))
        return changed

    def _facts(self, kept: Database, made: Database) -> None:
        for table in (FACTS, LINKS):
            for _, before, now in _differing(table, kept, made):
                row = dict(zip(table.columns, before or now or (), strict=True))
                self._differs(table, before, now, row["position"], "views")

    def _nodes(self, kept: Database, made: Database, changed: set[tuple[int, int]]) -> None:
        """Compare the tree; a node above one that differs is expected to differ."""
        for (level, place), before, now in _differing(NODES, kept, made):
            under = {(level - 1, 2 * place), (level - 1, 2 * place + 1)}
            known = (level, place) in changed or under & changed
            changed.add((level, place))
            if not known:
                self._differs(NODES, before, now, (place << level) + 1, "tree")

    def _words(self, kept: Database, fresh: ViewFile) -> None:
        for position, text in kept.select("SELECT rowid, text FROM search ORDER BY rowid"):
            expected = text_of(fresh.recorded(position))
            if text != expected:
                self._add(
                    "the view file's search finds the entry by other words",
                    quoted(expected),
                    quoted(text),
                    position,
                )

    def _placed(self, fresh: ViewFile, evidence: Evidence) -> None:
        """Check that every correction is in the stream of what it corrects."""
        if fresh.path is None:
            return
        made = Database(fresh.path)
        for position, slot in made.select("SELECT position, slot FROM links ORDER BY position"):
            (own,), (target,) = (evidence.rows(at - 1, 1) for at in (position, slot))
            if own.stream != target.stream:
                self._faults.add(
                    fault_at(
                        own,
                        "stream",
                        "the entry is in another stream",
                        expected=target.stream,
                        found=own.stream,
                    )
                )
        made.close()

    def _differs(
        self,
        table: _Table,
        kept: Values | None,
        made: Values | None,
        position: Any,
        kind: Kind,
    ) -> None:
        both = zip(table.columns, kept or (), made or (), strict=False)
        names = [name for name, before, now in both if before != now]
        which = f"{table.name}.{', '.join(names)}" if names else f"a row of {table.name}"
        picked = [
            None if row is None else [row[table.columns.index(name)] for name in names] or row
            for row in (made, kept)
        ]
        expected, found = ("no such row" if row is None else _shown(row) for row in picked)
        what = f"the view file differs from the log in {which}"
        self._add(what, expected, found, position, kind)

    def _add(
        self, what: str, expected: str, found: str, position: Any = None, kind: Kind = "views"
    ) -> None:
        row = None
        if isinstance(position, int) and 0 < position < FOR_EVER and self._evidence is not None:
            row = next(iter(self._evidence.rows(position - 1, 1)), None)
        if row is None or row.position != position:
            at = position if isinstance(position, int) else None
            self._faults.add(LedgerFault(kind, what, expected, found, at))
        else:
            self._faults.add(fault_at(row, kind, what, expected=expected, found=found))


class _Until:
    """The log up to a position, for views that are made of no more."""

    def __init__(self, evidence: Evidence, limit: int, progress: Progress) -> None:
        self._evidence, self._progress = evidence, progress
        self.limit = limit

    def rows(self, after: int = 0, limit: int = PAGE) -> list[Row]:
        """Return entries in order, those with a position above ``after``."""
        found = self._evidence.rows(after, max(0, min(limit, self.limit - after)))
        self._progress(len(found))
        return found


def _differing(
    table: _Table, kept: Database, made: Database
) -> Iterator[tuple[Values, Values | None, Values | None]]:
    """Yield the key and both rows wherever one is missing or they are not the same."""
    ours, theirs = kept.select(table.query), made.select(table.query)
    while (page := [*islice(ours, PAGE)]) == (fresh := [*islice(theirs, PAGE)]):
        if not page:
            return
    ours, theirs = chain(page, ours), chain(fresh, theirs)
    before, now = next(ours, None), next(theirs, None)
    while before is not None or now is not None:
        if before == now:
            before, now = next(ours, None), next(theirs, None)
            continue
        old, new = (None if row is None else row[: table.keys] for row in (before, now))
        if old is not None and old == new:
            yield old, before, now
            before, now = next(ours, None), next(theirs, None)
        elif now is None or (old is not None and new is not None and _first(old, new)):
            if old is not None:
                yield old, before, None
            before = next(ours, None)
        else:
            if new is not None:
                yield new, None, now
            now = next(theirs, None)


def _first(one: Values, other: Values) -> bool:
    """Tell whether a key comes before another as SQLite sorts them: by type, then by value."""
    return [_rank(value) for value in one] < [_rank(value) for value in other]


def _rank(value: Any) -> tuple[int, Any]:
    match value:
        case None:
            return 0, 0
        case int() | float():
            return 1, value
        case str():
            return 2, value.encode("utf-8", "surrogateescape")
        case _:
            return 3, value


def _shown(row: Any) -> str:
    return ", ".join(quoted(value, 2000) for value in row)


def _listed(parts: Any) -> str:
    return ", ".join(sorted(f"{part.kind} {part.name}" for part in parts))
