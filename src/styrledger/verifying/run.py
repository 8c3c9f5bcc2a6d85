"""The whole check of a ledger: its file, its entries, its views, and the checkpoints of it."""

from __future__ import annotations

import sqlite3
from base64 import b64encode
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import attrs

from styrledger.checkpoints import Checkpoint
from styrledger.errors import (
    MissingExtraError,
    NoteError,
    SignatureError,
    StyrledgerError,
    quoted,
)
from styrledger.evidence import Evidence, Part, expected_parts
from styrledger.keys import VerifierKey
from styrledger.keys import verify as verify_note
from styrledger.notes import Note
from styrledger.sealing import is_signed, origin_of, read_checkpoint
from styrledger.verifying.entries import EntryCheck
from styrledger.verifying.faults import Anchor, Faults, LedgerFault, Verification, fault_at
from styrledger.verifying.views import KeptViews

PAGE = 1000


@attrs.frozen
class Held:
    """A checkpoint to hold a ledger to: three lines or a signed note, and where it is from."""

    source: str
    text: str | bytes
    keys: tuple[VerifierKey, ...] = ()
    outside: bool = True


def verify(
    path: Path,
    view_path: Path | None,
    checkpoints: Sequence[Held] = (),
    progress: Callable[[int], object] = lambda _: None,
) -> Verification:
    """Check a ledger from its octets alone and return all that is wrong with it.

    Nothing is written to, and nothing that the ledger says of itself is believed. Memory does
    not grow with the log. ``progress`` is told how many entries were done, twice for each: once
    for the entry itself and once for the views that follow from it.

    Raises:
        LedgerNotFound: there is no file at the path.
        NotALedger: the file is something else, or cannot be opened as a database at all.
        NoteError: what is given as a checkpoint is none.
    """
    given = [(held, read_checkpoint(held.text)) for held in checkpoints]
    faults = Faults()
    # The views before the log: they never know more than the log did a moment later.
    early = Evidence(path)
    ledger = _name(early)
    early.close()
    views = KeptViews(view_path, ledger, faults)
    evidence = Evidence(path)
    try:
        origin = _file(evidence, faults)
        claims = _claims(given, evidence, faults)
        check = EntryCheck(faults, [checkpoint.size for _, checkpoint in claims])
        _entries(evidence, check, faults, progress)
        anchors = _anchors(claims, check, origin, faults)
        views.compare(evidence, whole=check.whole, progress=progress)
    finally:
        views.close()
        evidence.close()
    size = check.edge.size
    held = max((one.size for one in anchors if one.outside and one.holds), default=0)
    return Verification(
        ledger=ledger,
        origin=origin,
        entries=size,
        root=b64encode(check.edge.root()).decode(),
        faults=tuple(faults),
        count=faults.count,
        anchors=anchors,
        unanchored=held + 1 if held < size else None,
        views=views.said,
    )


def _name(evidence: Evidence) -> str:
    try:
        return str(evidence.identities()[0][0])
    except (sqlite3.Error, IndexError):
        return "unknown"


def _file(evidence: Evidence, faults: Faults) -> str:
    """Check the database file, its tables and its identity; return the origin it has."""
    try:
        for found in evidence.integrity():
            faults.add(LedgerFault("file", "the database file is damaged", "ok", found))
        _schema(evidence.parts(), faults)
        rows = evidence.identities()
    except sqlite3.Error as fault:
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


def _schema(found: Iterable[Part], faults: Faults) -> None:
    """Compare the tables and triggers with those that a ledger is made with."""
    expected = {(part.kind, part.name): part.sql for part in expected_parts()}
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


def _entries(
    evidence: Evidence, check: EntryCheck, faults: Faults, progress: Callable[[int], object]
) -> None:
    try:
        for row in evidence.entries():
            check.take(row)
            if row.position % PAGE == 0:
                progress(PAGE)
        for row, place in evidence.misplaced():
            what, found = "the entry has another version in its stream", quoted(row.version)
            faults.add(fault_at(row, "version", what, expected=str(place), found=found))
    except (sqlite3.Error, TypeError) as fault:
        check.whole = False
        what = f"the log cannot be read after #{check.edge.size}"
        found = str(fault)
        faults.add(LedgerFault("file", what, "entries", found, check.edge.size + 1))


def _claims(
    given: Iterable[tuple[Held, Checkpoint]], evidence: Evidence, faults: Faults
) -> list[tuple[Held, Checkpoint]]:
    """Return the checkpoints to check, those of the ledger itself too, the smallest first."""
    claims = [*given]
    try:
        for number, one in enumerate(evidence.issued(), 1):
            source = f"issued checkpoint {number}"
            try:
                keys = () if one.key is None else (VerifierKey.from_text(one.key),)
                claims.append(
                    (Held(source, one.text, keys, outside=False), read_checkpoint(one.text))
                )
            except (StyrledgerError, TypeError) as fault:
                what = f"{source} cannot be read"
                faults.add(LedgerFault("checkpoint", what, "a checkpoint", str(fault)))
    except sqlite3.Error as fault:
        what = "the issued checkpoints cannot be read"
        faults.add(LedgerFault("checkpoint", what, "a table of them", str(fault)))
    return sorted(claims, key=lambda claim: claim[1].size)


def _anchors(
    claims: Iterable[tuple[Held, Checkpoint]], check: EntryCheck, origin: str, faults: Faults
) -> tuple[Anchor, ...]:
    """Hold the log to each checkpoint; the first that fails tells where the log was changed."""
    anchors: list[Anchor] = []
    good = 0
    for held, checkpoint in claims:
        before = faults.count
        signers = _signers(held, faults)
        first = good + 1
        root = check.roots.get(checkpoint.size)
        at = f"{held.source} over {checkpoint.size} entries"
        if checkpoint.origin != origin:
            what = f"{at} is of another ledger, or the ledger's identity was changed"
            faults.add(LedgerFault("checkpoint", what, checkpoint.origin, origin))
        if root is None:
            what = f"{at}: entries are missing at the end"
            size = check.edge.size
            expected, found = f"{checkpoint.size} entries or more", str(size)
            faults.add(LedgerFault("checkpoint", what, expected, found, size + 1))
        elif root != checkpoint.root:
            what = f"{at}: one or more of #{first} to #{checkpoint.size} are not what they were"
            expected, found = (b64encode(one).decode() for one in (checkpoint.root, root))
            faults.add(LedgerFault("checkpoint", what, expected, found, first))
        holds = faults.count == before
        # Only what is held outside tells where a change must be.
        good = max(good, checkpoint.size) if holds and held.outside else good
        anchors.append(
            Anchor(
                held.source,
                checkpoint.size,
                b64encode(checkpoint.root).decode(),
                first,
                holds,
                held.outside,
                is_signed(held.text),
                signers,
            )
        )
    return tuple(anchors)


def _signers(held: Held, faults: Faults) -> tuple[str, ...] | None:
    """Return who of the trusted signed a checkpoint, None where that was not checked."""
    if not held.keys:
        return None
    expected = " or ".join(key.to_text() for key in held.keys)
    try:
        note = Note.from_text(held.text)
        return tuple(key.to_text() for key in verify_note(note, held.keys))
    except MissingExtraError:
        if held.outside:
            raise
        return None
    except SignatureError as error:
        found = error.fault.what
    except NoteError:
        found = "no signature"
    what = f"{held.source} is not signed by the key"
    faults.add(LedgerFault("checkpoint", what, expected, found))
    return ()
