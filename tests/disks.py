"""A small disk for tests, which is full soon."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest


class Disk:
    """A file system in memory that holds so many KiB, and can be given more room."""

    def __init__(self, folder: Path, size: int) -> None:
        """Make it; ask for root, who alone may."""
        self.folder = folder
        folder.mkdir()
        self._run("mount", "-t", "tmpfs", "-o", f"size={size}k,mode=0777", "tmpfs", str(folder))

    def resize(self, size: int) -> None:
        """Let it hold so many KiB."""
        self._run("mount", "-o", f"remount,size={size}k", str(self.folder))

    def freeze(self) -> None:
        """Let nothing be written to it any more."""
        self._run("mount", "-o", "remount,ro", str(self.folder))

    def remove(self) -> None:
        """Remove it with all that is on it."""
        self._run("umount", "--lazy", str(self.folder))

    def _run(self, *command: str) -> None:
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
        if done.returncode:
            pytest.skip(f"only who may mount a file system can fill one: {done.stderr.strip()}")


@contextmanager
def small_disk(folder: Path, size: int) -> Generator[Disk]:
    """Give such a disk."""
    if os.geteuid():
        pytest.skip("only root may mount a file system, and so fill one")
    disk = Disk(folder, size)
    try:
        yield disk
    finally:
        disk.remove()
