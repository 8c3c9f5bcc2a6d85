"""Signed notes are read exactly or not at all."""

from __future__ import annotations

from base64 import b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from styrledger.errors import NoteError
from styrledger.notes import MAX_NOTE_SIZE, Note, Signature

# The example of golang.org/x/mod/sumdb/note.
GO_NOTE = """\
If you think cryptography is the answer to your problem,
then you don't know what your problem is.

— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1\
FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=
"""
# The example of C2SP's signed-note, whose text has an empty line.
C2SP_NOTE = """\
Ognuno sta solo sul cuor della terra
trafitto da un raggio di sole:

ed è subito sera.

— quasimodo.example/salvatore NnugSzTjtVAewIS+Z/iJhUPeFDkO/5QQ2i5ddnGITLlC+\
EhfLW9oJKONrMouFSQU0xMcXxj99ihAQwaqP3ZekRwNtIc=
"""
SIGNED = b64encode(b"abcdefgh").decode()
LINE = f"— name {SIGNED}"

NAMES = st.text(
    st.characters(exclude_categories=["Cs", "Cc", "Z"], exclude_characters="+"), min_size=1
)
LINES = st.text(st.characters(exclude_categories=["Cs", "Cc"]))


def signature(name: str = "name") -> Signature:
    return Signature(name, b"abcd", b"efgh")


@pytest.mark.parametrize("text", [GO_NOTE, C2SP_NOTE])
def test_public_examples_are_read_and_printed_octet_for_octet(text: str) -> None:
    assert Note.from_text(text).to_text() == text
    assert Note.from_text(text.encode()).to_text() == text


def test_a_note_has_the_text_that_was_signed_and_who_signed() -> None:
    note = Note.from_text(C2SP_NOTE)
    assert note.text.endswith("\n\ned è subito sera.\n")
    (signed,) = note.signatures
    assert signed.name == "quasimodo.example/salvatore"
    assert signed.key_id.hex() == "367ba04b"
    assert len(signed.signature) == 64


@pytest.mark.parametrize("count", [1, 16, 100])
def test_many_signatures_are_kept_in_their_order(count: int) -> None:
    lines = [f"— witness{number}.example {SIGNED}" for number in range(count)]
    note = Note.from_text("text\n\n" + "".join(f"{line}\n" for line in lines))
    assert [signed.to_line() for signed in note.signatures] == lines


@given(LINES, st.lists(st.tuples(NAMES, st.binary(min_size=1)), min_size=1, max_size=5))
def test_whatever_is_printed_is_read_back(text: str, signers: list[tuple[str, bytes]]) -> None:
    note = Note(f"{text}\n", tuple(Signature(name, b"abcd", signed) for name, signed in signers))
    assert Note.from_text(note.to_text()) == note


@given(st.one_of(st.binary(), st.text(), st.text("ab\n— +=", max_size=40)))
def test_whatever_comes_in_is_one_note_or_a_note_error(hostile: str | bytes) -> None:
    try:
        note = Note.from_text(hostile)
    except NoteError:
        return
    assert note.to_text() == (hostile.decode() if isinstance(hostile, bytes) else hostile)


@pytest.mark.parametrize(
    ("note", "error"),
    [
        ("", "this is not a signed note, expected a text, a blank line, signature lines"),
        ("text\n", "this is not a signed note, expected a text, a blank line, signature lines"),
        ("text\n\n", "this is not a signed note, expected a text, a blank line, signature lines"),
        (
            f"text\n\n{LINE}",
            "this is not a signed note, expected a text, a blank line, signature lines",
        ),
        (
            f"text\n{LINE}\n",
            "this is not a signed note, expected a text, a blank line, signature lines",
        ),
        (
            f"text\n\n{LINE}\nmore\n",
            "line 4: 'more' is not a signature, expected an em dash, a name and base64",
        ),
        (
            f"text\n\n- name {SIGNED}\n",
            (
                "line 3: '- name YWJjZGVmZ2g=' is not a signature, "
                "expected an em dash, a name and base64"
            ),
        ),
        (
            f"text\n\n—  {SIGNED}\n",
            "line 3: '' is not a key name, expected no space and no plus in it",
        ),
        (
            f"text\n\n— a+b {SIGNED}\n",
            "line 3: 'a+b' is not a key name, expected no space and no plus in it",
        ),
        (
            f"text\n\n— a\u00a0b {SIGNED}\n",
            "line 3: 'a\\xa0b' is not a key name, expected no space and no plus in it",
        ),
        (
            "text\n\n— name\n",
            "line 3: the signature is cut short, expected a key id of 4 octets and a signature",
        ),
        (
            "text\n\n— name YWJjZA==\n",
            "line 3: the signature is cut short, expected a key id of 4 octets and a signature",
        ),
        (
            "text\n\n— name YWJjZGVmZ2g\n",
            "line 3: 'YWJjZGVmZ2g' is not base64, expected canonical base64 with its padding",
        ),
        (
            "text\n\n— name YWJjZGVmZ2h=\n",
            "line 3: 'YWJjZGVmZ2h=' is not base64, expected canonical base64 with its padding",
        ),
        (
            "text\n\n— name YWJj ZGVmZ2g=\n",
            "line 3: 'YWJj ZGVmZ2g=' is not base64, expected canonical base64 with its padding",
        ),
        (
            "text\n\n— name YWJjZGVmZ-_=\n",
            "line 3: 'YWJjZGVmZ-_=' is not base64, expected canonical base64 with its padding",
        ),
        (
            f"text\n\n{LINE} \n",
            "line 3: 'YWJjZGVmZ2g= ' is not base64, expected canonical base64 with its padding",
        ),
        (f"text\r\n\n{LINE}\n", "line 1: '\\r' is in the text, expected no control character"),
        (f"a\nb\tc\n\n{LINE}\n", "line 2: '\\t' is in the text, expected no control character"),
        (f"a\ud800\n\n{LINE}\n", "line 1: '\\ud800' is in the text, expected no control character"),
        (b"a\xff\n\n\xe2\x80\x94 name YWJjZGVmZ2g=\n", "the text is not UTF-8, expected UTF-8"),
        ("text\n\n" + f"{LINE}\n" * 101, "the note has 101 signatures, expected from 1 to 100"),
        (
            "a" * (MAX_NOTE_SIZE + 1),
            "the text is 1048577 octets long, expected at most 1048576",
        ),
        (
            f"text\n\n{'x' * 70}\n",
            (
                f"line 3: '{'x' * 60}'… (70 characters) is not a signature, "
                "expected an em dash, a name and base64"
            ),
        ),
    ],
)
def test_anything_else_is_refused_with_its_line(note: str | bytes, error: str) -> None:
    with pytest.raises(NoteError) as refused:
        Note.from_text(note)
    assert str(refused.value) == error


def test_a_note_that_could_not_be_read_back_cannot_be_made() -> None:
    with pytest.raises(NoteError, match=r"^the text of the note is cut short, expected a newline"):
        Note("text", (signature(),))
    with pytest.raises(NoteError, match=r"^the note has 0 signatures, expected from 1 to 100$"):
        Note("text\n", ())
    with pytest.raises(NoteError, match="is not a key name"):
        signature("a b")
    with pytest.raises(NoteError, match=r"^the signature is cut short"):
        Signature("name", b"abc", b"defgh")


def test_a_signature_does_not_fill_the_screen() -> None:
    assert repr(signature()) == "Signature(name='name', key_id=b'abcd')"
