"""The year's open data: a package that keeps every rule of Frictionless v1, and names nobody.

The rules are those of the published profiles of data packages, tabular resources and Table
Schema; they are written out here, so that nothing is downloaded.
"""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from styrledger.exchange.opendata.content import LEFT_OUT, TABLES

from .commands import NO_PLACE, TAKEN, add, adopted, answer, new, revised, run, told

Json = dict[str, Any]
NAME = re.compile(r"[-a-z0-9._/]+")
TYPES = {"string", "integer", "number", "boolean", "date", "datetime"}
CONSTRAINTS = {"required", "unique", "pattern", "enum", "minimum", "maximum"}
PROSE = "Anna Andersson ringde och klagade."


@pytest.fixture(name="haninge", scope="module")
def _haninge(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("examples")
    told("demo", folder)
    return folder / "haninge_2020.db"


@pytest.fixture(name="package", scope="module")
def _package(haninge: Path) -> Path:
    place = haninge.with_name("package")
    told("package", "--year", "2020", "--ledger", haninge, "--on", "2021-06-30", "-o", place)
    return place


def descriptor(package: Path) -> Json:
    found: Json = json.loads((package / "datapackage.json").read_bytes())
    return found


def table(package: Path, resource: Mapping[str, Any]) -> list[dict[str, str | None]]:
    """Return the rows of a resource; what its schema calls missing is None."""
    octets = (package / resource["path"]).read_bytes()
    missing = resource["schema"]["missingValues"]
    reader = csv.DictReader(io.StringIO(octets.decode("utf-8"), newline=""))
    assert reader.fieldnames == [field["name"] for field in resource["schema"]["fields"]]
    return [
        {name: None if cell in missing else cell for name, cell in row.items()} for row in reader
    ]


# -- the published rules


def test_the_descriptor_keeps_the_rules_of_data_packages(package: Path) -> None:
    described = descriptor(package)
    assert described["profile"] == "tabular-data-package"
    assert NAME.fullmatch(described["name"])
    assert described["name"] == "haninge-kommun-2020"
    assert all(isinstance(described[name], str) for name in ("id", "title", "description"))
    assert described["resources"]
    assert all(
        set(one) <= {"title", "path", "email"} and one["title"] for one in described["sources"]
    )
    assert all(one["title"] and one["role"] == "publisher" for one in described["contributors"])
    assert all(isinstance(one, str) for one in described["keywords"])


def test_the_resources_keep_the_rules_of_tabular_resources(package: Path) -> None:
    resources = descriptor(package)["resources"]
    names = [one["name"] for one in resources]
    assert len(set(names)) == len(names)
    for one in resources:
        assert one["profile"] == "tabular-data-resource"
        assert NAME.fullmatch(one["name"])
        path = Path(one["path"])
        assert not path.is_absolute()
        assert ".." not in path.parts
        octets = (package / path).read_bytes()
        assert (one["bytes"], one["hash"]) == (len(octets), f"sha256:{sha256(octets).hexdigest()}")
        assert (one["format"], one["mediatype"], one["encoding"]) == ("csv", "text/csv", "utf-8")
        assert octets.endswith(b"\r\n")


def test_the_schemas_keep_the_rules_of_table_schema(package: Path) -> None:
    resources = {one["name"]: one for one in descriptor(package)["resources"]}
    for one in resources.values():
        schema = one["schema"]
        names = [field["name"] for field in schema["fields"]]
        assert len(set(names)) == len(names)
        for field in schema["fields"]:
            assert field["type"] in TYPES
            assert field["title"]
            assert field["title@en"]
            assert set(field.get("constraints", {})) <= CONSTRAINTS
            re.compile(field.get("constraints", {}).get("pattern", ""))
        assert set(schema.get("primaryKey", [])) <= set(names)
        for key in schema.get("foreignKeys", []):
            reference = key["reference"]
            other = resources[reference["resource"]]["schema"]
            assert set(key["fields"]) <= set(names)
            assert len(key["fields"]) == len(reference["fields"])
            assert reference["fields"] == other["primaryKey"]


def conforms(cell: str, field: Mapping[str, Any]) -> bool:
    """Tell whether a cell is of its field's type, in the default format of Table Schema."""
    match field["type"]:
        case "integer":
            return re.fullmatch(r"-?[0-9]+", cell) is not None
        case "number":
            return re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", cell) is not None
        case "boolean":
            return cell in {"true", "false"}
        case "date":
            return date.fromisoformat(cell).isoformat() == cell
        case kind:
            pattern = field.get("constraints", {}).get("pattern")
            return kind == "string" and (pattern is None or re.fullmatch(pattern, cell) is not None)


def faults(package: Path) -> Iterator[str]:
    """Yield every cell, key and reference that does not keep its schema."""
    resources = {one["name"]: one for one in descriptor(package)["resources"]}
    tables = {name: table(package, one) for name, one in resources.items()}
    for name, one in resources.items():
        schema = one["schema"]
        for row in tables[name]:
            for field in schema["fields"]:
                cell = row[field["name"]]
                required = field.get("constraints", {}).get("required", False)
                if (required and cell is None) or (cell is not None and not conforms(cell, field)):
                    yield f"{name}.{field['name']}: {cell!r}"
        key = schema.get("primaryKey", [])
        keys = [tuple(row[part] for part in key) for row in tables[name]]
        if key and len(set(keys)) != len(keys):
            yield f"{name}: {key} is no key"
        for foreign in schema.get("foreignKeys", []):
            reference = foreign["reference"]
            there = {
                tuple(row[part] for part in reference["fields"])
                for row in tables[reference["resource"]]
            }
            for row in tables[name]:
                if tuple(row[part] for part in foreign["fields"]) not in there:
                    yield f"{name}: {row} refers to nothing"


def test_every_cell_conforms_to_its_schema(package: Path) -> None:
    assert list(faults(package)) == []
    rows = {one["name"]: len(table(package, one)) for one in descriptor(package)["resources"]}
    assert (rows["budgets"], rows["budget_lines"], rows["uppdrag"]) == (5, 33, 27)


@pytest.mark.parametrize("year", ["2012", "2020", "2021", "2025"])
def test_every_example_makes_a_valid_package_of_every_year(haninge: Path, year: str) -> None:
    for ledger in sorted(haninge.parent.glob("*[!s].db")):
        place = ledger.with_name(f"{ledger.stem}-{year}")
        told("package", "--year", year, "--ledger", ledger, "-o", place)
        assert list(faults(place)) == []


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("budgets", b"230033000.00", b"230 033"),
        ("budgets", b'"KS",2020,"operating"', b'"KS",2020,"investment"'),
        ("budget_lines", b'"KS",2020', b'"XX",2020'),
        ("uppdrag", b",true,", b",ja,"),
        ("units", b'"KS",', b","),
    ],
)
def test_what_breaks_a_schema_is_noticed(
    package: Path, tmp_path: Path, file: str, old: bytes, new: bytes
) -> None:
    """The check above can fail: it finds one cell that was changed."""
    for path in package.rglob("*.*"):
        copy = tmp_path / path.relative_to(package)
        copy.parent.mkdir(exist_ok=True)
        octets = path.read_bytes()
        copy.write_bytes(octets.replace(old, new, 1) if path.stem == file else octets)
    assert list(faults(tmp_path)) != []


