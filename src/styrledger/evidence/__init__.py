"""A ledger as it lies there, for whoever checks it: read only, nothing believed."""

from __future__ import annotations

from styrledger.errors import MissingExtraError
from styrledger.evidence.base import LOWEST, UNREADABLE, Evidence, Part, Values
from styrledger.evidence.files import Database, FileEvidence
from styrledger.store import Place, Server

__all__ = ["LOWEST", "UNREADABLE", "Database", "Evidence", "Part", "Values", "evidence_of"]


def evidence_of(place: Place) -> Evidence:
    """Return the log at a place, as it is now.

    Raises:
        LedgerNotFound: there is none.
        NotALedger: the file is something else, or so damaged that it cannot be opened.
        ServerUnreachable, AccessDenied: the server cannot be asked.
    """
    if isinstance(place, Server):
        try:
            from styrledger.evidence.servers import ServerEvidence  # noqa: PLC0415 - an extra
        except ImportError as error:
            raise MissingExtraError(
                extra="postgres", package="psycopg", needed_for="a ledger on a PostgreSQL server"
            ) from error
        return ServerEvidence(place)
    return FileEvidence(place)
