"""The documentation is true: its examples run, its links lead somewhere, its lists are complete.

How examples are written, in README.md and everywhere under docs:

- ```console: lines that begin with "$ " are commands, "> " continues one, the rest is what they
  print. A line "…" stands for any lines, "…" in a line for anything, an instant for any instant.
  A command that fails is followed by "$ echo $?".
- ```python: runs; where a comment after an expression is itself a value, that is its repr.
- ```jsonl, ```csv and ```toml below a sentence that ends with "`NAME`:": a file of that name.

The examples of a page run in order, in one empty folder.
"""

from __future__ import annotations

import ast
import importlib
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from difflib import unified_diff
from itertools import pairwise
from pathlib import Path

import click
import pytest
from sybil import Example, Sybil
from sybil.parsers.markdown import CodeBlockParser

import styrledger
from styrledger import registry
from styrledger.cli import main

from .test_imports import SOURCE, imports, room_of

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
REFERENCE = DOCS / "reference"
PAGES = [ROOT / "README.md", *sorted(DOCS.rglob("*.md"))]
LINKED = [*PAGES, *ROOT.glob("C*.md"), *sorted((ROOT / "examples").rglob("*.md"))]

MARK = "\x1e"
INSTANT = re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(?:\.\d+)?Z?")
SAVED = re.compile(r"`(?P<name>[\w.-]+)`:\s*\Z")
LINK = re.compile(r"!?\[[^\]]*\]\(([^()\s]+)\)")
VALUES = (ast.Constant, ast.Call, ast.Tuple, ast.List)
FENCED = re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE)


