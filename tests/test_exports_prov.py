"""A decision's history as W3C PROV-JSON: valid, whole, and named the same in every document."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeGuard, cast

import pytest

from .commands import add, adopted, new, revised, run, told

Json = dict[str, Any]

# The relations of PROV-DM as the member submission spells them: the ends that each must have,
# and may have, with the kind of thing that each end names.
RELATIONS: dict[str, dict[str, str]] = {
    "wasGeneratedBy": {"prov:entity": "entity", "prov:activity": "activity"},
    "used": {"prov:activity": "activity", "prov:entity": "entity"},
    "wasInvalidatedBy": {"prov:entity": "entity", "prov:activity": "activity"},
    "wasDerivedFrom": {"prov:generatedEntity": "entity", "prov:usedEntity": "entity"},
    "wasAttributedTo": {"prov:entity": "entity", "prov:agent": "agent"},
    "wasAssociatedWith": {"prov:activity": "activity", "prov:agent": "agent"},
    "actedOnBehalfOf": {"prov:delegate": "agent", "prov:responsible": "agent"},
    "specializationOf": {"prov:specificEntity": "entity", "prov:generalEntity": "entity"},
    "hadMember": {"prov:collection": "entity", "prov:entity": "entity"},
}
TIMED = {"wasGeneratedBy", "used", "wasInvalidatedBy"}
THINGS = ("entity", "activity", "agent")
PARTS = {"prefix", *THINGS, *RELATIONS}
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
LOCAL = re.compile(r"[\w./~-]*(?:%[0-9A-F]{2}[\w./~-]*)*", re.ASCII)
"""The local part of a qualified name in PROV-N, of which we use no more than this."""


@pytest.fixture(name="ledger")
def _ledger(tmp_path: Path) -> Path:
    """Return a ledger in which § 9 is recorded (#5), corrected (#7), and annulled (#8)."""
    path = new(tmp_path, adopted("100 tkr"), revised("5 tkr", "KF 2020-02-10 § 9", note="fel"))
    add(path, revised("1 tkr", "KF 2020-03-09 § 20"))
    correction = {
        "type": "entry.corrected",
        "target": "#5",
        "reason": "Felskrivet.",
        "replacement": revised("6 tkr", "KF 2020-02-10 § 9"),
    }
    annulment = {
        "type": "decision.annulled",
        "target": "KF 2020-02-10 § 9",
        "effective": "2020-09-01",
    }
    file = path.with_name("more.jsonl")
    lines = (json.dumps(one, ensure_ascii=False) for one in (correction, annulment))
    file.write_text("\n".join(lines), encoding="utf-8")
    told("record", file, "--ledger", path, "--by", "registrator")
    return path


def history(ledger: Path, *more: str, decision: str = "KF 2020-02-10 § 9") -> Json:
    found: Json = json.loads(told("prov", decision, *more, "--ledger", ledger))
    return found


def faults(document: Json) -> list[str]:
    """Return every way in which a document is no PROV-JSON."""
    prefixes: Json = document["prefix"]
    found = [f"{part} is no part" for part in document if part not in PARTS]
    found += [f"{uri} is no namespace" for uri in prefixes.values() if not re.match(r"\w+:.", uri)]
    for part in THINGS:
        for identifier, attributes in document.get(part, {}).items():
            found += names(identifier, prefixes)
            if sum(identifier in document.get(other, {}) for other in THINGS) > 1:
                found.append(f"{identifier} is declared twice")
            found += of_attributes(attributes, prefixes, timed=part == "activity")
    for relation, required in RELATIONS.items():
        for identifier, attributes in document.get(relation, {}).items():
            if not re.fullmatch(r"_:\w+", identifier):
                found.append(f"{identifier} is no blank name")
            found += [
                f"{identifier}: {end} {attributes.get(end)} is no {kind}"
                for end, kind in required.items()
                if attributes.get(end) not in document.get(kind, {})
            ]
            rest = {name: value for name, value in attributes.items() if name not in required}
            found += of_attributes(rest, prefixes, timed=relation in TIMED)
    return found


def of_attributes(attributes: Json, prefixes: Json, *, timed: bool) -> Iterator[str]:
    """Yield what is wrong with the attributes of a thing or relation."""
    for attribute, value in attributes.items():
        yield from names(attribute, prefixes)
        if attribute in {"prov:time", "prov:startTime", "prov:endTime"}:
            if not timed or not INSTANT.fullmatch(value):
                yield f"{attribute} {value}"
            continue
        several = value if is_list(value) else [value]
        for one in several:
            yield from literals(one, prefixes)


def is_list(value: Any) -> TypeGuard[list[Any]]:
    return isinstance(value, list)


def literals(value: Any, prefixes: Json) -> Iterator[str]:
    """Yield what is wrong with a value: plain, or with its type."""
    if isinstance(value, str | int):
        return
    typed = cast("Json", value) if isinstance(value, dict) else {}
    if typed.keys() != {"$", "type"} or type(typed["$"]) is not str:
        yield f"{value!r} is no literal"
        return
    yield from names(typed["type"], prefixes)
    if typed["type"] == "xsd:QName":
        yield from names(typed["$"], prefixes)
    if typed["type"] == "xsd:dateTime" and not INSTANT.fullmatch(typed["$"]):
        yield f"{value} is no instant"


def names(value: str, prefixes: Json) -> Iterator[str]:
    """Yield that a value is no qualified name, if it is none."""
    prefix, colon, local = value.partition(":")
    if not colon or prefix not in prefixes or not LOCAL.fullmatch(local):
        yield f"{value} is no qualified name"


def ends(document: Json, relation: str) -> set[tuple[str, ...]]:
    """Return the ends of all relations of a kind, in order, without the ledger's prefix."""
    return {
        tuple(one[end].removeprefix("ledger:") for end in RELATIONS[relation])
        for one in document.get(relation, {}).values()
    }


def test_a_history_is_valid_prov(ledger: Path) -> None:
    for on in ("2020-02-10", "2020-06-30", "2020-12-31"):
        assert faults(history(ledger, "--on", on)) == []
        assert faults(history(ledger, "--on", on, "--void-annulled")) == []


def test_every_decision_of_every_example_is_valid_prov(tmp_path: Path) -> None:
    told("demo", tmp_path)
    checked = 0
    for ledger in sorted(tmp_path.glob("*[!s].db")):
        listed = json.loads(run("decisions", "--json", "--ledger", ledger).stdout)
        for one in listed["decisions"]:
            assert faults(history(ledger, decision=one["decision"])) == []
            checked += 1
    assert checked == 25


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"prov:activity": "ledger:recording/5"', '"prov:activity": "ledger:recording/99"'),
        ('"ledger:unit/KF": {', '"okand:unit/KF": {'),
        ('"type": "xsd:QName"', '"type": "foo:QName"'),
        ("ledger:decision/KF%20", "ledger:decision/KF "),
    ],
)
def test_what_breaks_prov_is_noticed(ledger: Path, old: str, new: str) -> None:
    """The check above can fail: it finds one name that was changed."""
    text = told("prov", "KF 2020-02-10 § 9", "--on", "2020-06-30", "--ledger", ledger)
    assert old in text
    assert faults(json.loads(text.replace(old, new, 1))) != []


