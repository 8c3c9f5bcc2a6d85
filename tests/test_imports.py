"""The import graph: every room of the package knows only the rooms below it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

PACKAGE = "styrledger"
SOURCE = Path(__file__).parent.parent / "src" / PACKAGE

# The rooms, modules or packages, from the lowest to the highest. A room may import itself and
# those before it. The package root, which only re-exports, stands above them all.
LAYERS = (
    "errors",
    "later",
    "workers",
    "amounts",
    "charts",
    "values",
    "times",
    "deadlines",
    "swedish",
    "references",
    "subjects",
    "links",
    "rows",
    "events",
    "registry",
    "telling",
    "codec",
    "stored",
    "plain",
    "tree",
    "proofs",
    "notes",
    "keyfiles",
    "keys",
    "checkpoints",
    "history",
    "basis",
    "files",
    "projections",
    "reference",
    "store",
    "sealing",
    "bundles",
    "proving",
    "evidence",
    "verifying",
    "watching",
    "deciding",
    "commit",
    "asking",
    "budgeting",
    "view",
    "diff",
    "controls",
    "trail",
    "opened",
    "ledger",
    "exchange",
    "report",
    "explore",
    "demo",
    "cli",
    "__main__",
)

# Storage is known in few places, so that it can be understood, and replaced, there.
KEEPERS = {
    "eventsourcing": ("store/*.py",),
    "psycopg": ("store/postgres/*.py", "evidence/servers.py"),
    "sqlite_utils": ("projections/tables.py",),
}


def breaches(root: Path) -> Iterator[str]:
    """Yield one ``FILE:LINE: rule`` for every import under ``root`` that breaks a rule."""
    for path in sorted(root.rglob("*.py")):
        inside = path.relative_to(root)
        tree = ast.parse(path.read_text(encoding="utf-8"), str(path))
        for line, target in imports(tree, inside, root):
            for rule in (root_breach, layer_breach, keeper_breach):
                if fault := rule(inside, target):
                    yield f"src/{PACKAGE}/{inside.as_posix()}:{line}: imports {target}: {fault}"


def imports(tree: ast.Module, inside: Path, root: Path) -> Iterator[tuple[int, str]]:
    """Yield the line and full name of each module imported, in functions and for types too."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            here = (PACKAGE, *inside.parts)[: -node.level] if node.level else ()
            module = ".".join((*here, *filter(None, [node.module])))
            if module == PACKAGE:
                # `from styrledger import codec` names a room; any other name is the root's own.
                rooms = {room_of(path.relative_to(root)) for path in root.rglob("*.py")}
                for alias in node.names:
                    yield node.lineno, f"{PACKAGE}.{alias.name}" if alias.name in rooms else PACKAGE
            else:
                yield node.lineno, module


def room_of(inside: Path) -> str | None:
    """Return the room that a file belongs to; None for the package root."""
    room = inside.parts[0].removesuffix(".py")
    return None if room == "__init__" else room


def root_breach(inside: Path, target: str) -> str | None:
    """No module imports the package root: through it everything would know everything."""
    if target == PACKAGE and room_of(inside) is not None:
        return "the package root is for users; import the module that defines the name"
    return None


def layer_breach(inside: Path, target: str) -> str | None:
    """A room imports only downwards."""
    importer = room_of(inside)
    if importer is None or not target.startswith(f"{PACKAGE}."):
        return None
    imported = target.split(".")[1]
    for room in (importer, imported):
        if room not in LAYERS:
            return f"{room!r} has no place among the layers; give it one in {Path(__file__).name}"
    if LAYERS.index(imported) > LAYERS.index(importer):
        return f"{imported!r} lies above {importer!r}; import only downwards"
    return None


def keeper_breach(inside: Path, target: str) -> str | None:
    """A third-party package with keepers is imported by them alone."""
    package = target.partition(".")[0]
    keepers = KEEPERS.get(package)
    if keepers and not any(fnmatchcase(inside.as_posix(), keeper) for keeper in keepers):
        return f"only {' or '.join(keepers)} may import {package}"
    return None


def test_every_import_goes_downwards() -> None:
    assert "\n".join(breaches(SOURCE)) == ""


def test_every_layer_is_a_room_of_the_package() -> None:
    rooms = {room_of(path.relative_to(SOURCE)) for path in SOURCE.rglob("*.py")}
    assert [layer for layer in LAYERS if layer not in rooms] == []


@pytest.mark.parametrize(
    ("file", "code", "breach"),
    [
        pytest.param(
            "amounts.py",
            "import re\nfrom styrledger.ledger import Ledger\n",
            "2: imports styrledger.ledger: 'ledger' lies above 'amounts'; import only downwards",
            id="upwards",
        ),
        pytest.param(
            "events/budgets.py",
            "from ..store import Store\n",
            "1: imports styrledger.store: 'store' lies above 'events'; import only downwards",
            id="upwards by a relative path",
        ),
        pytest.param(
            "history.py",
            "def late() -> None:\n    import styrledger.cli.main\n",
            "2: imports styrledger.cli.main: 'cli' lies above 'history'; import only downwards",
            id="upwards inside a function",
        ),
        pytest.param(
            "codec.py",
            "from styrledger import Amount\n",
            "1: imports styrledger: the package root is for users; "
            "import the module that defines the name",
            id="the package root",
        ),
        pytest.param(
            "codec.py",
            "from . import Ledger\n",
            "1: imports styrledger: the package root is for users; "
            "import the module that defines the name",
            id="the package root by a relative path",
        ),
        pytest.param(
            "ledger.py",
            "from eventsourcing.application import Application\n",
            "1: imports eventsourcing.application: only store/*.py may import eventsourcing",
            id="the engine outside the store",
        ),
        pytest.param(
            "projections/budget.py",
            "import sqlite_utils\n",
            "1: imports sqlite_utils: only projections/tables.py may import sqlite_utils",
            id="the view tables outside their modules",
        ),
        pytest.param(
            "misc.py",
            "from styrledger.errors import StyrledgerError\n",
            "1: imports styrledger.errors: 'misc' has no place among the layers; "
            "give it one in test_imports.py",
            id="a room without a place",
        ),
    ],
)
def test_a_breach_is_named_with_its_line(tmp_path: Path, file: str, code: str, breach: str) -> None:
    path = tmp_path / file
    path.parent.mkdir(exist_ok=True)
    path.write_text(code, encoding="utf-8")
    assert list(breaches(tmp_path)) == [f"src/styrledger/{file}:{breach}"]


@pytest.mark.parametrize(
    ("file", "code"),
    [
        pytest.param("__init__.py", "from styrledger.cli import main\n", id="the root re-exports"),
        pytest.param("ledger.py", "from styrledger.store import Store\n", id="downwards"),
        pytest.param("events/units.py", "from .base import Event\n", id="within a room"),
        pytest.param("store/sqlite/log.py", "import eventsourcing.sqlite\n", id="the engine"),
        pytest.param("projections/tables.py", "import sqlite_utils\n", id="the view file"),
    ],
)
def test_what_the_layers_allow_is_no_breach(tmp_path: Path, file: str, code: str) -> None:
    path = tmp_path / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(code, encoding="utf-8")
    assert list(breaches(tmp_path)) == []
