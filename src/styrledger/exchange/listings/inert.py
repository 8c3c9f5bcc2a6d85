"""Text from outside, made harmless where a spreadsheet program or a terminal would act on it."""

from __future__ import annotations

import re
from typing import Final

_CONTROL: Final = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]")

_OPENING: Final = re.compile("[\u202a\u202b\u202d\u202e]")
_CLOSING: Final = "\u202c"
_ISOLATING: Final = re.compile("[\u2066-\u2068]")
_ISOLATED: Final = "\u2069"

_FORMULA: Final = "=+\\-@＝＋－＠"  # noqa: RUF001 - programs take the wide ones for the same
_ACTIVE: Final = re.compile(
    f'^(?=[{_FORMULA}\\t\\r\\n])|(?P<before>(?:^|[;,\\t\\r\\n])"*)(?=[{_FORMULA}]\\S)'
)


def readable(text: str) -> str:
    """Return a text without control characters, its changes of direction ended where it ends.

    Reading order is kept: what is written from right to left stays so, within the text.
    """
    shown = _CONTROL.sub("\N{REPLACEMENT CHARACTER}", text)
    isolates = max(len(_ISOLATING.findall(shown)) - shown.count(_ISOLATED), 0)
    overrides = max(len(_OPENING.findall(shown)) - shown.count(_CLOSING), 0)
    return shown + _CLOSING * overrides + _ISOLATED * isolates


def no_formula(text: str) -> str:
    """Return a text that no spreadsheet program takes for a formula, whatever it splits it at.

    A ``'`` comes before what would begin one, as OWASP advises: at the beginning, and after each
    separator, since a file with commas may be opened by a program that splits at semicolons.
    """
    return _ACTIVE.sub(lambda found: f"{found['before'] or ''}'", text)
