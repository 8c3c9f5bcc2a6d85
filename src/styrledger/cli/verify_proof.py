"""The command ``verify-proof``: checking a proof without the ledger that it is about."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Sequence

import click

from styrledger.bundles import Bundle
from styrledger.checkpoints import PROOF_HEADER, Checkpoint, ProofFile
from styrledger.cli.app import one_line
from styrledger.cli.receipts import recompute
from styrledger.cli.signing import read, vkey_option, vkeys
from styrledger.errors import (
    BundleError,
    Fault,
    MissingExtraError,
    SignatureError,
    StyrledgerError,
)
from styrledger.keys import VerifierKey
from styrledger.keys import verify as verify_note
from styrledger.notes import Note
from styrledger.sealing import is_signed, read_checkpoint

NO = 1


@click.command("verify-proof")
@click.argument("file", type=click.Path())
@click.option(
    "--checkpoint",
    "files",
    multiple=True,
    metavar="OLD",
    type=click.Path(),
    help="A checkpoint that you hold: the proof's must agree with it.",
)
@vkey_option
@click.pass_context
def verify_proof(
    ctx: click.Context, file: str, files: tuple[str, ...], keys: tuple[str, ...]
) -> None:
    """Check the proof in FILE.

    It is a bundle, a receipt, or a C2SP tlog-proof. Every hash is computed again, and a receipt's
    answer from its entries. A proof is worth what its checkpoint is worth: give the --vkey of who
    signed it, or a --checkpoint that you hold. Exit code 1 where the proof does not hold.
    """
    trusted, held = vkeys(keys), [read_checkpoint(read(one)) for one in files]
    octets = read(file)
    try:
        if octets.startswith(PROOF_HEADER.encode()):
            done = _proof(ProofFile.from_text(octets), held)
        else:
            done = _bundle(Bundle.from_text(octets), held)
        signed = _signed(done[0], trusted)
    except MissingExtraError:
        raise
    except StyrledgerError as error:
        for fault in getattr(error, "faults", None) or (error,):
            click.echo(one_line(f"{file}: {fault}"), err=True)
        ctx.exit(NO)
    for line in (*done[1:], signed):
        click.echo(line)


def _proof(proof: ProofFile, held: Iterable[Checkpoint]) -> Sequence[str]:
    """Check a C2SP proof, whose extra data are the octets of the entry."""
    if not proof.extra:
        what = "the proof does not hold the entry's octets"
        raise BundleError(Fault(what, "them as its extra data", "ask for a bundle"))
    proof.verify(proof.extra)
    sealed = proof.checkpoint
    for one in held:
        if one != sealed:
            what = "the proof is in another checkpoint"
            todo = "make a bundle with styrledger prove --consistency"
            raise BundleError(Fault(what, f"the one over {one.size} entries", todo))
    told = f"#{proof.index + 1} stands in the log as these octets"
    return proof.note.to_text(), told, *_sealed(sealed, held)


def _bundle(bundle: Bundle, held: Sequence[Checkpoint]) -> Sequence[str]:
    bundle.verify()
    for one in held:
        bundle.extends(one)
    recompute(bundle)
    told: list[str] = []
    if bundle.question is not None:
        asked = " ".join(bundle.question)
        told.append(f"the answer to `{asked}` follows from the entries in the file")
    if bundle.entries:
        told.append(f"proved entries: {_ranges([entry.position for entry in bundle.entries])}")
    told += [f"only grew since it held {one.size} entries" for one in bundle.growth]
    return bundle.checkpoint, *map(one_line, told), *_sealed(bundle.sealed, held)


def _ranges(positions: Iterable[int]) -> str:
    """Return positions in words, those that follow each other as one range."""
    found: list[list[int]] = []
    for position in positions:
        if found and found[-1][-1] == position - 1:
            found[-1][1:] = [position]
        else:
            found.append([position])
    return " ".join("–".join(f"#{position}" for position in ends) for ends in found)


def _sealed(sealed: Checkpoint, held: Iterable[Checkpoint]) -> Sequence[str]:
    return (
        (
            f"checkpoint: {one_line(sealed.origin)}, {sealed.size} entries, "
            f"root {b64encode(sealed.root).decode()}"
        ),
        *(f"agrees with the checkpoint over {one.size} entries that you hold" for one in held),
    )


def _signed(text: str, trusted: Sequence[VerifierKey]) -> str:
    """Verify the signatures on a checkpoint and say in words who signed."""
    if not trusted:
        return f"signature: {'not checked, give --vkey' if is_signed(text) else 'none'}"
    if not is_signed(text):
        raise SignatureError(Fault("the checkpoint is not signed", "a signature by the key"))
    signers = verify_note(Note.from_text(text), trusted)
    return f"signature: {', '.join(key.name for key in signers)}"
