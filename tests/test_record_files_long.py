"""A long record file is read by several processes, with the same outcome as by one."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from styrledger import stored
from styrledger.commit import Ready, Unreadable
from styrledger.errors import EntriesRefused
from styrledger.events.entry import Entry
from styrledger.exchange import jsonl, pages, records
from styrledger.exchange.lines import ignore, lines
from styrledger.ledger import Ledger

from .ledgers import SetClock

UNIT = {"type": "unit.registered", "unit": "KF", "kind": "council", "effective": "2019-01-01"}
ADOPTED = {"type": "budget.adopted", "unit": "KF", "year": 2020, "amount": "1 tkr"}
CORRECTED = {
    "type": "entry.corrected",
    "target": "#2",
    "reason": "Fel.",
    "replacement": {**ADOPTED, "amount": "2 tkr", "decision": "KF 2019-06-10 § 1"},
}


def revised(number: int, **fields: Any) -> dict[str, Any]:
    event = {"type": "budget.revised", "unit": "KF", "year": 2020, "amount": f"{number} tkr"}
    return {**event, "decision": f"KF 2020-02-10 § {number}", **fields}


def file_of(*records_: object) -> bytes:
    """Return a record file; what is octets already is a line as it stands."""
    made = (one if isinstance(one, bytes) else json.dumps(one).encode() for one in records_)
    return b"".join(line + b"\n" for line in made)


LONG = file_of(
    UNIT,
    {**ADOPTED, "decision": "KF 2019-06-10 § 1"},
    b"# a remark",
    b"",
    *(revised(number, note="å" * 40) for number in range(1, 1400)),
    CORRECTED,
)

WRONG = file_of(
    UNIT,
    b"{",
    *(revised(number) for number in range(1, 1100)),
    revised(7, unit="KX"),
    revised(8, amount=5, colour="red"),
    b'{"type": "unit.moved", "unit": "KF", "unit": "KF"}',
    b"\xff",
)


@pytest.fixture(autouse=True)
def _short_is_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "LONG", 10_000)
    monkeypatch.setattr(pages, "cores", lambda: 2)


def path_of(folder: Path, octets: bytes) -> Path:
    path = folder / "poster.jsonl"
    path.write_bytes(octets)
    return path


def plainly(octets: bytes, name: str) -> list[Entry | Unreadable]:
    return [*jsonl.read(io.BytesIO(octets), name)]


def test_several_processes_read_what_one_reads(tmp_path: Path) -> None:
    path = path_of(tmp_path, LONG)
    seen: list[int] = []
    found = [*records.read(path, seen.append)]
    expected = plainly(LONG, str(path))
    assert [one.entry for one in found if isinstance(one, Ready)] == expected
    assert [one.entry.where for one in found if isinstance(one, Ready)] == [
        one.where for one in expected if isinstance(one, Entry)
    ]
    assert all(stored.content(one.entry) == one.octets for one in found if isinstance(one, Ready))
    assert sum(seen) == len(LONG)
    assert records.read_entries(path) == expected


def test_a_long_file_gives_the_same_log_as_its_entries_one_by_one(tmp_path: Path) -> None:
    path = path_of(tmp_path, LONG)
    logs: list[list[bytes]] = []
    for name, entries in (("a", records.read(path)), ("b", iter(records.read_entries(path)))):
        with Ledger.create(tmp_path / f"{name}.db", organisation="P", clock=SetClock()) as ledger:
            ledger.record_all(entries, by="ekonom")
            logs.append([row.state for row in ledger.rows()])
    assert logs[0] == logs[1]
    assert len(logs[0]) == 1402


def test_every_fault_of_a_long_file_is_told_in_order(tmp_path: Path) -> None:
    path = path_of(tmp_path, WRONG)
    told: list[list[str]] = []
    for number, pieces in enumerate((records.read(path), iter(plainly(WRONG, str(path))))):
        with (
            Ledger.create(tmp_path / f"{number}.db", organisation="Prov") as ledger,
            pytest.raises(EntriesRefused) as refused,
        ):
            ledger.record_all(pieces)
        told.append([str(fault) for fault in refused.value.faults])
    assert told[0] == told[1]
    assert len(told[0]) == 6


hostile = st.one_of(
    st.binary(max_size=30),
    st.sampled_from([b"{}", b"[]", b'{"type": "unit.moved"}', b"\xef\xbb\xbf", b"\0", b"nan"]),
    st.integers(1, 9).map(lambda number: json.dumps(revised(number)).encode()),
)


@given(st.lists(hostile.map(lambda line: line.replace(b"\n", b"")), max_size=6))
def test_a_page_of_any_lines_is_read_as_the_file_is(some: list[bytes]) -> None:
    octets = file_of(*some)
    file = io.BytesIO(octets)
    made = pages.Page("fil", 1, [*lines(file, ignore)])
    found = pages.read_page(made, ignore)
    again = [one if isinstance(one, Unreadable) else stored.read(*one[:2]) for one in found]
    assert again == plainly(octets, "fil")
