"""Proof bundles: one file that shows what stands in a ledger, to whoever holds a checkpoint.

A bundle holds entries with their octets, how each of them hangs in the tree of a checkpoint, how
that tree grew from earlier ones, and in a receipt also a question and its answer. It is JSON in
one spelling: ``to_text`` gives back what ``from_text`` took, octet for octet.
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterable, Mapping
from hashlib import sha256
from itertools import pairwise
from typing import Any, Never

import attrs

from styrledger.checkpoints import Checkpoint
from styrledger.errors import BundleError, Fault, ValueRefused, quoted
from styrledger.notes import base64_octets
from styrledger.proofs import verify_consistency, verify_inclusion
from styrledger.rows import Row
from styrledger.sealing import is_signed, origin_of, read_checkpoint
from styrledger.tree import leaf_of

FORMAT = "styrledger-bundle/1"
MAX_SIZE = 1 << 28

_END = b',\n "sha256": "'
_CLOSE = b'"\n}\n'


@attrs.frozen
class ProvedEntry:
    """An entry with its stored octets and the hashes that lead from it to the root."""

    position: int
    stream: str
    version: int
    name: str
    state: bytes
    path: tuple[bytes, ...]

    @property
    def row(self) -> Row:
        """The entry as the log holds it."""
        return Row(self.position, self.stream, self.version, self.name, self.state)

    def as_dict(self) -> dict[str, Any]:
        """Return the entry as the file shows it."""
        return {
            "position": self.position,
            "stream": self.stream,
            "version": self.version,
            "name": self.name,
            "state": self.state.decode(),
            "path": _base64(self.path),
        }


@attrs.frozen
class Growth:
    """An earlier size and root, and the hashes which show that the tree only grew from there."""

    size: int
    root: bytes
    path: tuple[bytes, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return the growth as the file shows it."""
        (root,) = _base64([self.root])
        return {"size": self.size, "root": root, "path": _base64(self.path)}


@attrs.frozen
class Whose:
    """The identity of the ledger, of which the checkpoint's first line is a hash."""

    ledger: str
    organisation: str
    contract: int
    created_at: str


