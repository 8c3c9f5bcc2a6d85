"""Where a private key is kept: a file that none but its owner can read, and never overwritten."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from styrledger.errors import Fault, KeyFileError

_MAX_SIZE = 4096


def read_private(path: Path) -> str:
    """Return what a private key file holds.

    Raises:
        KeyFileError: there is none, or its mode lets others than its owner at it.
    """
    try:
        with path.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            octets = file.read(_MAX_SIZE)
    except OSError as error:
        raise KeyFileError(_unusable(path, "read", error)) from None
    # Windows keeps access lists instead, of which these bits say nothing.
    if os.name != "nt" and mode & (stat.S_IRWXG | stat.S_IRWXO):
        what = f"others than its owner may use the private key (mode {stat.S_IMODE(mode):04o})"
        todo = "make a new key, or run `chmod 600` on it if nobody has read it"
        raise KeyFileError(Fault(what, expected="mode 0600", todo=todo, where=str(path)))
    return octets.decode(errors="replace")


def write_private(path: Path, text: str) -> None:
    """Write a new file with mode 0600, whole and on the disk, or leave none.

    Raises:
        KeyFileError: there is a file already, or none can be written.
    """
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise KeyFileError(_unusable(path, "written", error)) from None
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(text.encode())
            file.flush()
            os.fsync(descriptor)
    except OSError as error:
        path.unlink()
        raise KeyFileError(_unusable(path, "written", error)) from None


def _unusable(path: Path, done: str, error: OSError) -> Fault:
    todo = "give another name: a private key is never overwritten"
    return Fault(
        f"the private key cannot be {done}: {error.strerror}",
        todo=todo if isinstance(error, FileExistsError) else "",
        where=str(path),
    )
