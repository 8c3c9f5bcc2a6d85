"""The whole check of a ledger: its file, its entries, its views, and the checkpoints of it."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from styrledger.errors import quoted
from styrledger.evidence import UNREADABLE, Evidence, Part, evidence_of
from styrledger.sealing import origin_of, read_checkpoint
from styrledger.store import Place
from styrledger.verifying.anchors import Held, anchored, claimed
from styrledger.verifying.faults import Faults, LedgerFault, Verification
from styrledger.verifying.filed import Mixed
from styrledger.verifying.found import PART, Found, Job, Kept, Task, Whole
from styrledger.verifying.jobs import results
from styrledger.verifying.joining import Joined
from styrledger.verifying.versions import tell
from styrledger.verifying.views import KeptViews

Progress = Callable[[int], object]


def verify(
    place: Place,
    view_path: Path | None,
    checkpoints: Sequence[Held] = (),
    progress: Progress = lambda _: None,
) -> Verification:
    """Check a ledger from its octets alone and return all that is wrong with it.

    Nothing is written to, and nothing that the ledger says of itself is believed. Memory does
    not grow with the log; a long log is checked in several processes. ``progress`` is told how
    many entries were done.

    Raises:
        LedgerNotFound: there is no ledger at the place.
        NotALedger: the file is something else, or cannot be opened as a database at all.
        NoteError: what is given as a checkpoint is none.
    """
    given = [(held, read_checkpoint(held.text)) for held in checkpoints]
    # The views before the log: they never know more than the log did a moment later.
    early = evidence_of(place)
    ledger = early.ledger()
    early.close()
    found, of_views = Faults(), Faults()
    views = KeptViews(view_path, ledger, of_views)
    evidence = evidence_of(place)
    try:
        origin = _identity(evidence, found)
        claims = claimed(given, evidence, found)
        head, dense = _extent(evidence)
        kept = views.until(head) if dense else None
        sizes = tuple(checkpoint.size for _, checkpoint in claims)
        joined = Joined(evidence, sizes)
        of_file = Faults()
        for job, done in results(_jobs(place, head if dense else None, sizes, kept), progress):
            if isinstance(done, Found):
                joined.add(done)
            elif isinstance(done, Mixed):
                views.filed = done
            elif isinstance(job, Whole) and job.what == "log":
                of_file.take(done)
            else:
                of_views.take(done)
        if not joined.versions.follow:
            tell(evidence, joined.faults)
        anchors = anchored(claims, joined, origin, joined.faults)
        if not joined.whole:
            views.not_compared()
        elif kept is not None:
            of_views.take(joined.views)
            views.compare(evidence, kept, joined)
    finally:
        views.close()
        evidence.close()
    if of_views.count and views.made_anew():
        of_views = Faults()
    faults = Faults()
    for some in (of_file, found, joined.faults, of_views):
        faults.take(some)
    held = max((one.size for one in anchors if one.outside and one.holds), default=0)
    return Verification(
        ledger=ledger,
        origin=origin,
        entries=joined.size,
        root=b64encode(joined.root()).decode(),
        faults=tuple(faults),
        count=faults.count,
        anchors=anchors,
        unanchored=held + 1 if held < joined.size else None,
        views=views.said,
    )


def _jobs(place: Place, head: int | None, sizes: tuple[int, ...], kept: Kept | None) -> list[Job]:
    """Return what there is to do; ``head`` is None where positions are missing."""
    jobs: list[Job] = [Whole("log", place)]
    if kept is not None:
        jobs += [Whole(what, place, kept) for what in ("filed", "views", "sums")]
    if head is not None:
        for after in range(0, max(head, 1), PART):
            last = min(after + PART, head)
            inside = tuple(size for size in sizes if after <= size <= last)
            jobs.append(Task(place, after, last, inside, kept))
    else:
        jobs.append(Task(place, 0, None, sizes, None))
    return jobs


def _extent(evidence: Evidence) -> tuple[int, bool]:
    """Return the last position, and whether there is an entry at each up to there."""
    try:
        return evidence.head(), evidence.is_dense()
    except UNREADABLE:
        return 0, False


def _identity(evidence: Evidence, faults: Faults) -> str:
    """Check the tables of a ledger and its identity; return the origin that it has."""
    try:
        _schema(evidence.parts(), evidence.expected(), faults)
        rows = evidence.identities()
    except UNREADABLE as fault:
        faults.add(LedgerFault("file", "the database file is damaged", "a database", str(fault)))
        rows = []
    if len(rows) != 1:
        what, found = "the ledger has not one identity", f"{len(rows)} rows"
        faults.add(LedgerFault("identity", what, "1 row in table ledger", found))
        return "unknown"
    try:
        return origin_of(*rows[0])
    except (TypeError, AttributeError, UnicodeEncodeError):
        what = "the identity cannot be read"
        faults.add(LedgerFault("identity", what, "three texts and a number", quoted(rows[0])))
        return "unknown"


def _schema(found: Iterable[Part], made: Iterable[Part], faults: Faults) -> None:
    """Compare the tables and triggers with those that a ledger is made with."""
    expected = {(part.kind, part.name): part.sql for part in made}
    kept = {(part.kind, part.name): part.sql for part in found}
    for key in sorted(expected.keys() | kept.keys()):
        kind, name = key
        if key not in kept:
            what = f"the {kind} {name} is missing"
            faults.add(LedgerFault("schema", what, expected[key] or name, "nothing"))
        elif key not in expected:
            what = f"the {kind} {name} is no part of a ledger"
            faults.add(LedgerFault("schema", what, "nothing", kept[key] or name))
        elif expected[key] != kept[key]:
            what = f"the {kind} {name} was changed"
            faults.add(LedgerFault("schema", what, quoted(expected[key]), quoted(kept[key])))
