"""Database files: telling ours from others', and making a new one whole or not at all."""

from __future__ import annotations

import errno
import os
import sqlite3
import sys
from collections.abc import Generator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, Literal
from urllib.parse import quote

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

LEDGER = 0x53545952
"""The application id ("STYR") in the header of a file that holds a log."""

VIEWS = 0x53545956
"""The application id ("STYV") in the header of a view file."""

MAGIC = b"SQLite format 3\0"
ID_AT = slice(68, 72)
"""Where the header of an SQLite file holds the application id (its file format, 1.3.14)."""

Look = Literal["absent", "empty", "folder", "foreign", "ours"]


def look(path: Path, application: int) -> Look:
    """Return whose file lies at a path, without opening it as a database.

    Raises:
        OSError: one may not look there.
        ValueError: the path cannot be one, as with a NUL in it.
    """
    # Never by open(): whoever closes a file loses all the locks that this process has on it.
    if path.is_dir():
        return "folder"
    try:
        size = path.stat().st_size
    except FileNotFoundError:
        return "absent"
    if size == 0:
        return "empty"
    if not os.access(path, os.R_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
    # The id is in the file itself and not in a -wal: ``making`` closes a file before it is named.
    try:
        with closing(sqlite3.connect(uri(path, mode="ro", immutable="1"), uri=True)) as database:
            (found,) = database.execute("PRAGMA application_id").fetchone()
    except sqlite3.DatabaseError as fault:
        # What is damaged is told when it is opened.
        return "foreign" if "not a database" in str(fault) else "ours"
    return "ours" if found == application else "foreign"


def uri(path: Path, **parameters: str) -> str:
    """Return the URI that SQLite opens a path by, whatever characters are in it."""
    query = "&".join(f"{name}={value}" for name, value in parameters.items())
    return f"file:{quote(os.fsencode(path.absolute()))}?{query}"


@contextmanager
def making(path: Path) -> Generator[Path]:
    """Give a place to make a file; it is put at ``path`` at the end, if all went well.

    Raises:
        FileExistsError: there is something at the path already.
    """
    part = path.with_name(f"{path.name}.{os.urandom(4).hex()}.part")
    try:
        yield part
        put(part, path)
    finally:
        remove(part)


def put(part: Path, path: Path) -> None:
    """Give a database file that is whole and closed the name that it is to have.

    Raises:
        FileExistsError: there is something at the path already.
        OSError: it is not whole.
    """
    if os.path.lexists(path):
        raise FileExistsError(path)
    beside = Path(f"{part}-wal")
    if beside.exists() and beside.stat().st_size:
        # Closing it tells nobody that there was no room to bring it all into the one file.
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))
    try:
        path.hardlink_to(part)
    except FileExistsError:
        raise
    except OSError:
        # A file system without links; another who makes the same file may be overwritten.
        part.rename(path)
    _keep_name(path.absolute().parent)
    remove(part)


def remove(part: Path) -> None:
    """Remove a database file by this name, and what SQLite keeps beside it."""
    for suffix in ("", "-wal", "-shm", "-journal"):
        Path(f"{part}{suffix}").unlink(missing_ok=True)


def locked(file: BinaryIO) -> bool:
    """Take a file for this process alone until it is closed; tell whether it could be had."""
    try:
        if sys.platform == "win32":
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _keep_name(folder: Path) -> None:
    """Let a new name in a folder survive a power failure, where the system can."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
