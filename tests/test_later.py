"""What is imported when: a program and a question wait only for what they use."""

from __future__ import annotations

import json
import pkgutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

import styrledger
from styrledger import projections
from styrledger.later import later
from styrledger.ledger import Ledger

from .ledgers import new_ledger

LIBRARIES = {"attr", "attrs", "cattrs", "click", "eventsourcing", "msgspec", "sqlite_utils"}

UNUSED = {
    "cattrs",
    "cryptography",
    "eventsourcing",
    "importlib.metadata",
    "jinja2",
    "msgspec",
    "openpyxl",
    "psycopg",
    "sqlite_utils",
    "styrledger.bundles",
    "styrledger.codec",
    "styrledger.commit",
    "styrledger.controls",
    "styrledger.deciding",
    "styrledger.events",
    "styrledger.exchange",
    "styrledger.history",
    "styrledger.projections.budgets",
    "styrledger.projections.goals",
    "styrledger.projections.minutes",
    "styrledger.reference",
    "styrledger.stored",
    "styrledger.verifying",
}
"""What the figures of a year have no use for, where all entries are filed already."""


def modules_after(code: str) -> set[str]:
    """Return what is imported in a new interpreter after code that prints nothing."""
    shown = f"{code}\nimport json, sys\nprint(json.dumps([*sys.modules]))"
    done = subprocess.run(  # noqa: S603 - the interpreter that runs the tests
        [sys.executable, "-c", shown], capture_output=True, text=True, check=True
    )
    return {*json.loads(done.stdout)}


def test_the_package_alone_imports_no_library() -> None:
    found = modules_after("import styrledger")
    assert "styrledger" in found
    assert found & LIBRARIES == set()


def test_an_event_is_imported_without_storage() -> None:
    found = modules_after("from styrledger import BudgetAdopted")
    assert "styrledger.events.budgets" in found
    assert found & {"eventsourcing", "sqlite_utils", "styrledger.ledger"} == set()


def test_a_question_imports_only_what_answers_it(tmp_path: Path) -> None:
    path = tmp_path / "prov.db"
    with new_ledger(path) as ledger:
        ledger.as_of()
    code = f"""
from contextlib import redirect_stdout, suppress
from io import StringIO
from styrledger.cli import main
with redirect_stdout(StringIO()), suppress(SystemExit):
    main(["budget", "--ledger", {str(path)!r}, "--year", "2020"])
"""
    found = modules_after(code)
    assert "styrledger.projections.figures" in found
    assert found & UNUSED == set()


def test_a_name_is_found_once_and_then_is_the_packages_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys.modules["styrledger"], "Ledger", None)
    assert later("styrledger", {"ledger": "Ledger"})("Ledger") is Ledger
    assert vars(sys.modules["styrledger"])["Ledger"] is Ledger


@pytest.mark.parametrize("package", [styrledger, projections])
def test_no_module_has_the_name_of_what_is_found_later(package: ModuleType) -> None:
    modules = {module.name for module in pkgutil.iter_modules(package.__path__)}
    assert modules & {*package.__all__} == set()
    assert [name for name in package.__all__ if not hasattr(package, name)] == []


def test_a_name_that_nobody_defines_is_no_attribute() -> None:
    with pytest.raises(AttributeError, match="'styrledger' has no attribute 'Ledgar'"):
        later("styrledger", {"ledger": "Ledger"})("Ledgar")
