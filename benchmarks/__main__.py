"""Measure a ledger beside its peers, print the table, and write it into the reference.

Only the ratios count, and only those of one run on a machine that does nothing else.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks import reading, starting, writing
from benchmarks.peers import duck
from benchmarks.peers.journals import JOURNALS
from benchmarks.scaling import Scale, grown
from benchmarks.stage import JOURNALS_UP_TO, Stage
from benchmarks.table import Row, markdown, page
from benchmarks.timing import ROOT

SIZES = {"10k": 10_000, "100k": 100_000, "1M": 1_000_000, "10M": 10_000_000}
PAGE = ROOT / "docs" / "reference" / "performance.md"

POSTGRES_SIZE = 2_000
"""How many entries a ledger on PostgreSQL has before the appends that are timed."""


def main() -> None:
    """Measure every size, the largest in full."""
    options = _options()
    sizes = sorted(options.sizes)
    scales: list[Scale] = []
    rows: list[Row] = []
    for size in sizes:
        with TemporaryDirectory(dir=options.folder, prefix="benchmark-") as folder:
            stage = Stage(Path(folder), size, options.seed)
            _said(f"{size:,} entries: given to every system")
            stage.set()
            scale, found = _measured(stage, options, in_full=size == sizes[-1])
            scales.append(scale)
            rows += found
            if size == max((one for one in sizes if one <= JOURNALS_UP_TO), default=0):
                _said(f"{size:,} entries: commands")
                rows += starting.cold_commands(stage, options.rounds)
                rows += starting.imports(stage, options.rounds)
    if options.postgres:
        _said("PostgreSQL")
        rows += writing.appends_to_postgres(
            options.postgres, POSTGRES_SIZE, options.appends, options.rounds
        )
    rows += grown(scales)
    sys.stdout.write("\n".join([*markdown(rows), ""]))
    if options.write:
        written = page(rows, _command(options), _missing(options))
        options.write.write_text(written, encoding="utf-8")


def _measured(
    stage: Stage, options: argparse.Namespace, *, in_full: bool
) -> tuple[Scale, list[Row]]:
    """Return what grows with the size, and with ``in_full`` every row of the table."""
    rounds: int = options.rounds
    _said(f"{stage.size:,} entries: recorded")
    rows, recorded = writing.imports(stage, rounds)
    _said(f"{stage.size:,} entries: built again")
    more, rebuilt = reading.rebuilds(stage, rounds)
    _said(f"{stage.size:,} entries: checked")
    checks, checked = reading.checks(stage, rounds)
    _said(f"{stage.size:,} entries: asked")
    asked, one = reading.one_line(stage, rounds)
    scale = Scale(stage.size, {"import": recorded, "rebuild": rebuilt, "verify": checked}, one)
    if not in_full:
        return scale, []
    appended = writing.appends(stage, options.appends, rounds)
    return scale, [
        *appended,
        *rows,
        *more,
        *asked,
        *reading.all_lines(stage, rounds),
        *checks,
    ]


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "--sizes",
        type=lambda text: [_size(one) for one in text.split(",")],
        default=[10_000, 100_000],
        metavar="N,N",
        help="how many entries, such as 10k,100k,1M (default 10k,100k); 10M takes hours",
    )
    parser.add_argument("--rounds", type=int, default=3, help="rounds of each measure (default 3)")
    parser.add_argument(
        "--appends", type=int, default=200, help="commits in a round of appends (default 200)"
    )
    parser.add_argument("--seed", type=int, default=1, help="another workload (default 1)")
    parser.add_argument("--folder", type=Path, help="where the files lie while it runs")
    parser.add_argument("--postgres", metavar="URL", help="a server to make databases on")
    parser.add_argument(
        "--write",
        type=Path,
        nargs="?",
        const=PAGE,
        metavar="FILE",
        help="write the table as a page, by default that of the reference",
    )
    return parser.parse_args()


def _size(text: str) -> int:
    return SIZES.get(text) or int(text)


def _command(options: argparse.Namespace) -> str:
    """Return the command that measures the same again, on any machine."""
    sizes = ",".join(map(str, options.sizes))
    server = " --postgres URL" if options.postgres else ""
    return (
        f"python -m benchmarks --sizes {sizes} --rounds {options.rounds} "
        f"--appends {options.appends} --seed {options.seed}{server} --write"
    )


def _missing(options: argparse.Namespace) -> list[str]:
    here = {journal.name: journal.is_installed() for journal in JOURNALS}
    here |= {"DuckDB": duck.is_installed(), "PostgreSQL": bool(options.postgres)}
    return [name for name, is_here in here.items() if not is_here]


def _said(text: str) -> None:
    sys.stderr.write(f"{text}\n")


if __name__ == "__main__":
    main()
