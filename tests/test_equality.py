"""The one idea: a view is a pure fold, and every faster path gives the same answer.

    state(on, known) = fold(apply, ordered(log, on, known))
"""

from __future__ import annotations

