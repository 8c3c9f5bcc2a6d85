#!/usr/bin/env python3
"""Write the pages of docs/reference that are made from the code: commands, events, errors, Python.

    python tools/generate_reference.py [--check]

With --check nothing is written; the exit code is 1 when a page is not what it would write.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from itertools import chain, pairwise
from pathlib import Path
from typing import Any, Literal, Never, get_args, get_origin, get_type_hints

import attrs
import click

import styrledger
from styrledger import errors, registry
from styrledger.cli import main
from styrledger.codec import COMMON
from styrledger.controls.catalogue import CONTROLS
from styrledger.controls.policy import RULES, read_policy
from styrledger.errors import StyrledgerError
from styrledger.events.base import Event
from styrledger.events.budgets import Place
from styrledger.events.entry import Entry, Source
from styrledger.references import DecisionRef

REFERENCE = Path(__file__).parents[1] / "docs" / "reference"
HELP_WIDTH = 88
MADE = "<!-- Made by tools/generate_reference.py from the code; edit that, not this. -->"


# -- commands


def cli_page() -> Iterator[str]:
    """Yield the lines of the page on the command line: the help of every command."""
    yield from ("# The command line", "", MADE, "")
    yield (
        "Exit codes: 0 fine; 1 the answer is no (nothing there, or a check finds something); 2 "
        "wrong use or bad input, with one line on stderr for each error. A query with `--json` "
        "prints one JSON object whose "
        'first key is `basis`; an amount in it is `{"ore": 22770000000, "text": "227,7 mnkr"}`.'
    )
    top = main.make_context("styrledger", [], resilient_parsing=True, terminal_width=HELP_WIDTH)
    yield from _help(top)
    for name in main.list_commands(top):
        command = main.get_command(top, name)
        if command is None:
            stop(f"there is no command {name}")
        yield from _help(command.make_context(name, [], parent=top, resilient_parsing=True))


def _help(context: click.Context) -> Iterator[str]:
    yield from ("", f"## {context.command_path}", "", "```text", context.get_help(), "```")


# -- events


def _fields_of(cls: type[Any]) -> str:
    return ", ".join(f"`{field.name}`" for field in attrs.fields(cls))


VALUES = {
    "to_code": ("code", "one line without `/`, at most 200 characters: `KS`, `KS AU`"),
    "to_line": ("line", "one line of text, at most 200 characters"),
    "to_prose": ("text", "free text, at most 20 000 characters"),
    "to_page": ("page", "a page as printed, or its number"),
    "to_key": ("key", "one line that does not begin with `#`, unique in the ledger"),
    "to_year": ("year", "a whole number: `2020`"),
    "to_path": ("budget line", "a name, or a path of names: `KSF/Personal`"),
    "to_amount": (
        "amount",
        'a text with its unit: `"227,7 mnkr"`, `"-1 167 tkr"`; or `{"ore": 12345}`',
    ),
    "positive_amount": ("amount above zero", "an amount; the two ends tell its direction"),
    "to_place": ("place", "a unit's code, or an object: `unit` (code) and, optional, `line`"),
    "to_partial_date": (
        "date",
        "`2020-02-10`; where the source says no more, `2020-02` or `2020`, from its last day on",
    ),
    "to_day": ("day", "a whole date: `2020-02-10`"),
    "to_decision": ("decision", f'`"KF 2020-02-10 § 9"`, or an object: {_fields_of(DecisionRef)}'),
    "to_source": ("source", f"an object, all of it optional: {_fields_of(Source)}"),
    "to_replacement": ("entry", "a whole entry, as one in a record file"),
}
"""What the most common converters accept: what the tables call it, and what it is.

