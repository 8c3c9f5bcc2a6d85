"""Making proofs: entries of a log with their paths through the tree of a checkpoint."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable

from styrledger.bundles import Bundle, Growth, ProvedEntry, Whose
from styrledger.checkpoints import Checkpoint, ProofFile
from styrledger.errors import (
    CheckpointRefused,
    Fault,
    NoteError,
    ProofError,
    UnknownPosition,
)
from styrledger.notes import Note
from styrledger.proofs import consistency_path, inclusion_path
from styrledger.sealing import origin, read_checkpoint
from styrledger.store import Identity, Log
from styrledger.times import instant
from styrledger.tree import NodeReader, entry_bytes, root_at

MOST_GROWTH = 64
"""From how many of the checkpoints issued last a bundle shows the growth."""


def prove(
    log: Log,
    node: NodeReader,
    checkpoint: str,
    positions: Iterable[int],
    earlier: Iterable[Checkpoint] = (),
) -> Bundle:
    """Return a bundle that proves entries of a log in the tree of a checkpoint.

    It also shows that the log only grew from each of the ``earlier`` checkpoints and from those
    issued last. What is returned was verified against the octets of the log.

    Raises:
        UnknownPosition: the checkpoint does not reach so far.
        CheckpointRefused: the log is not what the checkpoint says.
        NoteError: the checkpoint cannot be read.
    """
    sealed = read_checkpoint(checkpoint)
    _require(log, node, sealed)
    entries: list[ProvedEntry] = []
    for position in sorted({*positions}):
        if not 0 < position <= sealed.size:
            raise UnknownPosition(position, sealed.size)
        (row,) = log.rows(position - 1, 1)
        path = inclusion_path(position - 1, sealed.size, node)
        entries.append(ProvedEntry(position, row.stream, row.version, row.name, row.state, path))
    sizes = {one.size for one in _issued(log)[-MOST_GROWTH:]}
    for one in earlier:
        _require(log, node, one)
        sizes.add(one.size)
    growth = tuple(
        Growth(size, root_at(size, node), consistency_path(size, sealed.size, node))
        for size in sorted(sizes)
        if 0 < size < sealed.size
    )
    bundle = Bundle(_whose(log.identity), checkpoint, tuple(entries), growth)
    try:
        bundle.verify()
    except ProofError as error:
        what = "the log is not what its tree says"
        raise CheckpointRefused(str(log.place), f"{what} ({error})") from error
    return bundle


def proof_file(bundle: Bundle) -> ProofFile:
    """Return the proof of a bundle's one entry as a C2SP tlog-proof file, with its octets.

    Raises:
        NoteError: the checkpoint is not signed, or there is not one entry.
    """
    if not bundle.is_signed or len(bundle.entries) != 1:
        what = "only one entry in a signed checkpoint has such a proof"
        raise NoteError(
            Fault(what, "one position", "give --key, or --checkpoint with a signed one")
        )
    (entry,) = bundle.entries
    octets = entry_bytes(entry.stream, entry.version, entry.name, entry.state)
    note = Note.from_text(bundle.checkpoint)
    return ProofFile(entry.position - 1, entry.path, note, octets)


def bare_checkpoint(identity: Identity, node: NodeReader, size: int) -> str:
    """Return the three lines for the first ``size`` entries; they are not kept as issued."""
    return Checkpoint(origin(identity), size, root_at(size, node)).to_text()


def _require(log: Log, node: NodeReader, sealed: Checkpoint) -> None:
    """Check that the log agrees with a checkpoint."""
    head, line = log.head(), origin(log.identity)
    if sealed.origin != line:
        reason = f"the checkpoint is of {sealed.origin}, this ledger is {line}"
        raise CheckpointRefused(str(log.place), reason)
    if sealed.size > head:
        reason = f"the checkpoint is over {sealed.size} entries, the ledger holds {head}"
        raise CheckpointRefused(str(log.place), reason)
    root = root_at(sealed.size, node)
    if root != sealed.root:
        now, then = (b64encode(one).decode() for one in (root, sealed.root))
        reason = f"the root of the first {sealed.size} entries is {now}, the checkpoint's {then}"
        raise CheckpointRefused(str(log.place), reason)


def _issued(log: Log) -> list[Checkpoint]:
    return [read_checkpoint(one.text) for one in log.issued()]


def _whose(identity: Identity) -> Whose:
    made = instant(identity.created_at)
    return Whose(identity.ledger, identity.organisation, identity.contract, made)