# -- what is in it


def test_the_figures_are_those_of_the_ledger(haninge: Path, package: Path) -> None:
    resources = {one["name"]: one for one in descriptor(package)["resources"]}
    for kind in ("operating", "investment"):
        shown = answer(
            *("budget", "--year", "2020", "--kind", kind, "--on", "2021-06-30"), "--ledger", haninge
        )
        told_ore = {
            row["unit"]: None if row["amount"] is None else Decimal(row["amount"]) * 100
            for row in table(package, resources["budgets"])
            if row["kind"] == kind
        }
        assert told_ore == {
            one["unit"]: None if one["amount"] is None else one["amount"]["ore"]
            for one in shown["budgets"]
        }


def test_it_holds_its_basis_its_checkpoint_and_its_sources(haninge: Path, package: Path) -> None:
    described = descriptor(package)
    shown = answer("units", "--on", "2021-06-30", "--ledger", haninge)
    assert described["basis"] == shown["basis"]
    checkpoint = package / "checkpoint.txt"
    assert described["checkpoint"] == checkpoint.read_text(encoding="utf-8")
    assert described["checkpoint"].splitlines()[1:] == ["403", shown["basis"]["root"]]
    assert [one["title"] for one in described["sources"]] == [
        "Haninge kommun, Kommunstyrelsens årsredovisning 2020"
    ]
    held = told("prove", "12", "--checkpoint", checkpoint, "--ledger", haninge)
    assert json.loads(held)["checkpoint"] == described["checkpoint"]


def test_its_titles_are_swedish_and_english(package: Path) -> None:
    (units,) = [one for one in descriptor(package)["resources"] if one["name"] == "units"]
    assert (units["title"], units["title@en"]) == ("Enheter", "Units")
    (parent,) = [one for one in units["schema"]["fields"] if one["name"] == "parent"]
    assert (parent["title"], parent["title@en"]) == ("Lyder under", "Parent")