The others are called by their own names, and are what their docstrings say.
"""


def events_page() -> Iterator[str]:
    """Yield the lines of the page on event types: the fields of each, as record files have them."""
    yield from ("# Event types", "", MADE, "")
    yield (
        "An entry of a record file is one JSON object: its `type`, the fields that every entry may "
        "have, and the event's own."
    )
    yield from ("", "## Every entry", "", prose(Entry))
    yield from _field_table(Entry, [field for name, field in COMMON.items() if name != "type"])
    yield from ("", "## Values", "", "| value | is |", "|---|---|")
    yield from (f"| {name} | {meaning} |" for name, meaning in _values().items())
    module = ""
    for name, cls in registry.TYPES.items():
        if cls.__module__ != module:
            module = cls.__module__
            yield from ("", f"## {module.rpartition('.')[2].replace('_', ' ').capitalize()}", "")
            yield prose(sys.modules[module])
        yield from ("", f"### {name}", "", prose(cls), "", f"In Python: `{cls.__name__}`.")
        yield from _field_table(cls, attrs.fields(cls))


def _field_table(cls: type[Any], fields: Iterable[attrs.Attribute[Any]]) -> Iterator[str]:
    hints = get_type_hints(cls)
    yield from ("", "| field | value | |", "|---|---|---|")
    for field in fields:
        name = field.metadata.get("name", field.name)
        default = {attrs.NOTHING: "required", None: ""}.get(field.default, f"`{field.default}`")
        yield f"| `{name}` | {_accepted(hints[field.name], field.converter)} | {default} |"


def _accepted(hint: Any, converter: Any) -> str:
    choices = _choices(hint)
    if choices:
        return " · ".join(f"`{value}`" for value in choices)
    return _value(_inner(converter))[0]


def _choices(hint: Any) -> tuple[Any, ...]:
    """Return the values of a Literal or an optional one, none for any other type."""
    inner = [one for one in get_args(hint) if one is not type(None)]
    if get_origin(hint) is not Literal and len(inner) == 1:
        return _choices(inner[0])
    return get_args(hint) if get_origin(hint) is Literal else ()


def _values() -> dict[str, str]:
    """Return what all values are, by name: the common ones, then the others."""
    found = dict(VALUES.values())
    for cls in registry.TYPES.values():
        hints = get_type_hints(cls)
        for field in attrs.fields(cls):
            if not _choices(hints[field.name]):
                name, meaning = _value(_inner(field.converter))
                found.setdefault(name, meaning)
    return found


def _value(converter: Callable[..., Any]) -> tuple[str, str]:
    name = converter.__name__
    if name in VALUES:
        return VALUES[name]
    said = " ".join(prose(converter).partition("\n\n")[0].rstrip(".").split())
    said = re.sub(r"^(?:Check|Accept|Return) (?:an? )?", "", said)
    return name.removeprefix("to_").replace("_", " "), said.replace("|", "\\|")


def _inner(converter: Any) -> Callable[..., Any]:
    """Return the converter within attrs' ``optional``."""
    found: Callable[..., Any] = inspect.getclosurevars(converter).nonlocals.get(
        "converter", converter
    )
    return found


# -- errors


def errors_page() -> Iterator[str]:
    """Yield the lines of the page on errors: every class under its base, with its data."""
    yield from ("# Errors", "", MADE, "")
    yield (
        "Every error raised on purpose is a `StyrledgerError`. Its message says what is wrong, "
        "where, what was expected and what to do; the same is there as data, in the attributes "
        "named in brackets. The command line prints the message and exits with 2, and with 1 "
        "where `trail` knows no such subject. All are in `styrledger.errors`."
    )
    yield ""
    yield from _error_tree(StyrledgerError, "")
    yield from ("", "## Fault", "", prose(errors.Fault))


def _error_tree(cls: type[StyrledgerError], indent: str) -> Iterator[str]:
    data = ", ".join(f"`{name}`" for name in _attributes(cls))
    yield f"{indent}- `{cls.__name__}`{f' ({data})' if data else ''}: {prose(cls)}"
    for inner in cls.__subclasses__():
        yield from _error_tree(inner, indent + "  ")


def _attributes(cls: type) -> Iterator[str]:
    """Yield what a class itself keeps on its instances: assigned to self, or a property."""
    for node in ast.walk(parsed(cls)):
        match node:
            case ast.Attribute(value=ast.Name(id="self"), attr=name, ctx=ast.Store()):
                yield name
            case ast.FunctionDef(name=name, decorator_list=[ast.Name(id="property")]):
                yield name
            case _:
                pass


# -- Python

GROUPS = {
    "The ledger and its views": ("ledger", "view", "basis", "commit", "exchange"),
    "Tamper evidence": ("verifying", "bundles", "checkpoints", "keys"),
    "Entries": ("events.entry",),
    "Values": ("amounts", "values", "references", "times"),
    "Answers": ("projections", "diff", "trail", "controls"),
}
"""The rooms whose names stand together, by the heading above them."""

