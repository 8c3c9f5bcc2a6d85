"""Ed25519 keys for signed notes: making, keeping, signing, verifying.

The formats are those of C2SP's signed-note and of Go's ``golang.org/x/mod/sumdb/note``. Signing
and verifying need the package ``cryptography`` (``pip install 'styrledger[sign]'``); reading and
printing public keys does not. A private key is written to one file, and never shown.
"""

from __future__ import annotations

import os
import re
from base64 import b64encode
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import attrs

from styrledger.errors import (
    Fault,
    KeyFormatError,
    MissingExtraError,
    NoteError,
    SignatureError,
    quoted,
)
from styrledger.keyfiles import read_private, write_private
from styrledger.notes import KEY_ID_SIZE, Note, Signature, base64_octets, is_key_name, require_plain

if TYPE_CHECKING:
    from types import ModuleType

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

ED25519 = b"\x01"
KEY_SIZE = 32
PRIVATE_PREFIX = "PRIVATE+KEY+"

_KEY = re.compile(r"([^+]*)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]*)\n?")


@attrs.frozen
class VerifierKey:
    """The public half of a key: who signs, and the 32 octets that verify it."""

    name: str
    public: bytes

    def __attrs_post_init__(self) -> None:
        if not is_key_name(self.name):
            what = f"{quoted(self.name)} is not a key name"
            raise KeyFormatError(Fault(what, expected="no space and no plus in it"))
        if len(self.public) != KEY_SIZE:
            raise KeyFormatError(Fault("the key is of another length", expected="32 octets"))

    @property
    def key_id(self) -> bytes:
        """The 4 octets that stand for the key in a signature line."""
        hashed = sha256(self.name.encode() + b"\n" + ED25519 + self.public)
        return hashed.digest()[:KEY_ID_SIZE]

    @classmethod
    def from_text(cls, line: str) -> VerifierKey:
        """Read a public key line ``NAME+ID+BASE64``; a newline at its end is allowed.

        Raises:
            KeyFormatError: it is not one, or its id is not that of the key.
        """
        name, key_id, public = _key_parts(line, "public")
        key = cls(name, public)
        _require_key_id(key, key_id)
        return key

    def to_text(self) -> str:
        """Print the public key line, without a newline."""
        return _key_text(self.name, self.key_id, self.public)

    def has_signed(self, text: str, signature: bytes) -> bool:
        """Say whether the signature is this key's over exactly this text.

        Raises:
            MissingExtraError: ``cryptography`` is not installed.
        """
        ed25519 = _ed25519()
        from cryptography.exceptions import InvalidSignature  # noqa: PLC0415 -- an extra

        try:
            public = ed25519.Ed25519PublicKey.from_public_bytes(self.public)
            public.verify(signature, text.encode())
        except (InvalidSignature, ValueError):
            return False
        return True


