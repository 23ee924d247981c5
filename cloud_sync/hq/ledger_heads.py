"""Heads of the stores' ledgers, kept where no store can reach them: whoever changes or cuts a ledger is found out.

A gateway tells its head about once an hour. A head that is on record here is never replaced.
"""

from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Connection, insert, select

from cloud_sync.hq.office import Office
from cloud_sync.hq.schema import ledger_heads
from cloud_sync.hq.stores import find_store


class Head(BaseModel):
    """Body of "ledger.head": the number of a ledger's last row, and the row's hash in hexadecimal."""

    model_config = ConfigDict(extra="ignore", frozen=True)
    seq: Annotated[int, Field(ge=0, lt=2**63)]
    hash: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


@dataclass(frozen=True, slots=True)
class KeptHead:
    """A head as head office keeps it. `at`: when the gateway told it, UTC epoch milliseconds."""

    row: int
    hash: str
    at: int


def keep_head(sql: Connection, store: str, body: dict[str, Any], at: int) -> str:
    """Keep a head. Returns what is wrong with it: that it contradicts one that is kept, or "".

    Raises pydantic's ValidationError.
    """
    head = Head.model_validate(body)
    if head.seq == 0:
        return ""
    known = sql.execute(
        select(ledger_heads.c.hash).where(ledger_heads.c.store == store, ledger_heads.c.row == head.seq)
    ).scalar()
    if known is None:
        sql.execute(insert(ledger_heads).values(store=store, row=head.seq, hash=head.hash, at=at))
        return ""
    return "" if known == head.hash else f"row {head.seq} of the ledger was told with another hash before"


def list_heads(office: Office, store: str, limit: int = 500) -> list[KeptHead]:
    """The newest heads of a store, the newest first. Raises NotFound."""
    with office.db.read() as sql:
        find_store(sql, store)
        rows = sql.execute(
            select(ledger_heads.c.row, ledger_heads.c.hash, ledger_heads.c.at)
            .where(ledger_heads.c.store == store)
            .order_by(ledger_heads.c.row.desc())
            .limit(limit)
        )
        return [KeptHead(*row) for row in rows]