def test_it_tells_the_figures_before_and_after(ledger: Path) -> None:
    document = history(ledger, "--on", "2020-06-30")
    on = "on/2020-06-30/known/8"
    before = f"ledger:figure/budget/KS/2020/operating/after/4.0/{on}"
    after = f"ledger:figure/budget/KS/2020/operating/after/5.0/{on}"
    figures = {name: document["entity"][name]["prov:value"]["$"] for name in (before, after)}
    assert figures == {before: "10000000", after: "10600000"}
    (change,) = [
        one
        for one in document["wasDerivedFrom"].values()
        if (one["prov:generatedEntity"], one["prov:usedEntity"]) == (after, before)
    ]
    assert change["styrledger:change"] == {"$": "600000", "type": "xsd:integer"}
    assert (after.removeprefix("ledger:"), "entry/7") in ends(document, "wasDerivedFrom")


def test_it_tells_recording_correction_and_annulment_with_who_and_when(ledger: Path) -> None:
    document = history(ledger)
    assert set(document["activity"]) == {
        "ledger:recording/5",
        "ledger:correction/7",
        "ledger:annulment/8",
    }
    assert ends(document, "wasAssociatedWith") == {
        ("correction/7", "role/registrator"),
        ("annulment/8", "role/registrator"),
    }
    decision = "decision/KF%202020-02-10%20%C2%A7%209"
    assert ends(document, "wasInvalidatedBy") == {
        ("entry/5", "correction/7"),
        (decision, "annulment/8"),
    }
    assert ("entry/7", "entry/5") in ends(document, "wasDerivedFrom")
    assert ends(document, "wasAttributedTo") == {(decision, "unit/KF")}
    said = json.loads(document["entity"]["ledger:entry/5"]["styrledger:record"])
    assert (said["amount"], said["note"]) == ("5 tkr", "fel")
    recorded = json.loads(told("log", "--json", "--ledger", ledger))["entries"][4]["recorded_at"]
    assert document["activity"]["ledger:recording/5"]["prov:startTime"] == recorded


