"""What a log is made of in PostgreSQL: tables that only grow, and who may add to them.

The names of the first table are the engine's. Its ``notification_id`` is the position: it is
given by the writer and not by a sequence, so that nothing that is rolled back leaves a gap.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from styrledger.store.log import TABLES, Identity
from styrledger.store.places import Server
from styrledger.times import instant

FINISH = "restore it again from the same copy"

CHANNEL = "styrledger"
"""What a commit notifies; the payload is the schema of the ledger."""

LOCK = "pg_advisory_xact_lock((1398032722::bigint << 32) | {table}::bigint)"
"""Takes the right to append, until the transaction ends; one lock for each ledger."""

APPENDED = """
DECLARE first bigint; last bigint; many bigint;
BEGIN
    PERFORM {lock};
    SELECT min(notification_id), max(notification_id), count(*) INTO first, last, many FROM added;
    IF many <> last - first + 1 OR first <> 1 AND NOT EXISTS
        (SELECT FROM {schema}.stored_events WHERE notification_id = first - 1)
    THEN
        RAISE 'an entry only follows the newest' USING ERRCODE = 'check_violation';
    END IF;
    PERFORM pg_notify('styrledger', TG_TABLE_SCHEMA);
    RETURN NULL;
END""".replace("{lock}", LOCK.format(table="TG_RELID"))
"""Runs after an insert, by whomever, and tells who listens when it is committed."""

REFUSE = """
BEGIN
    RAISE 'the log is append-only' USING ERRCODE = 'restrict_violation';
END"""

FUNCTIONS = {
    "styrledger_appended": APPENDED,
    "styrledger_refuse": REFUSE,
}

TRIGGERS: Mapping[tuple[str, str], tuple[str, str]] = {
    **{
        (table, f"{table}_refuse"): (
            "BEFORE DELETE OR UPDATE OR TRUNCATE ON {on} FOR EACH STATEMENT",
            "styrledger_refuse",
        )
        for table in TABLES
    },
    ("stored_events", "stored_events_appended"): (
        "AFTER INSERT ON {on} REFERENCING NEW TABLE AS added FOR EACH STATEMENT",
        "styrledger_appended",
    ),
}

COLUMNS = {
    "stored_events": "originator_id text C not null, originator_version bigint not null, "
    "topic text not null, state bytea not null, notification_id bigint not null",
    "ledger": "ledger text not null, organisation text not null, contract bigint not null, "
    "created_at text not null",
    "checkpoints": "number bigint not null, text text not null, key text",
}

INDEXES = {
    "stored_events_pkey": "stored_events USING btree (originator_id, originator_version)",
    "stored_events_notification_id_idx": "stored_events USING btree (notification_id)",
    "ledger_single": "ledger USING btree ((true))",
    "checkpoints_pkey": "checkpoints USING btree (number)",
}

MADE_TABLES = """
CREATE TABLE {schema}.stored_events (
    originator_id text COLLATE "C" NOT NULL,
    originator_version bigint NOT NULL,
    topic text NOT NULL,
    state bytea NOT NULL,
    notification_id bigint NOT NULL,
    PRIMARY KEY (originator_id, originator_version)
);
CREATE UNIQUE INDEX stored_events_notification_id_idx ON {schema}.stored_events (notification_id);
CREATE TABLE {schema}.ledger (
    ledger text NOT NULL,
    organisation text NOT NULL,
    contract bigint NOT NULL,
    created_at text NOT NULL
);
CREATE UNIQUE INDEX ledger_single ON {schema}.ledger ((true));
CREATE TABLE {schema}.checkpoints (number bigint PRIMARY KEY, text text NOT NULL, key text);
"""


def make_tables(schema: str) -> str:
    """Return the SQL that makes the tables of a log and what guards them, in an empty schema."""
    made = [MADE_TABLES.strip()]
    made += [
        f"CREATE FUNCTION {{schema}}.{name}() RETURNS trigger LANGUAGE plpgsql\n"
        f"SET search_path = pg_catalog, pg_temp AS $${body}$$;"
        for name, body in FUNCTIONS.items()
    ]
    for (table, name), (when, function) in TRIGGERS.items():
        on = when.format(on=f"{{schema}}.{table}")
        made.append(
            f"CREATE TRIGGER {name} {on}\n    EXECUTE FUNCTION {{schema}}.{function}();\n"
            # Fires also where a session asks for triggers not to.
            f"ALTER TABLE {{schema}}.{table} ENABLE ALWAYS TRIGGER {name};"
        )
    made += [f"REVOKE ALL ON {{schema}}.{table} FROM PUBLIC;" for table in TABLES]
    return "\n".join(made).replace("{schema}", name_of(schema)) + "\n"


def expected() -> Iterator[tuple[str, str, str]]:
    """Yield what the server's catalogue says of the tables of a log: kind, name, and how made."""
    for table, columns in COLUMNS.items():
        yield "table", table, f"r {columns}"
    for index, on in INDEXES.items():
        yield "index", index, f"CREATE UNIQUE INDEX {index} ON {on}"
    for name, body in FUNCTIONS.items():
        made = (
            f"CREATE OR REPLACE FUNCTION {name}()",
            " RETURNS trigger",
            " LANGUAGE plpgsql",
            " SET search_path TO 'pg_catalog', 'pg_temp'",
            f"AS $function${body.replace('{schema}.', '')}$function$",
        )
        yield "function", name, "\n".join(made)
    for (table, name), (when, function) in TRIGGERS.items():
        yield (
            "trigger",
            name,
            f"CREATE TRIGGER {name} {when.format(on=table)} EXECUTE FUNCTION {function}()",
        )


