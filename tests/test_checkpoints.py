"""Checkpoints and proof files are read exactly or not at all, and hold the ledger to its word."""

from __future__ import annotations

from base64 import b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from styrledger.checkpoints import Checkpoint, ProofFile
from styrledger.errors import NoteError, ProofError
from styrledger.notes import Note, Signature
from styrledger.proofs import inclusion_path
from styrledger.tree import EMPTY_ROOT

from .test_notes import LINES
from .test_tree import LEAVES, naive_root, stored_nodes

# The example of C2SP's tlog-checkpoint.
C2SP_CHECKPOINT = """\
example.com/behind-the-sofa
20852163
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+\
ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
"""
ROOT = b64encode(naive_root(LEAVES)).decode()
CHECKPOINT = Checkpoint("haninge.example/beslut", 8, naive_root(LEAVES))
SIGNED = Note(CHECKPOINT.to_text(), (Signature("haninge.example/beslut", b"abcd", b"efgh"),))
NODES = stored_nodes(LEAVES)
PROOF = ProofFile(5, inclusion_path(5, 8, lambda level, index: NODES[level, index]), SIGNED)
PROOF_TEXT = f"""\
c2sp.org/tlog-proof@v1
index 5
vBoGQ7EuTS18d5GPROD095qDi2z57FtcKD4fTYhZnms=
yoVOoSjtBQtBs1/8G4e46yveRh6eO1WW7Oa51ZdaCuA=
037kGJdt2VdTwcc4Yrk5j6Kiz5tP8P3+izDNlSCWFLc=

{CHECKPOINT.to_text()}
— haninge.example/beslut YWJjZGVmZ2g=
"""


def test_a_checkpoint_is_three_lines() -> None:
    text = f"haninge.example/beslut\n8\n{ROOT}\n"
    assert CHECKPOINT.to_text() == text
    assert Checkpoint.from_text(text) == Checkpoint.from_text(text.encode()) == CHECKPOINT


def test_the_public_example_of_a_checkpoint_is_read() -> None:
    note = Note.from_text(C2SP_CHECKPOINT)
    checkpoint = Checkpoint.from_text(note.text)
    assert (checkpoint.origin, checkpoint.size) == ("example.com/behind-the-sofa", 20852163)
    assert checkpoint.to_text() == note.text


def test_an_empty_log_has_a_checkpoint() -> None:
    text = f"o\n0\n{b64encode(EMPTY_ROOT).decode()}\n"
    assert Checkpoint.from_text(text) == Checkpoint("o", 0, EMPTY_ROOT)


@given(
    LINES.filter(bool),
    st.integers(1, 2**64 - 1),
    st.binary(min_size=32, max_size=32),
    st.lists(LINES.filter(bool), max_size=3).map(tuple),
)
def test_whatever_checkpoint_is_printed_is_read_back(
    origin: str, size: int, root: bytes, extensions: tuple[str, ...]
) -> None:
    checkpoint = Checkpoint(origin, size, root, extensions)
    assert Checkpoint.from_text(checkpoint.to_text()) == checkpoint


@given(st.one_of(st.binary(), st.text(), st.text(f"01\n{ROOT}", max_size=60)))
def test_whatever_comes_in_is_one_checkpoint_or_a_note_error(hostile: str | bytes) -> None:
    try:
        checkpoint = Checkpoint.from_text(hostile)
    except NoteError:
        return
    assert checkpoint.to_text() == (hostile.decode() if isinstance(hostile, bytes) else hostile)


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("", "the checkpoint is cut short, expected three lines, each with its newline"),
        ("o\n8\n", "the checkpoint is cut short, expected three lines, each with its newline"),
        (
            f"o\n8\n{ROOT}",
            "the checkpoint is cut short, expected three lines, each with its newline",
        ),
        (
            f"o\n8\n{ROOT}\nextension",
            "the checkpoint is cut short, expected three lines, each with its newline",
        ),
        (f"\n8\n{ROOT}\n", "'' is not a line of a checkpoint, expected one line of text"),
        (f"o\n8\n{ROOT}\n\n", "'' is not a line of a checkpoint, expected one line of text"),
        *(
            (
                f"o\n{size}\n{ROOT}\n",
                f"line 2: {size!r} is not a number, expected decimal digits without a leading zero",
            )
            for size in ["", "08", "-8", "+8", "8 ", "8_0", "0x8", "٨", "8.0", "1" * 21]
        ),
        (
            f"o\n18446744073709551616\n{ROOT}\n",
            "the size is 18446744073709551616, expected from 0 to 2**64 - 1 entries",
        ),
        ("o\n8\nAAAA\n", "the root is 3 octets long, expected 32"),
        ("o\n8\n!\n", "line 3: '!' is not base64, expected canonical base64 with its padding"),
        (f"o\n0\n{ROOT}\n", "an empty log has another root, expected the SHA-256 of nothing"),
        (f"o\n8\r\n{ROOT}\n", "line 2: '\\r' is in the text, expected no control character"),
    ],
)
def test_any_other_checkpoint_is_refused_with_its_line(text: str, error: str) -> None:
    with pytest.raises(NoteError) as refused:
        Checkpoint.from_text(text)
    assert str(refused.value) == error