@attrs.frozen
class Bundle:
    """What is proved. ``checkpoint`` is three lines, or a signed note.

    ``question`` is the command with its arguments, without the basis, which the answer holds;
    both are None where the bundle is no receipt.
    """

    whose: Whose
    checkpoint: str
    entries: tuple[ProvedEntry, ...] = ()
    growth: tuple[Growth, ...] = ()
    question: tuple[str, ...] | None = None
    answer: Mapping[str, Any] | None = None

    @property
    def sealed(self) -> Checkpoint:
        """What the checkpoint says; its signatures are not verified by reading it.

        Raises:
            NoteError: it is none.
        """
        return read_checkpoint(self.checkpoint)

    @property
    def is_signed(self) -> bool:
        """True where the checkpoint is a signed note."""
        return is_signed(self.checkpoint)

    def to_text(self) -> str:
        """Print the file: one spelling, with a hash over all of it as its last line."""
        asked = {} if self.question is None else {"question": [*self.question]}
        fields = {
            "format": FORMAT,
            "says": words(self),
            **asked,
            **({} if self.answer is None else {"answer": self.answer}),
            "ledger": attrs.asdict(self.whose),
            "checkpoint": self.checkpoint,
            "entries": [entry.as_dict() for entry in self.entries],
            "growth": [one.as_dict() for one in self.growth],
        }
        written = json.dumps(fields, ensure_ascii=False, indent=1).removesuffix("\n}")
        ending = f"{_END.decode()}{sha256(written.encode()).hexdigest()}{_CLOSE.decode()}"
        return written + ending

    @classmethod
    def from_text(cls, octets: bytes) -> Bundle:
        """Read a file; nothing is verified but that it is one, and unchanged.

        Raises:
            BundleError: it is not exactly one.
        """
        if len(octets) > MAX_SIZE:
            _refuse(f"the file is {len(octets)} octets long", f"at most {MAX_SIZE}")
        written, mark, tail = octets.rpartition(_END)
        if not mark:
            _refuse("this is no proof bundle", f"JSON with the format {FORMAT!r}")
        if tail != sha256(written).hexdigest().encode() + _CLOSE:
            _refuse("the file was changed or cut off", "the hash of what it says", _ANOTHER)
        try:
            bundle = cls._read(json.loads(written + b"\n}"))
            again = bundle.to_text().encode()
        except (LookupError, TypeError, ValueError, RecursionError, AttributeError) as fault:
            _refuse(f"the bundle cannot be read ({quoted(str(fault))})", FORMAT, _ANOTHER)
        if again != octets:
            _refuse("the bundle is not spelt as it must be", f"{FORMAT} exactly", _ANOTHER)
        return bundle

    @classmethod
    def _read(cls, fields: Any) -> Bundle:
        question = fields.get("question")
        return cls(
            whose=Whose(**fields["ledger"]),
            checkpoint=fields["checkpoint"],
            entries=tuple(
                ProvedEntry(
                    one["position"],
                    one["stream"],
                    one["version"],
                    one["name"],
                    one["state"].encode(),
                    _octets(one["path"]),
                )
                for one in fields["entries"]
            ),
            growth=tuple(
                Growth(one["size"], base64_octets(one["root"]), _octets(one["path"]))
                for one in fields["growth"]
            ),
            question=None if question is None else tuple(question),
            answer=fields.get("answer"),
        )

    def verify(self) -> None:
        """Check every proof in the bundle; neither signatures nor the answer.

        Raises:
            BundleError: a part of it does not fit another.
            ProofError: a proof does not prove what it is said to prove.
            NoteError: the checkpoint is none.
        """
        sealed = self.sealed
        whose = attrs.astuple(self.whose)
        if [type(part) for part in whose] != [str, str, int, str]:
            _refuse("the ledger's identity cannot be read", "three texts and a number")
        if origin_of(*whose) != sealed.origin:
            _refuse("the checkpoint is of another ledger", origin_of(*whose))
        for before, after in pairwise(self.entries):
            if not before.position < after.position:
                _refuse(f"#{after.position} comes after #{before.position}", "entries in order")
        for entry in self.entries:
            try:
                leaf = leaf_of(entry)
                verify_inclusion(leaf, entry.position - 1, sealed.size, entry.path, sealed.root)
            except ValueRefused as error:
                raise type(error)(*(one.at(f"#{entry.position}") for one in error.faults)) from None
        for one in self.growth:
            verify_consistency(one.size, sealed.size, one.path, one.root, sealed.root)

    def extends(self, earlier: Checkpoint) -> None:
        """Check that the bundle's checkpoint only adds to an earlier one; ``verify`` comes first.

        Raises:
            BundleError: it does not, or the bundle holds no proof of it.
        """
        sealed = self.sealed
        if earlier.origin != sealed.origin:
            _refuse(f"the older checkpoint is of {earlier.origin}", sealed.origin)
        known = {one.size: one.root for one in self.growth} | {sealed.size: sealed.root}
        if earlier.size not in known:
            _refuse(
                f"the bundle holds no proof that it grew from {earlier.size} entries",
                f"one from {', '.join(map(str, sorted(known)))}",
                "make one with styrledger prove --consistency",
            )
        if known[earlier.size] != earlier.root:
            _refuse(
                f"the older checkpoint's root is {b64encode(earlier.root).decode()}",
                b64encode(known[earlier.size]).decode(),
                "the log or the older checkpoint was changed",
            )


def words(bundle: Bundle) -> list[str]:
    """Return in words what a bundle proves, and what it does not."""
    sealed, whose = bundle.sealed, bundle.whose
    (root,) = _base64([sealed.root])
    about = f"This is about the ledger {whose.ledger} of {whose.organisation} when it held "
    said = [about + f"{sealed.size} entries, the root over which is {root}."]
    if bundle.question is not None:
        asked = " ".join(bundle.question)
        said.append(
            f"The answer to `{asked}` follows from the entries in this file: it can be computed "
            "again from them alone."
        )
    if bundle.entries:
        said.append(
            "Each entry in this file stands at its position among those entries: that is proved."
        )
        said.append(
            "Not proved: that no other entry changes the answer. That takes the whole ledger: "
            "styrledger verify --checkpoint."
        )
    if bundle.growth:
        sizes = ", ".join(str(one.size) for one in bundle.growth)
        said.append(
            f"Since it held {sizes} entries nothing in it was changed or removed: that is proved "
            "to whoever holds a checkpoint from then."
        )
    said.append("Not proved: that what was recorded is true; only that it was recorded.")
    said.append(
        "The checkpoint is signed: verify it with the signer's public key, had from elsewhere."
        if bundle.is_signed
        else "The checkpoint is not signed: compare it with one had from elsewhere."
    )
    return said


def _base64(hashes: Iterable[bytes]) -> list[str]:
    return [b64encode(hashed).decode() for hashed in hashes]


def _octets(hashes: Iterable[str]) -> tuple[bytes, ...]:
    return tuple(base64_octets(hashed) for hashed in hashes)


def _refuse(what: str, expected: str, todo: str = "") -> Never:
    raise BundleError(Fault(what, expected, todo)) from None


_ANOTHER = "ask for another copy"
