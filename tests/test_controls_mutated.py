"""No comparison of a control can be changed unseen: each one that is makes a finding change.

Every comparison, and/or and whole number in the controls' modules is changed in its turn
(``<`` to ``<=``, ``and`` to ``or``, 2 to 3), the module is run with it, and at least one of the
small ledgers must then have other findings than the golden file says.
"""

from __future__ import annotations

import ast
import copy
import inspect
import signal
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import ModuleType

import pytest

from styrledger.controls import (
    calendar,
    dates,
    decisions,
    figures,
    follow_up,
    mandates,
    policy,
    totals,
    uppdrag,
)
from styrledger.controls.base import Control
from styrledger.view import View

from .control_cases import policy_file, shown
from .control_tables import CASES
from .test_controls import EXPECTED

OTHER: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}

RUN_BY: dict[ModuleType, tuple[ModuleType, ...]] = {
    calendar: (calendar,),
    dates: (dates,),
    decisions: (decisions,),
    figures: (totals,),
    follow_up: (follow_up,),
    mandates: (mandates,),
    totals: (totals,),
    uppdrag: (uppdrag,),
    policy: (decisions, follow_up, mandates),
}
"""Each module whose comparisons are changed, and those whose controls run through it."""

LONGEST = 2
"""Seconds after which a changed control goes round for ever, which shows the change."""

READING = ("_faults", "_faults_of", "_is_number", "_is_kinds", "read_policy", "__str__")
"""What reads policy files and refuses bad ones, which the tests of those hold."""


class Changed(ast.NodeTransformer):
    """Changes one comparison of a module, by its number; ``what`` says which."""

    def __init__(self, number: int) -> None:
        self.left = number
        self.line = 0
        self.what = ""

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        """Go into a function, but one that only reads."""
        return node if node.name in READING else self.generic_visit(node)

    def visit_Lambda(self, node: ast.Lambda) -> ast.AST:
        """Leave a lambda as it is: those at hand check fields of policy files."""
        return node

    def visit_Compare(self, node: ast.Compare) -> ast.AST:
        """Change a comparison when its turn has come."""
        self.generic_visit(node)
        for n, operator in enumerate(node.ops):
            if self._is_its_turn(node):
                node.ops[n] = OTHER[type(operator)]()
        return node

    def visit_BoolOp(self, node: ast.BoolOp) -> ast.AST:
        """Change an and/or when its turn has come."""
        self.generic_visit(node)
        if self._is_its_turn(node):
            node.op = ast.Or() if isinstance(node.op, ast.And) else ast.And()
        return node

    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        """Add one to a whole number when its turn has come."""
        if type(node.value) is int and self._is_its_turn(node):
            node.value += 1
        return node

    def _is_its_turn(self, node: ast.expr) -> bool:
        self.left -= 1
        if self.left == -1:
            self.line, self.what = node.lineno, ast.unparse(node)
        return self.left == -1


def changes(module: ModuleType) -> Iterator[tuple[int, str, ast.Module]]:
    """Yield a module once for each comparison in it, with that one changed."""
    tree = ast.parse(inspect.getsource(module))
    for number in range(1000):
        changed = Changed(number)
        found = changed.visit(copy.deepcopy(tree))
        if not changed.what:
            return
        yield changed.line, changed.what, ast.fix_missing_locations(found)


@cache
def views() -> dict[tuple[str, str], View]:
    """Return the view of every case; views never change."""
    return {(name, one.says): one.view() for name in CASES for one in CASES[name]}


def _give_up(*_: object) -> None:
    raise TimeoutError


def sees(module: ModuleType, tree: ast.Module, folder: Path) -> bool:
    """Return whether a case's findings change when a module runs as this."""
    kept = dict(vars(module))
    signal.signal(signal.SIGALRM, _give_up)
    signal.alarm(LONGEST)
    try:
        exec(compile(tree, str(module.__file__), "exec"), vars(module))  # noqa: S102 - our own code
        controls = [one for running in RUN_BY[module] for one in running.CONTROLS]
        return any(differs(one, folder) for one in controls)
    except Exception:  # noqa: BLE001 - whatever a changed control stumbles on shows the change
        return True
    finally:
        signal.alarm(0)
        vars(module).clear()
        vars(module).update(kept)


def differs(control: Control, folder: Path) -> bool:
    for one in CASES[control.name]:
        path = policy.DEFAULT if one.rules is None else policy_file(folder, one.rules)
        found = control.findings(views()[control.name, one.says], policy.read_policy(path))
        if [*map(shown, found)] != EXPECTED[f"{control.name}: {one.says}"]:
            return True
    return False


SAME = {
    # A term of zero, or of one öre, explains no difference: it never comes to this.
    'lost = "lost its minus" if term.amount.ore > 0 else "has a minus too many"',
}
"""Lines in which a change changes nothing."""


@pytest.mark.parametrize("module", RUN_BY, ids=lambda module: module.__name__.rpartition(".")[2])
def test_no_comparison_can_be_changed_unseen(module: ModuleType, tmp_path: Path) -> None:
    lines = inspect.getsource(module).splitlines()
    unseen = [
        f"line {line}: {what}"
        for line, what, tree in changes(module)
        if lines[line - 1].strip() not in SAME and not sees(module, tree, tmp_path)
    ]
    assert unseen == []