def test_what_was_not_yet_known_is_not_in_it(ledger: Path) -> None:
    document = history(ledger, "--on", "2020-12-31", "--known", "#6")
    assert set(document["activity"]) == {"ledger:recording/5"}
    known = document["entity"]["ledger:known/6"]
    root = json.loads(told("units", "--json", "--known", "#6", "--ledger", ledger))["basis"]["root"]
    assert (known["styrledger:position"], known["styrledger:root"]) == (6, root)


def test_what_has_the_same_name_in_two_documents_is_the_same(ledger: Path) -> None:
    documents = [
        history(ledger, "--on", on, "--known", known, decision=decision)
        for on in ("2020-06-30", "2020-12-31")
        for known in ("#6", "#8")
        for decision in ("KF 2020-02-10 § 9", "KF 2020-03-09 § 20")
    ]
    told_of: dict[str, set[str]] = {}
    for document in documents:
        for part in THINGS:
            for name, attributes in document.get(part, {}).items():
                if len(attributes) > 3 or part != "entity" or "entry/" not in name:
                    told_of.setdefault(name, set()).add(json.dumps(attributes, sort_keys=True))
    assert [name for name, versions in told_of.items() if len(versions) > 1] == []
    assert len({json.dumps(document["prefix"]) for document in documents}) == 1


def test_a_decision_that_is_not_there_is_told(ledger: Path) -> None:
    for decision, more, message in (
        ("KF 2021-01-01 § 1", (), "no decision 'KF 2021-01-01 § 1', expected "),
        (
            "KF 2020-02-10 § 9",
            ("--on", "2020-02-09"),
            "no decision 'KF 2020-02-10 § 9' by 2020-02-09",
        ),
    ):
        done = run("prov", decision, *more, "--ledger", ledger)
        assert (done.exit_code, done.stdout, done.stderr[: len(message)]) == (1, "", message)
    done = run("prov", "§", "--ledger", ledger)
    assert (done.exit_code, done.stdout) == (2, "")


def test_hostile_names_are_escaped_and_nothing_is_overwritten(tmp_path: Path) -> None:
    unit = 'K"S:{<b>}\N{RIGHT-TO-LEFT OVERRIDE}'
    ledger = new(tmp_path)
    add(
        ledger,
        {"type": "unit.registered", "unit": unit, "kind": "board", "effective": "2019-01-01"},
    )
    add(ledger, {**adopted("1 tkr"), "unit": unit})
    file = tmp_path / "prov.json"
    ask = ("prov", "KF 2019-06-10 § 109", "--ledger", ledger, "-o", file)
    told(*ask)
    assert faults(json.loads(file.read_bytes())) == []
    before = file.read_bytes()
    done = run(*ask)
    assert (done.exit_code, "there is something already" in done.stderr) == (2, True)
    assert file.read_bytes() == before
