"""Signed notes: a text with signatures under it, exactly as C2SP's signed-note writes them.

Other tools read what this ledger signs, and it reads what they sign. Reading is strict: one text
has one meaning and one meaning has one text, so ``to_text`` gives back what ``from_text`` took,
octet for octet. Whatever else comes in is a ``NoteError``.

Files must be read as octets: text mode would quietly turn other line ends into newlines.
"""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from collections.abc import Generator
from contextlib import contextmanager
from typing import NoReturn

import attrs

from styrledger.errors import Fault, NoteError, quoted

KEY_ID_SIZE = 4
MAX_SIGNATURES = 100
MAX_NOTE_SIZE = 1 << 20

_FORBIDDEN = re.compile(r"[\x00-\x09\x0b-\x1f\ud800-\udfff]")


@attrs.frozen
class Signature:
    """One signature line: who is said to have signed, with which key, and the octets."""

    name: str
    key_id: bytes
    signature: bytes = attrs.field(repr=False)

    def __attrs_post_init__(self) -> None:
        if not is_key_name(self.name):
            refuse(f"{quoted(self.name)} is not a key name", "no space and no plus in it")
        if len(self.key_id) != KEY_ID_SIZE or not self.signature:
            refuse("the signature is cut short", "a key id of 4 octets and a signature")

    @classmethod
    def from_line(cls, line: str) -> Signature:
        """Read a line ``— NAME BASE64``, without its newline.

        Raises:
            NoteError: it is not exactly one.
        """
        dash, _, rest = line.partition(" ")
        name, _, encoded = rest.partition(" ")
        if dash != "—":
            refuse(f"{quoted(line)} is not a signature", "an em dash, a name and base64")
        octets = base64_octets(encoded)
        return cls(name, octets[:KEY_ID_SIZE], octets[KEY_ID_SIZE:])

    def to_line(self) -> str:
        """Print the line, without its newline."""
        return f"— {self.name} {b64encode(self.key_id + self.signature).decode()}"


@attrs.frozen
class Note:
    """A text and who is said to have signed it: not to be trusted before that is verified.

    ``text`` ends in a newline and is what was signed. Signatures by unknown keys are kept and
    otherwise ignored; there may be up to 100 in all.
    """

    text: str
    signatures: tuple[Signature, ...]

    def __attrs_post_init__(self) -> None:
        require_plain(self.text)
        if not self.text.endswith("\n"):
            refuse("the text of the note is cut short", "a newline at its end")
        if not 1 <= len(self.signatures) <= MAX_SIGNATURES:
            refuse(f"the note has {len(self.signatures)} signatures", "from 1 to 100")

    @classmethod
    def from_text(cls, note: str | bytes) -> Note:
        """Read a signed note.

        Raises:
            NoteError: it is not exactly one; the text says which line is wrong.
        """
        whole = plain_text(note, MAX_NOTE_SIZE)
        head, blank, tail = whole.rpartition("\n\n")
        if not blank or not tail.endswith("\n"):
            refuse("this is not a signed note", "a text, a blank line, signature lines")
        text = head + "\n"
        lines = tail.removesuffix("\n").split("\n")
        signatures: list[Signature] = []
        for number, line in enumerate(lines, start=text.count("\n") + 2):
            with reading(f"line {number}"):
                signatures.append(Signature.from_line(line))
        return cls(text, tuple(signatures))

    def to_text(self) -> str:
        """Print the note as it is kept and sent."""
        lines = "".join(f"{signature.to_line()}\n" for signature in self.signatures)
        return f"{self.text}\n{lines}"


def is_key_name(name: str) -> bool:
    """Say whether a key may be called so: not empty, no Unicode space, no plus, no control."""
    return (
        name != ""
        and "+" not in name
        and not any(letter.isspace() for letter in name)
        and _FORBIDDEN.search(name) is None
    )


def base64_octets(text: str) -> bytes:
    """Read base64 in its one canonical spelling (RFC 4648, section 4)."""
    try:
        octets = b64decode(text, validate=True)
    except ValueError:
        octets = b""
    if b64encode(octets).decode() != text:
        refuse(f"{quoted(text)} is not base64", "canonical base64 with its padding")
    return octets


def plain_text(octets: str | bytes, most: int) -> str:
    """Read octets as UTF-8 without control characters, at most so many."""
    if len(octets) > most:
        refuse(f"the text is {len(octets)} octets long", f"at most {most}")
    try:
        text = octets.decode() if isinstance(octets, bytes) else octets
    except UnicodeDecodeError:
        refuse("the text is not UTF-8", "UTF-8")
    require_plain(text)
    return text


def require_plain(text: str) -> None:
    """Refuse control characters other than newline, and halves of surrogate pairs."""
    found = _FORBIDDEN.search(text)
    if found:
        with reading(f"line {text.count(chr(10), 0, found.start()) + 1}"):
            refuse(f"{found[0]!a} is in the text", "no control character")


@contextmanager
def reading(field: str) -> Generator[None, None, None]:
    """Say in every ``NoteError`` from within which part was being read."""
    try:
        yield
    except NoteError as error:
        raise NoteError(*(fault.at(field=field) for fault in error.faults)) from None


def refuse(what: str, expected: str) -> NoReturn:
    """Raise the error that says what was found and what was expected."""
    raise NoteError(Fault(what, expected=expected)) from None
