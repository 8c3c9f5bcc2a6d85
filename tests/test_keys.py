"""Keys that sign, and the file of the private one."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NoReturn

import pytest

from styrledger.checkpoints import Checkpoint, ProofFile
from styrledger.errors import (
    KeyFileError,
    KeyFormatError,
    MissingExtraError,
    NoteError,
    SignatureError,
    StyrledgerError,
)
from styrledger.keys import SigningKey, VerifierKey, sign, verify
from styrledger.notes import Note, Signature

from .test_checkpoints import CHECKPOINT, PROOF
from .test_notes import GO_NOTE
from .test_tree import LEAVES

# The example keys of golang.org/x/mod/sumdb/note: public knowledge, the private one too.
GO_PUBLIC = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
GO_PRIVATE = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
OTHER_PUBLIC = "EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop"
OTHER_LINE = (
    "— EnochRoot rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwn"
    "WLox33WWd1RvMc+QQ=\n"
)
needs_modes = pytest.mark.skipif(os.name == "nt", reason="Windows keeps access lists instead")


def key_file(path: Path, text: str, mode: int = 0o600) -> Path:
    path.write_text(text, encoding="utf-8")
    path.chmod(mode)
    return path


@pytest.fixture
def go_key(tmp_path: Path) -> SigningKey:
    return SigningKey.load(key_file(tmp_path / "go.key", GO_PRIVATE))


def flipped(text: str) -> Iterator[bytes]:
    """Give the octets of every text that differs from this one in a single bit."""
    octets = text.encode()
    for bit in range(len(octets) * 8):
        changed = bytearray(octets)
        changed[bit // 8] ^= 1 << bit % 8
        yield bytes(changed)


def test_the_public_example_is_signed_and_verified_octet_for_octet(go_key: SigningKey) -> None:
    public = VerifierKey.from_text(GO_PUBLIC)
    note = Note.from_text(GO_NOTE)
    assert go_key.verifier_key == public
    assert sign(note.text, go_key).to_text() == GO_NOTE
    assert verify(note, [public]) == (public,)


def test_a_note_may_be_signed_by_many() -> None:
    peter, enoch = VerifierKey.from_text(GO_PUBLIC), VerifierKey.from_text(OTHER_PUBLIC)
    note = Note.from_text(GO_NOTE + OTHER_LINE)
    assert verify(note, [enoch, peter]) == (peter, enoch)
    assert verify(note, [enoch]) == (enoch,)


def test_sixteen_unknown_signatures_are_ignored() -> None:
    peter = VerifierKey.from_text(GO_PUBLIC)
    unknown = tuple(Signature(f"witness{number}", b"abcd", b"efgh") for number in range(15))
    same_name, same_id = (
        Signature("PeterNeumann", b"abcd", b"x"),
        Signature("x", peter.key_id, b"x"),
    )
    note = Note.from_text(GO_NOTE)
    signatures = (*unknown, same_name, same_id, *note.signatures)
    assert verify(Note(note.text, signatures), [peter]) == (peter,)


def test_a_note_that_no_trusted_key_has_signed_is_refused() -> None:
    note = Note.from_text(GO_NOTE)
    with pytest.raises(SignatureError) as refused:
        verify(note, [VerifierKey.from_text(OTHER_PUBLIC)])
    assert str(refused.value) == (
        "no trusted key has signed, expected EnochRoot+af0cfe78, "
        "add the signer's public key if you trust it"
    )
    with pytest.raises(SignatureError) as refused:
        verify(note, [])
    assert str(refused.value) == (
        "no trusted key has signed, expected a trusted key, and none was given, "
        "add the signer's public key if you trust it"
    )


def test_one_wrong_signature_by_a_trusted_key_refuses_the_whole_note() -> None:
    peter, enoch = VerifierKey.from_text(GO_PUBLIC), VerifierKey.from_text(OTHER_PUBLIC)
    note = Note.from_text(GO_NOTE)
    wrong = Signature("EnochRoot", enoch.key_id, bytes(64))
    for signatures in [(*note.signatures, wrong), (wrong, *note.signatures)]:
        with pytest.raises(SignatureError) as refused:
            verify(Note(note.text, signatures), [peter, enoch])
        assert str(refused.value) == (
            "the signature by EnochRoot+af0cfe78 does not fit the text, "
            "the text or the signature was changed: do not trust it"
        )


@pytest.mark.parametrize("length", [1, 63, 65, 200])
def test_a_signature_of_another_length_is_wrong(length: int) -> None:
    assert not VerifierKey.from_text(GO_PUBLIC).has_signed("text\n", bytes(length))


def test_every_flipped_bit_of_a_signed_checkpoint_is_refused(go_key: SigningKey) -> None:
    trusted = [go_key.verifier_key]
    signed = sign(CHECKPOINT.to_text(), go_key).to_text()
    verify(Note.from_text(signed), trusted)
    for changed in flipped(signed):
        with pytest.raises(StyrledgerError):
            verify(Note.from_text(changed), trusted)


def test_every_flipped_bit_of_a_signed_proof_file_is_refused(go_key: SigningKey) -> None:
    trusted = [go_key.verifier_key]

    def check(text: str | bytes) -> None:
        proof = ProofFile.from_text(text)
        verify(proof.note, trusted)
        proof.verify(LEAVES[5])

    signed = ProofFile(5, PROOF.path, sign(CHECKPOINT.to_text(), go_key)).to_text()
    check(signed)
    for changed in flipped(signed):
        with pytest.raises(StyrledgerError):
            check(changed)


def test_only_the_text_of_a_note_is_signed(go_key: SigningKey) -> None:
    with pytest.raises(NoteError, match="cut short"):
        sign("no newline", go_key)
    with pytest.raises(NoteError, match="no control character"):
        sign("\ud800\n", go_key)


def test_a_generated_key_is_kept_and_signs_the_same(tmp_path: Path) -> None:
    key = SigningKey.generate("haninge.example/beslut")
    key.save(tmp_path / "new.key")
    loaded = SigningKey.load(tmp_path / "new.key")
    text = CHECKPOINT.to_text()
    note = sign(text, loaded)
    assert note == sign(text, key)
    public = VerifierKey.from_text(f"{key.verifier_key.to_text()}\n")
    assert verify(note, [public]) == (key.verifier_key,)
    assert Checkpoint.from_text(note.text) == CHECKPOINT


def test_two_generated_keys_differ() -> None:
    assert SigningKey.generate("a").verifier_key != SigningKey.generate("a").verifier_key


def test_the_private_key_file_is_that_of_go(tmp_path: Path, go_key: SigningKey) -> None:
    go_key.save(tmp_path / "copy.key")
    assert (tmp_path / "copy.key").read_bytes() == GO_PRIVATE.encode() + b"\n"


@needs_modes
@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077])
def test_a_private_key_is_its_owners_alone(tmp_path: Path, umask: int) -> None:
    before = os.umask(umask)
    try:
        SigningKey.generate("a").save(tmp_path / "new.key")
    finally:
        os.umask(before)
    assert (tmp_path / "new.key").stat().st_mode & 0o777 == 0o600


@needs_modes
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o602, 0o610, 0o644, 0o666])
def test_a_private_key_that_others_may_use_is_refused(tmp_path: Path, mode: int) -> None:
    path = key_file(tmp_path / "open.key", GO_PRIVATE, mode)
    with pytest.raises(KeyFileError) as refused:
        SigningKey.load(path)
    assert str(refused.value) == (
        f"{path}: others than its owner may use the private key (mode {mode:04o}), "
        "expected mode 0600, make a new key, or run `chmod 600` on it if nobody has read it"
    )


def test_a_private_key_is_never_overwritten(tmp_path: Path, go_key: SigningKey) -> None:
    path = key_file(tmp_path / "there.key", "something")
    with pytest.raises(KeyFileError) as refused:
        go_key.save(path)
    assert str(refused.value) == (
        f"{path}: the private key cannot be written: File exists, "
        "give another name: a private key is never overwritten"
    )
    assert path.read_text(encoding="utf-8") == "something"


def test_a_link_to_nowhere_is_not_followed(tmp_path: Path, go_key: SigningKey) -> None:
    (tmp_path / "link.key").symlink_to(tmp_path / "elsewhere.key")
    with pytest.raises(KeyFileError, match="File exists"):
        go_key.save(tmp_path / "link.key")
    assert not (tmp_path / "elsewhere.key").exists()


def test_a_private_key_that_cannot_be_written_whole_is_not_left(
    tmp_path: Path, go_key: SigningKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    def is_full(_: int) -> NoReturn:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", is_full)
    with pytest.raises(KeyFileError) as refused:
        go_key.save(tmp_path / "new.key")
    assert str(refused.value) == (
        f"{tmp_path / 'new.key'}: the private key cannot be written: No space left on device"
    )
    assert list(tmp_path.glob("new*")) == []


def test_a_private_key_that_is_not_there_cannot_be_read(tmp_path: Path) -> None:
    for path, reason in [
        (tmp_path / "none.key", "No such file or directory"),
        (tmp_path, "Is a directory"),
    ]:
        with pytest.raises(KeyFileError) as refused:
            SigningKey.load(path)
        assert str(refused.value) == f"{path}: the private key cannot be read: {reason}"


@pytest.mark.parametrize(
    "text",
    [
        "",
        GO_PUBLIC,
        GO_PRIVATE.lower(),
        f" {GO_PRIVATE}",
        f"{GO_PRIVATE}\n\n",
        f"{GO_PRIVATE}\r\n",
        f"{GO_PRIVATE}=",
        GO_PRIVATE[:-1],
        GO_PRIVATE[:-4],
        GO_PRIVATE.replace("c74f20a3", "C74F20A3"),
        GO_PRIVATE.replace("c74f20a3", "c74f20a"),
        GO_PRIVATE.replace("AYEK", "AoEK"),
        GO_PRIVATE.replace("PeterNeumann", "Peter Neumann"),
        GO_PRIVATE.replace("PeterNeumann", ""),
        GO_PRIVATE + "x" * 5000,
        "\x00\xff" * 50,
    ],
)
def test_any_other_private_key_is_refused_and_never_shown(tmp_path: Path, text: str) -> None:
    with pytest.raises(KeyFormatError) as refused:
        SigningKey.load(key_file(tmp_path / "bad.key", text))
    assert "EKFALVFGyNhPJEMzD1QIDr" not in str(refused.value)


def test_key_errors_say_what_was_expected(tmp_path: Path) -> None:
    with pytest.raises(KeyFormatError) as refused:
        SigningKey.load(key_file(tmp_path / "public.key", GO_PUBLIC))
    assert str(refused.value) == (
        f"{tmp_path / 'public.key'}: this is not a private key, "
        "expected PRIVATE+KEY+NAME+ID+BASE64 of an Ed25519 key"
    )
    with pytest.raises(KeyFormatError) as refused:
        VerifierKey.from_text(GO_PRIVATE)
    assert str(refused.value) == (
        "this is not a public key, expected NAME+ID+BASE64 of an Ed25519 key"
    )
    with pytest.raises(KeyFormatError) as refused:
        VerifierKey.from_text(GO_PUBLIC.replace("c74f20a3", "c74f20a4"))
    assert str(refused.value) == (
        "the key's id is c74f20a4, expected c74f20a3, its name or octets were changed"
    )
    with pytest.raises(KeyFormatError) as refused:
        SigningKey.generate("two words")
    assert str(refused.value) == (
        "'two words' is not a key name, expected no space and no plus in it"
    )
    with pytest.raises(KeyFormatError) as refused:
        VerifierKey("name", b"short")
    assert str(refused.value) == "the key is of another length, expected 32 octets"


def test_every_flipped_bit_of_a_public_key_is_refused() -> None:
    for changed in flipped(GO_PUBLIC):
        with pytest.raises(KeyFormatError):
            VerifierKey.from_text(changed.decode("latin-1"))


def test_a_public_key_is_printed_octet_for_octet() -> None:
    for line in (GO_PUBLIC, OTHER_PUBLIC):
        assert VerifierKey.from_text(line).to_text() == line


def test_a_private_key_is_never_shown(go_key: SigningKey) -> None:
    assert repr(go_key) == str(go_key) == f"SigningKey(verifier_key={go_key.verifier_key!r})"


@pytest.mark.parametrize(
    "use",
    [
        lambda: SigningKey.generate("a"),
        lambda: verify(Note.from_text(GO_NOTE), [VerifierKey.from_text(GO_PUBLIC)]),
    ],
    ids=["generate", "verify"],
)
def test_without_cryptography_the_extra_is_named(
    use: Callable[[], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "cryptography.hazmat.primitives.asymmetric", None)
    with pytest.raises(MissingExtraError) as missing:
        use()
    assert str(missing.value) == (
        "an Ed25519 signature needs the package 'cryptography', which is not installed: "
        "run `pip install 'styrledger[sign]'`"
    )
    assert (missing.value.extra, missing.value.package) == ("sign", "cryptography")
