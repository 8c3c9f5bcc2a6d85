"""How time and memory grow with the number of entries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import attrs

from benchmarks.table import Row, Target, exponent, number
from benchmarks.timing import Apart

LINEAR = Target(1.10, 1.05, at_least=False, unit="")
LOOK_UP = Target(0.20, 0.15, at_least=False, unit="")
MEMORY = Target(100, 60, at_least=False, unit="MiB")

FLAT_FROM = 100_000
"""Below it, memory is what the interpreter and the caches take until they are full."""


@attrs.frozen
class Scale:
    """What was measured at one size: long tasks in processes of their own, and one question."""

    size: int
    tasks: Mapping[str, Apart]
    one_line: float


def grown(scales: Sequence[Scale]) -> list[Row]:
    """Return with which power of n each time grows, and how much memory each task holds."""
    last = scales[-1]
    rows = [
        Row(
            f"peak memory of {task}",
            scale.size,
            f"{number(scale.tasks[task].peak)} MiB",
            found=scale.tasks[task].peak,
            target=MEMORY,
        )
        for task in last.tasks
        for scale in scales
        if scale.size >= FLAT_FROM or scale is last
    ]
    if len(scales) > 1:
        sizes = [scale.size for scale in scales]
        times = {name: [scale.tasks[name].seconds for scale in scales] for name in last.tasks}
        for name, measured, target in (
            *((name, found, LINEAR) for name, found in times.items()),
            ("one line", [scale.one_line for scale in scales], LOOK_UP),
        ):
            power = exponent(sizes, measured)
            shown = f"n^{power:.2f}"
            begun = f"from {number(sizes[0])} entries"
            rows.append(Row(f"growth of {name}", last.size, shown, begun, "", power, target))
    return rows
