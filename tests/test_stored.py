"""The stored form: octets that never change, read back as what was recorded."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given

from styrledger import registry, stored
from styrledger.amounts import Amount
from styrledger.codec import read_entry
from styrledger.errors import UndecodableEntry, UnknownStoredName
from styrledger.events.budgets import BudgetAdopted, BudgetRevised
from styrledger.events.corrections import EntryCorrected
from styrledger.events.entry import Entry, Recorded
from styrledger.events.outcomes import ForecastReported
from styrledger.ledger import Ledger
from styrledger.opened import view_path
from styrledger.plain import _form  # pyright: ignore[reportPrivateUsage]
from styrledger.reference import Reference
from styrledger.registry import Payload, Upcaster
from styrledger.stored import (
    _decode_slowly,  # pyright: ignore[reportPrivateUsage]
    _decoder,  # pyright: ignore[reportPrivateUsage]
)
from styrledger.view import View

from .ledgers import adopted, answers, corrected, entries, new_ledger, revised, withdrawn
from .samples import RECORDS, STORED, recorded

NAMES = [name for name, _ in STORED]
each_stored = pytest.mark.parametrize(("name", "octets"), STORED, ids=NAMES)
each_sample = pytest.mark.parametrize(
    ("record", "pinned"), [*zip(RECORDS, STORED, strict=False)], ids=NAMES
)


# -- the octets


def test_every_event_type_has_its_octets_pinned() -> None:
    missing = sorted(registry.STORED.keys() - {name for name, _ in STORED})
    assert missing == [], "write a record of each, and its line, at the end of the golden files"
    assert len(RECORDS) == len(STORED)


@each_sample
def test_an_entry_is_stored_as_it_always_was(
    record: dict[str, Any], pinned: tuple[str, bytes]
) -> None:
    name, octets = stored.encode(recorded(read_entry(record)))
    assert (name, octets.decode()) == (pinned[0], pinned[1].decode())


@each_stored
def test_what_was_stored_is_read_and_stored_again_as_the_same_octets(
    name: str, octets: bytes
) -> None:
    (read,) = stored.decode(name, octets)
    assert stored.encode(read) == (name, octets)


@each_sample
def test_what_was_stored_is_read_as_what_was_recorded(
    record: dict[str, Any], pinned: tuple[str, bytes]
) -> None:
    assert stored.decode(*pinned) == (recorded(read_entry(record)),)


@each_stored
def test_the_fast_way_to_read_gives_what_the_slow_way_gives(name: str, octets: bytes) -> None:
    assert _decoder(name)(octets) == _decode_slowly(name, octets)


@given(entries())
def test_any_entry_is_read_back_the_same_by_either_way(entry: Entry) -> None:
    held = Recorded(7, datetime(2020, 1, 15, tzinfo=UTC), entry)
    name, octets = stored.encode(held)
    assert stored.decode(name, octets) == _decode_slowly(name, octets) == (held,)
    assert repr(stored.decode(name, octets)) == repr((held,))


def test_what_is_absent_is_not_stored() -> None:
    held = Recorded(1, datetime(2020, 1, 15, tzinfo=UTC), adopted("1 tkr", "KF 2020-06-08 § 1"))
    octets = (
        '{"entry":{"decision":{"body":"KF","date":"2020-06-08","paragraph":1},"event":{"amount":'
        '{"ore":100000,"text":"1 tkr","ulp":100000,"unit":"tkr"},"kind":"operating","unit":"KS",'
        '"year":2020},"stage":"decided"},"position":1,"recorded_at":"2020-01-15T00:00:00.000000Z"}'
    )
    assert stored.encode(held) == ("budget.adopted.v1", octets.encode())


def test_the_place_in_a_file_is_not_content() -> None:
    here, there = (adopted("1 tkr", "KF 2020-06-08 § 1", where=place) for place in ("a:1", "b:2"))
    assert stored.content(here) == stored.content(there)


def test_an_amount_printed_otherwise_is_other_content() -> None:
    one, other = (adopted(amount, "KF 2020-06-08 § 1") for amount in ("1 tkr", "1 000 kr"))
    assert one == other
    assert stored.content(one) != stored.content(other)


def test_what_was_stored_is_not_parsed_or_checked_again() -> None:
    name, octets = stored.encode(recorded(adopted("1 tkr", "KF 2020-06-08 § 1")))
    changed = octets.replace(b'"text":"1 tkr"', b'"text":"ett tusen"').replace(b'"KS"', b'"K/S"')
    (read,) = stored.decode(name, changed)
    event = read.entry.event
    assert isinstance(event, BudgetAdopted)
    assert (event.amount.ore, event.amount.text, event.unit) == (100_000, "ett tusen", "K/S")


def test_fields_that_were_stored_together_are_not_checked_again() -> None:
    event = ForecastReported(unit="KS", year=2020, amount="1 tkr")
    name, octets = stored.encode(recorded(Entry(event, effective="2020-05")))
    amount = b'{"ore":100000,"text":"1 tkr","ulp":100000,"unit":"tkr"}'
    changed = octets.replace(b'"event":{', b'"event":{"deviation":' + amount + b",")
    (read,) = stored.decode(name, changed.replace(b'"decided"', b'"conditional"'))
    assert read.entry.stage == "conditional"
    assert isinstance(read.entry.event, ForecastReported)
    assert read.entry.event.deviation == Amount("1 tkr")


def test_what_was_stored_of_a_correction_is_not_checked_again() -> None:
    name, octets = stored.encode(
        recorded(corrected("#1", revised("1 tkr", "KF 2020-06-08 § 1", note="Not.")))
    )
    changed = octets.replace(b'"Not."', b'" "').replace(b'"Felskrivet."', b'""')
    (read,) = stored.decode(name, changed)
    assert isinstance(read.entry.event, EntryCorrected)
    assert (read.entry.event.reason, read.entry.event.replacement.note) == ("", " ")


# -- the names


def test_a_stored_name_is_the_types_name_and_a_version() -> None:
    for name, cls in registry.STORED.items():
        assert re.fullmatch(rf"{re.escape(cls.type)}\.v[1-9][0-9]*", name)


def test_every_class_is_stored_under_one_name_and_recorded_under_one_type() -> None:
    named = {registry.STORED_NAMES[cls]: cls for cls in registry.STORED.values()}
    assert named == dict(registry.STORED)
    assert registry.TYPES.keys() == {cls.type for cls in registry.STORED.values()}
    assert [*registry.TYPES.values()] == [*registry.STORED.values()]


def test_an_unknown_stored_name_stops_with_what_to_do() -> None:
    with pytest.raises(UnknownStoredName) as unknown:
        stored.decode("budget.dreamt.v1", b"{}")
    assert str(unknown.value) == (
        "the ledger holds 'budget.dreamt.v1', which this version of styrledger does not know, "
        "upgrade styrledger to the version that recorded it"
    )
    assert unknown.value.name == "budget.dreamt.v1"


def test_an_unknown_stored_name_within_a_correction_stops_too() -> None:
    name, octets = stored.encode(recorded(corrected("#1", revised("1 tkr", "KF 2020-06-08 § 1"))))
    with pytest.raises(UnknownStoredName) as unknown:
        stored.decode(name, octets.replace(b"budget.revised.v1", b"budget.revised.v9"))
    assert unknown.value.name == "budget.revised.v9"


@pytest.mark.parametrize(
    ("octets", "reason"),
    [
        pytest.param(b"", "Input data was truncated", id="nothing"),
        pytest.param(b"{", "Input data was truncated", id="half an object"),
        pytest.param(b"[]", "Expected `object`, got `array`", id="no object"),
        pytest.param(b"{}", "Object missing required field `position`", id="a missing field"),
        pytest.param(
            b'{"position":"7"}', "Expected `int`, got `str` - at `$.position`", id="another type"
        ),
    ],
)
def test_octets_that_are_no_entry_stop_with_why(octets: bytes, reason: str) -> None:
    with pytest.raises(UndecodableEntry) as refused:
        stored.decode("budget.adopted.v1", octets)
    assert str(refused.value) == (
        f"the stored budget.adopted.v1 cannot be read ({reason}), expected the octets that were "
        "recorded, compare the ledger with an export or a backup"
    )
    assert (refused.value.name, refused.value.reason) == ("budget.adopted.v1", reason)


@pytest.mark.parametrize("octets", [b"", b"[]", b"{}", b'{"recorded_at":"x"}', b"\xff"])
def test_octets_that_are_no_correction_stop_too(octets: bytes) -> None:
    with pytest.raises(UndecodableEntry):
        stored.decode("entry.corrected.v1", octets)


# -- upcasters


def forget_forms() -> None:
    """Let what reads stored octets ask the registry again."""
    _decoder.cache_clear()
    _form.cache_clear()


@pytest.fixture
def upcast(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str, Upcaster], None]]:
    """Give a way to add an upcaster for a stored name, gone after the test."""

    def add(name: str, upcaster: Upcaster) -> None:
        cls = registry.STORED[name]
        newer = f"{cls.type}.v2"
        monkeypatch.setitem(registry.UPCASTERS, name, upcaster)
        monkeypatch.setitem(registry.STORED, newer, cls)
        monkeypatch.setitem(registry.STORED_NAMES, cls, newer)
        # A program with another registry builds its views again.
        monkeypatch.setattr("styrledger.projections.keeper.VERSION", 1_000_000)
        forget_forms()

    yield add
    forget_forms()


def renamed(payload: Payload) -> list[tuple[str, Payload]]:
    """Turn a revision into one of today, which gives its financing another name."""
    return [("budget.revised.v2", {**payload, "financing": "Okänd."})]


def halved(payload: Payload) -> list[tuple[str, Payload]]:
    """Turn a revision into two of today, each of half the amount."""
    ore = payload["amount"]["ore"] // 2
    amount = {**payload["amount"], "ore": ore, "text": f"{ore // 100_000} tkr"}
    return [("budget.revised.v2", {**payload, "amount": amount})] * 2


def test_an_upcaster_turns_an_old_event_into_one_of_today(
    upcast: Callable[[str, Upcaster], None],
) -> None:
    before = recorded(revised("4 tkr", "KF 2020-06-08 § 1"))
    name, octets = stored.encode(before)
    upcast(name, renamed)
    (read,) = stored.decode(name, octets)
    assert read == recorded(
        Entry(
            BudgetRevised(unit="KS", year=2020, amount="4 tkr", financing="Okänd."),
            "KF 2020-06-08 § 1",
        )
    )
    assert stored.encode(read)[0] == "budget.revised.v2"
    assert stored.decode(*stored.encode(read)) == (read,)


def test_an_upcaster_may_turn_one_event_into_several(
    upcast: Callable[[str, Upcaster], None],
) -> None:
    name, octets = stored.encode(recorded(revised("4 tkr", "KF 2020-06-08 § 1")))
    upcast(name, halved)
    assert stored.decode(name, octets) == (recorded(revised("2 tkr", "KF 2020-06-08 § 1")),) * 2


def test_upcasters_are_applied_until_none_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    steps: dict[str, Upcaster] = {
        "a.v1": lambda payload: [("a.v2", {**payload, "two": 2}), ("b.v1", payload)],
        "a.v2": lambda payload: [("a.v3", {**payload, "three": 3})],
    }
    for name, upcaster in steps.items():
        monkeypatch.setitem(registry.UPCASTERS, name, upcaster)
    assert registry.upcast("a.v1", {"one": 1}) == [
        ("a.v3", {"one": 1, "two": 2, "three": 3}),
        ("b.v1", {"one": 1}),
    ]
    assert registry.upcast("c.v1", {}) == [("c.v1", {})]


def test_the_replacement_in_a_correction_is_upcast_too(
    upcast: Callable[[str, Upcaster], None],
) -> None:
    correction = corrected("#4", revised("4 tkr", "KF 2020-06-08 § 1"))
    name, octets = stored.encode(recorded(correction))
    upcast("budget.revised.v1", halved)
    half = recorded(corrected("#4", revised("2 tkr", "KF 2020-06-08 § 1")))
    assert name == "entry.corrected.v1"
    assert stored.decode(name, octets) == (half, half)


def test_views_and_the_reference_fold_agree_on_what_was_upcast_to_several(
    tmp_path: Path, upcast: Callable[[str, Upcaster], None]
) -> None:
    path = tmp_path / "prov.db"
    with new_ledger(path) as ledger:
        ledger.record(adopted("100 tkr", "KF 2019-06-10 § 109"))
        ledger.record(revised("4 tkr", "KF 2020-02-10 § 9"))
        ledger.record(corrected("#5", revised("8 tkr", "KF 2020-02-10 § 9")))
        ledger.record(withdrawn("#6"))
        ledger.record(corrected("#4", revised("2 tkr", "KF 2020-02-10 § 9")))
    upcast("budget.revised.v1", halved)
    with Ledger.open(path) as ledger:
        log = list(ledger.history())
        assert [held.position for held in log] == [1, 2, 3, 4, 5, 5, 6, 6, 7, 8, 8]
        for known in range(9):
            fast = ledger.as_of("2020-12-31", known=known)
            assert answers(fast) == answers(View(Reference(log), fast.basis))
        changes = [
            [(step.fact.position, str(step.change)) for step in budget.trail]
            for known in (5, 6, 7, 8)
            for budget in ledger.as_of("2020-12-31", known=known).budgets(2020)
        ]
        assert changes == [
            [(4, "100 tkr"), (5, "2 tkr"), (5, "2 tkr")],
            [(4, "100 tkr"), (6, "4 tkr"), (6, "4 tkr")],
            [(4, "100 tkr"), (5, "2 tkr"), (5, "2 tkr")],
            [(8, "1 tkr"), (8, "1 tkr"), (5, "2 tkr"), (5, "2 tkr")],
        ]


def test_a_ledger_from_a_newer_version_stops_with_the_name_it_does_not_know(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "prov.db"
    with new_ledger(path) as ledger:
        ledger.record(adopted("100 tkr", "KF 2019-06-10 § 109"))
    view_path(path).unlink()
    with monkeypatch.context() as patched:
        patched.delitem(registry.STORED, "budget.adopted.v1")
        forget_forms()
        with Ledger.open(path) as ledger, pytest.raises(UnknownStoredName) as unknown:
            ledger.as_of("2020-12-31")
    forget_forms()
    assert unknown.value.name == "budget.adopted.v1"
