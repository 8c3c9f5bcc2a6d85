"""Long record files: pages of lines, which several processes read at once."""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import islice
from typing import BinaryIO

import attrs

from styrledger import stored
from styrledger.commit import Ready, Unreadable
from styrledger.errors import Fault
from styrledger.exchange import jsonl
from styrledger.exchange.lines import Seen, lines
from styrledger.workers import Progress, cores, results

LONG = 4_000_000
"""Bytes; a shorter file is read before other processes are ready to help."""

PAGE = 500

Octets = tuple[str, bytes, str]
"""The stored name of an entry, its octets, and its place in the file."""


@attrs.frozen
class Page:
    """Some lines of a file, and the number of the first of them."""

    name: str
    first: int
    lines: list[bytes | Fault]


def is_long(file: BinaryIO) -> bool:
    """Tell whether a file is worth the time that other processes take to begin."""
    return os.fstat(file.fileno()).st_size >= LONG


def read(file: BinaryIO, name: str, seen: Seen) -> Iterator[Ready | Unreadable]:
    """Yield what ``jsonl.read`` does, but with each entry its octets."""
    for _, found in results(_pages(file, name, seen), read_page, processes=cores()):
        for one in found:
            yield one if isinstance(one, Unreadable) else _ready(*one)


def read_page(page: Page, progress: Progress) -> list[Octets | Unreadable]:
    """Return the octets of the entries in some lines, and the places where there are none."""
    del progress
    return [
        one if isinstance(one, Unreadable) else (*stored.named(one), one.where)
        for one in jsonl.entries(page.lines, page.name, page.first)
    ]


def _pages(file: BinaryIO, name: str, seen: Seen) -> Iterator[Page]:
    rest: Iterator[bytes | Fault] = lines(file, seen)
    first = 1
    while some := [*islice(rest, PAGE)]:
        yield Page(name, first, some)
        first += len(some)


def _ready(name: str, octets: bytes, where: str) -> Ready:
    entry = stored.read(name, octets)
    object.__setattr__(entry, "where", where)
    return Ready(entry, octets)
