"""Checkpoints and proof files: what leaves the ledger, so that it can be held to its word.

Exactly C2SP's tlog-checkpoint and tlog-proof, read as strictly as the notes they are made of.
A checkpoint is three lines of text, which fit in printed minutes; signed, it is a note.
"""

from __future__ import annotations

import re
from base64 import b64encode

import attrs

from styrledger.errors import quoted
from styrledger.notes import (
    MAX_NOTE_SIZE,
    Note,
    base64_octets,
    plain_text,
    reading,
    refuse,
    require_plain,
)
from styrledger.proofs import verify_inclusion
from styrledger.tree import EMPTY_ROOT, HASH_SIZE, LEAVES_END, leaf_hash

PROOF_HEADER = "c2sp.org/tlog-proof@v1"
MAX_PROOF_SIZE = 1 << 24

_DECIMAL = re.compile(r"0|[1-9][0-9]{0,19}")


@attrs.frozen
class Checkpoint:
    """What a log held: who speaks (``origin``), how many entries, and the root over them.

    ``extensions`` are further lines, opaque to this ledger, which writes none.
    """

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    def __attrs_post_init__(self) -> None:
        for line in (self.origin, *self.extensions):
            if not line or "\n" in line:
                refuse(f"{quoted(line)} is not a line of a checkpoint", "one line of text")
            require_plain(line)
        if not 0 <= self.size < LEAVES_END:
            refuse(f"the size is {quoted(self.size)}", "from 0 to 2**64 - 1 entries")
        if len(self.root) != HASH_SIZE:
            refuse(f"the root is {len(self.root)} octets long", f"{HASH_SIZE}")
        if self.size == 0 and self.root != EMPTY_ROOT:
            refuse("an empty log has another root", "the SHA-256 of nothing")

    @classmethod
    def from_text(cls, text: str | bytes) -> Checkpoint:
        """Read a checkpoint, which is the text of a note: three lines or more, no signature.

        Raises:
            NoteError: it is not exactly one; the text says which line is wrong.
        """
        origin, _, rest = plain_text(text, MAX_NOTE_SIZE).partition("\n")
        size, _, rest = rest.partition("\n")
        root, newline, rest = rest.partition("\n")
        if not newline or (rest and not rest.endswith("\n")):
            refuse("the checkpoint is cut short", "three lines, each with its newline")
        with reading("line 2"):
            count = _count(size)
        with reading("line 3"):
            octets = base64_octets(root)
        return cls(origin, count, octets, tuple(rest.split("\n")[:-1]))

    def to_text(self) -> str:
        """Print the lines, each with its newline: this is what is signed."""
        lines = (self.origin, str(self.size), b64encode(self.root).decode(), *self.extensions)
        return "".join(f"{line}\n" for line in lines)


@attrs.frozen
class ProofFile:
    """The claim that one entry stands at ``index`` (from 0) in the log of a signed checkpoint.

    ``path`` holds the hashes from the leaf's sibling up; ``note`` is the signed checkpoint.
    ``extra`` is anything the writer adds, empty when nothing; nothing vouches for it.
    """

    index: int
    path: tuple[bytes, ...]
    note: Note
    extra: bytes = b""

    def __attrs_post_init__(self) -> None:
        if not 0 <= self.index < LEAVES_END:
            refuse(f"the index is {quoted(self.index)}", "from 0 to 2**64 - 1")
        if any(len(hashed) != HASH_SIZE for hashed in self.path):
            refuse("a hash of the path is of another length", f"{HASH_SIZE} octets")
        with reading("checkpoint"):
            Checkpoint.from_text(self.note.text)

    @property
    def checkpoint(self) -> Checkpoint:
        """What the note says; its signatures are not verified by reading it."""
        return Checkpoint.from_text(self.note.text)

    @classmethod
    def from_text(cls, proof: str | bytes) -> ProofFile:
        """Read a ``.tlog-proof`` file.

        Raises:
            NoteError: it is not exactly one; the text says which line is wrong.
        """
        head, _, signed = plain_text(proof, MAX_PROOF_SIZE).partition("\n\n")
        lines = enumerate(head.split("\n"), start=1)
        number, line = next(lines)
        if line != PROOF_HEADER:
            refuse(f"{quoted(line)} does not begin a proof file", repr(PROOF_HEADER))
        number, line = next(lines, (number + 1, ""))
        extra = b""
        if line.startswith("extra "):
            with reading(f"line {number}"):
                extra = base64_octets(line.removeprefix("extra "))
                if not extra:
                    refuse("the extra data is empty", "no such line then")
            number, line = next(lines, (number + 1, ""))
        with reading(f"line {number}"):
            if not line.startswith("index "):
                refuse(f"{quoted(line)} is not an index", "`index` and a number")
            index = _count(line.removeprefix("index "))
        path: list[bytes] = []
        for number, line in lines:
            with reading(f"line {number}"):
                path.append(base64_octets(line))
        with reading("checkpoint"):
            note = Note.from_text(signed)
        return cls(index, tuple(path), note, extra)

    def to_text(self) -> str:
        """Print the file."""
        lines = [PROOF_HEADER, f"index {self.index}"]
        if self.extra:
            lines.insert(1, f"extra {b64encode(self.extra).decode()}")
        lines.extend(b64encode(hashed).decode() for hashed in self.path)
        return "".join(f"{line}\n" for line in lines) + f"\n{self.note.to_text()}"

    def verify(self, entry: bytes) -> None:
        """Check that the entry with these octets is the one proved; no signature is verified.

        Raises:
            ProofError: it is not.
        """
        checkpoint = self.checkpoint
        verify_inclusion(leaf_hash(entry), self.index, checkpoint.size, self.path, checkpoint.root)


def _count(text: str) -> int:
    if not _DECIMAL.fullmatch(text):
        refuse(f"{quoted(text)} is not a number", "decimal digits without a leading zero")
    return int(text)
