"""Run random operations on a ledger for a while: ``python -m tests.soak --seed 7 --minutes 10``.

Processes record at once and are killed, and so is the server; views are damaged and removed; the
ledger moves between the stores. Every answer is held to the model's. The operations, and when to
kill, follow from the seed that is printed with each round: ``--seed N --rounds 1`` repeats that.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from random import Random

from tests.postgres import Cluster

from .rounds import STORES, Round


def soak(seed: int, minutes: float, rounds: int | None, stores: Sequence[str]) -> int:
    """Run rounds until the time is over or one fails; return how many went well."""
    processes = multiprocessing.get_context("forkserver")
    processes.set_forkserver_preload(["tests.soak.rounds", "styrledger.commit"])
    end = time.monotonic() + 60 * minutes
    cluster = Cluster()  # with the durability that it has in service
    done = 0
    try:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            os.environ["XDG_CACHE_HOME"] = str(folder / "cache")
            while time.monotonic() < end and done != rounds:
                store = stores[seed % len(stores)]
                sys.stdout.write(f"seed {seed}, begun on {store}: ")
                sys.stdout.flush()
                began = time.monotonic()
                chance = Random(seed)  # noqa: S311 - nothing here is secret
                one = Round(chance, f"s{seed}", store, folder, cluster, processes)
                try:
                    one.run()
                finally:
                    one.ledger.close()
                took = time.monotonic() - began
                sys.stdout.write(f"{one.model.head} entries, {one.moves} moves, {took:.1f} s\n")
                done, seed = done + 1, seed + 1
    finally:
        cluster.remove()
    return done


def main() -> None:
    """Read the options and run."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("--seed", type=int, default=int(time.time()), help="of the first round")
    parser.add_argument("--minutes", type=float, default=10, help="begin no round after so many")
    parser.add_argument("--rounds", type=int, help="do no more than so many")
    parser.add_argument("--store", choices=STORES, help="begin on this one alone")
    given = parser.parse_args()
    stores = [given.store] if given.store else STORES
    done = soak(given.seed, given.minutes, given.rounds, stores)
    sys.stdout.write(f"{done} rounds, nothing is wrong\n")


if __name__ == "__main__":
    main()
