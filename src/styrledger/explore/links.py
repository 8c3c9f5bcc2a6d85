"""The links that stand on every page, on the basis that the page is asked on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

PLACES = (
    ("/", "Start"),
    ("/uppdrag", "Uppdrag"),
    ("/ledger/decisions", "Beslut"),
    ("/ledger/entries", "Händelselogg"),
    ("/controls", "Kontroller"),
    ("/ledger", "Öppna data"),
)
"""The pages that every page links to."""


def navigation(asked: Any, request: Any) -> list[tuple[str, str, bool]]:
    """Return the address, the name and whether one is there already, of every place."""
    basis = _basis(asked, request)
    path = request.path if request else ""
    return [(_address(page, basis), name, path == page) for page, name in PLACES]


def _basis(asked: Any, request: Any) -> Mapping[str, str]:
    if asked:
        found: Mapping[str, str] = asked.basis
        return found
    if not request:
        return {}
    given = {name: request.args.get(f"_{name}") for name in ("on", "known", "void_annulled")}
    return {name: value for name, value in given.items() if value}


def _address(page: str, basis: Mapping[str, str]) -> str:
    # Datasette takes what begins with an underscore for no column.
    mark = "_" if page.startswith("/ledger") else ""
    query = urlencode({f"{mark}{name}": value for name, value in basis.items()})
    return f"{page}?{query}" if query else page
