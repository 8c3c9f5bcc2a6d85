"""What is asked of a check of a part of the log, and what it tells the check of the whole."""

from __future__ import annotations

from datetime import datetime
from typing import Literal, NamedTuple

import attrs

from styrledger.projections.tiles import STRETCH, Tile
from styrledger.store import Place
from styrledger.verifying.faults import Faults
from styrledger.verifying.filed import Mixed
from styrledger.verifying.versions import Versions

PART = 4 * STRETCH
"""How many entries a part holds: four of the largest subtrees whose tiles lie inside it."""


class Keyed(NamedTuple):
    """An entry with a key."""

    position: int
    key: str


class Amended(NamedTuple):
    """A correction or withdrawal, with the stream that it is in."""

    position: int
    stream: str
    target: str
    withdraws: bool


@attrs.frozen
class Kept:
    """How far the view file had come when the check began, which is how far it is compared."""

    path: str
    position: int
    listed: int
    searched: int


@attrs.frozen
class Task:
    """The part of a log to check: the entries after one position up to another.

    ``sizes`` are those of the checkpoints whose roots are needed; ``last`` is None for the
    whole log, however its positions go. ``kept`` is None where there is no view file.
    """

    log: Place
    after: int
    last: int | None
    sizes: tuple[int, ...]
    kept: Kept | None


@attrs.frozen
class Whole:
    """A check of something as a whole.

    That is the database of the log or the view file, or what a view file holds under subjects,
    or as sums.
    """

    what: Literal["log", "views", "filed", "sums"]
    place: Place
    kept: Kept | None = None


Job = Task | Whole


@attrs.define
class Found:
    """What was found in a part.

    ``edge`` holds the complete subtrees of the part, the largest first, and ``edges`` the same
    at each size that was asked for. ``subtrees`` are the roots of the largest subtrees whose
    tiles lie inside a part, and ``begun`` the tiles that were not full, where the view file
    ends: what is above and beside them is compared when the parts are joined. ``filed`` is under
    which subjects its entries are to be filed.
    """

    after: int
    count: int = 0
    whole: bool = True
    first: datetime | None = None
    last: datetime | None = None
    edge: tuple[bytes, ...] = ()
    edges: dict[int, tuple[bytes, ...]] = attrs.Factory(dict[int, tuple[bytes, ...]])
    subtrees: tuple[bytes, ...] = ()
    begun: tuple[Tile, ...] = ()
    faults: Faults = attrs.Factory(Faults)
    views: Faults = attrs.Factory(Faults)
    filed: Mixed = attrs.Factory(Mixed)
    versions: Versions = attrs.Factory(Versions)
    keyed: list[Keyed] = attrs.Factory(list[Keyed])
    amended: list[Amended] = attrs.Factory(list[Amended])