PARTS = {"Budgeting"}
"""Classes that are written for their own sake, and belong to the one that inherits them."""

MADE_BY_OTHERS = {"Ledger", "View"}
"""Classes whose constructors are not for callers."""


def python_page() -> Iterator[str]:
    """Yield the lines of the page on the Python names: signatures and docstrings."""
    homes = _homes()
    yield from ("# Python names", "", MADE, "")
    yield "All that `import styrledger` gives; what is not here may change at any time."
    shown: set[str] = set()
    for title, modules in GROUPS.items():
        yield from ("", f"## {title}")
        for name in (
            name for module in modules for name in homes if homes[name].startswith(module)
        ):
            shown.add(name)
            yield from _named(name, homes[name])
    events = [name for name in homes if _is(name, Event)]
    yield from ("", "## Events", "", "Their fields are those of the [event types](events.md).", "")
    yield from (
        f"- `{name}`: `{getattr(styrledger, name).type}`" for name in events if name != "Event"
    )
    yield from ("", "`Event` is their base class; `Place` is one end of a transfer.")
    failures = [name for name in homes if _is(name, StyrledgerError)]
    yield from ("", "## Errors", "", "More are on the page of [errors](errors.md).", "")
    yield from (f"- `{name}`" for name in [*failures, "Fault"])
    left = set(styrledger.__all__) - shown - {*events, *failures, "Fault", Place.__name__}
    if left:
        stop(f"no group of the page python.md has {', '.join(sorted(left))}")


def _homes() -> dict[str, str]:
    """Return the public names and the modules that define them, without the package's name."""
    tree = ast.parse(inspect.getsource(styrledger))
    return {
        alias.name: (node.module or "").partition(".")[2]
        for block in tree.body
        if isinstance(block, ast.If)
        for node in block.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }


def _is(name: str, cls: type) -> bool:
    found = getattr(styrledger, name)
    return isinstance(found, type) and issubclass(found, cls)


def _named(name: str, home: str) -> Iterator[str]:
    found = getattr(styrledger, name)
    yield from ("", f"### {name}", "")
    if inspect.isclass(found):
        yield prose(found)
        yield from _members(found)
    elif inspect.isfunction(found):
        yield from _signature(parsed(found), "")
    else:
        yield _alias_docstring(name, home)


def _members(cls: type) -> Iterator[str]:
    body = parsed(cls).body
    fields = [
        f"`{ast.unparse(n.target)}: {ast.unparse(n.annotation)}`"
        for n in body
        if isinstance(n, ast.AnnAssign)
    ]
    if fields and attrs.has(cls):
        yield from ("", "Fields: " + ", ".join(fields) + ".")
    parts = [parsed(base).body for base in cls.__mro__ if base.__name__ in PARTS]
    methods = [node for node in chain(body, *parts) if isinstance(node, ast.FunctionDef)]
    for node in methods:
        made = node.name == "__init__" and cls.__name__ not in MADE_BY_OTHERS
        if made or not node.name.startswith("_"):
            yield ""
            yield from _signature(node, cls.__name__)


def _signature(node: ast.FunctionDef, owner: str) -> Iterator[str]:
    decorators = {ast.unparse(decorator) for decorator in node.decorator_list}
    arguments = node.args
    if owner and "staticmethod" not in decorators:
        arguments.args = arguments.args[1:]
    returns = (
        ""
        if node.returns is None or node.name == "__init__"
        else f" -> {ast.unparse(node.returns)}"
    )
    bound = f"{owner}." if decorators & {"classmethod", "staticmethod"} else ""
    called = owner if node.name == "__init__" else f"{bound}{node.name}"
    shown = called + ("" if "property" in decorators else f"({ast.unparse(arguments)})")
    yield f"- `{shown}{returns}`"
    said = ast.get_docstring(node)
    if said:
        yield "\n".join(f"  {line}".rstrip() for line in ["", *_marked(said).splitlines()])


