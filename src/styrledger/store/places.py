"""Where a ledger is kept: a file, or a schema of a PostgreSQL database."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Never
from urllib.parse import parse_qsl, quote, unquote

import attrs

from styrledger.errors import Fault, PlaceError, quoted

SCHEMES = ("postgresql://", "postgres://")

SCHEMA = "styrledger"
"""The schema that holds the ledger where an address names none."""

_SCHEMA_NAME = re.compile(r"(?!pg_)[a-z_][a-z0-9_]{0,62}")

_ELSEWHERE = {
    "dbname": "name the database after the host",
    "hostaddr": "name the server before the database",
    "service": "name the server and the database in the address",
    "options": "set them for the account on the server",
    "client_encoding": "leave it out",
    "replication": "leave it out",
}
"""Parameters that could lead elsewhere than the address says, and what to do instead."""


@attrs.frozen
class Server:
    """A ledger in a PostgreSQL database.

    As text it is its address without the password and without what only concerns the
    connection, so that it can be shown.
    """

    hosts: str
    ports: str
    database: str
    schema: str
    user: str | None
    password: str | None = attrs.field(repr=False)
    more: Mapping[str, str] = attrs.field(repr=False, hash=False)

    def __str__(self) -> str:
        user = "" if self.user is None else f"{quote(self.user, '')}@"
        places = zip(self.hosts.split(","), self.ports.split(","), strict=True)
        hosts = ",".join(_shown(host, port) for host, port in places)
        schema = "" if self.schema == SCHEMA else f"?schema={self.schema}"
        return f"postgresql://{user}{hosts}/{quote(self.database)}{schema}"

    @property
    def digest(self) -> str:
        """Return what tells this place from others, as 12 hex digits."""
        from hashlib import sha256  # noqa: PLC0415 - for a server's views only

        where = f"{self.hosts}\0{self.ports}\0{self.database}\0{self.schema}"
        return sha256(where.encode("utf-8", "surrogateescape")).hexdigest()[:12]


Place = Path | Server


def read_place(text: str | os.PathLike[str]) -> Place:
    """Return where a path or an address ``postgresql://…`` leads.

    Raises:
        PlaceError: it begins as an address and is none.
    """
    if isinstance(text, str):
        for scheme in SCHEMES:
            if text.startswith(scheme):
                return _server(text.removeprefix(scheme))
    return Path(text)


def _server(text: str) -> Server:
    before, _, query = text.partition("?")
    authority, _, path = before.partition("/")
    user, hosts = _split_user(authority)
    more = _parameters(query)
    # A socket's folder cannot stand where a host does.
    places = [*_hosts(hosts)] or [(one, "") for one in more.get("host", "").split(",") if one]
    ports = more.get("port", "5432").split(",")
    if len(ports) != len(places):
        ports = ports[:1] * len(places)
    if not places:
        _refuse("it names no server", "a host, such as localhost")
    database = unquote(path)
    if not database:
        _refuse("it names no database", "a name after the host, as in localhost/haninge")
    if not all(part.isprintable() for part in (database, *filter(None, user), *more.values())):
        _refuse("there is a control character in it", "printable characters")
    schema = more.get("schema", SCHEMA)
    if not _SCHEMA_NAME.fullmatch(schema):
        expected = "small letters a-z, digits and _, at most 63, not beginning with pg_"
        _refuse(f"{quoted(schema)} cannot be the name of a schema", expected)
    return Server(
        hosts=",".join(host for host, _ in places),
        ports=",".join(own or port for (_, own), port in zip(places, ports, strict=True)),
        database=database,
        schema=schema,
        user=user[0] or more.get("user"),
        password=user[1] or more.get("password"),
        more={key: value for key, value in more.items() if key not in _OWN},
    )


def _split_user(authority: str) -> tuple[tuple[str | None, str | None], str]:
    user, at, hosts = authority.rpartition("@")
    if not at:
        return (None, None), authority
    name, _, password = user.partition(":")
    return (unquote(name) or None, unquote(password) or None), hosts


def _hosts(text: str) -> Iterator[tuple[str, str]]:
    for one in filter(None, text.split(",")):
        match = _HOST.fullmatch(one)
        if match is None:
            _refuse("it names a server that cannot be one", "HOST or HOST:PORT")
        yield unquote(match["ip"] or match["host"]), match["port"] or ""


def _parameters(query: str) -> dict[str, str]:
    try:
        found = dict(parse_qsl(query, keep_blank_values=True, strict_parsing=True)) if query else {}
    except ValueError:
        _refuse("what follows its ? cannot be read", "NAME=VALUE, joined by &")
    for name in sorted(found.keys() & _ELSEWHERE.keys()):
        _refuse(
            f"the parameter {name} could lead elsewhere", "an address without it", _ELSEWHERE[name]
        )
    return found


def _shown(host: str, port: str) -> str:
    name = f"[{host}]" if ":" in host else quote(host, "")
    return name if port == "5432" else f"{name}:{port}"


def _refuse(what: str, expected: str, todo: str = "") -> Never:
    # The address itself is not shown: it may hold a password.
    raise PlaceError(Fault(what, expected, todo, where="the address of the ledger"))


_HOST = re.compile(r"(?:\[(?P<ip>[0-9a-fA-F:.%]+)\]|(?P<host>[^\[\]:@/]+))(?::(?P<port>\d{1,5}))?")
_OWN = {"host", "port", "user", "password", "schema"}