def identify(schema: str, identity: Identity) -> str:
    """Return the SQL that says whose ledger it is."""
    made = instant(identity.created_at)
    values = (text_of(identity.ledger), text_of(identity.organisation), str(identity.contract))
    return f"INSERT INTO {name_of(schema)}.ledger\nVALUES ({', '.join(values)}, {text_of(made)});\n"


def grant(schema: str, role: str) -> str:
    """Return the SQL that lets a role record in a ledger and read it, and nothing else."""
    at, to = name_of(schema), name_of(role)
    every = ", ".join(f"{at}.{table}" for table in TABLES)
    return (
        f"GRANT USAGE ON SCHEMA {at} TO {to};\n"
        f"GRANT SELECT ON {every} TO {to};\n"
        f"GRANT INSERT ON {at}.stored_events, {at}.checkpoints TO {to};\n"
    )


def script(server: Server, identity: Identity, role: str | None) -> str:
    """Return all that makes a new ledger, for whoever may make tables to read and run."""
    schema = server.schema
    made = [
        f"-- A ledger for {identity.organisation}. Run it once, as the account that will own it:",
        f"-- psql -v ON_ERROR_STOP=1 -d {server.database} -f THIS_FILE",
        "BEGIN;",
        f"CREATE SCHEMA IF NOT EXISTS {name_of(schema)};",
        make_tables(schema),
        identify(schema, identity),
    ]
    if role is not None:
        made += [
            f"-- {role} records and reads. It must not own the tables, nor be a superuser.",
            "DO $$BEGIN",
            f"    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = {text_of(role)}) THEN",
            f"        CREATE ROLE {name_of(role)} LOGIN;",
            "    END IF;",
            "END$$;",
            grant(schema, role),
        ]
    return "\n".join([*made, "COMMIT;", ""])


def name_of(name: str) -> str:
    """Return a name as SQL writes it."""
    return '"{}"'.format(name.replace('"', '""'))


def text_of(text: str) -> str:
    """Return a text as SQL writes it, whatever the server's settings are."""
    doubled = text.replace("'", "''")
    if "\\" not in text:
        return f"'{doubled}'"
    escaped = doubled.replace("\\", "\\\\")
    return f"E'{escaped}'"
