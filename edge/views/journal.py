"""The ledger, incoming changes and the audit log, page by page."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlite_utils import Database

from edge.views.label import Happening


@dataclass(frozen=True, slots=True)
class Deed:
    """What a person did."""

    n: int
    at: int
    who: str
    did: str
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """One entry of head office's change log, and what this store made of it."""

    sequence: int
    received_at: int
    author: str
    rows: int
    verdict: str
    why: str


def list_ledger(database: Database, *, subject: str = "", before: int | None = None, size: int = 50) -> list[Happening]:
    """The newest rows, of one subject if given, below row `before` if given."""
    top = 2**62 if before is None else before
    clause, values = ("subject = ? AND ", (subject,)) if subject else ("", ())
    rows = database.conn.execute(
        f"SELECT seq, at, kind, subject, body FROM ledger WHERE {clause}seq < ? ORDER BY seq DESC LIMIT ?",  # noqa: S608
        (*values, top, max(1, min(size, 500))),
    )
    return [Happening(seq, at, kind, about, json.loads(body)) for seq, at, kind, about, body in rows]


def list_deeds(database: Database, *, size: int = 50) -> list[Deed]:
    """The newest rows of the audit log."""
    rows = database.conn.execute(
        "SELECT n, at, who, did, body FROM audit ORDER BY n DESC LIMIT ?", (max(1, min(size, 500)),)
    )
    return [Deed(n, at, who, did, json.loads(body)) for n, at, who, did, body in rows]


def list_changes(database: Database, *, refused_only: bool = False, size: int = 50) -> list[ChangeRow]:
    """The newest changes from head office."""
    where = " WHERE verdict = 'refused'" if refused_only else ""
    rows = database.conn.execute(
        f"SELECT sequence, received_at, author, rows, verdict, why FROM change{where} ORDER BY sequence DESC LIMIT ?",  # noqa: S608
        (max(1, min(size, 500)),),
    )
    return [ChangeRow(*row) for row in rows]