def _alias_docstring(name: str, home: str) -> str:
    """Return the string that stands below ``name = …`` in its module."""
    body = ast.parse(inspect.getsource(importlib.import_module(f"styrledger.{home}"))).body
    found = [
        str(below.value.value)
        for node, below in pairwise(body)
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == name
        if isinstance(below, ast.Expr) and isinstance(below.value, ast.Constant)
    ]
    if not found:
        stop(f"{home}.{name} has no docstring")
    return _marked(found[0])


# -- the verifier


def verifier_page() -> Iterator[str]:
    """Yield the lines of the page that prints the small verifier."""
    yield from ("# The small verifier", "", MADE, "")
    yield (
        "`tools/verify_proof.py` checks a [proof bundle or receipt](formats.md) with nothing but "
        "Python. It is meant to be read: copy it from here, read it, and run it."
    )
    source = (Path(__file__).parent / "verify_proof.py").read_text(encoding="utf-8")
    yield from ("", "```py", source.rstrip(), "```")


# -- controls


def controls_page() -> Iterator[str]:
    """Yield the lines of the page on the internal controls and the rules that they ask for."""
    yield from ("# Internal controls", "", MADE, "")
    yield (
        "What `styrledger check` looks for, in the order in which it looks. An error cannot be "
        "right as recorded, a warning is to be looked at, a note is for the record: a figure that "
        "is off by rounding, or one that cannot be checked. How to use them: "
        "[run the controls](../how-to/check.md)."
    )
    for one in CONTROLS.values():
        yield from ("", f"## {one.name}", "", f"**{one.title}** ({one.severity})", "")
        yield from (one.explains, "", f"Rests on {one.rests_on}.")
    yield from ("", "## Rules of the policy", "")
    yield (
        "A rule holds from a day, through another where one is given. What a control asks for is "
        "the newest rule that holds on the day of the decision; without one nothing is tested. "
        "These are the rules of the package."
    )
    yield from ("", "| rule | gives | is | rests on | asked for by |", "|---|---|---|---|---|")
    for rule in read_policy().rules:
        asking = ", ".join(
            f"[{one.name}](#{one.name})" for one in CONTROLS.values() if rule.name in one.rules
        )
        gives = RULES[rule.name]
        value = str(rule).partition(": ")[2].partition(" (")[0]
        what = "" if gives is None else f"`{gives}`"
        yield f"| `{rule.name}` | {what} | {value} | {rule.rests_on} | {asking} |"


# -- all pages

PAGES: dict[str, Callable[[], Iterable[str]]] = {
    "cli.md": cli_page,
    "events.md": events_page,
    "errors.md": errors_page,
    "controls.md": controls_page,
    "python.md": python_page,
    "verify_proof.md": verifier_page,
}


def parsed(found: Any) -> Any:
    """Return the syntax tree of a class or function."""
    return ast.parse(inspect.getsource(found)).body[0]


def stop(why: str) -> Never:
    """End without writing: the code says less than a page needs."""
    raise SystemExit(why)


def prose(found: Any) -> str:
    """Return a docstring as Markdown."""
    said = found.__doc__
    if not said:
        stop(f"{found!r} has no docstring")
    return _marked(inspect.cleandoc(said))


def _marked(docstring: str) -> str:
    """Turn the marks of docstrings into those of Markdown: literals and the list of errors."""
    said, raises, faults = docstring.replace("``", "`").partition("\n\nRaises:\n")
    lines: list[str] = []
    for line in inspect.cleandoc("\n" + faults).splitlines():
        name, colon, why = line.partition(": ")
        lines.append(line if line.startswith(" ") or not colon else f"- raises `{name}`: {why}")
    return said + ("\n\n" + "\n".join(lines) if raises else "")


@click.command()
@click.option("--check", is_flag=True, help="Write nothing; tell which pages are not up to date.")
def generate(*, check: bool) -> None:
    """Write the generated pages of docs/reference."""
    stale = False
    for name, page in PAGES.items():
        path, made = REFERENCE / name, "\n".join(page()) + "\n"
        if not path.exists() or path.read_text(encoding="utf-8") != made:
            stale = True
            click.echo(f"{path.name}: {'not up to date' if check else 'written'}")
            if not check:
                path.write_text(made, encoding="utf-8")
    if check and stale:
        raise SystemExit(1)


if __name__ == "__main__":
    generate()