def named(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


# -- examples


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_the_examples_of_a_page_do_what_it_says(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    command = tmp_path / ".venv" / "bin" / "styrledger"
    command.parent.mkdir(parents=True)
    program = "from styrledger.cli import main; main(prog_name='styrledger')"
    command.write_text(f'#!/bin/sh\nexec {sys.executable} -c "{program}" "$@"\n', encoding="utf-8")
    command.chmod(0o755)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", f"{command.parent}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    parsers = [
        CodeBlockParser("console", run_console),
        CodeBlockParser("python", run_python),
        CodeBlockParser("jsonl", save),
        CodeBlockParser("csv", save),
        CodeBlockParser("toml", save),
    ]
    for example in Sybil(parsers).parse(page).examples():
        example.evaluate()


def run_console(example: Example) -> str | None:
    """Run the commands of a block in one shell and compare what each prints."""
    written = [*steps(example.parsed)]
    ran, exports = run([command for command, _ in written], example.namespace.get("exports", ""))
    example.namespace["exports"] = exports
    for (command, expected), (printed, _) in zip(written, ran, strict=True):
        if not prints_as(expected, printed):
            diff = unified_diff(expected.splitlines(), printed.splitlines(), "page", "printed")
            return "\n".join([f"$ {command}", *diff])
    for (command, _), (following, _), (_, code) in zip(
        written, [*written[1:], ("", "")], ran, strict=True
    ):
        if code and following != "echo $?":
            return f"exit code {code} of: {command}"
    return None


def steps(block: str) -> Iterator[tuple[str, str]]:
    """Yield each command of a console block and what the page says that it prints."""
    for step in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
        lines = step.splitlines()
        more = next((n for n, line in enumerate(lines[1:], 1) if line[:2] != "> "), len(lines))
        command = "\n".join([lines[0], *(line[2:] for line in lines[1:more])])
        yield command, "".join(f"{line}\n" for line in lines[more:])


def run(commands: list[str], exports: str) -> tuple[list[tuple[str, int]], str]:
    """Run commands in one shell; return what each printed, its exit code, and the exports."""
    told = f"code=$?; printf '{MARK}%s{MARK}' $code; (exit $code)"
    script = [exports, "exec 2>&1", *(f"{command}\n{told}" for command in commands), "export -p"]
    done = subprocess.run(  # noqa: S603 - the commands are the documentation's own
        ["/bin/sh", "-c", "\n".join(script)],
        check=False,
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    *printed, after = done.stdout.split(MARK)
    ran = [(printed[n], int(printed[n + 1])) for n in range(0, len(printed), 2)]
    return ran, after


def prints_as(expected: str, printed: str) -> bool:
    """Return whether a page's output stands for what was printed."""
    pattern = "".join(
        r"(?:.*\n)*?" if line.strip() == "…" else f"{line_pattern(line)}\n"
        for line in expected.rstrip().splitlines()
    )
    trimmed = "".join(f"{line.rstrip()}\n" for line in printed.rstrip().splitlines())
    return re.fullmatch(plain(pattern), plain(trimmed)) is not None


def plain(text: str) -> str:
    """Return a text with the blanks that a reader takes the no-break ones for."""
    return text.replace("\N{NO-BREAK SPACE}", " ")


def line_pattern(line: str) -> str:
    """Return the pattern of one line of output."""
    parts = (re.escape(part).replace("…", ".*?") for part in INSTANT.split(line.rstrip()))
    return INSTANT.pattern.join(parts)


def run_python(example: Example) -> None:
    """Run a block in the page's namespace, with values in comments as assertions."""
    code = "\n".join(map(checked, example.parsed.splitlines()))
    padded = "\n" * (example.line + example.parsed.line_offset) + code
    exec(compile(padded, example.path, "exec"), example.namespace)  # noqa: S102


def checked(line: str) -> str:
    """Return a line of Python, an assertion where its comment says what its value is."""
    code, sign, comment = line.partition("  # ")
    if not sign or not isinstance(expression(comment), VALUES):
        return line
    indent = code[: len(code) - len(code.lstrip())]
    return f"{indent}assert repr(value := ({code.strip()})) == {comment.strip()!r}, value"


def expression(text: str) -> ast.expr | None:
    """Return a text's expression, None where it is prose."""
    try:
        return ast.parse(text.strip(), mode="eval").body
    except SyntaxError:
        return None


def save(example: Example) -> None:
    """Write a block to the file that the sentence above it names."""
    name = SAVED.search(example.document.text, 0, example.start)
    if name is not None:
        Path(name["name"]).write_text(example.parsed, encoding="utf-8")


def test_the_readme_has_the_two_commands() -> None:
    lines = (ROOT / "README.md").read_text(encoding="utf-8").splitlines()
    install = "python3 -m venv .venv && .venv/bin/pip install --quiet ."
    assert f"{install} && .venv/bin/styrledger demo" in lines
    assert "bash tools/test" in lines


# -- links


@pytest.mark.parametrize("page", LINKED, ids=named)
def test_every_link_of_a_page_leads_somewhere(page: Path) -> None:
    dead: list[str] = []
    for path, anchor in links(page):
        if not path.exists() or (anchor and anchor not in anchors(path)):
            dead.append(f"{path.relative_to(ROOT)}#{anchor}")
    assert dead == []


def test_every_page_is_reached_from_the_readme() -> None:
    reached: set[Path] = set()
    ahead = {PAGES[0]}
    while ahead:
        page = ahead.pop()
        reached.add(page)
        linked = {path for path, _ in links(page) if path.suffix == ".md" and path.exists()}
        ahead |= linked - reached
    assert sorted(map(named, set(PAGES) - reached)) == []


def links(page: Path) -> Iterator[tuple[Path, str]]:
    """Yield the file and the anchor of each link of a page to this project."""
    for target in LINK.findall(FENCED.sub("", page.read_text(encoding="utf-8"))):
        if not re.match(r"[a-z]+:", target):
            path, _, anchor = target.partition("#")
            yield (page.parent / path).resolve() if path else page, anchor


def anchors(page: Path) -> set[str]:
    """Return the anchors of a page's headings."""
    headings = re.findall(
        r"^#+ (.+)$", FENCED.sub("", page.read_text(encoding="utf-8")), re.MULTILINE
    )
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", LINKED, ids=named)
def test_no_page_speaks_of_one_machine(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    found = re.findall(r"(?<![\w.])/(?:home|root|tmp|Users)/\S*|[A-Z]:\\\S*", text)
    assert [*found, *(place for place in (str(ROOT), str(Path.home())) if place in text)] == []


# -- complete lists


def test_the_reference_is_what_the_code_says() -> None:
    assert tool("generate_reference.py", "--check") == ""


def test_the_picture_is_what_the_ledger_says(tmp_path: Path) -> None:
    tool("draw_budget.py", str(tmp_path / "drawn.svg"))
    drawn = (tmp_path / "drawn.svg").read_text(encoding="utf-8")
    assert (DOCS / "images" / "budget.svg").read_text(encoding="utf-8") == drawn


def tool(name: str, *arguments: str) -> str:
    """Run one of the project's tools and return what it printed."""
    done = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, str(ROOT / "tools" / name), *arguments],
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
    )
    return done.stdout


def test_every_command_and_option_is_documented() -> None:
    text = (REFERENCE / "cli.md").read_text(encoding="utf-8")
    sections = dict(pairwise(re.split(r"^## (.+)$", text, flags=re.MULTILINE)[1:]))
    context = click.Context(main)
    for name in main.list_commands(context):
        command = main.get_command(context, name)
        assert command is not None
        words = sections[f"styrledger {name}"].replace(",", " ").split()
        for parameter in command.params:
            assert isinstance(parameter, click.Argument) or set(parameter.opts) <= {*words}


def public_imports() -> list[ast.ImportFrom]:
    """Return the imports by which type checkers are told of the public names."""
    source = Path(styrledger.__file__).read_text(encoding="utf-8")
    blocks = [node for node in ast.parse(source).body if isinstance(node, ast.If)]
    return [one for block in blocks for one in block.body if isinstance(one, ast.ImportFrom)]


def test_the_public_names_are_those_imported_and_documented() -> None:
    imported = {alias.name for node in public_imports() for alias in node.names}
    documented = re.findall(
        r"^(?:### |- `)(\w+)(?:$|`)",
        (REFERENCE / "python.md").read_text(encoding="utf-8"),
        re.MULTILINE,
    )
    assert styrledger.__all__ == sorted(imported)
    assert imported - {"Event", "Place"} <= {*documented}


def test_a_public_name_is_the_one_that_type_checkers_are_told_of() -> None:
    told = {
        alias.name: getattr(importlib.import_module(node.module or ""), alias.name)
        for node in public_imports()
        for alias in node.names
    }
    assert {name: getattr(styrledger, name) for name in styrledger.__all__} == told
    with pytest.raises(AttributeError, match="'styrledger' has no attribute 'Ledgar'"):
        getattr(styrledger, "Ledgar")  # noqa: B009 - a checker would see that it is not there


def test_the_glossary_has_every_event_type_and_every_command() -> None:
    glossary = (REFERENCE / "glossary.md").read_text(encoding="utf-8")
    names = [*registry.TYPES, *main.list_commands(click.Context(main))]
    assert [name for name in names if f"`{name}`" not in glossary] == []


def test_the_architecture_lists_every_room_below_those_it_imports() -> None:
    page = (DOCS / "explanation" / "architecture.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (`.+?) \|", page.partition("| rooms |")[2], re.MULTILINE)
    listed = [room for row in rows for room in re.findall(r"`(\w+)`", row)]
    sources = {path: path.relative_to(SOURCE) for path in sorted(SOURCE.rglob("*.py"))}
    rooms = {str(room_of(inside)) for inside in sources.values() if room_of(inside)}
    assert sorted(listed) == sorted(rooms)
    assert [
        f"{inside} imports {target}"
        for path, inside in sources.items()
        for _, target in imports(ast.parse(path.read_text(encoding="utf-8")), inside, SOURCE)
        if room_of(inside) and target.startswith("styrledger.")
        if listed.index(target.split(".")[1]) > listed.index(str(room_of(inside)))
    ] == []
