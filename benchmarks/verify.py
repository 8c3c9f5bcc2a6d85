#!/usr/bin/env python3
"""How fast a log is checked: the tree beside a bare hashlib loop, and the whole of verify.

    python benchmarks/verify.py [ENTRIES]

All in one run, on one ledger in a temporary folder. Only the ratios count.
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from hashlib import sha256
from pathlib import Path

from styrledger import BudgetRevised, Entry, Ledger, UnitRegistered
from styrledger.ledger import view_path
from styrledger.store import Log, Row
from styrledger.tree import CompactRange, entry_bytes, leaf_of
from styrledger.verifying.run import verify

UNITS = 100
MIB = 1024


def main(count: int) -> None:
    """Print one line for each measurement: entries a second, and the ratio to its peer."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ledger.db"
        with Ledger.create(path, organisation="Prov") as ledger:
            ledger.record_all(entries(count))
            ledger.as_of()
        log = Log.open(path, read_only=True)
        rows = [*log.all_rows()]
        log.close()
        read = rate(count, lambda: sum(1 for _ in Log.open(path, read_only=True).all_rows()))
        octets = [entry_bytes(row.stream, row.version, row.name, row.state) for row in rows]
        bare = rate(count, lambda: hashed(octets))
        tree = rate(count, lambda: grown(rows))
        whole = rate(count, lambda: checked(path))
        told("rows read", read)
        told("bare hashlib tree loop", bare)
        told("tree over entry bytes", tree, f"{tree / bare:.2f} x the bare loop")
        told("whole verify, with views", whole, f"{whole / bare:.2f} x the bare loop")
        proof(path, count)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / MIB
    sys.stdout.write(
        f"peak memory {peak:.0f} MiB, of which the rows of this benchmark are a part\n"
    )


def entries(count: int) -> Iterable[Entry]:
    """Yield so many entries, about the budgets of a hundred units over twenty years."""
    for unit in ("KF", *(f"U{number}" for number in range(1, UNITS))):
        yield Entry(UnitRegistered(unit=unit, kind="board"), effective="2000-01-01")
    for number in range(count - UNITS):
        event = BudgetRevised(
            unit=f"U{number % (UNITS - 1) + 1}",
            year=2000 + number % 20,
            amount=f"{number % 997 + 1} tkr",
        )
        decision = f"KF {2000 + number % 20}-{number % 12 + 1:02}-10 § {number % 300 + 1}"
        yield Entry(event, decision, note="Reviderad budget efter beslut i fullmäktige.")


def hashed(entries: Iterable[bytes]) -> None:
    """Do what no tree can do without: hash the octets of each entry, and each node."""
    edge: list[bytes] = []
    for size, entry in enumerate(entries):
        leaf = sha256(b"\x00" + entry).digest()
        at = size
        while at & 1:
            leaf = sha256(b"\x01" + edge.pop() + leaf).digest()
            at >>= 1
        edge.append(leaf)


def grown(rows: Iterable[Row]) -> None:
    """Make the tree as the ledger does."""
    edge = CompactRange()
    for row in rows:
        edge.append(leaf_of(row))


def checked(path: Path) -> None:
    """Check the whole ledger."""
    found = verify(path, view_path(path))
    if not found.ok:
        raise SystemExit("\n".join(map(str, found.faults)))


def proof(path: Path, count: int) -> None:
    """Print how long one proof takes, from the tree that is kept."""
    with Ledger.open(path) as ledger:
        ledger.prove([1])
        began = time.perf_counter()
        for position in range(1, 101):
            ledger.prove([position * (count // 101)])
        each = (time.perf_counter() - began) / 100
    sys.stdout.write(f"{'one proof, verified':28} {1000 * each:9.2f} ms\n")


def rate(count: int, run: Callable[[], object]) -> float:
    """Return entries a second."""
    began = time.perf_counter()
    run()
    return count / (time.perf_counter() - began)


def told(name: str, found: float, ratio: str = "") -> None:
    """Print a line."""
    sys.stdout.write(f"{name:28} {found:9,.0f} /s  {ratio}\n")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