@pytest.mark.parametrize("line", ["", "two\nlines", "bell\a"])
def test_a_checkpoint_that_could_not_be_read_back_cannot_be_made(line: str) -> None:
    with pytest.raises(NoteError):
        Checkpoint(line, 1, EMPTY_ROOT)
    with pytest.raises(NoteError):
        Checkpoint("o", 1, EMPTY_ROOT, (line,))


def test_a_proof_file_is_printed_and_read_octet_for_octet() -> None:
    assert PROOF.to_text() == PROOF_TEXT
    assert ProofFile.from_text(PROOF_TEXT) == ProofFile.from_text(PROOF_TEXT.encode()) == PROOF
    assert PROOF.checkpoint == CHECKPOINT


def test_a_proof_file_proves_its_entry_and_no_other() -> None:
    PROOF.verify(LEAVES[5])
    for other in (*LEAVES[:5], *LEAVES[6:]):
        with pytest.raises(ProofError):
            PROOF.verify(other)


def test_a_log_of_one_entry_is_proved_by_an_empty_path() -> None:
    checkpoint = Checkpoint("o", 1, naive_root(LEAVES[:1]))
    proof = ProofFile(0, (), Note(checkpoint.to_text(), SIGNED.signatures))
    assert ProofFile.from_text(proof.to_text()) == proof
    proof.verify(LEAVES[0])


@given(st.binary())
def test_extra_data_is_kept(extra: bytes) -> None:
    proof = ProofFile(PROOF.index, PROOF.path, SIGNED, extra)
    assert ProofFile.from_text(proof.to_text()) == proof


@given(st.one_of(st.binary(), st.text()))
def test_whatever_comes_in_is_one_proof_file_or_a_note_error(hostile: str | bytes) -> None:
    with pytest.raises(NoteError):
        ProofFile.from_text(hostile)


@pytest.mark.parametrize(
    ("old", "new", "error"),
    [
        (
            "tlog-proof@v1",
            "tlog-proof@v2",
            (
                "'c2sp.org/tlog-proof@v2' does not begin a proof file, "
                "expected 'c2sp.org/tlog-proof@v1'"
            ),
        ),
        (
            "index 5\n",
            "",
            (
                "line 2: 'vBoGQ7EuTS18d5GPROD095qDi2z57FtcKD4fTYhZnms=' is not an index, "
                "expected `index` and a number"
            ),
        ),
        (
            "index 5",
            "index 05",
            "line 2: '05' is not a number, expected decimal digits without a leading zero",
        ),
        (
            "index 5",
            "index  5",
            "line 2: ' 5' is not a number, expected decimal digits without a leading zero",
        ),
        (
            "index 5",
            "index 18446744073709551616",
            "the index is 18446744073709551616, expected from 0 to 2**64 - 1",
        ),
        (
            "index 5",
            "extra \nindex 5",
            "line 2: the extra data is empty, expected no such line then",
        ),
        (
            "index 5",
            "extra YQ\nindex 5",
            "line 2: 'YQ' is not base64, expected canonical base64 with its padding",
        ),
        (
            "index 5",
            "extra YQ==\nextra YQ==\nindex 5",
            "line 3: 'extra YQ==' is not an index, expected `index` and a number",
        ),
        (
            "index 5\n",
            "index 5\nAAAA\n",
            "a hash of the path is of another length, expected 32 octets",
        ),
        (
            "WFLc=",
            "WFLd=",
            (
                "line 5: '037kGJdt2VdTwcc4Yrk5j6Kiz5tP8P3+izDNlSCWFLd=' is not base64, "
                "expected canonical base64 with its padding"
            ),
        ),
        (
            "\n\nhaninge",
            "\nhaninge",
            (
                "line 6: 'haninge.example/beslut' is not base64, "
                "expected canonical base64 with its padding"
            ),
        ),
        (
            "\n8\n",
            "\n08\n",
            (
                "checkpoint.line 2: '08' is not a number, "
                "expected decimal digits without a leading zero"
            ),
        ),
        (
            "YWJjZGVmZ2g=",
            "YWJj",
            (
                "checkpoint.line 5: the signature is cut short, "
                "expected a key id of 4 octets and a signature"
            ),
        ),
        (
            "beslut YWJjZGVmZ2g=\n",
            "",
            "checkpoint: this is not a signed note, expected a text, a blank line, signature lines",
        ),
    ],
)
def test_any_other_proof_file_is_refused_with_its_line(old: str, new: str, error: str) -> None:
    assert old in PROOF_TEXT
    with pytest.raises(NoteError) as refused:
        ProofFile.from_text(PROOF_TEXT.replace(old, new))
    assert str(refused.value) == error
