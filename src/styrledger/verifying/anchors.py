"""The checkpoints that a log is held to, and what each of them vouches for."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Mapping
from typing import Protocol

import attrs

from styrledger.checkpoints import Checkpoint
from styrledger.errors import (
    MissingExtraError,
    NoteError,
    SignatureError,
    StyrledgerError,
)
from styrledger.evidence import UNREADABLE, Evidence
from styrledger.keys import VerifierKey
from styrledger.keys import verify as verify_note
from styrledger.notes import Note
from styrledger.sealing import is_signed, read_checkpoint
from styrledger.verifying.faults import Anchor, Faults, LedgerFault


@attrs.frozen
class Held:
    """A checkpoint to hold a ledger to: three lines or a signed note, and where it is from."""

    source: str
    text: str | bytes
    keys: tuple[VerifierKey, ...] = ()
    outside: bool = True


class Tree(Protocol):
    """The tree over a log: how many entries it holds, and its roots at some sizes."""

    @property
    def size(self) -> int:
        """How many entries there are."""
        ...

    @property
    def roots(self) -> Mapping[int, bytes]:
        """The root at each size that a checkpoint speaks of, as far as there are entries."""
        ...


def claimed(
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
    except UNREADABLE as fault:
        what = "the issued checkpoints cannot be read"
        faults.add(LedgerFault("checkpoint", what, "a table of them", str(fault)))
    return sorted(claims, key=lambda claim: claim[1].size)


def anchored(
    claims: Iterable[tuple[Held, Checkpoint]], tree: Tree, origin: str, faults: Faults
) -> tuple[Anchor, ...]:
    """Hold the log to each checkpoint; the first that fails tells where the log was changed."""
    anchors: list[Anchor] = []
    good = 0
    for held, checkpoint in claims:
        before = faults.count
        signers = _signers(held, faults)
        first = good + 1
        root = tree.roots.get(checkpoint.size)
        at = f"{held.source} over {checkpoint.size} entries"
        if checkpoint.origin != origin:
            what = f"{at} is of another ledger, or the ledger's identity was changed"
            faults.add(LedgerFault("checkpoint", what, checkpoint.origin, origin))
        if root is None:
            what = f"{at}: entries are missing at the end"
            size = tree.size
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
