"""Every text of every event type is hostile: reports, lists, workbooks and packages stay inert."""

from __future__ import annotations

import copy
import csv
import io
import re
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from openpyxl import load_workbook

from styrledger import Ledger, registry
from styrledger.codec import read_entry
from styrledger.errors import StyrledgerError
from styrledger.exchange.listings.catalogue import LISTINGS

from .commands import run, told
from .samples import RECORDS

Record = dict[str, Any]
Json: TypeAlias = "dict[str, Json] | list[Json] | str | int | float | bool | None"

SCRIPT = "<script>alert(1)</script><img src=x onerror=alert(1)>\"'"
FORMULA = '=HYPERLINK("javascript:alert(1)";"x")\N{RIGHT-TO-LEFT OVERRIDE}'
CLOSING = "</style></title></svg>]]>--><!--{{ 7*191 }}{% raw %}"
TEXTS = {"script": SCRIPT, "formula": FORMULA, "closing": CLOSING}
UNITS = ("KF", "KS", "SN", "KD", "KDN", "KFN", "KSF", "Förvaltningsrätten")
DAY = {"effective": "1900-01-01"}
BASIS = ("--on", "2026-01-01")
PROSE = {"note", "quote", "comment", "text", "reason", "finding", "method", "condition"}
NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")
ELEMENTS = {"script", "img", "iframe", "object", "embed", "link", "base", "form"}


@pytest.fixture(scope="module", params=[*TEXTS])
def ledger(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ledger of one entry or more of every type, with one text wherever a text is taken."""
    text = TEXTS[request.param]
    path = tmp_path_factory.mktemp("hostile") / "prov.db"
    with Ledger.create(path, organisation=text) as made:
        made.record(*(read_entry(named("unit", unit)) for unit in UNITS), by=text)
        made.record(read_entry({**named("unit", "Nämnden"), "key": "enhet/KS"}))
        for record in RECORDS:
            entered(made, hostile(record, text), text)
        stored = {recorded.entry.event.type for recorded in made.history()}
    # Nothing rests on the paragraphs that the sample annuls.
    assert stored == {*registry.TYPES} - {"decision.annulled"}
    return path


def entered(made: Ledger, record: Record, text: str) -> None:
    """Record an entry, after the names that it uses."""
    while True:
        try:
            made.record(read_entry(record), by=text)
        except StyrledgerError:
            if record["type"] in {"unit.registered", "decision.annulled"}:
                return  # its name is there already; its paragraphs are not
            unknown = [name for name in read_entry(record).event.refers() if not known(made, name)]
            if not unknown:
                raise
            made.record(*(read_entry(named(one.kind, one.name)) for one in unknown))
        else:
            return


def known(made: Ledger, name: Any) -> bool:
    return f"{name.kind}/{name.name}" in made.as_of().subjects(f"{name.kind}/*")


def named(kind: str, name: str) -> Record:
    """Return the record that introduces a name."""
    decided = {"decision": "KF 2019-06-10 § 109"}
    introduced: dict[str, Record] = {
        "unit": {"type": "unit.registered", "kind": "board"},
        "goal": {"type": "goal.adopted", "title": name, "owner": "KS", "level": name},
        "uppdrag": {"type": "uppdrag.given", "title": name, "responsible": ["KS"], **decided},
        "control": {"type": "control.planned", "plan": name.partition("/")[0], "title": name},
        "document": {"type": "document.adopted", "title": name, "category": "policy"}
        | {"owner": "KS", "valid_from": "2020-01-01"},
    }
    return {**DAY, **introduced[kind], kind: name}


def hostile(record: Record, text: str) -> Record:
    """Return a record with a text in every field that takes it."""
    found: Record = {"note": "x", "source": {"document": "x", "page": "x", "quote": "x"}} | record
    for path in [*texts(found)]:
        if path[-1] in {"type", "target", "key"}:
            continue
        # The same in every name, so that what refers to it finds it; a code holds no "/".
        fitting = text if path[-1] in PROSE else text.replace("/", "|")
        changed = put(found, path, fitting)
        with suppress(StyrledgerError):
            read_entry(changed)
            found = changed
    return found


def texts(value: Json, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if isinstance(value, str):
        yield path
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield from texts(inner, (*path, name))
    elif isinstance(value, list):
        for at, one in enumerate(value):
            yield from texts(one, (*path, at))


def put(record: Record, path: tuple[Any, ...], text: str) -> Record:
    changed = copy.deepcopy(record)
    inner: Any = changed
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = text
    return changed


class Tags(HTMLParser):
    """Notes what a page is made of."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: set[str] = set()
        self.attributes: set[str] = set()
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element and its attributes."""
        self.found.add(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_data(self, data: str) -> None:
        """Note what is shown."""
        self.text += data


def test_a_report_is_made_of_its_own_elements_alone(ledger: Path) -> None:
    page = told("report", "--year", "2020", *BASIS, "--audit", "--ledger", ledger)
    tags = Tags(page)
    assert tags.found & ELEMENTS == set()
    assert [name for name in tags.attributes if name.startswith("on")] == []
    assert "1337" not in tags.text
    assert "\N{RIGHT-TO-LEFT OVERRIDE}" not in tags.text


@pytest.mark.parametrize("command", [name for name in LISTINGS if name != "diff"])
def test_no_list_holds_a_formula(ledger: Path, command: str, tmp_path: Path) -> None:
    asked = {"budget": ("--year", "2020"), "trail": ("unit/KS",)}
    basis = () if command in {"log", "trail"} else BASIS
    workbook = tmp_path / "a.xlsx"
    result = run(command, *asked.get(command, ()), *basis, "--csv", "-", "--ledger", ledger)
    assert (result.exit_code in {0, 1}, result.stderr) == (True, "")
    assert active(result.stdout) == []
    run(command, *asked.get(command, ()), *basis, "--xlsx", workbook, "--ledger", ledger)
    cells = [cell for sheet in load_workbook(workbook) for row in sheet.iter_rows() for cell in row]
    assert [cell for cell in cells if cell.data_type == "f" or cell.hyperlink] == []


def test_no_table_of_a_package_holds_a_formula(ledger: Path, tmp_path: Path) -> None:
    package = tmp_path / "a.zip"
    told("package", "--year", "2020", *BASIS, "-o", package, "--ledger", ledger)
    with zipfile.ZipFile(package) as archive:
        tables = [name for name in archive.namelist() if name.endswith(".csv")]
        assert len(tables) > 20
        assert [name for name in tables if active(archive.read(name).decode())] == []


def active(text: str) -> list[str]:
    """Return the cells that a spreadsheet program would reckon with, all rows being as long."""
    rows = [*csv.reader(io.StringIO(text, newline=""))]
    assert len({len(row) for row in rows}) == 1
    cells = [cell for row in rows for cell in row if not NUMBER.fullmatch(cell)]
    return [cell for cell in cells if cell.startswith(tuple("=+-@\t\r"))]
