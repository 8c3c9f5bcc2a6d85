"""Where a ledger is: a path, or an address that leads where it says and shows no password."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from styrledger.errors import PlaceError
from styrledger.store.places import Server, read_place


@pytest.mark.parametrize("path", ["haninge.db", "/a b/å.db", "postgresql:haninge", "sqlite:///x"])
def test_what_does_not_begin_as_an_address_is_a_path(path: str) -> None:
    assert read_place(path) == Path(path)
    assert read_place(Path(path)) == Path(path)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("postgresql://db/haninge", "postgresql://db/haninge"),
        ("postgres://db/haninge", "postgresql://db/haninge"),
        ("postgresql://app@db:5432/haninge", "postgresql://app@db/haninge"),
        ("postgresql://app:hemligt@db:6432/h", "postgresql://app@db:6432/h"),
        ("postgresql://app:hem%40ligt@db/h", "postgresql://app@db/h"),
        ("postgresql://db/h?user=app&password=hemligt", "postgresql://app@db/h"),
        ("postgresql://db/h?schema=nämnd_1".replace("ä", "a"), "postgresql://db/h?schema=namnd_1"),
        ("postgresql://db/h?schema=styrledger", "postgresql://db/h"),
        ("postgresql://db/h?sslmode=verify-full", "postgresql://db/h"),
        ("postgresql://a,b:6432/h", "postgresql://a,b:6432/h"),
        ("postgresql://app@/h?host=/a,/b&port=1,2", "postgresql://app@%2Fa:1,%2Fb:2/h"),
        ("postgresql://a,b/h?port=7000", "postgresql://a:7000,b:7000/h"),
        ("postgresql://[::1]:6432/h", "postgresql://[::1]:6432/h"),
        ("postgresql://app@/h?host=/var/run/pg", "postgresql://app@%2Fvar%2Frun%2Fpg/h"),
        ("postgresql://%2Fvar%2Frun%2Fpg/h", "postgresql://%2Fvar%2Frun%2Fpg/h"),
        ("postgresql://l%C3%A4s@db/h%C3%A4r", "postgresql://l%C3%A4s@db/h%C3%A4r"),
    ],
)
def test_an_address_is_shown_without_its_password(text: str, shown: str) -> None:
    place = read_place(text)
    assert (str(place), str(read_place(str(place)))) == (shown, shown)
    assert "hemligt" not in repr(place)


def test_an_address_says_all_that_a_connection_needs() -> None:
    place = read_place("postgresql://app:hem%40ligt@a,b:6432/h?port=7000&sslmode=require&schema=s")
    assert isinstance(place, Server)
    assert (place.hosts, place.ports, place.database, place.schema) == (
        "a,b",
        "7000,6432",
        "h",
        "s",
    )
    assert (place.user, place.password, place.more) == ("app", "hem@ligt", {"sslmode": "require"})
    assert pickle.loads(pickle.dumps(place)) == place  # noqa: S301 - made on the line before


def test_places_have_digests_of_their_own() -> None:
    names = ("a/h", "b/h", "a/i", "a/h?schema=t", "a:1/h", "a/h?sslmode=require")
    places = [read_place(f"postgresql://{name}") for name in names]
    digests = [place.digest for place in places if isinstance(place, Server)]
    assert len(set(digests)) == len(digests) - 1
    assert digests[0] == digests[-1]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("postgresql://", "it names no server, expected a host, such as localhost"),
        ("postgresql:///h", "it names no server, expected a host, such as localhost"),
        (
            "postgresql://db",
            "it names no database, expected a name after the host, as in localhost/haninge",
        ),
        (
            "postgresql://db/",
            "it names no database, expected a name after the host, as in localhost/haninge",
        ),
        (
            "postgresql://a:hemligt@db:x/h",
            "it names a server that cannot be one, expected HOST or HOST:PORT",
        ),
        (
            "postgresql://db/h?schema=Nämnd",
            (
                "'Nämnd' cannot be the name of a schema, expected small letters a-z, digits "
                "and _, at most 63, not beginning with pg_"
            ),
        ),
        (
            "postgresql://db/h?schema=pg_catalog",
            (
                "'pg_catalog' cannot be the name of a schema, expected small letters a-z, "
                "digits and _, at most 63, not beginning with pg_"
            ),
        ),
        (
            "postgresql://db/h?hemligt",
            "what follows its ? cannot be read, expected NAME=VALUE, joined by &",
        ),
        (
            "postgresql://db/h?options=-c%20x",
            (
                "the parameter options could lead elsewhere, expected an address without it, "
                "set them for the account on the server"
            ),
        ),
        (
            "postgresql://db/h?service=x",
            (
                "the parameter service could lead elsewhere, expected an address without it, "
                "name the server and the database in the address"
            ),
        ),
        (
            "postgresql://db/h%0A;DROP",
            "there is a control character in it, expected printable characters",
        ),
    ],
)
def test_what_is_no_address_is_refused_without_showing_it(text: str, fault: str) -> None:
    with pytest.raises(PlaceError) as refused:
        read_place(text)
    assert str(refused.value) == f"the address of the ledger: {fault}"
    assert "hemligt" not in str(refused.value)