@attrs.frozen(eq=False)
class SigningKey:
    """The private half of a key, which signs for the public half."""

    verifier_key: VerifierKey
    _private: Ed25519PrivateKey = attrs.field(repr=False)

    @classmethod
    def generate(cls, name: str) -> SigningKey:
        """Make a new key; the name is best the log's origin, such as ``haninge.se/beslut``.

        Raises:
            KeyFormatError: a key cannot be called so.
            MissingExtraError: ``cryptography`` is not installed.
        """
        return cls._made(name, _ed25519().Ed25519PrivateKey.generate())

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> SigningKey:
        """Read a private key file.

        Raises:
            KeyFileError: there is none, or others than its owner may read it.
            KeyFormatError: it holds something else than an Ed25519 key.
            MissingExtraError: ``cryptography`` is not installed.
        """
        text = read_private(Path(path))
        try:
            name, key_id, seed = _key_parts(text, "private", PRIVATE_PREFIX)
            key = cls._made(name, _ed25519().Ed25519PrivateKey.from_private_bytes(seed))
            _require_key_id(key.verifier_key, key_id)
        except KeyFormatError as error:
            raise KeyFormatError(*(fault.at(str(path)) for fault in error.faults)) from None
        return key

    @classmethod
    def _made(cls, name: str, private: Ed25519PrivateKey) -> SigningKey:
        return cls(VerifierKey(name, private.public_key().public_bytes_raw()), private)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the key to a new file that only its owner may read.

        Raises:
            KeyFileError: the file exists, or cannot be written.
        """
        public = self.verifier_key
        text = _key_text(public.name, public.key_id, self._private.private_bytes_raw())
        write_private(Path(path), f"{PRIVATE_PREFIX}{text}\n")

    def signature(self, text: str) -> Signature:
        """Sign a text, which is the text of a note and so ends in a newline."""
        require_plain(text)
        public = self.verifier_key
        return Signature(public.name, public.key_id, self._private.sign(text.encode()))


def sign(text: str, key: SigningKey) -> Note:
    """Return the note that a text, such as a checkpoint's, becomes when it is signed.

    Raises:
        NoteError: the text cannot be a note's.
    """
    return Note(text, (key.signature(text),))


def verify(note: Note, keys: Iterable[VerifierKey]) -> tuple[VerifierKey, ...]:
    """Return those of the trusted keys that have signed the note: at least one.

    Signatures by other keys are ignored; a wrong one by a trusted key refuses the whole note.

    Raises:
        SignatureError: no trusted key has signed, or not this text.
        MissingExtraError: ``cryptography`` is not installed.
    """
    trusted = tuple(keys)
    signers: list[VerifierKey] = []
    for signature in note.signatures:
        for key in trusted:
            if (key.name, key.key_id) != (signature.name, signature.key_id):
                continue
            if not key.has_signed(note.text, signature.signature):
                what = f"the signature by {_called(key)} does not fit the text"
                todo = "the text or the signature was changed: do not trust it"
                raise SignatureError(Fault(what, todo=todo))
            if key not in signers:
                signers.append(key)
    if not signers:
        names = " or ".join(map(_called, trusted)) or "a trusted key, and none was given"
        todo = "add the signer's public key if you trust it"
        raise SignatureError(Fault("no trusted key has signed", expected=names, todo=todo))
    return tuple(signers)


def _called(key: VerifierKey) -> str:
    return f"{key.name}+{key.key_id.hex()}"


def _key_text(name: str, key_id: bytes, octets: bytes) -> str:
    return f"{name}+{key_id.hex()}+{b64encode(ED25519 + octets).decode()}"


def _key_parts(text: str, kind: str, prefix: str = "") -> tuple[str, bytes, bytes]:
    """Read a key's name, id and octets; no error tells what the text was."""
    parts = _KEY.fullmatch(text.removeprefix(prefix)) if text.startswith(prefix) else None
    try:
        octets = base64_octets(parts[3]) if parts else b""
    except NoteError:
        octets = b""
    if not parts or octets[:1] != ED25519 or len(octets) != 1 + KEY_SIZE:
        raise KeyFormatError(
            Fault(f"this is not a {kind} key", expected=f"{prefix}NAME+ID+BASE64 of an Ed25519 key")
        )
    return parts[1], bytes.fromhex(parts[2]), octets[1:]


def _require_key_id(key: VerifierKey, key_id: bytes) -> None:
    if key.key_id != key_id:
        what = f"the key's id is {key_id.hex()}"
        todo = "its name or octets were changed"
        raise KeyFormatError(Fault(what, expected=key.key_id.hex(), todo=todo))


def _ed25519() -> ModuleType:
    try:
        from cryptography.hazmat.primitives.asymmetric import (  # noqa: PLC0415 -- an extra
            ed25519,
        )
    except ImportError as error:
        raise MissingExtraError(
            extra="sign", package="cryptography", needed_for="an Ed25519 signature"
        ) from error
    return ed25519
