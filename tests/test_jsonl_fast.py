"""Reading a line at once, and reading it exactly, come to the same entries and the same faults."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from styrledger.exchange import jsonl

from .samples import RECORDS

AMOUNT = (
    '{"type":"budget.revised","unit":"KS","year":2020,"effective":"2020-01-01","amount":"1 tkr"'
)

scalars = st.sampled_from(
    [
        *("1", "-0", "1.0", "1e400", "9" * 19, "9" * 1001, "NaN", "-Infinity", "true", "01"),
        *("null", '""', '"x"', '"a\\u0000"', '"\\ud800"', '"a: b"', '" :"', '"\\":"'),
        *('"\x01"', '"å"', '"'),
    ]
)
names = st.sampled_from(['"note"', '"n\\u006fte"', '"type"', '"unit"', '"key"', '"x"', '"a :"'])
blanks = st.sampled_from(["", " ", "\t", "\r", "  ", "\x0b"])
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda items: f"[{','.join(items)}]")
        | st.lists(st.tuples(names, blanks, inner), max_size=3).map(
            lambda fields: "{" + ",".join(f"{n}{b}:{v}" for n, b, v in fields) + "}"
        )
    ),
    max_leaves=6,
)


def _nothing(_: bytes) -> None:
    return None


def exactly(line: bytes) -> str:
    """Read a line by the exact path alone."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(jsonl, "_plain", _nothing)
        return at_once(line)


def at_once(line: bytes) -> str:
    """Read a line as everybody does."""
    return repr([*jsonl.read(io.BytesIO(line), "f")])


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record["type"])
def test_every_event_is_read_at_once(record: dict[str, Any]) -> None:
    line = json.dumps(record, ensure_ascii=False).encode()
    assert at_once(line) == exactly(line)


@given(st.lists(st.tuples(names, blanks, values), max_size=3), blanks, blanks)
@example([('"note"', "", '"a"'), ('"n\\u006fte"', "", '"b"')], "", "")
@example([('"note"', " ", '"a"'), ('"note"', "", '"\\":"')], "", "")
def test_any_line_gives_what_it_gives_exactly(
    more: list[tuple[str, str, str]], before: str, after: str
) -> None:
    fields = "".join(f",{name}{blank}:{value}" for name, blank, value in more)
    line = f"{before}{AMOUNT}{fields}}}{after}\n".encode("utf-8", "surrogatepass")
    assert at_once(line) == exactly(line)


@given(st.binary(max_size=20), st.integers(0, len(AMOUNT)))
def test_any_octets_in_a_line_give_what_they_give_exactly(octets: bytes, at: int) -> None:
    line = f"{AMOUNT}}}".encode()
    changed = line[:at] + octets + line[at:]
    assert at_once(changed) == exactly(changed)


@pytest.mark.parametrize("deep", [3, 4, 5, 500, 990, 1000, 100_000])
def test_what_is_nested_gives_what_it_gives_exactly(deep: int) -> None:
    for begin, end in (('{"a":', "}"), ("[", "]")):
        line = f'{AMOUNT},"source":{begin * deep}"x"{end * deep}}}'.encode()
        assert at_once(line) == exactly(line)