def test_no_prose_and_no_roles_are_in_it(tmp_path: Path) -> None:
    day = {"effective": "2020-02-10"}
    ledger = new(
        tmp_path,
        adopted("1 tkr", note=PROSE, source={"document": "Budget", "quote": PROSE}),
        {
            "type": "uppdrag.given",
            "uppdrag": "U1",
            "title": "Utred",
            "responsible": "KS",
            "note": PROSE,
            **day,
        },
        {
            "type": "uppdrag.reported",
            "uppdrag": "U1",
            "status": "ongoing",
            "by": "board",
            "comment": PROSE,
            **day,
        },
        {"type": "meeting.held", "body": "KS", "date": "2020-02-10", "chair_role": PROSE, **day},
        {
            "type": "item.minuted",
            "body": "KS",
            "date": "2020-02-10",
            "item": "1",
            "kind": "decision",
            "title": PROSE,
            "text": PROSE,
            **day,
        },
    )
    told("package", "--year", "2020", "--ledger", ledger, "-o", tmp_path / "p")
    assert [p for p in (tmp_path / "p").rglob("*.*") if PROSE in p.read_text("utf-8")] == []
    assert "Utred" in (tmp_path / "p" / "data" / "uppdrag.csv").read_text("utf-8")
    assert {"items", "evaluation_notes"} <= LEFT_OUT
    assert not any(column.free for listing in TABLES for column in listing.columns)


def test_a_hostile_name_stays_a_name(tmp_path: Path) -> None:
    ledger = tmp_path / "x.db"
    told("init", ledger, "--organisation", "../../Å & <b>Ö</b>")
    for unit in ("KF", "=1+1"):
        add(ledger, {"type": "unit.registered", "unit": unit, "kind": "board", **_day()})
    add(
        ledger,
        {
            **adopted("1 tkr"),
            "unit": "=1+1",
            "source": {"document": "D", "url": "javascript:alert(1)"},
        },
    )
    told("package", "--year", "2020", "--ledger", ledger, "-o", tmp_path / "p")
    described = descriptor(tmp_path / "p")
    assert described["name"] == "a-b-o-b-2020"
    assert described["sources"] == [{"title": "D"}]
    assert list(faults(tmp_path / "p")) == []
    (row,) = table(
        tmp_path / "p", next(r for r in described["resources"] if r["name"] == "budgets")
    )
    assert row["unit"] == "'=1+1"


def _day() -> Json:
    return {"effective": "2020-01-01"}


# -- files


def test_the_same_basis_gives_the_same_octets(haninge: Path) -> None:
    made: list[bytes] = []
    for name in ("a.zip", "b.zip"):
        place = haninge.with_name(name)
        ask = ("package", "--year", "2020", "--on", "2020-12-31", "--known", "#403")
        told(*ask, "--ledger", haninge, "-o", place)
        made.append(place.read_bytes())
    assert made[0] == made[1]
    with zipfile.ZipFile(haninge.with_name("a.zip")) as archive:
        names = archive.namelist()
        assert archive.testzip() is None
    assert {"datapackage.json", "checkpoint.txt", "data/budgets.csv"} <= set(names)
    assert len(names) == len(TABLES) + 2


def test_nothing_is_overwritten_and_nothing_left_behind(tmp_path: Path) -> None:
    ledger = new(tmp_path, adopted("1 tkr"), revised("1 tkr", "KF 2019-12-09 § 197"))
    taken, ask = tmp_path / "taken", ("package", "--year", "2020", "--ledger", ledger, "-o")
    taken.mkdir()
    (taken / "mine").touch()
    before = sorted(tmp_path.iterdir())
    for place, why in (
        (taken, TAKEN),
        (
            tmp_path / "no" / "p",
            NO_PLACE,
        ),
    ):
        done = run(*ask, place)
        message = f"{place}: {why}\n"
        assert (done.exit_code, done.stderr) == (2, message)
    done = run(*ask, "-")
    assert (done.exit_code, "a package is no stream" in done.stderr) == (2, True)
    assert sorted(tmp_path.iterdir()) == before


def test_its_checkpoint_is_signed_with_a_key(tmp_path: Path) -> None:
    ledger, key = new(tmp_path, adopted("1 tkr")), tmp_path / "key"
    public = told("keygen", "prov.se/a", "-o", key).strip()
    place = tmp_path / "p"
    told("package", "--year", "2020", "--ledger", ledger, "-o", place, "--key", key)
    held, proof = place / "checkpoint.txt", tmp_path / "proof.json"
    told("prove", "4", "--checkpoint", held, "--ledger", ledger, "-o", proof)
    assert told("verify-proof", proof, "--vkey", public).endswith("signature: prov.se/a\n")
