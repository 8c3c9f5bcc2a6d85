"""Files that are written in several goes: what was cut off is taken up again."""

from __future__ import annotations

import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from styrledger.errors import FileUnreadable, ServerUnreachable
from styrledger.files import locked


class Resumed:
    """Writes over a file from its beginning, and leaves what already is as it will be.

    Nothing in the file is believed: what is there stays only as far as it agrees, octet for
    octet, with what is written.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._agrees = True

    def write(self, octets: bytes, /) -> None:
        """Write octets after those before."""
        if self._agrees:
            at = self._file.tell()
            if self._file.read(len(octets)) == octets:
                return
            self._agrees = False
            self._file.seek(at)
            self._file.truncate()
        self._file.write(octets)

    def end(self) -> None:
        """End the file here, and let it be on the disk."""
        self._file.truncate(self._file.tell())
        self._file.flush()
        os.fsync(self._file.fileno())


@contextmanager
def resumed(place: Path, file: str) -> Generator[Resumed]:
    """Give what to write a file to; it is put at ``place`` when it is whole.

    Until then it lies beside it as ``.part``, where the next try goes on with it.

    Raises:
        FileUnreadable: another process is writing the same file.
        OSError: it cannot be written.
    """
    part = Path(f"{place}.part")
    with _opened(part, file) as target:
        sink = Resumed(target)
        try:
            yield sink
            sink.end()
            part.replace(place)
        except (KeyboardInterrupt, ServerUnreachable):
            raise
        except BaseException:
            part.unlink(missing_ok=True)
            raise


@contextmanager
def _opened(part: Path, file: str) -> Generator[BinaryIO]:
    """Open the part for this process alone, as it was left or empty."""
    part.open("ab").close()
    with part.open("r+b") as target:
        if not locked(target) or not _is_there(part, target):
            reason = "another process is writing this file"
            raise FileUnreadable(file, reason)
        yield target


def _is_there(part: Path, target: BinaryIO) -> bool:
    """Tell whether the file still has this name: another may just have put it in place."""
    try:
        return os.path.samestat(os.fstat(target.fileno()), part.stat())
    except FileNotFoundError:
        return False
