"""A year's open data as a Frictionless data package (v1): CSV tables, each with its schema.

https://specs.frictionlessdata.io/tabular-data-package/
"""

from __future__ import annotations

import json
import re
import shutil
import unicodedata
import uuid
import zipfile
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from styrledger.events.entry import Source
from styrledger.exchange.listings import separated
from styrledger.exchange.listings.shape import Column, Kind, Listing
from styrledger.exchange.opendata.content import TABLES, content
from styrledger.keys import SigningKey
from styrledger.ledger import Ledger
from styrledger.sealing import origin
from styrledger.view import View

DESCRIPTOR: Final = "datapackage.json"

TYPES: Final[dict[Kind, str]] = {
    "whole": "integer",
    "number": "number",
    "amount": "number",
    "day": "date",
    "instant": "datetime",
    "truth": "boolean",
}
"""The types of Table Schema; a column of any other kind is a string."""

PARTIAL_DATE: Final = r"[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?"

OLDEST: Final = (1980, 1, 1, 0, 0, 0)
"""The time of all files in an archive: the same data give the same octets."""

ABOUT: Final = (
    "Vad som gällde enligt kommunens beslut, sådant det var på den dag och känt i den post som "
    "anges i basis. Belopp är i kronor. Fritext är utelämnad. Ett enkelt citattecken först i en "
    "text hindrar kalkylprogram från att ta den för en formel."
)
ABOUT_IN_ENGLISH: Final = (
    "What was so by the municipality's decisions, on the day and as known at the entry that "
    "basis tells. Amounts are in kronor. Prose is left out. An apostrophe before a text keeps "
    "spreadsheet programs from taking it for a formula."
)


def write(
    ledger: Ledger, view: View, year: int, place: Path, key: SigningKey | None = None
) -> dict[str, int]:
    """Write the open data of a year to a new folder, or to an archive for a name in ``.zip``.

    Return how many rows each table has. With a key the checkpoint in it is signed, and the
    ledger keeps it as issued.

    Raises:
        OSError: it cannot be written; then nothing is left behind.
    """
    watched, positions = ledger.watch(view)
    answer = content(watched, year)
    with TemporaryDirectory(prefix=f".{place.name}.", dir=place.absolute().parent) as beside:
        folder = Path(beside, "package")
        (folder / "data").mkdir(parents=True)
        rows: dict[str, int] = {}
        resources: list[dict[str, Any]] = []
        for listing in TABLES:
            path = f"data/{listing.name}.csv"
            with (folder / path).open("xb") as file:
                rows[listing.name] = separated.write_rows(
                    listing.columns, listing.rows(answer), file
                )
            resources.append(_resource(listing, path, folder / path))
        checkpoint = ledger.prove(known=view.basis.position, key=key).checkpoint
        described = {
            **_described(ledger, view, year),
            "sources": [*_sources(ledger, view.basis.position, positions)],
            "basis": view.basis.as_dict(),
            "checkpoint": checkpoint,
            "resources": resources,
        }
        text = json.dumps(described, ensure_ascii=False, indent=2)
        (folder / DESCRIPTOR).write_text(f"{text}\n", encoding="utf-8")
        (folder / "checkpoint.txt").write_text(checkpoint, encoding="utf-8")
        _put(folder, place)
    return rows


def _put(folder: Path, place: Path) -> None:
    """Move a finished package to its place, as it is or as an archive."""
    if place.suffix.lower() != ".zip":
        folder.rename(place)
        return
    with place.open("xb") as target, zipfile.ZipFile(target, "w") as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                member = zipfile.ZipInfo(path.relative_to(folder).as_posix(), OLDEST)
                member.compress_type = zipfile.ZIP_DEFLATED
                with path.open("rb") as source, archive.open(member, "w") as packed:
                    shutil.copyfileobj(source, packed)


def _described(ledger: Ledger, view: View, year: int) -> dict[str, Any]:
    organisation, basis = ledger.identity.organisation, view.basis
    which = f"{origin(ledger.identity)}/{basis.position}/{basis.on}/{year}/{basis.void_annulled}"
    return {
        "profile": "tabular-data-package",
        "name": f"{_slug(organisation)}-{year}",
        "id": str(uuid.uuid5(uuid.NAMESPACE_URL, which)),
        "title": f"{organisation}: budget, mål och uppdrag {year}",
        "title@en": f"{organisation}: budget, goals and assignments {year}",
        "description": ABOUT,
        "description@en": ABOUT_IN_ENGLISH,
        "languages": ["sv", "en"],
        "keywords": ["budget", "uppdrag", "mål", "intern kontroll", str(year)],
        "contributors": [{"title": organisation, "role": "publisher"}],
    }


def _slug(name: str) -> str:
    """Return a name as the specification wants names: lower-case ASCII, without blanks."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-") or "ledger"


def _sources(ledger: Ledger, known: int, positions: set[int]) -> Iterator[dict[str, str]]:
    """Yield the documents that the answers rest on, each once, in the order of recording."""
    seen: set[str] = set()
    for recorded in ledger.history(known=known):
        source = recorded.entry.source
        if recorded.position not in positions or source is None or source.document is None:
            continue
        if source.document not in seen:
            seen.add(source.document)
            yield {"title": source.document, **_path(source)}


def _path(source: Source) -> dict[str, str]:
    url = source.url or ""
    return {"path": url} if url.startswith(("https://", "http://")) else {}


def _resource(listing: Listing, path: str, file: Path) -> dict[str, Any]:
    digest = sha256()
    with file.open("rb") as source:
        while block := source.read(1 << 20):
            digest.update(block)
    return {
        "profile": "tabular-data-resource",
        "name": listing.name,
        "path": path,
        "title": listing.title,
        "title@en": _in_english(listing.name),
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": file.stat().st_size,
        "hash": f"sha256:{digest.hexdigest()}",
        "schema": _schema(listing),
    }


def _schema(listing: Listing) -> dict[str, Any]:
    schema: dict[str, Any] = {
        "fields": [_field(column, listing) for column in listing.columns],
        "missingValues": [""],
    }
    if listing.key:
        schema["primaryKey"] = [*listing.key]
    if listing.part_of is not None:
        fields = [*next(one for one in TABLES if one.name == listing.part_of).key]
        reference = {"resource": listing.part_of, "fields": fields}
        schema["foreignKeys"] = [{"fields": fields, "reference": reference}]
    return schema


def _field(column: Column, listing: Listing) -> dict[str, Any]:
    constraints: dict[str, Any] = {}
    if column.name in listing.key:
        constraints["required"] = True
    if column.kind == "date":
        constraints["pattern"] = PARTIAL_DATE
    return {
        "name": column.name,
        "title": column.title,
        "title@en": _in_english(column.name),
        "type": TYPES.get(column.kind, "string"),
        **({"constraints": constraints} if constraints else {}),
    }


def _in_english(name: str) -> str:
    words = name.replace("_", " ")
    return words[:1].upper() + words[1:]
