"""DuckDB, where it is installed: the moves of money in a table by columns."""

from __future__ import annotations

import importlib
import importlib.util
from datetime import date
from pathlib import Path
from typing import Any

from benchmarks.workload import Line

ONE = """
SELECT sum(ore) FROM moves
WHERE year = ? AND unit = ? AND line = ? AND effective <= ? AND position <= ?
"""

ALL = """
SELECT unit, line, sum(ore) FROM moves
WHERE year = ? AND effective <= ? AND position <= ? GROUP BY unit, line
"""

COLUMNS = """
{'year': 'INTEGER', 'unit': 'VARCHAR', 'line': 'VARCHAR', 'effective': 'INTEGER',
 'position': 'INTEGER', 'ore': 'BIGINT'}
"""


def is_installed() -> bool:
    """Tell whether DuckDB can be asked."""
    return importlib.util.find_spec("duckdb") is not None


class Duck:
    """A table in memory, of the moves that stand in a CSV file."""

    def __init__(self, moves: Path) -> None:
        """Read the moves; the machine's cores are shared with nothing else."""
        duckdb: Any = importlib.import_module("duckdb")
        self._connection = duckdb.connect(":memory:")
        read = f"read_csv(?, header = false, columns = {COLUMNS})"
        self._connection.execute(f"CREATE TABLE moves AS SELECT * FROM {read}", [str(moves)])  # noqa: S608 - of this module alone

    def one(self, line: Line, on: date, known: int) -> int:
        """Return what a line amounted to on a day, as known after a position, in öre."""
        asked = [line.year, line.unit, line.line, on.toordinal(), known]
        return int(self._connection.execute(ONE, asked).fetchone()[0] or 0)

    def all(self, year: int, on: date, known: int) -> dict[tuple[str, str], int]:
        """Return what every line of a year amounted to on a day, as known after a position."""
        found = self._connection.execute(ALL, [year, on.toordinal(), known]).fetchall()
        return {(unit, line): int(ore) for unit, line, ore in found}

    def close(self) -> None:
        """Forget the table."""
        self._connection.close()
